//! The ground floor: the small types every other room speaks in.
//!
//! Nothing here does work; these are the parcels (blobs, texts, spans,
//! provenance) and the words (severity, confidence, evidence) that travel
//! between the floors.

pub mod content;
pub mod control;
pub mod decoding;
pub mod evidence;
pub mod id;
pub mod level;
pub mod limits;
pub mod provenance;
pub mod secret;
pub mod span;
pub mod state;
