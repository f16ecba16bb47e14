//! Records runs, what they find, and what people say of it.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use rusqlite::{Transaction, TransactionBehavior, params};

use super::{Ledger, LedgerError, now};
use crate::judge::key;

/// Findings that wait in memory at most.
const WAITING: usize = 4096;

/// How long they wait at most.
const WAIT: Duration = Duration::from_secs(1);

/// A finding as the ledger takes it: without its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The finding key, with its number.
    pub key: String,
    /// The rule's id.
    pub rule: String,
    /// How bad: higher is worse.
    pub severity: u8,
    /// How sure: higher is surer.
    pub confidence: u8,
    /// What holds it: `file`, `stdin` or `git`.
    pub source: &'static str,
    /// Path, absolute for files, with members of containers.
    pub path: String,
    /// Line and column, from one.
    pub at: (usize, usize),
    /// The commit that brought it, or the like.
    pub origin: Option<String>,
    /// Whether something other than the ledger says that it is harmless.
    pub allowed: Allowed,
}

/// Whether something other than the ledger says that a finding is harmless.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Allowed {
    /// Nothing does.
    #[default]
    No,
    /// A comment, an ignore file or the configuration does.
    Yes,
}

/// A run as it begins.
#[derive(Clone, Debug, Default)]
pub struct Begun {
    /// The program and its version.
    pub program: String,
    /// Digest of the rules.
    pub rules: String,
    /// What is scanned.
    pub targets: Vec<String>,
}

/// A run as it ends.
#[derive(Clone, Debug, Default)]
pub struct Ended {
    /// `complete`, `incomplete` or `interrupted`.
    pub outcome: &'static str,
    /// Units: all, scanned, partial, skipped, failed, reused.
    pub units: [u64; 6],
    /// Bytes.
    pub bytes: u64,
    /// Findings that count.
    pub findings: u64,
}

/// What a run looked at, so that what it did not find there is gone.
#[derive(Clone, Debug, Default)]
pub struct Covered {
    /// Absolute paths below which everything was looked at.
    pub targets: Vec<String>,
    /// Paths, and folders, that were not examined whole all the same.
    pub except: Vec<String>,
}

/// A run that is being recorded.
#[derive(Debug)]
pub struct Recording {
    ledger: Ledger,
    run: i64,
    begun: i64,
    waiting: Vec<Sighting>,
    written: Instant,
    rules: HashMap<String, i64>,
}

impl Ledger {
    /// Begins to record a run.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn record(mut self, begun: &Begun) -> Result<Recording, LedgerError> {
        let at = now();
        let targets = serde_json::to_string(&begun.targets).unwrap_or_default();
        let run = self.write(|work| {
            work.execute(
                "INSERT INTO run (begun, program, rules, targets) VALUES (?1, ?2, ?3, ?4)",
                params![at, begun.program, begun.rules, targets],
            )?;
            Ok(work.last_insert_rowid())
        })?;
        Ok(Recording {
            ledger: self,
            run,
            begun: at,
            waiting: Vec::new(),
            written: Instant::now(),
            rules: HashMap::new(),
        })
    }

    /// One transaction that holds the file from its beginning.
    pub(super) fn write<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, LedgerError> {
        let name = self.path.display().to_string();
        let connection = &mut self.connection;
        let run = || -> rusqlite::Result<T> {
            let open = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&open)?;
            open.commit()?;
            Ok(done)
        };
        run().map_err(|error| LedgerError::of(&name, &error))
    }
}

impl Recording {
    /// The run's number.
    pub fn run(&self) -> i64 {
        self.run
    }

    /// The ledger itself.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Takes a finding.
    ///
    /// # Errors
    /// What waited cannot be written.
    pub fn take(&mut self, sighting: Sighting) -> Result<(), LedgerError> {
        self.waiting.push(sighting);
        if self.waiting.len() >= WAITING || self.written.elapsed() >= WAIT {
            return self.write();
        }
        Ok(())
    }

    /// Writes what waits.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&mut self) -> Result<(), LedgerError> {
        self.written = Instant::now();
        if self.waiting.is_empty() {
            return Ok(());
        }
        let waiting = std::mem::take(&mut self.waiting);
        let (run, begun, rules) = (self.run, self.begun, &mut self.rules);
        self.ledger.write(|work| {
            for sighting in &waiting {
                let rule = rule(work, rules, &sighting.rule)?;
                put(work, (run, begun), sighting, rule)?;
            }
            Ok(())
        })
    }

    /// Ends the run: what it covered and did not find is gone.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn end(mut self, ended: &Ended, covered: &Covered) -> Result<Ledger, LedgerError> {
        self.write()?;
        let (run, at) = (self.run, now());
        self.ledger.write(|work| {
            if ended.outcome != "interrupted" {
                settle(work, run, at, covered)?;
            }
            let [units, scanned, partial, skipped, failed, reused] = ended
                .units
                .map(|count| i64::try_from(count).unwrap_or(i64::MAX));
            let bytes = i64::try_from(ended.bytes).unwrap_or(i64::MAX);
            let findings = i64::try_from(ended.findings).unwrap_or(i64::MAX);
            work.execute(
                "UPDATE run SET ended = ?2, outcome = ?3, units = ?4, scanned = ?5, partial = ?6,
                    skipped = ?7, failed = ?8, reused = ?9, bytes = ?10, findings = ?11
                 WHERE id = ?1",
                params![
                    run,
                    at,
                    ended.outcome,
                    units,
                    scanned,
                    partial,
                    skipped,
                    failed,
                    reused,
                    bytes,
                    findings
                ],
            )?;
            Ok(())
        })?;
        Ok(self.ledger)
    }
}

/// The number of a rule.
fn rule(
    work: &Transaction<'_>,
    known: &mut HashMap<String, i64>,
    name: &str,
) -> rusqlite::Result<i64> {
    if let Some(id) = known.get(name) {
        return Ok(*id);
    }
    work.execute("INSERT OR IGNORE INTO rule (name) VALUES (?1)", [name])?;
    let id = work.query_row("SELECT id FROM rule WHERE name = ?1", [name], |row| {
        row.get(0)
    })?;
    known.insert(name.to_owned(), id);
    Ok(id)
}

/// The number of a value among equal ones of one text, from one.
fn ordinal(key: &str, identity: &str) -> u32 {
    let number = key.strip_prefix(identity).unwrap_or_default();
    number.trim_start_matches('-').parse().unwrap_or(1)
}

/// Enters one finding, or that it is still there.
fn put(
    work: &Transaction<'_>,
    (run, at): (i64, i64),
    sighting: &Sighting,
    rule: i64,
) -> rusqlite::Result<()> {
    let key = key::identity(&sighting.key);
    let scope = if key::is_of_file(key) {
        sighting.path.as_str()
    } else {
        ""
    };
    let finding: i64 = work
        .prepare_cached(
            "INSERT INTO finding
                (key, scope, rule, severity, confidence, first_seen, last_seen, first_run, last_run)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?7)
             ON CONFLICT (key, scope) DO UPDATE SET
                rule = excluded.rule, severity = excluded.severity,
                confidence = excluded.confidence,
                last_seen = max(last_seen, excluded.last_seen),
                last_run = max(last_run, excluded.last_run)
             RETURNING id",
        )?
        .query_row(
            params![
                key,
                scope,
                rule,
                sighting.severity,
                sighting.confidence,
                at,
                run
            ],
            |row| row.get(0),
        )?;
    let ordinal = ordinal(&sighting.key, key);
    let (line, column) = sighting.at;
    let place: i64 = work
        .prepare_cached(
            "INSERT INTO place
                (finding, source, path, ordinal, line, col, origin, allowed, first_run, last_run)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)
             ON CONFLICT (finding, source, path, ordinal) DO UPDATE SET
                line = excluded.line, col = excluded.col,
                origin = coalesce(excluded.origin, origin), allowed = excluded.allowed,
                last_run = max(last_run, excluded.last_run), gone = NULL
             RETURNING id",
        )?
        .query_row(
            params![
                finding,
                sighting.source,
                sighting.path,
                ordinal,
                i64::try_from(line).unwrap_or(0),
                i64::try_from(column).unwrap_or(0),
                sighting.origin,
                sighting.allowed == Allowed::Yes,
                run
            ],
            |row| row.get(0),
        )?;
    work.prepare_cached("INSERT OR IGNORE INTO sighting (run, place) VALUES (?1, ?2)")?
        .execute(params![run, place])?;
    restate(work, finding, run, at)
}

/// Brings the status of a finding in line with its places, unless a person has
/// said something of it: it is open where one of them is not allowed, and fixed
/// when none is left.
fn restate(work: &Transaction<'_>, finding: i64, run: i64, at: i64) -> rusqlite::Result<()> {
    let (was, became): (String, &str) = work
        .prepare_cached(
            "SELECT status,
                EXISTS (SELECT 1 FROM place
                    WHERE place.finding = finding.id AND gone IS NULL AND allowed = 0),
                EXISTS (SELECT 1 FROM place WHERE place.finding = finding.id AND gone IS NULL)
             FROM finding WHERE id = ?1",
        )?
        .query_row([finding], |row| {
            let became = match (row.get(1)?, row.get(2)?) {
                (true, _) => "open",
                (false, true) => "allowed",
                (false, false) => "fixed",
            };
            Ok((row.get(0)?, became))
        })?;
    if was == became || !["open", "allowed", "fixed"].contains(&was.as_str()) {
        return Ok(());
    }
    work.prepare_cached("UPDATE finding SET status = ?2 WHERE id = ?1")?
        .execute(params![finding, became])?;
    // That a new finding is allowed is no change.
    work.prepare_cached(
        "INSERT INTO event (finding, at, run, was, became)
         SELECT ?1, ?2, ?3, ?4, ?5 FROM finding WHERE id = ?1 AND first_run < ?3",
    )?
    .execute(params![finding, at, run, was, became])?;
    Ok(())
}

/// Marks what the run would have found and did not.
fn settle(work: &Transaction<'_>, run: i64, at: i64, covered: &Covered) -> rusqlite::Result<()> {
    let mut touched = std::collections::BTreeSet::new();
    let mut look = work.prepare(
        "SELECT id, finding, path FROM place
         WHERE source = 'file' AND gone IS NULL AND last_run < ?1
           AND (path = ?2 OR path >= ?3 AND path < ?4)",
    )?;
    let mut gone = work.prepare("UPDATE place SET gone = ?2 WHERE id = ?1")?;
    for target in &covered.targets {
        // What is below a folder, or in a container, in the order of bytes.
        let folder = target.trim_end_matches('/');
        for (from, to) in [("/", "0"), ("!", "\"")] {
            let below = (format!("{folder}{from}"), format!("{folder}{to}"));
            let mut rows = look.query(params![run, target, below.0, below.1])?;
            while let Some(row) = rows.next()? {
                let (id, finding): (i64, i64) = (row.get(0)?, row.get(1)?);
                let path: String = row.get(2)?;
                if !covered.except.iter().any(|except| is_below(&path, except)) {
                    gone.execute(params![id, run])?;
                    touched.insert(finding);
                }
            }
        }
    }
    for finding in touched {
        restate(work, finding, run, at)?;
    }
    Ok(())
}

/// True when `path` is `above`, or something in it.
fn is_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '!']) || above.ends_with('/'))
}
