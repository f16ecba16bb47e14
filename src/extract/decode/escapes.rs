//! Escapes in string literals: `\x41`, `\u0041`, `\U00000041`, `\u{41}`, `\101`,
//! `\0041`, and `\_` inside a word; each also behind more backslashes.

use super::hex::digit;
use super::in_place::{InPlace, Unit};
use crate::base::decoding::Encoding;

/// Escapes.
pub(super) const ESCAPES: InPlace = InPlace {
    encoding: Encoding::Escapes,
    next: |bytes, from| memchr::memchr(b'\\', &bytes[from..]).map(|at| from + at),
    unit,
};

fn unit(bytes: &[u8], at: usize) -> Option<Unit> {
    let rest = bytes.get(at + 1..)?;
    match *rest.first()? {
        b'x' => braced(rest).or_else(|| {
            let value = number(rest.get(1..3)?)?;
            Unit::decoded_byte(value as u8, 4)
        }),
        b'u' => braced(rest).or_else(|| sixteen(rest)),
        b'U' => Unit::character(number(rest.get(1..9)?)?, 10),
        b'0'..=b'3' => {
            let digits = rest.get(..3)?;
            let is_octal = digits.iter().all(|b| (b'0'..=b'7').contains(b));
            let value = digits.iter().fold(0, |n, b| n << 3 | u32::from(b & 7));
            let octal = is_octal.then(|| Unit::decoded_byte(value as u8, 4));
            octal.flatten().or_else(|| padded(rest))
        }
        b'\\' => many(bytes, at).or_else(|| Some(twice(bytes, at))),
        b'_' | b'-' | b'*' | b'#' | b'&' => mark(bytes, at),
        b'/' => Some(Unit {
            tells: at > 0 && bytes[at - 1] == b':',
            ..Unit::byte(b'/', 2)
        }),
        quiet => Some(Unit {
            tells: false,
            ..Unit::byte(simple(quiet)?, 2)
        }),
    }
}

/// A backslash that is escaped itself.
fn twice(bytes: &[u8], at: usize) -> Unit {
    let is_last = bytes.get(at + 2) != Some(&b'\\');
    Unit {
        tells: is_last && unit(bytes, at + 1).is_some_and(|next| next.tells && next.length > 2),
        ..Unit::byte(b'\\', 2)
    }
}

/// An escape or a quote behind three backslashes and more, which are escaped
/// with every text that the text was put into: each of them is taken off.
fn many(bytes: &[u8], at: usize) -> Option<Unit> {
    if !begins_many(bytes, at) {
        return None;
    }
    let backslashes = bytes[at..].iter().take(MOST);
    let count = backslashes.take_while(|&&b| b == b'\\').count();
    let last = at + count - 1;
    let is_quote = matches!(bytes.get(last + 1)?, b'"' | b'\'');
    // More of them than are counted begin nothing.
    let inner = unit(bytes, last).filter(|_| bytes.get(last + 1) != Some(&b'\\'))?;
    Some(Unit {
        length: count - 1 + inner.length,
        tells: inner.tells || is_quote,
        ..inner
    })
}

/// True where three backslashes and more begin.
pub(super) fn begins_many(bytes: &[u8], at: usize) -> bool {
    bytes[at..].starts_with(b"\\\\\\") && (at == 0 || bytes[at - 1] != b'\\')
}

/// Backslashes in a row: those of a text in a text, eleven times.
const MOST: usize = 1 << 11;

/// A sign inside a word, which Markdown and LaTeX escape.
fn mark(bytes: &[u8], at: usize) -> Option<Unit> {
    let is_word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let before = at.checked_sub(1).map(|before| &bytes[before]);
    let after = bytes.get(at + 2).filter(|b| is_word(b) || **b == b'\\')?;
    let is_inside = before.is_some_and(is_word);
    is_inside.then(|| Unit {
        tells: is_word(after) && matches!(bytes[at + 1], b'_' | b'-'),
        ..Unit::byte(bytes[at + 1], 2)
    })
}

/// `0067` and `000067`, as in literals of SQL and in style sheets.
fn padded(rest: &[u8]) -> Option<Unit> {
    let zeros = rest.iter().take(4).take_while(|&&b| b == b'0').count() & !1;
    let value = number(rest.get(zeros..zeros + 2)?)?;
    let unit = Unit::decoded_byte(value as u8, zeros + 3)?;
    (zeros > 0).then_some(unit)
}

/// What a backslash and a letter stand for.
fn simple(letter: u8) -> Option<u8> {
    match letter {
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b't' => Some(b'\t'),
        b'"' | b'\'' => Some(letter),
        _ => None,
    }
}

/// `x{41}` and `u{41}`.
fn braced(rest: &[u8]) -> Option<Unit> {
    let digits = rest.get(1..)?.strip_prefix(b"{")?;
    let length = digits.iter().take(8).position(|&b| b == b'}')?;
    Unit::character(number(&digits[..length])?, length + 4)
}

/// `u0041`, and the two of a character beyond sixteen bits.
fn sixteen(rest: &[u8]) -> Option<Unit> {
    let first = number(rest.get(1..5)?)?;
    if !(0xD800..0xDC00).contains(&first) {
        return Unit::character(first, 6);
    }
    let second = number(rest.get(5..)?.strip_prefix(b"\\u")?.get(..4)?)?;
    let low = second.checked_sub(0xDC00).filter(|&low| low < 0x400)?;
    Unit::character(0x1_0000 + ((first - 0xD800) << 10 | low), 12)
}

fn number(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits
        .iter()
        .try_fold(0, |value, &byte| Some(value << 4 | u32::from(digit(byte)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_unit(text: &str, at: usize, length: usize, stands_for: u8, tells: bool) {
        let unit = unit(text.as_bytes(), at).unwrap();
        assert_eq!(
            (unit.length, &unit.bytes[..unit.count], unit.tells),
            (length, &[stands_for][..], tells),
            "{text}"
        );
    }

    #[test]
    fn every_level_of_an_escape_is_taken_off_at_once() {
        assert_unit(r#"\""#, 0, 2, b'"', false);
        assert_unit(r#"\\""#, 0, 2, b'\\', false);
        assert_unit(r#"\\\""#, 0, 4, b'"', true);
        assert_unit(r#"\\\\\\\""#, 0, 8, b'"', true);
        assert_unit(r"\\\\n", 0, 5, b'\n', false);
        assert_unit(r"\\\\\\\\u0041", 0, 13, b'A', true);
        assert_unit(r"\\x41", 0, 2, b'\\', true);
        assert_unit(&format!("{}\"", r"\".repeat(255)), 0, 256, b'"', true);
    }

    #[test]
    fn backslashes_before_nothing_are_pairs() {
        for text in [r"\\\\ ", r"\\\\server", r"\\", r"\\\\", r"\\\"] {
            assert_unit(text, 0, 2, b'\\', false);
        }
        // Inside of a row, of which the beginning is told.
        assert_unit(r#"\\\\\\\""#, 1, 2, b'\\', false);
        assert_unit(&r"\".repeat(1 << 13), 0, 2, b'\\', false);
    }

    #[test]
    fn signs_inside_words_are_told_and_others_are_not() {
        assert_unit(r"a\_b", 1, 2, b'_', true);
        assert_unit(r"a\-b", 1, 2, b'-', true);
        assert_unit(r"a\#b", 1, 2, b'#', false);
        for (text, at) in [(r"\_b", 0), (r"a\_ b", 1), (r" \_b", 1), (r"a\-", 1)] {
            assert!(unit(text.as_bytes(), at).is_none(), "{text}");
        }
    }

    #[test]
    fn numbers_with_zeros_before_them_are_hexadecimal() {
        assert_unit(r"\0067", 0, 5, b'g', true);
        assert_unit(r"\00005f", 0, 7, b'_', true);
        assert_unit(r"\101", 0, 4, b'A', true);
        for text in [r"\0", r"\00", r"\0003", r"\000"] {
            assert!(unit(text.as_bytes(), 0).is_none(), "{text}");
        }
    }
}
