//! The shape of a rule file, and nothing else. `rules/README.md` explains it to writers.

use serde::{Deserialize, Serialize};

use crate::base::level::{Class, Confidence, Severity};
use crate::rules::spanned::Spanned;

/// One TOML file of rules: a provider's or a theme's.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuleFile {
    /// Machine name of the provider or theme, kebab case.
    pub provider: String,
    /// Name for people.
    pub title: String,
    /// The rules.
    #[serde(default, rename = "rule")]
    pub rules: Vec<Spanned<RuleEntry>>,
}

/// One rule as written.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuleEntry {
    /// Kebab case, unique, never reused.
    pub id: Spanned<String>,
    /// Name for people, no full stop.
    pub title: String,
    /// What sort of thing the rule finds.
    pub class: Class,
    /// How bad a leak is.
    pub severity: Severity,
    /// How sure a match is that passes all its checks.
    pub confidence: Confidence,
    /// Regular expression over bytes, ASCII classes; exactly one of `pattern`
    /// and `recogniser` is given.
    pub pattern: Option<Spanned<String>>,
    /// Name of a built-in recogniser.
    pub recogniser: Option<Spanned<String>>,
    /// Capture group that holds the secret; default 1 if there is one, else 0.
    pub secret: Option<Spanned<usize>>,
    /// Offline check of the secret, by name.
    pub validate: Option<Spanned<String>>,
    /// What to do when `validate` says no; default `drop`.
    #[serde(default)]
    pub on_mismatch: OnMismatch,
    /// Lowest Shannon entropy of the secret, in bits per byte.
    pub min_entropy: Option<Spanned<f64>>,
    /// Words one of which must stand near the match, matched without case.
    pub near: Option<Spanned<Near>>,
    /// Values that are harmless.
    #[serde(default)]
    pub allow: Allow,
    /// First version of the product that has the rule.
    pub since: String,
    /// Why a leak matters: one sentence or more.
    pub why: String,
    /// What to do about a leak, first step first.
    pub remedy: String,
    /// Where the format is documented.
    #[serde(default)]
    pub references: Vec<String>,
    /// A reason for a rule that is expected to fire on clean code more than
    /// once in a thousand files.
    pub noise: Option<String>,
    /// Examples from which tests are made.
    #[serde(default)]
    pub examples: Examples,
}

/// What a failed validation does to a match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnMismatch {
    /// The match is dropped.
    #[default]
    Drop,
    /// The match is kept with low confidence.
    Lower,
    /// The match is kept with medium confidence.
    Medium,
}

/// A condition on the surroundings of a match.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Near {
    /// Words, at least one of which must be found, without case.
    pub words: Vec<String>,
    /// How far before and after the match to look, in bytes; at most 4096.
    #[serde(default = "default_within")]
    pub within: usize,
}

fn default_within() -> usize {
    200
}

/// Values that are known to be harmless.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Allow {
    /// Whole secrets, with `{+}` joiners.
    #[serde(default)]
    pub values: Vec<String>,
    /// Fragments which, inside a secret, make it an example (matched without case).
    #[serde(default)]
    pub words: Vec<String>,
}

/// Texts that must and must not match; `{+}` is removed before use.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Examples {
    /// Each must give a finding of this rule.
    #[serde(default, rename = "match")]
    pub matching: Vec<String>,
    /// None may give a finding of this rule.
    #[serde(default)]
    pub ignore: Vec<String>,
}

/// Removes the `{+}` joiner that keeps whole example secrets out of files.
pub fn join(example: &str) -> String {
    example.replace("{+}", "")
}
