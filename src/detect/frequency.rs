//! How often short byte strings occur in source text.
//!
//! A table of digram statistics over case-folded bytes, made from public source
//! code by `examples/train_frequency.rs`, estimates how often a four-byte window
//! occurs. The engine uses it to choose the rarest window of each literal.

use crate::detect::literals::Symbol;

/// `TABLE[128 * a + b]` is eight times the negative binary logarithm of the
/// chance that `b` follows `a`; row 128 holds the chance of a byte by itself.
/// Bytes are folded with [`fold`] and limited to seven bits.
const TABLE: &[u8; 128 * 129] = include_bytes!("frequency.bin");

/// Length of the windows that are compared.
pub const WINDOW: usize = 4;

/// The fold the prefilter applies to every byte: letters lose their case, and
/// some other bytes fall together, which costs precision but never a match.
pub fn fold(byte: u8) -> u8 {
    byte | 0x20
}

/// Expected occurrences of the rarest window of `literal` per megabyte.
pub fn per_megabyte(literal: &[Symbol]) -> f64 {
    if literal.len() < WINDOW {
        return 1e6 * chance(literal) * 4.0;
    }
    literal
        .windows(WINDOW)
        .map(chance)
        .fold(f64::INFINITY, f64::min)
        * 1e6
}

/// Offset of the rarest pair of adjacent four-byte windows of `literal`, if it
/// is long enough for two.
pub fn rarest_pair(literal: &[Symbol]) -> Option<usize> {
    let mut best = None;
    for (at, five) in literal.windows(WINDOW + 1).enumerate() {
        let chance = chance(&five[..WINDOW]) + chance(&five[1..]);
        if best.is_none_or(|(_, lowest)| chance < lowest) {
            best = Some((at, chance));
        }
    }
    best.map(|(at, _)| at)
}

/// Estimated chance that `symbols` stand at a given place.
fn chance(symbols: &[Symbol]) -> f64 {
    let mut eighths = 0u32;
    let mut row = 128;
    for symbol in symbols {
        let byte = usize::from(fold(symbol.want) & 0x7F);
        eighths += u32::from(TABLE[128 * row + byte]);
        row = byte;
    }
    (-f64::from(eighths) / 8.0).exp2()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> Vec<Symbol> {
        text.bytes().map(|want| Symbol { want, fold: 0 }).collect()
    }

    #[test]
    fn common_words_cost_more_than_odd_ones() {
        assert!(per_megabyte(&literal("return")) > per_megabyte(&literal("xqzjwv")));
    }

    #[test]
    fn the_rarest_windows_are_chosen() {
        assert_eq!(rarest_pair(&literal("the_xqzjk")), Some(4));
        assert_eq!(rarest_pair(&literal("abcd")), None);
    }
}
