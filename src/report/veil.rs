//! The last guard before a secret is written: masks it wherever it still stands.
//!
//! Previews and excerpts arrive masked. Should that ever go wrong, or should a
//! file be named after its secret, the reporters do not pass it on.

use std::borrow::Cow;

use memchr::memmem;

use crate::base::secret::Secret;

/// Shorter secrets are left alone: they are ordinary words more often than not.
const SHORTEST: usize = 8;

/// In paths only longer secrets are masked: a password `postgres` must not make
/// the file `postgres/compose.yml` impossible to find.
const SHORTEST_IN_PATHS: usize = 16;

/// `text` with every occurrence of `secret` masked, one `*` for each character.
pub fn veiled<'a>(text: &'a str, secret: &Secret) -> Cow<'a, str> {
    let hits = occurrences(text.as_bytes(), secret, SHORTEST);
    if hits.is_empty() {
        return Cow::Borrowed(text);
    }
    let masked = |at: usize| hits.iter().any(|&hit| hit <= at && at < hit + secret.len());
    let masked_char = |at: usize, c: char| (at..at + c.len_utf8()).any(masked);
    let star = |(at, c): (usize, char)| if masked_char(at, c) { '*' } else { c };
    Cow::Owned(text.char_indices().map(star).collect())
}

/// Bytes of a path with every occurrence of `secret` masked.
pub fn veiled_path(mut path: Vec<u8>, secret: &Secret) -> Vec<u8> {
    for hit in occurrences(&path, secret, SHORTEST_IN_PATHS) {
        path[hit..hit + secret.len()].fill(b'*');
    }
    path
}

fn occurrences(text: &[u8], secret: &Secret, shortest: usize) -> Vec<usize> {
    if secret.len() < shortest {
        return Vec::new();
    }
    memmem::find_iter(text, secret.expose()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_masked_and_every_other_character_keeps_its_place() {
        let secret = Secret::new("pässwörd1".as_bytes());
        assert_eq!(veiled("é=pässwörd1;", &secret), "é=*********;");
        let path = veiled_path(
            b"x/sixteen-letters..txt".to_vec(),
            &Secret::new(b"sixteen-letters."),
        );
        assert_eq!(path, b"x/****************.txt");
    }

    #[test]
    fn short_secrets_and_other_texts_are_left_alone() {
        assert_eq!(veiled("test/x", &Secret::new(b"test")), "test/x");
        assert_eq!(veiled("", &Secret::new(b"")), "");
        let path = veiled_path(b"postgres/x".to_vec(), &Secret::new(b"postgres"));
        assert_eq!(path, b"postgres/x");
    }

    #[test]
    fn a_secret_that_begins_inside_a_character_is_masked() {
        let text = "ä12345678";
        assert_eq!(
            veiled(text, &Secret::new(&text.as_bytes()[1..])),
            "*********"
        );
    }
}
