//! `SpreadsheetML`: the cells of a sheet, row by row, each with its name.
//!
//! A row is a line and its cells are separated by tabs, so that a value stands
//! beside its label. Where the label, or the head of the column, is a word for
//! a secret, the two have a line of their own: in a longer row nothing tells
//! where such a value ends.

use std::io::{self, Read};
use std::sync::Arc;

use super::binary;
use super::table::{Grid, name_of_column};
use crate::base::content::SkipReason;
use crate::extract::budget::{Budget, Reserved, fault};
use crate::extract::draft::Draft;
use crate::extract::xml::{Event, Tag, Xml};

/// The strings that cells refer to by number.
#[derive(Debug, Default)]
pub(super) struct Strings<'b> {
    text: Vec<u8>,
    ends: Vec<usize>,
    reserved: Vec<Reserved<'b>>,
    set_aside: usize,
}

/// Memory that is set aside at a time.
const SHARE: usize = 4 << 20;

impl<'b> Strings<'b> {
    /// Reads the shared strings of a workbook. What does not fit is missing.
    ///
    /// # Errors
    /// When the input fails, or there is no memory.
    pub(super) fn read<R: Read>(&mut self, input: R, budget: &'b Budget<'b>) -> io::Result<()> {
        let mut xml = Xml::new(input);
        let (mut texts, mut phonetic) = (0_usize, 0_usize);
        while let Some(event) = xml.next()? {
            match event {
                Event::Open(tag) => match tag.name {
                    b"t" => texts += 1,
                    b"rPh" => phonetic += 1,
                    _ => {}
                },
                Event::Text(text) if texts > 0 && phonetic == 0 => {
                    self.text.extend_from_slice(text);
                }
                Event::Text(_) => {}
                Event::Close(name) => match name {
                    b"t" => texts = texts.saturating_sub(1),
                    b"rPh" => phonetic = phonetic.saturating_sub(1),
                    b"si" => self.ends.push(self.text.len()),
                    _ => {}
                },
            }
            self.hold(budget)?;
        }
        Ok(())
    }

    /// Reads the shared strings of a workbook in binary form.
    ///
    /// # Errors
    /// When the input fails, or there is no memory.
    pub(super) fn read_binary<R: Read>(
        &mut self,
        input: R,
        budget: &'b Budget<'b>,
    ) -> io::Result<()> {
        binary::strings(input, |text| {
            self.text.extend_from_slice(text.as_bytes());
            self.ends.push(self.text.len());
            self.hold(budget)
        })
    }

    /// Sets memory aside for what was read.
    fn hold(&mut self, budget: &'b Budget<'b>) -> io::Result<()> {
        let held = self.text.len() + self.ends.len() * size_of::<usize>();
        if held > self.set_aside {
            let more = SHARE.max(held - self.set_aside);
            self.reserved
                .push(budget.reserve(more as u64).map_err(fault)?);
            self.set_aside += more;
        }
        Ok(())
    }

    pub(super) fn get(&self, number: usize) -> Option<&[u8]> {
        let end = *self.ends.get(number)?;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text.get(start..end)
    }
}

/// How the content of a cell is written.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Number,
    Shared,
    Other,
}

/// What the text that comes now belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Into {
    Nothing,
    Value,
    Formula,
    Header,
    Aside,
}

struct Sheet<'s, 'd, 'y> {
    strings: &'s Strings<'s>,
    grid: Grid,
    draft: &'s mut Draft<'d, 'y>,
    into: Into,
    kind: Kind,
    value: Vec<u8>,
    formula: Vec<u8>,
    row: u32,
    column: u32,
    /// What comes after the cells, and where the last of it begins.
    aside: Vec<u8>,
    begun: usize,
}

/// Reads the cells of the sheet called `name`.
///
/// # Errors
/// When the input fails.
pub(super) fn read<R: Read>(
    input: R,
    name: &str,
    strings: &Strings<'_>,
    draft: &mut Draft<'_, '_>,
) -> io::Result<()> {
    let mut xml = Xml::new(input);
    draft.begin("");
    let mut sheet = Sheet {
        strings,
        grid: Grid::new(name.to_owned()),
        draft,
        into: Into::Nothing,
        kind: Kind::Number,
        value: Vec::new(),
        formula: Vec::new(),
        row: 0,
        column: 0,
        aside: Vec::new(),
        begun: 0,
    };
    let ended = loop {
        match xml.next() {
            Ok(Some(Event::Open(tag))) => sheet.open(&tag),
            Ok(Some(Event::Close(name))) => sheet.close(name),
            Ok(Some(Event::Text(text))) => sheet.text(text),
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
        if sheet.draft.is_over() {
            return Ok(());
        }
    };
    sheet.grid.end_row(sheet.draft);
    if !sheet.aside.is_empty() {
        sheet.draft.begin(name);
        sheet.draft.push(&sheet.aside);
    }
    ended
}

impl Sheet<'_, '_, '_> {
    fn open(&mut self, tag: &Tag<'_>) {
        match tag.name {
            b"row" => {
                let given = tag.text("r").and_then(|row| row.parse().ok());
                self.row = given.unwrap_or(self.row.saturating_add(1));
                self.column = 0;
            }
            b"c" => self.cell(tag),
            b"v" | b"t" => self.into = Into::Value,
            b"f" => self.into = Into::Formula,
            b"oddHeader" | b"oddFooter" | b"evenHeader" | b"evenFooter" | b"firstHeader"
            | b"firstFooter" => self.begin_aside(Into::Header),
            b"formula1" | b"formula2" | b"formula" => self.begin_aside(Into::Aside),
            b"dataValidation" => {
                self.attributes(tag, &["promptTitle", "prompt", "errorTitle", "error"]);
            }
            b"hyperlink" => self.attributes(tag, &["display", "tooltip", "location"]),
            _ => {}
        }
    }

    fn begin_aside(&mut self, into: Into) {
        self.into = into;
        self.begun = self.aside.len();
    }

    fn cell(&mut self, tag: &Tag<'_>) {
        let named = tag.attribute("r").and_then(|name| column_and_row(&name));
        let (column, row) = named.unwrap_or((self.column.saturating_add(1), self.row));
        (self.column, self.row) = (column, row);
        self.kind = match tag.attribute("t").as_deref() {
            Some(b"s") => Kind::Shared,
            None | Some(b"n") => Kind::Number,
            Some(_) => Kind::Other,
        };
        self.value.clear();
        self.formula.clear();
    }

    fn attributes(&mut self, tag: &Tag<'_>, names: &[&str]) {
        for name in names {
            if let Some(value) = tag.attribute(name).filter(|value| !value.is_empty()) {
                self.aside.extend_from_slice(&value);
                self.aside.push(b'\n');
            }
        }
    }

    fn text(&mut self, text: &[u8]) {
        match self.into {
            Into::Nothing => {}
            Into::Value => self.value.extend_from_slice(text),
            Into::Formula => self.formula.extend_from_slice(text),
            Into::Header | Into::Aside => self.aside.extend_from_slice(text),
        }
    }

    fn close(&mut self, name: &[u8]) {
        match name {
            b"v" | b"t" | b"f" => self.into = Into::Nothing,
            b"c" => self.finish_cell(),
            b"row" => self.grid.end_row(self.draft),
            _ if matches!(self.into, Into::Header | Into::Aside) => {
                if self.into == Into::Header {
                    let header = separated(&self.aside[self.begun..]);
                    self.aside.truncate(self.begun);
                    self.aside.extend_from_slice(&header);
                }
                self.into = Into::Nothing;
                self.aside.push(b'\n');
            }
            _ => {}
        }
    }

    fn finish_cell(&mut self) {
        let number;
        let value: &[u8] = match self.kind {
            Kind::Shared => {
                let index = std::str::from_utf8(&self.value)
                    .ok()
                    .and_then(|v| v.trim().parse().ok());
                index
                    .and_then(|index| self.strings.get(index))
                    .unwrap_or_default()
            }
            Kind::Number => {
                number = whole_number(&self.value);
                number.as_ref().map_or(&self.value, String::as_bytes)
            }
            Kind::Other => &self.value,
        };
        self.grid.cell(self.row, self.column, value);
        // A formula says something of its own where it holds text.
        let has_text = memchr::memchr(b'"', &self.formula).is_some();
        let is_told = value.len() > 3 && memchr::memmem::find(&self.formula, value).is_some();
        if has_text && !is_told {
            self.grid.formula(self.row, self.column, &self.formula);
            // What comes out is told as the cell's value, if it was kept.
            let is_told =
                |joined: &Vec<u8>| value.len() > 3 && memchr::memmem::find(joined, value).is_some();
            if let Some(joined) = joined(&self.formula).filter(|joined| !is_told(joined)) {
                self.grid.formula(self.row, self.column, &joined);
            }
        }
    }
}

/// A number with an exponent as it would be shown without.
fn whole_number(value: &[u8]) -> Option<String> {
    memchr::memchr2(b'E', b'e', value)?;
    let number: f64 = std::str::from_utf8(value).ok()?.trim().parse().ok()?;
    (number.fract() == 0.0 && number.abs() < 1e17).then(|| format!("{number:.0}"))
}

/// Column and row of a name such as `B2`, from one.
fn column_and_row(name: &[u8]) -> Option<(u32, u32)> {
    let letters = name.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let mut column = 0_u32;
    for letter in &name[..letters] {
        let digit = u32::from(letter.to_ascii_uppercase() - b'A') + 1;
        column = column.checked_mul(26)?.checked_add(digit)?;
    }
    let row = std::str::from_utf8(&name[letters..]).ok()?.parse().ok()?;
    (column > 0).then_some((column, row))
}

/// A header without the codes that choose a font or a side.
fn separated(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        if byte != b'&' {
            out.push(byte);
            continue;
        }
        let Some((&code, behind)) = rest.split_first() else {
            break;
        };
        rest = behind;
        match code {
            b'&' => out.push(b'&'),
            // The left, middle and right part.
            b'L' | b'C' | b'R' if !out.is_empty() => out.push(b'\n'),
            b'"' => rest = memchr::memchr(b'"', rest).map_or(&[][..], |end| &rest[end + 1..]),
            b'K' => rest = rest.get(6..).unwrap_or_default(),
            b'0'..=b'9' => {
                let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
                rest = &rest[digits..];
            }
            _ => {}
        }
    }
    out
}

/// Tells the names and lists that a workbook defines.
///
/// # Errors
/// When the input fails.
pub(super) fn names<R: Read>(input: R, draft: &mut Draft<'_, '_>) -> io::Result<()> {
    let mut xml = Xml::new(input);
    let mut name = None;
    let mut value = Vec::new();
    draft.begin("names");
    while let Some(event) = xml.next()? {
        match event {
            Event::Open(tag) if tag.name == b"definedName" => {
                name = tag.text("name");
                value.clear();
                if let Some(comment) = tag.attribute("comment") {
                    draft.line(&comment);
                }
            }
            Event::Text(text) if name.is_some() => value.extend_from_slice(text),
            Event::Close(b"definedName") => {
                // What stands in quotes is text, the rest leads to cells.
                let quoted = value
                    .strip_prefix(b"\"")
                    .and_then(|v| v.strip_suffix(b"\""));
                let value = quoted.unwrap_or(&value);
                if let Some(name) = name.take() {
                    draft.field(&name, &String::from_utf8_lossy(value));
                }
            }
            _ => {}
        }
        if draft.is_over() {
            break;
        }
    }
    Ok(())
}

/// A cell's name, as `Sheet1!B2`.
pub(super) fn anchor(sheet: &str, row: u32, column: u32) -> Arc<str> {
    format!("{sheet}!{}{row}", name_of_column(column)).into()
}

/// Why strings are missing.
pub(super) fn reason(error: &io::Error, budget: &Budget<'_>) -> SkipReason {
    budget.reason(error, super::OOXML)
}

/// A formula whose texts are put together: `"a"&"b"`, `CONCATENATE("a","b")`.
fn joined(formula: &[u8]) -> Option<Vec<u8>> {
    let is_list = memchr::memmem::find(formula, b"CONCAT").is_some();
    let mut out = Vec::with_capacity(formula.len());
    let mut rest = formula;
    while let Some(quote) = memchr::memchr(b'"', rest) {
        out.extend_from_slice(&rest[..quote]);
        let behind = rest[quote + 1..].trim_ascii_start();
        let sign = behind.first();
        let next = behind.get(1..).unwrap_or_default().trim_ascii_start();
        let joins = sign == Some(&b'&') || is_list && matches!(sign, Some(b',' | b';'));
        if joins && next.first() == Some(&b'"') {
            rest = &next[1..];
        } else {
            out.push(b'"');
            rest = &rest[quote + 1..];
        }
    }
    out.extend_from_slice(rest);
    (out.len() < formula.len()).then_some(out)
}

#[cfg(test)]
mod tests;
