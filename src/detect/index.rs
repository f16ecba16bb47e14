//! From literals to hits: who has to look at which place.
//!
//! Every literal belongs to one or more owners (rules and recognisers). The
//! index finds all places where a literal stands, by one of two paths that give
//! the same hits: the prefilter with an exact comparison behind it, or one
//! Aho-Corasick automaton over everything. Literals too vague for the
//! prefilter always go through an automaton of their own.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::detect::atoms::{Atom, AtomTable, Standing};
use crate::detect::literals::Sought;
use crate::detect::prefilter::Prefilter;
use crate::detect::windows;

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
    /// Hash table over every second position, then an exact comparison.
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
    /// Automaton over the vague literals, or over all of them.
    automaton: Option<AhoCorasick>,
    /// Entry of each pattern of the automaton.
    automaton_entries: Vec<u32>,
    longest: usize,
}

#[derive(Debug)]
struct Entry {
    sought: Sought,
    owners: Vec<Owner>,
}

/// A literal somebody wants to know of.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The literal. Places where its surroundings are others are no hits.
    pub sought: Sought,
    /// Who wants it.
    pub owner: Owner,
}

/// The prefilter's work over a text; see [`LiteralIndex::tally`].
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Different keys in the prefilter.
    pub keys: usize,
    /// Places that passed the prefilter.
    pub candidates: u64,
    /// The work for each literal.
    pub literals: Vec<Literal>,
}

/// The work for one literal.
#[derive(Clone, Debug)]
pub struct Literal {
    /// The literal, letters in lower case where case does not matter.
    pub text: String,
    /// Who wants it.
    pub owners: Vec<Owner>,
    /// Keys by which it is found.
    pub keys: usize,
    /// Places that were compared with it.
    pub looks: u64,
    /// Places at which it stood.
    pub hits: u64,
}

impl LiteralIndex {
    /// Builds the index.
    pub fn new(wanted: impl IntoIterator<Item = Wanted>, path: EnginePath) -> LiteralIndex {
        let entries = merge(wanted);
        let mut atoms = Vec::new();
        let mut keys = Vec::new();
        let mut automaton_entries = Vec::new();
        for (number, entry) in entries.iter().enumerate() {
            let number = number as u32;
            let windows = match path {
                EnginePath::Prefilter => windows::choose(&entry.sought),
                EnginePath::AhoCorasick => None,
            };
            let Some(windows) = windows else {
                automaton_entries.push(number);
                continue;
            };
            for window in windows {
                let atom = Atom::new(&entry.sought, number, window.lead);
                atoms.extend(window.keys.iter().map(|key| (key.key, atom)));
                keys.extend(window.entered());
            }
        }
        let lengths = entries.iter().map(|e| e.sought.literal.len());
        LiteralIndex {
            path,
            prefilter: Prefilter::new(keys),
            atoms: AtomTable::new(atoms),
            automaton: automaton(&entries, &automaton_entries),
            automaton_entries,
            longest: lengths.max().unwrap_or(0),
            entries,
        }
    }

    /// Appends every hit whose literal begins in `from..to` of `text`, in no
    /// particular order and perhaps more than once. Literals may reach past `to`.
    pub fn hits(&self, text: &[u8], from: usize, to: usize, out: &mut Vec<Hit>) {
        let last = to.saturating_add(self.longest).min(text.len());
        if self.path == EnginePath::Prefilter {
            let mut standing = Standing::default();
            let mut confirm = |standing: &mut Standing| {
                for (start, entry) in standing.drain() {
                    if (from..to).contains(&start) {
                        self.confirm(text, entry, start, out);
                    }
                }
            };
            let first = from.saturating_sub(1);
            self.prefilter.candidates(text, first, last, |candidates| {
                for candidate in candidates {
                    for atom in self.atoms.of(candidate.key) {
                        standing.offer(atom, text, candidate.at as usize);
                        if standing.is_full() {
                            confirm(&mut standing);
                        }
                    }
                }
            });
            confirm(&mut standing);
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

    /// What the prefilter has to do over `text`, for those who write rules.
    pub fn tally(&self, text: &[u8]) -> Tally {
        let mut tally = Tally {
            keys: self.atoms.keys(),
            ..Tally::default()
        };
        let mut looks = vec![[0; 2]; self.entries.len()];
        let mut out = Vec::new();
        self.prefilter
            .candidates(text, 0, text.len(), |candidates| {
                for candidate in candidates {
                    tally.candidates += 1;
                    for atom in self.atoms.of(candidate.key) {
                        let [looked, stood] = &mut looks[atom.entry as usize];
                        *looked += 1;
                        let (start, stands) = atom.stands(text, candidate.at as usize);
                        if stands {
                            out.clear();
                            self.confirm(text, atom.entry, start, &mut out);
                            *stood += u64::from(!out.is_empty());
                        }
                    }
                }
            });
        tally.literals = std::iter::zip(&self.entries, looks)
            .map(|(entry, [looks, hits])| Literal {
                text: entry
                    .sought
                    .literal
                    .iter()
                    .map(|s| char::from(s.want))
                    .collect(),
                owners: entry.owners.clone(),
                keys: windows::choose(&entry.sought)
                    .map_or(0, |pair| pair.iter().map(|window| window.keys.len()).sum()),
                looks,
                hits,
            })
            .collect();
        tally
    }

    #[inline]
    fn confirm(&self, text: &[u8], entry: u32, start: usize, out: &mut Vec<Hit>) {
        let entry = &self.entries[entry as usize];
        if entry.sought.stands(text, start) {
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
        let literal = entries[n as usize].sought.literal.iter();
        literal.map(|symbol| symbol.want).collect::<Vec<u8>>()
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
    wanted.sort_unstable_by(|a, b| (&a.sought, a.owner).cmp(&(&b.sought, b.owner)));
    let mut entries: Vec<Entry> = Vec::new();
    for Wanted { sought, owner } in wanted {
        match entries.last_mut() {
            Some(last) if last.sought == sought => last.owners.push(owner),
            _ => entries.push(Entry {
                sought,
                owners: vec![owner],
            }),
        }
    }
    for entry in &mut entries {
        entry.owners.dedup();
    }
    entries
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    use std::sync::Arc;

    use crate::detect::byte_set::ByteSet;
    use crate::detect::heads::Around;
    use crate::detect::literals::{Literal, Symbol};

    fn wanted() -> Vec<Wanted> {
        let all = samples().into_iter();
        all.map(|(literal, around, owner)| Wanted {
            sought: Sought {
                literal,
                around: Arc::new(around),
            },
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

    fn samples() -> Vec<(Literal, Around, Owner)> {
        let set = |bytes: &[u8]| bytes.iter().copied().collect::<ByteSet>();
        let after = Around {
            next: vec![set(b"aB"), set(b"c")],
            ..Around::default()
        };
        let before = Around {
            before: set(b"cC"),
            next: vec![set(b"ab")],
        };
        vec![
            (literal("abca", false), Around::default(), 0),
            (literal("ABC", true), Around::default(), 1),
            (literal("cab", false), Around::default(), 2),
            (literal("bcabca", true), Around::default(), 3),
            (literal("aa", false), Around::default(), 4),
            (literal("abca", false), Around::default(), 5),
            (literal("bb", false), after.clone(), 6),
            (literal("ab", true), before.clone(), 7),
            (literal("bca", false), before, 8),
            (literal("c", true), after, 9),
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
            for wanted in wanted() {
                for at in from..to {
                    if wanted.sought.stands(text, at) {
                        naive.push(Hit { owner: wanted.owner, at: at as u32 });
                    }
                }
            }
            naive.sort_unstable();
            prop_assert_eq!(&sorted_hits(&fast, text, from, to), &naive);
            prop_assert_eq!(&sorted_hits(&slow, text, from, to), &naive);
        }
    }
}
