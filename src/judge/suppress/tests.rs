//! What comments, files and the configuration silence, and what they may not.

use super::*;
use crate::base::span::{Position, Span};

const TODAY: &str = "2026-06-01";

fn comments() -> Comments {
    Comments {
        trust: Trust::Everybody,
        honour: vec![Tool::Gitleaks, Tool::Kingfisher],
        locks: Locks::new([(IdGlob::new("core-*"), "policy.toml:2".to_owned())]),
        today: TODAY.parse().unwrap(),
        audit: None,
    }
}

/// The standing of a finding of `rule` at the first `VALUE` of `text`.
fn standing_of(rule: &str, text: &str, comments: &Comments, trusted: bool) -> Standing {
    let mut found = Found::default();
    let bytes = text.as_bytes();
    let lines = LineCounter::default();
    found.search(bytes, &(0..bytes.len()), |at| at, (bytes, 0), lines);
    let at = text.find("VALUE").unwrap();
    let line = text[..at].matches('\n').count() + 1;
    let place = Place {
        span: Span::new(at, at + 5),
        start: Position { line, column: 1 },
        end: Position { line, column: 6 },
    };
    let ask = Ask {
        comments,
        trusted,
        masks: &Masks::new(std::iter::empty()),
    };
    found.settle().standing(rule, &place, &ask)
}

/// `allowed`, `new`, or the code of the first refusal.
fn told(text: &str) -> String {
    let standing = standing_of("acme-token", text, &comments(), true);
    match standing.refused.first() {
        Some(refusal) => refusal.why.code().to_owned(),
        None => standing.status.as_str().to_owned(),
    }
}

#[test]
fn a_comment_is_about_its_line_the_next_or_a_block() {
    for (text, expected) in [
        ("a = VALUE # stanch:allow acme-token test only", "allowed"),
        ("a = VALUE # stanch:allow acme-* test only", "allowed"),
        ("a = VALUE\n# stanch:allow acme-token test only", "new"),
        ("# stanch:allow acme-token test only\na = VALUE", "new"),
        (
            "# stanch:allow-next-line acme-token test only\na = VALUE",
            "allowed",
        ),
        (
            "# stanch:allow-next-line acme-token test only\n\na = VALUE",
            "new",
        ),
        (
            "# stanch:allow-next-line acme-token test only\n# stanch:allow-next-line b test only\na = VALUE",
            "allowed",
        ),
        (
            "# stanch:allow-begin acme-token test only\n\na = VALUE\n# stanch:allow-end",
            "allowed",
        ),
        (
            "# stanch:allow-begin acme-token test only\n# stanch:allow-end\na = VALUE\n",
            "new",
        ),
        (
            "# stanch:allow-begin acme-token test only\n# stanch:allow-end b\na = VALUE\n# stanch:allow-end acme-token",
            "allowed",
        ),
        (
            "# stanch:allow-begin acme-token test only\na = VALUE\n",
            "no-end",
        ),
        ("a = VALUE # gitleaks:allow", "allowed"),
        ("# kingfisher:ignore\na = VALUE", "allowed"),
        ("a = VALUE\n# kingfisher:ignore", "allowed"),
        ("# gitleaks:allow\na = VALUE", "new"),
    ] {
        assert_eq!(told(text), expected, "{text}");
    }
}

#[test]
fn what_has_no_effect_says_why() {
    for (text, expected) in [
        ("a = VALUE # stanch:allow", "no-rule"),
        ("a = VALUE # stanch:allow * test only", "no-rule"),
        ("a = VALUE # stanch:allow acme-token", "no-reason"),
        ("a = VALUE # stanch:allow other test only", "other-rule"),
        (
            "a = VALUE # stanch:allow acme-token until=2026-05-31 test",
            "expired",
        ),
        (
            "a = VALUE # stanch:allow acme-token until=2026-06-01 test",
            "allowed",
        ),
        (
            "a = VALUE # stanch:allow acme-token until=soon test",
            "no-date",
        ),
        ("a = VALUE # trufflehog:ignore", "not-honoured"),
        ("a = VALUE // secretlint-disable-line x", "foreign-rules"),
    ] {
        assert_eq!(told(text), expected, "{text}");
    }
}

#[test]
fn a_protected_rule_cannot_be_silenced() {
    let text = "a = VALUE # stanch:allow core-key test only";
    let locked = standing_of("core-key", text, &comments(), true);
    assert!(locked.is_new());
    assert_eq!(
        locked.refused[0].why,
        Why::Locked("policy.toml:2".to_owned())
    );
}

#[test]
fn comments_of_strangers_are_shown_and_not_obeyed() {
    let text = "a = VALUE # stanch:allow acme-token test only";
    let standing = standing_of("acme-token", text, &comments(), false);
    assert!(standing.is_new());
    assert_eq!(standing.refused[0].why, Why::Untrusted);
    assert_eq!(standing.refused[0].grant.reason, "test only");
}

#[test]
fn a_comment_far_away_in_a_long_line_is_about_something_else() {
    let near = format!("VALUE{}stanch:allow acme-token x y z", " ".repeat(100));
    let far = format!("VALUE{}stanch:allow acme-token x y z", " ".repeat(9000));
    assert_eq!(
        (told(&near).as_str(), told(&far).as_str()),
        ("allowed", "new")
    );
}

#[test]
fn a_tree_is_trusted_by_where_its_files_are() {
    let trust = Trust::Tree {
        root: "/home/me/project".into(),
        here: "/home/me/project/src".into(),
    };
    for (path, expected) in [
        ("a.py", true),
        ("./a.py", true),
        ("../doc/a.md", true),
        ("../../other/a.py", false),
        ("/home/me/project/x", true),
        ("/home/me/project2/x", false),
        ("/tmp/x", false),
    ] {
        assert_eq!(trust.covers(&Provenance::file(path)), expected, "{path}");
    }
    let mut member = Provenance::file("a.zip");
    member.inner.push("x".into());
    assert!(!trust.covers(&member));
    assert!(!trust.covers(&Provenance::stdin("x")));
    assert!(!Trust::Nobody.covers(&Provenance::file("a.py")));
}
