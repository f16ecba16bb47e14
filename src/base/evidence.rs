//! Named reasons for and against a finding.
//!
//! Confidence is never a sum of weights: it follows from a table over these
//! bits, and a report can always list them in words.

use std::fmt;

macro_rules! evidence {
    ($($(#[$doc:meta])* $name:ident = $bit:literal, $code:literal, $words:literal;)+) => {
        impl Evidence {
            $($(#[$doc])* pub const $name: Evidence = Evidence(1 << $bit);)+

            const TABLE: &'static [(Evidence, &'static str, &'static str)] =
                &[$((Evidence::$name, $code, $words)),+];
        }
    };
}

/// A set of named evidence bits.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Evidence(u128);

evidence! {
    // What a provider rule can say.
    /// The text has the unmistakable form of the rule.
    PROVIDER_SHAPE = 0, "provider-shape", "form of the provider's tokens";
    /// A checksum inside the value is right.
    CHECKSUM_VALID = 1, "checksum-valid", "checksum is right";
    /// A checksum inside the value is wrong.
    CHECKSUM_WRONG = 2, "checksum-wrong", "checksum does not fit";
    /// The value decodes to the structure its kind demands.
    STRUCTURE_VALID = 3, "structure-valid", "decodes to the expected structure";
    /// The value does not decode to the structure its kind demands.
    STRUCTURE_WRONG = 4, "structure-wrong", "does not decode to the expected structure";
    /// A word that belongs to the provider stands near the value.
    KEYWORD_NEAR = 5, "keyword-near", "keyword near the value";
    /// The value looks random for its alphabet and length.
    HIGH_ENTROPY = 6, "high-entropy", "value looks random";
    /// A private key block with a body.
    KEY_BODY = 7, "key-body", "key block with a body";
    /// The key block says that it is encrypted.
    KEY_ENCRYPTED = 8, "key-encrypted", "key is protected by a passphrase";

    /// The column of a table that the value stands in is named for it.
    COLUMN_NAMED = 9, "column-named", "column is named for it";
    /// A value that was published for tests.
    PUBLISHED_SAMPLE = 10, "published-sample", "published test value";

    /// A value that belongs to the secret stands near it.
    PAIRED = 11, "paired", "what belongs to it stands near";
    /// A program wrote that the text is classified.
    LABEL_READ = 70, "label-read", "label written by a program";
    /// The marking stands alone on its line.
    MARKING_ALONE = 71, "marking-alone", "alone on its line";
    /// The marking stands behind a label.
    MARKING_LABELLED = 72, "marking-labelled", "behind a label";
    /// The marking stands in a short line of capitalised words.
    MARKING_IN_SHORT_LINE = 73, "marking-in-short-line", "in a short line";
    /// The marking is in capitals.
    MARKING_CAPITALS = 74, "marking-capitals", "in capitals";
    /// The marking stands at the top or bottom of the text or of a page.
    MARKING_AT_EDGE = 75, "marking-at-edge", "at the top or the bottom";
    /// The marking stands in a copyright line.
    MARKING_COPYRIGHT = 76, "marking-copyright", "in a copyright line";
    /// The marking stands in a sentence.
    MARKING_IN_PROSE = 77, "marking-in-prose", "in a sentence";
    /// The marking stands in code.
    MARKING_IN_CODE = 78, "marking-in-code", "in code";
    /// The file is one about markings, or a licence.
    MARKING_ABOUT = 79, "marking-about", "in a licence or a file of words";

    // What the generic recognisers can say of a name.
    /// The name ends in a password word.
    NAME_PASSWORD = 16, "name-password", "strong password name";
    /// The name ends in a secret word.
    NAME_SECRET = 17, "name-secret", "strong secret name";
    /// The name ends in a token word.
    NAME_TOKEN = 18, "name-token", "strong token name";
    /// The name is that of an API key.
    NAME_API_KEY = 19, "name-api-key", "strong API key name";
    /// The name is that of a secret, private, access or other qualified key.
    NAME_KEY = 20, "name-key", "strong key name";
    /// The name speaks of credentials.
    NAME_CREDENTIAL = 21, "name-credential", "strong credential name";
    /// The name speaks of authentication.
    NAME_AUTH = 22, "name-auth", "strong authentication name";
    /// The name speaks of a secret, but not as its main word, or of just a key.
    NAME_WEAK = 23, "name-weak", "weak name";

    // Of the syntax around the value.
    /// The value is a quoted literal.
    QUOTED = 24, "quoted", "quoted";
    /// The value stands unquoted in configuration or documentation.
    CONFIG_VALUE = 25, "config-value", "value in configuration or documentation";
    /// The assignment stands inside a string or a comment.
    IN_STRING = 26, "in-string", "inside a string or comment";
    /// The value is an argument, an element or stands after a blank.
    AS_ARGUMENT = 27, "as-argument", "name and value are arguments";
    /// The value is a query parameter.
    IN_QUERY = 28, "in-query", "query parameter";
    /// The value stands on the line after the name.
    NEXT_LINE = 29, "next-line", "value on the next line";
    /// The value is a string further on in the line of the name.
    LATER_STRING = 30, "later-string", "string further on in the line";
    /// The value belongs to an HTTP authorization scheme.
    AUTH_SCHEME = 31, "auth-scheme", "follows an authorization scheme";
    /// The value stands in the user part of a URL.
    URL_USERINFO = 32, "url-userinfo", "in the user part of a URL";

    // Of the value.
    /// Its letters do not look like words.
    LETTERS_RANDOM = 40, "letters-random", "letters look random";
    /// Letters and digits, hexadecimal or base64 of the form of tokens.
    TOKEN_SHAPE = 41, "token-shape", "form of a token";
    /// Such a token of 16 characters or more.
    LONG_TOKEN = 42, "long-token", "long";
    /// A long number.
    LONG_NUMBER = 43, "long-number", "long number";
    /// Nothing in it says that it stands for something else.
    NO_PLACEHOLDER = 44, "no-placeholder", "no placeholder";
    /// Its letters are words.
    WORD_LIKE = 45, "word-like", "looks like words";
    /// A fragment, a repetition or a sequence says that it is a placeholder.
    PLACEHOLDER = 46, "placeholder", "looks like a placeholder";
    /// A well-known weak or example value.
    KNOWN_WEAK = 47, "known-weak", "well-known weak value";
    /// A password hash.
    PASSWORD_HASH = 48, "password-hash", "hash of a password";

    // Of the learned score.
    /// The learned score speaks for the value, which the table alone would hold lower.
    LEARNED_FOR = 49, "learned-for", "learned score speaks for it";
    /// The learned score speaks against the value, which the table alone would hold higher.
    LEARNED_AGAINST = 50, "learned-against", "learned score speaks against it";
}

impl Evidence {
    /// No evidence.
    pub const NONE: Evidence = Evidence(0);

    /// True when every bit of `other` is set here.
    pub fn has(self, other: Evidence) -> bool {
        self.0 & other.0 == other.0
    }

    /// True when any bit of `other` is set here.
    pub fn any(self, other: Evidence) -> bool {
        self.0 & other.0 != 0
    }

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Evidence) -> Evidence {
        Evidence(self.0 | other.0)
    }

    /// Adds `bits` when `condition` holds.
    pub fn set_if(&mut self, condition: bool, bits: Evidence) {
        if condition {
            self.0 |= bits.0;
        }
    }

    /// The stable codes of the bits set, in table order.
    pub fn codes(self) -> impl Iterator<Item = &'static str> {
        Self::TABLE
            .iter()
            .filter(move |row| self.has(row.0))
            .map(|row| row.1)
    }

    /// The bits set, in words for people, in table order.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        Self::TABLE
            .iter()
            .filter(move |row| self.has(row.0))
            .map(|row| row.2)
    }

    /// The words for a stable code.
    pub fn described(code: &str) -> Option<&'static str> {
        let row = Self::TABLE.iter().find(|row| row.1 == code);
        row.map(|row| row.2)
    }
}

impl std::ops::BitOr for Evidence {
    type Output = Evidence;

    fn bitor(self, other: Evidence) -> Evidence {
        self.with(other)
    }
}

impl std::ops::BitOrAssign for Evidence {
    fn bitor_assign(&mut self, other: Evidence) {
        self.0 |= other.0;
    }
}

impl fmt::Debug for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.codes()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_has_one_name() {
        let mut seen = Evidence::NONE;
        for row in Evidence::TABLE {
            assert!(!seen.any(row.0), "{} shares a bit", row.1);
            seen |= row.0;
        }
    }
}
