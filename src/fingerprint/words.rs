//! Text into words: runs of symbols, with what stands between them.
//!
//! Cells of tables are words or short runs of them. Words come in pieces like
//! the symbols of documents do, and do not depend on where the pieces end.

use super::characters::read;
use super::stream::Piece;
use super::symbols::Alphabet;

/// Symbols of a word that are kept; a longer run is no word of a table.
const LONGEST: usize = 64;

/// Braces that are open at the same time.
const DEPTH: usize = 64;

/// What stands before a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// White space and nothing else.
    Space,
    /// One character, with white space around it or not.
    One(u8),
    /// One character and nothing else.
    Tight(u8),
    /// More than that.
    Wide,
}

/// A word of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// Where its symbols begin, see [`Words::symbols`].
    at: usize,
    len: usize,
    /// What stands between the word before and this one.
    pub gap: Gap,
    /// Offset of its first byte in the blob.
    pub start: usize,
    /// Offset after its last byte.
    pub end: usize,
    /// Line breaks before it.
    pub line: u64,
    /// Number of the innermost `{` that is open, from one; zero outside.
    pub object: u32,
}

impl Word {
    /// Its symbols.
    pub fn len(&self) -> usize {
        self.len
    }

    /// True when it has none, which no word has.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

/// The words of a text, as far as they are still looked at.
#[derive(Clone, Debug)]
pub struct Words {
    symbols: Vec<u8>,
    list: Vec<Word>,
    /// Symbols that were dropped.
    dropped: usize,
    /// The word that is being read.
    open: Option<Word>,
    gap: Between,
    line: u64,
    objects: Vec<u32>,
    count: u32,
    /// Bytes of the next piece that were read already.
    ahead: usize,
}

/// What was read since the last word.
#[derive(Clone, Copy, Debug, Default)]
struct Between {
    white: bool,
    marks: u32,
    mark: u8,
}

impl Default for Words {
    fn default() -> Words {
        Words {
            symbols: Vec::new(),
            list: Vec::new(),
            dropped: 0,
            open: None,
            gap: Between {
                marks: 2,
                ..Between::default()
            },
            line: 0,
            objects: Vec::new(),
            count: 0,
            ahead: 0,
        }
    }
}

impl Words {
    /// The words of a whole text, such as a cell.
    pub fn of(alphabet: &Alphabet, text: &[u8]) -> Words {
        let mut words = Words::default();
        let piece = Piece {
            text,
            new: 0..text.len(),
            grain: super::symbols::Grain::Decoded,
            to_blob: &|range| range,
        };
        words.read(&piece, alphabet);
        words.finish();
        words
    }

    /// The words.
    pub fn all(&self) -> &[Word] {
        &self.list
    }

    /// The symbols of `word`.
    pub fn symbols(&self, word: &Word) -> &[u8] {
        let at = word.at - self.dropped;
        &self.symbols[at..at + word.len]
    }

    /// Reads the next piece.
    pub fn read(&mut self, piece: &Piece<'_>, alphabet: &Alphabet) {
        let skipped = self.ahead.min(piece.new.len());
        self.ahead -= skipped;
        let mut at = piece.new.start + skipped;
        while at < piece.new.end {
            let byte = piece.text[at];
            if byte.is_ascii_alphanumeric() {
                self.symbol(byte.to_ascii_lowercase(), piece, at..at + 1);
                at += 1;
            } else if byte < 0x80 && byte != b'\\' {
                self.between(byte);
                at += 1;
            } else {
                at += self.special(piece, alphabet, at);
            }
        }
        self.ahead += at - piece.new.end;
    }

    /// Ends the last word.
    pub fn finish(&mut self) {
        self.list.extend(self.open.take());
    }

    /// Forgets the first `count` words.
    pub fn forget(&mut self, count: usize) {
        let count = count.min(self.list.len());
        self.list.drain(..count);
        let first = self.list.first().or(self.open.as_ref());
        let keep = first.map_or(self.dropped + self.symbols.len(), |word| word.at);
        self.symbols.drain(..keep - self.dropped);
        self.dropped = keep;
    }

    /// Takes the character at `at` that is no plain ASCII; returns its length.
    fn special(&mut self, piece: &Piece<'_>, alphabet: &Alphabet, at: usize) -> usize {
        let Some((c, len)) = read(piece.text, at) else {
            self.between(if piece.text[at] == b'\\' { b'\\' } else { b'?' });
            return 1;
        };
        let Some(c) = c else {
            self.between(b' ');
            return len;
        };
        let mut some = false;
        alphabet.folder.symbols(c, &mut |symbol| {
            some = true;
            self.symbol(symbol, piece, at..at + len);
        });
        if !some && (c.is_ascii() || c.is_whitespace() || is_mark(c)) {
            self.between(if c.is_ascii() {
                c as u8
            } else if c.is_whitespace() {
                b' '
            } else {
                b'?'
            });
        }
        len
    }

    fn symbol(&mut self, symbol: u8, piece: &Piece<'_>, range: std::ops::Range<usize>) {
        let place = (piece.to_blob)(range);
        let word = self.open.get_or_insert_with(|| Word {
            at: self.dropped + self.symbols.len(),
            len: 0,
            gap: self.gap.told(),
            start: place.start,
            end: place.end,
            line: self.line,
            object: self.objects.last().copied().unwrap_or(0),
        });
        if word.len < LONGEST {
            self.symbols.push(symbol);
            word.len += 1;
        }
        word.end = place.end;
    }

    fn between(&mut self, byte: u8) {
        if let Some(word) = self.open.take() {
            self.list.push(word);
            self.gap = Between::default();
        }
        if byte == b'\n' {
            self.line += 1;
        }
        if byte.is_ascii_whitespace() {
            self.gap.white = true;
        } else {
            self.gap.marks += 1;
            self.gap.mark = byte;
        }
        match byte {
            b'{' if self.objects.len() < DEPTH => {
                self.count = self.count.wrapping_add(1).max(1);
                self.objects.push(self.count);
            }
            b'}' => {
                self.objects.pop();
            }
            _ => {}
        }
    }
}

impl Between {
    fn told(self) -> Gap {
        match (self.marks, self.white) {
            (0, _) => Gap::Space,
            (1, false) => Gap::Tight(self.mark),
            (1, true) => Gap::One(self.mark),
            _ => Gap::Wide,
        }
    }
}

/// True for punctuation outside ASCII that ends a word; accents that stand alone
/// and characters without width do not.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{a0}'..='\u{bf}' | '\u{2010}'..='\u{205f}' | '\u{3000}'..='\u{3020}' | '\u{ff00}'..='\u{ff0f}')
        && !matches!(c, '\u{ad}' | '\u{2028}'..='\u{202e}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::symbols::Grain;
    use proptest::prelude::*;

    fn told(words: &Words) -> Vec<(String, Gap, usize, usize, u64, u32)> {
        let of = |word: &Word| {
            let symbols = String::from_utf8_lossy(words.symbols(word)).into_owned();
            (
                symbols,
                word.gap,
                word.start,
                word.end,
                word.line,
                word.object,
            )
        };
        words.all().iter().map(of).collect()
    }

    fn texts(text: &str) -> Vec<(String, Gap)> {
        let words = Words::of(&Alphabet::default(), text.as_bytes());
        told(&words)
            .into_iter()
            .map(|word| (word.0, word.1))
            .collect()
    }

    #[test]
    fn words_know_what_stands_before_them() {
        let expected = [
            ("jose", Gap::Wide),
            ("o", Gap::Tight(b'.')),
            ("neil", Gap::Tight(b'\'')),
            ("x", Gap::Tight(b'@')),
            ("com", Gap::One(b',')),
            ("9", Gap::Wide),
            ("8", Gap::Space),
        ];
        let found = texts("José.O'Neil@x, com \",\" 9\n 8");
        assert_eq!(found, expected.map(|(word, gap)| (word.to_owned(), gap)));
    }

    #[test]
    fn lines_and_objects_are_numbered() {
        let words = Words::of(&Alphabet::default(), b"a {b {c} d}\n{e} f");
        let found: Vec<(u64, u32)> = words.all().iter().map(|w| (w.line, w.object)).collect();
        assert_eq!(found, [(0, 0), (0, 1), (0, 2), (0, 1), (1, 3), (1, 0)]);
    }

    proptest! {
        #[test]
        fn pieces_of_any_size_give_the_same_words(
            parts in prop::collection::vec(0usize..8, 0..80),
            sizes in prop::collection::vec(1usize..9, 1..5),
        ) {
            let all = ["ab ", "é", "漢", ", ", "\\n", "\\u00e9", "7", "\u{200b}"];
            let text: String = parts.into_iter().map(|part| all[part]).collect();
            let alphabet = Alphabet::default();
            let whole = Words::of(&alphabet, text.as_bytes());
            let mut words = Words::default();
            let (mut at, mut sizes) = (0, sizes.iter().cycle());
            while at < text.len() {
                let end = (at + sizes.next().unwrap()).min(text.len());
                words.read(&Piece {
                    text: text.as_bytes(),
                    new: at..end,
                    grain: Grain::Decoded,
                    to_blob: &|range| range,
                }, &alphabet);
                at = end;
            }
            words.finish();
            prop_assert_eq!(told(&words), told(&whole));
        }
    }
}
