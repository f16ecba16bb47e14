//! Whether a repository has a file of its work tree, or is told not to.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::refs;
use super::repository::Repository;
use super::staged::{Index, open_index};

/// How deep rules of `.gitignore` files are followed.
const DEEPEST: usize = 64;

/// A work tree, ready to be asked.
#[derive(Debug)]
pub struct Tracking {
    repository: Arc<Repository>,
    /// The work tree, without links in its path.
    root: PathBuf,
    index: Option<Index>,
}

impl Tracking {
    /// Reads the index of `repository`; nothing for one without a work tree, or
    /// with an index that cannot be read.
    pub fn new(repository: Arc<Repository>) -> Option<Tracking> {
        let root = repository.work_tree()?.canonicalize().ok()?;
        let index = open_index(&repository).ok()?;
        Some(Tracking {
            repository,
            root,
            index,
        })
    }

    /// The work tree.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The repository.
    pub fn repository(&self) -> &Arc<Repository> {
        &self.repository
    }

    /// True when the index has a file at `path`, below the work tree, with slashes.
    pub fn has(&self, path: &str) -> bool {
        self.index
            .as_ref()
            .is_some_and(|index| index.has(path.as_bytes()))
    }

    /// True when git is told to leave `path`, below the work tree, alone: by a
    /// `.gitignore` above it or by `info/exclude`. The user's own list is not read.
    pub fn ignores(&self, path: &Path) -> bool {
        let above: Vec<&Path> = path.ancestors().skip(1).take(DEEPEST).collect();
        for folder in above {
            let rules = rules(&self.root.join(folder), ".gitignore");
            let Ok(below) = path.strip_prefix(folder) else {
                continue;
            };
            let said = rules.matched_path_or_any_parents(below, false);
            if !said.is_none() {
                return said.is_ignore();
            }
        }
        let own = rules(self.repository.common_dir(), "info/exclude");
        own.matched_path_or_any_parents(path, false).is_ignore()
    }

    /// Names of branches, also of remotes', sorted.
    pub fn branches(&self) -> Vec<String> {
        let all = refs::all(&self.repository.layout).into_keys();
        all.filter(|name| {
            name.starts_with("refs/heads/")
                || name.starts_with("refs/remotes/") && !name.ends_with("/HEAD")
        })
        .collect()
    }
}

fn rules(folder: &Path, name: &str) -> Gitignore {
    let file = folder.join(name);
    if !file.symlink_metadata().is_ok_and(|meta| meta.is_file()) {
        return Gitignore::empty();
    }
    // Where the patterns stand counts, not where the list is.
    let mut builder = GitignoreBuilder::new("");
    let text = super::layout::read_small(&file, 1 << 20).ok().flatten();
    for line in String::from_utf8_lossy(&text.unwrap_or_default()).lines() {
        // A pattern that is none matches nothing.
        let _ = builder.add_line(None, line);
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}
