//! Zstandard (RFC 8878): frames one after the other, with frames to skip
//! between them.

use std::io::{self, BufRead, Read};

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::ahead::Ahead;
use super::{Decoder, Input, Stream, invalid};
use crate::base::content::SkipReason;
use crate::extract::budget::{Budget, fault};
use crate::extract::part::pass_over;

/// Zstandard.
pub(crate) static ZSTD: Stream = Stream {
    name: "zstd",
    endings: &[(".zst", ""), (".tzst", ".tar"), (".zstd", "")],
    accepts: |head| head.bytes.starts_with(MAGIC) || is_skippable(head.bytes),
    open: open_zstd,
};

const MAGIC: &[u8] = b"\x28\xb5\x2f\xfd";

#[expect(
    clippy::unnecessary_wraps,
    reason = "one of several that open a stream"
)]
fn open_zstd<'a>(input: Input<'a>, budget: &'a Budget<'a>) -> io::Result<Decoder<'a>> {
    Ok(Box::new(frames(input, budget)))
}

/// A frame to skip with a frame after it: its mark alone is too short.
fn is_skippable(head: &[u8]) -> bool {
    let [0x50..=0x5f, 0x2a, 0x4d, 0x18, a, b, c, d, rest @ ..] = head else {
        return false;
    };
    let length = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
    rest.get(length..)
        .is_some_and(|after| after.starts_with(MAGIC) || is_skippable(after))
}

/// The contents of all frames in `input`.
pub(crate) fn frames<R: BufRead>(input: R, budget: &Budget<'_>) -> Frames<R> {
    let mut decoder = FrameDecoder::new();
    decoder.set_max_window_size(budget.dictionary());
    Frames {
        input: Ahead::new(input),
        decoder: Box::new(decoder),
        inside: false,
        first: true,
    }
}

/// See [`frames`].
pub(crate) struct Frames<R> {
    input: Ahead<R>,
    decoder: Box<FrameDecoder>,
    inside: bool,
    first: bool,
}

impl<R: BufRead> Frames<R> {
    /// Begins the next frame; false at the end.
    fn begin(&mut self) -> io::Result<bool> {
        let ahead = self.input.peek(4)?;
        let magic = ahead.first_chunk::<4>();
        let skippable = magic.is_some_and(|m| m[0] & 0xF0 == 0x50 && m[1..] == [0x2a, 0x4d, 0x18]);
        if skippable {
            let mut header = [0; 8];
            self.input.read_exact(&mut header)?;
            let length = u32::from_le_bytes([header[4], header[5], header[6], header[7]]);
            pass_over(&mut self.input, length.into())?;
            return Ok(true);
        }
        // What is no frame is not Zstandard's, but a first frame must be one.
        if !self.first && magic.is_none_or(|magic| magic != MAGIC) {
            return Ok(false);
        }
        self.first = false;
        self.decoder.reset(&mut self.input).map_err(|error| {
            use ruzstd::decoding::errors::FrameDecoderError;
            if let FrameDecoderError::WindowSizeTooBig { .. } = error {
                return fault(SkipReason::Limit("memory"));
            }
            invalid(error)
        })?;
        self.inside = true;
        Ok(true)
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if !self.inside {
                if !self.begin()? {
                    return Ok(0);
                }
                continue;
            }
            let ready = self.decoder.can_collect();
            if ready > 0 {
                return self.decoder.read(buffer);
            }
            if self.decoder.is_finished() {
                self.inside = false;
                continue;
            }
            let strategy = BlockDecodingStrategy::UptoBlocks(1);
            let decoded = self.decoder.decode_blocks(&mut self.input, strategy);
            decoded.map_err(invalid)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;
    use crate::base::control::Control;
    use crate::base::limits::Limits;

    /// A frame with "x" as it is.
    const LETTER: &[u8] = b"\x28\xb5\x2f\xfd\x20\x01\x09\0\0x";
    const SKIPPED: &[u8] = b"\x50\x2a\x4d\x18\x02\0\0\0ab";

    #[test]
    fn frames_follow_each_other_wherever_a_buffer_ends() {
        let whole = [LETTER, SKIPPED, LETTER, b"and no more"].concat();
        let control = Control::default();
        let budget = Budget::new(&Limits::default().unpack, &control, &[], 1 << 20);
        for capacity in 1..30 {
            let input = BufReader::with_capacity(capacity, &whole[..]);
            let mut out = Vec::new();
            frames(input, &budget).read_to_end(&mut out).unwrap();
            assert_eq!(out, b"xx", "buffer of {capacity}");
        }
    }
}
