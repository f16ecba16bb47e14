//! What a good rule must satisfy.
//!
//! | code | what |
//! |---|---|
//! | R001 | the file is TOML of the right shape |
//! | R002 | ids are unique over all files |
//! | R003 | a rule has a pattern or a recogniser |
//! | R004, R005 | the validator, the recogniser is known |
//! | R010, R011 | ids are kebab case and begin with the provider |
//! | R020–R028 | the pattern: syntax, bounds, length, anchors, emptiness, group, size; other expressions |
//! | R030–R037 | numbers, surroundings, allowed values and words, mismatch, filter, exceptions, requirements |
//! | R040–R044 | title, why, remedy, since, references |
//! | R050–R053 | examples: number, match, ignore, not whole in the file |
//!
//! [`form`] looks at a rule as written and is cheap enough for every start;
//! examples are tried by [`check`] only.

mod examples;
mod form;
mod pattern;
mod terms;
mod toml;

use crate::rules::diagnostic::Diagnostics;
use crate::rules::load;

pub(super) use examples::examples;
pub(super) use form::{form, provider};
pub(super) use terms::shared;
pub(super) use toml::unreadable;

/// Which other rules a file must get along with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// The built-in rules: their ids are taken.
    BuiltIn,
    /// None.
    Nothing,
}

/// Every mistake and every weakness of `files`, given as name and text.
pub fn check(files: &[(&str, &str)], beside: Beside) -> Diagnostics {
    load::check(files, beside)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"provider = "acme"
title = "Acme"

[[rule]]
id = "acme-key"
title = "Acme key"
class = "secret"
severity = "high"
confidence = "high"
pattern = '\b(acme_[a-z0-9]{10})\b'
since = "0.1.0"
why = "Opens every door of Acme."
remedy = "Revoke the key under Settings."
references = ["https://docs.example.com/keys"]
examples.match = ["acme_{+}0123456789", "x acme_{+}abcdefghij"]
examples.ignore = ["acme_0123", "acme_{+}0123456789a"]
"#;

    fn codes(text: &str) -> Vec<&'static str> {
        check(&[("acme.toml", text)], Beside::Nothing)
            .0
            .iter()
            .map(|d| d.code)
            .collect()
    }

    #[test]
    fn a_good_rule_is_clean() {
        let found = check(&[("acme.toml", GOOD)], Beside::BuiltIn);
        assert!(found.0.is_empty(), "{found}");
    }

    #[test]
    fn each_weakness_has_its_code() {
        let pattern = r"\b(acme_[a-z0-9]{10})\b";
        for (from, to, expected) in [
            ("acme-key", "acme_key", "R010"),
            ("acme-key", "other-key", "R011"),
            (pattern, r"\b(acme_[a-z0-9]{10}\b", "R020"),
            (pattern, r"\b(acme_[a-z0-9]{10})\b.*", "R021"),
            (pattern, r"\b(acme_[a-z0-9]{10})\b.{0,70000}", "R022"),
            (pattern, r"\A.{0,9}(acme_[a-z0-9]{10})\b", "R023"),
            (pattern, r"(?-m)^.{0,9}(acme_[a-z0-9]{10})\b", "R023"),
            (pattern, r"(\bacme_[a-z0-9]{10}\b)?", "R024"),
            ("since", "secret = 2\nsince", "R025"),
            ("since", "min-entropy = 8.5\nsince", "R030"),
            ("since", "min-entropy = nan\nsince", "R030"),
            (
                "since",
                "near = { words = ['x'], within = 5000 }\nsince",
                "R031",
            ),
            ("since", "near = { words = [] }\nsince", "R031"),
            ("since", "allow.values = ['acme_']\nsince", "R032"),
            ("since", "allow.words = ['no']\nsince", "R033"),
            ("since", "on-mismatch = 'lower'\nsince", "R034"),
            ("Acme key", "Acme key.", "R040"),
            ("every door of Acme.", "every door of Acme", "R041"),
            ("Revoke the key under Settings.", "revoke.", "R042"),
            ("0.1.0", "1", "R043"),
            ("https://docs", "docs", "R044"),
            (", \"x acme_{+}abcdefghij\"", "", "R050"),
            ("x acme_{+}abc", "xacme_{+}abc", "R051"),
            ("acme_0123\"", "acme_{+}01234567ab\"", "R052"),
            ("acme_{+}abcdefghij", "acme_abcdefghij", "R053"),
        ] {
            let found = codes(&GOOD.replacen(from, to, 1));
            assert!(found.contains(&expected), "{from} -> {to}: {found:?}");
        }
    }

    #[test]
    fn a_recogniser_must_be_known() {
        let pattern = r"pattern = '\b(acme_[a-z0-9]{10})\b'";
        let known = GOOD.replace(pattern, "recogniser = 'assignment'");
        assert!(codes(&known).is_empty());
        let unknown = GOOD.replace(pattern, "recogniser = 'asignment'");
        assert_eq!(codes(&unknown), ["R005"]);
        let found = check(&[("acme.toml", &unknown)], Beside::Nothing);
        assert_eq!(
            found.0[0].label.as_deref(),
            Some("did you mean `assignment`?")
        );
    }
}
