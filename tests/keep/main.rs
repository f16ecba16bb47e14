//! What is kept between runs and after them, from end to end: verdicts, the
//! ledger, evidence; and that no secret is in any of it.

#![cfg(all(unix, feature = "git"))]
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

#[path = "../scan/plant.rs"]
mod plant;
#[path = "../git/repo.rs"]
#[expect(dead_code, reason = "not all of it is used here")]
mod repo;
#[path = "../scan/tree.rs"]
#[expect(dead_code, reason = "only its account of runs is used")]
mod tree;

mod artefacts;
mod cache;
mod changed;
mod evidence;
mod exposure;
#[cfg(feature = "ledger")]
mod full;
#[cfg(feature = "ledger")]
mod killed;
#[cfg(feature = "ledger")]
mod ledger;
mod place;
mod rebased;
