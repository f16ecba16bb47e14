//! Everything that is derived from the register key.
//!
//! Each use has a context string of its own, so that none tells anything of
//! another. The key itself is kept nowhere.

use std::fmt;
use std::sync::Arc;

/// Keys and constants for fingerprints of one register.
#[derive(Clone)]
pub struct Keys {
    /// Five odd constants of the order hash.
    pub(super) order: [u16; 5],
    /// Key of the tags.
    pub(super) tag: [u64; 2],
    /// Keys of the tags of `code-lex` and `code-shape`.
    pub(super) others: [[u64; 2]; 2],
    /// What each byte adds to the rolling hash that ends chunks.
    gear: Arc<[u64; 256]>,
    /// Key of the tags of phrases, and the odd constant before it.
    pub(super) phrase: [u64; 3],
    /// Four odd constants of the prefilter.
    pub(super) prefilter: [u64; 4],
    /// Key of the tags of table cells, and of pairs of them.
    pub(super) cell: [[u64; 2]; 2],
    /// Key of everything that is digested whole: documents, phrases.
    digest: [u8; 32],
    /// Key of the index's body.
    seal: [u8; 32],
    /// Names the key without telling it.
    id: KeyId,
}

/// Names a register key: two indexes with the same id were made with the same key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyId(pub [u8; 8]);

impl Keys {
    /// Derives everything from `key`, which may have any length.
    pub fn derive(key: &[u8]) -> Keys {
        let order = stretch::<10>("stanch register 2026 order hash v1", key);
        let tag = stretch::<16>("stanch register 2026 tag v1", key);
        let phrase = stretch::<24>("stanch register 2026 phrase v1", key);
        let prefilter = stretch::<32>("stanch register 2026 prefilter v1", key);
        let others = stretch::<32>("stanch register 2026 profile tags v1", key);
        let gear = stretch::<2048>("stanch register 2026 gear v1", key);
        let cell = stretch::<32>("stanch register 2026 cell v1", key);
        let id = stretch::<8>("stanch register 2026 key id v1", key);
        let u64s = |bytes: &[u8], at: usize| {
            let (words, _) = bytes.as_chunks::<8>();
            words.get(at).map_or(0, |word| u64::from_le_bytes(*word))
        };
        Keys {
            order: std::array::from_fn(|at| {
                u16::from_le_bytes([order[2 * at], order[2 * at + 1]]) | 1
            }),
            tag: [u64s(&tag, 0), u64s(&tag, 1)],
            others: std::array::from_fn(|at| [u64s(&others, 2 * at), u64s(&others, 2 * at + 1)]),
            gear: Arc::new(std::array::from_fn(|at| u64s(&gear, at))),
            phrase: [u64s(&phrase, 0), u64s(&phrase, 1), u64s(&phrase, 2) | 1],
            prefilter: std::array::from_fn(|at| u64s(&prefilter, at) | 1),
            cell: std::array::from_fn(|at| [u64s(&cell, 2 * at), u64s(&cell, 2 * at + 1)]),
            digest: blake3::derive_key("stanch register 2026 digest v1", key),
            seal: blake3::derive_key("stanch register 2026 seal v1", key),
            id: KeyId(id),
        }
    }

    /// The name of the key.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// What each byte adds to the rolling hash that ends chunks.
    pub(super) fn gear(&self) -> &[u64; 256] {
        &self.gear
    }

    /// The key under which an index's body is sealed.
    pub fn seal(&self) -> &[u8; 32] {
        &self.seal
    }

    /// A keyed digest of `bytes` for the use that `context` names.
    pub fn digest(&self, context: &str, bytes: &[u8]) -> [u8; 32] {
        let mut hasher = self.digester(context);
        hasher.update(bytes);
        *hasher.finalize().as_bytes()
    }

    /// The same in parts: what was updated with all bytes gives the same digest.
    pub fn digester(&self, context: &str) -> blake3::Hasher {
        let mut hasher = blake3::Hasher::new_keyed(&self.digest);
        hasher.update(&(context.len() as u64).to_le_bytes());
        hasher.update(context.as_bytes());
        hasher
    }
}

impl KeyId {
    /// The first bytes of the name, enough to notice a wrong key.
    pub fn short(self) -> u32 {
        self.0
            .first_chunk()
            .map_or(0, |bytes| u32::from_be_bytes(*bytes))
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.id)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

fn stretch<const N: usize>(context: &str, key: &[u8]) -> [u8; N] {
    let mut hasher = blake3::Hasher::new_derive_key(context);
    hasher.update(key);
    let mut out = [0; N];
    hasher.finalize_xof().fill(&mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_constant_is_odd_and_follows_from_the_key() {
        let (a, b) = (Keys::derive(b"one"), Keys::derive(b"two"));
        assert!(a.order.iter().all(|m| m % 2 == 1) && a.prefilter.iter().all(|c| c % 2 == 1));
        assert_ne!((a.order, a.tag, a.prefilter), (b.order, b.tag, b.prefilter));
        assert_ne!(a.id(), b.id());
        assert_ne!(a.seal(), b.seal());
        assert_ne!(a.digest("x", b"y"), b.digest("x", b"y"));
        assert_ne!(a.digest("x", b"y"), a.digest("xy", b""));
    }

    #[test]
    fn debug_shows_the_keys_name_only() {
        let keys = Keys::derive(b"one");
        assert_eq!(format!("{keys:?}"), format!("Keys({})", keys.id()));
    }
}
