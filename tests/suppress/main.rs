//! Living with findings, from end to end: the binary itself, on projects that
//! the tests make, merged by the real git.

#![cfg(all(unix, feature = "git"))]
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

#[path = "../scan/plant.rs"]
#[expect(dead_code, reason = "not all of it is planted here")]
mod plant;
#[path = "../git/repo.rs"]
#[expect(dead_code, reason = "not all of it is used here")]
mod repo;
#[path = "../scan/tree.rs"]
#[expect(dead_code, reason = "only its account of runs is used")]
mod tree;

mod baseline;
mod comments;
mod ignore;
mod import;
mod keys;
mod policy;
mod project;
