//! Hexadecimal digits: two for each byte, in one run or with something between them.

use super::dump::Dumps;
use super::judge::{self, Sort};
use super::layer::{Counts, Layer};
use super::named::named;
use super::{Hand, Sight};
use crate::base::decoding::Encoding;

/// Bytes that a chain has at least.
const SHORTEST: usize = 12;
/// Bytes before a place that a chain may begin.
const BACK: usize = 512;
/// Longest chain, in bytes of text.
const LONGEST: usize = 64 << 10;
/// Blanks between two bytes of a chain, at most.
const BLANKS: usize = 80;

/// The value of a hexadecimal digit.
pub(super) fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// Decodes stretches of digits, each with its place, as one run.
pub(super) fn decode(lines: &[(usize, &[u8])], layer: &mut Layer) {
    let mut half: Option<(usize, u8)> = None;
    for &(start, line) in lines {
        for (at, &byte) in (start..).zip(line) {
            let Some(value) = digit(byte) else { return };
            match half.take() {
                None => half = Some((at, value)),
                Some((first, high)) if first + 1 == at => {
                    layer.even(&[high << 4 | value], first, 1, 2);
                }
                Some((first, high)) => layer.whole(&[high << 4 | value], first..at + 1),
            }
        }
    }
}

/// Hands out chains of hexadecimal bytes around `places` that stand in no dump: `67:68`,
/// `67 68`, `0x67, 0x68`.
pub(super) fn read(
    sight: &Sight<'_>,
    places: &[usize],
    dumps: &Dumps,
    until: &mut usize,
    hand: &mut Hand<'_>,
) {
    let bytes = sight.bytes;
    let mut tried = 0;
    for &place in places {
        let done = until.saturating_sub(sight.base);
        if place < done.max(tried) || dumps.hold(sight.base + place) {
            continue;
        }
        tried = place + BACK / 8;
        // A few bytes of the chain, before its beginning is looked for.
        let near = place..bytes.len().min(place + BACK / 8);
        if !near.clone().any(|at| is_chain(bytes, at, 4)) {
            continue;
        }
        let from = place.saturating_sub(BACK).max(done);
        let start = (from..bytes.len().min(place + BACK / 8)).find(|&at| begins(bytes, at));
        let Some(start) = start.filter(|start| !dumps.hold(sight.base + start)) else {
            continue;
        };
        let mut found = Vec::new();
        let end = chain(bytes, start, |byte, at| found.push((byte, at)));
        *until = sight.base + end;
        strip_end(&mut found);
        let mut layer = Layer::new(Encoding::Hex, Counts::Secret);
        for &(byte, at) in &found {
            layer.even(&[byte], sight.base + at, 1, 2);
        }
        if judge::sort(&layer.bytes) != Sort::Noise {
            let last = found.last().map_or(start, |&(_, at)| at + 2);
            hand(named(sight, start..last, layer));
        }
    }
}

/// Takes off the zero at the end of a string, if it is the only one.
fn strip_end(found: &mut Vec<(u8, usize)>) {
    let zero = found.iter().position(|&(byte, _)| byte == 0);
    if zero.is_some_and(|zero| zero + 1 == found.len()) {
        found.pop();
    }
}

/// True when a chain begins at `at`.
fn begins(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| bytes[before]);
    if before.is_some_and(|byte| byte.is_ascii_alphanumeric()) {
        return false;
    }
    is_chain(bytes, at, SHORTEST)
}

/// True when so many bytes of a chain stand from `at` on.
fn is_chain(bytes: &[u8], at: usize, length: usize) -> bool {
    if !matches!(bytes.get(at..at + 2), Some([high, low]) if high.is_ascii_hexdigit() && (low.is_ascii_hexdigit() || *low == b'x'))
    {
        return false;
    }
    let reach = bytes.len().min(at + length * (BLANKS + 4));
    let mut count = 0;
    chain(&bytes[..reach], at, |_, _| count += 1);
    count >= length
}

/// Reads a chain from `at` on; tells each byte with its place, and the end.
fn chain(bytes: &[u8], mut at: usize, mut tell: impl FnMut(u8, usize)) -> usize {
    let start = at;
    let prefix = |at: usize| match bytes.get(at..at + 2) {
        Some(b"0x" | b"0X") => 2,
        _ => 0,
    };
    let own = prefix(at);
    let mut sign = None;
    loop {
        let digits = at + own;
        let pair = bytes.get(digits..digits + 2);
        let Some((high, low)) = pair.and_then(|pair| Some((digit(pair[0])?, digit(pair[1])?)))
        else {
            return at;
        };
        if prefix(at) != own || bytes.get(digits + 2).is_some_and(u8::is_ascii_alphanumeric) {
            return at;
        }
        tell(high << 4 | low, digits);
        at = digits + 2;
        let Some(&next) = bytes.get(at) else {
            return at;
        };
        let is_sign = matches!(next, b':' | b',' | b' ' | b'-' | b';');
        if !is_sign && !matches!(next, b'\n' | b'\r')
            || sign.is_some_and(|sign| is_sign && sign != next)
        {
            return at;
        }
        if is_sign {
            sign = Some(next);
        }
        let blank = |b: &&u8| matches!(**b, b' ' | b'\t' | b'\n' | b'\r');
        let rest = &bytes[at + 1..];
        // A line that goes on, as registries of Windows are exported.
        let sign = usize::from(matches!(rest, [b'\\', b'\r' | b'\n', ..]));
        let blanks = rest[sign..].iter().take(BLANKS).take_while(blank).count() + sign;
        if at + 1 + blanks - start > LONGEST {
            return at;
        }
        at += 1 + blanks;
    }
}
