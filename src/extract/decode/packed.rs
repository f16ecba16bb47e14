//! What is compressed before it is encoded.

use super::judge::Packing;

/// Most bytes that are unpacked of one run.
#[cfg(feature = "archives")]
const MOST: u64 = 16 << 20;

/// The text in `bytes`; `None` when there is none.
#[cfg(feature = "archives")]
pub(super) fn unpack(packing: Packing, bytes: &[u8]) -> Option<Vec<u8>> {
    use std::io::Read as _;

    let mut text = Vec::new();
    // What comes before damage counts.
    let _ = match packing {
        Packing::Gzip => flate2::read::MultiGzDecoder::new(bytes)
            .take(MOST)
            .read_to_end(&mut text),
        Packing::Zlib => flate2::read::ZlibDecoder::new(bytes)
            .take(MOST)
            .read_to_end(&mut text),
    };
    (text.len() >= 8).then_some(text)
}

/// Without readers of archives nothing is unpacked.
#[cfg(not(feature = "archives"))]
pub(super) fn unpack(_: Packing, _: &[u8]) -> Option<Vec<u8>> {
    None
}
