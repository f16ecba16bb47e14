//! Short phrases, canaries and code names: too short for fingerprints, known by
//! a keyed tag of their symbols.
//!
//! A bit array over a keyed hash of the first eight symbols says "certainly not"
//! of almost every position. What passes is tagged in every length that occurs.

use super::TAGGED;
use super::keys::Keys;

/// Symbols of the shortest phrase.
pub const SHORTEST: usize = 8;

/// Symbols of a phrase that count; what follows them is not compared.
pub const LONGEST: usize = TAGGED;

/// Bits of a position's hash that choose its bit.
const BITS: u32 = 16;

/// What an index keeps of a phrase.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct PhraseTag {
    /// Keyed tag of its symbols.
    pub tag: u64,
    /// Sixteen keyed bits of its first eight symbols.
    pub anchor: u16,
    /// Its symbols that count.
    pub length: u8,
}

impl PhraseTag {
    /// The tag of a phrase with these `symbols`; `None` for one that is too short.
    pub fn new(keys: &Keys, symbols: &[u8]) -> Option<PhraseTag> {
        let symbols = &symbols[..symbols.len().min(LONGEST)];
        Some(PhraseTag {
            anchor: anchor(keys, *symbols.first_chunk()?),
            tag: keys.phrase_tag(symbols),
            length: symbols.len() as u8,
        })
    }
}

fn anchor(keys: &Keys, first: [u8; SHORTEST]) -> u16 {
    (u64::from_le_bytes(first).wrapping_mul(keys.phrase_factor()) >> (64 - BITS)) as u16
}

/// Phrases that are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phrases {
    /// One bit for each anchor; empty without phrases.
    bits: Vec<u64>,
    lengths: Vec<u8>,
    /// Tags in order, with the phrase's number.
    tags: Vec<(u64, u32)>,
}

impl Phrases {
    /// Prepares to look for `phrases`.
    pub fn new(phrases: &[PhraseTag]) -> Phrases {
        Phrases::numbered(&(0..).zip(phrases.iter().copied()).collect::<Vec<_>>())
    }

    /// The same with numbers of the caller's own.
    pub fn numbered(phrases: &[(u32, PhraseTag)]) -> Phrases {
        if phrases.is_empty() {
            return Phrases::default();
        }
        let mut bits = vec![0; 1 << (BITS - 6)];
        for (_, phrase) in phrases {
            bits[usize::from(phrase.anchor >> 6)] |= 1 << (phrase.anchor & 63);
        }
        let mut lengths: Vec<u8> = phrases.iter().map(|(_, phrase)| phrase.length).collect();
        lengths.sort_unstable();
        lengths.dedup();
        let mut tags: Vec<(u64, u32)> = phrases.iter().map(|(at, p)| (p.tag, *at)).collect();
        tags.sort_unstable();
        Phrases {
            bits,
            lengths,
            tags,
        }
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty()
    }

    /// Calls `found` with the position and length of every phrase that begins
    /// at one of the first `positions` of `symbols`, and with its number.
    pub fn find(
        &self,
        keys: &Keys,
        symbols: &[u8],
        positions: usize,
        found: &mut dyn FnMut(usize, usize, u32),
    ) {
        if self.is_empty() {
            return;
        }
        for (at, first) in symbols.windows(SHORTEST).take(positions).enumerate() {
            let Some(&first) = first.first_chunk() else {
                continue;
            };
            let anchor = anchor(keys, first);
            if self.bits[usize::from(anchor >> 6)] >> (anchor & 63) & 1 == 0 {
                continue;
            }
            for &length in &self.lengths {
                let length = usize::from(length);
                let Some(phrase) = symbols.get(at..at + length) else {
                    continue;
                };
                let tag = keys.phrase_tag(phrase);
                let from = self.tags.partition_point(|known| known.0 < tag);
                let known = self.tags[from..].iter().take_while(|known| known.0 == tag);
                known.for_each(|&(_, number)| found(at, length, number));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::fixtures::prose;

    #[test]
    fn phrases_are_found_where_they_begin() {
        let keys = Keys::derive(b"k");
        let text = prose(1, 3000);
        let places = [(0, 8), (100, 20), (117, 12), (2000, 40), (2980, 20)];
        let tags: Vec<PhraseTag> = places
            .iter()
            .map(|&(at, length)| PhraseTag::new(&keys, &text[at..at + length]).unwrap())
            .collect();
        let mut found = Vec::new();
        Phrases::new(&tags).find(&keys, &text, text.len(), &mut |at, length, number| {
            found.push((at, length, number as usize));
        });
        for (number, &(at, length)) in places.iter().enumerate() {
            assert!(found.contains(&(at, length.min(LONGEST), number)));
        }
        assert_eq!(PhraseTag::new(&keys, b"sevenxx"), None);
        let mut none = 0;
        Phrases::new(&tags).find(
            &Keys::derive(b"other"),
            &text,
            text.len(),
            &mut |_, _, _| none += 1,
        );
        assert_eq!(none, 0);
    }
}
