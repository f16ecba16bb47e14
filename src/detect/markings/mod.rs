//! Classification markings: words that say how secret a text is, and labels that
//! programs write.
//!
//! The words are common ones. Whether `SECRET` marks a text is told by where it stands: alone on
//! a line, at the top or the bottom, behind a label, in capitals; and not in a sentence, and not in code
//! ([`place`]). Labels of programs are read by [`labels`]. What is said of a place depends on
//! the bytes within [`REACH`] of it and on the file's path.

pub mod labels;
pub mod place;

use std::collections::HashSet;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization as _;

use crate::base::evidence::Evidence;
use crate::base::id::RuleIdx;
use crate::base::level::Confidence;
use crate::base::span::Span;
use crate::detect::Match;
use crate::detect::frame::{Carry, Found, Frame};
use crate::detect::generic::Syntax;
use crate::rules::file::Marking;
use crate::rules::load::{Rule, RuleKind};

/// Most bytes beside a place that anything here looks at.
pub const REACH: usize = 8 << 10;

/// The rules for markings, by rule number.
#[derive(Debug, Default)]
pub struct Markings {
    rules: Vec<Option<Known>>,
}

/// One rule's words.
#[derive(Debug)]
struct Known {
    marking: Arc<Marking>,
    /// Its words as they stand in texts.
    phrases: Vec<Vec<u8>>,
    /// Longer markings of any rule that hold one of the words, and where in them it begins.
    within: Vec<(usize, Vec<u8>)>,
}

/// A marking that stands somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marked {
    /// The words, or the label.
    pub span: Span,
    /// What speaks for and against it.
    pub evidence: Evidence,
    /// How sure.
    pub confidence: Confidence,
}

impl Markings {
    /// Those of `rules` that look for markings.
    pub fn new(rules: &[Arc<Rule>]) -> Markings {
        let markings = rules.iter().map(|rule| match &rule.kind {
            RuleKind::Marking(marking) => Some(Arc::clone(marking)),
            _ => None,
        });
        let markings: Vec<Option<Arc<Marking>>> = markings.collect();
        let all: Vec<Vec<u8>> = markings
            .iter()
            .flatten()
            .flat_map(|marking| written(&marking.phrases))
            .collect();
        let known = |marking: &Arc<Marking>| {
            let phrases = written(&marking.phrases);
            Known {
                marking: Arc::clone(marking),
                within: within(&phrases, &all),
                phrases,
            }
        };
        Markings {
            rules: markings
                .iter()
                .map(|marking| marking.as_ref().map(known))
                .collect(),
        }
    }

    /// True when rule `number` looks for markings.
    pub fn has(&self, number: usize) -> bool {
        self.rules[number].is_some()
    }

    /// Appends the markings of rule `number` to `out`. One of its words stands at each of
    /// `places`.
    pub fn sweep(
        &self,
        number: usize,
        places: impl Iterator<Item = usize>,
        frame: &Frame<'_>,
        carry: &Carry,
        out: &mut Found,
    ) {
        let path = carry.path().unwrap_or_default();
        let file = place::File::of(path, frame.file.syntax() == Syntax::Code);
        let found = places.filter_map(|at| self.examine(number, frame.text, at, &file));
        out.matches.extend(found.map(|marked| Match {
            rule: RuleIdx(number as u32),
            span: marked.span,
            secret: marked.span,
            evidence: marked.evidence,
            confidence: marked.confidence,
        }));
    }

    /// The marking of rule `number` that begins at `at`, where one of its words stands.
    pub fn examine(
        &self,
        number: usize,
        text: &[u8],
        at: usize,
        file: &place::File,
    ) -> Option<Marked> {
        let known = self.rules[number].as_ref()?;
        if let Some(parser) = &known.marking.label {
            return labels::examine(parser, text, at);
        }
        let phrase = known
            .phrases
            .iter()
            .filter(|phrase| stands(phrase, text, at))
            .max_by_key(|phrase| phrase.len())?;
        let span = Span::new(at, at + phrase.len());
        let covered = known.within.iter().any(|(offset, longer)| {
            at.checked_sub(*offset).is_some_and(|start| {
                longer.len() > span.len()
                    && start + longer.len() >= span.end
                    && stands(longer, text, start)
            })
        });
        if covered || !place::is_whole(text, span) {
            return None;
        }
        place::judge(known.marking.base, text, span, *file)
    }
}

/// The phrases in UTF-8, and as they look in old encodings and in wide text. Of
/// letters beyond ASCII, whose case is not folded, also the way they begin a
/// line, and what they are with their accents as characters of their own.
pub(super) fn written(phrases: &[String]) -> Vec<Vec<u8>> {
    let mut out: Vec<Vec<u8>> = Vec::new();
    let mut add = |phrase: &str| {
        out.push(phrase.as_bytes().to_vec());
        out.extend(elsewhere(phrase));
        if !phrase.is_ascii() {
            out.push(phrase.nfd().collect::<String>().into_bytes());
        }
    };
    for phrase in phrases {
        add(phrase);
        if !phrase.is_ascii() {
            add(&titled(phrase));
        }
    }
    let mut seen = HashSet::new();
    out.retain(|phrase| seen.insert(phrase.clone()));
    out
}

/// The text with a capital at its beginning only.
fn titled(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    let rest = letters.as_str().to_lowercase();
    first.into_iter().flatten().chain(rest.chars()).collect()
}

/// The text in Latin-1 and as the view of wide text shows it, where that differs.
pub(super) fn elsewhere(text: &str) -> impl Iterator<Item = Vec<u8>> {
    latin_1(text).into_iter().chain(in_wide(text))
}

/// The text with a question mark for each character that the view of wide text does not show,
/// if that leaves enough of it.
fn in_wide(text: &str) -> Option<Vec<u8>> {
    let shown = text
        .chars()
        .map(|c| u8::try_from(c).ok().filter(u8::is_ascii));
    let shown: Vec<u8> = shown.map(|b| b.unwrap_or(b'?')).collect();
    let letters = shown.iter().filter(|b| b.is_ascii_alphabetic()).count();
    (!text.is_ascii() && letters >= 4 && letters * 4 >= shown.len() * 3).then_some(shown)
}

/// The text in Latin-1, where that differs from UTF-8 and is possible.
fn latin_1(text: &str) -> Option<Vec<u8>> {
    if text.is_ascii() {
        return None;
    }
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).ok())
        .collect()
}

/// True when `phrase` stands at `at`, ASCII letters in any case.
fn stands(phrase: &[u8], text: &[u8], at: usize) -> bool {
    text.get(at..at + phrase.len())
        .is_some_and(|there| there.eq_ignore_ascii_case(phrase))
}

/// Every phrase of `all` that holds one of `own`, and where.
fn within(own: &[Vec<u8>], all: &[Vec<u8>]) -> Vec<(usize, Vec<u8>)> {
    let mut out = Vec::new();
    for phrase in own {
        for longer in all.iter().filter(|longer| longer.len() > phrase.len()) {
            let places = (0..=longer.len() - phrase.len()).filter(|&at| stands(phrase, longer, at));
            out.extend(places.map(|at| (at, longer.clone())));
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_beyond_ascii_are_known_in_all_their_forms() {
        let all = written(&["FÜR ALLE".to_owned(), "СЕКРЕТНО".to_owned()]);
        let has = |phrase: &str| all.iter().any(|known| known == phrase.as_bytes());
        for phrase in [
            "FÜR ALLE",
            "Für alle",
            "FU\u{308}R ALLE",
            "Fu\u{308}r alle",
            "Секретно",
        ] {
            assert!(has(phrase), "{phrase}");
        }
        assert_eq!(written(&["SECRET".to_owned()]), [b"SECRET"]);
    }
}
