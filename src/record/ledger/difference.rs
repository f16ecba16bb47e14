//! Which run is meant, and how what two of them found differs.

use rusqlite::params;

use super::{Ledger, LedgerError};

/// How two runs differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Only in the second.
    pub new: Vec<Spot>,
    /// In both, and in the second also or only at other places.
    pub moved: Vec<Spot>,
    /// Only in the first.
    pub gone: Vec<Spot>,
    /// In both.
    pub same: u64,
}

/// A finding at a place, in few words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The finding key.
    pub key: String,
    /// The rule's id.
    pub rule: String,
    /// One of its places in the run.
    pub path: String,
}

impl Ledger {
    /// The number of the run that `name` means: a number, `last`, or `last~2` for
    /// the one two before it.
    ///
    /// # Errors
    /// There is none.
    pub fn run_called(&self, name: &str) -> Result<i64, LedgerError> {
        let unknown = || {
            LedgerError::unknown(
                &self.path.display().to_string(),
                &format!("the run `{name}`"),
            )
        };
        let text = "SELECT id FROM run ORDER BY id DESC LIMIT 1 OFFSET ?1";
        let found = if let Some(back) = name.strip_prefix("last") {
            let back: u32 = match back.strip_prefix('~') {
                Some(number) => number.parse().map_err(|_| unknown())?,
                None if back.is_empty() => 0,
                None => return Err(unknown()),
            };
            self.connection
                .query_row(text, [back], |row| row.get::<_, i64>(0))
        } else {
            let number: i64 = name.parse().map_err(|_| unknown())?;
            let text = "SELECT id FROM run WHERE id = ?1";
            self.connection
                .query_row(text, [number], |row| row.get::<_, i64>(0))
        };
        found.map_err(|error| match error {
            rusqlite::Error::QueryReturnedNoRows => unknown(),
            error => self.fault(&error),
        })
    }

    /// How what run `b` found differs from what run `a` found.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn difference(&self, a: i64, b: i64) -> Result<Difference, LedgerError> {
        let read = || -> rusqlite::Result<Difference> {
            let spots = |text: &str| -> rusqlite::Result<Vec<Spot>> {
                let mut look = self.connection.prepare(text)?;
                let rows = look.query_map(params![a, b], |row| {
                    Ok(Spot {
                        key: row.get(0)?,
                        rule: row.get(1)?,
                        path: row.get(2)?,
                    })
                })?;
                rows.collect()
            };
            let same = self
                .connection
                .query_row(SAME, params![a, b], |row| row.get::<_, i64>(0))?;
            Ok(Difference {
                new: spots(&only("?2", "?1"))?,
                gone: spots(&only("?1", "?2"))?,
                moved: spots(MOVED)?,
                same: same.unsigned_abs(),
            })
        };
        read().map_err(|error| self.fault(&error))
    }
}

/// Findings of one run that the other does not have.
fn only(of: &str, not_of: &str) -> String {
    format!(
        "SELECT finding.key, rule.name, min(place.path)
         FROM sighting JOIN place ON place.id = sighting.place
         JOIN finding ON finding.id = place.finding JOIN rule ON rule.id = finding.rule
         WHERE sighting.run = {of} AND finding.id NOT IN (
            SELECT place.finding FROM sighting JOIN place ON place.id = sighting.place
            WHERE sighting.run = {not_of})
         GROUP BY finding.id ORDER BY 3, 1"
    )
}

const SAME: &str = "SELECT count(*) FROM (
    SELECT place.finding FROM sighting JOIN place ON place.id = sighting.place
    WHERE sighting.run = ?1
    INTERSECT
    SELECT place.finding FROM sighting JOIN place ON place.id = sighting.place
    WHERE sighting.run = ?2)";

/// Findings of both runs with places that only the second has.
const MOVED: &str = "SELECT finding.key, rule.name, min(place.path)
    FROM sighting JOIN place ON place.id = sighting.place
    JOIN finding ON finding.id = place.finding JOIN rule ON rule.id = finding.rule
    WHERE sighting.run = ?2 AND NOT EXISTS (
        SELECT 1 FROM sighting AS before WHERE before.run = ?1 AND before.place = place.id)
      AND finding.id IN (
        SELECT place.finding FROM sighting JOIN place ON place.id = sighting.place
        WHERE sighting.run = ?1)
    GROUP BY finding.id ORDER BY 3, 1";
