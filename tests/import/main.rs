//! Rules of other tools, imported: each text gives exactly the findings that
//! the other tool's meaning prescribes. All configurations and texts were
//! written for these tests.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod betterleaks;
mod gitleaks;
mod trufflehog;
mod yaml;

use std::io;

use stanch::base::level::Confidence;
use stanch::base::limits::Limits;
use stanch::rules::import::{Format, Imported, import};
use stanch::rules::load::RuleSet;
use stanch::scan::scanner::{ScanOptions, Scanner};

/// A text with its path, and every finding in it: rule, line, secret.
struct Case {
    path: &'static str,
    text: &'static str,
    expected: &'static [(&'static str, usize, &'static str)],
}

fn case(
    path: &'static str,
    text: &'static str,
    expected: &'static [(&'static str, usize, &'static str)],
) -> Case {
    Case {
        path,
        text,
        expected,
    }
}

/// Imports one file that names no other.
fn imported(format: Format, text: &str) -> Imported {
    let none = |_: &str| Err(io::ErrorKind::NotFound.into());
    import(format, &[("rules.x", text)], &none).unwrap_or_else(|found| panic!("{found}"))
}

fn scanner(imported: &Imported, window: usize) -> Scanner {
    let text = imported.to_toml();
    let rules =
        RuleSet::of(&[("imported.toml", &text)]).unwrap_or_else(|found| panic!("{found}\n{text}"));
    let options = ScanOptions {
        min_confidence: Confidence::Low,
        limits: Limits {
            window,
            ..Limits::default()
        },
        ..ScanOptions::default()
    };
    Scanner::new(&rules, options).unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// Demands exactly the findings of every case, in windows of several sizes.
/// `{+}` in texts and secrets is removed.
fn agree(imported: &Imported, cases: &[Case]) {
    let join = |text: &str| text.replace("{+}", "");
    for window in [4 << 20, 16] {
        let scanner = scanner(imported, window);
        for case in cases {
            let outcome = scanner.scan_bytes(case.path, join(case.text).as_bytes());
            let found: Vec<(String, usize, String)> = outcome
                .findings
                .iter()
                .map(|finding| {
                    let secret = String::from_utf8_lossy(finding.secret.expose()).into_owned();
                    let id = finding.rule.id.as_str();
                    let id = id.split_once('-').map_or(id, |(_, id)| id);
                    (id.to_owned(), finding.place.start.line, secret)
                })
                .collect();
            let expected: Vec<(String, usize, String)> = case
                .expected
                .iter()
                .map(|&(id, line, secret)| (id.to_owned(), line, join(secret)))
                .collect();
            assert_eq!(found, expected, "{} in {} ({window})", case.text, case.path);
        }
    }
}

/// The notes as lines.
fn told(imported: &Imported) -> Vec<String> {
    imported.notes.iter().map(ToString::to_string).collect()
}
