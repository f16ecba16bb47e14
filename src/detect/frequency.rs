//! How often short byte strings occur in source text.
//!
//! Tables of three- and four-byte strings, counted in public source code of
//! several languages by `examples/train_frequency.rs`, tell the engine which
//! windows of a literal are rare. Letters of either case count as one; strings
//! that share a slot of the table count together, which makes them look more
//! frequent than they are, never rarer.

use crate::detect::literals::Symbol;

/// Slots for four-byte strings.
pub const FOURS: usize = 1 << 16;
/// Slots for three-byte strings.
pub const THREES: usize = 1 << 15;

/// One byte a slot, first those of four-byte strings: eight times the binary
/// logarithm of one more than the occurrences per gigabyte.
const TABLE: &[u8; FOURS + THREES] = include_bytes!("frequency.bin");

/// Length of the windows that are compared.
pub const WINDOW: usize = 4;

/// The fold the prefilter applies to every byte: letters lose their case, and
/// some other bytes fall together, which costs precision but never a match.
pub fn fold(byte: u8) -> u8 {
    (byte | 0x20) & 0x7F
}

/// The slot of a string of three or four bytes in its table.
pub fn slot(window: &[u8]) -> usize {
    let key = window
        .iter()
        .fold(0u32, |key, &byte| key << 8 | u32::from(fold(byte)));
    let bits = if window.len() == WINDOW {
        FOURS
    } else {
        THREES
    }
    .trailing_zeros();
    (key.wrapping_mul(0x9E37_79B1) >> (32 - bits)) as usize
}

/// Expected occurrences per megabyte of the string `window`.
///
/// Strings longer than four bytes count as their first four; those of one or
/// two bytes, for which there is no table, as frequent.
pub fn of(window: &[u8]) -> f64 {
    let level = match window.len() {
        0..3 => 200,
        3 => TABLE[FOURS + slot(window)],
        _ => TABLE[slot(&window[..WINDOW])],
    };
    ((f64::from(level) / 8.0).exp2() - 1.0) / 1e3
}

/// Expected places per megabyte at which `literal` has to be looked for.
pub fn per_megabyte(literal: &[Symbol]) -> f64 {
    let want: Vec<u8> = literal.iter().map(|symbol| symbol.want).collect();
    if want.len() <= WINDOW {
        return of(&want);
    }
    rarest_pair(literal).map_or(0.0, |at| pair(&want[at..=at + WINDOW]))
}

/// Offset of the rarest pair of adjacent four-byte windows of `literal`, if it
/// is long enough for two.
pub fn rarest_pair(literal: &[Symbol]) -> Option<usize> {
    let want: Vec<u8> = literal.iter().map(|symbol| symbol.want).collect();
    let cost = |at: &usize| pair(&want[*at..=at + WINDOW]);
    (0..want.len().saturating_sub(WINDOW)).min_by(|a, b| cost(a).total_cmp(&cost(b)))
}

/// Cost of both windows of five bytes: each is looked for at half the places.
fn pair(five: &[u8]) -> f64 {
    f64::midpoint(of(&five[..WINDOW]), of(&five[1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> Vec<Symbol> {
        text.bytes().map(|want| Symbol { want, fold: 0 }).collect()
    }

    #[test]
    fn common_words_cost_more_than_odd_ones() {
        assert!(per_megabyte(&literal("return")) > 10.0 * per_megabyte(&literal("xqzjwv")));
        assert!(of(b"the") > of(b"xqz"));
    }

    #[test]
    fn the_rarest_windows_are_chosen() {
        assert!(rarest_pair(&literal("returnxqzj")).is_some_and(|at| at >= 2));
        assert_eq!(rarest_pair(&literal("abcd")), None);
    }
}
