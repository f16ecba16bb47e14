//! What matches mean: located, redacted, keyed findings, and the account of a unit.

pub mod allow;
pub mod authorised;
pub mod blob;
pub mod document;
pub mod finding;
pub mod key;
pub mod locate;
pub mod outcome;
pub mod phrase;
pub mod record;
pub mod redact;
pub mod resolve;
