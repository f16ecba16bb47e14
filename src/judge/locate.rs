//! Line and column of matches, and the lines around them.
//!
//! Positions are counted forward only, from one match to the next, so that a
//! text of any length and any number of matches is read once.

use crate::base::secret::Secret;
use crate::base::span::{Place, Position, Span};

/// Most bytes of a line kept before and after the secret.
const BEFORE: usize = 80;
const AFTER: usize = 60;
/// Most bytes of one line kept in all.
const LINE: usize = 320;
/// Most lines kept; the last one stands for the end of a longer secret.
const LINES: usize = 4;

/// Counts lines and columns along one blob.
///
/// Columns count code points. Zero bytes count nothing, so that two-byte text
/// has the columns a reader sees.
#[derive(Clone, Debug)]
pub struct LineCounter {
    at: usize,
    position: Position,
}

impl Default for LineCounter {
    fn default() -> LineCounter {
        LineCounter {
            at: 0,
            position: Position { line: 1, column: 1 },
        }
    }
}

impl LineCounter {
    /// The position of blob offset `to`. `bytes` are the blob's bytes from
    /// offset `base` on and must hold everything from the last position asked
    /// for to `to`; an earlier `to` gives the last position.
    pub fn seek(&mut self, bytes: &[u8], base: usize, to: usize) -> Position {
        if to > self.at && self.at >= base {
            let passed = Span::new(self.at - base, to - base).of(bytes);
            self.position = after(self.position, passed);
            self.at = to;
        }
        self.position
    }
}

/// The position after `passed`, which begins at `position`.
fn after(position: Position, passed: &[u8]) -> Position {
    match memchr::memrchr(b'\n', passed) {
        None => Position {
            line: position.line,
            column: position.column + columns(passed),
        },
        Some(last) => Position {
            line: position.line + memchr::memchr_iter(b'\n', &passed[..=last]).count(),
            column: 1 + columns(&passed[last + 1..]),
        },
    }
}

fn columns(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .filter(|&&b| b & 0xC0 != 0x80 && b != 0)
        .count()
}

/// The place of a secret whose start is at `start`.
pub fn place(secret: Span, start: Position, value: &[u8]) -> Place {
    Place {
        span: secret,
        start,
        end: after(start, value),
    }
}

/// A line around a secret as it stands in the text: not masked.
#[derive(Clone, Debug)]
pub struct RawLine {
    /// Line number.
    pub number: usize,
    /// The line's bytes, cut to a sensible length.
    pub bytes: Secret,
    /// Offset of the first byte kept, in the coordinates of the secret's span.
    pub offset: usize,
    /// True when something was cut off before or after.
    pub cut: (bool, bool),
}

/// The lines of `text` that hold `secret`, which begins on line `first`: at
/// most four, the last of which is the last line of the secret.
pub fn surroundings(text: &[u8], secret: Span, first: usize) -> Vec<RawLine> {
    let mut lines = Vec::new();
    let mut at = secret.start.min(text.len());
    let mut number = first;
    loop {
        lines.push(raw_line(text, secret, at, number));
        let Some(feed) = memchr::memchr(b'\n', &text[at..secret.end.clamp(at, text.len())]) else {
            return lines;
        };
        at += feed + 1;
        number += 1;
        if at >= secret.end {
            return lines;
        }
        if lines.len() == LINES - 1 {
            let rest = &text[at..secret.end.min(text.len())];
            let skipped = memchr::memchr_iter(b'\n', rest.strip_suffix(b"\n").unwrap_or(rest));
            let (count, last) = skipped.fold((0, None), |(n, _), feed| (n + 1, Some(feed)));
            at += last.map_or(0, |feed| feed + 1);
            lines.push(raw_line(text, secret, at, number + count));
            return lines;
        }
    }
}

fn raw_line(text: &[u8], secret: Span, at: usize, number: usize) -> RawLine {
    let reach = at.saturating_sub(BEFORE);
    let start = memchr::memrchr(b'\n', &text[reach..at]).map_or(reach, |feed| reach + feed + 1);
    let stop = secret
        .end
        .max(at)
        .saturating_add(AFTER)
        .min(at + LINE)
        .min(text.len());
    let feed = memchr::memchr(b'\n', &text[at..stop]);
    let end = feed.map_or(stop, |feed| at + feed);
    RawLine {
        number,
        bytes: Secret::new(&text[start..end]),
        offset: start,
        cut: (
            start == reach && reach > 0 && text[reach - 1] != b'\n',
            feed.is_none() && stop < text.len(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn positions_do_not_depend_on_the_steps(
            text in "[ab\né漢]{0,60}", stops in proptest::collection::vec(0usize..100, 0..8),
        ) {
            let bytes = text.as_bytes();
            let mut stops: Vec<usize> = stops.into_iter().map(|s| s.min(bytes.len())).collect();
            stops.sort_unstable();
            let mut counter = LineCounter::default();
            for stop in stops {
                let direct = LineCounter::default().seek(bytes, 0, stop);
                prop_assert_eq!(counter.seek(bytes, 0, stop), direct);
            }
        }

        #[test]
        fn surroundings_never_panic_and_stay_short(
            text in proptest::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..400),
            start in 0usize..420, len in 0usize..300,
        ) {
            let lines = surroundings(&text, Span::new(start, start + len), 1);
            prop_assert!(lines.len() <= LINES);
            prop_assert!(lines.iter().all(|l| l.bytes.len() <= BEFORE + LINE));
            prop_assert!(lines.iter().all(|l| !l.bytes.expose().contains(&b'\n')));
        }
    }

    #[test]
    fn lines_and_columns_count_from_one() {
        let text = "é = 1\n  x";
        let mut counter = LineCounter::default();
        assert_eq!(
            counter.seek(text.as_bytes(), 0, 3),
            Position { line: 1, column: 3 }
        );
        assert_eq!(
            counter.seek(text.as_bytes(), 0, 9),
            Position { line: 2, column: 3 }
        );
    }

    #[test]
    fn a_long_secret_shows_its_first_and_last_lines() {
        let text = b"x\n1\n2\n3\n4\n5\n6\ny";
        let lines = surroundings(text, Span::new(2, 13), 2);
        let numbers: Vec<usize> = lines.iter().map(|l| l.number).collect();
        assert_eq!(numbers, [2, 3, 4, 7]);
        assert_eq!(lines[3].bytes.expose(), b"6");
    }

    #[test]
    fn a_line_is_cut_around_the_secret() {
        let text = [b'a'; 1000];
        let lines = surroundings(&text, Span::new(500, 520), 1);
        assert_eq!(lines[0].offset, 420);
        assert_eq!(lines[0].cut, (true, true));
    }
}
