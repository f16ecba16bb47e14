//! Transfer encodings of mail (RFC 2045 §6) and what comes out of them: base64,
//! quoted-printable, uuencoding, charsets, flowed lines (RFC 3676).

use std::borrow::Cow;

use encoding_rs::Encoding;

/// The bytes that base64 stands for. Other characters are passed over, and
/// padding may stand anywhere, as in parts that were put together.
pub(super) fn base64(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => {
                (bits, count) = (0, 0);
                continue;
            }
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    out
}

/// The bytes that quoted-printable text stands for.
pub(super) fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        if byte != b'=' {
            out.push(byte);
            continue;
        }
        let digit = |at: usize| char::from(*text.get(at)?).to_digit(16);
        if let Some((high, low)) = digit(at).zip(digit(at + 1)) {
            out.push((high * 16 + low) as u8);
            at += 2;
            continue;
        }
        // A soft line end, perhaps behind white space.
        let rest = &text[at..];
        let blank = rest
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t' | b'\r'))
            .count();
        match rest.get(blank) {
            Some(b'\n') => at += blank + 1,
            None => at = text.len(),
            Some(_) => out.push(byte),
        }
    }
    out
}

/// The files that are uuencoded in a text, with their names.
pub(super) fn uuencoded(text: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open: Option<(String, Vec<u8>)> = None;
    for line in text.split(|b| *b == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match &mut open {
            None => open = begin(line).map(|name| (name, Vec::new())),
            Some(_) if line == b"end" => found.extend(open.take()),
            Some((_, bytes)) => {
                if !unpack(line, bytes) {
                    found.extend(open.take());
                }
            }
        }
        if found.len() >= 1000 {
            break;
        }
    }
    found.extend(open);
    found.retain(|(_, bytes)| !bytes.is_empty());
    found
}

/// The name in `begin 644 name`.
fn begin(line: &[u8]) -> Option<String> {
    let rest = line.strip_prefix(b"begin ")?;
    let space = memchr::memchr(b' ', rest).filter(|at| (3..=4).contains(at))?;
    let octal = rest[..space].iter().all(|b| (b'0'..=b'7').contains(b));
    let name = rest[space + 1..].trim_ascii();
    (octal && !name.is_empty()).then(|| String::from_utf8_lossy(name).into_owned())
}

/// Adds what a line stands for; false when it is none.
fn unpack(line: &[u8], out: &mut Vec<u8>) -> bool {
    let value = |byte: u8| u32::from(byte.wrapping_sub(32) & 63);
    let Some((&length, rest)) = line.split_first() else {
        return true;
    };
    let length = value(length) as usize;
    if !(32..=96).contains(&line[0]) || rest.len() * 3 + 6 < length * 4 {
        return false;
    }
    let start = out.len();
    for group in rest.chunks(4) {
        let part = |index: usize| value(group.get(index).copied().unwrap_or(32));
        let bits = part(0) << 18 | part(1) << 12 | part(2) << 6 | part(3);
        out.extend(&bits.to_be_bytes()[1..]);
    }
    out.truncate(start + length);
    true
}

/// `bytes` as UTF-8; without a charset as they are.
pub(super) fn to_text<'b>(bytes: &'b [u8], charset: Option<&'static Encoding>) -> Cow<'b, str> {
    match charset {
        Some(encoding) => encoding.decode(bytes).0,
        None => String::from_utf8_lossy(bytes),
    }
}

/// UTF-7 (RFC 2152) as UTF-8.
pub(super) fn utf7(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        if byte != b'+' {
            out.push(byte);
            continue;
        }
        let rest = &bytes[at..];
        let is_base64 = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
        let length = rest.iter().take_while(is_base64).count();
        let wide = base64(&rest[..length]);
        let units = wide
            .as_chunks::<2>()
            .0
            .iter()
            .map(|u| u16::from_be_bytes(*u));
        let text: String = char::decode_utf16(units)
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        let closed = rest.get(length) == Some(&b'-');
        out.extend_from_slice(if length == 0 { b"+" } else { text.as_bytes() });
        at += length + usize::from(closed);
    }
    out
}

/// Lines that were broken for their length put together again.
pub(super) fn unflowed(text: &str, deletes_space: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let line = line.strip_prefix(' ').unwrap_or(line);
        match line.strip_suffix(' ') {
            Some(_) if line == "-- " => out.push_str("-- \n"),
            Some(shorter) if deletes_space => out.push_str(shorter),
            Some(_) => out.push_str(line),
            None => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_forgives() {
        for (written, read) in [
            (&b"aGVs\r\nbG8="[..], &b"hello"[..]),
            (b"aGk=aGk=", b"hihi"),
            (b"a G V s", b"hel"),
            (b"aGVsbG8", b"hello"),
            (b"!!", b""),
        ] {
            assert_eq!(base64(written), read);
        }
    }

    #[test]
    fn soft_line_ends_join_words() {
        for (written, read) in [
            (&b"one=\r\ntwo= \nx"[..], &b"onetwox"[..]),
            (b"=C3=a9 a=b=", b"\xC3\xA9 a=b"),
            (b"1 = 2", b"1 = 2"),
        ] {
            assert_eq!(quoted_printable(written), read);
        }
    }

    #[test]
    fn uuencoded_files_are_found() {
        let text = b"before\nbegin 644 a.txt\n#0V%T\n`\nend\nafter\nbegin here\n";
        assert_eq!(uuencoded(text), [("a.txt".to_owned(), b"Cat".to_vec())]);
        assert!(uuencoded(b"begin 644 x\nthis is a sentence of some words\n").is_empty());
    }

    #[test]
    fn flowed_lines_are_joined() {
        assert_eq!(unflowed("one \r\ntwo\r\n three", false), "one two\nthree\n");
        assert_eq!(unflowed("one \ntwo\n", true), "onetwo\n\n");
    }

    #[test]
    fn utf7_is_decoded() {
        assert_eq!(utf7(b"a+AOk-b+-c"), "aéb+c".as_bytes());
    }
}
