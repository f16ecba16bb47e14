//! Quoted-printable (RFC 2045, section 6.7): `=3D`, and lines that end in `=`.

use super::hex::digit;
use super::in_place::{InPlace, Unit};
use crate::base::decoding::Encoding;

/// Quoted-printable.
pub(super) const QUOTED_PRINTABLE: InPlace = InPlace {
    encoding: Encoding::QuotedPrintable,
    next: |bytes, from| memchr::memchr(b'=', &bytes[from..]).map(|at| from + at),
    unit,
};

/// Length of lines that are broken because they are too long: at most 76 by
/// the standard, and not much less for want of a place to break them.
const BROKEN: std::ops::RangeInclusive<usize> = 60..=77;

fn unit(bytes: &[u8], at: usize) -> Option<Unit> {
    let rest = bytes.get(at + 1..)?;
    let end = match rest {
        [b'\n', ..] => 1,
        [b'\r', b'\n', ..] => 2,
        _ => {
            let byte = byte(rest)?;
            // `x=20` is an assignment, and so is `x=3D`, which is hardly written.
            let chain = rest.get(2..).is_some_and(|next| {
                next.strip_prefix(b"=").and_then(byte_of).is_some()
                    && next
                        .get(3..)
                        .and_then(|next| next.strip_prefix(b"="))
                        .and_then(byte_of)
                        .is_some()
            });
            let tells = rest.starts_with(b"3D") || chain;
            return Some(Unit {
                tells,
                ..Unit::byte(byte, 3)
            });
        }
    };
    let reach = at.saturating_sub(*BROKEN.end());
    let feed = memchr::memrchr(b'\n', &bytes[reach..at]);
    let line = match feed {
        Some(feed) => Some(at - (reach + feed + 1)),
        None => (reach == 0).then_some(at),
    };
    let is_text = |byte: Option<&u8>| byte.is_some_and(|b| !b.is_ascii_whitespace());
    let joins = is_text(bytes.get(at.wrapping_sub(1))) && is_text(rest.get(end));
    Some(Unit {
        count: 0,
        tells: joins && line.is_some_and(|length| BROKEN.contains(&(length + 1))),
        ..Unit::byte(0, end + 1)
    })
}

fn byte_of(text: &[u8]) -> Option<u8> {
    byte(text)
}

/// The byte that two digits, in capitals, stand for.
fn byte(text: &[u8]) -> Option<u8> {
    let [high, low, ..] = *text else { return None };
    if high.is_ascii_lowercase() || low.is_ascii_lowercase() {
        return None;
    }
    let byte = digit(high)? << 4 | digit(low)?;
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r' | 0x80..).then_some(byte)
}
