//! A finding's identity: keyed, and independent of where it stands.
//!
//! With a project key, the finding key is the keyed BLAKE3 of rule and value:
//! without the key nobody can test a guess against a report or a baseline.
//!
//! Without one, a key that anybody can compute must not become a means of
//! guessing. Values that could be guessed (see [`super::strength`]) do not
//! enter it at all: rule, file name and ordinal do, and the key begins with
//! `sf1:` to show it. Others enter through a chain of 256 keyed digests.

use std::fmt::Write as _;

use crate::base::id::FindingKey;
use crate::judge::strength::is_guessable;

const ROUNDS: usize = 256;

/// How a key begins that is made of the value.
const OF_VALUE: &str = "st1:";
/// How a key begins that is made of the file's name in place of the value.
const OF_FILE: &str = "sf1:";

/// How the digest of a value alone begins.
const OF_ANY_RULE: &str = "sv1:";

/// Derives finding keys.
#[derive(Clone)]
pub struct Keyer {
    project: Option<[u8; 32]>,
}

impl Keyer {
    /// A keyer for a project key of any length, or for none.
    pub fn new(project: Option<&[u8]>) -> Keyer {
        let derive = |key: &[u8]| blake3::derive_key("stanch 2026 finding key v1", key);
        Keyer {
            project: project.map(derive),
        }
    }

    /// The part of `value` that enters its key: all of it, or nothing when it
    /// could be guessed from the key. Findings of one rule and file whose
    /// parts are equal are told apart by their ordinals.
    pub fn keyed<'a>(&self, value: &'a [u8]) -> Option<&'a [u8]> {
        (self.project.is_some() || !is_guessable(value)).then_some(value)
    }

    /// The key of `value` under `rule`. `file` is the file's name without its
    /// folders; `ordinal` tells equal findings of one blob apart, from zero.
    pub fn key(&self, rule: &str, value: &[u8], file: &str, ordinal: usize) -> FindingKey {
        let (begin, digest) = match (&self.project, self.keyed(value)) {
            (Some(key), _) => (OF_VALUE, digest(key, &[rule.as_bytes(), value])),
            (None, None) => (
                OF_FILE,
                digest(&[0; 32], &[rule.as_bytes(), file.as_bytes()]),
            ),
            (None, Some(value)) => {
                let first = digest(&[1; 32], &[rule.as_bytes(), value]);
                (OF_VALUE, chain(first, value))
            }
        };
        let mut text = written(begin, &digest);
        if ordinal > 0 {
            let _ = write!(text, "-{}", ordinal + 1);
        }
        FindingKey(text)
    }

    /// The digest of `value` alone, whatever rule finds it; `None` for a value
    /// that could be guessed from it.
    pub fn value(&self, value: &[u8]) -> Option<String> {
        let keyed = self.keyed(value)?;
        let digest = match &self.project {
            Some(key) => digest(key, &[b"value", keyed, b"of any rule"]),
            None => chain(digest(&[2; 32], &[keyed]), keyed),
        };
        Some(written(OF_ANY_RULE, &digest))
    }
}

impl std::fmt::Debug for Keyer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.project.is_some() {
            "Keyer(keyed)"
        } else {
            "Keyer(unkeyed)"
        })
    }
}

/// True when `text` has the form of a finding key.
pub fn is_key(text: &str) -> bool {
    let digest = text
        .strip_prefix(OF_VALUE)
        .or_else(|| text.strip_prefix(OF_FILE));
    let Some(digest) = digest else { return false };
    let (hex, ordinal) = digest.split_once('-').unwrap_or((digest, "2"));
    is_hex(hex) && ordinal.parse::<u32>().is_ok_and(|n| n > 1)
}

/// True when `key` is made of the file's name, because the value could be
/// guessed: then it says nothing about the value.
pub fn is_of_file(key: &str) -> bool {
    key.starts_with(OF_FILE)
}

/// What `key` has in common with those of equal findings: of a value all
/// numbers stand for the same value, so the number is cut off; of a file's
/// name each number is a finding of its own.
pub fn identity(key: &str) -> &str {
    if is_of_file(key) {
        return key;
    }
    key.split_once('-').map_or(key, |(value, _)| value)
}

/// True when `text` has the form of the digest of a value alone.
pub fn is_value(text: &str) -> bool {
    text.strip_prefix(OF_ANY_RULE).is_some_and(is_hex)
}

fn is_hex(text: &str) -> bool {
    let digits = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    text.len() >= 12 && text.bytes().all(digits)
}

/// Makes each guess cost so many digests.
fn chain(mut digest_so_far: [u8; 32], value: &[u8]) -> [u8; 32] {
    for _ in 0..ROUNDS {
        digest_so_far = digest(&digest_so_far, &[value]);
    }
    digest_so_far
}

/// The first eight bytes, behind `begin`.
fn written(begin: &str, digest: &[u8; 32]) -> String {
    let mut text = String::from(begin);
    for byte in &digest[..8] {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn digest(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_keyed(key);
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: &[u8] = b"Zk3vQ9xLw0RtYb7MnPd2";

    #[test]
    fn the_same_value_keeps_its_key_in_another_file() {
        let keyer = Keyer::new(None);
        assert_eq!(
            keyer.key("r", LONG, "a.env", 0),
            keyer.key("r", LONG, "b.env", 0)
        );
        assert_ne!(
            keyer.key("r", LONG, "a.env", 0),
            keyer.key("s", LONG, "a.env", 0)
        );
    }

    #[test]
    fn a_guessable_value_does_not_enter_an_unkeyed_key() {
        let keyer = Keyer::new(None);
        assert_eq!(
            keyer.key("r", b"hunter2", "a", 0),
            keyer.key("r", b"letmein", "a", 0)
        );
        assert!(is_of_file(&keyer.key("r", b"hunter2", "a", 0).0));
        let with_key = Keyer::new(Some(b"k"));
        assert_ne!(
            with_key.key("r", b"hunter2", "a", 0),
            with_key.key("r", b"letmein", "a", 0)
        );
        assert!(!is_of_file(&with_key.key("r", b"hunter2", "a", 0).0));
    }

    #[test]
    fn other_project_keys_give_other_keys() {
        let (a, b) = (Keyer::new(Some(b"a")), Keyer::new(Some(b"b")));
        assert_ne!(a.key("r", LONG, "f", 0), b.key("r", LONG, "f", 0));
    }

    #[test]
    fn equal_findings_of_one_file_are_numbered() {
        let key = Keyer::new(None).key("r", LONG, "f", 1);
        assert!(key.0.ends_with("-2"));
        assert_eq!(identity(&key.0), Keyer::new(None).key("r", LONG, "f", 0).0);
        assert_eq!(identity("sf1:0123456789ab-2"), "sf1:0123456789ab-2");
    }

    #[test]
    fn keys_are_known_by_their_form() {
        for (text, expected) in [
            ("st1:0123456789ab", true),
            ("st1:0123456789abcdef-2", true),
            ("sf1:0123456789abcdef", true),
            ("st1:0123456789abcdef-1", false),
            ("st1:0123456789", false),
            ("st1:0123456789aB", false),
            ("0123456789ab", false),
        ] {
            assert_eq!(is_key(text), expected, "{text}");
        }
    }
}
