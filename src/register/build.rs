//! Builds an index of documents.
//!
//! Of a document's candidates those are dropped that say too little, stand in
//! public text, or stand in many families. Of the rest a cover is kept, with
//! preference for what another version of the same document keeps already.

use rayon::prelude::*;

use super::entry::{Choice, Entry};
use super::index::{Account, Document, Index, Tier};
use super::names::Names;
use super::phrase::{PhraseEntry, WrittenTag};
pub use super::public::Public;
pub use super::reading::text_of;
use super::reading::{Candidate, Reading, chunks_of, readings};
use super::records::Records;
use super::select::{choose, cut_common};
use super::table::{MOST, TagTable};
use crate::fingerprint::cover::Density;
use crate::fingerprint::keys::Keys;
use crate::fingerprint::phrase::{PhraseTag, Phrases};
use crate::fingerprint::prefilter::Prefilter;
use crate::fingerprint::profile::Profile;
use crate::fingerprint::symbols::{Alphabet, Grain};

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

/// What is known of a document before it is compared with the others.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) entry: Entry,
    pub(super) profile: Profile,
    pub(super) account: Account,
    pub(super) candidates: Vec<Candidate>,
}

/// Builds the vault of `sources` and `phrases`.
///
/// # Errors
/// When a document has no text within reach, or there are too many.
pub fn build(
    sources: Vec<Source>,
    mut phrases: Vec<PhraseEntry>,
    public: &Public,
    keys: Keys,
    options: &Options,
) -> Result<Index, BuildError> {
    if let Some(other) = phrases
        .iter()
        .find(|phrase| phrase.tag.is_some_and(|tag| tag.key != keys.id().short()))
    {
        return Err(BuildError::OtherKey(other.id.clone()));
    }
    let alphabet = Alphabet::default();
    for phrase in &mut phrases {
        tag(phrase, &keys, &alphabet);
    }
    let read: Result<Vec<Vec<Read>>, BuildError> = sources
        .into_par_iter()
        .map(|source| read(source, public, &keys, &alphabet))
        .collect();
    let mut read: Vec<Read> = read?.into_iter().flatten().collect();
    cut_common(&mut read, options.max_families);
    let (documents, kept) = choose(read, options.density);
    if kept.len() as u64 > MOST {
        return Err(BuildError::TooLarge);
    }
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
        names: Names::new(&phrases),
        phrases,
        records: Records::default(),
    })
}

/// Prepares to look for `phrases`.
pub(super) fn search(phrases: &[PhraseEntry]) -> Phrases {
    let tags = (0..).zip(phrases);
    let tags = tags.filter_map(|(number, phrase)| Some((number, phrase.tag?.tag)));
    Phrases::numbered(&tags.collect::<Vec<_>>())
}

/// Tags a phrase that is in the clear, if it is long enough.
fn tag(phrase: &mut PhraseEntry, keys: &Keys, alphabet: &Alphabet) {
    if let Some(text) = &phrase.text {
        let symbols = alphabet.symbols(text.as_bytes(), Grain::Decoded);
        phrase.tag = PhraseTag::new(keys, &symbols).map(|tag| WrittenTag {
            key: keys.id().short(),
            tag,
        });
    }
}

/// The filter of a vault. Tags that stand in several places count once.
pub fn filter(vault: Index) -> Index {
    let table = match vault.table.whole_parts() {
        // The prefilter's size follows from the number of tags, so all stay.
        Some((tags, _)) => TagTable::short(tags),
        None => vault.table,
    };
    let mut phrases = vault.phrases;
    phrases.retain(|phrase| phrase.tag.is_some());
    for phrase in &mut phrases {
        phrase.text = None;
        phrase.id.clear();
        phrase.owner.clear();
        phrase.authorised.clear();
        phrase.remotes.clear();
        phrase.handling = None;
    }
    Index {
        tier: Tier::Filter,
        search: search(&phrases),
        names: Names::default(),
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
