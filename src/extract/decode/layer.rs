//! Decoded text, with the way back for each of its bytes.

use std::ops::Range;

use crate::base::decoding::Encoding;
use crate::base::span::Position;
use crate::extract::view::View;

/// Text that was decoded out of another one.
#[derive(Clone, Debug)]
pub struct Layer {
    /// The text.
    pub bytes: Vec<u8>,
    /// How it stood in the other text.
    pub encoding: Encoding,
    /// What of it counts.
    pub counts: Counts,
    /// True when bytes of it stand for no particular ones of the other text,
    /// as those of compressed text.
    pub is_coarse: bool,
    /// True when it is longer than what is read of one text.
    pub is_cut: bool,
    /// How it was packed inside the encoding, if it was.
    pub packing: Option<Encoding>,
    pieces: Vec<Piece>,
    /// Where lines of the encoded text begin, if that text is longer than what can be seen of it.
    lines: Vec<(usize, Position)>,
}

/// Which matches in a layer count. What stands in both texts was found before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// Those whose secret was decoded.
    Secret,
    /// Those of which anything was decoded.
    Match,
}

/// A stretch of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    /// Where it begins in the layer.
    at: usize,
    /// Where it begins in the other text.
    from: usize,
    shape: Shape,
}

/// How bytes of a piece stand for bytes of the other text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// Byte for byte.
    Copy,
    /// So many bytes for each so many, evenly: three for four of base64.
    Even { to: usize, of: usize },
    /// All of it for all of these.
    Whole { of: usize },
}

impl Layer {
    /// An empty text.
    pub fn new(encoding: Encoding, counts: Counts) -> Layer {
        Layer {
            bytes: Vec::new(),
            encoding,
            counts,
            is_coarse: false,
            is_cut: false,
            packing: None,
            pieces: Vec::new(),
            lines: Vec::new(),
        }
    }

    /// The view of wide text, as a layer.
    pub fn of_view(view: &View<'_>) -> Layer {
        let mut layer = Layer::new(view.encoding, Counts::Match);
        for (at, &byte) in view.bytes.iter().enumerate() {
            let back = view.span_to_original(at..at + 1);
            if back.is_empty() {
                layer.whole(&[byte], back);
            } else {
                layer.even(&[byte], back.start, 1, 2);
            }
        }
        layer
    }

    /// True when anything that `self` decodes was decoded by `outer` already, of
    /// whose text it is a layer.
    pub fn stems_from(&self, outer: &Layer) -> bool {
        let ends = self.pieces.iter().skip(1).map(|piece| piece.at);
        let ends = ends.chain([self.bytes.len()]);
        let mut pieces = self.pieces.iter().zip(ends);
        pieces.any(|(piece, end)| {
            let span = match piece.shape {
                Shape::Copy => return false,
                Shape::Whole { of } => piece.from..piece.from + of,
                Shape::Even { .. } => self.back(piece.at..end),
            };
            outer.is_decoded(span)
        })
    }

    /// True when it begins with text that stands as it is.
    pub fn has_surroundings(&self) -> bool {
        self.pieces
            .first()
            .is_some_and(|piece| piece.shape == Shape::Copy)
    }

    /// Puts `bytes` in the place of what they were unpacked from.
    pub(super) fn pack(&mut self, packing: Encoding, bytes: Vec<u8>) {
        let from = self.back(0..self.bytes.len());
        self.pieces.clear();
        self.bytes.clear();
        self.piece(from.start, Shape::Whole { of: from.len() });
        self.bytes = bytes;
        self.is_coarse = true;
        self.packing = Some(packing);
    }

    /// Adds another layer over the same text.
    pub(super) fn append(&mut self, other: Layer) {
        let by = self.bytes.len();
        let pieces = other.pieces.into_iter();
        self.pieces.extend(pieces.map(|piece| Piece {
            at: piece.at + by,
            ..piece
        }));
        self.bytes.extend(other.bytes);
        self.lines.extend(other.lines);
    }

    /// Adds `bytes`, which stand at `from` of the other text as they are.
    pub fn copy(&mut self, bytes: &[u8], from: usize) {
        if bytes.is_empty() {
            return;
        }
        self.piece(from, Shape::Copy);
        self.bytes.extend_from_slice(bytes);
    }

    /// Adds `bytes`, of which `to` stand for each `of` from `from` on.
    pub fn even(&mut self, bytes: &[u8], from: usize, to: usize, of: usize) {
        if bytes.is_empty() {
            return;
        }
        self.piece(from, Shape::Even { to, of });
        self.bytes.extend_from_slice(bytes);
    }

    /// Adds `bytes` for all of `from`; they may be none.
    pub fn whole(&mut self, bytes: &[u8], from: Range<usize>) {
        self.piece(from.start, Shape::Whole { of: from.len() });
        self.bytes.extend_from_slice(bytes);
    }

    /// Notes where a line of the encoded text begins.
    pub(super) fn line(&mut self, from: usize, position: Position) {
        self.lines.push((from, position));
    }

    /// True when lines and columns of the other text are known here alone.
    pub fn knows_lines(&self) -> bool {
        !self.lines.is_empty()
    }

    /// Line and column of `offset` in the other text, where they are known here alone.
    pub fn position(&self, offset: usize) -> Option<Position> {
        let next = self.lines.partition_point(|line| line.0 <= offset);
        let (from, position) = self.lines[next.checked_sub(1)?];
        Some(Position {
            column: position.column + (offset - from),
            ..position
        })
    }

    fn piece(&mut self, from: usize, shape: Shape) {
        let at = self.bytes.len();
        let goes_on = self.pieces.last().is_some_and(|last| {
            let inside = at - last.at;
            let next = match last.shape {
                Shape::Copy => last.from + inside,
                Shape::Even { to, of } if inside.is_multiple_of(to) => last.from + inside / to * of,
                _ => return false,
            };
            last.shape == shape && next == from
        });
        if !goes_on {
            self.pieces.push(Piece { at, from, shape });
        }
    }

    /// The bytes of the other text that hold those of `span`.
    pub fn back(&self, span: Range<usize>) -> Range<usize> {
        let start = self.edge(span.start, Edge::Before);
        if span.is_empty() {
            return start..start;
        }
        start..self.edge(span.end - 1, Edge::Behind).max(start)
    }

    fn edge(&self, at: usize, edge: Edge) -> usize {
        let next = self.pieces.partition_point(|piece| piece.at <= at);
        let Some(piece) = next.checked_sub(1).map(|index| self.pieces[index]) else {
            return self.pieces.first().map_or(0, |piece| piece.from);
        };
        let inside = at - piece.at;
        let behind = usize::from(edge == Edge::Behind);
        piece.from
            + match piece.shape {
                Shape::Copy => inside + behind,
                Shape::Even { to, of } if edge == Edge::Before => inside * of / to,
                Shape::Even { to, of } => ((inside + 1) * of).div_ceil(to),
                Shape::Whole { of } => of * behind,
            }
    }

    /// True when anything in `span`, or between its bytes, was decoded.
    pub fn is_decoded(&self, span: Range<usize>) -> bool {
        let first = self.pieces.partition_point(|piece| piece.at <= span.start);
        let first = first.saturating_sub(1);
        let pieces = self.pieces[first..].iter();
        let mut pieces = pieces.take_while(|piece| piece.at < span.end);
        // A piece that begins inside follows something that was left out, or is decoded.
        pieces.any(|piece| piece.shape != Shape::Copy || piece.at > span.start)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    Before,
    Behind,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_leads_back() {
        // ab + three bytes of base64 + one left-out character + é from an entity + c
        let mut layer = Layer::new(Encoding::Base64, Counts::Match);
        layer.copy(b"ab", 10);
        layer.even(b"xyzuvw", 12, 3, 4);
        layer.whole(b"", 20..23);
        layer.whole("é".as_bytes(), 23..31);
        layer.copy(b"c", 31);
        let table = [
            (0..2, 10..12),
            (2..3, 12..14),
            (3..4, 13..15),
            (4..5, 14..16),
            (5..8, 16..20),
            (7..9, 18..31),
            (8..9, 23..31),
            (10..11, 31..32),
        ];
        for (span, expected) in table {
            assert_eq!(layer.back(span.clone()), expected, "{span:?}");
        }
        for (span, expected) in [(0..2, false), (1..3, true), (8..10, true), (10..11, false)] {
            assert_eq!(layer.is_decoded(span.clone()), expected, "{span:?}");
        }
    }

    #[test]
    fn what_goes_on_is_one_piece() {
        let mut layer = Layer::new(Encoding::Hex, Counts::Secret);
        for byte in 0..100 {
            layer.even(&[byte], 7 + usize::from(byte) * 2, 1, 2);
        }
        assert_eq!(layer.pieces.len(), 1);
        assert_eq!(layer.back(99..100), 205..207);
    }

    #[test]
    fn something_left_out_inside_counts_as_decoded() {
        let mut layer = Layer::new(Encoding::Invisible, Counts::Match);
        layer.copy(b"pass", 0);
        layer.whole(b"", 4..7);
        layer.copy(b"word", 7);
        assert!(layer.is_decoded(0..8));
        assert!(!layer.is_decoded(0..4) && !layer.is_decoded(5..8));
    }
}
