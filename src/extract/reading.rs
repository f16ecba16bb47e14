//! Readings: the text of marked-up and of wide files, for comparing it with
//! other text; with the way back to the file's bytes.
//!
//! A reading is not what a browser or an editor shows. Tags are left out and
//! entities stand for their letters, so that a sentence is the same sentence
//! whatever surrounds its words. It is made window by window.

use std::ops::Range;

/// Text taken out of bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The text; UTF-8 where the bytes are text.
    pub text: Vec<u8>,
    /// Where stretches of text begin, and where in the bytes they come from.
    segments: Vec<(usize, usize)>,
    /// Bytes of the original that one character of the text takes.
    unit: Unit,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Unit {
    /// As many as in the text.
    #[default]
    Same,
    /// Two for each code unit of UTF-16.
    Wide,
}

/// Longest tag that is left out, in bytes; a longer one is no tag.
const TAG: usize = 8 << 10;

/// Longest entity.
const ENTITY: usize = 32;

/// Code units between two noted places.
const NOTED: usize = 256;

impl Reading {
    /// The bytes of the original behind `range` of the text.
    pub fn to_original(&self, range: Range<usize>) -> Range<usize> {
        let start = self.place(range.start);
        let last = self.place(range.end.saturating_sub(1).max(range.start));
        let width = match self.unit {
            Unit::Same => 1,
            Unit::Wide => 2,
        };
        start..last + width
    }

    fn place(&self, offset: usize) -> usize {
        let index = self.segments.partition_point(|segment| segment.0 <= offset);
        let Some(&(text, original)) = index.checked_sub(1).and_then(|at| self.segments.get(at))
        else {
            return 0;
        };
        match self.unit {
            Unit::Same => original + (offset - text),
            Unit::Wide => {
                // From the first byte of the character.
                let is_inside = |at: &usize| self.text.get(*at).is_some_and(|b| b & 0xC0 == 0x80);
                let start = (text..=offset).rev().find(|at| !is_inside(at));
                let passed = self
                    .text
                    .get(text..start.unwrap_or(offset))
                    .unwrap_or_default();
                let units = passed.iter().map(|byte| match byte {
                    0x80..0xC0 => 0,
                    0xF0.. => 2,
                    _ => 1,
                });
                original + 2 * units.sum::<usize>()
            }
        }
    }

    fn begin(&mut self, original: usize) {
        self.segments.push((self.text.len(), original));
    }
}

/// True when `head`, the beginning of a file, looks like HTML or XML.
pub fn is_marked_up(head: &[u8]) -> bool {
    let mut opened = memchr::memchr_iter(b'<', head).map(|at| &head[at..]);
    let signs: [&[u8]; 3] = [b"</", b"<\\/", b"<?xml"];
    opened.any(|tag| signs.iter().any(|sign| tag.starts_with(sign)))
}

/// What `bytes[range]` reads like without tags, and where it stopped: behind
/// the range when a tag or an entity reaches over its end.
pub fn without_tags(bytes: &[u8], range: Range<usize>) -> (Reading, usize) {
    let mut out = Reading::default();
    let mut at = range.start;
    out.begin(at);
    while at < range.end {
        let rest = &bytes[at..range.end];
        let plain = memchr::memchr2(b'<', b'&', rest).unwrap_or(rest.len());
        out.text.extend_from_slice(&rest[..plain]);
        at += plain;
        if at >= range.end {
            break;
        }
        let rest = &bytes[at..];
        let tag = (rest[0] == b'<').then(|| tag(rest)).flatten();
        if let Some(len) = tag {
            at += len;
            out.begin(at);
        } else if let Some((c, len)) = entity(rest) {
            out.begin(at);
            if let Some(c) = c {
                let mut buffer = [0; 4];
                out.text
                    .extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
            }
            at += len;
            out.begin(at);
        } else {
            out.text.push(bytes[at]);
            at += 1;
        }
    }
    (out, at)
}

/// Length of the tag or comment that `bytes` begin with.
fn tag(bytes: &[u8]) -> Option<usize> {
    if bytes.starts_with(b"<!--") {
        let near = &bytes[..bytes.len().min(8 * TAG)];
        return memchr::memmem::find(near, b"-->").map(|end| end + 3);
    }
    if bytes.starts_with(b"<![CDATA[") {
        // What is quoted is text; its end has no letters.
        return Some("<![CDATA[".len());
    }
    let second = *bytes.get(1)?;
    // In JSON a slash can be escaped.
    let is_escaped = bytes[1..].starts_with(b"\\/");
    if !(second.is_ascii_alphabetic() || matches!(second, b'/' | b'!' | b'?') || is_escaped) {
        return None;
    }
    let near = &bytes[..bytes.len().min(TAG)];
    let end = end_of(near)?;
    (near[end] == b'>').then_some(end + 1)
}

/// Where the tag that `near` begins with ends, or the next one begins. Values in
/// quotation marks that are closed on the same line may hold both signs.
fn end_of(near: &[u8]) -> Option<usize> {
    let mut end = 1 + memchr::memchr2(b'>', b'<', &near[1..])?;
    let mut at = 1;
    while let Some(equals) = memchr::memchr(b'=', &near[at..end]) {
        at += equals + 1;
        let Some(&quote @ (b'"' | b'\'')) = near.get(at) else {
            continue;
        };
        let rest = &near[at + 1..];
        if let Some(length) = memchr::memchr2(quote, b'\n', rest)
            && rest[length] == quote
        {
            at += length + 2;
            if at > end {
                end = at + memchr::memchr2(b'>', b'<', &near[at..])?;
            }
        }
    }
    Some(end)
}

/// The character of the entity that `bytes` begin with, and its length.
fn entity(bytes: &[u8]) -> Option<(Option<char>, usize)> {
    let near = &bytes[..bytes.len().min(ENTITY)];
    let end = memchr::memchr(b';', near)?;
    let name = std::str::from_utf8(&near[1..end]).ok()?;
    let c = if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        char::from_u32(code.ok()?)
    } else {
        named(name)?
    };
    Some((c, end + 1))
}

/// The letter of a named entity. Accents count for nothing in a comparison, so
/// the plain letter stands for an accented one; other names stand for nothing.
#[expect(clippy::option_option, reason = "a known name may stand for nothing")]
fn named(name: &str) -> Option<Option<char>> {
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let accents = [
        "acute", "grave", "circ", "uml", "tilde", "cedil", "ring", "caron",
    ];
    let letter = name.chars().next();
    let is_accented = letter.is_some_and(|c| accents.contains(&&name[c.len_utf8()..]));
    Some(match name {
        "szlig" => Some('ß'),
        "aelig" | "AElig" => Some('æ'),
        "oslash" | "Oslash" => Some('ø'),
        "oelig" | "OElig" => Some('œ'),
        "eth" | "ETH" => Some('ð'),
        "thorn" | "THORN" => Some('þ'),
        "frac12" | "half" => Some('½'),
        "frac14" => Some('¼'),
        "frac34" => Some('¾'),
        "sup1" => Some('¹'),
        "sup2" => Some('²'),
        "sup3" => Some('³'),
        "ordf" => Some('ª'),
        "ordm" => Some('º'),
        "micro" => Some('µ'),
        "trade" => Some('™'),
        _ if is_accented => letter,
        _ => greek(name),
    })
}

/// The small Greek letter of a name, in the order of the alphabet.
fn greek(name: &str) -> Option<char> {
    const NAMES: [&str; 25] = [
        "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa",
        "lambda", "mu", "nu", "xi", "omicron", "pi", "rho", "sigmaf", "sigma", "tau", "upsilon",
        "phi", "chi", "psi", "omega",
    ];
    let at = NAMES
        .iter()
        .position(|known| name.eq_ignore_ascii_case(known))?;
    char::from_u32('α' as u32 + at as u32)
}

/// The byte order of a file that begins with a byte order mark of UTF-16.
pub fn wide_order(head: &[u8]) -> Option<Order> {
    match head {
        [0xFF, 0xFE, 0, 0, ..] => None,
        [0xFF, 0xFE, ..] => Some(Order::Little),
        [0xFE, 0xFF, ..] => Some(Order::Big),
        _ => None,
    }
}

/// The order of the two bytes of a code unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The low one first.
    Little,
    /// The high one first.
    Big,
}

/// What the UTF-16 in `bytes[range]` says. A code unit that begins in the range
/// is read whole.
pub fn from_wide(bytes: &[u8], range: Range<usize>, order: Order) -> (Reading, usize) {
    let mut out = Reading {
        unit: Unit::Wide,
        ..Reading::default()
    };
    let end = (range.end + (range.end - range.start) % 2).min(bytes.len());
    let units = bytes[range.start..end].as_chunks::<2>().0;
    let number = |pair: &[u8; 2]| match order {
        Order::Little => u16::from_le_bytes(*pair),
        Order::Big => u16::from_be_bytes(*pair),
    };
    let mut at = range.start;
    let mut noted = 0;
    for c in char::decode_utf16(units.iter().map(number)) {
        if noted == 0 {
            out.begin(at);
        }
        let c = c.unwrap_or(char::REPLACEMENT_CHARACTER);
        let mut buffer = [0; 4];
        out.text
            .extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
        at += 2 * c.len_utf16();
        noted = (noted + 1) % NOTED;
    }
    (out, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        let (reading, end) = without_tags(text.as_bytes(), 0..text.len());
        assert_eq!(end, text.len());
        String::from_utf8(reading.text).unwrap()
    }

    #[test]
    fn tags_comments_and_entities_are_read() {
        for (marked, text) in [
            ("<p class=\"a\">one <b>two</b></p>", "one two"),
            ("a<!-- <b>hidden</b> -->b", "ab"),
            (
                "caf&eacute; &amp; &#252;ber&#x20;all &nbsp;&szlig;",
                "cafe  über all ß",
            ),
            ("if a < b && c > d", "if a < b && c > d"),
            (
                "an &lt;option> and &#39;more> &amp; so on",
                "an option> and 'more>  so on",
            ),
            ("a <b c < d>", "a <b c < d>"),
            ("<b>one<\\/b>", "one"),
            ("<a><![CDATA[one & two]]></a>", "one & two]]>"),
            ("<a x=\"1 > 0\" y='<b>' z>on</a>", "on"),
            ("<a x=\"1>on</a>\n\"", "on\n\""),
            ("&sup2;&Alpha;&omega;&mdash;", "²αω"),
            ("x &unknown; y & z; &;", "x  y & z; &;"),
        ] {
            assert_eq!(plain(marked), text, "{marked}");
        }
    }

    #[test]
    fn text_knows_its_bytes() {
        let marked = b"<p>one</p><p>t&eacute;wo</p>";
        let (reading, _) = without_tags(marked, 0..marked.len());
        assert_eq!(reading.text, b"onetewo");
        assert_eq!(reading.to_original(0..3), 3..6);
        assert_eq!(reading.to_original(3..7), 13..24);
    }

    #[test]
    fn a_tag_over_the_end_of_the_range_is_left_out_whole() {
        let marked = b"one <b class='x'>two";
        let (reading, end) = without_tags(marked, 0..6);
        assert_eq!((&reading.text[..], end), (&b"one "[..], 17));
    }

    #[test]
    fn wide_text_knows_its_bytes() {
        for order in [Order::Little, Order::Big] {
            let text = "aé漢😀z".repeat(200);
            let bytes: Vec<u8> = text
                .encode_utf16()
                .flat_map(|unit| match order {
                    Order::Little => unit.to_le_bytes(),
                    Order::Big => unit.to_be_bytes(),
                })
                .collect();
            let (reading, end) = from_wide(&bytes, 0..bytes.len(), order);
            assert_eq!(
                (reading.text.as_slice(), end),
                (text.as_bytes(), bytes.len())
            );
            let last = text.len() - 1;
            assert_eq!(
                reading.to_original(last..last + 1),
                bytes.len() - 2..bytes.len()
            );
            assert_eq!(reading.to_original(0..3), 0..4);
        }
    }

    #[test]
    fn only_a_mark_of_two_bytes_tells_wide_text() {
        assert_eq!(wide_order(&[0xFF, 0xFE, 0x41, 0]), Some(Order::Little));
        assert_eq!(wide_order(&[0xFE, 0xFF, 0, 0x41]), Some(Order::Big));
        assert_eq!(wide_order(&[0xFF, 0xFE, 0, 0]), None);
        assert_eq!(wide_order(b"ab"), None);
    }
}
