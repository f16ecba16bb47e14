//! Quotes, operators and blanks as word processors and keyboards of other scripts set
//! them: `password = “value”`, `password：value`, no-break spaces around a sign.
//!
//! Prose is full of them. They tell only beside an operator behind the label of a
//! secret.

use super::in_place::Unit;
use super::tags::is_label;

/// Bytes before a sign in which a label stands.
const LABEL: usize = 40;
/// Bytes between a sign and an operator: two blanks of another width, at most.
const NEAR: usize = 7;

/// True for the first bytes of such signs.
pub(super) fn begins(byte: u8) -> bool {
    matches!(byte, 0xC2 | 0xE2 | 0xE3 | 0xEF) || is_lone(byte)
}

/// True for signs of one byte, of Windows code page 1252 and ISO 8859-1.
pub(super) fn is_lone(byte: u8) -> bool {
    matches!(byte, 0x84 | 0x91..=0x94 | 0xA0)
}

/// The sign at `at`, if one stands there.
pub(super) fn unit(bytes: &[u8], at: usize) -> Option<Unit> {
    let (sign, length) = sign(&bytes[at..])?;
    let is_part = at > 0 && !bytes[at - 1].is_ascii();
    if length == 1 && is_part {
        return None;
    }
    Some(Unit {
        tells: is_beside(bytes, at, sign, length),
        ..Unit::byte(sign, length)
    })
}

/// What the sign that `rest` begins with stands for, and its length.
fn sign(rest: &[u8]) -> Option<(u8, usize)> {
    Some(match rest {
        // „ “ ”, ‘ ’ and the no-break space in one byte.
        [0x84 | 0x93 | 0x94, ..] => (b'"', 1),
        [0x91 | 0x92, ..] => (b'\'', 1),
        [0xA0, ..] => (b' ', 1),
        // « »; the no-break space.
        [0xC2, 0xAB | 0xBB, ..] => (b'"', 2),
        [0xC2, 0xA0, ..] => (b' ', 2),
        // ‘ ’ ‛ ‹ › ＇; “ ” „ ‟ ″ ＂.
        [0xE2, 0x80, 0x98 | 0x99 | 0x9B | 0xB9 | 0xBA, ..] | [0xEF, 0xBC, 0x87, ..] => (b'\'', 3),
        [0xE2, 0x80, 0x9C..=0x9F | 0xB3, ..] | [0xEF, 0xBC, 0x82, ..] => (b'"', 3),
        // Blanks of all widths, the ideographic one among them.
        [0xE2, 0x80, 0x80..=0x8A | 0xAF, ..] | [0xE3, 0x80, 0x80, ..] => (b' ', 3),
        // ： ＝.
        [0xEF, 0xBC, 0x9A, ..] => (b':', 3),
        [0xEF, 0xBC, 0x9D, ..] => (b'=', 3),
        _ => return None,
    })
}

/// True where a sign is an operator or stands beside one, behind a label.
fn is_beside(bytes: &[u8], at: usize, sign: u8, length: usize) -> bool {
    let is_operator = |b: u8| matches!(b, b'=' | b':');
    let before = &bytes[at.saturating_sub(LABEL)..at];
    let after = &bytes[at + length..];
    let behind = match self::sign(after) {
        Some((next, _)) => Some(next),
        None => after.first().copied(),
    };
    let is_near = is_operator(sign)
        || sign == b' ' && behind.is_some_and(is_operator)
        || operator(before).is_some();
    let line = memchr::memrchr(b'\n', before).map_or(before, |feed| &before[feed + 1..]);
    is_near && behind.is_some_and(|b| b.is_ascii_graphic() || b == b' ') && is_label(line)
}

/// The operator that stands last in `before`, but for blanks.
fn operator(before: &[u8]) -> Option<u8> {
    let near = &before[before.len().saturating_sub(NEAR)..];
    let plain = near.iter().rposition(u8::is_ascii_graphic);
    let plain = plain.filter(|&at| matches!(near[at], b'=' | b':'));
    let wide = memchr::memmem::rfind(near, b"\xEF\xBC\x9D");
    let wide = wide.or_else(|| memchr::memmem::rfind(near, b"\xEF\xBC\x9A"));
    plain.or(wide).map(|at| near[at])
}

#[cfg(test)]
mod tests {
    use super::super::tests::decoded;
    use crate::base::decoding::Encoding;

    #[test]
    fn signs_beside_an_operator_behind_a_label_are_plain_ones() {
        for (text, expected) in [
            ("password = “value”", "password = \"value\""),
            ("password: „value“", "password: \"value\""),
            ("api_key=«value»", "api_key=\"value\""),
            ("api_key = ‘value’", "api_key = 'value'"),
            ("password：value", "password:value"),
            ("password ＝ value", "password = value"),
            ("password\u{a0}=\u{a0}value", "password = value"),
            ("password\u{3000}=\u{3000}value", "password = value"),
            ("password =\u{a0}“value”", "password = \"value\""),
        ] {
            assert_eq!(
                decoded(text.as_bytes(), Encoding::LookAlike),
                [expected],
                "{text}"
            );
        }
    }

    #[test]
    fn signs_of_one_byte_are_plain_ones_as_well() {
        for (text, expected) in [
            (&b"password = \x93value\x94"[..], "password = \"value\""),
            (b"password = \x91value\x92", "password = 'value'"),
            (b"password\xA0=\xA0value", "password = value"),
        ] {
            assert_eq!(decoded(text, Encoding::LookAlike), [expected], "{text:?}");
        }
    }

    #[test]
    fn signs_in_prose_are_left_alone() {
        for text in [
            "She said: “value”, and left.",
            "the “password” is lost",
            "a password, which “value” was",
            "le mot\u{a0}: valeur",
            "colour：red",
            "x =\u{a0}5",
            "“",
            "password：",
            "Ó = Óx",
        ] {
            assert_eq!(
                decoded(text.as_bytes(), Encoding::LookAlike),
                [""; 0],
                "{text}"
            );
        }
    }
}
