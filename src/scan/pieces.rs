//! Scans units of a repository: one text each, or many that were decoded
//! together, and accounts for every one of them.

mod known;

use std::io::Cursor;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::containers::{Bench, Inner};
use super::names;
use super::scanner::{Scanner, Worker, take_readers};
use super::views::BlobMemory;
use crate::base::content::{SkipReason, Status};
use crate::base::control::Control;
use crate::base::provenance::{GitCommit, GitLife, GitPart, GitPlace, Origin, Provenance};
use crate::base::secret::Secret;
use crate::extract::Inside;
use crate::extract::part::{Blob, Content};
use crate::judge::blob::Verdict;
use crate::judge::finding::Finding;
use crate::judge::outcome::{Outcome, Skip};
use crate::judge::reuse::Clean;
use crate::source::git::GitUnit;
use crate::source::git::unit::{Body, Piece, Share};
use crate::source::window::WindowReader;

/// What one text gave.
#[derive(Default)]
struct Seen {
    bytes: u64,
    verdict: Verdict,
    reasons: Vec<SkipReason>,
    inner: Inner,
    /// One when it was not examined again.
    reused: u64,
}

impl Seen {
    /// The verdict that may be kept of a text that gave this.
    fn clean(&self) -> Option<Clean> {
        let Verdict {
            findings,
            hidden,
            allowed,
            cut,
            drops,
            decoded,
        } = &self.verdict;
        let inner = &self.inner;
        let nothing = findings.is_empty()
            && cut.is_none()
            && self.reasons.is_empty()
            && inner.findings.is_empty()
            && inner.skips.is_empty()
            && hidden + allowed + inner.hidden + inner.allowed == 0
            && inner.parts.total() == inner.parts.scanned;
        let parts = u32::try_from(inner.parts.scanned).ok()?;
        let is_bare = drops.is_empty() && inner.dropped == 0;
        let is_plain = !decoded && !inner.decoded;
        nothing.then_some(Clean {
            parts,
            is_bare,
            is_plain,
        })
    }
}

/// A worker's memory without what reads repositories.
struct Desk<'a> {
    windows: &'a mut WindowReader,
    memory: &'a mut BlobMemory,
    /// Memory for the scanners of changed rules.
    beside: &'a mut [BlobMemory; 2],
}

impl Desk<'_> {
    fn bench<'a>(&'a mut self, control: &'a Control) -> Bench<'a> {
        Bench {
            windows: self.windows,
            memory: self.memory,
            control,
        }
    }
}

impl Worker {
    fn desk(&mut self) -> Desk<'_> {
        Desk {
            windows: &mut self.windows,
            memory: &mut self.memory,
            beside: &mut self.beside,
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
                scanner.unless_known(bytes, path, desk, |scanner, desk| {
                    scanner.bytes(bytes, path, &place, desk, control)
                })
            }),
            Body::Stream(reader, _) => self.guarded(desk, |scanner, desk| {
                scanner.stream(reader, path, &place, desk, control)
            }),
        };
        seen.reasons.extend(flaw);
        seen.reasons.extend(seen.verdict.cut.take());
        let inner = std::mem::take(&mut seen.inner.findings);
        seen.verdict.findings.extend(inner);
        if let Some(added) = added.filter(|_| !seen.verdict.findings.is_empty()) {
            let lines = added();
            let before = seen.verdict.findings.len();
            seen.verdict.findings.retain(|finding| {
                // Lines inside a container are not those of the file.
                let inside = !finding.provenance.inner.is_empty();
                inside || finding.touches(|first, last| lines.touch(first, last))
            });
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
                path: self.masked_git_path(&place.path, desk),
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

    fn masked_git_path(&self, path: &Arc<Path>, desk: &mut Desk<'_>) -> Arc<Path> {
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
        let findings = &seen.verdict.findings;
        let mut masked = names::masked(text.as_bytes(), findings).unwrap_or_else(|| text.into());
        for finding in findings {
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
                other_paths: paths.map(|path| self.masked_git_path(path, desk)).collect(),
                removed,
                ..(**life).clone()
            })
        });
        GitPlace {
            path: self.masked_git_path(&place.path, desk),
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
            *desk.beside = <[BlobMemory; 2]>::default();
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
        let mut blob = self.blob_scan(path);
        blob.whole(bytes, self.limits.window, desk.memory);
        control
            .bytes
            .fetch_add(bytes.len() as u64, Ordering::Relaxed);
        let size = bytes.len() as u64;
        let (mut verdict, mut inside) = self.verdict(blob, place);
        let mut seen = Seen {
            bytes: size,
            ..Seen::default()
        };
        let readers = take_readers(&mut inside);
        seen.reasons
            .extend(inside.into_iter().map(Inside::unopened));
        if !readers.is_empty() {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let mut bytes = Cursor::new(bytes);
            let mut blob = Blob {
                name: &name,
                content: Content::Seek(&mut bytes, size),
            };
            let raw = std::mem::take(&mut verdict.findings);
            seen.inner = self.open(&readers, &mut blob, raw, place, desk.bench(control));
        }
        seen.verdict = verdict;
        seen
    }

    fn stream(
        &self,
        reader: &mut dyn std::io::Read,
        path: &Path,
        place: &dyn Fn() -> Arc<Provenance>,
        desk: &mut Desk<'_>,
        control: &Control,
    ) -> Seen {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let (inner, bytes) = self.pass(reader, &name, place, desk.bench(control));
        Seen {
            bytes,
            inner,
            ..Seen::default()
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
            outcome: Outcome::nothing(),
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
        let status = if seen.inner.skips.is_empty() {
            status
        } else {
            status.max(Status::Partial)
        };
        outcome.bytes += seen.bytes;
        outcome.reused += u64::from(share == Share::Unit) * seen.reused;
        outcome.hidden += seen.inner.hidden;
        outcome.allowed += seen.inner.allowed;
        outcome.parts.join(&seen.inner.parts);
        outcome.skips.extend(seen.inner.skips);
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
