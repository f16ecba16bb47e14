//! What people say of findings, and what scans are to heed of it.

use rusqlite::{OptionalExtension as _, Transaction, params};

use super::{Ledger, LedgerError, Status, now};
use crate::judge::key;
use crate::register::date::Date;

/// What somebody says of findings.
#[derive(Clone, Debug)]
pub struct Word {
    /// Their new status; as it was when none is given.
    pub status: Option<Status>,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Who answers for them.
    pub owner: Option<String>,
    /// Why.
    pub note: Option<String>,
    /// Who says it.
    pub person: Option<String>,
}

/// Somebody's word about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The finding.
    pub key: String,
    /// `false-positive` or `accepted`.
    pub status: String,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Why.
    pub note: Option<String>,
}

impl Ledger {
    /// Writes what somebody says of the findings with `key`, whatever their
    /// numbers; how many there are.
    ///
    /// # Errors
    /// There is none, or the file cannot be written.
    pub fn set(&mut self, key: &str, word: &Word) -> Result<usize, LedgerError> {
        let name = self.path.display().to_string();
        let at = now();
        let count = self.write(|work| {
            let mut find = work.prepare("SELECT id, status FROM finding WHERE key = ?1")?;
            let found: Vec<(i64, String)> = find
                .query_map([key::identity(key)], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<_>>()?;
            for (id, was) in &found {
                say(work, *id, was, word, at)?;
            }
            Ok(found.len())
        })?;
        if count == 0 {
            return Err(LedgerError::unknown(&name, &format!("`{key}`")));
        }
        Ok(count)
    }

    /// What people said of findings that are not open, for scans to heed.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn words(&self) -> Result<Vec<Said>, LedgerError> {
        let read = || -> rusqlite::Result<Vec<Said>> {
            let mut look = self.connection.prepare(
                "SELECT DISTINCT key, status, until, owner, note FROM finding
                 WHERE status IN ('false-positive', 'accepted') ORDER BY key",
            )?;
            let rows = look.query_map([], |row| {
                let until: Option<String> = row.get(2)?;
                Ok(Said {
                    key: row.get(0)?,
                    status: row.get(1)?,
                    until: until.and_then(|day| day.parse().ok()),
                    owner: row.get(3)?,
                    note: row.get(4)?,
                })
            })?;
            rows.collect()
        };
        read().map_err(|error| self.fault(&error))
    }

    /// The number of the last run that did not end, if it is the last one.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn unfinished(&self) -> Result<Option<i64>, LedgerError> {
        self.connection
            .query_row(
                "SELECT id FROM run WHERE id = (SELECT max(id) FROM run) AND ended IS NULL",
                [],
                |row| row.get(0),
            )
            .optional()
            .map_err(|error| self.fault(&error))
    }
}

fn say(work: &Transaction<'_>, id: i64, was: &str, said: &Word, at: i64) -> rusqlite::Result<()> {
    let became = said.status.map_or(was, |status| status.as_str());
    let until = said.until.map(|until| until.to_string());
    // A new status takes the day of the old one away.
    work.execute(
        "UPDATE finding SET status = ?2,
            until = CASE WHEN ?6 THEN ?3 ELSE coalesce(?3, until) END,
            owner = coalesce(?4, owner), note = coalesce(?5, note)
         WHERE id = ?1",
        params![
            id,
            became,
            until,
            said.owner,
            said.note,
            said.status.is_some()
        ],
    )?;
    work.execute(
        "INSERT INTO event (finding, at, person, was, became, until, note)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![id, at, said.person, was, became, until, said.note],
    )?;
    Ok(())
}
