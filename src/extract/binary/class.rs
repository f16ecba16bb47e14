//! Class files of Java: the strings of the constant pool, which are written
//! with a length before them, in modified UTF-8 (JVM specification §4.4.7).

use super::strings::{Lines, Strings};

/// The reader of class files.
pub(crate) static CLASS: Strings = Strings {
    name: "class",
    accepts,
    read: pool,
};

const MAGIC: &[u8] = b"\xCA\xFE\xBA\xBE";

fn accepts(head: &[u8]) -> bool {
    // A program for several processors has the same mark, and few of them.
    let major = head.get(6..8).map(|v| u16::from_be_bytes([v[0], v[1]]));
    head.starts_with(MAGIC) && major.is_some_and(|major| (40..200).contains(&major))
}

/// Adds the strings of the pool to `lines`; nothing when it is damaged.
fn pool(bytes: &[u8], lines: &mut Lines) -> Option<()> {
    let count = u16::from_be_bytes(*bytes.get(8..)?.first_chunk()?);
    let mut rest = bytes.get(10..)?;
    let mut index = 1;
    while index < count {
        let (tag, behind) = rest.split_first()?;
        let length = match tag {
            1 => {
                let length = usize::from(u16::from_be_bytes(*behind.first_chunk()?));
                lines.push(&modified(behind.get(2..2 + length)?));
                length + 2
            }
            7 | 8 | 16 | 19 | 20 => 2,
            15 => 3,
            3 | 4 | 9..=12 | 17 | 18 => 4,
            5 | 6 => {
                // Takes the room of two.
                index += 1;
                8
            }
            _ => return None,
        };
        rest = behind.get(length..)?;
        index = index.saturating_add(1);
    }
    Some(())
}

/// Modified UTF-8: zero in two bytes, and surrogates on their own.
fn modified(bytes: &[u8]) -> String {
    let plain = std::str::from_utf8(bytes).ok();
    if let Some(plain) = plain.filter(|_| !bytes.contains(&0xC0)) {
        return plain.to_owned();
    }
    let mut units = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, behind @ ..] = rest {
        let low = |at: usize| behind.get(at).map_or(0, |byte| u16::from(byte & 0x3F));
        let (unit, length) = match first {
            0xC0..=0xDF => (u16::from(first & 0x1F) << 6 | low(0), 2),
            0xE0..=0xEF => (u16::from(first & 0x0F) << 12 | low(0) << 6 | low(1), 3),
            _ => (u16::from(*first), 1),
        };
        units.push(unit);
        rest = rest.get(length..).unwrap_or_default();
    }
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests {
    use super::super::tests::texts;
    use super::*;
    use crate::base::content::SkipReason;
    use crate::extract::part::{Extractor, Head};

    fn class(constants: &[&[u8]]) -> Vec<u8> {
        let mut file = b"\xCA\xFE\xBA\xBE\0\0\0\x34".to_vec();
        file.extend((constants.len() as u16 + 1).to_be_bytes());
        file.extend(constants.concat());
        file
    }

    #[test]
    fn strings_are_told_from_their_lengths() {
        let file = class(&[b"\x01\0\x09some text", b"\x08\0\x01", b"\x01\0\x03abc"]);
        assert_eq!(texts(&CLASS, &file), ("some text\n".to_owned(), Ok(())));
        for cut in 10..file.len() {
            let (_, ended) = texts(&CLASS, &file[..cut]);
            assert_eq!(ended, Err(SkipReason::Damaged("class")));
        }
    }

    #[test]
    fn modified_characters_are_read() {
        assert_eq!(modified(b"a\xC0\x80b"), "a\0b");
        assert_eq!(modified(b"\xED\xA0\xBD\xED\xB8\x80"), "😀");
    }

    #[test]
    fn programs_for_several_processors_are_none() {
        let head = |bytes| CLASS.accepts(&Head { bytes, name: "" });
        assert!(head(b"\xCA\xFE\xBA\xBE\0\0\0\x34\0\x01"));
        assert!(!head(b"\xCA\xFE\xBA\xBE\0\0\0\x02\0\0\0\0"));
    }
}
