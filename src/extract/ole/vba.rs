//! Sources of macros, in the compression of MS-OVBA 2.4.1.

/// Bytes of a chunk when it is not compressed.
const CHUNK: usize = 4096;
/// Longest source.
const LONGEST: usize = 16 << 20;

/// The source in the stream of a module. It stands behind compiled code, and
/// begins with an attribute.
pub(super) fn source(stream: &[u8]) -> Option<String> {
    // Three bytes of headers and one of flags stand before the first letters.
    let at = memchr::memmem::find(stream, b"\0Attribut")?.checked_sub(3)?;
    let source = decompress(stream, at)?;
    Some(super::bytes::in_page(&source, 1252).replace('\r', ""))
}

/// What is compressed in `stream` from `at` on, as far as it can be read.
pub(super) fn decompress(stream: &[u8], at: usize) -> Option<Vec<u8>> {
    let mut rest = stream.get(at..)?.strip_prefix(b"\x01")?;
    let mut out = Vec::new();
    while let Some((header, behind)) = rest.split_first_chunk::<2>() {
        let header = u16::from_le_bytes(*header);
        if header >> 12 & 7 != 3 || out.len() > LONGEST {
            break;
        }
        let size = usize::from(header & 0x0FFF) + 1;
        let (chunk, next) = behind.split_at(size.min(behind.len()));
        if header & 0x8000 == 0 {
            out.extend_from_slice(&chunk[..chunk.len().min(CHUNK)]);
        } else {
            unpack(chunk, &mut out);
        }
        rest = next;
    }
    (!out.is_empty()).then_some(out)
}

fn unpack(chunk: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    let mut input = chunk.iter().copied();
    while let Some(flags) = input.next() {
        for bit in 0..8 {
            let Some(first) = input.next() else { return };
            if flags >> bit & 1 == 0 {
                out.push(first);
                continue;
            }
            let Some(second) = input.next() else { return };
            let token = u16::from_le_bytes([first, second]);
            // The more there is to copy from, the more bits say from where.
            let have = out.len() - start;
            let bits = have.next_power_of_two().trailing_zeros().clamp(4, 12);
            let length = usize::from(token & (0xFFFF >> bits)) + 3;
            let back = usize::from(token >> (16 - bits)) + 1;
            if back > have || have + length > CHUNK {
                return;
            }
            for _ in 0..length {
                out.push(out[out.len() - back]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_specification_are_read() {
        let packed = [0x01, 0x03, 0xB0, 0x02, 0x61, 0x45, 0x00];
        let text = decompress(&packed, 0).unwrap();
        assert_eq!(text, [b'a'; 73]);
        let packed = [
            0x01, 0x19, 0xB0, 0x00, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x00, 0x69,
            0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F, 0x70, 0x00, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76,
            0x2E,
        ];
        assert_eq!(decompress(&packed, 0).unwrap(), b"abcdefghijklmnopqrstuv.");
    }

    #[test]
    fn a_source_is_found_behind_other_bytes() {
        let mut stream = b"compiled\x01\x10\xB0\0Attribut\0e VB_Na".to_vec();
        assert_eq!(source(&stream).unwrap(), "Attribute VB_Na");
        stream[9] = 0;
        let _ = source(&stream);
        assert_eq!(source(b"nothing here"), None);
    }
}
