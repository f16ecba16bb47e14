//! Scans units of a repository: one text each, or many that were decoded
//! together, and accounts for every one of them.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::scanner::{Scanner, Worker};
use super::views::{BlobMemory, BlobScan};
use crate::base::content::{SkipReason, Status};
use crate::base::control::Control;
use crate::base::limits::{CONTEXT_AHEAD, CONTEXT_BACK};
use crate::base::provenance::{GitCommit, GitLife, GitPart, GitPlace, Origin, Provenance};
use crate::base::secret::Secret;
use crate::judge::blob::Verdict;
use crate::judge::finding::Finding;
use crate::judge::outcome::{Outcome, Skip, Tally};
use crate::source::git::GitUnit;
use crate::source::git::unit::{Body, Piece, Share};
use crate::source::open::cause;
use crate::source::window::{Window, WindowReader};

/// What one text gave.
#[derive(Default)]
struct Seen {
    bytes: u64,
    verdict: Verdict,
    reasons: Vec<SkipReason>,
}

/// A worker's memory without what reads repositories.
struct Desk<'a> {
    windows: &'a mut WindowReader,
    memory: &'a mut BlobMemory,
}

impl Worker {
    fn desk(&mut self) -> Desk<'_> {
        Desk {
            windows: &mut self.windows,
            memory: &mut self.memory,
        }
    }
}

/// `text` with `secret` masked wherever it stands.
fn veiled(text: &str, secret: &Secret) -> String {
    match std::str::from_utf8(secret.expose()) {
        Ok(secret) if !secret.is_empty() => {
            text.replace(secret, &"*".repeat(secret.chars().count()))
        }
        _ => text.to_owned(),
    }
}

impl Scanner {
    /// Scans every text of `unit`.
    pub(super) fn scan_pieces(
        &self,
        worker: &mut Worker,
        unit: &GitUnit,
        control: &Control,
    ) -> Outcome {
        let mut git = worker.git.take().unwrap_or_default();
        let mut desk = worker.desk();
        let mut total = Total::default();
        unit.read(&mut git, &mut |piece| {
            if control.is_cancelled() {
                return ControlFlow::Break(());
            }
            self.piece(piece, &mut desk, control, &mut total);
            ControlFlow::Continue(())
        });
        worker.git = Some(git);
        total.finish(unit)
    }

    fn piece(
        &self,
        piece: Piece<'_, '_>,
        desk: &mut Desk<'_>,
        control: &Control,
        total: &mut Total,
    ) {
        let Piece {
            share,
            body,
            path,
            provenance,
            added,
            flaw,
        } = piece;
        let place = || Arc::new(provenance());
        let mut seen = match body {
            Body::Nothing => Seen::default(),
            Body::Unexamined(reason) => Seen {
                reasons: vec![reason],
                ..Seen::default()
            },
            Body::Bytes(bytes) => self.guarded(desk, |scanner, desk| {
                scanner.bytes(bytes, path, &place, desk, control)
            }),
            Body::Stream(reader, size) => self.guarded(desk, |scanner, desk| {
                scanner.stream(reader, size, path, &place, desk, control)
            }),
        };
        seen.reasons.extend(flaw);
        seen.reasons.extend(seen.verdict.cut.take());
        if let Some(added) = added.filter(|_| !seen.verdict.findings.is_empty()) {
            let lines = added();
            let before = seen.verdict.findings.len();
            seen.verdict
                .findings
                .retain(|finding| finding.touches(|first, last| lines.touch(first, last)));
            total.outcome.elsewhere += (before - seen.verdict.findings.len()) as u64;
        }
        self.mask_commits(&mut seen.verdict.findings, desk);
        total.add(share, seen, &place);
    }

    /// Masks secrets in what findings tell of their commit: its message may
    /// hold another one, which is a finding of its own.
    fn mask_commits(&self, findings: &mut [Finding], desk: &mut Desk<'_>) {
        for finding in findings {
            let Origin::Git(place) = &finding.provenance.origin else {
                continue;
            };
            let commit = place.commit.as_ref();
            if commit.is_none() && place.part != GitPart::Staged {
                // Of a history: masked when its story is known.
                continue;
            }
            let place = GitPlace {
                commit: commit.map(|commit| Arc::new(self.masked_commit(commit, desk))),
                path: self.masked_path(&place.path, desk),
                ..(**place).clone()
            };
            finding.provenance = Arc::new(Provenance {
                origin: Origin::Git(Arc::new(place)),
                inner: finding.provenance.inner.clone(),
            });
        }
    }

    fn masked_commit(&self, commit: &GitCommit, desk: &mut Desk<'_>) -> GitCommit {
        GitCommit {
            author: self.masked_text(&commit.author, desk),
            email: self.masked_text(&commit.email, desk),
            subject: self.masked_text(&commit.subject, desk),
            ..commit.clone()
        }
    }

    fn masked_path(&self, path: &Arc<Path>, desk: &mut Desk<'_>) -> Arc<Path> {
        let masked = path.to_str().map(|text| self.masked_text(text, desk));
        match masked {
            Some(masked) if Some(&*masked) != path.to_str() => Path::new(&masked).into(),
            _ => Arc::clone(path),
        }
    }

    /// `text` with every secret in it masked.
    fn masked_text(&self, text: &str, desk: &mut Desk<'_>) -> String {
        let place = || Arc::new(Provenance::file("text"));
        let path = Path::new("message.txt");
        let seen = self.bytes(text.as_bytes(), path, &place, desk, &Control::default());
        let mut masked = text.to_owned();
        for finding in &seen.verdict.findings {
            masked = veiled(&masked, &finding.secret);
        }
        masked
    }

    /// What history tells of a finding, with every secret in it masked.
    pub(super) fn mask_place(&self, place: &GitPlace, worker: &mut Worker) -> GitPlace {
        let desk = &mut worker.desk();
        let mut commit = |commit: &Arc<GitCommit>| Arc::new(self.masked_commit(commit, desk));
        let first = place.commit.as_ref().map(&mut commit);
        let removed = place
            .life
            .as_ref()
            .and_then(|life| life.removed.as_ref())
            .map(&mut commit);
        let life = place.life.as_ref().map(|life| {
            let names = life.references.iter();
            let paths = life.other_paths.iter();
            Arc::new(GitLife {
                references: names
                    .map(|name| self.masked_text(name, desk).into())
                    .collect(),
                other_paths: paths.map(|path| self.masked_path(path, desk)).collect(),
                removed,
                ..(**life).clone()
            })
        });
        GitPlace {
            path: self.masked_path(&place.path, desk),
            commit: first,
            life,
            ..place.clone()
        }
    }

    /// A panic costs one text, not all that were decoded with it.
    fn guarded(
        &self,
        desk: &mut Desk<'_>,
        scan: impl FnOnce(&Scanner, &mut Desk<'_>) -> Seen,
    ) -> Seen {
        catch_unwind(AssertUnwindSafe(|| scan(self, desk))).unwrap_or_else(|_| {
            *desk.memory = BlobMemory::default();
            Seen {
                reasons: vec![SkipReason::Panicked],
                ..Seen::default()
            }
        })
    }

    /// Scans bytes that are in memory, in windows of the size that reading would have.
    fn bytes(
        &self,
        bytes: &[u8],
        path: &Path,
        place: &dyn Fn() -> Arc<Provenance>,
        desk: &mut Desk<'_>,
        control: &Control,
    ) -> Seen {
        let mut blob = BlobScan::new(self.desk(), self.register.as_deref(), path);
        let step = self.limits.window.max(1);
        let mut start = 0;
        while start < bytes.len() {
            let last = bytes.len() - start <= step.saturating_add(CONTEXT_AHEAD);
            let end = if last { bytes.len() } else { start + step };
            let from = start.saturating_sub(CONTEXT_BACK);
            let window = Window {
                bytes: &bytes[from..end.saturating_add(CONTEXT_AHEAD).min(bytes.len())],
                base: from,
                new: start - from..end - from,
                last,
            };
            blob.window(&window, desk.memory);
            start = end;
        }
        control
            .bytes
            .fetch_add(bytes.len() as u64, Ordering::Relaxed);
        self.settle(blob, bytes.len() as u64, Vec::new(), place)
    }

    fn stream(
        &self,
        reader: &mut dyn std::io::Read,
        size: u64,
        path: &Path,
        place: &dyn Fn() -> Arc<Provenance>,
        desk: &mut Desk<'_>,
        control: &Control,
    ) -> Seen {
        let mut blob = BlobScan::new(self.desk(), self.register.as_deref(), path);
        let mut windows = desk.windows.read(reader, Some(size));
        let mut reasons = Vec::new();
        loop {
            match windows.next() {
                Ok(Some(window)) => {
                    let new = window.new.len() as u64;
                    control.bytes.fetch_add(new, Ordering::Relaxed);
                    blob.window(&window, desk.memory);
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
        self.settle(blob, bytes, reasons, place)
    }

    fn settle(
        &self,
        blob: BlobScan<'_>,
        bytes: u64,
        mut reasons: Vec<SkipReason>,
        place: &dyn Fn() -> Arc<Provenance>,
    ) -> Seen {
        let (verdict, reason) = self.verdict(blob, place);
        reasons.extend(reason);
        Seen {
            bytes,
            verdict,
            reasons,
        }
    }
}

/// The account of a unit while its texts are scanned.
struct Total {
    outcome: Outcome,
    /// The worst that happened to parts of the unit that comes next.
    pending: Status,
}

impl Default for Total {
    fn default() -> Total {
        Total {
            outcome: Outcome {
                seq: 0,
                status: Status::Scanned,
                units: Tally::default(),
                bytes: 0,
                findings: Vec::new(),
                hidden: 0,
                allowed: 0,
                elsewhere: 0,
                skips: Vec::new(),
            },
            pending: Status::Scanned,
        }
    }
}

impl Total {
    fn add(&mut self, share: Share, seen: Seen, place: &dyn Fn() -> Arc<Provenance>) {
        let outcome = &mut self.outcome;
        let worst = seen.reasons.iter().map(SkipReason::status).max();
        let status = match worst {
            None => Status::Scanned,
            // Something of it was read, so it has not failed as a whole.
            Some(Status::Failed) if seen.bytes > 0 => Status::Partial,
            Some(status) => status,
        };
        outcome.bytes += seen.bytes;
        outcome.findings.extend(seen.verdict.findings);
        outcome.hidden += seen.verdict.hidden;
        outcome.allowed += seen.verdict.allowed;
        if !seen.reasons.is_empty() {
            let provenance = place();
            outcome
                .skips
                .extend(seen.reasons.into_iter().map(|reason| Skip {
                    provenance: Arc::clone(&provenance),
                    reason,
                }));
        }
        self.pending = self.pending.max(status);
        if share == Share::Unit {
            outcome.units.add(self.pending, 1);
            outcome.status = outcome.status.max(self.pending);
            self.pending = Status::Scanned;
        }
    }

    /// The account, with what was never come to.
    fn finish(mut self, unit: &GitUnit) -> Outcome {
        let missed = unit.count().saturating_sub(self.outcome.units.total());
        if missed > 0 {
            self.outcome.units.add(Status::Failed, missed);
            self.outcome.status = Status::Failed;
            self.outcome.skips.push(Skip {
                provenance: Arc::new(unit.provenance()),
                reason: SkipReason::Interrupted,
            });
        }
        self.outcome
    }
}
