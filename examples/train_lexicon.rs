//! Builds `rules/words/bigrams.txt` and `rules/words/words.txt` from directories of clean sources.
//!
//! Usage: `cargo run --release --example train_lexicon -- OUT_DIR SOURCE_DIR...`
//!
//! Every source directory counts the same, whatever its size, so that one large tree does not
//! decide alone. Files over 1 MiB, files that are not UTF-8 and lines over 300 bytes (minified or
//! encoded text) are passed over, and so are alphanumeric runs that are long or mixed with digits.
//! The tables committed here were made from the sources of an operating system kernel, of the
//! crates this project depends on, and of the standard library of a scripting language.
//!
//! * Bigrams: surprise of each pair of letters (or of a letter and the edge of a run) in
//!   sixteenths of a bit, 27 rows of 27 numbers; row and column 0 are the edge.
//! * Words: words of four to sixteen letters, by the share of files that hold them, best first
//!   taken, then sorted.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Words kept.
const WORDS: usize = 9_000;
/// A word must stand in this many files of one directory.
const LEAST_FILES: u32 = 3;

#[derive(Default)]
struct Counts {
    files: u32,
    bigrams: Vec<u64>,
    words: HashMap<String, u32>,
}

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let out = arguments.next().expect("first argument: output directory");
    let mut bigrams = vec![1e-6_f64; 27 * 27];
    let mut words: HashMap<String, f64> = HashMap::new();
    for source in arguments {
        let counts = count(&source);
        let total: u64 = counts.bigrams.iter().sum();
        for (sum, n) in bigrams.iter_mut().zip(&counts.bigrams) {
            *sum += as_f64(*n) / as_f64(total.max(1));
        }
        for (word, n) in counts.words {
            if n >= LEAST_FILES {
                *words.entry(word).or_default() += f64::from(n) / f64::from(counts.files.max(1));
            }
        }
    }
    std::fs::write(out.join("bigrams.txt"), bigram_table(&bigrams))?;
    let mut list = std::fs::File::create(out.join("words.txt"))?;
    for word in best(words) {
        writeln!(list, "{word}")?;
    }
    Ok(())
}

/// Counts one directory of sources.
fn count(source: &Path) -> Counts {
    let mut counts = Counts {
        bigrams: vec![0; 27 * 27],
        ..Counts::default()
    };
    for entry in walkdir::WalkDir::new(source).into_iter().flatten() {
        if !entry.file_type().is_file() || entry.metadata().map_or(0, |m| m.len()) > 1 << 20 {
            continue;
        }
        let Ok(text) = std::fs::read_to_string(entry.path()) else {
            continue;
        };
        counts.files += 1;
        let mut seen = HashSet::new();
        for line in text.lines().filter(|line| line.len() <= 300) {
            for token in line.split(|c: char| !c.is_ascii_alphanumeric()) {
                if token.len() <= 32 && token.bytes().all(|b| b.is_ascii_alphabetic()) {
                    count_token(token, &mut counts.bigrams, &mut seen);
                }
            }
        }
        for word in seen {
            *counts.words.entry(word).or_default() += 1;
        }
    }
    counts
}

/// Adds the pairs and words of one run of letters.
fn count_token(token: &str, bigrams: &mut [u64], seen: &mut HashSet<String>) {
    if token.len() < 3 {
        return;
    }
    let mut last = 0;
    for b in token.bytes() {
        let next = usize::from(b.to_ascii_lowercase() - b'a') + 1;
        bigrams[last * 27 + next] += 1;
        last = next;
    }
    bigrams[last * 27] += 1;
    for word in camel_words(token) {
        if (4..=16).contains(&word.len()) {
            seen.insert(word.to_ascii_lowercase());
        }
    }
}

/// Splits before each capital that follows a small letter.
fn camel_words(token: &str) -> Vec<&str> {
    let bytes = token.as_bytes();
    let mut words = Vec::new();
    let mut start = 0;
    for i in 1..bytes.len() {
        if bytes[i].is_ascii_uppercase() && bytes[i - 1].is_ascii_lowercase() {
            words.push(&token[start..i]);
            start = i;
        }
    }
    words.push(&token[start..]);
    words
}

/// The table in sixteenths of a bit.
fn bigram_table(sums: &[f64]) -> String {
    let mut table = String::new();
    for row in sums.chunks(27) {
        let total: f64 = row.iter().sum();
        let cells: Vec<String> = row
            .iter()
            .map(|share| format!("{:.0}", (-16.0 * (share / total).log2()).clamp(0.0, 255.0)))
            .collect();
        let _ = writeln!(table, "{}", cells.join(" "));
    }
    table
}

/// The best words, sorted by letter.
fn best(words: HashMap<String, f64>) -> Vec<String> {
    let mut ranked: Vec<(String, f64)> = words.into_iter().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    ranked.truncate(WORDS);
    let mut list: Vec<String> = ranked.into_iter().map(|(word, _)| word).collect();
    list.sort();
    list
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn as_f64(n: u64) -> f64 {
    n as f64
}
