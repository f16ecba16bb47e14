//! Reads an object while it is inflated, for objects too large to be held.

use std::io;

use super::inflate::{Inflater, Stream};

/// Reads an object while it is inflated.
pub(in crate::source::git) struct StreamReader<'a> {
    inflater: &'a mut Inflater,
    stream: Stream<'a>,
    consumed: u64,
    /// Bytes that are still expected.
    left: u64,
    /// Bytes at the beginning that are no content.
    pub(in crate::source::git) skip: usize,
}

impl<'a> StreamReader<'a> {
    /// Reads `stream`, which is said to give `size` bytes of content.
    pub(in crate::source::git) fn new(
        inflater: &'a mut Inflater,
        stream: Stream<'a>,
        size: u64,
    ) -> StreamReader<'a> {
        inflater.begin();
        StreamReader {
            inflater,
            stream,
            consumed: 0,
            left: size,
            skip: 0,
        }
    }

    fn step(&mut self, out: &mut [u8]) -> io::Result<(usize, bool)> {
        let step = self.inflater.step(self.stream, self.consumed, out);
        let (read, written, ended) = step.map_err(io::Error::other)?;
        self.consumed += read;
        if read == 0 && written == 0 && !ended {
            return Err(io::Error::other("its compressed data is damaged"));
        }
        Ok((written, ended))
    }
}

impl io::Read for StreamReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.skip > 0 {
            let mut head = [0; 64];
            let most = self.skip.min(head.len());
            let (written, _) = self.step(&mut head[..most])?;
            self.skip -= written;
        }
        if self.left == 0 || buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let (written, ended) = self.step(buffer)?;
            self.left = self.left.saturating_sub(written as u64);
            if written > 0 {
                return Ok(written);
            }
            if ended {
                return if self.left == 0 {
                    Ok(0)
                } else {
                    Err(io::Error::other("it has another size than it says"))
                };
            }
        }
    }
}
