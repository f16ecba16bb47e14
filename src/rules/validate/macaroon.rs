//! Macaroons in the second binary form of libmacaroons, as `PyPI` tokens are.
//!
//! Byte 2, then fields of type, length and data; type 0 ends a section. A
//! location (1) and an identifier (2) come first, caveats follow, and the
//! signature (6) of 32 bytes ends it. Its key is private, so structure is all
//! that can be checked.

use super::decode;

const END: u64 = 0;
const LOCATION: u64 = 1;
const IDENTIFIER: u64 = 2;
const SIGNATURE: u64 = 6;

/// True when the base64 text after the first dash is a whole macaroon.
pub(super) fn v2(token: &[u8]) -> bool {
    let body = token
        .iter()
        .position(|&b| b == b'-')
        .map(|at| &token[at + 1..]);
    body.and_then(decode::base64)
        .is_some_and(|raw| is_macaroon(&raw).is_some())
}

fn is_macaroon(raw: &[u8]) -> Option<()> {
    let mut rest = raw.strip_prefix(&[2])?;
    expect(&mut rest, LOCATION)?;
    expect(&mut rest, IDENTIFIER)?;
    expect(&mut rest, END)?;
    while kind(rest)? != END {
        // A caveat: perhaps a location, an identifier, perhaps a verification id.
        while kind(rest)? != END {
            field(&mut rest)?;
        }
        expect(&mut rest, END)?;
    }
    expect(&mut rest, END)?;
    let signature = expect(&mut rest, SIGNATURE)?;
    (signature.len() == 32 && rest.is_empty()).then_some(())
}

fn kind(rest: &[u8]) -> Option<u64> {
    rest.first().map(|&b| u64::from(b))
}

/// The data of the next field, which must be of type `wanted`.
fn expect<'a>(rest: &mut &'a [u8], wanted: u64) -> Option<&'a [u8]> {
    let (found, data) = field(rest)?;
    (found == wanted).then_some(data)
}

/// Type and data of the next field; an end marker has neither length nor data.
fn field<'a>(rest: &mut &'a [u8]) -> Option<(u64, &'a [u8])> {
    let found = varint(rest)?;
    if found == END {
        return Some((END, &[]));
    }
    let length = usize::try_from(varint(rest)?).ok()?;
    let (data, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some((found, data))
}

/// A number in groups of seven bits, lowest first; at most four groups.
fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in [0, 7, 14, 21] {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        number |= u64::from(byte & 127) << shift;
        if byte < 128 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::validate::testing::{ALNUM, Source};
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    fn put(out: &mut Vec<u8>, kind: u8, data: &[u8]) {
        out.push(kind);
        let mut length = data.len();
        while length > 127 {
            out.push((length & 127) as u8 | 128);
            length >>= 7;
        }
        out.push(length as u8);
        out.extend_from_slice(data);
    }

    fn build(source: &mut Source, caveats: usize, signature: usize) -> Vec<u8> {
        let mut out = vec![2];
        put(&mut out, 1, b"index.example");
        put(&mut out, 2, source.pick(ALNUM, 36).as_bytes());
        out.push(0);
        for _ in 0..caveats {
            let length = 20 + source.below(300);
            put(&mut out, 2, source.pick(ALNUM, length).as_bytes());
            out.push(0);
        }
        out.push(0);
        put(&mut out, 6, &source.bytes(signature));
        out
    }

    fn token(raw: &[u8]) -> String {
        format!("name-{}", URL_SAFE_NO_PAD.encode(raw))
    }

    #[test]
    fn whole_macaroons_pass_and_cut_or_longer_ones_fail() {
        let mut source = Source::new(20);
        for _ in 0..1000 {
            let caveats = source.below(4);
            let raw = build(&mut source, caveats, 32);
            assert!(v2(token(&raw).as_bytes()), "a built macaroon is refused");
            let cut = source.below(raw.len() - 1) + 1;
            assert!(
                !v2(token(&raw[..cut]).as_bytes()),
                "cut at {cut} of {}",
                raw.len()
            );
            assert!(!v2(token(&[&raw[..], &[0]].concat()).as_bytes()), "longer");
        }
    }

    #[test]
    fn another_version_or_signature_length_fails() {
        let mut source = Source::new(21);
        let mut raw = build(&mut source, 1, 32);
        raw[0] = 1;
        assert!(!v2(token(&raw).as_bytes()));
        assert!(!v2(token(&build(&mut source, 1, 31)).as_bytes()));
        assert!(!v2(b"no dash"));
    }
}
