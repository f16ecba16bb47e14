//! The run: a source, workers, a sink.

mod board;
mod code;
mod documents;
pub mod examples;
#[cfg(feature = "git")]
pub mod history;
#[cfg(feature = "git")]
mod pieces;
pub mod pipeline;
pub mod scanner;
mod views;
