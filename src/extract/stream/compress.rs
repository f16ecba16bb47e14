//! The format of Unix `compress` (`.Z`): LZW with codes that grow from nine
//! bits on.
//!
//! Codes come in groups of eight, which a change of their width fills up; a
//! code of 256 begins the table anew.

use std::io::{self, BufRead, Read};

use super::{Stream, invalid};

/// See the module.
pub(crate) static COMPRESS: Stream = Stream {
    name: "compress",
    endings: &[(".Z", ""), (".taz", ".tar")],
    accepts: |head| {
        // No reserved flag, and a code width that exists.
        matches!(head.bytes, [0x1f, 0x9d, flags, ..]
            if flags & 0x60 == 0 && matches!(flags & 0x1f, 9..=16))
    },
    open: |mut input, _| {
        let mut header = [0; 3];
        input.read_exact(&mut header)?;
        Ok(Box::new(Lzw::new(input, header[2])))
    },
};

const CLEAR: usize = 256;

struct Lzw<R> {
    input: R,
    most: u32,
    /// 257 where code 256 clears the table, 256 where it does not.
    first: usize,
    width: u32,
    /// Of each code: the code before its last byte, and that byte.
    table: Vec<(u16, u8)>,
    last: Option<usize>,
    /// First byte of the last code.
    begin: u8,
    /// Bytes that are decoded, in reverse.
    ready: Vec<u8>,
    /// The group that is read from: bytes, and how many bits of it are used.
    group: Vec<u8>,
    used: usize,
}

impl<R: BufRead> Lzw<R> {
    fn new(input: R, flags: u8) -> Lzw<R> {
        let first = if flags & 0x80 != 0 { 257 } else { 256 };
        Lzw {
            input,
            most: u32::from(flags & 0x1f),
            first,
            width: 9,
            table: vec![(0, 0); first],
            last: None,
            begin: 0,
            ready: Vec::new(),
            group: Vec::new(),
            used: 0,
        }
    }

    /// The next code; `None` at the end.
    fn code(&mut self) -> io::Result<Option<usize>> {
        let width = self.width as usize;
        if self.used + width > self.group.len() * 8 {
            self.group.clear();
            self.used = 0;
            let wanted = u64::from(self.width);
            (&mut self.input)
                .take(wanted)
                .read_to_end(&mut self.group)?;
            if self.group.len() * 8 < width {
                return Ok(None);
            }
        }
        let (byte, shift) = (self.used / 8, self.used % 8);
        let at = |n: usize| u32::from(self.group.get(byte + n).copied().unwrap_or(0));
        let bits = at(0) | at(1) << 8 | at(2) << 16;
        self.used += width;
        Ok(Some((bits >> shift) as usize & ((1 << width) - 1)))
    }

    /// Begins a new group, of codes of another width.
    fn regroup(&mut self, width: u32) {
        self.width = width;
        self.group.clear();
        self.used = 0;
    }

    /// Decodes one code into `ready`; false at the end.
    fn step(&mut self) -> io::Result<bool> {
        let Some(code) = self.code()? else {
            return Ok(false);
        };
        if code == CLEAR && self.first == 257 {
            self.table.truncate(self.first);
            self.regroup(9);
            self.last = None;
            return Ok(true);
        }
        let mut at = code;
        if code == self.table.len() && self.last.is_some() && code < 1 << self.most {
            // The code that this very step defines.
            self.ready.push(self.begin);
            at = self.last.unwrap_or(0);
        } else if code >= self.table.len() || (self.last.is_none() && code > 255) {
            return Err(invalid("no such code"));
        }
        while at > 255 {
            let (before, byte) = self.table[at];
            self.ready.push(byte);
            at = usize::from(before);
        }
        self.begin = at.to_le_bytes()[0];
        self.ready.push(self.begin);
        if let Some(last) = self.last
            && self.table.len() < 1 << self.most
        {
            let last = u16::try_from(last).map_err(invalid)?;
            self.table.push((last, self.begin));
            if self.table.len() == 1 << self.width && self.width < self.most {
                self.regroup(self.width + 1);
            }
        }
        self.last = Some(code);
        Ok(true)
    }
}

impl<R: BufRead> Read for Lzw<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            if let Some(byte) = self.ready.pop() {
                buffer[filled] = byte;
                filled += 1;
            } else if !self.step()? {
                break;
            }
        }
        Ok(filled)
    }
}
