//! What a register says of one protected document.

use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::date::Date;
use super::level::Level;
use crate::fingerprint::cover::Density;

/// One protected document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Entry {
    /// Name of the document, unique in the register.
    pub id: String,
    /// The file with its text, relative to the register file. Not part of an index.
    #[serde(skip_serializing_if = "no_path")]
    #[serde(default)]
    pub path: PathBuf,
    /// Versions of one document share a family; without one the id is it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// What reports call it. Choose an alias that tells nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Whom to ask.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// The owner's word for how secret it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub classification: String,
    /// Globs of paths where it may be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorised: Vec<String>,
    /// Globs of remotes, as `host/path`: in a repository with no other ones it may be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remotes: Vec<String>,
    /// Who may have it, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// First day of protection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// Last day of protection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Last day on which the entry counts as looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_by: Option<Date>,
    /// Lowest level that is reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_level: Option<Level>,
    /// What to do when it was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling: Option<String>,
    /// How many fingerprints are kept, if not the register's choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub density: Option<Density>,
    /// What of the file is fingerprinted, if that does not follow from its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Choice>,
}

/// What of a file is fingerprinted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Choice {
    /// Its text, and its tokens if its name is one of source code.
    Auto,
    /// Its text.
    Text,
    /// Its text and its tokens.
    Code,
    /// Its bytes.
    Binary,
}

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Choice, String> {
        match text {
            "auto" => Ok(Choice::Auto),
            "text" => Ok(Choice::Text),
            "code" => Ok(Choice::Code),
            "binary" => Ok(Choice::Binary),
            _ => Err("expected one of auto, text, code, binary".into()),
        }
    }
}

impl Choice {
    /// The word used in register files.
    pub fn as_str(self) -> &'static str {
        match self {
            Choice::Auto => "auto",
            Choice::Text => "text",
            Choice::Code => "code",
            Choice::Binary => "binary",
        }
    }
}

fn no_path(path: &std::path::Path) -> bool {
    path.as_os_str().is_empty()
}

/// Whether an entry protects on a certain day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// Not yet.
    Coming,
    /// Yes.
    Running,
    /// No more.
    Over,
}

impl Term {
    /// Whether something that is protected from one day until another is so on `day`.
    pub fn on(day: Date, from: Option<Date>, until: Option<Date>) -> Term {
        if until.is_some_and(|until| until < day) {
            Term::Over
        } else if from.is_some_and(|from| day < from) {
            Term::Coming
        } else {
            Term::Running
        }
    }
}

impl Entry {
    /// The family, which is the id where none is named.
    pub fn family(&self) -> &str {
        self.family.as_deref().unwrap_or(&self.id)
    }

    /// What reports call it.
    pub fn title(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.id)
    }

    /// Whether the entry protects on `day`.
    pub fn term(&self, day: Date) -> Term {
        Term::on(day, self.from, self.until)
    }
}
