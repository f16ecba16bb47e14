//! LZ4: frames (`lz4_Frame_format.md`), those of the old format, and frames to
//! skip between them.
//!
//! One buffer serves all frames. A frame of some bytes may ask for blocks of
//! megabytes; a buffer for each would cost a thousand times what it holds.

use std::hash::Hasher as _;
use std::io::{self, BufRead, Read};

use lz4_flex::block::{decompress_into, decompress_into_with_dict};
use twox_hash::XxHash32;

use super::{Stream, invalid};
use crate::extract::part::pass_over;

/// The reader of LZ4.
pub(crate) static LZ4: Stream = Stream {
    name: "lz4",
    endings: &[(".lz4", ""), (".tlz4", ".tar")],
    accepts: |head| head.bytes.starts_with(&FRAME) || head.bytes.starts_with(&OLD),
    open: |input, _| Ok(Box::new(Frames::new(input))),
};

const FRAME: [u8; 4] = [0x04, 0x22, 0x4d, 0x18];
const OLD: [u8; 4] = [0x02, 0x21, 0x4c, 0x18];
/// Bytes that a block of the old format holds at most.
const OLD_BLOCK: usize = 8 << 20;
/// Bytes before a block that it may repeat.
const HISTORY: usize = 64 << 10;

/// The contents of all frames, one after the other; what follows them is not
/// of the format.
struct Frames<R> {
    input: R,
    state: State,
    packed: Vec<u8>,
    /// The block that is handed out, and how far it was.
    block: Vec<u8>,
    ready: std::ops::Range<usize>,
    /// The end of what the frame held so far.
    history: Vec<u8>,
    sum: XxHash32,
}

#[derive(Clone, Copy)]
enum State {
    Between,
    Frame(Frame),
    Old,
    Ended,
}

/// What the header of a frame says.
#[derive(Clone, Copy)]
struct Frame {
    /// Bytes that a block holds at most.
    most: usize,
    has_sums: bool,
    has_last_sum: bool,
    is_linked: bool,
}

impl<R: BufRead> Frames<R> {
    fn new(input: R) -> Frames<R> {
        Frames {
            input,
            state: State::Between,
            packed: Vec::new(),
            block: Vec::new(),
            ready: 0..0,
            history: Vec::new(),
            sum: XxHash32::with_seed(0),
        }
    }

    fn number(&mut self) -> io::Result<u32> {
        let mut bytes = [0; 4];
        self.input.read_exact(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    /// Begins the next frame, if there is one.
    fn begin(&mut self) -> io::Result<State> {
        let mut magic = [0; 4];
        if self.input.fill_buf()?.is_empty() || self.input.read_exact(&mut magic).is_err() {
            return Ok(State::Ended);
        }
        self.follow(magic)
    }

    /// What follows a frame's magic number.
    fn follow(&mut self, magic: [u8; 4]) -> io::Result<State> {
        self.history.clear();
        self.sum = XxHash32::with_seed(0);
        match magic {
            FRAME => self.header().map(State::Frame),
            OLD => Ok(State::Old),
            [0x50..=0x5f, 0x2a, 0x4d, 0x18] => {
                let length = self.number()?;
                pass_over(&mut self.input, length.into())?;
                Ok(State::Between)
            }
            _ => Ok(State::Ended),
        }
    }

    fn header(&mut self) -> io::Result<Frame> {
        let mut bytes = [0; 2];
        self.input.read_exact(&mut bytes)?;
        let [flags, size] = bytes;
        let most = match size >> 4 & 7 {
            class @ 4..=7 => 1 << (8 + 2 * class),
            _ => return Err(invalid("unknown size of blocks")),
        };
        if flags >> 6 != 1 {
            return Err(invalid("unknown version"));
        }
        // The whole size, a dictionary's number, and a sum of all this.
        let more = u64::from(flags >> 3 & 1) * 8 + u64::from(flags & 1) * 4 + 1;
        if pass_over(&mut self.input, more)? < more {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Frame {
            most,
            has_sums: flags & 0x10 != 0,
            has_last_sum: flags & 4 != 0,
            is_linked: flags & 0x20 == 0,
        })
    }

    /// Reads the next block of a frame.
    fn next(&mut self, frame: Frame) -> io::Result<State> {
        let head = self.number()?;
        if head == 0 {
            if frame.has_last_sum && u64::from(self.number()?) != self.sum.finish() {
                return Err(invalid("wrong sum"));
            }
            return Ok(State::Between);
        }
        let length = (head & 0x7fff_ffff) as usize;
        if length > frame.most {
            return Err(invalid("a block is too long"));
        }
        self.packed.resize(length, 0);
        self.input.read_exact(&mut self.packed)?;
        if frame.has_sums && self.number()? != XxHash32::oneshot(0, &self.packed) {
            return Err(invalid("wrong sum"));
        }
        let count = if head >> 31 == 1 {
            self.room(length);
            self.block[..length].copy_from_slice(&self.packed);
            length
        } else {
            self.unpack(frame.most)?
        };
        self.ready = 0..count;
        let block = &self.block[..count];
        if frame.has_last_sum {
            self.sum.write(block);
        }
        if frame.is_linked {
            let kept = HISTORY.saturating_sub(count);
            let old = self.history.len().saturating_sub(kept);
            self.history.drain(..old);
            let new = count.saturating_sub(HISTORY);
            self.history.extend_from_slice(&block[new..]);
        }
        Ok(State::Frame(frame))
    }

    /// Reads the next block of the old format, or begins what follows the last one.
    fn next_old(&mut self) -> io::Result<State> {
        if self.input.fill_buf()?.is_empty() {
            return Ok(State::Ended);
        }
        let mut head = [0; 4];
        self.input.read_exact(&mut head)?;
        let length = u32::from_le_bytes(head) as usize;
        // No block is as long as a magic number says.
        if length > OLD_BLOCK + OLD_BLOCK / 64 {
            return self.follow(head);
        }
        self.packed.resize(length, 0);
        self.input.read_exact(&mut self.packed)?;
        self.ready = 0..self.unpack(OLD_BLOCK)?;
        Ok(State::Old)
    }

    fn room(&mut self, most: usize) {
        if self.block.len() < most {
            // Memory that is zero is had for less than memory that is made zero.
            self.block = vec![0; most];
        }
    }

    /// Unpacks a block of at most `most` bytes, and how many there are.
    fn unpack(&mut self, most: usize) -> io::Result<usize> {
        self.room(most);
        let block = &mut self.block[..most];
        let count = if self.history.is_empty() {
            decompress_into(&self.packed, block)
        } else {
            decompress_into_with_dict(&self.packed, block, &self.history)
        };
        count.map_err(invalid)
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while self.ready.is_empty() {
            let state = std::mem::replace(&mut self.state, State::Ended);
            self.state = match state {
                State::Ended => return Ok(0),
                State::Between => self.begin()?,
                State::Frame(frame) => self.next(frame)?,
                State::Old => self.next_old()?,
            };
        }
        let count = self.ready.len().min(buffer.len());
        let from = self.ready.start;
        buffer[..count].copy_from_slice(&self.block[from..from + count]);
        self.ready.start += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (Vec<u8>, bool) {
        let mut out = Vec::new();
        let ended = Frames::new(bytes).read_to_end(&mut out);
        (out, ended.is_ok())
    }

    /// A frame with one block for each of `blocks`, as they are.
    fn frame(flags: u8, class: u8, blocks: &[&[u8]]) -> Vec<u8> {
        let mut out = FRAME.to_vec();
        out.extend([0x40 | flags, class << 4]);
        out.extend(vec![0; usize::from(flags >> 3 & 1) * 8 + 1]);
        for block in blocks {
            out.extend((block.len() as u32).to_le_bytes());
            out.extend_from_slice(block);
        }
        out.extend([0; 4]);
        out
    }

    /// `text` in a block that repeats nothing.
    fn plain(text: &str) -> Vec<u8> {
        [&[(text.len() as u8) << 4], text.as_bytes()].concat()
    }

    #[test]
    fn frames_of_all_sorts_follow_each_other() {
        let one = frame(0x20, 7, &[&plain("one ")]);
        let skipped = [&[0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"abc"].concat();
        let old = [&OLD[..], &[5, 0, 0, 0], &plain("two ")].concat();
        let whole = [one.clone(), skipped, old, one].concat();
        assert_eq!(read(&whole), (b"one two one ".to_vec(), true));
    }

    #[test]
    fn linked_blocks_repeat_what_was_before_them_and_others_do_not() {
        // Four bytes from seven back, then the last five as they are.
        let again = [&[0x00, 7, 0, 0x50][..], b" end."].concat();
        let linked = frame(0, 4, &[&plain("abcdefg"), &again]);
        assert_eq!(read(&linked), (b"abcdefgabcd end.".to_vec(), true));
        let apart = frame(0x20, 4, &[&plain("abcdefg"), &again]);
        assert_eq!(read(&apart), (b"abcdefg".to_vec(), false));
    }

    #[test]
    fn wrong_sums_and_cut_frames_are_damage_behind_what_was_read() {
        let mut whole = frame(0x24, 4, &[&plain("abc")]);
        let sum = XxHash32::oneshot(0, b"abc");
        whole.extend(sum.to_le_bytes());
        assert_eq!(read(&whole), (b"abc".to_vec(), true));
        *whole.last_mut().unwrap() ^= 1;
        assert_eq!(read(&whole), (b"abc".to_vec(), false));
        let cut = &frame(0x20, 4, &[&plain("abc"), &plain("def")])[..18];
        assert_eq!(read(cut), (b"abc".to_vec(), false));
        assert!(!read(&[&FRAME[..], &[0xc0, 0x40, 0]].concat()).1);
    }

    #[test]
    fn many_small_frames_that_ask_for_long_blocks_cost_one_block() {
        let start = std::time::Instant::now();
        let empty = [&OLD[..], &[1, 0, 0, 0, 0]].concat();
        let one = frame(0x20, 7, &[&plain("x")]);
        let whole = [empty, one].concat().repeat(2000);
        assert_eq!(read(&whole), (b"x".repeat(2000), true));
        assert!(start.elapsed().as_secs() < 5);
    }
}
