//! The seam between readers and the scan: what a reader is given, and the
//! parts it hands out.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::sync::Arc;

use super::budget::Budget;
use crate::base::content::SkipReason;

/// A reader of one format.
pub trait Extractor: Send + Sync + fmt::Debug {
    /// The format, as reports name it.
    fn name(&self) -> &'static str;

    /// True when content that begins like this is of the format. Names count
    /// only for formats without a magic number.
    fn accepts(&self, head: &Head<'_>) -> bool;

    /// How it needs to see the content.
    fn needs(&self) -> Needs;

    /// True when an archive that begins in its bytes may be one of its parts;
    /// false when it must be something that was put behind.
    fn holds_archives(&self) -> bool {
        true
    }

    /// Hands out everything that is in `blob`, in the order in which it stands
    /// there. When `yield_part` breaks, it returns at once, without an error.
    ///
    /// # Errors
    /// The reason why something is missing. What was read before is handed
    /// out first; a part that cannot be read while others can is a
    /// [`Part::Skip`].
    fn extract(
        &self,
        blob: &mut Blob<'_>,
        budget: &Budget<'_>,
        yield_part: &mut YieldPart<'_>,
    ) -> Result<(), SkipReason>;
}

/// Receives the parts.
pub type YieldPart<'a> = dyn FnMut(Part<'_>) -> ControlFlow<()> + 'a;

/// What a format needs of its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// To be read once, from the beginning.
    Stream,
    /// To be read at any place. A member that is not at hand whole is held in memory.
    Seek,
}

/// The beginning of some content.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// The first bytes: [`super::container::HEAD`] of them, or all there are.
    pub bytes: &'a [u8],
    /// Last part of the path, as somebody chose it.
    pub name: &'a str,
}

/// Bytes that can be read at any place.
pub trait ReadSeek: Read + Seek {}

impl<T: Read + Seek + ?Sized> ReadSeek for T {}

/// Content that is to be opened.
pub struct Blob<'a> {
    /// Last part of its path, as somebody chose it.
    pub name: &'a str,
    /// Its bytes.
    pub content: Content<'a>,
}

/// The bytes of a blob, at their beginning.
pub enum Content<'a> {
    /// Can be read once.
    Stream(&'a mut dyn Read),
    /// Can be read at any place; with its length.
    Seek(&'a mut dyn ReadSeek, u64),
}

impl fmt::Debug for Blob<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blob").finish_non_exhaustive()
    }
}

impl Blob<'_> {
    /// The bytes from the beginning on, or from where the last reader stopped.
    pub fn stream(&mut self) -> &mut dyn Read {
        match &mut self.content {
            Content::Stream(reader) => reader,
            Content::Seek(reader, _) => reader,
        }
    }

    /// The bytes with their length, for a format that [`Needs::Seek`].
    ///
    /// # Errors
    /// When they cannot be read at any place.
    pub fn seekable(&mut self) -> Result<(&mut dyn ReadSeek, u64), SkipReason> {
        match &mut self.content {
            Content::Seek(reader, size) => Ok((&mut **reader, *size)),
            Content::Stream(_) => Err(SkipReason::Limit("memory")),
        }
    }

    /// All bytes, for formats that cannot be read piecemeal.
    ///
    /// # Errors
    /// When they do not fit into what is left of the memory, or cannot be read.
    pub fn whole(
        &mut self,
        budget: &Budget<'_>,
        format: &'static str,
    ) -> Result<Vec<u8>, SkipReason> {
        let most = budget.dictionary();
        let mut bytes = Vec::new();
        if let Content::Seek(reader, _) = &mut self.content {
            let start = reader.seek(SeekFrom::Start(0));
            start.map_err(|error| budget.reason(&error, format))?;
        }
        let mut reader = self.stream().take(most.saturating_add(1));
        let read = reader.read_to_end(&mut bytes);
        read.map_err(|error| budget.reason(&error, format))?;
        if bytes.len() as u64 > most {
            return Err(SkipReason::Limit("memory"));
        }
        Ok(bytes)
    }
}

/// Something a reader found in a blob.
pub enum Part<'a> {
    /// Bytes of their own: a member, an attachment, the content of a
    /// compressed stream. They are searched, and opened if they are a container.
    Blob {
        /// What the container calls it.
        name: &'a str,
        /// Its bytes; what is not read of them was not wanted.
        content: &'a mut dyn Read,
        /// Their number, as far as the container can be trusted.
        size: Option<u64>,
    },
    /// Text of a document, or text about a container.
    Text(Text<'a>),
    /// A name without content: a directory, or what a link leads to.
    Name(&'a str),
    /// A part that cannot be read.
    Skip {
        /// What the container calls it; empty for the container itself.
        name: &'a str,
        /// Why.
        reason: SkipReason,
    },
}

impl fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::Blob { .. } => "Part::Blob",
            Part::Text(_) => "Part::Text",
            Part::Name(_) => "Part::Name",
            Part::Skip { .. } => "Part::Skip",
        })
    }
}

/// Text with the places it comes from.
pub struct Text<'a> {
    /// The part of the document: `word/header1.xml`, `[comment]` for what is
    /// no member. Empty when there is only one.
    pub name: &'a str,
    /// The text; UTF-8 where the reader knows the encoding.
    pub bytes: &'a [u8],
    /// What stretches of the text are called, by the offset at which they
    /// begin, in ascending order: `page 3`, `Sheet1!B2`. They are shown behind
    /// the name, like members.
    pub anchors: &'a [(usize, Arc<str>)],
}

impl<'a> Text<'a> {
    /// Text that is known by `name` alone.
    pub fn plain(name: &'a str, bytes: &'a [u8]) -> Text<'a> {
        Text {
            name,
            bytes,
            anchors: &[],
        }
    }

    /// What the text at `offset` is called.
    pub fn anchor(anchors: &[(usize, Arc<str>)], offset: usize) -> Option<&Arc<str>> {
        let index = anchors.partition_point(|anchor| anchor.0 <= offset);
        Some(&anchors[index.checked_sub(1)?].1)
    }
}

/// Reads until `buffer` is full or the content ends; how much was read.
///
/// # Errors
/// When reading fails.
pub fn read_full(reader: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Reads and forgets `count` bytes; how many there were.
///
/// # Errors
/// When reading fails.
pub fn pass_over(reader: &mut dyn Read, count: u64) -> io::Result<u64> {
    io::copy(&mut reader.take(count), &mut io::sink())
}
