//! Reads content in overlapping windows through one buffer that is kept.

use std::io::{self, Read};
use std::ops::Range;

use crate::base::limits::{CONTEXT_AHEAD, CONTEXT_BACK, Limits};

/// A part of the content, with its surroundings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window<'a> {
    /// Context before, new content, context after. The context is what the
    /// content really holds there, shorter only at its ends.
    pub bytes: &'a [u8],
    /// Offset of `bytes[0]` in the content.
    pub base: usize,
    /// The part of `bytes` this window answers for. These parts of all windows
    /// follow each other without gap and make up the content.
    pub new: Range<usize>,
    /// True for the window that reaches the end of what could be read.
    pub last: bool,
}

/// First size of the buffer: enough for almost every source file.
const FIRST: usize = 256 << 10;

/// The buffer, kept from one unit to the next.
#[derive(Debug)]
pub struct WindowReader {
    buffer: Vec<u8>,
    window: usize,
    back: usize,
    ahead: usize,
}

impl WindowReader {
    /// A reader with `window` new bytes per window and the given context before and after.
    pub fn new(window: usize, back: usize, ahead: usize) -> WindowReader {
        WindowReader {
            buffer: Vec::new(),
            window: window.max(1),
            back,
            ahead,
        }
    }

    /// A reader with the context every detector is promised.
    pub fn with_limits(limits: &Limits) -> WindowReader {
        WindowReader::new(limits.window, CONTEXT_BACK, CONTEXT_AHEAD)
    }

    /// Begins to read `reader`. `size` is what the file system says of its
    /// size, if anything: it saves a system call, but is not relied on.
    pub fn read<R: Read>(&mut self, reader: R, size: Option<u64>) -> Windows<'_, R> {
        Windows {
            room: self,
            reader,
            size: size.map_or(0, |size| usize::try_from(size).unwrap_or(usize::MAX)),
            base: 0,
            filled: 0,
            next: 0,
            ended: false,
            failure: None,
        }
    }

    /// Bytes needed to know that a window is not the last one.
    fn most(&self) -> usize {
        self.window
            .saturating_add(self.ahead)
            .saturating_add(self.back)
            .saturating_add(1)
    }
}

/// The windows of one content.
#[derive(Debug)]
pub struct Windows<'a, R> {
    room: &'a mut WindowReader,
    reader: R,
    size: usize,
    /// Offset in the content of the buffer's first byte.
    base: usize,
    /// How much of the buffer holds content.
    filled: usize,
    /// Where in the buffer the next new byte stands.
    next: usize,
    ended: bool,
    failure: Option<io::Error>,
}

impl<R: Read> Windows<'_, R> {
    /// The next window; `None` after the last. Empty content has no window.
    ///
    /// # Errors
    /// When reading fails. What was read before the failure is handed out
    /// first, so the error means that the rest is missing.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator cannot lend its buffer"
    )]
    pub fn next(&mut self) -> io::Result<Option<Window<'_>>> {
        self.drop_old();
        self.fill();
        let rest = self.filled - self.next;
        let last = self.ended && rest <= self.room.window.saturating_add(self.room.ahead);
        if rest == 0 {
            return self.failure.take().map_or(Ok(None), Err);
        }
        let length = if last { rest } else { self.room.window };
        let start = self.next - self.room.back.min(self.next);
        let end = (self.next + length)
            .saturating_add(self.room.ahead)
            .min(self.filled);
        let new = self.next - start..self.next - start + length;
        self.next += length;
        Ok(Some(Window {
            bytes: &self.room.buffer[start..end],
            base: self.base + start,
            new,
            last,
        }))
    }

    /// Bytes handed out so far as new content.
    pub fn position(&self) -> usize {
        self.base + self.next
    }

    /// The reader, for questions after the last window.
    pub fn into_reader(self) -> R {
        self.reader
    }

    /// Moves what is still needed to the front of the buffer.
    fn drop_old(&mut self) {
        let old = self.next.saturating_sub(self.room.back);
        if old > 0 && !self.ended {
            self.room.buffer.copy_within(old..self.filled, 0);
            self.base += old;
            self.filled -= old;
            self.next -= old;
        }
    }

    /// Reads until the next window is complete or the content ends.
    fn fill(&mut self) {
        let wanted = self.room.window.saturating_add(self.room.ahead);
        while !self.ended && self.filled - self.next <= wanted {
            self.make_room();
            let target = &mut self.room.buffer[self.filled..];
            let asked = target.len();
            match self.reader.read(target) {
                Ok(0) => self.ended = true,
                Ok(count) => {
                    self.filled += count.min(asked);
                    // A short read that ends where the file system says the
                    // file ends needs no second one to learn it.
                    self.ended = count < asked && self.base + self.filled == self.size;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failure = Some(error);
                    self.ended = true;
                }
            }
        }
    }

    /// Makes sure the buffer is not full: it starts small, and grows to what
    /// one window needs only for content that needs it.
    fn make_room(&mut self) {
        let length = self.room.buffer.len();
        if self.filled < length {
            return;
        }
        let most = self.room.most();
        let likely = self.size.saturating_sub(self.base).saturating_add(1);
        let grown = likely.max(length.saturating_mul(2)).max(FIRST);
        self.room.buffer.resize(grown.min(most).max(length + 1), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Hands out at most the given numbers of bytes per read.
    struct Chunks<'a> {
        content: &'a [u8],
        sizes: std::iter::Cycle<std::slice::Iter<'a, usize>>,
        reads: usize,
    }

    impl Read for Chunks<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.reads += 1;
            let most = self.sizes.next().copied().unwrap_or(usize::MAX);
            let (head, tail) = self
                .content
                .split_at(most.min(buffer.len()).min(self.content.len()));
            buffer[..head.len()].copy_from_slice(head);
            self.content = tail;
            Ok(head.len())
        }
    }

    fn chunks<'a>(content: &'a [u8], sizes: &'a [usize]) -> Chunks<'a> {
        Chunks {
            content,
            sizes: sizes.iter().cycle(),
            reads: 0,
        }
    }

    proptest! {
        #[test]
        fn windows_tile_the_content_and_show_its_neighbours(
            content in proptest::collection::vec(any::<u8>(), 0..400),
            window in 1..50_usize,
            back in 0..40_usize,
            ahead in 0..40_usize,
            sizes in proptest::collection::vec(1..90_usize, 1..8),
            hint in proptest::option::of(0..500_u64),
        ) {
            let mut room = WindowReader::new(window, back, ahead);
            // Twice, as the buffer is used again.
            for _ in 0..2 {
                // A hint that is right by chance must not cut a short read.
                let hint = hint.filter(|&size| size >= content.len() as u64);
                let mut windows = room.read(chunks(&content, &sizes), hint);
                let mut position = 0;
                let mut ended = content.is_empty();
                while let Some(shown) = windows.next().unwrap() {
                    prop_assert!(!ended);
                    prop_assert_eq!(shown.base + shown.new.start, position);
                    let start = position.saturating_sub(back);
                    prop_assert_eq!(shown.base, start);
                    position += shown.new.len();
                    let end = (position + ahead).min(content.len());
                    prop_assert_eq!(shown.bytes, &content[start..end]);
                    prop_assert!(!shown.new.is_empty());
                    ended = shown.last;
                    prop_assert_eq!(ended, position == content.len());
                }
                prop_assert!(ended);
                prop_assert_eq!(position, content.len());
            }
        }
    }

    #[test]
    fn a_file_of_the_promised_size_takes_one_read() {
        let content = [7; 1000];
        let sizes = [usize::MAX];
        for (hint, reads) in [(Some(1000), 1), (Some(999), 2), (Some(0), 2), (None, 2)] {
            let mut room = WindowReader::with_limits(&Limits::default());
            let mut windows = room.read(chunks(&content, &sizes), hint);
            let shown = windows.next().unwrap().unwrap();
            assert_eq!((shown.bytes, shown.last), (&content[..], true));
            assert_eq!(windows.next().unwrap(), None);
            assert_eq!(windows.position(), 1000);
            assert_eq!(windows.into_reader().reads, reads, "{hint:?}");
        }
    }

    #[test]
    fn a_read_error_comes_after_what_was_read() {
        struct Broken(usize);
        impl Read for Broken {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.0 += 1;
                match self.0 {
                    1 => {
                        buffer[..3].copy_from_slice(b"abc");
                        Ok(3)
                    }
                    2 => Err(io::ErrorKind::Interrupted.into()),
                    _ => Err(io::ErrorKind::PermissionDenied.into()),
                }
            }
        }
        let mut room = WindowReader::new(10, 2, 2);
        let mut windows = room.read(Broken(0), Some(10));
        assert_eq!(windows.next().unwrap().unwrap().bytes, b"abc");
        assert!(windows.next().is_err());
    }

    #[test]
    fn the_buffer_is_bounded_by_what_one_window_needs() {
        let mut room = WindowReader::new(1 << 20, 1 << 10, 1 << 10);
        let mut windows = room.read(io::repeat(1).take(10 << 20), Some(u64::MAX));
        while windows.next().unwrap().is_some() {}
        assert_eq!(windows.position(), 10 << 20);
        assert_eq!(room.buffer.len(), (1 << 20) + (2 << 10) + 1);
    }
}
