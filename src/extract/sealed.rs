//! Recognises encrypted content by more than its first bytes: by packets,
//! elements and blocks at the beginning, in binary form and in base64.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::base::content::SkipReason;

/// Digits of base64 that are decoded of an armour.
const DIGITS: usize = 64;

/// The reason why content that begins with `head` cannot be read without a
/// key; `None` when nothing says so.
pub fn sniff(head: &[u8]) -> Option<SkipReason> {
    let format = match head {
        [b'R', b'a', b'r', b'!', ..] => is_rar(head).then_some("rar"),
        [0x30, ..] => is_cms(head).then_some("cms"),
        [0x84 | 0x85 | 0x8c | 0xc1 | 0xc3, ..] => is_openpgp(head).then_some("openpgp"),
        // The boot sector of a volume, behind its jump.
        [0xeb, _, 0x90, rest @ ..] => rest.starts_with(b"-FVE-FS-").then_some("bitlocker"),
        _ => return sniff_text(head),
    };
    format.map(SkipReason::Encrypted)
}

/// True for the end of an encrypted image of a disk in its first version.
pub fn is_image(bytes: &[u8]) -> bool {
    bytes.ends_with(b"cdsaencr")
}

/// A message that begins with a key for its receiver, or for a password, in
/// version 3 and 4 of such packets (RFC 9580 §5.1 and §5.3).
fn is_openpgp(head: &[u8]) -> bool {
    let (tag, body) = match head {
        [tag @ (0x84 | 0x8c), length, body @ ..] if *length < 192 => (tag >> 2 & 15, body),
        [tag @ (0xc1 | 0xc3), length, body @ ..] if *length < 192 => (tag & 63, body),
        [0x85, 0..=7, _, body @ ..] | [0xc1, 192..=199, _, body @ ..] => (1, body),
        _ => return false,
    };
    match (tag, body) {
        // An algorithm behind the number of a key.
        (1, [3, key @ ..]) => matches!(key.get(8), Some(1 | 2 | 16 | 18)),
        // A cipher, how its key is made of a password, and a hash.
        (3, [4, 1..=13, 0 | 1 | 3, 1..=12, ..]) => true,
        _ => false,
    }
}

/// Types of CMS (RFC 5652 §6 and §8, RFC 5083) whose content is encrypted.
const TYPES: &[&[u8]] = &[
    b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03",
    b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06",
    b"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17",
];

/// A sequence in DER or BER that begins with a type of encrypted content.
fn is_cms(head: &[u8]) -> bool {
    let [0x30, length, rest @ ..] = head else {
        return false;
    };
    let more = match length {
        0..=0x80 => 0,
        0x81..=0x84 => usize::from(length & 0x7f),
        _ => return false,
    };
    let content = rest.get(more..).unwrap_or_default();
    TYPES.iter().any(|oid| content.starts_with(oid))
}

/// An archive whose list of members is encrypted as well: a flag of the main
/// header in version 4, a header of its own in version 5.
fn is_rar(head: &[u8]) -> bool {
    if let Some([_, _, 0x73, low, _, ..]) = head.strip_prefix(b"Rar!\x1a\x07\0") {
        return low & 0x80 != 0;
    }
    let Some([_, _, _, _, rest @ ..]) = head.strip_prefix(b"Rar!\x1a\x07\x01\0") else {
        return false;
    };
    // The length of the header, seven bits in each byte, then its type.
    let length = rest.iter().take(3).position(|byte| byte & 0x80 == 0);
    length.is_some_and(|last| rest.get(last + 1) == Some(&4))
}

/// Encrypted content in a text wrapping.
fn sniff_text(head: &[u8]) -> Option<SkipReason> {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let text = text.trim_ascii_start();
    if let Some(body) = text.strip_prefix(b"-----BEGIN PGP MESSAGE-----") {
        return Some(message(body));
    }
    if text.starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----") {
        return Some(SkipReason::Encrypted("age"));
    }
    let begins = |label: &[u8]| text.strip_prefix(label);
    if let Some(body) = begins(b"-----BEGIN CMS-----").or_else(|| begins(b"-----BEGIN PKCS7-----"))
    {
        return is_cms(&decoded(body)).then_some(SkipReason::Encrypted("cms"));
    }
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=\r\n".contains(byte);
    // `Salted__`, and nothing else in the text.
    let is_salted = text.starts_with(b"U2FsdGVkX1") && text.trim_ascii_end().iter().all(is_base64);
    is_salted.then_some(SkipReason::Encrypted("openssl"))
}

/// What an armoured message of OpenPGP is, by its first packet (RFC 9580 §5
/// and §6). Of what is no packet the label is believed.
fn message(body: &[u8]) -> SkipReason {
    // Behind the headers of the armour stands an empty line.
    let end = |mark: &[u8]| memchr::memmem::find(body, mark).map(|at| at + mark.len());
    let from = end(b"\n\n").or_else(|| end(b"\n\r\n")).unwrap_or(0);
    let tag = match decoded(&body[from..]).first() {
        Some(byte @ 0xc0..) => byte & 63,
        Some(byte @ 0x80..) => byte >> 2 & 15,
        _ => return SkipReason::Encrypted("openpgp"),
    };
    match tag {
        1 | 3 | 9 | 18 | 20 => SkipReason::Encrypted("openpgp"),
        // Compressed or plain, between signatures perhaps: no secret, but
        // packets are not read.
        _ => SkipReason::Container("openpgp"),
    }
}

/// The first bytes that the base64 at the beginning of `text` stands for.
fn decoded(text: &[u8]) -> Vec<u8> {
    let lenient = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let is_digit = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
    let mut digits: Vec<u8> = text
        .trim_ascii_start()
        .iter()
        .filter(|byte| !b"\r\n".contains(byte))
        .take_while(is_digit)
        .take(DIGITS)
        .copied()
        .collect();
    digits.truncate(digits.len() / 4 * 4);
    let engine = GeneralPurpose::new(&STANDARD, lenient);
    engine.decode(digits).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPENPGP: Option<SkipReason> = Some(SkipReason::Encrypted("openpgp"));

    #[test]
    fn armoured_messages_are_what_their_first_packet_is() {
        let armour = |body: &str| {
            let text = format!("\n-----BEGIN PGP MESSAGE-----\nVersion: 1\n\n{body}\n");
            sniff(text.as_bytes())
        };
        // A key for a receiver, for a password; sealed data of three kinds.
        for body in [
            "hQEMA0xc", "jA0ECQMC", "w04ECQMC", "yQAAAAAA", "0sAUAQAA", "1AEBAAAA",
        ] {
            assert_eq!(armour(body), OPENPGP, "{body}");
        }
        // Compressed data, literal data, a signature to come.
        for body in ["owGbwMvM", "yxhiAAAA", "rBhiAAAA", "kA0DAAgB"] {
            let expected = Some(SkipReason::Container("openpgp"));
            assert_eq!(armour(body), expected, "{body}");
        }
        assert_eq!(armour("x"), OPENPGP, "the label is believed");
        assert_eq!(sniff(b"-----BEGIN PGP PUBLIC KEY BLOCK-----"), None);
    }

    #[test]
    fn encrypted_cms_is_told_from_signed() {
        let der = |kind: u8| {
            let mut bytes = b"\x30\x82\x01\x0a\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07".to_vec();
            bytes.push(kind);
            bytes.extend([0xa0; 64]);
            bytes
        };
        let cms = Some(SkipReason::Encrypted("cms"));
        for (kind, expected) in [(3, &cms), (6, &cms), (2, &None), (1, &None)] {
            assert_eq!(&sniff(&der(kind)), expected, "{kind}");
            let text = base64::engine::general_purpose::STANDARD.encode(der(kind));
            for label in ["CMS", "PKCS7"] {
                let pem = format!("-----BEGIN {label}-----\n{}\n{}", &text[..7], &text[7..]);
                assert_eq!(&sniff(pem.as_bytes()), expected, "{kind} {label}");
            }
        }
        assert_eq!(sniff(b"\x30\x80\x06\x09\x2a"), None);
    }

    #[test]
    fn archives_with_encrypted_headers_are_told_from_others() {
        let rar = Some(SkipReason::Encrypted("rar"));
        let cases: [(&[u8], &Option<SkipReason>); 5] = [
            (b"Rar!\x1a\x07\0\xce\x99\x73\x80\0\x0d\0", &rar),
            (b"Rar!\x1a\x07\0\xce\x99\x73\0\0\x0d\0", &None),
            (b"Rar!\x1a\x07\x01\0abcd\x21\x04\0\0", &rar),
            (b"Rar!\x1a\x07\x01\0abcd\xa1\x01\x04\0", &rar),
            (b"Rar!\x1a\x07\x01\0abcd\x0c\x01\x05\0", &None),
        ];
        for (head, expected) in cases {
            assert_eq!(&sniff(head), expected, "{head:?}");
        }
    }

    #[test]
    fn volumes_are_known_by_their_boot_sector() {
        let bitlocker = Some(SkipReason::Encrypted("bitlocker"));
        assert_eq!(sniff(b"\xeb\x58\x90-FVE-FS-\0\x02"), bitlocker);
        assert_eq!(sniff(b"\xeb\x52\x90NTFS    \0\x02"), None);
        assert!(is_image(b"....cdsaencr") && !is_image(b"cdsaencr...."));
    }

    #[test]
    fn salted_base64_counts_where_it_is_all_there_is() {
        let digits = "Q7ab+/34".repeat(9);
        let salted = format!("{}X1{}\n{}=\n", "U2FsdGVk", &digits[..40], &digits[40..]);
        assert_eq!(
            sniff(salted.as_bytes()),
            Some(SkipReason::Encrypted("openssl"))
        );
        for other in [format!("{salted}key: value\n"), format!("key: {salted}")] {
            assert_eq!(sniff(other.as_bytes()), None);
        }
    }
}
