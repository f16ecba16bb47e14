//! Compiled Python: the strings in `.pyc` files, which are written with a tag
//! and a length before them (`Python/marshal.c`).

use super::{SHORTEST, hand_out};
use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::part::{Blob, Extractor, Head, Needs, YieldPart};

/// The reader of compiled Python.
#[derive(Debug)]
pub(crate) struct Pyc;

const NAME: &str = "pyc";

impl Extractor for Pyc {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        let [low, high, b'\r', b'\n', rest @ ..] = head.bytes else {
            return false;
        };
        // The number of the version, and a code object behind 4 to 16 bytes.
        let version = u16::from_le_bytes([*low, *high]);
        let is_code = |at: usize| rest.get(at).is_some_and(|tag| tag & 0x7F == b'c');
        (3000..4000).contains(&version) && [8, 12].into_iter().any(is_code)
            || (62_000..63_000).contains(&version) && is_code(4)
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
        let bytes = blob.whole(budget, NAME)?;
        hand_out(&strings(&bytes), yield_part);
        Ok(())
    }
}

/// Everything that looks like a tag, a length and so much text. Whole objects
/// are not read: their layout changes with every version of Python.
fn strings(bytes: &[u8]) -> String {
    let mut lines = String::new();
    let mut at = 0;
    while let Some(tag) = bytes.get(at) {
        let rest = &bytes[at + 1..];
        let sized = match tag & 0x7F {
            b'z' | b'Z' => rest.first().map(|length| (usize::from(*length), 1)),
            b's' | b'u' | b'a' | b'A' | b't' => rest
                .first_chunk()
                .map(|length| (u32::from_le_bytes(*length) as usize, 4)),
            _ => None,
        };
        let text = sized
            .filter(|(length, _)| *length >= SHORTEST)
            .and_then(|(length, skip)| rest.get(skip..)?.get(..length))
            .and_then(|text| std::str::from_utf8(text).ok())
            .filter(|text| !text.chars().any(|c| c.is_control() && !c.is_whitespace()));
        if let Some(text) = text {
            lines.push_str(text);
            lines.push('\n');
        }
        at += 1;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::tests::texts;
    use super::*;

    #[test]
    fn strings_are_told_from_tags() {
        let mut file = b"\xCB\x0D\r\n\0\0\0\0\0\0\0\0\0\0\0\0\xE3\0\0\0\0".to_vec();
        file.extend(b"\xDA\x09some textZ\x05shorts\x07\0\0\0another\xE9");
        let head = Head {
            bytes: &file,
            name: "",
        };
        assert!(Pyc.accepts(&head));
        assert_eq!(texts(&Pyc, &file).0, "some text\nanother\n");
        for cut in 0..file.len() {
            let _ = texts(&Pyc, &file[..cut]);
        }
    }

    #[test]
    fn other_files_are_none() {
        for bytes in [&b"ab\r\ncdefghijklmnop"[..], b"\xCB\x0D\r\n", b""] {
            assert!(!Pyc.accepts(&Head { bytes, name: "" }));
        }
    }
}
