//! The bit array that says "certainly not protected" of most candidates.
//!
//! Two bits of one 64-bit word stand for a fingerprint. It cannot be made of
//! tags, so an index stores it.

/// Bits per fingerprint the array has at least.
const ROOM: u64 = 13;

/// Smallest array, as a power of two of bits.
const SMALLEST: u32 = 12;

/// Largest array: 2^40 bits are 128 GiB.
const LARGEST: u32 = 40;

/// A set of candidates, with false positives and without false negatives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefilter {
    words: Vec<u64>,
    bits: u32,
}

impl Prefilter {
    /// An empty set for `count` fingerprints.
    pub fn for_count(count: u64) -> Prefilter {
        let bits = Prefilter::bits_for(count);
        Prefilter {
            words: vec![0; 1 << (bits - 6)],
            bits,
        }
    }

    /// The set in stored `words`; `None` when their number fits no set of `count` fingerprints.
    pub fn from_words(words: Vec<u64>, count: u64) -> Option<Prefilter> {
        let bits = Prefilter::bits_for(count);
        (words.len() as u64 == 1 << (bits - 6)).then_some(Prefilter { words, bits })
    }

    /// The size for `count` fingerprints: the exponent of the number of bits.
    pub fn bits_for(count: u64) -> u32 {
        let wanted = count.saturating_mul(ROOM).max(1);
        let exponent = u64::BITS - (wanted - 1).leading_zeros();
        exponent.clamp(SMALLEST, LARGEST)
    }

    /// The words to store.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// Adds the candidate whose cheap hash is `key`.
    pub fn insert(&mut self, key: u64) {
        let at = self.slot(key);
        self.words[at] |= self.mask(key);
    }

    /// The word in which `key` would stand.
    #[inline]
    pub fn word(&self, key: u64) -> u64 {
        self.words.get(self.slot(key)).copied().unwrap_or(0)
    }

    /// True when `word`, which is the word of `key`, may hold it.
    #[inline]
    pub fn holds(&self, word: u64, key: u64) -> bool {
        let mask = self.mask(key);
        word & mask == mask
    }

    /// True when the candidate whose cheap hash is `key` may be in the set.
    pub fn contains(&self, key: u64) -> bool {
        self.holds(self.word(key), key)
    }

    #[inline]
    fn slot(&self, key: u64) -> usize {
        (key >> (64 - self.bits + 6)) as usize
    }

    #[inline]
    fn mask(&self, key: u64) -> u64 {
        let first = (key >> (64 - self.bits)) & 63;
        let second = (key >> (64 - self.bits - 6)) & 63;
        (1 << first) | (1 << second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(count: u64, seed: u64) -> impl Iterator<Item = u64> {
        (1..=count).map(move |at| {
            (at ^ seed)
                .wrapping_mul(0x9E37_79B9_7F4A_7C15)
                .rotate_left(31)
                .wrapping_mul(0xD6E8_FEB8_6659_FD93)
        })
    }

    #[test]
    fn sizes_are_those_of_the_format() {
        for (count, bits) in [
            (0, 12),
            (315, 12),
            (316, 13),
            (100_000, 21),
            (1_000_000, 24),
            (10_000_000, 27),
        ] {
            assert_eq!(Prefilter::bits_for(count), bits, "{count}");
        }
    }

    #[test]
    fn what_was_inserted_is_found_and_little_else_is() {
        let mut filter = Prefilter::for_count(10_000);
        keys(10_000, 0).for_each(|key| filter.insert(key));
        assert!(keys(10_000, 0).all(|key| filter.contains(key)));
        let wrong = keys(100_000, 0x5555_0000_0000)
            .filter(|&key| filter.contains(key))
            .count();
        assert!(wrong < 7_000, "{wrong} of 100000");
    }

    #[test]
    fn words_of_another_size_are_refused() {
        let filter = Prefilter::for_count(1_000);
        let words = filter.words().to_vec();
        assert_eq!(Prefilter::from_words(words.clone(), 1_000), Some(filter));
        assert_eq!(Prefilter::from_words(words[1..].to_vec(), 1_000), None);
        assert_eq!(Prefilter::from_words(words, 100_000), None);
    }
}
