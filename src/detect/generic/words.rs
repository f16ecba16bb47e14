//! Word lists that are data: what names and values are made of.

use std::sync::LazyLock;

/// Words without order or doubles, looked up whole.
pub(super) struct WordSet(Vec<&'static [u8]>);

/// The lists under `rules/words`, apart from the lexicon's.
pub(super) struct Lists {
    /// Last words that say the value describes a secret or stands beside it.
    pub(super) meta: WordSet,
    /// Words anywhere in a name that make it speak of something else.
    pub(super) negative: WordSet,
    /// Words that end the matter at once.
    pub(super) veto: WordSet,
    /// Words that make a key a secret one.
    pub(super) qualifiers: WordSet,
    /// What stands before `pass` in words without a seam.
    pub(super) pass_owners: WordSet,
    /// Verbs of calls that take a name rather than a value.
    pub(super) verbs: WordSet,
    /// Beginnings of templates and of references to values kept elsewhere.
    pub(super) templates: WordSet,
    /// Beginnings of paths.
    pub(super) paths: WordSet,
    /// Ends of file names and hosts.
    pub(super) extensions: WordSet,
    /// Beginnings of names of encodings and algorithms.
    pub(super) encodings: WordSet,
    /// Beginnings of password hashes.
    pub(super) hashes: WordSet,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| Lists {
    meta: WordSet::new(include_str!("../../../rules/words/name-meta.txt")),
    negative: WordSet::new(include_str!("../../../rules/words/name-negative.txt")),
    veto: WordSet::new(include_str!("../../../rules/words/name-veto.txt")),
    qualifiers: WordSet::new(include_str!("../../../rules/words/name-qualifiers.txt")),
    pass_owners: WordSet::new(include_str!("../../../rules/words/name-pass-owners.txt")),
    verbs: WordSet::new(include_str!("../../../rules/words/name-verbs.txt")),
    templates: WordSet::new(include_str!("../../../rules/words/template-prefixes.txt")),
    paths: WordSet::new(include_str!("../../../rules/words/path-prefixes.txt")),
    extensions: WordSet::new(include_str!("../../../rules/words/file-extensions.txt")),
    encodings: WordSet::new(include_str!("../../../rules/words/encoding-prefixes.txt")),
    hashes: WordSet::new(include_str!(
        "../../../rules/words/password-hash-prefixes.txt"
    )),
});

/// The lists, read at the first call.
pub(super) fn lists() -> &'static Lists {
    &LISTS
}

impl WordSet {
    pub(super) fn new(lines: &'static str) -> WordSet {
        let mut words: Vec<&[u8]> = lines.lines().map(str::as_bytes).collect();
        words.sort_unstable();
        WordSet(words)
    }

    /// True when `word`, as it is, stands in the list.
    pub(super) fn has(&self, word: &[u8]) -> bool {
        self.0.binary_search(&word).is_ok()
    }

    /// True when `text` begins with a word of the list, in any case.
    pub(super) fn begins(&self, text: &[u8]) -> bool {
        self.0
            .iter()
            .any(|word| super::cursor::starts_with_fold(text, word))
    }

    /// True when `text` is longer than a word of the list or as long, and ends with it, in any case.
    pub(super) fn ends(&self, text: &[u8]) -> bool {
        self.0.iter().any(|word| {
            text.len() >= word.len() && text[text.len() - word.len()..].eq_ignore_ascii_case(word)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_list_is_empty_or_holds_an_empty_word() {
        let l = lists();
        for list in [
            &l.meta,
            &l.negative,
            &l.veto,
            &l.qualifiers,
            &l.pass_owners,
            &l.verbs,
            &l.templates,
            &l.paths,
            &l.extensions,
            &l.encodings,
            &l.hashes,
        ] {
            assert!(!list.0.is_empty());
            assert!(!list.has(b""));
        }
    }

    #[test]
    fn beginnings_and_ends_ignore_case() {
        assert!(lists().encodings.begins(b"UTF-8"));
        assert!(lists().extensions.ends(b"key.PEM"));
        assert!(!lists().extensions.ends(b"key"));
    }
}
