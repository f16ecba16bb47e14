//! Baselines and ignore files of other scanners: read, and carried over.
//!
//! What they keep (places, digests without a key, values in clear) is nothing
//! to keep. So it is compared with what a scan finds now, and what agrees
//! becomes a word of ours. What does not is told, never dropped in silence.

mod carry;
mod read;
mod sha1;

use std::fmt;

use crate::base::secret::Secret;

pub use carry::{Carried, carry};
pub use read::read;

/// Whose file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `.gitleaksignore` of gitleaks, `.betterleaksignore`.
    GitleaksIgnore,
    /// A JSON report of gitleaks or betterleaks, which they take as a baseline.
    GitleaksReport,
    /// `.secrets.baseline` of detect-secrets.
    DetectSecrets,
    /// `.secretsignore` of ripsecrets.
    Ripsecrets,
    /// `.gitguardian.yaml` of ggshield.
    Ggshield,
    /// A baseline of kingfisher.
    Kingfisher,
}

impl Format {
    /// Every format with the name users give it.
    pub const ALL: &'static [(&'static str, Format)] = &[
        ("gitleaksignore", Format::GitleaksIgnore),
        ("gitleaks", Format::GitleaksReport),
        ("detect-secrets", Format::DetectSecrets),
        ("ripsecrets", Format::Ripsecrets),
        ("ggshield", Format::Ggshield),
        ("kingfisher", Format::Kingfisher),
    ];

    /// The format of a file by its name and its content.
    pub fn of(name: &str, text: &str) -> Option<Format> {
        let head = text.trim_start();
        match name {
            ".gitleaksignore" | ".betterleaksignore" => Some(Format::GitleaksIgnore),
            ".secretsignore" => Some(Format::Ripsecrets),
            ".gitguardian.yaml" | ".gitguardian.yml" => Some(Format::Ggshield),
            _ if head.starts_with('[') && text.contains("\"RuleID\"") => {
                Some(Format::GitleaksReport)
            }
            _ if head.starts_with('{') && text.contains("\"hashed_secret\"") => {
                Some(Format::DetectSecrets)
            }
            _ if text.contains("ExactFindings:") => Some(Format::Kingfisher),
            _ => None,
        }
    }
}

/// One thing a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is called when it is told; holds no value.
    pub name: String,
    /// What it says.
    pub what: What,
}

/// What is not to be reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Whatever stands in a line.
    Place {
        /// The file, with slashes.
        path: String,
        /// The line, from one.
        line: usize,
        /// Only as this commit brought it.
        commit: Option<String>,
        /// Only this value, where that is known.
        value: Option<Secret>,
    },
    /// A value, wherever it stands, or in one file.
    Value {
        /// How it is known.
        known: Known,
        /// The file.
        path: Option<String>,
    },
    /// Paths that match.
    Path(String),
    /// Something without a counterpart; the text says why.
    Nothing(&'static str),
}

/// How a value is known.
#[derive(Clone, PartialEq, Eq)]
pub enum Known {
    /// In clear.
    Clear(Secret),
    /// By its SHA-1.
    Sha1([u8; 20]),
    /// By the SHA-256 of itself, or of what ggshield makes of it.
    Sha256([u8; 32]),
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Known::Clear(_) => "Clear",
            Known::Sha1(_) => "Sha1",
            Known::Sha256(_) => "Sha256",
        })
    }
}
