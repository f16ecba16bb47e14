//! Pickles of Python: strings that are written with an operation and a length
//! before them, and often a letter right behind (`pickletools`).

use super::strings::{Lines, Strings};

/// The reader of pickles in binary form.
pub(crate) static PICKLE: Strings = Strings {
    name: "pickle",
    // The version, then an operation that begins an object.
    accepts: |head| {
        matches!(
            head,
            [
                0x80,
                2 | 3,
                b'}' | b']' | b'(' | b'c' | b'X' | b'U' | b')' | b'C' | 0x8a,
                ..
            ] | [0x80, 4 | 5, 0x95, _, ..]
        )
    },
    read,
};

/// Everything that looks like an operation, a length and so much text.
#[expect(clippy::unnecessary_wraps, reason = "one of several readers")]
fn read(bytes: &[u8], lines: &mut Lines) -> Option<()> {
    let mut rest = bytes;
    while let Some((operation, behind)) = rest.split_first() {
        let size = match operation {
            b'U' | b'C' | 0x8c => Some(1),
            b'X' | b'T' | b'B' => Some(4),
            0x8d | 0x8e => Some(8),
            _ => None,
        };
        let length = size.and_then(|size| lines.sized(behind, size));
        rest = &behind[length.unwrap_or(0)..];
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::texts;
    use super::*;
    use crate::extract::part::{Extractor, Head};

    #[test]
    fn strings_end_where_their_length_says() {
        let file = b"\x80\x02}q\x00X\x06\0\0\0secretq\x01X\x09\0\0\0some textq\x02s.";
        let head = Head {
            bytes: file,
            name: "",
        };
        assert!(PICKLE.accepts(&head));
        assert_eq!(texts(&PICKLE, file).0, "secret\nsome text\n");
        let framed = b"\x80\x04\x95\x10\0\0\0\0\0\0\0\x8c\x09some text\x94.";
        assert_eq!(texts(&PICKLE, framed).0, "some text\n");
        for cut in 0..file.len() {
            let _ = texts(&PICKLE, &file[..cut]);
        }
    }

    #[test]
    fn other_files_are_none() {
        for bytes in [&b"\x80\x02\x03\x01sealed"[..], b"\x80\x04", b"text", b""] {
            assert!(!PICKLE.accepts(&Head { bytes, name: "" }));
        }
    }
}
