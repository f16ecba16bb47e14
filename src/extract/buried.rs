//! Compressed streams, databases and pictures in the midst of other bytes: the
//! load of a script that unpacks itself, what hangs behind a picture, what a
//! program or the image of a disk carries. Archives that are found by their own
//! headers (zip, 7z) are opened by their readers.
//!
//! Marks are short, so a stream counts if its beginning can be decoded.

use std::io::{BufReader, Read, SeekFrom};
use std::sync::LazyLock;

use aho_corasick::packed::{Config, MatchKind, Searcher};

use super::budget::Budget;
use super::part::{Blob, Extractor, Head, Needs, Part, ReadSeek, YieldPart, read_full};
use super::stream::{self, Stream};
use crate::base::content::SkipReason;

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

/// True when something seems to be buried in `bytes`.
pub(super) fn is_in(bytes: &[u8]) -> bool {
    marks(bytes).next().is_some()
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
        let mut end = 0;
        for (at, kind) in places {
            // The parts of what is handed out are its own.
            if at < end {
                continue;
            }
            budget.alive()?;
            let name = format!("[{} at byte {at}]", kind.name());
            let length = match kind {
                Kind::Stream(stream) => {
                    if !is_stream(input, at, stream, budget) {
                        continue;
                    }
                    None
                }
                Kind::Sqlite => pages(input, at),
                Kind::Png => chunks(input, at),
            };
            if input.seek(SeekFrom::Start(at)).is_err() {
                return Ok(());
            }
            let flow = if let Kind::Stream(stream) = kind {
                let input: &mut dyn Read = &mut *input;
                let input = BufReader::with_capacity(stream::BUFFER, input);
                let Ok(decoder) = stream.decoder(input, budget) else {
                    continue;
                };
                let mut content = budget.meter(decoder, stream.name());
                yield_part(Part::Blob {
                    name: &name,
                    content: &mut content,
                    size: None,
                })
            } else {
                let length = length.unwrap_or(0).min(size - at);
                end = at + length;
                let mut content = (&mut *input).take(length);
                yield_part(Part::Blob {
                    name: &name,
                    content: &mut content,
                    size: Some(length),
                })
            };
            if flow.is_break() {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// Where something seems to begin.
fn places(
    input: &mut dyn ReadSeek,
    size: u64,
    budget: &Budget<'_>,
) -> Result<Vec<(u64, Kind)>, SkipReason> {
    let mut found = Vec::new();
    let mut buffer = vec![0; STRIDE];
    // At the beginning it is no find, and told by its own reader.
    let mut at = 1;
    while at < size && found.len() < MOST {
        budget.alive()?;
        let begun = input.seek(SeekFrom::Start(at));
        let got = begun.and_then(|_| read_full(input, &mut buffer));
        let got = got.map_err(|error| budget.reason(&error, NAME))?;
        let is_last = got < STRIDE;
        let own = if is_last { got } else { got - TELLING };
        let here = marks(&buffer[..got]).take_while(|(place, _)| *place < own);
        found.extend(here.map(|(place, kind)| (at + place as u64, kind)));
        if is_last {
            break;
        }
        at += own as u64;
    }
    found.truncate(MOST);
    Ok(found)
}

/// True when the beginning of the stream at `at` can be decoded.
fn is_stream(input: &mut dyn ReadSeek, at: u64, stream: &Stream, budget: &Budget<'_>) -> bool {
    if input.seek(SeekFrom::Start(at)).is_err() {
        return false;
    }
    let input: &mut dyn Read = input;
    let input = BufReader::with_capacity(stream::BUFFER, input);
    let Ok(mut decoder) = stream.decoder(input, budget) else {
        return false;
    };
    let mut proof = [0; PROOF];
    let mut filled = 0;
    while filled < PROOF {
        match decoder.read(&mut proof[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(_) => return false,
        }
    }
    filled > 0
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
mod tests {
    use std::io::{Cursor, Write};
    use std::ops::ControlFlow;

    use super::*;
    use crate::base::control::Control;
    use crate::base::limits::Limits;
    use crate::extract::part::Content;

    fn parts(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
        let control = Control::default();
        let limits = Limits::default().unpack;
        let budget = Budget::new(&limits, &control, &[], bytes.len() as u64);
        let mut cursor = Cursor::new(bytes);
        let mut blob = Blob {
            name: "a.bin",
            content: Content::Seek(&mut cursor, bytes.len() as u64),
        };
        let mut found = Vec::new();
        let read = Buried.extract(&mut blob, &budget, &mut |part| {
            if let Part::Blob { name, content, .. } = part {
                let mut bytes = Vec::new();
                let _ = content.read_to_end(&mut bytes);
                found.push((name.to_owned(), bytes));
            }
            ControlFlow::Continue(())
        });
        assert_eq!(read, Ok(()));
        found
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        out.write_all(text).unwrap();
        out.finish().unwrap()
    }

    #[test]
    fn streams_are_found_behind_anything_wherever_windows_end() {
        for before in [1, 40, STRIDE - 30, STRIDE - 3, STRIDE, STRIDE + 7] {
            let text = b"#!/bin/sh\0".iter().cycle().take(before);
            let whole: Vec<u8> = text.copied().chain(gzip(b"text")).collect();
            assert!(is_in(&whole));
            let expected = (format!("[gzip at byte {before}]"), b"text".to_vec());
            assert_eq!(parts(&whole), [expected]);
        }
    }

    #[test]
    fn marks_alone_are_nothing() {
        let packed = gzip(b"text");
        let wrong = [b"x", &packed[..10], &[0xff; 40]].concat();
        for bytes in [
            &wrong[..],
            b"x\x1f\x8b\x08",
            b"xBZh91AY&SZ",
            b"x\x28\xb5\x2f\xfd\x08aaaa",
        ] {
            assert_eq!(parts(bytes), []);
        }
        assert!(!is_in(b"a BZhang and a SQLite format 3 of text"));
    }

    #[test]
    fn pictures_and_databases_end_where_they_say() {
        let chunk = |kind: &[u8], body: &[u8]| {
            [&(body.len() as u32).to_be_bytes(), kind, body, &[0; 4]].concat()
        };
        let png = [MARKS[6], &chunk(b"IHDR", &[1; 13]), &chunk(b"IEND", b"")].concat();
        let mut base = vec![0; 1024];
        base[..16].copy_from_slice(MARKS[5]);
        base[16] = 2;
        base[21..24].copy_from_slice(&[64, 32, 32]);
        base[31] = 2;
        let whole = [b"icon", &png[..], b"between", &base, b"behind"].concat();
        let found = parts(&whole);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0], ("[png at byte 4]".into(), png));
        assert_eq!(found[1].1, base);
    }
}
