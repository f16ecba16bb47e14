//! Which positions of a symbol stream are candidates: closed syncmers.
//!
//! Position `p` is a candidate when, of the seventeen order hashes of the eight
//! symbols from `p` to `p + 16` on, the first or the last is smaller than all
//! others. That depends on 24 symbols and on nothing else. Ties make no
//! candidate, so repetitions do not flood an index.
//!
//! The loops run over arrays, without branches, so that they compile to vector code;
//! they are compiled for each sort of vectors, and the processor chooses.

use fearless_simd::{Level, Simd, dispatch};

use super::keys::Keys;
use super::{ORDERED, RIVALS, TAGGED};

/// Flags that are read at once.
const GROUP: usize = 64;

/// Positions of a group that are written at once: few groups have more.
const AT_ONCE: usize = 12;

/// Working memory for candidates, reused.
#[derive(Debug, Default)]
pub struct Order {
    first: Vec<u16>,
    second: Vec<u16>,
    hashes: Vec<i16>,
    fours: Vec<i16>,
    minima: Vec<i16>,
    flags: Vec<u8>,
    positions: Vec<u32>,
}

impl Order {
    /// The candidates among the positions of `symbols` that have 32 symbols to
    /// come; ascending.
    pub fn candidates(&mut self, keys: &Keys, symbols: &[u8]) -> &[u32] {
        let Some(positions) = (symbols.len() + 1).checked_sub(TAGGED) else {
            return &[];
        };
        dispatch!(Level::new(), simd => self.find(simd, keys, symbols, positions))
    }

    /// The same for so many positions, with the vectors of a processor.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the loops are compiled for each sort of vectors"
    )]
    fn find<S: Simd>(&mut self, _: S, keys: &Keys, symbols: &[u8], positions: usize) -> &[u32] {
        // Flags are read in groups, so their number is rounded up.
        self.make_room((positions + RIVALS + TAGGED).next_multiple_of(GROUP));
        self.hash(keys, &symbols[..positions + RIVALS + ORDERED - 1]);
        self.minima(positions + 1);
        self.flag(positions);
        let flags = &mut self.flags[..positions.next_multiple_of(GROUP)];
        flags[positions..].fill(0);
        let count = collect(flags, &mut self.positions);
        &self.positions[..count]
    }

    fn make_room(&mut self, len: usize) {
        if self.flags.len() < len {
            self.first.resize(len, 0);
            self.second.resize(len, 0);
            self.hashes.resize(len, 0);
            self.fours.resize(len, 0);
            self.minima.resize(len, 0);
            self.flags.resize(len, 0);
            self.positions.resize(len + AT_ONCE, 0);
        }
    }

    /// The order hash of every position that has eight symbols to come. It is
    /// kept with its highest bit turned, so that signed order is its order.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the loops are compiled for each sort of vectors"
    )]
    fn hash(&mut self, keys: &Keys, symbols: &[u8]) {
        let [m0, m1, m2, m3, m4] = keys.order;
        let len = symbols.len();
        for (a, &x) in self.first[..len].iter_mut().zip(symbols) {
            let product = u16::from(x).wrapping_mul(m0);
            *a = product ^ (product >> 8);
        }
        let len = len - 1;
        let (a, next) = (&self.first[..len], &self.first[1..=len]);
        for ((b, &a), &next) in self.second[..len].iter_mut().zip(a).zip(next) {
            *b = a.wrapping_mul(m1).wrapping_add(next);
        }
        let len = len - 2;
        let (b, next) = (&self.second[..len], &self.second[2..len + 2]);
        for ((c, &b), &next) in self.first[..len].iter_mut().zip(b).zip(next) {
            let sum = b.wrapping_mul(m2).wrapping_add(next);
            *c = sum ^ (sum >> 7);
        }
        let len = len - 4;
        let (c, next) = (&self.first[..len], &self.first[4..len + 4]);
        for ((h, &c), &next) in self.hashes[..len].iter_mut().zip(c).zip(next) {
            let sum = c.wrapping_mul(m3).wrapping_add(next);
            let product = (sum ^ (sum >> 9)).wrapping_mul(m4);
            *h = (product ^ (product >> 7) ^ 0x8000).cast_signed();
        }
    }

    /// The smallest of sixteen hashes from each of the first `len` positions on.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the loops are compiled for each sort of vectors"
    )]
    fn minima(&mut self, len: usize) {
        let fours = len + 12;
        let h = &self.hashes;
        let (h0, h1, h2, h3) = (
            &h[..fours],
            &h[1..=fours],
            &h[2..fours + 2],
            &h[3..fours + 3],
        );
        let out = &mut self.fours[..fours];
        for at in 0..fours {
            out[at] = h0[at].min(h1[at]).min(h2[at].min(h3[at]));
        }
        let f = &self.fours;
        let (f0, f1, f2, f3) = (&f[..len], &f[4..len + 4], &f[8..len + 8], &f[12..len + 12]);
        let out = &mut self.minima[..len];
        for at in 0..len {
            out[at] = f0[at].min(f1[at]).min(f2[at].min(f3[at]));
        }
    }

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the loops are compiled for each sort of vectors"
    )]
    fn flag(&mut self, len: usize) {
        let (first, last) = (&self.hashes[..len], &self.hashes[RIVALS..RIVALS + len]);
        let (before, after) = (&self.minima[..len], &self.minima[1..=len]);
        let flags = &mut self.flags[..len];
        for at in 0..len {
            let opens = u16::from(first[at] < after[at]);
            let closes = u16::from(last[at] < before[at]);
            flags[at] = (opens | closes) as u8;
        }
    }
}

/// Writes the positions of `flags` that are set to `out`; returns their number.
///
/// Of each group some are written whether there are that many or not, and
/// written over when there are not: a branch that cannot be foreseen costs more.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "the loops are compiled for each sort of vectors"
)]
fn collect(flags: &[u8], out: &mut [u32]) -> usize {
    let mut count = 0;
    let mut base = 0;
    for group in flags.as_chunks::<GROUP>().0 {
        let mut bits = 0u64;
        for (at, word) in group.as_chunks::<8>().0.iter().enumerate() {
            // Brings the lowest bits of eight bytes together.
            let byte = u64::from_le_bytes(*word).wrapping_mul(0x0102_0408_1020_4080) >> 56;
            bits |= byte << (8 * at);
        }
        let total = bits.count_ones() as usize;
        let Some(slots) = out.get_mut(count..) else {
            return count;
        };
        let Some((first, rest)) = slots.split_first_chunk_mut::<AT_ONCE>() else {
            return count;
        };
        for slot in first {
            *slot = base + bits.trailing_zeros();
            bits &= bits.wrapping_sub(1);
        }
        for slot in rest {
            if bits == 0 {
                break;
            }
            *slot = base + bits.trailing_zeros();
            bits &= bits - 1;
        }
        count += total;
        base += GROUP as u32;
    }
    count
}

/// The candidates of a whole symbol stream.
pub fn candidates(keys: &Keys, symbols: &[u8]) -> Vec<u32> {
    /// Positions per step, so that the working memory stays in the cache.
    const STEP: usize = 4096;
    let mut order = Order::default();
    let mut out = Vec::new();
    let mut at = 0;
    while at + TAGGED <= symbols.len() {
        let end = (at + STEP + TAGGED - 1).min(symbols.len());
        let found = order.candidates(keys, &symbols[at..end]);
        out.extend(found.iter().map(|position| position + at as u32));
        at += STEP;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::fixtures::prose;
    use crate::fingerprint::symbols::{Alphabet, Grain};
    use proptest::prelude::*;

    /// The order hash at every position, as the format defines it.
    #[expect(clippy::many_single_char_names, reason = "they are the format's")]
    fn order(keys: &Keys, x: &[u8]) -> Vec<u16> {
        let m = keys.order;
        let a = |i: usize| {
            let a = u16::from(x[i]).wrapping_mul(m[0]);
            a ^ (a >> 8)
        };
        let b = |i: usize| a(i).wrapping_mul(m[1]).wrapping_add(a(i + 1));
        let c = |i: usize| {
            let c = b(i).wrapping_mul(m[2]).wrapping_add(b(i + 2));
            c ^ (c >> 7)
        };
        let h = |i: usize| {
            let d = c(i).wrapping_mul(m[3]).wrapping_add(c(i + 4));
            let d = (d ^ (d >> 9)).wrapping_mul(m[4]);
            d ^ (d >> 7)
        };
        (0..(x.len() + 1).saturating_sub(ORDERED)).map(h).collect()
    }

    /// The candidates, as the format defines them.
    fn plain(keys: &Keys, x: &[u8]) -> Vec<u32> {
        let hashes = order(keys, x);
        let h = |at: usize| hashes[at];
        (0..(x.len() + 1).saturating_sub(TAGGED))
            .filter(|&p| {
                let first = (p + 1..=p + 16).all(|i| h(p) < h(i));
                first || (p..=p + 15).all(|i| h(p + 16) < h(i))
            })
            .map(|p| p as u32)
            .collect()
    }

    #[test]
    fn candidates_have_the_density_of_closed_syncmers() {
        let text = prose(7, 200_000);
        for key in 0..6u8 {
            let found = candidates(&Keys::derive(&[key]), &text).len();
            // Twice in seventeen would be 23,529.
            assert!((22_000..25_000).contains(&found), "{found}");
        }
    }

    /// Prose, rows of one form, noise, and a real text.
    fn inputs() -> [Vec<u8>; 4] {
        let mut state = 9u64;
        let noise = std::iter::repeat_with(|| {
            state = state.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
            (state >> 56) as u8
        });
        let real = include_bytes!("../../docs/register.md");
        let symbols = Alphabet::default().symbols(real, Grain::Raw(0));
        let rows = (0..300).flat_map(|at| format!("row{}ofthetable", at % 40).into_bytes());
        [
            prose(11, 5_000),
            rows.collect(),
            noise.take(5_000).collect(),
            symbols[..symbols.len().min(5_000)].to_vec(),
        ]
    }

    #[test]
    fn blocks_of_any_size_give_the_candidates_of_the_definition() {
        let keys = Keys::derive(b"k");
        for text in inputs() {
            let expected = plain(&keys, &text);
            assert!(expected.len() > 20);
            // Every length around the groups in which flags are read, and those of a stream.
            let steps = (1..=2 * GROUP + 2).chain([4_095, 4_096, 4_097]);
            // Without the vectors of this processor, and with them.
            for (step, level) in steps.flat_map(|s| [(s, Level::baseline()), (s, Level::new())]) {
                let mut order = Order::default();
                let mut found = Vec::new();
                for at in (0..=text.len() - TAGGED).step_by(step) {
                    let part = &text[at..(at + step + TAGGED - 1).min(text.len())];
                    let count = part.len() + 1 - TAGGED;
                    let part = dispatch!(level, simd => order.find(simd, &keys, part, count));
                    found.extend(part.iter().map(|place| place + at as u32));
                }
                assert_eq!(found, expected, "{step} {level:?}");
            }
        }
    }

    #[test]
    fn short_periods_give_no_candidate() {
        let keys = Keys::derive(b"k");
        for period in 1..=16 {
            let run: Vec<u8> = prose(period as u64, period)
                .into_iter()
                .cycle()
                .take(500)
                .collect();
            assert!(candidates(&keys, &run).is_empty(), "{period}");
        }
    }

    #[test]
    fn every_window_holds_a_candidate_unless_its_minimum_is_tied() {
        let keys = Keys::derive(b"k");
        let text = prose(3, 30_000);
        let found = candidates(&keys, &text);
        let hashes = order(&keys, &text);
        let empty = (0..=text.len() - 47).filter(|&at| {
            let next = found.partition_point(|&p| (p as usize) < at);
            found.get(next).is_none_or(|&p| p as usize > at + 15)
        });
        let empty: Vec<usize> = empty.collect();
        for &at in &empty {
            let rivals = &hashes[at..at + 32];
            let least = rivals.iter().min().unwrap();
            assert!(rivals.iter().filter(|&hash| hash == least).count() > 1);
        }
        // Ties: 16-bit hashes collide now and then, and prose repeats itself.
        assert!(empty.len() < text.len() / 1_000);
    }

    proptest! {
        #[test]
        fn the_loops_follow_the_definition(
            text in prop::collection::vec(prop_oneof![97u8..123, 48u8..58, 128u8..=255], 0..400),
            narrow in any::<bool>(),
        ) {
            let text: Vec<u8> = if narrow { text.iter().map(|x| x % 3).collect() } else { text };
            let keys = Keys::derive(b"k");
            prop_assert_eq!(candidates(&keys, &text), plain(&keys, &text));
        }

        #[test]
        fn a_part_has_the_candidates_of_the_whole(seed in any::<u64>(), from in 0usize..9000, len in 0usize..9000) {
            let keys = Keys::derive(b"k");
            let text = prose(seed, 12_000);
            let end = (from + len).min(text.len());
            let part = candidates(&keys, &text[from..end]);
            let whole = candidates(&keys, &text).into_iter();
            let inside = whole.filter(|&p| p as usize >= from && p as usize + TAGGED <= end);
            prop_assert_eq!(part, inside.map(|p| p - from as u32).collect::<Vec<_>>());
        }
    }
}
