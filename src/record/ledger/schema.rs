//! The form of the file, and how older ones become it.

use rusqlite::{Connection, TransactionBehavior};

use super::error::LedgerError;

/// Marks the file as a ledger: `STLG`.
const APPLICATION: i64 = 0x5354_4c47;

/// What leads from each version of the form to the next. Steps are only ever
/// added; `user_version` counts those that were taken.
const STEPS: &[&str] = &["
CREATE TABLE run (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    begun INTEGER NOT NULL,
    ended INTEGER,
    outcome TEXT,
    program TEXT NOT NULL,
    rules TEXT NOT NULL,
    targets TEXT NOT NULL,
    units INTEGER NOT NULL DEFAULT 0,
    scanned INTEGER NOT NULL DEFAULT 0,
    partial INTEGER NOT NULL DEFAULT 0,
    skipped INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    reused INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    findings INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE rule (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);
-- One row for each secret: for a key that is made of the file's name, for each
-- secret and path.
CREATE TABLE finding (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    scope TEXT NOT NULL,
    rule INTEGER NOT NULL REFERENCES rule (id),
    severity INTEGER NOT NULL,
    confidence INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    first_run INTEGER NOT NULL REFERENCES run (id),
    last_run INTEGER NOT NULL REFERENCES run (id),
    status TEXT NOT NULL DEFAULT 'open',
    until TEXT,
    owner TEXT,
    note TEXT,
    UNIQUE (key, scope)
);
CREATE INDEX finding_by_status ON finding (status, severity DESC, last_seen DESC, key);
CREATE INDEX finding_by_rule ON finding (rule, status);
-- Where it stands or stood; gone is the run that did not find it there any more.
CREATE TABLE place (
    id INTEGER PRIMARY KEY,
    finding INTEGER NOT NULL REFERENCES finding (id),
    source TEXT NOT NULL,
    path TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    line INTEGER NOT NULL,
    col INTEGER NOT NULL,
    origin TEXT,
    allowed INTEGER NOT NULL DEFAULT 0,
    first_run INTEGER NOT NULL REFERENCES run (id),
    last_run INTEGER NOT NULL REFERENCES run (id),
    gone INTEGER REFERENCES run (id),
    UNIQUE (finding, source, path, ordinal)
);
CREATE INDEX place_by_path ON place (source, path);
-- What each run found.
CREATE TABLE sighting (
    run INTEGER NOT NULL REFERENCES run (id),
    place INTEGER NOT NULL REFERENCES place (id),
    PRIMARY KEY (run, place)
) WITHOUT ROWID;
-- What was said of findings, by whom, when.
CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    finding INTEGER NOT NULL REFERENCES finding (id),
    at INTEGER NOT NULL,
    run INTEGER REFERENCES run (id),
    person TEXT,
    was TEXT NOT NULL,
    became TEXT NOT NULL,
    until TEXT,
    note TEXT
);
CREATE INDEX event_by_finding ON event (finding, at);
"];

/// Brings the file to the newest form.
pub(super) fn migrate(connection: &mut Connection, name: &str) -> Result<(), LedgerError> {
    let fault = |error: rusqlite::Error| LedgerError::of(name, &error);
    let done = version(connection).map_err(fault)?;
    let newest = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    if done == newest && application(connection).map_err(fault)? == APPLICATION {
        return Ok(());
    }
    if done > newest {
        return Err(LedgerError::newer(name, done));
    }
    let work = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(fault)?;
    // Somebody else may have been here meanwhile.
    let done = version(&work).map_err(fault)?;
    let mark = application(&work).map_err(fault)?;
    let tables: i64 = work
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(fault)?;
    if mark != APPLICATION && (tables > 0 || done > 0) {
        return Err(LedgerError::foreign(name));
    }
    for step in &STEPS[usize::try_from(done).unwrap_or(0)..] {
        work.execute_batch(step).map_err(fault)?;
    }
    work.pragma_update(None, "application_id", APPLICATION)
        .map_err(fault)?;
    work.pragma_update(None, "user_version", newest)
        .map_err(fault)?;
    work.commit().map_err(fault)
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

fn application(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA application_id", [], |row| row.get(0))
}
