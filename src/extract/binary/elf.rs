//! Programs in ELF: sections that are compressed (gABI, `SHF_COMPRESSED`). All
//! others stand in the file as they are.

use std::io::{Read, SeekFrom};

use flate2::read::ZlibDecoder;

use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::part::{Blob, Extractor, Head, Needs, Part, ReadSeek, YieldPart, read_full};

/// The reader of compressed sections.
#[derive(Debug)]
pub(crate) struct Elf;

const NAME: &str = "elf";
/// Most sections.
const MOST: u64 = 10_000;
/// Longest compressed section.
const LONGEST: u64 = 256 << 20;
/// The flag of a compressed section.
const COMPRESSED: u64 = 0x800;

/// How a file writes its numbers.
#[derive(Clone, Copy)]
struct Layout {
    is_big: bool,
    is_long: bool,
}

impl Layout {
    fn number(self, bytes: &[u8], at: usize, width: usize) -> Option<u64> {
        let field = bytes.get(at..at + width)?;
        let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        Some(if self.is_big {
            field.iter().fold(0, add)
        } else {
            field.iter().rev().fold(0, add)
        })
    }

    /// A number that is as wide as addresses, at places for both widths.
    fn wide(self, bytes: &[u8], short: usize, long: usize) -> Option<u64> {
        if self.is_long {
            self.number(bytes, long, 8)
        } else {
            self.number(bytes, short, 4)
        }
    }
}

impl Extractor for Elf {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        head.bytes.starts_with(b"\x7FELF") && head.bytes.len() >= 52
    }

    fn needs(&self) -> Needs {
        Needs::Seek
    }

    fn holds_archives(&self) -> bool {
        false
    }

    fn extract(
        &self,
        blob: &mut Blob<'_>,
        budget: &Budget<'_>,
        yield_part: &mut YieldPart<'_>,
    ) -> Result<(), SkipReason> {
        let (input, size) = blob.seekable()?;
        let header = piece(input, 0, 64);
        let layout = Layout {
            is_big: header.get(5) == Some(&2),
            is_long: header.get(4) == Some(&2),
        };
        let at = if layout.is_long { 58 } else { 46 };
        let table = layout.wide(&header, 32, 40).unwrap_or(0);
        let step = layout.number(&header, at, 2).unwrap_or(0);
        let count = layout.number(&header, at + 2, 2).unwrap_or(0);
        for index in 0..count.min(MOST) {
            budget.alive()?;
            let section = piece(input, table.saturating_add(index * step), 64);
            let flags = layout.wide(&section, 8, 8).unwrap_or(0);
            let place = layout.wide(&section, 16, 24).unwrap_or(0);
            let length = layout.wide(&section, 20, 32).unwrap_or(0);
            if flags & COMPRESSED == 0 || place.saturating_add(length) > size || length > LONGEST {
                continue;
            }
            let _held = budget.reserve(length)?;
            let data = piece(input, place, length);
            let name = format!("section {index}");
            let kind = layout.number(&data, 0, 4);
            let body = data.get(if layout.is_long { 24 } else { 12 }..);
            let mut content: Box<dyn Read + '_> = match (kind, body) {
                (Some(1), Some(body)) => Box::new(budget.meter(ZlibDecoder::new(body), NAME)),
                // Zstandard is a stream of its own, which is opened in turn.
                (Some(2), Some(body)) => Box::new(body),
                _ => continue,
            };
            let part = Part::Blob {
                name: &name,
                content: &mut content,
                size: None,
            };
            if yield_part(part).is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// At most `count` bytes from `at` on.
fn piece(input: &mut dyn ReadSeek, at: u64, count: u64) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(count).unwrap_or(0)];
    let read = input
        .seek(SeekFrom::Start(at))
        .and_then(|_| read_full(input, &mut bytes));
    bytes.truncate(read.unwrap_or(0));
    bytes
}

#[cfg(test)]
mod tests {
    use super::super::tests::texts;
    use super::*;
    use flate2::Compression;
    use flate2::read::ZlibEncoder;

    #[test]
    fn a_compressed_section_is_read() {
        let mut packed = Vec::new();
        ZlibEncoder::new(&b"text of a section"[..], Compression::default())
            .read_to_end(&mut packed)
            .unwrap();
        let mut file = vec![0; 192];
        file[..6].copy_from_slice(b"\x7FELF\x02\x01");
        file[40] = 64;
        file[58] = 64;
        file[60] = 2;
        file[128 + 9] = 8;
        file[128 + 24] = 192;
        file[128 + 32] = 24 + packed.len() as u8;
        file.extend([1]);
        file.extend([0; 23]);
        file.extend(packed);
        let expected = ("section 1:text of a section".to_owned(), Ok(()));
        assert_eq!(texts(&Elf, &file), expected);
        for cut in 0..192 {
            let _ = texts(&Elf, &file[..cut]);
        }
        file[128 + 9] = 0;
        assert_eq!(texts(&Elf, &file), (String::new(), Ok(())));
    }
}
