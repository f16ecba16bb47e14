//! Streams whose decoders need no more than to be called again behind the end
//! of a frame: bzip2, LZ4, Snappy's framing format, Brotli.

use std::io::{self, BufRead, Read};

use super::{BUFFER, Decoder, Input, Stream};
use crate::extract::budget::Budget;
use crate::extract::part::pass_over;

/// bzip2: any number of streams.
pub(crate) static BZIP2: Stream = Stream {
    name: "bzip2",
    endings: &[
        (".bz2", ""),
        (".tbz2", ".tar"),
        (".tbz", ".tar"),
        (".tb2", ".tar"),
        (".bz", ""),
    ],
    accepts: |head| {
        // A level digit, then the digits of pi that begin a block, or the
        // root of it that ends a stream without one.
        matches!(head.bytes, [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..]
            if rest.starts_with(b"1AY&SY") || rest.starts_with(b"\x17\x72\x45\x38\x50\x90"))
    },
    open: open_bzip2,
};

/// LZ4 frames, those of the old format, and frames to skip.
pub(crate) static LZ4: Stream = Stream {
    name: "lz4",
    endings: &[(".lz4", ""), (".tlz4", ".tar")],
    accepts: |head| head.bytes.starts_with(&LZ4_FRAME) || head.bytes.starts_with(&LZ4_OLD),
    open: |input, _| Ok(Box::new(Frames::new(input, Kind::Lz4))),
};

/// Snappy in its framing format.
pub(crate) static SNAPPY: Stream = Stream {
    name: "snappy",
    endings: &[(".sz", ""), (".snappy", "")],
    accepts: |head| head.bytes.starts_with(b"\xff\x06\0\0sNaPpY"),
    open: |input, _| Ok(Box::new(snap::read::FrameDecoder::new(input))),
};

/// Brotli has no mark at all, so the name decides.
pub(crate) static BROTLI: Stream = Stream {
    name: "brotli",
    endings: &[(".br", "")],
    accepts: |head| {
        let name = head.name.as_bytes();
        name.len() > 3 && name[name.len() - 3..].eq_ignore_ascii_case(b".br")
    },
    open: |input, _| {
        Ok(Box::new(brotli_decompressor::Decompressor::new(
            input, BUFFER,
        )))
    },
};

const LZ4_FRAME: [u8; 4] = [0x04, 0x22, 0x4d, 0x18];
const LZ4_OLD: [u8; 4] = [0x02, 0x21, 0x4c, 0x18];

#[expect(
    clippy::unnecessary_wraps,
    reason = "one of several that open a stream"
)]
fn open_bzip2<'a>(input: Input<'a>, _: &Budget<'_>) -> io::Result<Decoder<'a>> {
    Ok(Box::new(Frames::new(input, Kind::Bzip2)))
}

/// Which decoder decodes a frame.
#[derive(Clone, Copy)]
enum Kind {
    Bzip2,
    Lz4,
}

/// The contents of all frames, one after the other; what follows them is not
/// of the format.
struct Frames<R: Read> {
    kind: Kind,
    state: State<R>,
}

enum State<R: Read> {
    Between(R),
    Bzip2(Box<bzip2::bufread::BzDecoder<R>>),
    Lz4(Box<lz4_flex::frame::FrameDecoder<R>>),
    Ended,
}

impl<R: BufRead> Frames<R> {
    fn new(input: R, kind: Kind) -> Frames<R> {
        Frames {
            kind,
            state: State::Between(input),
        }
    }

    /// Begins the next frame, if there is one.
    fn begin(&self, mut input: R) -> io::Result<State<R>> {
        let ahead = input.fill_buf()?;
        let Some(magic) = ahead.first_chunk::<4>().copied() else {
            return Ok(State::Ended);
        };
        Ok(match self.kind {
            Kind::Bzip2 if magic.starts_with(b"BZh") => {
                State::Bzip2(Box::new(bzip2::bufread::BzDecoder::new(input)))
            }
            Kind::Lz4 if magic == LZ4_FRAME || magic == LZ4_OLD => {
                State::Lz4(Box::new(lz4_flex::frame::FrameDecoder::new(input)))
            }
            Kind::Lz4 if magic[0] & 0xF0 == 0x50 && magic[1..] == [0x2a, 0x4d, 0x18] => {
                let mut header = [0; 8];
                input.read_exact(&mut header)?;
                let length = u32::from_le_bytes([header[4], header[5], header[6], header[7]]);
                pass_over(&mut input, length.into())?;
                State::Between(input)
            }
            Kind::Bzip2 | Kind::Lz4 => State::Ended,
        })
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            match std::mem::replace(&mut self.state, State::Ended) {
                State::Ended => return Ok(0),
                State::Between(input) => self.state = self.begin(input)?,
                State::Bzip2(mut decoder) => match decoder.read(buffer)? {
                    0 => self.state = State::Between(decoder.into_inner()),
                    count => {
                        self.state = State::Bzip2(decoder);
                        return Ok(count);
                    }
                },
                State::Lz4(mut decoder) => match decoder.read(buffer)? {
                    0 => self.state = State::Between(decoder.into_inner()),
                    count => {
                        self.state = State::Lz4(decoder);
                        return Ok(count);
                    }
                },
            }
        }
    }
}
