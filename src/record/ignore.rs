//! The ignore file: words that findings are harmless or accepted, one per line.
//!
//! ```text
//! # stanch ignore file, version 1
//! path:docs/**  rule=generic-* reason=sample configuration
//! st1:8c1f0a6be2d94377 rule=acme-token until=2027-03-31 owner=ada reason=test account
//! ```
//!
//! A line begins with what it is about: a finding key, `sv1:` and the digest of
//! a value, or `path:` and a pattern. `reason=` takes the rest of the line. A
//! line that is not understood, or has no reason, has no effect and is told.

use std::fmt;

use crate::judge::key::{self, is_value};
use crate::record::plain::{entries, page, unword, word};
use crate::register::date::Date;
use crate::rules::select::IdGlob;

/// First line of the file.
const HEAD: &str =
    "# stanch ignore file, version 1: one entry per line, sorted; `stanch ignore` writes it";

/// What an entry is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// The finding with this key; of a value's key all findings of the value.
    Key(String),
    /// A value, by its digest: under every rule.
    Value(String),
    /// Everything at paths that match.
    Path(String),
}

/// Somebody's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is about.
    pub about: About,
    /// The rules it is for; without, all of them. With a key it only helps readers.
    pub rule: Option<IdGlob>,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Why.
    pub reason: String,
}

/// A line that has no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its number, from one.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

/// The content of an ignore file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IgnoreFile {
    /// Entries with the numbers of their lines.
    pub entries: Vec<(usize, Entry)>,
    /// Lines without effect.
    pub faults: Vec<Fault>,
}

impl IgnoreFile {
    /// Reads `text`.
    pub fn parse(text: &str) -> IgnoreFile {
        let mut file = IgnoreFile::default();
        for (line, entry) in entries(text) {
            match parse(entry) {
                Ok(entry) => file.entries.push((line, entry)),
                Err(message) => file.faults.push(Fault { line, message }),
            }
        }
        file
    }

    /// The file as text.
    pub fn text(&self) -> String {
        page(
            HEAD,
            self.entries.iter().map(|(_, entry)| entry.to_string()),
        )
    }

    /// Adds `entry` in place of those about the same.
    pub fn put(&mut self, entry: Entry) {
        self.entries
            .retain(|(_, old)| old.about != entry.about || rule_differs(old, &entry));
        self.entries.push((0, entry));
    }
}

/// Paths may have one entry for each rule.
fn rule_differs(old: &Entry, new: &Entry) -> bool {
    matches!(new.about, About::Path(_)) && old.rule != new.rule
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            About::Key(text) | About::Value(text) => f.write_str(text),
            About::Path(pattern) => write!(f, "path:{}", word(pattern)),
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.about)?;
        if let Some(rule) = &self.rule {
            write!(f, " rule={}", word(rule.as_str()))?;
        }
        if let Some(until) = self.until {
            write!(f, " until={until}")?;
        }
        if let Some(owner) = &self.owner {
            write!(f, " owner={}", word(owner))?;
        }
        let reason: Vec<&str> = self.reason.split_whitespace().collect();
        write!(f, " reason={}", reason.join(" "))
    }
}

fn parse(line: &str) -> Result<Entry, String> {
    let (first, mut rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let about = if let Some(pattern) = first.strip_prefix("path:") {
        About::Path(unword(pattern))
    } else if key::is_key(first) {
        About::Key(first.to_owned())
    } else if is_value(first) {
        About::Value(first.to_owned())
    } else {
        return Err("it begins with no finding key, no `sv1:` and no `path:`".into());
    };
    let mut entry = Entry {
        about,
        rule: None,
        until: None,
        owner: None,
        reason: String::new(),
    };
    loop {
        rest = rest.trim_start();
        if let Some(reason) = rest.strip_prefix("reason=") {
            reason.trim().clone_into(&mut entry.reason);
            break;
        }
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (field, after) = rest.split_at(end);
        if field.is_empty() {
            break;
        }
        take(field, &mut entry)?;
        rest = after;
    }
    sound(entry)
}

fn take(field: &str, entry: &mut Entry) -> Result<(), String> {
    match field.split_once('=') {
        Some(("rule", rule)) => entry.rule = Some(IdGlob::new(&unword(rule))),
        Some(("owner", owner)) => entry.owner = Some(unword(owner)),
        Some(("until", day)) => {
            let parsed = day.parse();
            entry.until =
                Some(parsed.map_err(|_| format!("`{day}` is no day such as 2027-12-31"))?);
        }
        _ => {
            return Err(format!(
                "`{field}` is none of rule=, until=, owner= and reason="
            ));
        }
    }
    Ok(())
}

/// The entry, if it may have an effect.
///
/// # Errors
/// What it lacks.
pub fn sound(entry: Entry) -> Result<Entry, String> {
    if entry.reason.chars().filter(|c| c.is_alphanumeric()).count() < 3 {
        return Err("it gives no reason".into());
    }
    if let About::Path(pattern) = &entry.about
        && !pattern.contains(|c: char| c.is_alphanumeric())
    {
        return Err(format!("`{pattern}` is every path"));
    }
    Ok(entry)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: &str = concat!("st1:8c1f0a6b", "e2d94377");

    #[test]
    fn a_line_is_read_and_written_as_it_was() {
        for line in [
            "st1:8c1f0a6be2d94377 reason=test account",
            "st1:8c1f0a6be2d94377-2 rule=acme-token until=2027-03-31 owner=ada reason=when a = b",
            "sv1:8c1f0a6be2d94377 reason=test account",
            "path:docs/my%20page/** rule=generic-* reason=sample",
        ] {
            let file = IgnoreFile::parse(line);
            assert_eq!(file.faults, [], "{line}");
            assert_eq!(file.entries[0].1.to_string(), line);
        }
    }

    #[test]
    fn what_is_not_understood_has_no_effect_and_is_told() {
        for (line, message) in [
            ("st1:8c1f0a6be2d94377", "it gives no reason"),
            ("st1:8c1f0a6be2d94377 reason=-", "it gives no reason"),
            ("path:** reason=all of it", "`**` is every path"),
            (
                "st1:8c1f0a6be2d94377 until=soon reason=abc",
                "`soon` is no day such as 2027-12-31",
            ),
            (
                "st1:8c1f0a6be2d94377 because reason=abc",
                "`because` is none of rule=, until=, owner= and reason=",
            ),
            (
                "<<<<<<< HEAD",
                "it begins with no finding key, no `sv1:` and no `path:`",
            ),
        ] {
            let file = IgnoreFile::parse(line);
            assert_eq!(file.entries, []);
            assert_eq!(file.faults[0].message, message, "{line}");
        }
    }

    #[test]
    fn a_second_word_about_the_same_replaces_the_first() {
        let mut file = IgnoreFile::parse(&format!("{KEY} reason=one\n"));
        let again = IgnoreFile::parse(&format!("{KEY} until=2027-01-01 reason=two\n"));
        file.put(again.entries[0].1.clone());
        assert_eq!(
            file.text().lines().nth(1),
            Some("st1:8c1f0a6be2d94377 until=2027-01-01 reason=two")
        );
        assert_eq!(file.entries.len(), 1);
    }

    proptest! {
        #[test]
        fn no_line_is_too_strange(line in "\\PC{0,80}") {
            let file = IgnoreFile::parse(&line);
            let again = IgnoreFile::parse(&file.text());
            prop_assert_eq!(again.entries.len(), file.entries.len());
        }

        #[test]
        fn whatever_is_written_can_be_read(
            pattern in "[a-z*/ %ä]{1,20}x", owner in "\\PC{1,12}", reason in "abc[^\\p{C}]{0,30}",
        ) {
            let entry = Entry {
                about: About::Path(pattern),
                rule: None,
                until: None,
                owner: Some(owner),
                reason: reason.split_whitespace().collect::<Vec<_>>().join(" "),
            };
            let file = IgnoreFile::parse(&entry.to_string());
            prop_assert_eq!(&file.entries[0].1, &entry);
        }
    }
}
