//! How many excerpts of protected documents are found again, changed as leaks are.
//!
//! `cargo bench --bench recall` makes up its documents; `cargo bench --bench recall
//! -- DIR...` takes the longer text files under the directories, every third as
//! a host that protects nothing. Of those only hosts in which nothing protected
//! stands are used, lest their quotations be counted. Files whose names differ
//! between two dots only (`guide.da.txt`, `guide.en.txt`) are versions of one
//! document, and licences are public, as in any register.
//!
//! Excerpts are drawn from everything. In brackets stand the shares of those that
//! a register says it protects: what it takes for boilerplate or for rows of
//! figures, and drawings, are left out there. Prints a table; measures no time.
#![expect(clippy::print_stdout, reason = "this is a program that prints a table")]
#![expect(clippy::cast_precision_loss, reason = "counts of leaks are small")]

#[path = "../tests/register/leaks.rs"]
#[allow(dead_code, reason = "tests use the rest")]
mod leaks;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use leaks::{Change, Dice, leak, prose};
use stanch::base::level::Confidence;
use stanch::base::span::Span;
use stanch::fingerprint::TAGGED;
use stanch::fingerprint::candidates::candidates;
use stanch::fingerprint::keys::Keys;
use stanch::fingerprint::symbols::{Alphabet, Grain};
use stanch::register::build::{Options, Source, build};
use stanch::register::entry::Entry;
use stanch::register::found::{Found, Passage};
use stanch::register::level::Level;
use stanch::register::public;
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

/// Families in which a text may stand before it is boilerplate.
const FAMILIES: u32 = 3;

/// A text of the machine, or an invented one.
struct Text {
    /// What its versions have in common.
    family: String,
    text: String,
}

/// A protected document.
struct Document {
    text: Text,
    symbols: Vec<u8>,
}

/// What is protected, and what is known of it without asking the index.
struct Register {
    documents: Vec<Document>,
    keys: Keys,
    alphabet: Alphabet,
    public: public::Public,
    /// In how many families each candidate stands, and the last of them.
    families: HashMap<u64, (u32, usize)>,
}

/// What became of the leaks of one cell.
#[derive(Default)]
struct Cell {
    possible: usize,
    likely: usize,
    /// Leaks of what a register says it protects, and what became of them.
    protected: usize,
    protected_possible: usize,
    protected_likely: usize,
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
    let (documents, mut hosts) = texts(&folders);
    println!("{} documents, {} hosts", documents.len(), hosts.len());
    let register = Register::new(documents);
    let scanner = scanner(&register);
    let mut worker = scanner.worker(0);
    hosts.retain(|host| {
        scan(&scanner, &mut worker, host.as_bytes())
            .findings
            .is_empty()
    });
    println!("{} hosts have nothing of a document", hosts.len());
    println!(
        "words: % possible / likely (of what is protected) / wrong document / another one with the same text / mean IoU (share of IoU >= 0.8)"
    );
    for &change in Change::ALL {
        let mut line = format!("{:<14}", format!("{change:?}"));
        for &words in LENGTHS {
            let cell = cell(&scanner, &mut worker, change, words, (&register, &hosts));
            let percent = |count: usize, all: usize| 100.0 * count as f64 / all.max(1) as f64;
            let _ = write!(
                line,
                " | {words}: {:.1} / {:.1} ({:.1} / {:.1} of {}) / {:.1} / {:.1} / {:.2} ({:.0})",
                percent(cell.possible, LEAKS),
                percent(cell.likely, LEAKS),
                percent(cell.protected_possible, cell.protected),
                percent(cell.protected_likely, cell.protected),
                cell.protected,
                percent(cell.wrong, LEAKS),
                percent(cell.shared, LEAKS),
                cell.overlap / cell.possible.max(1) as f64,
                percent(cell.good_spans, cell.possible)
            );
        }
        println!("{line}");
    }
}

impl Register {
    fn new(texts: Vec<Text>) -> Register {
        let keys = Keys::derive(b"recall");
        let alphabet = Alphabet::default();
        let document = |text: Text| Document {
            symbols: alphabet.symbols(text.text.as_bytes(), Grain::Raw(0)),
            text,
        };
        let documents: Vec<Document> = texts.into_iter().map(document).collect();
        let mut numbers: HashMap<&str, usize> = HashMap::new();
        let mut families: HashMap<u64, (u32, usize)> = HashMap::new();
        for document in &documents {
            let next = numbers.len() + 1;
            let family = *numbers.entry(&document.text.family).or_insert(next);
            for tag in tags(&keys, &document.symbols) {
                let (count, last) = families.entry(tag).or_default();
                *count += u32::from(*last != family);
                *last = family;
            }
        }
        Register {
            public: public::read(&[], &keys).unwrap_or_else(|error| panic!("{error}")),
            documents,
            keys,
            alphabet,
            families,
        }
    }

    /// True unless `excerpt`, of so many words, is what a register says it leaves
    /// out: licences and boilerplate, rows of figures, drawings.
    fn protects(&self, excerpt: &str, words: usize) -> bool {
        let symbols = self.alphabet.symbols(excerpt.as_bytes(), Grain::Raw(0));
        let digits = symbols.iter().filter(|s| s.is_ascii_digit()).count();
        let is_left_out = |tag: &u64| {
            self.public.holds(*tag) || self.families.get(tag).is_some_and(|f| f.0 > FAMILIES)
        };
        let tags = tags(&self.keys, &symbols);
        let left_out = tags.iter().filter(|tag| is_left_out(tag)).count();
        symbols.len() >= 3 * words && 8 * digits <= 5 * symbols.len() && 2 * left_out <= tags.len()
    }
}

/// The tags of all candidates of `symbols`.
fn tags(keys: &Keys, symbols: &[u8]) -> Vec<u64> {
    let gram = |at: u32| symbols[at as usize..].first_chunk::<TAGGED>();
    let places = candidates(keys, symbols).into_iter();
    places.filter_map(|at| Some(keys.tag(gram(at)?))).collect()
}

/// Documents to protect, and texts to hide them in.
fn texts(folders: &[String]) -> (Vec<Text>, Vec<String>) {
    if folders.is_empty() {
        let text = |seed: u64| Text {
            family: seed.to_string(),
            text: prose(seed, 1_600),
        };
        let hosts = (1_000..1_280).map(|seed| prose(seed, 1_600));
        return ((0..280).map(text).collect(), hosts.collect());
    }
    let mut found = Vec::new();
    for folder in folders {
        for entry in walkdir(Path::new(folder)) {
            let Ok(text) = fs::read_to_string(&entry) else {
                continue;
            };
            if text.split_whitespace().count() >= SHORTEST {
                let family = family(&entry);
                found.push(Text { family, text });
            }
        }
    }
    let mut dice = Dice(1);
    let mut documents = Vec::new();
    let mut hosts = Vec::new();
    while !found.is_empty() && (documents.len() < 280 || hosts.len() < 280) {
        let text = found.swap_remove(dice.below(found.len()));
        if hosts.len() < documents.len() / 2 || documents.len() == 280 {
            hosts.push(text.text);
        } else {
            documents.push(text);
        }
    }
    (documents, hosts)
}

/// `guide` for `guide.en.txt`, else the whole path.
fn family(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match name.split('.').collect::<Vec<&str>>()[..] {
        [stem, _, _] => stem.to_owned(),
        _ => path.to_string_lossy().into_owned(),
    }
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

fn scanner(register: &Register) -> Scanner {
    let source = |(number, document): (usize, &Document)| Source {
        entry: Entry {
            id: number.to_string(),
            family: Some(document.text.family.clone()),
            path: "document.txt".into(),
            ..Entry::default()
        },
        bytes: document.text.text.clone().into_bytes(),
    };
    let options = Options {
        density: stanch::fingerprint::cover::Density::Normal,
        max_families: FAMILIES,
        created: 0,
    };
    let sources = register.documents.iter().enumerate().map(source);
    let index = build(
        sources.collect(),
        Vec::new(),
        &register.public,
        Keys::derive(b"recall"),
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
    (register, hosts): (&Register, &[String]),
) -> Cell {
    let mut cell = Cell::default();
    for number in 0..LEAKS {
        // The same excerpts for every change.
        let dice = Dice((words * 1_000_000 + number) as u64);
        let draw = |change: Change, mut dice: Dice| {
            let document = &register.documents[dice.below(register.documents.len())];
            let host = &hosts[dice.below(hosts.len())];
            let end = host.floor_char_boundary(HOST);
            let leak = leak(&document.text.text, words, change, &host[..end], &mut dice);
            (document, leak)
        };
        let (_, plain) = draw(Change::Verbatim, dice.clone());
        let excerpt = String::from_utf8_lossy(&plain.bytes[plain.span]);
        let is_protected = register.protects(&excerpt, words);
        cell.protected += usize::from(is_protected);
        let (document, leak) = draw(change, dice);
        let span = Span::new(leak.span.start, leak.span.end);
        for finding in scan(scanner, worker, &leak.bytes).findings {
            let Some(found) = &finding.document else {
                continue;
            };
            let near = found
                .passages
                .iter()
                .filter(|p| p.place.span.overlaps(span));
            let near: Vec<&Passage> = near.collect();
            if near.is_empty() {
                continue;
            }
            if *found.document.entry.family() != document.text.family {
                let shared = has_text(found, &near, register, document);
                cell.shared += usize::from(shared);
                cell.wrong += usize::from(!shared);
                continue;
            }
            let is_likely = found.level >= Level::Likely;
            cell.possible += 1;
            cell.likely += usize::from(is_likely);
            cell.protected_possible += usize::from(is_protected);
            cell.protected_likely += usize::from(is_protected && is_likely);
            let overlap = overlap(&near, span);
            cell.overlap += overlap;
            cell.good_spans += usize::from(overlap >= 0.8);
        }
    }
    cell
}

/// How much of the passages, which are reported together, and of `span` is common to both.
fn overlap(passages: &[&Passage], span: Span) -> f64 {
    let starts = passages.iter().map(|p| p.place.span.start);
    let ends = passages.iter().map(|p| p.place.span.end);
    let (from, to) = (
        starts.min().unwrap_or(span.start),
        ends.max().unwrap_or(span.end),
    );
    let common = to.min(span.end).saturating_sub(from.max(span.start));
    let union = to.max(span.end) - from.min(span.start);
    common as f64 / union as f64
}

/// True when 32 symbols of a passage of another document stand in `document`, too.
fn has_text(found: &Found, near: &[&Passage], register: &Register, document: &Document) -> bool {
    let Ok(named) = found.document.entry.id.parse::<usize>() else {
        return false;
    };
    let symbols = &register.documents[named].symbols;
    let ranges = near.iter().filter_map(|passage| passage.origin);
    ranges.into_iter().any(|(from, to)| {
        let passage = &symbols[from as usize..to as usize];
        let mut grams = passage.windows(TAGGED);
        grams.any(|gram| memchr::memmem::find(&document.symbols, gram).is_some())
    })
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
