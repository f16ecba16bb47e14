//! Dumps of bytes, as `xxd`, `hexdump`, `od`, `tcpdump` and Wireshark print them: in
//! each line an offset, hexadecimal digits in groups, and perhaps the same as text.
//!
//! ```text
//! 00000010: 6520 6465 706c 6f79 206a 6f62 0a72 6567  e deploy job.reg
//! 00000010  65 20 64 65 70 6c 6f 79  20 6a 6f 62 0a 72 65 67  |e deploy job.reg|
//! 0000020 65 20 64 65 70 6c 6f 79 20 6a 6f 62 0a 72 65 67
//! ```
//!
//! The offset of each line must be that of the one before and what stands in it.

use std::ops::Range;

use super::hex::digit;
use super::judge::{self, Sort};
use super::layer::{Counts, Layer};
use super::{Hand, Sight};
use crate::base::decoding::Encoding;

/// Lines that a dump has at least.
const SHORTEST: usize = 2;
/// Longest line, and bytes of a line that stand for some.
const LINE: usize = 256;
const WIDEST: usize = 64;
/// Digits of an offset.
const OFFSET: std::ops::RangeInclusive<usize> = 4..=16;
/// Digits of an offset that nothing else tells from another number.
const LONG_OFFSET: usize = 6;
/// Blanks before an offset, and behind it.
const INDENT: usize = 64;
const GAP: usize = 4;
/// Bytes before a place that a dump may begin.
const BACK: usize = 4 << 10;
/// Longest dump, in bytes of text.
const LONGEST: usize = 64 << 10;
/// Characters in a row that make bytes worth a search.
const WORTH: usize = 8;

/// The dumps of one text.
#[derive(Debug, Default)]
pub(super) struct Dumps {
    /// Where those stand that were found in this window, and the last one before.
    found: Vec<Range<usize>>,
}

impl Dumps {
    /// Hands out the dumps around `places`.
    pub(super) fn read(&mut self, sight: &Sight<'_>, places: &[usize], hand: &mut Hand<'_>) {
        let before = self.found.len().saturating_sub(1);
        self.found.drain(..before);
        for &place in places {
            let done = self.found.last().map_or(0, |last| last.end);
            let done = done.saturating_sub(sight.base);
            if place < done {
                continue;
            }
            let from = done.max(place.saturating_sub(BACK));
            let Some(lines) = lines(sight.bytes, from, place) else {
                continue;
            };
            let span = lines[0].start..lines[lines.len() - 1].end;
            self.found
                .push(sight.base + span.start..sight.base + span.end);
            let mut layer = Layer::new(Encoding::Hex, Counts::Secret);
            for group in lines.iter().flat_map(|line| &line.groups) {
                group.decode(sight, &mut layer);
            }
            if judge::sort(&layer.bytes) != Sort::Noise || has_text(&layer.bytes) {
                hand(layer);
            }
        }
    }

    /// True when `offset` of the text stands in a dump.
    pub(super) fn hold(&self, offset: usize) -> bool {
        self.found.iter().any(|dump| dump.contains(&offset))
    }
}

/// True when a word stands among the bytes.
fn has_text(bytes: &[u8]) -> bool {
    let mut words = bytes.split(|b| !b.is_ascii_graphic());
    words.any(|word| word.len() >= WORTH)
}

/// A line of a dump.
struct Line {
    start: usize,
    end: usize,
    /// Its offset, if that is hexadecimal, and if it is octal.
    offset: (u64, Option<u64>),
    groups: Vec<Group>,
    /// How many bytes it stands for.
    count: u64,
}

/// Digits that stand together.
struct Group {
    digits: Range<usize>,
    order: Order,
}

/// In which order digits stand.
#[derive(Clone, Copy, PartialEq)]
enum Order {
    AsTheyAre,
    /// The last byte first, as numbers of little-endian machines are printed.
    Backward,
}

impl Group {
    fn decode(&self, sight: &Sight<'_>, layer: &mut Layer) {
        let (pairs, _) = sight.bytes[self.digits.clone()].as_chunks::<2>();
        let byte = |pair: &[u8; 2]| Some(digit(pair[0])? << 4 | digit(pair[1])?);
        let bytes = pairs.iter().filter_map(byte);
        let from = sight.base + self.digits.start;
        if self.order == Order::AsTheyAre {
            bytes
                .enumerate()
                .for_each(|(nth, byte)| layer.even(&[byte], from + 2 * nth, 1, 2));
        } else {
            bytes
                .rev()
                .for_each(|byte| layer.whole(&[byte], from..from + self.digits.len()));
        }
    }
}

/// The lines of the dump in which `place` stands, if one does.
fn lines(bytes: &[u8], from: usize, place: usize) -> Option<Vec<Line>> {
    let mut lines = vec![line(bytes, begin(bytes, from, place)?)?];
    while let Some(before) = lines[0].start.checked_sub(1).filter(|&end| end > from) {
        let start = begin(bytes, from, before);
        let before = start.and_then(|start| line(bytes, start));
        match before.filter(|before| before.goes_on(&lines[0])) {
            Some(line) => lines.insert(0, line),
            None => break,
        }
    }
    loop {
        let last = &lines[lines.len() - 1];
        let next = bytes.get(last.end..).and_then(|_| line(bytes, last.end));
        let next = next.filter(|next| last.goes_on(next));
        match next.filter(|next| next.end - lines[0].start <= LONGEST) {
            Some(line) => lines.push(line),
            None => break,
        }
    }
    (lines.len() >= SHORTEST).then_some(lines)
}

/// Where the line of `place` begins.
fn begin(bytes: &[u8], from: usize, place: usize) -> Option<usize> {
    let reach = from.max(place.saturating_sub(LINE));
    let feed = memchr::memrchr(b'\n', &bytes[reach..place]);
    let first = (reach == 0).then_some(0);
    feed.map(|feed| reach + feed + 1)
        .or(first)
        .or((reach == from).then_some(from))
}

impl Line {
    /// True when `next` follows this line.
    fn goes_on(&self, next: &Line) -> bool {
        let hex = next.offset.0.checked_sub(self.offset.0);
        let octal = next.offset.1.zip(self.offset.1);
        let octal = octal.and_then(|(next, own)| next.checked_sub(own));
        hex == Some(self.count) || octal == Some(self.count)
    }
}

/// The line of a dump that begins at `start`.
fn line(bytes: &[u8], start: usize) -> Option<Line> {
    let near = &bytes[start..bytes.len().min(start + LINE)];
    let feed = memchr::memchr(b'\n', near);
    let text = &near[..feed.unwrap_or(near.len())];
    let mut at = blanks(text, 0, INDENT);
    let is_prefixed = text[at..].starts_with(b"0x");
    at += if is_prefixed { 2 } else { 0 };
    let length = digits(&text[at..]);
    if !OFFSET.contains(&length) {
        return None;
    }
    let offset = std::str::from_utf8(&text[at..at + length]).ok()?;
    let offset = (
        u64::from_str_radix(offset, 16).ok()?,
        u64::from_str_radix(offset, 8).ok(),
    );
    at += length;
    let has_colon = text.get(at) == Some(&b':');
    at += usize::from(has_colon);
    let gap = blanks(text, at, GAP);
    // A table of numbers, most often.
    if length < LONG_OFFSET && gap == 1 && !has_colon && !is_prefixed {
        return None;
    }
    let (found, count) = groups(text, at + gap);
    if gap == 0 || count == 0 {
        return None;
    }
    let is_word = found[0].len() > 2 && !has_colon;
    let groups = found.into_iter().map(|group| Group {
        digits: start + group.start..start + group.end,
        order: if is_word {
            Order::Backward
        } else {
            Order::AsTheyAre
        },
    });
    Some(Line {
        start,
        end: start + feed.map_or(text.len(), |feed| feed + 1),
        offset,
        groups: groups.collect(),
        count: count as u64,
    })
}

/// The groups of digits from `at` on, and how many bytes they stand for.
fn groups(text: &[u8], mut at: usize) -> (Vec<Range<usize>>, usize) {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut count = 0;
    loop {
        let length = digits(&text[at..]);
        let widest = found.first().map_or(16, Range::len);
        let is_word = text.get(at + length).is_some_and(u8::is_ascii_alphanumeric);
        let is_first = !found.is_empty() || matches!(length, 2 | 4 | 8 | 16);
        if length == 0 || !length.is_multiple_of(2) || length > widest || is_word || !is_first {
            return (found, count);
        }
        found.push(at..at + length);
        count += length / 2;
        at += length;
        let gap = match text.get(at) {
            Some(b'-') => 1,
            _ => blanks(text, at, 3),
        };
        // A column more in the middle of a line.
        let is_gap = gap == 1 || gap == 2 && widest == 2 && count == 8;
        if !is_gap || length < widest && found.len() > 1 || count >= WIDEST {
            return (found, count);
        }
        at += gap;
    }
}

/// Blanks from `at` on, as far as `most`.
fn blanks(text: &[u8], at: usize, most: usize) -> usize {
    let rest = text[at..].iter().take(most);
    rest.take_while(|&&b| b == b' ' || b == b'\t').count()
}

/// Hexadecimal digits that `text` begins with, as far as it matters.
fn digits(text: &[u8]) -> usize {
    let most = OFFSET.end() + 1;
    let rest = text.iter().take(most);
    rest.take_while(|b| b.is_ascii_hexdigit()).count()
}

#[cfg(test)]
mod tests {
    use super::super::tests::decoded;
    use super::*;

    const TEXT: &str = "first = some words of it\nname = \"a value of note, and more\"\n";

    /// A dump of [`TEXT`]: its lines from their offset and bytes.
    fn dump(line: impl Fn(usize, &[u8]) -> String) -> String {
        let lines = TEXT.as_bytes().chunks(16).enumerate();
        let lines = lines.map(|(nth, bytes)| line(16 * nth, bytes));
        lines.flat_map(|line| [line, "\n".to_owned()]).collect()
    }

    fn groups_of(bytes: &[u8], width: usize) -> String {
        let group = |bytes: &[u8]| {
            let digits: Vec<String> = bytes.iter().map(|b| format!("{b:02x}")).collect();
            digits.concat()
        };
        let all: Vec<String> = bytes.chunks(width).map(group).collect();
        all.join(" ")
    }

    fn shown(bytes: &[u8]) -> String {
        let show = |&b: &u8| {
            if b.is_ascii_graphic() || b == b' ' {
                char::from(b)
            } else {
                '.'
            }
        };
        bytes.iter().map(show).collect()
    }

    #[test]
    fn dumps_of_many_tools_are_read() {
        let canonical = |bytes: &[u8]| {
            let halves: Vec<String> = bytes.chunks(8).map(|half| groups_of(half, 1)).collect();
            halves.join("  ")
        };
        let swapped = |bytes: &[u8]| {
            let pair = |pair: &[u8]| pair.iter().rev().copied().collect::<Vec<u8>>();
            groups_of(&bytes.chunks(2).flat_map(pair).collect::<Vec<u8>>(), 2)
        };
        for (name, text) in [
            (
                "xxd",
                dump(|at, b| format!("{at:08x}: {:39}  {}", groups_of(b, 2), shown(b))),
            ),
            (
                "xxd -g1",
                dump(|at, b| format!("{at:08x}: {:47}  {}", groups_of(b, 1), shown(b))),
            ),
            (
                "hexdump -C",
                dump(|at, b| format!("{at:08x}  {:48}  |{}|", canonical(b), shown(b))),
            ),
            (
                "tcpdump",
                dump(|at, b| format!("\t0x{at:04x}:  {:39}  {}", groups_of(b, 2), shown(b))),
            ),
            (
                "Wireshark",
                dump(|at, b| format!("{at:04x}   {:47}   {}", groups_of(b, 1), shown(b))),
            ),
            (
                "od -t x1",
                dump(|at, b| format!("{at:07o} {}", groups_of(b, 1))),
            ),
            (
                "od -A x -t x1",
                dump(|at, b| format!("{at:06x} {}", groups_of(b, 1))),
            ),
            ("od -x", dump(|at, b| format!("{at:07o} {}", swapped(b)))),
        ] {
            assert_eq!(decoded(&text, Encoding::Hex), [TEXT], "{name}\n{text}");
            let among = format!("before\n{text}after\n");
            assert_eq!(decoded(&among, Encoding::Hex), [TEXT], "{name}\n{among}");
        }
    }

    #[test]
    fn what_is_no_dump_is_none() {
        let table = (1990..2030).map(|year| format!("{year} 2020 2021 2022 2023 2024 2025\n"));
        let one = format!(
            "00000000: {}  words\n",
            groups_of(&TEXT.as_bytes()[..10], 2)
        );
        let same = dump(|_, b| format!("00000010: {}", groups_of(b, 2)));
        let noise = dump(|at, b| format!("{at:08x}: {}", "01fe ".repeat(b.len() / 2)));
        for text in [table.collect(), one, same, noise] {
            assert_eq!(decoded(&text, Encoding::Hex), [""; 0], "{text}");
        }
    }
}
