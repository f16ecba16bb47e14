//! Blocks as tables have them: compressed each by itself, with a known length.

use std::io::Read;

use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::stream::zstd_frames;

/// How a block is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    /// Not at all.
    Plain,
    /// Snappy without frames.
    Snappy,
    /// gzip.
    Gzip,
    /// Deflate without a header.
    Deflate,
    /// Brotli.
    Brotli,
    /// Zstandard.
    Zstd,
    /// LZ4 without frames.
    Lz4,
    /// bzip2.
    Bzip2,
    /// xz.
    Xz,
}

/// The content of a block of `format`, which should be `size` bytes where that is known.
///
/// # Errors
/// It is damaged, or a limit is reached.
pub(super) fn unpack(
    codec: Codec,
    block: &[u8],
    size: Option<usize>,
    budget: &Budget<'_>,
    format: &'static str,
) -> Result<Vec<u8>, SkipReason> {
    let damaged = || SkipReason::Damaged(format);
    let held = |size: usize| -> Result<(), SkipReason> {
        if size as u64 > budget.dictionary() {
            return Err(SkipReason::Limit("memory"));
        }
        budget.produce(size as u64)
    };
    let reader: Box<dyn Read + '_> = match codec {
        Codec::Plain => return Ok(block.to_vec()),
        Codec::Snappy => {
            let size = snap::raw::decompress_len(block).map_err(|_| damaged())?;
            held(size)?;
            let text = snap::raw::Decoder::new().decompress_vec(block);
            return text.map_err(|_| damaged());
        }
        Codec::Lz4 => {
            let size = size.ok_or_else(damaged)?;
            held(size)?;
            return lz4_flex::block::decompress(block, size).map_err(|_| damaged());
        }
        Codec::Gzip => Box::new(flate2::read::MultiGzDecoder::new(block)),
        Codec::Deflate => Box::new(flate2::read::DeflateDecoder::new(block)),
        Codec::Brotli => Box::new(brotli_decompressor::Decompressor::new(block, 4096)),
        Codec::Zstd => Box::new(zstd_frames(block, budget)),
        Codec::Bzip2 => Box::new(bzip2::read::MultiBzDecoder::new(block)),
        Codec::Xz => {
            let limit = u32::try_from(budget.dictionary() >> 10).unwrap_or(u32::MAX);
            Box::new(lzma_rust2::XzReader::new_mem_limit(block, true, limit))
        }
    };
    let most = budget.dictionary();
    let mut text = Vec::new();
    let mut reader = budget.meter(reader, format).take(most.saturating_add(1));
    let read = reader.read_to_end(&mut text);
    read.map_err(|error| budget.reason(&error, format))?;
    if text.len() as u64 > most {
        return Err(SkipReason::Limit("memory"));
    }
    Ok(text)
}
