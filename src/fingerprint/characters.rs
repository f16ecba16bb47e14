//! One character of a text that is no plain ASCII: UTF-8, an escape, a letter of Latin-1.

use super::fold::{compose, is_jamo, is_syllable};

/// The character that is written at `at`, which is neither a plain ASCII
/// character nor the middle of another: what it says and its length. `None`
/// for a byte that means nothing.
pub(super) fn read(text: &[u8], at: usize) -> Option<(Option<char>, usize)> {
    if text[at] == b'\\' {
        return escape(&text[at + 1..]).map(|(c, len)| (c, len + 1));
    }
    let Some((mut c, mut len)) = decode(&text[at..]) else {
        // A letter of Latin-1 among ASCII letters.
        let beside = |at: Option<usize>| {
            at.and_then(|at| text.get(at))
                .is_some_and(u8::is_ascii_alphabetic)
        };
        let is_letter = text[at] >= 0xC0 && (beside(at.checked_sub(1)) || beside(Some(at + 1)));
        return is_letter.then(|| (Some(char::from(text[at])), 1));
    };
    if is_jamo(c) || is_syllable(c) {
        while let Some((next, more)) = decode(&text[at + len..])
            && let Some(joined) = compose(c, next)
        {
            (c, len) = (joined, len + more);
        }
    }
    Some((Some(c), len))
}

/// What follows a backslash, if it is an escape, and its length.
fn escape(rest: &[u8]) -> Option<(Option<char>, usize)> {
    match rest.first()? {
        b'n' | b'r' | b't' => Some((None, 1)),
        b'u' => {
            let digits = rest.get(1..5)?;
            let mut value = 0;
            for &digit in digits {
                value = value * 16 + char::from(digit).to_digit(16)?;
            }
            Some((char::from_u32(value), 5))
        }
        _ => None,
    }
}

/// The first character of `bytes`, if they begin with UTF-8 outside ASCII.
fn decode(bytes: &[u8]) -> Option<(char, usize)> {
    let tail = |at: usize| {
        let byte = *bytes.get(at)?;
        (byte & 0xC0 == 0x80).then_some(u32::from(byte & 0x3F))
    };
    let lead = u32::from(*bytes.first()?);
    let (value, len, least) = match lead {
        0xC2..=0xDF => ((lead & 0x1F) << 6 | tail(1)?, 2, 0x80),
        0xE0..=0xEF => ((lead & 0x0F) << 12 | tail(1)? << 6 | tail(2)?, 3, 0x800),
        0xF0..=0xF4 => {
            let value = (lead & 0x07) << 18 | tail(1)? << 12 | tail(2)? << 6 | tail(3)?;
            (value, 4, 0x1_0000)
        }
        _ => return None,
    };
    (value >= least)
        .then(|| char::from_u32(value))?
        .map(|c| (c, len))
}
