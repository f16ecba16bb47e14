//! The first look at every byte: could a literal's rarest window stand here?
//!
//! Every position of the text is folded, and its four bytes are hashed into a
//! table of 2^18 bytes. Eight positions share two loads and one branch: only
//! when one of the eight entries is not empty, single bits of the entries,
//! chosen by more of the hash, tell which positions are handed on. No match is
//! ever lost here; what passes by accident is sorted out by the exact comparison
//! in [`super::index`].
//!
//! A bitmap of the same hash would be smaller, but each test takes twice the
//! instructions (measured: 1.6 times the time); the table stays in the
//! second-level cache and its busy part in the first.
//!
//! The loop is portable and safe. A SIMD kernel can take its place behind
//! [`Prefilter::candidates`] without any other change.

/// Bits of the hash that choose an entry.
const BITS: u32 = 18;
const ENTRIES: usize = 1 << BITS;
/// Case fold of four bytes at once; see [`super::frequency::fold`].
const FOLD: u64 = 0x2020_2020_2020_2020;
/// Positions examined together.
const BLOCK: usize = 8;
/// Bytes read for a block: its positions and the tail of the last window.
const READ: usize = BLOCK + 4;

/// A set of folded four-byte windows with a fast "maybe" test.
pub struct Prefilter {
    table: Box<[u8; ENTRIES]>,
}

/// The folded key of a window.
pub fn key(window: [u8; 4]) -> u32 {
    u32::from_le_bytes(window) | FOLD as u32
}

/// The eight bytes of `block` from `at` on; past its end, zero.
#[inline]
fn word(block: &[u8; READ], at: usize) -> u64 {
    block
        .get(at..)
        .and_then(<[u8]>::first_chunk)
        .map_or(0, |&bytes| u64::from_le_bytes(bytes))
}

#[inline]
fn hash(key: u32) -> u32 {
    key.wrapping_mul(0x9E37_79B1)
}

/// The entry a hash chooses.
#[inline]
fn slot(hash: u32) -> usize {
    (hash >> (32 - BITS)) as usize
}

/// The bit of the entry a hash chooses.
#[inline]
fn bit(hash: u32) -> u32 {
    (hash >> (29 - BITS)) & 7
}

impl Prefilter {
    /// Makes a filter that passes every position at which one of `keys` stands.
    pub fn new(keys: impl IntoIterator<Item = u32>) -> Prefilter {
        let mut table: Box<[u8; ENTRIES]> = vec![0; ENTRIES]
            .try_into()
            .expect("the vector has this very length");
        for key in keys {
            let hash = hash(key);
            table[slot(hash)] |= 1 << bit(hash);
        }
        Prefilter { table }
    }

    /// The entry for `key`; empty when the key is certainly not in the set.
    #[inline]
    fn entry(&self, key: u32) -> u8 {
        self.table[slot(hash(key))]
    }

    /// One when `key` may be in the set, else zero.
    #[inline]
    fn test(&self, key: u32) -> u64 {
        let hash = hash(key);
        u64::from(self.table[slot(hash)] >> bit(hash)) & 1
    }

    /// Calls `found` for every position in `from..to` where a window may
    /// stand, in ascending order. Windows may reach past `to`, not past the text.
    pub fn candidates(&self, text: &[u8], from: usize, to: usize, mut found: impl FnMut(usize)) {
        let end = to.min(text.len().saturating_sub(3));
        let mut at = from;
        while at + BLOCK <= end {
            let Some(block) = text.get(at..).and_then(<[u8]>::first_chunk::<READ>) else {
                break;
            };
            let (low, high) = (word(block, 0), word(block, 4));
            let (low, high) = (low | FOLD, high | FOLD);
            if self.any(low, high) {
                let mut mask = self.mask(low, high);
                while mask != 0 {
                    found(at + mask.trailing_zeros() as usize);
                    mask &= mask - 1;
                }
            }
            at += BLOCK;
        }
        for at in at..end {
            let Some(&window) = text.get(at..).and_then(<[u8]>::first_chunk) else {
                return;
            };
            if self.test(key(window)) != 0 {
                found(at);
            }
        }
    }

    /// One bit for each of the eight positions of a block.
    #[inline]
    fn mask(&self, low: u64, high: u64) -> u64 {
        let half = |word: u64| {
            self.test(word as u32)
                | self.test((word >> 8) as u32) << 1
                | self.test((word >> 16) as u32) << 2
                | self.test((word >> 24) as u32) << 3
        };
        half(low) | half(high) << 4
    }

    /// True when one of the eight positions of a block may pass, given the
    /// folded bytes from its first and from its fifth position on.
    #[inline]
    fn any(&self, low: u64, high: u64) -> bool {
        let half = |word: u64| {
            self.entry(word as u32)
                | self.entry((word >> 8) as u32)
                | self.entry((word >> 16) as u32)
                | self.entry((word >> 24) as u32)
        };
        half(low) | half(high) != 0
    }
}

impl std::fmt::Debug for Prefilter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let set = self.table.iter().filter(|entry| **entry != 0).count();
        write!(f, "Prefilter({set} of {ENTRIES} entries)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn positions(filter: &Prefilter, text: &[u8], from: usize, to: usize) -> Vec<usize> {
        let mut out = Vec::new();
        filter.candidates(text, from, to, |at| out.push(at));
        out
    }

    proptest! {
        #[test]
        fn no_window_in_the_set_is_passed_over(
            text in proptest::collection::vec(any::<u8>(), 0..200),
            pick in 0usize..200, from in 0usize..50,
        ) {
            prop_assume!(text.len() >= 4);
            let at = pick % (text.len() - 3);
            let window = [text[at], text[at + 1], text[at + 2], text[at + 3]];
            let filter = Prefilter::new([key(window)]);
            let found = positions(&filter, &text, from, text.len());
            prop_assert_eq!(at >= from, found.contains(&at));
            prop_assert!(found.is_sorted());
        }
    }

    #[test]
    fn case_does_not_matter_and_short_texts_are_safe() {
        let filter = Prefilter::new([key(*b"toke")]);
        assert_eq!(positions(&filter, b"xTOKen", 0, 6), [1]);
        assert!(positions(&filter, b"tok", 0, 3).is_empty());
        assert!(positions(&filter, b"", 0, 0).is_empty());
    }
}
