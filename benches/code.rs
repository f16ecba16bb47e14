//! How much protected source code is found again, renamed and formatted anew, and
//! how often unrelated code is taken for it.
//!
//! `cargo bench --bench code` takes the crates in this machine's cargo registry;
//! `cargo bench --bench code -- DIR END` takes the files with that ending under
//! the folders in DIR. Folders whose names begin with the same word are one group;
//! one group in six is protected, every third is public, the others are clean. Prints tables; measures no time.
#![expect(clippy::print_stdout, reason = "this is a program that prints a table")]
#![expect(clippy::cast_precision_loss, reason = "counts of files are small")]

#[path = "../tests/register/leaks.rs"]
#[allow(dead_code, reason = "tests use the rest")]
mod leaks;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use leaks::Dice;
use stanch::base::control::Control;
use stanch::base::level::Confidence;
use stanch::base::provenance::Provenance;
use stanch::fingerprint::cover::Density;
use stanch::fingerprint::keys::Keys;
use stanch::fingerprint::lexer::{Kind, Lexer, Syntax};
use stanch::fingerprint::profile::Profile;
use stanch::register::build::{Options, Source, build};
use stanch::register::entry::Entry;
use stanch::register::found::Found;
use stanch::register::level::Level;
use stanch::register::public;
use stanch::rules::load::RuleSet;
use stanch::scan::scanner::{ScanOptions, Scanner, Worker};

/// Leaks per cell of the table.
const LEAKS: usize = 300;
/// Lines of an excerpt.
const LENGTHS: &[usize] = &[10, 20, 30, 50, 100];
/// Bytes of a line that is too long for code somebody wrote.
const LINE: usize = 4000;
/// Lines around an excerpt.
const HOST: usize = 200;
/// Files that are protected, and clean, at most.
const PROTECTED: usize = 400;
const CLEAN: usize = 12_000;

#[derive(Clone, Copy, Debug)]
enum Change {
    Verbatim,
    NoComments,
    Formatted,
    Renamed,
    RenamedFormatted,
}

/// Files by what they are for.
struct Corpus {
    end: String,
    protected: Vec<String>,
    public: Vec<PathBuf>,
    clean: Vec<String>,
}

fn main() {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with("--"))
        .collect();
    let corpus = match &args[..] {
        [folder, end] => corpus(Path::new(folder), end),
        _ => corpus(&registry(), "rs"),
    };
    let bytes = |files: &[String]| files.iter().map(String::len).sum::<usize>() as f64 / 1e6;
    println!(
        "{} protected files ({:.1} MB), {} clean ({:.1} MB)",
        corpus.protected.len(),
        bytes(&corpus.protected),
        corpus.clean.len(),
        bytes(&corpus.clean)
    );
    for subtract in [false, true] {
        let scanner = scanner(&corpus, subtract);
        println!(
            "public code {}",
            if subtract {
                "subtracted"
            } else {
                "not subtracted"
            }
        );
        alarms(&scanner, &corpus);
        if subtract {
            recall(&scanner, &corpus);
        }
    }
}

fn registry() -> PathBuf {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home =
        home.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")));
    let folder = home.unwrap_or_default().join("registry/src");
    let mut inside = fs::read_dir(&folder).into_iter().flatten().flatten();
    inside.next().map_or(folder, |first| first.path())
}

fn corpus(folder: &Path, end: &str) -> Corpus {
    let mut groups: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        let family = name.split(['-', '_', '.']).next().unwrap_or_default();
        if path.is_dir() {
            groups.entry(family.to_owned()).or_default().push(path);
        }
    }
    let mut groups: Vec<Vec<PathBuf>> = groups.into_values().collect();
    let mut corpus = Corpus {
        end: end.to_owned(),
        protected: Vec::new(),
        public: Vec::new(),
        clean: Vec::new(),
    };
    let mut dice = Dice(5);
    while !groups.is_empty() {
        let mut group = groups.swap_remove(dice.below(groups.len()));
        group.sort();
        let mut files = Vec::new();
        for folder in &group {
            collect(folder, end, &mut files);
        }
        let texts = || {
            files
                .iter()
                .filter_map(|path| fs::read_to_string(path).ok())
                // A token of a longer line can be cut within a character.
                .filter(|text| text.lines().all(|line| line.len() < LINE))
        };
        match dice.below(12) {
            0 | 1 if corpus.protected.len() < PROTECTED => {
                let long = texts().filter(|text| text.lines().count() >= 60);
                corpus.protected.extend(long.take(PROTECTED / 8));
            }
            roll if roll % 3 == 2 => corpus.public.extend(group),
            _ if corpus.clean.len() < CLEAN => corpus.clean.extend(texts()),
            _ => {}
        }
    }
    corpus.protected.truncate(PROTECTED);
    corpus
}

fn collect(folder: &Path, end: &str, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            collect(&path, end, out);
        } else if path.extension().is_some_and(|own| own == end) {
            out.push(path);
        }
    }
}

fn scanner(corpus: &Corpus, subtract: bool) -> Scanner {
    let keys = Keys::derive(b"code");
    let paths = if subtract { &corpus.public[..] } else { &[] };
    let public = public::read(paths, &keys).unwrap_or_else(|error| panic!("{error}"));
    let sources = corpus
        .protected
        .iter()
        .enumerate()
        .map(|(number, text)| Source {
            entry: Entry {
                id: number.to_string(),
                path: format!("a.{}", corpus.end).into(),
                ..Entry::default()
            },
            bytes: text.clone().into_bytes(),
        });
    let options = Options {
        density: Density::Normal,
        max_families: 3,
        created: 0,
    };
    let index = build(sources.collect(), Vec::new(), &public, keys, &options);
    let index = index.unwrap_or_else(|error| panic!("{error}"));
    let mut kept: HashMap<Profile, u32> = HashMap::new();
    for document in &index.documents {
        *kept.entry(document.profile).or_default() += document.account.kept;
    }
    println!("fingerprints: {kept:?}");
    let options = ScanOptions {
        register: Some(Arc::new(index)),
        min_confidence: Confidence::Medium,
        ..ScanOptions::default()
    };
    let rules = RuleSet::of(&[]).unwrap_or_else(|told| panic!("{told}"));
    Scanner::new(&rules, options).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn scan(scanner: &Scanner, worker: &mut Worker, end: &str, text: &str) -> Vec<Arc<Found>> {
    let provenance = Arc::new(Provenance::file(format!("leak.{end}")));
    let size = Some(text.len() as u64);
    let outcome = scanner.scan_reader(
        text.as_bytes(),
        size,
        &provenance,
        &Control::default(),
        worker,
    );
    outcome
        .findings
        .into_iter()
        .filter_map(|finding| finding.document)
        .collect()
}

/// Clean files in which something is found, by profile and level.
fn alarms(scanner: &Scanner, corpus: &Corpus) {
    let mut worker = scanner.worker(0);
    let mut counts: HashMap<(Profile, Level), usize> = HashMap::new();
    let mut files = 0;
    for text in &corpus.clean {
        let found = scan(scanner, &mut worker, &corpus.end, text);
        files += usize::from(found.iter().any(|found| found.profile != Profile::Text));
        let mut seen: Vec<(Profile, Level)> = found
            .iter()
            .map(|found| (found.profile, found.level))
            .collect();
        seen.sort_unstable();
        seen.dedup();
        for key in seen {
            *counts.entry(key).or_default() += 1;
        }
    }
    let mut lines: Vec<_> = counts.into_iter().collect();
    lines.sort_unstable();
    let share = 100.0 * files as f64 / corpus.clean.len().max(1) as f64;
    println!("clean files with a finding of the code profiles: {files} ({share:.2} %)");
    for ((profile, level), count) in lines {
        println!("  {:<10} {:<11} {count}", profile.as_str(), level.as_str());
    }
}

fn recall(scanner: &Scanner, corpus: &Corpus) {
    let mut worker = scanner.worker(0);
    println!("lines: % found / named rightly / of them likely");
    for change in [
        Change::Verbatim,
        Change::NoComments,
        Change::Formatted,
        Change::Renamed,
        Change::RenamedFormatted,
    ] {
        let mut line = format!("{:<17}", format!("{change:?}"));
        for &lines in LENGTHS {
            let (mut found, mut right, mut likely) = (0, 0, 0);
            for number in 0..LEAKS {
                let mut dice = Dice((lines * 1_000_000 + number) as u64);
                let (document, leak) = leak(corpus, lines, change, &mut dice);
                let told = scan(scanner, &mut worker, &corpus.end, &leak);
                found += usize::from(!told.is_empty());
                let own = told
                    .iter()
                    .find(|found| found.document.entry.id == document);
                right += usize::from(own.is_some());
                likely += usize::from(own.is_some_and(|found| found.level >= Level::Likely));
            }
            let percent = |count: usize| 100.0 * count as f64 / LEAKS as f64;
            let _ = write!(
                line,
                " | {lines}: {:.1} / {:.1} / {:.1}",
                percent(found),
                percent(right),
                percent(likely)
            );
        }
        println!("{line}");
    }
}

/// An excerpt in the middle of other code, and the id of its document.
fn leak(corpus: &Corpus, lines: usize, change: Change, dice: &mut Dice) -> (String, String) {
    let syntax = Syntax::of(Path::new(&format!("a.{}", corpus.end))).unwrap_or_default();
    let (number, excerpt) = loop {
        let number = dice.below(corpus.protected.len());
        let text = &corpus.protected[number];
        let starts = starts(text, syntax);
        if starts.len() >= lines {
            let from = dice.below(starts.len() - lines + 1);
            let last = starts[from + lines - 1];
            let end = text[last..].find('\n').map_or(text.len(), |at| last + at);
            break (number, text[starts[from]..end].to_owned() + "\n");
        }
    };
    // Without comments, lest the excerpt stand in one.
    let host = &corpus.clean[dice.below(corpus.clean.len())];
    let host = changed(host, Change::NoComments, &corpus.end);
    let host: Vec<&str> = host.lines().take(HOST).collect();
    let (before, after) = host.split_at(host.len() / 2);
    let text = changed(&excerpt, change, &corpus.end);
    (
        number.to_string(),
        format!("{}\n{text}{}\n", before.join("\n"), after.join("\n")),
    )
}

/// Where the lines begin that have code on them, and not comments only.
fn starts(text: &str, syntax: Syntax) -> Vec<usize> {
    let mut out: Vec<usize> = Vec::new();
    Lexer::default().read(syntax, text.as_bytes(), 0..text.len(), &mut |token| {
        let line = text[..token.range.start].rfind('\n').map_or(0, |at| at + 1);
        if out.last() != Some(&line) {
            out.push(line);
        }
    });
    out
}

fn changed(text: &str, change: Change, end: &str) -> String {
    if matches!(change, Change::Verbatim) {
        return text.to_owned();
    }
    let syntax = Syntax::of(Path::new(&format!("a.{end}"))).unwrap_or_default();
    let mut tokens = Vec::new();
    Lexer::default().read(syntax, text.as_bytes(), 0..text.len(), &mut |token| {
        tokens.push(token);
    });
    let mut names: HashMap<&str, String> = HashMap::new();
    let mut out = String::new();
    let mut last = 0;
    for (at, token) in tokens.iter().enumerate() {
        let word = &text[token.range.clone()];
        let between = &text[last..token.range.start];
        match change {
            Change::Formatted | Change::RenamedFormatted => {
                out += if at % 7 == 6 { "\n        " } else { " " };
            }
            _ if between.contains('\n') => out += "\n",
            _ if !between.is_empty() => out += " ",
            _ => {}
        }
        let renames = matches!(change, Change::Renamed | Change::RenamedFormatted);
        if renames
            && token.kind == Kind::Word
            && !stanch::fingerprint::code::is_keyword(word.as_bytes())
        {
            let next = names.len();
            out += names.entry(word).or_insert_with(|| format!("v{next}x"));
        } else {
            out += word;
        }
        last = token.range.end;
    }
    out + "\n"
}
