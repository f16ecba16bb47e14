//! Byte ranges and places: where in a text something stands.

use serde::Serialize;

/// A half-open byte range `start..end` inside one text.
///
/// The text is named by the context that hands the span out. Spans of findings
/// always count bytes of the original blob, never of a decoded view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// Makes the span `start..end`; an end before the start makes it empty.
    pub fn new(start: usize, end: usize) -> Span {
        Span {
            start,
            end: end.max(start),
        }
    }

    /// Number of bytes covered.
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// True when no byte is covered.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// True when the two spans share at least one byte.
    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// True when every byte of `other` is covered by this span.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The same span moved `by` bytes to the right.
    #[must_use]
    pub fn shifted(self, by: usize) -> Span {
        Span {
            start: self.start + by,
            end: self.end + by,
        }
    }

    /// The bytes of `text` this span covers, clipped to the text.
    pub fn of(self, text: &[u8]) -> &[u8] {
        let end = self.end.min(text.len());
        &text[self.start.min(end)..end]
    }
}

/// A line and column, both counted from one.
///
/// Columns count Unicode code points; bytes that are not part of valid UTF-8
/// count one each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Position {
    /// Line, from one. Lines end with `\n`.
    pub line: usize,
    /// Column, from one, in code points.
    pub column: usize,
}

/// Where a finding stands in its blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    /// Bytes of the secret itself, from the beginning of the blob.
    pub span: Span,
    /// Position of the first byte of the secret.
    pub start: Position,
    /// Position one past the last byte of the secret (an exclusive column).
    pub end: Position,
}

/// Number of columns `bytes` takes: continuation bytes of UTF-8 count nothing.
pub fn columns(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&b| b & 0xC0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_that_touch_do_not_overlap() {
        assert!(!Span::new(0, 4).overlaps(Span::new(4, 8)));
        assert!(Span::new(0, 5).overlaps(Span::new(4, 8)));
    }

    #[test]
    fn a_span_past_the_text_is_clipped() {
        assert_eq!(Span::new(2, 9).of(b"abcd"), b"cd");
        assert_eq!(Span::new(7, 9).of(b"abcd"), b"");
    }

    #[test]
    fn columns_count_code_points() {
        assert_eq!(columns("aé漢".as_bytes()), 3);
    }
}
