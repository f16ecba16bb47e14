//! What goes wrong with a ledger: where, why, and what to do.

use std::io;

use rusqlite::ErrorCode;

/// Why a ledger cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the ledger {place}: {cause}; {remedy}")]
pub struct LedgerError {
    /// The file.
    pub place: String,
    /// What is wrong.
    pub cause: String,
    /// What to do about it.
    pub remedy: &'static str,
    /// Whose fault it is.
    pub blame: Blame,
}

/// Whose fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The file, the disk or who named it.
    Place,
    /// The program's own.
    Program,
}

impl LedgerError {
    fn new(place: &str, cause: impl Into<String>, remedy: &'static str) -> LedgerError {
        LedgerError {
            place: place.to_owned(),
            cause: cause.into(),
            remedy,
            blame: Blame::Place,
        }
    }

    /// There is no such file.
    pub(super) fn none(place: &str) -> LedgerError {
        LedgerError::new(
            place,
            "it does not exist",
            "`stanch sweep` makes one, `--ledger FILE` names another",
        )
    }

    /// It is not sound.
    pub(super) fn damaged(place: &str) -> LedgerError {
        LedgerError::new(
            place,
            "it is damaged",
            "put back a copy, or move it away and sweep again",
        )
    }

    /// It is a database of something else.
    pub(super) fn foreign(place: &str) -> LedgerError {
        LedgerError::new(
            place,
            "it is no ledger",
            "name another file with `--ledger FILE`",
        )
    }

    /// A later version has made it.
    pub(super) fn newer(place: &str, version: i64) -> LedgerError {
        LedgerError::new(
            place,
            format!("a later version of stanch has made it (form {version})"),
            "use that version",
        )
    }

    /// Nothing in it is called so.
    pub(super) fn unknown(place: &str, what: &str) -> LedgerError {
        LedgerError::new(
            place,
            format!("it does not know {what}"),
            "`stanch ledger list --all` and `stanch ledger runs` tell what there is",
        )
    }

    /// The system refused it.
    pub(super) fn of_io(place: &str, error: &io::Error) -> LedgerError {
        let remedy = match error.kind() {
            io::ErrorKind::StorageFull => FULL,
            _ => UNWRITABLE,
        };
        LedgerError::new(place, error.to_string(), remedy)
    }

    /// What `SQLite` says. Its texts hold names of tables, never values.
    pub(super) fn of(place: &str, error: &rusqlite::Error) -> LedgerError {
        let Some(code) = error.sqlite_error_code() else {
            return LedgerError {
                blame: Blame::Program,
                ..LedgerError::new(place, error.to_string(), "please report this")
            };
        };
        let (cause, remedy) = match code {
            ErrorCode::DiskFull => ("the disk is full", FULL),
            // A write that the system refuses at a limit on sizes of files.
            ErrorCode::SystemIoFailure => ("it cannot be read or written", FULL),
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied => {
                ("it cannot be written", UNWRITABLE)
            }
            ErrorCode::CannotOpen => (
                "it cannot be opened, or nothing can be written beside it",
                UNWRITABLE,
            ),
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => (
                "another process has been writing to it for half a minute",
                "wait for that to end, and run this again",
            ),
            ErrorCode::NotADatabase => return LedgerError::foreign(place),
            ErrorCode::DatabaseCorrupt => return LedgerError::damaged(place),
            _ => {
                return LedgerError {
                    blame: Blame::Program,
                    ..LedgerError::new(place, error.to_string(), "please report this")
                };
            }
        };
        LedgerError::new(place, cause, remedy)
    }
}

const FULL: &str =
    "make room on the disk and run this again; what was recorded until then is there";
const UNWRITABLE: &str =
    "name a file in a folder you can write to with `--ledger FILE` or `STANCH_LEDGER`";
