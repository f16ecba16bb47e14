//! `stanch scan` from end to end: the binary itself, on real files.
//!
//! Secrets are made when a test runs, with the right checksums, so that none
//! stands in this folder.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

mod build;
mod containers;
mod decoded;
mod documents;
mod encodings;
mod entries;
mod exit_codes;
mod interrupt;
mod lists;
mod pairs;
mod plant;
mod redaction;
mod reports;
mod tree;
mod windows;
