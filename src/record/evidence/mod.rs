//! Evidence: an account of a run that shows any later change.
//!
//! A folder with
//!
//! ```text
//! evidence.jsonl        one JSON object per line, each with the SHA-256 of the line before
//! statement.dsse.json   an in-toto statement about it in a DSSE envelope, perhaps signed
//! files/SHA-256         copies of files, where the user asked for them
//! ```
//!
//! The statement follows from the lines, and the bytes of the envelope from the
//! statement and its signature, so that there is nothing in the folder that
//! could be changed without a trace. Without a signature whoever can change one
//! part can make all parts anew: then the envelope's digest, noted elsewhere,
//! is what holds the evidence.

pub mod chain;
pub mod copies;
pub mod sign;
pub mod statement;
pub mod verify;

use sha2::{Digest as _, Sha256};

/// The file with the lines.
pub const LINES: &str = "evidence.jsonl";

/// The file with the envelope.
pub const ENVELOPE: &str = "statement.dsse.json";

/// The folder with copies.
pub const FILES: &str = "files";

/// A SHA-256, in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// `bytes` in hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The bytes that hexadecimal digits stand for.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let pairs = digits.chunks_exact(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_for_bytes() {
        assert_eq!(unhex(&hex(b"\x00\xffab")), Some(b"\x00\xffab".to_vec()));
        assert_eq!(unhex("0"), None);
        assert_eq!(unhex("+1"), None);
        // FIPS 180-2, appendix B.1.
        assert!(sha256(b"abc").starts_with("ba7816bf8f01cfea"));
    }
}
