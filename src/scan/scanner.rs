//! One unit in, one outcome out: opens, reads, detects, judges, accounts.
//!
//! Single-threaded and without global state; the pipeline calls it from many
//! threads with one [`Worker`] each.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::base::content::{SkipReason, Status};
use crate::base::control::Control;
use crate::base::limits::Limits;
use crate::base::provenance::Provenance;
use crate::detect::compile::EngineError;
use crate::detect::engine::Engine;
use crate::detect::generic::Learned;
use crate::detect::index::EnginePath;
use crate::judge::allow::Allowance;
use crate::judge::blob::{Desk, Judge, Verdict};
use crate::judge::document;
use crate::judge::file_name;
use crate::judge::finding::RuleInfo;
use crate::judge::key::Keyer;
use crate::judge::outcome::{Outcome, Skip, Tally};
use crate::judge::phrase;
use crate::judge::record;
use crate::judge::suppress::Comments;
use crate::register::date::Date;
use crate::register::index::Index;
use crate::rules::load::RuleSet;
use crate::source::Unit;
use crate::source::open::{self, cause};
use crate::source::window::WindowReader;

use super::views::{BlobMemory, BlobScan};

/// Units of at least this many bytes are named in the progress display.
const SLOW: u64 = 8 << 20;

/// Everything a scan needs, compiled once and shared by all threads.
#[derive(Debug)]
pub struct Scanner {
    pub(super) engine: Engine,
    pub(super) judge: Judge,
    pub(super) limits: Limits,
    pub(super) register: Option<Arc<Index>>,
    today: Date,
}

/// Settings of a scanner beside its rules.
#[derive(Debug)]
pub struct ScanOptions {
    /// How literals are found.
    pub path: EnginePath,
    /// What a scan may spend on one unit.
    pub limits: Limits,
    /// Whether the learned score has a say in generic findings.
    pub learned: Learned,
    /// Derives finding keys.
    pub keyer: Keyer,
    /// What is declared harmless.
    pub allowance: Allowance,
    /// Which comments beside findings silence them.
    pub comments: Comments,
    /// Lowest confidence that is shown.
    pub min_confidence: crate::base::level::Confidence,
    /// The index of protected documents, if there is one.
    pub register: Option<Arc<Index>>,
    /// Report a single value whatever the quantities say.
    pub counts_from_one: bool,
}

impl Default for ScanOptions {
    fn default() -> ScanOptions {
        ScanOptions {
            path: EnginePath::default(),
            learned: Learned::default(),
            limits: Limits::default(),
            keyer: Keyer::new(None),
            allowance: Allowance::default(),
            comments: Comments::default(),
            min_confidence: crate::base::level::Confidence::Medium,
            register: None,
            counts_from_one: false,
        }
    }
}

/// A thread's working memory.
#[derive(Debug)]
pub struct Worker {
    pub(super) number: usize,
    pub(super) windows: WindowReader,
    pub(super) memory: BlobMemory,
    #[cfg(feature = "git")]
    pub(super) git: Option<crate::source::git::GitScratch>,
}

impl Scanner {
    /// Compiles `rules`.
    ///
    /// # Errors
    /// Every rule whose pattern cannot be used.
    pub fn new(rules: &RuleSet, options: ScanOptions) -> Result<Scanner, Vec<EngineError>> {
        Ok(Scanner {
            engine: Engine::new(rules, options.path)?.with_learned(options.learned),
            judge: Judge {
                keyer: options.keyer,
                allowance: options.allowance,
                comments: options.comments,
                min_confidence: options.min_confidence,
                counts_from_one: options.counts_from_one,
                limit: options.limits.findings_per_blob,
            },
            limits: options.limits,
            register: options.register,
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
            #[cfg(feature = "git")]
            git: None,
        }
    }

    /// Scans bytes that are already in memory, as if they were a file called `name`.
    pub fn scan_bytes(&self, name: &str, bytes: &[u8]) -> Outcome {
        let provenance = Arc::new(Provenance::file(name));
        let size = Some(bytes.len() as u64);
        self.scan_reader(
            bytes,
            size,
            &provenance,
            &Control::default(),
            &mut self.worker(0),
        )
    }

    /// Opens and scans `unit`. The outcome's `seq` is zero.
    pub fn scan_unit(&self, worker: &mut Worker, unit: &Unit, control: &Control) -> Outcome {
        #[cfg(feature = "git")]
        if let Unit::Git(unit) = unit {
            return self.scan_pieces(worker, unit, control);
        }
        let mut opened = match open::open(unit) {
            Ok(opened) => opened,
            Err(reason) => return Outcome::unexamined(unit.provenance(), reason),
        };
        let provenance = Arc::new(opened.provenance.clone());
        let slow = opened.size.is_none_or(|size| size >= SLOW);
        if slow {
            control.enter(worker.number, provenance.display());
        }
        let number = worker.number;
        let mut outcome = self.scan_reader(
            &mut opened.reader,
            opened.size,
            &provenance,
            control,
            worker,
        );
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
    pub fn leave_out(&self, unit: &Unit, reason: SkipReason) -> Outcome {
        Outcome::unexamined(unit.provenance(), reason)
    }

    /// Scans what `reader` gives. `size` is a hint.
    pub fn scan_reader<R: Read>(
        &self,
        reader: R,
        size: Option<u64>,
        provenance: &Arc<Provenance>,
        control: &Control,
        worker: &mut Worker,
    ) -> Outcome {
        let mut blob = BlobScan::new(self.desk(), self.register.as_deref(), provenance.path());
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
        let (verdict, reason) = self.verdict(blob, &|| Arc::clone(provenance));
        reasons.extend(reason);
        outcome(provenance, bytes, verdict, reasons)
    }

    /// What everything found in `blob` means, and why that may not be all.
    /// `place` is asked for only if anything was found.
    pub(super) fn verdict(
        &self,
        blob: BlobScan<'_>,
        place: &dyn Fn() -> Arc<Provenance>,
    ) -> (Verdict, Option<SkipReason>) {
        let named = blob.file_rules();
        let (matches, protected, reason) = blob.finish();
        if matches.is_empty() && protected.is_empty() && named.is_empty() {
            return (Verdict::default(), reason);
        }
        let provenance = place();
        let mut verdict = matches.judge(&self.judge, &self.engine, &provenance);
        let (judge, today) = (&self.judge, self.today);
        document::add(&mut verdict, protected.documents, judge, &provenance, today);
        file_name::add(&mut verdict, &named, judge, &self.engine, &provenance);
        phrase::add(&mut verdict, protected.phrases, judge, &provenance, today);
        record::add(&mut verdict, protected.rows, judge, &provenance, today);
        (verdict, reason)
    }
}

/// The outcome of a blob that was read.
fn outcome(
    provenance: &Arc<Provenance>,
    bytes: u64,
    verdict: Verdict,
    mut reasons: Vec<SkipReason>,
) -> Outcome {
    reasons.extend(verdict.cut);
    let worst = reasons.iter().map(SkipReason::status).max();
    let status = match worst {
        None => Status::Scanned,
        // Something of it was read, so it has not failed as a whole.
        Some(Status::Failed) if bytes > 0 => Status::Partial,
        Some(status) => status,
    };
    let skips = reasons
        .into_iter()
        .map(|reason| Skip {
            provenance: Arc::clone(provenance),
            reason,
        })
        .collect();
    Outcome {
        seq: 0,
        status,
        units: Tally::of(status, 1),
        bytes,
        findings: verdict.findings,
        hidden: verdict.hidden,
        allowed: verdict.allowed,
        elsewhere: 0,
        skips,
    }
}
