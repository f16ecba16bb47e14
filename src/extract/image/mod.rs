//! Pictures: the texts in them (comments, EXIF, XMP, IPTC). Pixels are none.
//!
//! Only what is not image data is read, wherever it stands in the file.

mod fields;
mod png;

use std::io::SeekFrom;

use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::part::{
    Blob, Extractor, Head, Needs, Part, ReadSeek, Text, YieldPart, read_full,
};

/// The reader of pictures.
#[derive(Debug)]
pub(crate) struct Image;

const NAME: &str = "image";
/// Longest piece of text.
const LONGEST: u64 = 16 << 20;
/// Most pieces of a file.
const MOST: usize = 100_000;
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const MORE_XMP: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
const PHOTOSHOP: &[u8] = b"Photoshop 3.0\0";

impl Extractor for Image {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        match head.bytes {
            [0x89, b'P', b'N', b'G', ..] => head.bytes.starts_with(png::MAGIC),
            [0xFF, 0xD8, 0xFF, ..]
            | [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..]
            | [b'I', b'I', 42 | 43, 0, ..]
            | [b'M', b'M', 0, 42 | 43, ..] => true,
            [b'R', b'I', b'F', b'F', ..] => head.bytes.get(8..12) == Some(b"WEBP"),
            _ => false,
        }
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
        let mut file = File {
            input,
            size,
            budget,
        };
        let mut found = Found::default();
        let first = file.read(0, 4)?;
        let whole = match first.first() {
            Some(0x89) => png::read(&mut file, &mut found)?,
            Some(0xFF) => jpeg(&mut file, &mut found)?,
            Some(b'G') => gif(&mut file, &mut found)?,
            Some(b'R') => webp(&mut file, &mut found)?,
            _ => {
                let whole = file.read(0, LONGEST)?;
                fields::tiff(&whole, &mut found);
                true
            }
        };
        found.hand_out(yield_part);
        if whole && !found.is_cut {
            Ok(())
        } else {
            Err(SkipReason::Damaged(NAME))
        }
    }
}

/// A file that is read in pieces.
struct File<'f, 'b> {
    input: &'f mut dyn ReadSeek,
    size: u64,
    budget: &'f Budget<'b>,
}

impl File<'_, '_> {
    /// At most `count` bytes from `at` on.
    fn read(&mut self, at: u64, count: u64) -> Result<Vec<u8>, SkipReason> {
        self.budget.alive()?;
        let left = self.size.saturating_sub(at);
        let count = count.min(left).min(LONGEST);
        let mut bytes = vec![0; usize::try_from(count).unwrap_or(0)];
        let seek = self.input.seek(SeekFrom::Start(at));
        let read = seek.and_then(|_| read_full(&mut self.input, &mut bytes));
        let got = read.map_err(|error| self.budget.reason(&error, NAME))?;
        bytes.truncate(got);
        Ok(bytes)
    }
}

/// Texts of a picture.
#[derive(Debug, Default)]
struct Found {
    lines: String,
    /// Descriptions in XML.
    xmp: Vec<u8>,
    /// True when there was more than is plausible, and the rest was left out.
    is_cut: bool,
}

impl Found {
    /// Adds a text with its name.
    fn line(&mut self, name: &str, text: &str) {
        let text = text.trim_matches(['\0', ' ', '\n', '\r']);
        if !text.is_empty() {
            self.lines.extend([name, ": ", text, "\n"]);
        }
    }

    fn hand_out(&self, yield_part: &mut YieldPart<'_>) {
        let mut flow = std::ops::ControlFlow::Continue(());
        if !self.lines.is_empty() {
            flow = yield_part(Part::Text(Text::plain("[metadata]", self.lines.as_bytes())));
        }
        if !self.xmp.is_empty() && flow.is_continue() {
            let mut content = &self.xmp[..];
            let _ = yield_part(Part::Blob {
                name: "xmp.xml",
                content: &mut content,
                size: Some(self.xmp.len() as u64),
            });
        }
    }
}

/// Segments up to the image data.
fn jpeg(file: &mut File<'_, '_>, found: &mut Found) -> Result<bool, SkipReason> {
    let mut at = 2;
    for _ in 0..MOST {
        let header = file.read(at, 4)?;
        let [0xFF, kind, high, low] = header[..] else {
            return Ok(header.is_empty());
        };
        if kind == 0xFF {
            at += 1;
            continue;
        }
        if matches!(kind, 0xDA | 0xD9) {
            return Ok(true);
        }
        if matches!(kind, 0x01 | 0xD0..=0xD8) {
            at += 2;
            continue;
        }
        let length = u64::from(u16::from_be_bytes([high, low])).max(2);
        if matches!(kind, 0xE1 | 0xED | 0xFE) {
            let data = file.read(at + 4, length - 2)?;
            segment(kind, &data, found);
        }
        at += length + 2;
    }
    Ok(true)
}

fn segment(kind: u8, data: &[u8], found: &mut Found) {
    if kind == 0xFE {
        found.line("Comment", &String::from_utf8_lossy(data));
    } else if let Some(exif) = data.strip_prefix(b"Exif\0\0") {
        fields::tiff(exif, found);
    } else if let Some(xmp) = data.strip_prefix(XMP) {
        found.xmp.extend_from_slice(xmp);
        found.xmp.push(b'\n');
    } else if let Some(more) = data.strip_prefix(MORE_XMP) {
        // A digest, the whole length, and where this piece belongs: pieces
        // stand in their order.
        found
            .xmp
            .extend_from_slice(more.get(40..).unwrap_or_default());
    } else if let Some(resources) = data.strip_prefix(PHOTOSHOP) {
        fields::photoshop(resources, found);
    }
}

/// Comments, whose blocks are put together.
fn gif(file: &mut File<'_, '_>, found: &mut Found) -> Result<bool, SkipReason> {
    let table = |flags: u8| match flags & 0x80 {
        0 => 0,
        _ => 3_u64 << ((flags & 7) + 1),
    };
    let header = file.read(0, 13)?;
    let mut at = 13 + header.get(10).map_or(0, |flags| table(*flags));
    for _ in 0..MOST {
        let block = file.read(at, 10)?;
        match block[..] {
            [0x21, kind, ..] => {
                let (content, end) = blocks(file, at + 2, kind != 0xF9)?;
                match kind {
                    0xFE => found.line("Comment", &String::from_utf8_lossy(&content)),
                    0x01 => {
                        let text = content.get(12..).unwrap_or_default();
                        found.line("Text", &String::from_utf8_lossy(text));
                    }
                    _ => {}
                }
                at = end;
            }
            [0x2C, _, _, _, _, _, _, _, _, flags] => {
                at = blocks(file, at + 11 + table(flags), false)?.1;
            }
            [0x3B, ..] => return Ok(true),
            _ => return Ok(block.is_empty()),
        }
    }
    Ok(true)
}

/// The content of the blocks that begin at `at`, if it is wanted, and where
/// they end.
fn blocks(file: &mut File<'_, '_>, at: u64, wanted: bool) -> Result<(Vec<u8>, u64), SkipReason> {
    let mut content = Vec::new();
    let mut at = at;
    // Blocks are short, so many are read at a time.
    let mut held = Vec::new();
    let mut start = at;
    loop {
        let mut inside = usize::try_from(at - start).unwrap_or(usize::MAX);
        if inside.saturating_add(256) > held.len() {
            held = file.read(at, 64 << 10)?;
            start = at;
            inside = 0;
        }
        let Some(&length) = held.get(inside) else {
            return Ok((content, at));
        };
        at += u64::from(length) + 1;
        if length == 0 {
            return Ok((content, at));
        }
        if wanted && (content.len() as u64) < LONGEST {
            let end = (inside + 1 + usize::from(length)).min(held.len());
            content.extend_from_slice(&held[inside + 1..end]);
        }
    }
}

fn webp(file: &mut File<'_, '_>, found: &mut Found) -> Result<bool, SkipReason> {
    let mut at = 12;
    for _ in 0..MOST {
        let header = file.read(at, 8)?;
        let Some(size) = header.get(4..).and_then(<[u8]>::first_chunk::<4>) else {
            break;
        };
        let size = u64::from(u32::from_le_bytes(*size));
        match &header[..4] {
            b"EXIF" => {
                let data = file.read(at + 8, size)?;
                let data = data.strip_prefix(b"Exif\0\0").unwrap_or(&data);
                fields::tiff(data, found);
            }
            b"XMP " => found.xmp.extend(file.read(at + 8, size)?),
            _ => {}
        }
        at += 8 + size + size % 2;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::control::Control;
    use crate::base::limits::Unpack;
    use crate::extract::part::Content;
    use std::io::Cursor;
    use std::ops::ControlFlow;

    pub(super) fn texts(bytes: &[u8]) -> (String, Result<(), SkipReason>) {
        let control = Control::default();
        let budget = Budget::new(&Unpack::default(), &control, &[], bytes.len() as u64);
        let mut input = Cursor::new(bytes);
        let mut blob = Blob {
            name: "x",
            content: Content::Seek(&mut input, bytes.len() as u64),
        };
        let mut out = String::new();
        let ended = Image.extract(&mut blob, &budget, &mut |part| {
            match part {
                Part::Text(text) => out.push_str(&String::from_utf8_lossy(text.bytes)),
                Part::Blob { content, .. } => {
                    content.read_to_string(&mut out).unwrap();
                }
                _ => {}
            }
            ControlFlow::Continue(())
        });
        (out, ended)
    }

    fn jpeg_with(segments: &[(u8, &[u8])]) -> Vec<u8> {
        let mut file = vec![0xFF, 0xD8];
        for (kind, data) in segments {
            file.extend([0xFF, *kind]);
            file.extend((data.len() as u16 + 2).to_be_bytes());
            file.extend(*data);
        }
        file.extend([0xFF, 0xDA, 0, 2, 1, 2, 3]);
        file
    }

    #[test]
    fn texts_of_a_photograph_are_read() {
        let xmp = [XMP, b"<x/>"].concat();
        let iptc = [
            PHOTOSHOP,
            b"8BIM\x04\x04\0\0\0\0\0\x0A\x1C\x02\x78\0\x05named",
        ]
        .concat();
        let file = jpeg_with(&[(0xFE, b"a comment"), (0xE1, &xmp), (0xED, &iptc)]);
        let (text, ended) = texts(&file);
        assert_eq!(ended, Ok(()));
        assert_eq!(text, "Comment: a comment\nIPTC 2:120: named\n<x/>\n");
        for cut in 0..file.len() {
            let _ = texts(&file[..cut]);
        }
    }

    #[test]
    fn blocks_of_a_comment_are_joined() {
        let mut file = b"GIF89a\x01\0\x01\0\0\0\0\x21\xFE".to_vec();
        file.extend(b"\x04long\x04 one\0;");
        assert_eq!(texts(&file), ("Comment: long one\n".to_owned(), Ok(())));
        assert_eq!(texts(&file[..16]).0, "");
    }

    #[test]
    fn a_picture_without_text_gives_none() {
        assert_eq!(texts(&jpeg_with(&[])), (String::new(), Ok(())));
        let webp = b"RIFF\x0C\0\0\0WEBPVP8 \0\0\0\0";
        assert_eq!(texts(webp), (String::new(), Ok(())));
    }
}
