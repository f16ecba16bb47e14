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
