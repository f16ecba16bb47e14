//! Makes a variant of labelled data in which short secrets look like words, as people's do.
//!
//! Usage: `cargo run --release --example word_like_generic -- ROOT OUT SEED [WORDS]`
//!
//! The labelled data (see `labels/mod.rs`) has random letters in the place of every true value. This
//! takes the rows labelled `T` whose value is short and mostly of letters, and puts a dictionary word
//! of the same length (or several) in the place of each run of letters, in the same case. Which words
//! depends on SEED and the row's number; they come from the lexicon, or from the file WORDS, one to a line. OUT gets `data/` with the files changed and `meta/` with
//! the rows changed; a scan of it is scored for recall only, since all other rows are left out.
//!
//! The variant is data like what it is made from: keep it outside of repositories.

#[allow(dead_code, reason = "other examples use the rest")]
mod labels;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use labels::Row;
use sha2::{Digest, Sha256};

/// Values longer than this are tokens.
const LONGEST: usize = 24;

/// Words by length.
type Words = Vec<Vec<String>>;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let root = PathBuf::from(arguments.next().ok_or("first argument: ROOT")?);
    let out = PathBuf::from(arguments.next().ok_or("second argument: OUT")?);
    let seed = arguments.next().ok_or("third argument: SEED")?;
    let words = match arguments.next() {
        Some(path) => words(&std::fs::read_to_string(path)?),
        None => words(include_str!("../rules/words/words.txt")),
    };
    let mut files: BTreeMap<PathBuf, Vec<Row>> = BTreeMap::new();
    for row in labels::read(&root)? {
        if row.truth == 'T' && row.chosen && row.first == row.last && row.value.is_some() {
            files.entry(row.path.clone()).or_default().push(row);
        }
    }
    let mut changed: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for (path, rows) in files {
        let text = std::fs::read(root.join(&path))?;
        let (text, done) = replace(&String::from_utf8_lossy(&text), &rows, &words, &seed);
        if !done.is_empty() {
            write(&out.join(&path), text.as_bytes())?;
            for row in done {
                changed.entry(row.repository.clone()).or_default().push(row);
            }
        }
    }
    let total: usize = changed.values().map(Vec::len).sum();
    for (repository, rows) in changed {
        let records = rows.iter().map(|row| row.record.as_str());
        let table: Vec<&str> = std::iter::once(labels::HEAD).chain(records).collect();
        let name = format!("meta/{repository}.csv");
        write(&out.join(name), (table.join("\n") + "\n").as_bytes())?;
    }
    writeln!(std::io::stderr(), "{total} values changed")?;
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(path.parent().unwrap_or(path))?;
    std::fs::write(path, bytes)
}

/// The words of a list by length, in small letters.
fn words(list: &str) -> Words {
    let mut words: Words = vec![Vec::new(); 17];
    for word in list.lines() {
        let plain = word.bytes().all(|b| b.is_ascii_lowercase());
        if plain && (4..=16).contains(&word.len()) {
            words[word.len()].push(word.to_owned());
        }
    }
    words
}

/// The text with the values of `rows` exchanged, and the rows for which that was done.
fn replace(text: &str, rows: &[Row], words: &Words, seed: &str) -> (String, Vec<Row>) {
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let mut done = Vec::new();
    for row in rows {
        let (Some((from, to)), Some(line)) = (row.value, lines.get_mut(row.first - 1)) else {
            continue;
        };
        let characters: Vec<char> = line.chars().collect();
        let Some(value) = characters.get(from..to) else {
            continue;
        };
        if is_short_word(value) {
            let mut new: String = characters[..from].iter().collect();
            new.extend(natural(value, words, &format!("{seed}:{}", row.id)));
            new.extend(&characters[to..]);
            *line = new;
            done.push(row.clone());
        }
    }
    (lines.join("\n"), done)
}

/// Short, and mostly letters.
fn is_short_word(value: &[char]) -> bool {
    let letters = value.iter().filter(|c| c.is_ascii_alphabetic()).count();
    (4..=LONGEST).contains(&value.len()) && letters >= 4 && letters * 10 >= value.len() * 7
}

/// The value with words in the place of its letters.
fn natural(value: &[char], words: &Words, seed: &str) -> Vec<char> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < value.len() {
        let run = value[at..]
            .iter()
            .take_while(|c| c.is_ascii_alphabetic())
            .count();
        let length = match run {
            0 => {
                out.push(value[at]);
                at += 1;
                continue;
            }
            // The rest must be long enough for a word too.
            17..20 => run / 2,
            20.. => 12,
            _ => run,
        };
        let place = &value[at..at + length];
        match words[length].as_slice() {
            [] => out.extend(place),
            known => {
                let digest = Sha256::digest(format!("{seed}:{at}"));
                let number = usize::from(digest[0]) * 256 + usize::from(digest[1]);
                let word = known[number % known.len()].as_str();
                out.extend(dressed(word, place));
            }
        }
        at += length;
    }
    out
}

/// `word` in the case of `model`: small, all capitals, or with a capital in front.
fn dressed<'a>(word: &'a str, model: &[char]) -> impl Iterator<Item = char> + 'a {
    let upper = model.iter().filter(|c| c.is_ascii_uppercase()).count();
    let (all, first) = (
        upper == model.len() && upper > 1,
        model[0].is_ascii_uppercase(),
    );
    word.chars().enumerate().map(move |(i, c)| {
        if all || first && i == 0 {
            c.to_ascii_uppercase()
        } else {
            c
        }
    })
}
