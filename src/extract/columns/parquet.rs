//! Apache Parquet: the values of columns of text, from the pages of each chunk.
//!
//! The file's footer tells where the chunks are and how they are compressed;
//! each page says how long it is. Numbers are passed over.

use std::io::{Cursor, Read, SeekFrom};

use super::delta;
use super::thrift::{Value, structure};
use super::unpack::{Codec, unpack};
use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::part::{Blob, Extractor, Head, Needs, Part, ReadSeek, YieldPart};

/// The reader of Parquet.
#[derive(Debug)]
pub(crate) struct Parquet;

const NAME: &str = "parquet";
const MAGIC: &[u8] = b"PAR1";
/// What is set aside for each byte of the footer, which is read into memory.
const SPREAD: u64 = 32;
/// Bytes of a page's header at most, as long as statistics are.
const HEADER: usize = 64 << 10;

/// Physical types that hold text.
const BYTES: i64 = 6;
const FIXED: i64 = 7;

impl Extractor for Parquet {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        head.bytes.starts_with(MAGIC)
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
        let (file, size) = blob.seekable()?;
        let tail = read(file, size.saturating_sub(8), 8, budget)?;
        let footer = match tail.split_first_chunk::<4>() {
            Some((length, MAGIC)) => u64::from(u32::from_le_bytes(*length)),
            Some((_, b"PARE")) => return Err(SkipReason::Encrypted(NAME)),
            _ => return Err(SkipReason::Damaged(NAME)),
        };
        let start = size.checked_sub(footer.saturating_add(8));
        let start = start.ok_or(SkipReason::Damaged(NAME))?;
        let _held = budget.reserve(footer.saturating_mul(SPREAD))?;
        let footer = read(file, start, footer, budget)?;
        let (meta, _) = structure(&footer).ok_or(SkipReason::Damaged(NAME))?;
        for (number, group) in meta.list(4).iter().enumerate() {
            for column in group.list(1) {
                let chunk = match Chunk::of(column) {
                    Ok(Some(chunk)) => chunk,
                    Ok(None) => continue,
                    Err(reason) => {
                        let part = Part::Skip { name: "", reason };
                        if yield_part(part).is_break() {
                            return Ok(());
                        }
                        continue;
                    }
                };
                let name = format!("{} in rows {}", chunk.name, number + 1);
                let (text, flaw) = chunk.text(file, budget)?;
                let part = Part::Blob {
                    name: &name,
                    size: Some(text.len() as u64),
                    content: &mut Cursor::new(text),
                };
                if yield_part(part).is_break() {
                    return Ok(());
                }
                let flaw = flaw.map(|reason| Part::Skip {
                    name: &name,
                    reason,
                });
                if flaw.is_some_and(|part| yield_part(part).is_break()) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

fn read(
    file: &mut dyn ReadSeek,
    at: u64,
    count: u64,
    budget: &Budget<'_>,
) -> Result<Vec<u8>, SkipReason> {
    if count > budget.dictionary() {
        return Err(SkipReason::Limit("memory"));
    }
    let mut bytes = Vec::new();
    let found = file.seek(SeekFrom::Start(at));
    let found = found.and_then(|_| file.take(count).read_to_end(&mut bytes));
    found.map_err(|error| budget.reason(&error, NAME))?;
    if (bytes.len() as u64) < count {
        return Err(SkipReason::Damaged(NAME));
    }
    Ok(bytes)
}

/// One column of some rows.
struct Chunk {
    name: String,
    codec: Codec,
    kind: i64,
    start: u64,
    length: u64,
}

impl Chunk {
    /// The chunk that a footer describes; none if it holds no text.
    fn of(column: &Value<'_>) -> Result<Option<Chunk>, SkipReason> {
        // Without its description, or with one that is encrypted.
        let Some(meta) = column.field(3) else {
            return Err(SkipReason::Encrypted(NAME));
        };
        let kind = meta.number(1).unwrap_or(0);
        if !matches!(kind, BYTES | FIXED) {
            return Ok(None);
        }
        if column.field(8).is_some() {
            return Err(SkipReason::Encrypted(NAME));
        }
        let codec = match meta.number(4) {
            Some(0) => Codec::Plain,
            Some(1) => Codec::Snappy,
            Some(2) => Codec::Gzip,
            Some(4) => Codec::Brotli,
            Some(6) => Codec::Zstd,
            Some(7) => Codec::Lz4,
            // LZO, and LZ4 in frames that only Hadoop has.
            _ => return Err(SkipReason::Container("parquet (compression)")),
        };
        let steps = meta.list(3).iter().filter_map(|step| match step {
            Value::Bytes(name) => Some(String::from_utf8_lossy(name)),
            _ => None,
        });
        let data = meta.number(9).unwrap_or(0);
        let dictionary = meta.number(11).filter(|&at| at > 0);
        let start = dictionary.map_or(data, |at| at.min(data));
        let (Ok(start), Some(length)) = (u64::try_from(start), meta.size(7)) else {
            return Err(SkipReason::Damaged(NAME));
        };
        Ok(Some(Chunk {
            name: steps.collect::<Vec<_>>().join("."),
            codec,
            kind,
            start,
            length: length as u64,
        }))
    }

    /// The values, one per line, and what is missing.
    fn text(
        &self,
        file: &mut dyn ReadSeek,
        budget: &Budget<'_>,
    ) -> Result<(Vec<u8>, Option<SkipReason>), SkipReason> {
        let _held = budget.reserve(self.length)?;
        let bytes = read(file, self.start, self.length, budget)?;
        let mut text = Vec::new();
        let mut rest = &bytes[..];
        let mut flaw = None;
        while !rest.is_empty() {
            budget.alive()?;
            let Some((header, length)) = structure(&rest[..rest.len().min(HEADER)]) else {
                return Ok((text, Some(SkipReason::Damaged(NAME))));
            };
            let size = header.size(3).and_then(|size| size.checked_add(length));
            let Some(page) = size.and_then(|end| rest.get(length..end)) else {
                return Ok((text, Some(SkipReason::Damaged(NAME))));
            };
            rest = &rest[length + page.len()..];
            match self.page(&header, page, budget, &mut text) {
                Ok(()) => {}
                Err(reason @ SkipReason::Limit(_)) => return Err(reason),
                Err(reason) => flaw = Some(reason),
            }
        }
        Ok((text, flaw))
    }

    /// Adds the values of one page.
    fn page(
        &self,
        header: &Value<'_>,
        page: &[u8],
        budget: &Budget<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), SkipReason> {
        let size = header.size(2);
        let (about, levels, is_packed) = match header.number(1) {
            Some(0) => (header.field(5), 0, true),
            Some(2) => (header.field(7), 0, true),
            Some(3) => {
                let about = header.field(8);
                let size = |id| about.and_then(|about| about.size(id)).unwrap_or(0);
                let is_packed = about.and_then(|about| about.number(7)) != Some(0);
                (about, size(5).saturating_add(size(6)), is_packed)
            }
            // An index.
            _ => return Ok(()),
        };
        let is_dictionary = header.number(1) == Some(2);
        // The second version counts nulls and rows before it.
        let id = if header.number(1) == Some(3) { 4 } else { 2 };
        let encoding = about.and_then(|about| about.number(id));
        // Numbers of entries of a dictionary that was seen before.
        if !is_dictionary && matches!(encoding, Some(2 | 8)) {
            return Ok(());
        }
        let values = page.get(levels..).ok_or(SkipReason::Damaged(NAME))?;
        let codec = if is_packed { self.codec } else { Codec::Plain };
        let size = size.and_then(|size| size.checked_sub(levels));
        let values = if values.is_empty() {
            Vec::new()
        } else {
            unpack(codec, values, size, budget, NAME)?
        };
        let is_plain = is_dictionary || encoding == Some(0);
        if self.kind == BYTES && is_plain && lines(&values, out) {
            return Ok(());
        }
        if differences(encoding, &values, budget, out)? {
            return Ok(());
        }
        out.extend_from_slice(&values);
        out.push(b'\n');
        let is_fixed = self.kind == FIXED && encoding == Some(0);
        if !is_plain && !is_fixed {
            // Values that run into each other, or share their beginnings.
            return Err(SkipReason::Container("parquet (encoding)"));
        }
        Ok(())
    }
}

/// Adds the values of a page with a delta encoding, behind any levels; false
/// when there are none.
fn differences(
    encoding: Option<i64>,
    page: &[u8],
    budget: &Budget<'_>,
    out: &mut Vec<u8>,
) -> Result<bool, SkipReason> {
    let read = match encoding {
        Some(6) => delta::lengths,
        Some(7) => delta::prefixes,
        _ => return Ok(false),
    };
    let mut rest = page;
    for _ in 0..3 {
        if read(rest, budget, out)? {
            return Ok(true);
        }
        let Some((_, behind)) = prefixed(rest) else {
            break;
        };
        rest = behind;
    }
    Ok(false)
}

/// Adds the values of a plain page, each with its length before it, as lines.
/// False when there are none, whatever stands before them.
fn lines(page: &[u8], out: &mut Vec<u8>) -> bool {
    let mut from = 0;
    // Behind no, one, or two lists of levels.
    for _ in 0..3 {
        let Some(rest) = page.get(from..) else {
            return false;
        };
        if is_whole(rest) {
            let mut rest = rest;
            while let Some((value, after)) = prefixed(rest) {
                out.extend_from_slice(value);
                out.push(b'\n');
                rest = after;
            }
            return true;
        }
        let Some((levels, _)) = prefixed(rest) else {
            return false;
        };
        from += 4 + levels.len();
    }
    false
}

fn is_whole(mut rest: &[u8]) -> bool {
    while let Some((_, after)) = prefixed(rest) {
        rest = after;
    }
    rest.is_empty()
}

/// Bytes behind their number.
fn prefixed(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(values: &[&str]) -> Vec<u8> {
        let mut page = Vec::new();
        for value in values {
            page.extend((value.len() as u32).to_le_bytes());
            page.extend(value.as_bytes());
        }
        page
    }

    #[test]
    fn values_become_lines_behind_any_levels() {
        let values = plain(&["one", "", "three"]);
        let levels = plain(&["\u{3}\u{7}"]);
        for page in [values.clone(), [levels.clone(), values.clone()].concat()] {
            let mut out = Vec::new();
            assert!(lines(&page, &mut out), "{page:?}");
            let text = String::from_utf8_lossy(&out).into_owned();
            assert!(text.ends_with("one\n\nthree\n"), "{text:?}");
        }
        let mut out = Vec::new();
        assert!(!lines(b"\x05\0\0\0ab", &mut out));
        assert!(out.is_empty());
    }
}
