//! PDF: text of pages, and everything else that stands in the objects of a
//! file (ISO 32000-2), whether a page leads there or not.
//!
//! | file | owns |
//! |---|---|
//! | `lex` | the syntax of objects |
//! | `file` | finding objects, object streams, revisions |
//! | `filter`, `crypt` | what streams are packed and sealed with |
//! | `font`, `cmap`, `glyph`, `strings` | what bytes mean as text |
//! | `text` | content streams: glyphs put together to words and lines |
//! | `pages` | the tree of pages |
//! | `rest` | what stands beside pages: properties, attachments, scripts, ... |

mod cmap;
mod crypt;
mod file;
mod filter;
mod font;
mod glyph;
mod lex;
mod pages;
mod rest;
mod strings;
mod text;

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::part::{Blob, Extractor, Head, Needs, Part, Text, YieldPart};
use file::{File, NAME};

/// The reader of PDF.
#[derive(Debug)]
pub(crate) struct Pdf;

/// Text that is handed out together.
const TOGETHER: usize = 1 << 20;
/// Where the header of a file is looked for.
const NEAR: usize = 1024;

impl Extractor for Pdf {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        let near = &head.bytes[..head.bytes.len().min(NEAR)];
        let mut marks = memchr::memchr_iter(b'%', near);
        let found = marks.find(|at| {
            let mark = &near[*at..];
            let is_mark = mark.starts_with(b"%PDF-") || mark.starts_with(b"%FDF-");
            is_mark && mark.get(5).is_some_and(u8::is_ascii_digit)
        });
        // A text that talks about the format has its mark, too.
        found.is_some_and(|at| {
            let text_before = near[..at].iter().any(u8::is_ascii_alphanumeric);
            !text_before || memchr::memmem::find(&head.bytes[at..], b" obj").is_some()
        })
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
        let bytes = blob.whole(budget, NAME)?;
        let _held = budget.reserve(bytes.len() as u64)?;
        let file = File::open(&bytes, budget)?;
        let mut out = Out {
            text: String::new(),
            anchors: Vec::new(),
            yield_part,
            broken: false,
        };
        let shown = pages::read(&file, &mut out)?;
        rest::read(&file, shown, &mut out)?;
        let _ = out.flush();
        budget.alive()?;
        if file.entries.is_empty() {
            return Err(SkipReason::Damaged(NAME));
        }
        file.missing.take().map_or(Ok(()), Err)
    }
}

/// Collects text with its places, and hands it out.
struct Out<'y, 'p> {
    text: String,
    anchors: Vec<(usize, Arc<str>)>,
    yield_part: &'y mut YieldPart<'p>,
    /// True once nothing more is wanted.
    broken: bool,
}

impl Out<'_, '_> {
    /// Adds text that stands at `place`.
    fn add(&mut self, place: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        let same = self
            .anchors
            .last()
            .is_some_and(|(_, last)| **last == *place);
        if !same {
            self.anchors.push((self.text.len(), place.into()));
        }
        self.text.push_str(text);
        if self.text.len() >= TOGETHER {
            let _ = self.flush();
        }
    }

    /// Hands out the text that was collected.
    fn flush(&mut self) -> ControlFlow<()> {
        if !self.text.is_empty() {
            let text = Text {
                name: "",
                bytes: self.text.as_bytes(),
                anchors: &self.anchors,
            };
            if !self.broken {
                self.broken = (self.yield_part)(Part::Text(text)).is_break();
            }
            self.text.clear();
            self.anchors.clear();
        }
        self.flow()
    }

    /// Hands out another part.
    fn part(&mut self, part: Part<'_>) -> ControlFlow<()> {
        if !self.broken {
            self.broken = (self.yield_part)(part).is_break();
        }
        self.flow()
    }

    fn flow(&self) -> ControlFlow<()> {
        if self.broken {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}
