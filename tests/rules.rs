//! The built-in rules, judged by the lint the users have; and the lint itself,
//! judged by the drawings in `diagnostics/`.
//!
//! Each `diagnostics/NAME.toml` is a rule file (`rule-*`) or a configuration
//! file (`config-*`, `user-*` for the user's own) with mistakes; `NAME.txt` is
//! what a user sees. After a change that is meant, `STANCH_BLESS=1` writes the
//! drawings anew.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use stanch::cli::diagnose::{Style, draw};
use stanch::config::diagnose::{self as config, Role};
use stanch::config::settings::{Layer, Origin, Settings};
use stanch::rules::builtin;
use stanch::rules::diagnostic::Diagnostic;
use stanch::rules::lint::{self, Beside};
use stanch::rules::load::{RuleKind, RuleSet};
use stanch::rules::sample::Sample;
use stanch::rules::shape::{self, Shape};

#[test]
fn the_builtin_rules_are_clean() {
    let found = lint::check(builtin::FILES, Beside::Nothing);
    assert!(found.0.is_empty(), "{}", draw(&found.0, Style::Plain));
}

#[test]
fn the_whole_set_loads() {
    let set = builtin_rules();
    assert!(set.rules.windows(2).all(|pair| pair[0].id() < pair[1].id()));
}

#[test]
fn groups_seen_on_load_are_those_of_the_parser() {
    for rule in builtin_rules().rules {
        if let RuleKind::Pattern { pattern, .. } = &rule.kind {
            let groups = Shape::parse(pattern).unwrap().groups;
            assert_eq!(shape::has_group(pattern), groups > 0, "{}", rule.id());
        }
    }
}

#[test]
fn no_rule_fires_on_any_rule_file() {
    let set = builtin_rules();
    let mut told = Vec::new();
    for rule in &set.rules {
        let Some(sample) = Sample::new(rule).unwrap() else {
            continue;
        };
        for (file, text) in builtin::FILES {
            let places = sample.fires_on(text.as_bytes());
            // Fewer than the rule would ever report.
            let reported = rule.quantity.and_then(|quantity| quantity.report_from);
            if (places.len() as u64) < reported.unwrap_or(1) {
                continue;
            }
            for place in places {
                let line = text[..place.start].matches('\n').count() + 1;
                told.push(format!("rules/{file}:{line}: {}", rule.id()));
            }
        }
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn mistakes_are_drawn_as_recorded() {
    let cases = cases();
    assert!(cases.len() >= 12, "{} cases", cases.len());
    let wrong: Vec<String> = cases.iter().filter_map(|case| differs(case)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn builtin_rules() -> RuleSet {
    RuleSet::builtin().unwrap_or_else(|found| panic!("{found}"))
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .collect();
    cases.sort();
    cases
}

/// What is wrong with the drawing of a case, if anything.
fn differs(case: &Path) -> Option<String> {
    let text = fs::read_to_string(case).unwrap();
    let name = case.file_stem().unwrap().to_str().unwrap();
    let drawn = draw(&diagnose(name, &text), Style::Plain);
    let record = case.with_extension("txt");
    if std::env::var_os("STANCH_BLESS").is_some() {
        fs::write(&record, &drawn).unwrap();
    }
    let recorded = fs::read_to_string(&record).unwrap_or_default();
    (drawn != recorded).then(|| format!("{name}: recorded\n{recorded}\nbut drawn\n{drawn}"))
}

fn diagnose(name: &str, text: &str) -> Vec<Diagnostic> {
    match name.split_once('-') {
        Some(("rule", _)) => lint::check(&[("rules/acme.toml", text)], Beside::Nothing).0,
        Some(("config", _)) => configuration("stanch.toml", text, Role::Project),
        Some(("user", _)) => configuration("~/.config/stanch/config.toml", text, Role::User),
        _ => panic!("{name}: begin with rule-, config- or user-"),
    }
}

fn configuration(file: &str, text: &str, role: Role) -> Vec<Diagnostic> {
    let parsed = match config::parse(file, text, role) {
        Ok(parsed) => parsed,
        Err(found) => return found,
    };
    let mut settings = Settings::default();
    settings.take_file(
        parsed,
        &Origin::new(Layer::Project, file, text),
        Path::new(""),
    );
    let mut found = config::settings(&settings);
    let rules = RuleSet::of(&[("acme.toml", include_str!("diagnostics/acme.rules"))]).unwrap();
    found.extend(config::unknown_rules(&settings, &rules).0);
    found
}
