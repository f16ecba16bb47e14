//! From literals to hits: who has to look at which place.
//!
//! Every literal belongs to one or more owners (rules and recognisers). The
//! index finds all places where a literal stands, by one of two paths that give
//! the same hits: the prefilter with an exact comparison behind it, or one
//! Aho-Corasick automaton over everything. Literals shorter than the
//! prefilter's window always go through an automaton of their own.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::detect::frequency;
use crate::detect::literals::{Literal, Symbol};
use crate::detect::prefilter::{self, Prefilter};

/// Whoever wants to know of a literal; the engine gives the numbers a meaning.
pub type Owner = u32;

/// A place where a literal of `owner` begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// The owner.
    pub owner: Owner,
    /// First byte of the literal.
    pub at: u32,
}

/// How literals are found. Both ways give the same hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EnginePath {
    /// Hash bitmap over every position, then an exact comparison.
    #[default]
    Prefilter,
    /// One Aho-Corasick automaton over all literals.
    AhoCorasick,
}

/// All literals of a rule set, ready to be found.
#[derive(Debug)]
pub struct LiteralIndex {
    path: EnginePath,
    entries: Vec<Entry>,
    prefilter: Prefilter,
    atoms: AtomTable,
    /// Automaton over the short literals, or over all of them.
    automaton: Option<AhoCorasick>,
    /// Entry of each pattern of the automaton.
    automaton_entries: Vec<u32>,
    /// Entries of literals one byte shorter than a window; at the very end of a
    /// text the window that would find them is cut off.
    triples: Vec<u32>,
    longest: usize,
}

#[derive(Debug)]
struct Entry {
    literal: Box<[Symbol]>,
    owners: Box<[Owner]>,
}

impl LiteralIndex {
    /// Builds the index of `literals`, pairs of a literal and its owner.
    pub fn new(
        literals: impl IntoIterator<Item = (Literal, Owner)>,
        path: EnginePath,
    ) -> LiteralIndex {
        let mut merged: BTreeMap<Literal, Vec<Owner>> = BTreeMap::new();
        for (literal, owner) in literals {
            merged.entry(literal).or_default().push(owner);
        }
        let entries: Vec<Entry> = merged
            .into_iter()
            .map(|(literal, mut owners)| {
                owners.sort_unstable();
                owners.dedup();
                Entry {
                    literal: literal.into(),
                    owners: owners.into(),
                }
            })
            .collect();
        let mut atoms = Vec::new();
        let mut automaton_entries = Vec::new();
        let mut triples = Vec::new();
        for (number, entry) in entries.iter().enumerate() {
            let number = number as u32;
            match entry.literal.len() {
                _ if path == EnginePath::AhoCorasick => automaton_entries.push(number),
                0..3 => automaton_entries.push(number),
                3 => {
                    atoms.extend(triple_atoms(&entry.literal, number));
                    triples.push(number);
                }
                _ => atoms.extend(rarest_atom(&entry.literal, number)),
            }
        }
        LiteralIndex {
            path,
            prefilter: Prefilter::new(atoms.iter().map(|a| a.key)),
            atoms: AtomTable::new(atoms),
            automaton: automaton(&entries, &automaton_entries),
            automaton_entries,
            triples,
            longest: entries.iter().map(|e| e.literal.len()).max().unwrap_or(0),
            entries,
        }
    }

    /// Appends every hit whose literal begins in `from..to` of `text`, in no
    /// particular order. Literals may reach past `to`.
    pub fn hits(&self, text: &[u8], from: usize, to: usize, out: &mut Vec<Hit>) {
        let last = to.saturating_add(self.longest).min(text.len());
        if self.path == EnginePath::Prefilter {
            self.prefilter.candidates(text, from, last, |at| {
                let key = prefilter::key([text[at], text[at + 1], text[at + 2], text[at + 3]]);
                for atom in self.atoms.of(key) {
                    let Some(start) = at.checked_sub(atom.offset as usize) else {
                        continue;
                    };
                    if start >= from && start < to {
                        self.confirm(text, atom.entry, start, out);
                    }
                }
            });
        }
        if let Some(end) = text
            .len()
            .checked_sub(3)
            .filter(|end| (from..to).contains(end))
        {
            for &entry in &self.triples {
                self.confirm(text, entry, end, out);
            }
        }
        if let Some(automaton) = &self.automaton {
            for found in automaton.find_overlapping_iter(&text[from..last]) {
                let start = from + found.start();
                if start < to {
                    let entry = self.automaton_entries[found.pattern().as_usize()];
                    self.confirm(text, entry, start, out);
                }
            }
        }
    }

    #[inline]
    fn confirm(&self, text: &[u8], entry: u32, start: usize, out: &mut Vec<Hit>) {
        let entry = &self.entries[entry as usize];
        let Some(found) = text.get(start..start + entry.literal.len()) else {
            return;
        };
        if found
            .iter()
            .zip(&entry.literal)
            .all(|(byte, symbol)| byte | symbol.fold == symbol.want)
        {
            out.extend(entry.owners.iter().map(|&owner| Hit {
                owner,
                at: start as u32,
            }));
        }
    }
}

/// An automaton over the given entries without regard to case, or none.
fn automaton(entries: &[Entry], numbers: &[u32]) -> Option<AhoCorasick> {
    if numbers.is_empty() {
        return None;
    }
    let patterns = numbers.iter().map(|&n| {
        entries[n as usize]
            .literal
            .iter()
            .map(|s| s.want)
            .collect::<Vec<u8>>()
    });
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::Standard)
        .kind(Some(AhoCorasickKind::DFA))
        .build(patterns)
        .ok()
}

/// The rarest window of a literal of at least four bytes.
fn rarest_atom(literal: &[Symbol], entry: u32) -> Option<Atom> {
    let offset = frequency::rarest_window(literal)?;
    let s = &literal[offset..];
    let key = prefilter::key([s[0].want, s[1].want, s[2].want, s[3].want]);
    Some(Atom {
        key,
        entry,
        offset: offset as u32,
    })
}

/// All windows that begin with a literal of three bytes.
fn triple_atoms(literal: &[Symbol], entry: u32) -> impl Iterator<Item = Atom> {
    let [a, b, c] = [literal[0].want, literal[1].want, literal[2].want];
    // Every byte folds to one that has the fold's bit.
    (0..=255u8)
        .filter(|next| frequency::fold(*next) == *next)
        .map(move |next| Atom {
            key: prefilter::key([a, b, c, next]),
            entry,
            offset: 0,
        })
}

/// A literal's window in the prefilter.
#[derive(Clone, Copy, Debug)]
struct Atom {
    key: u32,
    entry: u32,
    offset: u32,
}

/// Open-addressed table from keys to their atoms.
#[derive(Debug)]
struct AtomTable {
    atoms: Vec<Atom>,
    /// Index of the first atom of a key, plus one; zero is free.
    slots: Vec<u32>,
    mask: usize,
}

impl AtomTable {
    fn new(mut atoms: Vec<Atom>) -> AtomTable {
        atoms.sort_unstable_by_key(|a| (a.key, a.entry, a.offset));
        let size = (atoms.len() * 4).next_power_of_two().max(64);
        let mut table = AtomTable {
            slots: vec![0; size],
            mask: size - 1,
            atoms,
        };
        for number in 0..table.atoms.len() {
            let key = table.atoms[number].key;
            if number > 0 && table.atoms[number - 1].key == key {
                continue;
            }
            let mut slot = table.home(key);
            while table.slots[slot] != 0 {
                slot = (slot + 1) & table.mask;
            }
            table.slots[slot] = number as u32 + 1;
        }
        table
    }

    fn home(&self, key: u32) -> usize {
        (key.wrapping_mul(0x85EB_CA6B) >> 9) as usize & self.mask
    }

    #[inline]
    fn of(&self, key: u32) -> &[Atom] {
        let mut slot = self.home(key);
        loop {
            let number = self.slots[slot] as usize;
            if number == 0 {
                return &[];
            }
            if self.atoms[number - 1].key == key {
                let rest = &self.atoms[number - 1..];
                let len = rest.iter().take_while(|a| a.key == key).count();
                return &rest[..len];
            }
            slot = (slot + 1) & self.mask;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn literal(text: &str, fold: bool) -> Literal {
        text.bytes()
            .map(|b| {
                let both = fold && b.is_ascii_alphabetic();
                Symbol {
                    want: if both { b | 0x20 } else { b },
                    fold: u8::from(both) * 0x20,
                }
            })
            .collect()
    }

    fn sorted_hits(index: &LiteralIndex, text: &[u8], from: usize, to: usize) -> Vec<Hit> {
        let mut out = Vec::new();
        index.hits(text, from, to, &mut out);
        out.sort_unstable();
        out
    }

    fn samples() -> Vec<(Literal, Owner)> {
        vec![
            (literal("abca", false), 0),
            (literal("ABC", true), 1),
            (literal("cab", false), 2),
            (literal("bcabca", true), 3),
            (literal("aa", false), 4),
            (literal("abca", false), 5),
        ]
    }

    proptest! {
        #[test]
        fn both_paths_and_a_naive_search_agree(
            text in "[abcABC]{0,120}", from in 0usize..60, len in 0usize..80,
        ) {
            let text = text.as_bytes();
            let (from, to) = (from.min(text.len()), (from + len).min(text.len()));
            prop_assume!(from <= to);
            let fast = LiteralIndex::new(samples(), EnginePath::Prefilter);
            let slow = LiteralIndex::new(samples(), EnginePath::AhoCorasick);
            let mut naive = Vec::new();
            for (symbols, owner) in samples() {
                for at in from..to {
                    if text.get(at..at + symbols.len()).is_some_and(|found| {
                        found.iter().zip(&symbols).all(|(b, s)| b | s.fold == s.want)
                    }) {
                        naive.push(Hit { owner, at: at as u32 });
                    }
                }
            }
            naive.sort_unstable();
            prop_assert_eq!(&sorted_hits(&fast, text, from, to), &naive);
            prop_assert_eq!(&sorted_hits(&slow, text, from, to), &naive);
        }
    }
}
