//! What distinguishes one tree from others: entries, by path, that none of the
//! others has there.

use std::collections::HashMap;

use gix_hash::ObjectId;

use super::object::{Mode, TreeEntries};
use super::store::{ReadError, Reading, Store};

/// Deepest nesting of directories that is followed.
const DEEPEST: usize = 4096;

/// An entry of a tree that is new there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// Path from the top, with `/`.
    pub(super) path: Vec<u8>,
    /// What it is; never a directory.
    pub(super) mode: Mode,
    /// Its object.
    pub(super) id: ObjectId,
    /// What stands at the path in the trees it was compared with, where that
    /// is a file, too.
    pub(super) before: Vec<ObjectId>,
}

/// What comparing trees finds.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// New entries, in the order of trees.
    pub(super) new: Vec<Change>,
    /// Files that all of the other trees have and this one has not at their
    /// path: what a renamed file was. Path and object.
    pub(super) gone: Vec<(Vec<u8>, ObjectId)>,
    /// Directories that could not be read, by path.
    pub(super) unread: Vec<(Vec<u8>, ObjectId, ReadError)>,
}

impl Changes {
    /// Adds what comes after.
    pub(super) fn join(&mut self, mut more: Changes) {
        self.new.append(&mut more.new);
        self.gone.append(&mut more.gone);
        self.unread.append(&mut more.unread);
    }
}

/// Compares trees.
pub(super) struct Comparer<'a> {
    store: &'a Store,
    reading: &'a mut Reading,
    id_len: usize,
    out: Changes,
}

/// The entries of a directory by name.
pub(super) type Names = HashMap<Vec<u8>, (Mode, ObjectId)>;

impl<'a> Comparer<'a> {
    /// Makes a comparer over `store`.
    pub(super) fn new(store: &'a Store, reading: &'a mut Reading) -> Comparer<'a> {
        Comparer {
            store,
            reading,
            id_len: store.hash.len_in_bytes(),
            out: Changes::default(),
        }
    }

    /// Entries of `tree`, which stands at `path`, that differ from those of every
    /// one of `others`.
    pub(super) fn compare_at(
        mut self,
        mut path: Vec<u8>,
        tree: Option<ObjectId>,
        others: &[Option<ObjectId>],
    ) -> Changes {
        self.level(&mut path, tree, others, 0);
        self.out
    }

    /// What was found so far.
    pub(super) fn finish(self) -> Changes {
        self.out
    }

    fn level(
        &mut self,
        path: &mut Vec<u8>,
        tree: Option<ObjectId>,
        others: &[Option<ObjectId>],
        depth: usize,
    ) {
        if depth > DEEPEST || (tree.is_some() && others.contains(&tree)) {
            return;
        }
        let Some(tree) = self.tree(path, tree) else {
            return;
        };
        let others: Vec<Names> = others.iter().map(|id| self.names(path, *id)).collect();
        let mut seen = Vec::new();
        for entry in TreeEntries::new(&tree, self.id_len) {
            let Ok(id) = ObjectId::try_from(entry.id) else {
                continue;
            };
            let before: Vec<_> = others
                .iter()
                .map(|names| names.get(entry.name).copied())
                .collect();
            if others.len() == 1 {
                seen.push(entry.name.to_vec());
            }
            if before
                .iter()
                .flatten()
                .any(|&(mode, old)| old == id && mode_alike(mode, entry.mode))
            {
                continue;
            }
            let length = path.len();
            push(path, entry.name);
            if entry.mode == Mode::Tree {
                let trees = before.iter().map(|found| {
                    found
                        .filter(|(mode, _)| *mode == Mode::Tree)
                        .map(|(_, id)| id)
                });
                let trees: Vec<_> = trees.collect();
                self.level(path, Some(id), &trees, depth + 1);
            } else {
                let files = before.iter().flatten();
                let files = files.filter(|(mode, _)| matches!(mode, Mode::File | Mode::Link));
                self.out.new.push(Change {
                    path: path.clone(),
                    mode: entry.mode,
                    id,
                    before: files.map(|(_, id)| *id).collect(),
                });
            }
            path.truncate(length);
        }
        if let [names] = &others[..] {
            self.gone(path, names, &seen);
        }
    }

    /// Notes the files of `names` that are not among `kept`.
    pub(super) fn gone(&mut self, path: &[u8], names: &Names, kept: &[Vec<u8>]) {
        let kept: std::collections::HashSet<&[u8]> = kept.iter().map(Vec::as_slice).collect();
        let mut gone: Vec<_> = names
            .iter()
            .filter(|(name, _)| !kept.contains(name.as_slice()))
            .collect();
        gone.sort_unstable_by_key(|(name, _)| *name);
        for (name, (mode, id)) in gone {
            let mut whole = path.to_vec();
            push(&mut whole, name);
            match mode {
                Mode::Tree => self.all_gone(&whole, *id, 0),
                Mode::File => self.out.gone.push((whole, *id)),
                Mode::Link | Mode::Submodule => {}
            }
        }
    }

    fn all_gone(&mut self, path: &[u8], tree: ObjectId, depth: usize) {
        // What it was only serves to recognise renamed files.
        if depth > DEEPEST || self.out.gone.len() > 10_000 {
            return;
        }
        let Ok(object) = self.store.read(&tree, self.reading) else {
            return;
        };
        for entry in TreeEntries::new(&object.data, self.id_len) {
            let mut whole = path.to_vec();
            push(&mut whole, entry.name);
            let Ok(id) = ObjectId::try_from(entry.id) else {
                continue;
            };
            match entry.mode {
                Mode::Tree => self.all_gone(&whole, id, depth + 1),
                Mode::File => self.out.gone.push((whole, id)),
                Mode::Link | Mode::Submodule => {}
            }
        }
    }

    fn tree(&mut self, path: &[u8], id: Option<ObjectId>) -> Option<std::sync::Arc<Vec<u8>>> {
        let id = id?;
        match self.store.read(&id, self.reading) {
            Ok(object) => {
                let mut entries = TreeEntries::new(&object.data, self.id_len);
                entries.by_ref().for_each(drop);
                if !entries.is_done() {
                    let error = ReadError::Corrupt("a directory is damaged");
                    self.out.unread.push((path.to_vec(), id, error));
                }
                Some(object.data)
            }
            Err(error) => {
                self.out.unread.push((path.to_vec(), id, error));
                None
            }
        }
    }

    /// The entries of one of the other trees. One that cannot be read has
    /// none: then everything counts as new.
    pub(super) fn names(&mut self, path: &[u8], id: Option<ObjectId>) -> Names {
        let Some(id) = id else { return Names::new() };
        let object = match self.store.read(&id, self.reading) {
            Ok(object) => object,
            Err(error) => {
                self.out.unread.push((path.to_vec(), id, error));
                return Names::new();
            }
        };
        TreeEntries::new(&object.data, self.id_len)
            .filter_map(|entry| {
                let id = ObjectId::try_from(entry.id).ok()?;
                Some((entry.name.to_vec(), (entry.mode, id)))
            })
            .collect()
    }
}

/// True where a change from one mode to the other changes no content.
fn mode_alike(a: Mode, b: Mode) -> bool {
    a == b || matches!((a, b), (Mode::File | Mode::Link, Mode::File | Mode::Link))
}

fn push(path: &mut Vec<u8>, name: &[u8]) {
    if !path.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(name);
}
