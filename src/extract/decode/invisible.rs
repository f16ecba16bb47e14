//! Characters that show nothing, between letters: zero-width characters, soft
//! hyphens, marks of direction, colours of terminals, zero bytes.

use super::in_place::{InPlace, Unit};
use crate::base::decoding::Encoding;

/// Invisible characters.
pub(super) const INVISIBLE: InPlace = InPlace {
    encoding: Encoding::Invisible,
    next: |bytes, from| {
        let found = bytes[from..].iter().position(|&byte| begins(byte));
        found.map(|at| from + at)
    },
    unit,
};

/// True for the first bytes of such characters.
pub(super) fn begins(byte: u8) -> bool {
    matches!(
        byte,
        0 | 0x1b | 0xC2 | 0xCD | 0xD8 | 0xE1 | 0xE2 | 0xE3 | 0xEF | 0xF3
    )
}

fn unit(bytes: &[u8], at: usize) -> Option<Unit> {
    let mut length = one(bytes, at)?;
    while let Some(more) = one(bytes, at + length).filter(|_| length < 64) {
        length += more;
    }
    let is_word = |byte: Option<&u8>| {
        byte.is_some_and(|&b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    };
    let before = at.checked_sub(1).and_then(|at| bytes.get(at));
    Some(Unit {
        count: 0,
        tells: is_word(before) && is_word(bytes.get(at + length)),
        ..Unit::byte(0, length)
    })
}

/// Length of the invisible character at `at`.
fn one(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    match rest {
        [0, ..] => padding(bytes, at),
        [0x1b, b'[', ..] => {
            let body = rest[2..].iter().take(24);
            let body = body.take_while(|b| matches!(b, b'0'..=b';')).count();
            let is_end = matches!(rest.get(2 + body), Some(b'm' | b'K'));
            is_end.then_some(body + 3)
        }
        // Soft hyphen; grapheme joiner; Arabic letter mark.
        [0xC2, 0xAD, ..] | [0xCD, 0x8F, ..] | [0xD8, 0x9C, ..] => Some(2),
        // Hangul fillers; Mongolian vowel separator.
        [0xE1, 0x85, 0x9F | 0xA0, ..] | [0xE1, 0xA0, 0x8B..=0x8F, ..] | [0xE3, 0x85, 0xA4, ..] => {
            Some(3)
        }
        // U+200B to U+200F, U+202A to U+202E; U+2060 to U+206F; variation
        // selectors; byte order mark; half-width filler; object replacement.
        [0xE2, 0x80, 0x8B..=0x8F | 0xAA..=0xAE, ..]
        | [0xE2, 0x81, 0xA0..=0xAF, ..]
        | [0xEF, 0xB8, 0x80..=0x8F, ..]
        | [0xEF, 0xBB, 0xBF, ..]
        | [0xEF, 0xBE, 0xA0, ..]
        | [0xEF, 0xBF, 0xBC, ..] => Some(3),
        // Tags and more variation selectors.
        [0xF3, 0xA0, 0x80..=0x87, _, ..] => Some(4),
        _ => None,
    }
}

/// Length of zero bytes at `at`, if single characters stand between such, and
/// not evenly as in text of two- and four-byte characters.
fn padding(bytes: &[u8], at: usize) -> Option<usize> {
    let is_char = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_graphic);
    let start = at.checked_sub(1).filter(|&start| is_char(start))?;
    let zeros =
        |rest: &mut dyn Iterator<Item = &u8>| rest.take(16).take_while(|&&b| b == 0).count();
    let length = zeros(&mut bytes[at..].iter());
    let next = at + length;
    if !is_char(next) {
        return None;
    }
    let before = zeros(&mut bytes[..start].iter().rev());
    let after = zeros(&mut bytes[next + 1..].iter());
    // What stands between strings has more characters on either side.
    let alone = before > 0 || after > 0;
    let even = |other: usize| other == 0 || other == length;
    let is_wide = matches!(length, 1 | 3) && even(before) && even(after);
    (alone && !is_wide).then_some(length)
}
