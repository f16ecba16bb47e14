//! The run: a source, workers, a sink.

mod board;
mod code;
mod containers;
mod decoded;
mod documents;
pub mod examples;
#[cfg(feature = "git")]
pub mod history;
pub mod jobs;
mod made;
mod names;
mod narrow;
mod opening;
mod options;
#[cfg(feature = "git")]
mod pieces;
pub mod pipeline;
mod reuse;
pub mod scanner;
mod tee;
pub mod trace;
mod views;
