//! Pickles of Python: strings that are written with an operation and a length
//! before them, and often a letter right behind (`pickletools`).

use super::{SHORTEST, hand_out};
use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::part::{Blob, Extractor, Head, Needs, YieldPart};

/// The reader of pickles in binary form.
#[derive(Debug)]
pub(crate) struct Pickle;

const NAME: &str = "pickle";

impl Extractor for Pickle {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        // The version, then an operation that begins an object.
        matches!(
            head.bytes,
            [
                0x80,
                2 | 3,
                b'}' | b']' | b'(' | b'c' | b'X' | b'U' | b')' | b'C' | 0x8a,
                ..
            ] | [0x80, 4 | 5, 0x95, _, ..]
        )
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
        let _held = budget.reserve(bytes.len() as u64)?;
        hand_out(&strings(&bytes), yield_part);
        Ok(())
    }
}

/// Everything that looks like an operation, a length and so much text.
fn strings(bytes: &[u8]) -> String {
    let mut lines = String::new();
    let mut at = 0;
    while let Some(&operation) = bytes.get(at) {
        at += 1;
        let rest = &bytes[at..];
        let sized = match operation {
            b'U' | b'C' | 0x8c => rest.first().map(|length| (usize::from(*length), 1)),
            b'X' | b'T' | b'B' => rest
                .first_chunk()
                .map(|length| (u32::from_le_bytes(*length) as usize, 4)),
            0x8d | 0x8e => rest
                .first_chunk()
                .map(|length| (u64::from_le_bytes(*length) as usize, 8)),
            _ => None,
        };
        let text = sized
            .filter(|(length, _)| *length >= SHORTEST)
            .and_then(|(length, skip)| rest.get(skip..)?.get(..length))
            .and_then(|text| std::str::from_utf8(text).ok())
            .filter(|text| !text.chars().any(|c| c.is_control() && !c.is_whitespace()));
        if let (Some(text), Some((length, skip))) = (text, sized) {
            lines.push_str(text);
            lines.push('\n');
            at += skip + length;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::tests::texts;
    use super::*;

    #[test]
    fn strings_end_where_their_length_says() {
        let file = b"\x80\x02}q\x00X\x06\0\0\0secretq\x01X\x09\0\0\0some textq\x02s.";
        let head = Head {
            bytes: file,
            name: "",
        };
        assert!(Pickle.accepts(&head));
        assert_eq!(texts(&Pickle, file).0, "secret\nsome text\n");
        let framed = b"\x80\x04\x95\x10\0\0\0\0\0\0\0\x8c\x09some text\x94.";
        assert_eq!(texts(&Pickle, framed).0, "some text\n");
        for cut in 0..file.len() {
            let _ = texts(&Pickle, &file[..cut]);
        }
    }

    #[test]
    fn other_files_are_none() {
        for bytes in [&b"\x80\x02\x03\x01sealed"[..], b"\x80\x04", b"text", b""] {
            assert!(!Pickle.accepts(&Head { bytes, name: "" }));
        }
    }
}
