//! How far a repository is trusted: whose it may be, and where its parts may lie.

use std::path::PathBuf;

/// What may be read for the sake of a repository.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// Whether parts outside of the repository are read.
    pub external: External,
    /// Whose repository it may be.
    pub ownership: Ownership,
    /// What git's environment variables say.
    pub environment: GitEnvironment,
}

/// Whether parts outside of the scanned place are read: object directories
/// named in `objects/info/alternates`, a git directory named in a `.git` file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum External {
    /// No; each is reported as not examined. A linked worktree or a submodule
    /// is read where its git directory names it back, because a stranger
    /// cannot write that.
    #[default]
    Refuse,
    /// Yes.
    Follow,
}

/// Whose repository is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ownership {
    /// Only the current user's (under `sudo`, also the caller's), as git does
    /// without `safe.directory`.
    #[default]
    Own,
    /// Anybody's: somebody who knows has decided that it may be read.
    Any,
}

/// Git's environment variables, each as git understands it. The process that
/// starts a hook sets them; reading them is left to the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GitEnvironment {
    /// `GIT_DIR`
    pub git_dir: Option<PathBuf>,
    /// `GIT_COMMON_DIR`
    pub common_dir: Option<PathBuf>,
    /// `GIT_WORK_TREE`
    pub work_tree: Option<PathBuf>,
    /// `GIT_INDEX_FILE`
    pub index_file: Option<PathBuf>,
    /// `GIT_OBJECT_DIRECTORY`, in a hook that receives a push the quarantine.
    pub object_directory: Option<PathBuf>,
    /// `GIT_ALTERNATE_OBJECT_DIRECTORIES`, split.
    pub alternate_object_directories: Vec<PathBuf>,
    /// `SUDO_UID`: the user behind `sudo`.
    pub sudo_uid: Option<u32>,
}
