//! The LZMA family: xz, lzip, and the old `.lzma`.

use std::io::{self, Read};

use lzma_rust2::{LzipReader, LzmaReader, XzReader};

use super::{Decoder, Input, Stream};
use crate::base::content::SkipReason;
use crate::extract::budget::{Budget, fault};
use crate::extract::part::Head;

/// xz: any number of streams.
pub(crate) static XZ: Stream = Stream {
    name: "xz",
    endings: &[(".xz", ""), (".txz", ".tar")],
    accepts: |head| head.bytes.starts_with(b"\xfd7zXZ\0"),
    open: open_xz,
};

/// lzip: any number of members.
pub(crate) static LZIP: Stream = Stream {
    name: "lzip",
    endings: &[(".lz", ""), (".tlz", ".tar")],
    accepts: |head| head.bytes.starts_with(b"LZIP\x01"),
    open: open_lzip,
};

/// LZMA alone, which has a header but no mark.
pub(crate) static LZMA: Stream = Stream {
    name: "lzma",
    endings: &[(".lzma", ""), (".tlz", ".tar")],
    accepts: is_lzma,
    open: open_lzma,
};

fn kibibytes(budget: &Budget<'_>) -> u32 {
    u32::try_from(budget.dictionary() >> 10).unwrap_or(u32::MAX)
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "one of several that open a stream"
)]
fn open_xz<'a>(input: Input<'a>, budget: &'a Budget<'a>) -> io::Result<Decoder<'a>> {
    let reader = XzReader::new_mem_limit(input, true, kibibytes(budget));
    Ok(Box::new(Limited(reader)))
}

/// The first stream of xz alone, for one with other bytes behind it.
pub(crate) static XZ_ALONE: Stream = Stream {
    name: "xz",
    endings: &[],
    accepts: |_| false,
    open: |input, budget| {
        let reader = XzReader::new_mem_limit(input, false, kibibytes(budget));
        Ok(Box::new(Limited(reader)))
    },
};

fn open_lzip<'a>(input: Input<'a>, budget: &'a Budget<'a>) -> io::Result<Decoder<'a>> {
    let mut input = input;
    // The coded size of the dictionary: a power of two less some sixteenths.
    let ahead = io::BufRead::fill_buf(&mut input)?;
    let code = ahead.get(5).copied().unwrap_or(0);
    let dictionary = 1_u64.checked_shl(u32::from(code & 31)).unwrap_or(0);
    if dictionary > budget.dictionary() {
        return Err(fault(SkipReason::Limit("memory")));
    }
    Ok(Box::new(Limited(LzipReader::new(input))))
}

fn open_lzma<'a>(input: Input<'a>, budget: &'a Budget<'a>) -> io::Result<Decoder<'a>> {
    let reader = LzmaReader::new_mem_limit(input, kibibytes(budget), None);
    Ok(Box::new(Limited(reader.map_err(limit)?)))
}

/// A plausible header: properties that exist, a dictionary as encoders make
/// them, and a size that is unknown or not absurd. Only the default
/// properties count without the name.
fn is_lzma(head: &Head<'_>) -> bool {
    let Some([properties, d0, d1, d2, d3, size @ ..]) = head.bytes.first_chunk::<13>() else {
        return false;
    };
    let dictionary = u32::from_le_bytes([*d0, *d1, *d2, *d3]);
    // A power of two, or one and a half.
    let round = dictionary.is_power_of_two()
        || dictionary.is_multiple_of(3) && (dictionary / 3).is_power_of_two();
    let size = u64::from_le_bytes(*size);
    let sane = *properties < 9 * 5 * 5 && (size == u64::MAX || size < 1 << 40);
    let name = head.name.as_bytes();
    let ends = |ending: &[u8]| {
        name.len() > ending.len() && name[name.len() - ending.len()..].eq_ignore_ascii_case(ending)
    };
    let named = ends(b".lzma") || ends(b".tlz");
    // The range coder's first byte is zero.
    let coded = head.bytes.get(13) == Some(&0);
    sane && (named || *properties == 0x5D && round && dictionary >= 1 << 12 && coded)
}

/// Turns a refusal for lack of memory into the limit's name.
struct Limited<R>(R);

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(limit)
    }
}

fn limit(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::OutOfMemory {
        return fault(SkipReason::Limit("memory"));
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(dictionary: u32) -> bool {
        let mut head = vec![0x5D];
        head.extend(dictionary.to_le_bytes());
        head.extend([0xff; 8]);
        head.extend([0, 1, 2, 3]);
        is_lzma(&Head {
            bytes: &head,
            name: "Data",
        })
    }

    #[test]
    fn dictionaries_are_as_encoders_make_them() {
        for dictionary in [1 << 12, 1 << 26, 3 << 20, u32::MAX / 2 + 1] {
            assert!(accepts(dictionary), "{dictionary:x}");
        }
        // As some records of old documents begin.
        for dictionary in [0x4400_0000, 0x4000_0001, 1 << 11, 5 << 20, 0] {
            assert!(!accepts(dictionary), "{dictionary:x}");
        }
    }
}
