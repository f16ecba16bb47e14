//! Character references of HTML and XML: `&amp;`, `&#65;`, `&#x41;`; those of
//! characters that show nothing are left out.

use super::in_place::{InPlace, Unit};
use crate::base::decoding::Encoding;

/// Character references.
pub(super) const ENTITIES: InPlace = InPlace {
    encoding: Encoding::Entities,
    next: |bytes, from| memchr::memchr(b'&', &bytes[from..]).map(|at| from + at),
    unit,
};

/// Names of ASCII characters (HTML Living Standard, "Named character references").
const NAMES: &[(&[u8], u8)] = &[
    (b"amp", b'&'),
    (b"apos", b'\''),
    (b"ast", b'*'),
    (b"bsol", b'\\'),
    (b"colon", b':'),
    (b"comma", b','),
    (b"commat", b'@'),
    (b"dollar", b'$'),
    (b"equals", b'='),
    (b"excl", b'!'),
    (b"grave", b'`'),
    (b"gt", b'>'),
    (b"Hat", b'^'),
    (b"lbrace", b'{'),
    (b"lbrack", b'['),
    (b"lcub", b'{'),
    (b"lowbar", b'_'),
    (b"lpar", b'('),
    (b"lsqb", b'['),
    (b"lt", b'<'),
    (b"midast", b'*'),
    (b"nbsp", b' '),
    (b"NewLine", b'\n'),
    (b"num", b'#'),
    (b"percnt", b'%'),
    (b"period", b'.'),
    (b"plus", b'+'),
    (b"quest", b'?'),
    (b"quot", b'"'),
    (b"rbrace", b'}'),
    (b"rbrack", b']'),
    (b"rcub", b'}'),
    (b"rpar", b')'),
    (b"rsqb", b']'),
    (b"semi", b';'),
    (b"sol", b'/'),
    (b"Tab", b'\t'),
    (b"UnderBar", b'_'),
    (b"verbar", b'|'),
    (b"vert", b'|'),
];

/// Names that stand between texts more often than inside a value.
const QUIET: &[u8] = b"<> \t\n\"'";

/// Bytes up to the semicolon, at most.
const LONGEST_NAME: usize = 16;

/// Names of characters that show nothing.
const INVISIBLE: &[&[u8]] = &[
    b"shy",
    b"zwj",
    b"zwnj",
    b"lrm",
    b"rlm",
    b"NoBreak",
    b"ZeroWidthSpace",
];

/// True for characters that show nothing, which split a word for nobody who reads it.
fn is_invisible(value: u32) -> bool {
    matches!(value, 0xAD | 0x34F | 0x61C | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0xFE00..=0xFE0F | 0xFEFF)
}

/// A reference of `length` bytes that stands for nothing; it tells inside a word.
fn nothing(bytes: &[u8], at: usize, length: usize) -> Unit {
    let is_word = |byte: Option<&u8>| {
        byte.is_some_and(|&b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
    };
    let before = at.checked_sub(1).and_then(|at| bytes.get(at));
    let after = bytes.get(at + length);
    let tells = is_word(before) && (is_word(after) || after == Some(&b'&'));
    Unit {
        count: 0,
        tells,
        ..Unit::byte(0, length)
    }
}

/// A reference, whose ampersand may be written as a reference itself, that one's
/// too, and so on: what was escaped with every step it took.
fn unit(bytes: &[u8], at: usize) -> Option<Unit> {
    let again = bytes.get(at + 1..)?.chunks(AGAIN.len());
    let again = again.take(DEEPEST).take_while(|&chunk| chunk == AGAIN);
    let escaped = again.count() * AGAIN.len();
    if escaped == 0 {
        return reference(bytes, at, at + 1);
    }
    let inner = reference(bytes, at, at + 1 + escaped);
    let unit = inner.unwrap_or(Unit::byte(b'&', 1 + escaped));
    Some(Unit {
        tells: unit.tells || unit.count > 0,
        ..unit
    })
}

/// The rest of a reference to an ampersand, which makes one of what follows.
const AGAIN: &[u8] = b"amp;";
/// Times that a reference may have been escaped.
const DEEPEST: usize = 64;

/// The reference that begins at `at`, and whose name is at `name`.
fn reference(bytes: &[u8], at: usize, name: usize) -> Option<Unit> {
    let rest = bytes.get(name..)?;
    let before = name - at;
    if let Some(number) = rest.strip_prefix(b"#") {
        let (digits, radix, sign) = match number.first()? {
            b'x' | b'X' => (&number[1..], 16, 2),
            _ => (number, 10, 1),
        };
        let is_digit = |b: &&u8| char::from(**b).is_digit(radix);
        let length = digits.iter().take(8).take_while(is_digit).count();
        let text = std::str::from_utf8(&digits[..length]).ok()?;
        let value = u32::from_str_radix(text, radix).ok()?;
        // Browsers do without the semicolon.
        let semicolon = usize::from(digits.get(length) == Some(&b';'));
        let length = before + sign + length + semicolon;
        if is_invisible(value) {
            return Some(nothing(bytes, at, length));
        }
        return Unit::character(value, length);
    }
    let length = rest.iter().take(LONGEST_NAME).position(|&b| b == b';')?;
    if INVISIBLE.contains(&&rest[..length]) {
        return Some(nothing(bytes, at, before + length + 1));
    }
    let (_, byte) = NAMES.iter().find(|(name, _)| *name == &rest[..length])?;
    Some(Unit {
        tells: !QUIET.contains(byte),
        ..Unit::byte(*byte, before + length + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_unit(text: &str, length: usize, stands_for: &[u8], tells: bool) {
        let unit = unit(text.as_bytes(), 0).unwrap();
        let bytes = &unit.bytes[..unit.count];
        assert_eq!(
            (unit.length, bytes, unit.tells),
            (length, stands_for, tells)
        );
    }

    #[test]
    fn a_reference_that_was_escaped_stands_for_what_it_stood_for_first() {
        assert_unit("&amp;", 5, b"&", true);
        assert_unit("&lt;b", 4, b"<", false);
        assert_unit("&amp;lt;b", 8, b"<", true);
        assert_unit("&amp;amp;amp;#65;b", 17, b"A", true);
        assert_unit("&amp;amp; b", 9, b"&", true);
        assert_unit(&format!("&{}#x41;", "amp;".repeat(60)), 246, b"A", true);
    }

    #[test]
    fn what_is_no_reference_is_none() {
        for text in ["&", "&amp", "&;", "&b;", "&#;", "& amp;"] {
            assert!(unit(text.as_bytes(), 0).is_none(), "{text}");
        }
    }
}
