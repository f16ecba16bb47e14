//! The first look at the bytes: could a literal's window stand here?
//!
//! Every second position of the text is looked at: its four bytes are folded
//! and hashed into a table of 2^20 bytes. Eight such positions share one branch:
//! only when one of the eight entries is not empty, single bits of the entries,
//! chosen by more of the hash, tell which positions are handed on. Literals are
//! entered with one window for each parity, so none is lost; what passes by
//! accident is sorted out by the exact comparison in [`super::index`].
//!
//! Measured on one core over C sources with 4,000 windows, in GB/s: bitmap of
//! every position 0.6 to 0.9, byte table of every position 1.2, byte table of
//! every second position 3.2 (the table makes up for its size by saving a shift).
//!
//! The loop is portable and safe. A SIMD kernel can take its place behind
//! [`Prefilter::candidates`] without any other change.

/// Bits of the hash that choose an entry.
const BITS: u32 = 20;
const ENTRIES: usize = 1 << BITS;
/// Case fold of four bytes at once; see [`super::frequency::fold`].
const FOLD: u64 = 0x2020_2020_2020_2020;
/// Drops the upper bit of every byte.
const ASCII: u64 = 0x7F7F_7F7F_7F7F_7F7F;
/// Bytes a block steps on: eight positions, two bytes apart.
const BLOCK: usize = 16;
/// Bytes read for a block: up to the end of its last window, and two more so
/// that whole words can be read.
const READ: usize = BLOCK + 4;

/// A set of folded four-byte windows with a fast "maybe" test.
pub struct Prefilter {
    table: Box<[u8; ENTRIES]>,
}

/// The folded key of a window.
pub fn key(window: [u8; 4]) -> u32 {
    (u32::from_le_bytes(window) | FOLD as u32) & ASCII as u32
}

/// The eight bytes of `block` from `at` on, folded.
#[inline]
fn word(block: &[u8; READ], at: usize) -> u64 {
    block
        .get(at..)
        .and_then(<[u8]>::first_chunk)
        .map_or(0, |&bytes| (u64::from_le_bytes(bytes) | FOLD) & ASCII)
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

    /// Calls `found` with every even position from `from` (rounded down to an
    /// even one) up to `to` where a window may stand, in ascending order, and
    /// with the window's key. Windows may reach past `to`; what they would read
    /// past the end of the text counts as zero bytes.
    pub fn candidates(
        &self,
        text: &[u8],
        from: usize,
        to: usize,
        mut found: impl FnMut(usize, u32),
    ) {
        let mut at = from & !1;
        while at + BLOCK <= to {
            let Some(block) = text.get(at..).and_then(<[u8]>::first_chunk::<READ>) else {
                break;
            };
            let words = [
                word(block, 0),
                word(block, 4),
                word(block, 8),
                word(block, 12),
            ];
            if self.any(words) {
                let mut mask = self.mask(words);
                while mask != 0 {
                    let nth = mask.trailing_zeros() as usize;
                    let key = (words[nth / 2] >> (nth % 2 * 16)) as u32;
                    found(at + 2 * nth, key);
                    mask &= mask - 1;
                }
            }
            at += BLOCK;
        }
        while at < to.min(text.len()) {
            let mut window = [0; 4];
            for (byte, slot) in text[at..].iter().zip(&mut window) {
                *slot = *byte;
            }
            let key = key(window);
            if self.test(key) != 0 {
                found(at, key);
            }
            at += 2;
        }
    }

    /// One when `key` may be in the set, else zero.
    #[inline]
    fn test(&self, key: u32) -> u32 {
        let hash = hash(key);
        u32::from(self.table[slot(hash)] >> bit(hash)) & 1
    }

    /// One bit for each of the eight positions of a block.
    #[inline]
    fn mask(&self, words: [u64; 4]) -> u32 {
        let both = |n: usize| {
            self.test(words[n] as u32) << (2 * n)
                | self.test((words[n] >> 16) as u32) << (2 * n + 1)
        };
        both(0) | both(1) | both(2) | both(3)
    }

    /// True when one of the eight positions of a block may pass: those at the
    /// beginning and two bytes into each of its words.
    #[inline]
    fn any(&self, words: [u64; 4]) -> bool {
        let both = |word: u64| self.entry(word as u32) | self.entry((word >> 16) as u32);
        both(words[0]) | both(words[1]) | both(words[2]) | both(words[3]) != 0
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
        filter.candidates(text, from, to, |at, _| out.push(at));
        out
    }

    proptest! {
        #[test]
        fn no_window_in_the_set_is_passed_over(
            text in proptest::collection::vec(any::<u8>(), 4..200),
            pick in 0usize..200, from in 0usize..50,
        ) {
            let at = (pick % (text.len() - 3)) & !1;
            let window = [text[at], text[at + 1], text[at + 2], text[at + 3]];
            let filter = Prefilter::new([key(window)]);
            let found = positions(&filter, &text, from, text.len());
            prop_assert_eq!(at >= (from & !1), found.contains(&at));
            prop_assert!(found.is_sorted());
        }
    }

    #[test]
    fn case_does_not_matter_and_the_end_reads_as_zeros() {
        let filter = Prefilter::new([key(*b"toke"), key(*b"xy\0\0")]);
        assert_eq!(positions(&filter, b"xxTOKenxY", 0, 9), [2]);
        assert_eq!(positions(&filter, b"xxTOKexY", 0, 8), [2, 6]);
        assert!(positions(&filter, b"", 0, 0).is_empty());
    }
}
