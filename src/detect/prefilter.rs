//! The first look at the bytes: could a literal's window stand here?
//!
//! Every second position of the text is looked at: its four bytes are folded
//! and hashed into a table of 2^20 bytes. Eight such positions share one branch:
//! only when one of the eight entries is not empty, single bits of the entries,
//! chosen by more of the hash and by the case of the letters, tell which
//! positions are looked at once more, with a byte more on either side (see
//! [`Beside`]). Literals are entered with one window for each
//! parity (see [`super::windows`]), so none is lost; what passes by accident is
//! sorted out by the exact comparison in [`super::index`].
//!
//! Measured on one core over C sources with 4,000 windows, in GB/s: bitmap of
//! every position 0.6 to 0.9, byte table of every position 1.2, byte table of
//! every second position 3.2 (the table makes up for its size by saving a shift).
//!
//! The loop is portable and safe. A SIMD kernel can take its place behind
//! [`Prefilter::candidates`] without any other change.

/// Bits of the hash that choose an entry.
const BITS: u32 = 20;
const ENTRIES: usize = 1 << BITS;
/// Length of a window.
pub const WINDOW: usize = 4;
/// Case fold of eight bytes at once; see [`fold`].
const FOLD: u64 = 0x2020_2020_2020_2020;
/// The upper bit of every byte.
const UPPER: u64 = 0x8080_8080_8080_8080;
/// What a key keeps of its window; see [`coarse`].
const KEEP: u32 = 0x5C7F_7F7F;
/// Positions in a block.
const POSITIONS: usize = 8;
/// Bytes a block steps on: its positions are two bytes apart.
const BLOCK: usize = 2 * POSITIONS;
/// Bytes read for a block: up to the end of its last window, and two more so
/// that whole words can be read.
const READ: usize = BLOCK + 4;

/// Blocks that are looked at before any of them is looked at more closely.
const STRIPE: usize = 256;

/// Bits of the hash that choose what may stand beside a window.
const BESIDE_BITS: u32 = 14;
/// Bytes looked at around a position that passes: one, its window, and one.
const NEARBY: usize = 1 + WINDOW + 1;

/// A set of keys with a fast "maybe" test.
pub struct Prefilter {
    /// What the windows may be.
    table: Box<[u8; ENTRIES]>,
    /// What may stand beside them, for each hash of a key.
    beside: Box<[Beside; 1 << BESIDE_BITS]>,
}

/// What may stand beside a window: sets of [folded](fold) bytes, each with the
/// bit that [`place`] gives it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// The byte before it.
    pub before: u64,
    /// The byte behind it.
    pub after: u64,
}

impl Beside {
    /// Anything.
    pub const ANYTHING: Beside = Beside {
        before: u64::MAX,
        after: u64::MAX,
    };

    /// True when both bytes, [folded](fold), may stand there.
    #[inline]
    fn allows(self, before: u8, after: u8) -> bool {
        (self.before >> place(before)) & (self.after >> place(after)) & 1 != 0
    }
}

/// The place of a [folded](fold) byte among all of them, 0 to 63: those from
/// 0x20 on, then those from 0x60 on.
#[inline]
fn place(folded: u8) -> u32 {
    u32::from(folded & 0x1F | folded >> 1 & 0x20)
}

/// A key, and the windows it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CasedKey {
    /// The key.
    pub key: u32,
    /// For each case that the first three bytes can have together, one bit.
    pub cases: u8,
}

impl CasedKey {
    /// The key of one window, in its own case.
    pub fn of(window: [u8; WINDOW]) -> CasedKey {
        CasedKey {
            key: key(window),
            cases: 1 << case(window),
        }
    }
}

/// The key of a window: its first three bytes [folded](fold), and what is
/// [kept](coarse) of the last.
#[inline]
pub fn key(window: [u8; WINDOW]) -> u32 {
    fold_any(u64::from(u32::from_le_bytes(window))) as u32 & KEEP
}

/// The fold of a byte: letters lose their case, some other bytes fall together,
/// and all beyond ASCII become one, which costs precision but never a match.
pub fn fold(byte: u8) -> u8 {
    if byte.is_ascii() { byte | 0x20 } else { 0x7F }
}

/// What a key keeps of the last byte of its window: whether it is one of the
/// first letters of the alphabet, of the last ones, a digit, or something else.
/// A class of bytes that may follow a short literal has few such values.
pub fn coarse(byte: u8) -> u8 {
    fold(byte) & (KEEP >> 24) as u8
}

/// The four words of a block, each two bytes longer than the windows that begin
/// in its first half need.
#[inline]
fn words(block: &[u8; READ]) -> [u64; 4] {
    [0, 4, 8, 12].map(|at| {
        let bytes = block.get(at..).and_then(<[u8]>::first_chunk);
        bytes.map_or(0, |&bytes| u64::from_le_bytes(bytes))
    })
}

/// [Folds](fold) eight bytes at once, all of them ASCII.
#[inline]
fn fold_ascii(word: u64) -> u64 {
    word | FOLD
}

/// [Folds](fold) eight bytes at once.
#[inline]
fn fold_any(word: u64) -> u64 {
    let upper = word & UPPER;
    word | FOLD | (upper - (upper >> 7))
}

/// The keys of the two windows that begin at the first and third byte of `word`.
#[inline]
fn keys(word: u64) -> [u32; 2] {
    [word as u32 & KEEP, (word >> 16) as u32 & KEEP]
}

#[inline]
fn hash(key: u32) -> u32 {
    key.wrapping_mul(0x9E37_79B1)
}

/// The entry a hash chooses.
#[inline]
fn slot(hash: u32) -> usize {
    (hash >> (32 - BITS)) as usize
}

/// The bit of the entry that a hash and the case of a window choose.
#[inline]
fn bit(hash: u32, case: u32) -> u32 {
    (hash >> (29 - BITS)) & 7 ^ case
}

/// What the fold takes from the first three bytes of a window: one bit each.
#[inline]
fn case(window: [u8; WINDOW]) -> u32 {
    let window = u32::from_le_bytes(window);
    window >> 5 & 1 | window >> 12 & 2 | window >> 19 & 4
}

/// Where a key has what may stand beside it.
#[inline]
fn beside_slot(key: u32) -> usize {
    (key.wrapping_mul(0x85EB_CA6B) >> (32 - BESIDE_BITS)) as usize
}

impl Prefilter {
    /// Makes a filter that passes every position at which one of the keys stands
    /// beside what is given with it.
    pub fn new(keys: impl IntoIterator<Item = (CasedKey, Beside)>) -> Prefilter {
        let mut table: Box<[u8; ENTRIES]> = vec![0; ENTRIES]
            .try_into()
            .expect("the vector has this very length");
        let mut besides: Box<[Beside; 1 << BESIDE_BITS]> =
            vec![Beside::default(); 1 << BESIDE_BITS]
                .try_into()
                .expect("the vector has this very length");
        for (CasedKey { key, cases }, beside) in keys {
            let hash = hash(key);
            for case in (0..8).filter(|case| cases >> case & 1 != 0) {
                table[slot(hash)] |= 1 << bit(hash, case);
            }
            let slot = &mut besides[beside_slot(key)];
            slot.before |= beside.before;
            slot.after |= beside.after;
        }
        Prefilter {
            table,
            beside: besides,
        }
    }

    /// The entry for `key`; empty when the key is certainly not in the set.
    #[inline]
    fn entry(&self, key: u32) -> u8 {
        self.table[slot(hash(key))]
    }

    /// Calls `found` with batches of every even position from `from` (rounded down to an
    /// even one) up to `to` where a window may stand, in ascending order, and
    /// with the window's key. Windows may reach past `to`; what they would read
    /// past the end of the text counts as zero bytes.
    pub fn candidates(
        &self,
        text: &[u8],
        from: usize,
        to: usize,
        mut found: impl FnMut(&[Candidate]),
    ) {
        let mut at = from & !1;
        let mut passing = [Passing::default(); STRIPE];
        let mut candidates = [Candidate::default(); STRIPE * POSITIONS];
        loop {
            let blocks = (to.saturating_sub(at) / BLOCK).min(STRIPE);
            let Some(stripe) = text.get(at..at + blocks * BLOCK + READ - BLOCK) else {
                break;
            };
            if blocks == 0 {
                break;
            }
            let count = self.stripe(stripe, &mut passing);
            let mut passed = 0;
            for block in passing.iter().take(count) {
                passed = self.sift(*block, text, at, (&mut candidates, passed));
            }
            found(&candidates[..passed]);
            at += blocks * BLOCK;
        }
        while at < to.min(text.len()) {
            let mut window = [0; WINDOW];
            for (byte, slot) in text[at..].iter().zip(&mut window) {
                *slot = *byte;
            }
            if passes(self.entry(key(window)), window) {
                found(&[Candidate::of(at, window)]);
            }
            at += 2;
        }
    }

    /// Puts the blocks of `stripe` in which some position may pass into
    /// `passing` and returns their number. No branch depends on the text, since
    /// which blocks pass cannot be foreseen.
    #[inline]
    fn stripe(&self, stripe: &[u8], passing: &mut [Passing; STRIPE]) -> usize {
        let mut count = 0;
        let blocks = stripe.windows(READ).step_by(BLOCK);
        for (nth, block) in blocks.enumerate() {
            let Some(block) = block.first_chunk() else {
                break;
            };
            let entries = self.entries(words(block));
            passing[count % STRIPE] = Passing {
                entries,
                nth: nth as u32,
            };
            count += usize::from(entries != 0);
        }
        count
    }

    /// Adds the positions of a block that pass to `candidates`, of which there
    /// are so many, and returns their new number; the stripe begins at `base`.
    /// No branch depends on which of them pass.
    #[inline]
    fn sift(
        &self,
        block: Passing,
        text: &[u8],
        base: usize,
        (candidates, mut count): (&mut [Candidate; STRIPE * POSITIONS], usize),
    ) -> usize {
        let mut entries = block.entries;
        while entries != 0 {
            let nth = entries.trailing_zeros() / 8;
            let entry = (entries >> (8 * nth)) as u8;
            entries &= !(0xFF << (8 * nth));
            let at = base + block.nth as usize * BLOCK + 2 * nth as usize;
            let nearby = at.checked_sub(1).and_then(|first| text.get(first..));
            // At the ends of the text the first look has to be enough.
            let Some(&nearby) = nearby.and_then(<[u8]>::first_chunk::<NEARBY>) else {
                let window = text.get(at..).and_then(<[u8]>::first_chunk);
                let window = window.copied().unwrap_or_default();
                candidates[count % (STRIPE * POSITIONS)] = Candidate::of(at, window);
                count += usize::from(passes(entry, window));
                continue;
            };
            let [before, a, b, c, d, after] = nearby;
            let candidate = Candidate::of(at, [a, b, c, d]);
            let beside = self.beside[beside_slot(candidate.key)];
            candidates[count % (STRIPE * POSITIONS)] = candidate;
            count +=
                usize::from(passes(entry, [a, b, c, d]) & beside.allows(fold(before), fold(after)));
        }
        count
    }

    /// The entries of the eight positions of a block, the first in the lowest
    /// byte: those at the beginning and two bytes into each of its words.
    #[inline]
    fn entries(&self, words: [u64; 4]) -> u64 {
        let all = words[0] | words[1] | words[2] | words[3];
        let words = if all & UPPER == 0 {
            words.map(fold_ascii)
        } else {
            words.map(fold_any)
        };
        let both = |word: u64| {
            let [first, second] = keys(word).map(|key| u64::from(self.entry(key)));
            first | second << 8
        };
        both(words[0]) | both(words[1]) << 16 | both(words[2]) << 32 | both(words[3]) << 48
    }
}

/// A position at which a window may stand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Candidate {
    /// Position of the window.
    pub at: u32,
    /// The window's key.
    pub key: u32,
}

impl Candidate {
    #[inline]
    fn of(at: usize, window: [u8; WINDOW]) -> Candidate {
        Candidate {
            at: at as u32,
            key: key(window),
        }
    }
}

/// A block in which some position may pass.
#[derive(Clone, Copy, Default)]
struct Passing {
    /// The entries of its positions.
    entries: u64,
    /// Number of the block in its stripe.
    nth: u32,
}

/// True when `entry`, which the key of `window` chose, has the window's bit.
#[inline]
fn passes(entry: u8, window: [u8; WINDOW]) -> bool {
    entry >> bit(hash(key(window)), case(window)) & 1 != 0
}

impl std::fmt::Debug for Prefilter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let set = self.table.iter().filter(|entry| **entry != 0).count();
        write!(f, "Prefilter({set} of {ENTRIES} entries)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn positions(filter: &Prefilter, text: &[u8], from: usize, to: usize) -> Vec<usize> {
        let mut out = Vec::new();
        filter.candidates(text, from, to, |found| {
            out.extend(found.iter().map(|candidate| candidate.at as usize));
        });
        out
    }

    proptest! {
        #[test]
        fn no_window_in_the_set_is_passed_over(
            text in proptest::collection::vec(any::<u8>(), 4..200),
            pick in 0usize..200, from in 0usize..50,
        ) {
            let at = (pick % (text.len() - 3)) & !1;
            let window = [text[at], text[at + 1], text[at + 2], text[at + 3]];
            let only = |at: usize| text.get(at).map_or(u64::MAX, |&byte| 1 << place(fold(byte)));
            let beside = Beside {
                before: if at == 0 { 0 } else { only(at - 1) },
                after: only(at + WINDOW),
            };
            let filter = Prefilter::new([(CasedKey::of(window), beside)]);
            let found = positions(&filter, &text, from, text.len());
            prop_assert_eq!(at >= (from & !1), found.contains(&at));
            prop_assert!(found.is_sorted());
        }
    }

    #[test]
    fn only_the_cases_asked_for_pass_and_the_end_reads_as_zeros() {
        let any_case = CasedKey {
            cases: 0xFF,
            ..CasedKey::of(*b"toke")
        };
        let filter = anywhere(&[any_case, CasedKey::of(*b"xy\0\0")]);
        assert_eq!(positions(&filter, b"xxTOKenxy", 0, 9), [2]);
        assert_eq!(positions(&filter, b"xxTOKexy", 0, 8), [2, 6]);
        assert!(positions(&filter, b"", 0, 0).is_empty());
        let filter = anywhere(&[CasedKey::of(*b"toke")]);
        assert_eq!(positions(&filter, b"tokeToke", 0, 8), [0]);
    }

    #[test]
    fn what_stands_beside_a_window_counts() {
        let text = b"................my_token_in..his_token_of................................";
        let of = |beside| {
            let filter = Prefilter::new([(CasedKey::of(*b"_tok"), beside)]);
            positions(&filter, text, 0, text.len())
        };
        let only = |byte: u8| 1 << place(fold(byte));
        let before = |byte| Beside {
            before: only(byte),
            ..Beside::ANYTHING
        };
        let after = |byte| Beside {
            after: only(byte),
            ..Beside::ANYTHING
        };
        assert_eq!(of(Beside::ANYTHING), [18, 32]);
        assert_eq!(of(before(b'y')), [18]);
        assert_eq!(of(before(b'S')), [32]);
        assert_eq!(of(after(b'e')), [18, 32]);
        assert_eq!(of(after(b'x')), [0; 0]);
    }

    /// A filter for keys with anything beside them.
    fn anywhere(keys: &[CasedKey]) -> Prefilter {
        Prefilter::new(keys.iter().map(|&key| (key, Beside::ANYTHING)))
    }
}
