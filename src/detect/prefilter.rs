//! The first look at every byte: could a literal's rarest window stand here?
//!
//! Every position of the text is folded, its four bytes hashed into a bitmap of
//! 2^18 bits that fits the first-level cache, and positions whose bit is set are
//! handed on. Eight positions share two loads and one branch. No match is ever
//! lost here; what passes by accident is sorted out by the exact comparison in
//! [`super::index`].
//!
//! The loop is portable and safe. A SIMD kernel can take its place behind
//! [`Prefilter::candidates`] without any other change.

/// Bits of the hash; the bitmap has `1 << BITS` bits in words of 64.
const BITS: u32 = 18;
const WORDS: usize = 1 << (BITS - 6);
/// Case fold of four bytes at once; see [`super::frequency::fold`].
const FOLD: u64 = 0x2020_2020_2020_2020;
/// Positions examined together.
const BLOCK: usize = 8;
/// Bytes read for a block: its positions and the tail of the last window.
const READ: usize = BLOCK + 4;

/// A set of folded four-byte windows with a fast "maybe" test.
pub struct Prefilter {
    bitmap: Box<[u64; WORDS]>,
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

/// Hash of a key: the upper bits choose a word, the lower six a bit of it.
#[inline]
fn slot(key: u32) -> u32 {
    key.wrapping_mul(0x9E37_79B1) >> (32 - BITS)
}

impl Prefilter {
    /// Makes a filter that passes every position at which one of `keys` stands.
    pub fn new(keys: impl IntoIterator<Item = u32>) -> Prefilter {
        let mut bitmap: Box<[u64; WORDS]> = vec![0u64; WORDS]
            .try_into()
            .expect("the vector has this very length");
        for key in keys {
            let slot = slot(key);
            bitmap[(slot >> 6) as usize] |= 1 << (slot & 63);
        }
        Prefilter { bitmap }
    }

    /// The key's bit, as the lowest bit of the result; the others mean nothing.
    #[inline]
    fn bit(&self, key: u32) -> u64 {
        let slot = slot(key);
        self.bitmap[(slot >> 6) as usize] >> (slot & 63)
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
            if self.bit(key(window)) & 1 != 0 {
                found(at);
            }
        }
    }

    /// One bit for each of the eight positions of a block.
    #[inline]
    fn mask(&self, low: u64, high: u64) -> u64 {
        let half = |word: u64| {
            (self.bit(word as u32) & 1)
                | (self.bit((word >> 8) as u32) & 1) << 1
                | (self.bit((word >> 16) as u32) & 1) << 2
                | (self.bit((word >> 24) as u32) & 1) << 3
        };
        half(low) | half(high) << 4
    }

    /// True when one of the eight positions of a block passes, given the folded
    /// bytes from its first and from its fifth position on.
    #[inline]
    fn any(&self, low: u64, high: u64) -> bool {
        let first = self.bit(low as u32)
            | self.bit((low >> 8) as u32)
            | self.bit((low >> 16) as u32)
            | self.bit((low >> 24) as u32);
        let second = self.bit(high as u32)
            | self.bit((high >> 8) as u32)
            | self.bit((high >> 16) as u32)
            | self.bit((high >> 24) as u32);
        (first | second) & 1 != 0
    }
}

impl std::fmt::Debug for Prefilter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let set: u32 = self.bitmap.iter().map(|b| b.count_ones()).sum();
        write!(f, "Prefilter({set} of {} bits)", 1u32 << BITS)
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
