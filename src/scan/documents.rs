//! Looks for protected text in one blob, in the same pass as everything else.
//!
//! Each way to read the blob's bytes is a text of its own, with its own stream
//! of symbols and its own chains. What all of them show is put together at the end.

use std::ops::Range;

use crate::base::span::Span;
use crate::fingerprint::stream::{Hit, Memory, Piece, Question, Stream};
use crate::fingerprint::symbols::Grain;
use crate::judge::locate::LineCounter;
use crate::register::chains::Sighting;
use crate::register::found::{self, Found};
use crate::register::index::Index;
use crate::register::track::Tracker;

/// Ways to read bytes: as they are, two-byte, four-byte, legacy.
const WAYS: usize = 4;

/// The search for protected text in one blob.
#[derive(Debug)]
pub(super) struct DocumentScan<'a> {
    index: &'a Index,
    ways: [Way; WAYS],
}

#[derive(Debug, Default)]
struct Way {
    stream: Stream,
    tracker: Tracker,
}

/// A part of the blob, read in one way.
pub(super) struct Part<'a> {
    /// The text.
    pub(super) text: &'a [u8],
    /// The part of it that is new.
    pub(super) new: Range<usize>,
    /// Where the text comes from.
    pub(super) grain: Grain,
    /// The bytes of the blob behind bytes of the text.
    pub(super) to_blob: &'a dyn Fn(Span) -> Span,
    /// The blob's bytes, from offset `base` on.
    pub(super) raw: &'a [u8],
    /// Offset of the first byte of `raw`.
    pub(super) base: usize,
    /// Counts lines from where the window begins.
    pub(super) lines: LineCounter,
}

impl<'a> DocumentScan<'a> {
    /// Begins the search.
    pub(super) fn new(index: &'a Index) -> DocumentScan<'a> {
        DocumentScan {
            index,
            ways: Default::default(),
        }
    }

    /// Reads the next part in the given way.
    pub(super) fn read(&mut self, way: usize, part: &Part<'_>, memory: &mut Memory) {
        let index = self.index;
        let Way { stream, tracker } = &mut self.ways[way];
        let to_blob = |range: Range<usize>| {
            let span = (part.to_blob)(Span::new(range.start, range.end));
            span.start..span.end
        };
        let piece = Piece {
            text: part.text,
            new: part.new.clone(),
            grain: part.grain,
            to_blob: &to_blob,
        };
        let question = Question {
            keys: &index.keys,
            alphabet: &index.alphabet,
            prefilter: &index.prefilter,
            known: &|tag| index.table.contains(tag),
        };
        let (mut starts, mut ends) = (part.lines.clone(), part.lines.clone());
        stream.read(&piece, &question, memory, &mut |hit: Hit| {
            let sighting = Sighting {
                hit,
                start: starts.seek(part.raw, part.base, hit.start),
                end: ends.seek(part.raw, part.base, hit.end),
            };
            tracker.take(index, &sighting);
        });
    }

    /// Everything found; of several ways to read, the one that shows most of a family.
    pub(super) fn finish(self) -> Vec<Found> {
        let mut all: Vec<Found> = Vec::new();
        for way in self.ways {
            if way.tracker.is_empty() {
                continue;
            }
            let closed = way.tracker.finish();
            for found in found::judge(self.index, &closed, way.stream.symbols()) {
                let family = |other: &&mut Found| {
                    other.document.entry.family() == found.document.entry.family()
                };
                match all.iter_mut().find(family) {
                    None => all.push(found),
                    Some(other) => {
                        let weight = |found: &Found| (found.level, found.symbols());
                        if weight(&found) > weight(other) {
                            *other = found;
                        }
                    }
                }
            }
        }
        all
    }
}
