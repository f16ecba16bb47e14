//! The shape of `stanch.toml`, and nothing else.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use toml::Spanned;

use crate::base::level::{Confidence, Severity};
use crate::judge::reuse::Check;
use crate::report::output::Format;
use crate::rules::file::Quantity;

/// Every section with its keys, as the file has them.
pub const KEYS: &[(&str, &[&str])] = &[
    (
        "scan",
        &[
            "respect-gitignore",
            "follow-symlinks",
            "decode",
            "threads",
            "exclude",
            "min-confidence",
            "fail-on",
            "allow-incomplete",
            "unpack-limits",
        ],
    ),
    (
        "rules",
        &[
            "classes", "files", "disable", "enable", "severity", "learned", "preview",
        ],
    ),
    ("quantity", ANY),
    ("allow", &["values", "paths", "stop-words"]),
    ("register", &["index", "key-file", "key-command"]),
    (
        "suppress",
        &["comments", "honour", "ignore-files", "baselines"],
    ),
    ("policy", &["locked", "fixed"]),
    ("cache", &["use", "dir", "size", "check"]),
    ("ledger", &["path"]),
    ("output", &["color", "format", "progress"]),
];

/// The keys of a section that may have any.
pub const ANY: &[&str] = &["*"];

/// Keys that are a matter of taste, or of one person's keys, and may stand in the user's own file. All
/// others are policy, which must be the same on every machine.
pub const TASTE: &[(&str, &str)] = &[
    ("scan", "threads"),
    ("register", "key-file"),
    ("register", "key-command"),
    ("cache", "use"),
    ("cache", "dir"),
    ("cache", "size"),
    ("cache", "check"),
    ("ledger", "path"),
    ("output", "color"),
    ("output", "format"),
    ("output", "progress"),
];

/// Names of the report formats, in the order of [`Format::ALL`].
const FORMATS: &[&str] = &[
    "text",
    "json",
    "jsonl",
    "sarif",
    "html",
    "codequality",
    "csv",
    "defectdojo",
    "github",
    "gitlab",
    "gitleaks",
    "junit",
    "markdown",
    "ocsf",
    "sonarqube",
];

/// A configuration file as written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct File {
    /// What is scanned, and when the scan fails.
    pub scan: Scan,
    /// Which rules are in force.
    pub rules: Rules,
    /// What numbers of values mean, by rule id.
    pub quantity: BTreeMap<Spanned<String>, Spanned<Quantity>>,
    /// What is harmless.
    pub allow: Allow,
    /// Protected documents.
    pub register: Register,
    /// Whose word silences findings.
    pub suppress: Suppress,
    /// What weaker layers may not change.
    pub policy: Policy,
    /// Verdicts of earlier scans.
    pub cache: Cache,
    /// What is kept of sweeps.
    pub ledger: Ledger,
    /// How results are shown.
    pub output: Output,
}

/// `[scan]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Scan {
    /// Leave out what `.gitignore` leaves out.
    pub respect_gitignore: Option<Spanned<bool>>,
    /// Follow symbolic links.
    pub follow_symlinks: Option<Spanned<bool>>,
    /// Search what is encoded in text.
    pub decode: Option<Spanned<bool>>,
    /// Worker threads; zero is one per processor.
    pub threads: Option<Spanned<usize>>,
    /// Paths to leave out, as globs.
    pub exclude: Vec<Spanned<String>>,
    /// Lowest confidence that is shown.
    pub min_confidence: Option<Spanned<Confidence>>,
    /// Lowest severity that makes the scan fail.
    pub fail_on: Option<Spanned<Severity>>,
    /// Skip codes that do not make the scan incomplete.
    pub allow_incomplete: Vec<Spanned<String>>,
    /// What opening the containers of one file may cost: `entries=1000000`.
    pub unpack_limits: Vec<Spanned<String>>,
}

/// `[rules]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Rules {
    /// Classes of rules that are on; none is those of everyday use.
    pub classes: Vec<Spanned<String>>,
    /// Rule files of the user's own, relative to the configuration file.
    pub files: Vec<Spanned<String>>,
    /// Rules to turn off: ids, `*` stands for any run of characters.
    pub disable: Vec<Spanned<String>>,
    /// Rules to keep on whatever `disable` says.
    pub enable: Vec<Spanned<String>>,
    /// Severities by id.
    pub severity: BTreeMap<Spanned<String>, Spanned<Severity>>,
    /// Also use rules on trial.
    pub preview: Option<Spanned<bool>>,
    /// Let the learned score have a say in generic findings.
    pub learned: Option<Spanned<bool>>,
}

/// `[allow]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Allow {
    /// Whole secrets that are harmless, with `{+}` joiners.
    pub values: Vec<Spanned<String>>,
    /// Paths whose findings are harmless, as globs.
    pub paths: Vec<Spanned<String>>,
    /// Fragments which, inside a secret, make it harmless (matched without case).
    pub stop_words: Vec<Spanned<String>>,
}

/// `[register]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Register {
    /// The index of protected documents, relative to the configuration file.
    pub index: Option<Spanned<String>>,
    /// The file with the register key, relative to the configuration file.
    pub key_file: Option<Spanned<String>>,
    /// The command that prints the register key.
    pub key_command: Option<Spanned<String>>,
}

/// `[suppress]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Suppress {
    /// Where comments beside findings are obeyed.
    pub comments: Option<Spanned<Obey>>,
    /// Other scanners whose comments are obeyed as well.
    pub honour: Vec<Spanned<String>>,
    /// Ignore files beside `.stanch/ignore`, relative to the configuration file.
    pub ignore_files: Vec<Spanned<String>>,
    /// Baselines, relative to the configuration file.
    pub baselines: Vec<Spanned<String>>,
}

/// `[policy]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Policy {
    /// Rules that nobody weaker silences: ids, `*` stands for any run of characters.
    pub locked: Vec<Spanned<String>>,
    /// Keys that nobody weaker sets, as `section.key` or `section.*`.
    pub fixed: Vec<Spanned<String>>,
}

/// `[cache]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Cache {
    /// Which commands use it: sweeps, all, none.
    #[serde(rename = "use")]
    pub when: Option<Spanned<When>>,
    /// Its folder, relative to the configuration file.
    pub dir: Option<Spanned<String>>,
    /// Most bytes it takes: `64M`.
    pub size: Option<Spanned<String>>,
    /// Whether files are read to tell whether they are known.
    pub check: Option<Spanned<Check>>,
}

/// `[ledger]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Ledger {
    /// Its file, relative to the configuration file.
    pub path: Option<Spanned<String>>,
}

/// Where comments beside findings are obeyed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Obey {
    /// Nowhere.
    Never,
    /// In the project's own tree.
    #[default]
    Trusted,
    /// Everywhere.
    Always,
}

impl Obey {
    /// The word used in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Obey::Never => "never",
            Obey::Trusted => "trusted",
            Obey::Always => "always",
        }
    }
}

/// `[output]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Output {
    /// When to use colour.
    pub color: Option<Spanned<When>>,
    /// Report format.
    #[serde(deserialize_with = "format")]
    pub format: Option<Spanned<Format>>,
    /// When to show progress.
    pub progress: Option<Spanned<When>>,
}

fn format<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<Spanned<Format>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(transparent)]
    struct Named(#[serde(deserialize_with = "format_called")] Format);

    let named = Spanned::<Named>::deserialize(reader)?;
    Ok(Some(Spanned::new(named.span(), named.into_inner().0)))
}

fn format_called<'de, D: Deserializer<'de>>(reader: D) -> Result<Format, D::Error> {
    let name = String::deserialize(reader)?;
    let found = Format::ALL.iter().find(|(known, _)| *known == name);
    found
        .map(|(_, format)| *format)
        .ok_or_else(|| D::Error::unknown_variant(&name, FORMATS))
}

/// When to do something that depends on the terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum When {
    /// On a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl When {
    /// The word used in files and options.
    pub fn as_str(self) -> &'static str {
        match self {
            When::Auto => "auto",
            When::Always => "always",
            When::Never => "never",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_table_and_the_shape_agree() {
        for (section, keys) in KEYS.iter().filter(|(_, keys)| *keys != ANY) {
            let wrong = format!("[{section}]\nno-such-key = 1\n");
            let message = toml::from_str::<File>(&wrong)
                .unwrap_err()
                .message()
                .to_owned();
            for key in *keys {
                assert!(message.contains(&format!("`{key}`")), "{key}: {message}");
            }
            assert_eq!(
                message.matches('`').count() / 2,
                keys.len() + 1,
                "{message}"
            );
        }
    }

    #[test]
    fn every_format_can_be_named() {
        let known: Vec<&str> = Format::ALL.iter().map(|(name, _)| *name).collect();
        assert_eq!(known, FORMATS);
        for (name, format) in Format::ALL {
            let file: File = toml::from_str(&format!("[output]\nformat = '{name}'\n")).unwrap();
            assert_eq!(file.output.format.unwrap().into_inner(), *format);
        }
        let message = toml::from_str::<File>("[output]\nformat = 'xml'\n").unwrap_err();
        assert!(message.message().contains("unknown variant `xml`"));
    }

    #[test]
    fn taste_is_part_of_the_keys() {
        for (section, key) in TASTE {
            assert!(
                KEYS.iter()
                    .any(|(name, keys)| name == section && keys.contains(key))
            );
        }
    }

    #[test]
    fn severities_keep_the_places_of_their_ids() {
        let file: File = toml::from_str("[rules.severity]\n\"aws-*\" = 'low'\n").unwrap();
        let (id, severity) = file.rules.severity.first_key_value().unwrap();
        assert_eq!((id.span(), severity.span()), (17..24, 27..32));
    }
}
