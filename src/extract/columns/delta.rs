//! Parquet's delta encodings of texts (`Encodings.md`): lengths as differences,
//! then all texts together; and texts that share their beginnings.

use crate::base::content::SkipReason;
use crate::extract::budget::Budget;

/// Most values of a page.
const VALUES: usize = 4 << 20;
/// Most values of a block of differences.
const BLOCK: usize = 64 << 10;

/// Adds the texts of `page` as lines, each after its length and all before
/// them (`DELTA_LENGTH_BYTE_ARRAY`). False, and nothing is added, if it is none.
pub(super) fn lengths(page: &[u8], budget: &Budget<'_>, out: &mut Vec<u8>) -> Taken {
    let Some((lengths, texts)) = packed(page).filter(|(all, rest)| is_all(all, rest)) else {
        return Ok(false);
    };
    add(&[], &lengths, texts, budget, out)
}

/// Adds the texts of `page` as lines, of which each begins as the one before it
/// (`DELTA_BYTE_ARRAY`). False, and nothing is added, if it is none.
pub(super) fn prefixes(page: &[u8], budget: &Budget<'_>, out: &mut Vec<u8>) -> Taken {
    let parsed = packed(page).and_then(|(prefixes, rest)| {
        let (lengths, texts) = packed(rest)?;
        let fits = prefixes.len() == lengths.len() && is_all(&lengths, texts);
        fits.then_some((prefixes, lengths, texts))
    });
    let Some((prefixes, lengths, texts)) = parsed else {
        return Ok(false);
    };
    add(&prefixes, &lengths, texts, budget, out)
}

/// Whether texts were added.
pub(super) type Taken = Result<bool, SkipReason>;

/// True if texts of these lengths are all there is.
fn is_all(lengths: &[usize], texts: &[u8]) -> bool {
    let mut sum = 0_usize;
    let fits = lengths.iter().all(|&length| {
        sum = sum.saturating_add(length);
        sum <= texts.len()
    });
    fits && sum == texts.len()
}

fn add(
    prefixes: &[usize],
    lengths: &[usize],
    mut texts: &[u8],
    budget: &Budget<'_>,
    out: &mut Vec<u8>,
) -> Taken {
    let mut before = 0..0;
    for (nth, &length) in lengths.iter().enumerate() {
        let (own, rest) = texts.split_at(length.min(texts.len()));
        texts = rest;
        let shared = prefixes.get(nth).copied().unwrap_or(0);
        let shared = before.start..before.start + shared.min(before.len());
        let start = out.len();
        budget.produce((shared.len() + length) as u64)?;
        if (start + shared.len() + length) as u64 > budget.dictionary() {
            return Err(SkipReason::Limit("memory"));
        }
        out.extend_from_within(shared);
        out.extend_from_slice(own);
        before = start..out.len();
        out.push(b'\n');
    }
    Ok(true)
}

/// Numbers that are none below zero, written as differences
/// (`DELTA_BINARY_PACKED`), and what follows them.
fn packed(bytes: &[u8]) -> Option<(Vec<usize>, &[u8])> {
    let mut rest = bytes;
    let block = usize::try_from(varint(&mut rest)?).ok()?;
    let minis = usize::try_from(varint(&mut rest)?).ok()?;
    let count = usize::try_from(varint(&mut rest)?).ok()?;
    let mut value = signed(varint(&mut rest)?);
    let each = block.checked_div(minis)?;
    if !(1..=BLOCK).contains(&block) || each == 0 || each % 32 != 0 || count > VALUES {
        return None;
    }
    let mut values = Vec::new();
    if count > 0 {
        values.push(usize::try_from(value).ok()?);
    }
    while values.len() < count {
        let least = signed(varint(&mut rest)?);
        let (widths, after) = rest.split_at_checked(minis)?;
        rest = after;
        for &width in widths {
            if values.len() == count {
                break;
            }
            if width > 64 {
                return None;
            }
            let (mini, after) = rest.split_at_checked(each / 8 * usize::from(width))?;
            rest = after;
            for nth in 0..each.min(count - values.len()) {
                let more = bits(mini, nth * usize::from(width), width);
                value = value.wrapping_add(least).wrapping_add(more.cast_signed());
                values.push(usize::try_from(value).ok()?);
            }
        }
    }
    Some((values, rest))
}

/// `width` bits from bit `at` on, the lowest first.
fn bits(bytes: &[u8], at: usize, width: u8) -> u64 {
    (0..usize::from(width)).fold(0, |number, nth| {
        let bit = at + nth;
        let byte = bytes.get(bit / 8).copied().unwrap_or(0);
        number | u64::from(byte >> (bit % 8) & 1) << nth
    })
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        number |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn signed(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::control::Control;
    use crate::base::limits::Unpack;

    fn written(numbers: &[u64]) -> Vec<u8> {
        let mut out = Vec::new();
        for &number in numbers {
            let mut rest = number;
            while rest >= 0x80 {
                out.push(rest as u8 | 0x80);
                rest >>= 7;
            }
            out.push(rest as u8);
        }
        out
    }

    /// Numbers as differences, eight bits each.
    fn differences(numbers: &[u8]) -> Vec<u8> {
        let first = u64::from(numbers[0]) * 2;
        let mut out = written(&[128, 4, numbers.len() as u64, first]);
        // The least difference is -100.
        out.extend(written(&[199]));
        out.extend([8, 0, 0, 0]);
        let mut mini = vec![0; 32];
        for (slot, pair) in mini.iter_mut().zip(numbers.windows(2)) {
            *slot = pair[1] + 100 - pair[0];
        }
        out.extend(mini);
        out
    }

    fn read(run: fn(&[u8], &Budget<'_>, &mut Vec<u8>) -> Taken, page: &[u8]) -> Option<String> {
        let control = Control::default();
        let budget = Budget::new(&Unpack::default(), &control, &[], 1 << 20);
        let mut out = Vec::new();
        let taken = run(page, &budget, &mut out).unwrap();
        taken.then(|| String::from_utf8(out).unwrap())
    }

    #[test]
    fn texts_behind_all_their_lengths_become_lines() {
        let page = [&differences(&[3, 0, 5])[..], b"onethree"].concat();
        assert_eq!(read(lengths, &page).as_deref(), Some("one\n\nthree\n"));
        assert_eq!(read(lengths, &page[..page.len() - 1]), None);
        assert_eq!(read(lengths, b"\x80"), None);
    }

    #[test]
    fn texts_that_share_their_beginnings_become_lines() {
        let page = [
            &differences(&[0, 4, 2])[..],
            &differences(&[6, 3, 1]),
            b"token-xyz!",
        ]
        .concat();
        assert_eq!(
            read(prefixes, &page).as_deref(),
            Some("token-\ntokexyz\nto!\n")
        );
        let cut = [
            &differences(&[0, 4, 2])[..],
            &differences(&[6, 3]),
            b"token-xyz",
        ]
        .concat();
        assert_eq!(read(prefixes, &cut), None);
    }

    #[test]
    fn numbers_without_end_are_refused() {
        let endless = written(&[128, 4, 1 << 40, 0]);
        assert_eq!(packed(&endless), None);
        assert_eq!(packed(&written(&[1 << 40, 1, 5, 0])), None);
        assert_eq!(packed(&written(&[128, 0, 5, 0])), None);
    }
}
