//! The order in which a history's objects are decoded: each once, in the order
//! of the pack, deltas right after what they are deltas of.
//!
//! A pack is a forest: whole objects are roots, a delta is the child of its
//! base. Walking a tree of it in depth inflates every entry once, while git's
//! own reader inflates bases again and again. Children are sorted so that the
//! largest subtree comes last, when its base is no longer needed by others: so
//! a walk over `n` objects holds at most `log2(n)` of them in memory.

use gix_hash::ObjectId;

use super::ids::Ids;
use crate::source::git::object::Kind;
use crate::source::git::store::Store;
use crate::source::git::store::delta::Wrong;
use crate::source::git::store::index::Table;
use crate::source::git::store::inflate::Inflater;
use crate::source::git::store::pack::{Content, Pack};

/// Stands for no entry.
pub(super) const NONE: u32 = u32::MAX;

/// The entries of one pack, in the order of their offsets.
#[derive(Debug)]
pub(super) struct PackPlan {
    /// Position among the store's packs.
    pub(super) pack: usize,
    /// Offsets, and the end of the last entry.
    pub(super) offsets: Vec<u64>,
    /// Which of the pack's sorted ids an entry has.
    position: Vec<u32>,
    /// Object number of the first of them, in [`Ids`].
    first: u32,
    /// Type of each entry, found at the root of its tree.
    pub(super) kinds: Vec<EntryKind>,
    /// Children of each entry begin here in `children`.
    starts: Vec<u32>,
    children: Vec<u32>,
    /// Entries without a base in the pack, in order.
    pub(super) roots: Vec<u32>,
    /// Objects of this subtree that nobody else answers for.
    wanted: Vec<u32>,
    /// Entries in this pack whose object is counted elsewhere.
    duplicate: Vec<bool>,
}

/// What is known of an entry before it is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryKind {
    /// Its type.
    Known(Kind),
    /// Its base is not in this pack.
    Outside,
    /// Its header is damaged.
    Broken(Wrong),
}

impl PackPlan {
    /// Plans `pack`, whose index says `table`. Ids that are not new to `ids`
    /// are duplicates.
    pub(super) fn new(
        pack: &Pack,
        table: &Table,
        id_len: usize,
        ids: &mut Ids,
        inflater: &mut Inflater,
    ) -> PackPlan {
        let count = table.offsets.len();
        let mut position: Vec<u32> = (0..count as u32).collect();
        position.sort_unstable_by_key(|&at| table.offsets[at as usize]);
        let mut offsets: Vec<u64> = position
            .iter()
            .map(|&at| table.offsets[at as usize])
            .collect();
        offsets.push(pack.end().unwrap_or(0));
        let first = ids.next_number();
        let mut fresh = vec![true; count];
        for (at, id) in table.ids.chunks_exact(id_len).enumerate() {
            fresh[at] = ids.add(id);
        }
        let duplicate = position.iter().map(|&at| !fresh[at as usize]).collect();
        let mut plan = PackPlan {
            pack: pack.number,
            offsets,
            position,
            first,
            kinds: Vec::with_capacity(count),
            starts: Vec::new(),
            children: Vec::new(),
            roots: Vec::new(),
            wanted: vec![0; count],
            duplicate,
        };
        let bases = plan.read_headers(pack, &table.ids, inflater);
        plan.link(&bases);
        plan
    }

    /// Number of entries.
    pub(super) fn count(&self) -> usize {
        self.position.len()
    }

    /// Reads every header; returns each entry's base.
    fn read_headers(&mut self, pack: &Pack, ids: &[u8], inflater: &mut Inflater) -> Vec<u32> {
        let mut entries = Vec::new();
        let mut bases = vec![NONE; self.count()];
        for (entry, of) in bases.iter_mut().enumerate() {
            let offset = self.offsets[entry];
            let kind = match pack.header(offset, inflater).map(|header| header.content) {
                Err(wrong) => EntryKind::Broken(wrong),
                Ok(Content::Whole(kind)) => EntryKind::Known(kind),
                Ok(Content::OffsetDelta(base)) => {
                    match self.offsets[..entry].binary_search(&base) {
                        Ok(base) => {
                            *of = base as u32;
                            EntryKind::Outside
                        }
                        Err(_) => EntryKind::Broken("its base is not in the pack"),
                    }
                }
                Ok(Content::IdDelta(id)) => {
                    if entries.is_empty() {
                        entries = self.entries_by_position();
                    }
                    let base = position_of(ids, &id).map(|at| entries[at]);
                    *of = base.filter(|&base| base as usize != entry).unwrap_or(NONE);
                    EntryKind::Outside
                }
            };
            self.kinds.push(kind);
        }
        bases
    }

    fn entries_by_position(&self) -> Vec<u32> {
        let mut entries = vec![0; self.count()];
        for (entry, &position) in (0..).zip(&self.position) {
            entries[position as usize] = entry;
        }
        entries
    }

    /// Makes trees of the bases: children, types, and what is wanted of each.
    fn link(&mut self, bases: &[u32]) {
        let count = self.count();
        self.starts = vec![0; count + 1];
        for &base in bases.iter().filter(|&&base| base != NONE) {
            self.starts[base as usize + 1] += 1;
        }
        for entry in 0..count {
            self.starts[entry + 1] += self.starts[entry];
        }
        let mut next = self.starts.clone();
        self.children = vec![0; self.starts[count] as usize];
        for (entry, &base) in bases.iter().enumerate().filter(|(_, base)| **base != NONE) {
            let slot = &mut next[base as usize];
            self.children[*slot as usize] = entry as u32;
            *slot += 1;
        }
        self.roots = (0..count as u32)
            .filter(|&entry| bases[entry as usize] == NONE)
            .collect();
        let order = self.depth_first();
        for &entry in &order {
            let base = bases[entry as usize];
            if base != NONE {
                self.kinds[entry as usize] = self.kinds[base as usize];
            }
        }
        // Deltas whose bases name each other hang on no root.
        if order.len() < count {
            let mut met = vec![false; count];
            for &entry in &order {
                met[entry as usize] = true;
            }
            for entry in (0..count).filter(|&entry| !met[entry]) {
                self.kinds[entry] = EntryKind::Broken("its chain of deltas does not end");
                self.roots.push(entry as u32);
            }
            self.roots.sort_unstable();
        }
        self.count_wanted();
    }

    /// Leaves only those objects to count that `keep` tells by their numbers.
    pub(super) fn keep(&mut self, keep: impl Fn(u32) -> bool) {
        for entry in 0..self.count() {
            self.duplicate[entry] |= !keep(self.number(entry as u32));
        }
        self.count_wanted();
    }

    /// Counts what is wanted of every subtree, and sorts children by it.
    fn count_wanted(&mut self) {
        for (wanted, duplicate) in self.wanted.iter_mut().zip(&self.duplicate) {
            *wanted = u32::from(!duplicate);
        }
        for &entry in self.depth_first().iter().rev() {
            let children = self.own_children(entry).iter();
            let below: u32 = children.map(|&child| self.wanted[child as usize]).sum();
            self.wanted[entry as usize] += below;
        }
        let wanted = &self.wanted;
        for entry in 0..self.position.len() {
            let range = self.starts[entry] as usize..self.starts[entry + 1] as usize;
            self.children[range].sort_by_key(|&child| (wanted[child as usize], child));
        }
    }

    /// All entries that hang on roots, each after its base.
    fn depth_first(&self) -> Vec<u32> {
        let mut order = Vec::with_capacity(self.count());
        let mut stack = Vec::new();
        for &root in &self.roots {
            stack.push(root);
            while let Some(entry) = stack.pop() {
                order.push(entry);
                stack.extend(self.own_children(entry));
            }
        }
        order
    }

    /// The children of an entry. Entries that hang on each other have none:
    /// each is a root.
    fn own_children(&self, entry: u32) -> &[u32] {
        let at = entry as usize;
        let children = &self.children[self.starts[at] as usize..self.starts[at + 1] as usize];
        let knot = matches!(self.kinds.get(at), Some(EntryKind::Broken(_)))
            && children
                .iter()
                .any(|child| self.roots.binary_search(child).is_ok());
        if knot { &[] } else { children }
    }

    /// The children of an entry in whose subtree something is wanted, the one
    /// with the largest subtree last.
    pub(super) fn children(&self, entry: u32) -> &[u32] {
        let children = self.own_children(entry);
        let idle = children.partition_point(|&child| self.wanted[child as usize] == 0);
        &children[idle..]
    }

    /// Objects in the subtree of an entry that count here.
    pub(super) fn wanted(&self, entry: u32) -> u64 {
        u64::from(self.wanted[entry as usize])
    }

    /// Whether the entry's own object counts here.
    pub(super) fn counts(&self, entry: u32) -> bool {
        !self.duplicate[entry as usize]
    }

    /// The object number of an entry.
    pub(super) fn number(&self, entry: u32) -> u32 {
        self.first + self.position[entry as usize]
    }

    /// Compressed bytes of an entry with its header.
    pub(super) fn compressed(&self, entry: u32) -> u64 {
        let entry = entry as usize;
        self.offsets[entry + 1].saturating_sub(self.offsets[entry])
    }
}

/// Where in the sorted `ids` the one called `id` is.
fn position_of(ids: &[u8], id: &[u8]) -> Option<usize> {
    let at = |position: usize| &ids[position * id.len()..(position + 1) * id.len()];
    let (mut low, mut high) = (0, ids.len() / id.len());
    while low < high {
        let middle = low.midpoint(high);
        if at(middle) < id {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    (low < ids.len() / id.len() && at(low) == id).then_some(low)
}

/// Everything there is to decode.
#[derive(Debug)]
pub(super) struct Plan {
    /// Packs with a usable index.
    pub(super) packs: Vec<PackPlan>,
    /// Loose objects that are in no pack: directory and id.
    pub(super) loose: Vec<(usize, ObjectId)>,
    /// All ids.
    pub(super) ids: Ids,
    /// Bytes of an id.
    pub(super) id_len: usize,
}

impl Plan {
    /// Plans everything in `store`. Packs whose index is of no use are handed to `bad`.
    pub(super) fn new(store: &Store, inflater: &mut Inflater, mut bad: impl FnMut(usize)) -> Plan {
        let id_len = store.hash.len_in_bytes();
        let mut plan = Plan {
            packs: Vec::new(),
            loose: Vec::new(),
            ids: Ids::default(),
            id_len,
        };
        for pack in &store.packs {
            match usable(pack, id_len) {
                Ok(table) => {
                    let planned = PackPlan::new(pack, &table, id_len, &mut plan.ids, inflater);
                    plan.packs.push(planned);
                }
                Err(_) => bad(pack.number),
            }
        }
        plan.add_loose(store);
        plan
    }

    /// Adds a pack whose index was made anew.
    pub(super) fn add(&mut self, pack: &Pack, table: &Table, inflater: &mut Inflater) {
        let planned = PackPlan::new(pack, table, self.id_len, &mut self.ids, inflater);
        self.packs.push(planned);
    }

    fn add_loose(&mut self, store: &Store) {
        for (number, dir) in store.dirs.iter().enumerate() {
            for hex in crate::source::git::store::loose::list(dir, self.id_len) {
                if let Ok(id) = ObjectId::from_hex(hex.as_bytes())
                    && self.ids.add(id.as_slice())
                {
                    self.loose.push((number, id));
                }
            }
        }
    }
}

/// The index of `pack`, if it can be believed so far.
fn usable(pack: &Pack, id_len: usize) -> Result<Table, Wrong> {
    let index = pack
        .index
        .as_ref()
        .map_err(|_| "the pack has no index that can be read")?;
    let table = index
        .load()
        .map_err(|_| "the index of the pack cannot be read")?;
    let count = pack.count()?;
    if count as usize != table.offsets.len() {
        return Err("the index of the pack has another number of objects");
    }
    let ids: Vec<&[u8]> = table.ids.chunks_exact(id_len).collect();
    if !ids.is_sorted_by(|a, b| a < b) {
        return Err("the index of the pack is not sorted");
    }
    let mut offsets = table.offsets.clone();
    offsets.sort_unstable();
    if !offsets.is_sorted_by(|a, b| a < b) || offsets.first().is_some_and(|&first| first != 12) {
        return Err("the index of the pack names places twice");
    }
    Ok(table)
}
