//! `SQLite` databases, with their logs and journals (file format 3): all rows of
//! all tables, then rows in pages that no table leads to (deleted ones), and
//! rows in the free space of pages.
//!
//! Values of different columns stand in a file without anything between them,
//! so the raw bytes alone do not show where one ends.

mod journal;
mod page;
mod record;

use std::io::SeekFrom;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::part::{
    Blob, Extractor, Head, Needs, Part, ReadSeek, Text, YieldPart, read_full,
};
pub(crate) use journal::Journal;
use page::{Cell, Kind, Pages, child, tree};
use record::{Encoding, Value, plausible, values};

/// The reader of databases.
#[derive(Debug)]
pub(crate) struct Sqlite;

const NAME: &str = "sqlite";
const MAGIC: &[u8] = b"SQLite format 3\0";
/// Text that is handed out together.
const TOGETHER: usize = 1 << 20;
/// A blob of so many bytes is a part of its own.
const LONG: usize = 48;
/// Most tables.
const TABLES: usize = 100_000;

impl Extractor for Sqlite {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        head.bytes.starts_with(MAGIC) && head.bytes.len() >= 100
    }

    fn needs(&self) -> Needs {
        Needs::Seek
    }

    fn extract(
        &self,
        blob: &mut Blob<'_>,
        budget: &Budget<'_>,
        yield_part: &mut YieldPart<'_>,
    ) -> Result<(), SkipReason> {
        let (input, length) = blob.seekable()?;
        let mut header = [0; 100];
        start(input, 0, &mut header).ok_or(SkipReason::Damaged(NAME))?;
        let field = |at: usize| {
            header[at..]
                .first_chunk()
                .map_or(0, |n| u32::from_be_bytes(*n))
        };
        let size = match u16::from_be_bytes([header[16], header[17]]) {
            1 => 65_536,
            size => usize::from(size),
        };
        if !size.is_power_of_two() || size < 512 {
            return Err(SkipReason::Damaged(NAME));
        }
        let mut pages = Pages::new(input, budget, size, usize::from(header[20]));
        pages.count = u32::try_from(length.div_ceil(size as u64)).unwrap_or(u32::MAX);
        let encoding = Encoding::of(field(56));
        let mut reader = Reader::new(pages, encoding, yield_part);
        reader.database()?;
        reader.finish()
    }
}

fn start(input: &mut dyn ReadSeek, at: u64, buffer: &mut [u8]) -> Option<()> {
    input.seek(SeekFrom::Start(at)).ok()?;
    let got = read_full(input, buffer).ok()?;
    (got == buffer.len()).then_some(())
}

struct Reader<'r, 'b, 'p> {
    pages: Pages<'r, 'b>,
    encoding: Encoding,
    yield_part: &'r mut YieldPart<'p>,
    text: String,
    anchors: Vec<(usize, Arc<str>)>,
    /// Pages that were read as part of a tree.
    seen: Vec<bool>,
    /// True once nothing more is wanted.
    done: bool,
    damaged: bool,
}

impl<'r, 'b, 'p> Reader<'r, 'b, 'p> {
    fn new(
        pages: Pages<'r, 'b>,
        encoding: Encoding,
        yield_part: &'r mut YieldPart<'p>,
    ) -> Reader<'r, 'b, 'p> {
        Reader {
            seen: vec![false; pages.count as usize + 1],
            pages,
            encoding,
            yield_part,
            text: String::new(),
            anchors: Vec::new(),
            done: false,
            damaged: false,
        }
    }

    fn finish(mut self) -> Result<(), SkipReason> {
        self.flush();
        if self.damaged {
            Err(SkipReason::Damaged(NAME))
        } else {
            Ok(())
        }
    }

    /// Reads all tables, and then what no table leads to.
    fn database(&mut self) -> Result<(), SkipReason> {
        let mut tables = Vec::new();
        self.table("schema", 1, &mut |values, encoding| {
            if let [
                Value::Text(kind),
                Value::Text(name),
                _,
                Value::Integer(root),
                ..,
            ] = values
                && tables.len() < TABLES
            {
                // An index says again what its table says.
                let is_index = encoding.text(kind) == "index";
                let name = if is_index {
                    String::new()
                } else {
                    encoding.text(name)
                };
                tables.push((name, *root));
            }
        })?;
        for (name, root) in tables {
            if self.done {
                return Ok(());
            }
            if let Ok(root) = u32::try_from(root)
                && root > 1
            {
                self.table(&name, root, &mut |_, _| {})?;
            }
        }
        for number in 1..=self.pages.count {
            if self.done {
                break;
            }
            let known = self.seen.get(number as usize).copied().unwrap_or(true);
            let Some(page) = self.pages.page(number)? else {
                break;
            };
            if known {
                self.free_space(&page, number)?;
            } else {
                self.loose(&page, &format!("page {number}"), number)?;
            }
        }
        Ok(())
    }

    /// Reads the tree that begins at the page `root`; without a `name` it is
    /// only walked through.
    fn table(
        &mut self,
        name: &str,
        root: u32,
        each: &mut dyn FnMut(&[Value<'_>], Encoding),
    ) -> Result<(), SkipReason> {
        let mut open = vec![root];
        let mut count = 0;
        while let Some(number) = open.pop() {
            if self.done {
                break;
            }
            match self.seen.get_mut(number as usize) {
                Some(seen) if !*seen => *seen = true,
                _ => {
                    self.damaged = true;
                    continue;
                }
            }
            let page = self.pages.page(number)?.unwrap_or_default();
            let start = if number == 1 { 100 } else { 0 };
            let Some((kind, cells, right)) = tree(&page, start) else {
                self.damaged = true;
                continue;
            };
            if matches!(kind, Kind::TableInner | Kind::IndexInner) {
                open.push(right);
                open.extend(cells.iter().rev().filter_map(|at| child(&page, *at)));
            }
            if kind == Kind::TableInner || name.is_empty() {
                continue;
            }
            for at in cells {
                let Some(cell) = self.pages.cell(&page, at, kind) else {
                    self.damaged = true;
                    continue;
                };
                count += 1;
                let row = if kind == Kind::TableLeaf {
                    cell.row
                } else {
                    count
                };
                self.cell(name, row, &cell, each)?;
            }
        }
        Ok(())
    }

    fn cell(
        &mut self,
        table: &str,
        row: i64,
        cell: &Cell<'_>,
        each: &mut dyn FnMut(&[Value<'_>], Encoding),
    ) -> Result<(), SkipReason> {
        let (payload, whole) = self.pages.payload(cell)?;
        let (values, all) = values(&payload);
        self.damaged |= !(whole && all);
        each(&values, self.encoding);
        self.row(table, row, &values);
        Ok(())
    }

    /// Writes a row as a line.
    fn row(&mut self, table: &str, row: i64, values: &[Value<'_>]) {
        let start = self.text.len();
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                self.text.push('\t');
            }
            match value {
                Value::Null => {}
                Value::Integer(number) => self.text.push_str(&number.to_string()),
                Value::Real(number) => self.text.push_str(&number.to_string()),
                Value::Text(bytes) => self.text.push_str(&self.encoding.text(bytes)),
                Value::Blob(bytes) if bytes.len() < LONG => {
                    self.text.push_str(&String::from_utf8_lossy(bytes));
                }
                Value::Blob(bytes) => self.blob(&format!("{table}:{row}.{index}"), bytes),
            }
        }
        if self.text.len() > start {
            self.anchors.push((start, format!("{table}:{row}").into()));
            self.text.push('\n');
        }
        if self.text.len() >= TOGETHER {
            self.flush();
        }
    }

    fn blob(&mut self, name: &str, bytes: &[u8]) {
        if !self.done {
            let mut content = bytes;
            let size = Some(bytes.len() as u64);
            let flow = (self.yield_part)(Part::Blob {
                name,
                content: &mut content,
                size,
            });
            self.done = flow.is_break();
        }
    }

    fn flush(&mut self) {
        if !self.text.is_empty() && !self.done {
            let flow = (self.yield_part)(Part::Text(Text {
                name: "",
                bytes: self.text.as_bytes(),
                anchors: &self.anchors,
            }));
            self.done = flow == ControlFlow::Break(());
        }
        self.text.clear();
        self.anchors.clear();
    }

    /// Reads a page that stands alone: its cells if it looks like a leaf, and
    /// what looks like a cell elsewhere in it.
    fn loose(&mut self, page: &[u8], name: &str, number: u32) -> Result<(), SkipReason> {
        let start = if number == 1 { 100 } else { 0 };
        let leaf = tree(page, start)
            .filter(|(kind, cells, _)| *kind == Kind::TableLeaf && !cells.is_empty());
        let Some((kind, cells, _)) = leaf else {
            return self.carve(page, 0, page.len(), number);
        };
        let damaged = self.damaged;
        for at in cells {
            if let Some(cell) = self.pages.cell(page, at, kind) {
                self.cell(name, cell.row, &cell, &mut |_, _| {})?;
            }
        }
        // What was deleted may be overwritten in part.
        self.damaged = damaged;
        self.free_space(page, number)
    }

    /// Reads what looks like a cell between the pointers and the cells.
    fn free_space(&mut self, page: &[u8], number: u32) -> Result<(), SkipReason> {
        let start = if number == 1 { 100 } else { 0 };
        let Some((kind, cells, _)) = tree(page, start) else {
            return Ok(());
        };
        if kind != Kind::TableLeaf {
            return Ok(());
        }
        let content = page.get(start + 5..).and_then(<[u8]>::first_chunk);
        let content = content.map_or(0, |n| usize::from(u16::from_be_bytes(*n)));
        let content = if content == 0 { page.len() } else { content };
        self.carve(page, start + 8 + 2 * cells.len(), content, number)?;
        // Blocks between cells, each with the place of the next and its size.
        let word = |at: usize| {
            page.get(at..)?
                .first_chunk()
                .map(|n| u16::from_be_bytes(*n))
        };
        let mut next = word(start + 1).map_or(0, usize::from);
        for _ in 0..page.len() / 4 {
            let Some(size) = word(next + 2).filter(|_| next != 0) else {
                break;
            };
            self.freed(page, next, usize::from(size), number);
            next = word(next).map_or(0, usize::from);
        }
        Ok(())
    }

    /// Text in a block whose first four bytes are overwritten.
    fn freed(&mut self, page: &[u8], at: usize, size: usize, number: u32) {
        let end = at.saturating_add(size).min(page.len());
        let block = page.get(at + 4..end).unwrap_or_default();
        let text = String::from_utf8_lossy(block);
        let start = self.text.len();
        for run in text.split(|c: char| c.is_control() || c == char::REPLACEMENT_CHARACTER) {
            if run.len() >= 6 {
                self.text.push_str(run);
                self.text.push('\n');
            }
        }
        if self.text.len() > start {
            let place = format!("page {number}");
            self.anchors.push((start, place.into()));
        }
    }

    /// Rows that were deleted, between `from` and `to`.
    fn carve(
        &mut self,
        page: &[u8],
        from: usize,
        to: usize,
        number: u32,
    ) -> Result<(), SkipReason> {
        let area = page.get(from..to.min(page.len())).unwrap_or_default();
        if area.iter().all(|byte| *byte == 0) {
            return Ok(());
        }
        self.pages.budget.alive()?;
        let name = format!("page {number}");
        let mut at = 0;
        while at < area.len() {
            // A cell begins with its length, which is at least four.
            if area[at] < 4 {
                at += 1;
                continue;
            }
            match plausible(&area[at..]) {
                Some((length, row, record)) => {
                    let (values, _) = values(record);
                    self.row(&name, row, &values);
                    at += length;
                }
                None => at += 1,
            }
        }
        Ok(())
    }
}
