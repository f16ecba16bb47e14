//! stanch finds secrets and classified text in files before they leak.
#![forbid(unsafe_code)]

pub mod base;
#[cfg(feature = "cli")]
pub mod cli;
pub mod config;
pub mod detect;
pub mod extract;
pub mod fingerprint;
pub mod judge;
pub mod record;
pub mod register;
pub mod report;
pub mod rules;
pub mod scan;
pub mod source;

/// The README's example is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
