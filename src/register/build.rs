//! Builds an index of documents.
//!
//! Of a document's candidates those are dropped that say too little, stand in
//! public text, or stand in many families. Of the rest a cover is kept, with
//! preference for what another version of the same document keeps already.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::path::Path;

use rayon::prelude::*;

use super::entry::Entry;
use super::index::{Account, Document, Index, Tier};
use super::phrase::PhraseEntry;
use super::records::Records;
use super::table::{MOST, Posting, TagTable};
use crate::base::content::SkipReason;
use crate::extract::container;
use crate::extract::legacy::decode_legacy;
use crate::extract::reading::without_tags;
use crate::fingerprint::TAGGED;
use crate::fingerprint::candidates::candidates;
use crate::fingerprint::cover::{Density, cover};
use crate::fingerprint::keys::Keys;
use crate::fingerprint::phrase::{PhraseTag, Phrases};
use crate::fingerprint::prefilter::Prefilter;
use crate::fingerprint::symbols::{Alphabet, Grain};
use crate::fingerprint::variety::is_poor;

/// Longest document, in bytes of text.
const LONGEST: usize = 1 << 30;

/// Stretches without a fingerprint that are remembered of a document.
const GAPS: usize = 5;

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

/// Tags of public text, ascending.
#[derive(Clone, Debug, Default)]
pub struct Public(Vec<u64>);

impl Public {
    /// Joins the tags of several texts.
    pub fn new(mut tags: Vec<u64>) -> Public {
        tags.par_sort_unstable();
        tags.dedup();
        Public(tags)
    }

    /// True when `tag` stands in public text.
    pub fn holds(&self, tag: u64) -> bool {
        self.0.binary_search(&tag).is_ok()
    }

    /// Number of tags.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
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

/// A candidate of a document.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// Number of its first symbol.
    pub symbol: u32,
    /// Its tag.
    pub tag: u64,
    /// Its hash for the prefilter.
    pub cheap: u64,
}

/// What is known of a document before it is compared with the others.
#[derive(Debug)]
struct Read {
    entry: Entry,
    account: Account,
    candidates: Vec<Candidate>,
}

/// The text of a document's file.
///
/// # Errors
/// Why it is not within reach.
pub fn text_of<'a>(path: &Path, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>, String> {
    if bytes.len() > LONGEST {
        return Err("it is too long".into());
    }
    let head = &bytes[..bytes.len().min(container::HEAD)];
    if let Some(reason) = container::sniff(head, path) {
        return Err(SkipReason::describe(&reason));
    }
    let wide = match bytes {
        [0xFF, 0xFE, ..] => Some(encoding_rs::UTF_16LE),
        [0xFE, 0xFF, ..] => Some(encoding_rs::UTF_16BE),
        _ => None,
    };
    if let Some(encoding) = wide {
        return Ok(encoding
            .decode_with_bom_removal(bytes)
            .0
            .into_owned()
            .into_bytes()
            .into());
    }
    let marked_up = ["html", "htm", "xhtml", "xml"];
    let extension = path
        .extension()
        .and_then(|end| end.to_str())
        .unwrap_or_default();
    if marked_up
        .iter()
        .any(|end| extension.eq_ignore_ascii_case(end))
    {
        return Ok(without_tags(bytes, 0..bytes.len()).0.text.into());
    }
    Ok(decode_legacy(bytes).map_or(Cow::Borrowed(bytes), |view| view.bytes.into()))
}

/// The candidates of a text that say enough, and how many there are in all.
pub fn rich_candidates(
    keys: &Keys,
    alphabet: &Alphabet,
    text: &[u8],
) -> (u32, u32, Vec<Candidate>) {
    let symbols = alphabet.symbols(text, Grain::Raw(0));
    let positions = candidates(keys, &symbols);
    let all = positions.len() as u32;
    let rich = positions.into_iter().filter_map(|symbol| {
        let gram = symbols[symbol as usize..].first_chunk::<TAGGED>()?;
        (!is_poor(gram)).then(|| Candidate {
            symbol,
            tag: keys.tag(gram),
            cheap: keys.cheap(gram),
        })
    });
    let rich = rich.collect();
    (symbols.len() as u32, all, rich)
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
    let read: Result<Vec<Read>, BuildError> = sources
        .into_par_iter()
        .map(|source| read(source, public, &keys, &alphabet))
        .collect();
    let mut read = read?;
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

fn read(
    source: Source,
    public: &Public,
    keys: &Keys,
    alphabet: &Alphabet,
) -> Result<Read, BuildError> {
    let Source { mut entry, bytes } = source;
    let text = text_of(&entry.path, &bytes).map_err(|reason| BuildError::NoText {
        id: entry.id.clone(),
        reason,
    })?;
    // Where the text lies is nobody's business but the builder's.
    entry.path.clear();
    let (symbols, all, mut rich) = rich_candidates(keys, alphabet, &text);
    let poor = all - rich.len() as u32;
    let before = rich.len();
    rich.retain(|candidate| !public.holds(candidate.tag));
    let account = Account {
        symbols,
        candidates: all,
        poor,
        public: (before - rich.len()) as u32,
        ..Account::default()
    };
    Ok(Read {
        entry,
        account,
        candidates: rich,
    })
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
        mut account,
        candidates,
    } = read;
    let positions: Vec<u32> = candidates.iter().map(|c| c.symbol).collect();
    let chosen = cover(&positions, density, |at| {
        known.contains(&candidates[at].tag)
    });
    let mut repeats: HashMap<u64, u32, BuildHasherDefault<TagHasher>> =
        HashMap::with_capacity_and_hasher(chosen.len(), BuildHasherDefault::default());
    account.step = density.step();
    let places: Vec<u32> = chosen.iter().map(|&at| positions[at]).collect();
    let gaps = measure(&mut account, &places);
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
        account,
        gaps,
    }
}

/// Counts the windows of the promised length, and those without a fingerprint;
/// returns the longest stretches that hold none.
fn measure(account: &mut Account, places: &[u32]) -> Vec<(u32, u32)> {
    let small = |number: i64| u32::try_from(number.max(0)).unwrap_or(u32::MAX);
    let (step, symbols) = (i64::from(account.step), i64::from(account.symbols));
    let tagged = TAGGED.cast_signed() as i64;
    let end = symbols - (tagged - 1);
    let windows = (end - step + 1).max(0);
    let (mut empty, mut longest) = (0, 0);
    let mut gaps = Vec::new();
    let mut last = -1;
    for place in places.iter().map(|&place| i64::from(place)).chain([end]) {
        let gap = place - last;
        empty += (gap - step).max(0);
        longest = longest.max(gap);
        if gap > step {
            // From the symbol after one fingerprint's first to the one before
            // the next's last.
            let stretch = (gap + tagged - 2).min(symbols - last - 1);
            gaps.push((small(last + 1), small(stretch)));
        }
        last = place;
    }
    account.windows = small(windows);
    account.empty = small(empty.min(windows));
    account.longest_gap = small((longest + tagged - 2).min(symbols));
    gaps.sort_unstable_by_key(|&(start, length)| (std::cmp::Reverse(length), start));
    gaps.truncate(GAPS);
    gaps
}
