//! tar: v7, ustar, pax and GNU, read member by member from the front.
//!
//! Formats: POSIX.1-2017 `pax`, and the GNU tar manual. What lies behind the
//! end mark, or behind a damaged header, is looked at as well: a reader that
//! stops there can be blinded by 1024 zero bytes.

use std::io::{BufReader, Read};

use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::part::{Blob, Extractor, Head, Needs, Part, YieldPart, pass_over, read_full};

/// The reader of tar.
#[derive(Debug)]
pub(crate) struct Tar;

const NAME: &str = "tar";
const BLOCK: usize = 512;
/// Longest long name or extended header that is taken into memory.
const EXTENSION: u64 = 1 << 20;

impl Extractor for Tar {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        head.bytes
            .first_chunk()
            .is_some_and(|block| Header::parse(block).is_some())
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
        let mut walk = Walk {
            input: &mut input,
            budget,
            next: Named::default(),
            end: End::NotYet,
        };
        walk.run(yield_part)
    }
}

/// Whether the end mark was met.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    NotYet,
    Met,
    /// A block that is no header stands where one should.
    Damaged,
}

/// What extension headers say of the next member.
#[derive(Default)]
struct Named {
    path: Option<String>,
    link: Option<String>,
    size: Option<u64>,
    pax: bool,
}

struct Walk<'a, 'b> {
    input: &'a mut dyn Read,
    budget: &'a Budget<'b>,
    next: Named,
    end: End,
}

enum Step {
    Go,
    Stop,
}

impl Walk<'_, '_> {
    fn run(&mut self, yield_part: &mut YieldPart<'_>) -> Result<(), SkipReason> {
        let mut block = [0; BLOCK];
        loop {
            self.budget.alive()?;
            let got = read_full(self.input, &mut block);
            let got = got.map_err(|error| self.budget.reason(&error, NAME))?;
            if got < BLOCK {
                let cut = got > 0 && self.end == End::NotYet;
                let flawed = cut || self.end == End::Damaged;
                return if flawed {
                    Err(SkipReason::Damaged(NAME))
                } else {
                    Ok(())
                };
            }
            if block == [0; BLOCK] {
                if self.end == End::NotYet {
                    self.end = End::Met;
                }
                continue;
            }
            let Some(header) = Header::parse(&block) else {
                // Behind the end mark anything may stand.
                if self.end == End::NotYet {
                    self.end = End::Damaged;
                }
                continue;
            };
            if let Step::Stop = self.member(&header, yield_part)? {
                return Ok(());
            }
        }
    }

    fn member(
        &mut self,
        header: &Header<'_>,
        yield_part: &mut YieldPart<'_>,
    ) -> Result<Step, SkipReason> {
        let stored = self.next.size.unwrap_or(header.size);
        match header.kind {
            b'x' | b'X' | b'L' | b'K' => {
                self.extension(header.kind, header.size)?;
                return Ok(Step::Go);
            }
            b'S' => self.sparse_map(header)?,
            _ => {}
        }
        let named = std::mem::take(&mut self.next);
        let name = named.path.unwrap_or_else(|| header.name());
        let link = named.link.unwrap_or_else(|| header.link());
        let flow = match header.kind {
            // Only pax lets a hard link have content.
            b'1' if named.pax && stored > 0 => return self.content(&name, stored, yield_part),
            b'1'..=b'6' => {
                let flow = yield_part(Part::Name(&name));
                if flow.is_continue() && !link.is_empty() {
                    yield_part(Part::Name(&link))
                } else {
                    flow
                }
            }
            _ => return self.content(&name, stored, yield_part),
        };
        Ok(if flow.is_break() {
            Step::Stop
        } else {
            Step::Go
        })
    }

    /// Hands out the content that follows.
    fn content(
        &mut self,
        name: &str,
        size: u64,
        yield_part: &mut YieldPart<'_>,
    ) -> Result<Step, SkipReason> {
        let mut content = (&mut *self.input).take(size);
        let flow = yield_part(Part::Blob {
            name,
            content: &mut content,
            size: Some(size),
        });
        let rest = content.limit();
        if flow.is_break() {
            return Ok(Step::Stop);
        }
        self.pass(rest.saturating_add(padding(size)), rest)?;
        Ok(Step::Go)
    }

    /// Passes over `count` bytes, of which `needed` must be there.
    fn pass(&mut self, count: u64, needed: u64) -> Result<(), SkipReason> {
        let passed = pass_over(self.input, count);
        let passed = passed.map_err(|error| self.budget.reason(&error, NAME))?;
        if passed < needed {
            return Err(SkipReason::Damaged(NAME));
        }
        Ok(())
    }

    /// Reads a header that says something of the next one.
    fn extension(&mut self, kind: u8, size: u64) -> Result<(), SkipReason> {
        let mut body = Vec::new();
        let kept = size.min(EXTENSION);
        let read = (&mut *self.input).take(kept).read_to_end(&mut body);
        read.map_err(|error| self.budget.reason(&error, NAME))?;
        self.pass((size - kept).saturating_add(padding(size)), size - kept)?;
        match kind {
            b'L' => self.next.path = Some(text(&body)),
            b'K' => self.next.link = Some(text(&body)),
            _ => {
                self.next.pax = true;
                self.records(&body);
            }
        }
        Ok(())
    }

    /// Records of a pax header: `LENGTH KEY=VALUE\n`.
    fn records(&mut self, mut body: &[u8]) {
        while let Some(space) = memchr::memchr(b' ', body) {
            let length = std::str::from_utf8(&body[..space]).ok();
            let length = length.and_then(|digits| digits.parse::<usize>().ok());
            let Some(record) = length.and_then(|length| body.get(space + 1..length)) else {
                return;
            };
            body = &body[space + 1 + record.len()..];
            let record = record.strip_suffix(b"\n").unwrap_or(record);
            let Some(equals) = memchr::memchr(b'=', record) else {
                continue;
            };
            let value = String::from_utf8_lossy(&record[equals + 1..]);
            match &record[..equals] {
                b"path" if self.next.path.is_none() => self.next.path = Some(value.into_owned()),
                b"GNU.sparse.name" => self.next.path = Some(value.into_owned()),
                b"linkpath" => self.next.link = Some(value.into_owned()),
                b"size" => self.next.size = value.parse().ok(),
                _ => {}
            }
        }
    }

    /// Passes over the continuation of a GNU sparse member's map.
    fn sparse_map(&mut self, header: &Header<'_>) -> Result<(), SkipReason> {
        let mut more = header.block[482] != 0;
        let mut block = [0; BLOCK];
        while more {
            let got = read_full(self.input, &mut block);
            let got = got.map_err(|error| self.budget.reason(&error, NAME))?;
            if got < BLOCK {
                return Err(SkipReason::Damaged(NAME));
            }
            more = block[504] != 0;
        }
        Ok(())
    }
}

fn padding(size: u64) -> u64 {
    (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64
}

/// Text up to the first zero byte.
fn text(bytes: &[u8]) -> String {
    let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

/// A header whose checksum is right.
struct Header<'a> {
    block: &'a [u8; BLOCK],
    kind: u8,
    size: u64,
}

impl Header<'_> {
    fn parse(block: &[u8; BLOCK]) -> Option<Header<'_>> {
        if block[0] == 0 && block[345] == 0 {
            return None;
        }
        // An empty sum fits too many other bytes, signed as they may be.
        let told = Some(&block[148..156]).filter(|sum| sum.iter().any(u8::is_ascii_digit));
        let told = number(told?)?;
        let plain = block[..148].iter().chain(&block[156..]);
        let sum: u64 = plain.clone().map(|&byte| u64::from(byte)).sum();
        // Some old programs summed signed bytes.
        let signed: i64 = plain.map(|&byte| i64::from(byte.cast_signed())).sum();
        let spaces = 8 * u64::from(b' ');
        if told != sum + spaces && i64::try_from(told).ok()? != signed + spaces.cast_signed() {
            return None;
        }
        Some(Header {
            block,
            kind: block[156],
            size: number(&block[124..136])?,
        })
    }

    fn name(&self) -> String {
        let name = text(&self.block[..100]);
        let prefix = text(&self.block[345..500]);
        // GNU's own format has other things there.
        let is_posix = &self.block[257..263] == b"ustar\0";
        if is_posix && !prefix.is_empty() {
            return format!("{prefix}/{name}");
        }
        name
    }

    fn link(&self) -> String {
        text(&self.block[157..257])
    }
}

/// An octal number, or GNU's binary form; an empty field is zero.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        let mut value = u64::from(field[0] & 0x3F);
        for &byte in &field[1..] {
            value = value.checked_mul(256)?.checked_add(u64::from(byte))?;
        }
        return Some(value);
    }
    let mut value: u64 = 0;
    let digits = field.iter().skip_while(|&&byte| byte == b' ');
    for &byte in digits.take_while(|&&byte| byte != 0 && byte != b' ') {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 8)?;
        value = value.checked_mul(8)?.checked_add(u64::from(digit))?;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_whose_sum_is_that_of_no_number_are_no_header() {
        let mut block = [0_u8; BLOCK];
        // Signed, they are -256 together with the blanks of the field.
        block[0] = 0x80;
        block[1] = 0x80;
        assert!(Header::parse(&block).is_none());
        block[..2].copy_from_slice(b"ab");
        block[148..155].copy_from_slice(b"000703\0");
        assert!(Header::parse(&block).is_some());
    }
}
