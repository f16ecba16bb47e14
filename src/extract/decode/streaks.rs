//! Long runs of digits across blocks: where those end that may hold something.
//!
//! All of it is arithmetic on one bit for each byte. Places behind 24 digits are
//! found by doubling. Whether a run has a letter of some sort is told by a sum:
//! when bits of a run are added to it, the carry comes out right behind its end.

use super::look::{BLOCK, Marks};

/// The runs of the blocks that were seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Streaks {
    /// The last block.
    pub(super) marks: Marks,
    /// Ends of two, four, eight and 24 digits in it.
    digits: [u64; 4],
    /// Ends of two, four, eight, 16 and 32 hexadecimal digits in it.
    hex: [u64; 5],
    small: Carry,
    capital: Carry,
    row: Carry,
    /// True when the run that goes on was told of.
    pub(super) is_told: bool,
}

/// Whether the run that reaches to the end of the last block has something: 1 or 0.
#[derive(Clone, Copy, Debug, Default)]
struct Carry(u64);

impl Carry {
    /// Which bits stand right behind runs of `digits` that have one of `some`.
    #[inline]
    fn behind(&mut self, digits: u64, some: u64) -> u64 {
        let (sum, goes_on) = digits.overflowing_add(digits & (some | self.0));
        let behind = (sum | self.0) & !digits;
        self.0 = u64::from(goes_on);
        behind
    }
}

/// `bits` moved on by `count`, with those that came out of the block before.
#[inline]
fn moved(bits: u64, before: u64, count: u32) -> u64 {
    bits << count | before >> (BLOCK as u32 - count)
}

/// Ends of rows of `2 * count` bits, from those of rows of `count`.
#[inline]
fn twice(bits: u64, before: u64, count: u32) -> u64 {
    bits & moved(bits, before, count)
}

impl Streaks {
    /// Goes on to the next block, and gives the places right behind runs of 24 and more digits
    /// that have letters of both cases, or 32 hexadecimal digits in a row.
    #[inline]
    pub(super) fn step(&mut self, marks: &Marks) -> u64 {
        let digits = marks.digits;
        let last = std::mem::replace(&mut self.marks, *marks);
        let [two, four, eight, long] = self.digits;
        let twos = twice(digits, last.digits, 1);
        let fours = twice(twos, two, 2);
        let eights = twice(fours, four, 4);
        let longs = twice(eights, eight, 8) & moved(eights, eight, 16);
        self.digits = [twos, fours, eights, longs];

        let small = self.small.behind(digits, marks.small);
        let capital = self.capital.behind(digits, marks.capital);
        let rows = self.rows(marks.hex, last.hex);
        let row = self.row.behind(digits, rows);
        let mut ends = moved(longs, long, 1) & !digits & (small & capital | row);
        if self.is_told && digits != u64::MAX {
            // The first run of this block, or none.
            ends &= !(1 << digits.trailing_ones());
            self.is_told = false;
        }
        ends
    }

    /// Ends of 32 hexadecimal digits.
    #[inline]
    fn rows(&mut self, hex: u64, last: u64) -> u64 {
        let [two, four, eight, sixteen, _] = self.hex;
        let twos = twice(hex, last, 1);
        let fours = twice(twos, two, 2);
        let eights = twice(fours, four, 4);
        let sixteens = twice(eights, eight, 8);
        let rows = twice(sixteens, sixteen, 16);
        self.hex = [twos, fours, eights, sixteens, rows];
        rows
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::base64;
    use super::super::look;
    use super::*;

    /// Where runs end, found byte by byte.
    fn expected(text: &[u8]) -> Vec<usize> {
        let mut ends = Vec::new();
        let mut start = 0;
        for (at, byte) in text.iter().enumerate() {
            if base64::is_digit(*byte) {
                continue;
            }
            let run = &text[start..at];
            let both =
                run.iter().any(u8::is_ascii_lowercase) && run.iter().any(u8::is_ascii_uppercase);
            let mut rows = run.split(|b| !b.is_ascii_hexdigit());
            if run.len() >= 24 && (both || rows.any(|row| row.len() >= 32)) {
                ends.push(at);
            }
            start = at + 1;
        }
        ends
    }

    fn found(text: &[u8]) -> Vec<usize> {
        let mut streaks = Streaks::default();
        let mut ends = Vec::new();
        for (nth, block) in text.as_chunks::<BLOCK>().0.iter().enumerate() {
            let mut marks = [Marks::default()];
            look::look(&[*block], 0, &mut marks);
            let bits = streaks.step(&marks[0]);
            ends.extend(
                (0..BLOCK)
                    .filter(|bit| bits >> bit & 1 != 0)
                    .map(|bit| nth * BLOCK + bit),
            );
        }
        ends
    }

    proptest! {
        #[test]
        fn ends_are_those_of_a_search_byte_by_byte(
            words in prop::collection::vec("[a-zA-Z]{0,30}|[0-9a-f]{20,140}|[a-z_]{15,90}|[A-Z]{90}b", 0..20),
            signs in prop::collection::vec("[ .=\"]{1,3}", 20),
        ) {
            let mut text: Vec<u8> = words.iter().zip(&signs).flat_map(|(word, sign)| [word.as_bytes(), sign.as_bytes()].concat()).collect();
            text.resize(text.len().next_multiple_of(BLOCK), b' ');
            prop_assert_eq!(found(&text), expected(&text));
        }
    }
}
