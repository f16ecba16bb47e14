//! Tables with a head: the head of a column names the numbers in it.
//!
//! A text is taken for a table when its first line has cells without numbers.
//! The head is read once, at the beginning of the text, and kept for the rest of it.

use super::context::Words;
use super::{LINE, RuleBits};

/// Most bytes of a head.
const HEAD: usize = 16 << 10;
/// Longest head of a table with a single column.
const SINGLE: usize = 64;
/// Most words of a column's head: prose has more.
const WORDS: usize = 5;
/// Most columns.
const COLUMNS: usize = 1024;

/// The head of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    delimiter: Option<u8>,
    columns: Vec<RuleBits>,
}

impl Head {
    /// The head of the table that `text` begins with, if any column of it is
    /// named by a word.
    pub fn of(text: &[u8], words: &Words) -> Option<Head> {
        let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
        let line = &text[..memchr::memchr(b'\n', &text[..text.len().min(HEAD)])?];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let delimiter = [b'\t', b';', b'|', b',']
            .into_iter()
            .map(|delimiter| (cells(line, Some(delimiter)).count(), delimiter))
            .filter(|&(cells, _)| cells > 1)
            .max_by_key(|&(cells, _)| cells)
            .map(|(_, delimiter)| delimiter);
        if delimiter.is_none() && line.len() > SINGLE {
            return None;
        }
        let mut columns = Vec::new();
        for cell in cells(line, delimiter).take(COLUMNS) {
            let digits = cell.iter().filter(|b| b.is_ascii_digit()).count();
            let parts = cell.split(|&b| b == b' ').filter(|w| !w.is_empty());
            if digits > 4 || cell.len() > SINGLE || parts.count() > WORDS {
                return None;
            }
            columns.push(words.within(cell));
        }
        let named = columns.iter().any(|bits| !bits.is_empty());
        named.then_some(Head { delimiter, columns })
    }

    /// The rules that the head of the column at `at` names.
    fn rules(&self, column: usize) -> RuleBits {
        self.columns.get(column).copied().unwrap_or_default()
    }
}

fn cells(line: &[u8], delimiter: Option<u8>) -> impl Iterator<Item = &[u8]> {
    let mut quoted = false;
    line.split(move |&b| {
        quoted ^= b == b'"';
        !quoted && Some(b) == delimiter
    })
}

/// Where the search is in the table.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cursor {
    /// Where the line begins, how far cells are counted, how many were passed.
    line: usize,
    at: usize,
    column: usize,
    quoted: bool,
    started: bool,
}

impl Cursor {
    /// The rules that the table's head names for the number at `number`; numbers are
    /// asked for in ascending order.
    pub fn rules(&mut self, head: &Head, text: &[u8], number: usize) -> RuleBits {
        let from = if self.started { self.at } else { 0 };
        let feed = memchr::memrchr(b'\n', &text[from.min(number)..number]);
        let line = match feed {
            Some(at) => Some(from + at + 1),
            None if self.started => None,
            None => Some(0),
        };
        if let Some(line) = line {
            *self = Cursor {
                line,
                at: line,
                column: 0,
                quoted: false,
                started: true,
            };
        }
        if number - self.line > LINE {
            return RuleBits::default();
        }
        for &byte in &text[self.at..number] {
            self.quoted ^= byte == b'"';
            self.column += usize::from(!self.quoted && Some(byte) == head.delimiter);
        }
        self.at = number;
        head.rules(self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Option<Head> {
        let words = Words::new([(0, "ssn"), (1, "card")]).unwrap();
        Head::of(text.as_bytes(), &words)
    }

    #[test]
    fn a_head_names_columns() {
        let head = head("name,ssn,\"card, number\"\r\n").unwrap();
        let text = b"\"a, b\",1,2\nc,3,4\n";
        let mut cursor = Cursor::default();
        let asked: Vec<(bool, bool)> = (0..text.len())
            .filter(|&at| text[at].is_ascii_digit())
            .map(|at| {
                let bits = cursor.rules(&head, text, at);
                (bits.has(0), bits.has(1))
            })
            .collect();
        assert_eq!(
            asked,
            [(true, false), (false, true), (true, false), (false, true)]
        );
    }

    #[test]
    fn what_is_no_head_names_nothing() {
        assert!(head("name,ssn 123-45-6789\n").is_none());
        assert!(head("name,age\n").is_none());
        assert!(head("the ssn of everybody stands in this file, line by line, since the beginning of all time\n").is_none());
        assert!(head("ssn\n").is_some());
        assert!(head("ssn").is_none());
    }
}
