//! Documents of Word 6 to 2003 (MS-DOC): the pieces of the text in their order,
//! then what lies in the stream between them, as text that was deleted.

use super::bytes::{in_page, long, short, wide};
use super::{Draft, Reader};
use crate::base::content::SkipReason;

/// The first version whose text may be in UTF-16.
const WORD_97: u16 = 0x00C1;
/// Most pieces of a text.
const MOST: usize = 1 << 20;
/// Parts of a text, in their order.
const PARTS: [&str; 8] = [
    "text",
    "footnotes",
    "headers and footers",
    "macros",
    "comments",
    "endnotes",
    "text boxes",
    "text boxes in headers",
];

/// A stretch of the stream.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Piece {
    start: usize,
    /// Characters.
    count: usize,
    wide: bool,
}

/// Reads the document in the entry at `index`.
pub(super) fn read(
    reader: &mut Reader<'_, '_, '_>,
    index: usize,
    folder: &str,
) -> Result<(), SkipReason> {
    let stream = reader.content(index)?;
    let flags = short(&stream, 10).unwrap_or(0);
    if flags & 0x0100 != 0 {
        let path = reader.file.entries[index].path.clone();
        reader.skip(&path, SkipReason::Encrypted("doc"));
        return Ok(());
    }
    let table = if flags & 0x0200 != 0 {
        "1Table"
    } else {
        "0Table"
    };
    let pieces = if short(&stream, 2).unwrap_or(0) < WORD_97 {
        old(&stream)
    } else {
        let table = reader.stream(folder, table)?;
        let found = table.as_deref().and_then(|table| pieces(&stream, table));
        // What else is in the table are names of styles, authors and bookmarks.
        reader.blob("Table", table.as_deref().unwrap_or_default());
        found
    };
    let Some(pieces) = pieces else {
        reader.damaged = true;
        reader.blob("WordDocument", &stream);
        return Ok(());
    };
    let draft = draft(&stream, &pieces);
    reader.draft(folder, &draft);
    reader.blob("WordDocument", &rest(stream, &pieces));
    Ok(())
}

/// The text of Word 6 and 95, which is one stretch.
fn old(stream: &[u8]) -> Option<Vec<Piece>> {
    let (start, end) = (long(stream, 0x18)? as usize, long(stream, 0x1C)? as usize);
    let count = end.min(stream.len()).checked_sub(start)?;
    Some(vec![Piece {
        start,
        count,
        wide: false,
    }])
}

/// The table of pieces.
fn pieces(stream: &[u8], table: &[u8]) -> Option<Vec<Piece>> {
    let start = long(stream, 0x01A2)? as usize;
    let length = long(stream, 0x01A6)? as usize;
    let mut rest = table.get(start..)?;
    rest = &rest[..rest.len().min(length)];
    // Changes of the format stand before the table.
    while rest.first() == Some(&1) {
        rest = rest.get(3 + usize::from(short(rest, 1)?)..)?;
    }
    if rest.first() != Some(&2) {
        return None;
    }
    let size = long(rest, 1)? as usize;
    let plc = rest.get(5..)?;
    let plc = &plc[..plc.len().min(size)];
    let count = plc.len().checked_sub(4)? / 12;
    let mut pieces = Vec::new();
    for number in 0..count.min(MOST) {
        let (from, to) = (long(plc, 4 * number)?, long(plc, 4 * number + 4)?);
        let place = long(plc, 4 * (count + 1) + 8 * number + 2)?;
        let narrow = place & 0x4000_0000 != 0;
        let place = (place & 0x3FFF_FFFF) as usize;
        pieces.push(Piece {
            start: if narrow { place / 2 } else { place },
            count: to.saturating_sub(from) as usize,
            wide: !narrow,
        });
    }
    Some(pieces)
}

impl Piece {
    fn end(&self, stream: &[u8]) -> usize {
        let length = self.count.saturating_mul(if self.wide { 2 } else { 1 });
        self.start.saturating_add(length).min(stream.len())
    }

    fn text(&self, stream: &[u8]) -> String {
        let bytes = stream.get(self.start..self.end(stream)).unwrap_or_default();
        if self.wide {
            wide(bytes)
        } else {
            in_page(bytes, 1252)
        }
    }
}

/// The text of all pieces, by the parts of the document.
fn draft(stream: &[u8], pieces: &[Piece]) -> Draft {
    let is_new = short(stream, 2).unwrap_or(0) >= WORD_97;
    let at = if is_new { 0x4C } else { 0x34 };
    let lengths = (0..PARTS.len()).map(|n| long(stream, at + 4 * n).unwrap_or(0) as usize);
    let mut parts = PARTS.into_iter().zip(lengths);
    let mut draft = Draft::default();
    let mut left = 0;
    // Pieces may share their bytes; the stream's length is enough of them.
    let mut most = stream.len().saturating_mul(4);
    for piece in pieces {
        let text = piece.text(stream);
        most = most.saturating_sub(text.len());
        if most == 0 {
            break;
        }
        for c in text.chars() {
            while left == 0 {
                let Some((name, length)) = parts.next() else {
                    left = usize::MAX;
                    break;
                };
                if length > 0 {
                    draft.at(name);
                }
                left = length;
            }
            left -= 1;
            draft.text.extend(shown(c));
        }
    }
    if !draft.text.is_empty() {
        draft.text.push('\n');
    }
    draft
}

/// What a character of the text looks like.
fn shown(c: char) -> Option<char> {
    match c {
        '\r' | '\u{B}' | '\u{C}' | '\u{E}' | '\u{7}' => Some('\n'),
        // Fields: begin, separator, end.
        '\u{13}' | '\u{14}' | '\u{15}' | '\u{A0}' => Some(' '),
        '\u{1E}' => Some('-'),
        '\t' => Some('\t'),
        c if c.is_control() => None,
        c => Some(c),
    }
}

/// The stream without its pieces.
fn rest(mut stream: Vec<u8>, pieces: &[Piece]) -> Vec<u8> {
    for piece in pieces {
        let end = piece.end(&stream);
        if let Some(bytes) = stream.get_mut(piece.start..end) {
            bytes.fill(0);
        }
    }
    stream
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream and its table, with these pieces.
    fn document(parts: &[(&str, bool)]) -> (Vec<u8>, Vec<u8>) {
        let mut stream = vec![0; 0x200];
        stream[..4].copy_from_slice(&[0xEC, 0xA5, 0xC1, 0]);
        let (mut numbers, mut places) = (vec![0_u32], Vec::new());
        for (text, is_wide) in parts {
            let start = stream.len() as u32;
            let place = if *is_wide {
                start
            } else {
                (start * 2) | 0x4000_0000
            };
            if *is_wide {
                stream.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
            } else {
                stream.extend(text.bytes());
            }
            stream.extend(b"gone");
            let last = numbers.last().copied().unwrap_or(0);
            numbers.push(last + text.chars().count() as u32);
            places.extend([0, 0]);
            places.extend(place.to_le_bytes());
            places.extend([0, 0]);
        }
        let total = numbers.last().copied().unwrap_or(0);
        stream[0x4C..0x50].copy_from_slice(&(total - 2).to_le_bytes());
        stream[0x54..0x58].copy_from_slice(&2_u32.to_le_bytes());
        let mut plc: Vec<u8> = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
        plc.extend(places);
        let mut table = vec![1, 2, 0, 9, 9, 2];
        table.extend((plc.len() as u32).to_le_bytes());
        table.extend(plc);
        stream[0x1A6..0x1AA].copy_from_slice(&(table.len() as u32).to_le_bytes());
        (stream, table)
    }

    #[test]
    fn pieces_are_put_together_and_the_rest_is_kept() {
        let (stream, table) = document(&[("one se", true), ("cret\rh\r", false)]);
        let pieces = pieces(&stream, &table).unwrap();
        let draft = draft(&stream, &pieces);
        assert_eq!(draft.text, "one secret\nh\n\n");
        let places: Vec<_> = draft
            .anchors
            .iter()
            .map(|(at, name)| (*at, &**name))
            .collect();
        assert_eq!(places, [(0, "text"), (11, "headers and footers")]);
        let rest = rest(stream, &pieces);
        assert_eq!(rest.windows(4).filter(|w| w == b"gone").count(), 2);
        assert!(!rest.windows(4).any(|w| w == b"cret"));
    }

    #[test]
    fn a_table_that_lies_is_no_table() {
        let (stream, table) = document(&[("text", true)]);
        for cut in 0..table.len() {
            let _ = pieces(&stream, &table[..cut]).map(|found| draft(&stream, &found));
        }
        assert_eq!(pieces(&stream, b""), None);
    }
}
