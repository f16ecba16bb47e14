//! Which lines of a file are new, compared with what it was before.

use std::ops::Range;

use gix_hash::ObjectId;
use imara_diff::{Algorithm, Diff, InternedInput};

use super::store::{Reading, Store};

/// Files larger than this, in bytes, are not compared: all their lines count.
const MOST: usize = 64 << 20;

/// Lines of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lines {
    /// All of them.
    All,
    /// Those with these numbers, from one; sorted, apart from each other.
    Some(Vec<Range<usize>>),
}

impl Lines {
    /// True when any of the lines `first` to `last` is among them.
    pub fn touch(&self, first: usize, last: usize) -> bool {
        match self {
            Lines::All => true,
            Lines::Some(ranges) => {
                let at = ranges.partition_point(|range| range.end <= first);
                ranges.get(at).is_some_and(|range| range.start <= last)
            }
        }
    }

    /// The lines that are in both.
    fn and(self, other: Lines) -> Lines {
        let (Lines::Some(a), Lines::Some(b)) = (&self, &other) else {
            return if self == Lines::All { other } else { self };
        };
        let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
        let mut both = Vec::new();
        while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
            let common = x.start.max(y.start)..x.end.min(y.end);
            if !common.is_empty() {
                both.push(common);
            }
            if x.end <= y.end {
                a.next();
            } else {
                b.next();
            }
        }
        Lines::Some(both)
    }
}

/// The lines of `now` that stand in none of the contents `before`. What cannot
/// be compared makes no line old.
pub(super) fn added(
    store: &Store,
    reading: &mut Reading,
    now: &[u8],
    before: &[ObjectId],
) -> Lines {
    let mut lines = Lines::All;
    for id in before {
        if let Ok(object) = store.read(id, reading)
            && object.data.len() <= MOST
            && now.len() <= MOST
        {
            lines = lines.and(between(&object.data, now));
        }
    }
    lines
}

/// The lines of `now` that are new if it is the renamed form of one of the
/// contents `gone`: of the one that makes the fewest lines new, when it has
/// half of the lines. All of them if there is no such content.
pub(super) fn added_to_renamed(
    store: &Store,
    reading: &mut Reading,
    now: &[u8],
    gone: &[ObjectId],
) -> Lines {
    let count = memchr::memchr_iter(b'\n', now).count() + usize::from(!now.ends_with(b"\n"));
    let mut fewest = count / 2 + 1;
    let mut best = Lines::All;
    for id in gone {
        if let Ok(object) = store.read(id, reading)
            && object.data.len() <= MOST
            && now.len() <= MOST
            && let Lines::Some(ranges) = between(&object.data, now)
        {
            let new = ranges.iter().map(ExactSizeIterator::len).sum();
            if new < fewest {
                fewest = new;
                best = Lines::Some(ranges);
            }
        }
    }
    best
}

/// The lines of `now` that a comparison with `old` shows as added.
fn between(old: &[u8], now: &[u8]) -> Lines {
    let input = InternedInput::new(old, now);
    let diff = Diff::compute(Algorithm::Histogram, &input);
    let hunks = diff.hunks().filter(|hunk| !hunk.after.is_empty());
    Lines::Some(
        hunks
            .map(|hunk| hunk.after.start as usize + 1..hunk.after.end as usize + 1)
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn added_and_changed_lines_are_new_and_others_are_not() {
        let lines = between(b"a\nb\nc\n", b"a\nx\nb\nC\n");
        assert_eq!(lines, Lines::Some(vec![2..3, 4..5]));
        assert!(lines.touch(2, 2) && lines.touch(3, 4) && lines.touch(1, 2));
        assert!(!lines.touch(1, 1) && !lines.touch(3, 3) && !lines.touch(5, 9));
        assert_eq!(between(b"a\n", b"a\n"), Lines::Some(vec![]));
        assert!(Lines::All.touch(7, 7));
    }

    #[test]
    fn a_line_is_new_only_where_it_is_new_to_every_former_content() {
        let a = Lines::Some(vec![1..4, 6..9]);
        let b = Lines::Some(vec![2..3, 8..20]);
        assert_eq!(a.clone().and(b), Lines::Some(vec![2..3, 8..9]));
        assert_eq!(Lines::All.and(a.clone()), a);
    }
}
