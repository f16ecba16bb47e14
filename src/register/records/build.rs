//! From tables to tags of their cells and of pairs of cells.

use std::collections::{HashMap, HashSet};

use super::cell::{self, Value};
use super::entry::TableEntry;
use super::sets::TagSet;
use super::tabular::Tabular;
use super::{Account, Records, Table, column};
use crate::fingerprint::keys::Keys;
use crate::fingerprint::symbols::Alphabet;
use crate::fingerprint::words::Words;

/// Share of rows, in hundredths, that may be malformed where the entry says nothing.
const BROKEN: u64 = 5;

/// Least share of different values in a primary column, in hundredths of its rows.
const DIFFERENT: usize = 20;

/// Rows, at least, and their share in hundredths, in which another value stands
/// before it says nothing.
const COMMON: (u32, u64) = (20, 10);

/// Most tables, because their numbers are part of tags.
const TABLES: usize = 1 << 16;

/// A table to protect, with its content.
#[derive(Clone, Debug)]
pub struct TableSource {
    /// What the register says of it.
    pub entry: TableEntry,
    /// Its rows.
    pub table: Tabular,
    /// Tables of values that are no secret.
    pub allowed: Vec<Tabular>,
}

/// Cells and pairs, with what the prefilters know them by.
#[derive(Debug, Default)]
struct Members {
    cells: Vec<(u64, u64)>,
    pairs: Vec<(u64, u64)>,
}

/// Reads all tables; the error names the first that cannot be used, and why.
///
/// # Errors
/// When a column is missing, says too little to be looked for, or too many rows
/// are malformed.
pub fn build(
    sources: Vec<TableSource>,
    keys: &Keys,
    alphabet: &Alphabet,
) -> Result<Records, (String, String)> {
    let mut members = Members::default();
    let mut tables = Vec::with_capacity(sources.len());
    if let Some(source) = sources.get(TABLES) {
        return Err((source.entry.id.clone(), "there are too many tables".into()));
    }
    for (number, source) in sources.into_iter().enumerate() {
        let id = source.entry.id.clone();
        let work = Work {
            number,
            keys,
            alphabet,
        };
        tables.push(work.table(source, &mut members).map_err(|why| (id, why))?);
    }
    Ok(Records {
        tables,
        cells: Some(TagSet::new(members.cells)),
        pairs: TagSet::new(members.pairs),
    })
}

struct Work<'a> {
    number: usize,
    keys: &'a Keys,
    alphabet: &'a Alphabet,
}

/// The values of one column, row by row.
struct Cells {
    number: usize,
    is_primary: bool,
    values: Vec<Option<Value>>,
}

impl Work<'_> {
    fn table(&self, source: TableSource, members: &mut Members) -> Result<Table, String> {
        let TableSource {
            mut entry,
            table,
            allowed,
        } = source;
        let most = entry.max_errors.map_or(BROKEN, |most| u64::from(most.0));
        let all = u64::from(table.broken) + table.rows.len() as u64;
        if u64::from(table.broken) * 100 > all * most {
            return Err(format!("{} of {all} rows are malformed", table.broken));
        }
        let mut account = Account {
            rows: table.rows.len() as u32,
            broken: table.broken,
            ..Account::default()
        };
        let mut columns = Vec::with_capacity(entry.columns.len());
        for number in 0..entry.columns.len() {
            let mut cells = self.cells(&entry, number, &table, &mut account)?;
            self.allow(&entry, &mut cells, &allowed, &mut account);
            thin(&entry, &mut cells, &mut account)?;
            columns.push(cells);
        }
        self.join(&columns, table.rows.len(), &mut account, members);
        entry.path.clear();
        entry.allow.clear();
        Ok(Table { entry, account })
    }

    fn cells(
        &self,
        entry: &TableEntry,
        number: usize,
        table: &Tabular,
        account: &mut Account,
    ) -> Result<Cells, String> {
        let column = &entry.columns[number];
        let own = table
            .column(&column.name)
            .ok_or_else(|| format!("its file has no column `{}`", column.name))?;
        let value = |row: &Vec<String>| {
            let words = Words::of(self.alphabet, row[own].as_bytes());
            cell::value(column.kind, &words)
        };
        let values: Vec<Option<Value>> = table.rows.iter().map(value).collect();
        account.unfit += values.iter().filter(|value| value.is_none()).count() as u32;
        Ok(Cells {
            number,
            is_primary: entry.is_primary(number),
            values,
        })
    }

    /// Drops what the tables `allowed` hold in the column of the same name.
    fn allow(
        &self,
        entry: &TableEntry,
        cells: &mut Cells,
        allowed: &[Tabular],
        account: &mut Account,
    ) {
        let column = &entry.columns[cells.number];
        let mut known: HashSet<Vec<u8>> = HashSet::new();
        for table in allowed {
            let Some(own) = table.column(&column.name) else {
                continue;
            };
            for row in &table.rows {
                let words = Words::of(self.alphabet, row[own].as_bytes());
                known.extend(cell::value(column.kind, &words).map(|v| v.bytes().to_vec()));
            }
        }
        for value in &mut cells.values {
            if value.is_some_and(|value| known.contains(value.bytes())) {
                *value = None;
                account.allowed += 1;
            }
        }
    }

    fn join(&self, columns: &[Cells], rows: usize, account: &mut Account, members: &mut Members) {
        for row in 0..rows {
            let tags: Vec<(bool, u64, Value)> = columns
                .iter()
                .filter_map(|cells| {
                    let value = cells.values[row]?;
                    let column = column(self.number, cells.number);
                    let tag = self.keys.cell_tag(column, value.bytes());
                    Some((cells.is_primary, tag, value))
                })
                .collect();
            account.kept += tags.len() as u32;
            for (at, (_, tag, value)) in tags.iter().enumerate().filter(|(_, cell)| cell.0) {
                let cheap = self.keys.cheap_value(value.bytes());
                members.cells.push((*tag, cheap));
                for (_, (_, other, _)) in tags.iter().enumerate().filter(|(own, _)| *own != at) {
                    let cheap = self.keys.cheap_pair(*tag, *other);
                    members
                        .pairs
                        .push((self.keys.pair_tag(*tag, *other), cheap));
                }
            }
        }
    }
}

/// Drops values that stand in so many rows that they say nothing.
fn thin(entry: &TableEntry, cells: &mut Cells, account: &mut Account) -> Result<(), String> {
    let mut counts: HashMap<Vec<u8>, u32> = HashMap::new();
    for value in cells.values.iter().flatten() {
        *counts.entry(value.bytes().to_vec()).or_default() += 1;
    }
    let filled = cells.values.iter().flatten().count();
    let name = &entry.columns[cells.number].name;
    if cells.is_primary && filled == 0 {
        return Err(format!("no cell of its column `{name}` is of its type"));
    }
    if cells.is_primary && counts.len() * 100 < filled * DIFFERENT {
        let many = counts.len();
        return Err(format!(
            "its column `{name}` has {many} different values in {filled} rows: too few to be looked for first"
        ));
    }
    let (least, share) = COMMON;
    let is_common = |count: u32| count >= least && u64::from(count) * 100 > filled as u64 * share;
    for value in &mut cells.values {
        if value.is_some_and(|value| counts.get(value.bytes()).is_some_and(|c| is_common(*c))) {
            *value = None;
            account.common += 1;
        }
    }
    Ok(())
}
