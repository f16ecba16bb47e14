//! The tags of an index, sorted into buckets by their first bits.
//!
//! A vault keeps whole tags, each with the places it came from. A filter keeps
//! sixteen bits after the bucket's: enough to say "probably", too little to
//! link it with another index or to say what it stands for.

use std::ops::Range;

/// Where a fingerprint comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Posting {
    /// Number of the document in the index.
    pub document: u32,
    /// Number of the fingerprint's first symbol in the document.
    pub symbol: u32,
}

/// Tags that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagTable {
    /// First tag of each bucket, and the end of the last.
    offsets: Vec<u32>,
    /// Bits of a tag that name its bucket.
    bits: u32,
    tags: Tags,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Tags {
    Whole(Vec<u64>, Vec<Posting>),
    Short(Vec<u16>),
}

/// Most fingerprints of one index.
pub const MOST: u64 = u32::MAX as u64 - 1;

impl TagTable {
    /// A table of whole `tags`, which ascend, and the posting of each; `None`
    /// when they do not ascend or the numbers differ.
    pub fn whole(tags: Vec<u64>, postings: Vec<Posting>) -> Option<TagTable> {
        if !tags.is_sorted() || tags.len() != postings.len() || tags.len() as u64 > MOST {
            return None;
        }
        let bits = bucket_bits(tags.len());
        Some(TagTable {
            offsets: offsets(&tags, bits),
            bits,
            tags: Tags::Whole(tags, postings),
        })
    }

    /// A table that can only say "probably", of `tags`, which ascend.
    pub fn short(tags: &[u64]) -> TagTable {
        let bits = bucket_bits(tags.len());
        TagTable {
            offsets: offsets(tags, bits),
            bits,
            tags: Tags::Short(tags.iter().map(|&tag| remainder(tag, bits)).collect()),
        }
    }

    /// A stored short table; `None` when its parts do not fit together.
    pub fn from_parts(offsets: Vec<u32>, remainders: Vec<u16>) -> Option<TagTable> {
        let bits = bucket_bits(remainders.len());
        let fits = offsets.len() == (1 << bits) + 1
            && offsets.is_sorted()
            && offsets.first() == Some(&0)
            && offsets.last().map(|&end| end as usize) == Some(remainders.len());
        fits.then_some(TagTable {
            offsets,
            bits,
            tags: Tags::Short(remainders),
        })
    }

    /// The parts of a short table; `None` for one of whole tags.
    pub fn parts(&self) -> Option<(&[u32], &[u16])> {
        match &self.tags {
            Tags::Whole(..) => None,
            Tags::Short(remainders) => Some((&self.offsets, remainders)),
        }
    }

    /// The tags and postings of a table of whole tags; `None` for a short one.
    pub fn whole_parts(&self) -> Option<(&[u64], &[Posting])> {
        match &self.tags {
            Tags::Whole(tags, postings) => Some((tags, postings)),
            Tags::Short(_) => None,
        }
    }

    /// Number of tags.
    pub fn len(&self) -> usize {
        match &self.tags {
            Tags::Whole(tags, _) => tags.len(),
            Tags::Short(tags) => tags.len(),
        }
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// True when `tag` is known, or probably known.
    pub fn contains(&self, tag: u64) -> bool {
        let range = self.bucket(tag);
        match &self.tags {
            Tags::Whole(tags, _) => tags[range].contains(&tag),
            Tags::Short(tags) => tags[range].contains(&remainder(tag, self.bits)),
        }
    }

    /// Where `tag` comes from; empty in a short table.
    pub fn postings(&self, tag: u64) -> &[Posting] {
        let Tags::Whole(tags, postings) = &self.tags else {
            return &[];
        };
        let range = self.bucket(tag);
        let bucket = &tags[range.clone()];
        let start = range.start + bucket.partition_point(|&other| other < tag);
        let end = range.start + bucket.partition_point(|&other| other <= tag);
        &postings[start..end]
    }

    fn bucket(&self, tag: u64) -> Range<usize> {
        let at = bucket(tag, self.bits);
        self.offsets[at] as usize..self.offsets[at + 1] as usize
    }
}

/// Four to eight tags stand in a bucket.
pub(super) fn bucket_bits(count: usize) -> u32 {
    (count as u64 + 1).ilog2().saturating_sub(2)
}

pub(super) fn bucket(tag: u64, bits: u32) -> usize {
    tag.checked_shr(64 - bits).unwrap_or(0) as usize
}

fn remainder(tag: u64, bits: u32) -> u16 {
    (tag << bits >> 48) as u16
}

pub(super) fn offsets(tags: &[u64], bits: u32) -> Vec<u32> {
    let mut offsets = Vec::with_capacity((1 << bits) + 1);
    offsets.push(0);
    for (at, &tag) in tags.iter().enumerate() {
        let bucket = bucket(tag, bits);
        while offsets.len() <= bucket {
            offsets.push(at as u32);
        }
    }
    offsets.resize((1 << bits) + 1, tags.len() as u32);
    offsets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(count: u64) -> Vec<u64> {
        let mut tags: Vec<u64> = (1..=count)
            .map(|at| at.wrapping_mul(0x9E37_79B9_7F4A_7C15))
            .collect();
        tags.sort_unstable();
        tags
    }

    #[test]
    fn tags_are_found_with_their_postings_and_others_are_not() {
        for count in [0, 1, 2, 7, 100, 5000] {
            let tags = tags(count);
            let postings: Vec<Posting> = (0..count as u32)
                .map(|symbol| Posting {
                    document: 1,
                    symbol,
                })
                .collect();
            let table = TagTable::whole(tags.clone(), postings.clone()).unwrap();
            let short = TagTable::short(&tags);
            for (tag, posting) in tags.iter().zip(&postings) {
                assert!(table.contains(*tag) && short.contains(*tag));
                assert_eq!(table.postings(*tag), &[*posting]);
                assert!(!table.contains(tag ^ 1) && table.postings(tag ^ 1).is_empty());
            }
            let (offsets, remainders) = short.parts().unwrap();
            assert_eq!(
                TagTable::from_parts(offsets.to_vec(), remainders.to_vec()),
                Some(short.clone())
            );
        }
    }

    #[test]
    fn one_tag_may_have_many_postings() {
        let posting = |symbol| Posting {
            document: 0,
            symbol,
        };
        let table = TagTable::whole(vec![5, 9, 9, 9], (0..4).map(posting).collect()).unwrap();
        assert_eq!(table.postings(9), [posting(1), posting(2), posting(3)]);
    }

    #[test]
    fn a_short_table_is_seldom_wrong() {
        let short = TagTable::short(&tags(50_000));
        let wrong =
            (1..=1_000_000u64).filter(|at| short.contains(at.wrapping_mul(0xD6E8_FEB8_6659_FD93)));
        assert!(wrong.count() < 200);
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        let short = TagTable::short(&tags(100));
        let (offsets, remainders) = short.parts().unwrap();
        let mut wrong = offsets.to_vec();
        wrong.swap(3, 9);
        assert_eq!(TagTable::from_parts(wrong, remainders.to_vec()), None);
        assert_eq!(TagTable::from_parts(offsets.to_vec(), vec![1; 99]), None);
        assert_eq!(TagTable::whole(vec![2, 1], vec![]), None);
    }
}
