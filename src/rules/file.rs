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
    /// What is harmless for all rules of the file.
    #[serde(default)]
    pub except: Vec<Spanned<Except>>,
    /// An expression that is true of what is harmless for all rules of the file.
    pub filter: Option<Spanned<String>>,
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
    /// Regular expression over bytes, ASCII classes; exactly one of `pattern`,
    /// `number` and `recogniser` is given, or none: then `paths` alone finds files.
    pub pattern: Option<Spanned<String>>,
    /// How a number is written.
    pub number: Option<Spanned<Number>>,
    /// Words that mark a text.
    pub marking: Option<Spanned<Marking>>,
    /// Name of a built-in recogniser.
    pub recogniser: Option<Spanned<String>>,
    /// Capture group that holds the secret; default 1 if there is one, else 0.
    pub secret: Option<Spanned<usize>>,
    /// How the secret is chosen where `secret` is not given.
    #[serde(default)]
    pub capture: Capture,
    /// Most bytes of a match. Patterns with unbounded repetitions must say it.
    pub max_length: Option<Spanned<usize>>,
    /// Regular expressions, one of which the path must match.
    #[serde(default)]
    pub paths: Vec<Spanned<String>>,
    /// Regular expressions, none of which the path may match.
    #[serde(default)]
    pub exclude_paths: Vec<Spanned<String>>,
    /// Words one of which must stand anywhere in the same file, in any case.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// Offline check of the secret, by name.
    pub validate: Option<Spanned<String>>,
    /// What to do when `validate` says no; default `drop`.
    #[serde(default)]
    pub on_mismatch: OnMismatch,
    /// Lowest Shannon entropy of the secret, in bits per byte.
    pub min_entropy: Option<Spanned<f64>>,
    /// The alphabet that the secret is a random text over: less random ones of
    /// its length are refused.
    pub random: Option<Spanned<Alphabet>>,
    /// What the Shannon entropy of the secret must exceed, in bits per character.
    pub entropy_over: Option<Spanned<f64>>,
    /// Characters the secret must have.
    pub characters: Option<Spanned<Characters>>,
    /// Words one of which must stand near the match, matched without case.
    pub near: Option<Spanned<Near>>,
    /// Matches that are harmless.
    #[serde(default)]
    pub except: Vec<Spanned<Except>>,
    /// An expression that is true of matches that are harmless.
    pub filter: Option<Spanned<String>>,
    /// Rules that must match in the same file.
    #[serde(default)]
    pub requires: Vec<Spanned<Requires>>,
    /// Rules whose values belong to the secret, as a user name belongs to a
    /// password: where one stands near, both are one finding, which is surer.
    #[serde(default)]
    pub pairs_with: Vec<Spanned<Requires>>,
    /// True for a rule that serves `requires` only and gives no finding.
    #[serde(default)]
    pub helper: bool,
    /// True for a rule that knows a name and not the form of its values: it
    /// gives way to any other on the same line.
    #[serde(default)]
    pub generic: bool,
    /// Values that are harmless.
    #[serde(default)]
    pub allow: Allow,
    /// What it means how many different values a file holds.
    pub quantity: Option<Spanned<Quantity>>,
    /// Ids that the rule had before. They still mean it, and its findings keep
    /// the keys that the first of them gave.
    #[serde(default)]
    pub formerly: Vec<Spanned<String>>,
    /// True for a rule on trial: it is off unless asked for.
    #[serde(default)]
    pub preview: bool,
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

/// Characters that a random text is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Alphabet {
    /// Ten digits.
    Digits,
    /// Sixteen, letters in one case.
    Hex,
    /// Letters in one case and six digits.
    Base32,
    /// Letters in one case and ten digits.
    Base36,
    /// Letters in both cases and ten digits.
    Base62,
    /// Those and two more.
    Base64,
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
    /// How many lines before and after those of the match to look at most, within `within`.
    pub lines: Option<usize>,
}

fn default_within() -> usize {
    200
}

/// A number that people write in a few ways.
///
/// In a form, `d` is a digit, `L` an upper-case letter, `l` a letter, `x` a
/// digit or an upper-case letter; `[...]` is a set, `{n}` and `{m,n}` repeat,
/// and `_` is nothing, a blank, a hyphen or a full stop, the same throughout.
/// Every other character stands for itself.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Number {
    /// Forms that many other numbers have, too: they need one of the words.
    #[serde(default)]
    pub forms: Vec<String>,
    /// Forms that need no word.
    #[serde(default)]
    pub telling: Vec<String>,
    /// Words that name the number: near it, or at the head of its column.
    /// Matched without regard to the case of ASCII letters.
    #[serde(default)]
    pub words: Vec<String>,
    /// How sure a telling form without any of the words is; default `low`.
    pub alone: Option<Confidence>,
    /// The same for one that is written in groups; default as `alone`.
    pub grouped: Option<Confidence>,
    /// Published test values, with `{+}` joiners: they are found with low confidence.
    #[serde(default)]
    pub samples: Vec<String>,
}

/// Words that say how secret a text is; where they stand tells whether they do.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Marking {
    /// The words, three bytes at least, matched without regard to the case of ASCII letters.
    pub phrases: Vec<String>,
    /// What the words say by themselves, from -3 to 4: their place adds to it.
    /// From 2 on a marking counts with low, from 4 with medium, from 6 with high confidence.
    #[serde(default)]
    pub base: i8,
    /// Name of the parser for what a program writes behind the phrases.
    pub label: Option<String>,
}

/// From how many different values in one file on a finding is reported, and
/// how severe it is. Without a word for it, a level is never reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[allow(clippy::struct_field_names, reason = "each says from which number on")]
pub struct Quantity {
    /// Fewer are not reported; default 1.
    pub report_from: Option<u64>,
    /// From here on the severity is at least low.
    pub low_from: Option<u64>,
    /// From here on it is at least medium.
    pub medium_from: Option<u64>,
    /// From here on it is at least high.
    pub high_from: Option<u64>,
    /// From here on it is critical.
    pub critical_from: Option<u64>,
}

impl Quantity {
    /// This one, and what it leaves open from `other`.
    #[must_use]
    pub fn or(self, other: Quantity) -> Quantity {
        Quantity {
            report_from: self.report_from.or(other.report_from),
            low_from: self.low_from.or(other.low_from),
            medium_from: self.medium_from.or(other.medium_from),
            high_from: self.high_from.or(other.high_from),
            critical_from: self.critical_from.or(other.critical_from),
        }
    }

    /// The severity of `distinct` values, which is never below `least`.
    #[must_use]
    pub fn severity(self, distinct: u64, least: Severity) -> Severity {
        let levels = [
            (self.low_from, Severity::Low),
            (self.medium_from, Severity::Medium),
            (self.high_from, Severity::High),
            (self.critical_from, Severity::Critical),
        ];
        let reached = levels
            .into_iter()
            .filter(|(from, _)| from.is_some_and(|from| distinct >= from))
            .map(|(_, severity)| severity);
        reached.max().unwrap_or(least).max(least)
    }
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

/// Which part of a match is the secret, where no group is named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Capture {
    /// Group 1 if there is one, else the whole match.
    #[default]
    Group,
    /// The first group that is not empty, else the whole match without line
    /// feeds at its ends.
    First,
}

/// How many characters of each kind a secret must have at least.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Characters {
    /// `0` to `9`.
    pub digits: usize,
    /// `A` to `Z`.
    pub uppercase: usize,
    /// `a` to `z`.
    pub lowercase: usize,
    /// Those of `specials`.
    pub special: usize,
    /// What counts as special; default all ASCII that is no letter, digit or space.
    pub specials: Option<String>,
}

/// Matches that are harmless.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Except {
    /// How many of the criteria that are given must hold.
    pub when: When,
    /// Regular expressions over the path.
    pub paths: Vec<Spanned<String>>,
    /// What `patterns` look at.
    pub target: Target,
    /// Regular expressions over the target.
    pub patterns: Vec<Spanned<String>>,
    /// Fragments of the secret, in any case.
    pub words: Vec<String>,
    /// Why these are harmless, for people.
    pub reason: Option<String>,
}

/// How many of several criteria must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum When {
    /// One.
    #[default]
    Any,
    /// Every one that is given.
    All,
}

/// A part of the text around a match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// The secret.
    #[default]
    Secret,
    /// The whole match.
    Match,
    /// The lines the match stands on.
    Line,
}

/// Another rule, and how near a match of it must stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Requires {
    /// Its id.
    pub rule: String,
    /// Most lines between the beginnings of the two secrets; default any number.
    pub within_lines: Option<usize>,
    /// Most columns between the beginnings of the two secrets; default any number.
    pub within_columns: Option<usize>,
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
    /// The path of the file the examples are thought to stand in; default one
    /// that says nothing.
    pub path: Option<String>,
}

/// Removes the `{+}` joiner that keeps whole example secrets out of files.
pub fn join(example: &str) -> String {
    example.replace("{+}", "")
}
