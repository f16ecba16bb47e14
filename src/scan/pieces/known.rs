//! Texts of repositories that are known to be clean.

use std::path::Path;

use super::super::narrow::Was;
use super::{Desk, Seen};
use crate::base::content::Status;
use crate::judge::outcome::Tally;
use crate::judge::reuse::{Clean, Subject};
use crate::scan::containers::Inner;
use crate::scan::scanner::Scanner;

impl Scanner {
    /// What `scan` finds in `bytes`, unless they are known to be clean.
    pub(super) fn unless_known(
        &self,
        bytes: &[u8],
        path: &Path,
        desk: &mut Desk<'_>,
        scan: impl Fn(&Scanner, &mut Desk<'_>) -> Seen,
    ) -> Seen {
        let Some(reuse) = &self.reuse else {
            return scan(self, desk);
        };
        let size = bytes.len() as u64;
        let subject = Subject::Content {
            digest: *blake3::hash(bytes).as_bytes(),
            size,
            path: self.path_facts(path),
        };
        let known = |clean: Clean| Seen {
            bytes: size,
            reused: 1,
            inner: Inner {
                parts: Tally::of(Status::Scanned, clean.parts.into()),
                ..Inner::default()
            },
            ..Seen::default()
        };
        if let Some(clean) = (reuse.find)(&subject) {
            return known(clean);
        }
        match self.narrow.as_ref().map(|narrow| narrow.find(&subject)) {
            Some(Was::Same(clean)) => {
                (reuse.keep)(&subject, clean);
                return known(clean);
            }
            Some(Was::Under(scanner, number)) => {
                std::mem::swap(desk.memory, &mut desk.beside[number]);
                let seen = scan(scanner, desk);
                std::mem::swap(desk.memory, &mut desk.beside[number]);
                if let Some(clean) = seen.clean().filter(|clean| clean.is_bare) {
                    (reuse.keep)(&subject, clean);
                    return seen;
                }
            }
            Some(Was::Unknown) | None => {}
        }
        let seen = scan(self, desk);
        if let Some(clean) = seen.clean() {
            (reuse.keep)(&subject, clean);
        }
        seen
    }
}
