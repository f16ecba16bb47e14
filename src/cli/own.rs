//! What a run itself writes, for its scan to leave out.

use std::path::{Path, PathBuf};

use crate::source::Unit;

/// What this very run writes, and what grows while it goes on.
pub(super) struct OwnFiles {
    reports: Vec<PathBuf>,
    /// Real paths of files and folders.
    kept: Vec<PathBuf>,
}

impl OwnFiles {
    /// The files of reports, and files and folders that are kept.
    pub(super) fn new(reports: Vec<PathBuf>, kept: &[PathBuf]) -> OwnFiles {
        let kept = kept.iter().filter_map(|path| path.canonicalize().ok());
        OwnFiles {
            reports,
            kept: kept.collect(),
        }
    }

    /// True when `unit` is one of them.
    pub(super) fn is_own(&self, unit: &Unit) -> bool {
        let (Unit::File(path) | Unit::Linked(path)) = unit else {
            return false;
        };
        let Some(name) = path.file_name() else {
            return false;
        };
        let alike = |own: &&PathBuf| own.file_name() == Some(name);
        let mut reports = self.reports.iter().filter(alike);
        reports.any(|own| same_file(own, path)) || self.keeps(path, name)
    }

    /// True for what is kept, or in a folder that is. The real path is only
    /// asked for where a name on the way is that of something kept.
    fn keeps(&self, path: &Path, name: &std::ffi::OsStr) -> bool {
        let on_the_way = |kept: &PathBuf| {
            let kept_name = kept.file_name();
            kept_name == Some(name)
                || kept_name.is_none_or(|kept| path.iter().any(|part| part == kept))
                || path
                    .parent()
                    .is_none_or(|above| above.as_os_str().is_empty())
        };
        self.kept.iter().any(on_the_way)
            && path
                .canonicalize()
                .is_ok_and(|path| self.kept.iter().any(|kept| path.starts_with(kept)))
    }
}

/// True when both paths lead to the same file.
fn same_file(a: &Path, b: &Path) -> bool {
    a.canonicalize()
        .is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b))
}
