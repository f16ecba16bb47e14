//! The protected register: which documents are protected, the index that finds
//! their text again, and what was found.
//!
//! A register file (`register.toml`) lists documents. Building reads them and
//! writes an index, which holds keyed tags and no text. A scan loads the index
//! with the register key and tracks, for each protected document, the chains of
//! its fingerprints in what is read.

pub mod binary;
pub mod build;
pub mod chains;
mod coverage;
pub mod date;
pub mod entry;
pub mod file;
pub mod found;
pub mod index;
pub mod layout;
pub mod level;
pub mod names;
pub mod phrase;
pub mod public;
pub mod reading;
pub mod records;
pub mod remote;
mod seal;
mod select;
pub mod table;
pub mod track;

/// Version of how documents become text before they become symbols. Indexes of
/// another version are refused.
pub const EXTRACTOR_VERSION: u16 = 1;
