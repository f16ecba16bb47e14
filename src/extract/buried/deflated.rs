//! Streams of zlib (RFC 1950) in the midst of other bytes: what programs carry
//! packed, blocks of databases and of dumps.
//!
//! The two bytes of the mark stand everywhere by chance. Bytes that were packed by
//! nobody seldom unpack for long, so each place is tried.

use flate2::{Decompress, FlushDecompress, Status};

/// Unpacked bytes that prove a stream, unless it ends before.
pub(super) const PROOF: usize = 16 << 10;
/// Unpacked bytes that a whole stream has at least.
const SHORTEST: u64 = 16;
/// Unpacked bytes that prove a stream of which no more is visible.
const ENOUGH: u64 = 4 << 10;

/// What trying to unpack tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trial {
    /// It is a stream.
    Proven,
    /// What is visible of it does not tell.
    Open,
}

/// The places of streams in `bytes`.
pub(super) fn places(bytes: &[u8]) -> impl Iterator<Item = (usize, Trial)> {
    let mut decoder = Decompress::new(true);
    let mut room = Vec::new();
    memchr::memchr_iter(0x78, bytes).filter_map(move |at| {
        let rest = &bytes[at..];
        // The levels of the library; blocks with codes of their own, or with the fixed ones.
        let is_mark =
            matches!(rest, [_, 0x01 | 0x5e | 0x9c | 0xda, first, ..] if matches!(first & 7, 2..=5));
        if !is_mark {
            return None;
        }
        room.resize(PROOF, 0);
        decoder.reset(true);
        let status = decoder.decompress(rest, &mut room, FlushDecompress::None);
        let count = decoder.total_out();
        let trial = match status {
            Ok(Status::StreamEnd) if count >= SHORTEST => Trial::Proven,
            Ok(Status::Ok | Status::BufError) if count >= ENOUGH => Trial::Proven,
            // Either everything visible was taken, or nothing came of it.
            Ok(Status::Ok | Status::BufError) if decoder.total_in() as usize == rest.len() => {
                Trial::Open
            }
            _ => return None,
        };
        Some((at, trial))
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn packed(text: &[u8]) -> Vec<u8> {
        let level = flate2::Compression::default();
        let mut out = flate2::write::ZlibEncoder::new(Vec::new(), level);
        out.write_all(text).unwrap();
        out.finish().unwrap()
    }

    fn found(bytes: &[u8]) -> Vec<(usize, Trial)> {
        places(bytes).collect()
    }

    #[test]
    fn streams_are_proven_by_their_end_or_by_much_text() {
        let short = packed(b"a line of some text");
        let numbers: Vec<u8> = (0..9000_u32).flat_map(u32::to_le_bytes).collect();
        let long = packed(&numbers);
        let whole = [b"\0x\x9c", &short[..], b"behind", &long].concat();
        let places = [(3, Trial::Proven), (9 + short.len(), Trial::Proven)];
        assert_eq!(found(&whole), places);
        assert_eq!(found(&whole[..9 + short.len() + 40])[1].1, Trial::Open);
    }

    #[test]
    fn noise_and_empty_streams_are_none() {
        let mut state = 1_u64;
        let mut noise = Vec::new();
        for _ in 0..20_000 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            noise.extend([0x78, 0x9c]);
            noise.extend((state >> 16).to_le_bytes());
            noise.extend((state >> 40).to_le_bytes());
        }
        assert_eq!(
            found(&noise[..noise.len() - 40])
                .iter()
                .filter(|f| f.1 == Trial::Proven)
                .count(),
            0
        );
        assert_eq!(found(&packed(b"")), []);
        assert_eq!(found(b"x\x9c"), []);
    }
}
