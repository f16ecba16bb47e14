//! The run: a source, workers, a sink.

mod board;
pub mod pipeline;
pub mod scanner;
mod views;
