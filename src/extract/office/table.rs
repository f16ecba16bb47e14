//! Rows of cells as lines of text, for the sheets of all formats.

use std::collections::HashMap;

use super::sheet::anchor;
use crate::extract::draft::{Draft, Gap};

/// Words in the label of a secret, in lower case.
const SECRETS: &[&str] = &[
    "pass",
    "pwd",
    "secret",
    "token",
    "key",
    "credential",
    "pin",
    "kennwort",
    "schlüssel",
    "geheim",
    "contraseña",
    "clave",
    "senha",
    "mot de",
    "hasło",
    "wachtwoord",
    "lösenord",
    "пароль",
    "密码",
    "密碼",
    "パスワード",
    "비밀번호",
];
/// Longest label, in bytes.
const LABEL: usize = 48;
/// Shortest and longest value that is set apart.
const VALUE: std::ops::Range<usize> = 6..512;
/// Columns whose heads are remembered.
const HEADS: u32 = 4096;
/// Bytes of a row's formulas that are held.
const FORMULAS: usize = 1 << 20;

/// The cells of one sheet.
pub(super) struct Grid {
    sheet: String,
    /// The row in the making: where each cell's text ends.
    cells: Vec<(u32, u32, usize)>,
    text: Vec<u8>,
    formulas: Vec<(u32, u32, Vec<u8>)>,
    held: usize,
    /// Heads of columns that are labels of secrets, from the first row with text.
    heads: HashMap<u32, Vec<u8>>,
    has_head: bool,
}

impl Grid {
    pub(super) fn new(sheet: String) -> Grid {
        Grid {
            sheet,
            cells: Vec::new(),
            text: Vec::new(),
            formulas: Vec::new(),
            held: 0,
            heads: HashMap::new(),
            has_head: false,
        }
    }

    /// Adds a cell to the row; rows and columns count from one.
    pub(super) fn cell(&mut self, row: u32, column: u32, value: &[u8]) {
        let value = value.trim_ascii();
        if value.is_empty() {
            return;
        }
        self.text.extend_from_slice(value);
        self.cells.push((row, column, self.text.len()));
    }

    /// Adds what a cell's formula says, for after the row.
    pub(super) fn formula(&mut self, row: u32, column: u32, formula: &[u8]) {
        self.held += formula.len();
        if self.held < FORMULAS {
            self.formulas.push((row, column, formula.to_vec()));
        }
    }

    /// Tells the row.
    pub(super) fn end_row(&mut self, draft: &mut Draft<'_, '_>) {
        draft.gap(Gap::Line);
        let mut start = 0;
        let mut before: &[u8] = b"";
        for (nth, &(row, column, end)) in self.cells.iter().enumerate() {
            let value = &self.text[start..end];
            let next = self.cells.get(nth + 1).map(|next| &self.text[end..next.2]);
            let paired = is_value(value) && is_label(before);
            let head = self
                .heads
                .get(&column)
                .filter(|_| !paired && is_value(value));
            if head.is_some() || next.is_some_and(is_value) && is_label(value) {
                draft.gap(Gap::Line);
            }
            draft.anchor(anchor(&self.sheet, row, column));
            if let Some(head) = head {
                draft.push(head);
                draft.push(b"\t");
            }
            draft.push(value);
            draft.gap(if paired || head.is_some() {
                Gap::Line
            } else {
                Gap::Cell
            });
            before = value;
            start = end;
        }
        self.note_heads();
        draft.gap(Gap::Line);
        for (row, column, formula) in self.formulas.drain(..) {
            draft.anchor(anchor(&self.sheet, row, column));
            draft.push(&formula);
            draft.gap(Gap::Line);
        }
        self.cells.clear();
        self.text.clear();
        self.held = 0;
    }

    /// Remembers the heads of columns, from the first row of several cells.
    fn note_heads(&mut self) {
        if self.has_head || self.cells.len() < 2 {
            return;
        }
        self.has_head = true;
        let mut start = 0;
        for &(_, column, end) in &self.cells {
            let text = &self.text[start..end];
            if is_label(text) && column <= HEADS {
                self.heads.insert(column, text.to_vec());
            }
            start = end;
        }
    }
}

/// True for the label of a secret.
fn is_label(text: &[u8]) -> bool {
    if text.is_empty() || text.len() > LABEL || text.iter().any(u8::is_ascii_digit) {
        return false;
    }
    let text = String::from_utf8_lossy(text).to_lowercase();
    SECRETS.iter().any(|word| text.contains(word))
}

/// True for what may be a secret: one word, and not of letters alone.
fn is_value(text: &[u8]) -> bool {
    VALUE.contains(&text.len())
        && !text.iter().any(u8::is_ascii_whitespace)
        && text.iter().any(|b| !b.is_ascii_alphabetic())
}

/// The letters of a column, from one.
pub(super) fn name_of_column(mut column: u32) -> String {
    let mut letters = Vec::new();
    while column > 0 {
        column -= 1;
        letters.push(b'A' + (column % 26) as u8);
        column /= 26;
    }
    letters.reverse();
    String::from_utf8(letters).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        for (column, name) in [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA")] {
            assert_eq!(name_of_column(column), name);
        }
    }

    #[test]
    fn labels_and_values_are_told_from_other_cells() {
        for (text, label) in [
            ("Password", true),
            ("API key", true),
            ("key 1", false),
            ("host", false),
            ("", false),
        ] {
            assert_eq!(is_label(text.as_bytes()), label, "{text}");
        }
        for (text, value) in [
            ("abc123", true),
            ("two words1", false),
            ("letters", false),
            ("a1", false),
        ] {
            assert_eq!(is_value(text.as_bytes()), value, "{text}");
        }
    }
}
