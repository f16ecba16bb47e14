//! How a run is told: one reporter per format.
//!
//! Reporters write to anything that implements `Write` and hand every write
//! error to the caller. [`output`] opens them from what the user asked for.

use std::io;

use crate::judge::finding::Finding;
use crate::judge::outcome::{RunInfo, Skip, Summary};

pub mod amount;
pub mod document;
pub mod exposure;
pub mod foreign;
pub mod git;
pub mod hook;
pub mod html;
pub mod json;
pub mod jsonl;
pub mod level;
pub mod model;
pub mod output;
pub mod read;
pub mod sanitise;
pub mod sarif;
pub mod standing;
#[cfg(feature = "cli")]
pub mod template;
pub mod text;
pub mod veil;

mod spec;
mod staged;

#[cfg(test)]
mod samples;

/// Writes one format. Calls come in this order: `begin`, then `finding` and
/// `skip` in enumeration order (within a unit: findings, then skips), then `end`.
pub trait Reporter {
    /// The run begins.
    fn begin(&mut self, run: &RunInfo) -> io::Result<()>;
    /// One finding.
    fn finding(&mut self, finding: &Finding) -> io::Result<()>;
    /// Something that was not examined.
    fn skip(&mut self, skip: &Skip) -> io::Result<()>;
    /// The run is over. Everything is written and flushed when this returns `Ok`.
    fn end(&mut self, summary: &Summary) -> io::Result<()>;
}
