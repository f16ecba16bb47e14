//! Readers of formats in which strings stand behind their lengths, and all of
//! which is handed out as one text, a line for each string.

use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::part::{Blob, Extractor, Head, Needs, Part, Text, YieldPart};

/// Shortest string that is handed out.
const SHORTEST: usize = 6;

/// A format whose strings are handed out.
#[derive(Debug)]
pub(crate) struct Strings {
    pub(super) name: &'static str,
    pub(super) accepts: fn(&[u8]) -> bool,
    /// Adds the strings of a file; nothing when it is damaged.
    pub(super) read: fn(&[u8], &mut Lines) -> Option<()>,
}

impl Extractor for Strings {
    fn name(&self) -> &'static str {
        self.name
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        (self.accepts)(head.bytes)
    }

    fn needs(&self) -> Needs {
        Needs::Seek
    }

    fn holds_archives(&self) -> bool {
        false
    }

    fn extract(
        &self,
        blob: &mut Blob<'_>,
        budget: &Budget<'_>,
        yield_part: &mut YieldPart<'_>,
    ) -> Result<(), SkipReason> {
        let bytes = blob.whole(budget, self.name)?;
        // Every string at most once: as much again.
        let _held = budget.reserve(bytes.len() as u64)?;
        let mut lines = Lines::default();
        let read = (self.read)(&bytes, &mut lines);
        if !lines.0.is_empty() {
            let _ = yield_part(Part::Text(Text::plain("[strings]", lines.0.as_bytes())));
        }
        read.ok_or(SkipReason::Damaged(self.name))
    }
}

/// Strings that were found, a line for each.
#[derive(Debug, Default)]
pub(super) struct Lines(String);

impl Lines {
    /// Adds `text` unless it is too short to matter.
    pub(super) fn push(&mut self, text: &str) {
        if text.len() >= SHORTEST {
            self.0.push_str(text);
            self.0.push('\n');
        }
    }

    /// Adds the string behind the length that `rest` begins with, a number of
    /// `size` bytes, the lowest first. Returns the length of both, unless what
    /// stands there is no text.
    ///
    /// A length whose bytes may stand in a text is longer than any file that is
    /// read, so no byte is looked at for many lengths.
    pub(super) fn sized(&mut self, rest: &[u8], size: usize) -> Option<usize> {
        let digits = rest.get(..size)?.iter().rev();
        let length = digits.fold(0, |length, digit| length << 8 | u64::from(*digit));
        let length = usize::try_from(length).ok()?;
        let bytes = rest.get(size..)?.get(..length)?;
        if length < SHORTEST || !bytes.iter().copied().all(may_be_text) {
            return None;
        }
        self.push(std::str::from_utf8(bytes).ok()?);
        Some(size + length)
    }
}

/// True unless `byte` is a control character other than white space.
fn may_be_text(byte: u8) -> bool {
    !byte.is_ascii_control() || matches!(byte, 9..=13)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sized(rest: &[u8], size: usize) -> (Option<usize>, String) {
        let mut lines = Lines::default();
        (lines.sized(rest, size), lines.0)
    }

    #[test]
    fn lengths_have_one_or_more_bytes_and_are_part_of_what_is_passed() {
        assert_eq!(sized(b"\x06secret...", 1), (Some(7), "secret\n".into()));
        assert_eq!(sized(b"\x06\0\0\0secret", 4), (Some(10), "secret\n".into()));
        assert_eq!(
            sized("\x08\0\0\0\0\0\0\0größe\n".as_bytes(), 8),
            (Some(16), "größe\n\n".into())
        );
    }

    #[test]
    fn what_is_short_or_cut_or_no_text_is_none() {
        for (rest, size) in [
            (&b"\x05short"[..], 1),
            (b"\x07secret", 1),
            (b"\x07sec\0ret", 1),
            (b"\x07secret\xff", 1),
            (b"\xff\xff\xff\xff\xff\xff\xff\xffsecret", 8),
            (b"\x06", 4),
            (b"", 1),
        ] {
            assert_eq!(sized(rest, size), (None, String::new()));
        }
    }
}
