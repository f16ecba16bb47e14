//! Source code into tokens, tolerantly: one lexer for all languages.
//!
//! Comments and white space are left out. Every string ends with its line, so
//! that an excerpt that begins inside of one is back in step on the next line.
//! Nothing depends on where the pieces of a text end.

use std::ops::Range;
use std::path::Path;

/// Bytes of the longest token; a longer run is several.
const LONGEST: usize = 4096;

/// What begins a comment, and other differences between languages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Syntax {
    comments: Comments,
    /// `'` begins a character and not a string, or stands before a name.
    lifetimes: bool,
    /// Every line begins with a mark of what became of it.
    marked: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Comments {
    /// `//` and `/* */`.
    #[default]
    Slash,
    /// `#`.
    Hash,
    /// `--` and `/* */`.
    Dash,
    /// `#`, `//` and `/* */`.
    Both,
}

impl Syntax {
    /// How the file at `path` is written; `None` for what is no source code.
    pub fn of(path: &Path) -> Option<Syntax> {
        let end = path.extension()?.to_str()?.to_ascii_lowercase();
        let comments = match end.as_str() {
            "c" | "h" | "cc" | "cpp" | "cxx" | "hpp" | "hh" | "hxx" | "inl" | "m" | "mm" | "rs"
            | "java" | "kt" | "kts" | "scala" | "go" | "js" | "jsx" | "mjs" | "cjs" | "ts"
            | "tsx" | "cs" | "swift" | "dart" | "zig" | "d" | "proto" | "v" | "sv" | "svh"
            | "groovy" | "gradle" | "cu" | "cuh" | "cl" | "glsl" | "vert" | "frag" | "hlsl"
            | "sol" | "vue" | "svelte" | "patch" | "diff" | "s" => Comments::Slash,
            "py" | "pyx" | "pyi" | "rb" | "sh" | "bash" | "zsh" | "pl" | "pm" | "r" | "jl"
            | "ex" | "exs" | "cmake" | "mk" | "tcl" | "nim" | "cr" => Comments::Hash,
            "sql" | "lua" | "hs" | "ada" | "adb" | "ads" | "vhd" | "vhdl" | "elm" => Comments::Dash,
            "php" | "tf" | "hcl" => Comments::Both,
            _ => return None,
        };
        Some(Syntax {
            comments,
            lifetimes: end == "rs",
            marked: end == "patch" || end == "diff",
        })
    }

    fn is_line_comment(self, rest: &[u8]) -> bool {
        match self.comments {
            Comments::Slash => rest.starts_with(b"//"),
            Comments::Hash => rest.starts_with(b"#"),
            Comments::Dash => rest.starts_with(b"--"),
            Comments::Both => rest.starts_with(b"//") || rest.starts_with(b"#"),
        }
    }

    fn has_blocks(self) -> bool {
        self.comments != Comments::Hash
    }
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name or a keyword.
    Word,
    /// A number.
    Number,
    /// A string with its quotes.
    Text,
    /// One other character.
    Mark,
}

/// A token of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its bytes in the text.
    pub range: Range<usize>,
}

/// What is left of one piece for the next.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lexer {
    state: State,
    /// Bytes of the next piece that were read already.
    ahead: usize,
    /// True unless a line begins here.
    inside: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Code,
    LineComment,
    BlockComment,
}

impl Lexer {
    /// Hands the tokens that begin in `text[new]` to `found`. What follows in
    /// `text` is the true continuation: some thousand bytes, or all there is.
    pub fn read(
        &mut self,
        syntax: Syntax,
        text: &[u8],
        new: Range<usize>,
        found: &mut dyn FnMut(Token),
    ) {
        let skipped = self.ahead.min(new.len());
        self.ahead -= skipped;
        let mut at = new.start + skipped;
        while at < new.end {
            at = match self.state {
                State::Code => self.code(syntax, text, at, found),
                State::LineComment => match memchr::memchr(b'\n', &text[at..new.end]) {
                    Some(end) => {
                        self.state = State::Code;
                        at + end
                    }
                    None => new.end,
                },
                State::BlockComment => self.block(text, at..new.end),
            };
        }
        self.ahead += at - new.end;
    }

    fn block(&mut self, text: &[u8], range: Range<usize>) -> usize {
        let mut at = range.start;
        while let Some(star) = memchr::memchr(b'*', &text[at..range.end]) {
            at += star + 1;
            if text.get(at) == Some(&b'/') {
                self.state = State::Code;
                return at + 1;
            }
        }
        range.end
    }

    fn code(
        &mut self,
        syntax: Syntax,
        text: &[u8],
        at: usize,
        found: &mut dyn FnMut(Token),
    ) -> usize {
        let byte = text[at];
        let first = !std::mem::replace(&mut self.inside, byte != b'\n');
        if byte.is_ascii_whitespace() || (first && syntax.marked && matches!(byte, b'+' | b'-')) {
            return at + 1;
        }
        let rest = &text[at..];
        if syntax.is_line_comment(rest) {
            self.state = State::LineComment;
            return at + 1;
        }
        if syntax.has_blocks() && rest.starts_with(b"/*") {
            self.state = State::BlockComment;
            return at + 2;
        }
        let (kind, len) = token(syntax, rest);
        let range = at..at + len;
        found(Token { kind, range });
        at + len
    }
}

/// Kind and length of the token that `rest` begins with.
fn token(syntax: Syntax, rest: &[u8]) -> (Kind, usize) {
    let rest = &rest[..rest.len().min(LONGEST)];
    let name = || {
        rest.iter()
            .position(|byte| !is_name(*byte))
            .unwrap_or(rest.len())
    };
    match rest[0] {
        byte if is_name(byte) && !byte.is_ascii_digit() => (Kind::Word, name()),
        byte if byte.is_ascii_digit() => (Kind::Number, name()),
        b'\'' if syntax.lifetimes => match character(rest) {
            Some(len) => (Kind::Text, len),
            None => (Kind::Mark, 1),
        },
        b'"' | b'\'' | b'`' => (Kind::Text, string(rest)),
        _ => (Kind::Mark, 1),
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Length of a character in quotes.
fn character(rest: &[u8]) -> Option<usize> {
    let len = if rest.get(1) == Some(&b'\\') {
        3 + memchr::memchr(b'\'', rest.get(3..rest.len().min(14))?)?
    } else {
        2 + memchr::memchr(b'\'', rest.get(2..rest.len().min(6))?)?
    };
    let inside = &rest[1..len];
    let one = inside[0] == b'\\' || inside.len() == 1 || inside[0] >= 0x80;
    one.then_some(len + 1)
}

/// Length of a string, which ends with its line.
fn string(rest: &[u8]) -> usize {
    let mut at = 1;
    while let Some(&byte) = rest.get(at) {
        match byte {
            b'\n' => return at,
            b'\\' if rest.get(at + 1) != Some(&b'\n') => at += 2,
            _ if byte == rest[0] => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tokens(name: &str, text: &str, sizes: &[usize]) -> Vec<String> {
        let syntax = Syntax::of(Path::new(name)).unwrap();
        let mut lexer = Lexer::default();
        let mut out = Vec::new();
        let (mut at, mut sizes) = (0, sizes.iter().cycle());
        while at < text.len() {
            let end = sizes
                .next()
                .map_or(text.len(), |size| (at + size).min(text.len()));
            lexer.read(syntax, text.as_bytes(), at..end, &mut |token| {
                out.push(String::from_utf8_lossy(&text.as_bytes()[token.range]).into_owned());
            });
            at = end;
        }
        out
    }

    #[test]
    fn comments_and_spaces_are_left_out() {
        for (name, text, expected) in [
            (
                "a.c",
                "int x /* no\n 'no */ = 5; // \"no\nreturn;",
                "int x = 5 ; return ;",
            ),
            (
                "a.rs",
                "fn f<'a>(c: &'a str) { '\\'' 'é' }",
                "fn f < ' a > ( c : & ' a str ) { '\\'' 'é' }",
            ),
            ("a.py", "x = 'a # b' # c\ny", "x = 'a # b' y"),
            ("a.sql", "select 'it' -- x\nfrom", "select 'it' from"),
            ("a.js", "a = `b\nc + \"d\\\"e\"", "a = `b c + \"d\\\"e\""),
            ("a.diff", "+int a;\n-b--\n c", "int a ; b - - c"),
        ] {
            assert_eq!(tokens(name, text, &[]).join(" "), expected, "{name}");
        }
        assert_eq!(Syntax::of(Path::new("a.txt")), None);
    }

    proptest! {
        #[test]
        fn pieces_of_any_size_give_the_same_tokens(
            parts in prop::collection::vec(0usize..16, 0..60),
            sizes in prop::collection::vec(1usize..7, 1..5),
            rust in any::<bool>(),
        ) {
            let all = ["/*", "*/", "//", "\n", "\"", "'", "\\", "ab", " ", "1", "é", "/", "*", "{", "'x'", "+"];
            let text: String = parts.into_iter().map(|part| all[part]).collect();
            let name = if rust { "a.rs" } else { "a.diff" };
            prop_assert_eq!(tokens(name, &text, &sizes), tokens(name, &text, &[]));
        }
    }
}
