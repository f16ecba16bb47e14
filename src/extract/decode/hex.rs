//! Hexadecimal digits: two for each byte.

use super::layer::Layer;

/// The value of a hexadecimal digit.
pub(super) fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// Decodes stretches of digits, each with its place, as one run.
pub(super) fn decode(lines: &[(usize, &[u8])], layer: &mut Layer) {
    let mut half: Option<(usize, u8)> = None;
    for &(start, line) in lines {
        for (at, &byte) in (start..).zip(line) {
            let Some(value) = digit(byte) else { return };
            match half.take() {
                None => half = Some((at, value)),
                Some((first, high)) if first + 1 == at => {
                    layer.even(&[high << 4 | value], first, 1, 2);
                }
                Some((first, high)) => layer.whole(&[high << 4 | value], first..at + 1),
            }
        }
    }
}
