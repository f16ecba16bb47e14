//! Text strings of PDF outside of pages (ISO 32000-2 §7.9.2): in UTF-16 or
//! UTF-8 with a byte order mark, or in an encoding of their own.

use encoding_rs::{UTF_16BE, UTF_16LE};

/// The characters of `PDFDocEncoding` from 0x18 on, where it is not Latin 1.
const LOW: &[char] = &['˘', 'ˇ', 'ˆ', '˙', '˝', '˛', '˚', '˜'];
/// The same from 0x80 on.
const HIGH: &[char] = &[
    '•', '†', '‡', '…', '—', '–', 'ƒ', '⁄', '‹', '›', '-', '‰', '„', '“', '”', '‘', '’', '‚', '™',
    'ﬁ', 'ﬂ', 'Ł', 'Œ', 'Š', 'Ÿ', 'Ž', 'ı', 'ł', 'œ', 'š', 'ž', '?', '€',
];

/// The text that `bytes` hold.
pub(super) fn decode(bytes: &[u8]) -> String {
    let text = match bytes {
        [0xFE, 0xFF, rest @ ..] => UTF_16BE.decode_without_bom_handling(rest).0.into_owned(),
        [0xFF, 0xFE, rest @ ..] => UTF_16LE.decode_without_bom_handling(rest).0.into_owned(),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().map(|byte| character(*byte)).collect(),
        },
    };
    // Languages are marked by escapes.
    text.replace('\u{1B}', " ").replace('\r', "\n")
}

fn character(byte: u8) -> char {
    match byte {
        0x18..=0x1F => LOW[usize::from(byte - 0x18)],
        0x80..=0xA0 => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

/// True when `text` is worth a look: more than marks and control characters.
pub(super) fn is_text(text: &str) -> bool {
    let odd = text
        .chars()
        .filter(|c| c.is_control() && !c.is_whitespace());
    !text.trim().is_empty() && odd.count() * 4 <= text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_encodings_are_read() {
        for (bytes, text) in [
            (&b"plain"[..], "plain"),
            (b"\xFE\xFF\0a\x20\xAC", "a€"),
            (b"\xFF\xFEa\0", "a"),
            (b"\xEF\xBB\xBF\xC3\xA9", "é"),
            (b"\xE9\xA0 \x8D\x18", "é€ “˘"),
            (b"", ""),
        ] {
            assert_eq!(decode(bytes), text);
        }
    }

    #[test]
    fn digests_are_no_text() {
        assert!(is_text("a word"));
        assert!(!is_text("\u{1}\u{2}\u{3}a"));
        assert!(!is_text(" \n"));
    }
}
