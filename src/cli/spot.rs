//! `stanch explain PATH:LINE`: which rules were tried at a place, and what
//! became of each candidate. Values are shown redacted, as in reports.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::base::level::Confidence;
use crate::base::span::Span;
use crate::cli::args::Global;
use crate::cli::exit::Exit;
use crate::cli::key;
use crate::cli::later::Later;
use crate::cli::page::Page;
use crate::cli::scan::{allowance, excludes};
use crate::cli::settings::{Loaded, load, stop, tell};
use crate::cli::words::{self, Project, Scope};
use crate::config::resolve::Flags;
use crate::judge::allow::Allowance;
use crate::judge::finding::Finding;
use crate::judge::status::Status;
use crate::record::books::{Authority, Books};
use crate::scan::scanner::{ScanOptions, Scanner};
use crate::scan::trace::{End, Tried};

/// Largest file that is looked into, in bytes.
const LARGEST: u64 = 256 << 20;
/// Most rules whose literals stand somewhere that are named.
const NAMED: usize = 12;

/// A place as the user writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SpotArg {
    path: PathBuf,
    line: usize,
    column: Option<usize>,
}

impl SpotArg {
    /// Understands `PATH:LINE` and `PATH:LINE:COLUMN`.
    pub(super) fn parse(text: &str) -> Option<SpotArg> {
        let number = |text: &str| text.parse::<usize>().ok().filter(|number| *number > 0);
        let (head, last) = text.rsplit_once(':')?;
        let last = number(last)?;
        if let Some((path, line)) = head.rsplit_once(':')
            && let Some(line) = number(line).filter(|_| !path.is_empty())
        {
            return Some(SpotArg {
                path: path.into(),
                line,
                column: Some(last),
            });
        }
        Some(SpotArg {
            path: head.into(),
            line: last,
            column: None,
        })
        .filter(|spot| !spot.path.as_os_str().is_empty())
    }
}

pub(super) fn explain(spot: &SpotArg, global: &Global) -> Result<Exit, Exit> {
    let loaded = load(global, Flags::default())?;
    tell(&loaded.warnings);
    let bytes = read(&spot.path)?;
    let shown = spot.path.display();
    let Some(line) = line(&bytes, spot.line) else {
        let lines = memchr::memchr_iter(b'\n', &bytes).count() + 1;
        return Err(stop(&format!("`{shown}` has {lines} lines")));
    };
    let within = match spot.column {
        None => line,
        Some(column) => {
            let at = offset(&bytes, line, column);
            Span::new(at, at + 1)
        }
    };
    let mut account = Account::new(&loaded, global)?;
    let mut page = Page::default();
    let place = match spot.column {
        None => format!("{shown}:{}", spot.line),
        Some(column) => format!("{shown}:{}:{column}", spot.line),
    };
    page.heading(&place);
    excluded(&loaded, &spot.path, &mut page)?;
    let mut here = account.scanner.trace(&spot.path, &bytes).tried;
    // A finding of the file itself stands nowhere in it, so it is told everywhere.
    here.retain(|tried| tried.span.is_empty() || tried.span.overlaps(within));
    account.table(&here, &bytes, &spot.path, &mut page);
    looked(&account.scanner, &here, &bytes, within, &mut page);
    Ok(page.print(Exit::Clean))
}

/// The content of a file.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Exit> {
    let mut bytes = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    match read {
        Ok(length) if length as u64 > LARGEST => Err(stop(&format!(
            "`{}` is larger than {LARGEST} bytes",
            path.display()
        ))),
        Ok(_) => Ok(bytes),
        Err(error) => Err(stop(&format!(
            "`{}` cannot be read: {error}",
            path.display()
        ))),
    }
}

/// The bytes of line `number`, its line feed with it.
fn line(bytes: &[u8], number: usize) -> Option<Span> {
    let mut start = 0;
    for _ in 1..number {
        start += memchr::memchr(b'\n', &bytes[start..])? + 1;
    }
    let end = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |at| start + at + 1);
    Some(Span::new(start, end))
}

/// Where column `number` of `line` begins.
fn offset(bytes: &[u8], line: Span, number: usize) -> usize {
    let starts = line.of(bytes).iter().enumerate();
    let mut starts = starts.filter(|(_, byte)| **byte & 0xC0 != 0x80);
    let found = starts.nth(number - 1);
    found.map_or(line.end, |(at, _)| line.start + at)
}

/// Tells that the configuration leaves the path out, if it does.
fn excluded(loaded: &Loaded, path: &Path, page: &mut Page) -> Result<(), Exit> {
    if let Some(glob) = excludes(&loaded.settings)?.pattern_above(path) {
        page.line(&format!(
            "The configuration leaves this path out of scans (`{glob}`)."
        ));
    }
    Ok(())
}

/// What is needed to tell what became of candidates.
pub(super) struct Account {
    pub(super) scanner: Scanner,
    allowance: Allowance,
    books: Books,
    shown: Confidence,
}

impl Account {
    /// The rules and the configuration of `loaded`.
    pub(super) fn new(loaded: &Loaded, global: &Global) -> Result<Account, Exit> {
        let settings = &loaded.settings;
        let project = Project::find(global)?;
        let keyer = key::keyer(None)?;
        let sheets = project.sheets(Authority::Obeyed)?;
        let options = ScanOptions {
            // What is hidden or allowed is told here, and not left out.
            min_confidence: Confidence::Low,
            limits: settings.limits(),
            keyer: keyer.clone(),
            comments: words::comments(settings, Scope::Files, &project),
            ..ScanOptions::default()
        };
        let scanner = Scanner::new(&loaded.rules, options).map_err(|errors| {
            for error in errors {
                stop(&error.to_string());
            }
            Exit::Usage
        })?;
        Ok(Account {
            scanner,
            allowance: allowance(settings, &Later::default())?,
            books: words::books(settings, sheets, &words::from_disk, &project, keyer)?,
            shown: settings.min_confidence.value,
        })
    }

    /// Writes what became of `tried` in the text `bytes` of the file at `path`.
    pub(super) fn table(&mut self, tried: &[Tried], bytes: &[u8], path: &Path, page: &mut Page) {
        if tried.is_empty() {
            page.line("Nothing here matches any rule.");
            return;
        }
        let rows = tried.iter().map(|tried| {
            [
                columns(bytes, tried.span),
                tried.rule.as_str().to_owned(),
                self.end(tried, path),
            ]
        });
        let rows: Vec<[String; 3]> = rows.collect();
        page.table(["PLACE", "RULE", "WHAT BECAME OF IT"], &rows);
    }

    fn end(&mut self, tried: &Tried, path: &Path) -> String {
        let finding = match &tried.end {
            End::Dropped(step) => return format!("dropped: {}", step.words()),
            End::Found(finding) => finding,
        };
        let rule = tried.rule.as_str();
        if self.allowance.allows(rule, finding.secret.expose(), path) {
            return "allowed by the configuration".into();
        }
        let mut finding = Finding::clone(finding);
        self.books.settle(&mut finding);
        let grounds = grounds(&finding);
        let level = finding.confidence;
        match &finding.standing.status {
            Status::Allowed { by } => format!("allowed by {}, {}", by.means.as_str(), by.place),
            Status::Known { baseline } => format!("known to {baseline}"),
            Status::New if level < self.shown => {
                format!("hidden, confidence is {level} only{grounds}")
            }
            Status::New => format!(
                "reported as {}, severity {}, confidence {level}{grounds}",
                finding.preview, finding.severity,
            ),
        }
    }
}

fn grounds(finding: &Finding) -> String {
    let words: Vec<&str> = finding.evidence.words().collect();
    let mut out = match words.as_slice() {
        [] => String::new(),
        words => format!(": {}", words.join(", ")),
    };
    if let Some(decoded) = finding.decoded {
        out.push_str(", decoded as ");
        out.push_str(&decoded.to_string());
    }
    out
}

/// Line and columns of a span, as editors count them.
fn columns(bytes: &[u8], span: Span) -> String {
    if span.is_empty() {
        return "the file".into();
    }
    let (from, to) = (position(bytes, span.start), position(bytes, span.end - 1));
    if from.0 == to.0 {
        format!("{}:{}-{}", from.0, from.1, to.1)
    } else {
        format!("{}:{}-{}:{}", from.0, from.1, to.0, to.1)
    }
}

fn position(bytes: &[u8], at: usize) -> (usize, usize) {
    let before = &bytes[..at.min(bytes.len())];
    let start = memchr::memrchr(b'\n', before).map_or(0, |feed| feed + 1);
    let columns = before[start..].iter().filter(|byte| **byte & 0xC0 != 0x80);
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    (line, columns.count() + 1)
}

/// Names the rules that were tried and matched nothing.
fn looked(scanner: &Scanner, here: &[Tried], bytes: &[u8], within: Span, page: &mut Page) {
    let (ids, names) = scanner.tried_at(bytes, within);
    let silent: Vec<String> = ids
        .into_iter()
        .filter(|id| !here.iter().any(|tried| tried.rule.as_str() == id))
        .collect();
    if silent.is_empty() && names.is_empty() {
        return;
    }
    page.gap();
    if !silent.is_empty() {
        let more = silent.len().saturating_sub(NAMED);
        let told = silent[..silent.len() - more].join(", ");
        let told = match more {
            0 => told,
            more => format!("{told} and {more} more"),
        };
        page.prose(
            0,
            &format!("Tried because a literal of theirs stands here, without a match: {told}."),
        );
    }
    if !names.is_empty() {
        let told = names.join(", ");
        page.prose(0, &format!("Looked at by recognisers, too: {told}."));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_ends_in_numbers() {
        let spot = |path: &str, line, column| {
            Some(SpotArg {
                path: path.into(),
                line,
                column,
            })
        };
        for (text, expected) in [
            ("a.rs:3", spot("a.rs", 3, None)),
            ("a.rs:3:14", spot("a.rs", 3, Some(14))),
            ("C:\\a.rs:3", spot("C:\\a.rs", 3, None)),
            ("a:b:3", spot("a:b", 3, None)),
            (":3", None),
            ("a.rs:0", None),
            ("acme-key", None),
            ("a.rs:x", None),
        ] {
            assert_eq!(SpotArg::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn lines_and_columns_are_those_of_editors() {
        let text = "one\né two\n".as_bytes();
        assert_eq!(line(text, 2), Some(Span::new(4, 11)));
        assert_eq!(line(text, 3), Some(Span::new(11, 11)));
        assert_eq!(line(text, 4), None);
        assert_eq!(offset(text, Span::new(4, 11), 3), 7);
        assert_eq!(columns(text, Span::new(7, 10)), "2:3-5");
        assert_eq!(columns(text, Span::new(0, 10)), "1:1-2:5");
    }
}
