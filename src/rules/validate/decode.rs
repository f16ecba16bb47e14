//! Text encodings that tokens are wrapped in: base64 of both alphabets, and base32.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

/// `text` without padding at its end, be it `=` or the percent-encoded `%3D`.
pub(super) fn trim_padding(mut text: &[u8]) -> &[u8] {
    loop {
        let shorter = text
            .strip_suffix(b"=")
            .or_else(|| text.strip_suffix(b"%3D"))
            .or_else(|| text.strip_suffix(b"%3d"));
        match shorter {
            Some(rest) => text = rest,
            None => return text,
        }
    }
}

/// Decodes base64 of the standard or the URL-safe alphabet, padded or not.
pub(super) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let standard: Vec<u8> = trim_padding(text)
        .iter()
        .map(|&b| match b {
            b'-' => b'+',
            b'_' => b'/',
            _ => b,
        })
        .collect();
    BASE64.decode(standard).ok()
}

/// Decodes RFC 4648 base32 in upper case without padding; spare bits at the end are not looked at.
pub(super) fn base32(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut buffer, mut bits) = (0u32, 0);
    for &b in text {
        let value = match b {
            b'A'..=b'Z' => b - b'A',
            b'2'..=b'7' => b - b'2' + 26,
            _ => return None,
        };
        buffer = (buffer << 5) | u32::from(value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_alphabets_and_any_padding_decode() {
        for text in [&b"+/8="[..], b"-_8", b"-_8%3D", b"-_8=="] {
            assert_eq!(base64(text), Some(vec![0xFB, 0xFF]), "{text:?}");
        }
    }

    #[test]
    fn foreign_symbols_and_inner_padding_do_not_decode() {
        assert_eq!(base64(b"ab c"), None);
        assert_eq!(base64(b"ab=c"), None);
        assert_eq!(base64(b"abcde"), None);
    }

    #[test]
    fn base32_follows_the_standard_vectors() {
        assert_eq!(base32(b"MZXW6YTBOI"), Some(b"foobar".to_vec()));
        assert_eq!(base32(b"MZXW6"), Some(b"foo".to_vec()));
        assert_eq!(base32(b"mzxw6"), None);
        assert_eq!(base32(b"MZXW1"), None);
    }
}
