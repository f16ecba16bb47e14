//! One scan that somebody asked for.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::answer::Failure;
use super::request::{Id, What};
use super::session::{Found, Session};
use crate::base::control::Control;

/// A scan, and under which configuration it was asked for.
pub(super) struct Job {
    pub(super) id: Id,
    pub(super) what: What,
    /// Bytes of the request.
    pub(super) size: usize,
    pub(super) control: Arc<Control>,
    pub(super) session: Arc<Session>,
}

impl Job {
    /// Scans. What was found until it was cancelled is not told.
    pub(super) fn run(&self) -> Result<Found, Failure> {
        if self.control.is_cancelled() {
            return Err(Failure::cancelled());
        }
        let scanned = catch_unwind(AssertUnwindSafe(|| match &self.what {
            What::Content { path, bytes } => Ok(self.session.content(path, bytes, &self.control)),
            What::Paths(paths) => self.session.paths(paths, &self.control),
        }));
        if self.control.is_cancelled() {
            return Err(Failure::cancelled());
        }
        match scanned {
            Ok(Ok(found)) => Ok(found),
            _ => Err(Failure::internal()),
        }
    }
}
