//! Presentations of `PowerPoint` 97 to 2003 (MS-PPT): all texts, with the slide
//! they are on, and embedded objects.

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::bytes::{in_page, long, short, wide};
use super::{Draft, Reader};
use crate::base::content::SkipReason;

/// Records by their numbers.
const SLIDE: u16 = 0x03EE;
const NOTES: u16 = 0x03F0;
const SLIDE_PLACE: u16 = 0x03F3;
const WIDE_TEXT: u16 = 0x0FA0;
const NARROW_TEXT: u16 = 0x0FA8;
const STRING: u16 = 0x0FBA;
const LIST: u16 = 0x0FF0;
const OBJECT: u16 = 0x1011;
const SEALED: u16 = 0x2F14;
/// What the stream of the current user begins with when it is sealed.
const SEALED_USER: u32 = 0xF3D1_C4DF;
/// Longest embedded object.
const LONGEST: u64 = 64 << 20;

/// Reads the presentation in the entry at `index`.
pub(super) fn read(
    reader: &mut Reader<'_, '_, '_>,
    index: usize,
    folder: &str,
) -> Result<(), SkipReason> {
    let user = reader.stream(folder, "Current User")?.unwrap_or_default();
    let stream = reader.content(index)?;
    if long(&user, 12) == Some(SEALED_USER) {
        let path = reader.file.entries[index].path.clone();
        reader.skip(&path, SkipReason::Encrypted("ppt"));
        return Ok(());
    }
    let mut draft = Draft::default();
    let mut at = 0;
    let (mut slides, mut listed, mut count) = (0_u32, 0_u32, 0_u32);
    let mut objects = Vec::new();
    while let Some((inner, kind, length)) = header(&stream, at) {
        count += 1;
        if count.is_multiple_of(4096) {
            reader.budget.alive()?;
        }
        let start = at + 8;
        let end = start.saturating_add(length).min(stream.len());
        let data = &stream[start..end];
        match kind {
            SLIDE => {
                slides += 1;
                draft.at(&format!("slide {slides}"));
            }
            NOTES => draft.at("notes"),
            LIST => draft.at("slides"),
            SLIDE_PLACE => {
                listed += 1;
                draft.at(&format!("slide {listed}"));
            }
            WIDE_TEXT | STRING => draft.line(&shown(&wide(data))),
            NARROW_TEXT => draft.line(&shown(&in_page(data, 1252))),
            OBJECT => objects.push((start, end, short(&stream, at).unwrap_or(0) >> 4 != 0)),
            SEALED => {
                let path = reader.file.entries[index].path.clone();
                reader.skip(&path, SkipReason::Encrypted("ppt"));
                return Ok(());
            }
            _ => {}
        }
        // Records with others inside are walked through.
        at = if inner { start } else { end };
    }
    reader.draft(folder, &draft);
    for (number, (start, end, packed)) in objects.into_iter().enumerate() {
        object(reader, number + 1, &stream[start..end], packed)?;
    }
    Ok(())
}

/// Whether others are inside, the kind and the length of the record at `at`.
fn header(stream: &[u8], at: usize) -> Option<(bool, u16, usize)> {
    let version = short(stream, at)? & 15;
    let length = long(stream, at + 4)? as usize;
    Some((version == 15, short(stream, at + 2)?, length))
}

fn object(
    reader: &mut Reader<'_, '_, '_>,
    number: usize,
    data: &[u8],
    packed: bool,
) -> Result<(), SkipReason> {
    reader.budget.alive()?;
    let name = format!("object {number}");
    if !packed {
        reader.blob(&name, data);
        return Ok(());
    }
    let body = data.get(4..).unwrap_or_default();
    let budget = reader.budget;
    let mut content = Vec::new();
    let decoder = budget.meter(ZlibDecoder::new(body), "ppt");
    let most = LONGEST.min(budget.dictionary());
    reader.damaged |= decoder.take(most).read_to_end(&mut content).is_err();
    reader.blob(&name, &content);
    Ok(())
}

/// Line ends as they are elsewhere.
fn shown(text: &str) -> String {
    text.replace(['\r', '\u{B}'], "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read() {
        let record = [0x0F, 0, 0xEE, 3, 8, 0, 0, 0];
        assert_eq!(header(&record, 0), Some((true, SLIDE, 8)));
        assert_eq!(header(&record, 1), None);
    }
}
