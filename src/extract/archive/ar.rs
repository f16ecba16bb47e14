//! ar: libraries and Debian packages. Common, BSD and System V names.

use std::io::{BufReader, Read};

use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::part::{Blob, Extractor, Head, Needs, Part, YieldPart, pass_over, read_full};

/// The reader of ar.
#[derive(Debug)]
pub(crate) struct Ar;

const NAME: &str = "ar";
const MAGIC: &[u8] = b"!<arch>\n";
const HEADER: usize = 60;
/// Longest table of long names that is kept.
const TABLE: u64 = 4 << 20;

impl Extractor for Ar {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        // A text that begins with the mark has no header behind it.
        head.bytes.starts_with(MAGIC) && head.bytes.get(66..68) == Some(b"`\n")
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
        let broken = |error| budget.reason(&error, NAME);
        pass_over(&mut input, MAGIC.len() as u64).map_err(broken)?;
        let mut table = Vec::new();
        let mut header = [0; HEADER];
        loop {
            budget.alive()?;
            let got = read_full(&mut input, &mut header).map_err(broken)?;
            // A member of odd length is padded, the last one not always.
            if got == 0 || (got == 1 && header[0] == b'\n') {
                return Ok(());
            }
            let size = decimal(&header[48..58]).filter(|_| got == HEADER);
            let Some(size) = size.filter(|_| header[58..] == *b"`\n") else {
                return Err(SkipReason::Damaged(NAME));
            };
            let mut left = size;
            let name = name(&header[..16], &table, &mut input, &mut left).map_err(broken)?;
            let mut content = (&mut input).take(left);
            if name == "//" {
                (&mut content)
                    .take(TABLE)
                    .read_to_end(&mut table)
                    .map_err(broken)?;
            } else if yield_part(Part::Blob {
                name: &name,
                content: &mut content,
                size: Some(left),
            })
            .is_break()
            {
                return Ok(());
            }
            let rest = content.limit();
            if pass_over(&mut input, rest).map_err(broken)? < rest {
                return Err(SkipReason::Damaged(NAME));
            }
            pass_over(&mut input, size % 2).map_err(broken)?;
        }
    }
}

/// A member's name. BSD puts long ones before the content, of which they are a
/// part; System V has a table of them.
fn name(
    field: &[u8],
    table: &[u8],
    input: &mut dyn Read,
    left: &mut u64,
) -> std::io::Result<String> {
    let short = field.trim_ascii_end();
    if let Some(length) = short.strip_prefix(b"#1/").and_then(decimal) {
        let length = length.min(*left);
        let mut name = Vec::new();
        let got = input.take(length.min(1 << 16)).read_to_end(&mut name)?;
        *left -= got as u64;
        let end = name
            .iter()
            .position(|&byte| byte == 0)
            .unwrap_or(name.len());
        return Ok(String::from_utf8_lossy(&name[..end]).into_owned());
    }
    let long = short.strip_prefix(b"/").and_then(decimal);
    let long = long.and_then(|at| table.get(usize::try_from(at).ok()?..));
    let name = match long {
        Some(rest) => rest.split(|&byte| byte == b'\n').next().unwrap_or_default(),
        None => short,
    };
    let name = match name {
        b"/" | b"//" => name,
        _ => name.strip_suffix(b"/").unwrap_or(name),
    };
    Ok(String::from_utf8_lossy(name).into_owned())
}

fn decimal(field: &[u8]) -> Option<u64> {
    std::str::from_utf8(field.trim_ascii()).ok()?.parse().ok()
}
