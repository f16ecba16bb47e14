//! The cyclic redundancy checks that tokens carry: CRC-32, CRC-16 and CRC-24.

const CRC32: [u32; 256] = crc32_table();

const fn crc32_table() -> [u32; 256] {
    let mut table = [0u32; 256];
    let mut i = 0;
    while i < 256 {
        let mut c = i as u32;
        let mut bit = 0;
        while bit < 8 {
            c = if c & 1 == 1 {
                (c >> 1) ^ 0xEDB8_8320
            } else {
                c >> 1
            };
            bit += 1;
        }
        table[i] = c;
        i += 1;
    }
    table
}

/// CRC-32/ISO-HDLC, as in zip and PNG.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    !bytes
        .iter()
        .fold(u32::MAX, |c, &b| CRC32[usize::from(c as u8 ^ b)] ^ (c >> 8))
}

/// CRC-16/XMODEM: polynomial 0x1021, starts at 0, high bit first.
pub(super) fn crc16_xmodem(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |c, &b| {
        (0..8).fold(c ^ (u16::from(b) << 8), |c, _| {
            if c & 0x8000 == 0 {
                c << 1
            } else {
                (c << 1) ^ 0x1021
            }
        })
    })
}

/// CRC-24 of RFC 9580, section 6.1.
pub(super) fn crc24(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x00B7_04CE, |c, &b| {
        (0..8).fold(c ^ (u32::from(b) << 16), |c, _| {
            let shifted = c << 1;
            if shifted & 0x0100_0000 == 0 {
                shifted
            } else {
                shifted ^ 0x0186_4CFB
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_check_values_hold() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc16_xmodem(b"123456789"), 0x31C3);
        assert_eq!(crc24(b"123456789"), 0x0021_CF02);
    }

    #[test]
    fn nothing_has_the_initial_value() {
        assert_eq!(crc32(b""), 0);
        assert_eq!(crc16_xmodem(b""), 0);
        assert_eq!(crc24(b""), 0x00B7_04CE);
    }
}
