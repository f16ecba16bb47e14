//! RPM packages: a lead, two headers, and a compressed cpio archive.
//!
//! The headers hold scripts and descriptions as they are, so that the search
//! of the raw bytes sees them; what is handed out is the payload.

use std::io::{self, BufReader, Read};

use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::part::{Blob, Extractor, Head, Needs, Part, YieldPart, pass_over};

/// The reader of RPM packages.
#[derive(Debug)]
pub(crate) struct Rpm;

const NAME: &str = "rpm";
const LEAD: u64 = 96;
const HEADER: &[u8; 4] = b"\x8e\xad\xe8\x01";

impl Extractor for Rpm {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        head.bytes.starts_with(b"\xed\xab\xee\xdb")
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
        let mut input = BufReader::with_capacity(64 << 10, blob.stream());
        let begun = begin(&mut input);
        begun.map_err(|error| budget.reason(&error, NAME))?;
        // The old packages' LZMA has no mark of its own.
        let _ = yield_part(Part::Blob {
            name: "payload.cpio.lzma",
            content: &mut input,
            size: None,
        });
        Ok(())
    }
}

/// Passes over everything before the payload.
fn begin(input: &mut dyn Read) -> io::Result<()> {
    pass_over(input, LEAD)?;
    let signature = header(input)?;
    // Only the first header is padded.
    pass_over(input, signature.next_multiple_of(8) - signature)?;
    header(input)?;
    Ok(())
}

/// Passes over a header; its length.
fn header(input: &mut dyn Read) -> io::Result<u64> {
    let mut fixed = [0; 16];
    input.read_exact(&mut fixed)?;
    if !fixed.starts_with(HEADER) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "no header"));
    }
    let number = |at: usize| {
        u64::from(u32::from_be_bytes([
            fixed[at],
            fixed[at + 1],
            fixed[at + 2],
            fixed[at + 3],
        ]))
    };
    let rest = 16 * number(8) + number(12);
    if pass_over(input, rest)? < rest {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(16 + rest)
}
