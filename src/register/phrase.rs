//! What a register says of a phrase, a canary or a code name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::date::Date;
use super::entry::Term;
use crate::fingerprint::phrase::PhraseTag;

/// What a phrase is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Words that are secret themselves: a line of a formula, a figure with its unit.
    #[default]
    Phrase,
    /// An invented text in one copy of a document: where it turns up, that copy leaked.
    Canary,
    /// The name of something that must not be spoken of.
    Name,
}

impl Kind {
    /// The word used in register files and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Phrase => "phrase",
            Kind::Canary => "canary",
            Kind::Name => "name",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Kind, String> {
        [Kind::Phrase, Kind::Canary, Kind::Name]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| "expected one of phrase, canary, name".into())
    }
}

/// A phrase that is looked for. The register keeps its keyed tag, not the phrase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PhraseEntry {
    /// Name in the register, unique among phrases.
    #[serde(default)]
    pub id: String,
    /// What it is.
    #[serde(default)]
    pub kind: Kind,
    /// Made by `stanch register phrase`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<WrittenTag>,
    /// The words themselves, where they are no secret: found as they are written,
    /// too. Not part of a filter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Whom to ask.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// Globs of paths where it may be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorised: Vec<String>,
    /// Globs of remotes, as `host/path`: in a repository with no other ones it may be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remotes: Vec<String>,
    /// Last day of protection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// What to do when it was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling: Option<String>,
}

impl PhraseEntry {
    /// Whether the phrase is protected on `day`.
    pub fn term(&self, day: Date) -> Term {
        if self.until.is_some_and(|until| until < day) {
            Term::Over
        } else {
            Term::Running
        }
    }
}

/// A phrase's tag as it is written: length, anchor and tag, hexadecimal, after the
/// name of the key, without which it says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenTag {
    /// First bytes of the name of the key it was made with.
    pub key: u32,
    /// The tag.
    pub tag: PhraseTag,
}

impl fmt::Display for WrittenTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PhraseTag {
            tag,
            anchor,
            length,
        } = self.tag;
        write!(f, "{:08x}-{length:02x}-{anchor:04x}-{tag:016x}", self.key)
    }
}

impl FromStr for WrittenTag {
    type Err = String;

    fn from_str(text: &str) -> Result<WrittenTag, String> {
        let wrong = || "expected a tag made by `stanch register phrase`".to_owned();
        let mut parts = text.split('-');
        let mut part = |digits: usize| {
            let part = parts.next().filter(|part| part.len() == digits)?;
            u64::from_str_radix(part, 16).ok()
        };
        let (Some(key), Some(length), Some(anchor), Some(tag)) =
            (part(8), part(2), part(4), part(16))
        else {
            return Err(wrong());
        };
        if parts.next().is_some() || !(8..=32).contains(&length) {
            return Err(wrong());
        }
        Ok(WrittenTag {
            key: key as u32,
            tag: PhraseTag {
                tag,
                anchor: anchor as u16,
                length: length as u8,
            },
        })
    }
}

impl Serialize for WrittenTag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for WrittenTag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<WrittenTag, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_as_they_are_written() {
        let tag = PhraseTag {
            tag: 77,
            anchor: 5,
            length: 12,
        };
        let written = WrittenTag { key: 0xABCD, tag };
        assert_eq!(written.to_string(), "0000abcd-0c-0005-000000000000004d");
        assert_eq!(written.to_string().parse(), Ok(written));
        for text in [
            "",
            "abcd-0c-0005-4d",
            "0000abcd-ff-0005-000000000000004d",
            "the phrase itself",
        ] {
            assert!(text.parse::<WrittenTag>().is_err(), "{text}");
        }
    }
}
