//! Word lists that are data: what names and values are made of.

use std::sync::LazyLock;

/// Words without order or doubles, looked up whole.
pub(super) struct WordSet(Vec<&'static [u8]>);

/// What the lists say of one word of a name: a set of the constants below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Role(u8);

impl Role {
    /// As a last word, says that the value describes a secret or stands beside it.
    pub(super) const META: Role = Role(1);
    /// Makes the name speak of something else, wherever it stands.
    pub(super) const NEGATIVE: Role = Role(2);
    /// Ends the matter at once.
    pub(super) const VETO: Role = Role(4);
    /// Makes a key a secret one.
    pub(super) const QUALIFIER: Role = Role(8);
    /// A verb of calls that take a name rather than a value.
    pub(super) const VERB: Role = Role(16);
    /// Stands before `pass` in words without a seam.
    pub(super) const PASS_OWNER: Role = Role(32);

    pub(super) fn is(self, role: Role) -> bool {
        self.0 & role.0 != 0
    }
}

/// The lists under `rules/words`, apart from the lexicon's.
pub(super) struct Lists {
    /// Open hash table of the digests of words of names, with their roles; 0 is free.
    roles: Vec<(u32, Role)>,
    /// Ends of words in front of a joined `key`.
    pub(super) qualifiers: WordSet,
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
    /// Parts of names of calls that fetch a value from elsewhere.
    pub(super) fetchers: WordSet,
}

const QUALIFIERS: &str = include_str!("../../../rules/words/name-qualifiers.txt");
const ROLES: &[(Role, &str)] = &[
    (
        Role::META,
        include_str!("../../../rules/words/name-meta.txt"),
    ),
    (
        Role::NEGATIVE,
        include_str!("../../../rules/words/name-negative.txt"),
    ),
    (
        Role::VETO,
        include_str!("../../../rules/words/name-veto.txt"),
    ),
    (Role::QUALIFIER, QUALIFIERS),
    (
        Role::VERB,
        include_str!("../../../rules/words/name-verbs.txt"),
    ),
    (
        Role::PASS_OWNER,
        include_str!("../../../rules/words/name-pass-owners.txt"),
    ),
];

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let mut lists = Lists {
        roles: vec![(0, Role::default()); 1 << 11],
        qualifiers: WordSet::new(QUALIFIERS),
        templates: WordSet::new(include_str!("../../../rules/words/template-prefixes.txt")),
        paths: WordSet::new(include_str!("../../../rules/words/path-prefixes.txt")),
        extensions: WordSet::new(include_str!("../../../rules/words/file-extensions.txt")),
        encodings: WordSet::new(include_str!("../../../rules/words/encoding-prefixes.txt")),
        hashes: WordSet::new(include_str!(
            "../../../rules/words/password-hash-prefixes.txt"
        )),
        fetchers: WordSet::new(include_str!("../../../rules/words/call-fetchers.txt")),
    };
    for (role, words) in ROLES {
        for word in words.lines() {
            let place = lists.place(digest(word.as_bytes()));
            let old = lists.roles[place].1;
            lists.roles[place] = (digest(word.as_bytes()), Role(old.0 | role.0));
        }
    }
    lists
});

/// The lists, read at the first call.
pub(super) fn lists() -> &'static Lists {
    &LISTS
}

fn digest(word: &[u8]) -> u32 {
    let step = |sum: u32, byte: &u8| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    word.iter().fold(0x811C_9DC5, step).max(1)
}

impl Lists {
    /// The roles of a word in small letters.
    pub(super) fn role(&self, word: &[u8]) -> Role {
        self.roles[self.place(digest(word))].1
    }

    /// The slot of `digest`, or the free slot where it belongs. The table is a third full.
    fn place(&self, digest: u32) -> usize {
        let mask = self.roles.len() - 1;
        let mut at = (digest ^ (digest >> 16)) as usize & mask;
        while self.roles[at].0 != 0 && self.roles[at].0 != digest {
            at = (at + 1) & mask;
        }
        at
    }
}

impl WordSet {
    pub(super) fn new(lines: &'static str) -> WordSet {
        WordSet(lines.lines().map(str::as_bytes).collect())
    }

    /// True when a word of the list stands anywhere in `text`, in any case.
    pub(super) fn stands_in(&self, text: &[u8]) -> bool {
        (0..text.len()).any(|at| self.begins(&text[at..]))
    }

    /// True when `text` begins with a word of the list, in any case.
    pub(super) fn begins(&self, text: &[u8]) -> bool {
        let first = text.first().map_or(0, u8::to_ascii_lowercase);
        self.0.iter().any(|word| {
            word[0].to_ascii_lowercase() == first && super::cursor::starts_with_fold(text, word)
        })
    }

    /// True when `text` is longer than a word of the list or as long, and ends with it, in any case.
    pub(super) fn ends(&self, text: &[u8]) -> bool {
        let last = text.last().map_or(0, u8::to_ascii_lowercase);
        self.0.iter().any(|word| {
            word[word.len() - 1].to_ascii_lowercase() == last
                && text.len() >= word.len()
                && text[text.len() - word.len()..].eq_ignore_ascii_case(word)
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
            &l.qualifiers,
            &l.templates,
            &l.paths,
            &l.extensions,
            &l.encodings,
            &l.hashes,
        ] {
            assert!(!list.0.is_empty());
            assert!(list.0.iter().all(|word| !word.is_empty()));
        }
        assert!(
            ROLES
                .iter()
                .all(|(_, words)| words.lines().all(|word| !word.is_empty()))
        );
    }

    #[test]
    fn a_word_can_have_several_roles() {
        let role = lists().role(b"client");
        assert!(role.is(Role::QUALIFIER) && role.is(Role::META) && !role.is(Role::VETO));
        assert_eq!(lists().role(b"sunflower"), Role::default());
    }

    #[test]
    fn beginnings_and_ends_ignore_case() {
        assert!(lists().encodings.begins(b"UTF-8"));
        assert!(lists().extensions.ends(b"key.PEM"));
        assert!(!lists().extensions.ends(b"key"));
    }
}
