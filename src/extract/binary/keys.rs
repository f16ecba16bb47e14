//! Private keys in binary form (DER) and in key stores: handed out as the PEM
//! text that the same key would have, so that the rules for keys know it.
//!
//! | form | where it is specified |
//! |---|---|
//! | PKCS#1, SEC 1 | RFC 8017 A.1.2, RFC 5915 |
//! | PKCS#8, plain and encrypted | RFC 5958 |
//! | PKCS#12 | RFC 7292: bags with a plain or an encrypted PKCS#8 key |
//! | JKS and JCEKS | the JDK's key stores, whose keys are encrypted PKCS#8 |

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::part::{Blob, Extractor, Head, Needs, Part, Text, YieldPart};

/// The reader of keys.
#[derive(Debug)]
pub(crate) struct Keys;

const NAME: &str = "keys";
/// Longest file with keys.
const LONGEST: usize = 4 << 20;
/// Most keys of a store.
const MOST: usize = 10_000;
/// Bags of PKCS#12: an object identifier that ends with 1 for a plain key,
/// and with 2 for an encrypted one.
const BAG: &[u8] = b"\x06\x0B\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x0A\x01";

impl Extractor for Keys {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        match head.bytes {
            [0xFE, 0xED, 0xFE, 0xED, 0, 0, 0, 1 | 2, ..]
            | [0xCE, 0xCE, 0xCE, 0xCE, 0, 0, 0, 1 | 2, ..] => true,
            [0x30, ..] => kind(head.bytes).is_some(),
            _ => false,
        }
    }

    fn needs(&self) -> Needs {
        Needs::Seek
    }

    fn extract(
        &self,
        blob: &mut Blob<'_>,
        budget: &Budget<'_>,
        yield_part: &mut YieldPart<'_>,
    ) -> Result<(), SkipReason> {
        let bytes = blob.whole(budget, NAME)?;
        let bytes = &bytes[..bytes.len().min(LONGEST)];
        let mut found = Vec::new();
        let mut whole = true;
        if bytes.first() == Some(&0x30) {
            match kind(bytes) {
                Some(Kind::Store) => {
                    store(bytes, &mut found);
                    // Some programs encrypt the bags once more, as a whole.
                    if found.is_empty() {
                        return Err(SkipReason::Encrypted("pkcs12"));
                    }
                }
                Some(Kind::Key(name)) => {
                    let key = element(bytes).map_or(bytes, |(_, _, all)| &bytes[..all]);
                    found.push((name, key));
                }
                None => {}
            }
        } else {
            whole = java(bytes, &mut found).is_some();
        }
        for (name, key) in found {
            let text = pem(name, key);
            if yield_part(Part::Text(Text::plain("[key]", text.as_bytes()))).is_break() {
                break;
            }
        }
        if whole {
            Ok(())
        } else {
            Err(SkipReason::Damaged(NAME))
        }
    }
}

/// What a file in DER is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// A key, by the name that PEM has for it.
    Key(&'static str),
    /// PKCS#12.
    Store,
}

/// Tag, content, and the length of all, of the element that `bytes` begin
/// with. Content that is cut, and of indefinite length, is what there is.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], usize)> {
    let [tag, first, rest @ ..] = bytes else {
        return None;
    };
    let (length, used) = match first {
        0..=0x7F => (usize::from(*first), 0),
        0x80 => (rest.len(), 0),
        _ => {
            let count = usize::from(first & 0x7F);
            let digits = rest.get(..count).filter(|_| count <= 4)?;
            let add = |length: usize, byte: &u8| length << 8 | usize::from(*byte);
            (digits.iter().fold(0, add), count)
        }
    };
    let content = rest.get(used..)?;
    let content = &content[..length.min(content.len())];
    Some((*tag, content, 2 + used + content.len()))
}

/// What the beginning of a file in DER says.
fn kind(bytes: &[u8]) -> Option<Kind> {
    let (0x30, content, _) = element(bytes)? else {
        return None;
    };
    let (tag, first, used) = element(content)?;
    let rest = content.get(used..)?;
    let (next, inner, _) = element(rest)?;
    let oid = |content: &[u8]| element(content).is_some_and(|(tag, ..)| tag == 0x06);
    match (tag, first, next) {
        // A version, and the parts of a key.
        (0x02, [0], 0x30) if oid(inner) => {
            let behind = rest.get(element(rest)?.2..)?;
            let is_key = element(behind)?.0 == 0x04;
            is_key.then_some(Kind::Key("PRIVATE KEY"))
        }
        (0x02, [0], 0x02) if inner.len() >= 64 => Some(Kind::Key("RSA PRIVATE KEY")),
        (0x02, [1], 0x04) if (16..=128).contains(&inner.len()) => Some(Kind::Key("EC PRIVATE KEY")),
        (0x02, [3], 0x30) if oid(inner) => Some(Kind::Store),
        // How it is encrypted, and what.
        (0x30, _, 0x04) if is_scheme(first) && inner.len() >= 32 => {
            Some(Kind::Key("ENCRYPTED PRIVATE KEY"))
        }
        _ => None,
    }
}

/// True for a scheme of PKCS#5 or PKCS#12, which encrypt by a password.
fn is_scheme(algorithm: &[u8]) -> bool {
    let schemes: [&[u8]; 3] = [
        b"\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x05",
        b"\x06\x0A\x2A\x86\x48\x86\xF7\x0D\x01\x0C\x01",
        b"\x06\x0A\x2B\x06\x01\x04\x01\x2A\x02\x11\x01",
    ];
    schemes.iter().any(|scheme| algorithm.starts_with(scheme))
}

/// The keys of PKCS#12, as far as they stand outside of encrypted parts.
fn store<'b>(bytes: &'b [u8], found: &mut Vec<(&'static str, &'b [u8])>) {
    for at in memchr::memmem::find_iter(bytes, BAG).take(MOST) {
        let behind = &bytes[at + BAG.len()..];
        let name = match behind.first() {
            Some(1) => "PRIVATE KEY",
            Some(2) => "ENCRYPTED PRIVATE KEY",
            _ => continue,
        };
        if let Some((0xA0, key, _)) = element(&behind[1..]) {
            found.push((name, key));
        }
    }
}

/// The keys of a store of Java: entries with a tag, a name, a date, and a key.
fn java<'b>(bytes: &'b [u8], found: &mut Vec<(&'static str, &'b [u8])>) -> Option<()> {
    let mut rest = bytes.get(8..)?;
    let count = u32::from_be_bytes(*rest.first_chunk()?) as usize;
    rest = &rest[4..];
    let sized = |rest: &mut &'b [u8], width: usize| {
        let digits = rest.get(..width)?;
        let length = digits
            .iter()
            .fold(0, |n: usize, byte| n << 8 | usize::from(*byte));
        let content = rest.get(width..)?.get(..length)?;
        *rest = &rest[width + length..];
        Some(content)
    };
    for _ in 0..count.min(MOST) {
        let tag = u32::from_be_bytes(*rest.first_chunk()?);
        rest = &rest[4..];
        sized(&mut rest, 2)?;
        rest = rest.get(8..)?;
        let chain = match tag {
            1 => {
                found.push(("ENCRYPTED PRIVATE KEY", sized(&mut rest, 4)?));
                let chain = u32::from_be_bytes(*rest.first_chunk()?);
                rest = &rest[4..];
                chain
            }
            2 => 1,
            // Sealed objects of Java, whose length is not told.
            _ => return Some(()),
        };
        for _ in 0..chain.min(MOST as u32) {
            // The kind of a certificate stands before it.
            sized(&mut rest, 2)?;
            sized(&mut rest, 4)?;
        }
    }
    Some(())
}

/// The text form of a key.
fn pem(name: &str, key: &[u8]) -> String {
    let mut text = format!("-----BEGIN {name}-----\n");
    let digits = STANDARD.encode(key);
    let mut rest = &digits[..];
    while !rest.is_empty() {
        let (line, next) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = next;
    }
    text.push_str("-----END ");
    text.push_str(name);
    text.push_str("-----\n");
    text
}

#[cfg(test)]
mod tests {
    use super::super::tests::texts;
    use super::*;

    fn der(tag: u8, content: &[u8]) -> Vec<u8> {
        let mut out = vec![tag];
        match content.len() {
            length @ 0..=0x7F => out.push(length as u8),
            length => out.extend([0x82, (length >> 8) as u8, length as u8]),
        }
        out.extend(content);
        out
    }

    #[test]
    fn keys_are_told_by_their_structure() {
        let number = |byte: u8| der(2, &[byte]);
        let long = der(2, &[7; 128]);
        let algorithm = der(0x30, &der(6, &[0x2A, 0x86]));
        let scheme = der(
            0x30,
            &der(6, &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5, 13]),
        );
        for (parts, name) in [
            ([number(0), long.clone()], Some("RSA PRIVATE KEY")),
            ([number(1), der(4, &[9; 32])], Some("EC PRIVATE KEY")),
            (
                [number(0), [algorithm.clone(), der(4, &[1; 40])].concat()],
                Some("PRIVATE KEY"),
            ),
            ([scheme, der(4, &[1; 64])], Some("ENCRYPTED PRIVATE KEY")),
            // A public key, a certificate's beginning, and a small number.
            ([algorithm, der(3, &[1; 64])], None),
            ([long.clone(), long], None),
            ([number(0), number(5)], None),
        ] {
            let file = der(0x30, &parts.concat());
            let expected = name.map(Kind::Key);
            assert_eq!(kind(&file), expected);
            let (text, _) = texts(&Keys, &file);
            if let Some(name) = name {
                assert!(text.starts_with(&format!("-----BEGIN {name}")), "{text}");
            }
            for cut in 0..file.len() {
                let _ = texts(&Keys, &file[..cut]);
            }
        }
    }

    #[test]
    fn a_key_in_a_store_of_java_is_found() {
        let mut file = b"\xFE\xED\xFE\xED\0\0\0\x02\0\0\0\x01\0\0\0\x01\0\x04name".to_vec();
        file.extend([0; 8]);
        file.extend(b"\0\0\0\x04key!\0\0\0\x01\0\x05X.509\0\0\0\x02ab");
        let (text, ended) = texts(&Keys, &file);
        assert_eq!(ended, Ok(()));
        assert!(text.contains("ENCRYPTED PRIVATE KEY-----\na2V5IQ==\n"));
        for cut in 8..file.len() {
            assert!(texts(&Keys, &file[..cut]).1.is_err());
        }
    }
}
