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

fn unit(bytes: &[u8], at: usize) -> Option<Unit> {
    let rest = bytes.get(at + 1..)?;
    if let Some(number) = rest.strip_prefix(b"#") {
        let (digits, radix, sign) = match number.first()? {
            b'x' | b'X' => (&number[1..], 16, 3),
            _ => (number, 10, 2),
        };
        let is_digit = |b: &&u8| char::from(**b).is_digit(radix);
        let length = digits.iter().take(8).take_while(is_digit).count();
        let text = std::str::from_utf8(&digits[..length]).ok()?;
        let value = u32::from_str_radix(text, radix).ok()?;
        // Browsers do without the semicolon.
        let semicolon = usize::from(digits.get(length) == Some(&b';'));
        if is_invisible(value) {
            return Some(nothing(bytes, at, sign + length + semicolon));
        }
        return Unit::character(value, sign + length + semicolon);
    }
    let length = rest.iter().take(LONGEST_NAME).position(|&b| b == b';')?;
    if INVISIBLE.contains(&&rest[..length]) {
        return Some(nothing(bytes, at, length + 2));
    }
    let (_, byte) = NAMES.iter().find(|(name, _)| *name == &rest[..length])?;
    Some(Unit {
        tells: !QUIET.contains(byte),
        ..Unit::byte(*byte, length + 2)
    })
}
