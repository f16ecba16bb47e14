//! Rule files as they are read: mistakes, depths, what several files say together.

use super::*;
use crate::base::level::Severity;
use crate::rules::select::IdGlob;

fn file(id: &str, extra: &str) -> String {
    format!(
        r#"provider = "acme"
title = "Acme"

[[rule]]
id = "{id}"
title = "Acme key"
class = "secret"
severity = "high"
confidence = "high"
since = "0.1.0"
why = "Opens every door of Acme."
remedy = "Revoke the key under Settings."
examples.match = ["acme_{{+}}0123456789", "x acme_{{+}}abcdefghij"]
examples.ignore = ["acme_0123", "acme_012345678-"]
{extra}
"#
    )
}

const PATTERN: &str = "pattern = '''\\b(acme_[a-z0-9]{10})\\b'''";

#[test]
fn a_rule_is_read_and_joined() {
    let text = file("acme-key", PATTERN);
    let set = RuleSet::of(&[("acme.toml", &text)]).unwrap();
    let rule = set.get("acme-key").unwrap();
    assert_eq!(rule.examples.matching[0], concat!("acme_", "0123456789"));
    let RuleKind::Pattern { secret_group, .. } = rule.kind else {
        panic!()
    };
    assert_eq!(secret_group, 1);
    assert!(set.get("acme").is_none());
}

#[test]
fn the_whole_match_is_the_secret_of_a_pattern_without_groups() {
    let text = file("acme-key", "pattern = 'acme_(?:[a-z0-9]{10})'");
    let set = RuleSet::of(&[("acme.toml", &text)]).unwrap();
    let RuleKind::Pattern { secret_group, .. } = set.rules[0].kind else {
        panic!()
    };
    assert_eq!(secret_group, 0);
}

#[test]
fn all_mistakes_are_told_not_only_the_first() {
    let broken = "provider = 'x'\ntitle = 3\n";
    let twice = file("acme-key", PATTERN);
    let none = file("acme-none", "");
    let files = [
        ("a.toml", broken),
        ("b.toml", &twice),
        ("c.toml", &twice),
        ("d.toml", &none),
    ];
    let found = RuleSet::of(&files).unwrap_err().0;
    let codes: Vec<_> = found.iter().map(|d| (d.file.as_str(), d.code)).collect();
    assert_eq!(
        codes,
        [("a.toml", "R001"), ("c.toml", "R002"), ("d.toml", "R003")]
    );
    assert_eq!(&found[1].source[found[1].span.clone()], "\"acme-key\"");
}

#[test]
fn a_rule_that_looks_for_two_things_is_named() {
    let marking = format!("{PATTERN}\nmarking.phrases = ['TRADE SECRET']");
    let found = RuleSet::of(&[("a.toml", &file("acme-two", &marking))]);
    let found = found.unwrap_err().0;
    assert_eq!(found[0].code, "R003");
    assert!(found[0].message.contains("`acme-two` has a `marking` and"));
}

#[test]
fn an_unknown_validator_is_an_error() {
    let text = file("acme-key", &format!("{PATTERN}\nvalidate = 'no-such'"));
    let found = RuleSet::of(&[("acme.toml", &text)]).unwrap_err().0;
    assert_eq!(found[0].code, "R004");
}

#[test]
fn a_selection_turns_rules_off_and_changes_severities() {
    let (a, b) = (file("acme-a", PATTERN), file("acme-b", PATTERN));
    let set = RuleSet::of(&[("a.toml", &a), ("b.toml", &b)]).unwrap();
    let selection = Selection {
        disable: vec![IdGlob::new("*-a")],
        severity: vec![(IdGlob::new("acme-*"), Severity::Low)],
        ..Selection::default()
    };
    let chosen = set.select(&selection);
    assert_eq!(chosen.rules.len(), 1);
    assert_eq!(chosen.rules[0].info.severity, Severity::Low);
    assert_ne!(chosen.digest, set.digest);
    assert_eq!(set.select(&Selection::default()).digest, set.digest);
}

#[test]
fn the_digest_knows_what_matters_only() {
    let digest = |text: &str| RuleSet::of(&[("a.toml", text)]).unwrap().digest;
    let text = file("acme-key", PATTERN);
    assert_eq!(
        digest(&text),
        digest(&text.replace("every door", "each door"))
    );
    assert_ne!(digest(&text), digest(&text.replace("\"high\"", "\"low\"")));
    let moved = |extra: &str| digest(&file("acme-key", &format!("{PATTERN}\n{extra}")));
    assert_ne!(
        moved("allow.values = ['ab']"),
        moved("allow.values = ['a', 'b']")
    );
    assert_ne!(
        moved("allow.values = ['ab']"),
        moved("allow.words = ['ab']")
    );
}

#[test]
fn the_builtin_rules_load() {
    if let Err(found) = RuleSet::builtin() {
        panic!("{found}");
    }
}
