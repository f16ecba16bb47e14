//! Bytes into chunks whose ends the content chooses, and their keyed digests.
//!
//! A chunk ends where a keyed rolling hash of the last 64 bytes is small, so that
//! a part of a file that was moved, cut out or embedded falls into the same
//! chunks again, but for the first. Which bytes end a chunk depends on the key.

use super::keys::Keys;

/// Bytes of the shortest chunk, unless the content ends.
pub const SHORTEST: usize = 2 << 10;

/// Bytes of the longest chunk.
pub const LONGEST: usize = 64 << 10;

/// Bits of the rolling hash that are zero at the end of a chunk: one place in 8 KiB.
const BITS: u32 = 13;

/// Bytes the rolling hash remembers.
const MEMORY: usize = 64;

/// A chunk of a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Offset of its first byte.
    pub start: usize,
    /// Its bytes.
    pub len: usize,
    /// Its tag.
    pub tag: u64,
    /// Its hash for the prefilter.
    pub cheap: u64,
}

/// Cuts a content that comes in parts.
#[derive(Clone, Debug)]
pub struct Chunker {
    hasher: blake3::Hasher,
    fresh: blake3::Hasher,
    rolling: u64,
    start: usize,
    len: usize,
}

impl Chunker {
    /// Begins at offset `start` of a content.
    pub fn new(keys: &Keys, start: usize) -> Chunker {
        let fresh = keys.digester("chunk");
        Chunker {
            hasher: fresh.clone(),
            fresh,
            rolling: 0,
            start,
            len: 0,
        }
    }

    /// Reads the next bytes; hands over the chunks that end in them.
    pub fn read(&mut self, keys: &Keys, bytes: &[u8], found: &mut dyn FnMut(Chunk)) {
        let gear = keys.gear();
        let (mut at, mut from) = (0, 0);
        while at < bytes.len() {
            // The hash forgets what is more than 64 bytes back.
            let idle = (SHORTEST - MEMORY).saturating_sub(self.len);
            let skipped = idle.min(bytes.len() - at);
            at += skipped;
            self.len += skipped;
            let most = (LONGEST - self.len).min(bytes.len() - at);
            let mut ended = false;
            let mut read = 0;
            for &byte in &bytes[at..at + most] {
                self.rolling = (self.rolling << 1).wrapping_add(gear[usize::from(byte)]);
                read += 1;
                if self.rolling >> (u64::BITS - BITS) == 0 && self.len + read >= SHORTEST {
                    ended = true;
                    break;
                }
            }
            at += read;
            self.len += read;
            if ended || self.len == LONGEST {
                self.hasher.update(&bytes[from..at]);
                from = at;
                self.end(found);
            }
        }
        self.hasher.update(&bytes[from..]);
    }

    /// Ends the last chunk.
    pub fn finish(&mut self, found: &mut dyn FnMut(Chunk)) {
        if self.len > 0 {
            self.end(found);
        }
    }

    fn end(&mut self, found: &mut dyn FnMut(Chunk)) {
        let digest = self.hasher.finalize();
        let (words, _) = digest.as_bytes().as_chunks::<8>();
        found(Chunk {
            start: self.start,
            len: self.len,
            tag: u64::from_le_bytes(words[0]),
            cheap: u64::from_le_bytes(words[1]),
        });
        self.hasher.clone_from(&self.fresh);
        self.rolling = 0;
        self.start += self.len;
        self.len = 0;
    }
}

/// The chunks of a whole content.
pub fn chunks(keys: &Keys, bytes: &[u8]) -> Vec<Chunk> {
    let mut out = Vec::new();
    let mut chunker = Chunker::new(keys, 0);
    chunker.read(keys, bytes, &mut |chunk| out.push(chunk));
    chunker.finish(&mut |chunk| out.push(chunk));
    out
}

/// True for a chunk that many contents have: padding, short repetitions.
pub fn is_poor(bytes: &[u8]) -> bool {
    let mut counts = [0usize; 256];
    for &byte in bytes {
        counts[usize::from(byte)] += 1;
    }
    let different = counts.iter().filter(|count| **count > 0).count();
    let most = counts.into_iter().max().unwrap_or(0);
    let period = (1..=64.min(bytes.len() / 2))
        .any(|period| bytes[period..] == bytes[..bytes.len() - period]);
    different < 16 || most * 10 > bytes.len() * 9 || period
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::fixtures::Dice;
    use proptest::prelude::*;

    fn noise(seed: u64, len: usize) -> Vec<u8> {
        let mut dice = Dice(seed);
        (0..len).map(|_| dice.next() as u8).collect()
    }

    #[test]
    fn chunks_follow_each_other_and_have_their_sizes() {
        let bytes = noise(1, 3 << 20);
        let keys = Keys::derive(b"k");
        let found = chunks(&keys, &bytes);
        let mut at = 0;
        for chunk in &found {
            assert_eq!(chunk.start, at);
            at += chunk.len;
            assert!(chunk.len <= LONGEST && (chunk.len >= SHORTEST || at == bytes.len()));
        }
        assert_eq!(at, bytes.len());
        let mean = bytes.len() / found.len();
        assert!((8 << 10..13 << 10).contains(&mean), "{mean}");
        let other = chunks(&Keys::derive(b"other"), &bytes);
        assert!(
            found
                .iter()
                .all(|chunk| other.iter().all(|o| o.tag != chunk.tag))
        );
        assert_ne!(found[0].len, other[0].len);
    }

    #[test]
    fn a_part_falls_into_the_same_chunks() {
        let bytes = noise(2, 1 << 20);
        let keys = Keys::derive(b"k");
        let whole = chunks(&keys, &bytes);
        let moved = [
            noise(3, 12_345),
            bytes[300_000..700_000].to_vec(),
            noise(4, 999),
        ]
        .concat();
        let found = chunks(&keys, &moved);
        let known: usize = found
            .iter()
            .filter(|chunk| whole.iter().any(|own| own.tag == chunk.tag))
            .map(|chunk| chunk.len)
            .sum();
        assert!(known > 340_000, "{known}");
    }

    #[test]
    fn padding_is_poor_and_content_is_not() {
        assert!(is_poor(&[0; 4096]) && is_poor(&b"abcdefghijklmnopqrstuvw ".repeat(99)));
        assert!(!is_poor(&noise(1, 4096)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn parts_of_any_size_give_the_same_chunks(
            seed in any::<u64>(),
            sizes in prop::collection::vec(1usize..30_000, 1..6),
        ) {
            let bytes = noise(seed, 200_000);
            let keys = Keys::derive(b"k");
            let mut found = Vec::new();
            let mut chunker = Chunker::new(&keys, 0);
            let (mut at, mut sizes) = (0, sizes.iter().cycle());
            while at < bytes.len() {
                let end = (at + sizes.next().unwrap()).min(bytes.len());
                chunker.read(&keys, &bytes[at..end], &mut |chunk| found.push(chunk));
                at = end;
            }
            chunker.finish(&mut |chunk| found.push(chunk));
            prop_assert_eq!(found, chunks(&keys, &bytes));
        }
    }
}
