//! Tokens that end in the CRC-32 of their own text.
//!
//! The families differ in what is covered (the whole text or a part of it) and
//! in how the number is written.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::crc::crc32;
use super::decode;
use super::digits::{BASE62, BASE62_LOWER, HEX, HEX_UPPER, encode};

/// Base62 of the text since the last underscore (GitHub, npm, Vercel, `SaladCloud`).
pub(super) fn base62_body(token: &[u8]) -> bool {
    let start = token
        .iter()
        .rposition(|&b| b == b'_')
        .map_or(0, |at| at + 1);
    ends_in::<6>(&token[start..], |text| encode(crc32(text), BASE62))
}

/// The same inside base64, with blanks or a colon and more after it (basic authentication).
pub(super) fn base62_body_in_base64(token: &[u8]) -> bool {
    decode::base64(token).is_some_and(|plain| {
        let end = plain.iter().position(|&b| b == b':').unwrap_or(plain.len());
        base62_body(plain[..end].trim_ascii())
    })
}

/// Base62 of all before (Deno).
pub(super) fn base62_whole(token: &[u8]) -> bool {
    ends_in::<6>(token, |text| encode(crc32(text), BASE62))
}

/// Base62 with lower case before upper case, of all before (Apify).
pub(super) fn base62_lower_whole(token: &[u8]) -> bool {
    ends_in::<6>(token, |text| encode(crc32(text), BASE62_LOWER))
}

/// First six base64 characters of the low-byte-first number, of the text after a
/// four-character prefix (Confluent).
pub(super) fn base64_after_four(token: &[u8]) -> bool {
    let Some((text, check)) = token.get(4..).and_then(split::<6>) else {
        return false;
    };
    STANDARD
        .encode(crc32(text).to_le_bytes())
        .as_bytes()
        .starts_with(check)
}

/// Lower-case hexadecimal of the text since the first underscore; an underscore
/// right before the digits is not covered (Cloudflare, Zuplo).
pub(super) fn hex_body(token: &[u8]) -> bool {
    let start = token.iter().position(|&b| b == b'_').map_or(0, |at| at + 1);
    ends_in::<8>(&token[start..], |text| {
        encode(crc32(text.strip_suffix(b"_").unwrap_or(text)), HEX)
    })
}

/// Lower-case hexadecimal of all before (Canva).
pub(super) fn hex_whole(token: &[u8]) -> bool {
    ends_in::<8>(token, |text| encode(crc32(text), HEX))
}

/// Upper-case hexadecimal of all before (Atlassian, Bitbucket). Property files and
/// URLs escape the `=` of these tokens; it is put back first.
pub(super) fn hex_upper_whole(token: &[u8]) -> bool {
    ends_in::<8>(&unescape_equals(token), |text| {
        encode(crc32(text), HEX_UPPER)
    })
}

/// Lower-case hexadecimal, low byte first, of all before the last underscore (Grafana).
pub(super) fn hex_little_endian_whole(token: &[u8]) -> bool {
    ends_in::<8>(token, |text| match text.strip_suffix(b"_") {
        Some(covered) => encode(crc32(covered).swap_bytes(), HEX),
        None => [0; 8],
    })
}

/// The text and the last `WIDTH` bytes, when there is a text.
fn split<const WIDTH: usize>(token: &[u8]) -> Option<(&[u8], &[u8; WIDTH])> {
    token
        .split_last_chunk()
        .filter(|(text, _)| !text.is_empty())
}

fn ends_in<const WIDTH: usize>(token: &[u8], expected: impl Fn(&[u8]) -> [u8; WIDTH]) -> bool {
    split(token).is_some_and(|(text, check)| expected(text) == *check)
}

fn unescape_equals(token: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(token.len());
    let mut rest = token;
    while let Some((&first, after)) = rest.split_first() {
        let escape = [&b"\\="[..], b"%3D", b"%3d"]
            .into_iter()
            .find(|e| rest.starts_with(e));
        plain.push(if escape.is_some() { b'=' } else { first });
        rest = escape.map_or(after, |e| &rest[e.len()..]);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::validate::testing::{ALNUM, Source, bitwise_crc32, hex, written_in};

    const URL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const B62: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const B62_LOWER: &str = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    fn check(build: impl Fn(&mut Source) -> String, accept: fn(&[u8]) -> bool, kept: usize) {
        let mut source = Source::new(20_261_121);
        for _ in 0..1000 {
            let token = build(&mut source);
            assert!(accept(token.as_bytes()), "a built token is refused");
            let broken = source.corrupt(&token, kept);
            assert!(!accept(broken.as_bytes()), "a broken token is accepted");
        }
    }

    #[test]
    fn base62_of_the_body() {
        for (prefix, length) in [
            ("ghp", 30),
            ("ghr", 70),
            ("npm", 30),
            ("vck", 50),
            ("a_b", 20),
        ] {
            let build = |s: &mut Source| {
                let body = s.pick(ALNUM, length);
                let check = written_in(bitwise_crc32(&body).into(), B62, 6);
                format!("{prefix}_{body}{check}")
            };
            check(build, base62_body, prefix.len() + 1);
        }
    }

    #[test]
    fn base62_of_a_body_in_base64() {
        for tail in ["", "\n", ":x-oauth-basic"] {
            let build = |s: &mut Source| {
                let body = s.pick(ALNUM, 30);
                let check = written_in(bitwise_crc32(&body).into(), B62, 6);
                format!("npm_{body}{check}{tail}")
            };
            let mut source = Source::new(64);
            for _ in 0..300 {
                let token = build(&mut source);
                assert!(base62_body_in_base64(STANDARD.encode(&token).as_bytes()));
                let broken = source.corrupt(&token[..40], 4) + tail;
                assert!(!base62_body_in_base64(STANDARD.encode(broken).as_bytes()));
            }
        }
    }

    #[test]
    fn base62_of_the_whole_in_both_orders() {
        let build = |alphabet: &'static str, prefix: &'static str| {
            move |s: &mut Source| {
                let text = format!("{prefix}_{}", s.pick(ALNUM, 30));
                format!(
                    "{text}{}",
                    written_in(bitwise_crc32(&text).into(), alphabet, 6)
                )
            }
        };
        check(build(B62, "ddp"), base62_whole, 0);
        check(build(B62_LOWER, "apify_api"), base62_lower_whole, 0);
        let mut source = Source::new(3);
        let deno = build(B62, "ddo")(&mut source);
        assert!(!base62_body(deno.as_bytes()), "the prefix is covered");
    }

    #[test]
    fn hexadecimal_of_the_body_with_and_without_an_underscore() {
        for joint in ["", "_"] {
            let build = |s: &mut Source| {
                let body = s.pick(ALNUM, 40);
                format!("cfut_{body}{joint}{:08x}", bitwise_crc32(&body))
            };
            check(build, hex_body, 5);
        }
    }

    #[test]
    fn hexadecimal_of_the_whole() {
        let build = |s: &mut Source| {
            let text = format!("cnvca{}", s.pick(URL, 43));
            format!("{text}{:08x}", bitwise_crc32(&text))
        };
        check(build, hex_whole, 0);
        let build = |s: &mut Source| {
            let text = format!("ATATT3xFfGF0{}=", s.pick(URL, 171));
            format!("{text}{:08X}", bitwise_crc32(&text))
        };
        check(build, hex_upper_whole, 0);
    }

    #[test]
    fn escaped_equals_signs_are_put_back() {
        let mut source = Source::new(7);
        let text = format!("ATCTT3xFfGN0{}=", source.pick(URL, 171));
        let token = format!("{text}{:08X}", bitwise_crc32(&text));
        for escape in ["\\=", "%3D", "%3d"] {
            assert!(
                hex_upper_whole(token.replace('=', escape).as_bytes()),
                "{escape}"
            );
        }
        assert!(!hex_upper_whole(token.replace('=', "").as_bytes()));
    }

    #[test]
    fn hexadecimal_with_the_low_byte_first() {
        let build = |s: &mut Source| {
            let text = format!("glsa_{}", s.pick(ALNUM, 32));
            let digits = hex(&bitwise_crc32(&text).to_le_bytes());
            format!("{text}_{digits}")
        };
        check(build, hex_little_endian_whole, 0);
    }

    #[test]
    fn base64_of_the_text_after_four_characters() {
        let build = |s: &mut Source| {
            let body = s.pick(&format!("{ALNUM}+/"), 54);
            let check = STANDARD.encode(bitwise_crc32(&body).to_le_bytes());
            format!("cflt{body}{}", &check[..6])
        };
        check(build, base64_after_four, 4);
    }
}
