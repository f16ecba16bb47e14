//! zip (PKWARE's APPNOTE), and what is made of it: jar, apk, whl, docx.
//!
//! Members are read where the central directory says, one by one and as often
//! as it names them. Whatever lies between them is searched for members that
//! it keeps quiet about, so that an archive without a directory is read, too.

mod crypt;
mod directory;
mod entry;
mod method;
#[cfg(feature = "documents")]
mod package;

use std::io::{BufReader, Read, SeekFrom};
use std::path::Path;

use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::part::{
    Blob, Extractor, Head, Needs, Part, ReadSeek, Text, YieldPart, read_full,
};
use crate::extract::{self, container};
use directory::{Directory, Size};
use entry::{Entry, Local};

pub(crate) use directory::{is_at_end, is_local_header, is_whole_at_end};

/// The reader of zip.
#[derive(Debug)]
pub(crate) struct Zip;

const NAME: &str = "zip";
/// What stands behind an archive is called so.
const BEHIND: &str = "[behind the end]";
/// Bytes that a container has at least.
const LEAST: usize = 16;
const LOCAL: &[u8; 4] = b"PK\x03\x04";
/// Most members of a document.
const PARTS: usize = 20_000;
/// The mark before an archive that was meant to span several disks.
const SPANNED: &[u8; 4] = b"PK\x07\x08";

impl Extractor for Zip {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        let bytes = head.bytes;
        let rest = bytes.strip_prefix(SPANNED).unwrap_or(bytes);
        rest.starts_with(LOCAL)
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
        let found = Directory::read(input, size, budget);
        let directory = found.map_err(|error| budget.reason(&error, NAME))?;
        let mut archive = Archive {
            input,
            size,
            budget,
            covered: Vec::with_capacity(directory.entries.len()),
            unlisted: Vec::new(),
        };
        for entry in &directory.entries {
            if archive.member(entry, yield_part)? == Flow::Stop {
                return Ok(());
            }
        }
        archive.cover(directory.own.0, directory.own.1);
        let mut lost = archive.lost(directory.start, yield_part)?;
        if lost == Flow::Go {
            lost = archive.beside(&directory, yield_part)?;
        }
        if lost == Flow::Go {
            archive.document(&directory, yield_part)?;
        }
        // A header amid other data without a directory is no archive.
        if lost == Flow::Stop || directory.is_whole || !directory.is_expected {
            return Ok(());
        }
        Err(SkipReason::Damaged(NAME))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Go,
    Stop,
}

struct Archive<'a, 'b> {
    input: &'a mut dyn ReadSeek,
    size: u64,
    budget: &'a Budget<'b>,
    /// Bytes that are accounted for by members, as ranges.
    covered: Vec<(u64, u64)>,
    /// Members that no directory names, with where their content begins.
    unlisted: Vec<(Entry, u64, Size)>,
}

impl Archive<'_, '_> {
    fn cover(&mut self, start: u64, end: u64) {
        self.covered.push((start, end));
    }

    /// Reads the member that the directory describes.
    fn member(
        &mut self,
        entry: &Entry,
        yield_part: &mut YieldPart<'_>,
    ) -> Result<Flow, SkipReason> {
        let local = Local::read(self.input, entry.offset);
        let local = match local {
            Ok(Some(local)) => local,
            Ok(None) => return Ok(skip(&entry.name, SkipReason::Damaged(NAME), yield_part)),
            Err(error) => return Err(self.budget.reason(&error, NAME)),
        };
        let end = local.data.saturating_add(entry.packed).min(self.size);
        self.cover(entry.offset, end);
        if local.name != entry.name && yield_part(Part::Name(&local.name)).is_break() {
            return Ok(Flow::Stop);
        }
        self.content(entry, local.data, Size::Known(entry.packed), yield_part)
    }

    /// Hands out the content of `entry`, which begins at `data`.
    fn content(
        &mut self,
        entry: &Entry,
        data: u64,
        packed: Size,
        yield_part: &mut YieldPart<'_>,
    ) -> Result<Flow, SkipReason> {
        if entry.is_directory() {
            let flow = yield_part(Part::Name(&entry.name));
            return Ok(if flow.is_break() {
                Flow::Stop
            } else {
                Flow::Go
            });
        }
        let length = match packed {
            Size::Known(length) => length.min(self.size.saturating_sub(data)),
            Size::UpTo(end) => end.saturating_sub(data),
        };
        let begun = self.input.seek(SeekFrom::Start(data));
        begun.map_err(|error| self.budget.reason(&error, NAME))?;
        let input = BufReader::with_capacity(32 << 10, (&mut *self.input).take(length));
        let reader = match crypt::open(input, entry, self.budget.passwords()) {
            Ok((input, method)) => method::open(input, method, entry, self.budget),
            Err(reason) => Err(reason),
        };
        let reader = match reader {
            Ok(reader) => reader,
            Err(reason) => return Ok(skip(&entry.name, reason, yield_part)),
        };
        let checked = method::Checked::new(reader, entry, packed);
        let mut content = self.budget.meter(checked, NAME);
        let flow = yield_part(Part::Blob {
            name: &entry.name,
            content: &mut content,
            size: Some(entry.size).filter(|_| matches!(packed, Size::Known(_))),
        });
        Ok(if flow.is_break() {
            Flow::Stop
        } else {
            Flow::Go
        })
    }

    /// Hands out what is noted of members, and a container behind the archive.
    fn beside(
        &mut self,
        directory: &Directory,
        yield_part: &mut YieldPart<'_>,
    ) -> Result<Flow, SkipReason> {
        let notes = Text::plain("[comments]", &directory.notes);
        if !directory.notes.is_empty() && yield_part(Part::Text(notes)).is_break() {
            return Ok(Flow::Stop);
        }
        let behind = directory.own.1.min(self.size);
        let mut head = vec![0; container::HEAD];
        let read = self.input.seek(SeekFrom::Start(behind));
        let read = read.and_then(|_| read_full(&mut self.input, &mut head));
        let read = read.map_err(|error| self.budget.reason(&error, NAME))?;
        // Members that stand there are found by their headers.
        let found = extract::find(&head[..read], Path::new(BEHIND));
        let found = found.filter(|inside| inside.name() != NAME);
        let begun = self.input.seek(SeekFrom::Start(behind));
        if found.is_none() || read < LEAST || begun.is_err() {
            return Ok(Flow::Go);
        }
        let flow = yield_part(Part::Blob {
            name: BEHIND,
            content: &mut self.input,
            size: Some(self.size - behind),
        });
        Ok(if flow.is_break() {
            Flow::Stop
        } else {
            Flow::Go
        })
    }

    /// Reads members that no directory names.
    fn lost(&mut self, start: u64, yield_part: &mut YieldPart<'_>) -> Result<Flow, SkipReason> {
        let mut covered = std::mem::take(&mut self.covered);
        covered.sort_unstable();
        covered.push((self.size, self.size));
        let mut at = start;
        for (from, to) in covered {
            while at < from {
                self.budget.alive()?;
                let found = directory::find_local(self.input, at, from);
                let found = found.map_err(|error| self.budget.reason(&error, NAME))?;
                let Some(offset) = found else { break };
                let local = Local::read(self.input, offset);
                let local = local.map_err(|error| self.budget.reason(&error, NAME))?;
                at = offset + 4;
                let Some(local) = local.filter(Local::is_plausible) else {
                    continue;
                };
                let packed = match local.packed {
                    Some(length) => Size::Known(length),
                    None => Size::UpTo(from),
                };
                let entry = local.entry(offset);
                let data = local.data;
                if self.unlisted.len() < PARTS {
                    self.unlisted.push((entry.clone(), data, packed));
                }
                if self.content(&entry, data, packed, yield_part)? == Flow::Stop {
                    return Ok(Flow::Stop);
                }
                at = match packed {
                    Size::Known(length) => data.saturating_add(length),
                    Size::UpTo(_) => data,
                };
            }
            at = at.max(to);
        }
        Ok(Flow::Go)
    }
}

#[cfg(feature = "documents")]
impl Archive<'_, '_> {
    /// Hands out the text of the document that the members make up.
    fn document(
        &mut self,
        directory: &Directory,
        yield_part: &mut YieldPart<'_>,
    ) -> Result<(), SkipReason> {
        use crate::extract::office;
        let unlisted = std::mem::take(&mut self.unlisted);
        let listed = directory.entries.iter().map(|entry| (entry, None));
        let lost = unlisted
            .iter()
            .map(|(entry, data, size)| (entry, Some((*data, *size))));
        let entries: Vec<_> = listed.chain(lost).collect();
        let is_document = office::is_document(entries.iter().map(|entry| entry.0.name.as_str()));
        if !is_document || entries.len() > PARTS {
            return Ok(());
        }
        let budget = self.budget;
        let mut members = package::Members {
            archive: self,
            entries,
        };
        office::read(&mut members, budget, yield_part)
    }
}

#[cfg(not(feature = "documents"))]
impl Archive<'_, '_> {
    fn document(&mut self, _: &Directory, _: &mut YieldPart<'_>) -> Result<(), SkipReason> {
        self.unlisted.clear();
        Ok(())
    }
}

fn skip(name: &str, reason: SkipReason, yield_part: &mut YieldPart<'_>) -> Flow {
    if yield_part(Part::Skip { name, reason }).is_break() {
        Flow::Stop
    } else {
        Flow::Go
    }
}
