//! Text in EBCDIC, as mainframes write it (code pages 37, 500 and 1047, which
//! have letters, digits and most signs in common).

use super::view::{Segment, Step, View};
use crate::base::decoding::Encoding;

/// Bytes at the beginning of a window that are looked at.
const SAMPLE: usize = 4 << 10;
/// Shortest text that can be told from something else.
const SHORTEST: usize = 32;

/// What stands for what: the first byte, and the ASCII characters from it on.
const RUNS: &[(u8, &[u8])] = &[
    (0x4A, b"[.<(+|"),
    (0x50, b"&"),
    (0x5A, b"!$*);^-/"),
    (0x6B, b",%_>?"),
    (0x79, b"`:#@'=\""),
    (0x81, b"abcdefghi"),
    (0x91, b"jklmnopqr"),
    (0xA1, b"~stuvwxyz"),
    (0xAD, b"["),
    (0xBA, b"[]"),
    (0xBD, b"]"),
    (0xC0, b"{ABCDEFGHI"),
    (0xD0, b"}JKLMNOPQR"),
    (0xE0, b"\\"),
    (0xE2, b"STUVWXYZ"),
    (0xF0, b"0123456789"),
];

static TABLE: [u8; 256] = table();

const fn table() -> [u8; 256] {
    let mut table = [b'?'; 256];
    table[0x40] = b' ';
    table[0x05] = b'\t';
    table[0x0D] = b'\r';
    // The end of a line, in files and in terminals.
    table[0x15] = b'\n';
    table[0x25] = b'\n';
    let mut run = 0;
    while run < RUNS.len() {
        let (first, text) = RUNS[run];
        let mut at = 0;
        while at < text.len() {
            table[first as usize + at] = text[at];
            at += 1;
        }
        run += 1;
    }
    table
}

/// The view of `bytes` as ASCII; `None` when they do not look like EBCDIC.
pub fn from_ebcdic(bytes: &[u8]) -> Option<View<'static>> {
    if !is_ebcdic(&bytes[..bytes.len().min(SAMPLE)]) {
        return None;
    }
    Some(View {
        bytes: bytes.iter().map(|&b| TABLE[usize::from(b)]).collect(),
        encoding: Encoding::Ebcdic,
        segments: vec![Segment {
            view: 0,
            length: bytes.len(),
            original: 0,
        }],
        step: Step::Fixed(1),
    })
}

/// True for bytes that make sense as EBCDIC, and none as ASCII or UTF-8.
///
/// Records may be filled with blanks up to their length, or have that before
/// them, in two bytes and two zero bytes.
fn is_ebcdic(sample: &[u8]) -> bool {
    let count = |test: &dyn Fn(u8) -> bool| sample.iter().filter(|&&b| test(b)).count();
    let all = sample.len();
    let blanks = count(&|b| b == 0x40);
    if all < SHORTEST || blanks * 50 < all || std::str::from_utf8(sample).is_ok() {
        return false;
    }
    let known = count(&|b| TABLE[usize::from(b)] != b'?' || b == 0x6F);
    let letters = count(&|b| TABLE[usize::from(b)].is_ascii_alphanumeric());
    // Blanks and line feeds of ASCII are control characters and rare signs here.
    let ascii = count(&|b| matches!(b, b' ' | b'\n'));
    let lengths = match count(&|b| b == 0) {
        // Three of the four bytes, where records are short.
        zeros if zeros * 5 <= all => zeros * 4 / 3,
        _ => return false,
    };
    let text = all - blanks;
    (known + lengths) * 100 >= all * 97
        && letters * 2 >= text.saturating_sub(lengths)
        && letters * 20 >= all
        && ascii * 50 <= all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ebcdic(text: &str) -> Vec<u8> {
        let byte = |b: u8| TABLE.iter().position(|&t| t == b).unwrap() as u8;
        text.bytes().map(byte).collect()
    }

    #[test]
    fn text_comes_back_byte_for_byte() {
        let text = "user = admin\nstreet = \"Main & 3rd\" (old)\n";
        let bytes = ebcdic(text);
        let view = from_ebcdic(&bytes).unwrap();
        assert_eq!(view.bytes, text.as_bytes());
        assert_eq!(view.span_to_original(7..12), 7..12);
        assert_eq!(view.from_original(9), 9);
    }

    #[test]
    fn records_of_any_form_are_known() {
        let lines = [
            "//JOB1 JOB (ACCT),CLASS=A",
            "//SYSIN DD *",
            "user = admin",
            "pass = 1",
        ];
        let filled: Vec<u8> = lines
            .iter()
            .flat_map(|l| ebcdic(&format!("{l:80}")))
            .collect();
        let told: Vec<u8> = lines
            .iter()
            .flat_map(|line| [&[0, line.len() as u8 + 4, 0, 0], &ebcdic(line)[..]].concat())
            .collect();
        for bytes in [filled, told] {
            let view = from_ebcdic(&bytes).unwrap();
            assert!(memchr::memmem::find(&view.bytes, b"user = admin").is_some());
        }
    }

    #[test]
    fn other_bytes_are_left_alone() {
        let latin = [b"caf\xe9 cr\xe8me br\xfbl\xe9e et autres desserts".as_slice(); 3].concat();
        let noise: Vec<u8> = (0..=255).cycle().take(600).collect();
        let japanese = encoding_rs::SHIFT_JIS
            .encode("パスワードを入力してください。")
            .0
            .repeat(4);
        for bytes in [
            &latin[..],
            &noise,
            &japanese,
            b"plain text of some length, and then more",
            b"\xc1\xc2",
            &[&[0x40; 900][..], &[0xC1; 40]].concat(),
            &[&[0x40, 0xC1, 0xC2, 0][..]; 100].concat(),
            &b"\xcf\xe0\xf0\xee\xeb\xfc \xe4\xeb\xff \xe2\xf5\xee\xe4\xe0 @@@ ".repeat(9),
        ] {
            assert!(from_ebcdic(bytes).is_none(), "{bytes:?}");
        }
    }
}
