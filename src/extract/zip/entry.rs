//! What the headers of a zip member say: the one in the central directory, and
//! the one before the member itself.

use std::io::{self, SeekFrom};

use super::LOCAL;
use crate::extract::part::{ReadSeek, read_full};

/// A member.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) flags: u16,
    pub(super) method: u16,
    /// Checksum of the content, where it is known.
    pub(super) crc: Option<u32>,
    /// Bytes in the archive.
    pub(super) packed: u64,
    /// Bytes of the content.
    pub(super) size: u64,
    /// Where its local header begins.
    pub(super) offset: u64,
    /// How it is encrypted by AES, if it is.
    pub(super) aes: Option<Aes>,
    /// The time field, of which the old encryption checks a byte.
    pub(super) time: u16,
}

/// The extra field of AES encryption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Aes {
    /// 1, 2 or 3: 128, 192 or 256 bits.
    pub(super) strength: u8,
    /// Version 2 leaves the checksum out.
    pub(super) version: u16,
    /// How the content is compressed.
    pub(super) method: u16,
}

impl Entry {
    pub(super) fn is_encrypted(&self) -> bool {
        self.flags & 1 != 0
    }

    pub(super) fn is_directory(&self) -> bool {
        self.name.ends_with('/') && self.size == 0 && self.packed == 0
    }
}

/// The header before a member.
#[derive(Clone, Debug)]
pub(super) struct Local {
    pub(super) name: String,
    version: u16,
    flags: u16,
    method: u16,
    time: u16,
    crc: u32,
    /// Bytes in the archive, where the header knows.
    pub(super) packed: Option<u64>,
    size: u64,
    /// Where the content begins.
    pub(super) data: u64,
    aes: Option<Aes>,
}

/// Bytes of a local header without name and extra fields.
pub(super) const LOCAL_LENGTH: usize = 30;

impl Local {
    /// The header at `offset`; `None` where there is none.
    pub(super) fn read(input: &mut dyn ReadSeek, offset: u64) -> io::Result<Option<Local>> {
        input.seek(SeekFrom::Start(offset))?;
        let mut fixed = [0; LOCAL_LENGTH];
        if read_full(input, &mut fixed)? < LOCAL_LENGTH || !fixed.starts_with(LOCAL) {
            return Ok(None);
        }
        let (name_length, extra_length) = (u16_at(&fixed, 26), u16_at(&fixed, 28));
        let mut rest = vec![0; usize::from(name_length) + usize::from(extra_length)];
        let got = read_full(input, &mut rest)?;
        rest.truncate(got);
        let (name, extra) = rest.split_at(usize::from(name_length).min(got));
        let flags = u16_at(&fixed, 6);
        let mut sizes = [u32_at(&fixed, 22).into(), u32_at(&fixed, 18).into(), 0];
        let extra = Extra::parse(extra, &mut sizes);
        // A descriptor behind the content has the sizes then.
        let streamed = flags & 8 != 0 && sizes[1] == 0;
        Ok(Some(Local {
            name: name_of(name, extra.unicode_name, flags),
            version: u16_at(&fixed, 4),
            flags,
            method: u16_at(&fixed, 8),
            time: u16_at(&fixed, 10),
            crc: u32_at(&fixed, 14),
            packed: (!streamed).then_some(sizes[1]),
            size: sizes[0],
            data: offset + LOCAL_LENGTH as u64 + u64::from(name_length) + u64::from(extra_length),
            aes: extra.aes,
        }))
    }

    /// False for a mark that stands in other data by chance.
    pub(super) fn is_plausible(&self) -> bool {
        let known_method = self.method <= 20 || (93..=99).contains(&self.method);
        let sane_name = !self.name.is_empty() && !self.name.chars().any(char::is_control);
        (self.version & 0xFF) < 100 && known_method && sane_name
    }

    /// The member as its own header describes it.
    pub(super) fn entry(&self, offset: u64) -> Entry {
        Entry {
            name: self.name.clone(),
            flags: self.flags,
            method: self.method,
            crc: self.packed.is_some().then_some(self.crc),
            packed: self.packed.unwrap_or(0),
            size: self.size,
            offset,
            aes: self.aes,
            time: self.time,
        }
    }
}

/// What extra fields say.
#[derive(Default)]
pub(super) struct Extra {
    pub(super) aes: Option<Aes>,
    pub(super) unicode_name: Option<String>,
}

impl Extra {
    /// Reads extra fields; puts 64-bit numbers in the place of those `sizes`
    /// (content, packed, offset) that the header has no room for.
    pub(super) fn parse(mut extra: &[u8], sizes: &mut [u64; 3]) -> Extra {
        let mut out = Extra::default();
        while extra.len() >= 4 {
            let (id, length) = (u16_at(extra, 0), usize::from(u16_at(extra, 2)));
            let Some(body) = extra.get(4..4 + length) else {
                break;
            };
            extra = &extra[4 + length..];
            match id {
                1 => {
                    let mut numbers = body.as_chunks::<8>().0.iter();
                    for size in sizes
                        .iter_mut()
                        .filter(|size| **size == u64::from(u32::MAX))
                    {
                        if let Some(number) = numbers.next() {
                            *size = u64::from_le_bytes(*number);
                        }
                    }
                }
                0x9901 if body.len() >= 7 => {
                    out.aes = Some(Aes {
                        version: u16_at(body, 0),
                        strength: body[4],
                        method: u16_at(body, 5),
                    });
                }
                // The name in UTF-8, behind a version and a checksum.
                0x7075 if body.len() > 5 => {
                    out.unicode_name = String::from_utf8(body[5..].to_vec()).ok();
                }
                _ => {}
            }
        }
        out
    }
}

/// What stands in extra fields that other programs may have written anything into.
pub(super) fn texts(mut extra: &[u8]) -> impl Iterator<Item = &[u8]> {
    // Sizes, names, times, owners, encryption, padding: there is no text in them.
    const KNOWN: [u16; 10] = [
        1, 0xa, 0x17, 0x5455, 0x5855, 0x7075, 0x7855, 0x7875, 0x9901, 0xa220,
    ];
    std::iter::from_fn(move || {
        loop {
            let id = extra.first_chunk::<4>().map(|head| u16_at(head, 0))?;
            let length = usize::from(u16_at(extra, 2));
            let body = extra.get(4..4 + length)?;
            extra = &extra[4 + length..];
            if !KNOWN.contains(&id) {
                return Some(body);
            }
        }
    })
}

/// The name of a member. What is no UTF-8 is in the code page of old PCs, or
/// in one nobody names; only what it looks like depends on it.
pub(super) fn name_of(name: &[u8], unicode: Option<String>, _flags: u16) -> String {
    unicode.unwrap_or_else(|| String::from_utf8_lossy(name).into_owned())
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes[at..]
        .first_chunk()
        .map_or(0, |b| u16::from_le_bytes(*b))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes[at..]
        .first_chunk()
        .map_or(0, |b| u32::from_le_bytes(*b))
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes[at..]
        .first_chunk()
        .map_or(0, |b| u64::from_le_bytes(*b))
}
