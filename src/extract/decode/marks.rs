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

use super::runs::SHORTEST_HEX;
use super::tags::is_inside;
use super::{Sight, base64};

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
    let mut last = match at.checked_sub(BLOCK) {
        Some(before) => digits_of(&padded(&bytes[before..at])),
        None => digits_of(&padded(&bytes[..at])) << (BLOCK - at) as u32 % 64,
    };
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

/// A block that begins with `bytes`.
fn padded(bytes: &[u8]) -> [u8; BLOCK] {
    let mut block = [b' '; BLOCK];
    block[..bytes.len()].copy_from_slice(bytes);
    block
}

/// Looks at block after block; `last` tells of the digits of the block before.
fn runs(sight: &Sight<'_>, range: Range<usize>, last: &mut u64, take: &mut Take<'_>) {
    let (blocks, rest) = sight.bytes[range.clone()].as_chunks::<BLOCK>();
    let mut at = range.start;
    for block in blocks {
        group(sight, block, at, last, take);
        at += BLOCK;
    }
    if !rest.is_empty() {
        group(sight, &padded(rest), at, last, take);
    }
}

/// Looks for groups of sixteen digits that begin at multiples of eight: a run of
/// 23 holds one.
#[inline(always)]
#[expect(clippy::inline_always, reason = "a call would cost more than it does")]
fn group(sight: &Sight<'_>, block: &[u8; BLOCK], at: usize, last: &mut u64, take: &mut Take<'_>) {
    let digits = digits_of(block);
    // One bit for each eight bytes that are all digits.
    let mut eights = digits & digits >> 1;
    eights &= eights >> 2;
    eights &= eights >> 4;
    eights &= 0x0101_0101_0101_0101;
    let carried = u64::from(*last >> 56 == 0xFF);
    let pairs = eights & (eights << 8 | carried);
    // A run that reaches over by less than eight bytes.
    let is_over = *last >> 48 == 0xFFFF && digits & 1 != 0;
    if pairs != 0 || is_over {
        let both = u128::from(digits) << 64 | u128::from(*last);
        exact_runs(sight.bytes, at, both, take);
    }
    if is_spaced(digits, block) && sight.new.contains(&at) {
        take(Kind::Spaced, at);
    }
    *last = digits;
}

/// One bit for each byte of a block that base64 may have.
#[inline(always)]
#[expect(clippy::inline_always, reason = "a call would cost more than it does")]
fn digits_of(block: &[u8; BLOCK]) -> u64 {
    let lanes = block.as_chunks::<LANES>().0.iter().enumerate();
    lanes.fold(0, |bits, (n, lanes)| {
        bits | u64::from(are_digits(lanes)) << (n * LANES)
    })
}

/// True when a block has hexadecimal bytes with something between them a few
/// times, as `67 68` and `0x67, 0x68`; `digits` tells where base64 digits are.
#[inline(always)]
#[expect(clippy::inline_always, reason = "a call would cost more than it does")]
fn is_spaced(digits: u64, block: &[u8; BLOCK]) -> bool {
    let sign = !digits;
    let two = digits & digits >> 1;
    let four = two & two >> 2;
    let pairs = sign & two >> 1;
    let pairs = pairs & pairs >> 3 & pairs >> 6;
    let words = sign & four >> 1;
    let words = words & words >> 5 & words >> 10 | words & words >> 6 & words >> 12;
    (pairs | words) != 0 && {
        let place = |bits: u64| bits.trailing_zeros() as usize + 1;
        let is_pair = |at: usize| {
            let pair = block.get(at..at + 2);
            pair.is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit))
        };
        let (pair, word) = (place(pairs), place(words));
        pairs != 0 && is_pair(pair) && is_pair(pair + 3) && is_pair(pair + 6)
            || words != 0 && block.get(word..word + 2) == Some(b"0x") && is_pair(word + 2)
    }
}

/// Where runs of 24 and more letters, digits and what else base64 has begin,
/// of those that end in the block at `at` or go over all of it. Each is told of
/// once, if it may hold anything: names of constants and of functions do not.
/// `digits` tells of the digits of the block before and of this one.
#[inline(never)]
fn exact_runs(bytes: &[u8], at: usize, digits: u128, take: &mut Take<'_>) {
    let is_digit = |at: usize| bytes.get(at).is_some_and(|&b| base64::is_digit(b));
    let long = long(digits);
    let mut starts = long & !(long << 1);
    // A run that goes on from before was told of there.
    let before = at.checked_sub(BLOCK + 1);
    if starts & 1 != 0 && before.is_some_and(is_digit) {
        starts &= !1;
    }
    while starts != 0 {
        let first = starts.trailing_zeros();
        starts &= starts - 1;
        let behind = first + (!(digits >> first)).trailing_zeros();
        let goes_on = behind == 2 * BLOCK as u32 && is_digit(at + BLOCK);
        let run = at + first as usize - BLOCK..at + behind as usize - BLOCK;
        if goes_on {
            if first < BLOCK as u32 {
                take(Kind::Run, run.start);
            }
        } else if behind > BLOCK as u32 {
            tell(&bytes[run.clone()], run.start, take);
        }
    }
}

/// Tells of a run at `at` if it may hold something: letters of both cases, or
/// hexadecimal digits.
fn tell(run: &[u8], at: usize, take: &mut Take<'_>) {
    let (mut small, mut capital, mut dash) = (0, 0, 0);
    let last = run.last_chunk::<LANES>().into_iter();
    for lanes in run.as_chunks::<LANES>().0.iter().chain(last) {
        let v = load(lanes);
        // Of all digits, `_` alone stands between capitals and small letters.
        small |= v.simd_gt(splat(b'_')).to_bitmask();
        capital |= (v.simd_gt(splat(b'@')) & v.simd_lt(splat(b'['))).to_bitmask();
        dash |= v.simd_eq(splat(b'-')).to_bitmask();
    }
    if small != 0 && capital != 0 || has_hex(run) {
        take(Kind::Run, at);
    }
    // `67-68-69`: a dash is a digit of base64.
    if dash != 0
        && run
            .windows(4)
            .any(|four| matches!(four, [b'-', _, _, b'-']))
    {
        take(Kind::Spaced, at);
    }
}

/// True when there are hexadecimal digits in a row that may stand for something.
fn has_hex(run: &[u8]) -> bool {
    // One byte in 32 is among so many in a row.
    let mut some = run.iter().skip(SHORTEST_HEX - 1).step_by(SHORTEST_HEX);
    some.any(u8::is_ascii_hexdigit)
        && run
            .split(|b| !b.is_ascii_hexdigit())
            .any(|row| row.len() >= SHORTEST_HEX)
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

/// How many bytes at the beginning of `text` are what base64 is made of.
pub(super) fn digits(text: &[u8]) -> usize {
    let (groups, rest) = text.as_chunks::<LANES>();
    let mut length = 0;
    for group in groups {
        let here = are_digits(group).trailing_ones() as usize;
        length += here;
        if here < LANES {
            return length;
        }
    }
    length + rest.iter().take_while(|&&b| base64::is_digit(b)).count()
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

    fn runs_in(text: &str) -> Vec<usize> {
        let mut found = Vec::new();
        find(&sight(text.as_bytes()), &mut |kind, at| {
            if kind == Kind::Run {
                found.push(at);
            }
        });
        found
    }

    proptest! {
        #[test]
        fn every_run_of_both_cases_is_found_once(
            before in 0..200_usize, length in 24..200_usize, sign in "[ \"=:\n]",
        ) {
            let run: String = "aB".chars().cycle().take(length).collect();
            let text = [".".repeat(before), sign.clone(), run, sign].concat();
            prop_assert_eq!(runs_in(&text), [before + 1]);
        }

        #[test]
        fn every_run_of_hexadecimal_digits_is_found(
            before in 0..200_usize, length in 32..200_usize, head in "[A-Z_]{0,9}",
        ) {
            let text = [".".repeat(before), head, "4e".repeat(length / 2)].concat();
            prop_assert_eq!(runs_in(&text), [before]);
        }

        #[test]
        fn names_in_one_case_are_passed_over_where_they_are_seen_whole(
            before in 0..12_usize, name in "[A-Z_]{24,50}|[a-z_]{24,50}|[a-z0-9]{24,31}",
        ) {
            let text = [&".".repeat(before), " ", &name, " ", &"\n".repeat(64)].concat();
            prop_assert_eq!(runs_in(&text), [0; 0]);
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
