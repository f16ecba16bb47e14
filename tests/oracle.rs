//! The oracle: every match that a built-in rule's expression has in a text,
//! tried alone by the `regex` crate over the whole of it, is one the engine
//! reports or drops by a named step, at the same place; and the engine has no
//! other. For both engine paths, for whole texts and for texts in windows.
//!
//! `cargo test` tries about two megabytes: the repository's own files and a text
//! that mixes every rule's examples. With `STANCH_ORACLE_DIR=DIR` the files
//! below `DIR` are tried as well, up to `STANCH_ORACLE_MB` (default 20)
//! megabytes; use `cargo test --release --test oracle -- --nocapture` for that.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rayon::prelude::*;
use stanch::base::limits::{CONTEXT_AHEAD, CONTEXT_BACK};
use stanch::base::span::Span;
use stanch::detect::engine::Engine;
use stanch::detect::frame::{Carry, Found, Frame, Scratch};
use stanch::detect::generic::FileKind;
use stanch::detect::index::EnginePath;
use stanch::rules::load::{Rule, RuleKind, RuleSet};

/// A rule's number and the place of a match.
type Hit = (u32, Span);

/// New bytes per window; `None` is the whole text at once.
const WINDOWS: &[Option<usize>] = &[None, Some(64 << 10)];
const PATHS: &[EnginePath] = &[EnginePath::Prefilter, EnginePath::AhoCorasick];
/// Files are joined to texts of this size, so that windows end inside them.
const TEXT: usize = 4 << 20;

#[test]
fn the_repository_and_the_rules_examples_agree_with_the_oracle() {
    let oracle = Oracle::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut own = Vec::new();
    for folder in ["src", "rules", "tests", "benches"] {
        own.extend(joined(&root.join(folder), 1 << 20).concat());
    }
    own.truncate(1 << 20);
    let mixed = Mixer::new(&oracle.rules).text(3 << 20);
    let account = oracle.compare(&[own, mixed.clone()]);
    assert!(account.reported > 1000, "{account:?}");
    assert!(account.dropped > 300, "{account:?}");
    // Small windows put an end into every kind of match.
    let small = &mixed[..200 << 10];
    for window in [997, 4096] {
        oracle.agree(small, &oracle.expected(small), Some(window));
    }
}

#[test]
fn every_rule_has_matches_in_the_mixed_text() {
    let oracle = Oracle::new();
    let mixed = Mixer::new(&oracle.rules).text(1 << 20);
    let seen: Vec<u32> = oracle
        .expected(&mixed)
        .into_iter()
        .map(|hit| hit.0)
        .collect();
    let missing: Vec<&str> = (0..)
        .zip(&oracle.rules.rules)
        .filter(|(number, rule)| expression(rule).is_some() && !seen.contains(number))
        .map(|(_, rule)| rule.id())
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_directory_of_real_text_agrees_with_the_oracle() {
    let Some(folder) = std::env::var_os("STANCH_ORACLE_DIR") else {
        return;
    };
    let megabytes = std::env::var("STANCH_ORACLE_MB").map_or(20, |text| text.parse().unwrap());
    let texts = joined(Path::new(&folder), megabytes << 20);
    let bytes: usize = texts.iter().map(Vec::len).sum();
    let begin = Instant::now();
    let account = Oracle::new().compare(&texts);
    println!(
        "oracle: {bytes} bytes in {} texts, {} matches reported, {} dropped by a step, {:.0?}",
        texts.len(),
        account.reported,
        account.dropped,
        begin.elapsed()
    );
}

struct Oracle {
    rules: RuleSet,
    /// One engine for each path.
    engines: Vec<Engine>,
}

#[derive(Debug, Default)]
struct Account {
    reported: usize,
    dropped: usize,
}

impl Oracle {
    fn new() -> Oracle {
        let rules = RuleSet::builtin().unwrap();
        let engines = PATHS
            .iter()
            .map(|&path| Engine::new(&rules, path).unwrap())
            .collect();
        Oracle { rules, engines }
    }

    fn compare(&self, texts: &[Vec<u8>]) -> Account {
        let mut sum = Account::default();
        for text in texts {
            let expected = self.expected(text);
            for &window in WINDOWS {
                let account = self.agree(text, &expected, window);
                if window.is_none() {
                    sum.reported += account.reported;
                    sum.dropped += account.dropped;
                }
            }
        }
        sum
    }

    /// What every expression alone finds in the whole of `text`, one after the other.
    fn expected(&self, text: &[u8]) -> Vec<Hit> {
        let mut hits: Vec<Hit> = (0..self.rules.rules.len())
            .into_par_iter()
            .flat_map_iter(|number| {
                let regex = expression(&self.rules.rules[number]).map(compile);
                let found: Vec<Hit> = regex.map_or(Vec::new(), |regex| {
                    let found = regex.find_iter(text).filter(|found| !found.is_empty());
                    found
                        .map(|found| (number as u32, Span::new(found.start(), found.end())))
                        .collect()
                });
                found
            })
            .collect();
        hits.sort_unstable();
        hits
    }

    /// Demands that every engine accounts for `expected` and for nothing else.
    fn agree(&self, text: &[u8], expected: &[Hit], window: Option<usize>) -> Account {
        let mut account = Account::default();
        for (engine, path) in self.engines.iter().zip(PATHS) {
            let (reported, dropped) = self.account(engine, text, window);
            account = Account {
                reported: reported.len(),
                dropped: dropped.len(),
            };
            let mut all = [reported, dropped].concat();
            all.sort_unstable();
            let how = format!("{path:?}, window {window:?}");
            self.assert_same(text, expected, &all, &how);
        }
        account
    }

    /// Matches of pattern rules that `engine` reports, and those it drops.
    fn account(&self, engine: &Engine, text: &[u8], window: Option<usize>) -> (Vec<Hit>, Vec<Hit>) {
        let window = window.unwrap_or(text.len().max(1));
        let (mut reported, mut dropped) = (Vec::new(), Vec::new());
        let mut carry = Carry::default();
        let mut scratch = Scratch::default();
        scratch.drops = Some(Vec::new());
        let mut before = 0;
        for start in (0..text.len()).step_by(window) {
            let base = start.saturating_sub(CONTEXT_BACK);
            let end = (start + window).min(text.len());
            carry.rebase(|at| (at + before).saturating_sub(base));
            before = base;
            let frame = Frame {
                text: &text[base..(end + CONTEXT_AHEAD).min(text.len())],
                new: start - base..end - base,
                file: FileKind::of(Path::new("text")),
            };
            let mut found = Found::default();
            engine.detect(&frame, &mut carry, &mut scratch, &mut found);
            let patterns = found.matches.iter().filter(|found| {
                let rule = &self.rules.rules[found.rule.index()];
                expression(rule).is_some()
            });
            reported.extend(patterns.map(|found| (found.rule.0, found.span.shifted(base))));
            let drops = scratch.drops.iter_mut().flat_map(|drops| drops.drain(..));
            dropped.extend(drops.map(|drop| (drop.rule.0, drop.span.shifted(base))));
        }
        (reported, dropped)
    }

    fn assert_same(&self, text: &[u8], expected: &[Hit], found: &[Hit], how: &str) {
        let told = |hits: &[Hit], others: &[Hit]| -> Vec<String> {
            let missing = hits.iter().filter(|hit| others.binary_search(hit).is_err());
            let lines = missing.take(5).map(|&(number, span)| {
                let id = self.rules.rules[number as usize].id();
                // Lengths only: real text may hold a real secret.
                let line = text[..span.start].iter().filter(|&&b| b == b'\n').count() + 1;
                format!("{id} at {}..{} (line {line})", span.start, span.end)
            });
            lines.collect()
        };
        let (lost, extra) = (told(expected, found), told(found, expected));
        assert!(
            expected == found,
            "{how}: lost {lost:#?}, extra {extra:#?}, {} expected, {} found",
            expected.len(),
            found.len()
        );
    }
}

fn expression(rule: &Rule) -> Option<&str> {
    match &rule.kind {
        RuleKind::Pattern { pattern, .. } => Some(pattern),
        RuleKind::Recogniser(_)
        | RuleKind::FileName
        | RuleKind::Number(_)
        | RuleKind::Marking(_) => None,
    }
}

fn compile(pattern: &str) -> regex::bytes::Regex {
    regex::bytes::RegexBuilder::new(pattern)
        .unicode(false)
        .multi_line(true)
        .size_limit(64 << 20)
        .build()
        .unwrap()
}

/// The files below `folder`, evenly taken and joined to texts, `most` bytes in all.
fn joined(folder: &Path, most: usize) -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    list(folder, &mut files);
    files.sort();
    let total: u64 = files.iter().map(|file| file.1).sum();
    // Every n-th file, so that the whole tree is represented.
    let step = (total / most.max(1) as u64).max(1) as usize;
    let mut texts = vec![Vec::new()];
    let mut left = most;
    for (path, _) in files.iter().step_by(step) {
        let Ok(bytes) = fs::read(path) else { continue };
        let taken = &bytes[..bytes.len().min(left)];
        left -= taken.len();
        for part in taken.chunks(TEXT) {
            let last = texts.len() - 1;
            if texts[last].len() + part.len() > TEXT {
                texts.push(part.to_vec());
            } else {
                texts[last].extend_from_slice(part);
            }
        }
    }
    texts
}

fn list(folder: &Path, out: &mut Vec<(PathBuf, u64)>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        if kind.is_dir() {
            list(&entry.path(), out);
        } else if kind.is_file() {
            let size = entry.metadata().map_or(0, |data| data.len());
            out.push((entry.path(), size));
        }
    }
}

/// Makes text out of the rules' examples and all sorts of noise.
struct Mixer {
    examples: Vec<String>,
    state: u64,
}

impl Mixer {
    fn new(rules: &RuleSet) -> Mixer {
        let all = rules.rules.iter().flat_map(|rule| {
            let examples = &rule.examples;
            examples.matching.iter().chain(&examples.ignore).cloned()
        });
        Mixer {
            examples: all.collect(),
            state: 7,
        }
    }

    /// Every example once on lines of its own, then parts of examples and noise, `size` bytes or a little more.
    fn text(&mut self, size: usize) -> Vec<u8> {
        let mut out = Vec::new();
        for number in 0..self.examples.len() {
            out.extend_from_slice(self.examples[number].as_bytes());
            out.extend_from_slice(b"\n\n");
        }
        while out.len() < size {
            let pick = self.below(self.examples.len());
            let example = self.examples[pick].clone().into_bytes();
            match self.below(6) {
                0 => out.extend_from_slice(&example[..self.below(example.len() + 1)]),
                1 => out.extend_from_slice(&example[self.below(example.len() + 1)..]),
                2 => out.extend(example.iter().flat_map(|&byte| [byte, 0])),
                3 => {
                    out.extend_from_slice(&example);
                    out.extend_from_slice(&example);
                }
                4 => {
                    let at = self.below(example.len().max(1));
                    out.extend_from_slice(&example[..at]);
                    out.push(self.next() as u8);
                    out.extend_from_slice(&example[at..]);
                }
                _ => out.extend_from_slice(&example),
            }
            self.noise(&mut out);
        }
        out
    }

    fn noise(&mut self, out: &mut Vec<u8>) {
        let length = self.below(120);
        match self.below(9) {
            0 => out.extend_from_slice(b"\r\n"),
            1 => out.extend_from_slice("für 東京 \u{1f389} »«\n".as_bytes()),
            2 => out.extend((0..length).map(|_| self.next() as u8)),
            3 => out.extend((0..length).map(|_| b"0123456789abcdef"[self.below(16)])),
            4 => out.extend((0..length * 20).map(|_| b'A' + self.below(26) as u8)),
            5 => out.extend_from_slice(b"\", \""),
            6 => out.extend_from_slice(b" = "),
            _ => out.push(b'\n'),
        }
    }

    fn next(&mut self) -> u64 {
        // SplitMix64.
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
}
