//! zlib (RFC 1950): objects of git that lie about, and what programs keep packed.
//!
//! Two bytes of a mark are too few, so the beginning is decoded to tell.

use std::io::Read;

use flate2::bufread;
use flate2::read::ZlibDecoder;

use super::Stream;

/// The reader of zlib.
pub(crate) static ZLIB: Stream = Stream {
    name: "zlib",
    endings: &[(".zlib", ""), (".zz", "")],
    accepts: |head| is_zlib(head.bytes),
    open: |input, _| Ok(Box::new(bufread::ZlibDecoder::new(input))),
};

/// Bytes that tell it from text.
const NEAR: usize = 64;
/// Decoded bytes that prove it, unless it ends before.
const PROOF: usize = 512;

fn is_zlib(head: &[u8]) -> bool {
    let [0x78, flags, rest @ ..] = head else {
        return false;
    };
    // The header is a multiple of 31, and names no dictionary.
    let is_header = (0x7800 + u32::from(*flags)).is_multiple_of(31) && flags & 0x20 == 0;
    let near = &rest[..rest.len().min(NEAR)];
    let is_text = |b: &u8| b.is_ascii_graphic() || b.is_ascii_whitespace();
    if !is_header || near.iter().all(is_text) {
        return false;
    }
    let mut proof = Vec::new();
    let ended = ZlibDecoder::new(head)
        .take(PROOF as u64)
        .read_to_end(&mut proof);
    ended.is_ok() && !proof.is_empty()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn packed(content: &[u8]) -> Vec<u8> {
        let level = flate2::Compression::default();
        let mut out = flate2::write::ZlibEncoder::new(Vec::new(), level);
        out.write_all(content).unwrap();
        out.finish().unwrap()
    }

    #[test]
    fn streams_are_told_from_text_and_from_noise() {
        let long: Vec<u8> = (0..9000_u32).flat_map(u32::to_le_bytes).collect();
        for content in [&b"blob 3\0abc"[..], &long] {
            let whole = packed(content);
            assert!(is_zlib(&whole[..whole.len().min(4096)]));
        }
        let mut noise = packed(&long);
        noise[9..60].fill(0xee);
        for other in [
            &noise[..],
            b"x^2 + y^2 = z^2",
            b"x\x9c",
            b"x\x01\xff\xff",
            b"",
        ] {
            assert!(!is_zlib(other), "{other:?}");
        }
    }
}
