//! Key material with a form but no checksum: AWS key ids, Curve25519 and
//! secp256k1 scalars, DER in PEM.

use super::decode;
use super::digits::from_hex;

/// Four letters and base32 of ten bytes. The bytes carry the account in newer keys.
pub(super) fn aws_access_key_id(token: &[u8]) -> bool {
    token.split_at_checked(4).is_some_and(|(kind, body)| {
        kind.iter().all(u8::is_ascii_uppercase)
            && body.len() == 16
            && decode::base32(body).is_some()
    })
}

/// Base64 of 32 bytes with the bits set and cleared that key generation sets and
/// clears: one random value in 32 has them by chance.
pub(super) fn wireguard_clamped(token: &[u8]) -> bool {
    token.len() == 44
        && decode::base64(token).is_some_and(|key| {
            key.len() == 32 && key[0].trailing_zeros() >= 3 && key[31] & 0xC0 == 0x40
        })
}

/// Order of the secp256k1 group (SEC 2, section 2.4.1).
const ORDER: [u8; 32] = [
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE,
    0xBA, 0xAE, 0xDC, 0xE6, 0xAF, 0x48, 0xA0, 0x3B, 0xBF, 0xD2, 0x5E, 0x8C, 0xD0, 0x36, 0x41, 0x41,
];

/// 64 hexadecimal digits, with or without `0x`, that are a private key: above zero, below
/// the order, and not small or of one repeated byte, as fillers are.
pub(super) fn secp256k1_scalar(token: &[u8]) -> bool {
    let digits = token.strip_prefix(b"0x").unwrap_or(token);
    from_hex(digits).is_some_and(|key| {
        key.len() == 32
            && key[..] < ORDER[..]
            && key[..16].iter().any(|&b| b != 0)
            && key.iter().any(|&b| b != key[0])
    })
}

/// PEM text, its line ends real or written `\n`, whose body is one DER sequence that
/// is as long as it says.
pub(super) fn pem_der(text: &[u8]) -> bool {
    let Some(start) = find(text, b"-----BEGIN ") else {
        return false;
    };
    let Some(dashes) = find(&text[start + 11..], b"-----") else {
        return false;
    };
    let after = &text[start + 11 + dashes + 5..];
    let body = &after[..find(after, b"-----END").unwrap_or(after.len())];
    decode::base64(&without_line_ends(body)).is_some_and(|der| is_one_sequence(&der))
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

/// `body` without white space and without the escapes `\n` and `\r`.
fn without_line_ends(body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(body.len());
    let mut escaped = false;
    for &b in body {
        match b {
            // Text inside text doubles the backslashes.
            b'\\' => escaped = true,
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ if escaped => escaped = false,
            _ => plain.push(b),
        }
    }
    plain
}

fn is_one_sequence(der: &[u8]) -> bool {
    match der {
        [0x30, length @ 0..=0x7F, rest @ ..] | [0x30, 0x81, length, rest @ ..] => {
            rest.len() == usize::from(*length)
        }
        [0x30, 0x82, high, low, rest @ ..] => {
            rest.len() == usize::from(u16::from_be_bytes([*high, *low]))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::validate::testing::{ALNUM, Source, hex};
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    #[test]
    fn key_ids_are_base32() {
        let mut source = Source::new(8);
        for _ in 0..1000 {
            let id = format!(
                "AK{}{}",
                "IA",
                source.pick("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)
            );
            assert!(aws_access_key_id(id.as_bytes()));
            let at = 4 + source.below(16);
            let broken = format!("{}{}{}", &id[..at], source.pick("0189", 1), &id[at + 1..]);
            assert!(!aws_access_key_id(broken.as_bytes()));
            assert!(!aws_access_key_id(&id.as_bytes()[..19]));
        }
    }

    #[test]
    fn clamped_keys_pass_and_others_fail() {
        let mut source = Source::new(25);
        for _ in 0..1000 {
            let mut key = source.bytes(32);
            key[0] &= 0xF8;
            key[31] = key[31] & 0x7F | 0x40;
            assert!(wireguard_clamped(STANDARD.encode(&key).as_bytes()));
            key[31] ^= [0x40, 0x80][source.below(2)];
            assert!(!wireguard_clamped(STANDARD.encode(&key).as_bytes()));
        }
    }

    #[test]
    fn scalars_lie_between_fillers_and_the_order() {
        let mut source = Source::new(26);
        for _ in 0..1000 {
            let key = source.pick(&ALNUM.to_lowercase()[..16], 62);
            assert!(secp256k1_scalar(format!("0x1f{key}").as_bytes()));
            assert!(secp256k1_scalar(format!("1f{key}").as_bytes()));
            assert!(!secp256k1_scalar(format!("0x1f{}", &key[1..]).as_bytes()));
        }
        for digit in "0123456789abcdef".chars() {
            assert!(
                !secp256k1_scalar(digit.to_string().repeat(64).as_bytes()),
                "{digit}"
            );
        }
        let order = hex(&ORDER);
        assert!(!secp256k1_scalar(order.as_bytes()));
        assert!(secp256k1_scalar(order.replace("4141", "4140").as_bytes()));
        assert!(
            !secp256k1_scalar(format!("{:064x}", 12345).as_bytes()),
            "a small number"
        );
    }

    fn pem(der: &[u8], line_end: &str) -> String {
        let name = "PRIVATE KEY";
        let body = STANDARD.encode(der);
        let lines: Vec<&str> = body
            .as_bytes()
            .chunks(64)
            .map(|c| std::str::from_utf8(c).unwrap())
            .collect();
        format!(
            "-----BEGIN {name}-----{line_end}{}{line_end}-----END {name}-----",
            lines.join(line_end)
        )
    }

    #[test]
    fn der_is_as_long_as_it_says() {
        let mut source = Source::new(27);
        for _ in 0..300 {
            for (length, head) in [(100, 2), (200, 3), (1200, 4)] {
                let der = match head {
                    2 => [&[0x30, 100][..], &source.bytes(length)].concat(),
                    3 => [&[0x30, 0x81, 200][..], &source.bytes(length)].concat(),
                    _ => [&[0x30, 0x82, 4, 176][..], &source.bytes(length)].concat(),
                };
                for line_end in ["\n", "\r\n", "\\n", "\\\\n"] {
                    assert!(pem_der(pem(&der, line_end).as_bytes()), "{length}");
                    assert!(!pem_der(pem(&der[..length], line_end).as_bytes()), "cut");
                }
            }
        }
        assert!(!pem_der(pem(b"not a key at all", "\n").as_bytes()));
    }
}
