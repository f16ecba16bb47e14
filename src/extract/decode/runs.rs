//! Long runs of letters and digits: base64 or hexadecimal, perhaps wrapped.
//!
//! A run that reaches beyond what is visible is collected, window by window, if
//! its beginning decodes to anything.

use std::ops::Range;

use super::judge::{self, Packing, Sort};
use super::layer::{Counts, Layer};
use super::{Hand, Sight, base64, hex, marks, packed};
use crate::base::decoding::Encoding;
use crate::base::span::Position;

/// Digits that a run has at least.
pub(super) const SHORTEST: usize = 24;
/// Hexadecimal digits that a run has at least.
pub(super) const SHORTEST_HEX: usize = 32;
/// Digits that a line has at least which another one continues.
const LINE: usize = 40;
/// Most digits of a line that continues the first one.
const WIDEST: usize = 1 << 10;
/// Blanks before a line that continues another one, at most.
const INDENT: usize = 64;
/// Ends of lines, as they are and as strings have them.
const FEEDS: [&[u8]; 5] = [b"\n", b"\r\n", b"\\n", b"\\r\\n", b"\\\\n"];
/// Bytes that must be visible to tell whether a line goes on.
const AHEAD: usize = WIDEST + INDENT + 8;
/// Most digits of one run; what is longer is cut.
const LONGEST: usize = 16 << 20;
/// Decoded bytes up to which what stands around a run is taken along.
const VALUE: usize = 200;
/// Bytes taken along before and behind such a value.
const BEFORE: usize = 200;
const BEHIND: usize = 48;

/// The search for runs in one text.
#[derive(Debug, Default)]
pub(super) struct Runs {
    /// Where the last run ended.
    until: usize,
    /// A run that goes on in the next window.
    open: Option<Open>,
    /// True when a run began like a container.
    pub(super) holds_container: bool,
}

/// How a run was wrapped so far.
#[derive(Clone, Copy, Debug, Default)]
struct Shape {
    lines: usize,
    width: usize,
    /// Digits of the line that is being read.
    here: usize,
}

/// A run of which not everything is visible.
#[derive(Debug)]
struct Open {
    shape: Shape,
    /// Where it goes on.
    at: usize,
    /// Its digits so far; none when they decode to nothing.
    kept: Option<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    digits: Vec<u8>,
    /// Where stretches of digits begin: among the digits, and in the text.
    lines: Vec<(usize, usize)>,
    positions: Vec<(usize, Position)>,
}

/// How far a run was read.
enum Reached {
    End(usize),
    /// There is more of it than is visible.
    Sight(usize),
}

impl Runs {
    /// Hands out the runs that begin in what is new, and what of an older one ends here.
    pub(super) fn read(&mut self, sight: &Sight<'_>, places: &[usize], hand: &mut Hand<'_>) {
        let mut lines = Vec::new();
        if let Some(mut open) = self.open.take() {
            let at = open.at - sight.base;
            match open.shape.go_on(sight, at, &mut lines) {
                Reached::Sight(at) => {
                    open.keep(sight, &lines);
                    open.at = sight.base + at;
                    self.open = Some(open);
                    return;
                }
                Reached::End(at) => {
                    open.keep(sight, &lines);
                    self.until = sight.base + at;
                    open.finish(hand);
                }
            }
        }
        for &place in places {
            let Some(start) = begin(sight, place, self.until) else {
                continue;
            };
            self.holds_container |= is_container(&sight.bytes[start..]);
            lines.clear();
            let mut shape = Shape::default();
            match shape.go_on(sight, start, &mut lines) {
                Reached::End(end) => {
                    self.until = sight.base + end;
                    island(sight, &lines, hand);
                }
                Reached::Sight(end) => {
                    let mut open = Open {
                        shape,
                        at: sight.base + end,
                        kept: is_worth(&sight.bytes[lines[0].clone()]).then(Kept::default),
                    };
                    open.keep(sight, &lines);
                    self.open = Some(open);
                    return;
                }
            }
        }
    }
}

#[cfg(feature = "archives")]
fn is_container(digits: &[u8]) -> bool {
    crate::extract::encoded::begins_container(digits)
}

#[cfg(not(feature = "archives"))]
fn is_container(_: &[u8]) -> bool {
    false
}

/// The beginning of the run that `place` is in the middle of, if it is long
/// enough, begins from `until` on, and in what is new.
fn begin(sight: &Sight<'_>, place: usize, until: usize) -> Option<usize> {
    let bytes = sight.bytes;
    if sight.base + place < until {
        return None;
    }
    let start = match place.checked_sub(1) {
        Some(before) if base64::is_digit(bytes[before]) => {
            let before = bytes[..before].iter().rposition(|&b| !base64::is_digit(b));
            before.map_or(0, |at| at + 1)
        }
        // Mostly, it is told where they begin.
        _ => place,
    };
    let is_ours = sight.base + start >= until && start < sight.new.end;
    // What begins before all that is visible began long ago.
    let is_seen = start > 0 || sight.base == 0;
    let run = bytes.get(start..start + SHORTEST)?;
    let is_run = is_ours && is_seen && run.iter().all(|&b| base64::is_digit(b));
    is_run.then(|| start + prefix(bytes, start))
}

/// Length of `0x`, or of the `x` of `\x` as `PostgreSQL` writes bytes, before the
/// digits of the run that begins at `start`.
fn prefix(bytes: &[u8], start: usize) -> usize {
    let length = match bytes[start..] {
        [b'0', b'x' | b'X', ..] => 2,
        [b'x', ..] if start > 0 && bytes[start - 1] == b'\\' => 1,
        _ => return 0,
    };
    let digits = bytes[start + length..].iter().take(SHORTEST_HEX);
    let count = digits.take_while(|b| b.is_ascii_hexdigit()).count();
    if count == SHORTEST_HEX { length } else { 0 }
}

impl Shape {
    /// Reads a run from `at` on, and adds its stretches to `lines`.
    fn go_on(&mut self, sight: &Sight<'_>, at: usize, lines: &mut Vec<Range<usize>>) -> Reached {
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
            match self.next_line(bytes, end) {
                Some(next) => start = next,
                None => return Reached::End(end),
            }
        }
    }

    /// Where the run goes on after the line that ends at `end`.
    fn next_line(&mut self, bytes: &[u8], end: usize) -> Option<usize> {
        let is_full = self.lines == 0 || self.here == self.width;
        if self.here < LINE || !self.here.is_multiple_of(4) || !is_full {
            return None;
        }
        let rest = FEEDS
            .iter()
            .find_map(|feed| bytes[end..].strip_prefix(*feed))?;
        let blank = |&&b: &&u8| b == b' ' || b == b'\t';
        let indent = rest.iter().take(INDENT).take_while(blank).count();
        let line = &rest[indent..];
        let digits = line.iter().take(WIDEST + 1);
        let length = digits.take_while(|&&b| base64::is_digit(b)).count();
        // After a name, the first line is shorter than the others.
        let longest = if self.lines == 0 { WIDEST } else { self.width };
        let is_line = match line.get(length) {
            None | Some(b'\r' | b'\n' | b'=' | b'"' | b'\'' | b'`' | b'<' | b'\\') => true,
            Some(_) => false,
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

impl Open {
    fn keep(&mut self, sight: &Sight<'_>, lines: &[Range<usize>]) {
        let Some(kept) = &mut self.kept else { return };
        for line in lines {
            let from = sight.base + line.start;
            kept.lines.push((kept.digits.len(), from));
            kept.positions.push((from, (sight.position)(from)));
            let room = LONGEST.saturating_sub(kept.digits.len());
            let digits = &sight.bytes[line.clone()];
            kept.digits
                .extend_from_slice(&digits[..digits.len().min(room)]);
        }
    }

    fn finish(self, hand: &mut Hand<'_>) {
        let Some(kept) = self.kept else { return };
        let ends = kept.lines.iter().skip(1).map(|line| line.0);
        let ends = ends.chain([kept.digits.len()]);
        let lines: Vec<(usize, &[u8])> = kept
            .lines
            .iter()
            .zip(ends)
            .map(|(&(start, from), end)| (from, &kept.digits[start..end]))
            .collect();
        decode(&lines, &kept.positions, &mut |layer| hand(layer));
    }
}

/// True when the beginning of a run decodes to something.
fn is_worth(digits: &[u8]) -> bool {
    way(digits).is_some()
}

/// How a run that begins with `digits` is encoded, and what that gives.
fn way(digits: &[u8]) -> Option<(Encoding, Sort)> {
    let near = &digits[..digits.len().min(256)];
    let is_hex_digit = digits.first().is_some_and(u8::is_ascii_hexdigit);
    let mut may_be_base64 = has_both_cases(&near[..near.len().min(SHORTEST)]);
    if may_be_base64 {
        let mut first = [0; judge::FIRST];
        let count = base64::head(&near[..near.len().min(16)], &mut first);
        may_be_base64 = judge::may_be(&first[..count]);
    }
    if !may_be_base64 && !is_hex_digit {
        return None;
    }
    let is_hex = digits.len() >= SHORTEST_HEX && near.iter().all(u8::is_ascii_hexdigit);
    if is_hex {
        let bytes: Vec<u8> = near
            .chunks_exact(2)
            .filter_map(|pair| Some(hex::digit(pair[0])? << 4 | hex::digit(pair[1])?))
            .collect();
        let sort = judge::sort(&bytes);
        if sort != Sort::Noise {
            return Some((Encoding::Hex, sort));
        }
    }
    if !may_be_base64 {
        return None;
    }
    let mut room = [0; 192];
    let count = base64::head(near, &mut room);
    let sort = judge::sort(&room[..count]);
    (sort != Sort::Noise).then_some((Encoding::Base64, sort))
}

/// True when there are small and capital letters. Base64 of text has both among its
/// first digits; names of constants and of functions have one of them.
fn has_both_cases(digits: &[u8]) -> bool {
    digits.iter().any(u8::is_ascii_lowercase) && digits.iter().any(u8::is_ascii_uppercase)
}

/// True when a run without both cases may hold hexadecimal digits.
fn may_hold_hex(digits: &[u8]) -> bool {
    let mut hex = digits.split(|b| !b.is_ascii_hexdigit());
    digits.len() >= SHORTEST_HEX && hex.any(|run| run.len() >= SHORTEST_HEX)
}

/// Hands out what the visible run made of `lines` holds.
fn island(sight: &Sight<'_>, lines: &[Range<usize>], hand: &mut Hand<'_>) {
    let bytes = sight.bytes;
    let Some(first) = lines.first() else { return };
    let digits = &bytes[first.clone()];
    if lines.len() == 1 && !has_both_cases(digits) && !may_hold_hex(digits) {
        return;
    }
    if way(&bytes[first.clone()]).is_none() {
        if let [line] = lines {
            parts(sight, line, hand);
        }
        return;
    }
    let stretches: Vec<(usize, &[u8])> = lines
        .iter()
        .map(|line| (sight.base + line.start, &bytes[line.clone()]))
        .collect();
    let (start, end) = (first.start, lines[lines.len() - 1].end);
    decode(&stretches, &[], &mut |layer| {
        hand(with_surroundings(sight, start..end, layer));
    });
}

/// Tries the parts of a line that is no run as a whole: it may be a path, of
/// which one part is encoded.
fn parts(sight: &Sight<'_>, line: &Range<usize>, hand: &mut Hand<'_>) {
    let mut start = line.start;
    let is_seam = |&b: &u8| matches!(b, b'/' | b'-' | b'_' | b'+');
    for _ in 0..16 {
        let rest = &sight.bytes[start..line.end];
        let Some(seam) = rest.iter().position(is_seam) else {
            return;
        };
        start += seam + 1;
        let rest = &sight.bytes[start..line.end];
        if rest.len() < SHORTEST {
            return;
        }
        if way(rest).is_some() {
            decode(&[(sight.base + start, rest)], &[], &mut |layer| {
                hand(with_surroundings(sight, start..line.end, layer));
            });
            return;
        }
    }
}

/// Decodes one run.
fn decode(lines: &[(usize, &[u8])], positions: &[(usize, Position)], hand: &mut Hand<'_>) {
    let Some((encoding, sort)) = lines.first().and_then(|(_, digits)| way(digits)) else {
        return;
    };
    let mut layer = Layer::new(encoding, Counts::Secret);
    if encoding == Encoding::Hex {
        hex::decode(lines, &mut layer);
    } else {
        base64::decode(lines, &mut layer);
    }
    for &(from, position) in positions {
        layer.line(from, position);
    }
    if let Sort::Packed(packing) = sort {
        let inner = packed::unpack(packing, &layer.bytes);
        if let Some(inner) = inner {
            layer.pack(
                match packing {
                    Packing::Gzip => Encoding::Gzip,
                    Packing::Zlib => Encoding::Zlib,
                },
                inner,
            );
            hand(layer);
        }
        return;
    }
    hand(layer);
}

/// The layer with what stands around the run, if it is no more than a value.
pub(super) fn with_surroundings(sight: &Sight<'_>, run: Range<usize>, layer: Layer) -> Layer {
    let is_value =
        layer.bytes.len() <= VALUE && !layer.bytes.contains(&b'\n') && !layer.bytes.contains(&0);
    if !is_value || layer.is_coarse {
        return layer;
    }
    let bytes = sight.bytes;
    let reach = run.start.saturating_sub(BEFORE);
    let feed = memchr::memrchr(b'\n', &bytes[reach..run.start]);
    let start = feed.map_or(reach, |feed| reach + feed + 1);
    let padding = bytes[run.end..].iter().take(2).take_while(|&&b| b == b'=');
    let end = run.end + padding.count();
    let rest = &bytes[end..bytes.len().min(end + BEHIND)];
    let rest = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
    let mut whole = Layer::new(layer.encoding, Counts::Secret);
    whole.copy(&bytes[start..run.start], sight.base + start);
    whole.append(layer);
    whole.copy(rest, sight.base + end);
    whole
}
