//! Source code as symbols, in two profiles.
//!
//! `code-lex` gives two symbols to every token as it is written, so that
//! sixteen tokens make a tag; commas, semicolons and braces do not count,
//! because formatters add and drop them. It finds code that was copied, moved,
//! formatted anew or stripped of its comments.
//!
//! `code-shape` sees no names: an identifier says only how many identifiers ago
//! it stood last, which renaming does not change. One such token says little,
//! so each symbol stands for a run of tokens, and a tag for 47 of them.

use std::collections::VecDeque;
use std::ops::Range;

use super::candidates::Order;
use super::keys::Keys;
use super::lexer::{Kind, Lexer, Syntax, Token};
use super::prefilter::Prefilter;
use super::profile::Profile;
use super::stream::Hit;
use super::tag::Gram;
use super::{TAGGED, variety};

/// Tokens that one symbol of `code-shape` stands for.
pub const RUN: usize = 16;

/// Identifiers among which the last use of one is looked for.
const BACK: usize = 8;

/// Symbols that are looked at together.
const BLOCK: usize = 4096;

/// Least number of different symbols of a gram that is kept.
const DIFFERENT: u32 = 14;

/// Least number of different triples of neighbouring tokens behind a gram that is
/// kept, when all numbers are the same. Tables have fewer: rows of one form, with
/// other numbers in them.
const TRIPLES: [usize; 2] = [6, 14];

/// What any number is to those triples.
const NUMBER: u16 = 1;

/// A symbol, what its last token says, and the bytes it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Symbol {
    value: u8,
    kind: u16,
    start: usize,
    end: usize,
}

/// What one code profile leaves from piece to piece.
#[derive(Clone, Debug, Default)]
pub struct CodeStream {
    symbols: Vec<u8>,
    kinds: Vec<u16>,
    places: Vec<(usize, usize)>,
    /// Symbols before those.
    before: u64,
}

/// A whole text as one code profile sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coded {
    /// Its symbols.
    pub symbols: Vec<u8>,
    /// What each symbol's last token says.
    kinds: Vec<u16>,
}

/// What is asked for.
pub struct Question<'a> {
    /// The register's keys.
    pub keys: &'a Keys,
    /// Sorts out most candidates.
    pub prefilter: &'a Prefilter,
    /// Knows the tags.
    pub known: &'a dyn Fn(u64) -> bool,
}

/// Tokens of one text on their way to symbols of both profiles.
#[derive(Clone, Debug, Default)]
pub struct Coder {
    lexer: Lexer,
    /// The last tokens' codes and first bytes.
    run: VecDeque<(u64, usize)>,
    hash: u64,
    /// The last identifiers.
    names: VecDeque<u64>,
}

/// Multiplies the hash of a run from token to token.
const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;

impl Coder {
    /// Reads `text[new]`, whose first byte stands at `base` in the blob, and adds
    /// the symbols to both streams.
    pub fn read(
        &mut self,
        syntax: Syntax,
        (text, base): (&[u8], usize),
        new: Range<usize>,
        lex: &mut CodeStream,
        shape: &mut CodeStream,
    ) {
        let mut lexer = self.lexer;
        lexer.read(syntax, text, new, &mut |token| {
            let bytes = &text[token.range.clone()];
            let (start, end) = (token.range.start + base, token.range.end + base);
            if !matches!(bytes, b"," | b";" | b"{" | b"}") {
                let code = mixed(hash(bytes));
                let kind = kind(&token, code);
                let [first, second, ..] = code.to_le_bytes();
                for value in [first, second] {
                    #[rustfmt::skip]
                    lex.push(Symbol { value, kind, start, end });
                }
            }
            if bytes != b"," {
                let code = mixed(self.code(&token, bytes));
                let kind = kind(&token, code);
                if let Some((value, start)) = self.take(code, start) {
                    #[rustfmt::skip]
                    shape.push(Symbol { value, kind, start, end });
                }
            }
        });
        self.lexer = lexer;
    }

    /// What a token says to `code-shape`.
    fn code(&mut self, token: &Token, bytes: &[u8]) -> u64 {
        match token.kind {
            Kind::Text => 1,
            Kind::Word if !is_keyword(bytes) => {
                let name = hash(bytes);
                let back = self.names.iter().rev().position(|known| *known == name);
                if self.names.len() == BACK {
                    self.names.pop_front();
                }
                self.names.push_back(name);
                back.map_or(2, |back| 3 + back as u64)
            }
            Kind::Word | Kind::Number | Kind::Mark => hash(bytes) | 1 << 32,
        }
    }

    /// Takes the next code; gives the symbol of the run that it ends and the run's first byte.
    fn take(&mut self, code: u64, start: usize) -> Option<(u8, usize)> {
        self.run.push_back((code, start));
        self.hash = self.hash.wrapping_mul(FACTOR).wrapping_add(code);
        if self.run.len() > RUN
            && let Some((gone, _)) = self.run.pop_front()
        {
            let gone = gone.wrapping_mul(FACTOR.wrapping_pow(RUN as u32));
            self.hash = self.hash.wrapping_sub(gone);
        }
        let (_, first) = self.run.front()?;
        (self.run.len() == RUN).then(|| ((mixed(self.hash) >> 56) as u8, *first))
    }
}

impl CodeStream {
    fn push(&mut self, symbol: Symbol) {
        self.symbols.push(symbol.value);
        self.kinds.push(symbol.kind);
        self.places.push((symbol.start, symbol.end));
    }

    /// Symbols read so far.
    pub fn count(&self) -> u64 {
        self.before + self.symbols.len() as u64
    }

    /// Hands every hit among the symbols that were added to `found`, in order.
    pub fn ask(
        &mut self,
        profile: Profile,
        question: &Question<'_>,
        order: &mut Order,
        found: &mut dyn FnMut(Hit),
    ) {
        let mut from = 0;
        while from + TAGGED <= self.symbols.len() {
            let end = (from + BLOCK + TAGGED - 1).min(self.symbols.len());
            let block = &self.symbols[from..end];
            for &at in order.candidates(question.keys, block) {
                let at = at as usize;
                let Some(gram) = block[at..].first_chunk::<TAGGED>() else {
                    continue;
                };
                if !question.prefilter.contains(question.keys.cheap(gram)) {
                    continue;
                }
                let tag = question.keys.tag_of(profile, gram);
                if (question.known)(tag) {
                    let at = from + at;
                    found(Hit {
                        tag,
                        symbol: self.before + at as u64,
                        start: self.places[at].0,
                        end: self.places[at + TAGGED - 1].1,
                    });
                }
            }
            from += BLOCK;
        }
        let gone = (self.symbols.len() + 1).saturating_sub(TAGGED);
        self.symbols.drain(..gone);
        self.kinds.drain(..gone);
        self.places.drain(..gone);
        self.before += gone as u64;
    }
}

/// A whole text in `code-lex` and in `code-shape`.
pub fn coded(syntax: Syntax, text: &[u8]) -> [Coded; 2] {
    let (mut lex, mut shape) = (CodeStream::default(), CodeStream::default());
    Coder::default().read(syntax, (text, 0), 0..text.len(), &mut lex, &mut shape);
    [lex, shape].map(|stream| Coded {
        symbols: stream.symbols,
        kinds: stream.kinds,
    })
}

impl Coded {
    /// True when `gram`, the symbols of `profile` from `at` on, says too little to
    /// stand for a file.
    pub fn is_poor(&self, profile: Profile, at: usize, gram: &Gram) -> bool {
        if variety::distinct(gram) < DIFFERENT || variety::is_periodic(gram) {
            return true;
        }
        // In `code-lex` two symbols stand for a token.
        let (every, least) = match profile {
            Profile::CodeLex => (2, TRIPLES[0]),
            _ => (1, TRIPLES[1]),
        };
        let kinds = self.kinds.iter().skip(at).take(TAGGED).step_by(every);
        let mut before = (0, 0);
        let mut triples: Vec<u64> = Vec::with_capacity(TAGGED);
        for &kind in kinds {
            triples.push(u64::from(before.0) << 32 | u64::from(before.1) << 16 | u64::from(kind));
            before = (before.1, kind);
        }
        triples.drain(..2.min(triples.len()));
        triples.sort_unstable();
        triples.dedup();
        triples.len() < least
    }
}

/// What a token with this `code` says when numbers are all the same.
fn kind(token: &Token, code: u64) -> u16 {
    match token.kind {
        Kind::Number => NUMBER,
        _ => (code >> 32) as u16,
    }
}

fn hash(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, step)
}

fn mixed(value: u64) -> u64 {
    let z = value.wrapping_add(FACTOR);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Words that no renaming changes, of many languages; sorted.
#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "abstract", "and", "as", "assert", "async", "auto", "await", "bool", "boolean", "break",
    "byte", "case", "catch", "char", "class", "const", "continue", "crate", "def", "default",
    "defer", "define", "delete", "do", "double", "dyn", "elif", "else", "endif", "enum",
    "except", "export", "extends", "extern", "false", "final", "finally", "float", "fn", "for",
    "foreach", "from", "func", "function", "global", "go", "goto", "if", "ifdef", "ifndef",
    "impl", "implements", "import", "in", "include", "inline", "instanceof", "int", "interface",
    "is", "lambda", "let", "long", "loop", "match", "mod", "move", "mut", "namespace", "new",
    "nil", "none", "not", "null", "or", "override", "package", "pass", "private", "protected",
    "pub", "public", "raise", "ref", "register", "return", "self", "short", "signed", "sizeof",
    "static", "struct", "super", "switch", "template", "this", "throw", "throws", "trait",
    "true", "try", "type", "typedef", "union", "unsafe", "unsigned", "use", "using", "var",
    "virtual", "void", "volatile", "where", "while", "with", "yield",
];

/// True for a word that no renaming changes.
pub fn is_keyword(word: &[u8]) -> bool {
    std::str::from_utf8(word).is_ok_and(|word| KEYWORDS.binary_search(&word).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    const CODE: &str = "fn add(first: u32, second: u32) -> u32 {\n    // sums\n    let sum = first + second;\n    if sum > 10 { return sum - 10; }\n    log(\"x\", sum);\n    sum\n}\n";

    fn of(text: &str) -> [Coded; 2] {
        coded(Syntax::of(Path::new("a.rs")).unwrap(), text.as_bytes())
    }

    /// Grams of `text` that say enough, and all of them, in both profiles.
    fn rich(text: &str) -> [(usize, usize); 2] {
        let [lex, shape] = of(text);
        [(Profile::CodeLex, lex), (Profile::CodeShape, shape)].map(|(profile, coded)| {
            let grams = coded.symbols.array_windows::<TAGGED>().enumerate();
            let rich = grams.filter(|(at, gram)| !coded.is_poor(profile, *at, gram));
            (rich.count(), coded.symbols.len().saturating_sub(TAGGED - 1))
        })
    }

    #[test]
    fn keywords_are_sorted() {
        for word in ["abstract", "yield", "fn"] {
            assert!(is_keyword(word.as_bytes()), "{word}");
        }
        assert!(!is_keyword(b"sum"));
    }

    #[test]
    fn layout_and_comments_change_nothing() {
        let other = CODE
            .replace("// sums", "")
            .replace(", second: u32)", ",\n  second: u32,\n)");
        assert_eq!(of(&other), of(CODE));
    }

    #[test]
    fn tables_say_too_little_and_code_says_enough() {
        // Names in a table are written down in `code-lex` and not in `code-shape`.
        type Row = fn(u32) -> String;
        let rows: [(Row, bool); 3] = [
            (
                |at| format!("    {at:#x}, {:#x}, {:#x},\n", 7 * at, 31 * at % 97),
                true,
            ),
            (
                |at| format!("    [ITEM_X] = {{ UNIT_A, BIT({at}) }},\n"),
                false,
            ),
            (|at| format!("#define UNIT_A {}\n", 3 * at), true),
        ];
        for (row, numbers) in rows {
            let table: String = (1..60).map(row).collect();
            let [lex, shape] = rich(&table);
            assert_eq!((lex.0 == 0, shape.0), (numbers, 0), "{table}");
            assert!(lex.1 > 100 && shape.1 > 50);
        }
        let code = CODE.to_owned() + &CODE.replace("if", "while").replace("sum - 10", "first / 2");
        for (rich, all) in rich(&code) {
            assert!(all > 20 && 2 * rich > all, "{rich} of {all}");
        }
    }

    #[test]
    fn names_change_the_tokens_and_not_the_shape() {
        let renamed = CODE
            .replace("first", "a1")
            .replace("second", "b2")
            .replace("sum", "total")
            .replace("u32", "u64")
            .replace("log", "print")
            .replace("add", "plus");
        let (one, two) = (of(CODE), of(&renamed));
        assert_ne!(one[0], two[0]);
        assert_eq!(one[1], two[1]);
        assert_ne!(of(&CODE.replace("sum - 10", "first - 10"))[1], one[1]);
    }
}
