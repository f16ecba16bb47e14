//! Containers that stand in a text as base64: an archive in a manifest, a
//! document in a JSON message. What other encodings hold, and text in base64, is
//! taken off while the text is searched (see [`super::decode`]); a container has
//! to be opened, which costs and is bounded like any other member.

use std::io::Cursor;

use super::budget::Budget;
use super::part::{Blob, Extractor, Head, Needs, Part, YieldPart};
use crate::base::content::SkipReason;

/// The reader of such texts.
#[derive(Debug)]
pub(crate) struct Encoded;

const NAME: &str = "base64";

/// Beginnings of containers, as bytes.
const MAGICS: &[&[u8]] = &[
    b"PK\x03\x04",
    b"7z\xbc\xaf\x27\x1c",
    b"\xfd7zXZ\0",
    b"BZh",
    b"\x28\xb5\x2f\xfd",
    b"Rar!\x1a\x07",
    b"%PDF-",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"SQLite forma",
    b"MSCF\0\0\0\0",
    b"\xfe\xed\xfe\xed\0\0\0",
];

/// Their first three bytes as digits, in either alphabet.
const STARTS: &[&[u8; 4]] = &[
    b"UEsD", b"N3q8", b"/Td6", b"_Td6", b"Qlpo", b"KLUv", b"UmFy", b"JVBE", b"0M8R", b"U1FM",
    b"TVND", b"/u3+", b"_u3-",
];

/// Digits that a container has at least.
const SHORTEST: usize = 64;
/// Digits of its beginning that are looked at.
const FIRST: usize = 16;

/// True when a run of digits that begins like `digits` stands for a container.
pub fn begins_container(digits: &[u8]) -> bool {
    let Some(start) = digits.first_chunk::<4>() else {
        return false;
    };
    if !STARTS.contains(&start) || digits.len() < FIRST {
        return false;
    }
    let head = decode(&digits[..FIRST]);
    let has_level = head.get(3).is_some_and(|b| matches!(b, b'1'..=b'9'));
    let is_meant = |magic: &&&[u8]| head.starts_with(magic) && (**magic != b"BZh" || has_level);
    MAGICS.iter().any(|magic| is_meant(&magic))
}

impl Extractor for Encoded {
    fn name(&self) -> &'static str {
        NAME
    }

    /// Nothing tells at the beginning: the search for encodings finds them.
    fn accepts(&self, _: &Head<'_>) -> bool {
        false
    }

    fn needs(&self) -> Needs {
        Needs::Seek
    }

    fn extract(
        &self,
        blob: &mut Blob<'_>,
        budget: &Budget<'_>,
        yield_part: &mut YieldPart<'_>,
    ) -> Result<(), SkipReason> {
        let bytes = blob.whole(budget, NAME)?;
        let _held = budget.reserve(2 * bytes.len() as u64)?;
        let mut line = (0, 1);
        let mut at = 0;
        while let Some(start) = next(&bytes, at) {
            let (digits, end) = run(&bytes, start);
            at = end;
            if digits.len() < SHORTEST {
                continue;
            }
            let feeds = memchr::memchr_iter(b'\n', &bytes[line.0..start]).count();
            line = (start, line.1 + feeds);
            let inner = decode(&digits);
            budget.produce(inner.len() as u64)?;
            let name = format!("[base64 in line {}]", line.1);
            let part = Part::Blob {
                name: &name,
                size: Some(inner.len() as u64),
                content: &mut Cursor::new(inner),
            };
            if yield_part(part).is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// Where the next container begins, from `at` on.
fn next(bytes: &[u8], at: usize) -> Option<usize> {
    let mut start = at;
    while let Some(digit) = bytes[start..].iter().position(|&b| is_digit(b)) {
        start += digit;
        if begins_container(&bytes[start..]) {
            return Some(start);
        }
        let run = bytes[start..].iter().position(|&b| !is_digit(b));
        start += run?;
    }
    None
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// The digits of the run that begins at `start`, without what its lines are
/// broken with, and where it ends.
fn run(bytes: &[u8], start: usize) -> (Vec<u8>, usize) {
    let mut digits = Vec::new();
    let mut at = start;
    loop {
        let rest = &bytes[at..];
        let length = rest.iter().position(|&b| !is_digit(b));
        let length = length.unwrap_or(rest.len());
        digits.extend_from_slice(&rest[..length]);
        at += length;
        let Some(gap) = gap(&bytes[at..]).filter(|_| length > 0) else {
            return (digits, at);
        };
        at += gap;
    }
}

/// The length of what breaks a line of digits that goes on: the end of the line
/// as it is or as a string has it, blanks, and the quotes and signs that join
/// literals.
fn gap(rest: &[u8]) -> Option<usize> {
    let mut at = 0;
    let mut is_broken = false;
    loop {
        let rest = &rest[at..];
        let length = match rest {
            [b'\n', ..] => {
                is_broken = true;
                1
            }
            [b'\\', b'n' | b'r', ..] => {
                is_broken = true;
                2
            }
            [
                b'\r' | b' ' | b'\t' | b'"' | b'\'' | b'+' | b'>' | b'#' | b'*',
                ..,
            ] => 1,
            [byte, ..] if is_digit(*byte) && is_broken => return Some(at),
            _ => return None,
        };
        at += length;
        if at > 96 {
            return None;
        }
    }
}

/// The bytes that digits of either alphabet stand for.
fn decode(digits: &[u8]) -> Vec<u8> {
    let value = |byte: u8| -> u32 {
        match byte {
            b'A'..=b'Z' => u32::from(byte - b'A'),
            b'a'..=b'z' => u32::from(byte - b'a') + 26,
            b'0'..=b'9' => u32::from(byte - b'0') + 52,
            b'+' | b'-' => 62,
            _ => 63,
        }
    };
    let mut out = Vec::with_capacity(digits.len() / 4 * 3 + 3);
    for group in digits.chunks(4) {
        let bits = group.iter().fold(0, |bits, &b| bits << 6 | value(b));
        let bits = bits << (6 * (4 - group.len()));
        let [_, bytes @ ..] = bits.to_be_bytes();
        out.extend_from_slice(&bytes[..group.len() * 3 / 4]);
    }
    out
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::*;
    use crate::base::control::Control;
    use crate::base::limits::Limits;
    use crate::extract::part::Content;

    fn parts(text: &str) -> Vec<(String, Vec<u8>)> {
        let control = Control::default();
        let limits = Limits::default().unpack;
        let budget = Budget::new(&limits, &control, &[], text.len() as u64);
        let mut bytes = Cursor::new(text.as_bytes());
        let mut blob = Blob {
            name: "a.txt",
            content: Content::Seek(&mut bytes, text.len() as u64),
        };
        let mut found = Vec::new();
        let read = Encoded.extract(&mut blob, &budget, &mut |part| {
            if let Part::Blob { name, content, .. } = part {
                let mut bytes = Vec::new();
                content.read_to_end(&mut bytes).unwrap();
                found.push((name.to_owned(), bytes));
            }
            ControlFlow::Continue(())
        });
        assert_eq!(read, Ok(()));
        found
    }

    fn archive() -> Vec<u8> {
        let mut bytes = b"PK\x03\x04".to_vec();
        bytes.extend((0..200_u8).map(|n| n.wrapping_mul(37)));
        bytes
    }

    #[test]
    fn a_container_is_found_however_its_digits_are_wrapped() {
        let whole = STANDARD.encode(archive());
        let lines: Vec<&str> = (0..whole.len())
            .step_by(60)
            .map(|at| &whole[at..whole.len().min(at + 60)])
            .collect();
        for text in [
            format!("x: {whole}\n"),
            format!("x: |\n  {}\ny: 1\n", lines.join("\n  ")),
            format!("{{\"x\": \"{}\"}}", lines.join("\\n")),
            format!("x = \"{}\";", lines.join("\" +\n    \"")),
            format!("data:application/zip;base64,{whole}"),
            format!("x: {} y", URL_SAFE_NO_PAD.encode(archive())),
        ] {
            let found = parts(&text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].1, archive(), "{text}");
        }
        let below = format!("a\nb\nc {whole}\n");
        assert_eq!(parts(&below)[0].0, "[base64 in line 3]");
    }

    #[test]
    fn other_runs_are_no_containers() {
        let text =
            STANDARD.encode("a text of some length, which is no container at all ".repeat(9));
        let picture = STANDARD.encode([b"\x89PNG\r\n\x1a\n", &[7_u8; 200][..]].concat());
        for text in [
            text,
            picture,
            "UEsD".into(),
            "UEsDBBQA".into(),
            "xUEsDBBQAAAAIAAAA".into(),
        ] {
            assert!(!begins_container(text.as_bytes()), "{text}");
            assert_eq!(parts(&text), []);
        }
    }
}
