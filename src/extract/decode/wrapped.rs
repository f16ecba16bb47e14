//! Runs of digits over several lines: what stands between the digits of one
//! line and those of the next.
//!
//! Mostly it is the end of a line and blanks. Where base64 stands in comments, in
//! quoted mail, in a list or in commands that write it to a file, the same bytes
//! stand before and behind the digits of every line.

use std::ops::Range;

use super::{Sight, base64, marks};

/// Digits that a line has at least which another one continues.
const LINE: usize = 40;
/// Most digits of a line that continues the first one.
pub(super) const WIDEST: usize = 1 << 10;
/// Blanks before a line that continues another one, at most.
const INDENT: usize = 64;
/// Ends of lines, as they are and as strings have them.
const FEEDS: [&[u8]; 5] = [b"\n", b"\r\n", b"\\n", b"\\r\\n", b"\\\\n"];
/// Bytes that must be visible to tell whether a line goes on.
const AHEAD: usize = WIDEST + INDENT + 2 * EDGE + 8;
/// Most bytes before and behind the digits of every line.
const EDGE: usize = 48;

/// How a run was wrapped so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shape {
    lines: usize,
    width: usize,
    /// Digits of the line that is being read.
    here: usize,
    frame: Option<Frame>,
}

/// How far a run was read.
pub(super) enum Reached {
    End(usize),
    /// There is more of it than is visible.
    Sight(usize),
}

impl Shape {
    /// Reads a run from `at` on, and adds its stretches to `lines`.
    pub(super) fn go_on(
        &mut self,
        sight: &Sight<'_>,
        at: usize,
        lines: &mut Vec<Range<usize>>,
    ) -> Reached {
        let bytes = sight.bytes;
        let mut start = at;
        loop {
            let end = start + marks::digits(&bytes[start..]);
            self.here += end - start;
            if end > start {
                lines.push(start..end);
            }
            if !sight.last && bytes.len() - end < AHEAD {
                return Reached::Sight(end);
            }
            let line = if self.lines == 0 {
                lines.first().map_or(start, |line| line.start)
            } else {
                start
            };
            match self.next_line(bytes, line, end) {
                Some(next) => start = next,
                None => return Reached::End(end),
            }
        }
    }

    /// Where the run goes on after the line of digits from `start` to `end`.
    fn next_line(&mut self, bytes: &[u8], start: usize, end: usize) -> Option<usize> {
        let is_full = self.lines == 0 || self.here == self.width;
        if self.here < LINE || !self.here.is_multiple_of(4) || !is_full {
            return None;
        }
        if self.lines == 0 {
            let frame = Frame::around(bytes, start..end);
            self.frame = frame.filter(|frame| frame.pass(&bytes[end..]).is_some());
        }
        let line = match self.frame {
            Some(frame) => frame.pass(&bytes[end..])?,
            None => plain_break(&bytes[end..])?,
        };
        let digits = line.iter().take(WIDEST + 1);
        let length = digits.take_while(|&&b| base64::is_digit(b)).count();
        // After a name, the first line is shorter than the others.
        let longest = match self {
            Shape {
                lines: 0,
                frame: None,
                ..
            } => WIDEST,
            Shape { lines: 0, here, .. } => *here,
            Shape { width, .. } => *width,
        };
        let is_line = match line.get(length) {
            None | Some(b'\r' | b'\n' | b'=' | b'"' | b'\'' | b'`' | b'<' | b'\\') => true,
            other => self.frame.is_some_and(|frame| other == frame.after.first()),
        };
        if length == 0 || length > longest || !is_line {
            return None;
        }
        self.width = if self.lines == 0 {
            self.here.max(length)
        } else {
            self.width
        };
        self.lines += 1;
        self.here = 0;
        Some(bytes.len() - line.len())
    }
}

/// What follows the end of a line and the blanks before the next one.
fn plain_break(rest: &[u8]) -> Option<&[u8]> {
    let rest = FEEDS.iter().find_map(|feed| rest.strip_prefix(*feed))?;
    let blank = |&&b: &&u8| b == b' ' || b == b'\t';
    let indent = rest.iter().take(INDENT).take_while(blank).count();
    Some(&rest[indent..])
}

/// What stands before and behind the digits of every line, as signs of comments,
/// quotes, commands that print.
#[derive(Clone, Copy, Debug)]
struct Frame {
    before: Edge,
    after: Edge,
}

/// A few bytes at an edge of a line.
#[derive(Clone, Copy, Debug)]
struct Edge {
    bytes: [u8; EDGE],
    length: usize,
}

impl Edge {
    fn of(bytes: &[u8]) -> Option<Edge> {
        let mut edge = Edge {
            bytes: [0; EDGE],
            length: bytes.len(),
        };
        edge.bytes.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(edge)
    }

    fn get(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    fn first(&self) -> Option<&u8> {
        self.get().first()
    }
}

impl Frame {
    /// What stands around the `digits` of a line.
    fn around(bytes: &[u8], digits: Range<usize>) -> Option<Frame> {
        let near = digits.start.saturating_sub(EDGE + 1);
        let feed = memchr::memrchr(b'\n', &bytes[near..digits.start]);
        let start = match feed {
            Some(feed) => near + feed + 1,
            None if near == 0 => 0,
            None => return None,
        };
        let rest = &bytes[digits.end..bytes.len().min(digits.end + EDGE + 2)];
        let end = memchr::memchr(b'\n', rest)?;
        let after = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
        let before = &bytes[start..digits.start];
        // Lines with nothing but blanks before them may differ in these.
        let is_plain = after.is_empty() && before.iter().all(|b| matches!(b, b' ' | b'\t'));
        if is_plain {
            return None;
        }
        Some(Frame {
            before: Edge::of(before)?,
            after: Edge::of(after)?,
        })
    }

    /// The digits of the next line, from the end of those of this one on.
    fn pass<'b>(&self, rest: &'b [u8]) -> Option<&'b [u8]> {
        let rest = rest.strip_prefix(self.after.get())?;
        let rest = rest.strip_prefix(b"\r").unwrap_or(rest);
        rest.strip_prefix(b"\n")?.strip_prefix(self.before.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::span::Position;

    /// The digits of the run that begins at `start` of `text`, line by line.
    fn lines(text: &str, start: usize) -> Vec<&str> {
        let sight = Sight {
            bytes: text.as_bytes(),
            base: 0,
            new: 0..text.len(),
            last: true,
            position: &|_| Position { line: 1, column: 1 },
        };
        let mut lines = Vec::new();
        let reached = Shape::default().go_on(&sight, start, &mut lines);
        assert!(matches!(reached, Reached::End(_)));
        lines.into_iter().map(|line| &text[line]).collect()
    }

    /// Three lines of digits, each between `before` and `after`; the last one is shorter.
    fn framed(before: &str, after: &str) -> String {
        [64, 64, 30]
            .map(|length| {
                format!(
                    "{before}{}{after}\n",
                    "QUFB".repeat(16)[..length].to_owned()
                )
            })
            .concat()
    }

    #[test]
    fn the_same_may_stand_around_the_digits_of_every_line() {
        for (before, after) in [
            ("", ""),
            ("    ", ""),
            ("# ", ""),
            (" * ", " "),
            ("> > ", ""),
            ("echo ", " >> out.b64"),
            ("  \"", "\\n\""),
            ("    \"", "\","),
            ("- ", "\r"),
            ("2026-01-02 log: ", ""),
        ] {
            let text = format!("x\n{}behind", framed(before, after));
            let found = lines(&text, 2 + before.len());
            let lengths: Vec<usize> = found.iter().map(|line| line.len()).collect();
            assert_eq!(lengths, [64, 64, 30], "{before:?} {after:?}");
        }
    }

    #[test]
    fn lines_with_other_edges_or_of_another_width_do_not_go_on() {
        let digits = "QUFB".repeat(16);
        for text in [
            format!("# {digits}\n// {digits}\n"),
            format!("a = {digits}\nb = {digits}\n"),
            format!("# {}\n# {digits}\n", &digits[4..]),
            format!("# {}\n# {0}\n", &digits[..20]),
            format!("# {digits}\n\n# {digits}\n"),
        ] {
            let start = text.find('Q').expect("digits");
            assert_eq!(lines(&text, start).len(), 1, "{text}");
        }
    }
}
