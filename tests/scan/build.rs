//! Archives made byte by byte, so that a test can make them wrong.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zlib(content: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn bzip2(content: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(content: &[u8]) -> Vec<u8> {
    let level = ruzstd::encoding::CompressionLevel::Fastest;
    ruzstd::encoding::compress_to_vec(content, level)
}

pub(crate) fn lz4(content: &[u8]) -> Vec<u8> {
    let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// A ustar archive.
pub(crate) fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, content) in members {
        out.extend(tar_header(name, b'0', content.len()));
        out.extend_from_slice(content);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

pub(crate) fn tar_header(name: &str, kind: u8, size: usize) -> Vec<u8> {
    let mut header = vec![0; 512];
    header[..name.len()].copy_from_slice(name.as_bytes());
    header[100..108].copy_from_slice(b"0000644\0");
    header[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
    header[148..156].fill(b' ');
    header[156] = kind;
    header[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header
}

/// A member of a zip archive, with everything a header says of it.
#[derive(Clone)]
pub(crate) struct Member {
    name: Vec<u8>,
    method: u16,
    pub(crate) flags: u16,
    crc: u32,
    pub(crate) data: Vec<u8>,
    size: u32,
}

impl Member {
    pub(crate) fn stored(name: &str, content: &[u8]) -> Member {
        let mut crc = flate2::Crc::new();
        crc.update(content);
        Member {
            name: name.into(),
            method: 0,
            flags: 0,
            crc: crc.sum(),
            data: content.to_vec(),
            size: content.len() as u32,
        }
    }

    pub(crate) fn deflated(name: &str, content: &[u8]) -> Member {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).unwrap();
        Member {
            method: 8,
            data: encoder.finish().unwrap(),
            ..Member::stored(name, content)
        }
    }

    /// The member with its header.
    pub(crate) fn local(&self) -> Vec<u8> {
        let mut out = b"PK\x03\x04\x14\0".to_vec();
        out.extend(self.middle());
        out.extend((self.name.len() as u16).to_le_bytes());
        out.extend(0_u16.to_le_bytes());
        out.extend(&self.name);
        out.extend(&self.data);
        out
    }

    fn central(&self, offset: usize) -> Vec<u8> {
        let mut out = b"PK\x01\x02\x14\0\x14\0".to_vec();
        out.extend(self.middle());
        out.extend((self.name.len() as u16).to_le_bytes());
        out.extend([0; 12]);
        out.extend((offset as u32).to_le_bytes());
        out.extend(&self.name);
        out
    }

    fn middle(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend(self.flags.to_le_bytes());
        out.extend(self.method.to_le_bytes());
        out.extend([0; 4]);
        out.extend(self.crc.to_le_bytes());
        out.extend((self.data.len() as u32).to_le_bytes());
        out.extend(self.size.to_le_bytes());
        out
    }
}

/// A zip archive.
pub(crate) fn zip(members: &[Member]) -> Vec<u8> {
    let mut body = Vec::new();
    let mut listed = Vec::new();
    for member in members {
        listed.push((member.clone(), body.len()));
        body.extend(member.local());
    }
    directory(body, &listed)
}

/// `body` with a directory of the members that begin at those places of it.
pub(crate) fn directory(mut body: Vec<u8>, listed: &[(Member, usize)]) -> Vec<u8> {
    let start = body.len();
    for (member, offset) in listed {
        body.extend(member.central(*offset));
    }
    let length = body.len() - start;
    body.extend(b"PK\x05\x06\0\0\0\0");
    body.extend((listed.len() as u16).to_le_bytes());
    body.extend((listed.len() as u16).to_le_bytes());
    body.extend((length as u32).to_le_bytes());
    body.extend((start as u32).to_le_bytes());
    body.extend(0_u16.to_le_bytes());
    body
}
