//! Looks for rows of protected tables in the words of a text.
//!
//! Where a value of a primary column stands, the words around it are looked at:
//! ten to each side, and all of the same line or the same JSON object within
//! reach. Cells of the same row that stand there make the row known.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::cell::{self, CellType, Value};
use super::{Records, Table, column};
use crate::base::span::Place;
use crate::fingerprint::keys::Keys;
use crate::fingerprint::stream::Piece;
use crate::fingerprint::symbols::Alphabet;
use crate::fingerprint::words::Words;

/// Words on each side that count as beside a value.
const BESIDE: usize = 10;

/// Words on each side that count when they are of the same line or object.
const REACH: usize = 128;

/// Different values of one column that are told apart in one text.
const VALUES: usize = 1 << 17;

/// Letters and digits of a number or code that counts without another cell.
const LONG: usize = 9;

/// What a search asks.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The register's keys.
    pub keys: &'a Keys,
    /// What bytes become.
    pub alphabet: &'a Alphabet,
    /// The protected tables.
    pub records: &'a Records,
}

/// The search in one text.
#[derive(Clone, Debug, Default)]
pub struct Search {
    words: Words,
    /// Words before this one were looked at.
    next: usize,
    /// What begins at each word; found when it is asked for.
    known: Vec<Option<Vec<Cell>>>,
    seen: BTreeMap<(usize, usize), Seen>,
}

/// A run of words that can be a cell.
#[derive(Clone, Copy, Debug)]
struct Cell {
    table: usize,
    column: usize,
    words: usize,
    tag: u64,
    weight: Weight,
}

/// Whether a value says something by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    /// A number or code so short that unrelated files hold it by chance.
    Light,
    Full,
}

impl Weight {
    fn of(kind: CellType, value: &Value) -> Weight {
        if kind == CellType::Id && value.bytes().len() < LONG {
            Weight::Light
        } else {
            Weight::Full
        }
    }
}

/// Values of one primary column of one table.
#[derive(Clone, Debug, Default)]
struct Seen {
    /// How many cells of the row stood together, at most, for each value.
    values: HashMap<u64, u32>,
    places: Vec<Place>,
}

/// Rows of a table that a text holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows {
    /// Number of the table.
    pub table: usize,
    /// Different rows of which one, two, and three or more cells were seen together.
    pub rows: [u32; 3],
    /// Most cells of a row that were seen together.
    pub columns: u32,
    /// The first of them.
    pub place: Place,
}

impl Search {
    /// Reads the next piece. `place` tells where bytes of the blob stand.
    pub fn read(
        &mut self,
        piece: &Piece<'_>,
        question: Question<'_>,
        place: &mut dyn FnMut(Range<usize>) -> Place,
    ) {
        self.words.read(piece, question.alphabet);
        let ready = self.words.all().len().saturating_sub(REACH + 16);
        self.look(ready, question, place);
    }

    /// Looks at the last words; tells what all of them make.
    pub fn finish(
        &mut self,
        question: Question<'_>,
        place: &mut dyn FnMut(Range<usize>) -> Place,
    ) -> Vec<Rows> {
        self.words.finish();
        self.look(self.words.all().len(), question, place);
        let mut best: BTreeMap<usize, Rows> = BTreeMap::new();
        for (&(table, _), seen) in &self.seen {
            let Some(rows) = seen.rows(table, &question.records.tables[table]) else {
                continue;
            };
            let other = best.entry(table).or_insert_with(|| rows.clone());
            if (rows.columns, rows.rows) > (other.columns, other.rows) {
                *other = rows;
            }
        }
        best.into_values().collect()
    }

    fn look(
        &mut self,
        end: usize,
        question: Question<'_>,
        place: &mut dyn FnMut(Range<usize>) -> Place,
    ) {
        while self.next < end {
            for cell in self.primaries(self.next, question) {
                let count = 1 + self.beside(self.next, cell, question);
                let is_alone = count == 1;
                if is_alone && (question.records.cells.is_none() || cell.weight == Weight::Light) {
                    continue;
                }
                let words = &self.words.all()[self.next..self.next + cell.words];
                let bytes = words[0].start..words[words.len() - 1].end;
                let seen = self.seen.entry((cell.table, cell.column)).or_default();
                seen.take(cell.tag, count, || place(bytes));
            }
            self.next += 1;
        }
        // Words that no other one can look back to are forgotten, many at once.
        let gone = self.next.saturating_sub(REACH);
        if gone > 4 * REACH {
            self.words.forget(gone);
            self.known.drain(..gone.min(self.known.len()));
            self.next -= gone;
        }
    }

    /// What begins at the word and stands, or in a filter may stand, in a primary column.
    fn primaries(&mut self, at: usize, question: Question<'_>) -> Vec<Cell> {
        let Question { keys, records, .. } = question;
        let mut found = Vec::new();
        for (table, Table { entry, .. }) in records.tables.iter().enumerate() {
            for (number, own) in entry.columns.iter().enumerate() {
                if !entry.is_primary(number) {
                    continue;
                }
                cell::each(own.kind, &self.words, at, &mut |words, value| {
                    let known = records.cells.as_ref();
                    if known.is_some_and(|set| !set.may_hold(keys.cheap_value(value.bytes()))) {
                        return;
                    }
                    let tag = keys.cell_tag(column(table, number), value.bytes());
                    if known.is_none_or(|set| set.holds(tag)) {
                        found.push(Cell {
                            table,
                            column: number,
                            words,
                            tag,
                            weight: Weight::of(own.kind, &value),
                        });
                    }
                });
            }
        }
        found
    }

    /// How many other columns of the row of `primary` stand around it.
    fn beside(&mut self, at: usize, primary: Cell, question: Question<'_>) -> u32 {
        let Question { keys, records, .. } = question;
        let end = at + primary.words;
        let (line, object) = {
            let word = &self.words.all()[at];
            (word.line, word.object)
        };
        let last = self.words.all().len();
        let mut matched: Vec<(usize, Range<usize>)> = Vec::new();
        for other in at.saturating_sub(REACH)..(end + REACH).min(last) {
            if (at..end).contains(&other) {
                continue;
            }
            let near = other + BESIDE >= at && other < end + BESIDE;
            let word = &self.words.all()[other];
            let same = word.line == line || object > 0 && word.object == object;
            if !near && !same {
                continue;
            }
            for cell in self.cells_at(other, question) {
                let fits = cell.table == primary.table
                    && cell.column != primary.column
                    && (other >= end || other + cell.words <= at)
                    && records
                        .pairs
                        .may_hold(keys.cheap_pair(primary.tag, cell.tag))
                    && records.pairs.holds(keys.pair_tag(primary.tag, cell.tag));
                if fits {
                    matched.push((cell.column, other..other + cell.words));
                }
            }
        }
        apart(matched)
    }

    /// Everything that begins at the word and can be a cell.
    fn cells_at(&mut self, at: usize, question: Question<'_>) -> &[Cell] {
        if self.known.len() <= at {
            self.known.resize(at + 1, None);
        }
        let Search { words, known, .. } = self;
        known[at].get_or_insert_with(|| {
            let mut found = Vec::new();
            for (table, Table { entry, .. }) in question.records.tables.iter().enumerate() {
                for (number, own) in entry.columns.iter().enumerate() {
                    cell::each(own.kind, words, at, &mut |words, value| {
                        found.push(Cell {
                            table,
                            column: number,
                            words,
                            tag: question.keys.cell_tag(column(table, number), value.bytes()),
                            weight: Weight::of(own.kind, &value),
                        });
                    });
                }
            }
            found
        })
    }
}

/// Different columns among matches that share no word: a name inside a mail
/// address is no second cell.
fn apart(mut matched: Vec<(usize, Range<usize>)>) -> u32 {
    matched.sort_unstable_by_key(|(column, words)| (std::cmp::Reverse(words.len()), *column));
    let mut taken: Vec<(usize, Range<usize>)> = Vec::new();
    for (column, words) in matched {
        let free = taken.iter().all(|(other, theirs)| {
            *other != column && (words.end <= theirs.start || theirs.end <= words.start)
        });
        if free {
            taken.push((column, words));
        }
    }
    taken.len() as u32
}

impl Seen {
    fn take(&mut self, tag: u64, count: u32, place: impl FnOnce() -> Place) {
        if self.values.len() >= VALUES && !self.values.contains_key(&tag) {
            return;
        }
        let level = count.min(3) as usize;
        // The first place of each number of cells.
        if self.places.len() < level {
            self.places.resize(level, place());
        }
        let best = self.values.entry(tag).or_default();
        *best = count.max(*best);
    }

    /// What the values make, if it is enough.
    fn rows(&self, table: usize, about: &Table) -> Option<Rows> {
        let rows = [1, 2, 3].map(|least| {
            self.values
                .values()
                .filter(|count| **count >= least)
                .count() as u32
        });
        let needed = about.entry.rows.0;
        let level = (0..3).rev().find(|&level| rows[level] >= needed[level])?;
        Some(Rows {
            table,
            rows,
            columns: self.values.values().copied().max().unwrap_or(0),
            place: *self.places.get(level)?,
        })
    }
}
