//! Tokens that are base64 of something readable: JSON objects, fields with
//! colons, decimal ids.

use serde_json::{Map, Value};

use super::decode;

/// `glc_` and a JSON object with a name and the key, and mostly the organisation.
pub(super) fn grafana_cloud_token(token: &[u8]) -> bool {
    token
        .strip_prefix(b"glc_")
        .and_then(object)
        .is_some_and(|json| has_all(&json, &["n", "k"]))
}

/// A JSON object with the key, a name and the organisation's id.
pub(super) fn grafana_api_key(token: &[u8]) -> bool {
    object(token).is_some_and(|json| has_all(&json, &["k", "n", "id"]))
}

/// `sntrys_`, a JSON object with the time of issue, an underscore, the secret.
pub(super) fn sentry_org_token(token: &[u8]) -> bool {
    let Some(rest) = token.strip_prefix(b"sntrys_") else {
        return false;
    };
    let Some(end) = rest.iter().rposition(|&b| b == b'_') else {
        return false;
    };
    let secret = &rest[end + 1..];
    !secret.is_empty() && object(&rest[..end]).is_some_and(|json| has_all(&json, &["iat"]))
}

/// `ops_` and a JSON object that says where and as whom to sign in.
pub(super) fn onepassword_service_account(token: &[u8]) -> bool {
    token
        .strip_prefix(b"ops_")
        .and_then(object)
        .is_some_and(|json| has_all(&json, &["signInAddress"]) || has_all(&json, &["userAuth"]))
}

/// A JSON object of type `service_account` with a private key.
pub(super) fn gcp_service_account(token: &[u8]) -> bool {
    object(token).is_some_and(|json| {
        json.get("type").and_then(Value::as_str) == Some("service_account")
            && has_all(&json, &["private_key"])
    })
}

/// The fields `reftkn`, a version, an expiry in seconds, a random text.
pub(super) fn jfrog_reference(token: &[u8]) -> bool {
    let Some(text) = decode::base64(token) else {
        return false;
    };
    let fields: Vec<&[u8]> = text.split(|&b| b == b':').collect();
    match fields.as_slice() {
        [b"reftkn", version, expiry, random] => {
            is_decimal(version)
                && is_decimal(expiry)
                && random.iter().all(u8::is_ascii_alphanumeric)
        }
        _ => false,
    }
}

/// A decimal id of four digits or more, a colon, random bytes (Atlassian Data
/// Center). Text before the last dash (`BBDC-`) is not covered.
pub(super) fn decimal_id(token: &[u8]) -> bool {
    let start = token
        .iter()
        .rposition(|&b| b == b'-')
        .map_or(0, |at| at + 1);
    let Some(bytes) = decode::base64(&token[start..]) else {
        return false;
    };
    bytes.iter().position(|&b| b == b':').is_some_and(|colon| {
        (4..=20).contains(&colon) && is_decimal(&bytes[..colon]) && bytes.len() - colon > 8
    })
}

/// Three parts, the first base64 of a decimal id of 17 to 20 digits.
pub(super) fn discord_token(token: &[u8]) -> bool {
    let mut parts = token.split(|&b| b == b'.');
    let id = parts.next().and_then(decode::base64);
    parts.count() == 2 && id.is_some_and(|id| (17..=20).contains(&id.len()) && is_decimal(&id))
}

fn object(text: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(&decode::base64(text)?).ok()
}

fn has_all(json: &Map<String, Value>, keys: &[&str]) -> bool {
    keys.iter().all(|key| json.contains_key(*key))
}

fn is_decimal(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::validate::testing::{ALNUM, Source};
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    type Case = (
        fn(&[u8]) -> bool,
        &'static str,
        &'static str,
        &'static str,
        &'static str,
    );

    #[test]
    fn json_tokens_pass_with_their_keys_and_fail_without() {
        let encode = |json: &str| STANDARD.encode(json);
        let cases: [Case; 5] = [
            (
                grafana_cloud_token,
                "glc_",
                r#"{"o":"1","n":"x","k":"y","m":{}}"#,
                "",
                r#"{"o":"1","name":"x"}"#,
            ),
            (
                grafana_api_key,
                "",
                r#"{"k":"y","n":"x","id":1}"#,
                "",
                r#"{"k":"y","n":"x"}"#,
            ),
            (
                sentry_org_token,
                "sntrys_",
                r#"{"iat":1700000000.5,"org":"x"}"#,
                "_AAAA",
                r#"{"org":"x"}"#,
            ),
            (
                onepassword_service_account,
                "ops_",
                r#"{"signInAddress":"x"}"#,
                "",
                r#"{"muk":{}}"#,
            ),
            (
                gcp_service_account,
                "",
                r#"{"type":"service_account","private_key":"x"}"#,
                "",
                r#"{"type":"authorized_user","private_key":"x"}"#,
            ),
        ];
        for (accept, prefix, good, tail, bad) in cases {
            assert!(
                accept(format!("{prefix}{}{tail}", encode(good)).as_bytes()),
                "{good}"
            );
            assert!(
                !accept(format!("{prefix}{}{tail}", encode(bad)).as_bytes()),
                "{bad}"
            );
            let cut = encode(&good[..good.len() - 1]);
            assert!(!accept(format!("{prefix}{cut}{tail}").as_bytes()), "cut");
        }
        let no_secret = format!("sntrys_{}_", encode(r#"{"iat":1}"#));
        assert!(!sentry_org_token(no_secret.as_bytes()));
    }

    #[test]
    fn reference_tokens_have_four_fields() {
        let mut source = Source::new(14);
        for _ in 0..1000 {
            let text = format!("reftkn:01:1893456000:{}", source.pick(ALNUM, 27));
            assert!(jfrog_reference(STANDARD.encode(&text).as_bytes()));
            let broken = text.replacen(":18", ":1x", 1);
            assert!(!jfrog_reference(STANDARD.encode(broken).as_bytes()));
        }
    }

    #[test]
    fn ids_before_a_colon_are_decimal() {
        let mut source = Source::new(15);
        for _ in 0..1000 {
            let mut raw = format!("{}:", source.pick("123456789", 12)).into_bytes();
            raw.extend(source.bytes(20));
            assert!(decimal_id(STANDARD.encode(&raw).as_bytes()));
            assert!(decimal_id(
                format!("BBDC-{}", STANDARD.encode(&raw)).as_bytes()
            ));
            raw[source.below(12)] = b'x';
            assert!(!decimal_id(STANDARD.encode(&raw).as_bytes()));
        }
    }

    #[test]
    fn bot_tokens_begin_with_a_decimal_id() {
        let mut source = Source::new(17);
        for _ in 0..1000 {
            let length = 17 + source.below(3);
            let id = source.pick("123456789", length);
            let tail = format!("{}.{}", source.pick(ALNUM, 6), source.pick(ALNUM, 38));
            assert!(discord_token(
                format!("{}.{tail}", URL_SAFE_NO_PAD.encode(&id)).as_bytes()
            ));
            let broken = URL_SAFE_NO_PAD.encode(id.replacen(|_| true, "x", 1));
            assert!(!discord_token(format!("{broken}.{tail}").as_bytes()));
        }
    }
}
