//! Offline checks of a secret: checksums and structures a rule names.
//!
//! Each check looks at the secret's bytes alone, allocates little, never
//! panics, and answers yes or no; what a no means is the rule's business.

mod azure;
mod base58;
mod bech32;
mod crc;
mod decode;
mod digits;
mod eip55;
mod envelope;
mod gitlab;
mod jwt;
mod keys;
mod macaroon;
mod marvin;
mod nkey;
pub(crate) mod numbers;
mod openpgp;
mod person;
mod suffix;
#[cfg(test)]
mod testing;

/// What a check is made of.
pub struct Validator {
    /// The name rules use.
    pub name: &'static str,
    /// What it checks, in one line, for `stanch rules list --validators`.
    pub about: &'static str,
    /// True when a yes rests on a checksum, false when on structure only.
    pub checksum: bool,
    /// The check itself.
    pub check: fn(&[u8]) -> bool,
}

const fn checksum(name: &'static str, check: fn(&[u8]) -> bool, about: &'static str) -> Validator {
    Validator {
        name,
        about,
        checksum: true,
        check,
    }
}

const fn structure(name: &'static str, check: fn(&[u8]) -> bool, about: &'static str) -> Validator {
    Validator {
        name,
        about,
        checksum: false,
        check,
    }
}

/// Every validator, sorted by name.
pub fn all() -> Vec<&'static Validator> {
    let mut all: Vec<&Validator> = SECRETS.iter().chain(person::VALIDATORS).collect();
    all.sort_unstable_by_key(|validator| validator.name);
    all
}

/// The checks of secrets, sorted by name.
const SECRETS: &[Validator] = &[
    structure(
        "aws-access-key-id",
        keys::aws_access_key_id,
        "four letters, then base32 of ten bytes",
    ),
    checksum(
        "azure-cask",
        azure::cask,
        "annotated key with JQQJ9 and a Marvin32 tail in base62",
    ),
    checksum(
        "azure-entra-secret",
        azure::entra_secret,
        "8Q~ client secret with a Marvin32 tail",
    ),
    checksum(
        "azure-identifiable-key",
        azure::identifiable_key,
        "base64 key with a service signature and Marvin32 in its last four bytes",
    ),
    structure(
        "base58-54-bytes",
        base58::fifty_four_bytes,
        "base58 of 54 bytes",
    ),
    checksum(
        "bech32",
        bech32::check,
        "BIP-173 text with a valid checksum",
    ),
    checksum(
        "bip32-private-key",
        base58::bip32_private_key,
        "extended private key, base58check",
    ),
    checksum(
        "bip38-encrypted-key",
        base58::bip38_encrypted_key,
        "encrypted key, base58check",
    ),
    checksum(
        "bitcoin-wif",
        base58::bitcoin_wif,
        "wallet import format, base58check",
    ),
    checksum(
        "crc32-base62-body",
        suffix::base62_body,
        "last 6 are base62 CRC-32 of the text since the last underscore",
    ),
    checksum(
        "crc32-base62-body-in-base64",
        suffix::base62_body_in_base64,
        "base64 of a text that passes crc32-base62-body",
    ),
    checksum(
        "crc32-base62-lower-whole",
        suffix::base62_lower_whole,
        "last 6 are CRC-32 of all before, base62 with lower case first",
    ),
    checksum(
        "crc32-base62-whole",
        suffix::base62_whole,
        "last 6 are base62 CRC-32 of all before",
    ),
    checksum(
        "crc32-base64-after-four",
        suffix::base64_after_four,
        "last 6 are base64 of the little-endian CRC-32 of all but the first four characters",
    ),
    checksum(
        "crc32-hex-body",
        suffix::hex_body,
        "last 8 are hexadecimal CRC-32 of the text since the first underscore",
    ),
    checksum(
        "crc32-hex-little-endian-whole",
        suffix::hex_little_endian_whole,
        "8 digits after the last underscore are CRC-32 of all before it, low byte first",
    ),
    checksum(
        "crc32-hex-upper-whole",
        suffix::hex_upper_whole,
        "last 8 are upper-case hexadecimal CRC-32 of all before; an escaped = is undone first",
    ),
    checksum(
        "crc32-hex-whole",
        suffix::hex_whole,
        "last 8 are hexadecimal CRC-32 of all before",
    ),
    structure(
        "decimal-id-base64",
        envelope::decimal_id,
        "base64 of a decimal id, a colon, bytes",
    ),
    structure(
        "discord-token",
        envelope::discord_token,
        "first part is base64 of a decimal id",
    ),
    checksum(
        "eip55-address",
        eip55::address,
        "Ethereum address whose case is a checksum (keccak-256)",
    ),
    structure(
        "gcp-service-account-base64",
        envelope::gcp_service_account,
        "base64 of a key file",
    ),
    checksum(
        "gitlab-routable",
        gitlab::routable,
        "base36 CRC-32 tail and a routing payload",
    ),
    structure(
        "grafana-api-key",
        envelope::grafana_api_key,
        "base64 of JSON with k, n and id",
    ),
    structure(
        "grafana-cloud-token",
        envelope::grafana_cloud_token,
        "base64 of JSON with n and k",
    ),
    checksum(
        "iban",
        numbers::iban,
        "ISO 13616 account number, remainder 1 modulo 97",
    ),
    structure(
        "jfrog-reference-token",
        envelope::jfrog_reference,
        "base64 of reftkn fields",
    ),
    structure(
        "jwt",
        jwt::signed,
        "JSON header with alg, JSON payload, signature of fitting length",
    ),
    structure(
        "jwt-unsigned",
        jwt::unsigned,
        "JSON header with alg none, JSON payload, nothing else",
    ),
    checksum(
        "luhn",
        numbers::luhn,
        "12 to 19 digits with a valid last digit (ISO/IEC 7812)",
    ),
    structure(
        "macaroon-v2",
        macaroon::v2,
        "binary macaroon after the first dash",
    ),
    checksum("nkey-seed", nkey::seed, "NATS seed: base32 with CRC-16"),
    structure(
        "onepassword-service-account",
        envelope::onepassword_service_account,
        "base64 of JSON with signInAddress or userAuth",
    ),
    checksum(
        "openpgp-armor",
        openpgp::armor,
        "armored block whose CRC-24 line is right",
    ),
    structure(
        "pem-der",
        keys::pem_der,
        "PEM text whose body is one DER sequence, also JSON-escaped",
    ),
    structure(
        "secp256k1-scalar",
        keys::secp256k1_scalar,
        "64 hexadecimal digits below the group order",
    ),
    structure(
        "sentry-org-token",
        envelope::sentry_org_token,
        "base64 of JSON with iat",
    ),
    structure(
        "wireguard-clamped",
        keys::wireguard_clamped,
        "32 bytes clamped as Curve25519 scalar",
    ),
];

/// The validator called `name`.
pub fn find(name: &str) -> Option<&'static Validator> {
    let known = [SECRETS, person::VALIDATORS];
    known
        .iter()
        .find_map(|table| Some(&table[table.binary_search_by(|v| v.name.cmp(name)).ok()?]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_sorted_unique_and_kebab_case() {
        for pair in all().windows(2) {
            assert!(
                pair[0].name < pair[1].name,
                "{} after {}",
                pair[1].name,
                pair[0].name
            );
        }
        for v in all() {
            let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            assert!(v.name.bytes().all(fits), "{}", v.name);
            assert!(find(v.name).is_some_and(|found| found.about == v.about));
        }
        assert!(find("no-such-check").is_none());
    }

    #[test]
    fn nothing_passes_when_there_is_nothing() {
        for v in all() {
            for text in [
                &b""[..],
                b"_",
                b"-",
                b".",
                b"=",
                b"..",
                b"________",
                b"0000000000000000",
            ] {
                assert!(!(v.check)(text), "{} accepts {:?}", v.name, text);
            }
        }
    }

    proptest! {
        #[test]
        fn no_check_panics_on_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            for v in all() {
                (v.check)(&bytes);
            }
        }

        #[test]
        fn no_check_panics_on_token_like_text(text in "[A-Za-z0-9+/=._~%-]{0,160}") {
            for v in all() {
                (v.check)(text.as_bytes());
            }
        }
    }
}
