//! What machine reports say of protected text: numbers, names and places, no text.

use serde::Serialize;

use crate::base::span::{Position, Span};
use crate::fingerprint::profile::Profile;
use crate::register::found::{Found, Passage, Share};
use crate::register::level::Level;

/// What was found of a protected document.
#[derive(Clone, Debug, Serialize)]
pub struct DocumentModel<'a> {
    /// Its id; not in a filter, like all names.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub id: &'a str,
    /// What it is called.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub title: &'a str,
    /// The document it is a version of.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub family: &'a str,
    /// How secret it is.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub classification: &'a str,
    /// Whom to ask.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub owner: &'a str,
    /// What was compared: letters and digits, tokens, or bytes.
    pub profile: Profile,
    /// How much was found.
    pub level: Level,
    /// Share of the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_fraction: Option<f64>,
    /// Share of the file's text.
    pub file_fraction: f64,
    /// Passages, the longest first, at most a hundred.
    pub passages: Vec<PassageModel>,
}

/// A passage of a protected document.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PassageModel {
    /// First position.
    pub start: Position,
    /// Position after the last.
    pub end: Position,
    /// Bytes of the blob.
    pub bytes: Span,
    /// Symbols from the first fingerprint to the last.
    pub symbols: u64,
    /// Fingerprints.
    pub fingerprints: u32,
    /// First symbol of the document, and the one after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_symbols: Option<(u32, u32)>,
}

impl<'a> From<&'a Found> for DocumentModel<'a> {
    fn from(found: &'a Found) -> DocumentModel<'a> {
        let entry = &found.document.entry;
        DocumentModel {
            id: &entry.id,
            title: entry.title(),
            family: entry.family(),
            classification: &entry.classification,
            owner: &entry.owner,
            profile: found.profile,
            level: found.level,
            document_fraction: found.of_document.map(Share::fraction),
            file_fraction: found.of_blob.fraction(),
            passages: found.passages.iter().map(PassageModel::from).collect(),
        }
    }
}

impl From<&Passage> for PassageModel {
    fn from(passage: &Passage) -> PassageModel {
        PassageModel {
            start: passage.place.start,
            end: passage.place.end,
            bytes: passage.place.span,
            symbols: passage.symbols,
            fingerprints: passage.hits,
            document_symbols: passage.origin,
        }
    }
}
