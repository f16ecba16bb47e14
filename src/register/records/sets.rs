//! A set of keyed tags that is asked often and rarely says yes.
//!
//! Like the fingerprints of a filter, but with 32 bits of each tag beside its
//! bucket instead of 16: a table's row may be told by one look, so nothing else
//! catches a chance hit.

use crate::fingerprint::prefilter::Prefilter;
use crate::register::table::{MOST, bucket, bucket_bits, offsets};

/// A set of tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagSet {
    prefilter: Prefilter,
    offsets: Vec<u32>,
    remainders: Vec<u32>,
}

impl Default for TagSet {
    fn default() -> TagSet {
        TagSet::new(Vec::new())
    }
}

impl TagSet {
    /// The set of `members`, each with the hash the prefilter knows it by.
    pub fn new(mut members: Vec<(u64, u64)>) -> TagSet {
        members.sort_unstable();
        members.dedup_by_key(|member| member.0);
        members.truncate(MOST as usize);
        let mut prefilter = Prefilter::for_count(members.len() as u64);
        for &(_, cheap) in &members {
            prefilter.insert(cheap);
        }
        let tags: Vec<u64> = members.into_iter().map(|(tag, _)| tag).collect();
        let bits = bucket_bits(tags.len());
        TagSet {
            prefilter,
            offsets: offsets(&tags, bits),
            remainders: tags.iter().map(|&tag| remainder(tag, bits)).collect(),
        }
    }

    /// A stored set; `None` when its parts do not fit together.
    pub fn from_parts(words: Vec<u64>, offsets: Vec<u32>, remainders: Vec<u32>) -> Option<TagSet> {
        let count = remainders.len();
        let fits = offsets.len() == (1 << bucket_bits(count)) + 1
            && offsets.is_sorted()
            && offsets.first() == Some(&0)
            && offsets.last().map(|&end| end as usize) == Some(count);
        let prefilter = Prefilter::from_words(words, count as u64)?;
        fits.then_some(TagSet {
            prefilter,
            offsets,
            remainders,
        })
    }

    /// Words of the prefilter, offsets and remainders.
    pub fn parts(&self) -> (&[u64], &[u32], &[u32]) {
        (self.prefilter.words(), &self.offsets, &self.remainders)
    }

    /// Numbers of words and of offsets that a set of `count` tags has.
    pub fn sizes(count: u64) -> (usize, usize) {
        let words = 1 << (Prefilter::bits_for(count) - 6);
        (words, (1 << bucket_bits(count as usize)) + 1)
    }

    /// Number of tags.
    pub fn len(&self) -> usize {
        self.remainders.len()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.remainders.is_empty()
    }

    /// True when a tag whose cheap hash is `cheap` may be in the set.
    #[inline]
    pub fn may_hold(&self, cheap: u64) -> bool {
        self.prefilter.contains(cheap)
    }

    /// True when `tag` is in the set.
    pub fn holds(&self, tag: u64) -> bool {
        let bits = bucket_bits(self.remainders.len());
        let at = bucket(tag, bits);
        let range = self.offsets[at] as usize..self.offsets[at + 1] as usize;
        self.remainders[range].contains(&remainder(tag, bits))
    }
}

fn remainder(tag: u64, bits: u32) -> u32 {
    (tag << bits >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(count: u64) -> Vec<(u64, u64)> {
        let mixed = |at: u64, factor: u64| at.wrapping_mul(factor).rotate_left(17);
        (1..=count)
            .map(|at| {
                (
                    mixed(at, 0x9E37_79B9_7F4A_7C15),
                    mixed(at, 0xD6E8_FEB8_6659_FD93),
                )
            })
            .collect()
    }

    #[test]
    fn members_are_found_and_others_are_not() {
        for count in [0, 1, 5, 3000] {
            let set = TagSet::new(members(count));
            assert_eq!(set.len() as u64, count);
            for (tag, cheap) in members(count) {
                assert!(set.may_hold(cheap) && set.holds(tag));
                assert!(!set.holds(tag ^ (1 << 45)));
            }
            let (words, offsets, remainders) = set.parts();
            let sizes = TagSet::sizes(count);
            assert_eq!((words.len(), offsets.len()), sizes);
            let parts = (words.to_vec(), offsets.to_vec(), remainders.to_vec());
            assert_eq!(TagSet::from_parts(parts.0, parts.1, parts.2), Some(set));
        }
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        let set = TagSet::new(members(100));
        let (words, offsets, remainders) = set.parts();
        let mut wrong = offsets.to_vec();
        wrong.swap(2, 9);
        let remainders = remainders.to_vec();
        assert_eq!(
            TagSet::from_parts(words.to_vec(), wrong, remainders.clone()),
            None
        );
        assert_eq!(
            TagSet::from_parts(vec![0; 2], offsets.to_vec(), remainders),
            None
        );
        assert_eq!(
            TagSet::from_parts(words.to_vec(), offsets.to_vec(), vec![0; 99]),
            None
        );
    }
}
