//! The parts of one unit while they are opened: each is searched, and opened
//! in turn. See [`super::containers`].

use std::cell::RefCell;
use std::collections::HashSet;
use std::io::{Cursor, Read, SeekFrom};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use super::containers::{Inner, Way};
use super::made::Made;
use super::names;
use super::scanner::Scanner;
use super::tee::Tee;
use super::views::{BlobMemory, BlobScan};
use crate::base::content::{SkipReason, Status};
use crate::base::control::Control;
use crate::extract::budget::Budget;
use crate::extract::part::{Blob, Content, Extractor, Needs, Part, Text};
use crate::extract::{self, Inside};
use crate::judge::blob::Verdict;
use crate::judge::finding::Finding;
use crate::judge::outcome::Skip;
use crate::source::window::WindowReader;

/// Longest part that is read whole, whatever it is.
const WHOLE: usize = 4 << 20;

/// Names that are searched together.
const NAMES: usize = 256 << 10;

/// Most findings kept of one unit, for each one that is kept of a blob.
const BLOBS: usize = 10;

/// The parts of one unit while they are opened.
pub(super) struct Opening<'s> {
    scanner: &'s Scanner,
    pub(super) budget: &'s Budget<'s>,
    pub(super) control: &'s Control,
    memory: &'s RefCell<BlobMemory>,
    windows: &'s mut WindowReader,
    pub(super) out: Inner,
    /// True once it was told why nothing more is opened.
    told: bool,
    /// Findings that were left out.
    more: u64,
}

impl<'s> Opening<'s> {
    pub(super) fn new(
        scanner: &'s Scanner,
        budget: &'s Budget<'s>,
        control: &'s Control,
        memory: &'s RefCell<BlobMemory>,
        windows: &'s mut WindowReader,
    ) -> Opening<'s> {
        Opening {
            scanner,
            budget,
            control,
            memory,
            windows,
            out: Inner::default(),
            told: false,
            more: 0,
        }
    }

    /// Everything that was found.
    pub(super) fn finish(mut self, way: &Way<'_>) -> Inner {
        if self.more > 0 {
            self.told = false;
            self.skip(way, SkipReason::TooManyFindings(self.more));
        }
        self.out
    }

    /// Opens a container whose own bytes are looked at elsewhere.
    pub(super) fn open(
        &mut self,
        reader: &dyn Extractor,
        blob: &mut Blob<'_>,
        way: &Way<'_>,
    ) -> Status {
        if way.depth >= self.budget.depth() {
            return self.skip(way, SkipReason::Limit("depth"));
        }
        if let Content::Seek(reader, _) = &mut blob.content
            && let Err(error) = reader.seek(SeekFrom::Start(0))
        {
            return self.broken(&error, way);
        }
        let before = self.out.skips.len();
        let told = self.told;
        let mut names = String::new();
        let mut made = Made::from(self.out.findings.len());
        let budget = self.budget;
        let entered = match &blob.content {
            Content::Seek(_, size) => Some(budget.enter(*size)),
            Content::Stream(_) => None,
        };
        let caught = catch_unwind(AssertUnwindSafe(|| {
            reader.extract(blob, budget, &mut |part| {
                let Part::Text(text) = part else {
                    return self.part(part, way, &mut names);
                };
                let (name, first) = (text.name, self.out.findings.len());
                let flow = self.part(Part::Text(text), way, &mut names);
                made.note(name, first..self.out.findings.len());
                flow
            })
        }));
        let ended = caught.unwrap_or_else(|_| {
            *self.memory.borrow_mut() = BlobMemory::default();
            Err(SkipReason::Panicked)
        });
        let depth = way.provenance().inner.len();
        made.drop_covered(&mut self.out.findings, depth + 1);
        self.names(&mut names, way);
        let own = match ended {
            Ok(()) => Status::Scanned,
            Err(reason) => self.skip(way, reason),
        };
        let flawed = self.out.skips.len() > before || self.told != told;
        drop(entered);
        if !budget.is_spent() {
            // Others may still be opened.
            self.told = told;
        }
        if flawed {
            own.max(Status::Partial)
        } else {
            own
        }
    }

    fn part(&mut self, part: Part<'_>, way: &Way<'_>, names: &mut String) -> ControlFlow<()> {
        if !matches!(part, Part::Text(_))
            && let Err(reason) = self.budget.entry()
        {
            self.skip(way, reason);
            return ControlFlow::Break(());
        }
        match part {
            Part::Blob {
                name,
                content,
                size,
            } => {
                self.name(name, names, way);
                let status = self.blob(content, size, &way.to(name));
                self.out.parts.add(status, 1);
            }
            Part::Text(text) => self.text(&text, way),
            Part::Name(name) => self.name(name, names, way),
            Part::Skip { name, reason } => {
                self.name(name, names, way);
                let status = self.skip(&way.to(name), reason);
                self.out.parts.add(status, 1);
            }
        }
        if self.budget.is_spent() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    /// Searches bytes that can be read once, and opens them if they are a container.
    pub(super) fn blob(
        &mut self,
        content: &mut dyn Read,
        size: Option<u64>,
        way: &Way<'_>,
    ) -> Status {
        let likely = size.map_or(0, |size| usize::try_from(size).unwrap_or(WHOLE));
        let mut held = Vec::with_capacity(likely.min(WHOLE));
        let begun = content.take(WHOLE as u64 + 1).read_to_end(&mut held);
        if begun.is_err() || held.len() <= WHOLE {
            let status = self.whole(&held, way);
            return match begun {
                Ok(_) => status,
                Err(error) => status.max(self.broken(&error, way)),
            };
        }
        match extract::find(&held, Path::new(way.name)) {
            Some(Inside::Reader(reader)) if reader.needs() == Needs::Stream => {
                self.while_passing(reader, &held, content, way)
            }
            Some(Inside::Reader(reader)) => self.held(reader, held, content, way),
            Some(Inside::Closed(_)) | None => self.long(&held, content, None, way),
        }
    }

    /// Searches bytes in memory, and opens them if they are a container.
    fn whole(&mut self, bytes: &[u8], way: &Way<'_>) -> Status {
        let scanner = self.scanner;
        let mut scan = scanner.blob_scan(Path::new(way.name));
        let step = scanner.limits.window;
        scan.whole(bytes, step, &mut self.memory.borrow_mut());
        let first = self.out.findings.len();
        let (mut status, inside) = self.settle(scan, way);
        let count = self.out.findings.len() - first;
        for inside in inside {
            let Inside::Reader(reader) = inside else {
                status = status.max(self.skip(way, inside.unopened()));
                continue;
            };
            let size = bytes.len() as u64;
            let mut bytes = Cursor::new(bytes);
            let mut blob = Blob {
                name: way.name,
                content: Content::Seek(&mut bytes, size),
            };
            status = status.max(self.open(reader, &mut blob, way));
        }
        self.drop_repeated(first, count);
        status
    }

    /// Opens a long container while its bytes pass.
    fn while_passing(
        &mut self,
        reader: &dyn Extractor,
        held: &[u8],
        content: &mut dyn Read,
        way: &Way<'_>,
    ) -> Status {
        let first = self.out.findings.len();
        let scan = self.scanner.blob_scan(Path::new(way.name));
        let mut input = held.chain(content);
        let mut tee = Tee::new(&mut input, scan, self.memory);
        let mut blob = Blob {
            name: way.name,
            content: Content::Stream(&mut tee),
        };
        let mut status = self.open(reader, &mut blob, way);
        let inner = self.out.findings.len() - first;
        let (scan, ended) = tee.finish();
        let (own, others) = self.settle(scan, way);
        status = status.max(own);
        for other in others
            .into_iter()
            .filter(|other| other.name() != reader.name())
        {
            status = status.max(self.skip(way, other.unopened()));
        }
        if let Err(error) = ended {
            status = status.max(self.broken(&error, way));
        }
        let count = self.out.findings.len() - first - inner;
        self.out.findings[first..].rotate_right(count);
        self.drop_repeated(first, count);
        status
    }

    /// Holds a long container whole, if there is memory for it.
    fn held(
        &mut self,
        reader: &dyn Extractor,
        mut held: Vec<u8>,
        content: &mut dyn Read,
        way: &Way<'_>,
    ) -> Status {
        let budget = self.budget;
        let most = budget.dictionary();
        let mut reserved = budget.reserve(held.len() as u64).ok();
        while let Some(already) = reserved.take() {
            let step = (held.len() as u64).min(most.saturating_sub(held.len() as u64));
            drop(already);
            reserved = budget
                .reserve(held.len() as u64 + step)
                .ok()
                .filter(|_| step > 0);
            if reserved.is_none() {
                break;
            }
            held.reserve_exact(usize::try_from(step).unwrap_or(0));
            let read = (&mut *content).take(step).read_to_end(&mut held);
            if !matches!(read, Ok(count) if count as u64 == step) {
                let status = self.whole(&held, way);
                return match read {
                    Ok(_) => status,
                    Err(error) => status.max(self.broken(&error, way)),
                };
            }
        }
        let status = self.long(&held, content, Some(reader.name()), way);
        status.max(self.skip(way, SkipReason::Limit("memory")))
    }

    /// Searches a long part that is no container, or none that can be opened;
    /// of format `known` it is told elsewhere.
    fn long(
        &mut self,
        held: &[u8],
        content: &mut dyn Read,
        known: Option<&str>,
        way: &Way<'_>,
    ) -> Status {
        let mut scan = self.scanner.blob_scan(Path::new(way.name));
        let mut windows = self.windows.read(held.chain(content), None);
        let ended = loop {
            match windows.next() {
                Ok(Some(window)) => scan.window(&window, &mut self.memory.borrow_mut()),
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
            if self.control.is_cancelled() {
                break Ok(());
            }
        };
        let (mut status, inside) = self.settle(scan, way);
        // What could be read only once is gone by now.
        let others = inside
            .into_iter()
            .filter(|inside| known != Some(inside.name()));
        for inside in others {
            status = status.max(self.skip(way, inside.unopened()));
        }
        match self.budget.alive() {
            Err(reason) => status.max(self.skip(way, reason)),
            Ok(()) => match ended {
                Ok(()) => status,
                Err(error) => status.max(self.broken(&error, way)),
            },
        }
    }

    /// Searches text that a reader made.
    fn text(&mut self, text: &Text<'_>, way: &Way<'_>) {
        let way = way.to(text.name);
        let mut scan = self.scanner.blob_scan(Path::new(text.name));
        let step = self.scanner.limits.window;
        scan.whole(text.bytes, step, &mut self.memory.borrow_mut());
        let first = self.out.findings.len();
        let (_, inside) = self.settle(scan, &way);
        for finding in &mut self.out.findings[first..] {
            if let Some(anchor) = Text::anchor(text.anchors, finding.place.span.start) {
                let mut provenance = (*finding.provenance).clone();
                provenance.inner.push(Arc::clone(anchor));
                finding.provenance = Arc::new(provenance);
            }
        }
        // Text is no container, but one may stand in it as base64.
        let is_encoded =
            |inside: &Inside| extract::ENCODED.is_some_and(|own| own.name() == inside.name());
        if let Some(Inside::Reader(reader)) = inside.into_iter().find(is_encoded) {
            let mut bytes = Cursor::new(text.bytes);
            let mut blob = Blob {
                name: way.name,
                content: Content::Seek(&mut bytes, text.bytes.len() as u64),
            };
            self.open(reader, &mut blob, &way);
        }
    }

    fn name(&mut self, name: &str, names: &mut String, way: &Way<'_>) {
        names.push_str(name);
        names.push('\n');
        if names.len() >= NAMES {
            self.names(names, way);
        }
    }

    fn names(&mut self, names: &mut String, way: &Way<'_>) {
        if !names.is_empty() {
            let first = self.out.findings.len();
            self.text(&Text::plain("[names]", names.as_bytes()), way);
            names::tell_once(names, &mut self.out.findings, first);
            names.clear();
        }
    }

    /// Judges what was found in a part's own bytes.
    fn settle(&mut self, scan: BlobScan<'_>, way: &Way<'_>) -> (Status, Vec<Inside>) {
        let (verdict, inside) = self.scanner.verdict(scan, &|| way.provenance());
        let Verdict {
            findings,
            hidden,
            allowed,
            cut,
            drops,
            decoded,
        } = verdict;
        self.out.dropped += drops.len() as u64;
        self.out.decoded |= decoded;
        let room = self.scanner.limits.findings_per_blob.saturating_mul(BLOBS);
        let room = room.saturating_sub(self.out.findings.len());
        self.more += findings.len().saturating_sub(room) as u64;
        self.out.findings.extend(findings.into_iter().take(room));
        self.out.hidden += hidden;
        self.out.allowed += allowed;
        let status = cut.map_or(Status::Scanned, |reason| self.skip(way, reason));
        (status, inside)
    }

    fn broken(&mut self, error: &std::io::Error, way: &Way<'_>) -> Status {
        let reason = self.budget.reason(error, "container");
        self.skip(way, reason)
    }

    /// Notes that something at `way` was not examined.
    fn skip(&mut self, way: &Way<'_>, reason: SkipReason) -> Status {
        let status = reason.status().min(Status::Partial);
        let spent = self.budget.is_spent();
        if spent && std::mem::replace(&mut self.told, spent) {
            return status;
        }
        let provenance = way.provenance();
        let known = self.out.skips.last().is_some_and(|last| {
            last.reason == reason && last.provenance.inner.starts_with(&provenance.inner)
        });
        if !known {
            self.out.skips.push(Skip { provenance, reason });
        }
        status
    }

    /// Drops those of the `count` findings from `first` on that come again later.
    pub(super) fn drop_repeated(&mut self, first: usize, count: usize) {
        if count == 0 {
            return;
        }
        let all = &self.out.findings[first..];
        let again: HashSet<_> = all[count..].iter().map(identity).collect();
        let keep: Vec<bool> = all[..count]
            .iter()
            .map(|f| !again.contains(&identity(f)))
            .collect();
        let mut keep = std::iter::repeat_n(true, first).chain(keep);
        self.out.findings.retain(|_| keep.next().unwrap_or(true));
    }
}

/// What makes a finding the same as another in the same unit: what is protected
/// has no value, and is told apart by its title and id.
fn identity(finding: &Finding) -> (&str, &str, &[u8], &str) {
    let document = finding.document.as_ref();
    (
        finding.rule.id.as_str(),
        &finding.rule.title,
        finding.secret.expose(),
        document.map_or("", |found| &found.document.entry.id),
    )
}
