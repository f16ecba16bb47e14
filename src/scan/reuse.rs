//! Scans what is not known to be clean, and keeps what turns out to be.
//!
//! A file is looked up by its state, then by its content. A small one is read
//! once, for its digest and for the scan; a large one is read for its digest
//! first only if some content of its size is known.

use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use super::narrow::Was;
use super::scanner::{Scanner, Worker};
use crate::base::content::{SkipReason, Status};
use crate::base::control::Control;
use crate::base::provenance::Provenance;
use crate::base::state::FileState;
use crate::detect::generic::FileKind;
use crate::judge::outcome::{Outcome, Tally};
use crate::judge::reuse::{Check, Clean, Reuse, Subject};
use crate::rules::load::{Rule, RuleKind};
use crate::source::Unit;
use crate::source::open::{self, Opened, Reader};

/// Longest content that is held in memory for its digest, in bytes.
const HELD: u64 = 4 << 20;

impl Outcome {
    /// The verdict that may be kept of a unit that ended so.
    pub(super) fn clean(&self) -> Option<Clean> {
        let nothing = self.status == Status::Scanned
            && self.findings.is_empty()
            && self.skips.is_empty()
            && self.hidden == 0
            && self.allowed == 0
            && self.elsewhere == 0
            && self.parts.total() == self.parts.scanned;
        let parts = u32::try_from(self.parts.scanned).ok()?;
        let is_bare = self.dropped == 0;
        nothing.then_some(Clean {
            parts,
            is_bare,
            is_plain: !self.decoded,
        })
    }

    /// The outcome of a unit of `bytes` bytes that is known to be clean.
    fn known(bytes: u64, clean: Clean) -> Outcome {
        Outcome {
            seq: 0,
            status: Status::Scanned,
            units: Tally::of(Status::Scanned, 1),
            parts: Tally::of(Status::Scanned, clean.parts.into()),
            bytes,
            reused: 1,
            findings: Vec::new(),
            hidden: 0,
            allowed: 0,
            elsewhere: 0,
            // Nobody knows how many; at least, that there were some.
            dropped: u64::from(!clean.is_bare),
            decoded: !clean.is_plain,
            skips: Vec::new(),
        }
    }
}

impl Scanner {
    /// What the path of a content says to the rules, as a digest.
    pub(super) fn path_facts(&self, path: &Path) -> [u8; 32] {
        let kind = FileKind::of(path);
        let mut hasher = blake3::Hasher::new();
        hasher.update(&[kind.syntax() as u8, u8::from(kind.is_locale())]);
        let path = if self.asks_for_paths {
            path.strip_prefix(".").unwrap_or(path).as_os_str()
        } else {
            // Readers of containers ask for the name.
            path.file_name().unwrap_or_default()
        };
        hasher.update(path.as_encoded_bytes());
        *hasher.finalize().as_bytes()
    }

    /// The outcome of `unit` if its state says that it is known.
    pub(super) fn known_by_state(&self, unit: &Unit) -> Option<Outcome> {
        let reuse = self.reuse.as_ref()?;
        if reuse.check == Check::Content {
            return None;
        }
        let (Unit::File(path) | Unit::Linked(path)) = unit else {
            return None;
        };
        let state = open::state(unit).filter(|state| state.size > 0)?;
        let subject = Subject::File {
            state,
            path: self.path_facts(path),
        };
        if let Some(clean) = (reuse.find)(&subject) {
            return Some(Outcome::known(state.size, clean));
        }
        let Was::Same(clean) = self.narrow.as_ref()?.find(&subject) else {
            return None;
        };
        (reuse.keep)(&subject, clean);
        Some(Outcome::known(state.size, clean))
    }

    /// Scans an opened file unless its content is known.
    pub(super) fn scan_file(
        &self,
        unit: &Unit,
        opened: &mut Opened,
        provenance: &Arc<Provenance>,
        control: &Control,
        worker: &mut Worker,
    ) -> Outcome {
        let size = opened.size;
        let state = opened.state();
        let Reader::File(file) = &mut opened.reader else {
            return Outcome::unexamined((**provenance).clone(), SkipReason::Special);
        };
        let Some(reuse) = &self.reuse else {
            let mut outcome = self.scan_seekable(file, size, provenance, control, worker);
            self.names(unit, worker, &mut outcome);
            return outcome;
        };
        let path = self.path_facts(provenance.path());
        let mut work = Lookup {
            scanner: self,
            reuse,
            path,
            provenance,
            control,
        };
        let begun = now();
        let mut outcome = if size.is_some_and(|size| size <= HELD) {
            work.small(file, worker)
        } else {
            work.large(file, size, worker)
        };
        // A state is known with its name, so what that holds counts.
        self.names(unit, worker, &mut outcome);
        if let Some(clean) = outcome.clean()
            && !opened.changed()
        {
            work.keep_state(state, outcome.bytes, begun, clean);
        }
        outcome
    }
}

/// A file that is looked up by its content.
struct Lookup<'a> {
    scanner: &'a Scanner,
    reuse: &'a Reuse,
    path: [u8; 32],
    provenance: &'a Arc<Provenance>,
    control: &'a Control,
}

impl Lookup<'_> {
    fn content(&self, digest: [u8; 32], size: u64) -> Subject {
        Subject::Content {
            digest,
            size,
            path: self.path,
        }
    }

    fn small(&mut self, file: &mut (impl Read + Seek), worker: &mut Worker) -> Outcome {
        let mut held = std::mem::take(&mut worker.held);
        held.clear();
        let read = (&mut *file).take(HELD + 1).read_to_end(&mut held);
        // What cannot be read whole here is left to the scan, which can tell why.
        let whole = read.is_ok() && held.len() as u64 <= HELD;
        let outcome = if whole {
            self.held(&held, worker)
        } else {
            self.passing(file, None, worker)
        };
        worker.held = held;
        outcome
    }

    /// Scans bytes in memory unless they are known.
    fn held(&self, bytes: &[u8], worker: &mut Worker) -> Outcome {
        let size = bytes.len() as u64;
        let subject = self.content(*blake3::hash(bytes).as_bytes(), size);
        if let Some(clean) = (self.reuse.find)(&subject) {
            return Outcome::known(size, clean);
        }
        let mut reader = Cursor::new(bytes);
        if let Some(outcome) = self.narrowed(&subject, size, &mut reader, worker) {
            return outcome;
        }
        let (scanner, provenance) = (self.scanner, self.provenance);
        let mut reader = Cursor::new(bytes);
        let outcome =
            scanner.scan_seekable(&mut reader, Some(size), provenance, self.control, worker);
        if let Some(clean) = outcome.clean() {
            (self.reuse.keep)(&subject, clean);
        }
        outcome
    }

    fn large(
        &mut self,
        file: &mut (impl Read + Seek),
        size: Option<u64>,
        worker: &mut Worker,
    ) -> Outcome {
        let narrow = self.scanner.narrow.as_ref();
        let likely = size.is_some_and(|size| {
            (self.reuse.find)(&Subject::Size(size)).is_some()
                || narrow.is_some_and(|narrow| narrow.knows_size(size))
        });
        if likely && let Some((digest, size)) = self.digest(file) {
            let subject = self.content(digest, size);
            if let Some(clean) = (self.reuse.find)(&subject) {
                return Outcome::known(size, clean);
            }
            if file.seek(SeekFrom::Start(0)).is_ok()
                && let Some(outcome) = self.narrowed(&subject, size, file, worker)
            {
                (self.reuse.keep)(&Subject::Size(size), Clean::default());
                return outcome;
            }
        }
        self.passing(file, size, worker)
    }

    /// The outcome of a content that was bare under earlier rules, if it is
    /// under those that have changed since: so it is under all. Reads from
    /// where `reader` stands, which is its beginning.
    fn narrowed(
        &self,
        subject: &Subject,
        size: u64,
        reader: &mut (impl Read + Seek),
        worker: &mut Worker,
    ) -> Option<Outcome> {
        let outcome = match self.scanner.narrow.as_ref()?.find(subject) {
            Was::Unknown => return None,
            Was::Same(clean) => Outcome::known(size, clean),
            Was::Under(scanner, number) => {
                let (provenance, control) = (self.provenance, self.control);
                std::mem::swap(&mut worker.memory, &mut worker.beside[number]);
                let outcome =
                    scanner.scan_seekable(reader, Some(size), provenance, control, worker);
                std::mem::swap(&mut worker.memory, &mut worker.beside[number]);
                outcome
            }
        };
        // A file may change between two readings.
        let whole = outcome.bytes == size;
        let clean = outcome.clean().filter(|clean| clean.is_bare && whole)?;
        (self.reuse.keep)(subject, clean);
        Some(outcome)
    }

    /// The digest of a whole file; nothing if it cannot be read, or the run ends.
    fn digest(&self, file: &mut (impl Read + Seek)) -> Option<([u8; 32], u64)> {
        let mut hasher = blake3::Hasher::new();
        let mut buffer = vec![0; 1 << 20];
        let mut size = 0;
        loop {
            match file.read(&mut buffer) {
                Ok(0) => return Some((*hasher.finalize().as_bytes(), size)),
                Ok(count) => {
                    hasher.update(&buffer[..count]);
                    size += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
            if self.control.is_cancelled() {
                return None;
            }
        }
    }

    /// Scans a file from its beginning, and takes its digest on the way.
    fn passing(
        &self,
        file: &mut (impl Read + Seek),
        size: Option<u64>,
        worker: &mut Worker,
    ) -> Outcome {
        let mut reader = Hashing::new(file);
        let (scanner, provenance) = (self.scanner, self.provenance);
        if let Err(error) = reader.inner.seek(SeekFrom::Start(0)) {
            let reason = SkipReason::Unreadable(open::cause(&error));
            return Outcome::unexamined((**provenance).clone(), reason);
        }
        let outcome = scanner.scan_seekable(&mut reader, size, provenance, self.control, worker);
        let whole = reader.digest(outcome.bytes);
        if let (Some(clean), Some(digest)) = (outcome.clean(), whole) {
            (self.reuse.keep)(&self.content(digest, outcome.bytes), clean);
            if outcome.bytes > HELD {
                (self.reuse.keep)(&Subject::Size(outcome.bytes), Clean::default());
            }
        }
        outcome
    }

    /// Keeps that the file is clean as long as its state is the same.
    fn keep_state(&self, state: Option<FileState>, bytes: u64, begun: i64, clean: Clean) {
        let Some(state) = state.filter(|state| state.size == bytes && bytes > 0) else {
            return;
        };
        let settled = state.rested(begun) >= self.reuse.rest;
        if settled && (self.reuse.vouches)(&state, self.provenance.path()) {
            let path = self.path;
            (self.reuse.keep)(&Subject::File { state, path }, clean);
        }
    }
}

/// Seconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0))
}

/// True when a rule asks more of a path than [`FileKind`] and the name tell.
pub(super) fn asks_for_path(rule: &Rule) -> bool {
    let demands = rule.terms().is_some_and(|terms| {
        !terms.paths.is_empty()
            || !terms.exclude_paths.is_empty()
            || !terms.except.is_empty()
            || terms.filter.is_some()
            || terms.shared.is_some()
    });
    demands || matches!(rule.kind, RuleKind::FileName)
}

/// A reader that takes the digest of what is read from the beginning on.
struct Hashing<'a, R> {
    inner: &'a mut R,
    hasher: blake3::Hasher,
    /// Where the next byte comes from.
    position: u64,
    /// Bytes that are in the digest.
    hashed: u64,
}

impl<'a, R: Read + Seek> Hashing<'a, R> {
    fn new(inner: &'a mut R) -> Hashing<'a, R> {
        Hashing {
            inner,
            hasher: blake3::Hasher::new(),
            position: 0,
            hashed: 0,
        }
    }

    /// The digest of the first `size` bytes, if just those were read in order.
    fn digest(&self, size: u64) -> Option<[u8; 32]> {
        (self.hashed == size).then(|| *self.hasher.finalize().as_bytes())
    }
}

impl<R: Read> Read for Hashing<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        if self.position == self.hashed {
            self.hasher.update(&buffer[..count]);
            self.hashed += count as u64;
        }
        self.position += count as u64;
        Ok(count)
    }
}

impl<R: Seek> Seek for Hashing<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.position = self.inner.seek(to)?;
        Ok(self.position)
    }
}
