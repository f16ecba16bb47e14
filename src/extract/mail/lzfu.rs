//! Compressed RTF, as Outlook keeps message bodies (MS-OXRTFCP).

/// What the dictionary begins with.
const BEGINNING: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
const SIZE: usize = 4096;

/// The RTF in `bytes`, of at most `most` bytes; `None` when they are none.
pub(in crate::extract) fn decompress(bytes: &[u8], most: usize) -> Option<Vec<u8>> {
    let field = |at: usize| {
        let field = bytes.get(at..at + 4)?.first_chunk::<4>()?;
        Some(u32::from_le_bytes(*field))
    };
    let size = (field(4)? as usize).min(most);
    let body = bytes.get(16..)?;
    match &field(8)?.to_le_bytes() {
        b"MELA" => return Some(body[..size.min(body.len())].to_vec()),
        b"LZFu" => {}
        _ => return None,
    }
    let mut ring = [b' '; SIZE];
    ring[..BEGINNING.len()].copy_from_slice(BEGINNING);
    let mut at = BEGINNING.len();
    let mut out = Vec::new();
    let mut input = body.iter().copied();
    while let Some(flags) = input.next() {
        for bit in 0..8 {
            let Some(first) = input.next() else {
                return Some(out);
            };
            if flags & 1 << bit == 0 {
                ring[at] = first;
                at = (at + 1) % SIZE;
                out.push(first);
                continue;
            }
            let second = input.next()?;
            let pair = usize::from(first) << 8 | usize::from(second);
            let (from, length) = (pair >> 4, (pair & 15) + 2);
            if from == at || out.len() >= size {
                return Some(out);
            }
            for step in 0..length {
                let byte = ring[(from + step) % SIZE];
                ring[at] = byte;
                at = (at + 1) % SIZE;
                out.push(byte);
            }
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_is_read() {
        let packed = [
            0x2d, 0, 0, 0, 0x2b, 0, 0, 0, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03, 0,
            0x0a, 0, 0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20, 0x68,
            0x65, 0x6c, 0x09, 0, 0x20, 0x62, 0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f,
            0xa0,
        ];
        let text = decompress(&packed, 1000).unwrap();
        assert_eq!(text, b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
        for cut in 0..packed.len() {
            let _ = decompress(&packed[..cut], 1000);
        }
    }

    #[test]
    fn other_bytes_are_refused() {
        assert_eq!(decompress(b"short", 10), None);
        assert_eq!(decompress(&[0; 20], 10), None);
    }
}
