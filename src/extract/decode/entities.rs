//! Character references of HTML and XML: `&amp;`, `&#65;`, `&#x41;`.

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
        return Unit::character(value, sign + length + semicolon);
    }
    let length = rest.iter().take(9).position(|&b| b == b';')?;
    let (_, byte) = NAMES.iter().find(|(name, _)| *name == &rest[..length])?;
    Some(Unit {
        tells: !QUIET.contains(byte),
        ..Unit::byte(*byte, length + 2)
    })
}
