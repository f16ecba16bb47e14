//! gzip (RFC 1952): any number of members, which make up one content.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

use super::Stream;

/// gzip.
pub(crate) static GZIP: Stream = Stream {
    name: "gzip",
    endings: &[
        (".gz", ""),
        (".tgz", ".tar"),
        (".taz", ".tar"),
        (".svgz", ".svg"),
        (".emz", ".emf"),
        (".wmz", ".wmf"),
    ],
    // No reserved flag is set.
    accepts: |head| {
        head.bytes.starts_with(MAGIC) && head.bytes.get(3).is_some_and(|flags| flags & 0xE0 == 0)
    },
    open: |input, _| Ok(Box::new(Members::new(input))),
};

const MAGIC: &[u8] = b"\x1f\x8b\x08";

/// The contents of all members, one after the other.
struct Members<R> {
    state: State<R>,
}

enum State<R> {
    Between(R),
    Inside(Box<GzDecoder<R>>),
    Ended,
}

impl<R: BufRead> Members<R> {
    fn new(input: R) -> Members<R> {
        Members {
            state: State::Inside(Box::new(GzDecoder::new(input))),
        }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            match std::mem::replace(&mut self.state, State::Ended) {
                State::Ended => return Ok(0),
                State::Inside(mut decoder) => match decoder.read(buffer)? {
                    0 => self.state = State::Between(decoder.into_inner()),
                    count => {
                        self.state = State::Inside(decoder);
                        return Ok(count);
                    }
                },
                State::Between(mut input) => {
                    // Zeros may pad; anything else behind a member is not gzip's.
                    let ahead = input.fill_buf()?;
                    let zeros = ahead.iter().take_while(|&&byte| byte == 0).count();
                    if zeros > 0 {
                        input.consume(zeros);
                        self.state = State::Between(input);
                    } else if ahead.starts_with(&MAGIC[..ahead.len().min(2)]) && !ahead.is_empty() {
                        self.state = State::Inside(Box::new(GzDecoder::new(input)));
                    }
                }
            }
        }
    }
}
