//! Shows enough of a secret to recognise it, and no more.
//!
//! A preview keeps the part that the rule itself makes public (a fixed prefix),
//! hides the rest behind a run of stars of fixed length, and keeps a few last
//! characters of long values only: never more than one byte in eight.

use std::fmt;
use std::ops::Range;

use aho_corasick::AhoCorasick;

use crate::base::secret::Secret;
use crate::base::span::Span;
use crate::judge::finding::ExcerptLine;
use crate::judge::locate::RawLine;

/// What stands for hidden text.
const STARS: &str = "********";
/// Longest public prefix shown, in bytes.
const PREFIX: usize = 40;
/// Shortest value that is masked wherever it stands in an excerpt, not only
/// where it was found; shorter ones are ordinary words too often.
const EVERYWHERE: usize = 6;
/// Shortest part of a value that is masked where an excerpt is cut.
const PART: usize = 4;

/// The preview of `secret`, whose first `public` bytes are no secret.
pub fn preview(secret: &[u8], public: usize) -> String {
    let public = public.min(PREFIX).min(secret.len());
    let hidden = &secret[public..];
    let tail = match hidden.len() {
        0..16 => 0,
        16..32 => 2,
        _ => 4,
    };
    let mut out: String = secret[..public].iter().copied().map(printable).collect();
    out.push_str(STARS);
    out.extend(hidden[hidden.len() - tail..].iter().copied().map(printable));
    out
}

fn printable(byte: u8) -> char {
    if byte.is_ascii_graphic() || byte == b' ' {
        char::from(byte)
    } else {
        '*'
    }
}

/// Everything that must not be shown of one blob.
pub struct Masks<'a> {
    values: Option<AhoCorasick>,
    /// The values in order.
    sorted: Vec<&'a [u8]>,
    /// The values from back to front, in order.
    reversed: Vec<Secret>,
}

impl fmt::Debug for Masks<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Masks({} values)", self.sorted.len())
    }
}

impl<'a> Masks<'a> {
    /// Masks for `values`, found or dropped, reported or not, and for the
    /// lines of those that have several.
    pub fn new(values: impl Iterator<Item = &'a Secret>) -> Masks<'a> {
        let mut sorted: Vec<&[u8]> = values
            .map(Secret::expose)
            .flat_map(|value| value.split(|&b| b == b'\n' || b == b'\r'))
            .filter(|value| value.len() >= EVERYWHERE)
            .collect();
        sorted.sort_unstable();
        sorted.dedup();
        let backwards = |value: &&[u8]| value.iter().rev().copied().collect::<Vec<u8>>();
        let mut reversed: Vec<Vec<u8>> = sorted.iter().map(backwards).collect();
        reversed.sort_unstable();
        Masks {
            values: AhoCorasick::new(&sorted).ok(),
            reversed: reversed.iter().map(|value| Secret::new(value)).collect(),
            sorted,
        }
    }

    /// Length of the longest beginning of a value that `bytes` end in.
    fn begun(&self, bytes: &[u8]) -> usize {
        (0..bytes.len().saturating_sub(PART - 1))
            .find(|&at| begins_one(&self.sorted, &bytes[at..], |value| value))
            .map_or(0, |at| bytes.len() - at)
    }

    /// Length of the longest end of a value that `bytes` begin with.
    fn ended(&self, bytes: &[u8]) -> usize {
        let backwards: Vec<u8> = bytes.iter().rev().copied().collect();
        (0..bytes.len().saturating_sub(PART - 1))
            .find(|&at| begins_one(&self.reversed, &backwards[at..], Secret::expose))
            .map_or(0, |at| bytes.len() - at)
    }

    /// `text`, which stands in the blob as well, with every value in it starred.
    pub fn text(&self, text: &str) -> String {
        let Some(values) = &self.values else {
            return text.to_owned();
        };
        let found = values.find_overlapping_iter(text.as_bytes());
        let hidden = merged(found.map(|found| found.range()).collect(), None);
        let mut out = String::new();
        let mut at = 0;
        for (range, _) in hidden {
            out.push_str(&readable(&text.as_bytes()[at..range.start]));
            out.push_str(STARS);
            at = range.end;
        }
        out.push_str(&readable(&text.as_bytes()[at..]));
        out
    }

    /// The excerpt of a finding: `lines` with the finding's own `secret` shown
    /// as `preview`, and everything in `others` or of a masked value starred.
    pub fn excerpt(
        &self,
        lines: &[RawLine],
        secret: Span,
        preview: &str,
        others: &[Span],
    ) -> Vec<ExcerptLine> {
        let mut shown = false;
        lines
            .iter()
            .map(|line| {
                let first = !std::mem::replace(&mut shown, true);
                self.line(line, secret, if first { preview } else { STARS }, others)
            })
            .collect()
    }

    fn line(&self, line: &RawLine, secret: Span, preview: &str, others: &[Span]) -> ExcerptLine {
        let bytes = line.bytes.expose();
        let own = local(secret, line.offset, bytes.len());
        let mut hidden: Vec<Range<usize>> = others
            .iter()
            .filter_map(|&span| local(span, line.offset, bytes.len()))
            .collect();
        if let Some(values) = &self.values {
            hidden.extend(
                values
                    .find_overlapping_iter(bytes)
                    .map(|found| found.range()),
            );
        }
        // A cut goes through values, too.
        if line.cut.0 {
            hidden.push(0..self.ended(bytes));
        }
        if line.cut.1 {
            hidden.push(bytes.len() - self.begun(bytes)..bytes.len());
        }
        let hidden = merged(hidden, own.as_ref());
        let mut text = String::new();
        let mut mark = (0, 0);
        if line.cut.0 {
            text.push('…');
        }
        let mut at = 0;
        for (range, is_own) in hidden {
            text.push_str(&readable(&bytes[at..range.start]));
            let from = text.chars().count();
            text.push_str(if is_own { preview } else { STARS });
            if is_own {
                mark = (from, text.chars().count());
            }
            at = range.end;
        }
        text.push_str(&readable(&bytes[at..]));
        if line.cut.1 {
            text.push('…');
        }
        ExcerptLine {
            number: line.number,
            text,
            mark,
        }
    }
}

/// True when one of the sorted `values` begins with `part`.
fn begins_one<T>(values: &[T], part: &[u8], bytes: impl Fn(&T) -> &[u8]) -> bool {
    let at = values.partition_point(|value| bytes(value) < part);
    values
        .get(at)
        .is_some_and(|value| bytes(value).starts_with(part))
}

/// The part of `span` that lies in a line of `len` bytes which begins at `offset`.
fn local(span: Span, offset: usize, len: usize) -> Option<Range<usize>> {
    let start = span.start.saturating_sub(offset).min(len);
    let end = span.end.saturating_sub(offset).min(len);
    (start < end).then_some(start..end)
}

/// Disjoint ranges in order, the own one whole and told apart.
fn merged(hidden: Vec<Range<usize>>, own: Option<&Range<usize>>) -> Vec<(Range<usize>, bool)> {
    let Some(own) = own else {
        return union(hidden)
            .into_iter()
            .map(|range| (range, false))
            .collect();
    };
    let before = hidden
        .iter()
        .map(|r| r.start.min(own.start)..r.end.min(own.start))
        .collect();
    let after = hidden
        .iter()
        .map(|r| r.start.max(own.end)..r.end.max(own.end))
        .collect();
    let mut out: Vec<_> = union(before)
        .into_iter()
        .map(|range| (range, false))
        .collect();
    out.push((own.clone(), true));
    out.extend(union(after).into_iter().map(|range| (range, false)));
    out
}

/// The same bytes as disjoint ranges in ascending order.
fn union(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let mut out: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}

/// Text of bytes of unknown encoding: what is not UTF-8 is replaced, zero bytes vanish.
fn readable(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    if text.contains('\0') {
        text.replace('\0', "")
    } else {
        text.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::judge::locate;

    proptest! {
        #[test]
        fn a_preview_shows_no_more_than_one_byte_in_eight(
            secret in proptest::collection::vec(b'a'..=b'z', 0..200), public in 0usize..10,
        ) {
            let shown = preview(&secret, public).replace(STARS, "");
            let hidden = secret.len().saturating_sub(public);
            prop_assert!(shown.len() <= public + hidden / 8);
        }

        #[test]
        fn an_excerpt_never_holds_a_masked_value(
            before in "[a-z \n=]{0,40}", value in "[A-Z0-9]{8,40}", between in "[a-z \n=]{0,20}",
            other in "[A-Z0-9]{8,40}",
        ) {
            let text = format!("{before}{value}{between}{other} {value}\n");
            let secret = Span::new(before.len(), before.len() + value.len());
            let first = 1 + before.matches('\n').count();
            let lines = locate::surroundings(text.as_bytes(), secret, first);
            let secrets = [Secret::new(value.as_bytes()), Secret::new(other.as_bytes())];
            let masks = Masks::new(secrets.iter());
            for line in masks.excerpt(&lines, secret, &preview(value.as_bytes(), 0), &[]) {
                prop_assert!(!line.text.contains(&value));
                prop_assert!(!line.text.contains(&other));
            }
        }
    }

    #[test]
    fn a_value_that_the_cut_goes_through_is_masked() {
        let (one, two) = ("Q7".repeat(30), "7Zk2".repeat(20));
        let text = format!("{two};key = 'ABCDEFGHIJ'; {one}");
        let at = text.find("ABC").unwrap();
        let secret = Span::new(at, at + 10);
        let lines = locate::surroundings(text.as_bytes(), secret, 1);
        assert_eq!(lines[0].cut, (true, true));
        let secrets = [Secret::new(one.as_bytes()), Secret::new(two.as_bytes())];
        let masks = Masks::new(secrets.iter());
        let excerpt = masks.excerpt(&lines, secret, "********", &[]);
        assert_eq!(excerpt[0].text, "…********;key = '********'; ********…");
    }

    #[test]
    fn lines_of_a_long_value_are_masked_wherever_they_stand() {
        let value = Secret::new(b"first line\r\nother line");
        let masks = Masks::new(std::iter::once(&value));
        let text = b"key = 'ABCDEFGHIJ' # other line";
        let secret = Span::new(7, 17);
        let lines = locate::surroundings(text, secret, 1);
        let excerpt = masks.excerpt(&lines, secret, "********", &[]);
        assert_eq!(excerpt[0].text, "key = '********' # ********");
    }

    #[test]
    fn the_public_prefix_is_kept() {
        let secret = format!("{}{}", "abcd_", "Q7".repeat(18));
        assert_eq!(preview(secret.as_bytes(), 5), "abcd_********Q7Q7");
        assert_eq!(preview(b"hunter2", 0), "********");
    }

    #[test]
    fn the_mark_is_the_preview() {
        let text = b"key = 'ABCDEFGHIJ';";
        let secret = Span::new(7, 17);
        let lines = locate::surroundings(text, secret, 1);
        let masks = Masks::new(std::iter::empty());
        let excerpt = masks.excerpt(&lines, secret, "********", &[]);
        assert_eq!(excerpt[0].text, "key = '********';");
        assert_eq!(excerpt[0].mark, (7, 15));
    }
}
