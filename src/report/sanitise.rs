//! Makes text of a scanned tree safe to show, in a terminal and inside JSON.
//!
//! Paths, excerpts, previews and reasons are written by whoever wrote the tree.
//! Raw, they can move the cursor, reorder what is read, or give commands to the
//! program that watches the output. Here every such character gets a visible form.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;
use std::path::MAIN_SEPARATOR;

use serde_json::ser::Formatter;

use crate::base::provenance::Provenance;

/// Longest word between `##` and `[` that is looked at: `##vso[`, `##teamcity[`.
const COMMAND_WORD: usize = 16;

/// One character, and whether it may be shown as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    /// Safe.
    Plain(char),
    /// To be shown in its visible form, see [`visible`].
    Hidden(char),
}

/// True for characters that are not shown as themselves: controls, line and
/// paragraph separators, bidirectional controls, and everything of no width
/// that is not a combining mark.
pub fn is_hidden(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The visible form of a character: `\n`, `\x1b`, `\u{202e}`.
pub fn visible(c: char) -> String {
    match c {
        '\n' => "\\n".into(),
        '\r' => "\\r".into(),
        '\t' => "\\t".into(),
        _ if u32::from(c) < 0x100 => format!("\\x{:02x}", u32::from(c)),
        _ => format!("\\u{{{:x}}}", u32::from(c)),
    }
}

/// The characters of `text` in order, each with its verdict.
///
/// Some build servers obey `##[…]`, `##vso[…]` and the like anywhere in a line,
/// so the second `#` of such a beginning counts as hidden.
pub fn glyphs(text: &str) -> impl Iterator<Item = Glyph> + '_ {
    let mut before = '\0';
    text.char_indices().map(move |(at, c)| {
        let command = c == '#' && before == '#' && begins_command(&text.as_bytes()[at + 1..]);
        before = c;
        if command || is_hidden(c) {
            Glyph::Hidden(c)
        } else {
            Glyph::Plain(c)
        }
    })
}

fn begins_command(rest: &[u8]) -> bool {
    let word = rest
        .iter()
        .take(COMMAND_WORD)
        .take_while(|b| b.is_ascii_alphabetic())
        .count();
    rest.get(word) == Some(&b'[')
}

/// `text` with every hidden character in its visible form; one line, always.
pub fn printable(text: &str) -> Cow<'_, str> {
    if glyphs(text).all(|glyph| matches!(glyph, Glyph::Plain(_))) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for glyph in glyphs(text) {
        match glyph {
            Glyph::Plain(c) => out.push(c),
            Glyph::Hidden(c) => out.push_str(&visible(c)),
        }
    }
    Cow::Owned(out)
}

/// Like [`printable`] for bytes of any encoding: those that are not part of
/// valid UTF-8 become `\xNN`.
pub fn printable_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a `String` does not fail.
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    // The pieces are judged together, or a command could be hidden in a seam.
    printable(&out).into_owned()
}

/// Prose of a rule as one safe line: runs of white space become one blank.
pub fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    printable(&words.join(" ")).into_owned()
}

/// The whole way to a blob, byte for byte: `a.zip!letter.docx!word/document.xml`.
/// Separators are `/` on every system.
pub fn place_bytes(provenance: &Provenance) -> Vec<u8> {
    let mut bytes = path_bytes(provenance);
    for member in &provenance.inner {
        bytes.push(b'!');
        bytes.extend_from_slice(member.as_bytes());
    }
    bytes
}

/// The outermost path, byte for byte, with `/` as the separator.
pub fn path_bytes(provenance: &Provenance) -> Vec<u8> {
    let mut bytes = provenance.shown().as_os_str().as_encoded_bytes().to_vec();
    if MAIN_SEPARATOR == '\\' {
        for byte in &mut bytes {
            if *byte == b'\\' {
                *byte = b'/';
            }
        }
    }
    bytes
}

/// A JSON formatter that writes hidden characters as `\uXXXX`, on top of
/// another formatter that decides about white space.
#[derive(Clone, Debug, Default)]
pub struct SafeJson<F>(pub F);

macro_rules! delegate {
    ($($name:ident($($arg:ident: $type:ty),*)),+ $(,)?) => {
        $(fn $name<W: ?Sized + io::Write>(&mut self, to: &mut W, $($arg: $type),*) -> io::Result<()> {
            self.0.$name(to, $($arg),*)
        })+
    };
}

impl<F: Formatter> Formatter for SafeJson<F> {
    delegate! {
        begin_array(), end_array(), begin_array_value(first: bool), end_array_value(),
        begin_object(), end_object(), begin_object_key(first: bool), end_object_key(),
        begin_object_value(), end_object_value(),
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        to: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let (mut done, mut at) = (0, 0);
        for glyph in glyphs(fragment) {
            let (Glyph::Plain(c) | Glyph::Hidden(c)) = glyph;
            if glyph == Glyph::Hidden(c) {
                to.write_all(&fragment.as_bytes()[done..at])?;
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(to, "\\u{unit:04x}")?;
                }
                done = at + c.len_utf8();
            }
            at += c.len_utf8();
        }
        to.write_all(&fragment.as_bytes()[done..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Serialize;
    use serde_json::ser::CompactFormatter;

    fn json(text: &str) -> String {
        let mut bytes = Vec::new();
        let format = SafeJson(CompactFormatter);
        text.serialize(&mut serde_json::Serializer::with_formatter(
            &mut bytes, format,
        ))
        .unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn hidden_characters_become_visible() {
        for (text, shown) in [
            ("\u{1b}[31mred", "\\x1b[31mred"),
            ("a\nb\r\tc", "a\\nb\\r\\tc"),
            ("\u{9b}31m\u{7f}", "\\x9b31m\\x7f"),
            ("\u{202e}fdp\u{2069}", "\\u{202e}fdp\\u{2069}"),
            (
                "a\u{200b}b\u{2028}c\u{feff}",
                "a\\u{200b}b\\u{2028}c\\u{feff}",
            ),
            (
                "##vso[task]##[x]###[y]",
                "#\\x23vso[task]#\\x23[x]##\\x23[y]",
            ),
        ] {
            assert_eq!(printable(text), shown);
        }
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        for text in [
            "naïve 漢字 e\u{301} ñ",
            "# a ## b #[derive] ## [x]",
            "::error::",
            "C:\\x",
        ] {
            assert!(matches!(printable(text), Cow::Borrowed(t) if t == text));
        }
    }

    #[test]
    fn lone_bytes_are_shown_as_numbers() {
        assert_eq!(
            printable_bytes(b"a\xffb\xc3(\xe2\x80\xae"),
            "a\\xffb\\xc3(\\u{202e}"
        );
    }

    #[test]
    fn json_keeps_the_value_and_hides_the_characters() {
        let text = "a\u{7f}\u{85}\u{2028}\u{202e}\u{e0041}##vso[x\n\"é漢";
        let written = json(text);
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
        assert_eq!(
            written,
            "\"a\\u007f\\u0085\\u2028\\u202e\\udb40\\udc41#\\u0023vso[x\\n\\\"é漢\""
        );
    }

    proptest! {
        #[test]
        fn nothing_hidden_is_left(bytes: Vec<u8>) {
            let shown = printable_bytes(&bytes);
            prop_assert!(!shown.chars().any(is_hidden));
            prop_assert_eq!(printable(&shown), shown.as_str());
        }

        #[test]
        fn json_round_trips(text: String) {
            let written = json(&text);
            prop_assert!(!written.chars().any(is_hidden));
            prop_assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
        }
    }
}
