//! A fingerprint's tag: SipHash-2-4 of 32 symbols; and the cheap keyed hash
//! that stands before it.
//!
//! Every decision rests on the tag. The prefilter's hash is linear and no
//! cryptography: it only decides whether a tag is worth computing.

use super::TAGGED;
use super::keys::Keys;
use super::profile::Profile;

/// The 32 symbols of a candidate.
pub type Gram = [u8; TAGGED];

impl Keys {
    /// The tag of `gram`.
    pub fn tag(&self, gram: &Gram) -> u64 {
        sip(self.tag, gram)
    }

    /// The tag of `gram`, symbols of `profile`.
    pub fn tag_of(&self, profile: Profile, gram: &Gram) -> u64 {
        let [lex, shape] = self.others;
        let key = match profile {
            // Chunks have digests of their own.
            Profile::Text | Profile::Binary => self.tag,
            Profile::CodeLex => lex,
            Profile::CodeShape => shape,
        };
        sip(key, gram)
    }

    /// The tag of a phrase's symbols.
    pub fn phrase_tag(&self, symbols: &[u8]) -> u64 {
        sip([self.phrase[0], self.phrase[1]], symbols)
    }

    /// The tag of a cell in the column that `column` numbers.
    pub fn cell_tag(&self, column: u32, value: &[u8]) -> u64 {
        let mut bytes = [0; 4 + 64];
        let len = value.len().min(64);
        bytes[..4].copy_from_slice(&column.to_le_bytes());
        bytes[4..4 + len].copy_from_slice(&value[..len]);
        sip(self.cell[0], &bytes[..4 + len])
    }

    /// The tag of two cells of one row.
    pub fn pair_tag(&self, primary: u64, other: u64) -> u64 {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&primary.to_le_bytes());
        bytes[8..].copy_from_slice(&other.to_le_bytes());
        sip(self.cell[1], &bytes)
    }

    /// The prefilter's hash of two cells of one row.
    #[inline]
    pub fn cheap_pair(&self, primary: u64, other: u64) -> u64 {
        let [a, b, ..] = self.prefilter;
        (primary ^ other.rotate_left(29)).wrapping_mul(a) ^ other.wrapping_mul(b).rotate_left(32)
    }

    /// The prefilter's hash of a cell's value.
    #[inline]
    pub fn cheap_value(&self, value: &[u8]) -> u64 {
        let mut sum = value.len() as u64;
        let (words, rest) = value.as_chunks::<8>();
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        for word in words.iter().chain([&last]) {
            let word = u64::from_le_bytes(*word);
            sum = (sum ^ word).wrapping_mul(self.prefilter[2]).rotate_left(31);
        }
        sum.wrapping_mul(self.prefilter[3])
    }

    /// The odd constant that spreads the first symbols of phrases.
    pub fn phrase_factor(&self) -> u64 {
        self.phrase[2]
    }

    /// The prefilter's hash of `gram`.
    #[inline]
    pub fn cheap(&self, gram: &Gram) -> u64 {
        let (words, _) = gram.as_chunks::<8>();
        let mut sum = 0u64;
        for (word, factor) in words.iter().zip(&self.prefilter) {
            sum = sum.wrapping_add(u64::from_le_bytes(*word).wrapping_mul(*factor));
        }
        sum
    }
}

/// SipHash-2-4 (Aumasson and Bernstein, 2012) of `bytes`.
fn sip(key: [u64; 2], bytes: &[u8]) -> u64 {
    let mut v = [
        key[0] ^ 0x736f_6d65_7073_6575,
        key[1] ^ 0x646f_7261_6e64_6f6d,
        key[0] ^ 0x6c79_6765_6e65_7261,
        key[1] ^ 0x7465_6462_7974_6573,
    ];
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        absorb(&mut v, u64::from_le_bytes(*word));
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    last[7] = bytes.len() as u8;
    absorb(&mut v, u64::from_le_bytes(last));
    v[2] ^= 0xff;
    for _ in 0..4 {
        round(&mut v);
    }
    v[0] ^ v[1] ^ v[2] ^ v[3]
}

fn absorb(v: &mut [u64; 4], word: u64) {
    v[3] ^= word;
    round(v);
    round(v);
    v[0] ^= word;
}

fn round(v: &mut [u64; 4]) {
    v[0] = v[0].wrapping_add(v[1]);
    v[2] = v[2].wrapping_add(v[3]);
    v[1] = v[1].rotate_left(13) ^ v[0];
    v[3] = v[3].rotate_left(16) ^ v[2];
    v[0] = v[0].rotate_left(32);
    v[2] = v[2].wrapping_add(v[1]);
    v[0] = v[0].wrapping_add(v[3]);
    v[1] = v[1].rotate_left(17) ^ v[2];
    v[3] = v[3].rotate_left(21) ^ v[0];
    v[2] = v[2].rotate_left(32);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn siphash_gives_its_papers_example() {
        let key: [u8; 16] = std::array::from_fn(|at| at as u8);
        let (words, _) = key.as_chunks::<8>();
        let key = [u64::from_le_bytes(words[0]), u64::from_le_bytes(words[1])];
        let message: [u8; 15] = std::array::from_fn(|at| at as u8);
        assert_eq!(sip(key, &message), 0xa129_ca61_49be_45e5);
    }

    #[test]
    fn the_cheap_hash_is_the_sum_of_products() {
        let keys = Keys::derive(b"k");
        let mut gram = [0; TAGGED];
        assert_eq!(keys.cheap(&gram), 0);
        gram[8] = 3;
        assert_eq!(keys.cheap(&gram), keys.prefilter[1].wrapping_mul(3));
    }
}
