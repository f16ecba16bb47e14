//! Character maps (`CMap`) of PDF: which codes there are, and what text they
//! stand for (ISO 32000-2 §9.7.5 and §9.10.3).

use std::collections::HashMap;

use super::lex::{Lexer, Object, Token};

/// Most codes of a map.
const MOST: usize = 1 << 17;
/// Longest text of one code, in bytes.
const LONGEST: usize = 128;

/// A character map.
#[derive(Debug, Default)]
pub(super) struct CMap {
    /// Lengths of codes, with the lowest and the highest code of each range.
    spaces: Vec<(usize, u32, u32)>,
    texts: HashMap<u32, Box<str>>,
}

impl CMap {
    /// Reads the map that `bytes` write.
    pub(super) fn parse(bytes: &[u8]) -> CMap {
        let mut map = CMap::default();
        let mut lexer = Lexer::new(bytes, 0);
        let mut operands = Vec::new();
        while let Some(token) = lexer.token() {
            let word = match token {
                Token::Object(object) => {
                    operands.push(object);
                    continue;
                }
                Token::Word(word) => word,
            };
            match word {
                b"endcodespacerange" => map.add_spaces(&operands),
                b"endbfchar" => map.add_characters(&operands),
                b"endbfrange" => map.add_ranges(&operands),
                _ => {}
            }
            operands.clear();
        }
        map
    }

    fn add_spaces(&mut self, operands: &[Object]) {
        for pair in operands.chunks_exact(2).take(64) {
            if let (Some(low), Some(high)) = (pair[0].string(), pair[1].string())
                && (1..=4).contains(&low.len())
            {
                self.spaces.push((low.len(), number(low), number(high)));
            }
        }
    }

    fn add_characters(&mut self, operands: &[Object]) {
        for pair in operands.chunks_exact(2) {
            if let (Some(code), Some(text)) = (pair[0].string(), pair[1].string()) {
                self.add(number(code), wide(text));
            }
        }
    }

    fn add_ranges(&mut self, operands: &[Object]) {
        for triple in operands.chunks_exact(3) {
            let (Some(low), Some(high)) = (triple[0].string(), triple[1].string()) else {
                continue;
            };
            let (low, high) = (number(low), number(high));
            match &triple[2] {
                Object::Array(texts) => {
                    for (code, text) in (low..=high).zip(texts) {
                        self.add(code, text.string().map(wide).unwrap_or_default());
                    }
                }
                Object::String(first) => {
                    let mut text = first.clone();
                    for code in low..=high {
                        if self.texts.len() >= MOST {
                            break;
                        }
                        self.add(code, wide(&text));
                        increase(&mut text);
                    }
                }
                _ => {}
            }
        }
    }

    fn add(&mut self, code: u32, text: String) {
        if self.texts.len() < MOST && text.len() <= LONGEST {
            self.texts.insert(code, text.into());
        }
    }

    /// The text of `code`.
    pub(super) fn text(&self, code: u32) -> Option<&str> {
        self.texts.get(&code).map(|text| &**text)
    }

    /// Length of the code that `bytes` begin with, if the map says so.
    pub(super) fn length(&self, bytes: &[u8]) -> Option<usize> {
        let fits = |(length, low, high): &&(usize, u32, u32)| {
            bytes
                .get(..*length)
                .is_some_and(|code| (*low..=*high).contains(&number(code)))
        };
        let space = self.spaces.iter().find(fits);
        space
            .or_else(|| self.spaces.iter().min())
            .map(|(length, ..)| *length)
    }
}

/// The number that up to four bytes make.
pub(super) fn number(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .take(4)
        .fold(0, |number, byte| number << 8 | u32::from(*byte))
}

/// Text in UTF-16, high byte first; a single byte is a character.
pub(super) fn wide(bytes: &[u8]) -> String {
    if let [byte] = bytes {
        return char::from(*byte).to_string();
    }
    let units = bytes.as_chunks::<2>().0.iter();
    char::decode_utf16(units.map(|unit| u16::from_be_bytes(*unit)))
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .filter(|c| *c != '\0')
        .collect()
}

fn increase(text: &mut [u8]) {
    for byte in text.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_and_ranges_are_read() {
        let map = CMap::parse(
            b"1 begincodespacerange <00> <7F> <8000> <FFFF> endcodespacerange
            2 beginbfchar <01> <0041> <02> <00660069> endbfchar
            2 beginbfrange <8000> <8002> <0061> <10> <11> [<0078> <0079>] endbfrange",
        );
        let texts = [1, 2, 0x8000, 0x8002, 0x11].map(|code| map.text(code));
        assert_eq!(
            texts,
            [Some("A"), Some("fi"), Some("a"), Some("c"), Some("y")]
        );
        assert_eq!(map.text(3), None);
        assert_eq!(map.length(&[0x20, 0]), Some(1));
        assert_eq!(map.length(&[0x81, 0]), Some(2));
    }

    #[test]
    fn a_range_of_everything_ends() {
        let map = CMap::parse(b"beginbfrange <00000000> <FFFFFFFF> <0041> endbfrange");
        assert_eq!(map.texts.len(), MOST);
        assert_eq!(CMap::default().length(b"a"), None);
    }
}
