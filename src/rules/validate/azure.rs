//! Azure keys that carry Marvin32 sums: identifiable keys, annotated keys (CASK),
//! and Entra client secrets.
//!
//! Layouts as published with Microsoft's security utilities.

use super::decode;
use super::digits::BASE62;
use super::marvin::marvin32;

const DEFAULT: u64 = seed(*b"Default0");
const MESSAGING: &[u64] = &[seed(*b"Send0000"), seed(*b"Manage00"), seed(*b"Listen00")];

/// A seed is eight ASCII characters, first character highest.
const fn seed(text: [u8; 8]) -> u64 {
    u64::from_be_bytes(text)
}

/// Signature, length of the key in bytes, seeds its service uses.
const SIGNATURES: &[(&[u8; 4], usize, &[u64])] = &[
    (b"+ASt", 64, &[DEFAULT]),
    (b"ACDb", 64, &[seed(*b"MastRO00"), seed(*b"MastRW00")]),
    (b"+ABa", 64, &[seed(*b"AbAcct00")]),
    (b"+AMC", 64, &[seed(*b"Classic0")]),
    (
        b"APIM",
        64,
        &[
            seed(*b"Tenant00"),
            seed(*b"IoTHub00"),
            seed(*b"Gatewy00"),
            seed(*b"GitKey00"),
        ],
    ),
    (
        b"AzFu",
        40,
        &[seed(*b"Master00"), seed(*b"System00"), seed(*b"Functi00")],
    ),
    (b"+ACR", 39, &[seed(*b"ACRDflt0")]),
    (b"AzSe", 39, &[seed(*b"Query000"), seed(*b"PAdmin00")]),
    (b"AzCa", 32, &[seed(*b"Access00")]),
    (
        b"AIoT",
        32,
        &[seed(*b"IoTHub00"), seed(*b"DpsKey00"), seed(*b"Device00")],
    ),
    (b"+ASb", 32, MESSAGING),
    (b"+AEh", 32, MESSAGING),
    (b"+ARm", 32, MESSAGING),
    (b"AZEG", 32, &[DEFAULT]),
];

/// True for base64 of a key whose last four bytes are the sum of those before,
/// under a seed of the service its signature names.
pub(super) fn identifiable_key(token: &[u8]) -> bool {
    let core = decode::trim_padding(token);
    let Some(signature) = core
        .len()
        .checked_sub(10)
        .and_then(|at| core.get(at..at + 4))
    else {
        return false;
    };
    let Some(key) = decode::base64(core) else {
        return false;
    };
    let Some((covered, sum)) = key.split_last_chunk::<4>() else {
        return false;
    };
    let sum = u32::from_le_bytes(*sum);
    SIGNATURES
        .iter()
        .filter(|(text, length, _)| text.as_slice() == signature && *length == key.len())
        .any(|(_, _, seeds)| seeds.iter().any(|&seed| marvin32(covered, seed) == sum))
}

/// True for an annotated key of 84 characters, or 88 with `==`, whose tail is the
/// sum of its first 60 bytes.
pub(super) fn cask(token: &[u8]) -> bool {
    if !matches!(token.len(), 84 | 88) || token.get(52..57) != Some(b"JQQJ9") {
        return false;
    }
    let Some(covered) = decode::base64(&token[..80]) else {
        return false;
    };
    let tail = cask_tail(&covered);
    tail.starts_with(&token[80..])
}

/// Base62 of the sum with its bytes turned round, filled with `0` on the right,
/// written as the base64 text of four bytes.
fn cask_tail(covered: &[u8]) -> [u8; 8] {
    let mut number = marvin32(covered, DEFAULT).swap_bytes() as usize;
    let mut digits = Vec::with_capacity(6);
    while number > 0 {
        digits.push(BASE62[number % 62]);
        number /= 62;
    }
    digits.reverse();
    let mut tail = *b"000000==";
    tail[..digits.len()].copy_from_slice(&digits);
    tail[5] = without_spare_bits(tail[5]);
    tail
}

/// The base64 symbol with the four lowest of its six bits cleared.
fn without_spare_bits(symbol: u8) -> u8 {
    match symbol {
        b'A'..=b'P' => b'A',
        b'Q'..=b'Z' | b'a'..=b'f' => b'Q',
        b'g'..=b'v' => b'g',
        _ => b'w',
    }
}

/// Digits of the tail of Entra secrets.
const ENTRA: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~";

/// True for a client secret with `8Q~` whose last three characters are the first
/// three of six digits of the sum of all before.
pub(super) fn entra_secret(token: &[u8]) -> bool {
    let Some((covered, check)) = token.split_last_chunk::<3>() else {
        return false;
    };
    let sum = marvin32(covered, seed(*b"AadPwd00"));
    let digits = super::digits::encode::<6>(sum, ENTRA);
    covered.get(3..6) == Some(b"8Q~") && digits.starts_with(check)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::validate::testing::{ALNUM, Source, written_in};
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    /// Marvin32 again, on a byte queue, with 64-bit intermediate numbers.
    fn slow_marvin32(data: &[u8], seed: u64) -> u32 {
        const MASK: u64 = 0xFFFF_FFFF;
        let turn = |x: u64, n: u64| ((x << n) | (x >> (32 - n))) & MASK;
        let mut padded = data.to_vec();
        padded.push(0x80);
        padded.resize(padded.len().div_ceil(4) * 4 + 4, 0);
        let (mut p0, mut p1) = (seed & MASK, seed >> 32);
        for word in padded.chunks(4) {
            let number = word.iter().rev().fold(0u64, |n, &b| n << 8 | u64::from(b));
            p0 = (p0 + number) & MASK;
            p1 ^= p0;
            p0 = (turn(p0, 20) + p1) & MASK;
            p1 = turn(p1, 9) ^ p0;
            p0 = (turn(p0, 27) + p1) & MASK;
            p1 = turn(p1, 19);
        }
        u32::try_from(p0 ^ p1).unwrap()
    }

    fn identifiable(source: &mut Source, signature: &[u8], length: usize, seed: u64) -> String {
        let mut text = STANDARD.encode(source.bytes(length));
        let at = text.trim_end_matches('=').len() - 10;
        text.replace_range(at..at + 4, std::str::from_utf8(signature).unwrap());
        let mut key = STANDARD.decode(text).unwrap();
        let sum = slow_marvin32(&key[..length - 4], seed);
        key[length - 4..].copy_from_slice(&sum.to_le_bytes());
        if signature == b"AzFu" {
            URL_SAFE.encode(key)
        } else {
            STANDARD.encode(key)
        }
    }

    #[test]
    fn seeds_are_the_published_numbers() {
        let published = [
            (&b"+ASt"[..], &[0x4465_6661_756C_7430][..]),
            (
                &b"ACDb"[..],
                &[0x4D61_7374_524F_3030, 0x4D61_7374_5257_3030][..],
            ),
            (&b"+ABa"[..], &[0x4162_4163_6374_3030][..]),
            (&b"+AMC"[..], &[0x436C_6173_7369_6330][..]),
            (
                &b"APIM"[..],
                &[
                    0x5465_6E61_6E74_3030,
                    0x496F_5448_7562_3030,
                    0x4761_7465_7779_3030,
                    0x4769_744B_6579_3030,
                ][..],
            ),
            (
                &b"AzFu"[..],
                &[
                    0x4D61_7374_6572_3030,
                    0x5379_7374_656D_3030,
                    0x4675_6E63_7469_3030,
                ][..],
            ),
            (&b"+ACR"[..], &[0x4143_5244_666C_7430][..]),
            (
                &b"AzSe"[..],
                &[0x5175_6572_7930_3030, 0x5041_646D_696E_3030][..],
            ),
            (&b"AzCa"[..], &[0x4163_6365_7373_3030][..]),
            (
                &b"AIoT"[..],
                &[
                    0x496F_5448_7562_3030,
                    0x4470_734B_6579_3030,
                    0x4465_7669_6365_3030,
                ][..],
            ),
            (
                &b"+ASb"[..],
                &[
                    0x5365_6E64_3030_3030,
                    0x4D61_6E61_6765_3030,
                    0x4C69_7374_656E_3030,
                ][..],
            ),
            (&b"AZEG"[..], &[0x4465_6661_756C_7430][..]),
        ];
        for (signature, numbers) in published {
            let row = SIGNATURES.iter().find(|row| row.0 == signature).unwrap();
            assert_eq!(row.2, numbers, "{signature:?}");
        }
        assert_eq!(seed(*b"AadPwd00"), 0x4161_6450_7764_3030);
    }

    #[test]
    fn keys_of_every_service_pass_and_broken_ones_fail() {
        let mut source = Source::new(11);
        for (signature, length, seeds) in SIGNATURES {
            for &seed in *seeds {
                for _ in 0..100 {
                    let key = identifiable(&mut source, *signature, *length, seed);
                    assert!(identifiable_key(key.as_bytes()), "{signature:?} is refused");
                    let core = key.trim_end_matches('=');
                    // The last symbol may differ in spare bits only.
                    let broken = source.corrupt(&core[..core.len() - 1], 0);
                    let broken = key.replacen(&core[..core.len() - 1], &broken, 1);
                    assert!(!identifiable_key(broken.as_bytes()), "{signature:?} broken");
                }
                let other = identifiable(&mut source, *signature, *length, seed ^ 1);
                assert!(!identifiable_key(other.as_bytes()), "wrong seed");
            }
        }
    }

    fn annotated(source: &mut Source) -> String {
        let provider = ["AAAAAZAC", "AAABACOG", "AAAAAZDO", "AAAAmsql"][source.below(4)];
        let body = source.pick(ALNUM, 52);
        let head = format!("{body}JQQJ99CKAAAAAAAAAAAA{provider}");
        let sum = slow_marvin32(&STANDARD.decode(&head).unwrap(), DEFAULT);
        let digits = written_in(
            sum.swap_bytes().into(),
            std::str::from_utf8(BASE62).unwrap(),
            0,
        );
        let four = decode::base64(format!("{digits:0<6}").as_bytes()).unwrap();
        format!("{head}{}", STANDARD.encode(four))
    }

    #[test]
    fn annotated_keys_of_both_lengths_pass_and_broken_ones_fail() {
        let mut source = Source::new(12);
        for _ in 0..1000 {
            let long = annotated(&mut source);
            assert_eq!(long.len(), 88);
            assert!(cask(long.as_bytes()), "the long form is refused");
            assert!(cask(&long.as_bytes()[..84]), "the short form is refused");
            let broken = source.corrupt(&long[..84], 0);
            assert!(!cask(broken.as_bytes()), "a broken key is accepted");
            assert!(!cask(&long.as_bytes()[..86]), "a cut key is accepted");
        }
    }

    #[test]
    fn entra_secrets_pass_and_broken_ones_fail() {
        let mut source = Source::new(13);
        let symbols = std::str::from_utf8(ENTRA).unwrap();
        let (mut collisions, rounds) = (0, 1000);
        for _ in 0..rounds {
            let covered = format!("{}8Q~{}", source.pick(ALNUM, 3), source.pick(symbols, 31));
            let sum = slow_marvin32(covered.as_bytes(), 0x4161_6450_7764_3030);
            let secret = format!("{covered}{}", &written_in(sum.into(), symbols, 6)[..3]);
            assert!(entra_secret(secret.as_bytes()), "a built secret is refused");
            collisions += usize::from(entra_secret(source.corrupt(&secret, 6).as_bytes()));
        }
        // Three digits hold 15 bits.
        assert!(
            collisions < 3,
            "{collisions} of {rounds} broken secrets are accepted"
        );
    }
}
