//! Encrypted members of zip archives: the old stream cipher of PKWARE, and AES
//! in counter mode as `WinZip` specifies it (AE-1 and AE-2).

use std::io::{BufRead, Read};

use aes::cipher::{BlockCipherEncrypt, KeyInit};
use hmac::Hmac;
use sha1::Sha1;

use super::NAME;
use super::entry::{Aes, Entry};
use super::method::buffered;
use crate::base::content::SkipReason;
use crate::base::secret::Secret;

/// Members that are compressed by this method are encrypted by AES; the real
/// method stands in an extra field.
const AES_METHOD: u16 = 99;

/// The plain data of `entry`, and how it is compressed.
///
/// # Errors
/// When no password fits, or the encryption is of another kind.
pub(super) fn open<'a, R: BufRead + 'a>(
    input: R,
    entry: &Entry,
    passwords: &[Secret],
) -> Result<(Box<dyn BufRead + 'a>, u16), SkipReason> {
    if !entry.is_encrypted() {
        return Ok((Box::new(input), entry.method));
    }
    // Bit 6 is PKWARE's own strong encryption.
    let opened = if entry.flags & 0x40 != 0 {
        None
    } else if entry.method == AES_METHOD {
        let aes = entry.aes.ok_or(SkipReason::Damaged(NAME))?;
        open_aes(input, entry, aes, passwords).map(|reader| (reader, aes.method))
    } else {
        open_old(input, entry, passwords).map(|reader| (reader, entry.method))
    };
    opened.ok_or(SkipReason::Encrypted(NAME))
}

/// The three keys of the old cipher.
#[derive(Clone)]
struct Keys([u32; 3]);

impl Keys {
    fn new(password: &[u8]) -> Keys {
        let mut keys = Keys([0x1234_5678, 0x2345_6789, 0x3456_7890]);
        for &byte in password {
            keys.update(byte);
        }
        keys
    }

    fn update(&mut self, plain: u8) {
        let [a, b, c] = &mut self.0;
        *a = crc_step(*a, plain);
        *b = b
            .wrapping_add(*a & 0xFF)
            .wrapping_mul(134_775_813)
            .wrapping_add(1);
        *c = crc_step(*c, b.to_be_bytes()[0]);
    }

    fn decrypt(&mut self, byte: u8) -> u8 {
        let mixed = (self.0[2] | 2) & 0xFFFF;
        let plain = byte ^ (mixed.wrapping_mul(mixed ^ 1) >> 8).to_le_bytes()[0];
        self.update(plain);
        plain
    }
}

/// One step of CRC-32 without its inversions.
fn crc_step(crc: u32, byte: u8) -> u32 {
    let mut value = (crc ^ u32::from(byte)) & 0xFF;
    for _ in 0..8 {
        value = if value & 1 == 0 {
            value >> 1
        } else {
            value >> 1 ^ 0xEDB8_8320
        };
    }
    crc >> 8 ^ value
}

fn open_old<'a, R: BufRead + 'a>(
    mut input: R,
    entry: &Entry,
    passwords: &[Secret],
) -> Option<Box<dyn BufRead + 'a>> {
    let mut header = [0; 12];
    input.read_exact(&mut header).ok()?;
    // The last byte of the header is known: of the checksum, or of the time
    // where the checksum was not known yet.
    let known = if entry.flags & 8 == 0 {
        entry.crc?.to_be_bytes()[0]
    } else {
        entry.time.to_be_bytes()[0]
    };
    let keys = passwords.iter().find_map(|password| {
        let mut keys = Keys::new(password.expose());
        let plain = header.map(|byte| keys.decrypt(byte));
        (plain[11] == known).then_some(keys)
    })?;
    Some(buffered(Old { input, keys }))
}

struct Old<R> {
    input: R,
    keys: Keys,
}

impl<R: Read> Read for Old<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.input.read(buffer)?;
        for byte in &mut buffer[..count] {
            *byte = self.keys.decrypt(*byte);
        }
        Ok(count)
    }
}

/// Bytes at the end that authenticate the data; the checksum inside tells the
/// same, and so does what the data looks like.
const MAC: u64 = 10;

fn open_aes<'a, R: BufRead + 'a>(
    mut input: R,
    entry: &Entry,
    aes: Aes,
    passwords: &[Secret],
) -> Option<Box<dyn BufRead + 'a>> {
    let key_length = match aes.strength {
        1 => 16,
        2 => 24,
        3 => 32,
        _ => return None,
    };
    let mut salt = vec![0; key_length / 2];
    let mut check = [0; 2];
    input.read_exact(&mut salt).ok()?;
    input.read_exact(&mut check).ok()?;
    let cipher = passwords.iter().find_map(|password| {
        let mut derived = vec![0; 2 * key_length + 2];
        pbkdf2::pbkdf2::<Hmac<Sha1>>(password.expose(), &salt, 1000, &mut derived).ok()?;
        (derived[2 * key_length..] == check).then(|| Cipher::new(&derived[..key_length]))?
    })?;
    let data = entry.packed.checked_sub(salt.len() as u64 + 2 + MAC)?;
    Some(buffered(Counter {
        input: input.take(data),
        cipher,
        number: 0,
        block: [0; 16],
        used: 16,
    }))
}

enum Cipher {
    Short(Box<aes::Aes128>),
    Middle(Box<aes::Aes192>),
    Long(Box<aes::Aes256>),
}

impl Cipher {
    fn new(key: &[u8]) -> Option<Cipher> {
        Some(match key.len() {
            16 => Cipher::Short(Box::new(aes::Aes128::new_from_slice(key).ok()?)),
            24 => Cipher::Middle(Box::new(aes::Aes192::new_from_slice(key).ok()?)),
            _ => Cipher::Long(Box::new(aes::Aes256::new_from_slice(key).ok()?)),
        })
    }

    fn encrypt(&self, block: [u8; 16]) -> [u8; 16] {
        let mut block = block.into();
        match self {
            Cipher::Short(cipher) => cipher.encrypt_block(&mut block),
            Cipher::Middle(cipher) => cipher.encrypt_block(&mut block),
            Cipher::Long(cipher) => cipher.encrypt_block(&mut block),
        }
        block.into()
    }
}

/// Counter mode with a little-endian counter that begins at one.
struct Counter<R> {
    input: R,
    cipher: Cipher,
    number: u128,
    block: [u8; 16],
    used: usize,
}

impl<R: Read> Read for Counter<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.input.read(buffer)?;
        for byte in &mut buffer[..count] {
            if self.used == 16 {
                self.number = self.number.wrapping_add(1);
                self.block = self.cipher.encrypt(self.number.to_le_bytes());
                self.used = 0;
            }
            *byte ^= self.block[self.used];
            self.used += 1;
        }
        Ok(count)
    }
}
