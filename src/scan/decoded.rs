//! What stands encoded in a text: each layer is searched like a text of its
//! own, and for what is encoded in it in turn.

use std::cell::RefCell;
use std::ops::Range;

use super::documents::Part;
use super::views::{BlobMemory, BlobScan};
use crate::base::decoding::{Decoding, Encoding};
use crate::base::secret::Secret;
use crate::base::span::{Position, Span};
use crate::detect::frame::{Drop, Frame};
use crate::detect::generic::FileKind;
use crate::extract::decode::{Counts, Finder, Layer, Sight};
use crate::extract::view::View as Decoded;
use crate::extract::wide::{Stride, narrow};
use crate::fingerprint::stream::Memory;
use crate::fingerprint::symbols::Grain;
use crate::judge::blob::{Seat, View};
use crate::source::window::Window;

/// The ways to read in which what was decoded counts for protected documents.
const ISLANDS: usize = 6;
const IN_PLACE: usize = 7;

/// Which of a blob's carries belongs to decoded text.
pub(super) const CARRY: usize = 4;

/// Bytes that the layers of one candidate may have, for each byte of it.
const GROWTH: usize = 16;
/// Bytes they may have in any case.
const FREE: usize = 1 << 20;

/// The search for what is encoded in a blob.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    /// Encodings around each other that are taken off.
    depth: usize,
    finder: Finder,
    /// Layers that stand for no particular bytes, so far.
    coarse: u32,
    /// True when anything was decoded.
    any: bool,
    /// The limit for which something was left out.
    pub(super) cut: Option<&'static str>,
}

impl Decoder {
    /// True when anything was decoded.
    pub(super) fn has_decoded(&self) -> bool {
        self.any || self.cut.is_some()
    }

    /// A search for so many encodings around each other; none for zero.
    pub(super) fn new(depth: usize) -> Option<Decoder> {
        (depth > 0).then(|| Decoder {
            depth,
            ..Decoder::default()
        })
    }
}

/// The way from a text to the blob.
struct Way<'w> {
    /// The bytes of the blob behind bytes of the text.
    back: &'w dyn Fn(Range<usize>) -> Range<usize>,
    /// Line and column of a blob's byte that is not visible any more.
    position: Option<&'w dyn Fn(usize) -> Option<Position>>,
    /// How the text was decoded, if it was.
    how: Option<Decoding>,
    /// The text without place that it belongs to.
    apart: Option<u32>,
    /// The text, unless it is the blob's own.
    text: Option<&'w [u8]>,
    /// The layer it is and the way to the text of that, if it is one.
    outer: Option<(&'w Layer, &'w Way<'w>)>,
}

impl Way<'_> {
    /// How the bytes at `range` of the text are spelled in the decoded texts
    /// around it, which may show there.
    fn spelled(&self, range: Range<usize>, out: &mut Vec<Secret>) {
        let Some((layer, outer)) = self.outer else {
            return;
        };
        let range = layer.back(range);
        let spelled = outer.text.and_then(|text| text.get(range.clone()));
        out.extend(spelled.map(Secret::new));
        outer.spelled(range, out);
    }
}

impl BlobScan<'_> {
    /// Searches what is encoded in the next window, which is text of `how` it is
    /// decoded itself.
    pub(super) fn decode(&mut self, window: &Window<'_>, memory: &mut BlobMemory) {
        let Some(mut decoder) = self.decoder.take() else {
            return;
        };
        // Asked for in ascending order.
        let lines = RefCell::new(self.matches.counter());
        let position = |at| lines.borrow_mut().seek(window.bytes, window.base, at);
        let sight = Sight {
            bytes: window.bytes,
            base: window.base,
            new: window.new.clone(),
            last: window.last,
            position: &position,
        };
        let mut layers = Vec::new();
        decoder.finder.read(&sight, &mut |layer| layers.push(layer));
        if decoder.finder.holds_container() {
            self.hold_encoded();
            decoder.any = true;
        }
        let way = Way {
            back: &|range| range,
            position: None,
            how: None,
            apart: None,
            text: None,
            outer: None,
        };
        for layer in layers {
            let mut left = FREE.saturating_add(layer.bytes.len().saturating_mul(GROWTH));
            self.layer(&layer, &way, &mut decoder, &mut left, window, memory);
        }
        if window.last && decoder.any {
            self.last_of_documents(window, memory);
        }
        self.decoder = Some(decoder);
    }

    /// Searches what is encoded in `view` of the next window. What is longer
    /// than the window's surroundings is found in part.
    pub(super) fn decode_view(
        &mut self,
        view: &Decoded<'_>,
        window: &Window<'_>,
        memory: &mut BlobMemory,
    ) {
        let Some(mut decoder) = self.decoder.take() else {
            return;
        };
        let sight = Sight {
            bytes: &view.bytes,
            base: 0,
            new: view.from_original(window.new.start)..view.from_original(window.new.end),
            last: true,
            position: &|_| Position { line: 1, column: 1 },
        };
        let mut layers = Vec::new();
        let mut finder = Finder::default();
        finder.read(&sight, &mut |layer| layers.push(layer));
        if finder.holds_container() && view.encoding == Encoding::Utf16 {
            self.hold_encoded();
            decoder.any = true;
        }
        let back = |range: Range<usize>| {
            let original = view.span_to_original(range);
            original.start + window.base..original.end + window.base
        };
        let way = Way {
            back: &back,
            position: None,
            how: Some(view.encoding.into()),
            apart: None,
            text: Some(&view.bytes),
            outer: None,
        };
        for layer in layers {
            let mut left = FREE.saturating_add(layer.bytes.len().saturating_mul(GROWTH));
            self.layer(&layer, &way, &mut decoder, &mut left, window, memory);
        }
        self.decoder = Some(decoder);
    }

    fn layer(
        &mut self,
        layer: &Layer,
        outer: &Way<'_>,
        decoder: &mut Decoder,
        left: &mut usize,
        window: &Window<'_>,
        memory: &mut BlobMemory,
    ) {
        let how = after(outer.how, layer).filter(|how| how.steps().count() <= decoder.depth);
        let Some(how) = how else {
            decoder.cut = Some("depth");
            return;
        };
        let Some(rest) = left.checked_sub(layer.bytes.len()) else {
            decoder.cut = Some("ratio");
            return;
        };
        *left = rest;
        if layer.is_cut {
            decoder.cut = Some("bytes");
        }
        let apart = if layer.is_coarse {
            decoder.coarse += 1;
            Some(decoder.coarse)
        } else {
            outer.apart
        };
        let back = |range: Range<usize>| (outer.back)(layer.back(range));
        let own = |at: usize| layer.position(at);
        let position: Option<&dyn Fn(usize) -> Option<Position>> = match outer.position {
            Some(position) => Some(position),
            None if layer.knows_lines() => Some(&own),
            None => None,
        };
        let way = Way {
            back: &back,
            position,
            how: Some(how),
            apart,
            text: Some(&layer.bytes),
            outer: Some((layer, outer)),
        };
        self.search(layer, &way, window, memory);
        decoder.any = true;
        self.inner(layer, &way, decoder, left, window, memory);
    }

    /// Looks for what is encoded in `layer` in turn.
    fn inner(
        &mut self,
        layer: &Layer,
        way: &Way<'_>,
        decoder: &mut Decoder,
        left: &mut usize,
        window: &Window<'_>,
        memory: &mut BlobMemory,
    ) {
        let mut layers = Vec::new();
        let sight = Sight {
            bytes: &layer.bytes,
            base: 0,
            new: 0..layer.bytes.len(),
            last: true,
            position: &|_| Position { line: 1, column: 1 },
        };
        let mut finder = Finder::default();
        finder.read(&sight, &mut |inner| layers.push(inner));
        // The reader of such containers knows digits with percent signs.
        if layer.encoding == Encoding::Percent && finder.holds_container() {
            self.hold_encoded();
        }
        if memchr::memchr(0, &layer.bytes).is_some()
            && let Some(view) = narrow(&layer.bytes, Stride::Two)
        {
            layers.push(Layer::of_view(&view));
        }
        for inner in layers {
            if !inner.stems_from(layer) && !is_mixed(layer, &inner, way) {
                continue;
            }
            self.layer(&inner, way, decoder, left, window, memory);
        }
    }

    /// Searches one layer.
    fn search(
        &mut self,
        layer: &Layer,
        way: &Way<'_>,
        window: &Window<'_>,
        memory: &mut BlobMemory,
    ) {
        let BlobMemory {
            scratch,
            found,
            symbols,
        } = memory;
        let file = match layer.counts {
            Counts::Match => self.file,
            Counts::Secret if layer.has_surroundings() => self.file,
            Counts::Secret => FileKind::default(),
        };
        let frame = Frame::whole(&layer.bytes, file);
        let to_blob = |span: Span| {
            let range = (way.back)(span.start..span.end);
            Span::new(range.start, range.end)
        };
        let carry = &mut self.carries[CARRY];
        carry.begin_text();
        found.clear();
        self.by.engine.detect(&frame, carry, scratch, found);
        let counts = |span: Span, secret: Span| {
            let span = match layer.counts {
                Counts::Secret => secret,
                Counts::Match => span,
            };
            layer.is_decoded(span.start..span.end)
        };
        found
            .matches
            .retain(|found| counts(found.span, found.secret));
        let dropped = scratch.drops.iter_mut().flat_map(|drops| drops.drain(..));
        let dropped = dropped.filter(|drop| counts(drop.span, drop.span));
        self.drops.extend(dropped.map(|drop| Drop {
            span: to_blob(drop.span),
            ..drop
        }));
        let spelled = |span: Span| {
            let mut out = Vec::new();
            way.spelled(span.start..span.end, &mut out);
            out
        };
        let depth = way.how.map_or(0, |how| how.steps().count());
        let view = View {
            text: &layer.bytes,
            raw: window.bytes,
            base: window.base,
            to_blob: &to_blob,
            decoded: way.how,
            position: way.position,
            spelled: Some(&spelled),
            seat: way.apart.map_or(Seat::Decoded(depth), Seat::Apart),
        };
        if !found.is_empty() {
            self.matches.capture(&view, found, self.by);
        }
        self.read_documents(layer, &to_blob, window, symbols);
    }

    /// Looks for protected text in one layer.
    fn read_documents(
        &mut self,
        layer: &Layer,
        to_blob: &dyn Fn(Span) -> Span,
        window: &Window<'_>,
        symbols: &mut Memory,
    ) {
        let Some(documents) = &mut self.documents else {
            return;
        };
        if layer.bytes.len() < 24 {
            return;
        }
        let part = Part {
            text: &layer.bytes,
            new: 0..layer.bytes.len(),
            grain: Grain::Decoded,
            to_blob,
            raw: window.bytes,
            base: window.base,
            last: false,
            lines: self.matches.counter(),
        };
        let reading = match layer.counts {
            Counts::Secret => ISLANDS,
            Counts::Match => IN_PLACE,
        };
        documents.read(reading, &part, symbols);
    }

    /// Tells the search for protected text that no more decoded text comes.
    fn last_of_documents(&mut self, window: &Window<'_>, memory: &mut BlobMemory) {
        let Some(documents) = &mut self.documents else {
            return;
        };
        for reading in [ISLANDS, IN_PLACE] {
            let part = Part {
                text: b"",
                new: 0..0,
                grain: Grain::Decoded,
                to_blob: &|span| span,
                raw: window.bytes,
                base: window.base,
                last: true,
                lines: self.matches.counter(),
            };
            documents.read(reading, &part, &mut memory.symbols);
        }
    }
}

/// True when `inner` is another way in which the same text is encoded here and
/// there, as a literal in parts has escapes in it. Of such ways, two count, in
/// one order: all of them in all orders would be too many.
fn is_mixed(layer: &Layer, inner: &Layer, way: &Way<'_>) -> bool {
    let steps = way.how.map_or(0, |how| how.steps().count());
    let is_first = steps == 1;
    let both = layer.counts == Counts::Match && inner.counts == Counts::Match;
    both && is_first && layer.encoding < inner.encoding
}

/// How a layer inside a text decoded by `outer` is decoded; `None` when that
/// would be too deep.
fn after(outer: Option<Decoding>, layer: &Layer) -> Option<Decoding> {
    let step = |way: Option<Decoding>, next: Encoding| match way {
        None => Some(Decoding::of(next)),
        Some(way) => way.then(next),
    };
    let way = step(outer, layer.encoding)?;
    match layer.packing {
        Some(packing) => way.then(packing),
        None => Some(way),
    }
}
