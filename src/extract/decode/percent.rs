//! Percent encoding (RFC 3986, section 2.1), and `%uXXXX` of the function `escape`
//! (ECMA-262, annex B.2.1.1).

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
    if let [b'%', b'u', digits @ ..] = &bytes[at..] {
        let digits = digits.first_chunk::<4>()?;
        let value = digits
            .iter()
            .try_fold(0, |sum, &b| Some(sum << 4 | u32::from(digit(b)?)))?;
        return Unit::character(value, 6);
    }
    let [b'%', high, low, ..] = bytes[at..] else {
        return None;
    };
    let byte = digit(high)? << 4 | digit(low)?;
    Unit::decoded_byte(byte, 3)
}
