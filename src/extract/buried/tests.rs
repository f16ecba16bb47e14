//! Streams, databases and pictures are found wherever they lie, and each is read once.

use std::io::{Cursor, Write};
use std::ops::ControlFlow;

use super::*;
use crate::base::control::Control;
use crate::base::limits::Limits;
use crate::extract::part::Content;

fn parts(bytes: &[u8]) -> Parts {
    let (found, ended, _) = read(bytes);
    assert_eq!(ended, Ok(()));
    found
}

/// Counts what is read of it.
struct Counted<'t>(Cursor<&'t [u8]>, usize);

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.0.read(buffer)?;
        self.1 += count;
        Ok(count)
    }
}

impl io::Seek for Counted<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

type Parts = Vec<(String, Vec<u8>)>;

/// The parts, how it ended, and how many bytes were read.
fn read(bytes: &[u8]) -> (Parts, Result<(), SkipReason>, usize) {
    let control = Control::default();
    let limits = Limits::default().unpack;
    let budget = Budget::new(&limits, &control, &[], bytes.len() as u64);
    let mut counted = Counted(Cursor::new(bytes), 0);
    let mut blob = Blob {
        name: "a.bin",
        content: Content::Seek(&mut counted, bytes.len() as u64),
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
    (found, read, counted.1)
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(text).unwrap();
    out.finish().unwrap()
}

fn bzip(text: &[u8]) -> Vec<u8> {
    let mut out = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    out.write_all(text).unwrap();
    out.finish().unwrap()
}

#[test]
fn streams_are_found_behind_anything_wherever_windows_end() {
    for before in [1, 40, STRIDE - 30, STRIDE - 3, STRIDE, STRIDE + 7] {
        let text = b"#!/bin/sh\0".iter().cycle().take(before);
        let whole: Vec<u8> = text.copied().chain(gzip(b"text")).collect();
        assert!(is_in(&whole, None));
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
    assert!(!is_in(b"a BZhang and a SQLite format 3 of text", None));
}

#[test]
fn what_was_opened_is_not_read_again_for_every_mark_in_it() {
    let empty = b"\x04\x22\x4d\x18\x60\x40\x82\0\0\0\0";
    let member = gzip(b"text");
    for (one, content) in [(&empty[..], ""), (&member, "text")] {
        let whole = [b"x", &one.repeat(5000)[..]].concat();
        let (found, ended, count) = read(&whole);
        let text: Vec<u8> = found.into_iter().flat_map(|(_, text)| text).collect();
        assert_eq!(text, content.repeat(5000).into_bytes());
        assert_eq!(ended, Ok(()));
        assert!(count < 4 * whole.len() + 4 * LOOK, "{count}");
    }
}

#[test]
fn a_stream_right_behind_another_one_is_found() {
    let packed = bzip(b"other");
    let whole = [b"x", &gzip(b"text")[..], &packed].concat();
    let texts: Vec<Vec<u8>> = parts(&whole).into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts, [&b"text"[..], b"other"]);
}

#[test]
fn more_marks_than_are_looked_at_are_told() {
    let ended = |count| read(&[&b"x"[..], &b"\xfd7zXZ\0\0"[..].repeat(count)].concat()).1;
    assert_eq!(ended(MOST), Ok(()));
    assert_eq!(ended(MOST + 1), Err(SkipReason::Limit("entries")));
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

fn zlib(text: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(text).unwrap();
    out.finish().unwrap()
}

#[test]
fn streams_of_zlib_are_found_one_after_the_other_and_end_where_they_break() {
    let long: Vec<u8> = (0..9000_u32).flat_map(u32::to_be_bytes).collect();
    let packed = zlib(&long);
    let whole = [
        b"\0\0head",
        &zlib(b"a block of some text")[..],
        b"\0between",
        &packed[..packed.len() - 100],
        &[0xff; 200],
        &zlib(b"a block of other text"),
    ]
    .concat();
    assert!(is_in(&whole, None));
    let texts: Vec<Vec<u8>> = parts(&whole).into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts[0], b"a block of some text");
    assert!(texts[1].len() > 20_000 && long.starts_with(&texts[1]));
    assert_eq!(texts[2], b"a block of other text");
    assert_eq!(texts.len(), 3);
}

#[test]
fn dots_of_pictures_are_not_unpacked() {
    let chunk = |kind: &[u8], body: &[u8]| {
        [&(body.len() as u32).to_be_bytes(), kind, body, &[0; 4]].concat()
    };
    let dots = zlib(&vec![7; 30_000]);
    let png = [
        MARKS[6],
        &chunk(b"IHDR", &[1; 13]),
        &chunk(b"IDAT", &dots),
        &chunk(b"IEND", b""),
    ]
    .concat();
    assert!(!is_in(&png[1..], Some("image")));
    assert_eq!(parts(&[&png[..], &gzip(b"text")].concat()).len(), 1);
    let inside = parts(&[b"icon", &png[..], b"behind"].concat());
    assert_eq!(inside.len(), 1);
}
