//! 7z: blocks of members that are compressed together.

use std::io::{self, Read, Seek, SeekFrom};

use sevenz_rust2::{Archive, ArchiveEntry, Block, BlockDecoder, Error, Password};

use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::part::{Blob, Extractor, Head, Needs, Part, ReadSeek, YieldPart, read_full};

/// The reader of 7z.
#[derive(Debug)]
pub(crate) struct SevenZip;

const NAME: &str = "7z";
const MAGIC: &[u8; 6] = b"7z\xbc\xaf\x27\x1c";
/// How far into other bytes an archive is looked for.
const PREFIX: u64 = 4 << 20;
/// What is read of a member to see whether a password is right.
const TRIAL: u64 = 1 << 20;

impl Extractor for SevenZip {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        head.bytes.starts_with(MAGIC)
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
        let (input, _) = blob.seekable()?;
        let mut input = Shifted::new(input).map_err(|error| budget.reason(&error, NAME))?;
        let (archive, password) = open(&mut input, budget)?;
        let mut ended = Ok(());
        for index in 0..archive.blocks.len() {
            budget.alive()?;
            let mut walk = Walk {
                archive: &archive,
                input: &mut input,
                budget,
                password: &password,
            };
            match walk.block(index, yield_part) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(reason) => ended = Err(reason),
            }
        }
        for entry in archive.files.iter().filter(|entry| !entry.has_stream) {
            if yield_part(Part::Name(&entry.name)).is_break() {
                return Ok(());
            }
        }
        ended
    }
}

/// Reads the header, with the first password that fits.
fn open(input: &mut Shifted<'_>, budget: &Budget<'_>) -> Result<(Archive, Password), SkipReason> {
    let mut refused = match Archive::read(input, &Password::empty()) {
        Ok(archive) => return Ok((archive, Password::empty())),
        Err(error) => reason(&error, budget),
    };
    if refused == SkipReason::Encrypted(NAME) {
        for password in passwords(budget) {
            match Archive::read(input, &password) {
                Ok(archive) => return Ok((archive, password)),
                Err(error) => refused = refused.max(reason(&error, budget)),
            }
        }
        refused = SkipReason::Encrypted(NAME);
    }
    Err(refused)
}

fn passwords<'b>(budget: &Budget<'b>) -> impl Iterator<Item = Password> + use<'b> {
    let texts = budget.passwords().iter();
    texts.filter_map(|text| std::str::from_utf8(text.expose()).ok().map(Password::from))
}

struct Walk<'a, 's, 'b> {
    archive: &'a Archive,
    input: &'a mut Shifted<'s>,
    budget: &'a Budget<'b>,
    password: &'a Password,
}

impl Walk<'_, '_, '_> {
    /// Hands out the members of a block; false when that is enough.
    fn block(&mut self, index: usize, yield_part: &mut YieldPart<'_>) -> Result<bool, SkipReason> {
        let archive = self.archive;
        let block = &archive.blocks[index];
        let refused = match (
            memory(block) > self.budget.dictionary(),
            is_encrypted(block),
        ) {
            (true, _) => Some(SkipReason::Limit("memory")),
            (false, true) => None,
            (false, false) => None.or(unsupported(block)),
        };
        let found = match refused {
            None if is_encrypted(block) => self.password_of(index),
            None => Some(self.password.clone()),
            Some(_) => None,
        };
        let Some(password) = found else {
            let reason = refused.unwrap_or(SkipReason::Encrypted(NAME));
            return Ok(self.skip(index, 0, &reason, yield_part));
        };
        let budget = self.budget;
        let decoder = BlockDecoder::new(1, index, archive, &password, self.input);
        let mut broken = None;
        let mut members = 0;
        let ended = decoder.for_each_entries(&mut |entry: &ArchiveEntry, reader| {
            members += usize::from(entry.has_stream);
            let mut content = budget.meter(reader, NAME);
            let flow = yield_part(Part::Blob {
                name: &entry.name,
                content: &mut content,
                size: Some(entry.size),
            });
            // Nothing must ask a decoder that failed for more.
            broken = content.failed().cloned();
            Ok(flow.is_continue() && !budget.is_spent() && broken.is_none())
        });
        match broken {
            Some(reason) if !budget.is_spent() => {
                Ok(self.skip(index, members, &reason, yield_part))
            }
            _ => ended.map_err(|error| reason(&error, budget)),
        }
    }

    /// Tells that the members of a block were not read, but for so many first ones; false when that is enough.
    fn skip(
        &self,
        index: usize,
        first: usize,
        reason: &SkipReason,
        yield_part: &mut YieldPart<'_>,
    ) -> bool {
        let owners = self.archive.stream_map.file_block_index.iter();
        let members = self.archive.files.iter().zip(owners);
        let mut unread = members
            .filter(|(_, owner)| **owner == Some(index))
            .skip(first);
        unread.all(|(entry, _)| {
            let (name, reason) = (&*entry.name, reason.clone());
            yield_part(Part::Skip { name, reason }).is_continue()
        })
    }

    /// The first password with which the block's first member can be read.
    fn password_of(&mut self, index: usize) -> Option<Password> {
        let own = Some(self.password.clone()).filter(|password| !password.is_empty());
        own.into_iter()
            .chain(passwords(self.budget))
            .find(|password| {
                let mut is_right = true;
                let decoder = BlockDecoder::new(1, index, self.archive, password, self.input);
                let ended = decoder.for_each_entries(&mut |_: &ArchiveEntry, reader| {
                    is_right &= io::copy(&mut reader.take(TRIAL), &mut io::sink()).is_ok();
                    Ok(false)
                });
                is_right && ended.is_ok()
            })
    }
}

fn is_encrypted(block: &Block) -> bool {
    block
        .coders
        .iter()
        .any(|coder| coder.encoder_method_id() == [0x06, 0xF1, 0x07, 0x01])
}

/// A coder that nothing here decodes.
fn unsupported(block: &Block) -> Option<SkipReason> {
    let foreign = |coder: &sevenz_rust2::Coder| {
        // Methods of other programs: Zstandard, Brotli, LZ4 and their like.
        coder.encoder_method_id().starts_with(&[0x04, 0xF7])
    };
    let found = block.coders.iter().any(foreign);
    found.then_some(SkipReason::Container("7z (foreign method)"))
}

/// Bytes that decoding a block takes.
fn memory(block: &Block) -> u64 {
    let coders = block.coders.iter();
    let needs = coders.map(|coder| {
        let properties = coder.properties();
        let long = properties.get(1..).and_then(<[u8]>::first_chunk);
        match (coder.encoder_method_id(), long) {
            // LZMA, PPMd.
            ([3, 1 | 4, 1], Some(size)) => u64::from(u32::from_le_bytes(*size)),
            // LZMA2: a power of two, or one and a half of it.
            ([0x21], _) => {
                let code = u32::from(properties.first().copied().unwrap_or(0)).min(40);
                u64::from(2 | code & 1) << (code / 2 + 11)
            }
            _ => 0,
        }
    });
    needs.sum()
}

fn reason(error: &Error, budget: &Budget<'_>) -> SkipReason {
    match error {
        Error::PasswordRequired | Error::MaybeBadPassword(_) => SkipReason::Encrypted(NAME),
        Error::UnsupportedCompressionMethod(_)
        | Error::Unsupported(_)
        | Error::UnsupportedVersion { .. }
        | Error::ExternalUnsupported => SkipReason::Container(NAME),
        Error::MaxMemLimited { .. } => SkipReason::Limit("memory"),
        Error::Io(error, _) => budget.reason(error, NAME),
        _ => SkipReason::Damaged(NAME),
    }
}

/// Content from the archive's mark on: a program that unpacks itself may
/// stand before it.
struct Shifted<'a> {
    input: &'a mut dyn ReadSeek,
    start: u64,
}

impl<'a> Shifted<'a> {
    fn new(input: &'a mut dyn ReadSeek) -> io::Result<Shifted<'a>> {
        let mut head = vec![0; MAGIC.len()];
        input.seek(SeekFrom::Start(0))?;
        read_full(input, &mut head)?;
        if head != MAGIC {
            (&mut *input).take(PREFIX).read_to_end(&mut head)?;
        }
        let start = find(&head).unwrap_or(0) as u64;
        input.seek(SeekFrom::Start(start))?;
        Ok(Shifted { input, start })
    }
}

impl Read for Shifted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.input.read(buffer)
    }
}

impl Seek for Shifted<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(offset) => SeekFrom::Start(offset.saturating_add(self.start)),
            other => other,
        };
        let at = self.input.seek(to)?;
        at.checked_sub(self.start)
            .ok_or_else(|| io::ErrorKind::InvalidInput.into())
    }
}

/// Where in `bytes` an archive begins; its first header has a checksum.
pub(crate) fn find(bytes: &[u8]) -> Option<usize> {
    if bytes.starts_with(MAGIC) {
        return Some(0);
    }
    memchr::memmem::find_iter(bytes, MAGIC).find(|&at| {
        let header = bytes.get(at..at + 32);
        header.is_some_and(|header| {
            let mut crc = flate2::Crc::new();
            crc.update(&header[12..]);
            header[8..12] == crc.sum().to_le_bytes()
        })
    })
}
