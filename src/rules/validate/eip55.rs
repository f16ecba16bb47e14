//! Ethereum addresses whose letters' case is a checksum (EIP-55).

/// `0x` and forty hexadecimal digits of both cases: a letter is upper case where the digit
/// of the keccak-256 hash of the lower-case address is above seven.
pub(super) fn address(text: &[u8]) -> bool {
    let Some(digits) = text
        .strip_prefix(b"0x")
        .and_then(|rest| rest.as_array::<40>())
    else {
        return false;
    };
    let has = |kind: fn(&u8) -> bool| digits.iter().any(kind);
    if !digits.iter().all(u8::is_ascii_hexdigit)
        || !has(u8::is_ascii_lowercase)
        || !has(u8::is_ascii_uppercase)
    {
        return false;
    }
    let hash = keccak_256(&digits.to_ascii_lowercase());
    digits.iter().enumerate().all(|(at, digit)| {
        let nibble = hash[at / 2] >> (4 * (1 - at % 2)) & 15;
        !digit.is_ascii_alphabetic() || digit.is_ascii_uppercase() == (nibble > 7)
    })
}

/// Bytes taken in before each permutation.
const RATE: usize = 136;

/// Keccak with a capacity of 512 bits and the padding of its first submission, not of SHA-3.
fn keccak_256(text: &[u8]) -> [u8; 32] {
    let mut padded = text.to_vec();
    padded.push(1);
    padded.resize(padded.len().next_multiple_of(RATE), 0);
    if let Some(last) = padded.last_mut() {
        *last |= 0x80;
    }
    let mut state = [0_u64; 25];
    for block in padded.as_chunks::<RATE>().0 {
        for (lane, bytes) in state.iter_mut().zip(block.as_chunks::<8>().0) {
            *lane ^= u64::from_le_bytes(*bytes);
        }
        permute(&mut state);
    }
    let mut out = [0; 32];
    for (bytes, lane) in out.as_chunks_mut::<8>().0.iter_mut().zip(state) {
        *bytes = lane.to_le_bytes();
    }
    out
}

/// Keccak-f[1600].
fn permute(state: &mut [u64; 25]) {
    let mut register = 1_u8;
    for _ in 0..24 {
        let column = |x: usize| (0..5).fold(0, |sum, y| sum ^ state[x + 5 * y]);
        let columns: [u64; 5] = std::array::from_fn(column);
        for (at, lane) in state.iter_mut().enumerate() {
            let x = at % 5;
            *lane ^= columns[(x + 4) % 5] ^ columns[(x + 1) % 5].rotate_left(1);
        }
        let (mut x, mut y, mut moved) = (1, 0, state[1]);
        for step in 0..24_u32 {
            (x, y) = (y, (2 * x + 3 * y) % 5);
            let turned = moved.rotate_left((step + 1) * (step + 2) / 2 % 64);
            moved = std::mem::replace(&mut state[x + 5 * y], turned);
        }
        for row in state.as_chunks_mut::<5>().0 {
            let old = *row;
            for (x, lane) in row.iter_mut().enumerate() {
                *lane = old[x] ^ (!old[(x + 1) % 5] & old[(x + 2) % 5]);
            }
        }
        for bit in 0..7 {
            if register & 1 == 1 {
                state[0] ^= 1 << ((1_u32 << bit) - 1);
            }
            register = register << 1 ^ if register & 0x80 == 0 { 0 } else { 0x71 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_nothing_is_the_published_one() {
        assert_eq!(
            keccak_256(b"")[..8],
            [0xc5, 0xd2, 0x46, 0x01, 0x86, 0xf7, 0x23, 0x3c]
        );
    }

    #[test]
    fn addresses_of_the_standard_pass_and_others_do_not() {
        let good = concat!("0x5aAeb6053F3E94C9b9A0", "9f33669435E7Ef1BeAed");
        assert!(address(good.as_bytes()));
        assert!(!address(good.replace("Aed", "aed").as_bytes()));
        assert!(!address(good.to_lowercase().as_bytes()));
    }
}
