//! ISO 9660 images with the names of Rock Ridge or Joliet.
//!
//! Format: ECMA-119. Both trees of directories are walked; a file that stands
//! in both is handed out once.

use std::collections::HashSet;
use std::io::{self, Read, SeekFrom};

use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::part::{Blob, Extractor, Head, Needs, Part, ReadSeek, YieldPart};

/// The reader of ISO 9660.
#[derive(Debug)]
pub(crate) struct Iso;

const NAME: &str = "iso9660";
const SECTOR: u64 = 2048;
/// Where the descriptors begin.
const DESCRIPTORS: u64 = 16 * SECTOR;
const MARK: &[u8] = b"CD001";
/// Longest directory that is taken into memory.
const DIRECTORY: u64 = 16 << 20;
const DEPTH: usize = 64;

impl Extractor for Iso {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        head.bytes.get(0x8001..0x8006) == Some(MARK)
    }

    fn needs(&self) -> Needs {
        Needs::Seek
    }

    fn extract(
        &self,
        blob: &mut Blob<'_>,
        budget: &Budget<'_>,
        yield_part: &mut YieldPart<'_>,
    ) -> Result<(), SkipReason> {
        let (input, size) = blob.seekable()?;
        let mut image = Image {
            input,
            size,
            budget,
            seen: HashSet::new(),
            flawed: false,
        };
        let roots = image.roots().map_err(|error| budget.reason(&error, NAME))?;
        for (root, names) in roots {
            if !image.directory(&root, names, "", 0, yield_part)? {
                return Ok(());
            }
        }
        if image.flawed {
            Err(SkipReason::Damaged(NAME))
        } else {
            Ok(())
        }
    }
}

/// How names are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    /// In single bytes, with a longer name beside them perhaps.
    Bytes,
    /// In UTF-16.
    Wide,
}

struct Image<'a, 'b> {
    input: &'a mut dyn ReadSeek,
    size: u64,
    budget: &'a Budget<'b>,
    /// Extents that were handed out, or walked.
    seen: HashSet<(u64, u64)>,
    flawed: bool,
}

/// A record of a directory.
struct Record {
    start: u64,
    length: u64,
    flags: u8,
    name: String,
}

impl Record {
    fn parse(bytes: &[u8], names: Names) -> Option<Record> {
        let u32_at = |at: usize| {
            let field = bytes.get(at..)?.first_chunk()?;
            Some(u64::from(u32::from_le_bytes(*field)))
        };
        let length = usize::from(*bytes.get(32)?);
        let name = bytes.get(33..33 + length)?;
        // System use follows, from an even place on.
        let beside = bytes
            .get(33 + length + (length + 1) % 2..)
            .unwrap_or_default();
        let long = (names == Names::Bytes)
            .then(|| rock_ridge(beside))
            .flatten();
        Some(Record {
            start: u32_at(2)? + u64::from(bytes[1]),
            length: u32_at(10)?,
            flags: *bytes.get(25)?,
            name: long.unwrap_or_else(|| plain(name, names)),
        })
    }

    fn is_directory(&self) -> bool {
        self.flags & 2 != 0
    }

    /// True when the file goes on in the next record.
    fn goes_on(&self) -> bool {
        self.flags & 0x80 != 0
    }
}

/// The name without its version.
fn plain(name: &[u8], names: Names) -> String {
    let text = match names {
        Names::Bytes => String::from_utf8_lossy(name).into_owned(),
        Names::Wide => {
            let units = name
                .as_chunks::<2>()
                .0
                .iter()
                .map(|pair| u16::from_be_bytes(*pair));
            char::decode_utf16(units)
                .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect()
        }
    };
    match text.rsplit_once(';') {
        Some((stem, _)) => stem.to_owned(),
        None => text,
    }
}

/// The long name among fields of system use.
fn rock_ridge(mut fields: &[u8]) -> Option<String> {
    let mut name: Option<Vec<u8>> = None;
    while let [a, b, length, _, ..] = *fields {
        let field = fields
            .get(..usize::from(length))
            .filter(|field| field.len() >= 4)?;
        if [a, b] == *b"NM" && field.len() > 5 {
            name.get_or_insert_default().extend_from_slice(&field[5..]);
        }
        fields = &fields[field.len()..];
    }
    name.map(|name| String::from_utf8_lossy(&name).into_owned())
}

impl Image<'_, '_> {
    /// The roots of all trees.
    fn roots(&mut self) -> io::Result<Vec<(Record, Names)>> {
        let mut roots = Vec::new();
        let mut sector = [0; SECTOR as usize];
        for number in 0..64 {
            self.input
                .seek(SeekFrom::Start(DESCRIPTORS + number * SECTOR))?;
            self.input.read_exact(&mut sector)?;
            if &sector[1..6] != MARK || sector[0] == 0xFF {
                break;
            }
            let wide = sector[88..91].starts_with(b"%/");
            let names = match sector[0] {
                1 => Names::Bytes,
                2 if wide => Names::Wide,
                _ => continue,
            };
            roots.extend(Record::parse(&sector[156..190], names).map(|root| (root, names)));
        }
        Ok(roots)
    }

    /// Hands out what is in a directory; false when that is enough.
    fn directory(
        &mut self,
        record: &Record,
        names: Names,
        path: &str,
        depth: usize,
        yield_part: &mut YieldPart<'_>,
    ) -> Result<bool, SkipReason> {
        if !self.seen.insert((record.start, record.length)) {
            return Ok(true);
        }
        if depth > DEPTH {
            return Err(SkipReason::Limit("depth"));
        }
        let bytes = self
            .read(record)
            .map_err(|error| self.budget.reason(&error, NAME))?;
        let mut extents = Vec::new();
        for child in records(&bytes, names) {
            self.budget.alive()?;
            let inner = if path.is_empty() {
                child.name.clone()
            } else {
                format!("{path}/{}", child.name)
            };
            if child.is_directory() {
                if yield_part(Part::Name(&inner)).is_break()
                    || !self.directory(&child, names, &inner, depth + 1, yield_part)?
                {
                    return Ok(false);
                }
                continue;
            }
            extents.push((child.start * SECTOR, child.length));
            if !child.goes_on() && !self.file(&std::mem::take(&mut extents), &inner, yield_part) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The bytes of a directory.
    fn read(&mut self, record: &Record) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.input.seek(SeekFrom::Start(record.start * SECTOR))?;
        let kept = record.length.min(DIRECTORY);
        (&mut *self.input).take(kept).read_to_end(&mut bytes)?;
        self.flawed |= (bytes.len() as u64) < record.length;
        Ok(bytes)
    }

    fn file(&mut self, extents: &[(u64, u64)], path: &str, yield_part: &mut YieldPart<'_>) -> bool {
        let first = extents.first().copied().unwrap_or_default();
        let length = extents.iter().map(|extent| extent.1).sum();
        if !self.seen.insert((first.0, length)) {
            return yield_part(Part::Name(path)).is_continue();
        }
        let outside = |extent: &(u64, u64)| extent.0.saturating_add(extent.1) > self.size;
        self.flawed |= extents.iter().any(outside);
        let pieces = Pieces {
            input: &mut *self.input,
            extents,
            at: 0,
        };
        let mut content = self.budget.meter(pieces, NAME);
        let flow = yield_part(Part::Blob {
            name: path,
            content: &mut content,
            size: Some(length),
        });
        flow.is_continue()
    }
}

/// The records of a directory. None crosses a sector; a zero fills one up.
fn records(bytes: &[u8], names: Names) -> impl Iterator<Item = Record> + '_ {
    let mut at = 0;
    let mut number = 0;
    std::iter::from_fn(move || {
        loop {
            let length = usize::from(*bytes.get(at)?);
            if length == 0 {
                at = (at / SECTOR as usize + 1) * SECTOR as usize;
                continue;
            }
            let record = bytes.get(at..at + length)?;
            at += length;
            number += 1;
            // The first two are the directory itself and the one above it.
            let first = record.get(33).copied().unwrap_or(2);
            if number <= 2 && record.get(32) == Some(&1) && first < 2 {
                continue;
            }
            if let Some(record) = Record::parse(record, names) {
                return Some(record);
            }
        }
    })
}

/// A file in several pieces.
struct Pieces<'a> {
    input: &'a mut dyn ReadSeek,
    extents: &'a [(u64, u64)],
    at: u64,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(&(start, length)) = self.extents.first() {
            let left = length.saturating_sub(self.at);
            if left > 0 {
                self.input
                    .seek(SeekFrom::Start(start.saturating_add(self.at)))?;
                let count = (&mut *self.input).take(left).read(buffer)?;
                self.at += count as u64;
                return Ok(count);
            }
            self.extents = &self.extents[1..];
            self.at = 0;
        }
        Ok(0)
    }
}
