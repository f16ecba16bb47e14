//! Searches bytes while somebody else reads them.

use std::cell::RefCell;
use std::io::{self, Read};

use super::views::{BlobMemory, BlobScan};
use crate::base::limits::{CONTEXT_AHEAD, CONTEXT_BACK};
use crate::source::window::Window;

/// New bytes per window.
const STEP: usize = 1 << 20;

/// A reader whose bytes are searched as they pass.
pub(super) struct Tee<'a, 's> {
    input: &'a mut dyn Read,
    scan: BlobScan<'s>,
    memory: &'a RefCell<BlobMemory>,
    buffer: Vec<u8>,
    /// Offset in the content of the buffer's first byte.
    base: usize,
    /// Where in the buffer the next new byte stands.
    next: usize,
}

impl<'a, 's> Tee<'a, 's> {
    pub(super) fn new(
        input: &'a mut dyn Read,
        scan: BlobScan<'s>,
        memory: &'a RefCell<BlobMemory>,
    ) -> Tee<'a, 's> {
        Tee {
            input,
            scan,
            memory,
            buffer: Vec::with_capacity(STEP + CONTEXT_AHEAD + CONTEXT_BACK),
            base: 0,
            next: 0,
        }
    }

    /// Reads what nobody read, and searches all that is left.
    pub(super) fn finish(mut self) -> (BlobScan<'s>, io::Result<()>) {
        let mut rest = vec![0; 64 << 10];
        let ended = loop {
            match self.read(&mut rest) {
                Ok(0) => break Ok(()),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        while self.buffer.len() - self.next > STEP {
            self.window(STEP);
        }
        self.window(self.buffer.len() - self.next);
        (self.scan, ended)
    }

    /// Searches the next `length` bytes.
    fn window(&mut self, length: usize) {
        if length == 0 {
            return;
        }
        let start = self.next.saturating_sub(CONTEXT_BACK);
        let stop = self.next + length;
        let end = (stop + CONTEXT_AHEAD).min(self.buffer.len());
        let window = Window {
            bytes: &self.buffer[start..end],
            base: self.base + start,
            new: self.next - start..stop - start,
            last: stop == self.buffer.len(),
        };
        self.scan.window(&window, &mut self.memory.borrow_mut());
        self.next = stop;
        let old = self.next.saturating_sub(CONTEXT_BACK);
        self.buffer.drain(..old);
        self.base += old;
        self.next -= old;
    }
}

impl Read for Tee<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.buffer.extend_from_slice(&buffer[..count]);
        while self.buffer.len() - self.next > STEP + CONTEXT_AHEAD {
            self.window(STEP);
        }
        Ok(count)
    }
}
