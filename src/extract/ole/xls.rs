//! Spreadsheets of Excel 5 to 2003 (MS-XLS): all cells, with `Sheet!B2` as
//! their place, and texts beside them.

use std::collections::HashMap;

use super::bytes::{in_page, long, short, strings};
use super::records::{Pieces, Record, Records};
use super::{Draft, Reader};
use crate::base::content::SkipReason;

/// Records by their numbers.
const FORMULA: u16 = 0x0006;
const NOTE_TEXT: u16 = 0x01B6;
const FILE_PASS: u16 = 0x002F;
const CODE_PAGE: u16 = 0x0042;
const BOUND_SHEET: u16 = 0x0085;
const MUL_RK: u16 = 0x00BD;
const RICH: u16 = 0x00D6;
const STRINGS: u16 = 0x00FC;
const STRING_CELL: u16 = 0x00FD;
const NUMBER: u16 = 0x0203;
const LABEL: u16 = 0x0204;
const RESULT: u16 = 0x0207;
const RK: u16 = 0x027E;
const BEGIN: u16 = 0x0809;
/// Pictures and shapes, which are records of their own kind.
const DRAWING: [u16; 3] = [0x00EB, 0x00EC, 0x00ED];
/// Text that is handed out together.
const TOGETHER: usize = 1 << 20;

/// Reads the workbook in the entry at `index`.
pub(super) fn read(
    reader: &mut Reader<'_, '_, '_>,
    index: usize,
    folder: &str,
) -> Result<(), SkipReason> {
    let stream = reader.content(index)?;
    let mut book = Book {
        page: 1252,
        wide: true,
        sheets: HashMap::new(),
        strings: Vec::new(),
        sheet: "workbook".to_owned(),
        row: None,
        cell: (0, 0),
        draft: Draft::default(),
    };
    let mut records = Records::new(&stream);
    let mut count = 0_u32;
    let mut start = 0;
    while let Some(record) = records.next() {
        count += 1;
        if count.is_multiple_of(4096) {
            reader.budget.alive()?;
        }
        if record.kind == FILE_PASS {
            let path = reader.file.entries[index].path.clone();
            reader.skip(&path, SkipReason::Encrypted("xls"));
            return Ok(());
        }
        book.record(&record, start);
        start = records.place();
        if book.draft.text.len() >= TOGETHER {
            let draft = std::mem::take(&mut book.draft);
            reader.draft(folder, &draft);
            book.draft.at(&book.sheet);
        }
    }
    reader.draft(folder, &book.draft);
    if count == 0 {
        reader.blob("Workbook", &stream);
    }
    Ok(())
}

struct Book {
    page: u16,
    /// True for strings in UTF-16, as since Excel 97.
    wide: bool,
    /// Names of sheets, by the places where they begin.
    sheets: HashMap<u32, String>,
    strings: Vec<String>,
    sheet: String,
    /// The row that was last written to.
    row: Option<u16>,
    cell: (u16, u16),
    draft: Draft,
}

impl Book {
    fn record(&mut self, record: &Record<'_>, start: usize) {
        let data = record.data();
        match record.kind {
            BEGIN => self.begin(data, start),
            CODE_PAGE => self.page = short(data, 0).unwrap_or(1252),
            BOUND_SHEET => {
                let name = self.sheet_name(data.get(6..).unwrap_or_default());
                if let Some(place) = long(data, 0) {
                    self.sheets.insert(place, name);
                }
            }
            STRINGS => self.shared(record),
            STRING_CELL => {
                let index = long(data, 6).unwrap_or(u32::MAX) as usize;
                if let Some(text) = self.strings.get(index).cloned() {
                    self.cell(data, 0, &text);
                }
            }
            LABEL | RICH => {
                let text = self.string(record, 6);
                self.cell(data, 0, &text);
            }
            RESULT => {
                let text = self.string(record, 0);
                let (row, column) = self.cell;
                self.put(row, column, &text);
            }
            NUMBER => {
                if let Some(number) = data.get(6..).and_then(<[u8]>::first_chunk::<8>) {
                    self.cell(data, 0, &f64::from_le_bytes(*number).to_string());
                }
            }
            RK => self.cell(data, 0, &packed(long(data, 6))),
            MUL_RK => {
                let count = data.len().saturating_sub(6) / 6;
                for step in 0..count.min(256) {
                    let text = packed(long(data, 6 + 6 * step));
                    self.cell(data, step as u16, &text);
                }
            }
            FORMULA => self.formula(data),
            NOTE_TEXT => self.note(record),
            kind if DRAWING.contains(&kind) => {}
            _ => self.other(record),
        }
    }

    fn begin(&mut self, data: &[u8], start: usize) {
        self.wide = short(data, 0) == Some(0x0600);
        if let Some(name) = self.sheets.get(&(start as u32)) {
            self.sheet.clone_from(name);
            self.row = None;
            self.end_row();
        }
    }

    fn sheet_name(&self, data: &[u8]) -> String {
        let Some((&count, rest)) = data.split_first() else {
            return String::new();
        };
        if !self.wide {
            return in_page(&rest[..rest.len().min(usize::from(count))], self.page);
        }
        let flags = rest.first().copied().unwrap_or(0);
        let rest = [rest.get(1..).unwrap_or_default()];
        Pieces::new(&rest).characters(usize::from(count), flags & 1 != 0)
    }

    /// The string of a record, which begins at `at`.
    fn string(&self, record: &Record<'_>, at: usize) -> String {
        if self.wide {
            let mut pieces = Pieces::new(&record.pieces);
            return pieces
                .pass(at)
                .and_then(|()| pieces.string())
                .unwrap_or_default();
        }
        let data = record.data();
        let length = usize::from(short(data, at).unwrap_or(0));
        let rest = data.get(at + 2..).unwrap_or_default();
        in_page(&rest[..rest.len().min(length)], self.page)
    }

    fn shared(&mut self, record: &Record<'_>) {
        let mut pieces = Pieces::new(&record.pieces);
        if pieces.pass(8).is_none() {
            return;
        }
        while let Some(text) = pieces.string() {
            self.strings.push(text);
        }
    }

    /// A cell whose place `data` begins with, or one that many columns after.
    fn cell(&mut self, data: &[u8], after: u16, text: &str) {
        if let (Some(row), Some(column)) = (short(data, 0), short(data, 2)) {
            self.put(row, column.saturating_add(after), text);
        }
    }

    fn put(&mut self, row: u16, column: u16, text: &str) {
        if self.row == Some(row) {
            if self.draft.text.ends_with('\n') {
                self.draft.text.pop();
            }
            self.draft.text.push('\t');
        }
        self.row = Some(row);
        let place = format!("{}!{}{}", self.sheet, letters(column), u32::from(row) + 1);
        self.draft.at(&place);
        self.draft.line(text);
    }

    fn end_row(&mut self) {
        self.row = None;
        let sheet = self.sheet.clone();
        self.draft.at(&sheet);
    }

    /// The number that a formula gave, and the strings in it.
    fn formula(&mut self, data: &[u8]) {
        self.cell = (short(data, 0).unwrap_or(0), short(data, 2).unwrap_or(0));
        let (row, column) = self.cell;
        if let Some(result) = data.get(6..).and_then(<[u8]>::first_chunk::<8>)
            && result[6..] != [0xFF, 0xFF]
        {
            self.put(row, column, &f64::from_le_bytes(*result).to_string());
        }
        let mut text = String::new();
        strings(data.get(20..).unwrap_or_default(), &mut text);
        for line in text.lines() {
            self.put(row, column, line);
        }
    }

    /// The text of a note or a shape, in the records behind it.
    fn note(&mut self, record: &Record<'_>) {
        let count = usize::from(short(record.data(), 10).unwrap_or(0));
        let Some((flags, rest)) = record.pieces.get(1).and_then(|piece| piece.split_first()) else {
            return;
        };
        let mut pieces = vec![rest];
        pieces.extend(record.pieces.iter().skip(2));
        let text = if self.wide {
            Pieces::new(&pieces).characters(count, flags & 1 != 0)
        } else {
            in_page(&record.pieces[1..].concat(), self.page)
        };
        self.end_row();
        self.draft.line(&text);
    }

    /// Whatever else has text in it: headers, footers, names, links.
    fn other(&mut self, record: &Record<'_>) {
        let mut text = String::new();
        for piece in &record.pieces {
            strings(piece, &mut text);
        }
        if !text.is_empty() {
            self.end_row();
            self.draft.text.push_str(&text);
        }
    }
}

/// A number in 30 bits.
fn packed(bits: Option<u32>) -> String {
    let Some(bits) = bits else {
        return String::new();
    };
    let number = if bits & 2 != 0 {
        f64::from(bits.cast_signed() >> 2)
    } else {
        f64::from_bits(u64::from(bits & !3) << 32)
    };
    let number = if bits & 1 != 0 {
        number / 100.0
    } else {
        number
    };
    number.to_string()
}

/// The letters of a column, counted from 0.
fn letters(column: u16) -> String {
    let mut letters = Vec::new();
    let mut rest = u32::from(column) + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        let all = [0, 25, 26, 701, 702].map(letters);
        assert_eq!(all, ["A", "Z", "AA", "ZZ", "AAA"]);
    }

    #[test]
    fn packed_numbers_are_read() {
        assert_eq!(packed(Some(42 << 2 | 2)), "42");
        assert_eq!(packed(Some(1234 << 2 | 3)), "12.34");
        assert_eq!(packed(Some((1.5_f64.to_bits() >> 32) as u32)), "1.5");
        assert_eq!(packed(None), "");
    }
}
