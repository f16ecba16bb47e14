//! Looks for protected text in one blob, in the same pass as everything else.
//!
//! Each way to read the blob's bytes is a text of its own, with its own stream
//! of symbols and its own chains. What all of them show is put together at the end.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use crate::base::span::{Place, Span};
use crate::extract::reading::{self, Order};
use crate::fingerprint::chunk::Chunker;
use crate::fingerprint::lexer::Syntax;
use crate::fingerprint::profile::Profile;
use crate::fingerprint::stream::{Memory, Piece, Question, Sign, Stream};
use crate::fingerprint::symbols::Grain;
use crate::judge::locate::LineCounter;
use crate::register::binary::Chunks;
use crate::register::chains::Sighting;
use crate::register::found::{self, Found};
use crate::register::index::Index;
use crate::register::phrase::PhraseEntry;
use crate::register::records::Table;
use crate::register::records::search::{self as records, Rows, Search};
use crate::register::track::Tracker;

use super::code::CodeScan;

/// Ways to read bytes: as they are, two-byte, four-byte, legacy, without tags, UTF-16, and
/// what is encoded in them, apart and in place.
const WAYS: usize = 8;
const WITHOUT_TAGS: usize = 4;
const WIDE: usize = 5;

/// Most phrases found in one blob.
const PHRASES: usize = 1_000;

/// Bytes at the beginning of a blob that tell how else it can be read.
const HEAD: usize = 64 << 10;

/// The search for protected text in one blob.
#[derive(Debug)]
pub(super) struct DocumentScan<'a> {
    index: &'a Index,
    ways: [Way; WAYS],
    is_marked_up: bool,
    order: Option<Order>,
    /// Bytes of the next window that a reading has taken already.
    ahead: usize,
    /// Looks for source code, in a file of such.
    code: Option<CodeScan>,
    /// Cuts the bytes, from the first on in a binary, else from the first zero byte on.
    chunker: Option<Chunker>,
    chunks: Chunks,
    bytes: u64,
    /// Places of phrases, by offset and number.
    phrases: BTreeMap<(usize, u32), Place>,
}

#[derive(Debug, Default)]
struct Way {
    stream: Stream,
    tracker: Tracker,
    rows: Search,
    told: Vec<Rows>,
}

/// A part of the blob, read in one way.
pub(super) struct Part<'a> {
    /// The text.
    pub(super) text: &'a [u8],
    /// The part of it that is new.
    pub(super) new: Range<usize>,
    /// Where the text comes from.
    pub(super) grain: Grain,
    /// The bytes of the blob behind bytes of the text.
    pub(super) to_blob: &'a dyn Fn(Span) -> Span,
    /// The blob's bytes, from offset `base` on.
    pub(super) raw: &'a [u8],
    /// Offset of the first byte of `raw`.
    pub(super) base: usize,
    /// True when nothing follows.
    pub(super) last: bool,
    /// Counts lines from where the window begins.
    pub(super) lines: LineCounter,
}

impl<'a> DocumentScan<'a> {
    /// Begins the search.
    pub(super) fn new(index: &'a Index, path: &Path) -> DocumentScan<'a> {
        let syntax = Syntax::of(path).filter(|_| index.has_code);
        DocumentScan {
            index,
            ways: Default::default(),
            is_marked_up: false,
            order: None,
            ahead: 0,
            code: syntax.map(CodeScan::new),
            chunker: None,
            chunks: Chunks::default(),
            bytes: 0,
            phrases: BTreeMap::new(),
        }
    }

    /// Reads the next part of the blob's own bytes, as they are and as what they stand for.
    pub(super) fn read_raw(&mut self, part: &Part<'_>, memory: &mut Memory) {
        if part.base == 0 && part.new.start == 0 {
            let head = &part.raw[..part.raw.len().min(HEAD)];
            self.order = reading::wide_order(head);
            self.is_marked_up = self.order.is_none() && reading::is_marked_up(head);
        }
        self.read(0, part, memory);
        if let Some(code) = &mut self.code {
            code.read(self.index, part);
        }
        if self.index.has_chunks {
            self.cut(part);
        }
        let skipped = self.ahead.min(part.new.len());
        let range = part.new.start + skipped..part.new.end;
        let (way, (reading, end)) = if self.is_marked_up {
            (WITHOUT_TAGS, reading::without_tags(part.raw, range))
        } else if let Some(order) = self.order {
            (WIDE, reading::from_wide(part.raw, range, order))
        } else {
            return;
        };
        self.ahead = self.ahead - skipped + end.saturating_sub(part.new.end);
        let to_blob = |span: Span| {
            let original = reading.to_original(span.start..span.end);
            Span::new(original.start + part.base, original.end + part.base)
        };
        let text = Part {
            text: &reading.text,
            new: 0..reading.text.len(),
            grain: Grain::Decoded,
            to_blob: &to_blob,
            raw: part.raw,
            base: part.base,
            last: part.last,
            lines: part.lines.clone(),
        };
        self.read(way, &text, memory);
    }

    /// Cuts the next part of the blob's own bytes into chunks.
    fn cut(&mut self, part: &Part<'_>) {
        let index = self.index;
        let mut new = part.new.clone();
        if self.chunker.is_none() {
            let is_first = part.base == 0 && new.start == 0;
            let head = &part.raw[..part.raw.len().min(HEAD)];
            if !(is_first && memchr::memchr(0, head).is_some()) {
                let Some(zero) = memchr::memchr(0, &part.raw[new.clone()]) else {
                    return;
                };
                new.start += zero;
            }
        }
        let chunker = self
            .chunker
            .get_or_insert_with(|| Chunker::new(&index.keys, part.base + new.start));
        let chunks = &mut self.chunks;
        let mut take = |chunk| chunks.take(index, chunk);
        chunker.read(&index.keys, &part.raw[new], &mut take);
        if part.last {
            chunker.finish(&mut take);
            self.bytes = (part.base + part.new.end) as u64;
        }
    }

    /// Reads the next part in the given way.
    pub(super) fn read(&mut self, way: usize, part: &Part<'_>, memory: &mut Memory) {
        let index = self.index;
        let Way {
            stream, tracker, ..
        } = &mut self.ways[way];
        let to_blob = |range: Range<usize>| {
            let span = (part.to_blob)(Span::new(range.start, range.end));
            span.start..span.end
        };
        let piece = Piece {
            text: part.text,
            new: part.new.clone(),
            grain: part.grain,
            to_blob: &to_blob,
        };
        let known = |tag| index.table.contains(tag);
        let question = question(index, &known);
        let (mut starts, mut ends) = (part.lines.clone(), part.lines.clone());
        let mut lines = part.lines.clone();
        let phrases = &mut self.phrases;
        let mut take = |sign: Sign| match sign {
            Sign::Fingerprint(hit) => {
                let sighting = Sighting {
                    hit,
                    start: starts.seek(part.raw, part.base, hit.start),
                    end: ends.seek(part.raw, part.base, hit.end),
                };
                tracker.take(index, &sighting);
            }
            Sign::Phrase(number, start, end) => {
                if phrases.len() < PHRASES && is_apart(part, start, end) {
                    let from = lines.seek(part.raw, part.base, start);
                    let to = lines.clone().seek(part.raw, part.base, end);
                    let place = Place {
                        span: Span::new(start, end),
                        start: from,
                        end: to,
                    };
                    phrases.insert((start, number), place);
                }
            }
        };
        stream.read(&piece, &question, memory, &mut take);
        if part.last {
            stream.finish(&question, &mut take);
        }
        if !index.names.is_empty() {
            self.names(part);
        }
        if !index.records.is_empty() {
            self.records(way, part);
        }
    }

    /// Looks for names in the clear in the next part.
    fn names(&mut self, part: &Part<'_>) {
        let phrases = &mut self.phrases;
        let mut lines = part.lines.clone();
        let names = &self.index.names;
        names.find(part.text, part.new.clone(), &mut |number, range| {
            let span = (part.to_blob)(Span::new(range.start, range.end));
            if phrases.len() < PHRASES {
                let start = lines.seek(part.raw, part.base, span.start);
                let end = lines.clone().seek(part.raw, part.base, span.end);
                let place = Place { span, start, end };
                phrases.entry((span.start, number)).or_insert(place);
            }
        });
    }

    /// Looks for rows of tables in the next part, read in the given way.
    fn records(&mut self, way: usize, part: &Part<'_>) {
        let index = self.index;
        let Way { rows, told, .. } = &mut self.ways[way];
        let to_blob = |range: Range<usize>| {
            let span = (part.to_blob)(Span::new(range.start, range.end));
            span.start..span.end
        };
        let piece = Piece {
            text: part.text,
            new: part.new.clone(),
            grain: part.grain,
            to_blob: &to_blob,
        };
        let (mut from, mut to) = (part.lines.clone(), part.lines.clone());
        let mut place = |range: Range<usize>| Place {
            span: Span::new(range.start, range.end),
            start: from.seek(part.raw, part.base, range.start),
            end: to.seek(part.raw, part.base, range.end),
        };
        let question = records::Question {
            keys: &index.keys,
            alphabet: &index.alphabet,
            records: &index.records,
        };
        rows.read(&piece, question, &mut place);
        if part.last {
            *told = rows.finish(question, &mut place);
        }
    }

    /// Everything found; of several ways to read, the one that shows most of a family.
    pub(super) fn finish(self) -> Protected<'a> {
        let entry = |number: u32| self.index.phrases.get(number as usize);
        let phrases = self.phrases.iter();
        let phrases = phrases.filter_map(|(&(_, number), place)| Some((entry(number)?, *place)));
        let phrases = phrases.collect();
        let rows = best_rows(self.index, &self.ways);
        let mut all: Vec<Found> = Vec::new();
        let code = self.code.map(|code| code.finish(self.index));
        for found in code.into_iter().flatten() {
            better(&mut all, found);
        }
        for found in self.chunks.finish(self.index, self.bytes) {
            better(&mut all, found);
        }
        for way in self.ways {
            if way.tracker.is_empty() {
                continue;
            }
            let closed = way.tracker.finish();
            let count = way.stream.symbols();
            for found in found::judge(self.index, &closed, Profile::Text, count) {
                better(&mut all, found);
            }
        }
        Protected {
            documents: all,
            phrases,
            rows,
        }
    }
}

/// What was found of a register in one blob.
#[derive(Debug, Default)]
pub(super) struct Protected<'a> {
    /// Text of documents.
    pub(super) documents: Vec<Found>,
    /// Phrases, with their places.
    pub(super) phrases: Vec<(&'a PhraseEntry, Place)>,
    /// Rows of tables.
    pub(super) rows: Vec<(&'a Table, Rows)>,
}

impl Protected<'_> {
    /// True when nothing was found.
    pub(super) fn is_empty(&self) -> bool {
        self.documents.is_empty() && self.phrases.is_empty() && self.rows.is_empty()
    }
}

/// Keeps of each family what shows most.
fn better(all: &mut Vec<Found>, found: Found) {
    let family =
        |other: &&mut Found| other.document.entry.family() == found.document.entry.family();
    match all.iter_mut().find(family) {
        None => all.push(found),
        Some(other) => {
            // Text shows more exactly what was copied than tokens do.
            let weight = |found: &Found| {
                let is_text = found.profile == Profile::Text;
                (found.level, is_text, found.symbols)
            };
            if weight(&found) > weight(other) {
                *other = found;
            }
        }
    }
}

/// The rows of each table, in the way of reading that shows most of them.
fn best_rows<'a>(index: &'a Index, ways: &[Way]) -> Vec<(&'a Table, Rows)> {
    let mut all: Vec<Rows> = Vec::new();
    for rows in ways.iter().flat_map(|way| &way.told) {
        match all.iter_mut().find(|other| other.table == rows.table) {
            None => all.push(rows.clone()),
            Some(other) if (rows.columns, rows.rows) > (other.columns, other.rows) => {
                *other = rows.clone();
            }
            Some(_) => {}
        }
    }
    let table = |rows: Rows| Some((index.records.tables.get(rows.table)?, rows));
    all.into_iter().filter_map(table).collect()
}

fn question<'a>(index: &'a Index, known: &'a dyn Fn(u64) -> bool) -> Question<'a> {
    Question {
        keys: &index.keys,
        alphabet: &index.alphabet,
        prefilter: &index.prefilter,
        known,
        phrases: &index.search,
    }
}

/// True when no letter or digit stands right before or after the bytes.
fn is_apart(part: &Part<'_>, start: usize, end: usize) -> bool {
    let is_letter = |at: Option<usize>| {
        let byte = at.and_then(|at| part.raw.get(at.checked_sub(part.base)?));
        byte.is_some_and(u8::is_ascii_alphanumeric)
    };
    !is_letter(start.checked_sub(1)) && !is_letter(Some(end))
}
