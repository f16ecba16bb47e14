//! Words that name a number, near it.
//!
//! All words of all rules are looked for together, and only around numbers:
//! what was looked through once is remembered, so that a text full of numbers is
//! read once.

use aho_corasick::AhoCorasick;

use super::{BEFORE, BEHIND, RuleBits};
use crate::base::span::Span;
use crate::detect::markings::elsewhere;

/// Words shorter than this must stand by themselves; longer ones may be part of a
/// compound or an identifier.
const BY_ITSELF: usize = 7;
/// Bytes looked through beyond what is asked for.
const MORE: usize = 512;

/// The words of all rules.
#[derive(Debug)]
pub struct Words {
    automaton: AhoCorasick,
    /// The rules of each word.
    rules: Vec<RuleBits>,
    longest: usize,
}

impl Words {
    /// The words of each rule, by its number.
    ///
    /// # Errors
    /// They are too many.
    pub fn new<'a>(
        words: impl IntoIterator<Item = (usize, &'a str)>,
    ) -> Result<Words, aho_corasick::BuildError> {
        let mut all = std::collections::BTreeMap::<Vec<u8>, RuleBits>::new();
        for (rule, word) in words {
            let lower = word.to_ascii_lowercase();
            for other in elsewhere(&lower) {
                all.entry(other).or_default().set(rule);
            }
            all.entry(lower.into_bytes()).or_default().set(rule);
        }
        let longest = all.keys().map(Vec::len).max().unwrap_or(0);
        Ok(Words {
            automaton: AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .build(all.keys())?,
            rules: all.into_values().collect(),
            longest,
        })
    }

    /// The rules that have a word in `text`.
    pub fn within(&self, text: &[u8]) -> RuleBits {
        let mut bits = RuleBits::default();
        for found in self.automaton.find_overlapping_iter(text) {
            let span = Span::new(found.start(), found.end());
            if stands_by_itself(text, span) {
                bits.join(&self.rules[found.pattern().as_usize()]);
            }
        }
        bits
    }
}

/// What is known of the words of one text.
#[derive(Debug, Default)]
pub struct Context {
    /// Words seen, by their end.
    hits: Vec<(Span, u32)>,
    /// What was looked through: all words that lie in it are known.
    known: Option<Span>,
    /// Hits before this one are too far back to matter.
    first: usize,
}

impl Context {
    /// Forgets the text.
    pub fn clear(&mut self) {
        self.hits.clear();
        self.known = None;
        self.first = 0;
    }

    /// The rules that have a word near `number`. Numbers are asked for in
    /// ascending order.
    pub fn near(&mut self, words: &Words, text: &[u8], number: Span) -> RuleBits {
        let around = Span::new(
            number.start.saturating_sub(BEFORE),
            (number.end + BEHIND).min(text.len()),
        );
        self.look(words, text, around);
        while let Some((hit, _)) = self.hits.get(self.first) {
            if hit.end + BEFORE + words.longest > number.start {
                break;
            }
            self.first += 1;
        }
        let mut bits = RuleBits::default();
        for &(hit, word) in &self.hits[self.first..] {
            if hit.end > around.end + words.longest {
                break;
            }
            if around.contains(hit) && !hit.overlaps(number) {
                bits.join(&words.rules[word as usize]);
            }
        }
        bits
    }

    fn look(&mut self, words: &Words, text: &[u8], around: Span) {
        let from = match self.known {
            Some(known) if known.contains(around) => return,
            Some(known) if known.start <= around.start && around.start <= known.end => known.end,
            _ => {
                self.clear();
                around.start
            }
        };
        let start = match self.known {
            Some(known) => from.saturating_sub(words.longest).max(known.start),
            None => from,
        };
        let end = (around.end + MORE).min(text.len());
        for found in words.automaton.find_overlapping_iter(&text[start..end]) {
            let span = Span::new(found.start(), found.end()).shifted(start);
            let is_new = self.known.is_none_or(|known| span.end > known.end);
            if is_new && stands_by_itself(text, span) {
                self.hits.push((span, found.pattern().as_u32()));
            }
        }
        let begin = self.known.map_or(start, |known| known.start);
        self.known = Some(Span::new(begin, end));
    }
}

/// True when the word at `span` is one, and not a part of another word.
fn stands_by_itself(text: &[u8], span: Span) -> bool {
    let word = span.of(text);
    if !word.is_ascii() || word.len() >= BY_ITSELF {
        return true;
    }
    let before = span.start.checked_sub(1).map(|at| text[at]);
    let behind = text.get(span.end).copied();
    let first = word.first().copied().unwrap_or_default();
    let last = word.last().copied().unwrap_or_default();
    let begins = match before {
        Some(b) if b.is_ascii_alphabetic() => b.is_ascii_lowercase() && first.is_ascii_uppercase(),
        Some(b) => b < 0x80,
        None => true,
    };
    let ends = match behind {
        Some(b's') => !text.get(span.end + 1).is_some_and(u8::is_ascii_alphabetic),
        Some(b) if b.is_ascii_alphabetic() => last.is_ascii_lowercase() && b.is_ascii_uppercase(),
        Some(b) => b < 0x80 || !last.is_ascii_alphabetic(),
        None => true,
    };
    begins && ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words() -> Words {
        Words::new([
            (0, "ssn"),
            (1, "social security"),
            (2, "kreditkarte"),
            (0, "ИНН"),
        ])
        .unwrap()
    }

    #[test]
    fn short_words_stand_by_themselves() {
        for (text, expected) in [
            ("ssn: 1", true),
            ("user_ssn 1", true),
            ("userSsn=1", true),
            ("ssnValue=1", true),
            ("SSNs 1", true),
            ("bassnote 1", false),
            ("classname 1", false),
            ("ssnot 1", false),
        ] {
            assert_eq!(words().within(text.as_bytes()).has(0), expected, "{text}");
        }
        assert!(words().within("Kreditkartennummer".as_bytes()).has(2));
        assert!(words().within("ИНН 1".as_bytes()).has(0));
    }

    proptest! {
        #[test]
        fn what_is_remembered_is_what_stands_there(text in "(ssn |x{1,80}| social security |kreditkarte|7){0,60}") {
            let (words, text) = (words(), text.as_bytes());
            let mut context = Context::default();
            for at in (0..text.len()).filter(|&at| text[at] == b'7') {
                let number = Span::new(at, at + 1);
                let known = context.near(&words, text, number);
                let fresh = Context::default().near(&words, text, number);
                prop_assert_eq!(known, fresh);
            }
        }
    }
}
