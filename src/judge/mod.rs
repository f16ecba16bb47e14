//! What matches mean: located, redacted, keyed findings, and the account of a unit.

pub mod allow;
pub mod blob;
pub mod counted;
pub mod document;
pub mod finding;
pub mod key;
pub mod locate;
pub mod outcome;
pub mod phrase;
pub mod redact;
pub mod resolve;
