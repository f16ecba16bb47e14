//! Everything compiled and read once, and scans with it.

use std::io::Cursor;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde_json::value::RawValue;

use super::answer::Failure;
use crate::base::content::SkipReason;
use crate::base::control::Control;
use crate::base::provenance::Provenance;
use crate::cli::args::{Global, ScanArgs};
use crate::cli::cache;
use crate::cli::exit::Exit;
use crate::cli::exposure::{Exposures, Look};
use crate::cli::scan::{self, Plan};
use crate::cli::target;
use crate::cli::words::Deciders;
use crate::judge::outcome::{Outcome, Summary};
use crate::report::model::{FindingModel, SCHEMA_VERSION, SkipModel, SummaryModel, write_json};
use crate::scan::pipeline;
use crate::source::exclude::Excludes;

/// Version of the protocol. It grows when a client must change.
const PROTOCOL: u32 = 1;

/// Most findings, and most skips, in one answer; the summary counts all.
const TOLD: usize = 10_000;

/// What requests are answered with.
pub(super) struct Session {
    args: ScanArgs,
    plan: Plan,
    excludes: Excludes,
    deciders: Mutex<Deciders>,
}

/// The answer to `hello` and `reload`.
#[derive(Serialize)]
pub(super) struct Hello {
    name: &'static str,
    version: &'static str,
    protocol: u32,
    /// Version of the JSON report, whose findings these are.
    report_schema: u32,
    methods: [&'static str; 5],
    limits: Limits,
    threads: usize,
    rules: usize,
    rules_digest: String,
}

#[derive(Serialize)]
struct Limits {
    request_bytes: usize,
    waiting: usize,
    findings: usize,
}

/// The answer to `scan`.
#[derive(Serialize)]
pub(super) struct Found {
    findings: Vec<Box<RawValue>>,
    skips: Vec<Box<RawValue>>,
    summary: Box<RawValue>,
    /// Findings and skips that are counted and not listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    omitted: Option<usize>,
}

impl Session {
    /// Reads configuration, rules and suppressions, and compiles.
    ///
    /// # Errors
    /// What is wrong has been told on standard error.
    pub(super) fn open(args: ScanArgs, global: &Global) -> Result<Session, Exit> {
        let (plan, deciders) = scan::prepare(&args, global)?;
        Ok(Session {
            args,
            excludes: scan::excludes(&plan.settings)?,
            plan,
            deciders: Mutex::new(deciders),
        })
    }

    /// How many scans go on at a time.
    pub(super) fn threads(&self) -> NonZeroUsize {
        self.plan.threads
    }

    /// Who is there, and what it can do.
    pub(super) fn hello(&self, request_bytes: usize, waiting: usize) -> Hello {
        Hello {
            name: "stanch",
            version: env!("CARGO_PKG_VERSION"),
            protocol: PROTOCOL,
            report_schema: SCHEMA_VERSION,
            methods: ["hello", "scan", "cancel", "reload", "shutdown"],
            limits: Limits {
                request_bytes,
                waiting,
                findings: TOLD,
            },
            threads: self.plan.threads.get(),
            rules: self.plan.run.rules.len(),
            rules_digest: self.plan.run.rules_digest.clone(),
        }
    }

    /// Scans `bytes` as if they stood in the file at `path`.
    pub(super) fn content(&self, path: &Path, bytes: &[u8], control: &Control) -> Found {
        let provenance = Arc::new(Provenance::file(path));
        let here = std::env::current_dir().unwrap_or_default();
        let seen = path.strip_prefix(&here).unwrap_or(path);
        let outcome = match self.excludes.pattern_above(seen) {
            Some(pattern) => Outcome::unexamined(
                (*provenance).clone(),
                SkipReason::Excluded(pattern.to_owned()),
            ),
            None => self.plan.scanner.scan_seekable(
                &mut Cursor::new(bytes),
                Some(bytes.len() as u64),
                &provenance,
                control,
                &mut self.plan.scanner.worker(0),
            ),
        };
        // Who can read the file says nothing about what is not in it yet.
        let mut told = Told::new(self, Look::Away);
        told.add(outcome);
        told.end()
    }

    /// Scans files and directories.
    ///
    /// # Errors
    /// There are no threads to scan with.
    pub(super) fn paths(&self, paths: &[PathBuf], control: &Control) -> Result<Found, Failure> {
        let args = ScanArgs {
            targets: paths.to_vec(),
            ..self.args.clone()
        };
        let internal = |_| Failure::internal();
        let source = target::sources(&args, &self.plan.settings).map_err(internal)?;
        let mut told = Told::new(self, self.plan.exposure);
        let scanner = &self.plan.scanner;
        let ended = pipeline::run(
            &source,
            self.plan.threads,
            control,
            |number| scanner.worker(number),
            |worker, unit| scanner.scan_unit(worker, unit, control),
            |mut outcome| {
                scanner.mask_unexamined(&mut outcome, control);
                told.add(outcome);
                ControlFlow::Continue(())
            },
        );
        if let Some(cache) = &self.plan.cache {
            cache::close(cache);
        }
        ended.map_err(|_| Failure::internal())?;
        Ok(told.end())
    }
}

/// What a scan has found so far.
struct Told<'a> {
    session: &'a Session,
    exposures: Exposures,
    summary: Summary,
    findings: Vec<Box<RawValue>>,
    skips: Vec<Box<RawValue>>,
    omitted: usize,
}

impl<'a> Told<'a> {
    fn new(session: &'a Session, look: Look) -> Told<'a> {
        Told {
            session,
            exposures: Exposures::new(look, &[]),
            summary: Summary::default(),
            findings: Vec::new(),
            skips: Vec::new(),
            omitted: 0,
        }
    }

    fn add(&mut self, mut outcome: Outcome) {
        {
            let deciders = &self.session.deciders;
            let mut deciders = deciders.lock().unwrap_or_else(PoisonError::into_inner);
            for finding in &mut outcome.findings {
                deciders.settle(finding);
                self.exposures.settle(finding);
            }
        }
        self.summary.add(&outcome, self.session.plan.run.fail_on);
        for finding in &outcome.findings {
            if self.findings.len() < TOLD {
                self.findings.extend(raw(&FindingModel::from(finding)));
            } else {
                self.omitted += 1;
            }
        }
        for skip in &outcome.skips {
            if self.skips.len() < TOLD {
                self.skips.extend(raw(&SkipModel::from(skip)));
            } else {
                self.omitted += 1;
            }
        }
    }

    fn end(self) -> Found {
        let summary = raw(&SummaryModel::from(&self.summary));
        Found {
            findings: self.findings,
            skips: self.skips,
            summary: summary.unwrap_or_default(),
            omitted: (self.omitted > 0).then_some(self.omitted),
        }
    }
}

/// `value` as the JSON report has it, byte for byte.
fn raw(value: &impl Serialize) -> Option<Box<RawValue>> {
    let mut bytes = Vec::new();
    write_json(&mut bytes, value).ok()?;
    RawValue::from_string(String::from_utf8(bytes).ok()?).ok()
}
