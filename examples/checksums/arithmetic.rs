//! Randomness and checksums, bit by bit.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

pub(crate) const B62: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
pub(crate) const B62_LOWER: &str = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
pub(crate) const B36: &str = "0123456789abcdefghijklmnopqrstuvwxyz";
pub(crate) const HEX: &str = "0123456789abcdef";

/// A seeded stream of numbers (`SplitMix64`).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub(crate) fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    pub(crate) fn pick(&mut self, alphabet: &str, length: usize) -> String {
        let symbols = alphabet.as_bytes();
        (0..length)
            .map(|_| char::from(symbols[self.below(symbols.len())]))
            .collect()
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next() as u8).collect()
    }

    /// `token` with one letter or digit of its last two thirds changed to another of its kind.
    pub(crate) fn corrupt(&mut self, token: &str) -> String {
        let mut bytes = token.as_bytes().to_vec();
        loop {
            let at = bytes.len() / 3 + self.below(bytes.len() - bytes.len() / 3);
            let kind = match bytes[at] {
                b'0'..=b'9' => "23456789",
                b'a'..=b'f' => "abcdef",
                b'g'..=b'z' => "ghjkmnpqrstuvwxyz",
                b'A'..=b'F' => "ABCDEF",
                b'G'..=b'Z' => "GHJKLMNPQRSTUVWXYZ",
                _ => continue,
            };
            let other = self.pick(kind, 1).into_bytes()[0];
            if other != bytes[at] {
                bytes[at] = other;
                return String::from_utf8_lossy(&bytes).into_owned();
            }
        }
    }
}

pub(crate) fn crc32(text: &[u8]) -> u32 {
    let mut register = u32::MAX;
    for byte in text {
        for bit in 0..8 {
            let feedback = register & 1 ^ u32::from(byte >> bit & 1);
            register = register >> 1 ^ if feedback == 1 { 0xEDB8_8320 } else { 0 };
        }
    }
    !register
}

/// A CRC of `width` bits, high bit first.
pub(crate) fn crc_high(bytes: &[u8], width: u32, polynomial: u32, start: u32) -> u32 {
    let mask = (1_u64 << width) as u32 - 1;
    let mut register = start;
    for byte in bytes {
        for bit in (0..8).rev() {
            let feedback = register >> (width - 1) & 1 ^ u32::from(byte >> bit & 1);
            register = (register << 1 ^ if feedback == 1 { polynomial } else { 0 }) & mask;
        }
    }
    register
}

pub(crate) fn written(mut number: u64, alphabet: &str, width: usize) -> String {
    let symbols = alphabet.as_bytes();
    let mut digits = Vec::new();
    while number > 0 || digits.len() < width {
        digits.push(symbols[(number % symbols.len() as u64) as usize]);
        number /= symbols.len() as u64;
    }
    digits.iter().rev().map(|&b| char::from(b)).collect()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    let each = |byte: &u8| [digit(byte >> 4), digit(byte & 15)];
    bytes.iter().flat_map(each).collect()
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn base64_plain(bytes: &[u8]) -> String {
    STANDARD_NO_PAD.encode(bytes)
}

pub(crate) fn base64_url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn from_base64(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap_or_default()
}

pub(crate) fn base32(bytes: &[u8]) -> String {
    let bits: Vec<u8> = bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1))
        .collect();
    bits.chunks(5)
        .map(|five| {
            let value = (0..5).fold(0, |sum, at| sum << 1 | five.get(at).copied().unwrap_or(0));
            char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[usize::from(value)])
        })
        .collect()
}

pub(crate) fn base58check(payload: &[u8]) -> String {
    let sum = Sha256::digest(Sha256::digest(payload));
    let whole = [payload, &sum[..4]].concat();
    let mut digits: Vec<u32> = Vec::new();
    for &byte in &whole {
        let mut carry = u32::from(byte);
        for digit in &mut digits {
            carry += *digit << 8;
            *digit = carry % 58;
            carry /= 58;
        }
        while carry > 0 {
            digits.push(carry % 58);
            carry /= 58;
        }
    }
    let zeros = whole.iter().take_while(|&&byte| byte == 0).count();
    let symbols = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let digits = digits
        .iter()
        .rev()
        .map(|&d| char::from(symbols[d as usize]));
    std::iter::repeat_n('1', zeros).chain(digits).collect()
}

/// Marvin32, both halves folded.
pub(crate) fn marvin(bytes: &[u8], seed: u64) -> u32 {
    fn block(low: &mut u32, high: &mut u32, word: u32) {
        *low = low.wrapping_add(word);
        *high ^= *low;
        *low = low.rotate_left(20).wrapping_add(*high);
        *high = high.rotate_left(9) ^ *low;
        *low = low.rotate_left(27).wrapping_add(*high);
        *high = high.rotate_left(19);
    }
    let (mut low, mut high) = (seed as u32, (seed >> 32) as u32);
    let mut padded = bytes.to_vec();
    padded.push(0x80);
    while !padded.len().is_multiple_of(4) {
        padded.push(0);
    }
    padded.extend([0; 4]);
    for word in padded.chunks(4) {
        let word = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
        block(&mut low, &mut high, word);
    }
    low ^ high
}

pub(crate) fn bech32(name: &str, data: &[u8]) -> String {
    fn polymod(values: &[u8]) -> u32 {
        let generator: [u32; 5] = [
            0x3B6A_57B2,
            0x2650_8E6D,
            0x1EA1_19FA,
            0x3D42_33DD,
            0x2A14_62B3,
        ];
        let mut sum = 1_u32;
        for &value in values {
            let top = sum >> 25;
            sum = (sum & 0x01FF_FFFF) << 5 ^ u32::from(value);
            for (bit, term) in generator.iter().enumerate() {
                sum ^= if top >> bit & 1 == 1 { *term } else { 0 };
            }
        }
        sum
    }
    let bits: Vec<u8> = data
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1))
        .collect();
    let five =
        |five: &[u8]| (0..5).fold(0, |sum, at| sum << 1 | five.get(at).copied().unwrap_or(0));
    let values: Vec<u8> = bits.chunks(5).map(five).collect();
    let mut whole: Vec<u8> = name.bytes().map(|b| b >> 5).collect();
    whole.push(0);
    whole.extend(name.bytes().map(|b| b & 31));
    whole.extend(&values);
    whole.extend([0; 6]);
    let check = polymod(&whole) ^ 1;
    let check = (0..6).map(|at| (check >> (5 * (5 - at)) & 31) as u8);
    let symbols = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let body = values.iter().copied().chain(check);
    let body: String = body.map(|v| char::from(symbols[usize::from(v)])).collect();
    format!("{name}1{body}")
}
