//! The first look at every byte of a text: vector code that tells, for each
//! block of 64 bytes, which of them may matter to a decoder.
//!
//! The code is written once for vectors of 64 bytes and compiled for each level
//! of vector instructions that processors have; which one runs is decided where
//! it runs. All levels give the same bits, as do the same lines without vectors
//! in the tests.
//!
//! Pairs of bytes are told by sets of eight: tables say to which sets a byte
//! belongs as a first and as a second byte, by its lower and its upper four
//! bits (the way of the packed search of Hyperscan that is called Teddy). A
//! first byte has a set of its own; seconds of one set may let some other
//! bytes pass, which [`super::marks`] sorts out.

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, mask8x64, u8x16, u8x64};

/// Bytes looked at together.
pub(super) const BLOCK: usize = 64;

/// Sets of bytes, one for each bit of a byte.
type Sets = [&'static [u8]; 8];

/// First bytes of pairs.
const FIRSTS: Sets = [b"%", b"\\", b"&", b"\"'", b"=", b"^", b"`", b"\x1b"];
/// All bytes that may stand behind each of [`FIRSTS`].
const SECONDS: Sets = [
    b"2356u",
    b"xuU\n\r/01\\_-",
    b"#alszrNZ",
    b" \n\r+.",
    b"\n\r",
    b"\n\r",
    b"\n\r",
    b"[",
];

/// The first bytes of all pairs, each with those that may stand behind it.
pub(super) fn pairs() -> impl Iterator<Item = (&'static [u8], &'static [u8])> {
    FIRSTS.into_iter().zip(SECONDS)
}

/// The sets to which a byte may belong, by its lower and its upper half.
struct Halves {
    lower: [u8; 16],
    upper: [u8; 16],
}

impl Halves {
    const fn of(sets: Sets) -> Halves {
        let (mut lower, mut upper) = ([0; 16], [0; 16]);
        let mut set = 0;
        while set < sets.len() {
            let mut nth = 0;
            while nth < sets[set].len() {
                let byte = sets[set][nth];
                lower[(byte & 15) as usize] |= 1 << set;
                upper[(byte >> 4) as usize] |= 1 << set;
                nth += 1;
            }
            set += 1;
        }
        Halves { lower, upper }
    }
}

static FIRST_HALVES: Halves = Halves::of(FIRSTS);
static SECOND_HALVES: Halves = Halves::of(SECONDS);

/// What stands in a block: one bit for each byte, the first in the lowest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// What base64 is made of.
    pub(super) digits: u64,
    /// Small letters.
    pub(super) small: u64,
    /// Capital letters.
    pub(super) capital: u64,
    /// Hexadecimal digits.
    pub(super) hex: u64,
    /// `-`.
    pub(super) dashes: u64,
    /// What may be the first byte of one of [`pairs`]; the second one may stand in the next block.
    pub(super) pairs: u64,
    /// `<`.
    pub(super) angles: u64,
    /// Bytes beyond ASCII, zero bytes and escapes.
    pub(super) odd: u64,
    /// Bytes that may begin a styled letter.
    pub(super) styled: u64,
}

impl Marks {
    /// What stands in the first `length` bytes, of which there are fewer than in a block.
    pub(super) fn first(&self, length: usize) -> Marks {
        let mask = !(u64::MAX << length);
        self.map(|bits| bits & mask)
    }

    /// What would stand in a block with as many other bytes before.
    pub(super) fn later(&self, length: usize) -> Marks {
        self.map(|bits| bits << length)
    }

    fn map(&self, change: impl Fn(u64) -> u64) -> Marks {
        Marks {
            digits: change(self.digits),
            small: change(self.small),
            capital: change(self.capital),
            hex: change(self.hex),
            dashes: change(self.dashes),
            pairs: change(self.pairs),
            angles: change(self.angles),
            odd: change(self.odd),
            styled: change(self.styled),
        }
    }
}

/// Looks at `blocks`, each of which is followed by the next one and the last by `behind`,
/// and puts what stands in them into `marks`, which has as many places.
pub(super) fn look(blocks: &[[u8; BLOCK]], behind: u8, marks: &mut [Marks]) {
    look_on(Level::new(), blocks, behind, marks);
}

fn look_on(level: Level, blocks: &[[u8; BLOCK]], behind: u8, marks: &mut [Marks]) {
    dispatch!(level, simd => look_with(simd, blocks, behind, marks));
}

#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "vector code must be part of what calls it"
)]
fn look_with<S: Simd>(simd: S, blocks: &[[u8; BLOCK]], behind: u8, marks: &mut [Marks]) {
    let firsts = Tables::new(simd, &FIRST_HALVES);
    let seconds = Tables::new(simd, &SECOND_HALVES);
    let bytes = blocks.as_flattened();
    for (nth, (block, marks)) in blocks.iter().zip(marks).enumerate() {
        let v = u8x64::load_array_ref(simd, block);
        let shifted = bytes.get(nth * BLOCK + 1..).and_then(<[u8]>::first_chunk);
        let next = u8x64::load_array(
            simd,
            shifted.copied().unwrap_or_else(|| last(block, behind)),
        );
        let zero = u8x64::splat(simd, 0);
        let odd = within(v, 0x80, 0x80) | v.simd_eq(zero) | is(v, 0x1B);
        let (small, capital) = (within(v, b'a', 26), within(v, b'A', 26));
        let number = within(v, b'0', 10);
        let hex = number | within(v | 0x20, b'a', 6);
        let signs = is(v, b'+') | is(v, b'-') | is(v, b'_') | is(v, b'/');
        *marks = Marks {
            digits: (small | capital | number | signs).to_bitmask(),
            small: small.to_bitmask(),
            capital: capital.to_bitmask(),
            hex: hex.to_bitmask(),
            dashes: is(v, b'-').to_bitmask(),
            pairs: (firsts.sets(v) & seconds.sets(next))
                .simd_ne(zero)
                .to_bitmask(),
            angles: is(v, b'<').to_bitmask(),
            odd: odd.to_bitmask(),
            styled: (is(v, 0xEF) | is(v, 0xF0)).to_bitmask(),
        };
    }
}

/// The last block, one byte on.
#[cold]
fn last(block: &[u8; BLOCK], behind: u8) -> [u8; BLOCK] {
    let mut next = [behind; BLOCK];
    next[..BLOCK - 1].copy_from_slice(&block[1..]);
    next
}

/// Where `byte` stands.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "vector code must be part of what calls it"
)]
fn is<S: Simd>(v: u8x64<S>, byte: u8) -> mask8x64<S> {
    v.simd_eq(u8x64::splat(v.token(), byte))
}

/// Where one of `count` bytes from `first` on stands.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "vector code must be part of what calls it"
)]
fn within<S: Simd>(v: u8x64<S>, first: u8, count: u8) -> mask8x64<S> {
    let simd = v.token();
    (v - u8x64::splat(simd, first)).simd_lt(u8x64::splat(simd, count))
}

/// [`Halves`] in vectors.
struct Tables<S: Simd> {
    lower: u8x64<S>,
    upper: u8x64<S>,
}

impl<S: Simd> Tables<S> {
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "vector code must be part of what calls it"
    )]
    fn new(simd: S, halves: &Halves) -> Tables<S> {
        Tables {
            lower: u8x64::block_splat(u8x16::load_array(simd, halves.lower)),
            upper: u8x64::block_splat(u8x16::load_array(simd, halves.upper)),
        }
    }

    /// The sets to which each byte may belong.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "vector code must be part of what calls it"
    )]
    fn sets(&self, v: u8x64<S>) -> u8x64<S> {
        let lower = self.lower.swizzle_dyn_within_blocks(v & 15);
        let upper = self.upper.swizzle_dyn_within_blocks(v >> 4);
        lower & upper
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What stands in `text`, byte by byte.
    fn expected(text: &[u8]) -> Vec<Marks> {
        let bits = |block: &[u8], is: &dyn Fn(u8) -> bool| {
            let bytes = block.iter().enumerate();
            bytes.fold(0, |bits, (at, &byte)| bits | u64::from(is(byte)) << at)
        };
        let blocks = text.chunks_exact(BLOCK).enumerate();
        let marks = blocks.map(|(nth, block)| Marks {
            digits: bits(block, &super::super::base64::is_digit),
            small: bits(block, &|byte| byte.is_ascii_lowercase()),
            capital: bits(block, &|byte| byte.is_ascii_uppercase()),
            hex: bits(block, &|byte| byte.is_ascii_hexdigit()),
            dashes: bits(block, &|byte| byte == b'-'),
            pairs: (0..BLOCK).fold(0, |bits, at| {
                let pair = &text[nth * BLOCK + at..][..2];
                bits | u64::from(may_be_pair(pair[0], pair[1])) << at
            }),
            angles: bits(block, &|byte| byte == b'<'),
            odd: bits(block, &|byte| matches!(byte, 0 | 0x1B | 0x80..)),
            styled: bits(block, &|byte| matches!(byte, 0xEF | 0xF0)),
        });
        marks.collect()
    }

    fn may_be_pair(first: u8, second: u8) -> bool {
        let sets = |halves: &Halves, byte: u8| {
            halves.lower[usize::from(byte & 15)] & halves.upper[usize::from(byte >> 4)]
        };
        sets(&FIRST_HALVES, first) & sets(&SECOND_HALVES, second) != 0
    }

    fn levels() -> Vec<Level> {
        let mut levels = vec![Level::new(), Level::baseline()];
        #[cfg(target_arch = "x86_64")]
        {
            let best = Level::new();
            levels.extend(best.as_avx2().map(Level::Avx2));
            levels.extend(best.as_sse4_2().map(Level::Sse4_2));
        }
        levels
    }

    #[test]
    fn a_first_byte_has_a_set_of_its_own_and_lets_its_seconds_pass() {
        for (firsts, seconds) in pairs() {
            for (first, second) in firsts
                .iter()
                .flat_map(|a| seconds.iter().map(move |b| (a, b)))
            {
                assert!(may_be_pair(*first, *second));
                assert!(!may_be_pair(b'e', *second) && !may_be_pair(*first, b'e'));
            }
        }
    }

    proptest! {
        #[test]
        fn every_processor_sees_the_same(
            text in prop::collection::vec(prop_oneof![9 => 0..128_u8, 1 => any::<u8>()], 3 * BLOCK + 1),
        ) {
            let blocks = text.as_chunks::<BLOCK>().0;
            for level in levels() {
                let mut marks = [Marks::default(); 3];
                look_on(level, blocks, text[3 * BLOCK], &mut marks);
                prop_assert_eq!(&marks[..], expected(&text));
            }
        }
    }
}
