//! An opened repository: where its parts are, what format it has, and what of
//! it may not be read.

use std::path::{Path, PathBuf};

use gix_hash::ObjectId;

use super::access::Access;
use super::config::Config;
use super::error::GitError;
use super::layout::Layout;
use super::object::{Kind, Mode, TreeEntries};
use super::refs;
use super::store::{ReadError, Reading, Store};
use crate::base::content::SkipReason;
use crate::base::provenance::Provenance;
use crate::source::Unit;

/// A git repository, open for reading. Shared by all threads of a scan.
#[derive(Debug)]
pub struct Repository {
    pub(super) layout: Layout,
    pub(super) config: Config,
    pub(super) store: Store,
    index_file: Option<PathBuf>,
    issues: Vec<(PathBuf, SkipReason)>,
}

impl Repository {
    /// Opens the repository that `start` is in: the one the environment in
    /// `access` names, or the nearest one at `start` or above it.
    ///
    /// # Errors
    /// When there is none, it belongs to somebody else, lies elsewhere, or has
    /// a form that is not understood.
    pub fn discover(start: &Path, access: &Access) -> Result<Repository, GitError> {
        let layout = Layout::discover(start, access)?;
        let (config, issue) = layout.config();
        let mut issues: Vec<_> = issue.into_iter().collect();
        let hash = match config.value("extensions.objectformat").as_deref() {
            None | Some("sha1") => gix_hash::Kind::Sha1,
            Some("sha256") => gix_hash::Kind::Sha256,
            Some(other) => {
                return Err(GitError::Unsupported {
                    path: layout.git_dir,
                    what: format!("the object format `{other}`"),
                });
            }
        };
        if config
            .value("extensions.refstorage")
            .is_some_and(|form| form != "files")
        {
            let path = layout.common_dir.join("reftable");
            issues.push((
                path,
                SkipReason::Unsupported("this way of storing references"),
            ));
        }
        let (dirs, mut refused) = layout.object_dirs(access);
        issues.append(&mut refused);
        Ok(Repository {
            store: Store::new(hash, dirs),
            index_file: access.environment.index_file.clone(),
            layout,
            config,
            issues,
        })
    }

    /// What belongs to this worktree: `HEAD`, `index`.
    pub fn git_dir(&self) -> &Path {
        &self.layout.git_dir
    }

    /// What all worktrees share.
    pub fn common_dir(&self) -> &Path {
        &self.layout.common_dir
    }

    /// The files, unless it is bare or only its git directory is known.
    pub fn work_tree(&self) -> Option<&Path> {
        self.layout.work_tree.as_deref()
    }

    /// The index: `GIT_INDEX_FILE` or the worktree's.
    pub fn index_path(&self) -> PathBuf {
        self.index_file
            .clone()
            .unwrap_or_else(|| self.layout.git_dir.join("index"))
    }

    /// The id that stands for no object, in this repository's format.
    pub fn zero(&self) -> ObjectId {
        ObjectId::null(self.store.hash)
    }

    /// Name and URL of every remote, as the repository's own configuration has them.
    pub fn remotes(&self) -> Vec<(String, String)> {
        self.config.remotes()
    }

    /// A setting of the repository's own configuration, such as `core.hooksPath`:
    /// data, in the words of whoever wrote it.
    pub fn setting(&self, key: &str) -> Option<String> {
        self.config.value(key)
    }

    /// The commit `HEAD` leads to; `None` before the first one.
    pub fn head(&self) -> Option<ObjectId> {
        refs::resolve(&self.layout, "HEAD")
    }

    /// True when the repository holds the object called `id`.
    pub fn contains(&self, id: &ObjectId) -> bool {
        self.store.read(id, &mut Reading::default()).is_ok()
    }

    /// The content of the file at `path` in the revision `spec`; `None` when
    /// there is none.
    ///
    /// # Errors
    /// When the revision or one of its directories cannot be read.
    pub fn file_at(&self, spec: &str, path: &str) -> Result<Option<Vec<u8>>, GitError> {
        let wrong = |cause: String| GitError::Revision {
            spec: spec.to_owned(),
            cause,
        };
        let mut reading = Reading::default();
        let mut id = self.resolve(spec)?;
        id = self.peel(id, Kind::Tree, &mut reading).map_err(wrong)?;
        let id_len = self.store.hash.len_in_bytes();
        for part in path.split('/') {
            let tree = self.object(&id, &mut reading).map_err(wrong)?;
            let entry = TreeEntries::new(&tree, id_len).find(|entry| entry.name == part.as_bytes());
            let Some(entry) = entry.filter(|entry| matches!(entry.mode, Mode::File | Mode::Tree))
            else {
                return Ok(None);
            };
            id = ObjectId::try_from(entry.id).map_err(|_| wrong("a tree is damaged".into()))?;
        }
        self.object(&id, &mut reading)
            .map(|data| Some(data.to_vec()))
            .map_err(wrong)
    }

    fn object(
        &self,
        id: &ObjectId,
        reading: &mut Reading,
    ) -> Result<std::sync::Arc<Vec<u8>>, String> {
        match self.store.read(id, reading) {
            Ok(object) => Ok(object.data),
            Err(ReadError::Missing) => Err(format!("object {id} is missing")),
            Err(_) => Err(format!("object {id} cannot be read")),
        }
    }

    /// What of the repository is not read, each as a unit.
    pub(super) fn issues(&self) -> impl Iterator<Item = Unit> + '_ {
        self.issues
            .iter()
            .map(|(path, reason)| Unit::Unopened(Provenance::file(path), reason.clone()))
    }

    /// Why objects that are named may not be there; empty when nothing explains it.
    pub(super) fn why_missing(&self) -> &'static str {
        if self.layout.common_dir.join("shallow").exists() {
            "the repository is a shallow clone"
        } else if self.config.has_promisor() {
            "the repository is a partial clone"
        } else {
            ""
        }
    }
}
