//! Chunks of PNG that hold text (PNG specification, third edition, §11.3.3).

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::{File, Found, LONGEST, MOST, NAME, fields};
use crate::base::content::SkipReason;

pub(super) const MAGIC: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Reads the chunks; false when one with text is damaged.
pub(super) fn read(file: &mut File<'_, '_>, found: &mut Found) -> Result<bool, SkipReason> {
    let mut at = 8;
    let mut whole = true;
    for _ in 0..MOST {
        let header = file.read(at, 8)?;
        let Some((length, kind)) = header.split_first_chunk::<4>() else {
            break;
        };
        let length = u64::from(u32::from_be_bytes(*length));
        match kind {
            b"tEXt" | b"zTXt" | b"iTXt" => {
                let data = file.read(at + 8, length)?;
                whole &= text(file, kind, &data, found)?.is_some();
            }
            b"eXIf" => fields::tiff(&file.read(at + 8, length)?, found),
            b"IEND" => break,
            _ => {}
        }
        at += length + 12;
    }
    Ok(whole)
}

/// A keyword and its text.
fn text(
    file: &File<'_, '_>,
    kind: &[u8],
    data: &[u8],
    found: &mut Found,
) -> Result<Option<()>, SkipReason> {
    let Some(end) = memchr::memchr(0, data) else {
        return Ok(None);
    };
    let name = String::from_utf8_lossy(&data[..end]).into_owned();
    let mut rest = &data[end + 1..];
    let mut packed = kind == b"zTXt";
    if packed {
        rest = rest.get(1..).unwrap_or_default();
    } else if kind == b"iTXt" {
        packed = rest.first() == Some(&1);
        rest = rest.get(2..).unwrap_or_default();
        // A language, and the keyword in it.
        for _ in 0..2 {
            let Some(end) = memchr::memchr(0, rest) else {
                return Ok(None);
            };
            rest = &rest[end + 1..];
        }
    }
    let mut text = Vec::new();
    let mut good = true;
    if packed {
        let decoder = file.budget.meter(ZlibDecoder::new(rest), NAME);
        good = decoder.take(LONGEST).read_to_end(&mut text).is_ok();
        file.budget.alive()?;
    } else {
        text.extend_from_slice(rest);
    }
    if name == "XML:com.adobe.xmp" {
        found.xmp.extend(text);
    } else if let Some(inner) = name.strip_prefix("Raw profile type ") {
        profile(inner, &text, found);
    } else {
        found.line(&name, &String::from_utf8_lossy(&text));
    }
    Ok(good.then_some(()))
}

/// EXIF, IPTC or XMP in hexadecimal digits, as `ImageMagick` writes it: a name,
/// a length, and lines of digits.
fn profile(kind: &str, text: &[u8], found: &mut Found) {
    let mut words = text.splitn(4, |byte| *byte == b'\n').skip(1);
    let digits: Vec<u8> = match (words.next(), words.next(), words.next()) {
        (Some(_), Some(_), Some(digits)) => digits.to_vec(),
        _ => return,
    };
    let values: Vec<u32> = digits
        .iter()
        .filter_map(|byte| char::from(*byte).to_digit(16))
        .collect();
    let bytes: Vec<u8> = values
        .as_chunks::<2>()
        .0
        .iter()
        .map(|[high, low]| (high * 16 + low) as u8)
        .collect();
    match kind {
        "exif" | "APP1" => {
            fields::tiff(bytes.strip_prefix(b"Exif\0\0").unwrap_or(&bytes), found);
        }
        "xmp" => found.xmp.extend(bytes),
        "iptc" | "8bim" => fields::photoshop(&bytes, found),
        _ => found.line(kind, &String::from_utf8_lossy(&bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::texts;
    use super::*;
    use flate2::Compression;
    use flate2::read::ZlibEncoder;

    fn png_with(chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
        let mut file = MAGIC.to_vec();
        for (kind, data) in chunks {
            file.extend((data.len() as u32).to_be_bytes());
            file.extend(*kind);
            file.extend(data);
            file.extend([0; 4]);
        }
        file
    }

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        ZlibEncoder::new(text, Compression::default())
            .read_to_end(&mut out)
            .unwrap();
        out
    }

    #[test]
    fn texts_are_read_packed_or_not() {
        let file = png_with(&[
            (b"tEXt", b"Title\0one".to_vec()),
            (b"zTXt", [b"Comment\0\0".to_vec(), packed(b"two")].concat()),
            (
                b"iTXt",
                [b"Author\0\x01\0en\0\0".to_vec(), packed(b"three")].concat(),
            ),
            (b"iTXt", b"Source\0\0\0\0\0four".to_vec()),
            (b"IDAT", b"tEXt".to_vec()),
        ]);
        let expected = "Title: one\nComment: two\nAuthor: three\nSource: four\n";
        assert_eq!(texts(&file), (expected.to_owned(), Ok(())));
        for cut in 0..file.len() {
            let _ = texts(&file[..cut]);
        }
    }

    #[test]
    fn a_damaged_text_is_reported() {
        let mut bad = packed(b"a longer text to be broken");
        bad[4] ^= 0xFF;
        let file = png_with(&[(b"zTXt", [b"a\0\0".to_vec(), bad].concat())]);
        assert_eq!(texts(&file).1, Err(SkipReason::Damaged(NAME)));
    }
}
