//! Header fields: names, folded lines, encoded words (RFC 2047), and the
//! parameters of a value (RFC 2045 §5.1, RFC 2231).

use encoding_rs::Encoding;

use super::coding::{base64, to_text};

/// Most fields of a header.
const MOST: usize = 10_000;

/// A field, with its lines put together.
#[derive(Debug, PartialEq)]
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    /// Without the line ends inside, not decoded.
    pub(super) value: Vec<u8>,
}

/// The name of the field that `line` begins.
pub(super) fn name(line: &[u8]) -> Option<&str> {
    let colon = memchr::memchr(b':', &line[..line.len().min(80)])?;
    let name = line[..colon].trim_ascii_end();
    let is_name = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
    let begins = name.first().is_some_and(u8::is_ascii_alphabetic);
    std::str::from_utf8(name).ok().filter(|_| is_name && begins)
}

/// The fields that `message` begins with, and where its body begins.
pub(super) fn fields(message: &[u8]) -> (Vec<Field<'_>>, usize) {
    let mut fields: Vec<Field<'_>> = Vec::new();
    let mut at = 0;
    while at < message.len() {
        let end = memchr::memchr(b'\n', &message[at..]).map_or(message.len(), |end| at + end + 1);
        let line = message[at..end].trim_ascii_end();
        if line.is_empty() {
            return (fields, end);
        }
        let folded = message[at] == b' ' || message[at] == b'\t';
        if let Some(last) = fields.last_mut().filter(|_| folded) {
            last.value.extend_from_slice(line);
            at = end;
            continue;
        }
        match name(line) {
            Some(name) if fields.len() < MOST => {
                let colon = memchr::memchr(b':', line).map_or(line.len(), |at| at + 1);
                fields.push(Field {
                    name,
                    value: line[colon..].trim_ascii_start().to_vec(),
                });
            }
            None if fields.is_empty() || line.starts_with(b">From ") => {}
            // A body without the empty line before it.
            _ => return (fields, at),
        }
        at = end;
    }
    (fields, message.len())
}

/// The value of the field called `name`.
pub(super) fn value<'f>(fields: &'f [Field<'_>], name: &str) -> Option<&'f [u8]> {
    let field = fields.iter().find(|f| f.name.eq_ignore_ascii_case(name))?;
    Some(&field.value)
}

/// `value` with its encoded words decoded.
pub(super) fn decoded(value: &[u8]) -> String {
    let mut out = String::new();
    let mut rest = value;
    // A word whose charset has shifts goes on in the next word.
    let mut pending: Option<(&'static Encoding, Vec<u8>)> = None;
    while let Some(start) = memchr::memmem::find(rest, b"=?") {
        let Some((encoding, bytes, length)) = word(&rest[start..]) else {
            flush(&mut pending, &mut out);
            out.push_str(&String::from_utf8_lossy(&rest[..start + 2]));
            rest = &rest[start + 2..];
            continue;
        };
        let between = &rest[..start];
        match &mut pending {
            // White space between encoded words counts for nothing.
            Some((last, held)) if *last == encoding && between.trim_ascii().is_empty() => {
                held.extend(bytes);
            }
            _ => {
                let alone = pending.is_some() && between.trim_ascii().is_empty();
                flush(&mut pending, &mut out);
                if !alone {
                    out.push_str(&String::from_utf8_lossy(between));
                }
                pending = Some((encoding, bytes));
            }
        }
        rest = &rest[start + length..];
    }
    flush(&mut pending, &mut out);
    out.push_str(&String::from_utf8_lossy(rest));
    out
}

fn flush(pending: &mut Option<(&'static Encoding, Vec<u8>)>, out: &mut String) {
    if let Some((encoding, bytes)) = pending.take() {
        out.push_str(&encoding.decode_without_bom_handling(&bytes).0);
    }
}

/// The encoded word that `bytes` begin with: `=?charset?Q?text?=`.
fn word(bytes: &[u8]) -> Option<(&'static Encoding, Vec<u8>, usize)> {
    let near = bytes.get(2..bytes.len().min(4096))?;
    let first = memchr::memchr(b'?', near)?;
    let kind = *near.get(first + 1)?;
    if near.get(first + 2) != Some(&b'?') {
        return None;
    }
    let start = first + 3;
    let end = start + memchr::memmem::find(near.get(start..)?, b"?=")?;
    let text = &near[start..end];
    let charset = near[..first].split(|b| *b == b'*').next()?;
    let encoding = Encoding::for_label(charset).unwrap_or(encoding_rs::WINDOWS_1252);
    let bytes = match kind {
        b'B' | b'b' => base64(text),
        b'Q' | b'q' => quoted(text),
        _ => return None,
    };
    Some((encoding, bytes, end + 4))
}

fn quoted(text: &[u8]) -> Vec<u8> {
    let blank = |byte: &u8| if *byte == b'_' { b' ' } else { *byte };
    let text: Vec<u8> = text.iter().map(blank).collect();
    escaped(&text, b'=')
}

/// Bytes written as a mark and two digits, among others that stand for
/// themselves.
fn escaped(text: &[u8], mark: u8) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let digit = |at: usize| char::from(*text.get(at)?).to_digit(16);
        let pair = digit(at + 1).zip(digit(at + 2)).filter(|_| byte == mark);
        match pair {
            Some((high, low)) => out.push((high * 16 + low) as u8),
            None => out.push(byte),
        }
        at += if pair.is_some() { 3 } else { 1 };
    }
    out
}

/// The first word of a value, in small letters: `text/plain`.
pub(super) fn kind(value: &[u8]) -> String {
    let end = memchr::memchr(b';', value).unwrap_or(value.len());
    let kind = String::from_utf8_lossy(value[..end].trim_ascii());
    kind.to_ascii_lowercase()
}

/// The parameter called `name` of a value.
pub(super) fn parameter(value: &[u8], name: &str) -> Option<String> {
    let all = parameters(value);
    let plain = all.iter().find(|(key, _)| key == name);
    if let Some((_, value)) = plain {
        return Some(decoded(value));
    }
    // In pieces, or with a charset: name*=, name*0=, name*0*=.
    let mut whole = Vec::new();
    let mut charset = None;
    for number in 0..all.len() {
        let matching = |(key, _): &&(String, Vec<u8>)| {
            let tail = key.strip_prefix(name).and_then(|key| key.strip_prefix('*'));
            let index = tail.map(|tail| tail.trim_end_matches('*'));
            index.is_some_and(|i| (number == 0 && i.is_empty()) || i.parse() == Ok(number))
        };
        let Some((key, piece)) = all.iter().find(matching) else {
            break;
        };
        let mut piece = &piece[..];
        if number == 0 && key.ends_with('*') {
            let mut parts = piece.splitn(3, |b| *b == b'\'');
            let (first, _, text) = (parts.next(), parts.next(), parts.next());
            if let (Some(first), Some(text)) = (first, text) {
                charset = Encoding::for_label(first);
                piece = text;
            }
        }
        if key.ends_with('*') {
            whole.extend(escaped(piece, b'%'));
        } else {
            whole.extend_from_slice(piece);
        }
    }
    (!whole.is_empty()).then(|| to_text(&whole, charset).into_owned())
}

fn parameters(value: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut rest = value;
    while let Some(at) = memchr::memchr(b';', rest) {
        rest = rest[at + 1..].trim_ascii_start();
        let Some(equals) = memchr::memchr2(b'=', b';', rest) else {
            break;
        };
        if rest[equals] == b';' || found.len() >= 1000 {
            continue;
        }
        let name = String::from_utf8_lossy(rest[..equals].trim_ascii()).to_ascii_lowercase();
        rest = rest[equals + 1..].trim_ascii_start();
        let mut content = Vec::new();
        if let Some(quoted) = rest.strip_prefix(b"\"") {
            let mut at = 0;
            while let Some(&byte) = quoted.get(at).filter(|byte| **byte != b'"') {
                at += 1;
                let next = quoted.get(at).filter(|_| byte == b'\\');
                at += usize::from(next.is_some());
                content.push(*next.unwrap_or(&byte));
            }
            rest = quoted.get(at..).unwrap_or_default();
        } else {
            let end = memchr::memchr(b';', rest).unwrap_or(rest.len());
            content.extend_from_slice(rest[..end].trim_ascii());
            rest = &rest[end..];
        }
        found.push((name, content));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_words_are_decoded_and_joined() {
        for (written, read) in [
            ("=?utf-8?Q?a_b=C3=A9=5F?=", "a bé_"),
            ("=?UTF-8?B?w6k=?= =?UTF-8?B?w6k=?=", "éé"),
            ("x =?iso-8859-1?q?=E9?= y", "x é y"),
            ("=?utf-8?Q?one?=\t=?utf-8?Q?two?=", "onetwo"),
            ("=?utf-8?Q?one?= =?us-ascii?Q?two?=", "onetwo"),
            ("no =? word", "no =? word"),
            ("=?utf-8?X?a?=", "=?utf-8?X?a?="),
        ] {
            assert_eq!(decoded(written.as_bytes()), read, "{written}");
        }
    }

    #[test]
    fn parameters_are_read_in_all_forms() {
        for (value, read) in [
            (
                "text/plain; charset=utf-8; name=\"a \\\"b.txt\"",
                Some("a \"b.txt"),
            ),
            ("a/b; NAME*=utf-8'en'%C3%A9.txt", Some("é.txt")),
            ("a/b; name*0=\"one\"; name*1=\"two\"", Some("onetwo")),
            ("a/b; name*0*=utf-8''%41; name*1=b", Some("Ab")),
            ("a/b; name==?utf-8?Q?x?=", Some("x")),
            ("a/b; other=1; ;;", None),
        ] {
            assert_eq!(
                parameter(value.as_bytes(), "name").as_deref(),
                read,
                "{value}"
            );
        }
    }

    #[test]
    fn a_header_ends_at_the_empty_line() {
        let message = b"A: 1\r\n 2\r\nB : 3\r\n\r\nbody: x";
        let (fields, body) = fields(message);
        let read: Vec<_> = fields.iter().map(|f| (f.name, &f.value[..])).collect();
        assert_eq!(read, [("A", &b"1 2"[..]), ("B", b"3")]);
        assert_eq!(&message[body..], b"body: x");
    }

    #[test]
    fn a_body_may_begin_without_an_empty_line() {
        let (fields, body) = fields(b"A: 1\nno field here\n");
        assert_eq!((fields.len(), body), (1, 5));
    }
}
