//! Streams whose decoders need no more than to be called again behind the end
//! of a frame: bzip2, Snappy's framing format, Brotli.

use std::io::{self, BufRead, Read};

use super::ahead::Ahead;
use super::{BUFFER, Decoder, Input, Stream};
use crate::extract::budget::{Budget, fault};

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

#[expect(
    clippy::unnecessary_wraps,
    reason = "one of several that open a stream"
)]
fn open_bzip2<'a>(input: Input<'a>, budget: &'a Budget<'a>) -> io::Result<Decoder<'a>> {
    Ok(Box::new(Streams::new(input, budget)))
}

/// What beginning a stream of bzip2 counts for, in bytes that are produced: the
/// library clears megabytes for each, in the time in which it unpacks so many.
const BEGINNING: u64 = 32 << 10;

/// The contents of all streams of bzip2, one after the other; what follows
/// them is not of the format.
struct Streams<'b, R: BufRead> {
    state: State<R>,
    budget: &'b Budget<'b>,
}

enum State<R: BufRead> {
    Between(Ahead<R>),
    Inside(Box<bzip2::bufread::BzDecoder<Ahead<R>>>),
    Ended,
}

impl<'b, R: BufRead> Streams<'b, R> {
    fn new(input: R, budget: &'b Budget<'b>) -> Streams<'b, R> {
        Streams {
            state: State::Between(Ahead::new(input)),
            budget,
        }
    }

    /// Begins the next stream, if there is one.
    fn begin(&self, mut input: Ahead<R>) -> io::Result<State<R>> {
        if !input.peek(3)?.starts_with(b"BZh") {
            return Ok(State::Ended);
        }
        self.budget.produce(BEGINNING).map_err(fault)?;
        let decoder = bzip2::bufread::BzDecoder::new(input);
        Ok(State::Inside(Box::new(decoder)))
    }
}

impl<R: BufRead> Read for Streams<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            match std::mem::replace(&mut self.state, State::Ended) {
                State::Ended => return Ok(0),
                State::Between(input) => self.state = self.begin(input)?,
                State::Inside(mut decoder) => match decoder.read(buffer)? {
                    0 => self.state = State::Between(decoder.into_inner()),
                    count => {
                        self.state = State::Inside(decoder);
                        return Ok(count);
                    }
                },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;
    use crate::base::content::SkipReason;
    use crate::base::control::Control;
    use crate::base::limits::Unpack;

    /// A stream of bzip2 with nothing in it.
    const EMPTY: &[u8] = b"BZh9\x17\x72\x45\x38\x50\x90\0\0\0\0";
    /// "x\n" as `bzip2 -1` packs it.
    const LETTER: &[u8] = &[
        0x42, 0x5a, 0x68, 0x31, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, 0x2b, 0x3e, 0xcf, 0x7f, 0x00,
        0x00, 0x00, 0xc0, 0x80, 0x00, 0x10, 0x00, 0x40, 0x20, 0x00, 0x21, 0x00, 0x82, 0xb1, 0x77,
        0x24, 0x53, 0x85, 0x09, 0x02, 0xb3, 0xec, 0xf7, 0xf0,
    ];

    #[test]
    fn streams_follow_each_other_wherever_a_buffer_ends() {
        let whole = [EMPTY, LETTER, EMPTY, LETTER, b"BZ and no more"].concat();
        let control = Control::default();
        let budget = Budget::new(&Unpack::default(), &control, &[], 1);
        for capacity in 1..60 {
            let input = BufReader::with_capacity(capacity, &whole[..]);
            let mut out = Vec::new();
            let mut streams = Streams::new(input, &budget);
            streams.read_to_end(&mut out).unwrap();
            assert_eq!(out, b"x\nx\n", "buffer of {capacity}");
        }
    }

    #[test]
    fn many_small_streams_count_for_more_than_they_hold() {
        let control = Control::default();
        let budget = Budget::new(&Unpack::default(), &control, &[], 1);
        let count = (Unpack::FREE / BEGINNING) as usize;
        let mut out = Vec::new();
        let whole = LETTER.repeat(count + 1);
        let failed = Streams::new(&whole[..], &budget).read_to_end(&mut out);
        let reason = budget.reason(&failed.unwrap_err(), "bzip2");
        assert_eq!(reason, SkipReason::Limit("ratio"));
        assert_eq!(out, b"x\n".repeat(count));
    }
}
