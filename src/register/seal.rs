//! Seals an index: its body cannot be read, and nothing of it changed, without
//! the register key.
//!
//! The body is added to the stream of keyed BLAKE3 in its extended output mode;
//! the nonce is a keyed digest of the body, so that equal contents give equal
//! files and different ones never share a stream. A keyed digest over head and
//! sealed body closes the file.

use crate::fingerprint::keys::Keys;

/// Bytes of a nonce.
pub(super) const NONCE: usize = 32;

/// Bytes of the digest at the end.
pub(super) const MARK: usize = 32;

/// The nonce for `body`.
pub(super) fn nonce(keys: &Keys, body: &[u8]) -> [u8; NONCE] {
    keys.digest("index nonce", body)
}

/// Turns the plain body into the sealed one, and back.
pub(super) fn turn(keys: &Keys, nonce: &[u8; NONCE], body: &mut [u8]) {
    let mut stream = blake3::Hasher::new_keyed(keys.seal())
        .update(nonce)
        .finalize_xof();
    let mut pad = [0; 4096];
    for part in body.chunks_mut(pad.len()) {
        stream.fill(&mut pad[..part.len()]);
        for (byte, pad) in part.iter_mut().zip(&pad) {
            *byte ^= pad;
        }
    }
}

/// The mark of a file that begins with `content`.
pub(super) fn mark(keys: &Keys, content: &[u8]) -> blake3::Hash {
    let mut hasher = keys.digester("index mark");
    hasher.update(content);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turning_twice_gives_the_body_back() {
        let keys = Keys::derive(b"k");
        let body: Vec<u8> = (0..10_000u32).map(|at| at as u8).collect();
        let nonce = nonce(&keys, &body);
        let mut turned = body.clone();
        turn(&keys, &nonce, &mut turned);
        assert_ne!(turned[..64], body[..64]);
        turn(&keys, &nonce, &mut turned);
        assert_eq!(turned, body);
    }
}
