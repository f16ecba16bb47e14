//! Finding the value first: stretches of one byte class.
//!
//! A pattern without a usable literal, such as forty hexadecimal digits alone,
//! still demands a long stretch of one class. Looking at every `n`-th byte finds
//! all such stretches while skipping most of ordinary text.

use crate::base::span::Span;
use crate::detect::literals::ClassRun;

/// A byte class as a table.
type Members = Box<[bool; 256]>;

/// Finds maximal stretches of at least `min` bytes of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunFinder {
    member: Members,
    min: usize,
}

impl RunFinder {
    /// The finder for `run`.
    pub fn new(run: &ClassRun) -> RunFinder {
        let mut member = Box::new([false; 256]);
        for byte in run.class.iter() {
            member[usize::from(byte)] = true;
        }
        RunFinder {
            member,
            min: run.min.max(1),
        }
    }

    /// Bytes that a stretch must have.
    pub fn min(&self) -> usize {
        self.min
    }

    /// A finder whose stretches hold all stretches of both: for classes within
    /// letters and digits that is cheap to search for. `None` for others that differ.
    #[must_use]
    pub fn joined(&self, other: &RunFinder) -> Option<RunFinder> {
        let min = self.min.min(other.min);
        if self.member == other.member {
            return Some(RunFinder {
                member: self.member.clone(),
                min,
            });
        }
        let alphanumeric = |f: &RunFinder| {
            (0..=255u8).all(|b| !f.member[usize::from(b)] || b.is_ascii_alphanumeric())
        };
        if !alphanumeric(self) || !alphanumeric(other) {
            return None;
        }
        let mut member = Box::new([false; 256]);
        for byte in (0..=255u8).filter(u8::is_ascii_alphanumeric) {
            member[usize::from(byte)] = true;
        }
        Some(RunFinder { member, min })
    }

    /// The next maximal stretch of `text` that ends after `from`, if one is
    /// long enough. The stretch may begin before `from`.
    pub fn next(&self, text: &[u8], from: usize) -> Option<Span> {
        let mut probe = from
            .saturating_sub(self.min - 1)
            .checked_add(self.min - 1)?;
        while probe < text.len() {
            if !self.member[usize::from(text[probe])] {
                probe += self.min;
                continue;
            }
            let start = text[..probe]
                .iter()
                .rposition(|&b| !self.member[usize::from(b)])
                .map_or(0, |at| at + 1);
            let end = text[probe..]
                .iter()
                .position(|&b| !self.member[usize::from(b)])
                .map_or(text.len(), |at| probe + at);
            if end - start >= self.min && end > from {
                return Some(Span::new(start, end));
            }
            probe = end + self.min;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn finder(min: usize) -> RunFinder {
        let extracted = crate::detect::literals::extract(&format!("[a-f]{{{min}}}"));
        RunFinder::new(&extracted.unwrap().run.unwrap())
    }

    proptest! {
        #[test]
        fn every_long_stretch_is_found_once(text in "[a-fx]{0,80}", min in 2usize..9) {
            let text = text.as_bytes();
            let finder = finder(min);
            let mut found = Vec::new();
            let mut at = 0;
            while let Some(span) = finder.next(text, at) {
                found.push(span);
                at = span.end;
            }
            let mut naive = Vec::new();
            let mut start = 0;
            for end in 0..=text.len() {
                if end == text.len() || text[end] == b'x' {
                    if end - start >= min {
                        naive.push(Span::new(start, end));
                    }
                    start = end + 1;
                }
            }
            prop_assert_eq!(found, naive);
        }
    }
}
