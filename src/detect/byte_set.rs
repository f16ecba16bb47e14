//! Sets of bytes: what may stand at one place of a text.

use regex_syntax::hir::ClassBytes;
use serde::{Deserialize, Serialize};

/// A set of bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct ByteSet([u64; 4]);

impl ByteSet {
    /// Every byte.
    pub const ANY: ByteSet = ByteSet([u64::MAX; 4]);

    /// Letters, digits and the underscore: what `\b` takes for a word in ASCII patterns.
    pub fn word() -> ByteSet {
        (0..=255u8)
            .filter(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
            .collect()
    }

    /// The bytes of a character class.
    pub fn of_class(class: &ClassBytes) -> ByteSet {
        let ranges = class.ranges().iter();
        ranges.fold(ByteSet::default(), |set, range| {
            set.or(ByteSet::range(range.start(), range.end()))
        })
    }

    /// The bytes from `start` to `end`, both included.
    fn range(start: u8, end: u8) -> ByteSet {
        ByteSet(std::array::from_fn(|nth| {
            let base = nth * 64;
            let (start, end) = (
                usize::from(start).max(base),
                usize::from(end).min(base + 63),
            );
            match end.checked_sub(start) {
                Some(more) => (u64::MAX >> (63 - more)) << (start - base),
                None => 0,
            }
        }))
    }

    /// True when `byte` is in the set.
    #[inline]
    pub fn contains(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 != 0
    }

    /// What is in either set.
    #[must_use]
    pub fn or(self, other: ByteSet) -> ByteSet {
        ByteSet(std::array::from_fn(|n| self.0[n] | other.0[n]))
    }

    /// What is not in the set.
    #[must_use]
    pub fn complement(self) -> ByteSet {
        ByteSet(self.0.map(|word| !word))
    }

    /// True when everything in the set is in `other`.
    pub fn is_within(&self, other: &ByteSet) -> bool {
        self.0
            .iter()
            .zip(other.0)
            .all(|(own, other)| own & !other == 0)
    }

    /// The set as bits, the first bytes in the first word's lowest bits.
    pub fn words(&self) -> [u64; 4] {
        self.0
    }

    /// The bytes, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u8> {
        let words = self.0.into_iter().zip([0u8, 64, 128, 192]);
        words.flat_map(|(word, base)| bits(word).map(move |bit| base + bit))
    }
}

/// The places of the bits that are set in `word`, in ascending order.
pub fn bits(mut word: u64) -> impl Iterator<Item = u8> {
    std::iter::from_fn(move || {
        let bit = (word != 0).then(|| word.trailing_zeros() as u8)?;
        word &= word - 1;
        Some(bit)
    })
}

impl FromIterator<u8> for ByteSet {
    fn from_iter<I: IntoIterator<Item = u8>>(bytes: I) -> ByteSet {
        let mut set = ByteSet::default();
        for byte in bytes {
            set.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
        }
        set
    }
}

impl std::fmt::Debug for ByteSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes: Vec<u8> = self.iter().collect();
        write!(f, "ByteSet({})", bytes.escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in_and_nothing_else() {
        let set: ByteSet = [0, b'a', 255].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, b'a', 255]);
        assert!(!set.contains(b'b') && set.complement().contains(b'b'));
        assert!(set.is_within(&ByteSet::ANY) && !ByteSet::ANY.is_within(&set));
        assert_eq!(set.or(set.complement()), ByteSet::ANY);
        for (start, end) in [(0, 255), (60, 70), (64, 64), (63, 128)] {
            assert_eq!(ByteSet::range(start, end), (start..=end).collect());
        }
    }
}
