//! One unit in, one outcome out: opens, reads, detects, judges, accounts.
//!
//! Single-threaded and without global state; the pipeline calls it from many
//! threads with one [`Worker`] each.

use std::io::{Cursor, Read, Seek};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::base::content::{SkipReason, Status};
use crate::base::control::Control;
use crate::base::limits::Limits;
use crate::base::provenance::Provenance;
use crate::base::secret::Secret;
use crate::detect::compile::EngineError;
use crate::detect::engine::Engine;
use crate::extract::Inside;
use crate::extract::part::{Blob, Content, Extractor};
use crate::judge::blob::{Desk, Judge, Verdict};
use crate::judge::document;
use crate::judge::file_name;
use crate::judge::finding::RuleInfo;
use crate::judge::outcome::{Outcome, Skip, Tally};
use crate::judge::phrase;
use crate::judge::record;
use crate::judge::reuse::Reuse;
use crate::register::date::Date;
use crate::register::index::Index;
use crate::rules::load::RuleSet;
use crate::source::Unit;
use crate::source::open::{self, Reader, cause};
use crate::source::window::WindowReader;

use super::containers::{Bench, Inner};
use super::names::Names;
use super::narrow::Narrow;
use super::reuse::asks_for_path;
use super::views::{BlobMemory, BlobScan};

pub use super::options::ScanOptions;

/// Units of at least this many bytes are named in the progress display.
const SLOW: u64 = 8 << 20;

/// Everything a scan needs, compiled once and shared by all threads.
#[derive(Debug)]
pub struct Scanner {
    pub(super) engine: Engine,
    pub(super) judge: Judge,
    pub(super) limits: Limits,
    pub(super) register: Option<Arc<Index>>,
    /// Passwords to try on encrypted members of containers.
    pub(super) passwords: Vec<Secret>,
    /// Verdicts of earlier scans, if they count.
    pub(super) reuse: Option<Reuse>,
    /// Looks for rules that have changed, where earlier verdicts hold for the others.
    pub(super) narrow: Option<Narrow>,
    /// True when a rule asks more of paths than most.
    pub(super) asks_for_paths: bool,
    today: Date,
}

/// A thread's working memory.
#[derive(Debug)]
pub struct Worker {
    pub(super) number: usize,
    pub(super) windows: WindowReader,
    pub(super) memory: BlobMemory,
    /// Memory for the scanners of changed rules.
    pub(super) beside: [BlobMemory; 2],
    /// The content of a small file.
    pub(super) held: Vec<u8>,
    pub(super) names: Names,
    #[cfg(feature = "git")]
    pub(super) git: Option<crate::source::git::GitScratch>,
}

impl Scanner {
    /// Compiles `rules`.
    ///
    /// # Errors
    /// Every rule whose pattern cannot be used.
    pub fn new(rules: &RuleSet, mut options: ScanOptions) -> Result<Scanner, Vec<EngineError>> {
        Ok(Scanner {
            narrow: Narrow::of(&mut options)?,
            engine: Engine::new(rules, options.path)?.with_learned(options.learned),
            judge: Judge {
                keyer: options.keyer,
                allowance: options.allowance,
                comments: options.comments,
                min_confidence: options.min_confidence,
                counts_from_one: options.counts_from_one,
                limit: options.limits.findings_per_blob,
                remotes: options.remotes,
            },
            limits: options.limits,
            register: options.register,
            passwords: options.passwords,
            reuse: options.reuse,
            asks_for_paths: rules.rules.iter().any(|rule| asks_for_path(rule)),
            today: Date::today(),
        })
    }

    /// The rules in force, sorted by id.
    pub fn rules(&self) -> Vec<Arc<RuleInfo>> {
        let rules = self.engine.rules().iter();
        let mut rules: Vec<Arc<RuleInfo>> = rules.map(|rule| Arc::clone(&rule.info)).collect();
        if self.register.is_some() {
            rules.push(Arc::new(document::rule()));
            rules.push(Arc::new(phrase::rule()));
            rules.push(Arc::new(record::rule()));
            rules.sort_by(|a, b| a.id.cmp(&b.id));
        }
        rules
    }

    pub(super) fn desk(&self) -> Desk<'_> {
        Desk {
            engine: &self.engine,
            judge: &self.judge,
        }
    }

    /// Working memory for the thread called `number`.
    pub fn worker(&self, number: usize) -> Worker {
        Worker {
            number,
            windows: WindowReader::with_limits(&self.limits),
            memory: BlobMemory::default(),
            beside: <[BlobMemory; 2]>::default(),
            held: Vec::new(),
            names: Names::default(),
            #[cfg(feature = "git")]
            git: None,
        }
    }

    /// Scans bytes that are already in memory, as if they were a file called
    /// `name`, and what is in them.
    pub fn scan_bytes(&self, name: &str, bytes: &[u8]) -> Outcome {
        let provenance = Arc::new(Provenance::file(name));
        let size = Some(bytes.len() as u64);
        let control = Control::default();
        self.scan_seekable(
            &mut Cursor::new(bytes),
            size,
            &provenance,
            &control,
            &mut self.worker(0),
        )
    }

    /// Opens and scans `unit`. The outcome's `seq` is zero.
    pub fn scan_unit(&self, worker: &mut Worker, unit: &Unit, control: &Control) -> Outcome {
        let mut outcome = self.examine(worker, unit, control);
        self.mask_names(&mut outcome, worker);
        outcome
    }

    fn examine(&self, worker: &mut Worker, unit: &Unit, control: &Control) -> Outcome {
        if let Unit::Folder(_) = unit {
            let mut outcome = Outcome::nothing();
            self.names(unit, worker, &mut outcome);
            return outcome;
        }
        #[cfg(feature = "git")]
        if let Unit::Git(unit) = unit {
            return self.scan_pieces(worker, unit, control);
        }
        if let Some(outcome) = self.known_by_state(unit) {
            return outcome;
        }
        let mut opened = match open::open(unit) {
            Ok(opened) => opened,
            Err(reason) => {
                let mut outcome = Outcome::unexamined(unit.provenance(), reason);
                self.names(unit, worker, &mut outcome);
                return outcome;
            }
        };
        let provenance = Arc::new(opened.provenance.clone());
        let slow = opened.size.is_none_or(|size| size >= SLOW);
        if slow {
            let shown = self.masked_path(provenance.path(), worker);
            let shown = shown.map_or_else(|| provenance.display(), |s| s.display().to_string());
            control.enter(worker.number, shown);
        }
        let number = worker.number;
        let mut outcome = match &mut opened.reader {
            Reader::File(_) => self.scan_file(unit, &mut opened, &provenance, control, worker),
            Reader::Stdin(stdin) => {
                let mut outcome = self.scan_stream(stdin, &provenance, control, worker);
                self.names(unit, worker, &mut outcome);
                outcome
            }
        };
        if slow {
            control.leave(number);
        }
        if opened.changed() {
            outcome.skips.push(Skip {
                provenance,
                reason: SkipReason::Changed,
            });
            outcome.status = outcome.status.max(Status::Partial);
            outcome.units = Tally::of(outcome.status, 1);
        }
        outcome
    }

    /// The outcome of a unit that is left out for `reason`.
    pub fn leave_out(&self, worker: &mut Worker, unit: &Unit, reason: SkipReason) -> Outcome {
        let mut outcome = Outcome::unexamined(unit.provenance(), reason);
        self.mask_names(&mut outcome, worker);
        outcome
    }

    /// Scans what `reader` gives, and what is in it. `size` is a hint.
    pub fn scan_seekable<R: Read + Seek>(
        &self,
        reader: &mut R,
        size: Option<u64>,
        provenance: &Arc<Provenance>,
        control: &Control,
        worker: &mut Worker,
    ) -> Outcome {
        let mut raw = self.raw(&mut *reader, size, provenance, control, worker);
        let readers = take_readers(&mut raw.inside);
        if readers.is_empty() {
            return raw.outcome(provenance);
        }
        let name = provenance.path().file_name().unwrap_or_default();
        let mut blob = Blob {
            name: &name.to_string_lossy(),
            content: Content::Seek(reader, raw.bytes),
        };
        let inner = self.open(
            &readers,
            &mut blob,
            std::mem::take(&mut raw.verdict.findings),
            &|| Arc::clone(provenance),
            worker.bench(control),
        );
        let mut outcome = raw.outcome(provenance);
        outcome.add(inner);
        outcome
    }

    /// Scans what can be read only once, and what is in it.
    fn scan_stream(
        &self,
        reader: &mut dyn Read,
        provenance: &Arc<Provenance>,
        control: &Control,
        worker: &mut Worker,
    ) -> Outcome {
        let name = provenance.path().to_string_lossy();
        let place = || Arc::clone(provenance);
        let (inner, bytes) = self.pass(reader, &name, &place, worker.bench(control));
        let raw = Raw {
            bytes,
            ..Raw::default()
        };
        let mut outcome = raw.outcome(provenance);
        outcome.add(inner);
        outcome
    }

    /// Scans the bytes that `reader` gives, and nothing that is in them: a
    /// container is reported as not opened. `size` is a hint.
    pub fn scan_reader<R: Read>(
        &self,
        reader: R,
        size: Option<u64>,
        provenance: &Arc<Provenance>,
        control: &Control,
        worker: &mut Worker,
    ) -> Outcome {
        self.raw(reader, size, provenance, control, worker)
            .outcome(provenance)
    }

    fn raw<R: Read>(
        &self,
        reader: R,
        size: Option<u64>,
        provenance: &Arc<Provenance>,
        control: &Control,
        worker: &mut Worker,
    ) -> Raw {
        let mut blob = self.blob_scan(provenance.path());
        let Worker {
            windows, memory, ..
        } = worker;
        let mut windows = windows.read(reader, size);
        let mut reasons = Vec::new();
        loop {
            match windows.next() {
                Ok(Some(window)) => {
                    control
                        .bytes
                        .fetch_add(window.new.len() as u64, Ordering::Relaxed);
                    blob.window(&window, memory);
                    if window.last {
                        break;
                    }
                }
                Ok(None) => break,
                Err(error) => {
                    reasons.push(SkipReason::Unreadable(cause(&error)));
                    break;
                }
            }
            if control.is_cancelled() {
                reasons.push(SkipReason::Interrupted);
                break;
            }
        }
        let bytes = windows.position() as u64;
        let (verdict, inside) = self.verdict(blob, &|| Arc::clone(provenance));
        Raw {
            bytes,
            verdict,
            reasons,
            inside,
        }
    }

    /// Begins the scan of the blob at `path`.
    pub(super) fn blob_scan<'a>(&'a self, path: &'a Path) -> BlobScan<'a> {
        BlobScan::new(
            self.desk(),
            self.register.as_deref(),
            path,
            self.limits.decode,
        )
    }

    /// What everything found in `blob` means, and what there is to open.
    /// `place` is asked for only if anything was found.
    pub(super) fn verdict(
        &self,
        blob: BlobScan<'_>,
        place: &dyn Fn() -> Arc<Provenance>,
    ) -> (Verdict, Vec<Inside>) {
        let named = blob.file_rules();
        let decoded = blob.has_decoded();
        let (matches, protected, inside) = blob.finish();
        if matches.is_idle(&self.judge) && protected.is_empty() && named.is_empty() {
            let nothing = Verdict {
                decoded,
                ..Verdict::default()
            };
            return (nothing, inside);
        }
        let provenance = place();
        let mut verdict = matches.judge(&self.judge, &self.engine, &provenance);
        verdict.decoded = decoded;
        let (judge, today) = (&self.judge, self.today);
        document::add(&mut verdict, protected.documents, judge, &provenance, today);
        file_name::add(&mut verdict, &named, judge, &self.engine, &provenance);
        phrase::add(&mut verdict, protected.phrases, judge, &provenance, today);
        record::add(&mut verdict, protected.rows, judge, &provenance, today);
        (verdict, inside)
    }
}

impl Worker {
    fn bench<'a>(&'a mut self, control: &'a Control) -> Bench<'a> {
        Bench {
            windows: &mut self.windows,
            memory: &mut self.memory,
            control,
        }
    }
}

/// Takes what can be opened out of `inside`.
pub(super) fn take_readers(inside: &mut Vec<Inside>) -> Vec<&'static dyn Extractor> {
    let readers = inside.iter().filter_map(Inside::reader).collect();
    inside.retain(|inside| inside.reader().is_none());
    readers
}

/// What the own bytes of a blob gave.
#[derive(Default)]
struct Raw {
    bytes: u64,
    verdict: Verdict,
    reasons: Vec<SkipReason>,
    inside: Vec<Inside>,
}

impl Raw {
    /// The outcome of a blob of which nothing more is read.
    fn outcome(mut self, provenance: &Arc<Provenance>) -> Outcome {
        let unopened = self.inside.into_iter().map(Inside::unopened);
        self.reasons.extend(unopened);
        self.reasons.extend(self.verdict.cut);
        let worst = self.reasons.iter().map(SkipReason::status).max();
        let status = match worst {
            None => Status::Scanned,
            // Something of it was read, so it has not failed as a whole.
            Some(Status::Failed) if self.bytes > 0 => Status::Partial,
            Some(status) => status,
        };
        let skips = self.reasons.into_iter().map(|reason| Skip {
            provenance: Arc::clone(provenance),
            reason,
        });
        Outcome {
            seq: 0,
            status,
            units: Tally::of(status, 1),
            parts: Tally::default(),
            bytes: self.bytes,
            findings: self.verdict.findings,
            hidden: self.verdict.hidden,
            allowed: self.verdict.allowed,
            elsewhere: 0,
            dropped: self.verdict.drops.len() as u64,
            decoded: self.verdict.decoded,
            reused: 0,
            skips: skips.collect(),
        }
    }
}

impl Outcome {
    /// Adds what was found in the parts of this unit.
    fn add(&mut self, inner: Inner) {
        self.findings.extend(inner.findings);
        self.hidden += inner.hidden;
        self.allowed += inner.allowed;
        self.dropped += inner.dropped;
        self.decoded |= inner.decoded;
        self.parts = inner.parts;
        if !inner.skips.is_empty() {
            self.status = self.status.max(Status::Partial);
            self.units = Tally::of(self.status, 1);
        }
        self.skips.extend(inner.skips);
    }
}
