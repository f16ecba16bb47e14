//! Under which path an object stands: one path for each, found in one pass over
//! all directories, and every kind of file it has been.
//!
//! Directories are stored as deltas of each other, too. Of such a delta only
//! the entries it brings anew are looked at: the others were seen in its base.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::PathBuf;

use super::ids::Ids;
use super::plan::NONE;
use crate::source::git::layout::path_of;
use crate::source::git::object::{Mode, TreeEntries};

/// Longest path that is put together, in directories.
const DEEPEST: usize = 512;

/// Tells kinds of files apart by their names; names of one kind are read alike.
pub type KindOf = fn(&[u8]) -> u8;

/// The places of objects.
#[derive(Debug)]
pub(super) struct Paths {
    /// Directory in which each object was first seen.
    parents: Vec<u32>,
    /// Name under which it was.
    names: Vec<u32>,
    arena: Names,
    kind_of: KindOf,
    /// Further names of objects that have been files of several kinds.
    others: BTreeMap<u32, Vec<u32>>,
}

/// Distinct names.
#[derive(Debug, Default)]
struct Names {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    numbers: HashMap<Box<[u8]>, u32>,
    kinds: Vec<u8>,
    /// An object of each name.
    examples: Vec<u32>,
}

impl Names {
    fn add(&mut self, name: &[u8], kind_of: KindOf, example: u32) -> u32 {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = self.ends.len() as u32;
        self.bytes.extend_from_slice(name);
        self.ends.push(self.bytes.len());
        self.kinds.push(kind_of(name));
        self.examples.push(example);
        self.numbers.insert(name.into(), number);
        number
    }

    fn get(&self, number: u32) -> &[u8] {
        let number = number as usize;
        let start = if number == 0 {
            0
        } else {
            self.ends[number - 1]
        };
        &self.bytes[start..self.ends[number]]
    }
}

impl Paths {
    /// Places for `count` objects, none known yet.
    pub(super) fn new(count: usize, kind_of: KindOf) -> Paths {
        Paths {
            parents: vec![NONE; count],
            names: vec![NONE; count],
            arena: Names::default(),
            kind_of,
            others: BTreeMap::new(),
        }
    }

    /// Notes the entries of the directory `data`, object `tree`. Only those that
    /// `fresh` ranges touch, if there are such. Ids of objects that are not there
    /// are handed to `missing`. Returns whether the directory is undamaged.
    pub(super) fn add(
        &mut self,
        tree: u32,
        data: &[u8],
        fresh: Option<&[Range<usize>]>,
        ids: &Ids,
        id_len: usize,
        missing: &mut dyn FnMut(&[u8]),
    ) -> bool {
        let mut entries = TreeEntries::new(data, id_len);
        let mut ranges = fresh.map(|ranges| ranges.iter().peekable());
        let mut start = 0;
        for entry in entries.by_ref() {
            let new = match &mut ranges {
                None => true,
                Some(ranges) => {
                    while ranges.next_if(|range| range.end <= start).is_some() {}
                    ranges.peek().is_some_and(|range| range.start < entry.end)
                }
            };
            start = entry.end;
            if !new || entry.mode == Mode::Submodule {
                continue;
            }
            match ids.number(entry.id) {
                Some(number) => self.place(number, tree, entry.name),
                None => missing(entry.id),
            }
        }
        entries.is_done()
    }

    fn place(&mut self, number: u32, tree: u32, name: &[u8]) {
        let name = self.arena.add(name, self.kind_of, number);
        let at = number as usize;
        if self.names[at] == NONE {
            self.names[at] = name;
            self.parents[at] = tree;
            return;
        }
        let kind = |name: u32| self.arena.kinds[name as usize];
        if self.names[at] != name && kind(self.names[at]) != kind(name) {
            let others = self.others.entry(number).or_default();
            if others.iter().all(|&other| kind(other) != kind(name)) {
                others.push(name);
            }
        }
    }

    /// A path of the object, from the top of the repository.
    pub(super) fn path(&self, number: u32) -> Option<PathBuf> {
        let mut parts = Vec::new();
        let mut at = number as usize;
        while *self.names.get(at)? != NONE && parts.len() < DEEPEST {
            parts.push(self.arena.get(self.names[at]));
            at = self.parents[at] as usize;
        }
        if parts.is_empty() {
            return None;
        }
        parts.reverse();
        Some(path_of(&parts.join(&b'/')))
    }

    /// Paths of other kinds the object has had: its directory is the first one's.
    pub(super) fn other_paths(&self, number: u32) -> Vec<PathBuf> {
        let Some(others) = self.others.get(&number) else {
            return Vec::new();
        };
        let path = self.path(number).unwrap_or_default();
        others
            .iter()
            .map(|&name| path.with_file_name(path_of(self.arena.get(name)).as_os_str()))
            .collect()
    }

    /// All distinct names, each with an object that has it.
    pub(super) fn names(&self) -> impl Iterator<Item = (&[u8], u32)> {
        (0..self.arena.ends.len() as u32)
            .map(|number| (self.arena.get(number), self.arena.examples[number as usize]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(entries: &[(&str, &str, u8)]) -> Vec<u8> {
        let mut data = Vec::new();
        for (mode, name, id) in entries {
            data.extend(format!("{mode} {name}\0").as_bytes());
            data.extend([*id; 20]);
        }
        data
    }

    #[test]
    fn a_path_leads_from_the_top_and_kinds_are_told_apart() {
        let mut ids = Ids::default();
        (1..=4).for_each(|n| assert!(ids.add(&[n; 20])));
        let mut paths = Paths::new(4, |name| u8::from(name.ends_with(b".md")));
        let top = tree(&[("40000", "src", 2), ("100644", "a.rs", 3)]);
        let src = tree(&[
            ("100644", "b.rs", 3),
            ("100644", "c.md", 3),
            ("100644", "d", 4),
        ]);
        assert!(paths.add(1, &src, None, &ids, 20, &mut |_| {}));
        assert!(paths.add(0, &top, None, &ids, 20, &mut |_| {}));
        assert_eq!(paths.path(3).unwrap(), PathBuf::from("src/d"));
        assert_eq!(paths.other_paths(2), [PathBuf::from("src/c.md")]);
        assert_eq!(paths.path(0), None);
        assert!(!paths.add(0, b"100644 x\0abc", None, &ids, 20, &mut |_| {}));
    }

    #[test]
    fn only_fresh_entries_of_a_delta_are_looked_at() {
        let mut ids = Ids::default();
        (1..=3).for_each(|n| assert!(ids.add(&[n; 20])));
        let data = tree(&[("100644", "a", 2), ("100644", "b", 3)]);
        let second = data.len() / 2 + 3;
        let mut paths = Paths::new(3, |_| 0);
        let fresh = std::iter::once(second..second + 2).collect::<Vec<_>>();
        paths.add(0, &data, Some(&fresh), &ids, 20, &mut |_| {});
        assert_eq!((paths.path(1), paths.path(2)), (None, Some("b".into())));
    }
}
