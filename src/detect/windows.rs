//! The windows by which a literal is found.
//!
//! The prefilter looks at every second position only, so each literal needs one
//! window at an even and one at an odd distance from its beginning. A window
//! may reach beyond the literal: what stands around it then enters with every
//! key it can have. Of all windows the pair is taken that costs least, counting
//! how often its keys occur in source text and how many there are.

use crate::detect::frequency;
use crate::detect::literals::Sought;
use crate::detect::prefilter::{self, CasedKey, WINDOW, fold};

/// What a key costs by itself: places where something else passes for it, per
/// megabyte.
const PER_KEY: f64 = 0.6;
/// Most keys of one window.
const MOST_KEYS: usize = 2048;

/// A window of a literal.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Window {
    /// Bytes from the one before the literal to the window: zero when the
    /// window begins before the literal, one when both begin together.
    pub(super) lead: usize,
    /// The keys that the window can have.
    pub(super) keys: Vec<CasedKey>,
    /// Expected occurrences per megabyte of source text.
    pub(super) frequency: f64,
}

impl Window {
    fn cost(&self) -> f64 {
        self.frequency + PER_KEY * self.keys.len() as f64
    }
}

/// The cheapest window of each parity; `None` when the literal, with all that
/// is known around it, is too vague for the prefilter.
pub(super) fn choose(sought: &Sought) -> Option<[Window; 2]> {
    let places = Places::new(sought);
    let mut best: [Option<Window>; 2] = [None, None];
    for lead in 0..=sought.literal.len() {
        let Some(window) = places.window(lead) else {
            continue;
        };
        let slot = &mut best[lead % 2];
        if slot.as_ref().is_none_or(|old| window.cost() < old.cost()) {
            *slot = Some(window);
        }
    }
    let [even, odd] = best;
    Some([even?, odd?])
}

/// Expected cost of looking for the literal, per megabyte of source text;
/// `None` when the prefilter cannot look for it.
pub(super) fn cost(sought: &Sought) -> Option<f64> {
    let pair = choose(sought)?;
    Some(pair.iter().map(Window::cost).sum::<f64>() / 2.0)
}

/// Expected places per megabyte of source text at which the literal is looked
/// for; all of them when the prefilter cannot help.
pub(super) fn per_megabyte(sought: &Sought) -> f64 {
    // Each window is looked for at half the places.
    choose(sought).map_or(1e6, |pair| {
        pair.iter().map(|window| window.frequency).sum::<f64>() / 2.0
    })
}

/// What may stand at each place around and in a literal, from the one before
/// it on.
struct Places(Vec<Vec<Folded>>);

/// A folded byte.
#[derive(Clone, Copy)]
struct Folded {
    byte: u8,
    /// Whether the fold took bit 5 from nothing (bit 0) or found it set (bit 1).
    cases: u8,
}

impl Places {
    fn new(sought: &Sought) -> Places {
        let mut places = vec![folded(sought.around.before.iter())];
        places.extend(sought.literal.iter().map(|symbol| folded(symbol.bytes())));
        places.extend(sought.around.next.iter().map(|set| folded(set.iter())));
        // Beyond what is known stands anything.
        places.extend((sought.around.next.len()..WINDOW - 1).map(|_| folded(0..=255)));
        Places(places)
    }

    fn window(&self, lead: usize) -> Option<Window> {
        let [a, b, c, d] = self.0.get(lead..lead + WINDOW)? else {
            return None;
        };
        let firsts = a.len() * b.len() * c.len();
        if firsts > MOST_KEYS {
            return None;
        }
        let mut last: Vec<u8> = d.iter().map(|d| prefilter::coarse(d.byte)).collect();
        last.sort_unstable();
        last.dedup();
        if firsts * last.len() > MOST_KEYS {
            return None;
        }
        let mut keys = Vec::with_capacity(firsts * last.len());
        for a in a {
            for b in b {
                for c in c {
                    let cases = cases([a.cases, b.cases, c.cases]);
                    keys.extend(last.iter().map(|&d| CasedKey {
                        key: prefilter::key([a.byte, b.byte, c.byte, d]),
                        cases,
                    }));
                }
            }
        }
        let frequency = keys.iter().map(|key| frequency::of(key.key)).sum();
        Some(Window {
            lead,
            keys,
            frequency,
        })
    }
}

/// One bit for each case that three bytes can have together.
fn cases(each: [u8; 3]) -> u8 {
    (0..8u8)
        .filter(|case| (0..3).all(|n| each[n] >> (case >> n & 1) & 1 != 0))
        .fold(0, |all, case| all | 1 << case)
}

fn folded(bytes: impl Iterator<Item = u8>) -> Vec<Folded> {
    let mut seen = [0u8; 128];
    for byte in bytes {
        seen[usize::from(fold(byte))] |= 1 << (byte >> 5 & 1);
    }
    (0u8..)
        .zip(seen)
        .filter(|&(_, cases)| cases != 0)
        .map(|(byte, cases)| Folded { byte, cases })
        .collect()
}
