//! Git repositories: what the next commit changes, what a range of commits
//! brings, and everything a repository has ever held.
//!
//! Repositories are read in this process, and the way a hostile one must be
//! read: nothing its configuration names is run, no object is fetched, nothing
//! is written, and no file outside of it is opened unless that was asked for
//! (see [`access`]). Parsing of the index, of configuration and of hashes, and
//! inflating, are gix's; how objects are found and put together is done here,
//! since every path that is followed and every byte that is spent must be ours
//! to refuse.

pub mod access;
pub mod error;
pub mod history;
pub mod hooks;
pub mod lines;
pub mod range;
pub mod remaining;
pub mod repository;
pub mod staged;
pub mod unit;

mod change;
mod config;
mod layout;
mod lfs;
mod object;
mod refs;
mod revision;
mod store;
mod tracking;

pub use access::{Access, External, GitEnvironment, Ownership};
pub use error::GitError;
pub use history::{History, Reach};
pub use range::{CommitRange, Known, Tips};
pub use remaining::Remaining;
pub use repository::Repository;
pub use staged::Staged;
pub use tracking::Tracking;
pub use unit::{GitScratch, GitUnit, Report};

pub use gix_hash::ObjectId;
