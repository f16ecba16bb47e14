//! A chunk of ASCII into symbols: what counts is moved together, in lower case.
//!
//! Processors that can move the bytes of a vector together (AVX-512 with VBMI2)
//! do so for a whole chunk; the others take two bytes at a time from a table.

use fearless_simd::Simd;
#[cfg(target_arch = "x86_64")]
use fearless_simd::{Avx512, prelude::*, u8x64};

/// Bytes read at once.
pub(super) const CHUNK: usize = 64;

/// Room that the symbols of a chunk need while they are written.
pub(super) const ROOM: usize = CHUNK + 2;

/// Bits of a pair's entry above its two symbols and their count.
const SPECIAL: u32 = 1 << 30;
const CONTROL: u32 = 1 << 31;

/// What a chunk has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Squeezed {
    /// How many symbols were written, if all of the chunk is ASCII without a backslash.
    pub(super) count: usize,
    /// True when there is a backslash, or something beyond ASCII.
    pub(super) is_special: bool,
    /// True when there are control characters that no text has.
    pub(super) is_binary: bool,
}

/// What single bytes and pairs of them become.
#[derive(Debug)]
pub(super) struct Table {
    pairs: Box<[u32]>,
    singles: [u8; 256],
}

impl Default for Table {
    fn default() -> Table {
        let pair = |pair: u16| {
            let [first, second] = pair.to_le_bytes();
            let (mut symbols, mut count) = (0, 0);
            for byte in [first, second] {
                let symbol = single(byte);
                if symbol != 0 {
                    symbols |= u32::from(symbol) << (8 * count);
                    count += 1;
                }
            }
            symbols | count << 16 | marks(first) | marks(second)
        };
        Table {
            pairs: (0..=u16::MAX).map(pair).collect(),
            singles: std::array::from_fn(|byte| single(byte as u8)),
        }
    }
}

fn single(byte: u8) -> u8 {
    if byte.is_ascii_alphanumeric() {
        byte.to_ascii_lowercase()
    } else {
        0
    }
}

fn marks(byte: u8) -> u32 {
    match byte {
        b'\t' | b'\n' | b'\x0c' | b'\r' | b'\x1b' => 0,
        0..0x20 | 0x7f => CONTROL,
        b'\\' | 0x80.. => SPECIAL,
        _ => 0,
    }
}

/// True when `chunk` holds characters that no text has.
pub(super) fn is_binary(chunk: &[u8]) -> bool {
    chunk.iter().any(|&byte| marks(byte) == CONTROL)
}

impl Table {
    /// The symbol of a byte; zero when it is none.
    #[inline]
    pub(super) fn single(&self, byte: u8) -> u8 {
        self.singles[usize::from(byte)]
    }

    /// Writes the symbols of `chunk` to the beginning of `out`.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "vector code must be part of what calls it"
    )]
    pub(super) fn squeeze<S: Simd>(
        &self,
        simd: S,
        chunk: &[u8; CHUNK],
        out: &mut [u8; ROOM],
    ) -> Squeezed {
        #[cfg(target_arch = "x86_64")]
        if let Some(avx512) = simd.level().as_avx512() {
            return compressed(avx512, chunk, out);
        }
        let _ = simd;
        self.by_pairs(chunk, out)
    }

    fn by_pairs(&self, chunk: &[u8; CHUNK], out: &mut [u8; ROOM]) -> Squeezed {
        let mut count = 0usize;
        let mut seen = 0;
        if let Some(pairs) = self.pairs.first_chunk::<0x1_0000>() {
            for pair in chunk.as_chunks::<2>().0 {
                let entry = pairs[usize::from(u16::from_le_bytes(*pair))];
                let place = count & (CHUNK - 1);
                out[place..place + 2].copy_from_slice(&(entry as u16).to_le_bytes());
                count += (entry >> 16 & 3) as usize;
                seen |= entry;
            }
        }
        Squeezed {
            count,
            is_special: seen & SPECIAL != 0,
            is_binary: seen & CONTROL != 0,
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "vector code must be part of what calls it"
)]
fn compressed(avx512: Avx512, chunk: &[u8; CHUNK], out: &mut [u8; ROOM]) -> Squeezed {
    let v = u8x64::load_array_ref(avx512, chunk);
    let splat = |byte| u8x64::splat(avx512, byte);
    let folded = v | splat(0x20);
    let letter = (folded - splat(b'a')).simd_lt(splat(26));
    let digit = (v - splat(b'0')).simd_lt(splat(10));
    let kept = (letter | digit).to_bitmask();
    let special = v.simd_gt(splat(0x7F)) | v.simd_eq(splat(b'\\'));
    let control = (v.simd_lt(splat(0x20)) | v.simd_eq(splat(0x7F))).to_bitmask();
    let blanks = [b'\t', b'\n', b'\x0c', b'\r', b'\x1b'];
    let is_binary = control != 0 && {
        let blanks = blanks.map(|blank| v.simd_eq(splat(blank)).to_bitmask());
        control & !blanks.iter().fold(0, |all, one| all | one) != 0
    };
    let symbols: u8x64<Avx512> = compress(avx512, folded.into(), kept).simd_into(avx512);
    symbols.store_slice(&mut out[..CHUNK]);
    Squeezed {
        count: kept.count_ones() as usize,
        is_special: special.any_true(),
        is_binary,
    }
}

#[cfg(target_arch = "x86_64")]
fearless_simd::kernel!(
    #[inline(always)]
    fn compress(
        avx512: Avx512,
        bytes: std::arch::x86_64::__m512i,
        kept: u64,
    ) -> std::arch::x86_64::__m512i {
        std::arch::x86_64::_mm512_maskz_compress_epi8(kept, bytes)
    }
);

#[cfg(test)]
mod tests {
    use fearless_simd::{Level, dispatch};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_processor_gives_the_same_symbols(
            bytes in prop::array::uniform32(prop_oneof![4 => b' '..=b'~', 1 => any::<u8>()]),
            more in prop::array::uniform32(b' '..=b'~'),
        ) {
            let mut chunk = [0; CHUNK];
            chunk[..32].copy_from_slice(&bytes);
            chunk[32..].copy_from_slice(&more);
            let table = Table::default();
            let (mut by_pairs, mut by_vector) = ([0; ROOM], [0; ROOM]);
            let expected = table.by_pairs(&chunk, &mut by_pairs);
            let found = dispatch!(Level::new(), simd => table.squeeze(simd, &chunk, &mut by_vector));
            prop_assert_eq!(found, expected);
            prop_assert_eq!(&by_vector[..found.count], &by_pairs[..found.count]);
        }
    }
}
