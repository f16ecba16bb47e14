//! The content of `OpenDocument` files: texts, sheets, slides and drawings,
//! packed or flat.

use std::collections::HashMap;
use std::io::{self, Read};

use super::flow::Flow;
use super::properties;
use super::table::Grid;
use crate::extract::draft::{Draft, Gap};
use crate::extract::xml::{Event, Tag, Xml};

/// Bytes that tracked deletions may hold until their place is found.
const HELD: usize = 4 << 20;
/// Rows and columns that a repeated cell stands for, at most.
const REPEATED: u32 = 1 << 20;
/// Blanks that one element stands for, at most.
const BLANKS: usize = 64;
/// Bytes of an embedded file in base64.
const EMBEDDED: usize = 64 << 20;

struct Content<'c, 'd, 'y> {
    flow: Flow<'c, 'd, 'y>,
    /// What parts are called after, for an object inside another.
    folder: String,
    paragraphs: usize,
    /// Elements whose text is no part of the paragraph around them.
    silent: usize,
    slides: usize,
    edges: usize,
    grid: Option<Table>,
    /// Tracked deletions by their names, and the one that is read.
    deletions: HashMap<String, Vec<u8>>,
    region: Option<String>,
    held: usize,
    embedded: Option<Vec<u8>>,
}

/// A sheet.
struct Table {
    grid: Grid,
    row: u32,
    column: u32,
    rows: u32,
    columns: u32,
    /// Rows that were told for one that repeats.
    text: Vec<u8>,
    note: Vec<u8>,
    formula: Vec<u8>,
    value: Vec<u8>,
    in_note: bool,
}

/// Reads content, styles or a flat document.
///
/// # Errors
/// When the input fails.
pub(super) fn read_flat<R: Read>(
    input: R,
    folder: &str,
    draft: &mut Draft<'_, '_>,
) -> io::Result<()> {
    let mut xml = Xml::new(input);
    let mut content = Content {
        flow: Flow::new(draft),
        folder: folder.to_owned(),
        paragraphs: 0,
        silent: 0,
        slides: 0,
        edges: 0,
        grid: None,
        deletions: HashMap::new(),
        region: None,
        held: 0,
        embedded: None,
    };
    content.begin("body");
    loop {
        let is_meta = match xml.next()? {
            Some(Event::Open(tag)) => {
                content.open(&tag);
                tag.name == b"meta"
            }
            Some(Event::Close(name)) => {
                content.close(name);
                false
            }
            Some(Event::Text(text)) => {
                content.text(text);
                false
            }
            None => break,
        };
        if is_meta {
            content.begin("properties");
            properties::read_on(&mut xml, Some(b"meta"), content.flow.draft)?;
            content.begin("body");
        }
        if content.flow.draft.is_over() {
            return Ok(());
        }
    }
    content.end_table();
    content.flow.end();
    // Deletions whose place was not found.
    let mut left: Vec<_> = content.deletions.into_iter().collect();
    left.sort_unstable();
    for (_, text) in left {
        content.flow.draft.line(&text);
    }
    Ok(())
}

impl Content<'_, '_, '_> {
    fn begin(&mut self, name: &str) {
        self.flow.end();
        let folder = &self.folder;
        self.flow.draft.begin(format!("{folder} {name}").trim());
    }

    fn open(&mut self, tag: &Tag<'_>) {
        match tag.name {
            b"p" | b"h" => {
                self.paragraphs += 1;
                if self.paragraphs > 1 {
                    self.flow.enter_box();
                }
            }
            b"s" => {
                let count = tag
                    .text("c")
                    .and_then(|count| count.parse().ok())
                    .unwrap_or(1);
                self.put(&b" ".repeat(BLANKS.min(count)));
            }
            b"tab" => self.put(b"\t"),
            b"line-break" => self.put(b"\n"),
            b"binary-data" => {
                self.silent += 1;
                self.embedded = Some(Vec::new());
            }
            b"note-citation" | b"creator" | b"date" => self.silent += 1,
            b"changed-region" => self.region = tag.text("id"),
            b"change" => {
                let words = tag
                    .text("change-id")
                    .and_then(|id| self.deletions.remove(&id));
                if let Some(words) = words {
                    self.flow.delete(words.trim_ascii_end());
                }
            }
            b"page"
                if tag.attribute("name").is_some()
                    || tag.attribute("master-page-name").is_some() =>
            {
                self.slides += 1;
                self.begin(&format!("slide {}", self.slides));
            }
            b"notes" if self.slides > 0 => self.begin(&format!("slide {} notes", self.slides)),
            b"header" | b"footer" | b"header-left" | b"footer-left" | b"header-first"
            | b"footer-first" => {
                self.edges += 1;
                let kind = String::from_utf8_lossy(tag.name).into_owned();
                self.begin(&format!("{kind} {}", self.edges));
            }
            b"spreadsheet" => self.end_table(),
            b"table" | b"table-row" | b"table-cell" | b"covered-table-cell" => self.open_table(tag),
            b"annotation" => {
                if let Some(table) = &mut self.grid {
                    table.in_note = true;
                }
            }
            _ => self.attributes(tag),
        }
    }

    /// Text that attributes hold.
    fn attributes(&mut self, tag: &Tag<'_>) {
        let names: &[&str] = match tag.name {
            b"a" => &["href"],
            b"hidden-text" | b"conditional-text" => &[
                "string-value",
                "string-value-if-true",
                "string-value-if-false",
            ],
            b"user-field-decl" | b"variable-set" | b"user-defined" => &["name", "string-value"],
            b"content-validation" => &["condition"],
            b"text" | b"textarea" | b"password" | b"hidden" | b"option" | b"button"
            | b"value-range" | b"file" => &["label", "title", "value", "current-value"],
            _ => return,
        };
        let values: Vec<_> = names
            .iter()
            .filter_map(|name| tag.attribute(name))
            .collect();
        let line = values
            .iter()
            .filter(|value| !value.is_empty())
            .map(|value| &**value);
        let line: Vec<&[u8]> = line.collect();
        self.flow.aside(line.join(&b": "[..]));
    }

    fn open_table(&mut self, tag: &Tag<'_>) {
        let number = |name| {
            tag.text(name)
                .and_then(|count| count.parse().ok())
                .unwrap_or(1_u32)
        };
        let name = tag.text("name");
        match (tag.name, &mut self.grid) {
            (b"table", None) => {
                let table = name.filter(|_| self.paragraphs == 0).map(Table::new);
                if table.is_some() {
                    self.begin("");
                }
                self.grid = table;
            }
            (b"table-row", Some(table)) => {
                table.row = table.row.saturating_add(table.rows);
                table.rows = number("number-rows-repeated").clamp(1, REPEATED);
                (table.column, table.columns) = (1, 0);
            }
            (b"table-cell" | b"covered-table-cell", Some(table)) => {
                table.column = table.column.saturating_add(table.columns);
                table.columns = number("number-columns-repeated").clamp(1, REPEATED);
                let value = [
                    "string-value",
                    "value",
                    "date-value",
                    "time-value",
                    "boolean-value",
                ];
                let value = value.iter().find_map(|name| tag.attribute(name));
                table.value = value.unwrap_or_default().into_owned();
                table.formula = tag.attribute("formula").unwrap_or_default().into_owned();
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &[u8]) {
        match name {
            b"p" | b"h" => self.end_paragraph(),
            b"note-citation" | b"creator" | b"date" => self.silent = self.silent.saturating_sub(1),
            b"binary-data" => {
                self.silent = self.silent.saturating_sub(1);
                if let Some(text) = self.embedded.take() {
                    let bytes = crate::extract::markup::base64::decode(&text);
                    self.flow.draft.blob("object", &bytes);
                }
            }
            b"changed-region" => self.region = None,
            b"annotation" => {
                if let Some(table) = &mut self.grid {
                    table.in_note = false;
                }
            }
            b"table-cell" | b"covered-table-cell" => match &mut self.grid {
                Some(table) => table.end_cell(),
                None => self.flow.follow(Gap::Cell),
            },
            b"table-row" => {
                if let Some(table) = &mut self.grid {
                    table.grid.end_row(self.flow.draft);
                } else {
                    self.flow.follow(Gap::Line);
                    self.flow.tell();
                }
            }
            b"table" => self.end_table(),
            b"header" | b"footer" | b"header-left" | b"footer-left" | b"header-first"
            | b"footer-first" => {
                self.begin("body");
            }
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        self.paragraphs = self.paragraphs.saturating_sub(1);
        if self.grid.is_some() || self.region.is_some() {
            self.put(b"\n");
        }
        if self.paragraphs > 0 {
            self.flow.leave_box();
        } else {
            self.flow.end_line(Gap::Line);
            self.flow.tell();
        }
    }

    fn text(&mut self, text: &[u8]) {
        if let Some(embedded) = &mut self.embedded {
            if embedded.len() < EMBEDDED {
                embedded.extend_from_slice(text);
            }
        } else if self.paragraphs > 0 && self.silent == 0 {
            self.put(text);
        }
    }

    /// Text of a paragraph, a cell, or a tracked deletion.
    fn put(&mut self, text: &[u8]) {
        if let Some(region) = &self.region {
            self.held += text.len();
            if self.held < HELD {
                self.deletions
                    .entry(region.clone())
                    .or_default()
                    .extend_from_slice(text);
            }
            return;
        }
        match &mut self.grid {
            Some(table) if table.in_note => table.note.extend_from_slice(text),
            Some(table) => table.text.extend_from_slice(text),
            None => self.flow.put(text),
        }
    }

    fn end_table(&mut self) {
        if let Some(mut table) = self.grid.take() {
            table.grid.end_row(self.flow.draft);
            self.begin("body");
        }
    }
}

impl Table {
    fn new(name: String) -> Table {
        Table {
            grid: Grid::new(name),
            row: 0,
            column: 1,
            rows: 1,
            columns: 0,
            text: Vec::new(),
            note: Vec::new(),
            formula: Vec::new(),
            value: Vec::new(),
            in_note: false,
        }
    }

    fn end_cell(&mut self) {
        let text = self.text.trim_ascii();
        let text = if text.is_empty() {
            &self.value[..]
        } else {
            text
        };
        self.grid.cell(self.row, self.column, text);
        let note = self.note.trim_ascii();
        if !note.is_empty() {
            self.grid.formula(self.row, self.column, note);
        }
        let has_text = memchr::memchr(b'"', &self.formula).is_some();
        let is_told = text.len() > 3 && memchr::memmem::find(&self.formula, text).is_some();
        if has_text && !is_told {
            self.grid.formula(self.row, self.column, &self.formula);
        }
        self.text.clear();
        self.note.clear();
        self.formula.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::office::testing::{anchored, drafted};

    fn told(xml: &str) -> String {
        drafted(|draft| read_flat(xml.as_bytes(), "", draft).unwrap())
    }

    #[test]
    fn spans_are_joined_and_what_is_anchored_follows() {
        let xml = "<office:text><text:p>AK<text:span>IA</text:span><text:s text:c=\"2\"/>x<office:annotation>\
            <dc:creator>me</dc:creator><text:p>note</text:p></office:annotation>y<text:line-break/>z</text:p>\
            <text:h>a<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>foot</text:p></text:note-body></text:note>b</text:h></office:text>";
        assert_eq!(told(xml), "[body]\nAKIA  xy\nz\nnote\nab\nfoot\n");
        assert_eq!(told("<office:text>no paragraph</office:text>"), "");
    }

    #[test]
    fn sheets_have_cells_with_names_also_after_repeated_ones() {
        let xml = "<office:spreadsheet><table:table table:name=\"S\"><table:table-row table:number-rows-repeated=\"3\"><table:table-cell/></table:table-row>\
            <table:table-row><table:table-cell table:number-columns-repeated=\"2\"/><table:table-cell><text:p>on</text:p><text:p>two</text:p></table:table-cell>\
            <table:covered-table-cell office:value=\"42\" table:formula=\"of:=&quot;4&quot;&amp;&quot;2&quot;\"/></table:table-row></table:table></office:spreadsheet>";
        let told = anchored(|draft| read_flat(xml.as_bytes(), "", draft).unwrap());
        let expected = [
            ("S!C4", "on\ntwo\t"),
            ("S!D4", "42\n"),
            ("S!D4", "of:=\"4\"&\"2\"\n"),
        ];
        assert_eq!(told, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }

    #[test]
    fn deletions_are_told_where_they_stood() {
        let xml = "<text:tracked-changes><text:changed-region text:id=\"c\"><text:deletion><text:p>old</text:p></text:deletion></text:changed-region></text:tracked-changes>\
            <text:p>password: <text:change text:change-id=\"c\"/> new</text:p>";
        assert_eq!(told(xml), "[body]\npassword:  new\npassword: old\n");
    }

    #[test]
    fn slides_headers_and_links_have_their_names() {
        let xml = "<draw:page draw:name=\"p\"><text:p>one</text:p><presentation:notes><text:p>two</text:p></presentation:notes></draw:page>\
            <style:header><text:p>SECRET</text:p></style:header><text:p><text:a xlink:href=\"https://x\">here</text:a></text:p>";
        assert_eq!(
            told(xml),
            "[slide 1]\none\n[slide 1 notes]\ntwo\n[header 1]\nSECRET\n[body]\nhere\nhttps://x\n"
        );
    }
}
