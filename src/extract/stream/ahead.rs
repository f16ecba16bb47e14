//! A look at the next bytes of a stream, however its buffer is filled.
//!
//! What follows a frame tells whether there is another one. A buffer may end
//! in the midst of those bytes, so its rest does not tell.

use std::io::{self, BufRead, Read};

/// Bytes that can be looked at.
const MOST: usize = 8;

/// A reader with some bytes put back.
pub(super) struct Ahead<R> {
    inner: R,
    held: [u8; MOST],
    from: usize,
    to: usize,
}

impl<R: BufRead> Ahead<R> {
    pub(super) fn new(inner: R) -> Ahead<R> {
        Ahead {
            inner,
            held: [0; MOST],
            from: 0,
            to: 0,
        }
    }

    /// The next `count` bytes, at most eight; fewer at the end.
    pub(super) fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        self.held.copy_within(self.from..self.to, 0);
        (self.from, self.to) = (0, self.to - self.from);
        while self.to < count.min(MOST) {
            let room = &mut self.held[self.to..count.min(MOST)];
            match self.inner.read(room) {
                Ok(0) => break,
                Ok(read) => self.to += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(&self.held[..self.to])
    }
}

impl<R: BufRead> Read for Ahead<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.from == self.to {
            return self.inner.read(buffer);
        }
        let count = buffer.len().min(self.to - self.from);
        buffer[..count].copy_from_slice(&self.held[self.from..self.from + count]);
        self.from += count;
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Ahead<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.from < self.to {
            return Ok(&self.held[self.from..self.to]);
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        if self.from < self.to {
            self.from = (self.from + count).min(self.to);
        } else {
            self.inner.consume(count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    #[test]
    fn bytes_are_seen_across_the_end_of_a_buffer_and_stay() {
        for capacity in 1..12 {
            let text = b"abcdefghijkl";
            let mut ahead = Ahead::new(BufReader::with_capacity(capacity, &text[..]));
            let mut two = [0; 2];
            ahead.read_exact(&mut two).unwrap();
            assert_eq!(ahead.peek(4).unwrap(), b"cdef");
            ahead.consume(1);
            assert_eq!(ahead.peek(4).unwrap(), b"defg");
            let mut rest = Vec::new();
            ahead.read_to_end(&mut rest).unwrap();
            assert_eq!(rest, b"defghijkl");
            assert_eq!(ahead.peek(4).unwrap(), b"");
        }
    }
}
