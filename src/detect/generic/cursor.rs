//! A place in a text that moves forward over small pieces of syntax.

/// Reads a text from left to right. Past the end it reads zero bytes.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub(super) text: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a [u8], at: usize) -> Cursor<'a> {
        Cursor {
            text,
            at: at.min(text.len()),
        }
    }

    /// The byte at the cursor, 0 at the end.
    pub(super) fn peek(&self) -> u8 {
        self.ahead(0)
    }

    /// The byte `n` after the cursor, 0 past the end.
    pub(super) fn ahead(&self, n: usize) -> u8 {
        self.text.get(self.at + n).copied().unwrap_or(0)
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        &self.text[self.at..]
    }

    /// Moves over `literal` when it stands here.
    pub(super) fn eat(&mut self, literal: &[u8]) -> bool {
        let found = self.rest().starts_with(literal);
        if found {
            self.at += literal.len();
        }
        found
    }

    /// Moves over `literal`, in any case, when it stands here.
    pub(super) fn eat_word(&mut self, literal: &[u8]) -> bool {
        let found = starts_with_fold(self.rest(), literal);
        if found {
            self.at += literal.len();
        }
        found
    }

    /// Moves over at most `limit` blanks and tabs; returns how many.
    pub(super) fn blanks(&mut self, limit: usize) -> usize {
        let n = self
            .rest()
            .iter()
            .take(limit)
            .take_while(|b| matches!(b, b' ' | b'\t'))
            .count();
        self.at += n;
        n
    }

    /// Moves over at most `limit` bytes of which `wanted` holds; returns how many.
    pub(super) fn while_(&mut self, limit: usize, wanted: impl Fn(u8) -> bool) -> usize {
        let n = self
            .rest()
            .iter()
            .take(limit)
            .take_while(|&&b| wanted(b))
            .count();
        self.at += n;
        n
    }
}

/// True when `text` begins with `literal` in any case.
pub(super) fn starts_with_fold(text: &[u8], literal: &[u8]) -> bool {
    text.len() >= literal.len() && text[..literal.len()].eq_ignore_ascii_case(literal)
}

/// True for bytes identifiers are made of.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The first byte of the line in which `at` stands, as far as visible.
pub(super) fn line_start(text: &[u8], at: usize) -> usize {
    memchr::memrchr(b'\n', &text[..at]).map_or(0, |i| i + 1)
}

/// One past the last byte of the line in which `at` stands, without its line end.
pub(super) fn line_end(text: &[u8], at: usize) -> usize {
    let end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |i| at + i);
    if end > at && text[end - 1] == b'\r' {
        end - 1
    } else {
        end
    }
}
