//! Compressed streams, databases and pictures in the midst of other bytes: the
//! load of a script that unpacks itself, what hangs behind a picture, what a
//! program or the image of a disk carries. Archives that are found by their own
//! headers (zip, 7z) are opened by their readers.
//!
//! Marks are short, so a stream counts if its beginning can be decoded. See
//! [`deflated`] for streams of zlib, whose mark is hardly one.

mod deflated;

use std::io::{self, Read, SeekFrom};
use std::ops::ControlFlow;
use std::sync::LazyLock;

use aho_corasick::packed::{Config, MatchKind, Searcher};

use super::budget::Budget;
use super::part::{Blob, Extractor, Head, Needs, Part, ReadSeek, YieldPart, read_full};
use super::stream::{self, Input, Stream};
use crate::base::content::SkipReason;
use deflated::Trial;

/// The reader of such bytes.
#[derive(Debug)]
pub(crate) struct Buried;

const NAME: &str = "buried";
/// What they begin with, in the order of [`Kind::of`].
const MARKS: [&[u8]; 7] = [
    b"\x1f\x8b\x08",
    b"\xfd7zXZ\0\0",
    b"\x28\xb5\x2f\xfd",
    b"\x04\x22\x4d\x18",
    b"BZh",
    b"SQLite format 3\0",
    b"\x89PNG\r\n\x1a\n",
];
/// Bytes that tell whether a mark is meant.
const TELLING: usize = 24;
/// Bytes that are searched at a time.
const STRIDE: usize = 256 << 10;
/// Decoded bytes that prove a stream.
const PROOF: usize = 256;
/// Bytes that are read at a time for a proof, and the least that one counts for.
const LOOK: usize = 4 << 10;
/// Most finds in one content.
const MOST: usize = 10_000;

static SEARCHER: LazyLock<Option<Searcher>> = LazyLock::new(|| {
    let mut config = Config::new();
    let mut builder = config.match_kind(MatchKind::LeftmostFirst).builder();
    builder.extend(MARKS);
    builder.build()
});

#[derive(Clone, Copy, Debug)]
enum Kind {
    Stream(&'static Stream),
    Sqlite,
    Png,
}

impl Kind {
    fn of(mark: usize) -> Kind {
        match mark {
            0 => Kind::Stream(&stream::GZIP),
            1 => Kind::Stream(&stream::XZ_ALONE),
            2 => Kind::Stream(&stream::ZSTD),
            3 => Kind::Stream(&stream::LZ4),
            4 => Kind::Stream(&stream::BZIP2),
            5 => Kind::Sqlite,
            _ => Kind::Png,
        }
    }

    /// Decoded bytes that prove it, unless it ends before.
    fn proof(stream: &Stream) -> usize {
        if is_zlib(stream) {
            deflated::PROOF
        } else {
            PROOF
        }
    }

    fn name(self) -> &'static str {
        match self {
            Kind::Stream(stream) => stream.name(),
            Kind::Sqlite => "sqlite",
            Kind::Png => "png",
        }
    }

    /// True if what begins with `head` may be of the kind.
    fn is_meant(self, head: &[u8]) -> bool {
        match (self, head) {
            // No reserved flag; how hard it tried, and the system it ran on.
            (Kind::Stream(_), [0x1f, 0x8b, 8, flags, _, _, _, _, hard, system, ..]) => {
                flags & 0xe0 == 0 && matches!(hard, 0 | 2 | 4) && matches!(system, 0..=14 | 255)
            }
            (Kind::Stream(_), [0x04, 0x22, 0x4d, 0x18, flags, size, ..]) => {
                flags & 0xc2 == 0x40 && size & 0x8f == 0 && *size >= 0x40
            }
            (Kind::Stream(_), [0x28, 0xb5, 0x2f, 0xfd, flags, ..]) => flags & 0x08 == 0,
            (Kind::Stream(_), [b'B', b'Z', b'h', level, rest @ ..]) => {
                matches!(level, b'1'..=b'9') && rest.starts_with(b"1AY&SY")
            }
            (Kind::Stream(_), _) => head.starts_with(MARKS[1]),
            (Kind::Sqlite, _) => head.get(21..24) == Some(&[64, 32, 32]),
            (Kind::Png, _) => head.get(12..16) == Some(b"IHDR"),
        }
    }
}

/// True when something seems to be buried in `bytes`; `known` is what reads their content.
pub(super) fn is_in(bytes: &[u8], known: Option<&str>) -> bool {
    let is_proven = |found: (usize, Trial)| found.1 == Trial::Proven;
    // What streams of zlib are in pictures is dots.
    let is_picture = known == Some("image");
    marks(bytes).next().is_some() || !is_picture && deflated::places(bytes).any(is_proven)
}

/// The places of what seems to be meant.
fn marks(bytes: &[u8]) -> impl Iterator<Item = (usize, Kind)> {
    let found = SEARCHER.as_ref().map(|searcher| {
        let finds = searcher.find_iter(bytes);
        finds.map(|found| (found.start(), Kind::of(found.pattern().as_usize())))
    });
    let found = found.into_iter().flatten();
    found.filter(|(at, kind)| {
        let near = &bytes[*at..bytes.len().min(at + TELLING)];
        kind.is_meant(near)
    })
}

impl Extractor for Buried {
    fn name(&self) -> &'static str {
        NAME
    }

    /// Nothing tells at the beginning: see [`super::find_buried`].
    fn accepts(&self, _: &Head<'_>) -> bool {
        false
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
        let places = places(input, size, budget)?;
        let mut end = own_length(input);
        for (at, kind) in places.found {
            // What lies in what was opened is not opened again.
            if at < end {
                continue;
            }
            budget.alive()?;
            let name = format!("[{} at byte {at}]", kind.name());
            let find = Find { input, at, name };
            let opened = match kind {
                Kind::Stream(stream) => find.stream(stream, budget, yield_part)?,
                Kind::Sqlite => find.whole(pages, size, yield_part),
                Kind::Png => find.whole(chunks, size, yield_part),
            };
            match opened {
                ControlFlow::Continue(length) => end = at + length,
                ControlFlow::Break(()) => return Ok(()),
            }
        }
        if places.is_cut {
            return Err(SkipReason::Limit("entries"));
        }
        Ok(())
    }
}

/// A place where something seems to begin.
struct Find<'f> {
    input: &'f mut dyn ReadSeek,
    at: u64,
    name: String,
}

impl Find<'_> {
    /// Hands out the content of a stream, if it is one. The length of what was
    /// read to its end.
    fn stream(
        self,
        stream: &Stream,
        budget: &Budget<'_>,
        yield_part: &mut YieldPart<'_>,
    ) -> Result<ControlFlow<(), u64>, SkipReason> {
        let Ok(proof) = proof(self.input, self.at, stream, budget) else {
            return Ok(ControlFlow::Continue(0));
        };
        // Many marks may ask for the same bytes to be read.
        budget.produce_again(proof.taken)?;
        if !proof.is_content || self.input.seek(SeekFrom::Start(self.at)).is_err() {
            return Ok(ControlFlow::Continue(proof.length));
        }
        let mut reader: &mut dyn Read = self.input;
        let input = Input::new(&mut reader);
        let taken = input.taken();
        let Ok(decoder) = stream.decoder(input, budget) else {
            return Ok(ControlFlow::Continue(0));
        };
        let mut content = budget.meter(Found { decoder, stream }, stream.name());
        let flow = yield_part(Part::Blob {
            name: &self.name,
            content: &mut content,
            size: None,
        });
        let is_whole = content.failed().is_none();
        Ok(flow.map_continue(|()| if is_whole { length(taken.get()) } else { 0 }))
    }

    /// Hands out as many bytes as what stands there `tells`. Their number.
    fn whole(
        self,
        tells: fn(&mut dyn ReadSeek, u64) -> Option<u64>,
        size: u64,
        yield_part: &mut YieldPart<'_>,
    ) -> ControlFlow<(), u64> {
        let length = tells(self.input, self.at).unwrap_or(0).min(size - self.at);
        if self.input.seek(SeekFrom::Start(self.at)).is_err() {
            return ControlFlow::Continue(0);
        }
        let mut content = self.input.take(length);
        let flow = yield_part(Part::Blob {
            name: &self.name,
            content: &mut content,
            size: Some(length),
        });
        flow.map_continue(|()| length)
    }
}

/// What a stream holds that was found.
struct Found<'f> {
    decoder: stream::Decoder<'f>,
    stream: &'f Stream,
}

impl Read for Found<'_> {
    /// Nobody said that there is a stream of zlib, so that it just ends where it
    /// cannot be unpacked: there are some that lie in pieces.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.decoder.read(buffer);
        if is_zlib(self.stream) {
            return read.or(Ok(0));
        }
        read
    }
}

fn is_zlib(stream: &Stream) -> bool {
    stream.name() == stream::ZLIB.name()
}

/// Length of the picture that the content begins with, if it does: its own
/// streams are dots.
fn own_length(input: &mut dyn ReadSeek) -> u64 {
    let mut head = [0; 8];
    let read = input.rewind().and_then(|()| read_full(input, &mut head));
    let is_picture = read.is_ok() && head == MARKS[6];
    let length = is_picture.then(|| chunks(input, 0));
    length.flatten().unwrap_or(0)
}

/// Where something seems to begin.
struct Places {
    found: Vec<(u64, Kind)>,
    /// There are more.
    is_cut: bool,
}

fn places(input: &mut dyn ReadSeek, size: u64, budget: &Budget<'_>) -> Result<Places, SkipReason> {
    let mut found = Vec::new();
    let mut buffer = vec![0; STRIDE];
    // At the beginning it is no find, and told by its own reader.
    let mut at = 1;
    while at < size && found.len() <= MOST {
        budget.alive()?;
        let begun = input.seek(SeekFrom::Start(at));
        let got = begun.and_then(|_| read_full(input, &mut buffer));
        let got = got.map_err(|error| budget.reason(&error, NAME))?;
        let is_last = got < STRIDE;
        let own = if is_last { got } else { got - TELLING };
        let begun = found.len();
        let streams = deflated::places(&buffer[..got]).map(|(place, _)| place);
        let streams = streams.map(|place| (place, Kind::Stream(&stream::ZLIB)));
        for (place, kind) in marks(&buffer[..got]).chain(streams) {
            if place < own && found.len() <= begun + MOST {
                found.push((at + place as u64, kind));
            }
        }
        found[begun..].sort_by_key(|(place, _)| *place);
        if is_last {
            break;
        }
        at += own as u64;
    }
    let is_cut = found.len() > MOST;
    found.truncate(MOST);
    Ok(Places { found, is_cut })
}

/// What the beginning of a stream tells.
struct Proof {
    /// Something can be decoded.
    is_content: bool,
    /// Bytes that were read for it.
    taken: u64,
    /// Length of what is a stream, but an empty one.
    length: u64,
}

/// Decodes the beginning of the stream at `at`.
fn proof(
    input: &mut dyn ReadSeek,
    at: u64,
    stream: &Stream,
    budget: &Budget<'_>,
) -> io::Result<Proof> {
    input.seek(SeekFrom::Start(at))?;
    let mut reader: &mut dyn Read = input;
    let input = Input::with_capacity(LOOK, &mut reader);
    let taken = input.taken();
    let mut decoder = stream.decoder(input, budget)?;
    let mut room = vec![0; Kind::proof(stream)];
    let read = read_full(&mut decoder, &mut room);
    let is_content = matches!(read, Ok(1..));
    let is_empty = matches!(read, Ok(0));
    let taken = taken.get();
    Ok(Proof {
        is_content,
        taken: taken.max(LOOK as u64),
        length: if is_empty { length(taken) } else { 0 },
    })
}

/// The length of a stream whose decoder took so many bytes: it may have looked
/// at some behind the end.
fn length(taken: u64) -> u64 {
    taken.saturating_sub(8)
}

/// The length that the header of the database at `at` tells.
fn pages(input: &mut dyn ReadSeek, at: u64) -> Option<u64> {
    let mut header = [0; 32];
    input.seek(SeekFrom::Start(at)).ok()?;
    read_full(input, &mut header).ok()?;
    let size = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65_536,
        size => u64::from(size),
    };
    let count = u32::from_be_bytes([header[28], header[29], header[30], header[31]]);
    Some(size * u64::from(count))
}

/// The length of the picture at `at`: all its chunks.
fn chunks(input: &mut dyn ReadSeek, at: u64) -> Option<u64> {
    let mut length = 8;
    for _ in 0..MOST {
        let mut head = [0; 8];
        input.seek(SeekFrom::Start(at + length)).ok()?;
        if read_full(input, &mut head).ok()? < 8 {
            break;
        }
        let [a, b, c, d, kind @ ..] = head;
        length += u64::from(u32::from_be_bytes([a, b, c, d])) + 12;
        if &kind == b"IEND" {
            break;
        }
    }
    Some(length)
}

#[cfg(test)]
mod tests;
