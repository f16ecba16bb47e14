//! All commits of a repository, each after its parents.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::ops::ControlFlow;
use std::sync::Arc;

use gix_hash::ObjectId;

use super::bundle::Shared;
use super::plan::EntryKind;
use super::walk::{Decoding, walk};
use crate::source::git::object::{self, Kind, Links};
use crate::source::git::refs::{self, Target};
use crate::source::git::repository::Repository;
use crate::source::git::store::Reading;

/// Longest chain of tags.
const TAGS: usize = 64;

/// A commit in the graph.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) id: ObjectId,
    pub(super) tree: ObjectId,
    /// Positions of parents that are there: before this one.
    pub(super) parents: Vec<u32>,
}

/// Commits in an order in which parents come first, and else older ones.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    positions: HashMap<ObjectId, u32>,
}

impl Graph {
    /// Reads every commit the plan of `shared` knows.
    pub(super) fn new(shared: &Shared, reading: &mut Reading) -> Graph {
        let mut commits = HashMap::new();
        let store = &shared.repository.store;
        let mut decoding = Decoding::default();
        for plan in &shared.plan.packs {
            let pack = &store.packs[plan.pack];
            for &root in &plan.roots {
                if plan.kinds[root as usize] != EntryKind::Known(Kind::Commit) {
                    continue;
                }
                let inflater = &mut reading.inflater;
                let _ = walk(pack, plan, root, inflater, &mut decoding, &mut |decoded| {
                    let id = ObjectId::try_from(shared.plan.ids.id(plan.number(decoded.entry)));
                    if let (Ok(data), Ok(id)) = (decoded.data, id) {
                        commits.extend(object::links(data).map(|links| (id, links)));
                    }
                    ControlFlow::Continue(())
                });
            }
        }
        for (_, id) in &shared.plan.loose {
            if let Ok(object) = store.read(id, reading)
                && object.kind == Kind::Commit
            {
                commits.extend(object::links(&object.data).map(|links| (*id, links)));
            }
        }
        Graph::sorted(&commits)
    }

    fn sorted(commits: &HashMap<ObjectId, Links>) -> Graph {
        let mut children: HashMap<ObjectId, Vec<ObjectId>> = HashMap::new();
        let mut blocked: HashMap<ObjectId, usize> = HashMap::new();
        let mut ready = BinaryHeap::new();
        for (id, links) in commits {
            let mut parents: Vec<_> = links
                .parents
                .iter()
                .filter(|id| commits.contains_key(*id))
                .collect();
            parents.sort_unstable();
            parents.dedup();
            for parent in &parents {
                children.entry(**parent).or_default().push(*id);
            }
            if parents.is_empty() {
                ready.push(Reverse((links.seconds, *id)));
            }
            blocked.insert(*id, parents.len());
        }
        let mut graph = Graph::default();
        while let Some(Reverse((_, id))) = ready.pop() {
            graph.push(id, &commits[&id]);
            for child in children.remove(&id).unwrap_or_default() {
                let left = blocked.entry(child).or_default();
                *left = left.saturating_sub(1);
                if *left == 0 {
                    ready.push(Reverse((commits[&child].seconds, child)));
                }
            }
        }
        graph
    }

    fn push(&mut self, id: ObjectId, links: &Links) {
        let known = links
            .parents
            .iter()
            .filter_map(|id| self.positions.get(id).copied());
        let node = Node {
            id,
            tree: links.tree,
            parents: known.collect(),
        };
        self.positions.insert(id, self.nodes.len() as u32);
        self.nodes.push(node);
    }

    /// The position of a commit.
    pub(super) fn position(&self, id: &ObjectId) -> Option<u32> {
        self.positions.get(id).copied()
    }

    /// For each of at most 64 `commits`, a bit in every commit that has it in
    /// its history.
    fn spread(&self, commits: &[u32]) -> Vec<u64> {
        let mut bits = vec![0_u64; self.nodes.len()];
        for (number, &commit) in commits.iter().enumerate() {
            bits[commit as usize] |= 1 << number;
        }
        for at in 0..self.nodes.len() {
            for &parent in &self.nodes[at].parents {
                bits[at] |= bits[parent as usize];
            }
        }
        bits
    }

    /// The references in whose history each of `commits` is, by commit.
    pub(super) fn references(
        &self,
        commits: &[u32],
        tips: &BTreeMap<Arc<str>, u32>,
    ) -> HashMap<u32, Vec<Arc<str>>> {
        let mut found: HashMap<u32, Vec<Arc<str>>> = HashMap::new();
        for some in commits.chunks(64) {
            let bits = self.spread(some);
            for (name, &tip) in tips {
                for (number, &commit) in some.iter().enumerate() {
                    if bits[tip as usize] >> number & 1 == 1 {
                        found.entry(commit).or_default().push(Arc::clone(name));
                    }
                }
            }
        }
        found
    }

    /// The commits references lead to, by their short names.
    pub(super) fn tips(
        &self,
        repository: &Repository,
        reading: &mut Reading,
    ) -> BTreeMap<Arc<str>, u32> {
        let layout = &repository.layout;
        let mut tips = BTreeMap::new();
        for (name, target) in refs::all(layout) {
            let id = match target {
                Some(Target::Object(id)) => Some(id),
                // It leads to one that is there by its own name.
                Some(Target::Symbolic(_)) | None => None,
            };
            if let Some(position) = id.and_then(|id| self.peeled(id, repository, reading)) {
                tips.insert(short(&name).into(), position);
            }
        }
        if refs::head_branch(layout).is_none()
            && let Some(position) = repository.head().and_then(|id| self.position(&id))
        {
            tips.insert("HEAD".into(), position);
        }
        tips
    }

    fn peeled(
        &self,
        mut id: ObjectId,
        repository: &Repository,
        reading: &mut Reading,
    ) -> Option<u32> {
        for _ in 0..TAGS {
            if let Some(position) = self.position(&id) {
                return Some(position);
            }
            let object = repository.store.read(&id, reading).ok()?;
            id = object::tagged(&object.data).filter(|_| object.kind == Kind::Tag)?;
        }
        None
    }
}

/// The name of a reference as people know it.
fn short(name: &str) -> &str {
    let kinds = ["refs/heads/", "refs/remotes/", "refs/tags/", "refs/"];
    kinds
        .iter()
        .find_map(|kind| name.strip_prefix(kind))
        .unwrap_or(name)
}
