//! The windows by which a literal is found.
//!
//! The prefilter looks at every second position only, so each literal needs one
//! window at an even and one at an odd distance from its beginning. A window
//! may reach beyond the literal: what stands around it then enters with every
//! key it can have. Of all windows the pair is taken that costs least, counting
//! how often its keys occur in source text and how many there are.

use crate::detect::byte_set::{ByteSet, bits};
use crate::detect::frequency;
use crate::detect::literals::{Sought, Symbol};
use crate::detect::prefilter::{self, Beside, CasedKey, WINDOW};

/// What a key costs by itself: places where something else passes for it, per
/// megabyte.
const PER_KEY: f64 = 0.6;
/// Most keys of one window.
const MOST_KEYS: usize = 512;
/// Length from which on a literal has windows of either parity in itself.
const LONG: usize = WINDOW + 1;

/// A window of a literal.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Window {
    /// Bytes from the one before the literal to the window: zero when the
    /// window begins before the literal, one when both begin together.
    pub(super) lead: usize,
    /// The keys that the window can have.
    pub(super) keys: Vec<CasedKey>,
    /// What may stand beside it.
    pub(super) beside: Beside,
}

impl Window {
    /// All that the prefilter has to know of the window.
    pub(super) fn entered(&self) -> impl Iterator<Item = (CasedKey, Beside)> {
        self.keys.iter().map(|&key| (key, self.beside))
    }
}

/// The cheapest window of each parity; `None` when the literal, with all that
/// is known around it, is too vague for the prefilter.
pub(super) fn choose(sought: &Sought) -> Option<[Window; 2]> {
    let pair = cheapest(sought)?;
    Some(pair.map(|chosen| {
        let places = places(sought, chosen.lead);
        let mut keys = Vec::with_capacity(chosen.keys as usize);
        visit(&places, |key| keys.push(key));
        Window {
            lead: chosen.lead,
            keys,
            beside: beside(sought, chosen.lead),
        }
    }))
}

/// What may stand beside the window with `lead`.
fn beside(sought: &Sought, lead: usize) -> Beside {
    let before = match lead.checked_sub(1) {
        Some(at) => place(sought, at).all(),
        None => u64::MAX,
    };
    Beside {
        before,
        after: place(sought, lead + WINDOW).all(),
    }
}

/// Expected cost of looking for the literal, per megabyte of source text;
/// `None` when the prefilter cannot look for it.
pub(super) fn cost(sought: &Sought) -> Option<f64> {
    cheapest(sought).map(|[even, odd]| f64::midpoint(even.cost(), odd.cost()))
}

/// Expected places per megabyte of source text at which the literal is looked
/// for; all of them when the prefilter cannot help.
pub(super) fn per_megabyte(sought: &Sought) -> f64 {
    // Each window is looked for at half the places.
    cheapest(sought).map_or(1e6, |[even, odd]| {
        f64::midpoint(even.frequency, odd.frequency)
    })
}

/// A window that may be chosen.
struct Choice {
    lead: usize,
    keys: u32,
    /// Expected occurrences per megabyte of source text.
    frequency: f64,
}

impl Choice {
    fn cost(&self) -> f64 {
        self.frequency + PER_KEY * f64::from(self.keys)
    }
}

fn cheapest(sought: &Sought) -> Option<[Choice; 2]> {
    let length = sought.literal.len();
    // Windows that lie in the literal have one key each; others are worth their
    // keys only where there are none of these.
    let leads = if length >= LONG {
        1..=length + 1 - WINDOW
    } else {
        0..=length
    };
    let mut best: [Option<Choice>; 2] = [None, None];
    for lead in leads {
        let Some(choice) = weigh(sought, lead) else {
            continue;
        };
        let slot = &mut best[lead % 2];
        if slot.as_ref().is_none_or(|old| choice.cost() < old.cost()) {
            *slot = Some(choice);
        }
    }
    let [even, odd] = best;
    Some([even?, odd?])
}

fn weigh(sought: &Sought, lead: usize) -> Option<Choice> {
    let places = places(sought, lead);
    let mut keys = places[..WINDOW - 1]
        .iter()
        .map(Folded::len)
        .product::<usize>();
    keys *= places[WINDOW - 1].coarse().count();
    if keys == 0 || keys > MOST_KEYS {
        return None;
    }
    let mut frequency = 0.0;
    visit(&places, |key| frequency += frequency::of(key.key));
    Some(Choice {
        lead,
        keys: keys as u32,
        frequency,
    })
}

/// What may stand at the four places of the window with `lead`.
fn places(sought: &Sought, lead: usize) -> [Folded; WINDOW] {
    std::array::from_fn(|nth| place(sought, lead + nth))
}

/// What may stand `nth` bytes from the one before the literal on.
fn place(sought: &Sought, nth: usize) -> Folded {
    let Some(at) = nth.checked_sub(1) else {
        return Folded::of(&sought.around.before);
    };
    if let Some(symbol) = sought.literal.get(at) {
        return Folded::of_symbol(*symbol);
    }
    let after = sought.around.next.get(at - sought.literal.len());
    Folded::of(after.unwrap_or(&ByteSet::ANY))
}

/// Calls `each` with every key of a window.
fn visit(places: &[Folded; WINDOW], mut each: impl FnMut(CasedKey)) {
    let [a, b, c, d] = places;
    for first in a.iter() {
        for second in b.iter() {
            for third in c.iter() {
                let cases = cases([first.1, second.1, third.1]);
                for last in d.coarse() {
                    each(CasedKey {
                        key: prefilter::key([first.0, second.0, third.0, last]),
                        cases,
                    });
                }
            }
        }
    }
}

/// For each case of one byte of three, the combinations it takes part in.
const COMBINATIONS: [[u8; 4]; 3] = [
    [0, 0b0101_0101, 0b1010_1010, 0xFF],
    [0, 0b0011_0011, 0b1100_1100, 0xFF],
    [0, 0b0000_1111, 0b1111_0000, 0xFF],
];

/// One bit for each case that three bytes can have together.
fn cases(each: [u8; 3]) -> u8 {
    let combinations = COMBINATIONS.iter().zip(each);
    combinations.fold(0xFF, |all, (of, case)| all & of[usize::from(case)])
}

/// A set of bytes after the prefilter's [fold](prefilter::fold). There are 64
/// folded bytes, those from 0x20 and from 0x60 on; each has a bit in either word.
#[derive(Clone, Copy)]
struct Folded {
    /// Those that come of a byte in which bit 5 is not set.
    unset: u64,
    /// Those that come of a byte in which it is.
    set: u64,
}

impl Folded {
    fn of(set: &ByteSet) -> Folded {
        let [low, high, rest @ ..] = set.words();
        let mut folded = Folded {
            unset: low & LOWER | high << 32,
            set: low >> 32 | high & !LOWER,
        };
        // All bytes beyond ASCII become the last folded one.
        if rest.iter().any(|word| word & LOWER != 0) {
            folded.unset |= LAST;
        }
        if rest.iter().any(|word| word & !LOWER != 0) {
            folded.set |= LAST;
        }
        folded
    }

    fn of_symbol(symbol: Symbol) -> Folded {
        Folded::of(&symbol.bytes().collect())
    }

    /// The folded bytes, as the prefilter numbers them.
    fn all(self) -> u64 {
        self.unset | self.set
    }

    fn len(&self) -> usize {
        (self.unset | self.set).count_ones() as usize
    }

    /// The folded bytes, each with whether bit 5 may have been unset (1), set (2), or either (3).
    fn iter(self) -> impl Iterator<Item = (u8, u8)> {
        bits(self.unset | self.set).map(move |nth| {
            let byte = if nth < 32 { 0x20 + nth } else { 0x40 + nth };
            let case = self.unset >> nth & 1 | (self.set >> nth & 1) << 1;
            (byte, case as u8)
        })
    }

    /// What keys [keep](prefilter::coarse) of the bytes, each value once.
    fn coarse(self) -> impl Iterator<Item = u8> {
        let mut seen = [0u64; 2];
        for (byte, _) in self.iter() {
            let kept = prefilter::coarse(byte);
            seen[usize::from(kept >> 6 & 1)] |= 1 << (kept & 63);
        }
        bits(seen[0]).chain(bits(seen[1]).map(|bit| 64 + bit))
    }
}

/// The lower half of a word.
const LOWER: u64 = 0xFFFF_FFFF;
/// The last folded byte, 0x7F.
const LAST: u64 = 1 << 63;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::detect::heads::Around;

    fn sought(text: &str, around: Around) -> Sought {
        let literal = text.bytes().map(|want| Symbol { want, fold: 0 });
        Sought {
            literal: literal.collect(),
            around: Arc::new(around),
        }
    }

    proptest! {
        #[test]
        fn a_folded_set_has_the_fold_of_each_byte_in_its_case(bytes in proptest::collection::vec(any::<u8>(), 0..20)) {
            let folded = Folded::of(&bytes.iter().copied().collect());
            let mut want: Vec<(u8, u8)> = Vec::new();
            for byte in bytes {
                let case = 1 << (byte >> 5 & 1);
                let byte = prefilter::fold(byte);
                match want.iter_mut().find(|w| w.0 == byte) {
                    Some(same) => same.1 |= case,
                    None => want.push((byte, case)),
                }
            }
            want.sort_unstable();
            prop_assert_eq!(folded.iter().collect::<Vec<_>>(), want);
        }
    }

    #[test]
    fn long_literals_are_found_by_one_key_of_each_parity() {
        let [even, odd] = choose(&sought("abcdefg_", Around::default())).unwrap();
        assert_eq!((even.keys.len(), odd.keys.len()), (1, 1));
        assert_eq!((even.lead % 2, odd.lead % 2), (0, 1));
    }

    #[test]
    fn short_literals_need_to_know_what_surrounds_them() {
        assert!(choose(&sought("SK", Around::default())).is_none());
        let digits: ByteSet = (b'0'..=b'9').collect();
        let around = Around {
            before: ByteSet::word().complement(),
            next: vec![digits; 3],
        };
        assert!(choose(&sought("SK", around)).is_some());
    }
}
