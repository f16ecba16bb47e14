//! asar, the archives of Electron programs: a header in JSON, then the files.

use std::io::{self, Read, SeekFrom};

use serde_json::{Map, Value};

use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::part::{Blob, Extractor, Head, Needs, Part, ReadSeek, YieldPart};

/// The reader of asar.
#[derive(Debug)]
pub(crate) struct Asar;

const NAME: &str = "asar";
/// Directories inside each other.
const DEPTH: usize = 200;

impl Extractor for Asar {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        Sizes::parse(head.bytes).is_some()
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
        let (input, size) = blob.seekable()?;
        let broken = |error: io::Error| budget.reason(&error, NAME);
        let mut fixed = [0; 17];
        input.read_exact(&mut fixed).map_err(broken)?;
        let sizes = Sizes::parse(&fixed).ok_or(SkipReason::Damaged(NAME))?;
        // Parsed, it takes several times as much.
        let _reserved = budget.reserve(8 * sizes.text)?;
        let mut text = Vec::new();
        input.seek(SeekFrom::Start(16)).map_err(broken)?;
        (&mut *input)
            .take(sizes.text)
            .read_to_end(&mut text)
            .map_err(broken)?;
        let header: Value = serde_json::from_slice(&text).map_err(|_| SkipReason::Damaged(NAME))?;
        let mut walk = Walk {
            input,
            size,
            base: 8 + sizes.header,
            budget,
            flawed: false,
        };
        let files = header.get("files").and_then(Value::as_object);
        let files = files.ok_or(SkipReason::Damaged(NAME))?;
        walk.folder(files, "", 0, yield_part)?;
        if walk.flawed {
            Err(SkipReason::Damaged(NAME))
        } else {
            Ok(())
        }
    }
}

/// Sizes before the header: each of a thing that holds the next.
struct Sizes {
    header: u64,
    text: u64,
}

impl Sizes {
    fn parse(bytes: &[u8]) -> Option<Sizes> {
        let number = |at: usize| {
            let field = bytes.get(at..)?.first_chunk()?;
            Some(u64::from(u32::from_le_bytes(*field)))
        };
        let (first, header, inner, text) = (number(0)?, number(4)?, number(8)?, number(12)?);
        let fits = first == 4 && inner + 4 == header && text + 4 <= inner && inner < text + 8;
        (fits && bytes.get(16) == Some(&b'{')).then_some(Sizes { header, text })
    }
}

struct Walk<'a, 'b> {
    input: &'a mut dyn ReadSeek,
    size: u64,
    base: u64,
    budget: &'a Budget<'b>,
    flawed: bool,
}

impl Walk<'_, '_> {
    /// Hands out what is in a folder; false when that is enough.
    fn folder(
        &mut self,
        files: &Map<String, Value>,
        path: &str,
        depth: usize,
        yield_part: &mut YieldPart<'_>,
    ) -> Result<bool, SkipReason> {
        for (name, entry) in files {
            self.budget.alive()?;
            let path = if path.is_empty() {
                name.clone()
            } else {
                format!("{path}/{name}")
            };
            let goes_on = if let Some(inner) = entry.get("files").and_then(Value::as_object) {
                if depth >= DEPTH {
                    return Err(SkipReason::Limit("depth"));
                }
                self.folder(inner, &path, depth + 1, yield_part)?
            } else {
                self.file(entry, &path, yield_part)?
            };
            if !goes_on {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn file(
        &mut self,
        entry: &Value,
        path: &str,
        yield_part: &mut YieldPart<'_>,
    ) -> Result<bool, SkipReason> {
        let offset = entry.get("offset").and_then(Value::as_str);
        let offset = offset.and_then(|digits| digits.parse::<u64>().ok());
        let length = entry.get("size").and_then(Value::as_u64);
        let (Some(offset), Some(length)) = (offset, length) else {
            // A link, or a file that lies beside the archive.
            return Ok(yield_part(Part::Name(path)).is_continue());
        };
        let start = self.base.saturating_add(offset);
        let there = start
            .checked_add(length)
            .is_some_and(|end| end <= self.size);
        self.flawed |= !there;
        let begun = self.input.seek(SeekFrom::Start(start.min(self.size)));
        begun.map_err(|error| self.budget.reason(&error, NAME))?;
        // Files may overlap, so what they produce counts.
        let mut content = self.budget.meter((&mut *self.input).take(length), NAME);
        let flow = yield_part(Part::Blob {
            name: path,
            content: &mut content,
            size: Some(length),
        });
        Ok(flow.is_continue())
    }
}
