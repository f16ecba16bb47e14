//! What the configuration declares harmless: values, fragments of values, paths.

use std::collections::HashSet;
use std::path::Path;

use aho_corasick::AhoCorasick;
use globset::{Glob, GlobSet};

use crate::judge::suppress::Locks;

/// Harmless values and places, for all rules.
#[derive(Clone, Debug, Default)]
pub struct Allowance {
    values: HashSet<Vec<u8>>,
    words: Option<AhoCorasick>,
    paths: GlobSet,
    /// Rules for which only the other allowance counts.
    strong: Option<Box<(Locks, Allowance)>>,
}

impl Allowance {
    /// Whole `values`, `words` that make any value that holds them harmless
    /// (without case), and globs of `paths` on which findings are harmless.
    ///
    /// # Errors
    /// A glob that is none.
    pub fn new<'a>(
        values: Vec<Vec<u8>>,
        words: &[String],
        paths: impl Iterator<Item = &'a str>,
    ) -> Result<Allowance, globset::Error> {
        let mut globs = GlobSet::builder();
        for path in paths {
            globs.add(Glob::new(path)?);
        }
        let words = (!words.is_empty())
            .then(|| {
                AhoCorasick::builder()
                    .ascii_case_insensitive(true)
                    .build(words)
                    .ok()
            })
            .flatten();
        Ok(Allowance {
            values: values.into_iter().collect(),
            words,
            paths: globs.build()?,
            strong: None,
        })
    }

    /// The same, but for rules under `locks`: for those only `strong` counts.
    #[must_use]
    pub fn but(self, locks: Locks, strong: Allowance) -> Allowance {
        Allowance {
            strong: Some(Box::new((locks, strong))),
            ..self
        }
    }

    /// True when `value`, which `rule` found at `path`, is declared harmless.
    pub fn allows(&self, rule: &str, value: &[u8], path: &Path) -> bool {
        if let Some((locks, strong)) = self.strong.as_deref()
            && locks.on(rule).is_some()
        {
            return strong.allows(rule, value, path);
        }
        self.allows_value(value) || self.allows_path(path)
    }

    /// True when `value` is declared harmless wherever it is.
    pub fn allows_value(&self, value: &[u8]) -> bool {
        self.values.contains(value)
            || self
                .words
                .as_ref()
                .is_some_and(|words| words.is_match(value))
    }

    /// True when everything at `path` is declared harmless.
    pub fn allows_path(&self, path: &Path) -> bool {
        self.paths.is_match(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn for_a_locked_rule_only_the_strong_word_counts() {
        use crate::rules::select::IdGlob;

        let of = |value: &[u8]| Allowance::new(vec![value.to_vec()], &[], std::iter::empty());
        let locks = Locks::new([(IdGlob::new("core-*"), "policy.toml:2".into())]);
        let both = of(b"abc").unwrap().but(locks, of(b"xyz").unwrap());
        let path = Path::new("a");
        assert!(both.allows("other", b"abc", path));
        assert!(!both.allows("core-key", b"abc", path));
        assert!(both.allows("core-key", b"xyz", path));
    }

    #[test]
    fn values_are_compared_whole_and_words_are_not() {
        let allowance = Allowance::new(
            vec![b"abc".to_vec()],
            &["dummy".into()],
            std::iter::once("doc/*"),
        )
        .unwrap();
        let path = Path::new("a.env");
        assert!(allowance.allows("r", b"abc", path));
        assert!(!allowance.allows("r", b"abcd", path));
        assert!(allowance.allows("r", b"xxDUMMYxx", path));
        assert!(allowance.allows("r", b"other", Path::new("doc/x")));
    }
}
