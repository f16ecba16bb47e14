//! What travels through the engine: the text in a frame, what one window tells
//! the next, a thread's working memory, and what is found or dropped.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::base::id::RuleIdx;
use crate::base::span::Span;
use crate::detect::Match;
use crate::detect::checks::DropStep;
use crate::detect::generic::{Candidate, FileKind};
use crate::detect::index::Hit;
use crate::detect::numbers::columns::Head;
use crate::detect::numbers::sweep::{Memory, Tried};
use crate::detect::pattern::PatternScratch;

/// A text to search, or the part of it that a window shows.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    /// The visible bytes: context, new part, context.
    pub text: &'a [u8],
    /// The part this call answers for: hits begin in it.
    pub new: Range<usize>,
    /// What the path says of the text's syntax.
    pub file: FileKind,
}

impl<'a> Frame<'a> {
    /// A whole text.
    pub fn whole(text: &'a [u8], file: FileKind) -> Frame<'a> {
        Frame {
            text,
            new: 0..text.len(),
            file,
        }
    }
}

/// A thread's working memory. One scratch serves one engine.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(super) hits: Vec<Hit>,
    pub(super) patterns: Vec<Option<PatternScratch>>,
    pub(super) candidates: Vec<Candidate>,
    pub(super) numbers: Memory,
    /// Drops, when somebody asked for them.
    pub drops: Option<Vec<Drop>>,
}

/// What detection gives.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Matches, with spans in the frame.
    pub matches: Vec<Match>,
    /// Places where generic matches mean nothing.
    pub shadows: Vec<Span>,
    /// How often numbers passed that nothing names, by rule.
    pub tried: BTreeMap<u32, Tried>,
}

impl Found {
    /// True when there is nothing to report or suppress.
    pub fn is_empty(&self) -> bool {
        self.matches.is_empty() && self.shadows.is_empty() && self.tried.is_empty()
    }

    /// Forgets everything, keeps the memory.
    pub fn clear(&mut self) {
        self.matches.clear();
        self.shadows.clear();
        self.tried.clear();
    }
}

/// A match that a step dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Drop {
    /// The rule.
    pub rule: RuleIdx,
    /// The whole match.
    pub span: Span,
    /// The step.
    pub step: DropStep,
}

/// Ends of the last matches and keywords seen: what one window tells the next. Offsets are those
/// of the frame; [`Carry::rebase`] moves them when a new window begins.
#[derive(Clone, Debug, Default)]
pub struct Carry {
    /// The head of the table that the text is, once it was looked for.
    pub(super) head: std::cell::OnceCell<Option<Arc<Head>>>,
    done: Vec<(u32, usize)>,
    /// The path of the text, with forward slashes.
    path: Option<Arc<str>>,
    /// Rules of whose keywords one was seen.
    pub(super) open: BTreeSet<u32>,
    /// Rules that matched and wait for a keyword.
    pub(super) waiting: BTreeSet<u32>,
}

impl Carry {
    /// The beginning of a text that lies at `path`.
    pub fn at(path: &Path) -> Carry {
        let path = path.strip_prefix(".").unwrap_or(path).to_string_lossy();
        let slashes = if cfg!(windows) {
            path.replace('\\', "/")
        } else {
            path.into_owned()
        };
        Carry {
            path: Some(slashes.into()),
            ..Carry::default()
        }
    }

    /// The path of the text, with forward slashes; none where none was given.
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// Translates every end with `translate`, old offset to new.
    pub fn rebase(&mut self, translate: impl Fn(usize) -> usize) {
        for (_, end) in &mut self.done {
            *end = translate(*end);
        }
        self.done.retain(|&(_, end)| end > 0);
    }

    /// Begins another text of the same blob.
    pub fn begin_text(&mut self) {
        self.done.clear();
        self.head = std::cell::OnceCell::new();
    }

    pub(super) fn get(&self, rule: u32) -> usize {
        self.done.iter().find(|d| d.0 == rule).map_or(0, |d| d.1)
    }

    pub(super) fn set(&mut self, rule: u32, end: usize) {
        match self.done.iter_mut().find(|d| d.0 == rule) {
            Some(entry) => entry.1 = end,
            None => self.done.push((rule, end)),
        }
    }
}
