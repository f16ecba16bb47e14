//! Reads at places of a file, through a buffer, without moving any position.

use std::fs::File;
use std::io;
use std::path::Path;

use crate::source::Unit;
use crate::source::open::{self, Reader};

/// Bytes read at once where reading goes on from where it was ...
const CHUNK: usize = 128 << 10;

/// ... and elsewhere.
const JUMP: usize = 8 << 10;

/// A regular file that is read at places.
#[derive(Debug)]
pub(in crate::source::git) struct ByteFile {
    file: File,
    size: u64,
}

impl ByteFile {
    /// Opens the regular file at `path`; links are not followed.
    pub(in crate::source::git) fn open(path: &Path) -> io::Result<ByteFile> {
        let opened = open::open(&Unit::File(path.to_owned()))
            .map_err(|reason| io::Error::other(reason.describe()))?;
        let Reader::File(file) = opened.reader else {
            return Err(io::Error::other("not a file"));
        };
        let size = opened.size.unwrap_or(0);
        Ok(ByteFile { file, size })
    }

    /// Its size when it was opened.
    pub(in crate::source::git) fn size(&self) -> u64 {
        self.size
    }

    /// Fills `buffer` from `offset` on.
    pub(in crate::source::git) fn read_exact(
        &self,
        buffer: &mut [u8],
        offset: u64,
    ) -> io::Result<()> {
        if self.read(buffer, offset)? < buffer.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }

    /// Reads as much of `buffer` as there is from `offset` on.
    fn read(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut done = 0;
        while done < buffer.len() {
            match read_at(&self.file, &mut buffer[done..], offset + done as u64) {
                Ok(0) => break,
                Ok(count) => done += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

/// A part of one of several files, kept for the next read near it.
#[derive(Debug, Default)]
pub(in crate::source::git) struct Nearby {
    owner: usize,
    start: u64,
    filled: usize,
    buffer: Vec<u8>,
}

impl Nearby {
    /// Forgets what is held, because the file behind it is another one now.
    pub(in crate::source::git) fn forget(&mut self) {
        self.filled = 0;
    }

    /// The bytes of `file`, which is known as `owner`, from `offset` on: at
    /// least `wanted`, unless the file ends before, and maybe more.
    pub(in crate::source::git) fn at<'a>(
        &'a mut self,
        owner: usize,
        file: &ByteFile,
        offset: u64,
        wanted: usize,
    ) -> io::Result<&'a [u8]> {
        let rest = usize::try_from(file.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let wanted = wanted.min(rest);
        let held = self.owner == owner
            && self.filled > 0
            && offset >= self.start
            && offset + wanted as u64 <= self.start + self.filled as u64;
        if !held {
            let end = self.start + self.filled as u64;
            let onwards =
                self.owner == owner && (self.start..=end + CHUNK as u64).contains(&offset);
            let size = wanted.max(if onwards { CHUNK } else { JUMP }).min(rest);
            if self.buffer.len() < size {
                self.buffer.resize(size, 0);
            }
            self.filled = 0;
            self.filled = file.read(&mut self.buffer[..size], offset)?;
            self.start = offset;
            self.owner = owner;
        }
        let from = (offset - self.start) as usize;
        Ok(&self.buffer[from.min(self.filled)..self.filled])
    }
}
