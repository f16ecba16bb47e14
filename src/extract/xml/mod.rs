//! XML as a stream of tags and texts, for documents that are made of it.
//!
//! It reads what it can: bytes that are no XML count as text, ends without a
//! beginning are passed on, and nothing but the input's own failure stops it.
//! Entities of a document type are known if they stand for plain text, so
//! that they cannot multiply; memory is bounded by [`TAG`].

mod tag;

use std::borrow::Cow;
use std::io::{self, Read};
use std::ops::Range;

pub(crate) use tag::Tag;
use tag::{ENTITY, Entities, entities, local, resolved};

/// Longest tag, comment or declaration; a longer one is text.
const TAG: usize = 8 << 20;
/// Bytes that are read at a time.
const STEP: usize = 64 << 10;
/// Bytes in which a declaration names the encoding.
const DECLARATION: usize = 200;

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event<'x> {
    /// An element begins.
    Open(Tag<'x>),
    /// An element ends; its name without prefix.
    Close(&'x [u8]),
    /// Text with its entities resolved; long ones come in pieces.
    Text(&'x [u8]),
}

/// A stream of XML.
pub(crate) struct Xml<R> {
    input: R,
    buffer: Vec<u8>,
    at: usize,
    is_over: bool,
    /// Name of an element without content, whose end is to be told.
    closing: Option<Range<usize>>,
    entities: Entities,
    text: Vec<u8>,
    decoder: Option<encoding_rs::Decoder>,
    /// The first bytes, as long as there are too few to tell the encoding.
    head: Option<Vec<u8>>,
}

enum Step {
    Text(Range<usize>),
    Plain(Range<usize>),
    Open {
        name: Range<usize>,
        attributes: Range<usize>,
    },
    Close(Range<usize>),
}

impl<R: Read> Xml<R> {
    pub(crate) fn new(input: R) -> Xml<R> {
        Xml {
            input,
            buffer: Vec::new(),
            at: 0,
            is_over: false,
            closing: None,
            entities: Vec::new(),
            text: Vec::new(),
            decoder: None,
            head: Some(Vec::new()),
        }
    }

    /// What comes next; `None` at the end.
    ///
    /// # Errors
    /// When the input fails.
    pub(crate) fn next(&mut self) -> io::Result<Option<Event<'_>>> {
        if let Some(name) = self.closing.take() {
            return Ok(Some(Event::Close(&self.buffer[name])));
        }
        let Some(step) = self.step()? else {
            return Ok(None);
        };
        Ok(Some(match step {
            Step::Plain(range) => Event::Text(&self.buffer[range]),
            Step::Text(range) => match resolved(&self.buffer[range], &self.entities) {
                Cow::Borrowed(text) => Event::Text(text),
                Cow::Owned(text) => {
                    self.text = text;
                    Event::Text(&self.text)
                }
            },
            Step::Open { name, attributes } => Event::Open(Tag {
                name: &self.buffer[name],
                attributes: &self.buffer[attributes],
            }),
            Step::Close(name) => Event::Close(&self.buffer[name]),
        }))
    }

    fn step(&mut self) -> io::Result<Option<Step>> {
        loop {
            if self.at >= self.buffer.len() && !self.fill()? {
                return Ok(None);
            }
            if self.buffer[self.at] != b'<' {
                return self.plain().map(Some);
            }
            if let Some(step) = self.tag()? {
                return Ok(Some(step));
            }
        }
    }

    /// Text up to the next tag.
    fn plain(&mut self) -> io::Result<Step> {
        let mut from = self.at;
        loop {
            if let Some(found) = memchr::memchr(b'<', &self.buffer[from..]) {
                return Ok(self.take_text(from + found));
            }
            from = self.buffer.len();
            if from - self.at >= STEP {
                break;
            }
            let shift = self.at;
            if !self.fill()? {
                return Ok(self.take_text(self.buffer.len()));
            }
            from -= shift - self.at;
        }
        // An entity that the piece would cut comes with the next one.
        let near = &self.buffer[from - ENTITY..];
        let kept = memchr::memrchr(b'&', near).map_or(0, |at| near.len() - at);
        Ok(self.take_text(from - kept))
    }

    fn take_text(&mut self, end: usize) -> Step {
        let start = self.at;
        self.at = end;
        Step::Text(start..end)
    }

    /// What the `<` here begins; `None` for what says nothing.
    fn tag(&mut self) -> io::Result<Option<Step>> {
        while self.buffer.len() - self.at < 9 && self.fill()? {}
        let rest = &self.buffer[self.at..];
        if rest.starts_with(b"<![CDATA[") {
            return self.enclosed(9, b"]]>").map(|range| range.map(Step::Plain));
        }
        if rest.starts_with(b"<!--") {
            return self.enclosed(4, b"-->").map(|_| None);
        }
        if rest.starts_with(b"<?") {
            return self.enclosed(2, b"?>").map(|_| None);
        }
        if rest.starts_with(b"<!") {
            return self.doctype().map(|()| None);
        }
        let is_name = |b: &u8| b.is_ascii_alphabetic() || *b == b'_' || *b >= 0x80;
        let closes = rest.get(1) == Some(&b'/');
        if !rest.get(1 + usize::from(closes)).is_some_and(is_name) {
            return Ok(Some(self.stray()));
        }
        let Some(end) = self.tag_end()? else {
            return Ok(Some(self.stray()));
        };
        Ok(Some(self.take_tag(end, closes)))
    }

    /// A sign that begins nothing.
    fn stray(&mut self) -> Step {
        let start = self.at;
        self.at += 1;
        Step::Plain(start..self.at)
    }

    /// The tag whose `>` stands at `end`.
    fn take_tag(&mut self, end: usize, closes: bool) -> Step {
        let start = self.at + 1 + usize::from(closes);
        let inner = &self.buffer[start..end];
        let empty = inner.last() == Some(&b'/');
        let inner = inner.strip_suffix(b"/").unwrap_or(inner);
        let length = inner
            .iter()
            .position(|b| b.is_ascii_whitespace() || *b == b'/');
        let length = length.unwrap_or(inner.len());
        let prefix = length - local(&inner[..length]).len();
        let name = start + prefix..start + length;
        let attributes = start + length..start + inner.len();
        self.at = end + 1;
        if closes {
            return Step::Close(name);
        }
        if empty {
            self.closing = Some(name.clone());
        }
        Step::Open { name, attributes }
    }

    /// Where the tag that begins here ends; `None` when it is none.
    fn tag_end(&mut self) -> io::Result<Option<usize>> {
        let mut from = self.at + 1;
        let mut quote = None;
        loop {
            let rest = &self.buffer[from..];
            let found = match quote {
                Some(quote) => memchr::memchr(quote, rest),
                None => memchr::memchr3(b'>', b'"', b'\'', rest),
            };
            let Some(found) = found else {
                let shift = self.at;
                from = self.buffer.len();
                if from - self.at > TAG || !self.fill()? {
                    return Ok(None);
                }
                from -= shift - self.at;
                continue;
            };
            let byte = self.buffer[from + found];
            if byte == b'>' && quote.is_none() {
                return Ok(Some(from + found));
            }
            quote = if quote.is_some() { None } else { Some(byte) };
            from += found + 1;
        }
    }

    /// What stands behind `skip` bytes up to `end`; all there is without one.
    fn enclosed(&mut self, skip: usize, end: &[u8]) -> io::Result<Option<Range<usize>>> {
        let mut from = self.at + skip;
        loop {
            if let Some(found) = memchr::memmem::find(&self.buffer[from..], end) {
                let range = self.at + skip..from + found;
                self.at = range.end + end.len();
                return Ok(Some(range));
            }
            from = (self.at + skip).max(self.buffer.len() - (end.len() - 1));
            let shift = self.at;
            if self.buffer.len() - self.at > TAG || !self.fill()? {
                let range = self.at + skip..self.buffer.len();
                self.at = range.end;
                return Ok(Some(range));
            }
            from -= shift - self.at;
        }
    }

    /// A document type; its plain entities are remembered.
    fn doctype(&mut self) -> io::Result<()> {
        let mut from = self.at;
        let mut depth = 0_usize;
        loop {
            let Some(found) = memchr::memchr3(b'[', b']', b'>', &self.buffer[from..]) else {
                let shift = self.at;
                from = self.buffer.len();
                if from - self.at > TAG || !self.fill()? {
                    self.at = self.buffer.len();
                    return Ok(());
                }
                from -= shift - self.at;
                continue;
            };
            from += found + 1;
            match self.buffer[from - 1] {
                b'[' => depth += 1,
                b']' => depth = depth.saturating_sub(1),
                _ if depth == 0 => break,
                _ => {}
            }
        }
        let declared = &self.buffer[self.at..from];
        self.entities = entities(declared);
        self.at = from;
        Ok(())
    }

    /// Reads more; false at the end of the input.
    fn fill(&mut self) -> io::Result<bool> {
        if self.is_over {
            return Ok(false);
        }
        self.buffer.drain(..self.at);
        self.at = 0;
        let mut piece = [0; 8 << 10];
        let mut wanted = STEP;
        while wanted > 0 {
            let count = match self.input.read(&mut piece) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                // What was read before is told first.
                Err(error) if self.buffer.is_empty() && self.head.is_none() => return Err(error),
                Err(_) => 0,
                Ok(count) => count,
            };
            self.begin(&piece[..count]);
            if count == 0 {
                self.is_over = true;
                break;
            }
            wanted = wanted.saturating_sub(count);
        }
        Ok(self.at < self.buffer.len())
    }

    /// Takes `piece`; the first bytes of all are held until they tell the encoding.
    fn begin(&mut self, piece: &[u8]) {
        let Some(head) = &mut self.head else {
            return self.take(piece);
        };
        head.extend_from_slice(piece);
        if head.len() < DECLARATION && !piece.is_empty() {
            return;
        }
        let head = self.head.take().unwrap_or_default();
        self.decoder = decoder(&head);
        self.take(&head);
        if self.buffer.starts_with(b"\xef\xbb\xbf") {
            self.at = 3;
        }
        if piece.is_empty() {
            self.take(piece);
        }
    }

    fn take(&mut self, piece: &[u8]) {
        let Some(decoder) = &mut self.decoder else {
            self.buffer.extend_from_slice(piece);
            return;
        };
        let room = decoder
            .max_utf8_buffer_length(piece.len())
            .unwrap_or(piece.len() * 3);
        let begun = self.buffer.len();
        self.buffer.resize(begun + room, 0);
        let (_, _, written, _) =
            decoder.decode_to_utf8(piece, &mut self.buffer[begun..], piece.is_empty());
        self.buffer.truncate(begun + written);
    }
}

/// A decoder for XML that begins with `head`, unless it is read as it is.
fn decoder(head: &[u8]) -> Option<encoding_rs::Decoder> {
    let encoding = match head {
        [0xFF, 0xFE, ..] | [b'<', 0, ..] => encoding_rs::UTF_16LE,
        [0xFE, 0xFF, ..] | [0, b'<', ..] => encoding_rs::UTF_16BE,
        _ => {
            let line = &head[..head.len().min(DECLARATION)];
            let line = &line[..memchr::memmem::find(line, b"?>")?];
            let at = memchr::memmem::find(line, b"encoding=")? + 10;
            let name = line.get(at..)?;
            let end = name.iter().position(|b| matches!(b, b'"' | b'\''))?;
            encoding_rs::Encoding::for_label(&name[..end])?
        }
    };
    (encoding != encoding_rs::UTF_8).then(|| encoding.new_decoder())
}

#[cfg(test)]
mod tests;
