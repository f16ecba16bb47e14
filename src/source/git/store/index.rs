//! Pack index files: which object stands where in a pack.
//!
//! Format: git's `gitformat-pack`, versions 1 and 2. Single look-ups read the
//! few bytes they need, so that a hook on a large repository stays cheap;
//! [`PackIndex::load`] reads everything. Nothing in the file is believed
//! without a check against its size.

use std::io;
use std::path::Path;

use super::bytes::ByteFile;

/// Entries that are read at once at the end of a search.
const BLOCK: u32 = 256;

/// An index whose head was read.
#[derive(Debug)]
pub(in crate::source::git) struct PackIndex {
    file: ByteFile,
    fanout: Box<[u32; 256]>,
    version: Version,
    /// Bytes of an object id.
    id_len: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

/// All of an index, in the order of ids.
#[derive(Debug, Default)]
pub(in crate::source::git) struct Table {
    /// Ids, one after the other.
    pub(in crate::source::git) ids: Vec<u8>,
    /// Offsets in the pack.
    pub(in crate::source::git) offsets: Vec<u64>,
}

fn wrong(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn be32(bytes: &[u8]) -> u32 {
    bytes.try_into().map_or(0, u32::from_be_bytes)
}

impl PackIndex {
    /// Opens the index at `path`, whose ids have `id_len` bytes.
    pub(in crate::source::git) fn open(path: &Path, id_len: usize) -> io::Result<PackIndex> {
        let file = ByteFile::open(path)?;
        let mut head = [0; 8 + 1024];
        let read = head
            .len()
            .min(usize::try_from(file.size()).unwrap_or(usize::MAX));
        file.read_exact(&mut head[..read], 0)?;
        let version = match (&head[..4], be32(&head[4..8])) {
            (b"\xfftOc", 2) => Version::Two,
            (b"\xfftOc", _) => return Err(wrong("an unknown version of pack index")),
            _ => Version::One,
        };
        let from = if version == Version::Two { 8 } else { 0 };
        let mut fanout = Box::new([0; 256]);
        for (count, bytes) in fanout.iter_mut().zip(head[from..].chunks_exact(4)) {
            *count = be32(bytes);
        }
        if !fanout.is_sorted() {
            return Err(wrong("the table of first bytes is not ascending"));
        }
        let index = PackIndex {
            file,
            fanout,
            version,
            id_len,
        };
        if index.least_size() > index.file.size() {
            return Err(wrong("the pack index is cut off"));
        }
        Ok(index)
    }

    /// Number of objects.
    pub(in crate::source::git) fn count(&self) -> u32 {
        self.fanout[255]
    }

    fn least_size(&self) -> u64 {
        let id = self.id_len as u64;
        let count = u64::from(self.count());
        match self.version {
            Version::One => 1024 + count * (4 + id) + 2 * id,
            Version::Two => 8 + 1024 + count * (id + 8) + 2 * id,
        }
    }

    /// Where the ids (with offsets, in version 1) begin.
    fn ids_at(&self) -> u64 {
        match self.version {
            Version::One => 1024,
            Version::Two => 8 + 1024,
        }
    }

    /// Bytes from one id to the next, and from the start of an entry to its id.
    fn stride(&self) -> (usize, usize) {
        match self.version {
            Version::One => (4 + self.id_len, 4),
            Version::Two => (self.id_len, 0),
        }
    }

    /// The offset in the pack of the object called `id`.
    pub(in crate::source::git) fn find(&self, id: &[u8]) -> io::Result<Option<u64>> {
        let mut result = None;
        self.with_prefix(id, id.len() * 2, |position, found| {
            if found == id {
                result = Some(position);
            }
        })?;
        result.map(|position| self.offset(position)).transpose()
    }

    /// Calls `each` with the position and id of every object whose id begins
    /// with the first `digits` hexadecimal digits of `prefix`.
    pub(in crate::source::git) fn with_prefix(
        &self,
        prefix: &[u8],
        digits: usize,
        mut each: impl FnMut(u32, &[u8]),
    ) -> io::Result<()> {
        let Some(&first) = prefix.first() else {
            return Ok(());
        };
        let first = usize::from(first);
        let mut low = if first == 0 {
            0
        } else {
            self.fanout[first - 1]
        };
        let mut high = self.fanout[first];
        let (stride, skip) = self.stride();
        let mut entry = vec![0; stride];
        while high - low > BLOCK {
            let middle = low + (high - low) / 2;
            let place = self.ids_at() + u64::from(middle) * stride as u64;
            self.file.read_exact(&mut entry, place)?;
            if entry[skip..] < *prefix {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let upper = self.fanout[first];
        while low < upper {
            let count = BLOCK.min(upper - low);
            let mut block = vec![0; count as usize * stride];
            let place = self.ids_at() + u64::from(low) * stride as u64;
            self.file.read_exact(&mut block, place)?;
            for (position, entry) in (low..).zip(block.chunks_exact(stride)) {
                let id = &entry[skip..];
                if begins_with(id, prefix, digits) {
                    each(position, id);
                } else if *id > *prefix {
                    return Ok(());
                }
            }
            low += count;
        }
        Ok(())
    }

    fn offset(&self, position: u32) -> io::Result<u64> {
        let mut four = [0; 4];
        if self.version == Version::One {
            let place = 1024 + u64::from(position) * (4 + self.id_len as u64);
            self.file.read_exact(&mut four, place)?;
            return Ok(u64::from(be32(&four)));
        }
        let count = u64::from(self.count());
        let offsets = self.ids_at() + count * (self.id_len as u64 + 4);
        self.file
            .read_exact(&mut four, offsets + u64::from(position) * 4)?;
        let short = be32(&four);
        if short >> 31 == 0 {
            return Ok(u64::from(short));
        }
        let mut eight = [0; 8];
        let place = offsets + count * 4 + u64::from(short & 0x7fff_ffff) * 8;
        self.file.read_exact(&mut eight, place)?;
        Ok(u64::from_be_bytes(eight))
    }

    /// Reads everything.
    pub(in crate::source::git) fn load(&self) -> io::Result<Table> {
        let count = self.count() as usize;
        let (stride, skip) = self.stride();
        let mut entries = vec![0; count * stride];
        self.file.read_exact(&mut entries, self.ids_at())?;
        if self.version == Version::One {
            let mut table = Table::default();
            for entry in entries.chunks_exact(stride) {
                table.offsets.push(u64::from(be32(&entry[..skip])));
                table.ids.extend_from_slice(&entry[skip..]);
            }
            return Ok(table);
        }
        Ok(Table {
            ids: entries,
            offsets: self.load_offsets(count)?,
        })
    }

    fn load_offsets(&self, count: usize) -> io::Result<Vec<u64>> {
        let place = self.ids_at() + count as u64 * (self.id_len as u64 + 4);
        let mut short = vec![0; count * 4];
        self.file.read_exact(&mut short, place)?;
        let large = short
            .chunks_exact(4)
            .filter(|four| four[0] >> 7 == 1)
            .count();
        let mut long = vec![0; large * 8];
        self.file
            .read_exact(&mut long, place + short.len() as u64)?;
        short
            .chunks_exact(4)
            .map(|four| {
                let value = be32(four);
                if value >> 31 == 0 {
                    return Ok(u64::from(value));
                }
                let at = (value & 0x7fff_ffff) as usize * 8;
                let eight = long.get(at..at + 8).and_then(|eight| eight.try_into().ok());
                eight
                    .map(u64::from_be_bytes)
                    .ok_or_else(|| wrong("an offset outside of the table of large offsets"))
            })
            .collect()
    }
}

/// True when `id` begins with the first `digits` hexadecimal digits of `prefix`.
pub(in crate::source::git) fn begins_with(id: &[u8], prefix: &[u8], digits: usize) -> bool {
    let whole = digits / 2;
    id.len() >= whole
        && prefix.len() >= whole
        && id[..whole] == prefix[..whole]
        && (digits.is_multiple_of(2)
            || matches!((id.get(whole), prefix.get(whole)), (Some(a), Some(b)) if a >> 4 == b >> 4))
}
