//! Base58 and base58check: Bitcoin private keys, extended keys, encrypted keys.

use sha2::{Digest, Sha256};

const ALPHABET: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Longer texts are no key, and decoding takes quadratic time.
const LONGEST: usize = 128;

/// Version bytes of extended private keys: xprv, yprv, zprv, tprv, uprv, vprv, and the
/// multi-signature forms Yprv, Zprv, Uprv, Vprv (BIP-32, SLIP-132).
const EXTENDED_PRIVATE: [[u8; 4]; 10] = [
    [0x04, 0x88, 0xAD, 0xE4],
    [0x04, 0x9D, 0x78, 0x78],
    [0x04, 0xB2, 0x43, 0x0C],
    [0x04, 0x35, 0x83, 0x94],
    [0x04, 0x4A, 0x4E, 0x28],
    [0x04, 0x5F, 0x18, 0xBC],
    [0x02, 0x95, 0xB0, 0x05],
    [0x02, 0xAA, 0x7A, 0x99],
    [0x02, 0x42, 0x85, 0xB5],
    [0x02, 0x57, 0x50, 0x48],
];

/// Wallet import format: a network byte, 32 bytes, and 1 for a compressed public key.
pub(super) fn bitcoin_wif(token: &[u8]) -> bool {
    checked(token).is_some_and(|payload| match payload.as_slice() {
        [0x80 | 0xEF, key @ ..] => key.len() == 32 || (key.len() == 33 && key[32] == 1),
        _ => false,
    })
}

/// BIP-32: a known version, 78 bytes, and a zero byte before the key.
pub(super) fn bip32_private_key(token: &[u8]) -> bool {
    checked(token).is_some_and(|payload| {
        payload.len() == 78
            && payload[45] == 0
            && EXTENDED_PRIVATE
                .iter()
                .any(|version| payload.starts_with(version))
    })
}

/// BIP-38: 39 bytes that begin with 0x0142 or 0x0143.
pub(super) fn bip38_encrypted_key(token: &[u8]) -> bool {
    checked(token).is_some_and(|payload| {
        payload.len() == 39 && payload[0] == 0x01 && matches!(payload[1], 0x42 | 0x43)
    })
}

/// Base58 without checksum, of 54 bytes (`JFrog` API keys).
pub(super) fn fifty_four_bytes(token: &[u8]) -> bool {
    decode(token).is_some_and(|bytes| bytes.len() == 54)
}

/// The payload of base58check, when its sum is right.
fn checked(token: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = decode(token)?;
    let cut = bytes.len().checked_sub(4)?;
    let sum = bytes.split_off(cut);
    let digest = Sha256::digest(Sha256::digest(&bytes));
    digest.starts_with(&sum).then_some(bytes)
}

/// The bytes of a base58 text; each leading `1` is a zero byte.
fn decode(token: &[u8]) -> Option<Vec<u8>> {
    if token.is_empty() || token.len() > LONGEST {
        return None;
    }
    // Lowest byte first while it grows.
    let mut bytes: Vec<u8> = Vec::with_capacity(token.len());
    for symbol in token {
        let mut carry = ALPHABET.iter().position(|a| a == symbol)?;
        for byte in &mut bytes {
            carry += usize::from(*byte) * 58;
            *byte = carry as u8;
            carry >>= 8;
        }
        while carry > 0 {
            bytes.push(carry as u8);
            carry >>= 8;
        }
    }
    let zeros = token.iter().take_while(|&&b| b == b'1').count();
    bytes.resize(bytes.len() + zeros, 0);
    bytes.reverse();
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::validate::testing::Source;

    /// Base58check by repeated division of a number of bytes, highest first.
    fn build(payload: &[u8]) -> String {
        let digest = Sha256::digest(Sha256::digest(payload));
        let mut number = [payload, &digest[..4]].concat();
        let zeros = number.iter().take_while(|&&b| b == 0).count();
        let mut digits = Vec::new();
        while number.iter().any(|&b| b > 0) {
            let mut rest = 0u32;
            for byte in &mut number {
                rest = rest * 256 + u32::from(*byte);
                *byte = u8::try_from(rest / 58).unwrap();
                rest %= 58;
            }
            digits.push(ALPHABET[rest as usize]);
        }
        digits.extend(std::iter::repeat_n(b'1', zeros));
        digits.reverse();
        String::from_utf8(digits).unwrap()
    }

    fn check(payload: impl Fn(&mut Source) -> Vec<u8>, accept: fn(&[u8]) -> bool) {
        let mut source = Source::new(58);
        for _ in 0..1000 {
            let token = build(&payload(&mut source));
            assert!(accept(token.as_bytes()), "a built key is refused");
            let broken = source.corrupt(&token, 0);
            assert!(!accept(broken.as_bytes()), "a broken key is accepted");
        }
    }

    #[test]
    fn wallet_keys_of_both_networks_and_forms() {
        for (network, tail) in [(0x80, &[1][..]), (0x80, &[]), (0xEF, &[1]), (0xEF, &[])] {
            check(
                |s| [&[network][..], &s.bytes(32), tail].concat(),
                bitcoin_wif,
            );
        }
        assert!(
            !bitcoin_wif(build(&[&[0x00][..], &[7; 32]].concat()).as_bytes()),
            "an address"
        );
    }

    #[test]
    fn extended_private_keys_of_every_version() {
        for version in EXTENDED_PRIVATE {
            let payload =
                |s: &mut Source| [&version[..], &s.bytes(41), &[0], &s.bytes(32)].concat();
            check(payload, bip32_private_key);
        }
        let public = [&[0x04, 0x88, 0xB2, 0x1E][..], &[3; 74]].concat();
        assert!(
            !bip32_private_key(build(&public).as_bytes()),
            "a public key is accepted"
        );
    }

    #[test]
    fn extended_private_keys_begin_as_they_are_called() {
        let names = [
            "xprv", "yprv", "zprv", "tprv", "uprv", "vprv", "Yprv", "Zprv", "Uprv", "Vprv",
        ];
        for (version, name) in EXTENDED_PRIVATE.iter().zip(names) {
            for fill in [0x00, 0xFF] {
                let key = build(&[&version[..], &[fill; 74]].concat());
                assert!(
                    key.starts_with(name) && key.len() == 111,
                    "{name} is {}",
                    &key[..4]
                );
            }
        }
    }

    #[test]
    fn encrypted_keys() {
        for kind in [0x42, 0x43] {
            check(
                |s| [&[0x01, kind][..], &s.bytes(37)].concat(),
                bip38_encrypted_key,
            );
        }
    }

    #[test]
    fn the_first_extended_key_of_the_standard_passes() {
        let key = [
            "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPq",
            "jiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi",
        ];
        assert!(bip32_private_key(key.concat().as_bytes()));
    }

    #[test]
    fn leading_ones_are_zero_bytes() {
        assert_eq!(decode(b"11"), Some(vec![0, 0]));
        assert_eq!(decode(b"12"), Some(vec![0, 1]));
        assert_eq!(decode(b"0"), None);
    }

    #[test]
    fn seventy_three_symbols_from_a_are_54_bytes() {
        let text = format!("AKC{}", "p".repeat(70));
        assert!(fifty_four_bytes(text.as_bytes()));
        assert!(!fifty_four_bytes(&text.as_bytes()[..72]));
        assert!(!fifty_four_bytes(
            text.replace("CpP", "C0").replace("Cp", "Cl").as_bytes()
        ));
    }
}
