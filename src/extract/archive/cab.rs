//! Microsoft cabinets: folders of members that are compressed together, as
//! `MS-CAB` describes them. MSZIP and LZX are decoded, Quantum is not.

use std::io::{self, Read, SeekFrom};

use flate2::{Decompress, FlushDecompress};
use lzxd::{Lzxd, WindowSize};

use crate::base::content::SkipReason;
use crate::extract::budget::{Budget, fault};
use crate::extract::part::{Blob, Extractor, Head, Needs, Part, ReadSeek, YieldPart, pass_over};

/// The reader of cabinets.
#[derive(Debug)]
pub(crate) struct Cab;

const NAME: &str = "cab";
/// Bytes a block unpacks to, at most; what follows may refer to as many.
const BLOCK: usize = 32 << 10;

impl Extractor for Cab {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        // The reserved fields, and the version.
        head.bytes.starts_with(b"MSCF\0\0\0\0") && head.bytes.get(24..26) == Some(&[3, 1])
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
        let broken = |error: io::Error| budget.reason(&error, NAME);
        let cabinet = Cabinet::read(input, budget).map_err(broken)?;
        for (number, folder) in cabinet.folders.iter().enumerate() {
            let mut files: Vec<&File> = cabinet.files.iter().collect();
            files.retain(|file| usize::from(file.folder) == number);
            files.sort_by_key(|file| file.offset);
            let mut content = Content::new(input, folder, cabinet.reserved).map_err(broken)?;
            for file in files {
                budget.alive()?;
                if file.offset < content.at {
                    content = Content::new(input, folder, cabinet.reserved).map_err(broken)?;
                }
                let gap = file.offset - content.at;
                // Counted, as what is handed out is.
                let mut metered = budget.meter(&mut content, NAME);
                pass_over(&mut metered, gap).map_err(broken)?;
                let mut member = metered.take(file.size);
                let flow = yield_part(Part::Blob {
                    name: &file.name,
                    content: &mut member,
                    size: Some(file.size),
                });
                if flow.is_break() {
                    return Ok(());
                }
            }
        }
        if cabinet.is_part {
            Err(SkipReason::Container("cab (one of several)"))
        } else {
            Ok(())
        }
    }
}

struct Cabinet {
    folders: Vec<Folder>,
    files: Vec<File>,
    /// Bytes in each block's header that nobody defined.
    reserved: u64,
    /// True when members begin or end in another cabinet.
    is_part: bool,
}

struct Folder {
    start: u64,
    blocks: u16,
    method: u16,
}

struct File {
    name: String,
    folder: u16,
    offset: u64,
    size: u64,
}

fn u16_from(input: &mut dyn Read) -> io::Result<u16> {
    let mut bytes = [0; 2];
    input.read_exact(&mut bytes)?;
    Ok(u16::from_le_bytes(bytes))
}

fn u32_from(input: &mut dyn Read) -> io::Result<u32> {
    let mut bytes = [0; 4];
    input.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

/// Text up to a zero byte.
fn text_from(input: &mut dyn Read) -> io::Result<String> {
    let mut bytes = Vec::new();
    loop {
        let mut byte = [0];
        input.read_exact(&mut byte)?;
        if byte[0] == 0 || bytes.len() > 4096 {
            return Ok(String::from_utf8_lossy(&bytes).into_owned());
        }
        bytes.push(byte[0]);
    }
}

impl Cabinet {
    fn read(input: &mut dyn ReadSeek, budget: &Budget<'_>) -> io::Result<Cabinet> {
        input.seek(SeekFrom::Start(0))?;
        let mut input = io::BufReader::new(input);
        let mut fixed = [0; 36];
        input.read_exact(&mut fixed)?;
        let field = |at: usize| u16::from_le_bytes([fixed[at], fixed[at + 1]]);
        let (folders, files, flags) = (field(26), field(28), field(30));
        let first = u32::from_le_bytes([fixed[16], fixed[17], fixed[18], fixed[19]]);
        let (mut beside_folder, mut reserved) = (0, 0);
        if flags & 4 != 0 {
            let header = u16_from(&mut input)?;
            let sizes = u16_from(&mut input)?.to_le_bytes();
            (beside_folder, reserved) = (u64::from(sizes[0]), u64::from(sizes[1]));
            pass_over(&mut input, header.into())?;
        }
        for _ in 0..2 * (flags & 3).count_ones() {
            text_from(&mut input)?;
        }
        let mut cabinet = Cabinet {
            folders: Vec::new(),
            files: Vec::new(),
            reserved,
            is_part: flags & 3 != 0,
        };
        for _ in 0..folders {
            cabinet.folders.push(Folder {
                start: u32_from(&mut input)?.into(),
                blocks: u16_from(&mut input)?,
                method: u16_from(&mut input)?,
            });
            pass_over(&mut input, beside_folder)?;
        }
        io::Seek::seek(&mut input, SeekFrom::Start(first.into()))?;
        for _ in 0..files {
            if cabinet.files.len() as u64 > budget.entries_left() {
                break;
            }
            let size = u32_from(&mut input)?.into();
            let offset = u32_from(&mut input)?.into();
            let folder = u16_from(&mut input)?;
            pass_over(&mut input, 6)?;
            cabinet.files.push(File {
                name: text_from(&mut input)?,
                // Numbers at the top mean that the file goes on elsewhere.
                folder: match folder {
                    0xFFFD | 0xFFFF => 0,
                    0xFFFE => folders.saturating_sub(1),
                    folder => folder,
                },
                offset,
                size,
            });
        }
        Ok(cabinet)
    }
}

enum Method {
    Stored,
    Mszip,
    Lzx(Box<Lzxd>),
}

/// What a folder unpacks to.
struct Content<'a> {
    input: &'a mut dyn ReadSeek,
    /// Where the next block begins.
    next: u64,
    left: u16,
    reserved: u64,
    method: Method,
    /// The block that is handed out, and how much of it was.
    block: Vec<u8>,
    used: usize,
    /// How far in the folder this is.
    at: u64,
}

impl<'a> Content<'a> {
    fn new(input: &'a mut dyn ReadSeek, folder: &Folder, reserved: u64) -> io::Result<Content<'a>> {
        let method = match folder.method & 0xF {
            0 => Method::Stored,
            1 => Method::Mszip,
            3 => Method::Lzx(Box::new(Lzxd::new(window(folder.method >> 8 & 0x1F)?))),
            _ => return Err(fault(SkipReason::Container("cab (Quantum)"))),
        };
        Ok(Content {
            input,
            next: folder.start,
            left: folder.blocks,
            reserved,
            method,
            block: Vec::new(),
            used: 0,
            at: 0,
        })
    }

    /// Unpacks the next block; false after the last.
    fn advance(&mut self) -> io::Result<bool> {
        if self.left == 0 {
            return Ok(false);
        }
        self.left -= 1;
        self.input.seek(SeekFrom::Start(self.next))?;
        let input = &mut *self.input;
        u32_from(input)?;
        let (packed, size) = (u16_from(input)?, u16_from(input)?);
        pass_over(input, self.reserved)?;
        let mut data = vec![0; packed.into()];
        input.read_exact(&mut data)?;
        self.next += 8 + self.reserved + u64::from(packed);
        let broken = || io::Error::new(io::ErrorKind::InvalidData, "block");
        self.block = match &mut self.method {
            Method::Stored => data,
            Method::Mszip => {
                let data = data.strip_prefix(b"CK").ok_or_else(broken)?;
                inflate(&self.block, data, size.into())?
            }
            Method::Lzx(decoder) => {
                let unpacked = decoder.decompress_next(&data, size.into());
                unpacked.map_err(|_| broken())?.to_vec()
            }
        };
        self.used = 0;
        Ok(true)
    }
}

impl Read for Content<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.used >= self.block.len() {
            if !self.advance()? {
                return Ok(0);
            }
        }
        let rest = &self.block[self.used..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.used += count;
        self.at += count as u64;
        Ok(count)
    }
}

/// Inflates a block that may refer to the one `before` it. That one is put
/// before it as a block of its own, stored.
fn inflate(before: &[u8], data: &[u8], size: usize) -> io::Result<Vec<u8>> {
    let before = &before[before.len().saturating_sub(BLOCK)..];
    let length = u16::try_from(before.len()).unwrap_or(0);
    let mut packed = vec![0];
    packed.extend(length.to_le_bytes());
    packed.extend((!length).to_le_bytes());
    packed.extend_from_slice(before);
    packed.extend_from_slice(data);
    let mut out = Vec::with_capacity(before.len() + size.min(2 * BLOCK) + 64);
    let mut inflater = Decompress::new(false);
    let ended = inflater.decompress_vec(&packed, &mut out, FlushDecompress::Finish);
    ended.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    out.drain(..before.len().min(out.len()));
    Ok(out)
}

fn window(bits: u16) -> io::Result<WindowSize> {
    Ok(match bits {
        15 => WindowSize::KB32,
        16 => WindowSize::KB64,
        17 => WindowSize::KB128,
        18 => WindowSize::KB256,
        19 => WindowSize::KB512,
        20 => WindowSize::MB1,
        21 => WindowSize::MB2,
        _ => return Err(io::Error::new(io::ErrorKind::InvalidData, "window")),
    })
}
