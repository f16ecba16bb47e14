//! How often the prefilter's keys occur in source text.
//!
//! A table, counted in public source code of several languages by
//! `examples/train_frequency.rs`, tells the engine which windows of a literal
//! are rare. Keys that share a slot of the table count together, which makes
//! them look more frequent than they are, never rarer.

use std::sync::LazyLock;

/// Slots of the table.
pub const SLOTS: usize = 1 << 17;

/// One byte a slot: eight times the binary logarithm of one more than the
/// occurrences per gigabyte.
const TABLE: &[u8; SLOTS] = include_bytes!("frequency.bin");

/// The slot of a [key](super::prefilter::key).
pub fn slot(key: u32) -> usize {
    (key.wrapping_mul(0x9E37_79B1) >> (32 - SLOTS.trailing_zeros())) as usize
}

/// Expected occurrences of `key` per megabyte of source text.
pub fn of(key: u32) -> f64 {
    PER_MEGABYTE[usize::from(TABLE[slot(key)])]
}

/// What each value of the table means.
static PER_MEGABYTE: LazyLock<[f64; 256]> = LazyLock::new(|| {
    std::array::from_fn(|level| ((f64::from(level as u32) / 8.0).exp2() - 1.0) / 1e3)
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::prefilter::key;

    #[test]
    fn common_words_cost_more_than_odd_ones() {
        assert!(of(key(*b"retu")) > 10.0 * of(key(*b"xqzj")));
        assert!(of(key(*b"the ")) > of(key(*b"xqz ")));
    }
}
