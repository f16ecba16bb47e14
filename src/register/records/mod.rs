//! Protected tables: rows of a table found again by their cells.
//!
//! One cell alone says little: a name, a number. What is looked for are values
//! of a **primary** column (a card number, a mail address) with other cells of
//! the same row beside them. An index keeps keyed tags of such pairs, and in a
//! vault tags of the primary cells.

pub mod build;
pub mod cell;
pub mod entry;
pub mod search;
pub mod sets;
pub mod tabular;

use serde::{Deserialize, Serialize};

use entry::TableEntry;
use sets::TagSet;

/// The protected tables of an index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// The tables; without names in a filter.
    pub tables: Vec<Table>,
    /// Tags of primary cells; `None` in a filter, which knows pairs only.
    pub cells: Option<TagSet>,
    /// Tags of a primary cell with another one of its row.
    pub pairs: TagSet,
}

/// A protected table in an index.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// What the register says of it.
    pub entry: TableEntry,
    /// What became of its cells.
    pub account: Account,
}

/// What became of a table's cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Rows.
    pub rows: u32,
    /// Rows that could not be read.
    pub broken: u32,
    /// Cells that are kept.
    pub kept: u32,
    /// Cells that are empty or of another type than their column.
    pub unfit: u32,
    /// Cells that stand in too many rows to say anything.
    pub common: u32,
    /// Cells that the register allows.
    pub allowed: u32,
}

impl Records {
    /// True when there is no table.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// What hooks and CI may know: pairs, and the columns' types.
    #[must_use]
    pub fn filter(mut self) -> Records {
        self.cells = None;
        for table in &mut self.tables {
            *table = Table {
                entry: table.entry.nameless(),
                account: Account::default(),
            };
        }
        self
    }
}

/// The number of a column of a table, for its tags.
fn column(table: usize, column: usize) -> u32 {
    ((table as u32) << 8) | column as u32
}
