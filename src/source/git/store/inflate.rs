//! Inflates zlib streams from files, with a limit on what comes out.

use gix_zlib::{Decompress, FlushDecompress, Status};

use super::bytes::{ByteFile, Nearby};
use super::delta::Wrong;

/// Compressed bytes looked at in one step when their number is not known.
const STEP: usize = 16 << 10;

/// Decompressor and read buffer of one thread.
pub(in crate::source::git) struct Inflater {
    state: Decompress,
    /// The last part of a pack that was read.
    pub(in crate::source::git) near: Nearby,
}

impl Default for Inflater {
    fn default() -> Inflater {
        Inflater {
            state: Decompress::new(),
            near: Nearby::default(),
        }
    }
}

impl std::fmt::Debug for Inflater {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Inflater")
    }
}

const BROKEN: Wrong = "its compressed data is damaged";

/// A compressed stream: where it begins, and how long it may be.
#[derive(Clone, Copy, Debug)]
pub(in crate::source::git) struct Stream<'a> {
    /// The file.
    pub(in crate::source::git) file: &'a ByteFile,
    /// Tells files apart in the read buffer.
    pub(in crate::source::git) owner: usize,
    /// First byte.
    pub(in crate::source::git) at: u64,
    /// Bytes up to what follows it, if that is known: a hint.
    pub(in crate::source::git) length: Option<u64>,
}

impl Inflater {
    /// Inflates `stream`, which is said to give `size` bytes, into `out`, whose
    /// content is replaced. Returns how many compressed bytes it had.
    pub(in crate::source::git) fn whole(
        &mut self,
        stream: Stream<'_>,
        size: usize,
        out: &mut Vec<u8>,
    ) -> Result<u64, Wrong> {
        // Deflate makes at most 1032 bytes of one. What claims more is not paid for.
        let rest = stream.file.size().saturating_sub(stream.at);
        if size as u64 / 1032 > stream.length.map_or(rest, |length| length.min(rest)) {
            return Err("it has another size than it says");
        }
        // One byte more, so that a stream that is too long is noticed.
        if out.len() < size + 1 {
            out.resize(size + 1, 0);
        }
        self.begin();
        let mut consumed = 0;
        let mut filled = 0;
        loop {
            let (read, written, ended) = self.step(stream, consumed, &mut out[filled..=size])?;
            consumed += read;
            filled += written;
            if ended && filled == size {
                out.truncate(size);
                return Ok(consumed);
            }
            if ended || filled > size {
                return Err("it has another size than it says");
            }
            if read == 0 && written == 0 {
                return Err(BROKEN);
            }
        }
    }

    /// Makes ready for another stream.
    pub(in crate::source::git) fn begin(&mut self) {
        self.state.reset();
    }

    /// Inflates some of `stream`, of which `consumed` bytes are used up, into
    /// `out`: compressed bytes used, bytes made, and whether that was all.
    pub(in crate::source::git) fn step(
        &mut self,
        stream: Stream<'_>,
        consumed: u64,
        out: &mut [u8],
    ) -> Result<(u64, usize, bool), Wrong> {
        let wanted = stream
            .length
            .map_or(STEP, |length| {
                usize::try_from(length - consumed.min(length)).unwrap_or(STEP)
            })
            .clamp(64, 1 << 20);
        let input = self
            .near
            .at(stream.owner, stream.file, stream.at + consumed, wanted)
            .map_err(|_| "its file cannot be read")?;
        let (before_in, before_out) = (self.state.total_in(), self.state.total_out());
        let status = self
            .state
            .decompress(input, out, FlushDecompress::None)
            .map_err(|_| BROKEN)?;
        let read = self.state.total_in() - before_in;
        let written = (self.state.total_out() - before_out) as usize;
        Ok((read, written, status == Status::StreamEnd))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// `content` as a zlib stream of stored blocks.
    fn stored(content: &[u8]) -> Vec<u8> {
        let mut out = vec![0x78, 0x01];
        for (number, block) in content.chunks(60_000).enumerate() {
            let last = (number + 1) * 60_000 >= content.len();
            let length = block.len() as u16;
            out.push(u8::from(last));
            out.extend(length.to_le_bytes());
            out.extend((!length).to_le_bytes());
            out.extend(block);
        }
        let (mut a, mut b) = (1_u32, 0_u32);
        for &byte in content {
            a = (a + u32::from(byte)) % 65521;
            b = (b + a) % 65521;
        }
        out.extend((b << 16 | a).to_be_bytes());
        out
    }

    #[test]
    fn a_stream_gives_its_content_and_nothing_else() {
        let content: Vec<u8> = (0..200_000_u32).map(|n| (n % 251) as u8).collect();
        let stream = stored(&content);
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"xx").unwrap();
        file.write_all(&stream).unwrap();
        let file = ByteFile::open(file.path()).unwrap();
        let mut inflater = Inflater::default();
        let mut out = Vec::new();
        for length in [None, Some(stream.len() as u64)] {
            let place = Stream {
                file: &file,
                owner: 1,
                at: 2,
                length,
            };
            let used = inflater.whole(place, content.len(), &mut out).unwrap();
            assert_eq!((used, &out), (stream.len() as u64, &content));
            for wrong in [content.len() - 1, content.len() + 1, 0] {
                assert!(inflater.whole(place, wrong, &mut out).is_err());
            }
        }
        let nowhere = Stream {
            file: &file,
            owner: 1,
            at: 1,
            length: None,
        };
        assert_eq!(inflater.whole(nowhere, 10, &mut out), Err(BROKEN));
    }
}
