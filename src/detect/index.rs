//! From literals to hits: who has to look at which place.
//!
//! Every literal belongs to one or more owners (rules and recognisers). The
//! index finds all places where a literal stands, by one of two paths that give
//! the same hits: the prefilter with an exact comparison behind it, or one
//! Aho-Corasick automaton over everything. Literals shorter than the
//! prefilter's window always go through an automaton of their own.

use std::sync::Arc;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::detect::frequency;
use crate::detect::literals::Literal;
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
    exact: AtomTable,
    after: AtomTable,
    before: AtomTable,
    /// Automaton over the short literals, or over all of them.
    automaton: Option<AhoCorasick>,
    /// Entry of each pattern of the automaton.
    automaton_entries: Vec<u32>,
    longest: usize,
}

#[derive(Debug)]
struct Entry {
    literal: Literal,
    next: Arc<[u8]>,
    owners: Vec<Owner>,
}

/// A literal somebody wants to know of.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The literal.
    pub literal: Literal,
    /// Folded bytes one of which follows wherever the owner cares; empty for
    /// any. Places where another byte follows may be left out of the hits.
    pub next: Arc<[u8]>,
    /// Who wants it.
    pub owner: Owner,
}

impl LiteralIndex {
    /// Builds the index.
    pub fn new(wanted: impl IntoIterator<Item = Wanted>, path: EnginePath) -> LiteralIndex {
        let entries = merge(wanted);
        let mut windows = Windows::default();
        let mut automaton_entries = Vec::new();
        for (number, entry) in entries.iter().enumerate() {
            let number = number as u32;
            match entry.literal.len() {
                3.. if path == EnginePath::Prefilter => windows.add(entry, number),
                _ => automaton_entries.push(number),
            }
        }
        LiteralIndex {
            path,
            prefilter: Prefilter::new(windows.keys),
            exact: AtomTable::new(windows.exact),
            after: AtomTable::new(windows.after),
            before: AtomTable::new(windows.before),
            automaton: automaton(&entries, &automaton_entries),
            automaton_entries,
            longest: entries.iter().map(|e| e.literal.len()).max().unwrap_or(0),
            entries,
        }
    }

    /// Appends every hit whose literal begins in `from..to` of `text`, in no
    /// particular order and perhaps more than once. Literals may reach past `to`.
    pub fn hits(&self, text: &[u8], from: usize, to: usize, out: &mut Vec<Hit>) {
        let last = to.saturating_add(self.longest).min(text.len());
        if self.path == EnginePath::Prefilter {
            self.prefilter
                .candidates(text, from.saturating_sub(1), last, |at, key| {
                    for atoms in [
                        self.exact.of(key),
                        self.after.of(key & TRIPLE),
                        self.before.of(key >> 8),
                    ] {
                        for atom in atoms {
                            let start = (at + 1).checked_sub(atom.lead as usize);
                            if let Some(start) = start.filter(|start| (from..to).contains(start)) {
                                self.confirm(text, atom.entry, start, out);
                            }
                        }
                    }
                });
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

/// Literals with all their owners, each once.
fn merge(wanted: impl IntoIterator<Item = Wanted>) -> Vec<Entry> {
    let mut wanted: Vec<Wanted> = wanted.into_iter().collect();
    wanted.sort_unstable_by(|a, b| (&a.literal, a.owner).cmp(&(&b.literal, b.owner)));
    let mut entries: Vec<Entry> = Vec::new();
    for Wanted {
        literal,
        next,
        owner,
    } in wanted
    {
        match entries.last_mut() {
            Some(last) if last.literal == literal => {
                last.owners.push(owner);
                if last.next != next {
                    last.next = Arc::new([]);
                }
            }
            _ => entries.push(Entry {
                literal,
                next,
                owners: vec![owner],
            }),
        }
    }
    for entry in &mut entries {
        entry.owners.dedup();
    }
    entries
}

/// All folded bytes.
fn any_byte() -> impl Iterator<Item = u8> {
    (0..=255u8).filter(|byte| frequency::fold(*byte) == *byte)
}

/// What a window costs by itself: places where something else passes for it,
/// per megabyte.
const PER_KEY: f64 = 2.0;

/// The windows by which literals are found.
///
/// The prefilter looks at every second position only, so each literal needs one
/// window at an even and one at an odd distance from its beginning. Where it is
/// too short for two, whatever byte stands after or before it completes the window.
#[derive(Default)]
struct Windows {
    /// Every window, for the prefilter.
    keys: Vec<u32>,
    /// Windows that lie in their literal, by their key.
    exact: Vec<Atom>,
    /// Windows whose last byte follows the literal, by their first three bytes.
    after: Vec<Atom>,
    /// Windows whose first byte precedes the literal, by their last three bytes.
    before: Vec<Atom>,
}

impl Windows {
    fn add(&mut self, entry: &Entry, number: u32) {
        let want: Vec<u8> = entry.literal.iter().map(|symbol| symbol.want).collect();
        if let Some(at) = frequency::rarest_pair(&entry.literal) {
            self.exact(&want[at..], number, at + 1);
            self.exact(&want[at + 1..], number, at + 2);
            return;
        }
        let next: Vec<u8> = match &entry.next[..] {
            [] => any_byte().collect(),
            next => next.to_vec(),
        };
        if want.len() < frequency::WINDOW {
            self.after(&want, &next, number, 1);
        } else {
            self.exact(&want, number, 1);
            let window = |next: &u8| [want[1], want[2], want[3], *next];
            let after: f64 = next
                .iter()
                .map(|n| frequency::of(&window(n)) + PER_KEY)
                .sum();
            if after < frequency::of(&want[..3]) + PER_KEY * 64.0 {
                self.after(&want[1..], &next, number, 2);
                return;
            }
        }
        self.before.push(Atom {
            key: triple(&want),
            entry: number,
            lead: 0,
        });
        self.keys
            .extend(any_byte().map(|byte| prefilter::key([byte, want[0], want[1], want[2]])));
    }

    fn exact(&mut self, window: &[u8], entry: u32, lead: usize) {
        let key = prefilter::key([window[0], window[1], window[2], window[3]]);
        self.keys.push(key);
        self.exact.push(Atom {
            key,
            entry,
            lead: lead as u32,
        });
    }

    fn after(&mut self, three: &[u8], next: &[u8], entry: u32, lead: usize) {
        self.after.push(Atom {
            key: triple(three),
            entry,
            lead: lead as u32,
        });
        let window = |&next: &u8| prefilter::key([three[0], three[1], three[2], next]);
        self.keys.extend(next.iter().map(window));
    }
}

/// Key of three bytes: the lower three of a window's.
fn triple(bytes: &[u8]) -> u32 {
    prefilter::key([bytes[0], bytes[1], bytes[2], 0]) & TRIPLE
}

/// The part of a window's key that its first three bytes make.
const TRIPLE: u32 = 0x00FF_FFFF;

/// A literal's window in the prefilter.
#[derive(Clone, Copy, Debug)]
struct Atom {
    key: u32,
    entry: u32,
    /// Bytes from the one before the literal to the window: zero when the
    /// window begins before the literal, one when both begin together.
    lead: u32,
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
        atoms.sort_unstable_by_key(|a| (a.key, a.entry, a.lead));
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

    use crate::detect::literals::Symbol;

    fn wanted() -> Vec<Wanted> {
        let any: Arc<[u8]> = Arc::new([]);
        let all = samples().into_iter();
        all.map(|(literal, owner)| Wanted {
            literal,
            next: any.clone(),
            owner,
        })
        .collect()
    }

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
        out.dedup();
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
            let fast = LiteralIndex::new(wanted(), EnginePath::Prefilter);
            let slow = LiteralIndex::new(wanted(), EnginePath::AhoCorasick);
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
