//! Why a repository, or a revision in it, cannot be used.

use std::path::PathBuf;

use thiserror::Error;

/// A failure that leaves nothing to scan. What goes wrong later is a skip.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum GitError {
    /// No repository at the path, nor above it.
    #[error("`{0}` is not in a git repository")]
    NoRepository(PathBuf),
    /// The repository belongs to somebody else.
    #[error(
        "the repository at `{0}` belongs to another user; its owner could have prepared it, so git \
         would refuse it too (`safe.directory`). stanch runs nothing a repository names, so it is \
         safe to read: add `--any-owner` if you mean to, or scan as its owner"
    )]
    Foreign(PathBuf),
    /// A part without which nothing works lies elsewhere.
    #[error(
        "{what} of `{here}` is at `{there}`, outside of it; add `--follow-external` to read it"
    )]
    Outside {
        /// What lies elsewhere.
        what: &'static str,
        /// What names it.
        here: PathBuf,
        /// Where it is said to be.
        there: PathBuf,
    },
    /// A file without which nothing works cannot be read.
    #[error("`{path}` cannot be read: {cause}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why, in the system's words or ours.
        cause: String,
    },
    /// A form of repository that is not understood.
    #[error("the repository at `{path}` has {what}, which is not supported")]
    Unsupported {
        /// The repository.
        path: PathBuf,
        /// What it has.
        what: String,
    },
    /// A revision that names nothing.
    #[error("`{spec}` is no revision of this repository: {cause}")]
    Revision {
        /// The revision as it was given.
        spec: String,
        /// Why not.
        cause: String,
    },
}
