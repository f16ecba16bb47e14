//! What a register says of one protected table.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::cell::CellType;
use crate::register::date::Date;
use crate::register::entry::Term;

/// Most columns of a table.
pub const COLUMNS: usize = 64;

/// One protected table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TableEntry {
    /// Name of the table, unique among tables.
    #[serde(default)]
    pub id: String,
    /// The CSV or TSV file, relative to the register file. Not part of an index.
    #[serde(default, skip_serializing_if = "no_path")]
    pub path: PathBuf,
    /// The columns that count.
    pub columns: Vec<Column>,
    /// Columns whose values are looked for first; without any, all whose type allows it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub primary: Vec<String>,
    /// Rows that make a leak when one, two, three or more of their cells stand together.
    #[serde(default)]
    pub rows: Thresholds,
    /// Files of the same form with values that are no secret. Not part of an index.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<PathBuf>,
    /// Share of rows that may be malformed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_errors: Option<Percent>,
    /// What reports call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Whom to ask.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// The owner's word for how secret it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub classification: String,
    /// Globs of paths where it may be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorised: Vec<String>,
    /// Globs of remotes, as `host/path`: in a repository with no other ones it may be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remotes: Vec<String>,
    /// First day of protection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// Last day of protection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Last day on which the entry counts as looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_by: Option<Date>,
    /// What to do when it was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling: Option<String>,
}

fn no_path(path: &std::path::Path) -> bool {
    path.as_os_str().is_empty()
}

impl TableEntry {
    /// What reports call it.
    pub fn title(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.id)
    }

    /// Whether the entry protects on `day`.
    pub fn term(&self, day: Date) -> Term {
        Term::on(day, self.from, self.until)
    }

    /// True when values of the column with this number are looked for first.
    pub fn is_primary(&self, column: usize) -> bool {
        let Some(column) = self.columns.get(column) else {
            return false;
        };
        if self.primary.is_empty() {
            column.kind.is_telling()
        } else {
            self.primary.contains(&column.name)
        }
    }

    /// What a filter may know: types, which columns are primary, and how many rows count.
    pub(super) fn nameless(&self) -> TableEntry {
        let numbered = |number: usize| format!("c{number}");
        let primary = (0..self.columns.len()).filter(|&column| self.is_primary(column));
        TableEntry {
            primary: primary.map(numbered).collect(),
            columns: self
                .columns
                .iter()
                .enumerate()
                .map(|(number, column)| Column {
                    name: numbered(number),
                    kind: column.kind,
                })
                .collect(),
            rows: self.rows,
            ..TableEntry::default()
        }
    }

    /// What is wrong with the entry, if anything.
    pub(in crate::register) fn flaw(&self) -> Option<String> {
        if self.columns.is_empty() || self.columns.len() > COLUMNS {
            return Some(format!("needs one to {COLUMNS} `columns`"));
        }
        let has = |name: &String| self.columns.iter().any(|column| &column.name == name);
        if let Some(name) = self.primary.iter().find(|name| !has(name)) {
            return Some(format!("has no column `{name}`"));
        }
        for (number, column) in self.columns.iter().enumerate() {
            let before = &self.columns[..number];
            if before.iter().any(|other| other.name == column.name) {
                return Some(format!("names the column `{}` twice", column.name));
            }
            if self.is_primary(number) && column.kind == CellType::Date {
                return Some(format!("cannot look for dates first (`{}`)", column.name));
            }
        }
        if !(0..self.columns.len()).any(|column| self.is_primary(column)) {
            return Some(
                "has no column that can be looked for first; name one in `primary`".into(),
            );
        }
        if self.rows.0.contains(&0) {
            return Some("needs at least one row for a leak".into());
        }
        None
    }
}

/// A column: its name in the file's first line, and what stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: CellType,
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.kind.as_str())
    }
}

impl FromStr for Column {
    type Err = String;

    fn from_str(text: &str) -> Result<Column, String> {
        let (name, kind) = text
            .rsplit_once(':')
            .filter(|(name, _)| !name.trim().is_empty())
            .ok_or_else(|| format!("`{text}`: expected a column as name:type"))?;
        Ok(Column {
            name: name.trim().to_owned(),
            kind: kind.trim().parse()?,
        })
    }
}

impl Serialize for Column {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Column {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Column, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Different rows of which one, two, and three or more cells must be seen together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thresholds(pub [u32; 3]);

impl Default for Thresholds {
    fn default() -> Thresholds {
        Thresholds([5, 3, 1])
    }
}

/// A share in hundredths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Percent(pub u8);
