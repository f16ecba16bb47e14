//! The run: sources, workers, sink.
