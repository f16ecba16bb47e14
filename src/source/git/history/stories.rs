//! How contents came into a repository, and whether they left it: for those few
//! in which something was found.
//!
//! Every commit is compared with its parents, the oldest first. Directories
//! that hold nothing wanted are remembered, so that a repository made of the
//! same directory over and over is not walked path by path.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use gix_hash::ObjectId;

use super::bundle::Shared;
use super::graph::Graph;
use crate::base::control::Control;
use crate::base::provenance::GitCommit;
use crate::source::git::layout::path_of;
use crate::source::git::object::{self, Mode, TreeEntries, TreeEntry};
use crate::source::git::store::Reading;

/// Paths noted of one content.
const PATHS: usize = 64;

/// Directories that one commit's comparison may read.
const STEPS: usize = 1 << 20;

/// Deepest nesting of directories that is followed.
const DEEPEST: usize = 1024;

/// Commits whose references are looked up.
const MOST_COMMITS: usize = 4096;

/// What a story is wanted of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Want {
    /// The content with this hexadecimal id, or the commit.
    Object(Arc<str>),
    /// A file or directory of this name.
    Name(Vec<u8>),
}

/// What became of a content.
#[derive(Clone, Debug, Default)]
pub struct Story {
    /// When it came: the position of its commit among all; larger than any of
    /// them when no commit holds it.
    pub order: usize,
    /// The commit it came with.
    pub introduced: Option<Arc<GitCommit>>,
    /// The path it came to.
    pub path: Option<Arc<Path>>,
    /// All paths it stood at, sorted; the first of them if there are very many.
    pub paths: BTreeSet<Arc<Path>>,
    /// True when `paths` are not all.
    pub more_paths: bool,
    /// The last commit that took it away, and its position.
    pub removed: Option<(usize, Arc<GitCommit>)>,
    /// True when it is in what `HEAD` names.
    pub in_head: bool,
    /// References in whose history it is, sorted.
    pub references: Vec<Arc<str>>,
}

/// What comparing two trees shows of wanted things.
#[derive(Debug)]
struct Event {
    wanted: usize,
    path: Vec<u8>,
}

/// Tells the stories of `wants`, in their order.
pub(super) fn tell(shared: &Shared, wants: &[Want], control: &Control) -> Vec<Story> {
    let mut reading = Reading::default();
    let graph = Graph::new(shared, &mut reading);
    let mut teller = Teller {
        shared,
        graph: &graph,
        objects: HashMap::new(),
        names: HashMap::new(),
        cold: HashSet::new(),
        steps: 0,
        drafts: Vec::new(),
    };
    for (number, want) in wants.iter().enumerate() {
        teller.want(number, want);
    }
    for at in 0..graph.nodes.len() {
        if control.is_cancelled() {
            break;
        }
        teller.commit(at, &mut reading);
    }
    teller.finish(&mut reading)
}

/// A story while it is told.
#[derive(Debug, Default)]
struct Draft {
    introduced: Option<u32>,
    path: Vec<u8>,
    paths: BTreeSet<Vec<u8>>,
    more_paths: bool,
    removed: Option<u32>,
}

struct Teller<'a> {
    shared: &'a Shared,
    graph: &'a Graph,
    objects: HashMap<ObjectId, usize>,
    names: HashMap<Vec<u8>, usize>,
    /// Directories in which nothing is wanted.
    cold: HashSet<ObjectId>,
    steps: usize,
    drafts: Vec<Draft>,
}

/// Both sides of a comparison.
#[derive(Debug, Default)]
struct Events {
    gained: Vec<Event>,
    lost: Vec<Event>,
}

impl Teller<'_> {
    fn want(&mut self, number: usize, want: &Want) {
        let mut draft = Draft::default();
        match want {
            Want::Object(hex) => {
                if let Ok(id) = ObjectId::from_hex(hex.as_bytes()) {
                    draft.introduced = self.graph.position(&id);
                    self.objects.insert(id, number);
                }
            }
            Want::Name(name) => {
                self.names.insert(name.clone(), number);
            }
        }
        self.drafts.push(draft);
    }

    /// Notes what the commit at `at` brings and takes away.
    fn commit(&mut self, at: usize, reading: &mut Reading) {
        let graph = self.graph;
        let node = &graph.nodes[at];
        self.steps = STEPS;
        let mut sides = Vec::new();
        for &parent in &node.parents {
            sides.push(self.compare(Some(graph.nodes[parent as usize].tree), node.tree, reading));
        }
        if sides.is_empty() {
            sides.push(self.compare(None, node.tree, reading));
        }
        let mut sides = sides.into_iter();
        let Some(mut events) = sides.next() else {
            return;
        };
        // New is what no parent has, gone what every parent had.
        for other in sides {
            keep_common(&mut events.gained, &other.gained);
            keep_common(&mut events.lost, &other.lost);
        }
        for event in events.gained {
            let draft = &mut self.drafts[event.wanted];
            if draft.introduced.is_none() {
                draft.introduced = Some(at as u32);
                draft.path.clone_from(&event.path);
            }
            if draft.paths.len() < PATHS {
                draft.paths.insert(event.path);
            } else {
                draft.more_paths |= !draft.paths.contains(&event.path);
            }
        }
        for event in events.lost {
            self.drafts[event.wanted].removed = Some(at as u32);
        }
    }

    fn compare(&mut self, old: Option<ObjectId>, new: ObjectId, reading: &mut Reading) -> Events {
        let mut events = Events::default();
        let sides = (old, Some(new));
        self.level(sides, &mut Vec::new(), 0, reading, &mut events);
        events
    }

    /// Compares two directories; true when something wanted was met.
    fn level(
        &mut self,
        (old, new): (Option<ObjectId>, Option<ObjectId>),
        path: &mut Vec<u8>,
        depth: usize,
        reading: &mut Reading,
        events: &mut Events,
    ) -> bool {
        let cold = |id: &Option<ObjectId>| id.is_none_or(|id| self.cold.contains(&id));
        if old == new || depth > DEEPEST || self.steps == 0 || (cold(&old) && cold(&new)) {
            return false;
        }
        self.steps -= 1;
        let store = &self.shared.repository.store;
        let mut read =
            |id: Option<ObjectId>| store.read(&id?, reading).ok().map(|object| object.data);
        let (old_data, new_data) = (read(old), read(new));
        let id_len = self.shared.plan.id_len;
        let entries = |data: &Option<Arc<Vec<u8>>>| data.clone().unwrap_or_default();
        let (old_data, new_data) = (entries(&old_data), entries(&new_data));
        let mut olds = TreeEntries::new(&old_data, id_len).peekable();
        let mut news = TreeEntries::new(&new_data, id_len).peekable();
        let mut met = false;
        loop {
            let (was, is) = match (olds.peek().copied(), news.peek().copied()) {
                (None, None) => break,
                (Some(a), Some(b)) if a.name == b.name => (Some(a), Some(b)),
                (Some(a), Some(b)) if order(&a, &b) == Ordering::Less => (Some(a), None),
                (Some(a), None) => (Some(a), None),
                (_, is) => (None, is),
            };
            was.map(|_| olds.next());
            is.map(|_| news.next());
            if let (Some(a), Some(b)) = (&was, &is)
                && a.id == b.id
                && a.mode == b.mode
            {
                continue;
            }
            met |= self.entry((was, is), path, depth, reading, events);
        }
        // Only a directory that was listed as a whole is known to hold nothing.
        if let (false, Some(id), None) | (false, None, Some(id)) = (met, old, new)
            && self.steps > 0
        {
            self.cold.insert(id);
        }
        met
    }

    fn entry(
        &mut self,
        (was, is): (Option<TreeEntry<'_>>, Option<TreeEntry<'_>>),
        path: &mut Vec<u8>,
        depth: usize,
        reading: &mut Reading,
        events: &mut Events,
    ) -> bool {
        let Some(name) = is.or(was).map(|entry| entry.name) else {
            return false;
        };
        let length = path.len();
        if length > 0 {
            path.push(b'/');
        }
        path.extend_from_slice(name);
        let mut met = self.note(was, was.is_some() && is.is_none(), path, &mut events.lost);
        met |= self.note(is, was.is_none(), path, &mut events.gained);
        let tree = |entry: Option<TreeEntry<'_>>| {
            let entry = entry.filter(|entry| entry.mode == Mode::Tree)?;
            ObjectId::try_from(entry.id).ok()
        };
        let inner = (tree(was), tree(is));
        if inner != (None, None) {
            met |= self.level(inner, path, depth + 1, reading, events);
        }
        path.truncate(length);
        met
    }

    /// Notes `entry` if it is wanted; its name only if that is `new_name`.
    fn note(
        &self,
        entry: Option<TreeEntry<'_>>,
        new_name: bool,
        path: &[u8],
        out: &mut Vec<Event>,
    ) -> bool {
        let Some(entry) = entry else { return false };
        let object = ObjectId::try_from(entry.id).ok();
        let object = object.and_then(|id| self.objects.get(&id)).copied();
        let name = self.names.get(entry.name).copied();
        let told = object.into_iter().chain(name.filter(|_| new_name));
        out.extend(told.map(|wanted| Event {
            wanted,
            path: path.to_vec(),
        }));
        object.is_some() || name.is_some()
    }

    fn finish(self, reading: &mut Reading) -> Vec<Story> {
        let repository = &self.shared.repository;
        let mut commits: Vec<u32> = self
            .drafts
            .iter()
            .filter_map(|draft| draft.introduced)
            .collect();
        commits.sort_unstable();
        commits.dedup();
        commits.truncate(MOST_COMMITS);
        let tips = self.graph.tips(repository, reading);
        let references = self.graph.references(&commits, &tips);
        let head = self.head_tree(reading);
        let mut described: HashMap<u32, Arc<GitCommit>> = HashMap::new();
        let mut describe = |at: u32, reading: &mut Reading| {
            let id = self.graph.nodes[at as usize].id;
            let told = described.entry(at).or_insert_with(|| {
                let object = repository.store.read(&id, reading);
                Arc::new(object::describe(
                    &id,
                    object.as_ref().map_or(&[], |object| &object.data),
                ))
            });
            Arc::clone(told)
        };
        let mut stories = Vec::new();
        for (number, draft) in self.drafts.iter().enumerate() {
            let at = draft.introduced;
            let as_path = |path: &Vec<u8>| Arc::from(path_of(path));
            stories.push(Story {
                order: at.map_or(usize::MAX, |at| at as usize),
                introduced: at.map(|at| describe(at, reading)),
                path: (!draft.path.is_empty()).then(|| as_path(&draft.path)),
                paths: draft.paths.iter().map(as_path).collect(),
                more_paths: draft.more_paths,
                removed: draft.removed.map(|at| (at as usize, describe(at, reading))),
                in_head: draft
                    .paths
                    .iter()
                    .any(|path| self.is_at(head, path, number, reading)),
                references: at
                    .and_then(|at| references.get(&at))
                    .cloned()
                    .unwrap_or_default(),
            });
        }
        stories
    }

    fn head_tree(&self, reading: &mut Reading) -> Option<ObjectId> {
        let repository = &self.shared.repository;
        repository
            .peel(repository.head()?, object::Kind::Tree, reading)
            .ok()
    }

    /// True when what is wanted under `number` stands at `path` in `tree`.
    fn is_at(
        &self,
        tree: Option<ObjectId>,
        path: &[u8],
        number: usize,
        reading: &mut Reading,
    ) -> bool {
        let mut id = tree;
        let mut named = false;
        for part in path.split(|&byte| byte == b'/') {
            let data = id.and_then(|id| self.shared.repository.store.read(&id, reading).ok());
            let Some(data) = data else { return false };
            let found = TreeEntries::new(&data.data, self.shared.plan.id_len)
                .find(|entry| entry.name == part);
            let Some(found) = found else { return false };
            id = ObjectId::try_from(found.id).ok();
            named = self.names.get(part) == Some(&number);
        }
        named || id.is_some_and(|id| self.objects.get(&id) == Some(&number))
    }
}

fn keep_common(events: &mut Vec<Event>, others: &[Event]) {
    let others: HashSet<(usize, &[u8])> = others
        .iter()
        .map(|event| (event.wanted, event.path.as_slice()))
        .collect();
    events.retain(|event| others.contains(&(event.wanted, &event.path)));
}

/// The order of trees: by name, those of directories with a slash behind.
fn order(a: &TreeEntry<'_>, b: &TreeEntry<'_>) -> Ordering {
    let slash = |entry: &TreeEntry<'_>| if entry.mode == Mode::Tree { b'/' } else { 0 };
    let common = a.name.len().min(b.name.len());
    let next = |entry: &TreeEntry<'_>| entry.name.get(common).copied().unwrap_or(slash(entry));
    a.name[..common]
        .cmp(&b.name[..common])
        .then_with(|| next(a).cmp(&next(b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_sorted_as_if_they_ended_with_a_slash() {
        let entry = |name: &'static str, mode| TreeEntry {
            mode,
            name: name.as_bytes(),
            id: &[],
            end: 0,
        };
        let sorted = [
            entry("a", Mode::File),
            entry("a-b", Mode::File),
            entry("a", Mode::Tree),
            entry("a0", Mode::File),
        ];
        assert!(sorted.is_sorted_by(|a, b| order(a, b) == Ordering::Less));
    }
}
