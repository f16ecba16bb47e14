//! Whether decoded bytes are worth a search: text, or something packed.

use std::borrow::Cow;

/// Bytes at the beginning that are looked at.
const HEAD: usize = 512;

/// What decoded bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// Text of one-byte characters or UTF-8.
    Text,
    /// Text of two-byte characters.
    Wide,
    /// Something that has to be unpacked.
    Packed(Packing),
    /// Neither.
    Noise,
}

/// How bytes are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Zlib,
    /// Without any header.
    Deflate,
}

/// Bytes that [`may_be`] looks at.
pub(super) const FIRST: usize = 12;

/// False when bytes that begin with `first` are certainly noise. Most runs are
/// words, and what they decode to is not told from noise later than here.
pub(super) fn may_be(first: &[u8]) -> bool {
    let is_packed = first.starts_with(&[0x1f, 0x8b, 8]) || first.first() == Some(&0x78);
    is_packed || is_wide(first, first.len() / 4) || is_text(first)
}

/// What the bytes that begin like `head` are.
pub(super) fn sort(head: &[u8]) -> Sort {
    let head = &head[..head.len().min(HEAD)];
    match head {
        [0x1f, 0x8b, 8, flags, ..] if flags & 0xE0 == 0 => return Sort::Packed(Packing::Gzip),
        // Deflate with a window of 32 KiB, no dictionary, and a check that fits.
        [0x78, flags @ (0x01 | 0x5e | 0x9c | 0xda), ..] => {
            let _ = flags;
            return Sort::Packed(Packing::Zlib);
        }
        _ => {}
    }
    if is_wide(head, head.len() / 4) {
        Sort::Wide
    } else if is_text(head) {
        Sort::Text
    } else {
        Sort::Noise
    }
}

/// True when bytes are text but for one in twenty; a short text has none that is not.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    if bytes.len() <= HEAD / 4 {
        return is_short_text(bytes);
    }
    let text = String::from_utf8_lossy(bytes);
    let bad = match &text {
        Cow::Borrowed(_) => 0,
        // A character may be cut at the end.
        Cow::Owned(text) => {
            let cut = usize::from(text.ends_with('\u{fffd}'));
            text.chars().filter(|&c| c == '\u{fffd}').count() - cut
        }
    };
    let odd = text.chars().filter(|&c| {
        let plain = matches!(c, '\0' | '\t' | '\n' | '\r' | '\u{c}' | '\u{1b}');
        c.is_control() && !plain
    });
    let odd = odd.count() + bad;
    odd * 20 <= bytes.len().saturating_sub(HEAD / 4) || odd == 0
}

/// In a short text nothing may be odd but for a character that is cut, zero bytes
/// between its parts, and one letter in ten of another code page.
fn is_short_text(bytes: &[u8]) -> bool {
    let is_control =
        |b: &u8| *b < 0x20 && !matches!(b, 0 | b'\t' | b'\n' | b'\r' | 0x0c | 0x1b) || *b == 0x7f;
    let zeros = memchr::memchr_iter(0, bytes).count();
    if bytes.iter().any(is_control) || zeros * 4 > bytes.len() {
        return false;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.is_ascii() || !text.chars().any(|c| c.is_control() && !c.is_ascii()),
        Err(error) => {
            let others = bytes.iter().filter(|b| !b.is_ascii()).count();
            error.error_len().is_none() || others * 10 <= bytes.len() && zeros == 0
        }
    }
}

/// True when bytes have a mark of two-byte text, or so many plain characters of two bytes.
fn is_wide(bytes: &[u8], least: usize) -> bool {
    let (pairs, _) = bytes.as_chunks::<2>();
    if pairs.len() < 6 {
        return false;
    }
    let plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r');
    let little = pairs.iter().filter(|pair| plain(pair[0]) && pair[1] == 0);
    let big = pairs.iter().filter(|pair| plain(pair[1]) && pair[0] == 0);
    little.count().max(big.count()) >= least.max(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn text_of_other_alphabets_and_with_zero_bytes_is_text() {
        for bytes in [
            b"\0user\0correct horse battery".to_vec(),
            b"HOME=/root\0PATH=/usr/bin\0\0".to_vec(),
            b"# f\xfcr das Passwort hier".to_vec(),
            b"plain text, long enough".to_vec(),
        ] {
            assert!(may_be(&bytes[..FIRST]), "{bytes:?}");
            assert_eq!(sort(&bytes), Sort::Text, "{bytes:?}");
        }
        for text in [
            "# token = x, and more",
            "\u{feff}password",
            "Ж is a letter",
            " \n\tindented",
        ] {
            let bytes = wide(text);
            assert!(may_be(&bytes[..FIRST]), "{text}");
            assert_eq!(sort(&bytes), Sort::Wide, "{text}");
        }
    }

    #[test]
    fn other_bytes_are_noise() {
        for bytes in [
            &b"\x01\0\x02\0\x03\0\x04\0\x05\0\x06\0"[..],
            b"ab\x01cdefghijklmnopq",
            b"\0\0\0\0\0\0a\0\0\0\0\0\0\0\0",
            b"\xe9\xe8abc\xfc\xf6defgh\xdf",
        ] {
            assert_eq!(sort(bytes), Sort::Noise, "{bytes:?}");
        }
    }
}
