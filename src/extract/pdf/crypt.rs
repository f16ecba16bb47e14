//! The standard security handler of PDF (ISO 32000-2 §7.6): RC4 and AES, with
//! the empty password and those that the user gives.

use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes256};
use md5::{Digest, Md5};
use sha2::{Sha256, Sha384, Sha512};

use super::lex::{Dict, Object};
use crate::base::secret::Secret;

/// What pads a password.
const PADDING: [u8; 32] = [
    0x28, 0xBF, 0x4E, 0x5E, 0x4E, 0x75, 0x8A, 0x41, 0x64, 0x00, 0x4E, 0x56, 0xFF, 0xFA, 0x01, 0x08,
    0x2E, 0x2E, 0x00, 0xB6, 0xD0, 0x68, 0x3E, 0x80, 0x2F, 0x0C, 0xA9, 0xFE, 0x64, 0x53, 0x69, 0x7A,
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Method {
    Plain,
    Rc4,
    Aes128,
    Aes256,
}

/// The key of an encrypted file.
#[derive(Debug)]
pub(super) struct Crypt {
    key: Secret,
    strings: Method,
    streams: Method,
    /// True when metadata streams are encrypted like all others.
    pub(super) metadata: bool,
}

/// What the encryption dictionary says.
struct Handler<'a> {
    revision: usize,
    length: usize,
    owner: &'a [u8],
    user: &'a [u8],
    dict: &'a Dict,
    permissions: [u8; 4],
    id: &'a [u8],
    metadata: bool,
}

impl Crypt {
    /// The key that one of `passwords`, or none, gives for a file with this
    /// encryption dictionary. `id` is the first half of its identifier.
    pub(super) fn open(dict: &Dict, id: &[u8], passwords: &[Secret]) -> Option<Crypt> {
        let version = dict.get("V").and_then(Object::count).unwrap_or(0);
        let known = dict.is("Filter", "Standard");
        let (strings, streams) = match version {
            1 | 2 => (Method::Rc4, Method::Rc4),
            4 | 5 => (method(dict, "StrF"), method(dict, "StmF")),
            _ => return None,
        };
        let handler = Handler::read(dict, id, version).filter(|_| known)?;
        let empty = Secret::new(b"");
        let key = std::iter::once(&empty)
            .chain(passwords)
            .find_map(|password| handler.key(password.expose()))?;
        Some(Crypt {
            key: Secret::new(&key),
            strings,
            streams,
            metadata: handler.metadata,
        })
    }

    /// A string of the object with these numbers, decrypted.
    pub(super) fn string(&self, data: &[u8], object: (u32, u16)) -> Vec<u8> {
        self.decrypt(self.strings, data, object)
    }

    /// A stream of the object with these numbers, decrypted.
    pub(super) fn stream(&self, data: &[u8], object: (u32, u16)) -> Vec<u8> {
        self.decrypt(self.streams, data, object)
    }

    fn decrypt(&self, method: Method, data: &[u8], (number, generation): (u32, u16)) -> Vec<u8> {
        let key = self.key.expose();
        let object_key = |salt: &[u8]| {
            let digest = Md5::new()
                .chain_update(key)
                .chain_update(&number.to_le_bytes()[..3])
                .chain_update(generation.to_le_bytes())
                .chain_update(salt)
                .finalize();
            digest[..(key.len() + 5).min(16)].to_vec()
        };
        match method {
            Method::Plain => data.to_vec(),
            Method::Rc4 => rc4(&object_key(b""), data),
            Method::Aes128 => unwrap_cbc(&object_key(b"sAlT"), data),
            Method::Aes256 => unwrap_cbc(key, data),
        }
    }
}

/// What the crypt filter called by `which` does.
fn method(dict: &Dict, which: &str) -> Method {
    let filter = dict.name(which).and_then(|name| {
        let name = std::str::from_utf8(name).ok()?;
        dict.get("CF")?.dict()?.get(name)?.dict()
    });
    match filter.and_then(|filter| filter.name("CFM")) {
        Some(b"V2") => Method::Rc4,
        Some(b"AESV2") => Method::Aes128,
        Some(b"AESV3") => Method::Aes256,
        _ => Method::Plain,
    }
}

impl<'a> Handler<'a> {
    fn read(dict: &'a Dict, id: &'a [u8], version: usize) -> Option<Handler<'a>> {
        let count = |key| dict.get(key).and_then(Object::count);
        let bits = match version {
            1 => 40,
            4 => 128,
            _ => count("Length").unwrap_or(40),
        };
        // Written as a signed number, or as the unsigned one of the same bits.
        let permissions = dict.get("P").and_then(Object::number).unwrap_or(0.0) as i64;
        Some(Handler {
            revision: count("R")?,
            length: if bits < 40 { bits } else { bits / 8 }.clamp(5, 16),
            owner: dict.get("O")?.string()?,
            user: dict.get("U")?.string()?,
            dict,
            permissions: (permissions as i32).to_le_bytes(),
            id,
            metadata: dict.get("EncryptMetadata") != Some(&Object::Bool(false)),
        })
    }

    /// The file's key, if `password` is the user's or the owner's.
    fn key(&self, password: &[u8]) -> Option<Vec<u8>> {
        if self.revision >= 5 {
            return self.key_of_256(password);
        }
        let as_user = |password: &[u8]| {
            let key = self.file_key(password);
            let right = self.check(&key);
            right.then_some(key)
        };
        as_user(password).or_else(|| as_user(&self.user_password(password)))
    }

    /// Algorithm 2.
    fn file_key(&self, password: &[u8]) -> Vec<u8> {
        let mut digest = Md5::new();
        digest.update(padded(password));
        digest.update(self.owner.get(..32).unwrap_or(self.owner));
        digest.update(self.permissions);
        digest.update(self.id);
        if self.revision >= 4 && !self.metadata {
            digest.update([0xFF; 4]);
        }
        let mut key = digest.finalize().to_vec();
        if self.revision >= 3 {
            for _ in 0..50 {
                key = Md5::digest(&key[..self.length]).to_vec();
            }
        }
        key.truncate(self.length);
        key
    }

    /// Algorithms 4 to 6.
    fn check(&self, key: &[u8]) -> bool {
        if self.revision == 2 {
            return rc4(key, &PADDING) == self.user;
        }
        let digest = Md5::new()
            .chain_update(PADDING)
            .chain_update(self.id)
            .finalize();
        let mut sealed = digest.to_vec();
        for round in 0..20_u8 {
            sealed = rc4(&mixed(key, round), &sealed);
        }
        self.user.get(..16) == Some(&sealed[..])
    }

    /// The user's password, which the owner's one opens: algorithm 7.
    fn user_password(&self, password: &[u8]) -> Vec<u8> {
        let mut key = Md5::digest(padded(password)).to_vec();
        if self.revision >= 3 {
            for _ in 0..50 {
                key = Md5::digest(&key).to_vec();
            }
        }
        key.truncate(self.length);
        if self.revision == 2 {
            return rc4(&key, self.owner);
        }
        let rounds = (0..20_u8).rev();
        rounds.fold(self.owner.to_vec(), |sealed, round| {
            rc4(&mixed(&key, round), &sealed)
        })
    }

    /// Algorithm 2.A.
    fn key_of_256(&self, password: &[u8]) -> Option<Vec<u8>> {
        let password = &password[..password.len().min(127)];
        let part = |of: &'a [u8], from, to| of.get(from..to);
        let user = self.user.get(..48)?;
        let sealed = |name| self.dict.get(name).and_then(Object::string);
        let (key, sealed) = if self.hash(password, part(self.user, 32, 40)?, b"") == user[..32] {
            let key = self.hash(password, part(self.user, 40, 48)?, b"");
            (key, sealed("UE")?)
        } else {
            let right = self.hash(password, part(self.owner, 32, 40)?, user);
            if part(self.owner, 0, 32)? != right {
                return None;
            }
            let key = self.hash(password, part(self.owner, 40, 48)?, user);
            (key, sealed("OE")?)
        };
        let sealed = sealed.get(..32)?;
        Some(cbc(&key, &[0; 16], sealed))
    }

    /// Algorithm 2.B, or what the revision before it had.
    fn hash(&self, password: &[u8], salt: &[u8], user: &[u8]) -> Vec<u8> {
        let first = Sha256::new()
            .chain_update(password)
            .chain_update(salt)
            .chain_update(user);
        let mut key = first.finalize().to_vec();
        if self.revision == 5 {
            return key;
        }
        let mut round = 0_u32;
        loop {
            let block = [password, &key, user].concat().repeat(64);
            let sealed = seal_cbc(&key[..16], &key[16..32], block);
            let sum: u32 = sealed.iter().take(16).map(|byte| u32::from(*byte)).sum();
            key = match sum % 3 {
                0 => Sha256::digest(&sealed).to_vec(),
                1 => Sha384::digest(&sealed).to_vec(),
                _ => Sha512::digest(&sealed).to_vec(),
            };
            round += 1;
            let last = sealed.last().copied().unwrap_or(0);
            if round >= 64 && u32::from(last) + 32 <= round {
                break;
            }
        }
        key.truncate(32);
        key
    }
}

fn padded(password: &[u8]) -> [u8; 32] {
    let mut padded = PADDING;
    let length = password.len().min(32);
    padded[..length].copy_from_slice(&password[..length]);
    padded[length..].copy_from_slice(&PADDING[..32 - length]);
    padded
}

fn mixed(key: &[u8], round: u8) -> Vec<u8> {
    key.iter().map(|byte| byte ^ round).collect()
}

/// The stream cipher that is known as RC4.
pub(in crate::extract) fn rc4(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut state: [u8; 256] = std::array::from_fn(|index| index as u8);
    let mut other = 0_u8;
    for index in 0..256 {
        let part = key.get(index % key.len().max(1)).copied().unwrap_or(0);
        other = other.wrapping_add(state[index]).wrapping_add(part);
        state.swap(index, usize::from(other));
    }
    let (mut one, mut other) = (0_u8, 0_u8);
    let mut next = |byte: &u8| {
        one = one.wrapping_add(1);
        other = other.wrapping_add(state[usize::from(one)]);
        state.swap(usize::from(one), usize::from(other));
        let sum = state[usize::from(one)].wrapping_add(state[usize::from(other)]);
        byte ^ state[usize::from(sum)]
    };
    data.iter().map(&mut next).collect()
}

/// Data that begins with its initial vector and ends with padding.
fn unwrap_cbc(key: &[u8], data: &[u8]) -> Vec<u8> {
    let Some((vector, body)) = data.split_first_chunk::<16>() else {
        return Vec::new();
    };
    let mut plain = cbc(key, vector, body);
    let padding = plain.last().copied().map_or(0, usize::from);
    if (1..=16).contains(&padding) && padding <= plain.len() {
        plain.truncate(plain.len() - padding);
    }
    plain
}

/// AES in CBC mode, by the length of the key; a last block that is cut is left out.
fn cbc(key: &[u8], vector: &[u8; 16], data: &[u8]) -> Vec<u8> {
    let mut out = data[..data.len() / 16 * 16].to_vec();
    let long = Aes256::new_from_slice(key);
    let short = Aes128::new_from_slice(key);
    let mut before = *vector;
    for block in out.as_chunks_mut::<16>().0 {
        let sealed = *block;
        match (&long, &short) {
            (Ok(cipher), _) => cipher.decrypt_block(block.into()),
            (_, Ok(cipher)) => cipher.decrypt_block(block.into()),
            _ => return Vec::new(),
        }
        for (byte, mask) in block.iter_mut().zip(before) {
            *byte ^= mask;
        }
        before = sealed;
    }
    out
}

fn seal_cbc(key: &[u8], vector: &[u8], mut data: Vec<u8>) -> Vec<u8> {
    let Ok(cipher) = Aes128::new_from_slice(key) else {
        return data;
    };
    let mut before = [0; 16];
    before.copy_from_slice(&vector[..16]);
    for block in data.as_chunks_mut::<16>().0 {
        for (byte, mask) in block.iter_mut().zip(before) {
            *byte ^= mask;
        }
        cipher.encrypt_block(block.into());
        before = *block;
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rc4_gives_the_published_streams() {
        for (key, plain, first) in [
            ("Key", "Plaintext", [0xBB, 0xF3, 0x16, 0xE8]),
            ("Wiki", "pedia", [0x10, 0x21, 0xBF, 0x04]),
        ] {
            assert_eq!(rc4(key.as_bytes(), plain.as_bytes())[..4], first);
        }
        assert_eq!(rc4(b"", b"ab").len(), 2);
    }

    #[test]
    fn cut_blocks_are_left_out() {
        assert_eq!(unwrap_cbc(&[1; 16], &[2; 40]).len() % 16, 0);
        assert!(unwrap_cbc(&[1; 16], &[2; 15]).is_empty());
        assert!(unwrap_cbc(&[1; 7], &[2; 40]).is_empty());
    }

    #[test]
    fn an_unknown_handler_has_no_key() {
        let name = |name: &[u8]| Object::Name(name.into());
        let mut dict = Dict(vec![
            (b"Filter"[..].into(), name(b"Adobe.PubSec")),
            (b"V"[..].into(), Object::Number(4.0)),
            (b"R"[..].into(), Object::Number(4.0)),
        ]);
        assert!(Crypt::open(&dict, b"", &[]).is_none());
        dict.0[0].1 = name(b"Standard");
        assert!(Crypt::open(&dict, b"", &[]).is_none());
    }
}
