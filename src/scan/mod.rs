//! The run: a source, workers, a sink.

mod board;
mod documents;
pub mod examples;
pub mod pipeline;
pub mod scanner;
mod views;
