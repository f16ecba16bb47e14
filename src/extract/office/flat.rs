//! `OpenDocument` as a single XML file.

use super::{ODF, content};
use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::draft::Draft;
use crate::extract::part::{Blob, Extractor, Head, Needs, YieldPart};

/// The reader of flat documents.
#[derive(Debug)]
pub(crate) struct FlatDocument;

/// Bytes in which the root element begins.
const NEAR: usize = 4 << 10;

impl Extractor for FlatDocument {
    fn name(&self) -> &'static str {
        "odf-flat"
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        let bytes = head
            .bytes
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(head.bytes);
        let near = &bytes[..bytes.len().min(NEAR)];
        let root = b"<office:document";
        // Behind the name of the root of a packed document's part more follows.
        near.starts_with(b"<")
            && memchr::memmem::find(near, root).is_some_and(|at| {
                let after = near.get(at + root.len());
                after.is_some_and(|b| b.is_ascii_whitespace() || *b == b'>')
            })
    }

    fn needs(&self) -> Needs {
        Needs::Stream
    }

    fn extract(
        &self,
        blob: &mut Blob<'_>,
        budget: &Budget<'_>,
        yield_part: &mut YieldPart<'_>,
    ) -> Result<(), SkipReason> {
        let mut draft = Draft::new(budget, yield_part);
        let done = content::read_flat(blob.stream(), "", &mut draft);
        draft.finish()?;
        done.map_err(|error| budget.reason(&error, ODF))
    }
}
