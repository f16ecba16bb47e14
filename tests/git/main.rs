//! Git from end to end: the binary itself, on repositories that the git program
//! builds when a test runs and that it is compared with.
//!
//! Secrets are made when a test runs, so that none stands in this folder.

#![cfg(all(unix, feature = "git"))]
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

#[path = "../scan/plant.rs"]
#[expect(dead_code, reason = "not all of it is planted in repositories")]
mod plant;
#[path = "../scan/tree.rs"]
#[expect(dead_code, reason = "only its account of runs is used")]
mod tree;

mod corrupt;
mod coverage;
mod install;
mod kinds;
mod places;
mod range;
mod repo;
mod serve;
mod staged;
mod steady;
mod trust;
