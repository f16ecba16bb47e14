//! The first minutes with stanch, from end to end: `init`, `doctor`, the way of a new
//! user, editors' conversations, formats of one's own, manual pages and completions.

#![cfg(all(unix, feature = "git"))]
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

#[path = "../scan/plant.rs"]
#[expect(dead_code, reason = "not all of it is used here")]
mod plant;
#[path = "../git/repo.rs"]
#[expect(dead_code, reason = "not all of it is used here")]
mod repo;
#[path = "../scan/tree.rs"]
#[expect(dead_code, reason = "not all of it is used here")]
mod tree;

mod doctor;
mod generated;
mod init;
mod page;
mod path;
mod serve;
mod template;
mod way;
