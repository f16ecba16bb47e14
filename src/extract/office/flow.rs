//! Text that flows: the paragraphs of a letter, a slide, a chart, a comment.
//!
//! One reader serves `WordprocessingML`, `DrawingML`, VML and the old and new forms
//! of comments, since they call things alike: `p` is a paragraph, `t` its text,
//! `tc` a cell. Runs are joined as they stand in the paragraph. Text boxes
//! come after the paragraph they are anchored in, and once, whichever
//! alternatives a file offers. Where something was deleted and the change is
//! tracked, the wording before it follows as a line of its own.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read};
use std::ops::Range;

use crate::extract::draft::{Draft, Gap};
use crate::extract::xml::{Event, Tag, Xml};

/// Boxes inside each other that are told apart.
const DEEP: usize = 32;
/// Boxes of a part that are compared with each other.
const BOXES: usize = 10_000;
/// Bytes that are told of the words before a deletion.
const BEFORE: usize = 40;
/// Bytes of a row or a box that are held before they are told.
const HELD: usize = 1 << 20;

/// A text around others, or in a box that is anchored in one.
#[derive(Default)]
struct Frame {
    /// The paragraph as it reads.
    line: Vec<u8>,
    /// What of it was inserted.
    inserted: Vec<Range<usize>>,
    /// What stood in it once, and where.
    deleted: Vec<(usize, Vec<u8>)>,
    /// Finished lines, with what follows them.
    lines: Vec<(Vec<u8>, Gap)>,
    held: usize,
}

pub(super) struct Flow<'f, 'd, 'y> {
    pub(super) draft: &'f mut Draft<'d, 'y>,
    /// The outermost text, and the boxes that are open in it.
    frames: Vec<Frame>,
    /// Boxes too deep for a frame of their own.
    deeper: usize,
    /// Boxes and words beside the text, which are told after the paragraph.
    beside: Vec<Vec<(Vec<u8>, Gap)>>,
    known: HashSet<u64>,
    texts: usize,
    deletions: usize,
    insertions: usize,
    cells: usize,
}

/// Reads the text of `input` into the part of `draft` that is begun.
///
/// # Errors
/// When the input fails.
pub(super) fn read<R: Read>(input: R, draft: &mut Draft<'_, '_>) -> io::Result<()> {
    read_on(&mut Xml::new(input), draft)
}

/// The same from the middle of a part.
///
/// # Errors
/// When the input fails.
pub(super) fn read_on<R: Read>(xml: &mut Xml<R>, draft: &mut Draft<'_, '_>) -> io::Result<()> {
    let mut flow = Flow::new(draft);
    let ended = loop {
        match xml.next() {
            Ok(Some(Event::Open(tag))) => flow.open(&tag),
            Ok(Some(Event::Close(name))) => flow.close(name),
            Ok(Some(Event::Text(text))) => flow.text(text),
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
        if flow.draft.is_over() {
            break Ok(());
        }
    };
    flow.end();
    ended
}

fn is_text(name: &[u8]) -> bool {
    matches!(
        name,
        b"t" | b"instrText" | b"delText" | b"delInstrText" | b"v" | b"text"
    )
}

fn is_deletion(name: &[u8]) -> bool {
    matches!(name, b"del" | b"moveFrom" | b"delText" | b"delInstrText")
}

impl<'f, 'd, 'y> Flow<'f, 'd, 'y> {
    pub(super) fn new(draft: &'f mut Draft<'d, 'y>) -> Flow<'f, 'd, 'y> {
        Flow {
            draft,
            frames: Vec::new(),
            deeper: 0,
            beside: Vec::new(),
            known: HashSet::new(),
            texts: 0,
            deletions: 0,
            insertions: 0,
            cells: 0,
        }
    }

    /// Tells what is left.
    pub(super) fn end(&mut self) {
        while self.frames.len() > 1 {
            self.leave_box();
        }
        self.end_line(Gap::Line);
        self.cells = 0;
        self.tell();
    }

    fn open(&mut self, tag: &Tag<'_>) {
        let name = tag.name;
        self.texts += usize::from(is_text(name));
        self.deletions += usize::from(is_deletion(name));
        match name {
            b"ins" | b"moveTo" => self.insertions += 1,
            b"tab" if self.texts == 0 => self.put(b"\t"),
            b"br" | b"cr" => {
                let page = tag.attribute("type").is_some_and(|kind| *kind == *b"page");
                self.end_line(if page { Gap::Page } else { Gap::Line });
            }
            b"noBreakHyphen" => self.put(b"-"),
            b"sym" => self.symbol(tag),
            b"tc" => self.cells += 1,
            b"comment" | b"threadedComment" => {
                if let Some(cell) = tag.text("ref") {
                    self.tell();
                    self.draft.anchor(cell.into());
                }
            }
            b"txbxContent" | b"textbox" => self.enter_box(),
            _ => self.attributes(tag),
        }
    }

    fn close(&mut self, name: &[u8]) {
        self.texts = self.texts.saturating_sub(usize::from(is_text(name)));
        self.deletions = self
            .deletions
            .saturating_sub(usize::from(is_deletion(name)));
        match name {
            b"ins" | b"moveTo" => self.insertions = self.insertions.saturating_sub(1),
            b"p" | b"v" | b"text" | b"author" | b"comment" => {
                self.end_line(Gap::Line);
                self.tell();
            }
            b"tc" => {
                self.end_line(Gap::Line);
                self.cells = self.cells.saturating_sub(1);
                self.follow(Gap::Cell);
            }
            b"tr" => {
                self.follow(Gap::Line);
                self.tell();
            }
            b"txbxContent" | b"textbox" => self.leave_box(),
            _ => {}
        }
    }

    fn text(&mut self, text: &[u8]) {
        if self.texts == 0 {
            return;
        }
        if self.deletions == 0 {
            return self.put(text);
        }
        self.delete(text);
    }

    /// Something that stood here once.
    pub(super) fn delete(&mut self, text: &[u8]) {
        let frame = self.frame();
        let at = frame.line.len();
        match frame.deleted.last_mut() {
            Some((last, words)) if *last == at => words.extend_from_slice(text),
            _ => frame.deleted.push((at, text.to_vec())),
        }
    }

    /// The innermost text.
    fn frame(&mut self) -> &mut Frame {
        if self.frames.is_empty() {
            self.frames.push(Frame::default());
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    pub(super) fn put(&mut self, text: &[u8]) {
        let inserted = self.insertions > 0;
        let frame = self.frame();
        let start = frame.line.len();
        frame.line.extend_from_slice(text);
        if inserted {
            frame.inserted.push(start..frame.line.len());
        }
        if frame.line.len() > HELD {
            self.end_line(Gap::None);
        }
    }

    fn symbol(&mut self, tag: &Tag<'_>) {
        let code = tag
            .text("char")
            .and_then(|code| u32::from_str_radix(&code, 16).ok());
        // Symbol fonts keep their signs in the private area.
        let is_private = |code: u32| (0xF000..=0xF0FF).contains(&code);
        let code = code.map(|code| {
            if is_private(code) {
                code - 0xF000
            } else {
                code
            }
        });
        if let Some(c) = code.and_then(char::from_u32) {
            self.put(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }

    /// Text that attributes hold.
    fn attributes(&mut self, tag: &Tag<'_>) {
        let names: &[&str] = match tag.name {
            b"textpath" => &["string"],
            b"docPr" | b"cNvPr" => &["descr", "title"],
            b"listEntry" | b"default" | b"statusText" | b"helpText" | b"alias" | b"tag" => &["val"],
            b"hyperlink" | b"hlinkClick" | b"hlinkHover" => &["tooltip"],
            b"fldSimple" => &["instr"],
            b"listItem" => &["displayText", "value"],
            b"docVar" => {
                if let (Some(name), Some(value)) = (tag.text("name"), tag.text("val")) {
                    self.aside(format!("{name}: {value}").into_bytes());
                }
                return;
            }
            _ => return,
        };
        let mut last = Vec::new();
        for value in names.iter().filter_map(|name| tag.attribute(name)) {
            if *value != *last {
                last = value.into_owned();
                self.aside(last.clone());
            }
        }
    }

    /// A line that stands beside the text.
    pub(super) fn aside(&mut self, line: Vec<u8>) {
        if !line.is_empty() {
            self.beside.push(vec![(line, Gap::Line)]);
        }
        if self.frames.is_empty() {
            self.tell();
        }
    }

    /// The paragraph is over, or a line of it.
    pub(super) fn end_line(&mut self, gap: Gap) {
        let frame = self.frame();
        let line = std::mem::take(&mut frame.line);
        let deleted = std::mem::take(&mut frame.deleted);
        let inserted = std::mem::take(&mut frame.inserted);
        let before = before(&line, &deleted, &inserted);
        for line in [line]
            .into_iter()
            .chain(before)
            .filter(|line| !line.is_empty())
        {
            frame.held += line.len();
            frame.lines.push((line, gap));
        }
        if gap == Gap::Page {
            self.follow(gap);
        }
        if self.frame().held > HELD {
            self.tell_lines();
        }
    }

    /// What follows the last line is `gap`.
    pub(super) fn follow(&mut self, gap: Gap) {
        if let Some(last) = self.frame().lines.last_mut() {
            last.1 = gap;
        }
    }

    pub(super) fn enter_box(&mut self) {
        if self.frames.len() >= DEEP {
            self.deeper += 1;
            return;
        }
        self.frame();
        self.frames.push(Frame::default());
    }

    pub(super) fn leave_box(&mut self) {
        self.end_line(Gap::Line);
        if let Some(deeper) = self.deeper.checked_sub(1) {
            self.deeper = deeper;
            return;
        }
        if self.frames.len() > 1
            && let Some(frame) = self.frames.pop()
        {
            self.beside.push(frame.lines);
        }
    }

    /// Hands the finished lines of the outermost text on.
    fn tell_lines(&mut self) {
        let Some(frame) = self.frames.first_mut() else {
            return;
        };
        frame.held = 0;
        for (line, gap) in std::mem::take(&mut frame.lines) {
            self.draft.push(&line);
            self.draft.gap(gap);
        }
    }

    /// Tells what is finished, once no cell and no box is open.
    pub(super) fn tell(&mut self) {
        if self.frames.len() > 1 || self.cells > 0 {
            return;
        }
        self.tell_lines();
        for lines in std::mem::take(&mut self.beside) {
            let mut hasher = DefaultHasher::new();
            lines.hash(&mut hasher);
            if self.known.len() < BOXES && !self.known.insert(hasher.finish()) {
                continue;
            }
            for (line, gap) in lines {
                self.draft.push(&line);
                self.draft.gap(gap);
            }
            self.draft.gap(Gap::Line);
        }
    }
}

/// What `line` said before the deletions, around them.
fn before(line: &[u8], deleted: &[(usize, Vec<u8>)], inserted: &[Range<usize>]) -> Option<Vec<u8>> {
    let mut old = Vec::new();
    let (mut first, mut last) = (None, 0);
    let mut deleted = deleted.iter().peekable();
    let mut inserted = inserted.iter().peekable();
    for at in 0..=line.len() {
        while let Some((_, words)) = deleted.next_if(|(place, _)| *place == at) {
            first = first.or(Some(old.len()));
            old.extend_from_slice(words);
            last = old.len();
        }
        while inserted.next_if(|range| range.end <= at).is_some() {}
        let is_new = inserted.peek().is_some_and(|range| range.contains(&at));
        if let Some(byte) = line.get(at).filter(|_| !is_new) {
            old.push(*byte);
        }
    }
    let first = first?;
    let from = first.saturating_sub(BEFORE);
    let start = if from == 0 {
        0
    } else {
        let blank = old[from..first].iter().position(u8::is_ascii_whitespace);
        blank.map_or(first, |at| from + at + 1)
    };
    let end = old[last..].iter().position(u8::is_ascii_whitespace);
    old.truncate(end.map_or(old.len(), |at| last + at));
    old.drain(..start);
    Some(old)
}

#[cfg(test)]
mod tests;
