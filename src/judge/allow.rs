//! What the configuration declares harmless: values, fragments of values, paths.

use std::collections::HashSet;
use std::path::Path;

use aho_corasick::AhoCorasick;
use globset::GlobSet;

/// Harmless values and places, for all rules.
#[derive(Clone, Debug, Default)]
pub struct Allowance {
    values: HashSet<Vec<u8>>,
    words: Option<AhoCorasick>,
    paths: GlobSet,
}

impl Allowance {
    /// Whole `values`, `words` that make any value that holds them harmless
    /// (without case), and globs of `paths` on which findings are harmless.
    pub fn new(values: &[String], words: &[String], paths: GlobSet) -> Allowance {
        let words = (!words.is_empty())
            .then(|| {
                AhoCorasick::builder()
                    .ascii_case_insensitive(true)
                    .build(words)
                    .ok()
            })
            .flatten();
        let values = values.iter().map(|v| v.clone().into_bytes()).collect();
        Allowance {
            values,
            words,
            paths,
        }
    }

    /// True when `value`, found at `path`, is declared harmless.
    pub fn allows(&self, value: &[u8], path: &Path) -> bool {
        self.values.contains(value)
            || self
                .words
                .as_ref()
                .is_some_and(|words| words.is_match(value))
            || self.paths.is_match(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_compared_whole_and_words_are_not() {
        let allowance = Allowance::new(&["abc".into()], &["dummy".into()], GlobSet::default());
        let path = Path::new("a.env");
        assert!(allowance.allows(b"abc", path));
        assert!(!allowance.allows(b"abcd", path));
        assert!(allowance.allows(b"xxDUMMYxx", path));
    }
}
