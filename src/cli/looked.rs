//! What a scan looked at, so that what it did not find there is gone.

use std::path::{Path, PathBuf};

use crate::base::provenance::Provenance;
use crate::cli::args::ScanArgs;
use crate::cli::words::Project;
use crate::record::baseline::{Entry, Standing, path_of};

/// What of a project was looked at.
pub(super) enum Scope {
    /// Only some changes: nothing can be said to be gone.
    Changes,
    /// A whole history, and with it its last state.
    History,
    /// Files at these places, seen from the project's root.
    Files(Vec<String>),
}

impl Scope {
    /// What `scan` looks at.
    pub(super) fn of(scan: &ScanArgs, project: &Project) -> Scope {
        #[cfg(feature = "git")]
        if scan.git.history.is_some() {
            return Scope::History;
        } else if scan.git.is_given() {
            return Scope::Changes;
        }
        if scan.files_from.is_some() || scan.stdin_path.is_some() {
            return Scope::Changes;
        }
        let base = project.base();
        let here = [PathBuf::from(".")];
        let targets = if scan.targets.is_empty() {
            &here
        } else {
            &scan.targets[..]
        };
        let below = |target: &PathBuf| path_of(&Provenance::file(target.clone()), &base);
        Scope::Files(targets.iter().map(below).collect())
    }

    /// True when the entry would have been found if it were there.
    pub(super) fn covers(&self, entry: &Entry) -> bool {
        match self {
            Scope::Changes => false,
            Scope::History => true,
            Scope::Files(targets) => {
                entry.standing == Standing::Files
                    && targets
                        .iter()
                        .any(|target| Path::new(&entry.path).starts_with(target))
            }
        }
    }
}
