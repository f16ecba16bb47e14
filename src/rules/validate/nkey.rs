//! NATS seeds: base32 of two prefix bytes, 32 bytes, and CRC-16 of them.

use super::crc::crc16_xmodem;
use super::decode;

/// Five bits that say "seed", the letter S.
const SEED: u8 = 18 << 3;

/// Kinds of key, as their letter's base32 value: A, C, N, O, P, U, X.
const KINDS: [u8; 7] = [0, 2, 13, 14, 15, 20, 23];

/// True for a seed of a known kind with a right CRC.
pub(super) fn seed(token: &[u8]) -> bool {
    if token.len() != 58 {
        return false;
    }
    let Some(raw) = decode::base32(token) else {
        return false;
    };
    let Some((covered, sum)) = raw.split_last_chunk::<2>() else {
        return false;
    };
    let kind = (covered[0] & 7) << 2 | covered[1] >> 6;
    covered[0] & 0xF8 == SEED
        && covered[1].trailing_zeros() >= 6
        && KINDS.contains(&kind)
        && crc16_xmodem(covered) == u16::from_le_bytes(*sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::validate::testing::Source;

    const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    fn build(source: &mut Source, kind: u8) -> String {
        let kind = kind << 3;
        let mut raw = vec![SEED | kind >> 5, (kind & 31) << 3];
        raw.extend(source.bytes(32));
        // Division of the polynomial on a string of bits.
        let mut bits: Vec<u8> = raw
            .iter()
            .flat_map(|b| (0..8).rev().map(move |i| b >> i & 1))
            .collect();
        let length = bits.len();
        bits.extend([0; 16]);
        for at in 0..length {
            if bits[at] == 1 {
                for power in [0, 4, 11, 16] {
                    bits[at + power] ^= 1;
                }
            }
        }
        let sum = bits[length..]
            .iter()
            .fold(0u16, |n, &b| n << 1 | u16::from(b));
        raw.extend(sum.to_le_bytes());
        let bits: Vec<u8> = raw
            .iter()
            .flat_map(|b| (0..8).rev().map(move |i| b >> i & 1))
            .collect();
        bits.chunks(5)
            .map(|five| {
                let number = (0..5).fold(0, |n, i| n << 1 | five.get(i).copied().unwrap_or(0));
                char::from(BASE32[usize::from(number)])
            })
            .collect()
    }

    #[test]
    fn seeds_of_every_kind_pass_and_broken_ones_fail() {
        let mut source = Source::new(16);
        for (kind, letter) in KINDS.into_iter().zip("ACNOPUX".chars()) {
            for _ in 0..150 {
                let seed_text = build(&mut source, kind);
                assert!(seed_text.starts_with(&format!("S{letter}A")));
                assert!(seed(seed_text.as_bytes()), "a built seed is refused");
                let broken = source.corrupt(&seed_text[..57], 2) + &seed_text[57..];
                assert!(!seed(broken.as_bytes()), "a broken seed is accepted");
            }
        }
    }

    #[test]
    fn an_unknown_kind_is_no_seed() {
        assert!(!seed(build(&mut Source::new(1), 1).as_bytes()));
    }
}
