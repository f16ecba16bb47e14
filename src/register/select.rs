//! Chooses which candidates of the documents an index keeps.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicU8, Ordering};

use rayon::prelude::*;

use super::build::Read;
use super::coverage::measure;
use super::index::Document;
use super::table::Posting;
use crate::fingerprint::cover::{Density, cover};
use crate::fingerprint::profile::Profile;

/// Places of one tag in one document that are kept.
const REPEATS: u8 = 4;

/// Buckets of a sort: the first bits of tags.
const BUCKETS: u32 = 12;

/// A fingerprint that is kept: tag, place, hash for the prefilter.
pub(super) type Kept = (u64, Posting, u64);

/// Tags. They are keyed hashes already, so they need no other one.
type TagSet = HashSet<u64, BuildHasherDefault<TagHasher>>;
type TagCounts = HashMap<u64, u8, BuildHasherDefault<TagHasher>>;

#[derive(Default)]
struct TagHasher(u64);

impl Hasher for TagHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, tag: u64) {
        self.0 = tag;
    }
}

/// How often tags occur, at most: those that share a slot are counted together.
struct Sketch {
    slots: Vec<AtomicU8>,
    shift: u32,
}

/// What a slot counts to, about: some threads may add at the same time.
const FULL: u8 = 127;

impl Sketch {
    fn new(tags: usize) -> Sketch {
        let bits = (4 * tags as u64 + 64).ilog2() + 1;
        Sketch {
            slots: (0..1 << bits).map(|_| AtomicU8::new(0)).collect(),
            shift: u64::BITS - bits,
        }
    }

    fn add(&self, tag: u64) {
        let slot = &self.slots[(tag >> self.shift) as usize];
        if slot.load(Ordering::Relaxed) < FULL {
            slot.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn most(&self, tag: u64) -> u8 {
        self.slots[(tag >> self.shift) as usize].load(Ordering::Relaxed)
    }
}

/// Drops the candidates that stand in more than `most` families.
pub(super) fn cut_common(read: &mut [Read], most: u32) {
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let mut families = Vec::with_capacity(read.len());
    for document in read.iter() {
        let next = numbers.len() as u32;
        let family = document.entry.family().to_owned();
        families.push(*numbers.entry(family).or_insert(next));
    }
    if numbers.len() as u64 <= u64::from(most) {
        return;
    }
    let sketch = Sketch::new(read.iter().map(|document| document.candidates.len()).sum());
    let count = |document: &Read| document.candidates.iter().for_each(|c| sketch.add(c.tag));
    read.par_iter().for_each(count);
    let least = most.min(u32::from(FULL) - 1);
    let often = |(document, family): (&Read, &u32)| -> Vec<(u64, u32)> {
        let often = document.candidates.iter();
        let often = often.filter(|c| u32::from(sketch.most(c.tag)) > least);
        often.map(|c| (c.tag, *family)).collect()
    };
    let pairs = read.par_iter().zip(&families).map(often);
    let mut pairs = pairs.collect::<Vec<_>>().concat();
    pairs.par_sort_unstable();
    pairs.dedup();
    let common: TagSet = pairs
        .chunk_by(|a, b| a.0 == b.0)
        .filter(|families| families.len() > most as usize)
        .map(|families| families[0].0)
        .collect();
    if common.is_empty() {
        return;
    }
    read.par_iter_mut().for_each(|document| {
        let before = document.candidates.len();
        document.candidates.retain(|c| !common.contains(&c.tag));
        document.account.common = (before - document.candidates.len()) as u32;
    });
}

/// Chooses what is kept of each document; documents and fingerprints, which ascend by tag.
pub(super) fn choose(read: Vec<Read>, density: Density) -> (Vec<Document>, Vec<Kept>) {
    let mut families: HashMap<String, Vec<(u32, Read)>> = HashMap::new();
    for (number, read) in (0..).zip(read) {
        let family = read.entry.family().to_owned();
        families.entry(family).or_default().push((number, read));
    }
    let families: Vec<Vec<(u32, Read)>> = families.into_values().collect();
    let chosen: Vec<(u32, Document, Vec<Kept>)> = families
        .into_par_iter()
        .flat_map_iter(|versions| family(versions, density))
        .collect();
    let (mut documents, mut kept) = (Vec::new(), Vec::new());
    for (number, document, own) in chosen {
        documents.push((number, document));
        kept.push(own);
    }
    documents.sort_unstable_by_key(|(number, _)| *number);
    let documents = documents.into_iter().map(|(_, document)| document);
    (documents.collect(), sorted(&kept))
}

/// What is kept of the versions of one document.
fn family(versions: Vec<(u32, Read)>, density: Density) -> Vec<(u32, Document, Vec<Kept>)> {
    let mut known = (versions.len() > 1).then(TagSet::default);
    let mut out = Vec::with_capacity(versions.len());
    for (number, read) in versions {
        let density = match read.profile {
            // Runs of tokens change with every statement: all of them are needed.
            Profile::Binary | Profile::CodeShape => Density::Dense,
            _ => read.entry.density.unwrap_or(density),
        };
        let mut kept = Vec::new();
        let document = keep(read, number, density, known.as_ref(), &mut kept);
        if let Some(known) = &mut known {
            known.extend(kept.iter().map(|(tag, ..)| tag));
        }
        out.push((number, document, kept));
    }
    out
}

/// Chooses what is kept of a document, preferring what is `known` of another version.
fn keep(
    read: Read,
    number: u32,
    density: Density,
    known: Option<&TagSet>,
    kept: &mut Vec<Kept>,
) -> Document {
    let Read {
        entry,
        profile,
        mut account,
        candidates,
    } = read;
    let positions: Vec<u32> = candidates.iter().map(|c| c.symbol).collect();
    let chosen = cover(&positions, density, |at| {
        known.is_some_and(|known| known.contains(&candidates[at].tag))
    });
    account.step = density.step();
    let gaps = if profile == Profile::Binary {
        // Chunks have no windows.
        Vec::new()
    } else {
        let places: Vec<u32> = chosen.iter().map(|&at| positions[at]).collect();
        measure(&mut account, &places)
    };
    let sketch = Sketch::new(chosen.len());
    for &at in &chosen {
        sketch.add(candidates[at].tag);
    }
    let mut repeats = TagCounts::default();
    kept.reserve(chosen.len());
    for at in chosen {
        let candidate = candidates[at];
        if sketch.most(candidate.tag) > REPEATS {
            let repeat = repeats.entry(candidate.tag).or_default();
            *repeat = repeat.saturating_add(1);
            if *repeat > REPEATS {
                continue;
            }
        }
        let posting = Posting {
            document: number,
            symbol: candidate.symbol,
        };
        kept.push((candidate.tag, posting, candidate.cheap));
    }
    account.kept = kept.len() as u32;
    Document {
        entry,
        profile,
        account,
        gaps,
    }
}

/// All of `kept` by tag and place: first into buckets, so that each sort stays in the cache.
fn sorted(kept: &[Vec<Kept>]) -> Vec<Kept> {
    let bucket = |tag: u64| (tag >> (u64::BITS - BUCKETS)) as usize;
    let mut ends = vec![0usize; 1 << BUCKETS];
    for (tag, ..) in kept.iter().flatten() {
        ends[bucket(*tag)] += 1;
    }
    let mut at = 0;
    for end in &mut ends {
        (*end, at) = (at, at + *end);
    }
    let nothing = Posting {
        document: 0,
        symbol: 0,
    };
    let mut out = vec![(0, nothing, 0); at];
    for own in kept.iter().flatten() {
        let end = &mut ends[bucket(own.0)];
        out[*end] = *own;
        *end += 1;
    }
    let mut parts = Vec::with_capacity(ends.len());
    let (mut rest, mut from) = (&mut out[..], 0);
    for end in ends {
        let (part, more) = rest.split_at_mut(end - from);
        parts.push(part);
        (rest, from) = (more, end);
    }
    let sort = |part: &mut [Kept]| part.sort_unstable_by_key(|&(tag, posting, _)| (tag, posting));
    parts.into_par_iter().for_each(sort);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_ascend() {
        let posting = |symbol| Posting {
            document: 0,
            symbol,
        };
        let of = |seed: u64| -> Vec<Kept> {
            let tag = |at: u64| (at + seed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            (0..500)
                .map(|at| (tag(at), posting(at as u32), at))
                .collect()
        };
        let all = sorted(&[of(0), of(7), of(100_000)]);
        assert_eq!(all.len(), 1_500);
        assert!(all.is_sorted_by_key(|&(tag, posting, _)| (tag, posting)));
        assert!(sorted(&[]).is_empty());
    }
}
