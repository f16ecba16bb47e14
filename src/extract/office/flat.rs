//! `OpenDocument` as a single XML file.

use super::{ODF, open};
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
        let bytes = head.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head.bytes);
        bytes.starts_with(b"<")
            && memchr::memmem::find(&bytes[..bytes.len().min(NEAR)], b"<office:document").is_some()
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
        let done = open::read_flat(blob.stream(), "", &mut draft);
        draft.finish()?;
        done.map_err(|error| budget.reason(&error, ODF))
    }
}
