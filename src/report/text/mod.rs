//! Text for people, drawn like a compiler's: one block for one finding.
//!
//! No line begins with text of the scanned tree, and none holds a control
//! character, so that neither a terminal nor a build server obeys it.

use std::io::{self, Write};

use crate::base::content::Status;
use crate::base::level::Class;
use crate::judge::finding::{Amount, Finding};
use crate::judge::outcome::{RunInfo, Skip, Summary};
use crate::report::Reporter;
use crate::report::git;
use crate::report::level::Level;
use crate::report::sanitise::{one_line, place_bytes, printable, printable_bytes};
use crate::report::standing;
use crate::report::veil::{veiled, veiled_path};

mod excerpt;
mod palette;
mod summary;

use palette::{Palette, painted};

pub use palette::Colour;

/// Whether secrets are shown. Only for a person who asked, at a terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reveal {
    /// Masked.
    #[default]
    Hidden,
    /// In clear.
    Shown,
}

/// How many of the items that were not fully examined are named.
/// Items out of scope by policy are only counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkipDetail {
    /// The first so many, then a count.
    First(usize),
    /// All of them.
    All,
}

/// Whether findings that do not count are named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Suppressed {
    /// Only their number is told.
    #[default]
    Counted,
    /// Each on one line.
    Listed,
}

/// How the text report looks.
#[derive(Clone, Copy, Debug)]
pub struct TextOptions {
    /// With or without colours.
    pub colour: Colour,
    /// With or without secrets.
    pub reveal: Reveal,
    /// How many skips are named.
    pub skips: SkipDetail,
    /// Whether findings that do not count are named.
    pub suppressed: Suppressed,
}

impl Default for TextOptions {
    fn default() -> TextOptions {
        TextOptions {
            colour: Colour::Plain,
            reveal: Reveal::Hidden,
            skips: SkipDetail::First(10),
            suppressed: Suppressed::Counted,
        }
    }
}

/// Writes text for people: findings as they come, then skips, then a summary.
#[derive(Debug)]
pub struct TextReporter<W: Write> {
    to: W,
    options: TextOptions,
    palette: Palette,
    account: summary::Account,
}

impl<W: Write> TextReporter<W> {
    /// Makes a reporter that writes to `to`, which should be buffered.
    pub fn new(to: W, options: TextOptions) -> TextReporter<W> {
        TextReporter {
            to,
            options,
            palette: Palette::new(options.colour),
            account: summary::Account::default(),
        }
    }

    fn header(&mut self, finding: &Finding) -> io::Result<()> {
        let palette = &self.palette;
        let level = Level::of(finding.severity);
        let word = format!(
            "{}[{}]",
            level.as_str(),
            printable(finding.rule.id.as_str())
        );
        writeln!(
            self.to,
            "{}: {}   {}",
            painted(palette.level(level), word),
            painted(palette.title, one_line(&finding.rule.title)),
            painted(
                palette.dim,
                format_args!(
                    "confidence {}, severity {}",
                    finding.confidence, finding.severity
                )
            ),
        )?;
        let gutter = excerpt::gutter(finding);
        let arrow = painted(palette.frame, "-->");
        write!(self.to, " {:gutter$}{arrow} {}", "", location(finding))?;
        match finding.decoded {
            Some(decoded) => writeln!(self.to, " ({decoded})"),
            None => writeln!(self.to),
        }
    }

    /// A finding that does not count.
    fn suppressed(&mut self, finding: &Finding) -> io::Result<()> {
        if self.options.suppressed == Suppressed::Listed {
            let word = format!("note[{}]", printable(finding.rule.id.as_str()));
            let word = painted(self.palette.level(Level::Note), word);
            let told = standing::told(finding);
            let key = printable(&finding.key.0);
            writeln!(self.to, "{word}: {}: {told}; {key}", location(finding))?;
        }
        Ok(())
    }

    fn remarks(&mut self, finding: &Finding) -> io::Result<()> {
        let words: Vec<&str> = finding.evidence.words().collect();
        let mut remarks = Vec::new();
        // Of what is protected nothing is shown, so the line below says what was found.
        if finding.rule.class == Class::Document {
            remarks.push(("what:", one_line(&finding.preview)));
        }
        if let Some(amount) = &finding.amount {
            remarks.push(("what:", counted(&finding.preview, amount)));
        }
        if let Some(place) = finding.provenance.git_place() {
            remarks.extend(git::remarks(place, &finding.secret));
        }
        if !words.is_empty() {
            remarks.push(("why:", words.join("; ")));
        }
        if let Some(pair) = &finding.pair {
            let (line, preview) = (pair.place.start.line, &pair.preview);
            remarks.push((
                "with:",
                format!("{} {preview} in line {line}", pair.rule.title),
            ));
        }
        if let Some(decoded) = finding.decoded {
            remarks.push(("how:", format!("found after decoding {decoded}")));
        }
        if !finding.rule.remedy.trim().is_empty() {
            remarks.push(("fix:", first_sentence(&one_line(&finding.rule.remedy))));
        }
        let exposed = finding.exposure.as_ref().map(|exposure| exposure.words());
        if let Some(words) = exposed.filter(|words| !words.is_empty()) {
            remarks.push(("seen:", one_line(&veiled(&words, &finding.secret))));
        }
        if self.options.reveal == Reveal::Shown && !excerpt::fits_one_line(finding) {
            remarks.push(("secret:", printable_bytes(finding.secret.expose())));
        }
        remarks.extend(standing::refusals(finding).map(|line| ("note:", line)));
        remarks.push(("id:", printable(&finding.key.0).into_owned()));
        let gutter = excerpt::gutter(finding);
        for (label, text) in remarks {
            let label = painted(self.palette.frame, format_args!("= {label:<4}")).to_string();
            writeln!(self.to, " {:gutter$} {label} {text}", "")?;
        }
        writeln!(self.to)
    }
}

impl<W: Write> Reporter for TextReporter<W> {
    fn begin(&mut self, run: &RunInfo) -> io::Result<()> {
        self.account.begin(run);
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        if !finding.standing.is_new() {
            return self.suppressed(finding);
        }
        self.account.finding(finding);
        self.header(finding)?;
        excerpt::write(&mut self.to, finding, self.options.reveal, &self.palette)?;
        self.remarks(finding)?;
        // People watch: they see each finding when it is found.
        self.to.flush()
    }

    fn skip(&mut self, skip: &Skip) -> io::Result<()> {
        let named = skip.reason.status() != Status::Skipped
            && match self.options.skips {
                SkipDetail::First(most) => self.account.named.len() < most,
                SkipDetail::All => true,
            };
        let line = named.then(|| {
            let place = printable_bytes(&place_bytes(&skip.provenance));
            format!("{place}: {}", printable(&skip.reason.describe()))
        });
        self.account.skip(&skip.reason, line);
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        self.account.write(&mut self.to, summary, &self.palette)?;
        self.to.flush()
    }
}

/// `path:line:column`, with the end when that is in another line.
fn location(finding: &Finding) -> String {
    let place = &finding.place;
    let path = veiled_path(place_bytes(&finding.provenance), &finding.secret);
    let path = printable_bytes(&path);
    let start = format!("{path}:{}:{}", place.start.line, place.start.column);
    if place.end.line > place.start.line {
        format!("{start}-{}:{}", place.end.line, place.end.column)
    } else {
        start
    }
}

/// How much was found, and where first.
fn counted(summary: &str, amount: &Amount) -> String {
    let mut lines: Vec<usize> = amount.places.iter().map(|p| p.start.line).collect();
    lines.dedup();
    let [_, _, ..] = lines[..] else {
        return summary.to_owned();
    };
    let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    let first = if amount.count > amount.places.len() as u64 {
        "the first on"
    } else {
        "on"
    };
    format!("{summary}; {first} lines {}", lines.join(", "))
}

/// The text up to its first full stop that ends a sentence, without the stop.
fn first_sentence(text: &str) -> String {
    let end = text.find(". ").unwrap_or(text.len());
    text[..end].trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::content::SkipReason;
    use crate::base::provenance::Provenance;
    use crate::base::secret::Secret;
    use crate::report::samples;
    use std::sync::Arc;

    fn report(findings: &[Finding], skips: &[Skip], options: TextOptions) -> String {
        let mut bytes = Vec::new();
        let mut reporter = TextReporter::new(&mut bytes, options);
        samples::drive(&mut reporter, findings, skips, &Summary::default());
        drop(reporter);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_finding_is_drawn_like_a_compilers_error() {
        let text = report(
            &[samples::finding("dir/x.env")],
            &[],
            TextOptions::default(),
        );
        let expected = "\
error[acme-token]: Acme token   confidence high, severity high
  --> dir/x.env:3:5
   |
 3 | key=Zx**********
   |     ^^^^^^^^^^^^
   |
   = why: value looks random
   = fix: Revoke it
   = id:  st1:0123456789ab

";
        assert!(text.starts_with(expected), "{text}");
    }

    #[test]
    fn plain_text_has_no_escape_and_coloured_text_says_the_same() {
        let findings = [samples::finding("x")];
        let plain = report(&findings, &[], TextOptions::default());
        let coloured = TextOptions {
            colour: Colour::Coloured,
            ..TextOptions::default()
        };
        let coloured = report(&findings, &[], coloured);
        assert!(!plain.contains('\u{1b}'));
        assert!(coloured.contains("\u{1b}["));
        let stripped: String = coloured
            .split('\u{1b}')
            .enumerate()
            .map(|(n, s)| {
                if n == 0 {
                    s
                } else {
                    s.split_once('m').map_or("", |p| p.1)
                }
            })
            .collect();
        assert_eq!(stripped, plain);
    }

    #[test]
    fn a_secret_of_many_lines_is_shown_below_the_excerpt_only_when_revealed() {
        let mut finding = samples::finding("x");
        finding.secret = Secret::new(b"first\nsecond");
        finding.place.end.line = 9;
        let hidden = report(std::slice::from_ref(&finding), &[], TextOptions::default());
        let options = TextOptions {
            reveal: Reveal::Shown,
            ..TextOptions::default()
        };
        let shown = report(&[finding], &[], options);
        assert!(shown.contains("= secret: first\\nsecond\n"));
        assert!(shown.contains("x:3:5-9:17\n"));
        assert!(!hidden.contains("second"));
    }

    #[test]
    fn only_the_first_skips_are_named_unless_all_are_asked_for() {
        let skip = |reason: SkipReason| Skip {
            provenance: Arc::new(Provenance::file("a\n::error::b")),
            reason,
        };
        let skips: Vec<Skip> = (0..12).map(|_| skip(SkipReason::Vanished)).collect();
        let text = report(&[], &skips, TextOptions::default());
        let line = "warning: not fully examined: a\\n::error::b: gone before it could be opened\n";
        assert_eq!(text.matches(line).count(), 10);
        assert!(text.contains("warning: 2 more"));
        let all = TextOptions {
            skips: SkipDetail::All,
            ..TextOptions::default()
        };
        assert_eq!(report(&[], &skips, all).matches(line).count(), 12);
        let policy = report(&[], &[skip(SkipReason::Symlink)], TextOptions::default());
        assert!(!policy.contains("warning"));
    }

    #[test]
    fn sentences_end_at_a_full_stop_and_a_blank() {
        for (text, first) in [("a.b c. D.", "a.b c"), ("One.", "One"), ("", "")] {
            assert_eq!(first_sentence(text), first);
        }
    }
}
