//! Reads documents: what of a file is fingerprinted, and its candidates.

use std::borrow::Cow;
use std::path::Path;

use super::entry::Choice;
use crate::base::content::SkipReason;
use crate::extract::container;
use crate::extract::legacy::decode_legacy;
use crate::extract::reading::without_tags;
use crate::fingerprint::TAGGED;
use crate::fingerprint::candidates::candidates;
use crate::fingerprint::keys::Keys;
use crate::fingerprint::lexer::Syntax;
use crate::fingerprint::profile::Profile;
use crate::fingerprint::symbols::{Alphabet, Grain};
use crate::fingerprint::tag::Gram;
use crate::fingerprint::{chunk, code, variety};

/// Longest document, in bytes of text.
const LONGEST: usize = 1 << 30;

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

/// What one profile sees of a document.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The profile.
    pub profile: Profile,
    /// Symbols.
    pub symbols: u32,
    /// Candidates, also those that say too little.
    pub all: u32,
    /// Candidates that say enough.
    pub rich: Vec<Candidate>,
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

/// The chunks of a binary document.
pub fn chunks_of(keys: &Keys, bytes: &[u8]) -> Reading {
    let chunks = chunk::chunks(keys, bytes);
    let all = chunks.len() as u32;
    let told = |chunk: &chunk::Chunk| !chunk::is_poor(&bytes[chunk.start..chunk.start + chunk.len]);
    let candidate = |chunk: chunk::Chunk| Candidate {
        symbol: chunk.start as u32,
        tag: chunk.tag,
        cheap: chunk.cheap,
    };
    Reading {
        profile: Profile::Binary,
        symbols: bytes.len() as u32,
        all,
        rich: chunks.into_iter().filter(told).map(candidate).collect(),
    }
}

/// What every profile that `choice` asks for sees of the document at `path`.
pub fn readings(
    keys: &Keys,
    alphabet: &Alphabet,
    path: &Path,
    choice: Choice,
    text: &[u8],
) -> Vec<Reading> {
    let symbols = alphabet.symbols(text, Grain::Raw(0));
    let is_poor = |_, gram: &Gram| variety::is_poor(gram);
    let mut out = vec![reading(keys, Profile::Text, &symbols, is_poor)];
    let syntax = match choice {
        Choice::Text | Choice::Binary => None,
        Choice::Auto => Syntax::of(path),
        Choice::Code => Some(Syntax::of(path).unwrap_or_default()),
    };
    if let Some(syntax) = syntax {
        let profiles = [Profile::CodeLex, Profile::CodeShape];
        for (profile, coded) in profiles.into_iter().zip(code::coded(syntax, text)) {
            let is_poor = |at, gram: &Gram| coded.is_poor(profile, at, gram);
            out.push(reading(keys, profile, &coded.symbols, is_poor));
        }
    }
    out
}

fn reading(
    keys: &Keys,
    profile: Profile,
    symbols: &[u8],
    is_poor: impl Fn(usize, &Gram) -> bool,
) -> Reading {
    let positions = candidates(keys, symbols);
    let all = positions.len() as u32;
    let rich = positions.into_iter().filter_map(|symbol| {
        let gram = symbols[symbol as usize..].first_chunk::<TAGGED>()?;
        (!is_poor(symbol as usize, gram)).then(|| Candidate {
            symbol,
            tag: keys.tag_of(profile, gram),
            cheap: keys.cheap(gram),
        })
    });
    Reading {
        profile,
        symbols: symbols.len() as u32,
        all,
        rich: rich.collect(),
    }
}
