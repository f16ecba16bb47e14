//! The central directory of a zip archive: found from the end, wherever the
//! archive begins, and read as far as it goes.

use std::io::{self, Read, SeekFrom};

use super::entry::{self, Entry, Extra, LOCAL_LENGTH, name_of, u16_at, u32_at, u64_at};
use super::{LOCAL, SPANNED};
use crate::extract::budget::Budget;
use crate::extract::part::{ReadSeek, read_full};

const CENTRAL: &[u8; 4] = b"PK\x01\x02";
const END: &[u8; 4] = b"PK\x05\x06";
const END64: &[u8; 4] = b"PK\x06\x06";
const LOCATOR64: &[u8; 4] = b"PK\x06\x07";
/// Bytes of the end record without its comment.
const END_LENGTH: usize = 22;
const CENTRAL_LENGTH: usize = 46;
/// How far from the end the end record is looked for: longest comment, and
/// as much again of something appended.
const TAIL: u64 = 256 << 10;
/// Most bytes of notes that are kept.
const NOTES: usize = 1 << 20;
/// Bytes that are searched for headers at a time.
const STRIDE: usize = 256 << 10;

/// How many bytes a member takes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Size {
    /// So many.
    Known(u64),
    /// Unknown, but it ends before this offset.
    UpTo(u64),
}

/// The members that the archive admits to.
#[derive(Debug, Default)]
pub(super) struct Directory {
    pub(super) entries: Vec<Entry>,
    /// Where the archive begins.
    pub(super) start: u64,
    /// Where the directory itself stands.
    pub(super) own: (u64, u64),
    /// False when it is missing, or not to be read to its end.
    pub(super) is_whole: bool,
    /// True when there must be one: the content begins like an archive, or
    /// ends like one.
    pub(super) is_expected: bool,
    /// Comments of members, and texts in their extra fields.
    pub(super) notes: Vec<u8>,
}

/// What the end record says.
struct End {
    /// Where the directory ends.
    at: u64,
    length: u64,
    offset: u64,
    count: u64,
    /// Where the end record ends.
    behind: u64,
}

impl Directory {
    pub(super) fn read(
        input: &mut dyn ReadSeek,
        size: u64,
        budget: &Budget<'_>,
    ) -> io::Result<Directory> {
        let Some(end) = End::find(input, size)? else {
            let is_expected = starts_with(input, 0, *LOCAL)? || starts_with(input, 0, *SPANNED)?;
            return Ok(Directory {
                own: (size, size),
                is_expected,
                ..Directory::default()
            });
        };
        // The directory stands before its end record, whatever it says itself:
        // what comes before the archive shifts everything.
        let begin = end.at.saturating_sub(end.length);
        let shift = begin.saturating_sub(end.offset);
        let mut directory = Directory {
            own: (begin, end.behind),
            is_expected: true,
            ..Directory::default()
        };
        input.seek(SeekFrom::Start(begin))?;
        let mut input = io::BufReader::with_capacity(64 << 10, input.take(end.length));
        while let Some(mut entry) = central(&mut input, &mut directory.notes)? {
            if directory.entries.len() as u64 > budget.entries_left() {
                break;
            }
            entry.offset = entry.offset.saturating_add(shift);
            directory.entries.push(entry);
        }
        // The count wraps at 16 bits where there is no larger one.
        let found = directory.entries.len() as u64;
        directory.is_whole =
            found == end.count || found & 0xFFFF == end.count || found > budget.entries_left();
        Ok(directory)
    }
}

/// The next entry of the directory.
fn central(input: &mut dyn Read, notes: &mut Vec<u8>) -> io::Result<Option<Entry>> {
    let mut fixed = [0; CENTRAL_LENGTH];
    if read_full(input, &mut fixed)? < CENTRAL_LENGTH || !fixed.starts_with(CENTRAL) {
        return Ok(None);
    }
    let name_length = usize::from(u16_at(&fixed, 28));
    let extra_length = usize::from(u16_at(&fixed, 30));
    let comment_length = usize::from(u16_at(&fixed, 32));
    let mut rest = vec![0; name_length + extra_length + comment_length];
    if read_full(input, &mut rest)? < rest.len() {
        return Ok(None);
    }
    let flags = u16_at(&fixed, 8);
    let mut sizes = [
        u32_at(&fixed, 24).into(),
        u32_at(&fixed, 20).into(),
        u32_at(&fixed, 42).into(),
    ];
    let (extra, comment) = rest[name_length..].split_at(extra_length);
    let is_text = |note: &&[u8]| note.iter().filter(|b| b.is_ascii_graphic()).count() >= 8;
    for note in entry::texts(extra).chain([comment]).filter(is_text) {
        if notes.len() + note.len() < NOTES {
            notes.extend_from_slice(note);
            notes.push(b'\n');
        }
    }
    let extra = Extra::parse(extra, &mut sizes);
    let [size, packed, offset] = sizes;
    Ok(Some(Entry {
        name: name_of(&rest[..name_length], extra.unicode_name, flags),
        flags,
        method: u16_at(&fixed, 10),
        crc: Some(u32_at(&fixed, 16)),
        packed,
        size,
        offset,
        aes: extra.aes,
        time: u16_at(&fixed, 12),
    }))
}

impl End {
    /// The last end record whose directory is where it says.
    fn find(input: &mut dyn ReadSeek, size: u64) -> io::Result<Option<End>> {
        let from = size.saturating_sub(TAIL);
        let mut tail = Vec::new();
        input.seek(SeekFrom::Start(from))?;
        input.take(TAIL).read_to_end(&mut tail)?;
        let mut best = None;
        for at in memchr::memmem::rfind_iter(&tail, END) {
            let Some(record) = tail.get(at..at + END_LENGTH) else {
                continue;
            };
            let end = End::parse(input, record, from + at as u64)?;
            let begin = end.at.checked_sub(end.length);
            let Some(begin) = begin.filter(|begin| *begin >= end.offset) else {
                continue;
            };
            let is_there = end.length == 0 || starts_with(input, begin, *CENTRAL)?;
            if is_there {
                // An empty archive may be written behind a full one to hide it.
                if end.count > 0 {
                    return Ok(Some(end));
                }
                best = best.or(Some(end));
            }
        }
        Ok(best)
    }

    fn parse(input: &mut dyn ReadSeek, record: &[u8], at: u64) -> io::Result<End> {
        let mut end = End {
            at,
            length: u32_at(record, 12).into(),
            offset: u32_at(record, 16).into(),
            count: u16_at(record, 10).into(),
            behind: at + END_LENGTH as u64 + u64::from(u16_at(record, 20)),
        };
        let mut locator = [0; 20];
        let Some(before) = at.checked_sub(20) else {
            return Ok(end);
        };
        input.seek(SeekFrom::Start(before))?;
        if read_full(input, &mut locator)? < 20 || !locator.starts_with(LOCATOR64) {
            return Ok(end);
        }
        // It stands right before the locator, whatever the locator says.
        for place in [u64_at(&locator, 8), before.saturating_sub(56)] {
            let mut record = [0; 56];
            input.seek(SeekFrom::Start(place))?;
            if read_full(input, &mut record)? == 56 && record.starts_with(END64) {
                end.at = place;
                end.count = u64_at(&record, 32);
                end.length = u64_at(&record, 40);
                end.offset = u64_at(&record, 48);
                break;
            }
        }
        Ok(end)
    }
}

fn starts_with(input: &mut dyn ReadSeek, at: u64, magic: [u8; 4]) -> io::Result<bool> {
    let mut bytes = [0; 4];
    input.seek(SeekFrom::Start(at))?;
    Ok(read_full(input, &mut bytes)? == 4 && bytes == magic)
}

/// Where between `at` and `end` the next local header seems to stand.
pub(super) fn find_local(
    input: &mut dyn ReadSeek,
    mut at: u64,
    end: u64,
) -> io::Result<Option<u64>> {
    let mut buffer = vec![0; STRIDE];
    while at + (LOCAL_LENGTH as u64) <= end {
        input.seek(SeekFrom::Start(at))?;
        let wanted = usize::try_from(end - at).unwrap_or(STRIDE).min(STRIDE);
        let got = read_full(input, &mut buffer[..wanted])?;
        if let Some(found) = memchr::memmem::find(&buffer[..got], LOCAL) {
            return Ok(Some(at + found as u64));
        }
        if got < wanted || got < 4 || at + got as u64 >= end {
            return Ok(None);
        }
        at += got as u64 - 3;
    }
    Ok(None)
}

/// True when `tail`, the end of some content of `size` bytes, ends with a zip archive.
pub(crate) fn is_at_end(tail: &[u8], size: u64) -> bool {
    ends(tail, size, |_, _| true)
}

/// The same, but for archives whose first member is not where the directory says: they lie in
/// pages of something else.
pub(crate) fn is_whole_at_end(tail: &[u8], size: u64) -> bool {
    ends(tail, size, |from_end, record| {
        leads_to_member(tail, from_end, record)
    })
}

fn ends(tail: &[u8], size: u64, fits: impl Fn(u64, &[u8]) -> bool) -> bool {
    let near = &tail[tail.len().saturating_sub(END_LENGTH + 0xFFFF)..];
    memchr::memmem::rfind_iter(near, END).any(|at| {
        let Some(record) = near.get(at..at + END_LENGTH) else {
            return false;
        };
        let here = size - (near.len() - at) as u64;
        let comment = usize::from(u16_at(record, 20));
        let directory = u64::from(u32_at(record, 12)) + u64::from(u32_at(record, 16));
        let is_64 = u32_at(record, 16) == u32::MAX;
        let ends_there = at + END_LENGTH + comment == near.len();
        ends_there
            && u16_at(record, 10) > 0
            && (is_64 || directory <= here)
            && fits(size - here, record)
    })
}

/// True unless the first entry of the directory before an end `record`, so many
/// bytes before the end of the `tail`, is visible and leads to no member: an archive
/// that lies in pages of something else is told by that.
fn leads_to_member(tail: &[u8], from_end: u64, record: &[u8]) -> bool {
    let end = tail.len() as u64 - from_end;
    let entry = end.checked_sub(u64::from(u32_at(record, 12)));
    let at = |place: u64| tail.get(usize::try_from(place).ok()?..);
    let Some((entry, bytes)) = entry.and_then(|entry| Some((entry, at(entry)?))) else {
        return true;
    };
    if !bytes.starts_with(CENTRAL) || bytes.len() < CENTRAL_LENGTH {
        return false;
    }
    let begin = entry.checked_sub(u64::from(u32_at(record, 16)));
    let member = begin.and_then(|begin| at(begin + u64::from(u32_at(bytes, 42))));
    member.is_none_or(|member| member.starts_with(LOCAL))
}

/// True when `bytes` begin with what is very likely the header of a member.
pub(crate) fn is_local_header(bytes: &[u8]) -> bool {
    let Some(header) = bytes.get(..LOCAL_LENGTH) else {
        return false;
    };
    let method = u16_at(header, 8);
    let length = usize::from(u16_at(header, 26));
    let name = bytes.get(LOCAL_LENGTH..LOCAL_LENGTH + length.min(256));
    header.starts_with(LOCAL)
        && header[4] < 100
        && (method <= 20 || (93..=99).contains(&method))
        && length > 0
        && name.is_some_and(|name| !name.iter().any(u8::is_ascii_control))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive with one stored member of four bytes.
    fn archive() -> Vec<u8> {
        let mut bytes = LOCAL.to_vec();
        bytes.resize(LOCAL_LENGTH, 0);
        bytes[26] = 1;
        bytes.extend(b"atext");
        let place = bytes.len() as u8;
        bytes.extend(CENTRAL);
        bytes.resize(bytes.len() + CENTRAL_LENGTH - CENTRAL.len(), 0);
        bytes.push(b'a');
        let mut end = END.to_vec();
        end.resize(END_LENGTH, 0);
        (end[8], end[10], end[12], end[16]) = (1, 1, CENTRAL_LENGTH as u8 + 1, place);
        bytes.extend(end);
        bytes
    }

    #[test]
    fn an_archive_at_the_end_is_whole_when_its_directory_leads_to_its_first_member() {
        let whole = [b"pages of a database", &archive()[..]].concat();
        assert!(is_at_end(&whole, whole.len() as u64));
        assert!(is_whole_at_end(&whole, whole.len() as u64));
        // A page's own bytes stand in its midst.
        let mut parted = archive();
        parted.splice(LOCAL_LENGTH..LOCAL_LENGTH, [0; 4]);
        let parted = [b"pages of a database", &parted[..]].concat();
        assert!(is_at_end(&parted, parted.len() as u64));
        assert!(!is_whole_at_end(&parted, parted.len() as u64));
    }
}
