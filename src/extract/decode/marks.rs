//! Where in a text something may be encoded: two fast passes over all bytes, for
//! all decoders together.
//!
//! Every text pays for this, so both are vector code: a search for pairs of
//! bytes that begin something ([`PAIRS`]), and a look for long stretches
//! without blanks. What is beyond ASCII is looked at only where there is any.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::packed::{Config, MatchKind, Searcher};
use wide::i8x16;

use super::Sight;
use super::tags::is_inside;

/// Bytes looked at together.
const BLOCK: usize = 64;
/// Bytes of a vector.
const LANES: usize = 16;
/// Bytes that both passes go over while they are near.
const NEAR: usize = 64 << 10;

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A percent sign.
    Percent,
    /// A backslash.
    Backslash,
    /// An ampersand.
    Ampersand,
    /// An equals sign at the end of a line.
    Equals,
    /// Something between the parts of a word: the end of a literal or of a line.
    Seam,
    /// Something that shows nothing, or only looks like ASCII.
    Odd,
    /// Letters and digits, some of a run of at least 24.
    Run,
    /// Hexadecimal bytes with something between them.
    Spaced,
    /// A tag behind a letter or digit.
    Tag,
}

/// How many kinds there are.
pub(super) const KINDS: usize = 9;

/// Pairs that begin something. Of those whose numbers are equal modulo eight, any first
/// byte passes the first look with any second one: they are put together so
/// that the other combinations are rare.
const PAIRS: [[&[u8]; 8]; 4] = [
    [b"%2", b"\\x", b"&#", b"\" ", b"' ", b"=\n", b"^\n", b"`\n"],
    [
        b"%3", b"\\u", b"&a", b"\"\n", b"'\n", b"=\r", b"^\r", b"`\r",
    ],
    [
        b"%5", b"\\\n", b"&l", b"\"+", b"'+", b"\"\r", b"\\0", b"\\U",
    ],
    [
        b"%6", b"\\/", b"\x1b[", b"\".", b"'.", b"'\r", b"\\1", b"\\\r",
    ],
];

static SEARCHER: LazyLock<Option<Searcher>> = LazyLock::new(|| {
    let mut config = Config::new();
    let mut builder = config.match_kind(MatchKind::LeftmostFirst).builder();
    builder.extend(PAIRS.iter().flatten());
    builder.build()
});

/// Between two elements of an array.
static ELEMENT: LazyLock<memchr::memmem::Finder<'static>> =
    LazyLock::new(|| memchr::memmem::Finder::new(b",0x"));

/// Receives places, in ascending order for each kind but [`Kind::Odd`].
pub(super) type Take<'t> = dyn FnMut(Kind, usize) + 't;

/// Finds places in what is new in `sight`. A run that begins at its very end
/// shows only behind it, so that some more is looked at.
pub(super) fn find(sight: &Sight<'_>, take: &mut Take<'_>) {
    let bytes = sight.bytes;
    // Blocks stand at multiples of their length, whatever the windows.
    let back = (sight.base + sight.new.start) % BLOCK;
    let mut at = sight.new.start.saturating_sub(back);
    let range_end = (sight.new.end + BLOCK / 2).min(bytes.len());
    let mut last = 0;
    while at < range_end {
        let end = (at + NEAR).min(range_end);
        let text = &bytes[at..end];
        // Nothing but the same blank, as in an image of a disk.
        if matches!(text[0], 0 | b' ' | b'\n') && text[1..] == text[..text.len() - 1] {
            (at, last) = (end, 0);
            continue;
        }
        pairs(bytes, at..end, take);
        runs(sight, at..end, &mut last, take);
        tags(bytes, at..end, take);
        if !bytes[at..end].is_ascii() || memchr::memchr(0, &bytes[at..end]).is_some() {
            odd(bytes, at..end, take);
        }
        at = end;
    }
}

fn pairs(bytes: &[u8], range: Range<usize>, take: &mut Take<'_>) {
    let seen = &bytes[range.start..(range.end + 1).min(bytes.len())];
    let mut tell = |at: usize| {
        let kind = match (seen[at], seen[at + 1]) {
            (b'%', _) => Kind::Percent,
            (b'\\', b'\n' | b'\r') => Kind::Seam,
            (b'\\', _) => Kind::Backslash,
            (b'&', _) => Kind::Ampersand,
            (b'=', _) => Kind::Equals,
            (0x1b, _) => Kind::Odd,
            _ => Kind::Seam,
        };
        take(kind, range.start + at);
    };
    match &*SEARCHER {
        Some(searcher) => searcher
            .find_iter(seen)
            .for_each(|found| tell(found.start())),
        // No such vector code for this processor.
        None => (0..seen.len().saturating_sub(1))
            .filter(|&at| {
                PAIRS
                    .iter()
                    .flatten()
                    .any(|pair| seen[at..].starts_with(pair))
            })
            .for_each(tell),
    }
}

fn tags(bytes: &[u8], range: Range<usize>, take: &mut Take<'_>) {
    let places = memchr::memchr_iter(b'<', &bytes[range.clone()]);
    let places = places.map(|at| range.start + at);
    for place in places.filter(|&at| is_inside(bytes, at)) {
        take(Kind::Tag, place);
    }
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "a call would cost more than it does")]
fn splat(byte: u8) -> i8x16 {
    i8x16::splat(byte.cast_signed())
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "a call would cost more than it does")]
fn load(bytes: &[u8; LANES]) -> i8x16 {
    i8x16::new(bytes.map(u8::cast_signed))
}

/// Looks for groups of sixteen bytes without blanks and brackets that begin at
/// multiples of eight: a run of 23 holds one. `last` tells of the block before.
fn runs(sight: &Sight<'_>, range: Range<usize>, last: &mut u64, take: &mut Take<'_>) {
    let (blocks, rest) = sight.bytes[range.clone()].as_chunks::<BLOCK>();
    let mut at = range.start;
    for block in blocks {
        group(sight, block, at, last, take);
        at += BLOCK;
    }
    if !rest.is_empty() {
        let mut block = [b' '; BLOCK];
        block[..rest.len()].copy_from_slice(rest);
        group(sight, &block, at, last, take);
    }
}

#[inline]
fn group(sight: &Sight<'_>, block: &[u8; BLOCK], at: usize, last: &mut u64, take: &mut Take<'_>) {
    let mut dense = 0;
    for (n, lanes) in block.as_chunks::<LANES>().0.iter().enumerate() {
        // No blank, line end, quote or bracket, and no sign between digits and letters.
        let v = load(lanes);
        let v = v.simd_gt(splat(0x2A)) & (v.simd_lt(splat(0x3A)) | v.simd_gt(splat(0x40)));
        dense |= u64::from(v.to_bitmask()) << (n * LANES);
    }
    // One bit for each eight bytes that are all dense.
    let mut eights = dense & dense >> 1;
    eights &= eights >> 2;
    eights &= eights >> 4;
    eights &= 0x0101_0101_0101_0101;
    let carried = u64::from(*last >> 56 == 0xFF);
    let pairs = eights & (eights << 8 | carried);
    // A run that reaches over by less than eight bytes.
    let is_over = *last >> 48 == 0xFFFF && dense & 1 != 0;
    if (pairs != 0 || is_over) && long(u128::from(dense) << 64 | u128::from(*last)) != 0 {
        exact_runs(sight.bytes, at, take);
    }
    if sight.new.contains(&at) {
        spaced(sight.bytes, at, take);
    }
    *last = dense;
}

/// Where runs of 24 and more letters, digits and what else base64 has begin,
/// that reach into the block at `at`.
#[inline(never)]
fn exact_runs(bytes: &[u8], at: usize, take: &mut Take<'_>) {
    let start = at.saturating_sub(BLOCK);
    let end = bytes.len().min(at + BLOCK);
    let mut room = [b' '; 2 * BLOCK];
    let both = match bytes[start..].first_chunk::<{ 2 * BLOCK }>() {
        Some(both) if start + BLOCK == at => both,
        _ => {
            room[BLOCK - (at - start)..BLOCK + (end - at)].copy_from_slice(&bytes[start..end]);
            &room
        }
    };
    let mut digits = 0_u128;
    for (n, lanes) in both.as_chunks::<LANES>().0.iter().enumerate() {
        digits |= u128::from(are_digits(lanes)) << (n * LANES);
    }
    let long = long(digits);
    let mut starts = long & !(long << 1);
    while starts != 0 {
        let place = at + starts.trailing_zeros() as usize;
        starts &= starts - 1;
        if let Some(place) = place.checked_sub(BLOCK) {
            take(Kind::Run, place);
        }
    }
    let near = &bytes[start..end];
    if ELEMENT.find(near).is_some() && near.windows(5).any(is_element) {
        take(Kind::Spaced, start);
    }
}

/// One bit for each place from which on 24 bits are set.
#[inline]
fn long(bits: u128) -> u128 {
    let two = bits & bits >> 1;
    let four = two & two >> 2;
    let eight = four & four >> 4;
    eight & eight >> 8 & eight >> 16
}

/// Which lanes hold what base64 is made of.
#[inline]
fn are_digits(group: &[u8; LANES]) -> u32 {
    let v = load(group);
    let folded = v | splat(0x20);
    let letter = folded.simd_gt(splat(0x60)) & folded.simd_lt(splat(0x7B));
    let digit = v.simd_gt(splat(0x2E)) & v.simd_lt(splat(0x3A));
    let sign = v.simd_eq(splat(b'+')) | v.simd_eq(splat(b'-')) | v.simd_eq(splat(b'_'));
    (letter | digit | sign).to_bitmask()
}

/// `x41,`, as in an array of bytes without blanks.
fn is_element(bytes: &[u8]) -> bool {
    matches!(bytes, [b'x', _, _, b',', b'0'])
}

/// Looks whether a block is one of hexadecimal bytes with something between them.
#[inline]
fn spaced(bytes: &[u8], at: usize, take: &mut Take<'_>) {
    let Some(seen) = bytes.get(at..).and_then(<[u8]>::first_chunk::<32>) else {
        return;
    };
    let lanes = |at: usize| {
        let bytes = seen.get(at..).and_then(<[u8]>::first_chunk::<LANES>);
        load(bytes.unwrap_or(&[0; LANES]))
    };
    let (first, third) = (lanes(0), lanes(3));
    let chain = first.simd_eq(third) & first.simd_eq(lanes(6));
    let array = first.simd_eq(splat(b'x')) & third.simd_eq(splat(b','));
    if (chain | array).to_bitmask().count_ones() < 2 {
        return;
    }
    let sign = first.simd_lt(splat(0x30)) | first.simd_eq(splat(b':'));
    let chain = chain & sign & lanes(1).simd_gt(splat(0x2F));
    // Every third byte, or every fifth or sixth.
    if chain.to_bitmask().count_ones() >= 4 || array.to_bitmask().count_ones() >= 2 {
        take(Kind::Spaced, at);
    }
}

/// Where a letter or digit stands beside something beyond ASCII or a zero byte,
/// and where characters begin that may be styled letters.
fn odd(bytes: &[u8], range: Range<usize>, take: &mut Take<'_>) {
    let is_word = |at: usize| {
        let byte = bytes.get(at);
        byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    };
    let mut before = 0;
    for at in range.clone().step_by(BLOCK) {
        let mut block = [b' '; BLOCK];
        let end = range.end.min(at + BLOCK);
        block[..end - at].copy_from_slice(&bytes[at..end]);
        let (mut beyond, mut styled) = (0, 0);
        for (n, lanes) in block.as_chunks::<LANES>().0.iter().enumerate() {
            let v = load(lanes);
            let odd = v.simd_lt(splat(0)) | v.simd_eq(splat(0)) | v.simd_eq(splat(0x1B));
            beyond |= u64::from(odd.to_bitmask()) << (n * LANES);
            let styling = v.simd_eq(splat(0xEF)) | v.simd_eq(splat(0xF0));
            styled |= u64::from(styling.to_bitmask()) << (n * LANES);
        }
        let mut edges = beyond & !(beyond << 1 | before) | beyond & !(beyond >> 1) | styled;
        before = beyond >> 63;
        while edges != 0 {
            let last = at + edges.trailing_zeros() as usize;
            edges &= edges - 1;
            // The beginning of the character that ends here.
            let mut first = last;
            while first > 0 && last - first < 3 && bytes[first] & 0xC0 == 0x80 {
                first -= 1;
            }
            let is_styled = matches!(bytes[first], 0xEF | 0xF0);
            let after_word = first.checked_sub(1).is_some_and(is_word);
            if is_styled || after_word || is_word(last + 1) {
                take(Kind::Odd, first);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::span::Position;

    fn sight(bytes: &[u8]) -> Sight<'_> {
        Sight {
            bytes,
            base: 0,
            new: 0..bytes.len(),
            last: true,
            position: &|_| Position { line: 1, column: 1 },
        }
    }

    proptest! {
        #[test]
        fn every_run_is_found(before in 0..200_usize, length in 24..200_usize, sign in "[ \"=:\n]") {
            let text = [".".repeat(before), sign.clone(), "a".repeat(length), sign].concat();
            let start = before + 1;
            let mut found = Vec::new();
            find(&sight(text.as_bytes()), &mut |kind, at| {
                if kind == Kind::Run {
                    found.push(at);
                }
            });
            prop_assert!(found.iter().any(|&at| at >= start && at < start + length));
        }

        #[test]
        fn every_pair_is_found(text in "[ -~\n\r]{0,300}", nth in 0..32_usize) {
            let pair = PAIRS[nth / 8][nth % 8];
            // Words keep other pairs away.
            let all = [text.as_bytes(), b"aa", pair, b"aa"].concat();
            let mut found = Vec::new();
            find(&sight(&all), &mut |_, at| found.push(at));
            prop_assert!(found.contains(&(text.len() + 2)));
        }
    }
}
