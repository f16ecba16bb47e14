//! What stands around a literal: the bytes that may follow it and precede it.
//!
//! Literal extraction keeps them beside each literal. They tell the places
//! where a rule's short prefix begins a match from the many where it does not.

use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};
use serde::{Deserialize, Serialize};

use crate::detect::byte_set::ByteSet;

/// Most positions after a literal that are looked at.
pub(super) const AHEAD: usize = 6;

/// Most steps of one walk.
const MOST_STEPS: usize = 500;

/// What surrounds a literal wherever it counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Around {
    /// What the byte before the literal is, unless the text begins with the literal.
    pub before: ByteSet,
    /// What the bytes after the literal are, as far as every match has them:
    /// [`AHEAD`] at most.
    pub next: Vec<ByteSet>,
}

impl Default for Around {
    /// Anything, or nothing.
    fn default() -> Around {
        Around {
            before: ByteSet::ANY,
            next: Vec::new(),
        }
    }
}

/// What stands at the first [`AHEAD`] positions of any match of all of
/// `children` in a row; fewer where a match may end or nothing is known.
pub(super) fn ahead(children: &[&Hir]) -> Vec<ByteSet> {
    Walk { steps: MOST_STEPS }.ahead(children, AHEAD)
}

/// A walk through a pattern; optional parts make it branch.
struct Walk {
    /// Steps that may still be taken; when there are none, nothing more is known.
    steps: usize,
}

impl Walk {
    fn ahead(&mut self, children: &[&Hir], want: usize) -> Vec<ByteSet> {
        let Some(left) = self.steps.checked_sub(1) else {
            return Vec::new();
        };
        self.steps = left;
        let Some((first, rest)) = children.split_first() else {
            return Vec::new();
        };
        if want == 0 {
            return Vec::new();
        }
        match first.kind() {
            _ if first.properties().maximum_len() == Some(0) => self.ahead(rest, want),
            HirKind::Literal(literal) => {
                let own = literal.0.iter().take(want);
                let own: Vec<ByteSet> = own.map(|&byte| [byte].into_iter().collect()).collect();
                self.followed(own, rest, want)
            }
            HirKind::Class(class) => self.followed(vec![set(class)], rest, want),
            HirKind::Capture(capture) => self.ahead(&spliced(&[&capture.sub], rest), want),
            HirKind::Concat(parts) => {
                self.ahead(&spliced(&parts.iter().collect::<Vec<_>>(), rest), want)
            }
            HirKind::Alternation(branches) => branches
                .iter()
                .map(|branch| self.ahead(&spliced(&[branch], rest), want))
                .reduce(|a, b| either(&a, &b))
                .unwrap_or_default(),
            HirKind::Repetition(repetition) => self.repeated(repetition, rest, want),
            HirKind::Empty | HirKind::Look(_) => self.ahead(rest, want),
        }
    }

    fn repeated(&mut self, repetition: &Repetition, rest: &[&Hir], want: usize) -> Vec<ByteSet> {
        let sub = &*repetition.sub;
        let HirKind::Class(class) = sub.kind() else {
            return match (repetition.min, repetition.max) {
                (1, Some(1)) => self.ahead(&spliced(&[sub], rest), want),
                (0, Some(1)) => either(
                    &self.ahead(&spliced(&[sub], rest), want),
                    &self.ahead(rest, want),
                ),
                (0, _) => either(&self.ahead(&[sub], want), &self.ahead(rest, want)),
                _ => self.ahead(&[sub], want),
            };
        };
        let class = set(class);
        let least = (repetition.min as usize).min(want);
        let own = vec![class; least];
        if repetition.max == Some(repetition.min) || least == want {
            return self.followed(own, rest, want);
        }
        // After the least number, up to `extra` more of the class may stand before
        // what follows.
        let extra = repetition
            .max
            .map_or(usize::MAX, |max| (max - repetition.min) as usize);
        let rest = self.ahead(rest, want - least);
        let mut out = own;
        for nth in 0..rest.len() {
            let nearest = nth - nth.min(extra);
            let more = if nth < extra {
                class
            } else {
                ByteSet::default()
            };
            out.push(
                rest[nearest..=nth]
                    .iter()
                    .fold(more, |all, set| all.or(*set)),
            );
        }
        out
    }

    fn followed(&mut self, mut own: Vec<ByteSet>, rest: &[&Hir], want: usize) -> Vec<ByteSet> {
        own.truncate(want);
        let more = self.ahead(rest, want - own.len());
        own.extend(more);
        own
    }
}

fn spliced<'a>(parts: &[&'a Hir], rest: &[&'a Hir]) -> Vec<&'a Hir> {
    [parts, rest].concat()
}

fn either(a: &[ByteSet], b: &[ByteSet]) -> Vec<ByteSet> {
    a.iter().zip(b).map(|(a, b)| a.or(*b)).collect()
}

fn set(class: &Class) -> ByteSet {
    match class {
        Class::Bytes(class) => ByteSet::of_class(class),
        // Patterns are parsed as bytes; should there be characters, they may begin with anything.
        Class::Unicode(_) => ByteSet::ANY,
    }
}

/// What the byte is that precedes a string beginning with one of `first`, when
/// all of `children` match right before it.
pub(super) fn behind(children: &[&Hir], first: ByteSet) -> ByteSet {
    for child in children.iter().rev() {
        match child.kind() {
            HirKind::Look(Look::WordAscii) => {
                let word = ByteSet::word();
                if first.is_within(&word) {
                    return word.complement();
                }
                if first.is_within(&word.complement()) {
                    return word;
                }
            }
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Class(class) => return set(class),
            HirKind::Repetition(repetition) if repetition.min > 0 => match repetition.sub.kind() {
                HirKind::Class(class) => return set(class),
                _ => return ByteSet::ANY,
            },
            _ => return ByteSet::ANY,
        }
    }
    ByteSet::ANY
}

#[cfg(test)]
mod tests {
    use super::*;

    fn positions(pattern: &str) -> Vec<String> {
        let hir = crate::detect::syntax::parse(pattern).unwrap();
        ahead(&[&hir])
            .iter()
            .map(|set| set.iter().map(char::from).collect())
            .collect()
    }

    #[test]
    fn positions_are_known_as_far_as_every_match_has_them() {
        for (pattern, want) in [
            ("ab[01]", &["a", "b", "01"][..]),
            ("[01]{2}x", &["01", "01", "x"]),
            ("[01]{1,3}xy", &["01", "01x", "01xy"]),
            ("[01]?xyz", &["01x", "xy", "yz"]),
            ("(?:ab|c)de", &["ac", "bd", "de"]),
            ("(?:ab)?cd", &["ac", "bd"]),
            ("(?:ab)*cd", &["ac", "bd"]),
            ("a[01]*", &["a"]),
            (r"\ba$", &["a"]),
        ] {
            assert_eq!(positions(pattern), want, "{pattern}");
        }
    }

    #[test]
    fn a_pattern_of_many_branches_is_given_up_not_walked_for_ever() {
        assert!(positions(&"(?:ab|[0-9]?c)?".repeat(200)).is_empty());
    }

    #[test]
    fn a_word_boundary_tells_what_precedes_a_word() {
        let before = |pattern: &str, first: u8| {
            let hir = crate::detect::syntax::parse(pattern).unwrap();
            let HirKind::Concat(children) = hir.kind() else {
                return behind(&[&hir], [first].into_iter().collect());
            };
            behind(
                &children.iter().collect::<Vec<_>>(),
                [first].into_iter().collect(),
            )
        };
        assert_eq!(before(r"\b", b'a'), ByteSet::word().complement());
        assert_eq!(before(r"\b", b'-'), ByteSet::word());
        assert_eq!(before("[=:]+", b'a').iter().collect::<Vec<_>>(), b":=");
        assert_eq!(before("x[=:]*", b'a'), ByteSet::ANY);
    }
}
