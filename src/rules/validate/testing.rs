//! What the tests of validators share: a seeded source of text, and arithmetic
//! written a second time, the slow way.

/// Digits and letters.
pub(super) const ALNUM: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A seeded stream of numbers (`SplitMix64`).
pub(super) struct Source(u64);

impl Source {
    pub(super) fn new(seed: u64) -> Source {
        Source(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub(super) fn pick(&mut self, alphabet: &str, length: usize) -> String {
        let symbols: Vec<char> = alphabet.chars().collect();
        (0..length)
            .map(|_| symbols[self.below(symbols.len())])
            .collect()
    }

    pub(super) fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next() as u8).collect()
    }

    /// `token` with one letter or digit after the first `kept` characters changed to another of
    /// its kind.
    pub(super) fn corrupt(&mut self, token: &str, kept: usize) -> String {
        let mut bytes = token.as_bytes().to_vec();
        loop {
            let at = kept + self.below(bytes.len() - kept);
            let kind = match bytes[at] {
                b'0'..=b'9' => "0123456789",
                b'a'..=b'f' => "abcdef",
                b'g'..=b'z' => "ghjkmnpqrstuvwxyz",
                b'A'..=b'F' => "ABCDEF",
                b'G'..=b'Z' => "GHJKLMNPQRSTUVWXYZ",
                _ => continue,
            };
            let other = self.pick(kind, 1).as_bytes()[0];
            if other != bytes[at] {
                bytes[at] = other;
                return String::from_utf8(bytes).unwrap();
            }
        }
    }
}

/// CRC-32 by long division, one bit at a time, on the reflected text.
pub(super) fn bitwise_crc32(text: &str) -> u32 {
    let mut register = 0xFFFF_FFFFu32;
    for byte in text.bytes() {
        for bit in 0..8 {
            let feedback = (register & 1) ^ u32::from(byte >> bit & 1);
            register >>= 1;
            if feedback == 1 {
                register ^= 0xEDB8_8320;
            }
        }
    }
    register ^ 0xFFFF_FFFF
}

/// `bytes` in lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|&b| written_in(b.into(), "0123456789abcdef", 2))
        .collect()
}

/// `number` in the digits of `alphabet`, padded on the left to `width`.
pub(super) fn written_in(mut number: u64, alphabet: &str, width: usize) -> String {
    let symbols: Vec<char> = alphabet.chars().collect();
    let mut digits = Vec::new();
    while number > 0 || digits.len() < width {
        digits.push(symbols[(number % symbols.len() as u64) as usize]);
        number /= symbols.len() as u64;
    }
    digits.iter().rev().collect()
}
