//! Containers that stand in a text as base64 or hexadecimal digits: an archive
//! in a manifest, a document in a JSON message. What other encodings hold, and
//! text in base64, is taken off while the text is searched (see
//! [`super::decode`]); a container has to be opened, which costs and is bounded
//! like any other member.

use std::borrow::Cow;
use std::io::Cursor;

use super::budget::Budget;
use super::part::{Blob, Extractor, Head, Needs, Part, YieldPart};
use super::wide::{Stride, narrow};
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
    b"\x04\x22\x4d\x18",
    b"Rar!\x1a\x07",
    b"%PDF-",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"SQLite forma",
    b"MSCF\0\0\0\0",
    b"\xfe\xed\xfe\xed\0\0\0",
    b"bplist00",
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"GIF89a",
];

/// Their first three bytes as digits, in either alphabet.
const STARTS: &[&[u8; 4]] = &[
    b"UEsD", b"N3q8", b"/Td6", b"_Td6", b"Qlpo", b"KLUv", b"BCJN", b"UmFy", b"JVBE", b"0M8R",
    b"U1FM", b"TVND", b"/u3+", b"_u3-", b"YnBs", b"iVBO", b"/9j/", b"_9j_", b"R0lG",
];
/// The same of an archive behind its length, as in a workbook's queries
/// (MS-QDEFF 2.2).
const BEHIND_LENGTH: &[u8; 5] = b"AAAAA";

/// Digits that a container has at least.
const SHORTEST: usize = 64;
/// Digits of its beginning that are looked at.
const FIRST: usize = 16;
/// Digits that tell the mark of a tar archive, which stands far behind its beginning.
const TAR: usize = 352;
/// Where it stands.
const USTAR: usize = 257;

/// How digits stand for bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Digits {
    Base64,
    Hex,
}

/// True when a run of digits that begins like `digits` stands for a container.
pub fn begins_container(digits: &[u8]) -> bool {
    begins(digits).is_some()
}

/// True when a container stands somewhere in `text`.
#[cfg(feature = "documents")]
pub(super) fn is_in(text: &[u8]) -> bool {
    next(text, 0).is_some()
}

fn begins(digits: &[u8]) -> Option<Digits> {
    let first = digits.first_chunk::<FIRST>()?;
    let start = first.first_chunk::<4>()?;
    if STARTS.contains(&start) && is_magic(&decode(first)) {
        return Some(Digits::Base64);
    }
    if first.starts_with(BEHIND_LENGTH) && decode(first).ends_with(b"PK\x03\x04") {
        return Some(Digits::Base64);
    }
    if matches!(
        start,
        b"504b" | b"504B" | b"377a" | b"377A" | b"fd37" | b"FD37" | b"d0cf" | b"D0CF" | b"2550"
    ) && unhex(first).is_some_and(|head| is_magic(&head))
    {
        return Some(Digits::Hex);
    }
    // Twice encoded: digits that stand for digits.
    let is_twice = matches!(start, b"VUVz" | b"TjNx" | b"SlZC" | b"ME04" | b"VTFG")
        && digits.len() >= 24
        && begins(&decode(&digits[..24])).is_some();
    (is_twice || begins_tar(digits)).then_some(Digits::Base64)
}

fn is_magic(head: &[u8]) -> bool {
    let has_level = head.get(3).is_some_and(|b| matches!(b, b'1'..=b'9'));
    let is_meant = |magic: &&&[u8]| head.starts_with(magic) && (**magic != b"BZh" || has_level);
    MAGICS.iter().any(|magic| is_meant(&magic))
}

/// True for a picture without its end. Examples in texts are often cut; of a
/// picture, nothing is missed then.
fn is_cut_picture(bytes: &[u8]) -> bool {
    let has = |end: &[u8]| memchr::memmem::rfind(bytes, end).is_some();
    match bytes {
        [0x89, b'P', ..] => !has(b"IEND"),
        [0xff, 0xd8, ..] => !has(b"\xff\xd9"),
        [b'G', b'I', b'F', ..] => !bytes.ends_with(b";"),
        _ => false,
    }
}

/// True for the header of a tar archive: a short name, then zeros, and its mark.
/// With a longer name it begins like a text, and is read as one.
fn begins_tar(digits: &[u8]) -> bool {
    // Zeros at the end of what is looked at: the name is short.
    let Some(head) = digits.get(..FIRST).filter(|head| head.ends_with(b"AAA")) else {
        return false;
    };
    let name = decode(head);
    if !name[0].is_ascii_graphic() {
        return false;
    }
    let near = &digits[..digits.len().min(2 * TAR)];
    let (digits, _) = run(near, 0, Digits::Base64);
    let header = decode(&digits[..digits.len().min(TAR)]);
    header.get(USTAR..USTAR + 5) == Some(b"ustar")
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
        let bytes = plain(&bytes);
        let mut line = (0, 1);
        let mut at = 0;
        while let Some((start, sort)) = next(&bytes, at) {
            let (digits, end) = run(&bytes, start, sort);
            at = end;
            if digits.len() < SHORTEST {
                continue;
            }
            let feeds = memchr::memchr_iter(b'\n', &bytes[line.0..start]).count();
            line = (start, line.1 + feeds);
            let inner = match sort {
                Digits::Base64 => decode(&digits),
                Digits::Hex => unhex(&digits).unwrap_or_default(),
            };
            if is_cut_picture(&inner) {
                continue;
            }
            budget.produce(inner.len() as u64)?;
            let kind = match sort {
                Digits::Base64 => NAME,
                Digits::Hex => "hex",
            };
            let name = format!("[{kind} in line {}]", line.1);
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

/// The text itself, or what is plain of one in characters of two bytes.
fn plain(bytes: &[u8]) -> Cow<'_, [u8]> {
    let is_wide = memchr::memchr(0, bytes).is_some();
    let view = narrow(bytes, Stride::Two).filter(|_| is_wide);
    view.map_or(Cow::Borrowed(bytes), |view| Cow::Owned(view.bytes))
}

/// Where the next container begins, from `at` on, and how it is written.
fn next(bytes: &[u8], at: usize) -> Option<(usize, Digits)> {
    let mut start = at;
    while let Some(digit) = bytes[start..].iter().position(|&b| is_digit(b)) {
        start += digit;
        let own = start + radix(&bytes[start..]);
        if let Some(sort) = begins(&bytes[own..]) {
            return Some((own, sort));
        }
        let run = bytes[start..].iter().position(|&b| !is_digit(b));
        start += run?;
    }
    None
}

/// Length of what says that hexadecimal digits follow: `0x`, and the rest of `\x`.
fn radix(rest: &[u8]) -> usize {
    match rest {
        [b'0', b'x' | b'X', ..] => 2,
        [b'x', digits @ ..]
            if digits
                .first_chunk::<4>()
                .is_some_and(|d| d.iter().all(u8::is_ascii_hexdigit)) =>
        {
            1
        }
        _ => 0,
    }
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// The digits of the run that begins at `start`, without what its lines are
/// broken with, and where it ends.
fn run(bytes: &[u8], start: usize, sort: Digits) -> (Vec<u8>, usize) {
    let is_own = |b: u8| match sort {
        Digits::Base64 => is_digit(b) || b == b'%',
        Digits::Hex => b.is_ascii_hexdigit(),
    };
    let mut digits = Vec::new();
    let mut at = start;
    let mut first = 0;
    loop {
        let rest = &bytes[at..];
        let length = rest.iter().position(|&b| !is_own(b));
        let length = length.unwrap_or(rest.len());
        take(&rest[..length], &mut digits);
        at += length;
        // Of a list, the lines of one value are of one length.
        let is_even = first == 0 || length == first;
        first = length;
        let rest = &bytes[at..];
        let Some(gap) = gap(rest, is_even).filter(|_| length > 0) else {
            return (digits, at);
        };
        let is_list = rest[..gap].contains(&b',');
        if is_list && begins(&rest[gap..]).is_some() {
            return (digits, at);
        }
        at += gap;
    }
}

/// Adds digits, some of which may be written with percent signs.
fn take(mut line: &[u8], digits: &mut Vec<u8>) {
    while let Some(sign) = memchr::memchr(b'%', line) {
        digits.extend_from_slice(&line[..sign]);
        let (digit, rest) = match &line[sign + 1..] {
            [b'2', b'B' | b'b', rest @ ..] => (b'+', rest),
            [b'2', b'F' | b'f', rest @ ..] => (b'/', rest),
            _ => return,
        };
        digits.push(digit);
        line = rest;
    }
    digits.extend_from_slice(line);
}

/// The length of what breaks a line of digits that goes on: the end of the line
/// as it is or as a string has it, blanks, and the quotes and signs that join
/// literals; commas of a list, if its lines are even.
fn gap(rest: &[u8], is_even: bool) -> Option<usize> {
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
            [b'/', b'/' | b'*', b' ', ..] if is_broken => 2,
            [b',', ..] if is_even && !is_broken => 1,
            [b'\\' | b'_' | b'^' | b'`', b'\r' | b'\n', ..]
            | [
                b'\r' | b' ' | b'\t' | b'"' | b'\'' | b'+' | b'>' | b'#' | b'*' | b'.' | b'&',
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

/// The bytes that hexadecimal digits stand for.
fn unhex(digits: &[u8]) -> Option<Vec<u8>> {
    let value = |digit: u8| char::from(digit).to_digit(16);
    let pair = |pair: &[u8; 2]| Some((value(pair[0])? << 4 | value(pair[1])?) as u8);
    let (pairs, _) = digits.as_chunks::<2>();
    pairs.iter().map(pair).collect()
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
mod tests;
