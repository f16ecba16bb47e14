//! Squashfs images, version 4, packed by gzip, xz, LZ4 or Zstandard.
//!
//! Format: the kernel's `Documentation/filesystems/squashfs.rst`. Directories
//! are walked from the root; inodes, names and tails of files stand in blocks
//! of metadata, which are unpacked when they are needed.

use std::collections::HashMap;
use std::io::{self, Read, SeekFrom};

use crate::base::content::SkipReason;
use crate::extract::budget::{Budget, fault};
use crate::extract::part::{Blob, Extractor, Head, Needs, Part, ReadSeek, YieldPart};
use crate::extract::stream::zstd_frames;

/// The reader of Squashfs.
#[derive(Debug)]
pub(crate) struct Squashfs;

const NAME: &str = "squashfs";
const HEADER: usize = 96;
/// Bytes a block of metadata unpacks to.
const META: usize = 8 << 10;
/// Blocks of metadata that are kept unpacked.
const KEPT: usize = 256;
const DEPTH: usize = 128;
/// Longest file whose list of blocks is believed: 2^40 bytes.
const LONGEST: u64 = 1 << 40;

impl Extractor for Squashfs {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        head.bytes.starts_with(b"hsqs") && head.bytes.get(28..32) == Some(&[4, 0, 0, 0])
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
        let mut image = Image::open(input, budget).map_err(broken)?;
        let root = image.root;
        let node = image.node(root).map_err(broken)?;
        image.folder(&node, "", 0, yield_part)?;
        Ok(())
    }
}

struct Image<'a, 'b> {
    input: &'a mut dyn ReadSeek,
    budget: &'a Budget<'b>,
    method: u16,
    block: u32,
    root: u64,
    nodes: u64,
    folders: u64,
    fragments: u64,
    /// Blocks of metadata by their place: what is in them, and where the next begins.
    meta: HashMap<u64, (Vec<u8>, u64)>,
}

/// A file, directory or link.
enum Node {
    Folder {
        block: u32,
        offset: u16,
        length: u32,
    },
    File(File),
    Link(String),
    Other,
}

struct File {
    start: u64,
    size: u64,
    /// Packed length of each block.
    blocks: Vec<u32>,
    /// The block that holds the end of the file, and where in it.
    tail: Option<(u32, u32)>,
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    let field = bytes.get(at..).and_then(<[u8]>::first_chunk);
    field.map_or(0, |field| u16::from_le_bytes(*field))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let field = bytes.get(at..).and_then(<[u8]>::first_chunk);
    field.map_or(0, |field| u32::from_le_bytes(*field))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let field = bytes.get(at..).and_then(<[u8]>::first_chunk);
    field.map_or(0, |field| u64::from_le_bytes(*field))
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

impl<'a, 'b> Image<'a, 'b> {
    fn open(input: &'a mut dyn ReadSeek, budget: &'a Budget<'b>) -> io::Result<Image<'a, 'b>> {
        let mut header = [0; HEADER];
        input.seek(SeekFrom::Start(0))?;
        input.read_exact(&mut header)?;
        let method = u16_at(&header, 20);
        let block = u32_at(&header, 12);
        if !block.is_power_of_two() || !(12..=20).contains(&block.ilog2()) {
            return Err(invalid("block size"));
        }
        match method {
            1 | 4 | 5 | 6 => {}
            2 => return Err(fault(SkipReason::Container("squashfs (LZMA)"))),
            3 => return Err(fault(SkipReason::Container("squashfs (LZO)"))),
            _ => return Err(fault(SkipReason::Container("squashfs (unknown method)"))),
        }
        Ok(Image {
            input,
            budget,
            method,
            block,
            root: u64_at(&header, 32),
            nodes: u64_at(&header, 64),
            folders: u64_at(&header, 72),
            fragments: u64_at(&header, 80),
            meta: HashMap::new(),
        })
    }

    /// Unpacks `data` to at most `most` bytes.
    fn unpack(&self, data: &[u8], most: usize) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        let limit = most as u64;
        match self.method {
            1 => flate2::read::ZlibDecoder::new(data)
                .take(limit)
                .read_to_end(&mut out)?,
            4 => {
                let memory = u32::try_from(self.budget.dictionary() >> 10).unwrap_or(u32::MAX);
                let reader = lzma_rust2::XzReader::new_mem_limit(data, false, memory);
                reader.take(limit).read_to_end(&mut out)?
            }
            5 => {
                out = lz4_flex::block::decompress(data, most).map_err(io::Error::other)?;
                out.len()
            }
            _ => zstd_frames(data, self.budget)
                .take(limit)
                .read_to_end(&mut out)?,
        };
        Ok(out)
    }

    /// `length` bytes of metadata from `offset` of the block at `start` on.
    fn metadata(&mut self, start: u64, offset: usize, length: usize) -> io::Result<Vec<u8>> {
        let (mut at, mut offset) = (start, offset);
        let mut out = Vec::new();
        while out.len() < length {
            self.budget.alive().map_err(fault)?;
            let (block, next) = self.meta_block(at)?;
            let rest = block.get(offset..).filter(|rest| !rest.is_empty());
            let rest = rest.ok_or_else(|| invalid("metadata"))?;
            out.extend_from_slice(&rest[..rest.len().min(length - out.len())]);
            (at, offset) = (*next, 0);
        }
        Ok(out)
    }

    fn meta_block(&mut self, at: u64) -> io::Result<&(Vec<u8>, u64)> {
        if !self.meta.contains_key(&at) {
            let mut header = [0; 2];
            self.input.seek(SeekFrom::Start(at))?;
            self.input.read_exact(&mut header)?;
            let header = u16::from_le_bytes(header);
            let length = header & 0x7FFF;
            let mut data = vec![0; length.into()];
            self.input.read_exact(&mut data)?;
            if header & 0x8000 == 0 {
                data = self.unpack(&data, META)?;
            }
            if self.meta.len() >= KEPT {
                self.meta.clear();
            }
            self.meta.insert(at, (data, at + 2 + u64::from(length)));
        }
        self.meta.get(&at).ok_or_else(|| invalid("metadata"))
    }

    /// The inode that `reference` leads to: a block's place, and 16 bits of offset.
    fn node(&mut self, reference: u64) -> io::Result<Node> {
        let start = self.nodes.saturating_add(reference >> 16);
        let offset = (reference & 0xFFFF) as usize;
        let kind = u16_at(&self.metadata(start, offset, 16)?, 0);
        // Behind the sixteen bytes that all have.
        let mut read = |length: usize| {
            let bytes = self.metadata(start, offset, 16 + length);
            bytes.map(|bytes| bytes[16..].to_vec())
        };
        Ok(match kind {
            1 => {
                let own = read(16)?;
                Node::Folder {
                    block: u32_at(&own, 0),
                    length: u16_at(&own, 8).into(),
                    offset: u16_at(&own, 10),
                }
            }
            8 => {
                let own = read(24)?;
                Node::Folder {
                    length: u32_at(&own, 4),
                    block: u32_at(&own, 8),
                    offset: u16_at(&own, 18),
                }
            }
            2 => {
                let own = read(16)?;
                let tail = (u32_at(&own, 4), u32_at(&own, 8));
                let (begin, size) = (u32_at(&own, 0).into(), u32_at(&own, 12).into());
                self.file(start, offset, 32, begin, size, tail)?
            }
            9 => {
                let own = read(40)?;
                let tail = (u32_at(&own, 28), u32_at(&own, 32));
                self.file(start, offset, 56, u64_at(&own, 0), u64_at(&own, 8), tail)?
            }
            3 | 10 => {
                let own = read(8)?;
                let length = (u32_at(&own, 4) as usize).min(64 << 10);
                let own = read(8 + length)?;
                Node::Link(String::from_utf8_lossy(&own[8..]).into_owned())
            }
            _ => Node::Other,
        })
    }

    /// A file whose list of blocks stands `behind` bytes after the inode's beginning.
    fn file(
        &mut self,
        node: u64,
        offset: usize,
        behind: usize,
        start: u64,
        size: u64,
        tail: (u32, u32),
    ) -> io::Result<Node> {
        if size > LONGEST {
            return Err(invalid("size"));
        }
        let block = u64::from(self.block);
        let has_tail = tail.0 != u32::MAX;
        let count = if has_tail {
            size / block
        } else {
            size.div_ceil(block)
        };
        let _reserved = self.budget.reserve(count * 8).map_err(fault)?;
        let length = usize::try_from(count).unwrap_or(usize::MAX) * 4;
        let list = self.metadata(node, offset, behind + length)?;
        let blocks = list[behind..].as_chunks::<4>().0.iter();
        Ok(Node::File(File {
            start,
            size,
            blocks: blocks.map(|bytes| u32::from_le_bytes(*bytes)).collect(),
            tail: has_tail.then_some(tail),
        }))
    }

    /// Hands out what is in a folder; false when that is enough.
    fn folder(
        &mut self,
        node: &Node,
        path: &str,
        depth: usize,
        yield_part: &mut YieldPart<'_>,
    ) -> Result<bool, SkipReason> {
        let Node::Folder {
            block,
            offset,
            length,
        } = *node
        else {
            return Err(SkipReason::Damaged(NAME));
        };
        if depth > DEPTH {
            return Err(SkipReason::Limit("depth"));
        }
        // Three bytes stand for the entries that no list has.
        let length = (length as usize).saturating_sub(3);
        let _reserved = self.budget.reserve(length as u64)?;
        let start = self.folders.saturating_add(block.into());
        let list = self.metadata(start, offset.into(), length);
        let list = list.map_err(|error| self.budget.reason(&error, NAME))?;
        for (name, reference) in entries(&list) {
            self.budget.alive()?;
            let path = if path.is_empty() {
                name
            } else {
                format!("{path}/{name}")
            };
            let node = self.node(reference);
            let node = node.map_err(|error| self.budget.reason(&error, NAME))?;
            let goes_on = match &node {
                Node::Folder { .. } => {
                    yield_part(Part::Name(&path)).is_continue()
                        && self.folder(&node, &path, depth + 1, yield_part)?
                }
                Node::File(file) => self.content(file, &path, yield_part),
                Node::Link(to) => {
                    yield_part(Part::Name(&path)).is_continue()
                        && yield_part(Part::Name(to)).is_continue()
                }
                Node::Other => yield_part(Part::Name(&path)).is_continue(),
            };
            if !goes_on {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn content(&mut self, file: &File, path: &str, yield_part: &mut YieldPart<'_>) -> bool {
        let budget = self.budget;
        let blocks = Blocks {
            at: file.start,
            image: self,
            file,
            next: 0,
            ready: Vec::new(),
            used: 0,
        };
        let mut content = budget.meter(blocks.take(file.size), NAME);
        let flow = yield_part(Part::Blob {
            name: path,
            content: &mut content,
            size: Some(file.size),
        });
        flow.is_continue()
    }

    /// Bytes of data at `at`, whose packed length is `length`.
    fn data(&mut self, at: u64, length: u32) -> io::Result<Vec<u8>> {
        let most = self.block;
        let packed = length & 0x00FF_FFFF;
        if packed > 2 * most {
            return Err(invalid("block"));
        }
        let mut data = vec![0; packed as usize];
        self.input.seek(SeekFrom::Start(at))?;
        self.input.read_exact(&mut data)?;
        if length & 0x0100_0000 == 0 {
            return self.unpack(&data, most as usize);
        }
        Ok(data)
    }

    /// The end of a file, which shares a block with others.
    fn tail(&mut self, (index, offset): (u32, u32), length: u64) -> io::Result<Vec<u8>> {
        let mut place = [0; 8];
        let list = self.fragments.saturating_add(u64::from(index / 512) * 8);
        self.input.seek(SeekFrom::Start(list))?;
        self.input.read_exact(&mut place)?;
        let offset_in_list = (index % 512) as usize * 16;
        let entry = self.metadata(u64::from_le_bytes(place), offset_in_list, 16)?;
        let block = self.data(u64_at(&entry, 0), u32_at(&entry, 8))?;
        let rest = block
            .get(offset as usize..)
            .ok_or_else(|| invalid("fragment"))?;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        Ok(rest[..rest.len().min(length)].to_vec())
    }
}

/// Names in the list of a folder, each with the inode it stands for.
fn entries(list: &[u8]) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at + 12 <= list.len() {
        let (count, block) = (u32_at(list, at), u32_at(list, at + 4));
        at += 12;
        for _ in 0..=count.min(255) {
            let Some(fixed) = list.get(at..at + 8) else {
                return found;
            };
            let length = usize::from(u16_at(fixed, 6)) + 1;
            let Some(name) = list.get(at + 8..at + 8 + length) else {
                return found;
            };
            let reference = u64::from(block) << 16 | u64::from(u16_at(fixed, 0));
            found.push((String::from_utf8_lossy(name).into_owned(), reference));
            at += 8 + length;
        }
    }
    found
}

/// The blocks of a file, one after the other.
struct Blocks<'i, 'a, 'b> {
    image: &'i mut Image<'a, 'b>,
    file: &'i File,
    at: u64,
    next: usize,
    ready: Vec<u8>,
    used: usize,
}

impl Read for Blocks<'_, '_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.used >= self.ready.len() {
            let blocks = &self.file.blocks;
            self.used = 0;
            if let Some(&length) = blocks.get(self.next) {
                // No length is a block of zeros.
                self.ready = if length == 0 {
                    vec![0; self.image.block as usize]
                } else {
                    self.image.data(self.at, length)?
                };
                self.at += u64::from(length & 0x00FF_FFFF);
            } else if let (Some(tail), true) = (self.file.tail, self.next == blocks.len()) {
                let rest = self.file.size % u64::from(self.image.block);
                self.ready = self.image.tail(tail, rest)?;
            } else {
                return Ok(0);
            }
            self.next += 1;
        }
        let rest = &self.ready[self.used..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.used += count;
        Ok(count)
    }
}
