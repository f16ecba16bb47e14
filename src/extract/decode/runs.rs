//! Long runs of letters and digits: base64 or hexadecimal, perhaps wrapped.
//!
//! A run that reaches beyond what is visible is collected, window by window, if
//! its beginning decodes to anything.

use std::ops::Range;

use super::judge::{self, Packing, Sort};
use super::layer::{Counts, Layer};
use super::wrapped::{Reached, Shape, WIDEST};
use super::{Hand, Sight, base64, hex, packed};
use crate::base::decoding::Encoding;
use crate::base::span::Position;

/// Digits that a run has at least.
pub(super) const SHORTEST: usize = 24;
/// Hexadecimal digits that a run has at least.
pub(super) const SHORTEST_HEX: usize = 32;
/// Most digits of one run; what is longer is cut.
const LONGEST: usize = 16 << 20;
/// Digits of packed text without a mark, at least.
const SHORTEST_PACKED: usize = 64;
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
    /// There were more.
    is_cut: bool,
    /// Where stretches of digits begin: among the digits, and in the text.
    lines: Vec<(usize, usize)>,
    positions: Vec<(usize, Position)>,
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
    let start = start + usize::from(is_diff(bytes, start));
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

/// True when the first digit of a run is the sign of a line that a patch adds or takes away: there
/// is one too many.
fn is_diff(bytes: &[u8], start: usize) -> bool {
    let is_first = start
        .checked_sub(1)
        .is_none_or(|before| bytes[before] == b'\n');
    let is_sign = matches!(bytes.get(start), Some(b'+' | b'-'));
    is_first && is_sign && {
        let rest = bytes[start..].iter().take(WIDEST);
        rest.take_while(|&&b| base64::is_digit(b)).count() % 4 == 1
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
            kept.is_cut |= digits.len() > room;
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
        decode(&lines, &kept.positions, &mut |mut layer| {
            layer.is_cut |= kept.is_cut;
            hand(layer);
        });
    }
}

/// True when the beginning of a run decodes to something.
fn is_worth(digits: &[u8]) -> bool {
    way(digits).is_some()
}

/// How a run that begins with `digits` is encoded, and what that gives.
fn way(digits: &[u8]) -> Option<(Encoding, Sort)> {
    let near = &digits[..digits.len().min(256)];
    let is_mixed = has_both_cases(&near[..near.len().min(SHORTEST)]);
    let may_be_base64 = is_mixed && {
        let mut first = [0; judge::FIRST];
        let count = base64::head(&near[..near.len().min(16)], &mut first);
        judge::may_be(&first[..count])
    };
    let sort = hex_sort(near).filter(|_| digits.len() >= SHORTEST_HEX);
    if let Some(sort) = sort {
        return Some((Encoding::Hex, sort));
    }
    let may_be_packed = is_mixed && digits.len() >= SHORTEST_PACKED;
    if !(may_be_base64 || may_be_packed) {
        return None;
    }
    let mut room = [0; 192];
    let count = base64::head(near, &mut room);
    let head = &room[..count];
    let sort = match judge::sort(head) {
        Sort::Noise if may_be_packed && packed::is_deflated_text(head) => {
            Sort::Packed(Packing::Deflate)
        }
        sort => sort,
    };
    (sort != Sort::Noise).then_some((Encoding::Base64, sort))
}

/// What hexadecimal digits give, unless others are among them or it is noise.
fn hex_sort(digits: &[u8]) -> Option<Sort> {
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let pairs = digits.chunks_exact(2);
    let bytes = pairs.filter_map(|pair| Some(hex::digit(pair[0])? << 4 | hex::digit(pair[1])?));
    let sort = judge::sort(&bytes.collect::<Vec<u8>>());
    (sort != Sort::Noise).then_some(sort)
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
                    Packing::Deflate => Encoding::Deflate,
                },
                inner.text,
            );
            layer.is_cut = inner.is_cut;
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

#[cfg(test)]
mod tests {
    use std::io::Write;

    use ::base64::Engine as _;

    use super::*;

    fn encoded(bytes: &[u8]) -> String {
        ::base64::engine::general_purpose::STANDARD.encode(bytes)
    }

    fn deflated(text: &[u8]) -> Vec<u8> {
        let level = flate2::Compression::default();
        let mut out = flate2::write::DeflateEncoder::new(Vec::new(), level);
        out.write_all(text).unwrap();
        out.finish().unwrap()
    }

    #[test]
    fn text_that_is_deflated_without_a_header_tells_itself() {
        let short = b"%3CmxGraphModel%3E%3Croot%3E%3Clabel%20value%3D%22one%20label%22%3E";
        let long: Vec<u8> = (0..3000)
            .map(|n: u32| b'a' + (n * n / 7 % 23) as u8)
            .collect();
        for text in [&short[..], &long] {
            let packed = Some((Encoding::Base64, Sort::Packed(Packing::Deflate)));
            assert_eq!(way(encoded(&deflated(text)).as_bytes()), packed);
        }
        let numbers: Vec<u8> = (0..3000_u32).flat_map(u32::to_le_bytes).collect();
        assert_eq!(way(encoded(&deflated(&numbers)).as_bytes()), None);
        let noise: Vec<u8> = (0..200_u32).map(|n| ((n * n * 7919) >> 3) as u8).collect();
        for start in 0..100 {
            assert_eq!(way(encoded(&noise[start..]).as_bytes()), None, "{start}");
        }
    }
}
