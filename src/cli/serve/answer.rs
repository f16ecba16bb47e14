//! What is answered: a result or a typed error for each request, a line each, written
//! whole whoever writes.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use super::request::Id;
use crate::report::model::write_json;

/// What sort of error it is. Programs may rely on these words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Code {
    /// The line is no JSON.
    Json,
    /// The line is longer than it may be.
    TooLong,
    /// A field is missing, unknown or wrong.
    Request,
    /// There is no such method.
    Method,
    /// A scan with this id is still going on.
    IdInUse,
    /// Too much waits already.
    Busy,
    /// The scan was cancelled.
    Cancelled,
    /// Configuration or rules cannot be used.
    Configuration,
    /// A mistake of the program itself.
    Internal,
}

/// Why there is no result.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Failure {
    pub(super) code: Code,
    /// What happened.
    pub(super) message: String,
    /// What to do.
    pub(super) remedy: &'static str,
}

impl Failure {
    fn new(code: Code, message: &str, remedy: &'static str) -> Failure {
        Failure {
            code,
            message: message.to_owned(),
            remedy,
        }
    }

    /// Nobody would know which request an answer is for.
    pub(super) fn no_id() -> Failure {
        let remedy = "give every request an `id`: a whole number, or a text of at most 128 bytes";
        Failure::new(Code::Request, "the request has no `id`", remedy)
    }

    /// Two answers could not be told apart.
    pub(super) fn id_in_use() -> Failure {
        let remedy = "use another id, or wait for the answer";
        Failure::new(Code::IdInUse, "a scan with this id is going on", remedy)
    }

    /// There is no room.
    pub(super) fn busy() -> Failure {
        let remedy = "wait for an answer, then ask again";
        Failure::new(Code::Busy, "too many scans wait already", remedy)
    }

    /// Somebody did not want it any more.
    pub(super) fn cancelled() -> Failure {
        let remedy = "none is needed; ask again if it was a mistake";
        Failure::new(Code::Cancelled, "the scan was cancelled", remedy)
    }

    /// What is wrong has been drawn on standard error.
    pub(super) fn configuration() -> Failure {
        let remedy = "standard error and `stanch doctor` tell why; mend it and send `reload` again";
        let message = "the configuration cannot be used; the one before stays in force";
        Failure::new(Code::Configuration, message, remedy)
    }

    /// A panic, or threads that cannot be had.
    pub(super) fn internal() -> Failure {
        let remedy = "scan the same with `stanch scan` and report what it says";
        Failure::new(
            Code::Internal,
            "the scan failed in a way it should not",
            remedy,
        )
    }
}

/// Where answers go.
pub(super) struct Answers<W> {
    to: Mutex<(W, Option<io::Error>)>,
}

#[derive(Serialize)]
struct Result<'a, T> {
    id: &'a Id,
    result: &'a T,
}

#[derive(Serialize)]
struct Error<'a> {
    id: Option<&'a Id>,
    error: &'a Failure,
}

impl<W: Write> Answers<W> {
    /// Answers on `to`.
    pub(super) fn new(to: W) -> Answers<W> {
        Answers {
            to: Mutex::new((to, None)),
        }
    }

    /// Answers the request called `id`.
    pub(super) fn result<T: Serialize>(&self, id: &Id, result: &T) {
        self.write(&Result { id, result });
    }

    /// Says why a request has no result.
    pub(super) fn failure(&self, id: Option<&Id>, error: &Failure) {
        self.write(&Error { id, error });
    }

    fn write<T: Serialize>(&self, answer: &T) {
        let mut line = Vec::new();
        // Writing into memory does not fail, and the shapes are plain.
        if write_json(&mut line, answer).is_err() {
            return;
        }
        line.push(b'\n');
        let mut to = self.to.lock().unwrap_or_else(PoisonError::into_inner);
        if to.1.is_none() {
            let written = to.0.write_all(&line).and_then(|()| to.0.flush());
            to.1 = written.err();
        }
    }

    /// Why answers cannot be written, if that is so.
    pub(super) fn fault(&self) -> Option<String> {
        let to = self.to.lock().unwrap_or_else(PoisonError::into_inner);
        to.1.as_ref().map(ToString::to_string)
    }
}
