//! Lines of bounded length: a longer one is told and passed over to its end.

use std::io::{BufRead, ErrorKind};

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// A line without its end.
    Whole(&'a [u8]),
    /// A line that is longer than it may be; what follows it comes next.
    TooLong,
    /// Nothing more comes.
    End,
}

/// Lines of a stream.
pub(super) struct Lines<R> {
    from: R,
    most: usize,
    line: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    /// Lines of at most `most` bytes.
    pub(super) fn new(from: R, most: usize) -> Lines<R> {
        Lines {
            from,
            most,
            line: Vec::new(),
        }
    }

    /// The next line that is not empty. A stream that fails is over.
    pub(super) fn next(&mut self) -> Line<'_> {
        loop {
            match self.read() {
                Read::Line if self.line.trim_ascii().is_empty() => {}
                Read::Line => return Line::Whole(&self.line),
                Read::TooLong => return Line::TooLong,
                Read::End => return Line::End,
            }
        }
    }

    fn read(&mut self) -> Read {
        // A request that was long does not hold its memory for ever.
        if self.line.capacity() > 1 << 20 {
            self.line = Vec::new();
        }
        self.line.clear();
        let mut fits = true;
        let mut any = false;
        loop {
            let piece = match self.from.fill_buf() {
                Ok(piece) => piece,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => &[],
            };
            if piece.is_empty() {
                return match (any, fits) {
                    (false, _) => Read::End,
                    (true, true) => Read::Line,
                    (true, false) => Read::TooLong,
                };
            }
            any = true;
            let end = memchr::memchr(b'\n', piece);
            let part = &piece[..end.unwrap_or(piece.len())];
            fits = fits && self.line.len() + part.len() <= self.most;
            if fits {
                self.line.extend_from_slice(part);
            }
            let used = part.len() + usize::from(end.is_some());
            self.from.consume(used);
            if end.is_some() {
                return if fits { Read::Line } else { Read::TooLong };
            }
        }
    }
}

enum Read {
    Line,
    TooLong,
    End,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    #[test]
    fn a_line_that_is_too_long_does_not_take_the_next_one_with_it() {
        let text = b"abc\n\n  \nabcdefghij\nde\r\nabcdefghi";
        for capacity in 1..20 {
            let from = BufReader::with_capacity(capacity, &text[..]);
            let mut lines = Lines::new(from, 5);
            assert_eq!(lines.next(), Line::Whole(b"abc"));
            assert_eq!(lines.next(), Line::TooLong);
            assert_eq!(lines.next(), Line::Whole(b"de\r"));
            assert_eq!(lines.next(), Line::TooLong);
            assert_eq!(lines.next(), Line::End);
        }
    }

    #[test]
    fn a_last_line_needs_no_end() {
        let mut lines = Lines::new(&b"abc"[..], 3);
        assert_eq!(lines.next(), Line::Whole(b"abc"));
        assert_eq!(lines.next(), Line::End);
    }
}
