//! How many excerpts of protected documents are found again, changed as leaks are.
//!
//! `cargo bench --bench recall` makes up its documents; `cargo bench --bench recall
//! -- DIR...` takes the longer text files under the directories, every third as
//! a host that protects nothing. Prints a table; measures no time.
#![expect(clippy::print_stdout, reason = "this is a program that prints a table")]
#![expect(clippy::cast_precision_loss, reason = "counts of leaks are small")]

#[path = "../tests/register/leaks.rs"]
#[allow(dead_code, reason = "tests use the rest")]
mod leaks;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use leaks::{Change, Dice, leak, prose};
use stanch::base::level::Confidence;
use stanch::base::span::Span;
use stanch::fingerprint::TAGGED;
use stanch::fingerprint::keys::Keys;
use stanch::fingerprint::symbols::{Alphabet, Grain};
use stanch::register::build::{Options, Public, Source, build};
use stanch::register::entry::Entry;
use stanch::register::found::{Found, Passage};
use stanch::register::level::Level;
use stanch::rules::load::RuleSet;
use stanch::scan::scanner::{ScanOptions, Scanner, Worker};

/// Leaks per cell of the table.
const LEAKS: usize = 500;
/// Words in an excerpt.
const LENGTHS: &[usize] = &[20, 30, 40, 60, 100, 200];
/// Bytes around an excerpt.
const HOST: usize = 20_000;
/// Words of a document that is long enough.
const SHORTEST: usize = 1_000;

/// What became of the leaks of one cell.
#[derive(Default)]
struct Cell {
    possible: usize,
    likely: usize,
    /// Another document was named, and it does not have the text.
    wrong: usize,
    /// Another document was named that has the text as well.
    shared: usize,
    good_spans: usize,
    overlap: f64,
}

fn main() {
    let folders: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with("--"))
        .collect();
    let (documents, hosts) = texts(&folders);
    println!("{} documents, {} hosts", documents.len(), hosts.len());
    let scanner = scanner(&documents);
    let alphabet = Alphabet::default();
    let symbols: Vec<Vec<u8>> = documents
        .iter()
        .map(|text| alphabet.symbols(text.as_bytes(), Grain::Raw(0)))
        .collect();
    let mut worker = scanner.worker(0);
    println!(
        "words: % possible / likely / wrong document / another one with the same text / mean IoU (share of IoU >= 0.8)"
    );
    for &change in Change::ALL {
        let mut line = format!("{:<14}", format!("{change:?}"));
        for &words in LENGTHS {
            let texts = (&documents[..], &hosts[..], &symbols[..]);
            let cell = cell(&scanner, &mut worker, change, words, texts);
            let percent = |count: usize| 100.0 * count as f64 / LEAKS as f64;
            let _ = write!(
                line,
                " | {words}: {:.1} / {:.1} / {:.1} / {:.1} / {:.2} ({:.0})",
                percent(cell.possible),
                percent(cell.likely),
                percent(cell.wrong),
                percent(cell.shared),
                cell.overlap / cell.possible.max(1) as f64,
                100.0 * cell.good_spans as f64 / cell.possible.max(1) as f64
            );
        }
        println!("{line}");
    }
}

/// Documents to protect, and texts to hide them in.
fn texts(folders: &[String]) -> (Vec<String>, Vec<String>) {
    if folders.is_empty() {
        let texts = |from: u64| (from..from + 280).map(|seed| prose(seed, 1_600)).collect();
        return (texts(0), texts(1_000));
    }
    let mut found = Vec::new();
    for folder in folders {
        for entry in walkdir(Path::new(folder)) {
            let Ok(text) = fs::read_to_string(&entry) else {
                continue;
            };
            if text.split_whitespace().count() >= SHORTEST {
                found.push(text);
            }
        }
    }
    let mut dice = Dice(1);
    let mut documents = Vec::new();
    let mut hosts = Vec::new();
    while !found.is_empty() && (documents.len() < 280 || hosts.len() < 280) {
        let text = found.swap_remove(dice.below(found.len()));
        if hosts.len() < documents.len() / 2 || documents.len() == 280 {
            hosts.push(text);
        } else {
            documents.push(text);
        }
    }
    (documents, hosts)
}

fn walkdir(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut out = Vec::new();
    let mut entries: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .collect();
    entries.sort_by_key(fs::DirEntry::path);
    for entry in entries {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            out.extend(walkdir(&path));
        } else if path
            .extension()
            .is_some_and(|end| ["txt", "rst", "md"].iter().any(|e| end == *e))
        {
            out.push(path);
        }
    }
    out
}

fn scanner(documents: &[String]) -> Scanner {
    let entry = |number: usize| Entry {
        id: number.to_string(),
        path: "document.txt".into(),
        ..Entry::default()
    };
    let sources = documents.iter().enumerate().map(|(number, text)| Source {
        entry: entry(number),
        bytes: text.clone().into_bytes(),
    });
    let options = Options {
        density: stanch::fingerprint::cover::Density::Normal,
        max_families: 3,
        created: 0,
    };
    let keys = Keys::derive(b"recall");
    let index = build(
        sources.collect(),
        Vec::new(),
        &Public::default(),
        keys,
        &options,
    );
    let index = index.unwrap_or_else(|error| panic!("{error}"));
    println!("{} fingerprints", index.table.len());
    let options = ScanOptions {
        register: Some(Arc::new(index)),
        min_confidence: Confidence::Medium,
        ..ScanOptions::default()
    };
    let rules = RuleSet::of(&[]).unwrap_or_else(|told| panic!("{told}"));
    Scanner::new(&rules, options).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn cell(
    scanner: &Scanner,
    worker: &mut Worker,
    change: Change,
    words: usize,
    (documents, hosts, symbols): (&[String], &[String], &[Vec<u8>]),
) -> Cell {
    let mut cell = Cell::default();
    for number in 0..LEAKS {
        // The same excerpts for every change.
        let mut dice = Dice((words * 1_000_000 + number) as u64);
        let document = dice.below(documents.len());
        let host = &hosts[dice.below(hosts.len())];
        let mut end = HOST.min(host.len());
        while !host.is_char_boundary(end) {
            end -= 1;
        }
        let leak = leak(&documents[document], words, change, &host[..end], &mut dice);
        let outcome = scan(scanner, worker, &leak.bytes);
        for finding in &outcome.findings {
            let Some(found) = &finding.document else {
                continue;
            };
            let span = finding.place.span;
            // Real hosts quote documents, too.
            if span.end <= leak.span.start || leak.span.end <= span.start {
                continue;
            }
            if found.document.entry.id != document.to_string() {
                if has_text(found, symbols, document) {
                    cell.shared += 1;
                } else {
                    cell.wrong += 1;
                }
                continue;
            }
            cell.possible += 1;
            cell.likely += usize::from(found.level >= Level::Likely);
            // All passages together are what is reported.
            let near = |p: &&Passage| {
                p.place
                    .span
                    .overlaps(Span::new(leak.span.start, leak.span.end))
            };
            let from = found
                .passages
                .iter()
                .filter(near)
                .map(|p| p.place.span.start)
                .min();
            let to = found
                .passages
                .iter()
                .filter(near)
                .map(|p| p.place.span.end)
                .max();
            let (from, to) = (from.unwrap_or(span.start), to.unwrap_or(span.end));
            let common = to
                .min(leak.span.end)
                .saturating_sub(from.max(leak.span.start));
            let union = to.max(leak.span.end) - from.min(leak.span.start);
            let overlap = common as f64 / union as f64;
            cell.overlap += overlap;
            cell.good_spans += usize::from(overlap >= 0.8);
        }
    }
    cell
}

/// True when the first symbols that were found of a document stand in `document`, too.
fn has_text(found: &Found, symbols: &[Vec<u8>], document: usize) -> bool {
    let named: Option<usize> = found.document.entry.id.parse().ok();
    let origin = found.passages.first().and_then(|passage| passage.origin);
    let gram = named.zip(origin).and_then(|(named, (from, _))| {
        let from = from as usize;
        symbols.get(named)?.get(from..from + TAGGED)
    });
    gram.is_some_and(|gram| memchr::memmem::find(&symbols[document], gram).is_some())
}

fn scan(scanner: &Scanner, worker: &mut Worker, bytes: &[u8]) -> stanch::judge::outcome::Outcome {
    let provenance = Arc::new(stanch::base::provenance::Provenance::file("leak.txt"));
    let control = stanch::base::control::Control::default();
    scanner.scan_reader(
        bytes,
        Some(bytes.len() as u64),
        &provenance,
        &control,
        worker,
    )
}
