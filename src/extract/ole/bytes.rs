//! Little-endian numbers, strings and code pages of Microsoft's formats.

use encoding_rs::{Encoding, UTF_16LE};

pub(super) fn short(bytes: &[u8], at: usize) -> Option<u16> {
    let field = bytes.get(at..)?.first_chunk::<2>()?;
    Some(u16::from_le_bytes(*field))
}

pub(super) fn long(bytes: &[u8], at: usize) -> Option<u32> {
    let field = bytes.get(at..)?.first_chunk::<4>()?;
    Some(u32::from_le_bytes(*field))
}

/// Text in UTF-16.
pub(super) fn wide(bytes: &[u8]) -> String {
    UTF_16LE.decode_without_bom_handling(bytes).0.into_owned()
}

/// Text in a code page, by its number.
pub(super) fn in_page(bytes: &[u8], page: u16) -> String {
    let label = match page {
        1200 => return wide(bytes),
        65001 => "utf-8",
        932 => "shift_jis",
        936 => "gbk",
        949 => "euc-kr",
        950 => "big5",
        874 => "windows-874",
        866 => "ibm866",
        10000 => "macintosh",
        10007 => "x-mac-cyrillic",
        1250..=1258 => &format!("windows-{page}"),
        _ => "windows-1252",
    };
    let encoding = Encoding::for_label(label.as_bytes()).unwrap_or(encoding_rs::WINDOWS_1252);
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// Runs of printable text in other bytes, of one or two bytes each, a line each.
pub(super) fn strings(bytes: &[u8], out: &mut String) {
    for step in [1, 2] {
        let mut run = String::new();
        let mut at = 0;
        while at <= bytes.len() {
            let byte = bytes.get(at).filter(|b| matches!(b, b' '..=b'~' | b'\t'));
            let zero = step == 1 || bytes.get(at + 1) == Some(&0);
            if let Some(byte) = byte.filter(|_| zero) {
                run.push(char::from(*byte));
                at += step;
                continue;
            }
            if run.len() >= SHORTEST {
                out.push_str(&run);
                out.push('\n');
            }
            run.clear();
            at += 1;
        }
    }
}

/// Characters that a run of text has at least.
const SHORTEST: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_text_are_found_in_both_widths() {
        let mut out = String::new();
        strings(
            b"\x01narrow text\x02w\0i\0d\0e\0 \0x\0\xFFshort\0",
            &mut out,
        );
        assert_eq!(out, "narrow text\nwide x\n");
    }

    #[test]
    fn code_pages_are_known() {
        assert_eq!(in_page(&[0xE9], 1252), "é");
        assert_eq!(in_page(&[0x82, 0xA0], 932), "あ");
        assert_eq!(in_page(b"a\0", 1200), "a");
        assert_eq!(in_page(b"a", 7), "a");
    }
}
