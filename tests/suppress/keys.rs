//! Finding keys: what keeps them and what does not.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use stanch::base::level::Confidence;
use stanch::judge::key::Keyer;
use stanch::rules::load::RuleSet;
use stanch::scan::scanner::{ScanOptions, Scanner};

use crate::plant::Source;

fn scanner(key: Option<&[u8]>) -> Scanner {
    let options = ScanOptions {
        keyer: Keyer::new(key),
        min_confidence: Confidence::Low,
        ..ScanOptions::default()
    };
    Scanner::new(&RuleSet::builtin().unwrap(), options).unwrap()
}

fn keys(scanner: &Scanner, name: &str, text: &str) -> BTreeSet<String> {
    let outcome = scanner.scan_bytes(name, text.as_bytes());
    outcome.findings.into_iter().map(|f| f.key.0).collect()
}

/// A text that holds `values`, and everything around them by chance.
fn edited(source: &mut Source, values: &[String]) -> (String, String) {
    let mut text = String::new();
    for value in values {
        for _ in 0..source.below(4) {
            let word = source.text(5);
            writeln!(
                text,
                "{} line {word}",
                ["#", "//", "--", ""][source.below(4)]
            )
            .unwrap();
        }
        let indent = " ".repeat(source.below(9));
        let quote = ["\"", "'"][source.below(2)];
        writeln!(text, "{indent}token = {quote}{value}{quote}").unwrap();
    }
    if source.below(2) == 0 {
        text = text.replace('\n', "\r\n");
    }
    let folder = ["", "src/", "a/b/c/", "test data/"][source.below(4)];
    let name = format!(
        "{folder}{}.{}",
        source.text(4),
        ["py", "js", "env", "txt"][source.below(4)]
    );
    (name, text)
}

#[test]
fn a_key_survives_a_thousand_edits_moves_and_renames() {
    for project in [None, Some(&b"a project's own key"[..])] {
        let scanner = scanner(project);
        let mut source = Source::new(11);
        let values = vec![source.token(), source.token()];
        let expected = keys(&scanner, "first.py", &edited(&mut source, &values).1);
        assert_eq!(expected.len(), 2);
        for turn in 0..1000 {
            let mut values = values.clone();
            if source.below(2) == 0 {
                values.reverse();
            }
            let (name, text) = edited(&mut source, &values);
            assert_eq!(keys(&scanner, &name, &text), expected, "{turn}: {name}");
        }
    }
}

#[test]
fn a_new_value_on_the_same_line_has_a_new_key() {
    for project in [None, Some(&b"a project's own key"[..])] {
        let scanner = scanner(project);
        let mut source = Source::new(12);
        let mut seen = BTreeSet::new();
        for _ in 0..300 {
            let text = format!("token = '{}'\n", source.token());
            let new = keys(&scanner, "a.py", &text);
            assert!(seen.is_disjoint(&new));
            seen.extend(new);
        }
        assert_eq!(seen.len(), 300);
    }
}

#[test]
fn with_a_project_key_a_new_password_has_a_new_key_however_weak() {
    let keyed = scanner(Some(b"a project's own key"));
    let bare = scanner(None);
    let texts = ["tr0ub4dor", "s3cret-pa55"].map(|word| format!("db_password = \"{word}\"\n"));
    let of = |scanner: &Scanner, n: usize| keys(scanner, "a.py", &texts[n]);
    assert_eq!(of(&keyed, 0).len(), 1);
    assert_ne!(of(&keyed, 0), of(&keyed, 1));
    // Without one it must not be possible to test guesses.
    assert_eq!(of(&bare, 0), of(&bare, 1));
    // But one more value in the file is one more key.
    let both = keys(&bare, "a.py", &texts.concat());
    assert_eq!(both.len(), 2);
    assert!(both.is_superset(&of(&bare, 0)));
}

#[test]
fn equal_values_of_one_file_have_numbers() {
    let scanner = scanner(None);
    let token = Source::new(13).token();
    let text = format!("a = '{token}'\nb = '{token}'\n");
    let keys: Vec<String> = keys(&scanner, "a.py", &text).into_iter().collect();
    assert_eq!(keys[1], format!("{}-2", keys[0]));
}
