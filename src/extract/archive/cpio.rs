//! cpio: the portable formats (`070701`, `070702`, `070707`) and the old binary
//! one in both byte orders.

use std::io::{self, BufReader, Read};
use std::ops::ControlFlow;

use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::part::{Blob, Extractor, Head, Needs, Part, YieldPart, pass_over, read_full};

/// The reader of cpio.
#[derive(Debug)]
pub(crate) struct Cpio;

const NAME: &str = "cpio";
const TRAILER: &str = "TRAILER!!!";
/// Longest name, and longest target of a link, that is taken into memory.
const LONGEST: u64 = 64 << 10;
/// Bits of the mode that tell the kind of file.
const KIND: u64 = 0o170_000;

impl Extractor for Cpio {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        Header::parse(head.bytes).is_some_and(|header| (1..4096).contains(&header.name))
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
        let mut input = Counted {
            input: BufReader::with_capacity(64 << 10, blob.stream()),
            at: 0,
        };
        let broken = |error| budget.reason(&error, NAME);
        let mut is_over = false;
        loop {
            let header = match next(&mut input).map_err(broken)? {
                Next::Header(header) => header,
                Next::End => return Ok(()),
                // Mostly another archive, compressed.
                Next::Other(begun) if is_over => {
                    let _ = yield_part(Part::Blob {
                        name: "[behind the end]",
                        content: &mut begun.chain(input),
                        size: None,
                    });
                    return Ok(());
                }
                Next::Other(_) => return Err(SkipReason::Damaged(NAME)),
            };
            budget.alive()?;
            is_over = false;
            let mut name = Vec::new();
            let kept = header.name.min(LONGEST);
            (&mut input)
                .take(kept)
                .read_to_end(&mut name)
                .map_err(broken)?;
            input
                .pass(header.name - kept, header.align)
                .map_err(broken)?;
            while name.pop_if(|byte| *byte == 0).is_some() {}
            let name = String::from_utf8_lossy(&name);
            if name == TRAILER {
                // Another archive may follow, as in images of an early user space.
                is_over = true;
                continue;
            }
            let mut content = (&mut input).take(header.size);
            let flow = match header.mode & KIND {
                0o040_000 => yield_part(Part::Name(&name)),
                0o120_000 => link(&name, &mut content, yield_part).map_err(broken)?,
                _ => yield_part(Part::Blob {
                    name: &name,
                    content: &mut content,
                    size: Some(header.size),
                }),
            };
            if flow.is_break() {
                return Ok(());
            }
            let rest = content.limit();
            if input.pass(rest, header.align).map_err(broken)? < rest {
                return Err(SkipReason::Damaged(NAME));
            }
        }
    }
}

/// Hands out the name and the target of a link.
fn link(
    name: &str,
    content: &mut dyn Read,
    yield_part: &mut YieldPart<'_>,
) -> io::Result<ControlFlow<()>> {
    let mut target = Vec::new();
    content.take(LONGEST).read_to_end(&mut target)?;
    if yield_part(Part::Name(name)).is_break() {
        return Ok(ControlFlow::Break(()));
    }
    Ok(yield_part(Part::Name(&String::from_utf8_lossy(&target))))
}

/// A reader that knows how far it is, since fields are padded by their place.
struct Counted<R> {
    input: R,
    at: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl<R: Read> Counted<R> {
    /// Passes over `count` bytes and the padding behind them.
    fn pass(&mut self, count: u64, align: u64) -> io::Result<u64> {
        let passed = pass_over(self, count)?;
        let padding = self.at.next_multiple_of(align) - self.at;
        pass_over(self, padding)?;
        Ok(passed)
    }
}

/// What follows the last member.
enum Next {
    Header(Header),
    End,
    /// No header, but these bytes.
    Other(Vec<u8>),
}

/// What comes behind padding.
fn next<R: Read>(input: &mut Counted<R>) -> io::Result<Next> {
    let mut bytes = [0; LONG];
    loop {
        // Old headers begin at even places, new ones at multiples of four.
        let got = read_full(input, &mut bytes[..2])?;
        if got < 2 {
            return Ok(Next::End);
        }
        if bytes[..2] != [0, 0] {
            break;
        }
    }
    let mut have = 2;
    let mut length = 26;
    if &bytes[..2] == b"07" {
        have += read_full(input, &mut bytes[2..6])?;
        length = if &bytes[..6] == b"070707" { 76 } else { LONG };
    }
    have += read_full(input, &mut bytes[have..length])?;
    let header = Header::parse(&bytes[..have]);
    Ok(header.map_or_else(|| Next::Other(bytes[..have].to_vec()), Next::Header))
}

/// Length of the newest header.
const LONG: usize = 110;

struct Header {
    mode: u64,
    /// Length of the name with its zero byte.
    name: u64,
    size: u64,
    /// What places are padded to.
    align: u64,
}

impl Header {
    fn parse(bytes: &[u8]) -> Option<Header> {
        match bytes.get(..6)? {
            b"070701" | b"070702" => {
                let field = |number: usize| digits(bytes.get(6 + 8 * number..14 + 8 * number)?, 16);
                for number in 0..13 {
                    field(number)?;
                }
                Some(Header {
                    mode: field(1)?,
                    size: field(6)?,
                    name: field(11)?,
                    align: 4,
                })
            }
            b"070707" => {
                let field = |from: usize, to: usize| digits(bytes.get(from..to)?, 8);
                field(6, 59)?;
                Some(Header {
                    mode: field(18, 24)?,
                    name: field(59, 65)?,
                    size: field(65, 76)?,
                    align: 1,
                })
            }
            [0xc7, 0x71, ..] => Header::old(bytes, u16::from_le_bytes),
            [0x71, 0xc7, ..] => Header::old(bytes, u16::from_be_bytes),
            _ => None,
        }
    }

    fn old(bytes: &[u8], number: fn([u8; 2]) -> u16) -> Option<Header> {
        let fields = bytes.get(..26)?.as_chunks::<2>().0;
        let field = |index: usize| u64::from(number(fields[index]));
        let header = Header {
            mode: field(3),
            name: field(10),
            size: field(11) << 16 | field(12),
            align: 2,
        };
        // A mark of two bytes proves little.
        matches!(
            header.mode & KIND,
            0o040_000 | 0o100_000 | 0o120_000 | 0o060_000 | 0o020_000 | 0o010_000 | 0
        )
        .then_some(header)
    }
}

fn digits(field: &[u8], radix: u32) -> Option<u64> {
    // A field of many octal digits is looked at for its digits only.
    let all = field.iter().all(|&byte| char::from(byte).is_digit(radix));
    let text = std::str::from_utf8(field).ok().filter(|_| all)?;
    Some(u64::from_str_radix(text, radix).unwrap_or(u64::MAX))
}
