//! Text into symbols, and a symbol's place back in the text.
//!
//! ASCII is read in chunks of 64 bytes ([`super::squeeze`]); chunks with anything
//! else in them are walked through character by character. Escapes of JSON and of programming languages (`\n`, `\t`, `\r`,
//! `\u00e9`) count as what they stand for. In a chunk with control characters,
//! which is no text, only ASCII counts.
//!
//! What a byte becomes depends on the bytes within a few places of it, or on
//! those of its chunk, so that a text read in parts gives the same symbols.

use std::ops::Range;

use fearless_simd::{Level, Simd, dispatch};

use super::block::{BLOCK, CARRY, RunKind, Symbols};
use super::characters::read;
use super::fold::{Folder, is_jamo, is_syllable};
use super::squeeze::{CHUNK, ROOM, Table, is_binary};

/// What the bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    /// Bytes as they stand in a file; `text[0]` is at this offset of it.
    Raw(usize),
    /// Text that was decoded.
    Decoded,
}

/// What bytes become.
#[derive(Debug, Default)]
pub struct Alphabet {
    table: Table,
    pub(super) folder: Folder,
}

impl Alphabet {
    /// Every symbol of `text`.
    pub fn symbols(&self, text: &[u8], grain: Grain) -> Vec<u8> {
        let mut block = Symbols::default();
        let mut out = Vec::new();
        let mut at = 0;
        block.begin(&[]);
        while at < text.len() {
            at = self.fill(text, grain, at..text.len(), &mut block);
            out.extend_from_slice(block.all());
            block.begin(&[]);
        }
        out
    }

    /// Where in `text` the symbols whose numbers are `wanted`, ascending, begin;
    /// the end of the text for those it does not have.
    pub fn offsets(&self, text: &[u8], grain: Grain, wanted: &[u64]) -> Vec<usize> {
        let mut block = Symbols::default();
        let mut out = Vec::new();
        let (mut at, mut before) = (0, 0);
        while at < text.len() {
            block.begin(&[]);
            at = self.fill(text, grain, at..text.len(), &mut block);
            let end = before + block.len as u64;
            let inside = wanted[out.len()..]
                .iter()
                .take_while(|&&number| number < end);
            let places: Vec<usize> = inside
                .map(|number| block.place(self, text, (number - before) as usize).start)
                .collect();
            out.extend(places);
            before = end;
        }
        out.resize(wanted.len(), text.len());
        out
    }

    /// Reads `text[range]` until its end or until the block is full; returns
    /// where it stopped, which may be some bytes behind the end when that cuts a
    /// character. What stands around the range is looked at.
    pub(super) fn fill(
        &self,
        text: &[u8],
        grain: Grain,
        range: Range<usize>,
        block: &mut Symbols,
    ) -> usize {
        dispatch!(Level::new(), simd => self.fill_with(simd, text, grain, range, block))
    }

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "vector code must be part of what calls it"
    )]
    fn fill_with<S: Simd>(
        &self,
        simd: S,
        text: &[u8],
        grain: Grain,
        range: Range<usize>,
        block: &mut Symbols,
    ) -> usize {
        let mut at = range.start;
        let phase_of = |at: usize| match grain {
            Grain::Raw(base) => (base + at) % CHUNK,
            Grain::Decoded => 0,
        };
        while at < range.end && block.len < CARRY + BLOCK {
            let phase = phase_of(at);
            let end = at + CHUNK - phase;
            if phase == 0
                && end <= range.end
                && let Some(chunk) = text[at..].first_chunk::<CHUNK>()
                && self.chunk(simd, (chunk, at), grain, block)
            {
                at = end;
                continue;
            }
            let around = &text[at.saturating_sub(phase)..end.min(text.len())];
            let end = end.min(range.end);
            at = if matches!(grain, Grain::Raw(_)) && is_binary(around) {
                self.plain(text, at..end, block)
            } else {
                self.walk(text, at..end, block)
            };
        }
        at
    }

    /// Reads a chunk of ASCII that begins at `at`; false, and nothing done, when it needs a closer look.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "vector code must be part of what calls it"
    )]
    fn chunk<S: Simd>(
        &self,
        simd: S,
        (chunk, at): (&[u8; CHUNK], usize),
        grain: Grain,
        block: &mut Symbols,
    ) -> bool {
        let before = block.len;
        let Some(out) = block.bytes[before..].first_chunk_mut::<ROOM>() else {
            return false;
        };
        let squeezed = self.table.squeeze(simd, chunk, out);
        if squeezed.is_special && (!squeezed.is_binary || grain == Grain::Decoded) {
            return false;
        }
        // With special bytes only binary data comes here.
        if squeezed.is_special {
            block.note(at, RunKind::Plain);
        } else {
            block.note_ascii(at);
        }
        block.len = before + squeezed.count;
        true
    }

    /// Reads ASCII and nothing else.
    fn plain(&self, text: &[u8], range: Range<usize>, block: &mut Symbols) -> usize {
        block.note(range.start, RunKind::Plain);
        for at in range.clone() {
            let symbol = self.table.single(text[at]);
            if symbol != 0 {
                block.push(symbol);
            }
        }
        range.end
    }

    fn walk(&self, text: &[u8], range: Range<usize>, block: &mut Symbols) -> usize {
        block.note(range.start, RunKind::Walked);
        let mut at = range.start;
        while at < range.end {
            let byte = text[at];
            if byte < 0x80 && byte != b'\\' {
                let symbol = self.table.single(byte);
                block.push_some([symbol, 0, 0, 0], usize::from(symbol != 0));
                at += 1;
            } else if let Some((c, len)) = plane(&text[at..])
                && let Some((symbols, count)) = self.folder.known(c)
            {
                block.push_some(symbols, count);
                at += len;
            } else if let Some((c, len)) = read(text, at) {
                if let Some(c) = c {
                    self.folder.symbols(c, &mut |symbol| block.push(symbol));
                }
                at += len;
            } else {
                at += 1;
            }
        }
        at
    }

    /// How many symbols `c` is.
    pub(super) fn count(&self, c: char) -> usize {
        let mut count = 0;
        self.folder.symbols(c, &mut |_| count += 1);
        count
    }
}

/// The character of two or three bytes that `text` begins with, if what follows
/// cannot change it.
#[inline]
fn plane(text: &[u8]) -> Option<(char, usize)> {
    let tail = |byte: u8| (byte & 0xC0 == 0x80).then_some(u32::from(byte & 0x3F));
    let (value, len) = match *text {
        [lead @ 0xC2..=0xDF, a, ..] => ((u32::from(lead) & 0x1F) << 6 | tail(a)?, 2),
        [lead @ 0xE0..=0xEF, a, b, ..] => {
            let value = (u32::from(lead) & 0x0F) << 12 | tail(a)? << 6 | tail(b)?;
            if value < 0x800 {
                return None;
            }
            (value, 3)
        }
        _ => return None,
    };
    let c = char::from_u32(value)?;
    (!is_jamo(c) && !is_syllable(c)).then_some((c, len))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn symbols(text: &[u8]) -> String {
        let found = Alphabet::default().symbols(text, Grain::Raw(0));
        String::from_utf8(found).unwrap()
    }

    #[test]
    fn texts_that_read_the_same_have_the_same_symbols() {
        let plain = "thequickbrownfoxsaidoui0";
        for text in [
            "The quick brown fox said: \"oui\" (0)",
            "> The quick\n> brown fox\n> said: oui, 0",
            "THE QUICK BROWN FOX SAID OUI 0",
            "the qu-\nick brown f\u{ad}ox sa\u{200b}id oui 0",
            "th\u{435} quick br\u{43e}wn f\u{43e}x s\u{430}id \u{43e}\u{75}i 0",
            r#"The\tquick\nbrown \u0066ox s\u00e4id\r\n\"oui\" \\n 0"#,
            "ｔｈｅ ｑｕｉｃｋ brown fox sáid ou\u{308}i ０",
        ] {
            assert_eq!(symbols(text.as_bytes()), plain, "{text}");
        }
    }

    #[test]
    fn latin_1_letters_among_ascii_are_letters() {
        assert_eq!(symbols(b"\xdcber gr\xfcn, \xfc \xff\xfe"), "ubergrun");
    }

    #[test]
    fn only_ascii_counts_in_binary_data() {
        assert_eq!(symbols(b"ab\0\xc3\xa9\\ncd\x01"), "abncd");
        assert_eq!(symbols("ab\té\\ncd".as_bytes()), "abecd");
    }

    #[test]
    fn symbols_know_their_offsets() {
        let text = "¶ Über ".repeat(3000);
        let alphabet = Alphabet::default();
        let found = alphabet.offsets(text.as_bytes(), Grain::Raw(0), &[0, 1, 4, 11_999, 12_000]);
        assert_eq!(found, [3, 5, 12, 27_000 - 2, 27_000]);
    }

    #[test]
    fn hangul_is_composed_first() {
        let alphabet = Alphabet::default();
        let of = |text: &str| alphabet.symbols(text.as_bytes(), Grain::Raw(0));
        assert_eq!(
            of("\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}"),
            of("한글")
        );
        assert_eq!(of("한글").len(), 6);
    }

    const PARTS: &[&str] = &[
        "the quick brown fox ",
        "漢字かな",
        "한\u{1112}\u{1161}\u{11ab}",
        "\\n",
        "\\u00e9",
        "\\",
        "é",
        "ﬁ",
        "\u{200b}",
        "\0\u{1}",
        "x",
        "\n",
        "0123",
        "аеор",
        "\u{fdfa}",
        "“”",
        "                    ",
    ];

    proptest! {
        #[test]
        fn a_text_read_in_parts_gives_the_same_symbols_and_places(
            parts in prop::collection::vec((0..PARTS.len(), any::<u8>()), 0..200),
            cuts in prop::collection::vec(any::<usize>(), 0..6),
        ) {
            let mut text = Vec::new();
            for (part, noise) in parts {
                text.extend_from_slice(PARTS[part].as_bytes());
                if noise > 230 {
                    text.push(noise);
                }
            }
            let alphabet = Alphabet::default();
            let whole = alphabet.symbols(&text, Grain::Raw(0));
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (text.len() + 1)).collect();
            cuts.push(text.len());
            cuts.sort_unstable();
            let (mut at, mut found, mut last) = (0, Vec::new(), 0);
            let mut block = Symbols::default();
            for cut in cuts {
                while at < cut {
                    block.begin(&[]);
                    at = alphabet.fill(&text, Grain::Raw(0), at..cut, &mut block);
                    found.extend_from_slice(block.all());
                    for symbol in 0..block.all().len() {
                        let place = block.place(&alphabet, &text, symbol);
                        prop_assert!(last <= place.start && place.start < place.end && place.end <= at);
                        let byte = text[place.start];
                        let symbol = block.all()[symbol];
                        prop_assert!(symbol == byte.to_ascii_lowercase() || byte >= 0x80 || byte == b'\\');
                        last = place.start;
                    }
                }
            }
            prop_assert_eq!(found, whole);
        }
    }
}
