//! Where in a text something may be encoded: one fast pass over all bytes, for
//! all decoders together.
//!
//! Every text pays for this, so that vector code ([`super::look`]) tells which
//! bytes of a block may matter; only those are looked at one by one.

use std::ops::Range;

use super::escapes::begins_many;
use super::look::{self, BLOCK, Marks};
use super::runs::SHORTEST;
use super::streaks::Streaks;
use super::tags::is_inside;
use super::{Sight, base64, invisible, look_alike, typeset};

/// Blocks that are looked at together.
const NEAR: usize = 128;

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
    /// The same, or groups of four hexadecimal digits.
    Grouped,
    /// A number, of which there are several near.
    Number,
    /// A tag behind a letter or digit.
    Tag,
}

/// How many kinds there are.
pub(super) const KINDS: usize = 11;

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
    let mut streaks = Streaks::default();
    streaks.step(&match at.checked_sub(BLOCK) {
        Some(before) => one(&padded(&bytes[before..at])),
        None => one(&padded(&bytes[..at])).later((BLOCK - at) % BLOCK),
    });
    let mut room = [Marks::default(); NEAR];
    while at < range_end {
        let end = (at + NEAR * BLOCK).min(range_end);
        let text = &bytes[at..end];
        // Nothing but the same blank, as in an image of a disk.
        if matches!(text[0], 0 | b' ' | b'\n') && text[1..] == text[..text.len() - 1] {
            runs(bytes, at, &Marks::default(), &mut streaks, take);
            (at, streaks) = (end, Streaks::default());
            continue;
        }
        for marks in look_at(bytes, at..end, &mut room) {
            block(sight, at, marks, &mut streaks, take);
            at += BLOCK;
        }
        at = end;
    }
    if is_digit(bytes, range_end) {
        // Nobody knows yet what the rest of it holds.
        take_run(bytes, range_end, take);
    } else {
        runs(bytes, at, &Marks::default(), &mut streaks, take);
    }
}

/// Looks at the blocks of a range, whose last one may be cut.
fn look_at<'m>(bytes: &[u8], range: Range<usize>, marks: &'m mut [Marks; NEAR]) -> &'m [Marks] {
    let (blocks, rest) = bytes[range.clone()].as_chunks::<BLOCK>();
    let behind = |at: usize| bytes.get(at).copied().unwrap_or_default();
    look::look(blocks, behind(range.end - rest.len()), marks);
    if rest.is_empty() {
        return &marks[..blocks.len()];
    }
    let mut block = padded(rest);
    block[rest.len()] = behind(range.end);
    let last = &mut marks[blocks.len()];
    look::look(&[block], 0, std::slice::from_mut(last));
    *last = last.first(rest.len());
    &marks[..=blocks.len()]
}

/// What stands in one block.
fn one(block: &[u8; BLOCK]) -> Marks {
    let mut marks = Marks::default();
    look::look(
        std::slice::from_ref(block),
        0,
        std::slice::from_mut(&mut marks),
    );
    marks
}

/// Tells what stands in the block at `at`; `streaks` are those of the block before.
#[inline]
fn block(sight: &Sight<'_>, at: usize, marks: &Marks, streaks: &mut Streaks, take: &mut Take<'_>) {
    let bytes = sight.bytes;
    for place in places(marks.pairs, at) {
        let second = bytes.get(place + 1).copied().unwrap_or_default();
        if let Some(kind) = pair(bytes[place], second) {
            if second == b'\\' && !begins_many(bytes, place) {
                continue;
            }
            take(kind, place);
        }
    }
    let (is_spaced, is_grouped) = spaced(marks, &bytes[at..]);
    if is_grouped && sight.new.contains(&at) {
        take(Kind::Grouped, at);
        if is_spaced {
            take(Kind::Spaced, at);
        }
    }
    let numbers = numbers(marks);
    let third = later(later(numbers));
    if later(third) != 0 && sight.new.contains(&at) {
        for first in [numbers, third] {
            take(Kind::Number, at + first.trailing_zeros() as usize);
        }
    }
    for place in places(marks.angles, at).filter(|&place| is_inside(bytes, place)) {
        take(Kind::Tag, place);
    }
    if marks.odd | marks.styled != 0 {
        odd(bytes, at, marks, streaks.marks.odd >> 63, take);
    }
    runs(bytes, at, marks, streaks, take);
}

/// Tells of the runs that end in the block at `at`, and of one that goes over all of it.
/// Each is told of once, if it may hold anything: names of constants and of functions do not.
#[inline]
fn runs(bytes: &[u8], at: usize, marks: &Marks, streaks: &mut Streaks, take: &mut Take<'_>) {
    for end in places(streaks.step(marks), at) {
        take_run(bytes, end, take);
    }
    if marks.digits == u64::MAX && !streaks.is_told && is_digit(bytes, at + BLOCK) {
        streaks.is_told = true;
        take_run(bytes, at + BLOCK, take);
    }
}

/// Tells of the run of digits that ends at `end`, if it is long enough.
#[cold]
fn take_run(bytes: &[u8], end: usize, take: &mut Take<'_>) {
    let before = bytes[..end].iter().rposition(|&b| !base64::is_digit(b));
    let start = before.map_or(0, |before| before + 1);
    if end - start >= SHORTEST {
        take(Kind::Run, start);
    }
}

fn is_digit(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_some_and(|&b| base64::is_digit(b))
}

/// Places of the bits of a block that begins at `at`.
fn places(mut bits: u64, at: usize) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = (bits != 0).then(|| at + bits.trailing_zeros() as usize);
        bits &= bits.wrapping_sub(1);
        place
    })
}

/// What a pair of bytes begins.
#[inline]
fn pair(first: u8, second: u8) -> Option<Kind> {
    let (_, seconds) = look::pairs().find(|(firsts, _)| firsts.contains(&first))?;
    seconds.contains(&second).then_some(match (first, second) {
        (b'%', _) => Kind::Percent,
        (b'\\', b'\n' | b'\r') => Kind::Seam,
        (b'\\', _) => Kind::Backslash,
        (b'&', _) => Kind::Ampersand,
        (b'=', _) => Kind::Equals,
        (0x1b, _) => Kind::Odd,
        _ => Kind::Seam,
    })
}

/// A block that begins with `bytes`.
fn padded(bytes: &[u8]) -> [u8; BLOCK] {
    let mut block = [b' '; BLOCK];
    block[..bytes.len()].copy_from_slice(bytes);
    block
}

/// Where numbers of two and of three digits begin.
#[inline]
fn numbers(marks: &Marks) -> u64 {
    let digits = marks.hex & !(marks.small | marks.capital);
    let starts = digits & !(digits << 1);
    starts & digits >> 1 & !(digits >> 3)
}

/// `bits` without the first one.
#[inline]
fn later(bits: u64) -> u64 {
    bits & bits.wrapping_sub(1)
}

/// True when a block has hexadecimal bytes with something between them a few
/// times, as `67 68`, `67-68` and `0x67, 0x68`; and when it has those or groups of four.
#[inline]
fn spaced(marks: &Marks, block: &[u8]) -> (bool, bool) {
    let Marks {
        digits,
        hex,
        dashes,
        ..
    } = *marks;
    let sign = !digits | dashes;
    let two = hex & hex >> 1;
    let four = two >> 2 & hex & digits >> 1;
    let pairs = sign & two >> 1;
    let pairs = pairs & pairs >> 3 & pairs >> 6;
    let words = sign & four >> 1;
    let words = words & words >> 5 & words >> 10 | words & words >> 6 & words >> 12;
    let is_spaced = pairs != 0
        || words != 0 && {
            let word = words.trailing_zeros() as usize + 1;
            block.get(word..word + 2) == Some(b"0x")
        };
    (is_spaced, pairs | words != 0)
}

/// How many bytes at the beginning of `text` are what base64 is made of.
pub(super) fn digits(text: &[u8]) -> usize {
    let (blocks, rest) = text.as_chunks::<BLOCK>();
    let mut length = 0;
    for block in blocks {
        let here = one(block).digits.trailing_ones() as usize;
        length += here;
        if here < BLOCK {
            return length;
        }
    }
    length + one(&padded(rest)).digits.trailing_ones() as usize
}

/// Where in the block at `at` a letter or digit stands beside something odd, and where
/// characters begin that may be styled letters. `before` is the bit of the byte before the block.
fn odd(bytes: &[u8], at: usize, marks: &Marks, before: u64, take: &mut Take<'_>) {
    let is_word = |at: usize| {
        let byte = bytes.get(at);
        byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    };
    let odd = marks.odd;
    let edges = odd & !(odd << 1 | before) | odd & !(odd >> 1) | marks.styled;
    for last in places(edges, at) {
        // The beginning of the character that ends here.
        let mut first = last;
        while first > 0 && last - first < 3 && bytes[first] & 0xC0 == 0x80 {
            first -= 1;
        }
        if bytes[first].is_ascii() && typeset::is_lone(bytes[last]) {
            // No character of UTF-8.
            first = last;
        }
        if !may_be_odd(&bytes[first..]) {
            continue;
        }
        let is_styled = matches!(bytes[first], 0xEF | 0xF0);
        let after_word = first.checked_sub(1).is_some_and(is_word);
        if is_styled || after_word || is_word(last + 1) {
            take(Kind::Odd, first);
        }
    }
}

/// True when `rest` may begin with a character that shows nothing or looks like another.
/// What is no text has bytes beyond ASCII everywhere, and such characters nowhere.
#[inline]
fn may_be_odd(rest: &[u8]) -> bool {
    match rest {
        [0, ..] => true,
        [0x1B, next, ..] => *next == b'[',
        [first @ 0x80..=0xBF, next, ..] => {
            typeset::is_lone(*first) && (next.is_ascii_graphic() || *next == b' ')
        }
        [first, next, ..] => {
            (invisible::begins(*first) || look_alike::begins(*first)) && next & 0xC0 == 0x80
        }
        _ => false,
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
        fn a_run_before_many_blanks_is_found(
            before in 0..NEAR * BLOCK, length in 24..200_usize, blank in "[ \n\0]",
        ) {
            let run: String = "aB".chars().cycle().take(length).collect();
            let text = [".".repeat(before), run, blank.repeat(3 * NEAR * BLOCK)].concat();
            prop_assert_eq!(runs_in(&text), [before]);
            // Where the blanks begin a round of their own.
            let start = NEAR * BLOCK - length;
            let text = [".".repeat(start), text[before..].to_owned()].concat();
            prop_assert_eq!(runs_in(&text), [start]);
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
        fn every_pair_is_found(text in "[ -~\n\r]{0,300}", nth in any::<proptest::sample::Index>()) {
            let all = look::pairs().flat_map(|(firsts, seconds)| {
                firsts.iter().flat_map(|&first| seconds.iter().map(move |&second| [first, second]))
            });
            let all: Vec<[u8; 2]> = all.collect();
            let pair = *nth.get(&all);
            // Words keep other pairs away; a backslash is told of where there are three.
            let third: &[u8] = if pair == *b"\\\\" { b"\\" } else { b"" };
            let all = [text.as_bytes(), b"aa", &pair[..], third, b"aa"].concat();
            let mut found = Vec::new();
            find(&sight(&all), &mut |_, at| found.push(at));
            prop_assert!(found.contains(&(text.len() + 2)));
        }
    }
}
