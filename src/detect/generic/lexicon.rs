//! What natural text looks like: letter pairs, words, and the fragments of placeholders.
//!
//! The tables are data under `rules/words`; `examples/train_lexicon.rs` makes the first two.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// Letters of a value that are looked at; longer values are judged by their beginning.
const HORIZON: usize = 256;
/// Fragments this long do not occur by chance.
const SURE_FRAGMENT: usize = 5;
/// Fragments this long do not occur by chance in long values either.
const SUREST_FRAGMENT: usize = 7;
const SHORTEST: usize = 4;
const LONGEST: usize = 16;

static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::load);

struct Lexicon {
    /// Surprise of letter pairs in sixteenths of a bit; 0 is the edge of a run.
    bigrams: [u8; 27 * 27],
    /// Open hash table of word digests; 0 is free.
    words: Vec<u32>,
    fragments: Option<AhoCorasick>,
    known: Vec<&'static str>,
}

/// What the letters of a value say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Letters {
    /// Mean surprise of a letter after the one before, in bits.
    pub(super) surprise: f32,
    /// Share of letters that belong to words of four letters or more, 0 to 1.
    pub(super) cover: f32,
}

/// Measures the letter runs of `value`.
pub(super) fn letters(value: &[u8]) -> Letters {
    let value = &value[..value.len().min(HORIZON)];
    let lexicon = &*LEXICON;
    let (mut bits, mut steps, mut total, mut covered) = (0u32, 0u32, 0u32, 0u32);
    let mut at = 0;
    while at < value.len() {
        if !value[at].is_ascii_alphabetic() {
            at += 1;
            continue;
        }
        let end = at
            + value[at..]
                .iter()
                .take_while(|b| b.is_ascii_alphabetic())
                .count();
        let run = &value[at..end];
        bits += lexicon.run_bits(run);
        steps += run.len() as u32 + 1;
        total += run.len() as u32;
        covered += lexicon.run_cover(run);
        at = end;
    }
    if total == 0 {
        return Letters {
            surprise: 0.0,
            cover: 0.0,
        };
    }
    Letters {
        surprise: ratio(bits, steps * 16),
        cover: ratio(covered, total),
    }
}

/// True when a fragment that placeholders are made of stands in `value`. Short ones stand in random
/// text too, so they count only where the value is `natural`.
pub(super) fn has_placeholder(value: &[u8], natural: Natural) -> bool {
    LEXICON.fragments.as_ref().is_some_and(|automaton| {
        automaton
            .find_overlapping_iter(value)
            .any(|found| natural == Natural::Yes || found.len() >= SURE_FRAGMENT)
    })
}

/// True when a fragment long enough to be sure of in any value stands in `value`.
pub(super) fn has_sure_placeholder(value: &[u8]) -> bool {
    LEXICON.fragments.as_ref().is_some_and(|automaton| {
        automaton
            .find_overlapping_iter(value)
            .any(|found| found.len() >= SUREST_FRAGMENT)
    })
}

/// Whether the letters of a value look like natural text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Natural {
    /// They do.
    Yes,
    /// They look random.
    No,
}

/// True for well-known weak passwords and stand-ins, without regard to case.
pub(super) fn is_known(value: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(value) else {
        return false;
    };
    if text.len() > 32 {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    LEXICON.known.binary_search(&lower.as_str()).is_ok()
}

/// Builds the tables now rather than at the first value.
pub(super) fn prepare() {
    LazyLock::force(&LEXICON);
}

#[expect(clippy::cast_precision_loss, reason = "both stay below 2^16")]
fn ratio(part: u32, whole: u32) -> f32 {
    part as f32 / whole.max(1) as f32
}

fn letter(byte: u8) -> usize {
    usize::from(byte.to_ascii_lowercase().wrapping_sub(b'a')).min(25) + 1
}

fn step(digest: u32, byte: u8) -> u32 {
    (digest ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0193)
}

const SEED: u32 = 0x811C_9DC5;

impl Lexicon {
    fn load() -> Lexicon {
        let mut bigrams = [0; 27 * 27];
        let cells = include_str!("../../../rules/words/bigrams.txt").split_ascii_whitespace();
        for (cell, text) in bigrams.iter_mut().zip(cells) {
            *cell = text.parse().unwrap_or(u8::MAX);
        }
        let mut lexicon = Lexicon {
            bigrams,
            words: vec![0; 1 << 15],
            fragments: fragments(),
            known: include_str!("../../../rules/words/known-values.txt")
                .lines()
                .collect(),
        };
        lexicon.known.sort_unstable();
        for word in include_str!("../../../rules/words/words.txt").lines() {
            let digest = word.bytes().fold(SEED, step).max(1);
            let place = lexicon.place(digest);
            lexicon.words[place] = digest;
        }
        lexicon
    }

    /// The slot of `digest`, or the free slot where it belongs. The table is a third full.
    fn place(&self, digest: u32) -> usize {
        let mask = self.words.len() - 1;
        let mut at = (digest ^ (digest >> 15)) as usize & mask;
        while self.words[at] != 0 && self.words[at] != digest {
            at = (at + 1) & mask;
        }
        at
    }

    fn run_bits(&self, run: &[u8]) -> u32 {
        let mut last = 0;
        let mut bits = 0;
        for &byte in run {
            let next = letter(byte);
            bits += u32::from(self.bigrams[last * 27 + next]);
            last = next;
        }
        bits + u32::from(self.bigrams[last * 27])
    }

    /// Letters of a run covered by words: at each place the longest word is taken.
    fn run_cover(&self, run: &[u8]) -> u32 {
        let mut covered = 0;
        let mut at = 0;
        while at + SHORTEST <= run.len() {
            let mut digest = SEED;
            let mut best = 0;
            for (i, &byte) in run[at..].iter().take(LONGEST).enumerate() {
                digest = step(digest, byte);
                if i + 1 >= SHORTEST && self.words[self.place(digest.max(1))] != 0 {
                    best = i + 1;
                }
            }
            covered += best as u32;
            at += best.max(1);
        }
        covered
    }
}

fn fragments() -> Option<AhoCorasick> {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::Standard)
        .kind(Some(AhoCorasickKind::DFA))
        .build(include_str!("../../../rules/words/placeholder-fragments.txt").lines())
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_covered_and_random_letters_are_not() {
        assert!(letters(b"databaseConnection").cover > 0.9);
        assert!(letters(b"xqzvkwpjhgtr").cover < 0.1);
        assert!(letters(b"connection").surprise < 4.0);
        assert!(letters(b"xqzvkwpjhgtr").surprise > 6.0);
    }

    #[test]
    fn values_without_letters_say_nothing() {
        assert_eq!(
            letters(b"1234-5678"),
            Letters {
                surprise: 0.0,
                cover: 0.0
            }
        );
    }

    #[test]
    fn placeholders_are_found_without_regard_to_case() {
        assert!(has_placeholder(b"my-EXAMPLE-value", Natural::Yes));
        assert!(!has_placeholder(b"vodwznrzgi", Natural::Yes));
        assert!(is_known(b"ChangeMe"));
        assert!(!is_known(b"vodwznrzgi"));
    }
}
