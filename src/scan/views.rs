//! One blob's windows, each seen in every way its bytes can be read.
//!
//! The raw bytes are always searched. Where they hold zero bytes, runs of two-
//! and four-byte characters are searched as well; where they are no UTF-8, what
//! a multi-byte encoding makes of them. Matches of all views are mapped to the
//! blob's own bytes, so that the same value found twice is one finding.

use std::path::Path;

use crate::base::content::SkipReason;
use crate::base::limits::CONTEXT_BACK;
use crate::base::span::Span;
use crate::detect::engine::Engine;
use crate::detect::frame::{Carry, Found, Frame, Scratch};
use crate::detect::generic::FileKind;
use crate::extract::container;
use crate::extract::legacy::decode_legacy;
use crate::extract::view::View as Decoded;
use crate::extract::wide::{Stride, narrow};
use crate::judge::blob::{BlobMatches, View};
use crate::source::window::Window;

/// The scan of one blob, window by window.
#[derive(Debug)]
pub(super) struct BlobScan<'a> {
    engine: &'a Engine,
    path: &'a Path,
    file: FileKind,
    matches: BlobMatches,
    /// Ends of the last matches, as blob offsets: raw, two-byte, four-byte, legacy.
    carries: [Carry; 4],
    /// Why the raw bytes are not all there is to examine.
    reason: Option<SkipReason>,
}

impl<'a> BlobScan<'a> {
    /// Begins the scan of the blob at `path`.
    pub(super) fn new(engine: &'a Engine, path: &'a Path) -> BlobScan<'a> {
        BlobScan::of_kind(engine, path, FileKind::of(path))
    }

    /// The same for a path whose kind is known already.
    pub(super) fn of_kind(engine: &'a Engine, path: &'a Path, file: FileKind) -> BlobScan<'a> {
        BlobScan {
            engine,
            path,
            file,
            matches: BlobMatches::default(),
            carries: Default::default(),
            reason: None,
        }
    }

    /// Searches the next window. Windows come in order.
    pub(super) fn window(&mut self, window: &Window<'_>, scratch: &mut Scratch, found: &mut Found) {
        let (bytes, base) = (window.bytes, window.base);
        if base == 0 && window.new.start == 0 {
            let head = &bytes[..bytes.len().min(container::HEAD)];
            self.reason = container::sniff(head, self.path);
        }
        self.raw(window, scratch, found);
        let zeros = memchr::memchr(0, bytes).is_some();
        if zeros {
            if let Some(view) = narrow(bytes, Stride::Two) {
                self.decoded(1, &view, window, scratch, found);
            }
            if let Some(view) = narrow(bytes, Stride::Four) {
                self.decoded(2, &view, window, scratch, found);
            }
        } else if !bytes.is_ascii()
            && let Some(view) = decode_legacy(bytes)
        {
            self.decoded(3, &view, window, scratch, found);
        }
        if !window.last {
            let end = base + window.new.end;
            self.matches
                .advance(bytes, base, end.saturating_sub(CONTEXT_BACK));
        }
    }

    /// Everything found, and why that may not be everything there is.
    pub(super) fn finish(self) -> (BlobMatches, Option<SkipReason>) {
        (self.matches, self.reason)
    }

    fn raw(&mut self, window: &Window<'_>, scratch: &mut Scratch, found: &mut Found) {
        let (bytes, base) = (window.bytes, window.base);
        let frame = Frame {
            text: bytes,
            new: window.new.clone(),
            file: self.file,
        };
        let carry = &mut self.carries[0];
        carry.rebase(|at| at.saturating_sub(base));
        found.clear();
        self.engine.detect(&frame, carry, scratch, found);
        carry.rebase(|at| at + base);
        if !found.is_empty() {
            let view = View {
                text: bytes,
                raw: bytes,
                base,
                to_blob: &|span| span.shifted(base),
                decoded: None,
            };
            self.matches
                .capture(&view, &mut found.matches, &found.shadows);
        }
    }

    fn decoded(
        &mut self,
        way: usize,
        decoded: &Decoded<'_>,
        window: &Window<'_>,
        scratch: &mut Scratch,
        found: &mut Found,
    ) {
        let base = window.base;
        let new = decoded.from_original(window.new.start)..decoded.from_original(window.new.end);
        let frame = Frame {
            text: &decoded.bytes,
            new,
            file: self.file,
        };
        let carry = &mut self.carries[way];
        carry.rebase(|at| decoded.from_original(at.saturating_sub(base)));
        found.clear();
        self.engine.detect(&frame, carry, scratch, found);
        carry.rebase(|at| decoded.to_original(at) + base);
        if !found.is_empty() {
            let to_blob = |span: Span| {
                let original = decoded.span_to_original(span.start..span.end);
                Span::new(original.start + base, original.end + base)
            };
            let view = View {
                text: &decoded.bytes,
                raw: window.bytes,
                base,
                to_blob: &to_blob,
                decoded: Some(decoded.encoding),
            };
            self.matches
                .capture(&view, &mut found.matches, &found.shadows);
        }
    }
}
