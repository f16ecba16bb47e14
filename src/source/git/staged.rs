//! What the next commit changes: the index, compared with the commits it will
//! follow. The work tree is not looked at, and nothing is written.

use std::ops::{ControlFlow, Range};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use gix_hash::ObjectId;
use gix_index::entry::{Flags, Stage};
use gix_index::extension::Tree;

use super::change::{Change, Changes, Comparer};
use super::error::GitError;
use super::layout::read_small;
use super::object::{Kind, Mode};
use super::range::emit_changes;
use super::refs;
use super::repository::Repository;
use super::store::Reading;
use super::unit::Report;
use crate::base::control::Control;
use crate::base::provenance::GitPart;
use crate::source::{Emit, Source};

/// Deepest nesting of directories that is followed.
const DEEPEST: usize = 1024;

/// The changes the index holds.
#[derive(Debug)]
pub struct Staged {
    repository: Arc<Repository>,
    report: Report,
    index: Option<Index>,
    /// Trees of the commits that the next one will follow.
    parents: Vec<ObjectId>,
}

pub(super) struct Index(gix_index::File);

impl Index {
    /// True when there is a file at `path`.
    pub(super) fn has(&self, path: &[u8]) -> bool {
        self.0.entry_by_path(path.into()).is_some()
    }
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Index({} entries)", self.0.entries().len())
    }
}

impl Staged {
    /// Reads the index of `repository`.
    ///
    /// # Errors
    /// When the index, or a commit it follows, is there and cannot be read.
    pub fn new(repository: Arc<Repository>, report: Report) -> Result<Staged, GitError> {
        let index = open_index(&repository)?;
        let parents = parents(&repository)?;
        Ok(Staged {
            repository,
            report,
            index,
            parents,
        })
    }
}

impl Source for Staged {
    fn enumerate(&self, control: &Control, emit: &mut Emit<'_>) {
        for unit in self.repository.issues() {
            if emit(unit).is_break() {
                return;
            }
        }
        let Some(index) = &self.index else { return };
        let mut reading = Reading::default();
        let mut walk = Walk {
            index: &index.0,
            repository: &self.repository,
            reading: &mut reading,
            out: Changes::default(),
        };
        let all = 0..index.0.entries().len();
        let trees: Vec<_> = self.parents.iter().copied().map(Some).collect();
        walk.level(&[], all, index.0.tree(), &trees, 0);
        let changes = walk.out;
        let place = (&self.repository, GitPart::Staged, self.report);
        let _: ControlFlow<()> = emit_changes(place, None, changes, control, emit);
    }
}

/// The trees of `HEAD` and of the commits that are being merged.
fn parents(repository: &Repository) -> Result<Vec<ObjectId>, GitError> {
    let mut commits: Vec<ObjectId> = repository.head().into_iter().collect();
    let merged = read_small(&repository.git_dir().join("MERGE_HEAD"), 1 << 20);
    for line in merged
        .ok()
        .flatten()
        .unwrap_or_default()
        .split(|&byte| byte == b'\n')
    {
        commits.extend(ObjectId::from_hex(line.trim_ascii()).ok());
    }
    if commits.is_empty()
        && let Some(branch) = refs::head_branch(&repository.layout)
        && refs::find(&repository.layout, &branch).is_some()
    {
        // A branch that exists and leads nowhere is not the same as no branch.
        return Err(GitError::Revision {
            spec: "HEAD".into(),
            cause: format!("{branch} leads nowhere"),
        });
    }
    let mut reading = Reading::default();
    let tree = |id: ObjectId| {
        repository
            .peel(id, Kind::Tree, &mut reading)
            .map_err(|cause| GitError::Revision {
                spec: "HEAD".to_owned(),
                cause,
            })
    };
    commits.into_iter().map(tree).collect()
}

pub(super) fn open_index(repository: &Repository) -> Result<Option<Index>, GitError> {
    let path = repository.index_path();
    let unreadable = |cause: &str| GitError::Unreadable {
        path: path.clone(),
        cause: cause.to_owned(),
    };
    match path.symlink_metadata() {
        Err(_) => return Ok(None),
        Ok(metadata) if metadata.len() == 0 => return Ok(None),
        Ok(metadata) if !metadata.is_file() => return Err(unreadable("it is no regular file")),
        Ok(_) => {}
    }
    if !shared_parts_are_files(path.parent().unwrap_or(Path::new("."))) {
        return Err(unreadable("a part it shares is no regular file"));
    }
    let options = gix_index::decode::Options {
        thread_limit: Some(1),
        ..Default::default()
    };
    // The checksum is not verified: git does not do that either, and what is
    // damaged is found by its form.
    let hash = repository.store.hash;
    let opened = catch_unwind(AssertUnwindSafe(|| {
        gix_index::File::at(&path, hash, true, options)
    }));
    match opened {
        Ok(Ok(file)) => Ok(Some(Index(file))),
        Ok(Err(error)) => Err(unreadable(&error.to_string())),
        Err(_) => Err(unreadable("it is damaged")),
    }
}

/// A split index takes most of its entries from a file beside it.
fn shared_parts_are_files(dir: &Path) -> bool {
    std::fs::read_dir(dir)
        .into_iter()
        .flatten()
        .flatten()
        .all(|entry| {
            let shared = entry
                .file_name()
                .to_string_lossy()
                .starts_with("sharedindex.");
            !shared || entry.file_type().is_ok_and(|kind| kind.is_file())
        })
}

/// Compares the index with trees, directory by directory.
struct Walk<'a> {
    index: &'a gix_index::File,
    repository: &'a Repository,
    reading: &'a mut Reading,
    out: Changes,
}

impl Walk<'_> {
    /// Compares the entries `range`, all of which are under the directory `dir`
    /// (empty, or with a slash at its end), with that directory in `trees`.
    fn level(
        &mut self,
        dir: &[u8],
        range: Range<usize>,
        cached: Option<&Tree>,
        trees: &[Option<ObjectId>],
        depth: usize,
    ) {
        // A tree the index knows to be unchanged is what git will commit, too.
        let whole =
            cached.filter(|tree| tree.num_entries.is_some_and(|n| n as usize == range.len()));
        if whole.is_some_and(|tree| trees.contains(&Some(tree.id))) || depth > DEEPEST {
            return;
        }
        let path = dir.strip_suffix(b"/").unwrap_or(dir).to_vec();
        let store = &self.repository.store;
        let mut comparer = Comparer::new(store, self.reading);
        let known: Vec<_> = trees.iter().map(|id| comparer.names(&path, *id)).collect();
        self.out.join(comparer.finish());
        let mut seen = Vec::new();
        let mut at = range.start;
        while at < range.end {
            let Some(rest) = self.path(at).strip_prefix(dir).map(<[u8]>::to_vec) else {
                // An index that is not sorted.
                self.file(at, &[]);
                at += 1;
                continue;
            };
            let (name, end) = match memchr::memchr(b'/', &rest) {
                Some(slash) => (
                    &rest[..slash],
                    self.end_of(at..range.end, dir.len(), &rest[..=slash]),
                ),
                None => (&rest[..], at + 1),
            };
            seen.push(name.to_vec());
            let before: Vec<_> = known.iter().map(|names| names.get(name).copied()).collect();
            let trees = before.iter().map(|found| {
                found
                    .filter(|(mode, _)| *mode == Mode::Tree)
                    .map(|(_, id)| id)
            });
            let trees: Vec<_> = trees.collect();
            if name.len() == rest.len() {
                self.file(at, &before);
            } else if rest.len() == name.len() + 1 {
                self.sparse(at, &trees);
            } else {
                let inner = [dir, name, b"/"].concat();
                let child = cached.and_then(|tree| {
                    tree.children
                        .iter()
                        .find(|child| child.name.as_slice() == name)
                });
                self.level(&inner, at..end, child, &trees, depth + 1);
            }
            at = end;
        }
        if let [names] = &known[..] {
            let mut comparer = Comparer::new(store, self.reading);
            comparer.gone(&path, names, &seen);
            self.out.join(comparer.finish());
        }
    }

    fn path(&self, at: usize) -> &[u8] {
        let entry = self.index.entry(at);
        entry.path(self.index)
    }

    /// The first entry of `range` whose path does not go on with `name` after
    /// `skip` bytes.
    fn end_of(&self, range: Range<usize>, skip: usize, name: &[u8]) -> usize {
        let entries = &self.index.entries()[range.clone()];
        let inside = entries.partition_point(|entry| {
            let path: &[u8] = entry.path(self.index);
            path.get(skip..).is_some_and(|rest| rest.starts_with(name))
        });
        // Never nothing: a damaged index may not be sorted.
        range.start + inside.max(1)
    }

    fn file(&mut self, at: usize, before: &[Option<(Mode, ObjectId)>]) {
        let entry = self.index.entry(at);
        // Only the name of a file that is to be added is in the index, and the
        // common ancestor of a conflict will not be committed.
        if entry.flags.contains(Flags::INTENT_TO_ADD) || entry.stage() == Stage::Base {
            return;
        }
        let mode = Mode::of_bits(entry.mode.bits());
        let same = |(old, id): &(Mode, ObjectId)| {
            *id == entry.id && (*old == Mode::Submodule) == (mode == Mode::Submodule)
        };
        if before.iter().flatten().any(same) {
            return;
        }
        let files = before.iter().flatten();
        let files = files.filter(|(mode, _)| matches!(mode, Mode::File | Mode::Link));
        let before = files.map(|(_, id)| *id).collect();
        self.out.new.push(Change {
            path: self.path(at).to_vec(),
            mode,
            id: entry.id,
            before,
        });
    }

    /// A directory that a sparse index keeps as one entry.
    fn sparse(&mut self, at: usize, trees: &[Option<ObjectId>]) {
        let entry = self.index.entry(at);
        if entry.mode.is_sparse() && !trees.contains(&Some(entry.id)) {
            let path = self.path(at);
            let path = path.strip_suffix(b"/").unwrap_or(path).to_vec();
            let comparer = Comparer::new(&self.repository.store, self.reading);
            self.out
                .join(comparer.compare_at(path, Some(entry.id), trees));
        }
    }
}
