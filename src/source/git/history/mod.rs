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
mod links;
mod paths;
mod plan;
mod reach;
mod rebuild;
mod stories;
pub(super) mod walk;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use gix_hash::ObjectId;

use super::object::Kind;
use super::refs;
use super::repository::Repository;
use super::store::{ReadError, Reading};
use super::unit::{GitUnit, Names};
use crate::base::content::SkipReason;
use crate::base::control::Control;
use crate::base::provenance::{GitPart, GitPlace, Provenance};
use crate::source::{Emit, Source, Unit};
use bundle::{Bundle, BundlePart, Shared};
use links::Links;
use paths::Paths;
use plan::{EntryKind, Plan};
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
            _ => vec![
                Story {
                    order: usize::MAX,
                    ..Story::default()
                };
                wants.len()
            ],
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
        for path in self.repository.store.links() {
            let reason = SkipReason::External("a link among the objects".to_owned());
            emit(Unit::Unopened(Provenance::file(path), reason))?;
        }
        files::emit(&self.repository, self.reach, control, emit)?;
        self.emit_reference_names(emit)?;
        let store = &self.repository.store;
        let mut reading = Reading::default();
        let mut bad = Vec::new();
        let mut plan = Plan::new(store, &mut reading.inflater, |pack| bad.push(pack));
        for number in bad {
            rebuild::pack(&self.repository, number, &mut plan, emit)?;
        }
        if self.reach == Reach::References {
            self.keep_reachable(&mut plan, control, emit)?;
        }
        let mut paths = Paths::new(plan.ids.next_number() as usize, self.kind_of);
        let found = Links::new(&self.repository, &plan, &mut paths).read(&mut reading, control);
        plan.loose = found.rest;
        if self.reach == Reach::Everything {
            for id in found.missing {
                emit(self.unread(id, ReadError::Missing))?;
            }
        }
        let names: Vec<Vec<u8>> = paths.names().map(|(name, _)| name.to_vec()).collect();
        let repository = Arc::clone(&self.repository);
        let shared = Arc::new(Shared {
            repository,
            plan,
            paths,
        });
        let _ = self.shared.set(Arc::clone(&shared));
        for (number, error) in found.failed {
            let reason = error.reason(self.repository.why_missing());
            emit(Unit::Unopened(
                shared.provenance(number, Kind::Tree, None),
                reason,
            ))?;
        }
        if found.trees > 0 {
            emit(bundle(&shared, BundlePart::Trees, found.trees))?;
        }
        for (pack, gaps) in found.gaps {
            emit(bundle(&shared, BundlePart::Gaps(pack, gaps), 0))?;
        }
        emit_names(GitPart::Name, &names, emit)?;
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
        plan.loose
            .retain(|(_, id)| ids.number(id.as_slice()).is_some_and(|n| reached.has(n)));
        for (id, error) in &reached.lost {
            emit(self.unread(*id, *error))?;
        }
        ControlFlow::Continue(())
    }

    fn unread(&self, id: ObjectId, error: ReadError) -> Unit {
        let place = GitPlace {
            part: GitPart::Blob,
            path: Path::new(&format!("object {id}")).into(),
            object: id.to_string().into(),
            commit: None,
            life: None,
        };
        Unit::Unopened(
            Provenance::git(place),
            error.reason(self.repository.why_missing()),
        )
    }

    fn emit_reference_names(&self, emit: &mut Emit<'_>) -> ControlFlow<()> {
        let names = refs::all(&self.repository.layout).into_keys();
        emit_names(
            GitPart::Reference,
            &names.map(String::into_bytes).collect::<Vec<_>>(),
            emit,
        )
    }
}

fn bundle(shared: &Arc<Shared>, part: BundlePart, count: u64) -> Unit {
    let shared = Arc::clone(shared);
    Unit::Git(GitUnit::Bundle(Bundle {
        shared,
        part,
        count,
    }))
}

fn emit_names(part: GitPart, names: &[Vec<u8>], emit: &mut Emit<'_>) -> ControlFlow<()> {
    for names in names.chunks(NAMES) {
        let names = Names {
            part,
            names: names.to_vec(),
        };
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
                emit(bundle(
                    shared,
                    BundlePart::Packed(number, first..at + 1),
                    count,
                ))?;
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
