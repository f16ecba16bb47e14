//! Finding the value first: stretches of one byte class.
//!
//! A pattern without a usable literal, such as forty hexadecimal digits alone,
//! still demands a long stretch of one class. Looking at every `n`-th byte finds
//! all such stretches while skipping most of ordinary text.

use crate::base::span::Span;
use crate::detect::literals::ClassRun;

/// Finds maximal stretches of at least `min` bytes of a class.
#[derive(Debug)]
pub struct RunFinder {
    member: Box<[bool; 256]>,
    min: usize,
    /// Most bytes between the beginning of a match and the stretch.
    pub back: usize,
}

impl RunFinder {
    /// The finder for `run`.
    pub fn new(run: &ClassRun) -> RunFinder {
        let mut member = Box::new([false; 256]);
        for range in run.class.ranges() {
            for byte in range.start()..=range.end() {
                member[usize::from(byte)] = true;
            }
        }
        RunFinder {
            member,
            min: run.min.max(1),
            back: run.back,
        }
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
        let hir = crate::detect::pattern::parse(&format!("[a-f]{{{min}}}")).unwrap();
        RunFinder::new(&crate::detect::literals::extract(&hir).run.unwrap())
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
