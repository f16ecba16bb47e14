//! Builds an index of documents.
//!
//! Of a document's candidates those are dropped that say too little, stand in
//! public text, or stand in many families. Of the rest a cover is kept, with
//! preference for what another version of the same document keeps already.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use rayon::prelude::*;

use super::coverage::measure;
use super::entry::{Choice, Entry};
use super::index::{Account, Document, Index, Tier};
use super::phrase::PhraseEntry;
pub use super::public::Public;
pub use super::reading::text_of;
use super::reading::{Candidate, Reading, chunks_of, readings};
use super::records::Records;
use super::table::{MOST, Posting, TagTable};
use crate::fingerprint::cover::{Density, cover};
use crate::fingerprint::keys::Keys;
use crate::fingerprint::phrase::{PhraseTag, Phrases};
use crate::fingerprint::prefilter::Prefilter;
use crate::fingerprint::profile::Profile;
use crate::fingerprint::symbols::Alphabet;

/// Places of one tag in one document that are kept.
const REPEATS: u32 = 4;

/// A document to protect, with its text.
#[derive(Clone, Debug)]
pub struct Source {
    /// What the register says of it.
    pub entry: Entry,
    /// The bytes of its file.
    pub bytes: Vec<u8>,
}

/// How to build.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many fingerprints are kept where a document says nothing else.
    pub density: Density,
    /// Families in which a fingerprint may stand before it counts as boilerplate.
    pub max_families: u32,
    /// Time to write into the index, in seconds since 1970.
    pub created: u64,
}

/// Why an index cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The file's text is not within reach.
    #[error("`{id}`: {reason}; register its text instead")]
    NoText {
        /// The document.
        id: String,
        /// Why.
        reason: String,
    },
    /// A phrase was tagged with another key.
    #[error("the phrase `{0}` was entered with another key; enter it again")]
    OtherKey(String),
    /// More than an index can hold.
    #[error("the register is too large for one index")]
    TooLarge,
}

/// Tags. They are keyed hashes already, so they need no other one.
type TagSet = HashSet<u64, BuildHasherDefault<TagHasher>>;

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

/// What is known of a document before it is compared with the others.
#[derive(Debug)]
struct Read {
    entry: Entry,
    profile: Profile,
    account: Account,
    candidates: Vec<Candidate>,
}

/// Builds the vault of `sources` and `phrases`.
///
/// # Errors
/// When a document has no text within reach, or there are too many.
pub fn build(
    sources: Vec<Source>,
    phrases: Vec<PhraseEntry>,
    public: &Public,
    keys: Keys,
    options: &Options,
) -> Result<Index, BuildError> {
    if let Some(other) = phrases
        .iter()
        .find(|phrase| phrase.tag.key != keys.id().short())
    {
        return Err(BuildError::OtherKey(other.id.clone()));
    }
    let alphabet = Alphabet::default();
    let read: Result<Vec<Vec<Read>>, BuildError> = sources
        .into_par_iter()
        .map(|source| read(source, public, &keys, &alphabet))
        .collect();
    let mut read: Vec<Read> = read?.into_iter().flatten().collect();
    cut_common(&mut read, options.max_families);
    let mut kept: Vec<(u64, Posting, u64)> = Vec::new();
    let mut documents = Vec::with_capacity(read.len());
    let mut families: HashMap<String, TagSet> = HashMap::new();
    for (number, document) in read.into_iter().enumerate() {
        let known = families
            .entry(document.entry.family().to_owned())
            .or_default();
        let density = document.entry.density.unwrap_or(options.density);
        documents.push(keep(document, number as u32, density, known, &mut kept));
    }
    if kept.len() as u64 > MOST {
        return Err(BuildError::TooLarge);
    }
    kept.par_sort_unstable_by_key(|&(tag, posting, _)| (tag, posting));
    let mut prefilter = Prefilter::for_count(kept.len() as u64);
    for &(_, _, cheap) in &kept {
        prefilter.insert(cheap);
    }
    let tags = kept.iter().map(|&(tag, ..)| tag).collect();
    let postings = kept.iter().map(|&(_, posting, _)| posting).collect();
    Ok(Index {
        tier: Tier::Vault,
        density: options.density,
        created: options.created,
        keys,
        alphabet,
        prefilter,
        table: TagTable::whole(tags, postings).ok_or(BuildError::TooLarge)?,
        has_code: documents.iter().any(Document::is_code),
        has_chunks: documents.iter().any(Document::is_binary),
        documents,
        search: search(&phrases),
        phrases,
        records: Records::default(),
    })
}

/// Prepares to look for `phrases`.
pub(super) fn search(phrases: &[PhraseEntry]) -> Phrases {
    let tags: Vec<PhraseTag> = phrases.iter().map(|phrase| phrase.tag.tag).collect();
    Phrases::new(&tags)
}

/// The filter of a vault. Tags that stand in several places count once.
pub fn filter(vault: Index) -> Index {
    let table = match vault.table.whole_parts() {
        // The prefilter's size follows from the number of tags, so all stay.
        Some((tags, _)) => TagTable::short(tags),
        None => vault.table,
    };
    let mut phrases = vault.phrases;
    for phrase in &mut phrases {
        phrase.id.clear();
        phrase.owner.clear();
        phrase.authorised.clear();
        phrase.handling = None;
    }
    Index {
        tier: Tier::Filter,
        phrases,
        table,
        documents: vec![Document::default()],
        records: vault.records.filter(),
        ..vault
    }
}

/// What each profile sees of a document, without what is public.
fn read(
    source: Source,
    public: &Public,
    keys: &Keys,
    alphabet: &Alphabet,
) -> Result<Vec<Read>, BuildError> {
    let Source { mut entry, bytes } = source;
    let readings = match entry.profile.unwrap_or(Choice::Auto) {
        // Offsets have 32 bits.
        Choice::Binary if bytes.len() > u32::MAX as usize => return Err(BuildError::TooLarge),
        Choice::Binary => vec![chunks_of(keys, &bytes)],
        choice => {
            let text = text_of(&entry.path, &bytes).map_err(|reason| BuildError::NoText {
                id: entry.id.clone(),
                reason,
            })?;
            readings(keys, alphabet, &entry.path, choice, &text)
        }
    };
    // Where the text lies is nobody's business but the builder's.
    entry.path.clear();
    let read = |reading: Reading| {
        let Reading {
            profile,
            symbols,
            all,
            mut rich,
        } = reading;
        let poor = all - rich.len() as u32;
        let before = rich.len();
        rich.retain(|candidate| !public.holds(candidate.tag));
        Read {
            entry: entry.clone(),
            profile,
            account: Account {
                symbols,
                candidates: all,
                poor,
                public: (before - rich.len()) as u32,
                ..Account::default()
            },
            candidates: rich,
        }
    };
    Ok(readings.into_iter().map(read).collect())
}

/// Drops the candidates that stand in more than `most` families.
fn cut_common(read: &mut [Read], most: u32) {
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let mut pairs: Vec<(u64, u32)> = Vec::new();
    for document in read.iter() {
        let next = numbers.len() as u32;
        let family = *numbers
            .entry(document.entry.family().to_owned())
            .or_insert(next);
        pairs.extend(document.candidates.iter().map(|c| (c.tag, family)));
    }
    if numbers.len() as u64 <= u64::from(most) {
        return;
    }
    pairs.par_sort_unstable();
    pairs.dedup();
    let common: TagSet = pairs
        .chunk_by(|a, b| a.0 == b.0)
        .filter(|families| families.len() > most as usize)
        .map(|families| families[0].0)
        .collect();
    for document in read {
        let before = document.candidates.len();
        document.candidates.retain(|c| !common.contains(&c.tag));
        document.account.common = (before - document.candidates.len()) as u32;
    }
}

/// Chooses what is kept of a document.
fn keep(
    read: Read,
    number: u32,
    density: Density,
    known: &mut TagSet,
    kept: &mut Vec<(u64, Posting, u64)>,
) -> Document {
    let Read {
        entry,
        profile,
        mut account,
        candidates,
    } = read;
    let positions: Vec<u32> = candidates.iter().map(|c| c.symbol).collect();
    let density = match profile {
        Profile::Binary => Density::Dense,
        _ => density,
    };
    let chosen = cover(&positions, density, |at| {
        known.contains(&candidates[at].tag)
    });
    let mut repeats: HashMap<u64, u32, BuildHasherDefault<TagHasher>> =
        HashMap::with_capacity_and_hasher(chosen.len(), BuildHasherDefault::default());
    account.step = density.step();
    let places: Vec<u32> = chosen.iter().map(|&at| positions[at]).collect();
    let gaps = match profile {
        // Chunks have no windows.
        Profile::Binary => Vec::new(),
        _ => measure(&mut account, &places),
    };
    for at in chosen {
        let candidate = candidates[at];
        let repeat = repeats.entry(candidate.tag).or_default();
        *repeat += 1;
        if *repeat > REPEATS {
            continue;
        }
        account.kept += 1;
        known.insert(candidate.tag);
        let posting = Posting {
            document: number,
            symbol: candidate.symbol,
        };
        kept.push((candidate.tag, posting, candidate.cheap));
    }
    Document {
        entry,
        profile,
        account,
        gaps,
    }
}
