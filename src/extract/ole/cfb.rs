//! Compound files (MS-CFB): streams in folders, in chains of sectors.

use std::collections::HashSet;

use super::bytes::{long, short};
use crate::base::content::SkipReason;
use crate::extract::budget::Budget;

/// The format, as reports name it.
pub(super) const NAME: &str = "ole2";
pub(super) const MAGIC: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
/// Sector numbers from here on are marks.
const LAST: u32 = 0xFFFF_FFFA;
const NONE: u32 = 0xFFFF_FFFF;
/// Most entries of a directory.
const MOST: usize = 1 << 18;
/// Most streams whose fragments are followed from the root.
const DEEPEST: usize = 64;

/// A stream, or a folder.
#[derive(Debug)]
pub(super) struct Entry {
    /// The folders above and the name, with slashes between.
    pub(super) path: String,
    pub(super) is_stream: bool,
    start: u32,
    size: u64,
}

impl Entry {
    /// The last part of the path.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// The folder that it is in; empty for the root.
    pub(super) fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

/// A compound file.
pub(super) struct Compound<'a> {
    bytes: &'a [u8],
    /// Bytes of a sector, and of a small one.
    sector: usize,
    small: usize,
    /// Streams shorter than this are in small sectors.
    cutoff: u64,
    table: Vec<u32>,
    small_table: Vec<u32>,
    small_stream: Vec<u8>,
    pub(super) entries: Vec<Entry>,
    /// True when something in its structure is wrong.
    pub(super) damaged: bool,
}

impl<'a> Compound<'a> {
    /// Reads the structure of the file in `bytes`.
    ///
    /// # Errors
    /// When there is no directory, or the budget is spent.
    pub(super) fn open(bytes: &'a [u8], budget: &Budget<'_>) -> Result<Compound<'a>, SkipReason> {
        let damaged = || SkipReason::Damaged(NAME);
        let power = |at| short(bytes, at).map(u32::from);
        let sector = 1_usize
            << power(30)
                .filter(|p| (7..=16).contains(p))
                .ok_or_else(damaged)?;
        let small = 1_usize << power(32).filter(|p| (4..=12).contains(p)).unwrap_or(6);
        let mut file = Compound {
            bytes,
            sector,
            small,
            cutoff: u64::from(long(bytes, 56).unwrap_or(4096)),
            table: Vec::new(),
            small_table: Vec::new(),
            small_stream: Vec::new(),
            entries: Vec::new(),
            damaged: false,
        };
        file.read_table();
        budget.alive()?;
        let start = long(bytes, 60).unwrap_or(NONE);
        let small_table = file.chain(start, u64::MAX);
        file.small_table = words(&small_table);
        let directory = file.chain(long(bytes, 48).unwrap_or(NONE), u64::MAX);
        file.read_directory(&directory, budget)?;
        if file.entries.is_empty() {
            return Err(damaged());
        }
        Ok(file)
    }

    fn sector_at(&self, number: u32) -> Option<&'a [u8]> {
        let start = (number as usize).checked_add(1)?.checked_mul(self.sector)?;
        let rest = self.bytes.get(start..)?;
        // The last sector may be cut.
        (!rest.is_empty()).then(|| &rest[..rest.len().min(self.sector)])
    }

    fn read_table(&mut self) {
        let sectors = self.bytes.len() / self.sector + 1;
        let mut places: Vec<u32> = (0..109)
            .filter_map(|n| long(self.bytes, 76 + 4 * n))
            .collect();
        let mut next = long(self.bytes, 68).unwrap_or(NONE);
        let mut steps = 0;
        while let Some(more) = self.sector_at(next).filter(|_| next < LAST) {
            let mut numbers = words(more);
            next = numbers.pop().unwrap_or(NONE);
            places.extend(numbers);
            steps += 1;
            if steps > sectors || places.len() > sectors {
                break;
            }
        }
        for place in places.into_iter().filter(|place| *place < LAST) {
            if self.table.len() > sectors + self.sector {
                break;
            }
            match self.sector_at(place) {
                Some(part) => self.table.extend(words(part)),
                None => self.damaged = true,
            }
        }
    }

    /// The bytes of the chain that begins at `start`, at most `size` of them.
    fn chain(&mut self, start: u32, size: u64) -> Vec<u8> {
        let mut out = Vec::new();
        let mut next = start;
        let mut steps = 0;
        while next < LAST && (out.len() as u64) < size {
            let Some(part) = self.sector_at(next) else {
                self.damaged = true;
                break;
            };
            out.extend_from_slice(part);
            steps += 1;
            // No chain has a sector twice.
            if steps > self.bytes.len() / self.sector + 1 {
                self.damaged = true;
                break;
            }
            next = self.table.get(next as usize).copied().unwrap_or(NONE);
        }
        out.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        out
    }

    /// The content of `entry`.
    ///
    /// # Errors
    /// When the budget is spent: chains may share their sectors.
    pub(super) fn read(
        &mut self,
        index: usize,
        budget: &Budget<'_>,
    ) -> Result<Vec<u8>, SkipReason> {
        let entry = &self.entries[index];
        let (start, size) = (entry.start, entry.size);
        let content = if size < self.cutoff {
            self.small_chain(start, size)
        } else {
            self.chain(start, size)
        };
        // Old writers leave the upper half of the size undefined.
        self.damaged |= (content.len() as u64) < (size & 0xFFFF_FFFF);
        budget.produce(content.len() as u64)?;
        Ok(content)
    }

    fn small_chain(&self, start: u32, size: u64) -> Vec<u8> {
        let mut out = Vec::new();
        let mut next = start;
        let mut steps = 0;
        let sectors = self.small_stream.len() / self.small;
        while next < LAST && (out.len() as u64) < size && steps <= sectors {
            let from = next as usize * self.small;
            let Some(rest) = self.small_stream.get(from..) else {
                break;
            };
            out.extend_from_slice(&rest[..rest.len().min(self.small)]);
            next = self.small_table.get(next as usize).copied().unwrap_or(NONE);
            steps += 1;
        }
        out.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        out
    }

    fn read_directory(&mut self, directory: &[u8], budget: &Budget<'_>) -> Result<(), SkipReason> {
        let records: Vec<&[u8]> = directory.chunks_exact(128).take(MOST).collect();
        let Some(root) = records.first() else {
            return Err(SkipReason::Damaged(NAME));
        };
        let size = u64::from(long(root, 120).unwrap_or(0));
        self.small_stream = self.chain(long(root, 116).unwrap_or(NONE), size);
        let mut seen = HashSet::new();
        let mut open = vec![(long(root, 76).unwrap_or(NONE), String::new(), 0)];
        while let Some((number, folder, depth)) = open.pop() {
            let Some(record) = records.get(number as usize) else {
                continue;
            };
            if number == 0 || !seen.insert(number) {
                continue;
            }
            if seen.len() % 1024 == 0 {
                budget.alive()?;
            }
            let link = |at| long(record, at).unwrap_or(NONE);
            open.push((link(68), folder.clone(), depth));
            open.push((link(72), folder.clone(), depth));
            let entry = entry(record, &folder);
            if !entry.is_stream && depth < DEEPEST {
                open.push((link(76), entry.path.clone(), depth + 1));
            }
            self.entries.push(entry);
        }
        // What the tree does not lead to is read, too.
        for (number, record) in records.iter().enumerate().skip(1) {
            let is_stream = record.get(66) == Some(&2);
            if is_stream && !seen.contains(&(number as u32)) {
                self.entries.push(entry(record, ""));
            }
        }
        Ok(())
    }
}

fn entry(record: &[u8], folder: &str) -> Entry {
    let length = usize::from(short(record, 64).unwrap_or(2)).clamp(2, 64) - 2;
    let units = record[..length].as_chunks::<2>().0;
    let name: String = char::decode_utf16(units.iter().map(|unit| u16::from_le_bytes(*unit)))
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .map(|c| if c == '/' { '_' } else { c })
        .collect();
    let path = if folder.is_empty() {
        name
    } else {
        format!("{folder}/{name}")
    };
    Entry {
        path,
        is_stream: record.get(66) == Some(&2),
        start: long(record, 116).unwrap_or(NONE),
        size: u64::from(long(record, 120).unwrap_or(0)),
    }
}

fn words(bytes: &[u8]) -> Vec<u32> {
    let words = bytes.as_chunks::<4>().0;
    words.iter().map(|word| u32::from_le_bytes(*word)).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::base::control::Control;
    use crate::base::limits::Unpack;

    /// A compound file with these streams in its root, each in full sectors.
    pub(in crate::extract::ole) fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
        let mut table = vec![0xFFFF_FFFD_u32];
        let mut sectors: Vec<u8> = Vec::new();
        let mut records = Vec::new();
        for (number, (name, content)) in streams.iter().enumerate() {
            let mut padded = content.to_vec();
            padded.resize(padded.len().max(4096).next_multiple_of(512), 0);
            let count = padded.len() / 512;
            let start = table.len() as u32;
            for step in 1..=count {
                let last = step == count;
                table.push(if last {
                    0xFFFF_FFFE
                } else {
                    start + step as u32
                });
            }
            sectors.extend(&padded);
            records.push(record(
                name,
                2,
                start,
                padded.len() as u32,
                number as u32 + 2,
            ));
        }
        if let Some(last) = records.last_mut() {
            last[72..76].copy_from_slice(&[0xFF; 4]);
        }
        let start = table.len() as u32;
        let mut directory = record("Root Entry", 5, 0xFFFF_FFFE, 0, NONE);
        directory[76..80].copy_from_slice(&1_u32.to_le_bytes());
        directory.extend(records.concat());
        directory.resize(directory.len().next_multiple_of(512), 0);
        let count = directory.len() / 512;
        for step in 1..=count {
            let last = step == count;
            table.push(if last {
                0xFFFF_FFFE
            } else {
                start + step as u32
            });
        }
        assert!(table.len() <= 128);
        table.resize(128, NONE);
        let mut file = MAGIC.to_vec();
        file.resize(512, 0xFF);
        file[24..34].copy_from_slice(&[0x3E, 0, 3, 0, 0xFE, 0xFF, 9, 0, 6, 0]);
        file[48..52].copy_from_slice(&start.to_le_bytes());
        file[56..60].copy_from_slice(&4096_u32.to_le_bytes());
        file[76..80].copy_from_slice(&0_u32.to_le_bytes());
        file.extend(table.iter().flat_map(|word| word.to_le_bytes()));
        file.extend(sectors);
        file.extend(directory);
        file
    }

    fn record(name: &str, kind: u8, start: u32, size: u32, next: u32) -> Vec<u8> {
        let mut record: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        record.resize(128, 0);
        record[64] = (name.encode_utf16().count() * 2 + 2) as u8;
        record[66] = kind;
        record[68..80].fill(0xFF);
        record[72..76].copy_from_slice(&next.to_le_bytes());
        record[116..120].copy_from_slice(&start.to_le_bytes());
        record[120..124].copy_from_slice(&size.to_le_bytes());
        record
    }

    #[test]
    fn streams_are_read_and_loops_end() {
        let control = Control::default();
        let budget = Budget::new(&Unpack::default(), &control, &[], 1 << 20);
        let long = [7; 5000];
        let bytes = compound(&[("One", b"first"), ("Two", &long)]);
        let mut file = Compound::open(&bytes, &budget).unwrap();
        let names: Vec<_> = file.entries.iter().map(|e| e.path.clone()).collect();
        assert_eq!(names, ["One", "Two"]);
        assert!(file.read(0, &budget).unwrap().starts_with(b"first"));
        assert!(file.read(1, &budget).unwrap().starts_with(&long));
        assert!(!file.damaged);
        // Every sector leads to the first one.
        let mut looped = bytes.clone();
        looped[512..1024].fill(0);
        let _ = Compound::open(&looped, &budget);
        for cut in (0..bytes.len()).step_by(97) {
            let _ = Compound::open(&bytes[..cut], &budget);
        }
    }

    #[test]
    fn a_chain_in_a_circle_gives_no_more_than_the_file_has() {
        // Sectors of 128 bytes; the table in the fourth sends each sector to itself.
        let mut bytes = vec![0; 128 * 8];
        bytes[30] = 7;
        for (n, word) in bytes[512..640]
            .as_chunks_mut::<4>()
            .0
            .iter_mut()
            .enumerate()
        {
            *word = (n as u32).to_le_bytes();
        }
        let table = (512..640).step_by(4).map(|at| long(&bytes, at).unwrap());
        let mut file = Compound {
            bytes: &bytes,
            sector: 128,
            small: 64,
            cutoff: 4096,
            table: table.collect(),
            small_table: vec![0; 1000],
            small_stream: vec![0; 256],
            entries: Vec::new(),
            damaged: false,
        };
        assert!(file.chain(2, u64::MAX).len() <= bytes.len() + 2 * 128);
        assert!(file.damaged);
        assert!(file.small_chain(0, 1 << 20).len() <= 256 + 64);
    }
}
