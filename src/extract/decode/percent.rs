//! Percent encoding (RFC 3986, section 2.1).

use super::hex::digit;
use super::in_place::{InPlace, Unit};
use crate::base::decoding::Encoding;

/// Percent encoding.
pub(super) const PERCENT: InPlace = InPlace {
    encoding: Encoding::Percent,
    next: |bytes, from| memchr::memchr(b'%', &bytes[from..]).map(|at| from + at),
    unit,
};

fn unit(bytes: &[u8], at: usize) -> Option<Unit> {
    let [b'%', high, low, ..] = bytes[at..] else {
        return None;
    };
    let byte = digit(high)? << 4 | digit(low)?;
    let is_text = matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r' | 0x80..);
    is_text.then(|| Unit {
        // Blanks and bytes of other scripts are no part of tokens.
        tells: byte.is_ascii_graphic(),
        ..Unit::byte(byte, 3)
    })
}
