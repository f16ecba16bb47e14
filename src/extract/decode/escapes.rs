//! Escapes in string literals: `\x41`, `\u0041`, `\U00000041`, `\u{41}`, `\101`.

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
            is_octal.then_some(())?;
            Unit::decoded_byte(value as u8, 4)
        }
        b'\\' => Some(Unit {
            // Escaped twice.
            tells: rest.get(1) != Some(&b'\\')
                && unit(bytes, at + 1).is_some_and(|next| next.tells && next.length > 2),
            ..Unit::byte(b'\\', 2)
        }),
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
