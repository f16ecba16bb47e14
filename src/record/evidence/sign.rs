//! Keys that sign evidence: Ed25519, as `openssl genpkey -algorithm ed25519` and
//! `openssl pkey -pubout` write them, or 32 bytes in hexadecimal digits.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use super::{hex, sha256, unhex};

/// What stands before the 32 bytes of a private key in PKCS #8 (RFC 8410, section 7).
const PRIVATE: &[u8] = &[
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];
/// What stands before those of a public key (RFC 8410, section 4).
const PUBLIC: &[u8] = &[
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// A key that signs.
pub struct Signing(SigningKey);

/// A key that signatures are checked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Public(VerifyingKey);

impl std::fmt::Debug for Signing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signing(key)")
    }
}

impl Signing {
    /// The key in the content of a file.
    pub fn parse(content: &[u8]) -> Option<Signing> {
        let bytes = bytes(content, PRIVATE)?;
        Some(Signing(SigningKey::from_bytes(&bytes)))
    }

    /// The key that its signatures are checked with.
    pub fn public(&self) -> Public {
        Public(self.0.verifying_key())
    }

    /// Signs `message`.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).to_bytes().to_vec()
    }
}

impl Public {
    /// The key in the content of a file.
    pub fn parse(content: &[u8]) -> Option<Public> {
        let key = VerifyingKey::from_bytes(&bytes(content, PUBLIC)?).ok()?;
        Some(Public(key))
    }

    /// The key as hexadecimal digits.
    pub fn digits(&self) -> String {
        hex(self.0.as_bytes())
    }

    /// What it is called in an envelope: SHA-256 of its bytes.
    pub fn id(&self) -> String {
        sha256(self.0.as_bytes())
    }

    /// True when `signature` is this key's for `message`.
    pub fn accepts(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.0.verify_strict(message, &signature).is_ok())
    }
}

/// The 32 bytes of a key: behind `head` in PEM, or in hexadecimal digits.
fn bytes(content: &[u8], head: &[u8]) -> Option<[u8; 32]> {
    let text = std::str::from_utf8(content).ok()?.trim();
    let der = if text.starts_with("-----BEGIN ") {
        let lines = text.lines().filter(|line| !line.starts_with("-----"));
        let body: String = lines.map(str::trim).collect();
        let der = STANDARD.decode(body).ok()?;
        der.strip_prefix(head)?.to_vec()
    } else {
        unhex(text)?
    };
    der.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032, section 7.1, test 1: of an empty message.
    const SEED: &str = concat!(
        "9d61b19deffd5a60ba844af492ec2cc4",
        "4449c5697b326919703bac031cae7f60"
    );
    const KEY: &str = concat!(
        "d75a980182b10ab7d54bfed3c964073a",
        "0ee172f3daa62325af021a68f707511a"
    );
    const SIGNED: &str = concat!(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155",
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    );

    #[test]
    fn signatures_are_those_of_rfc_8032() {
        let key = Signing::parse(SEED.as_bytes()).unwrap();
        assert_eq!(key.public().digits(), KEY);
        assert_eq!(hex(&key.sign(b"")), SIGNED);
        assert!(key.public().accepts(b"", &unhex(SIGNED).unwrap()));
        assert!(!key.public().accepts(b"x", &unhex(SIGNED).unwrap()));
        assert!(!key.public().accepts(b"", b"short"));
    }

    #[test]
    fn keys_of_openssl_are_read() {
        let pem = |head: &[u8], digits: &str, word: &str| {
            let der = [head, &unhex(digits).unwrap()].concat();
            let body = STANDARD.encode(der);
            format!("-----BEGIN {word} KEY-----\n{body}\n-----END {word} KEY-----\n")
        };
        let private = Signing::parse(pem(PRIVATE, SEED, "PRIVATE").as_bytes()).unwrap();
        let public = Public::parse(pem(PUBLIC, KEY, "PUBLIC").as_bytes()).unwrap();
        assert_eq!(private.public(), public);
        assert!(Signing::parse(pem(PUBLIC, KEY, "PUBLIC").as_bytes()).is_none());
        assert!(Signing::parse(b"not a key").is_none());
        assert_eq!(format!("{private:?}"), "Signing(key)");
    }
}
