//! What a range of commits brings: every change, message and path of commits
//! that can be reached from some revisions and not from others.

use std::collections::{BinaryHeap, HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use gix_hash::ObjectId;

use super::change::{self, Changes, Comparer};
use super::object::{self, Kind, Links, Mode};
use super::refs::{self, Target};
use super::repository::Repository;
use super::store::{ReadError, Reading};
use super::unit::{Change, GitUnit, Named, Report, Text};
use crate::base::content::SkipReason;
use crate::base::control::Control;
use crate::base::provenance::{GitCommit, GitPart, GitPlace, Provenance};
use crate::source::{Emit, Source, Unit};

/// Files that are gone with which a new one is compared.
const CANDIDATES: usize = 32;

/// Which commits are meant.
#[derive(Clone, Debug, Default)]
pub struct Tips {
    /// Reached from these (commits or tags) ...
    pub include: Vec<ObjectId>,
    /// ... and not from these ...
    pub exclude: Vec<ObjectId>,
    /// ... and not from what the repository's references lead to, if so wanted.
    pub known: Known,
}

/// Whether what references lead to is known already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Known {
    /// Only what is excluded by name is known.
    #[default]
    Named,
    /// Everything references lead to is known: what a push brings is the rest.
    References,
    /// Everything that the remote-tracking references of the remote of this
    /// name lead to is known: what a push there will send is the rest. What
    /// another remote has, this one may lack.
    Remote(String),
}

/// The commits between revisions.
#[derive(Debug)]
pub struct CommitRange {
    repository: Arc<Repository>,
    tips: Tips,
    report: Report,
}

impl CommitRange {
    /// The commits of `repository` that `tips` mean.
    pub fn new(repository: Arc<Repository>, tips: Tips, report: Report) -> CommitRange {
        CommitRange {
            repository,
            tips,
            report,
        }
    }
}

impl Source for CommitRange {
    fn enumerate(&self, control: &Control, emit: &mut Emit<'_>) {
        for unit in self.repository.issues() {
            if emit(unit).is_break() {
                return;
            }
        }
        let mut reading = Reading::default();
        let _: ControlFlow<()> = self.walk(&mut reading, control, emit);
    }
}

impl CommitRange {
    fn walk(
        &self,
        reading: &mut Reading,
        control: &Control,
        emit: &mut Emit<'_>,
    ) -> ControlFlow<()> {
        let mut graph = Graph {
            repository: &self.repository,
            reading,
            commits: HashMap::new(),
            heap: BinaryHeap::new(),
            open: 0,
            missing: Vec::new(),
        };
        let mut tags = Vec::new();
        for id in &self.tips.include {
            let commit = graph.through_tags(*id, &mut tags);
            graph.reach(commit, Side::Wanted);
        }
        for id in self.tips.exclude.iter().copied().chain(self.known()) {
            let commit = graph.through_tags(id, &mut Vec::new());
            graph.reach(commit, Side::Known);
        }
        graph.spread();
        for (id, error) in std::mem::take(&mut graph.missing) {
            self.unread(GitPart::Commit, "commit", id, error, emit)?;
        }
        for id in tags {
            self.text(id, GitPart::Tag, None, emit)?;
        }
        let order = graph.order();
        let links: HashMap<ObjectId, Links> = graph
            .commits
            .into_iter()
            .filter_map(|(id, node)| Some((id, node.links?)))
            .collect();
        let mut seen = HashSet::new();
        for id in order {
            if control.is_cancelled() {
                return ControlFlow::Break(());
            }
            self.commit(id, &links, &mut seen, reading, control, emit)?;
        }
        ControlFlow::Continue(())
    }

    /// What references lead to, as far as that is known already.
    fn known(&self) -> Vec<ObjectId> {
        let layout = &self.repository.layout;
        let counts = |name: &str| match &self.tips.known {
            Known::Named => false,
            Known::References => true,
            Known::Remote(remote) => {
                let rest = name.strip_prefix("refs/remotes/");
                let rest = rest.and_then(|rest| rest.strip_prefix(remote.as_str()));
                rest.is_some_and(|rest| rest.starts_with('/'))
            }
        };
        let found = refs::all(layout)
            .into_iter()
            .filter(|(name, _)| counts(name));
        found
            .filter_map(|(_, target)| match target? {
                Target::Object(id) => Some(id),
                Target::Symbolic(name) => refs::resolve(layout, &name),
            })
            .collect()
    }

    /// Emits what the commit `id` brings.
    fn commit(
        &self,
        id: ObjectId,
        links: &HashMap<ObjectId, Links>,
        seen: &mut HashSet<(ObjectId, Vec<u8>)>,
        reading: &mut Reading,
        control: &Control,
        emit: &mut Emit<'_>,
    ) -> ControlFlow<()> {
        let (Some(own), Ok(object)) = (links.get(&id), self.repository.store.read(&id, reading))
        else {
            return ControlFlow::Continue(());
        };
        let commit = Arc::new(object::describe(&id, &object.data));
        self.text(id, GitPart::Commit, Some(&commit), emit)?;
        let mut trees = Vec::new();
        for parent in &own.parents {
            let tree = match links.get(parent) {
                Some(links) => Some(links.tree),
                None => self.tree_of(parent, reading),
            };
            // Compared with nothing, everything is new: too much rather than too
            // little. That the parent is missing has been told.
            trees.extend(tree.map(Some));
        }
        let comparer = Comparer::new(&self.repository.store, reading);
        let mut changes = comparer.compare_at(Vec::new(), Some(own.tree), &trees);
        changes
            .new
            .retain(|change| seen.insert((change.id, change.path.clone())));
        let place = (&self.repository, GitPart::Blob, self.report);
        emit_changes(place, Some(&commit), changes, control, emit)
    }

    fn tree_of(&self, id: &ObjectId, reading: &mut Reading) -> Option<ObjectId> {
        let object = self.repository.store.read(id, reading).ok()?;
        object::links(&object.data).map(|links| links.tree)
    }

    fn text(
        &self,
        id: ObjectId,
        part: GitPart,
        commit: Option<&Arc<GitCommit>>,
        emit: &mut Emit<'_>,
    ) -> ControlFlow<()> {
        emit(Unit::Git(GitUnit::Text(Arc::new(Text {
            repository: Arc::clone(&self.repository),
            id,
            part,
            commit: commit.cloned(),
        }))))
    }

    fn unread(
        &self,
        part: GitPart,
        word: &str,
        id: ObjectId,
        error: ReadError,
        emit: &mut Emit<'_>,
    ) -> ControlFlow<()> {
        let hex = id.to_string();
        let name = format!("{word} {}", &hex[..12]);
        let place = (part, name.as_bytes(), id, None);
        emit(unopened(place, error.reason(self.repository.why_missing())))
    }
}

/// A unit for something in a repository that cannot be read.
fn unopened(
    (part, path, id, commit): (GitPart, &[u8], ObjectId, Option<&Arc<GitCommit>>),
    reason: SkipReason,
) -> Unit {
    let place = GitPlace {
        part,
        path: super::layout::path_of(path).into(),
        object: id.to_string().into(),
        commit: commit.cloned(),
        life: None,
    };
    Unit::Unopened(Provenance::git(place), reason)
}

/// Emits the units of `changes`.
pub(super) fn emit_changes(
    (repository, part, report): (&Arc<Repository>, GitPart, Report),
    commit: Option<&Arc<GitCommit>>,
    changes: Changes,
    control: &Control,
    emit: &mut Emit<'_>,
) -> ControlFlow<()> {
    for (path, id, error) in changes.unread {
        let place = (GitPart::Tree, &path[..], id, commit);
        emit(unopened(place, error.reason(repository.why_missing())))?;
    }
    for change in changes.new {
        if control.is_cancelled() {
            return ControlFlow::Break(());
        }
        if change.mode == Mode::Submodule {
            let place = (part, &change.path[..], change.id, commit);
            emit(unopened(place, SkipReason::Submodule))?;
            continue;
        }
        let named = if change.before.is_empty() {
            Named::New
        } else {
            Named::Before
        };
        let gone = if named == Named::New {
            candidates(&change, &changes.gone)
        } else {
            Vec::new()
        };
        emit(Unit::Git(GitUnit::Change(Arc::new(Change {
            repository: Arc::clone(repository),
            path: change.path,
            id: change.id,
            before: change.before,
            gone,
            part,
            commit: commit.cloned(),
            report,
            named,
        }))))?;
    }
    ControlFlow::Continue(())
}

/// What a new file may have been before: files that are gone, those with the
/// same content first, then those with the same name.
fn candidates(new: &change::Change, gone: &[(Vec<u8>, ObjectId)]) -> Vec<ObjectId> {
    let name = |path: &[u8]| path.rsplit(|&byte| byte == b'/').next().map(<[u8]>::to_vec);
    let own = name(&new.path);
    let mut sorted: Vec<_> = gone
        .iter()
        .map(|(path, id)| (*id != new.id, name(path) != own, *id))
        .collect();
    sorted.sort_by_key(|&(content, name, _)| (content, name));
    sorted.truncate(CANDIDATES);
    sorted.into_iter().map(|(_, _, id)| id).collect()
}

/// Whose history a commit is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Wanted,
    Known,
}

#[derive(Debug)]
struct Node {
    links: Option<Links>,
    side: Side,
    /// In the heap, and not looked at yet.
    waiting: bool,
}

/// Commits, as far as they have been looked at.
struct Graph<'a> {
    repository: &'a Repository,
    reading: &'a mut Reading,
    commits: HashMap<ObjectId, Node>,
    /// What to look at next: the youngest first.
    heap: BinaryHeap<(i64, ObjectId)>,
    /// Waiting commits that are wanted.
    open: usize,
    missing: Vec<(ObjectId, ReadError)>,
}

impl Graph<'_> {
    /// Follows tags to a commit, and notes the tags.
    fn through_tags(&mut self, mut id: ObjectId, tags: &mut Vec<ObjectId>) -> ObjectId {
        for _ in 0..64 {
            let Ok(object) = self.repository.store.read(&id, self.reading) else {
                break;
            };
            let Some(next) = object::tagged(&object.data).filter(|_| object.kind == Kind::Tag)
            else {
                break;
            };
            tags.push(id);
            id = next;
        }
        id
    }

    /// Notes that `id` is reached from a commit of `side`.
    fn reach(&mut self, id: ObjectId, side: Side) {
        if let Some(node) = self.commits.get_mut(&id) {
            if side == Side::Known && node.side == Side::Wanted {
                node.side = Side::Known;
                if node.waiting {
                    self.open -= 1;
                } else {
                    // Its parents were taken for wanted ones, too.
                    let seconds = node.links.as_ref().map_or(0, |links| links.seconds);
                    node.waiting = true;
                    self.heap.push((seconds, id));
                }
            }
            return;
        }
        let links = match self.repository.store.read(&id, self.reading) {
            Ok(object) if object.kind == Kind::Commit => object::links(&object.data),
            Ok(_) => return,
            Err(error) => {
                if side == Side::Wanted {
                    self.missing.push((id, error));
                }
                return;
            }
        };
        if links.is_none() && side == Side::Wanted {
            let error = ReadError::Corrupt("a commit without a tree");
            self.missing.push((id, error));
        }
        self.heap
            .push((links.as_ref().map_or(0, |links| links.seconds), id));
        self.open += usize::from(side == Side::Wanted);
        let waiting = true;
        self.commits.insert(
            id,
            Node {
                links,
                side,
                waiting,
            },
        );
    }

    /// Looks at commits until none that waits is wanted. Clocks may lie: then
    /// commits may seem wanted that are known, never the other way round.
    fn spread(&mut self) {
        while self.open > 0 {
            let Some((_, id)) = self.heap.pop() else {
                return;
            };
            let Some(node) = self.commits.get_mut(&id) else {
                continue;
            };
            if !std::mem::take(&mut node.waiting) {
                continue;
            }
            let side = node.side;
            self.open -= usize::from(side == Side::Wanted);
            let parents = node.links.as_ref().map(|links| links.parents.clone());
            for parent in parents.unwrap_or_default() {
                self.reach(parent, side);
            }
        }
    }

    /// The wanted commits, every one after its parents, older ones first.
    fn order(&self) -> Vec<ObjectId> {
        let wanted = |id: &ObjectId| {
            self.commits
                .get(id)
                .filter(|node| node.side == Side::Wanted)
                .and_then(|n| n.links.as_ref())
        };
        let mut children: HashMap<ObjectId, Vec<ObjectId>> = HashMap::new();
        let mut blocked: HashMap<ObjectId, usize> = HashMap::new();
        let mut ready = BinaryHeap::new();
        for id in self.commits.keys() {
            let Some(links) = wanted(id) else { continue };
            let parents: HashSet<_> = links
                .parents
                .iter()
                .filter(|id| wanted(id).is_some())
                .collect();
            for parent in &parents {
                children.entry(**parent).or_default().push(*id);
            }
            if parents.is_empty() {
                ready.push(std::cmp::Reverse((links.seconds, *id)));
            }
            blocked.insert(*id, parents.len());
        }
        let mut order = Vec::new();
        while let Some(std::cmp::Reverse((_, id))) = ready.pop() {
            order.push(id);
            for child in children.remove(&id).unwrap_or_default() {
                let left = blocked.entry(child).or_default();
                *left = left.saturating_sub(1);
                if *left == 0 {
                    ready.push(std::cmp::Reverse((
                        wanted(&child).map_or(0, |l| l.seconds),
                        child,
                    )));
                }
            }
        }
        order
    }
}
