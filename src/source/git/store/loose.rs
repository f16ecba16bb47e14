//! Loose objects: one compressed file each, `objects/ab/cdef...`.

use std::fs;
use std::path::{Path, PathBuf};

use super::bytes::ByteFile;
use super::delta::Wrong;
use super::inflate::{Inflater, Stream};
use crate::source::git::object::Kind;

/// Bytes in which the header (`blob 123` and a zero) must end.
const HEADER: usize = 64;

/// A loose object whose header was read.
#[derive(Debug)]
pub(in crate::source::git) struct Loose {
    file: ByteFile,
    /// Its type.
    pub(in crate::source::git) kind: Kind,
    /// Bytes of its content.
    pub(in crate::source::git) size: u64,
    /// Bytes of the header, inflated.
    header: usize,
}

/// The file of the loose object called `hex` under the object directory `dir`.
pub(in crate::source::git) fn path(dir: &Path, hex: &str) -> PathBuf {
    let (head, tail) = hex.split_at_checked(2).unwrap_or((hex, ""));
    dir.join(head).join(tail)
}

/// Hexadecimal ids of every loose object under `dir`, sorted.
pub(in crate::source::git) fn list(dir: &Path, id_len: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for first in 0..=255_u8 {
        let head = format!("{first:02x}");
        let folder = dir.join(&head);
        // A link could lead anywhere.
        let real = folder.symlink_metadata().is_ok_and(|data| data.is_dir());
        let Some(entries) = real.then(|| fs::read_dir(&folder).ok()).flatten() else {
            continue;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let hexadecimal = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            if name.len() == 2 * id_len - 2 && name.bytes().all(hexadecimal) {
                ids.push(format!("{head}{name}"));
            }
        }
    }
    ids.sort_unstable();
    ids
}

/// Directories of loose objects under `dir` that are links: they are not followed.
pub(in crate::source::git) fn links(dir: &Path) -> Vec<PathBuf> {
    let folders = (0..=255_u8).map(|first| dir.join(format!("{first:02x}")));
    folders.filter(|folder| folder.is_symlink()).collect()
}

impl Loose {
    /// Opens the object file at `path`; `None` when there is none.
    pub(in crate::source::git) fn open(
        path: &Path,
        inflater: &mut Inflater,
    ) -> Result<Option<Loose>, Wrong> {
        let real = |path: &Path| path.symlink_metadata().is_ok_and(|data| data.is_dir());
        if path.symlink_metadata().is_err() || !path.parent().is_some_and(real) {
            return Ok(None);
        }
        let file = ByteFile::open(path).map_err(|_| "its file cannot be opened")?;
        let mut head = [0; HEADER];
        let filled = fill(inflater, &file, &mut head)?;
        let zero = head[..filled].iter().position(|&byte| byte == 0);
        let zero = zero.ok_or("it has no header")?;
        let text = std::str::from_utf8(&head[..zero]).map_err(|_| "it has no header")?;
        let (kind, size) = text.split_once(' ').ok_or("it has no header")?;
        Ok(Some(Loose {
            kind: Kind::of_word(kind).ok_or("its type is unknown")?,
            size: size.parse().map_err(|_| "its size is absurd")?,
            header: zero + 1,
            file,
        }))
    }

    /// Its compressed data, and how many bytes of what comes out are header.
    pub(in crate::source::git) fn stream(&self) -> (Stream<'_>, usize) {
        (stream(&self.file), self.header)
    }

    /// Its content. The caller has looked at the size.
    pub(in crate::source::git) fn read(
        &self,
        inflater: &mut Inflater,
        out: &mut Vec<u8>,
    ) -> Result<(), Wrong> {
        let size = usize::try_from(self.size).map_err(|_| "its size is absurd")?;
        inflater.whole(stream(&self.file), self.header + size, out)?;
        out.drain(..self.header);
        Ok(())
    }
}

/// Loose files are read through a buffer that packs use, too: this number is no pack's.
const OWNER: usize = usize::MAX;

fn stream(file: &ByteFile) -> Stream<'_> {
    Stream {
        file,
        owner: OWNER,
        at: 0,
        length: Some(file.size()),
    }
}

fn fill(inflater: &mut Inflater, file: &ByteFile, head: &mut [u8]) -> Result<usize, Wrong> {
    // The buffer may hold another loose file.
    inflater.near.forget();
    inflater.begin();
    let (mut filled, mut consumed) = (0, 0);
    loop {
        let (read, written, ended) = inflater.step(stream(file), consumed, &mut head[filled..])?;
        consumed += read;
        filled += written;
        if ended || filled == head.len() || (read == 0 && written == 0) {
            return Ok(filled);
        }
    }
}
