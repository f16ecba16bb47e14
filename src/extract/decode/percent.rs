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
    Unit::decoded_byte(byte, 3)
}
