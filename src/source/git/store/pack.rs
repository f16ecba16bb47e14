//! Packs: entries of compressed objects, whole or as deltas.
//!
//! Format: git's `gitformat-pack`.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::bytes::ByteFile;
use super::delta::Wrong;
use super::index::PackIndex;
use super::inflate::{Inflater, Stream};
use crate::source::git::object::Kind;

/// A pack, its data opened when it is first needed.
#[derive(Debug)]
pub(in crate::source::git) struct Pack {
    /// Its data file.
    pub(in crate::source::git) path: PathBuf,
    /// Its index, or why there is none.
    pub(in crate::source::git) index: io::Result<PackIndex>,
    /// Position among the store's packs.
    pub(in crate::source::git) number: usize,
    id_len: usize,
    data: OnceLock<Result<ByteFile, Wrong>>,
}

/// What stands at the beginning of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source::git) struct Header {
    /// What the entry holds.
    pub(in crate::source::git) content: Content,
    /// Bytes of the inflated content: of the object, or of the delta.
    pub(in crate::source::git) size: u64,
    /// Bytes of the header.
    pub(in crate::source::git) length: usize,
}

/// What an entry holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source::git) enum Content {
    /// A whole object.
    Whole(Kind),
    /// A delta to the entry at this offset.
    OffsetDelta(u64),
    /// A delta to the object with this id.
    IdDelta(Vec<u8>),
}

/// Most bytes of a header: type and size, and an id.
const HEADER: usize = 10 + 32;

impl Pack {
    /// The pack at `path`, which ends with `.pack`.
    pub(in crate::source::git) fn new(path: PathBuf, number: usize, id_len: usize) -> Pack {
        let index = PackIndex::open(&path.with_extension("idx"), id_len);
        Pack {
            path,
            index,
            number,
            id_len,
            data: OnceLock::new(),
        }
    }

    /// The data file, after a look at its head.
    pub(in crate::source::git) fn data(&self) -> Result<&ByteFile, Wrong> {
        let opened = self.data.get_or_init(|| open_data(&self.path));
        opened.as_ref().map_err(|&wrong| wrong)
    }

    /// Where the entries end: the checksum of the pack follows.
    pub(in crate::source::git) fn end(&self) -> Result<u64, Wrong> {
        Ok(self.data()?.size().saturating_sub(self.id_len as u64))
    }

    /// Number of objects, as the pack's head tells it.
    pub(in crate::source::git) fn count(&self) -> Result<u32, Wrong> {
        let mut four = [0; 4];
        let read = self.data()?.read_exact(&mut four, 8);
        read.map_err(|_| "the pack is cut off")?;
        Ok(u32::from_be_bytes(four))
    }

    /// Offset of the object called `id`, when the index can be read and has it.
    pub(in crate::source::git) fn find(&self, id: &[u8]) -> Option<u64> {
        self.index.as_ref().ok()?.find(id).ok()?
    }

    /// Reads the header of the entry at `offset`.
    pub(in crate::source::git) fn header(
        &self,
        offset: u64,
        inflater: &mut Inflater,
    ) -> Result<Header, Wrong> {
        let data = self.data()?;
        if offset >= self.end()? {
            return Err("its place is outside of the pack");
        }
        let bytes = inflater
            .near
            .at(self.number, data, offset, HEADER)
            .map_err(|_| "the pack cannot be read")?;
        parse(bytes, offset, self.id_len)
    }

    /// The compressed part of the entry at `offset`, which has `header` and
    /// ends before `next`, if that is known.
    pub(in crate::source::git) fn stream(
        &self,
        offset: u64,
        header: &Header,
        next: Option<u64>,
    ) -> Result<Stream<'_>, Wrong> {
        let at = offset + header.length as u64;
        Ok(Stream {
            file: self.data()?,
            owner: self.number,
            at,
            length: next.map(|next| next.saturating_sub(at)),
        })
    }
}

fn open_data(path: &Path) -> Result<ByteFile, Wrong> {
    let file = ByteFile::open(path).map_err(|_| "the pack cannot be opened")?;
    let mut head = [0; 8];
    file.read_exact(&mut head, 0)
        .map_err(|_| "the pack is cut off")?;
    if &head[..4] != b"PACK" || !matches!(head[4..], [0, 0, 0, 2 | 3]) {
        return Err("the pack is no pack");
    }
    Ok(file)
}

/// Parses the header of the entry that begins at `offset`.
fn parse(bytes: &[u8], offset: u64, id_len: usize) -> Result<Header, Wrong> {
    const CUT: Wrong = "the pack is cut off";
    let &first = bytes.first().ok_or(CUT)?;
    let mut size = u64::from(first & 0x0f);
    let mut length = 1;
    let mut more = first & 0x80 != 0;
    while more {
        let &byte = bytes.get(length).ok_or(CUT)?;
        let shift = 4 + 7 * (length - 1);
        if shift > 56 {
            return Err("its size is absurd");
        }
        size |= u64::from(byte & 0x7f) << shift;
        more = byte & 0x80 != 0;
        length += 1;
    }
    let content = match first >> 4 & 7 {
        6 => {
            let (distance, bytes) = distance(&bytes[length..])?;
            length += bytes;
            let base = offset.checked_sub(distance).filter(|_| distance > 0);
            Content::OffsetDelta(base.ok_or("its base is outside of the pack")?)
        }
        7 => {
            let id = bytes.get(length..length + id_len).ok_or(CUT)?;
            length += id_len;
            Content::IdDelta(id.to_vec())
        }
        kind => Content::Whole(Kind::of_number(kind).ok_or("its type is unknown")?),
    };
    Ok(Header {
        content,
        size,
        length,
    })
}

/// How far before a delta its base begins, and in how many bytes that is said.
fn distance(bytes: &[u8]) -> Result<(u64, usize), Wrong> {
    let mut value = 0_u64;
    for (number, &byte) in bytes.iter().enumerate() {
        if number > 8 {
            break;
        }
        if number > 0 {
            value += 1;
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Ok((value, number + 1));
        }
    }
    Err("the distance to its base is absurd")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn headers_tell_type_size_and_base() {
        let whole = parse(&[0xbf, 0x01], 12, 20).unwrap();
        assert_eq!(
            (whole.content, whole.size, whole.length),
            (Content::Whole(Kind::Blob), 31, 2)
        );
        let delta = parse(&[0x65, 0x80, 0x00], 1000, 20).unwrap();
        assert_eq!(
            (delta.content, delta.size),
            (Content::OffsetDelta(1000 - 128), 5)
        );
        let mut bytes = vec![0x71];
        bytes.extend([9; 20]);
        let delta = parse(&bytes, 1000, 20).unwrap();
        assert_eq!(
            (delta.content, delta.length),
            (Content::IdDelta(vec![9; 20]), 21)
        );
        for wrong in [&[][..], &[0x80], &[0x65, 0x00], &[0x50], &[0x71, 1]] {
            assert!(parse(wrong, 1000, 20).is_err(), "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn no_header_panics(
            bytes in proptest::collection::vec(any::<u8>(), 0..40), offset in any::<u64>(),
        ) {
            let _ = parse(&bytes, offset, 20);
        }
    }
}
