//! Fields of pictures: directories of TIFF and EXIF, resources of Photoshop
//! with IPTC records.

use std::collections::HashSet;

use encoding_rs::{UTF_16BE, UTF_16LE};

use super::Found;

/// Most directories of a file.
const DIRECTORIES: usize = 256;
/// Bytes of a field in its directory.
const FIELD: usize = 12;
/// Bytes that fields may take beyond twice the length of what they stand in.
const SLACK: usize = 64 << 10;

/// Numbers in one of both byte orders.
#[derive(Clone, Copy)]
struct Order {
    is_big: bool,
}

impl Order {
    fn short(self, bytes: &[u8], at: usize) -> Option<u16> {
        let field = *bytes.get(at..)?.first_chunk::<2>()?;
        Some(if self.is_big {
            u16::from_be_bytes(field)
        } else {
            u16::from_le_bytes(field)
        })
    }

    fn long(self, bytes: &[u8], at: usize) -> Option<u32> {
        let field = *bytes.get(at..)?.first_chunk::<4>()?;
        Some(if self.is_big {
            u32::from_be_bytes(field)
        } else {
            u32::from_le_bytes(field)
        })
    }
}

/// Reads the directories of TIFF. Their fields may all point at the same bytes:
/// once more was read than a file in good order has, the rest is left out.
pub(super) fn tiff(bytes: &[u8], found: &mut Found) {
    let mut left = SLACK + 2 * bytes.len();
    let order = Order {
        is_big: bytes.starts_with(b"MM"),
    };
    let mut open: Vec<usize> = order
        .long(bytes, 4)
        .map(|at| at as usize)
        .into_iter()
        .collect();
    let mut seen = HashSet::new();
    while let Some(at) = open.pop() {
        if at == 0 || seen.len() >= DIRECTORIES || !seen.insert(at) {
            continue;
        }
        let count = usize::from(order.short(bytes, at).unwrap_or(0));
        for index in 0..count {
            let entry = at + 2 + FIELD * index;
            let Some(spent) = field(bytes, entry, order, &mut open, found) else {
                break;
            };
            let Some(rest) = left.checked_sub(spent) else {
                found.is_cut = true;
                return;
            };
            left = rest;
        }
        let next = order.long(bytes, at + 2 + FIELD * count);
        open.extend(next.map(|next| next as usize));
    }
}

/// Reads a field, and tells how many bytes it takes; nothing when it lies outside.
fn field(
    bytes: &[u8],
    at: usize,
    order: Order,
    open: &mut Vec<usize>,
    found: &mut Found,
) -> Option<usize> {
    let tag = order.short(bytes, at)?;
    let kind = order.short(bytes, at + 2)?;
    let count = order.long(bytes, at + 4)? as usize;
    let width = match kind {
        1 | 2 | 6 | 7 => 1,
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 => 8,
        _ => return Some(FIELD),
    };
    let length = count.checked_mul(width)?;
    let place = match length {
        0..=4 => at + 8,
        _ => order.long(bytes, at + 8)? as usize,
    };
    let Some(value) = place
        .checked_add(length)
        .and_then(|end| bytes.get(place..end))
    else {
        return Some(FIELD);
    };
    match (tag, kind) {
        // Directories inside: EXIF, GPS, interoperability, and others.
        (0x8769 | 0x8825 | 0xA005 | 0x014A, 4 | 13) => {
            let inner = (0..count.min(16)).filter_map(|n| order.long(value, 4 * n));
            open.extend(inner.map(|at| at as usize));
        }
        (0x02BC, _) => found.xmp.extend_from_slice(value),
        (0x83BB, _) => iptc(value, found),
        (0x8649, _) => photoshop(value, found),
        (0x9286 | 0x001B | 0x001C, 7) => found.line(name(tag), &comment(value, order)),
        (0x9C9B..=0x9C9F, _) => {
            let text = UTF_16LE.decode_without_bom_handling(value).0;
            found.line(name(tag), &text);
        }
        (_, 2) => {
            let text = String::from_utf8_lossy(value);
            for text in text.split('\0') {
                found.line(name(tag), text);
            }
        }
        _ => {}
    }
    Some(FIELD + length)
}

/// A comment that says in its first eight bytes how it is written.
fn comment(value: &[u8], order: Order) -> String {
    let (kind, text) = value.split_at(value.len().min(8));
    if !kind.starts_with(b"UNICODE\0") {
        return String::from_utf8_lossy(text).into_owned();
    }
    let encoding = match text {
        [0xFE, 0xFF, ..] | [0, _, ..] => UTF_16BE,
        [0xFF, 0xFE, ..] | [_, 0, ..] => UTF_16LE,
        _ if order.is_big => UTF_16BE,
        _ => UTF_16LE,
    };
    encoding.decode_with_bom_removal(text).0.into_owned()
}

fn name(tag: u16) -> &'static str {
    match tag {
        0x010D => "DocumentName",
        0x010E => "ImageDescription",
        0x010F => "Make",
        0x0110 => "Model",
        0x0131 => "Software",
        0x013B => "Artist",
        0x013C => "HostComputer",
        0x8298 => "Copyright",
        0x9286 => "UserComment",
        0x9C9B => "XPTitle",
        0x9C9C => "XPComment",
        0x9C9D => "XPAuthor",
        0x9C9E => "XPKeywords",
        0x9C9F => "XPSubject",
        _ => "Field",
    }
}

/// Resources of Photoshop: a mark, a number, a name and some data each.
pub(super) fn photoshop(bytes: &[u8], found: &mut Found) {
    let mut rest = bytes;
    while let Some(start) = memchr::memmem::find(rest, b"8BIM") {
        let resource = &rest[start + 4..];
        let order = Order { is_big: true };
        let Some(id) = order.short(resource, 0) else {
            return;
        };
        let length = resource.get(2).map_or(0, |length| usize::from(*length));
        let at = 2 + (length + 1).next_multiple_of(2);
        let size = order.long(resource, at).unwrap_or(0) as usize;
        let data = resource.get(at + 4..).unwrap_or_default();
        let data = &data[..size.min(data.len())];
        match id {
            0x0404 => iptc(data, found),
            0x0424 => found.xmp.extend_from_slice(data),
            _ => {}
        }
        rest = &resource[(at + 4 + data.len()).min(resource.len())..];
    }
}

/// Records of IPTC: a mark, two numbers, a length and a text each.
fn iptc(bytes: &[u8], found: &mut Found) {
    let mut rest = bytes;
    while let [0x1C, record, number, high, low, behind @ ..] = rest {
        let length = u16::from_be_bytes([*high, *low]);
        // Longer texts than anybody writes have a length of their length.
        if length & 0x8000 != 0 {
            return;
        }
        let (text, next) = behind.split_at(usize::from(length).min(behind.len()));
        let name = format!("IPTC {record}:{number}");
        found.line(&name, &String::from_utf8_lossy(text));
        rest = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_share_their_bytes_end_at_a_limit() {
        // A directory of many fields, all of which have the whole file for a text.
        let fields = 3000_u16;
        let mut file = b"MM\0*\0\0\0\x08".to_vec();
        file.extend(fields.to_be_bytes());
        let whole = u32::from(fields) * 12 + 10;
        for _ in 0..fields {
            file.extend([0x01, 0x0E, 0, 2]);
            file.extend(whole.to_be_bytes());
            file.extend(0_u32.to_be_bytes());
        }
        let mut found = Found::default();
        tiff(&file, &mut found);
        assert!(found.is_cut);
        // Each text among zero bytes comes with the name of its field.
        assert!(found.lines.len() < 32 * (file.len() + SLACK));
        let mut good = Found::default();
        tiff(&with(0x010E, 2, b"a description of it"), &mut good);
        assert!(!good.is_cut && !good.lines.is_empty());
    }

    /// A TIFF file with one field.
    fn with(tag: u16, kind: u16, value: &[u8]) -> Vec<u8> {
        let mut file = b"MM\0*\0\0\0\x08\0\x01".to_vec();
        file.extend(tag.to_be_bytes());
        file.extend(kind.to_be_bytes());
        file.extend((value.len() as u32).to_be_bytes());
        file.extend(26_u32.to_be_bytes());
        file.extend([0; 4]);
        file.extend(value);
        file
    }

    fn read(bytes: &[u8]) -> String {
        let mut found = Found::default();
        tiff(bytes, &mut found);
        found.lines + &String::from_utf8_lossy(&found.xmp)
    }

    #[test]
    fn fields_are_read() {
        for (tag, kind, value, text) in [
            (0x013B, 2, &b"an artist\0"[..], "Artist: an artist\n"),
            (0x9286, 7, b"UNICODE\0\0a\0b", "UserComment: ab\n"),
            (0x9286, 7, b"ASCII\0\0\0plain", "UserComment: plain\n"),
            (0x9C9C, 1, b"a\0b\0c\0", "XPComment: abc\n"),
            (0x02BC, 1, b"<xmp/>", "<xmp/>"),
            (0x0100, 4, b"12345", ""),
        ] {
            let file = with(tag, kind, value);
            assert_eq!(read(&file), text);
            for cut in 0..file.len() {
                read(&file[..cut]);
            }
        }
    }

    #[test]
    fn directories_in_a_circle_end() {
        let mut file = with(0x8769, 4, b"");
        file[14..22].copy_from_slice(&[0, 0, 0, 1, 0, 0, 0, 8]);
        assert_eq!(read(&file), "");
    }
}
