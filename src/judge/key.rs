//! A finding's identity: keyed, and independent of where it stands.
//!
//! With a project key, the finding key is the keyed BLAKE3 of rule and value:
//! without the key nobody can test a guess against a report or a baseline.
//!
//! Without one, a key that anybody can compute must not become a means of
//! guessing. Values that could be guessed (short, or drawn from few characters)
//! do not enter it at all: rule, file name and ordinal do. Others enter through
//! a chain of 256 keyed digests.

use std::fmt::Write as _;

use crate::base::id::FindingKey;
use crate::detect::checks::entropy;

/// Shortest value, in estimated bits, that may enter a key without a project key.
const GUESSABLE_BITS: f64 = 48.0;
const ROUNDS: usize = 256;

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

    /// The key of `value` under `rule`. `file` is the file's name without its
    /// folders; `ordinal` tells equal findings of one blob apart, from zero.
    pub fn key(&self, rule: &str, value: &[u8], file: &str, ordinal: usize) -> FindingKey {
        let digest = match &self.project {
            Some(key) => digest(key, &[rule.as_bytes(), value]),
            None if guessable(value) => digest(&[0; 32], &[rule.as_bytes(), file.as_bytes()]),
            None => {
                let mut out = digest(&[1; 32], &[rule.as_bytes(), value]);
                for _ in 0..ROUNDS {
                    out = digest(&out, &[value]);
                }
                out
            }
        };
        let mut text = String::from("st1:");
        for byte in &digest[..8] {
            let _ = write!(text, "{byte:02x}");
        }
        if ordinal > 0 {
            let _ = write!(text, "-{}", ordinal + 1);
        }
        FindingKey(text)
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

/// True when the value has too few bits to be safe behind an unkeyed digest.
#[expect(
    clippy::cast_precision_loss,
    reason = "values are far shorter than 2^52 bytes"
)]
fn guessable(value: &[u8]) -> bool {
    entropy(value) * (value.len() as f64) < GUESSABLE_BITS
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
        let with_key = Keyer::new(Some(b"k"));
        assert_ne!(
            with_key.key("r", b"hunter2", "a", 0),
            with_key.key("r", b"letmein", "a", 0)
        );
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
    }
}
