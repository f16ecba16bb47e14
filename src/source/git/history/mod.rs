//! Everything a repository holds: every object once, whatever leads to it, and
//! what stands beside the objects.
//!
//! Objects are not searched for by following commits: they are taken from the
//! packs as they lie there. So what no branch reaches any more (thrown away
//! stashes, commits that were amended) is seen like everything else, and a
//! repository made to be walked for ever is read in the time its bytes take.

pub(super) mod bundle;

mod files;
mod graph;
mod ids;
mod paths;
mod plan;
mod reach;
mod rebuild;
mod stories;

use std::ops::ControlFlow;
use std::sync::{Arc, OnceLock};

use gix_hash::ObjectId;

use super::layout::path_of;
use super::object::Kind;
use super::refs;
use super::repository::Repository;
use super::store::loose::{self, Loose};
use super::store::{LARGEST, ReadError, Reading};
use super::unit::{GitUnit, Names};
use crate::base::control::Control;
use crate::base::provenance::{GitPart, GitPlace, Provenance};
use crate::source::{Emit, Source, Unit};
use bundle::{Bundle, BundlePart, Decoding, Shared, walk};
use paths::Paths;
use plan::{EntryKind, PackPlan, Plan};
use reach::Reached;

pub use paths::KindOf;
pub use stories::{Story, Want};

/// What messages are read as: prose.
pub(super) const PROSE: &str = "message.txt";

/// Most objects of one bundle, and compressed bytes at which it ends.
const MOST_OBJECTS: u64 = 512;
const MOST_BYTES: u64 = 512 << 10;

/// Names handed out together.
const NAMES: usize = 4096;

/// Which objects are meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// All there are.
    #[default]
    Everything,
    /// Those that references lead to.
    References,
}

/// The history of a repository.
#[derive(Debug)]
pub struct History {
    repository: Arc<Repository>,
    reach: Reach,
    kind_of: KindOf,
    /// What was read, for the questions that come when the scan is over.
    shared: OnceLock<Arc<Shared>>,
}

impl History {
    /// What `reach` says of `repository`. `kind_of` tells which names of files are
    /// read alike; an object that has been files of several kinds is read as each.
    pub fn new(repository: Arc<Repository>, reach: Reach, kind_of: KindOf) -> History {
        History {
            repository,
            reach,
            kind_of,
            shared: OnceLock::new(),
        }
    }

    /// What became of each of `wants`, in their order; to be asked after the scan.
    pub fn stories(&self, wants: &[Want], control: &Control) -> Vec<Story> {
        match self.shared.get() {
            Some(shared) if !wants.is_empty() => stories::tell(shared, wants, control),
            _ => vec![Story { order: usize::MAX, ..Story::default() }; wants.len()],
        }
    }
}

impl Source for History {
    fn enumerate(&self, control: &Control, emit: &mut Emit<'_>) {
        let _: ControlFlow<()> = self.emit_all(control, emit);
    }
}

impl History {
    fn emit_all(&self, control: &Control, emit: &mut Emit<'_>) -> ControlFlow<()> {
        for unit in self.repository.issues() {
            emit(unit)?;
        }
        files::emit(&self.repository, self.reach, control, emit)?;
        self.emit_reference_names(emit)?;
        let store = &self.repository.store;
        let mut reading = Reading::default();
        let mut bad = Vec::new();
        let mut plan = Plan::new(store, &mut reading.inflater, |pack, wrong| bad.push((pack, wrong)));
        for (number, wrong) in bad {
            rebuild::pack(&self.repository, number, wrong, &mut plan, emit)?;
        }
        if self.reach == Reach::References {
            self.keep_reachable(&mut plan, control, emit)?;
        }
        let mut paths = Paths::new(plan.ids.next_number() as usize, self.kind_of);
        let mut trees = TreePass {
            repository: &self.repository,
            plan: &plan,
            paths: &mut paths,
            read: 0,
            failed: Vec::new(),
            rest: Vec::new(),
        };
        trees.run(&mut reading, control);
        let (read, failed) = (trees.read, trees.failed);
        plan.loose = trees.rest;
        let names: Vec<Vec<u8>> = paths.names().map(|(name, _)| name.to_vec()).collect();
        let repository = Arc::clone(&self.repository);
        let shared = Arc::new(Shared { repository, plan, paths });
        let _ = self.shared.set(Arc::clone(&shared));
        for (number, error) in failed {
            let reason = error.reason(self.repository.why_missing());
            emit(Unit::Unopened(shared.provenance(number, Kind::Tree, None), reason))?;
        }
        if read > 0 {
            emit(bundle(&shared, BundlePart::Trees, read))?;
        }
        emit_names(GitPart::Name, names, emit)?;
        emit_objects(&shared, control, emit)
    }

    /// Leaves only what references lead to in `plan`.
    fn keep_reachable(
        &self,
        plan: &mut Plan,
        control: &Control,
        emit: &mut Emit<'_>,
    ) -> ControlFlow<()> {
        let reached = Reached::new(&self.repository, &plan.ids, control);
        for pack in &mut plan.packs {
            pack.keep(|number| reached.has(number));
        }
        let ids = &plan.ids;
        plan.loose.retain(|(_, id)| ids.number(id.as_slice()).is_some_and(|n| reached.has(n)));
        for (id, error) in &reached.lost {
            let place = (GitPart::Blob, format!("object {id}"), *id);
            emit(self.unread(place, *error))?;
        }
        ControlFlow::Continue(())
    }

    fn unread(&self, (part, name, id): (GitPart, String, ObjectId), error: ReadError) -> Unit {
        let place = GitPlace {
            part,
            path: path_of(name.as_bytes()).into(),
            object: id.to_string().into(),
            commit: None,
            life: None,
        };
        Unit::Unopened(Provenance::git(place), error.reason(self.repository.why_missing()))
    }

    fn emit_reference_names(&self, emit: &mut Emit<'_>) -> ControlFlow<()> {
        let names = refs::all(&self.repository.layout).into_keys();
        emit_names(GitPart::Reference, names.map(String::into_bytes).collect(), emit)
    }
}

fn bundle(shared: &Arc<Shared>, part: BundlePart, count: u64) -> Unit {
    let shared = Arc::clone(shared);
    Unit::Git(GitUnit::Bundle(Bundle { shared, part, count }))
}

fn emit_names(part: GitPart, names: Vec<Vec<u8>>, emit: &mut Emit<'_>) -> ControlFlow<()> {
    for names in names.chunks(NAMES) {
        let names = Names { part, names: names.to_vec() };
        emit(Unit::Git(GitUnit::Names(Arc::new(names))))?;
    }
    ControlFlow::Continue(())
}

/// Emits all objects but directories.
fn emit_objects(shared: &Arc<Shared>, control: &Control, emit: &mut Emit<'_>) -> ControlFlow<()> {
    for (number, plan) in shared.plan.packs.iter().enumerate() {
        let (mut first, mut count, mut bytes) = (0, 0, 0);
        for (at, &root) in plan.roots.iter().enumerate() {
            if plan.kinds[root as usize] == EntryKind::Known(Kind::Tree) || plan.wanted(root) == 0 {
                if count > 0 {
                    emit(bundle(shared, BundlePart::Packed(number, first..at), count))?;
                }
                (first, count, bytes) = (at + 1, 0, 0);
                continue;
            }
            count += plan.wanted(root);
            bytes += plan.compressed(root);
            if count >= MOST_OBJECTS || bytes >= MOST_BYTES {
                emit(bundle(shared, BundlePart::Packed(number, first..at + 1), count))?;
                (first, count, bytes) = (at + 1, 0, 0);
            }
            if control.is_cancelled() {
                return ControlFlow::Break(());
            }
        }
        if count > 0 {
            let rest = first..plan.roots.len();
            emit(bundle(shared, BundlePart::Packed(number, rest), count))?;
        }
    }
    let loose = shared.plan.loose.len();
    for first in (0..loose).step_by(64) {
        let part = first..(first + 64).min(loose);
        let count = part.len() as u64;
        emit(bundle(shared, BundlePart::Loose(part), count))?;
    }
    ControlFlow::Continue(())
}

/// Reads all directories.
struct TreePass<'a> {
    repository: &'a Repository,
    plan: &'a Plan,
    paths: &'a mut Paths,
    /// Directories that were read.
    read: u64,
    failed: Vec<(u32, ReadError)>,
    /// Loose objects that are none.
    rest: Vec<(usize, ObjectId)>,
}

impl TreePass<'_> {
    fn run(&mut self, reading: &mut Reading, control: &Control) {
        let mut decoding = Decoding::default();
        for plan in &self.plan.packs {
            for &root in &plan.roots {
                let kind = plan.kinds[root as usize];
                if kind == EntryKind::Known(Kind::Tree) && plan.wanted(root) > 0 {
                    self.family(plan, root, reading, &mut decoding);
                }
                if control.is_cancelled() {
                    return;
                }
            }
        }
        for &(dir, id) in &self.plan.loose {
            self.loose(dir, id, reading);
        }
    }

    fn family(
        &mut self,
        plan: &PackPlan,
        root: u32,
        reading: &mut Reading,
        decoding: &mut Decoding,
    ) {
        let pack = &self.repository.store.packs[plan.pack];
        let mut broken = Vec::new();
        let _ = walk(pack, plan, root, &mut reading.inflater, decoding, &mut |_, decoded| {
            let number = plan.number(decoded.entry);
            match decoded.data {
                Ok(data) => self.tree(number, data, decoded.fresh),
                Err(error) => broken.push((number, error)),
            }
            ControlFlow::Continue(())
        });
        for (number, error) in broken {
            let id = ObjectId::try_from(self.plan.ids.id(number));
            match id.map(|id| self.repository.store.read(&id, reading)) {
                Ok(Ok(object)) => self.tree(number, &object.data, None),
                _ => self.failed.push((number, error)),
            }
        }
    }

    fn tree(&mut self, number: u32, data: &[u8], fresh: Option<&[std::ops::Range<usize>]>) {
        if self.paths.add(number, data, fresh, &self.plan.ids, self.plan.id_len) {
            self.read += 1;
        } else {
            self.failed.push((number, ReadError::Corrupt("a directory is damaged")));
        }
    }

    fn loose(&mut self, dir: usize, id: ObjectId, reading: &mut Reading) {
        let path = loose::path(&self.repository.store.dirs[dir], &id.to_string());
        let number = self.plan.ids.number(id.as_slice());
        let (Ok(Some(opened)), Some(number)) = (Loose::open(&path, &mut reading.inflater), number)
        else {
            return self.rest.push((dir, id));
        };
        let mut data = Vec::new();
        if opened.kind != Kind::Tree {
            self.rest.push((dir, id));
        } else if opened.size > LARGEST {
            self.failed.push((number, ReadError::TooLarge(opened.size)));
        } else if let Err(wrong) = opened.read(&mut reading.inflater, &mut data) {
            self.failed.push((number, ReadError::Corrupt(wrong)));
        } else {
            self.tree(number, &data, None);
        }
    }
}
