//! Which objects references lead to.

use std::collections::BTreeMap;

use gix_hash::ObjectId;

use super::ids::Ids;
use crate::base::control::Control;
use crate::source::git::object::{self, Kind, Mode, TreeEntries};
use crate::source::git::refs::{self, Target};
use crate::source::git::repository::Repository;
use crate::source::git::store::{ReadError, Reading};

/// The reachable objects, by number, and those that should be there and are not.
#[derive(Debug, Default)]
pub(super) struct Reached {
    marks: Vec<bool>,
    /// Objects that cannot be followed.
    pub(super) lost: BTreeMap<ObjectId, ReadError>,
}

impl Reached {
    /// Follows all references of `repository`, and `HEAD`.
    pub(super) fn new(repository: &Repository, ids: &Ids, control: &Control) -> Reached {
        let mut reached = Reached {
            marks: vec![false; ids.next_number() as usize],
            lost: BTreeMap::new(),
        };
        let layout = &repository.layout;
        let mut open: Vec<(ObjectId, Expected)> = refs::all(layout)
            .into_values()
            .filter_map(|target| match target? {
                Target::Object(id) => Some(id),
                Target::Symbolic(name) => refs::resolve(layout, &name),
            })
            .chain(repository.head())
            .chain(refs::worktree_heads(layout))
            // Of the stash only the last entry is a reference; all others are in its log.
            .chain(refs::logged(layout, "refs/stash"))
            .map(|id| (id, Expected::Anything))
            .collect();
        let mut reading = Reading::default();
        while let Some((id, expected)) = open.pop() {
            if control.is_cancelled() {
                break;
            }
            if reached.mark(&id, ids) && expected == Expected::Anything {
                reached.follow(&id, repository, &mut reading, &mut open);
            }
        }
        reached
    }

    /// Marks an object; true when it was not marked before.
    fn mark(&mut self, id: &ObjectId, ids: &Ids) -> bool {
        let Some(number) = ids.number(id.as_slice()) else {
            self.lost.entry(*id).or_insert(ReadError::Missing);
            return false;
        };
        !std::mem::replace(&mut self.marks[number as usize], true)
    }

    fn follow(
        &mut self,
        id: &ObjectId,
        repository: &Repository,
        reading: &mut Reading,
        open: &mut Vec<(ObjectId, Expected)>,
    ) {
        let found = match repository.store.read(id, reading) {
            Ok(found) => found,
            Err(error) => {
                self.lost.insert(*id, error);
                return;
            }
        };
        match found.kind {
            Kind::Blob => {}
            Kind::Tag => {
                open.extend(object::tagged(&found.data).map(|id| (id, Expected::Anything)));
            }
            Kind::Commit => {
                if let Some(links) = object::links(&found.data) {
                    open.extend(links.parents.into_iter().map(|id| (id, Expected::Anything)));
                    open.push((links.tree, Expected::Anything));
                }
            }
            Kind::Tree => {
                for entry in TreeEntries::new(&found.data, id.as_slice().len()) {
                    let expected = match entry.mode {
                        Mode::Tree => Expected::Anything,
                        Mode::File | Mode::Link => Expected::Blob,
                        Mode::Submodule => continue,
                    };
                    open.extend(ObjectId::try_from(entry.id).ok().map(|id| (id, expected)));
                }
            }
        }
    }

    /// Whether the object with this number was reached.
    pub(super) fn has(&self, number: u32) -> bool {
        self.marks.get(number as usize).is_some_and(|mark| *mark)
    }
}

/// What an object should be, as far as it matters: contents lead nowhere and
/// are not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Blob,
    Anything,
}
