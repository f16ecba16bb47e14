//! What is embedded in RTF: hexadecimal digits of a file, or of an OLE 1 object
//! (MS-OLEDS 2.2.5) around one.

/// The bytes that `digits` stand for, without the object's own header.
pub(super) fn content(digits: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(digits.len() / 2);
    let mut high = None;
    for digit in digits.iter().filter_map(|b| char::from(*b).to_digit(16)) {
        match high.take() {
            None => high = Some(digit as u8),
            Some(high) => bytes.push(high << 4 | digit as u8),
        }
    }
    native(&bytes).unwrap_or(bytes)
}

/// The data of an embedded object.
fn native(bytes: &[u8]) -> Option<Vec<u8>> {
    let number = |at: usize| {
        let four = bytes.get(at..at + 4)?.first_chunk()?;
        usize::try_from(u32::from_le_bytes(*four)).ok()
    };
    // Version, then 2 for an embedded object.
    if number(0)? >> 16 > 0xFF || number(4)? != 2 {
        return None;
    }
    let mut at = 8;
    for _ in 0..3 {
        let length = number(at)?;
        at = at
            .checked_add(4)?
            .checked_add(length)
            .filter(|at| *at <= bytes.len())?;
    }
    let length = number(at)?;
    let rest = bytes.get(at + 4..)?;
    Some(rest[..length.min(rest.len())].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_of_an_object_is_left_out() {
        let mut bytes = Vec::new();
        for number in [0x501_u32, 2, 8] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(b"Package\0");
        for number in [0_u32, 0, 4] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(b"data and more");
        let digits = bytes
            .iter()
            .fold(String::new(), |all, b| all + &format!("{b:02X}\r\n"));
        assert_eq!(content(digits.as_bytes()), b"data");
        assert_eq!(content(b"41 4 2 4"), b"AB");
        assert_eq!(content(&digits.as_bytes()[..40]).len(), 10);
    }
}
