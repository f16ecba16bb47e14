//! The index file: how an index is written and read.
//!
//! All numbers are little-endian. The head is 96 bytes:
//!
//! | at | bytes | |
//! |---|---|---|
//! | 0 | 8 | `STANCHFP` |
//! | 8 | 2 | version of this layout |
//! | 10 | 2 | version of the normaliser |
//! | 12 | 2 | version of the extractor |
//! | 14 | 1 | tier: 1 vault, 2 filter |
//! | 15 | 1 | profile: 1 is `text-1` |
//! | 16 | 8 | k, s, w of the profile and the longest step, two bytes each |
//! | 24 | 8 | time of building, seconds since 1970 |
//! | 32 | 8 | key id |
//! | 40 | 8 | bytes of the body |
//! | 48 | 32 | nonce |
//! | 80 | 8 | number of fingerprints `n` |
//! | 88 | 8 | bytes of the lists |
//!
//! The sealed body follows: the prefilter's words (8 bytes each; `n` says how
//! many), then in a vault the tags (8 bytes each, ascending), their postings (document and symbol, 4
//! bytes each), in a filter the buckets' offsets (4
//! bytes each) and the remainders (2 bytes each); then the lists of documents and of
//! phrases as JSON, and the tags of cells (in a vault) and
//! of pairs of cells, when there are tables: words of the prefilter (8 bytes each), buckets' offsets and remainders
//! (4 bytes each). The last 32 bytes are the mark.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::EXTRACTOR_VERSION;
use super::build::search;
use super::index::{Document, Index, Tier};
use super::names::Names;
use super::phrase::PhraseEntry;
use super::records::sets::TagSet;
use super::records::{Records, Table};
use super::seal::{self, MARK, NONCE};
use super::table::{MOST, Posting, TagTable, bucket_bits};
use crate::fingerprint::cover::Density;
use crate::fingerprint::keys::{KeyId, Keys};
use crate::fingerprint::prefilter::Prefilter;
use crate::fingerprint::symbols::Alphabet;
use crate::fingerprint::{NORMALISER_VERSION, ORDERED, RIVALS, TAGGED};

const MAGIC: &[u8; 8] = b"STANCHFP";
const LAYOUT_VERSION: u16 = 2;
const TEXT_1: u8 = 1;

/// Bytes of the head.
pub const HEAD: usize = 96;

/// Why an index cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// Another sort of file.
    #[error("this is no register index")]
    NotAnIndex,
    /// Written by a program with other rules.
    #[error("the index has {what} version {found}, this program needs {needed}; build it again")]
    Version {
        /// Version of what.
        what: &'static str,
        /// The file's.
        found: u16,
        /// This program's.
        needed: u16,
    },
    /// Made with parameters this program does not know.
    #[error("the index has parameters this program does not know; build it again")]
    Parameters,
    /// Made with another key.
    #[error("the index was built with another key (its key id is {0})")]
    OtherKey(KeyId),
    /// Cut off or changed.
    #[error("the index is damaged: {0}")]
    Damaged(&'static str),
}

/// What stands behind the tags.
#[derive(Debug, Serialize, Deserialize)]
struct Lists<'a> {
    documents: Cow<'a, [Document]>,
    phrases: Cow<'a, [PhraseEntry]>,
    /// True when there is source code among the documents.
    code: bool,
    /// True when there are binaries among them.
    chunks: bool,
    tables: Cow<'a, [Table]>,
    /// Numbers of the tags of cells (in a vault) and of pairs of cells.
    cells: Option<u64>,
    pairs: u64,
}

/// Writes `index`.
pub fn write(index: &Index) -> Vec<u8> {
    let lists = Lists {
        documents: match index.tier {
            Tier::Vault => Cow::Borrowed(&index.documents),
            Tier::Filter => Cow::Owned(Vec::new()),
        },
        phrases: Cow::Borrowed(&index.phrases),
        code: index.has_code,
        chunks: index.has_chunks,
        tables: Cow::Borrowed(&index.records.tables),
        cells: index.records.cells.as_ref().map(|set| set.len() as u64),
        pairs: index.records.pairs.len() as u64,
    };
    // Lists of plain structs without maps always become JSON.
    let lists = serde_json::to_vec(&lists).unwrap_or_default();
    let mut body = body(index);
    body.extend_from_slice(&lists);
    if !index.records.is_empty() {
        let sets = index.records.cells.iter().chain([&index.records.pairs]);
        sets.for_each(|set| append(&mut body, set));
    }
    let mut head = [0; HEAD];
    head[..8].copy_from_slice(MAGIC);
    let versions = [LAYOUT_VERSION, NORMALISER_VERSION, EXTRACTOR_VERSION];
    for (at, version) in versions.into_iter().enumerate() {
        head[8 + 2 * at..][..2].copy_from_slice(&version.to_le_bytes());
    }
    head[14] = match index.tier {
        Tier::Vault => 1,
        Tier::Filter => 2,
    };
    head[15] = TEXT_1;
    for (at, parameter) in parameters(index.density).into_iter().enumerate() {
        head[16 + 2 * at..][..2].copy_from_slice(&parameter.to_le_bytes());
    }
    head[24..32].copy_from_slice(&index.created.to_le_bytes());
    head[80..88].copy_from_slice(&(index.table.len() as u64).to_le_bytes());
    head[88..96].copy_from_slice(&(lists.len() as u64).to_le_bytes());
    seal(head, body, &index.keys)
}

/// Completes an index file: seals `body`, enters what `head` must say of it and
/// of the key, and adds the mark.
pub fn seal(mut head: [u8; HEAD], mut body: Vec<u8>, keys: &Keys) -> Vec<u8> {
    let nonce = seal::nonce(keys, &body);
    seal::turn(keys, &nonce, &mut body);
    head[32..40].copy_from_slice(&keys.id().0);
    head[40..48].copy_from_slice(&(body.len() as u64).to_le_bytes());
    head[48..80].copy_from_slice(&nonce);
    let mut out = [&head[..], &body].concat();
    let mark = seal::mark(keys, &out);
    out.extend_from_slice(mark.as_bytes());
    out
}

fn parameters(density: Density) -> [u16; 4] {
    [
        TAGGED as u16,
        ORDERED as u16,
        RIVALS as u16,
        density.step() as u16,
    ]
}

fn body(index: &Index) -> Vec<u8> {
    let mut body = Vec::new();
    for word in index.prefilter.words() {
        body.extend_from_slice(&word.to_le_bytes());
    }
    if let Some((offsets, remainders)) = index.table.parts() {
        body.extend(offsets.iter().flat_map(|offset| offset.to_le_bytes()));
        body.extend(remainders.iter().flat_map(|part| part.to_le_bytes()));
    }
    if let Some((tags, postings)) = index.table.whole_parts() {
        body.extend(tags.iter().flat_map(|tag| tag.to_le_bytes()));
        for posting in postings {
            body.extend_from_slice(&posting.document.to_le_bytes());
            body.extend_from_slice(&posting.symbol.to_le_bytes());
        }
    }
    body
}

fn append(body: &mut Vec<u8>, set: &TagSet) {
    let (words, offsets, remainders) = set.parts();
    body.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    body.extend(offsets.iter().flat_map(|offset| offset.to_le_bytes()));
    body.extend(remainders.iter().flat_map(|part| part.to_le_bytes()));
}

/// Reads the index in `bytes`.
///
/// # Errors
/// When it is none, of another version or key, or damaged.
pub fn read(bytes: Vec<u8>, keys: Keys) -> Result<Index, LayoutError> {
    let head = Head::read(&bytes)?;
    if head.key != keys.id() {
        return Err(LayoutError::OtherKey(head.key));
    }
    let end = bytes.len() - MARK;
    // Comparing hashes takes the same time wherever they differ.
    let stored = blake3::Hash::from_slice(&bytes[end..])
        .map_err(|_| LayoutError::Damaged("its end is missing"))?;
    if stored != seal::mark(&keys, &bytes[..end]) {
        return Err(LayoutError::Damaged("its mark is wrong"));
    }
    let mut content = bytes;
    content.truncate(end);
    seal::turn(&keys, &head.nonce, &mut content[HEAD..]);
    let mut body = Body(&content[HEAD..]);
    let words = 1 << (Prefilter::bits_for(head.count) - 6);
    let words = body.numbers(words, u64::from_le_bytes)?;
    let prefilter = Prefilter::from_words(words, head.count)
        .ok_or(LayoutError::Damaged("its prefilter has a wrong size"))?;
    let (table, highest) = body.table(head.tier, head.count as usize)?;
    let lists = body.lists(head.lists)?;
    let records = body.records(&lists, head.tier)?;
    let (has_code, has_chunks) = (lists.code, lists.chunks);
    let (mut documents, phrases) = (lists.documents.into_owned(), lists.phrases.into_owned());
    if highest.is_some_and(|highest| highest as usize >= documents.len()) {
        return Err(LayoutError::Damaged(
            "it names documents that it does not list",
        ));
    }
    if head.tier == Tier::Filter {
        documents = vec![Document::default()];
    }
    if !body.0.is_empty() {
        return Err(LayoutError::Damaged("it is longer than it should be"));
    }
    Ok(Index {
        tier: head.tier,
        density: head.density,
        created: head.created,
        keys,
        alphabet: Alphabet::default(),
        prefilter,
        table,
        has_code,
        has_chunks,
        documents,
        search: search(&phrases),
        names: Names::new(&phrases),
        phrases,
        records,
    })
}

/// What can be known of an index without its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Who it is for.
    pub tier: Tier,
    /// How many fingerprints are kept.
    pub density: Density,
    /// When it was built, in seconds since 1970.
    pub created: u64,
    /// The key it was built with.
    pub key: KeyId,
    /// Number of fingerprints.
    pub count: u64,
    nonce: [u8; NONCE],
    lists: usize,
}

impl Head {
    /// Reads the head of the index in `bytes`.
    ///
    /// # Errors
    /// When it is no index, or one of another version.
    pub fn read(bytes: &[u8]) -> Result<Head, LayoutError> {
        if !bytes.starts_with(MAGIC) {
            return Err(LayoutError::NotAnIndex);
        }
        let damaged = LayoutError::Damaged("its end is missing");
        let Some(head) = bytes.first_chunk::<HEAD>() else {
            return Err(damaged);
        };
        let short = |at: usize| u16::from_le_bytes([head[at], head[at + 1]]);
        let long = |at: usize| {
            head[at..]
                .first_chunk()
                .map_or(0, |b| u64::from_le_bytes(*b))
        };
        for (what, at, needed) in [
            ("layout", 8, LAYOUT_VERSION),
            ("normaliser", 10, NORMALISER_VERSION),
            ("extractor", 12, EXTRACTOR_VERSION),
        ] {
            let found = short(at);
            if found != needed {
                return Err(LayoutError::Version {
                    what,
                    found,
                    needed,
                });
            }
        }
        let tier = match head[14] {
            1 => Tier::Vault,
            2 => Tier::Filter,
            _ => return Err(LayoutError::Parameters),
        };
        let density = Density::of_step(u32::from(short(22))).ok_or(LayoutError::Parameters)?;
        let found: [u16; 4] = std::array::from_fn(|at| short(16 + 2 * at));
        let count = long(80);
        if head[15] != TEXT_1 || found != parameters(density) || count > MOST {
            return Err(LayoutError::Parameters);
        }
        if long(40).checked_add((HEAD + MARK) as u64) != Some(bytes.len() as u64) {
            return Err(damaged);
        }
        Ok(Head {
            tier,
            density,
            created: long(24),
            key: KeyId(std::array::from_fn(|at| head[32 + at])),
            count,
            nonce: std::array::from_fn(|at| head[48 + at]),
            lists: usize::try_from(long(88)).map_err(|_| damaged)?,
        })
    }
}

/// What is left of a body.
struct Body<'a>(&'a [u8]);

impl Body<'_> {
    fn numbers<T, const N: usize>(
        &mut self,
        count: usize,
        of: impl Fn([u8; N]) -> T,
    ) -> Result<Vec<T>, LayoutError> {
        let cut = LayoutError::Damaged("its body is too short");
        let len = count.checked_mul(N).ok_or(cut.clone())?;
        let (own, rest) = self.0.split_at_checked(len).ok_or(cut)?;
        self.0 = rest;
        Ok(own
            .as_chunks::<N>()
            .0
            .iter()
            .map(|bytes| of(*bytes))
            .collect())
    }

    /// The tags, and the highest number of a document that is named.
    fn table(&mut self, tier: Tier, count: usize) -> Result<(TagTable, Option<u32>), LayoutError> {
        let (table, highest) = match tier {
            Tier::Vault => {
                let tags = self.numbers(count, u64::from_le_bytes)?;
                let posting = |bytes: [u8; 8]| {
                    let both = u64::from_le_bytes(bytes);
                    Posting {
                        document: both as u32,
                        symbol: (both >> 32) as u32,
                    }
                };
                let postings = self.numbers(count, posting)?;
                let highest = postings.iter().map(|posting| posting.document).max();
                (TagTable::whole(tags, postings), highest)
            }
            Tier::Filter => {
                let offsets = self.numbers((1 << bucket_bits(count)) + 1, u32::from_le_bytes)?;
                let remainders = self.numbers(count, u16::from_le_bytes)?;
                (TagTable::from_parts(offsets, remainders), None)
            }
        };
        let unfit = LayoutError::Damaged("its tags do not fit together");
        Ok((table.ok_or(unfit)?, highest))
    }

    fn records(&mut self, lists: &Lists<'_>, tier: Tier) -> Result<Records, LayoutError> {
        let damaged = LayoutError::Damaged("its tables do not fit together");
        if lists
            .tables
            .iter()
            .any(|table| table.entry.flaw().is_some())
        {
            return Err(damaged);
        }
        if lists.tables.is_empty() {
            return Ok(Records::default());
        }
        if lists.cells.is_some() != (tier == Tier::Vault) {
            return Err(damaged);
        }
        let cells = lists.cells.map(|count| self.set(count)).transpose()?;
        Ok(Records {
            tables: lists.tables.to_vec(),
            cells,
            pairs: self.set(lists.pairs)?,
        })
    }

    fn set(&mut self, count: u64) -> Result<TagSet, LayoutError> {
        if count > MOST {
            return Err(LayoutError::Damaged("it has too many cells"));
        }
        let (words, offsets) = TagSet::sizes(count);
        let words = self.numbers(words, u64::from_le_bytes)?;
        let offsets = self.numbers(offsets, u32::from_le_bytes)?;
        let remainders = self.numbers(count as usize, u32::from_le_bytes)?;
        TagSet::from_parts(words, offsets, remainders)
            .ok_or(LayoutError::Damaged("its cells do not fit together"))
    }

    fn lists(&mut self, len: usize) -> Result<Lists<'static>, LayoutError> {
        let damaged = LayoutError::Damaged("its lists cannot be read");
        let (own, rest) = self.0.split_at_checked(len).ok_or(damaged.clone())?;
        self.0 = rest;
        serde_json::from_slice(own).map_err(|_| damaged)
    }
}
