//! Base64 (RFC 4648): both alphabets, padded or not, on one line or wrapped.

use super::layer::Layer;

/// The value of each byte of the alphabets; 64 for all others.
static VALUES: [u8; 256] = values();

const fn values() -> [u8; 256] {
    let mut table = [64; 256];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut value = 0;
    while value < 64 {
        table[alphabet[value] as usize] = value as u8;
        value += 1;
    }
    table[b'-' as usize] = 62;
    table[b'_' as usize] = 63;
    table
}

/// True for a byte of either alphabet.
pub(super) fn is_digit(byte: u8) -> bool {
    VALUES[usize::from(byte)] < 64
}

/// The bytes that the digits at the beginning of `text` stand for, at most as
/// many as there is room for; their number.
pub(super) fn head(text: &[u8], room: &mut [u8]) -> usize {
    let mut count = 0;
    for (digits, out) in text.chunks(4).zip(room.chunks_mut(3)) {
        let (bytes, length) = group(digits);
        let length = length.min(out.len());
        out[..length].copy_from_slice(&bytes[..length]);
        count += length;
    }
    count
}

/// What up to four digits stand for.
fn group(digits: &[u8]) -> ([u8; 3], usize) {
    let mut bits = 0_u32;
    for place in 0..4 {
        let value = digits
            .get(place)
            .map_or(0, |&byte| VALUES[usize::from(byte)] & 63);
        bits = bits << 6 | u32::from(value);
    }
    let [_, a, b, c] = bits.to_be_bytes();
    ([a, b, c], (digits.len() * 3 / 4).min(3))
}

/// Decodes stretches of digits, each with its place, as one run.
pub(super) fn decode(lines: &[(usize, &[u8])], layer: &mut Layer) {
    // Digits that wait for the rest of their group, and where the first stands.
    let (mut held, mut count, mut from) = ([0; 4], 0, 0);
    let mut room = Vec::new();
    for &(start, line) in lines {
        let missing = (4 - count) % 4;
        let (own, rest) = line.split_at(missing.min(line.len()));
        held[count..count + own.len()].copy_from_slice(own);
        count += own.len();
        if count == 4 {
            layer.whole(&group(&held).0, from..start + own.len());
            count = 0;
        }
        let even = rest.len() / 4 * 4;
        if even > 0 {
            room.resize(even / 4 * 3, 0);
            head(&rest[..even], &mut room);
            layer.even(&room, start + own.len(), 3, 4);
        }
        if even < rest.len() {
            from = start + own.len() + even;
            count = rest.len() - even;
            held[..count].copy_from_slice(&rest[even..]);
        }
    }
    let (bytes, length) = group(&held[..count]);
    if length > 0 {
        let last = lines
            .last()
            .map_or(from, |(start, line)| start + line.len());
        layer.whole(&bytes[..length], from..last);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::decoding::Encoding;
    use crate::extract::decode::Counts;

    fn encoded(bytes: &[u8]) -> String {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD_NO_PAD.encode(bytes)
    }

    proptest! {
        #[test]
        fn every_cut_into_lines_decodes_alike_and_leads_back(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            cuts in proptest::collection::vec(1..30_usize, 1..8), gap in 0..3_usize,
        ) {
            let text = encoded(&bytes);
            let mut lines = Vec::new();
            let (mut at, mut place) = (0, 7);
            for cut in cuts.iter().cycle() {
                let end = (at + cut).min(text.len());
                lines.push((place, &text.as_bytes()[at..end]));
                place += end - at + gap;
                at = end;
                if at == text.len() {
                    break;
                }
            }
            let mut layer = Layer::new(Encoding::Base64, Counts::Secret);
            decode(&lines, &mut layer);
            prop_assert_eq!(&layer.bytes, &bytes);
            let mut last = 0;
            for at in 0..bytes.len() {
                let back = layer.back(at..at + 1);
                prop_assert!(back.start >= last && back.len() >= 2);
                prop_assert!(back.end <= place);
                last = back.start;
            }
            if gap == 0 && !bytes.is_empty() {
                prop_assert_eq!(layer.back(0..bytes.len()), 7..7 + text.len());
            }
        }
    }
}
