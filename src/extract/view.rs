//! A view: bytes taken out of other bytes, with the way back for every offset.

use std::ops::Range;

use super::legacy::Redecoder;
use crate::base::decoding::Encoding;

/// Text found in bytes by decoding them.
#[derive(Debug)]
pub struct View<'a> {
    /// The text, as bytes that detectors understand.
    pub bytes: Vec<u8>,
    /// How it was decoded, for example `utf-16`.
    pub encoding: Encoding,
    pub(super) segments: Vec<Segment>,
    pub(super) step: Step<'a>,
}

/// A stretch of a view that comes from one stretch of the original.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    /// Where it begins in the view.
    pub(super) view: usize,
    /// Bytes of the view that really stand in the original; a separator may follow.
    pub(super) length: usize,
    /// Where it begins in the original.
    pub(super) original: usize,
}

/// How to move inside a segment.
#[derive(Debug)]
pub(super) enum Step<'a> {
    /// Every byte of the view stands for this many of the original.
    Fixed(usize),
    /// The original has to be decoded again.
    Decode(Redecoder<'a>),
}

impl View<'_> {
    /// Where in the original the character at `offset` of the view begins. For
    /// a separator between two stretches this is the end of the first one, and
    /// the same for the end of the view.
    pub fn to_original(&self, offset: usize) -> usize {
        let index = self.segments.partition_point(|s| s.view <= offset);
        let Some(segment) = index.checked_sub(1).map(|index| self.segments[index]) else {
            return 0;
        };
        let inside = offset - segment.view;
        match &self.step {
            Step::Fixed(_) if segment.length == 0 => segment.original,
            Step::Fixed(step) if inside >= segment.length => {
                segment.original + (segment.length - 1) * step + 1
            }
            Step::Fixed(step) => segment.original + inside * step,
            Step::Decode(decoder) => segment.original + decoder.locate(segment, inside),
        }
    }

    /// The bytes of the original that hold the characters of `span`.
    pub fn span_to_original(&self, span: Range<usize>) -> Range<usize> {
        let start = self.to_original(span.start);
        if span.is_empty() {
            return start..start;
        }
        let end = match self.step {
            // The byte itself; which side its zeros are on is not known. A
            // separator takes no room in the original.
            Step::Fixed(_) => {
                let last = span.end - 1;
                self.to_original(last) + usize::from(!self.is_separator(last))
            }
            Step::Decode(_) => self.to_original(span.end),
        };
        start..end.max(start)
    }

    fn is_separator(&self, offset: usize) -> bool {
        let index = self.segments.partition_point(|s| s.view <= offset);
        index
            .checked_sub(1)
            .map(|index| self.segments[index])
            .is_some_and(|segment| offset - segment.view >= segment.length)
    }

    /// The first offset of the view whose character begins at or after
    /// `original`; the length of the view if there is none.
    pub fn from_original(&self, original: usize) -> usize {
        let index = self.segments.partition_point(|s| s.original < original);
        let Some(segment) = index.checked_sub(1).map(|index| self.segments[index]) else {
            return self.segments.first().map_or(self.bytes.len(), |s| s.view);
        };
        let inside = match &self.step {
            Step::Fixed(step) => (original - segment.original).div_ceil(*step),
            Step::Decode(decoder) => decoder.count(segment, original - segment.original),
        };
        if inside < segment.length {
            return segment.view + inside;
        }
        self.segments
            .get(index)
            .map_or(self.bytes.len(), |next| next.view)
    }
}
