//! What is compressed before it is encoded.

use super::judge::Packing;

/// Most bytes that are unpacked of one run.
#[cfg(feature = "archives")]
const MOST: usize = 16 << 20;

/// What was packed.
pub(super) struct Unpacked {
    pub(super) text: Vec<u8>,
    /// There is more of it.
    pub(super) is_cut: bool,
}

/// The text in `bytes`; `None` when there is none.
#[cfg(feature = "archives")]
pub(super) fn unpack(packing: Packing, bytes: &[u8]) -> Option<Unpacked> {
    use std::io::Read as _;

    let mut text = Vec::new();
    // What comes before damage counts.
    let _ = match packing {
        Packing::Gzip => flate2::read::MultiGzDecoder::new(bytes)
            .take(MOST as u64 + 1)
            .read_to_end(&mut text),
        Packing::Deflate => flate2::read::DeflateDecoder::new(bytes)
            .take(MOST as u64 + 1)
            .read_to_end(&mut text),
        Packing::Zlib => flate2::read::ZlibDecoder::new(bytes)
            .take(MOST as u64 + 1)
            .read_to_end(&mut text),
    };
    let is_cut = text.len() > MOST;
    text.truncate(MOST);
    (text.len() >= 8).then_some(Unpacked { text, is_cut })
}

/// True when `head` begins a stream of deflate that holds text. Nothing marks such
/// a stream, so that the text has to tell.
#[cfg(feature = "archives")]
pub(super) fn is_deflated_text(head: &[u8]) -> bool {
    use std::io::Read as _;

    // A block with codes of its own, or with the fixed ones.
    if !matches!(head, [first, ..] if matches!(first & 7, 2..=5)) {
        return false;
    }
    let mut text = Vec::new();
    let read = flate2::read::DeflateDecoder::new(head)
        .take(PROOF as u64)
        .read_to_end(&mut text);
    // What is cut off here may go on.
    let is_whole = read.is_ok() || text.len() == PROOF;
    let is_text = |text: &[u8]| super::judge::is_text(text) && text.is_ascii();
    (is_whole || head.len() >= HEAD) && text.len() >= SHORTEST && is_text(&text)
}

/// Bytes of packed text whose rest may be missing.
#[cfg(feature = "archives")]
const HEAD: usize = 160;
/// Bytes that are unpacked to tell text.
#[cfg(feature = "archives")]
const PROOF: usize = 128;
/// Bytes of text that tell it.
#[cfg(feature = "archives")]
const SHORTEST: usize = 32;

/// Without readers of archives nothing is unpacked.
#[cfg(not(feature = "archives"))]
pub(super) fn is_deflated_text(_: &[u8]) -> bool {
    false
}

/// Without readers of archives nothing is unpacked.
#[cfg(not(feature = "archives"))]
pub(super) fn unpack(_: Packing, _: &[u8]) -> Option<Unpacked> {
    None
}
