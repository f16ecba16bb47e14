//! The register file: its form, how it is read, what is wrong with it.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::date::Date;
use super::entry::{Entry, Term};
use super::names::{LONGEST, SHORTEST};
use super::phrase::PhraseEntry;
use super::records::entry::TableEntry;
use crate::fingerprint::cover::Density;
use crate::source::exclude::Excludes;

/// Largest register file, in bytes.
const FILE_MAX: u64 = 16 << 20;

/// Longest name, in bytes.
const NAME_MAX: usize = 200;

/// The shape of `register.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RegisterFile {
    /// What holds for all documents.
    #[serde(default)]
    pub register: Settings,
    /// The protected documents.
    #[serde(default, rename = "document")]
    pub documents: Vec<Entry>,
    /// Protected phrases, canaries and code names.
    #[serde(default, rename = "phrase")]
    pub phrases: Vec<PhraseEntry>,
    /// Protected tables.
    #[serde(default, rename = "table")]
    pub tables: Vec<TableEntry>,
}

/// What holds for all documents of a register.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// Name of the register, for people.
    pub name: String,
    /// How many fingerprints are kept.
    pub density: Density,
    /// Files and directories with public text, relative to the register file:
    /// what stands in them protects nothing.
    pub public: Vec<PathBuf>,
    /// Families in which a fingerprint may stand before it counts as boilerplate.
    pub max_families: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            name: String::new(),
            density: Density::default(),
            public: Vec::new(),
            max_families: 3,
        }
    }
}

/// Why a register file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system refused.
    #[error("cannot read {path}: {error}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        error: io::Error,
    },
    /// Not a register file.
    #[error("{path}: {message}", path = path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, with its line.
        message: String,
    },
}

impl RegisterFile {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// When it cannot be read, or is no register.
    pub fn load(path: &Path) -> Result<RegisterFile, FileError> {
        let text = read(path).map_err(|error| FileError::Unreadable {
            path: path.to_owned(),
            error,
        })?;
        RegisterFile::parse(&text).map_err(|message| FileError::Malformed {
            path: path.to_owned(),
            message,
        })
    }

    /// Parses the text of a register file.
    ///
    /// # Errors
    /// In words, with the line where TOML has one.
    pub fn parse(text: &str) -> Result<RegisterFile, String> {
        let file: RegisterFile = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| {
                text[..span.start.min(text.len())].matches('\n').count() + 1
            });
            format!("line {line}: {}", error.message())
        })?;
        file.check()?;
        Ok(file)
    }

    fn check(&self) -> Result<(), String> {
        let mut seen = HashSet::new();
        for entry in &self.documents {
            let id = &entry.id;
            for name in [id.as_str(), entry.family()] {
                if name.is_empty() || name.len() > NAME_MAX || name.contains(char::is_control) {
                    return Err(format!(
                        "`{}` is no name for a document",
                        name.escape_debug()
                    ));
                }
            }
            if !seen.insert(id) {
                return Err(format!("two documents have the id `{id}`"));
            }
            if entry.path.as_os_str().is_empty() {
                return Err(format!("document `{id}` has no `path`"));
            }
            if let (Some(from), Some(until)) = (entry.from, entry.until)
                && until < from
            {
                return Err(format!("document `{id}` ends before it begins"));
            }
            Excludes::new(entry.authorised.iter().cloned())
                .map_err(|error| format!("document `{id}`: {error}"))?;
        }
        self.check_tables()?;
        let mut seen = HashSet::new();
        for phrase in &self.phrases {
            if phrase.id.is_empty() || phrase.id.len() > NAME_MAX || !seen.insert(&phrase.id) {
                return Err(format!(
                    "a phrase needs an id of its own, not `{}`",
                    phrase.id.escape_debug()
                ));
            }
            match (&phrase.tag, &phrase.text) {
                (Some(_), None) => {}
                (None, Some(text)) if (SHORTEST..=LONGEST).contains(&text.len()) => {}
                (None, Some(_)) => {
                    return Err(format!(
                        "the text of phrase `{}` needs {SHORTEST} to {LONGEST} bytes",
                        phrase.id
                    ));
                }
                _ => return Err(format!("phrase `{}` needs a `tag` or a `text`", phrase.id)),
            }
            Excludes::new(phrase.authorised.iter().cloned())
                .map_err(|error| format!("phrase `{}`: {error}", phrase.id))?;
        }
        Ok(())
    }

    fn check_tables(&self) -> Result<(), String> {
        let mut seen = HashSet::new();
        for table in &self.tables {
            let id = &table.id;
            if id.is_empty() || id.len() > NAME_MAX || id.contains(char::is_control) {
                return Err(format!("`{}` is no name for a table", id.escape_debug()));
            }
            if !seen.insert(id) {
                return Err(format!("two tables have the id `{id}`"));
            }
            if table.path.as_os_str().is_empty() {
                return Err(format!("table `{id}` has no `path`"));
            }
            if let Some(flaw) = table.flaw() {
                return Err(format!("table `{id}` {flaw}"));
            }
            Excludes::new(table.authorised.iter().cloned())
                .map_err(|error| format!("table `{id}`: {error}"))?;
        }
        Ok(())
    }

    /// What a careful owner would mend, in words: the measures a court asks for
    /// are named, current and reviewed.
    pub fn lint(&self, today: Date) -> Vec<String> {
        let documents = self.documents.iter().map(|entry| Measures {
            id: &entry.id,
            owner: &entry.owner,
            classification: &entry.classification,
            review_by: entry.review_by,
            term: entry.term(today),
        });
        let tables = self.tables.iter().map(|entry| Measures {
            id: &entry.id,
            owner: &entry.owner,
            classification: &entry.classification,
            review_by: entry.review_by,
            term: entry.term(today),
        });
        let mut told = Vec::new();
        for measures in documents.chain(tables) {
            measures.lint(today, &mut told);
        }
        for phrase in &self.phrases {
            if phrase.owner.trim().is_empty() {
                told.push(format!("`{}` has no owner", phrase.id));
            }
            if phrase.term(today) == Term::Over {
                told.push(format!("`{}` {OVER}", phrase.id));
            }
        }
        told
    }
}

/// What is told of an entry after its last day.
const OVER: &str = "is protected no more: remove it, or set a new `until`";

/// What an entry says of the care that is taken.
struct Measures<'a> {
    id: &'a str,
    owner: &'a str,
    classification: &'a str,
    review_by: Option<Date>,
    term: Term,
}

impl Measures<'_> {
    fn lint(&self, today: Date, told: &mut Vec<String>) {
        let mut tell = |text: String| told.push(format!("`{}` {text}", self.id));
        if self.owner.trim().is_empty() {
            tell("has no owner".into());
        }
        if self.classification.trim().is_empty() {
            tell("has no classification".into());
        }
        match self.review_by {
            None => tell("has no `review-by` day".into()),
            Some(day) if day < today => tell(format!("should have been reviewed by {day}")),
            Some(_) => {}
        }
        if self.term == Term::Over {
            tell(OVER.into());
        }
    }
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    fs::File::open(path)?
        .take(FILE_MAX + 1)
        .read_to_string(&mut text)?;
    if text.len() as u64 > FILE_MAX {
        return Err(io::Error::other(format!("larger than {FILE_MAX} bytes")));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_entry_is_read() {
        let file = RegisterFile::parse(
            "[register]\ndensity = 'dense'\n[[document]]\nid = 'a'\npath = 'a.txt'\nowner = 'o'\n\
             classification = 'c'\nuntil = 2030-01-01\nreview-by = 2029-01-01\nmin-level = 'likely'\n",
        )
        .unwrap();
        assert_eq!(file.register.density, Density::Dense);
        assert_eq!(file.documents[0].family(), "a");
        let today = "2028-01-01".parse().unwrap();
        assert!(file.lint(today).is_empty());
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        for (text, message) in [
            ("[[document]]\nid = 'a'\n", "document `a` has no `path`"),
            ("[[document]]\nid = 'a'\npath = 'x'\nfrm = 1\n", "line 4"),
            ("[[document]]\nid = ''\npath = 'x'\n", "is no name"),
            (
                "[[document]]\nid='a'\npath='x'\n[[document]]\nid='a'\npath='y'\n",
                "two documents",
            ),
            (
                "[[document]]\nid='a'\npath='x'\nfrom=2027-01-02\nuntil=2027-01-01\n",
                "ends before",
            ),
            (
                "[[document]]\nid='a'\npath='x'\nauthorised=['[']\n",
                "document `a`",
            ),
            ("[[document]]\nid='a'\npath='x'\nuntil=2027-02-30\n", "line"),
        ] {
            let told = RegisterFile::parse(text).unwrap_err();
            assert!(told.contains(message), "{told}");
        }
    }

    #[test]
    fn missing_measures_and_passed_days_are_told() {
        let text = "[[document]]\nid='a'\npath='x'\nuntil=2027-01-01\nreview-by=2027-01-01\n";
        let file = RegisterFile::parse(text).unwrap();
        assert_eq!(file.lint("2027-01-01".parse().unwrap()).len(), 2);
        assert_eq!(file.lint("2027-01-02".parse().unwrap()).len(), 4);
        let text = "[[phrase]]\nid='a'\ntext='Zeus-X'\nuntil=2027-01-01\n";
        let file = RegisterFile::parse(text).unwrap();
        assert_eq!(
            file.lint("2027-01-01".parse().unwrap()),
            ["`a` has no owner"]
        );
        assert_eq!(file.lint("2027-01-02".parse().unwrap()).len(), 2);
    }
}
