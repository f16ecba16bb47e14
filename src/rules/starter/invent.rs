//! A text that a pattern matches, invented from the pattern itself.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::rules::shape;

/// Most bytes of an invented text.
const LONGEST: usize = 4096;

/// A text of `pattern`; another `seed` gives another one. What anchors and word
/// boundaries demand is left to whoever tries it.
pub(super) fn text(pattern: &str, seed: u64) -> Option<String> {
    let hir = shape::hir(pattern).ok()?;
    let mut inventor = Inventor {
        state: seed,
        out: Vec::new(),
    };
    inventor.add(&hir);
    if inventor.out.len() > LONGEST {
        return None;
    }
    String::from_utf8(inventor.out).ok()
}

struct Inventor {
    state: u64,
    out: Vec<u8>,
}

impl Inventor {
    fn add(&mut self, hir: &Hir) {
        if self.out.len() > LONGEST {
            return;
        }
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => self.out.extend_from_slice(&literal.0),
            HirKind::Class(class) => {
                let byte = self.member(class);
                self.out.push(byte);
            }
            HirKind::Repetition(repetition) => {
                // A few more than must be, so that nothing is as short as can be by chance.
                let most = repetition.max.unwrap_or(repetition.min + 3);
                let more = most.saturating_sub(repetition.min).min(3);
                let times = repetition.min + self.below(u64::from(more) + 1) as u32;
                for _ in 0..times.min(LONGEST as u32 + 1) {
                    self.add(&repetition.sub);
                }
            }
            HirKind::Capture(capture) => self.add(&capture.sub),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.add(part)),
            HirKind::Alternation(parts) => {
                let chosen = self.below(parts.len() as u64) as usize;
                self.add(&parts[chosen]);
            }
        }
    }

    /// A member of the class, letters and digits before others.
    fn member(&mut self, class: &Class) -> u8 {
        let Class::Bytes(class) = class else {
            return b'x';
        };
        let all: Vec<u8> = class.iter().flat_map(|r| r.start()..=r.end()).collect();
        let plain: Vec<u8> = all
            .iter()
            .copied()
            .filter(u8::is_ascii_alphanumeric)
            .collect();
        let graphic = all.iter().copied().filter(|b| (0x20..0x7f).contains(b));
        let members = if plain.is_empty() {
            graphic.collect()
        } else {
            plain
        };
        match members.len() {
            0 => all.first().copied().unwrap_or(b'x'),
            count => members[self.below(count as u64) as usize],
        }
    }

    fn below(&mut self, bound: u64) -> u64 {
        // SplitMix64.
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invented_texts_match() {
        for pattern in [
            r"\b(ab_[a-z0-9]{20})\b",
            r"(?i)key[ =]{1,3}(x|y[0-9]{3})z?",
            r"a[^a-z]{4}b+",
        ] {
            let regex = regex::bytes::Regex::new(pattern).unwrap();
            for seed in 0..20 {
                let text = text(pattern, seed).unwrap();
                assert!(regex.is_match(text.as_bytes()), "{pattern}: {text}");
            }
        }
        assert_ne!(text("[a-z]{20}", 1), text("[a-z]{20}", 2));
        assert_eq!(text("[a-z]{20000}", 1), None);
    }
}
