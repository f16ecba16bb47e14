//! Names and canaries that the register holds in the clear, found as they are
//! written but for ASCII case: an automaton over raw text.
//!
//! Only a vault has them. What they say without marks and spaces is looked for
//! by its keyed tag, in both tiers, if it has eight letters and digits.

use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::phrase::PhraseEntry;

/// Bytes of the shortest name.
pub const SHORTEST: usize = 3;

/// Bytes of the longest name.
pub const LONGEST: usize = 200;

/// Looks for names.
#[derive(Clone, Debug, Default)]
pub struct Names {
    automaton: Option<AhoCorasick>,
    /// The phrase of each pattern.
    numbers: Vec<u32>,
}

impl Names {
    /// Prepares to look for those of `phrases` that are in the clear.
    pub fn new(phrases: &[PhraseEntry]) -> Names {
        let named = (0..).zip(phrases);
        let named = named.filter_map(|(number, phrase)| Some((number, phrase.text.as_deref()?)));
        let (numbers, texts): (Vec<u32>, Vec<&str>) = named.unzip();
        if texts.is_empty() {
            return Names::default();
        }
        // Some thousand short patterns always make an automaton.
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .build(texts)
            .ok();
        Names { automaton, numbers }
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.automaton.is_none()
    }

    /// Calls `found` with the number of every phrase that begins in `text[new]`
    /// and stands alone, and with its bytes.
    pub fn find(&self, text: &[u8], new: Range<usize>, found: &mut dyn FnMut(u32, Range<usize>)) {
        let Some(automaton) = &self.automaton else {
            return;
        };
        let end = new.end.saturating_add(LONGEST).min(text.len());
        for place in automaton.find_overlapping_iter(&text[new.start..end]) {
            let range = new.start + place.start()..new.start + place.end();
            if range.start < new.end && stands_alone(text, &range) {
                found(self.numbers[place.pattern().as_usize()], range);
            }
        }
    }
}

/// True when no letter or digit goes on before or after the name, where it begins
/// or ends with one itself.
fn stands_alone(text: &[u8], range: &Range<usize>) -> bool {
    let is_letter = |at: Option<usize>| {
        at.and_then(|at| text.get(at))
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80)
    };
    let goes_on = |inner: usize, outer: Option<usize>| is_letter(Some(inner)) && is_letter(outer);
    !goes_on(range.start, range.start.checked_sub(1)) && !goes_on(range.end - 1, Some(range.end))
}
