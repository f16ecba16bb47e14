//! `OpenPGP` armor with a CRC-24 line (RFC 4880 section 6, optional in RFC 9580).

use super::crc::crc24;
use super::decode;

/// True when the block has a checksum line and it fits the body.
pub(super) fn armor(block: &[u8]) -> bool {
    let lines = block.split(|&b| b == b'\n').map(<[u8]>::trim_ascii);
    let mut body = Vec::new();
    for line in lines.filter(|line| !is_header(line)) {
        if let Some(sum) = line.strip_prefix(b"=").filter(|sum| sum.len() == 4) {
            let Some(bytes) = decode::base64(&body).filter(|bytes| !bytes.is_empty()) else {
                return false;
            };
            let expected = crc24(&bytes).to_be_bytes();
            return decode::base64(sum).is_some_and(|sum| sum == expected[1..]);
        }
        body.extend_from_slice(line);
    }
    false
}

/// Lines around the body: dashes, `Key: value`, or nothing.
fn is_header(line: &[u8]) -> bool {
    line.is_empty() || line.starts_with(b"-----") || line.contains(&b':')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::validate::testing::Source;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    fn build(source: &mut Source) -> String {
        let length = 90 + source.below(60);
        let bytes = source.bytes(length);
        // Division of the polynomial on a string of bits, the register's start folded in.
        let mut bits: Vec<u32> = bytes
            .iter()
            .flat_map(|&b| (0..8).rev().map(move |i| u32::from(b >> i & 1)))
            .collect();
        let length = bits.len();
        bits.extend([0; 24]);
        for (i, bit) in bits.iter_mut().take(24).enumerate() {
            *bit ^= 0x00B7_04CE_u32 >> (23 - i) & 1;
        }
        for at in 0..length {
            if bits[at] == 1 {
                for power in 0..25 {
                    bits[at + power] ^= 0x0186_4CFB_u32 >> (24 - power) & 1;
                }
            }
        }
        let sum = bits[length..].iter().fold(0u32, |n, &b| n << 1 | b);
        let sum = STANDARD.encode(&sum.to_be_bytes()[1..]);
        let body = STANDARD.encode(bytes);
        let (first, second) = body.split_at(64);
        let name = "PGP MESSAGE";
        format!(
            "-----BEGIN {name}-----\r\nVersion: 1\r\n\r\n{first}\r\n{second}\r\n={sum}\r\n-----END {name}-----"
        )
    }

    #[test]
    fn built_blocks_pass_and_broken_ones_fail() {
        let mut source = Source::new(24);
        for _ in 0..1000 {
            let block = build(&mut source);
            assert!(armor(block.as_bytes()), "a built block is refused");
            let at = block.find("\r\n\r\n").unwrap() + 4;
            let broken = source.corrupt(&block[..at + 60], at) + &block[at + 60..];
            assert!(!armor(broken.as_bytes()), "a broken block is accepted");
        }
    }

    #[test]
    fn a_block_without_a_checksum_line_says_nothing() {
        assert!(!armor(b"-----BEGIN X-----\n\nAAAA\n-----END X-----"));
        assert!(!armor(b"=Ic8C"));
    }
}
