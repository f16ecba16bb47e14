//! Numbers written in the digits of an alphabet.

/// Digits, upper case, lower case.
pub(super) const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Digits, lower case, upper case.
pub(super) const BASE62_LOWER: &[u8] =
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// Digits, lower case.
pub(super) const BASE36: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
/// Lower-case hexadecimal.
pub(super) const HEX: &[u8] = b"0123456789abcdef";
/// Upper-case hexadecimal.
pub(super) const HEX_UPPER: &[u8] = b"0123456789ABCDEF";

/// The lowest `WIDTH` digits of `number`, highest first, padded with the first symbol of `alphabet`.
pub(super) fn encode<const WIDTH: usize>(number: u32, alphabet: &[u8]) -> [u8; WIDTH] {
    let mut rest = number as usize;
    let mut text = [0; WIDTH];
    for digit in text.iter_mut().rev() {
        *digit = alphabet[rest % alphabet.len()];
        rest /= alphabet.len();
    }
    text
}

/// The number `text` writes in base 36; `None` for a foreign symbol or a number beyond 32 bits.
pub(super) fn from_base36(text: &[u8]) -> Option<u32> {
    text.iter().try_fold(0u32, |number, &b| {
        let digit = BASE36.iter().position(|&symbol| symbol == b)?;
        number
            .checked_mul(36)?
            .checked_add(u32::try_from(digit).ok()?)
    })
}

/// The bytes that pairs of hexadecimal digits of either case stand for.
pub(super) fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |b: u8| {
        char::from(b)
            .to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
    };
    let (pairs, rest) = text.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs
        .iter()
        .map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_padded_with_the_first_symbol() {
        assert_eq!(&encode::<6>(0, BASE62), b"000000");
        assert_eq!(&encode::<6>(61, BASE62), b"00000z");
        assert_eq!(&encode::<6>(61, BASE62_LOWER), b"00000Z");
        assert_eq!(&encode::<7>(u32::MAX, BASE36), b"1z141z3");
        assert_eq!(&encode::<8>(0xDEAD_BEEF, HEX), b"deadbeef");
        assert_eq!(&encode::<8>(0xDEAD_BEEF, HEX_UPPER), b"DEADBEEF");
    }

    #[test]
    fn base36_round_trips_and_refuses_foreign_symbols() {
        assert_eq!(from_base36(b"1z141z3"), Some(u32::MAX));
        assert_eq!(from_base36(b"1z141z4"), None);
        assert_eq!(from_base36(b"A"), None);
    }

    #[test]
    fn hexadecimal_comes_in_pairs() {
        assert_eq!(from_hex(b"0aFF"), Some(vec![10, 255]));
        assert_eq!(from_hex(b"0aF"), None);
        assert_eq!(from_hex(b"0g"), None);
    }
}
