//! One pass over what leads to other objects, before contents are scanned: it
//! gives contents their paths, and shows which objects are missing.

use std::collections::BTreeSet;
use std::ops::{ControlFlow, Range};

use gix_hash::ObjectId;

use super::paths::Paths;
use super::plan::{EntryKind, PackPlan, Plan};
use super::walk::{Decoding, walk};
use crate::base::control::Control;
use crate::source::git::object::{self, Kind};
use crate::source::git::repository::Repository;
use crate::source::git::store::loose::{self, Loose};
use crate::source::git::store::{LARGEST, ReadError, Reading};

/// Reads all directories, and what commits and tags lead to.
pub(super) struct Links<'a> {
    repository: &'a Repository,
    plan: &'a Plan,
    paths: &'a mut Paths,
    /// What was found.
    out: Found,
}

/// What reading them shows, beside the paths.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Directories that were read.
    pub(super) trees: u64,
    /// Directories that could not be read.
    pub(super) failed: Vec<(u32, ReadError)>,
    /// Loose objects that are no directories.
    pub(super) rest: Vec<(usize, ObjectId)>,
    /// Objects that are named somewhere and are not there.
    pub(super) missing: BTreeSet<ObjectId>,
    /// Parts of packs that their index leaves out: the pack, and which parts.
    pub(super) gaps: Vec<(usize, Vec<Range<u64>>)>,
}

impl<'a> Links<'a> {
    /// Makes ready to read what is in `plan`, and to note places in `paths`.
    pub(super) fn new(
        repository: &'a Repository,
        plan: &'a Plan,
        paths: &'a mut Paths,
    ) -> Links<'a> {
        Links {
            repository,
            plan,
            paths,
            out: Found::default(),
        }
    }

    /// Reads everything.
    pub(super) fn read(mut self, reading: &mut Reading, control: &Control) -> Found {
        let mut decoding = Decoding::default();
        for plan in &self.plan.packs {
            for &root in &plan.roots {
                let kind = plan.kinds[root as usize];
                if let EntryKind::Known(kind @ (Kind::Tree | Kind::Commit | Kind::Tag)) = kind
                    && plan.wanted(root) > 0
                {
                    self.family(plan, root, kind, reading, &mut decoding);
                }
                if control.is_cancelled() {
                    return self.out;
                }
            }
        }
        for &(dir, id) in &self.plan.loose {
            self.loose(dir, id, reading);
        }
        self.out
    }

    fn family(
        &mut self,
        plan: &PackPlan,
        root: u32,
        kind: Kind,
        reading: &mut Reading,
        decoding: &mut Decoding,
    ) {
        let pack = &self.repository.store.packs[plan.pack];
        let mut broken = Vec::new();
        let _ = walk(
            pack,
            plan,
            root,
            &mut reading.inflater,
            decoding,
            &mut |decoded| {
                let number = plan.number(decoded.entry);
                match decoded.data {
                    Ok(data) if kind == Kind::Tree => self.tree(number, data, decoded.fresh),
                    Ok(data) => self.text(data),
                    Err(error) if kind == Kind::Tree => broken.push((number, error)),
                    // Told when it is scanned.
                    Err(_) => {}
                }
                ControlFlow::Continue(())
            },
        );
        let gaps = std::mem::take(&mut decoding.gaps);
        // Those beside commits and tags are met again when these are scanned.
        if kind == Kind::Tree && !gaps.is_empty() {
            self.out.gaps.push((plan.pack, gaps));
        }
        for (number, error) in broken {
            let id = ObjectId::try_from(self.plan.ids.id(number));
            match id.map(|id| self.repository.store.read(&id, reading)) {
                Ok(Ok(object)) => self.tree(number, &object.data, None),
                _ => self.out.failed.push((number, error)),
            }
        }
    }

    /// Notes what a commit or tag leads to, if that is not there.
    fn text(&mut self, data: &[u8]) {
        let links = object::links(data);
        let links = links
            .into_iter()
            .flat_map(|links| links.parents.into_iter().chain([links.tree]));
        for id in links.chain(object::tagged(data)) {
            if self.plan.ids.number(id.as_slice()).is_none() {
                self.out.missing.insert(id);
            }
        }
    }

    fn tree(&mut self, number: u32, data: &[u8], fresh: Option<&[Range<usize>]>) {
        let missing = &mut self.out.missing;
        let mut lost = |id: &[u8]| missing.extend(ObjectId::try_from(id));
        if self.paths.add(
            number,
            data,
            fresh,
            &self.plan.ids,
            self.plan.id_len,
            &mut lost,
        ) {
            self.out.trees += 1;
        } else {
            self.out
                .failed
                .push((number, ReadError::Corrupt("a directory is damaged")));
        }
    }

    fn loose(&mut self, dir: usize, id: ObjectId, reading: &mut Reading) {
        let path = loose::path(&self.repository.store.dirs[dir], &id.to_string());
        let number = self.plan.ids.number(id.as_slice());
        let (Ok(Some(opened)), Some(number)) = (Loose::open(&path, &mut reading.inflater), number)
        else {
            return self.out.rest.push((dir, id));
        };
        let mut data = Vec::new();
        if opened.kind != Kind::Tree {
            let text = matches!(opened.kind, Kind::Commit | Kind::Tag) && opened.size < LARGEST;
            if text && opened.read(&mut reading.inflater, &mut data).is_ok() {
                self.text(&data);
            }
            self.out.rest.push((dir, id));
        } else if opened.size > LARGEST {
            self.out
                .failed
                .push((number, ReadError::TooLarge(opened.size)));
        } else if let Err(wrong) = opened.read(&mut reading.inflater, &mut data) {
            self.out.failed.push((number, ReadError::Corrupt(wrong)));
        } else {
            self.tree(number, &data, None);
        }
    }
}
