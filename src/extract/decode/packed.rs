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
        Packing::Zlib => flate2::read::ZlibDecoder::new(bytes)
            .take(MOST as u64 + 1)
            .read_to_end(&mut text),
    };
    let is_cut = text.len() > MOST;
    text.truncate(MOST);
    (text.len() >= 8).then_some(Unpacked { text, is_cut })
}

/// Without readers of archives nothing is unpacked.
#[cfg(not(feature = "archives"))]
pub(super) fn unpack(_: Packing, _: &[u8]) -> Option<Unpacked> {
    None
}
