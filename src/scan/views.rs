//! One blob's windows, each seen in every way its bytes can be read.
//!
//! The raw bytes are always searched. Where they hold zero bytes, runs of two-
//! and four-byte characters are searched as well; where they are no UTF-8, what
//! a multi-byte encoding makes of them. Matches of all views are mapped to the
//! blob's own bytes, so that the same value found twice is one finding.

use std::ops::Range;
use std::path::Path;

use crate::base::content::SkipReason;
use crate::base::decoding::Encoding;
use crate::base::id::RuleIdx;
use crate::base::limits::{CONTEXT_AHEAD, CONTEXT_BACK};
use crate::base::span::Span;
use crate::detect::frame::{Carry, Drop, Found, Frame, Scratch};
use crate::detect::generic::FileKind;
use crate::extract::ebcdic::from_ebcdic;
use crate::extract::legacy::decode_legacy;
use crate::extract::utf7::from_utf7;
use crate::extract::view::View as Decoded;
use crate::extract::wide::{Stride, narrow};
use crate::extract::{self, At, Inside, container};
use crate::fingerprint::stream::Memory;
use crate::fingerprint::symbols::Grain;
use crate::judge::blob::{BlobMatches, Desk, Seat, View};
use crate::register::index::Index;
use crate::source::window::Window;

use super::decoded::Decoder;
use super::documents::{DocumentScan, Part, Protected};

/// The way to read bytes of a legacy encoding.
const LEGACY: usize = 3;

/// Working memory for blobs, reused.
#[derive(Debug, Default)]
pub(super) struct BlobMemory {
    pub(super) scratch: Scratch,
    pub(super) found: Found,
    pub(super) symbols: Memory,
}

/// The scan of one blob, window by window.
#[derive(Debug)]
pub(super) struct BlobScan<'a> {
    pub(super) by: Desk<'a>,
    path: &'a Path,
    pub(super) file: FileKind,
    pub(super) matches: BlobMatches,
    /// Ends of the last matches, as blob offsets: raw, two-byte, four-byte, legacy, decoded.
    pub(super) carries: [Carry; 5],
    /// The search for protected text, when there is a register.
    pub(super) documents: Option<DocumentScan<'a>>,
    /// The search for what is encoded, if that is wanted.
    pub(super) decoder: Option<Decoder>,
    /// What the raw bytes are the wrapping of: what their beginning says, and
    /// an archive that is buried in them.
    inside: Vec<Inside>,
    /// True when it begins like a zip archive, which formats are made of.
    begins_zip: bool,
    /// Matches that a step of the engine dropped, spans in the blob, when the
    /// memory's scratch asks for them.
    pub(super) drops: Vec<Drop>,
}

impl<'a> BlobScan<'a> {
    /// Begins the scan of the blob at `path`. So many encodings around each
    /// other are taken off.
    pub(super) fn new(
        by: Desk<'a>,
        register: Option<&'a Index>,
        path: &'a Path,
        depth: usize,
    ) -> BlobScan<'a> {
        BlobScan {
            by,
            path,
            file: FileKind::of(path),
            matches: BlobMatches::default(),
            carries: {
                let carry = Carry::at(path);
                std::array::from_fn(|_| carry.clone())
            },
            drops: Vec::new(),
            decoder: Decoder::new(depth),
            documents: register.map(|index| DocumentScan::new(index, path)),
            inside: Vec::new(),
            begins_zip: false,
        }
    }

    /// Searches the next window. Windows come in order.
    pub(super) fn window(&mut self, window: &Window<'_>, memory: &mut BlobMemory) {
        let (bytes, base) = (window.bytes, window.base);
        if base == 0 && window.new.start == 0 {
            let head = &bytes[..bytes.len().min(container::HEAD)];
            self.inside.extend(extract::find(head, self.path));
            self.begins_zip = head.starts_with(b"PK");
        }
        self.matches.begin_window();
        self.raw(window, memory);
        let zeros = memchr::memchr(0, bytes).is_some();
        let is_ascii = bytes.is_ascii();
        let foreign = if is_ascii {
            from_utf7(bytes).filter(|_| !zeros)
        } else {
            from_ebcdic(bytes).or_else(|| decode_legacy(bytes))
        };
        if zeros {
            self.buried(window);
            if let Some(view) = narrow(bytes, Stride::Two) {
                self.decoded(1, &view, window, memory);
            }
            if let Some(view) = narrow(bytes, Stride::Four) {
                self.decoded(2, &view, window, memory);
            }
        }
        if let Some(view) = &foreign {
            self.decoded(LEGACY, view, window, memory);
        }
        self.decode(window, memory);
        if !window.last {
            let end = base + window.new.end;
            let text = foreign.as_ref().and_then(lines_of).unwrap_or(bytes);
            self.matches
                .advance(text, base, end.saturating_sub(CONTEXT_BACK));
        }
    }

    /// True when something that stands encoded was decoded so far.
    pub(super) fn has_decoded(&self) -> bool {
        self.decoder.as_ref().is_some_and(Decoder::has_decoded)
    }

    /// Rules that find the blob by its path alone.
    pub(super) fn file_rules(&self) -> Vec<RuleIdx> {
        let path = self.carries[0].path().unwrap_or_default();
        self.by.engine.file_rules(path)
    }

    /// Searches bytes that are in memory, in windows of the size that reading
    /// would have: `step` new bytes each.
    pub(super) fn whole(&mut self, bytes: &[u8], step: usize, memory: &mut BlobMemory) {
        let step = step.max(1);
        let mut start = 0;
        while start < bytes.len() {
            let last = bytes.len() - start <= step.saturating_add(CONTEXT_AHEAD);
            let end = if last { bytes.len() } else { start + step };
            let from = start.saturating_sub(CONTEXT_BACK);
            let window = Window {
                bytes: &bytes[from..end.saturating_add(CONTEXT_AHEAD).min(bytes.len())],
                base: from,
                new: start - from..end - from,
                last,
            };
            self.window(&window, memory);
            start = end;
        }
    }

    /// Everything found, and what there is to open.
    pub(super) fn finish(mut self) -> (BlobMatches, Protected<'a>, Vec<Inside>) {
        let (engine, carries) = (self.by.engine, &self.carries);
        self.matches.shut(|rule| engine.is_shut(rule, carries));
        let documents = self.documents.map(DocumentScan::finish);
        let cut = self.decoder.and_then(|decoder| decoder.cut);
        let cut = cut.map(|limit| Inside::Closed(SkipReason::Limit(limit)));
        self.inside.extend(cut);
        (self.matches, documents.unwrap_or_default(), self.inside)
    }

    /// Looks for an archive in the midst or at the end of other bytes.
    fn buried(&mut self, window: &Window<'_>) {
        let known = self.inside.first();
        let at = if window.last {
            At::End((window.base + window.bytes.len()) as u64)
        } else {
            At::Middle
        };
        let new = &window.bytes[window.new.start..];
        let begins = usize::from(window.base == 0 && window.new.start == 0);
        let streams = extract::find_streams(&new[begins.min(new.len())..], known);
        let found = extract::find_buried(new, at, known);
        for found in found.into_iter().chain(streams) {
            let mut all = self.inside.iter();
            let is_known = all.any(|inside| inside.name() == found.name());
            if !is_known && !self.begins_zip {
                self.inside.push(found);
            }
        }
    }

    /// Notes that a container stands in the blob as base64.
    pub(super) fn hold_encoded(&mut self) {
        let known = |inside: &Inside, name| inside.name() == name;
        let encoded = extract::ENCODED.filter(|encoded| {
            let mut all = self.inside.iter();
            !all.any(|inside| known(inside, encoded.name()))
        });
        // What is read already knows its own.
        let is_text = !self.inside.iter().any(|inside| inside.reader().is_some());
        self.inside.extend(encoded.filter(|_| is_text));
    }

    fn raw(&mut self, window: &Window<'_>, memory: &mut BlobMemory) {
        let BlobMemory {
            scratch,
            found,
            symbols,
        } = memory;
        let (bytes, base) = (window.bytes, window.base);
        let frame = Frame {
            text: bytes,
            new: window.new.clone(),
            file: self.file,
        };
        let carry = &mut self.carries[0];
        carry.rebase(|at| at.saturating_sub(base));
        found.clear();
        self.by.engine.detect(&frame, carry, scratch, found);
        carry.rebase(|at| at + base);
        let dropped = scratch.drops.iter_mut().flat_map(|drops| drops.drain(..));
        self.drops.extend(dropped.map(|drop| Drop {
            span: drop.span.shifted(base),
            ..drop
        }));
        let view = View {
            text: bytes,
            raw: bytes,
            base,
            to_blob: &|span| span.shifted(base),
            decoded: None,
            position: None,
            spelled: None,
            seat: Seat::Own,
        };
        Self::take(
            (&mut self.matches, self.by),
            &view,
            found,
            &window.new,
            window,
        );
        if let Some(documents) = &mut self.documents {
            let part = Part {
                text: bytes,
                new: window.new.clone(),
                grain: Grain::Raw(base),
                to_blob: &|span| span.shifted(base),
                raw: bytes,
                base,
                last: window.last,
                lines: self.matches.counter(),
            };
            documents.read_raw(&part, symbols);
        }
    }

    /// Takes what was found in `view`. Comments are looked for where they can
    /// matter: not in a last window before anything was found, unless somebody
    /// wants to know of those that are needless.
    fn take(
        (matches, by): (&mut BlobMatches, Desk<'_>),
        view: &View<'_>,
        found: &mut Found,
        new: &Range<usize>,
        window: &Window<'_>,
    ) {
        if !found.is_empty() {
            matches.capture(view, found, by);
        }
        let audited = by.judge.comments.audit.is_some();
        if audited || !window.last || !matches.is_empty() {
            matches.comments(view, new);
        }
    }

    fn decoded(
        &mut self,
        way: usize,
        decoded: &Decoded<'_>,
        window: &Window<'_>,
        memory: &mut BlobMemory,
    ) {
        let BlobMemory {
            scratch,
            found,
            symbols,
        } = memory;
        let base = window.base;
        let new = decoded.from_original(window.new.start)..decoded.from_original(window.new.end);
        let frame = Frame {
            text: &decoded.bytes,
            new: new.clone(),
            file: self.file,
        };
        let carry = &mut self.carries[way];
        carry.rebase(|at| decoded.from_original(at.saturating_sub(base)));
        found.clear();
        self.by.engine.detect(&frame, carry, scratch, found);
        carry.rebase(|at| decoded.to_original(at) + base);
        let to_blob = |span: Span| {
            let original = decoded.span_to_original(span.start..span.end);
            Span::new(original.start + base, original.end + base)
        };
        let dropped = scratch.drops.iter_mut().flat_map(|drops| drops.drain(..));
        self.drops.extend(dropped.map(|drop| Drop {
            span: to_blob(drop.span),
            ..drop
        }));
        let view = View {
            text: &decoded.bytes,
            raw: lines_of(decoded).unwrap_or(window.bytes),
            base,
            to_blob: &to_blob,
            decoded: Some(decoded.encoding.into()),
            position: None,
            spelled: None,
            seat: Seat::Own,
        };
        Self::take((&mut self.matches, self.by), &view, found, &new, window);
        if let Some(documents) = &mut self.documents {
            let part = Part {
                text: &decoded.bytes,
                new,
                grain: Grain::Decoded,
                to_blob: &to_blob,
                raw: window.bytes,
                base,
                last: window.last,
                lines: self.matches.counter(),
            };
            documents.read(way, &part, symbols);
        }
        let is_other = matches!(
            decoded.encoding,
            Encoding::Utf16 | Encoding::Utf32 | Encoding::Ebcdic
        );
        if is_other {
            // What others hold in ASCII was looked at as it stands.
            self.decode_view(decoded, window, memory);
        }
    }
}

/// What to count lines in, if the bytes themselves have others: EBCDIC has line
/// ends of its own, and a byte for each character.
fn lines_of<'v>(view: &'v Decoded<'_>) -> Option<&'v [u8]> {
    (view.encoding == Encoding::Ebcdic).then_some(&*view.bytes)
}
