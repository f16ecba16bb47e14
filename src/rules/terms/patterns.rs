//! Several regular expressions over short texts, compiled when first asked.

use std::sync::OnceLock;

use regex::bytes::{RegexSet, RegexSetBuilder};

/// Compiled size above which a set is refused, in bytes.
const SIZE_LIMIT: usize = 32 << 20;

/// Regular expressions over bytes: ASCII classes, `^` and `$` at the ends of
/// the whole text unless a pattern says `(?m)`.
#[derive(Debug, Default)]
pub struct Patterns {
    texts: Vec<String>,
    compiled: OnceLock<Option<RegexSet>>,
}

impl Patterns {
    /// Holds `texts` until they are needed.
    pub fn new(texts: Vec<String>) -> Patterns {
        Patterns {
            texts,
            compiled: OnceLock::new(),
        }
    }

    /// The expressions as written.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// True when one of them matches somewhere in `text`.
    pub fn find_in(&self, text: &[u8]) -> bool {
        if self.texts.is_empty() {
            return false;
        }
        let compiled = self
            .compiled
            .get_or_init(|| builder(&self.texts).build().ok());
        compiled.as_ref().is_some_and(|set| set.is_match(text))
    }
}

/// Tells what is wrong with `pattern`, if anything.
///
/// # Errors
/// It is no regular expression, or too large.
pub fn check(pattern: &str) -> Result<(), regex::Error> {
    builder(&[pattern.to_owned()]).build().map(|_| ())
}

fn builder(texts: &[String]) -> RegexSetBuilder {
    let mut builder = RegexSetBuilder::new(texts);
    builder
        .unicode(false)
        .size_limit(SIZE_LIMIT)
        .dfa_size_limit(4 << 20);
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_those_of_the_text() {
        let patterns = Patterns::new(vec!["^b$".into(), "zz".into()]);
        assert!(patterns.find_in(b"b"));
        assert!(patterns.find_in(b"azza"));
        assert!(!patterns.find_in(b"a\nb\nc"));
        assert!(!Patterns::default().find_in(b""));
    }
}
