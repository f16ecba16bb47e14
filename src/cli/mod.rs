//! The command line.

pub mod diagnose;
