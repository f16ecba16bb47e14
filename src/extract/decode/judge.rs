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
}

/// Bytes that [`may_be`] looks at.
pub(super) const FIRST: usize = 12;

/// False when bytes that begin with `first` are certainly noise. Most runs are
/// words, and what they decode to is not told from noise later than here.
pub(super) fn may_be(first: &[u8]) -> bool {
    let is_packed = first.starts_with(&[0x1f, 0x8b, 8]) || first.first() == Some(&0x78);
    let pair = |first: u8, second: u8| first == 0 && second.is_ascii_graphic();
    let is_wide =
        matches!(*first, [a, b, c, d, ..] if pair(a, b) && pair(c, d) || pair(b, a) && pair(d, c));
    is_packed || is_wide || is_text(first)
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
    if is_wide(head) {
        Sort::Wide
    } else if is_text(head) {
        Sort::Text
    } else {
        Sort::Noise
    }
}

/// True when bytes are text but for one in twenty; a short text has none that is not.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    let is_control =
        |b: &u8| *b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b) || *b == 0x7f;
    if bytes.len() <= HEAD / 4 {
        // Nothing in a short text may be odd, but for a character that is cut.
        return !bytes.iter().any(is_control)
            && match std::str::from_utf8(bytes) {
                Ok(text) => text.is_ascii() || !text.chars().any(char::is_control),
                Err(error) => error.error_len().is_none(),
            };
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
        let plain = matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{1b}');
        c.is_control() && !plain
    });
    let odd = odd.count() + bad;
    odd * 20 <= bytes.len().saturating_sub(HEAD / 4) || odd == 0
}

fn is_wide(bytes: &[u8]) -> bool {
    let (pairs, _) = bytes.as_chunks::<2>();
    if pairs.len() < 6 {
        return false;
    }
    let plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r');
    let little = pairs.iter().filter(|pair| plain(pair[0]) && pair[1] == 0);
    let big = pairs.iter().filter(|pair| plain(pair[1]) && pair[0] == 0);
    little.count().max(big.count()) * 4 >= pairs.len() * 3
}
