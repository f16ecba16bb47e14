//! Marvin32, the keyed checksum in Azure keys.
//!
//! Described with Microsoft's security utilities and in `SymCrypt`.

/// The 64-bit state after `data`, high half first, under `seed`.
pub(super) fn marvin64(data: &[u8], seed: u64) -> (u32, u32) {
    let mut state = (seed as u32, (seed >> 32) as u32);
    let (words, tail) = data.as_chunks::<4>();
    for &word in words {
        state = block(state, u32::from_le_bytes(word));
    }
    let mut last = [0u8; 4];
    last[..tail.len()].copy_from_slice(tail);
    last[tail.len()] = 0x80;
    let (low, high) = block(block(state, u32::from_le_bytes(last)), 0);
    (high, low)
}

/// Both halves of the state folded into 32 bits.
pub(super) fn marvin32(data: &[u8], seed: u64) -> u32 {
    let (high, low) = marvin64(data, seed);
    high ^ low
}

fn block((mut p0, mut p1): (u32, u32), word: u32) -> (u32, u32) {
    p0 = p0.wrapping_add(word);
    p1 ^= p0;
    p0 = p0.rotate_left(20).wrapping_add(p1);
    p1 = p1.rotate_left(9) ^ p0;
    p0 = p0.rotate_left(27).wrapping_add(p1);
    p1 = p1.rotate_left(19);
    (p0, p1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vector_holds() {
        assert_eq!(
            marvin64(b"abc", 0xD53C_D9CE_CD08_93B7),
            (0x22C7_4339, 0x4927_69BF)
        );
    }

    #[test]
    fn every_tail_length_is_its_own() {
        let seed = 0x4465_6661_756C_7430;
        let sums: Vec<u32> = (0..9).map(|n| marvin32(&[0; 9][..n], seed)).collect();
        for (i, sum) in sums.iter().enumerate() {
            assert!(!sums[i + 1..].contains(sum), "{i} zeros share a sum");
        }
    }
}
