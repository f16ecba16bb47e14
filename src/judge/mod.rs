//! What matches mean: located, redacted, keyed findings, and the account of a unit.

pub mod allow;
pub mod authorised;
pub mod blob;
pub mod counted;
pub mod directive;
pub mod document;
pub mod exposure;
pub mod file_name;
pub mod finding;
pub mod key;
pub mod locate;
pub mod outcome;
pub mod phrase;
mod protected;
pub mod record;
pub mod redact;
pub mod resolve;
pub mod reuse;
pub mod status;
pub mod strength;
pub mod suppress;
pub mod together;
