//! What the ledger tells: findings, their places and story, and runs.

use rusqlite::{Row, ToSql};

use super::model::{CountBy, Entry, Event, Filter, Place, Run, Story};
use super::{Ledger, LedgerError};

const COLUMNS: &str = "finding.id, finding.key, rule.name, finding.severity, finding.confidence,
    finding.first_seen, finding.last_seen, finding.first_run, finding.last_run, finding.status,
    finding.until, finding.owner, finding.note,
    coalesce((SELECT path FROM place WHERE place.finding = finding.id
        ORDER BY gone IS NOT NULL, path, ordinal LIMIT 1), ''),
    coalesce((SELECT line FROM place WHERE place.finding = finding.id
        ORDER BY gone IS NOT NULL, path, ordinal LIMIT 1), 0),
    (SELECT count(*) FROM place WHERE place.finding = finding.id AND gone IS NULL)";

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        id: row.get(0)?,
        key: row.get(1)?,
        rule: row.get(2)?,
        severity: row.get(3)?,
        confidence: row.get(4)?,
        first_seen: row.get(5)?,
        last_seen: row.get(6)?,
        first_run: row.get(7)?,
        last_run: row.get(8)?,
        status: row.get(9)?,
        until: row.get(10)?,
        owner: row.get(11)?,
        note: row.get(12)?,
        path: row.get(13)?,
        line: row.get(14)?,
        places: row.get(15)?,
    })
}

impl Ledger {
    /// Calls `each` with the findings that are meant: the worst first, then the
    /// newest. How many there are.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn list(&self, filter: &Filter, mut each: impl FnMut(Entry)) -> Result<u64, LedgerError> {
        let mut read = || -> rusqlite::Result<u64> {
            let (wanted, values) = wanted(filter);
            let limit = filter
                .limit
                .map_or(String::new(), |most| format!(" LIMIT {most}"));
            let text = format!(
                "SELECT {COLUMNS} FROM finding JOIN rule ON rule.id = finding.rule{wanted}
                 ORDER BY finding.severity DESC, finding.last_seen DESC, finding.key{limit}"
            );
            let values: Vec<&dyn ToSql> = values.iter().map(|value| value as &dyn ToSql).collect();
            let mut look = self.connection.prepare(&text)?;
            let mut rows = look.query(&values[..])?;
            let mut count = 0;
            while let Some(row) = rows.next()? {
                each(entry(row)?);
                count += 1;
            }
            Ok(count)
        };
        read().map_err(|error| self.fault(&error))
    }

    /// How many findings are meant, whatever the filter's limit.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn count(&self, filter: &Filter) -> Result<u64, LedgerError> {
        let (wanted, values) = wanted(filter);
        let text =
            format!("SELECT count(*) FROM finding JOIN rule ON rule.id = finding.rule{wanted}");
        let values: Vec<&dyn ToSql> = values.iter().map(|value| value as &dyn ToSql).collect();
        self.connection
            .query_row(&text, &values[..], |row| row.get(0))
            .map(i64::unsigned_abs)
            .map_err(|error| self.fault(&error))
    }

    /// The findings with `key`, each with its places and its story.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn show(&self, key: &str) -> Result<Vec<Story>, LedgerError> {
        let read = || -> rusqlite::Result<Vec<Story>> {
            let text = format!(
                "SELECT {COLUMNS} FROM finding JOIN rule ON rule.id = finding.rule
                 WHERE finding.key = ?1 ORDER BY finding.scope"
            );
            let mut look = self.connection.prepare(&text)?;
            let key = crate::judge::key::identity(key);
            let found: Vec<Entry> = look.query_map([key], entry)?.collect::<Result<_, _>>()?;
            let each = found.into_iter().map(|found| {
                let (places, events) = (self.places(found.id)?, self.events(found.id)?);
                Ok((found, places, events))
            });
            each.collect()
        };
        let found = read().map_err(|error| self.fault(&error))?;
        if found.is_empty() {
            let name = self.path.display().to_string();
            return Err(LedgerError::unknown(&name, &format!("`{key}`")));
        }
        Ok(found)
    }

    fn places(&self, finding: i64) -> rusqlite::Result<Vec<Place>> {
        let mut look = self.connection.prepare(
            "SELECT source, path, line, col, origin, last_run, gone FROM place
             WHERE finding = ?1 ORDER BY gone IS NOT NULL, path, ordinal",
        )?;
        let rows = look.query_map([finding], |row| {
            Ok(Place {
                source: row.get(0)?,
                path: row.get(1)?,
                line: row.get(2)?,
                column: row.get(3)?,
                origin: row.get(4)?,
                last_run: row.get(5)?,
                gone: row.get(6)?,
            })
        })?;
        rows.collect()
    }

    fn events(&self, finding: i64) -> rusqlite::Result<Vec<Event>> {
        let mut look = self.connection.prepare(
            "SELECT at, run, person, was, became, until, note FROM event
             WHERE finding = ?1 ORDER BY at, id",
        )?;
        let rows = look.query_map([finding], |row| {
            Ok(Event {
                at: row.get(0)?,
                run: row.get(1)?,
                person: row.get(2)?,
                was: row.get(3)?,
                became: row.get(4)?,
                until: row.get(5)?,
                note: row.get(6)?,
            })
        })?;
        rows.collect()
    }

    /// The last `most` runs, the newest first.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn runs(&self, most: u32) -> Result<Vec<Run>, LedgerError> {
        let read = || -> rusqlite::Result<Vec<Run>> {
            let mut look = self.connection.prepare(
                "SELECT id, begun, ended, outcome, program, rules, targets, units, reused, findings
                 FROM run ORDER BY id DESC LIMIT ?1",
            )?;
            let rows = look.query_map([most], |row| {
                Ok(Run {
                    id: row.get(0)?,
                    begun: row.get(1)?,
                    ended: row.get(2)?,
                    outcome: row.get(3)?,
                    program: row.get(4)?,
                    rules: row.get(5)?,
                    targets: row.get(6)?,
                    units: row.get(7)?,
                    reused: row.get(8)?,
                    findings: row.get(9)?,
                })
            })?;
            rows.collect()
        };
        read().map_err(|error| self.fault(&error))
    }

    /// Numbers of findings by a column: `status`, `severity` or `rule`, the
    /// largest first; of open ones only unless the column is `status`.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn counts(&self, by: CountBy) -> Result<Vec<(String, u64)>, LedgerError> {
        let text = match by {
            CountBy::Status => {
                "SELECT status, count(*) AS n FROM finding GROUP BY 1 ORDER BY n DESC, 1"
            }
            CountBy::Severity => {
                "SELECT CAST(severity AS TEXT), count(*) FROM finding WHERE status = 'open'
                 GROUP BY 1 ORDER BY 1 DESC"
            }
            CountBy::Rule => {
                "SELECT rule.name, count(*) AS n FROM finding JOIN rule ON rule.id = finding.rule
                 WHERE status = 'open' GROUP BY finding.rule ORDER BY n DESC, 1 LIMIT 10"
            }
        };
        let read = || -> rusqlite::Result<Vec<(String, u64)>> {
            let mut look = self.connection.prepare(text)?;
            let rows = look.query_map([], |row| {
                Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
            })?;
            rows.collect()
        };
        read().map_err(|error| self.fault(&error))
    }

    /// When the oldest open finding was first seen, and how long those that are
    /// fixed took on average, in seconds.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn ages(&self) -> Result<(Option<i64>, Option<i64>), LedgerError> {
        let read = || -> rusqlite::Result<(Option<i64>, Option<i64>)> {
            let oldest = self.connection.query_row(
                "SELECT min(first_seen) FROM finding WHERE status = 'open'",
                [],
                |row| row.get(0),
            )?;
            let took = self.connection.query_row(
                "SELECT CAST(avg(event.at - finding.first_seen) AS INTEGER)
                 FROM event JOIN finding ON finding.id = event.finding
                 WHERE event.became = 'fixed'",
                [],
                |row| row.get(0),
            )?;
            Ok((oldest, took))
        };
        read().map_err(|error| self.fault(&error))
    }
}

/// The conditions of a filter, with the values of their parameters.
fn wanted(filter: &Filter) -> (String, Vec<String>) {
    let mut conditions = Vec::new();
    let mut values = Vec::new();
    let mut add = |condition: &str, value: String| {
        values.push(value);
        conditions.push(condition.replace("??", &format!("?{}", values.len())));
    };
    if let Some(status) = filter.status {
        add("finding.status = ??", status.as_str().to_owned());
    }
    if let Some(rule) = &filter.rule {
        // Of the wildcards of GLOB only the star is one here.
        let glob = rule.replace('[', "[[]").replace('?', "[?]");
        add("rule.name GLOB ??", glob);
    }
    if let Some(path) = &filter.path {
        add(
            "EXISTS (SELECT 1 FROM place WHERE place.finding = finding.id
                AND instr(place.path, ??) > 0)",
            path.clone(),
        );
    }
    if let Some(owner) = &filter.owner {
        add("finding.owner = ??", owner.clone());
    }
    if let Some(day) = &filter.expired_on {
        add(
            "finding.until < ?? AND finding.status IN ('accepted', 'false-positive')",
            day.clone(),
        );
    }
    if filter.severity > 0 {
        add(
            "finding.severity >= CAST(?? AS INTEGER)",
            filter.severity.to_string(),
        );
    }
    if conditions.is_empty() {
        return (String::new(), values);
    }
    (format!(" WHERE {}", conditions.join(" AND ")), values)
}
