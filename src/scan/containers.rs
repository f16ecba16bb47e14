//! Opens containers and documents: every part is searched, and opened in turn.
//!
//! The raw bytes of a container are searched like any others. What stands in
//! them as it is, as in a tar archive, is found again inside; of such pairs
//! the outer one is dropped, since the inner one says more.
//!
//! Small parts are read whole. A longer one is opened while it passes
//! ([`Tee`]) if its format allows that, and held in memory within the limit if
//! it does not; nothing is ever written anywhere.

use std::cell::RefCell;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::opening::Opening;
use super::scanner::Scanner;
use super::views::BlobMemory;
use crate::base::control::Control;
use crate::base::provenance::Provenance;
use crate::extract::budget::Budget;
use crate::extract::part::{Blob, Content, Extractor};
use crate::judge::finding::Finding;
use crate::judge::outcome::{Skip, Tally};
use crate::source::window::WindowReader;

/// What was found in the parts of one unit.
#[derive(Debug, Default)]
pub(super) struct Inner {
    /// In order of the parts.
    pub(super) findings: Vec<Finding>,
    pub(super) hidden: u64,
    pub(super) allowed: u64,
    /// Matches that are no findings.
    pub(super) dropped: u64,
    /// True when something was encoded in any of them.
    pub(super) decoded: bool,
    /// Everything that was not examined, each with its place.
    pub(super) skips: Vec<Skip>,
    /// How the parts ended, at all levels.
    pub(super) parts: Tally,
}

/// Memory of a worker that opening uses.
pub(super) struct Bench<'a> {
    pub(super) windows: &'a mut WindowReader,
    pub(super) memory: &'a mut BlobMemory,
    pub(super) control: &'a Control,
}

/// The way down to a part.
#[derive(Clone, Copy)]
pub(super) struct Way<'w> {
    outer: Option<&'w Way<'w>>,
    unit: &'w dyn Fn() -> Arc<Provenance>,
    /// What the part is called, as somebody chose it.
    pub(super) name: &'w str,
    /// Containers around it.
    pub(super) depth: usize,
}

impl<'w> Way<'w> {
    fn unit(unit: &'w dyn Fn() -> Arc<Provenance>, name: &'w str) -> Way<'w> {
        Way {
            outer: None,
            unit,
            name,
            depth: 0,
        }
    }

    /// The part of this one that is called `name`.
    pub(super) fn to(&'w self, name: &'w str) -> Way<'w> {
        Way {
            outer: Some(self),
            unit: self.unit,
            name,
            depth: self.depth + 1,
        }
    }

    /// Where the part comes from.
    pub(super) fn provenance(&self) -> Arc<Provenance> {
        let mut names = Vec::new();
        let mut way = self;
        while let Some(outer) = way.outer {
            if !way.name.is_empty() {
                names.push(Arc::from(way.name));
            }
            way = outer;
        }
        let unit = (self.unit)();
        if names.is_empty() {
            return unit;
        }
        names.reverse();
        let mut provenance = (*unit).clone();
        provenance.inner.extend(names);
        Arc::new(provenance)
    }
}

impl Scanner {
    /// Opens a unit with all of `readers`. `raw` are the findings in its own
    /// bytes; they are among the answer's, but for those that are found again
    /// inside.
    pub(super) fn open(
        &self,
        readers: &[&'static dyn Extractor],
        blob: &mut Blob<'_>,
        raw: Vec<Finding>,
        unit: &dyn Fn() -> Arc<Provenance>,
        mut bench: Bench<'_>,
    ) -> Inner {
        let name = blob.name;
        let size = match &blob.content {
            Content::Seek(_, size) => *size,
            Content::Stream(_) => 0,
        };
        let way = Way::unit(unit, name);
        self.with_opening(size, &way, &mut bench, |opening| {
            let count = raw.len();
            opening.out.findings = raw;
            for reader in readers {
                opening.open(*reader, blob, &way);
            }
            opening.drop_repeated(0, count);
        })
    }

    /// Searches what can be read only once, and opens it if it is a container.
    pub(super) fn pass(
        &self,
        content: &mut dyn Read,
        name: &str,
        unit: &dyn Fn() -> Arc<Provenance>,
        mut bench: Bench<'_>,
    ) -> (Inner, u64) {
        let mut read = 0;
        let way = Way::unit(unit, name);
        let inner = self.with_opening(0, &way, &mut bench, |opening| {
            let mut content = Given {
                content,
                budget: opening.budget,
                read: &mut read,
                control: opening.control,
            };
            opening.blob(&mut content, None, &way);
        });
        (inner, read)
    }

    fn with_opening(
        &self,
        size: u64,
        way: &Way<'_>,
        bench: &mut Bench<'_>,
        work: impl FnOnce(&mut Opening<'_>),
    ) -> Inner {
        let limits = &self.limits.unpack;
        let budget = Budget::new(limits, bench.control, &self.passwords, size);
        let memory = RefCell::new(std::mem::take(bench.memory));
        let mut opening = Opening::new(self, &budget, bench.control, &memory, bench.windows);
        work(&mut opening);
        let inner = opening.finish(way);
        *bench.memory = memory.into_inner();
        inner
    }
}

/// Content of a unit that can be read once: counts what is read of it.
struct Given<'a> {
    content: &'a mut dyn Read,
    budget: &'a Budget<'a>,
    read: &'a mut u64,
    control: &'a Control,
}

impl Read for Given<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.content.read(buffer)?;
        self.budget.give(count as u64);
        *self.read += count as u64;
        let bytes = &self.control.bytes;
        bytes.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
