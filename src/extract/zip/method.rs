//! How the members of a zip archive are compressed.

use std::io::{self, BufRead, BufReader, Read};

use super::NAME;
use super::directory::Size;
use super::entry::Entry;
use crate::base::content::SkipReason;
use crate::extract::budget::{Budget, fault};

/// Decodes `input` by `method`.
///
/// # Errors
/// When the method is not read, or cannot begin.
pub(super) fn open<'a, R: BufRead + 'a>(
    mut input: R,
    method: u16,
    entry: &Entry,
    budget: &Budget<'_>,
) -> Result<Box<dyn Read + 'a>, SkipReason> {
    let broken = |error: io::Error| budget.reason(&error, NAME);
    Ok(match method {
        0 => Box::new(input),
        8 => Box::new(flate2::bufread::DeflateDecoder::new(input)),
        9 => Box::new(deflate64::Deflate64Decoder::with_buffer(input)),
        12 => Box::new(bzip2::bufread::BzDecoder::new(input)),
        14 => Box::new(lzma(input, entry, budget).map_err(broken)?),
        20 | 93 => Box::new(crate::extract::stream::zstd_frames(input, budget)),
        95 => {
            let limit = u32::try_from(budget.dictionary() >> 10).unwrap_or(u32::MAX);
            Box::new(lzma_rust2::XzReader::new_mem_limit(input, true, limit))
        }
        98 => {
            let mut parameters = [0; 2];
            input.read_exact(&mut parameters).map_err(broken)?;
            let parameters = u16::from_le_bytes(parameters);
            let order = u32::from(parameters & 0xF) + 1;
            let memory = (u32::from(parameters >> 4 & 0xFF) + 1) << 20;
            if u64::from(memory) > budget.dictionary() {
                return Err(SkipReason::Limit("memory"));
            }
            let restore = match parameters >> 12 {
                0 => ppmd_rust::RestoreMethod::Restart,
                1 => ppmd_rust::RestoreMethod::CutOff,
                _ => return Err(SkipReason::Container("zip (ppmd variant)")),
            };
            let decoder = ppmd_rust::Ppmd8Decoder::new(input, order, memory, restore);
            Box::new(decoder.map_err(|_| SkipReason::Damaged(NAME))?)
        }
        1 => return Err(SkipReason::Container("zip (shrunk)")),
        2..=5 => return Err(SkipReason::Container("zip (reduced)")),
        6 => return Err(SkipReason::Container("zip (imploded)")),
        96 => return Err(SkipReason::Container("zip (JPEG)")),
        97 => return Err(SkipReason::Container("zip (WavPack)")),
        _ => return Err(SkipReason::Container("zip (unknown method)")),
    })
}

/// LZMA behind a version, the length of its properties, and these.
fn lzma<R: BufRead>(
    mut input: R,
    entry: &Entry,
    budget: &Budget<'_>,
) -> io::Result<lzma_rust2::LzmaReader<R>> {
    let mut header = [0; 9];
    input.read_exact(&mut header)?;
    let dictionary = u32::from_le_bytes([header[5], header[6], header[7], header[8]]);
    if u64::from(dictionary) > budget.dictionary() {
        return Err(fault(SkipReason::Limit("memory")));
    }
    // Flag 1 says that an end mark tells the size.
    let size = if entry.flags & 2 != 0 {
        u64::MAX
    } else {
        entry.size
    };
    lzma_rust2::LzmaReader::new_with_props(input, size, header[4], dictionary, None)
}

/// A member whose checksum is verified when its end is reached.
pub(super) struct Checked<'a> {
    reader: Box<dyn Read + 'a>,
    /// What is left of the size that was told, where one was.
    left: Option<u64>,
    expected: Option<u32>,
    crc: flate2::Crc,
}

impl<'a> Checked<'a> {
    pub(super) fn new(reader: Box<dyn Read + 'a>, entry: &Entry, packed: Size) -> Checked<'a> {
        let known = matches!(packed, Size::Known(_));
        let without = entry.aes.is_some_and(|aes| aes.version == 2);
        Checked {
            reader,
            left: known.then_some(entry.size),
            expected: entry.crc.filter(|_| known && !without),
            crc: flate2::Crc::new(),
        }
    }
}

impl Read for Checked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        if self.expected.is_some() {
            self.crc.update(&buffer[..count]);
        }
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(count as u64);
        }
        let wrong = self.expected.is_some_and(|crc| crc != self.crc.sum());
        let short = self.left.is_some_and(|left| left > 0);
        if count == 0 && !buffer.is_empty() && (wrong || short) {
            self.expected = None;
            self.left = None;
            return Err(fault(SkipReason::Damaged(NAME)));
        }
        Ok(count)
    }
}

/// A buffered reader over any reader, for decoders that want one.
pub(super) fn buffered<'a, R: Read + 'a>(reader: R) -> Box<dyn BufRead + 'a> {
    Box::new(BufReader::with_capacity(32 << 10, reader))
}
