//! Fingerprints of text: which places of a text stand for it, and their keyed tags.
//!
//! A text becomes a stream of **symbols** (letters and digits, folded). Of its
//! positions some are **candidates**: chosen by a keyed order over the next 24
//! symbols alone, so that a protected document and a leaked copy choose alike
//! wherever 24 symbols agree. A candidate's **tag** is a keyed hash of 32
//! symbols. A register keeps tags of protected documents; a scan asks for the
//! tags of what it reads. `docs/register.md` describes the format.

mod block;
pub mod candidates;
mod characters;
pub mod chunk;
pub mod code;
pub mod cover;
#[cfg(test)]
pub(crate) mod fixtures;
pub mod fold;
pub mod keys;
pub mod lexer;
pub mod phrase;
pub mod prefilter;
pub mod profile;
mod squeeze;
pub mod stream;
pub mod symbols;
pub mod tag;
pub mod variety;
pub mod words;

/// Symbols in a tag.
pub const TAGGED: usize = 32;

/// Symbols in one value of the order hash.
pub const ORDERED: usize = 8;

/// Values of the order hash that compete with a candidate's.
pub const RIVALS: usize = 16;

/// Version of the rules that make symbols of text. Indexes of another version
/// are refused, because their tags would not be found again.
pub const NORMALISER_VERSION: u16 = 1;
