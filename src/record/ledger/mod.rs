//! The ledger: what was found over time and what became of it, in one `SQLite` file.
//!
//! It holds finding keys, places, times and words of people; no value, no
//! excerpt, no preview. Every write is one short transaction, so that a process
//! that is killed, a full disk or a second writer leave it whole: what was
//! recorded before stays, and a run that did not end is known by it.

pub mod difference;
pub mod error;
pub mod model;
pub mod read;
mod schema;
pub mod words;
pub mod write;

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OpenFlags};

pub use error::LedgerError;

/// How long another writer is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// What somebody, or a scan, says of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It is there, and nobody has said anything.
    Open,
    /// A later scan looked where it was, and it is there no more.
    Fixed,
    /// It is no secret.
    FalsePositive,
    /// It is there, and the risk is accepted, perhaps until a day.
    Accepted,
    /// It is there, and a comment, an ignore file or the configuration says that
    /// it is harmless.
    Allowed,
}

impl Status {
    /// Every status with its word.
    pub const ALL: &'static [(&'static str, Status)] = &[
        ("open", Status::Open),
        ("fixed", Status::Fixed),
        ("false-positive", Status::FalsePositive),
        ("accepted", Status::Accepted),
        ("allowed", Status::Allowed),
    ];

    /// The word used in the file, options and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Open => "open",
            Status::Fixed => "fixed",
            Status::FalsePositive => "false-positive",
            Status::Accepted => "accepted",
            Status::Allowed => "allowed",
        }
    }

    /// The status with this word.
    pub fn of(word: &str) -> Option<Status> {
        let known = Status::ALL.iter().find(|(known, _)| *known == word);
        known.map(|(_, status)| *status)
    }
}

/// An open ledger.
#[derive(Debug)]
pub struct Ledger {
    connection: Connection,
    path: PathBuf,
}

/// Whether a ledger is made where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// It is.
    Create,
    /// It is an error.
    Refuse,
}

impl Ledger {
    /// Opens the ledger at `path`, and brings it to this version's form.
    ///
    /// # Errors
    /// It cannot be opened, is none, or was made by a later version.
    pub fn open(path: &Path, missing: Missing) -> Result<Ledger, LedgerError> {
        let name = path.display().to_string();
        if !path.exists() {
            if missing == Missing::Refuse {
                return Err(LedgerError::none(&name));
            }
            create(path).map_err(|error| LedgerError::of_io(&name, &error))?;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let open = || -> rusqlite::Result<Connection> {
            let connection = Connection::open_with_flags(path, flags)?;
            connection.busy_timeout(PATIENCE)?;
            // The journal is a file beside it that goes away: a ledger is one file.
            connection.execute_batch(
                "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;",
            )?;
            Ok(connection)
        };
        let mut connection = open().map_err(|error| LedgerError::of(&name, &error))?;
        schema::migrate(&mut connection, &name)?;
        Ok(Ledger {
            connection,
            path: path.to_owned(),
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn fault(&self, error: &rusqlite::Error) -> LedgerError {
        LedgerError::of(&self.path.display().to_string(), error)
    }

    /// Looks whether the file is sound, page by page.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), LedgerError> {
        let told: String = self
            .connection
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .map_err(|error| self.fault(&error))?;
        if told == "ok" {
            return Ok(());
        }
        Err(LedgerError::damaged(&self.path.display().to_string()))
    }
}

/// Makes an empty file that only its owner can read.
fn create(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Seconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0))
}
