//! JSON Web Tokens (RFC 7519): header, payload and signature in base64url.

use serde_json::{Map, Value};

use super::decode;

/// True for a token whose header is a JSON object with an algorithm, whose payload
/// is a JSON object, and whose signature is as long as the algorithm makes it.
/// Text before the first `eyJ` (a provider's prefix) is not looked at.
pub(super) fn signed(token: &[u8]) -> bool {
    let Some([header, payload, signature]) = parts(token) else {
        return false;
    };
    let Some(algorithm) = algorithm(header) else {
        return false;
    };
    object(payload).is_some()
        && decode::base64(signature).is_some_and(|bytes| fits(&algorithm, bytes.len()))
}

/// True for a token whose header says that it is not signed, and which is not.
pub(super) fn unsigned(token: &[u8]) -> bool {
    parts(token).is_some_and(|[header, payload, signature]| {
        signature.is_empty()
            && algorithm(header).is_some_and(|name| name.eq_ignore_ascii_case("none"))
            && object(payload).is_some()
    })
}

fn parts(token: &[u8]) -> Option<[&[u8]; 3]> {
    let start = token.windows(3).position(|w| w == b"eyJ").unwrap_or(0);
    let mut parts = token[start..].split(|&b| b == b'.');
    let three = [parts.next()?, parts.next()?, parts.next()?];
    parts.next().is_none().then_some(three)
}

fn algorithm(header: &[u8]) -> Option<String> {
    match object(header)?.get("alg")? {
        Value::String(name) if !name.is_empty() => Some(name.clone()),
        _ => None,
    }
}

fn object(part: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(&decode::base64(part)?).ok()
}

/// True when a signature of `length` bytes can come from `algorithm` (RFC 7518, RFC 8037).
fn fits(algorithm: &str, length: usize) -> bool {
    match algorithm {
        "HS256" => length == 32,
        "HS384" => length == 48,
        "HS512" | "ES256" | "ES256K" => length == 64,
        "ES384" => length == 96,
        "ES512" => length == 132,
        "EdDSA" => matches!(length, 64 | 114),
        "RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512" => length >= 128,
        _ => length >= 16,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::validate::testing::{ALNUM, Source};
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    fn build(header: &str, payload: &str, signature: &[u8]) -> String {
        [header.as_bytes(), payload.as_bytes(), signature]
            .map(|part| URL_SAFE_NO_PAD.encode(part))
            .join(".")
    }

    #[test]
    fn signatures_of_every_algorithm_pass_and_shorter_ones_fail() {
        let lengths = [
            ("HS256", 32),
            ("HS512", 64),
            ("ES384", 96),
            ("RS256", 256),
            ("EdDSA", 64),
        ];
        let mut source = Source::new(19);
        for (algorithm, length) in lengths {
            let header = format!(r#"{{"alg":"{algorithm}","typ":"JWT"}}"#);
            for _ in 0..200 {
                let payload = format!(r#"{{"sub":"{}","iat":1700000000}}"#, source.pick(ALNUM, 12));
                let token = build(&header, &payload, &source.bytes(length));
                assert!(signed(token.as_bytes()), "{algorithm} is refused");
                assert!(!unsigned(token.as_bytes()));
                let short = build(&header, &payload, &source.bytes(length.min(128) - 1));
                assert!(!signed(short.as_bytes()), "{algorithm} is too short");
            }
        }
    }

    #[test]
    fn what_does_not_decode_to_objects_is_no_token() {
        let (header, payload, signature) = (r#"{"alg":"HS256"}"#, r#"{"a":1}"#, [7; 32]);
        assert!(signed(build(header, payload, &signature).as_bytes()));
        for (header, payload) in [
            (r#"{"typ":"JWT"}"#, payload),
            (r#"{"alg":256}"#, payload),
            (r#"{"alg":""}"#, payload),
            ("[1]", payload),
            (header, "[1]"),
            (header, r#"{"a":1"#),
            (header, ""),
        ] {
            assert!(
                !signed(build(header, payload, &signature).as_bytes()),
                "{header} {payload}"
            );
        }
        assert!(
            !signed((build(header, payload, &signature) + ".AAAA").as_bytes()),
            "four parts"
        );
    }

    #[test]
    fn a_providers_prefix_is_skipped() {
        let token = build(r#"{"alg":"HS256"}"#, r#"{"a":1}"#, &[7; 32]);
        assert!(signed(format!("prefix_12_{token}").as_bytes()));
    }

    #[test]
    fn unsigned_tokens_say_so_and_end_in_a_dot() {
        let token = build(r#"{"alg":"none"}"#, r#"{"a":1}"#, b"");
        assert!(token.ends_with('.'));
        assert!(unsigned(token.as_bytes()) && !signed(token.as_bytes()));
        let signed_none = build(r#"{"alg":"HS256"}"#, r#"{"a":1}"#, b"");
        assert!(!unsigned(signed_none.as_bytes()));
    }
}
