//! Compiled Python: the strings in `.pyc` files, which are written with a tag
//! and a length before them (`Python/marshal.c`).

use super::strings::{Lines, Strings};

/// The reader of compiled Python.
pub(crate) static PYC: Strings = Strings {
    name: "pyc",
    accepts,
    read,
};

fn accepts(head: &[u8]) -> bool {
    // The code of a module alone, as programs carry it that bring their own Python: it
    // takes no arguments, and little room on the stack.
    if let [0xE3, behind @ ..] = head {
        let (none, room) = (behind.get(..12), behind.get(12..16));
        return none.is_some_and(|none| none.iter().all(|&b| b == 0))
            && matches!(room, Some([1..=200, 0, 0, 0]));
    }
    let [low, high, b'\r', b'\n', rest @ ..] = head else {
        return false;
    };
    // The number of the version, and a code object behind 4 to 16 bytes.
    let version = u16::from_le_bytes([*low, *high]);
    let is_code = |at: usize| rest.get(at).is_some_and(|tag| tag & 0x7F == b'c');
    (3000..4000).contains(&version) && [8, 12].into_iter().any(is_code)
        || (62_000..63_000).contains(&version) && is_code(4)
}

/// Everything that looks like a tag, a length and so much text. Whole objects
/// are not read: their layout changes with every version of Python.
#[expect(clippy::unnecessary_wraps, reason = "one of several readers")]
fn read(bytes: &[u8], lines: &mut Lines) -> Option<()> {
    let mut rest = bytes;
    while let Some((tag, behind)) = rest.split_first() {
        let size = match tag & 0x7F {
            b'z' | b'Z' => Some(1),
            b's' | b'u' | b'a' | b'A' | b't' => Some(4),
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
    fn strings_are_told_from_tags() {
        let mut file = b"\xCB\x0D\r\n\0\0\0\0\0\0\0\0\0\0\0\0\xE3\0\0\0\0".to_vec();
        file.extend(b"\xDA\x09some textZ\x05shorts\x07\0\0\0another\xE9");
        let head = Head {
            bytes: &file,
            name: "",
        };
        assert!(PYC.accepts(&head));
        assert_eq!(texts(&PYC, &file).0, "some text\nanother\n");
        for cut in 0..file.len() {
            let _ = texts(&PYC, &file[..cut]);
        }
    }

    #[test]
    fn other_files_are_none() {
        let code = [&[0xE3][..], &[0; 12], &[3, 0, 0, 0]].concat();
        assert!(PYC.accepts(&Head {
            bytes: &code,
            name: ""
        }));
        let noise = [&[0xE3][..], &[0; 11], &[1, 3, 0, 0, 0]].concat();
        for bytes in [
            &b"ab\r\ncdefghijklmnop"[..],
            b"\xCB\x0D\r\n",
            b"",
            &noise,
            &code[..14],
        ] {
            assert!(!PYC.accepts(&Head { bytes, name: "" }));
        }
    }
}
