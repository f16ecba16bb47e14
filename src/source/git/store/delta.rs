//! Deltas: an object told as copies from another one and new bytes.
//!
//! Format: git's `gitformat-pack`, "Deltified representation".

/// What is wrong with a delta.
pub(in crate::source::git) type Wrong = &'static str;

const CUT: Wrong = "a delta is cut off";

/// The sizes a delta begins with, of its base and of its result, and the rest.
pub(in crate::source::git) fn sizes(delta: &[u8]) -> Result<(u64, u64, &[u8]), Wrong> {
    let (base, rest) = size(delta)?;
    let (result, rest) = size(rest)?;
    Ok((base, result, rest))
}

fn size(bytes: &[u8]) -> Result<(u64, &[u8]), Wrong> {
    let mut value = 0_u64;
    for (number, &byte) in bytes.iter().enumerate() {
        if number > 8 {
            return Err("a size in a delta is too large");
        }
        value |= u64::from(byte & 0x7f) << (7 * number);
        if byte & 0x80 == 0 {
            return Ok((value, &bytes[number + 1..]));
        }
    }
    Err(CUT)
}

/// Puts the object together that `delta` makes of `base`, into `out`, whose
/// content is replaced. `fresh` is called with each range of `out` that is not
/// copied from the base.
pub(in crate::source::git) fn apply(
    base: &[u8],
    delta: &[u8],
    out: &mut Vec<u8>,
    mut fresh: impl FnMut(std::ops::Range<usize>),
) -> Result<(), Wrong> {
    let (base_size, result_size, mut rest) = sizes(delta)?;
    if base_size != base.len() as u64 {
        return Err("a delta does not fit its base");
    }
    let result_size = usize::try_from(result_size).map_err(|_| CUT)?;
    out.clear();
    // Only a hint: what a delta says of itself is not paid for in advance.
    out.reserve(result_size.min(1 << 24));
    while let Some((&code, tail)) = rest.split_first() {
        rest = tail;
        if code & 0x80 != 0 {
            let (from, length) = copy(code, &mut rest)?;
            let part = base.get(from..from.saturating_add(length));
            out.extend_from_slice(part.ok_or("a delta copies from outside of its base")?);
        } else if code != 0 {
            let (new, tail) = rest.split_at_checked(usize::from(code)).ok_or(CUT)?;
            fresh(out.len()..out.len() + new.len());
            out.extend_from_slice(new);
            rest = tail;
        } else {
            return Err("a delta has an instruction nobody knows");
        }
        if out.len() > result_size {
            return Err("a delta makes more than it says");
        }
    }
    if out.len() == result_size {
        Ok(())
    } else {
        Err("a delta makes less than it says")
    }
}

/// Offset and length of a copy instruction.
#[inline]
fn copy(code: u8, rest: &mut &[u8]) -> Result<(usize, usize), Wrong> {
    let mut argument = |bit: u8| -> Result<usize, Wrong> {
        if code & (1 << bit) == 0 {
            return Ok(0);
        }
        let (&byte, tail) = rest.split_first().ok_or(CUT)?;
        *rest = tail;
        Ok(usize::from(byte))
    };
    let from = argument(0)? | argument(1)? << 8 | argument(2)? << 16 | argument(3)? << 24;
    let length = argument(4)? | argument(5)? << 8 | argument(6)? << 16;
    Ok((from, if length == 0 { 0x10000 } else { length }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_delta_copies_and_adds() {
        let base = b"hello brave world";
        // Base 17, result 11: copy 0..6, add `new`, copy 16..17, add `!`.
        let delta = [17, 11, 0x90, 6, 3, b'n', b'e', b'w', 0x91, 16, 1, 1, b'!'];
        let (mut out, mut fresh) = (Vec::new(), Vec::new());
        apply(base, &delta, &mut out, |range| fresh.push(range)).unwrap();
        assert_eq!(out, b"hello newd!");
        assert_eq!(fresh, [6..9, 10..11]);
    }

    #[test]
    fn a_copy_without_a_length_has_64_kib() {
        let base = vec![7; 0x10000];
        let delta = [0x80, 0x80, 4, 0x80, 0x80, 4, 0x80];
        let mut out = Vec::new();
        apply(&base, &delta, &mut out, |_| {}).unwrap();
        assert_eq!(out, base);
    }

    proptest! {
        #[test]
        fn no_delta_panics_or_makes_more_than_it_says(
            base in proptest::collection::vec(any::<u8>(), 0..60),
            delta in proptest::collection::vec(any::<u8>(), 0..60),
        ) {
            let mut out = Vec::new();
            if apply(&base, &delta, &mut out, |_| {}).is_ok() {
                prop_assert_eq!(sizes(&delta).unwrap().1, out.len() as u64);
            }
        }
    }
}
