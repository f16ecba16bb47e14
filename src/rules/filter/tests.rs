//! Filters by what they say of a match.

use proptest::prelude::*;

use super::*;

/// What `filter` says of a line `let key = "SECRET";` in `src/a.rs`.
fn says(filter: &str, secret: &str) -> bool {
    let text = format!("first\nlet key = \"{secret}\";\nlast");
    let start = text.find('"').unwrap();
    let sighting = Sighting {
        path: Some("src/a.rs"),
        text: text.as_bytes(),
        span: start - 6..start + secret.len() + 2,
        secret: start + 1..start + 1 + secret.len(),
    };
    Filter::parse(filter).unwrap().is_true(&sighting)
}

#[expect(clippy::too_many_lines, reason = "a table of expressions")]
#[test]
fn expressions_say_what_they_say() {
    for (filter, expected) in [
        ("true", true),
        ("1", false),
        ("entropy(finding[\"secret\"]) <= 3.0", true),
        ("entropy(finding.secret) <= 2.99", false),
        ("filter.entropy(finding.secret) > 2.5", true),
        ("entropy() == 3", true),
        ("len(finding.secret) == 8 && !false", true),
        ("finding.secret.size() == 8", true),
        ("finding[\"secret\"][2:4] == 'cd'", true),
        ("finding.secret[-2:] == 'gh'", true),
        (
            "finding.secret[:max(0, len(finding.secret) - 7)] == 'a'",
            true,
        ),
        ("finding.secret[min(3, 2):99] == 'cdefgh'", true),
        ("finding.secret[5:2] == ''", true),
        ("finding.secret contains 'cde'", true),
        ("finding.secret.contains('CDE')", false),
        ("containsAny(finding.secret, ['xx', 'CDE'])", true),
        ("containsAny(finding.secret, ['xx'])", false),
        ("matchesAny(finding.line, ['^let key'])", true),
        ("matchesAny(finding.match, ['^let'])", false),
        ("matchesAny(finding.match, ['^key = '])", true),
        (
            "matchesAny(get(attributes, 'path', ''), [`\\.rs$`, 'x'])",
            true,
        ),
        ("matchesAny(attributes[\"path\"], [`\\.go$`])", false),
        ("attributes.path startsWith 'src/'", true),
        ("attributes.path endsWith '.go'", false),
        ("get(attributes, 'git.sha', '') in ['abc']", false),
        ("get(attributes, 'git.sha', '') == ''", true),
        (
            "'path' in attributes && not ('git.sha' in attributes)",
            true,
        ),
        ("finding.secret not in ['x', 'y']", true),
        ("findMatch(finding.secret, '[d-f]+') == 'def'", true),
        ("findMatch(finding.secret, 'z') == ''", true),
        (
            "let s = finding.secret; len(s) > 3 ? s startsWith 'a' : false",
            true,
        ),
        ("let s = 'a'; let t = 'b'; s + t == 'ab'", true),
        ("(let s = 'a'; s == 'a') && true", true),
        ("cel.bind(s, finding.secret, s.startsWith('ab'))", true),
        ("lower('AB') == 'ab' and upper('x') == 'X'", true),
        ("trim(' x ') == 'x' or false", true),
        ("1 + 2 * 3 - 1 == 6", true),
        ("-1 < 0 && 2 >= 2 && 1 != 2", true),
        ("[1, 2][1] == 2", true),
        ("finding.secret matches '^abc'", true),
        ("nil ?? 'x' == 'x' // a comment", true),
        ("true /* a comment */ && 'a' in 'cab'", true),
        // What goes wrong is not true.
        ("len(3) == 3", false),
        ("!'text'", false),
        ("'a' < 'b'", false),
        ("[1][4] == 1", false),
    ] {
        assert_eq!(says(filter, "abcdefgh"), expected, "{filter}");
    }
}

#[test]
fn what_a_filter_does_not_know_is_named() {
    for (filter, message, at) in [
        (
            "failsTokenEfficiency(finding.secret)",
            "vocabulary",
            "failsTokenEfficiency",
        ),
        ("http.get('x')", "`http`", "http"),
        ("finding.context == ''", "context", "finding"),
        ("captures['x'] == ''", "`captures`", "captures"),
        ("true &&", "value", ""),
        ("'abc", "no end", "'"),
        (
            "matchesAny(finding.secret, ['('])",
            "regular expression",
            "",
        ),
        (
            "matchesAny(finding.secret, attributes)",
            "quotes",
            "attributes",
        ),
        ("1 2", "end here", "2"),
        ("a § b", "§", "§"),
    ] {
        let error = Filter::parse(filter).unwrap_err();
        assert!(error.message.contains(message), "{filter}: {error}");
        if !at.is_empty() {
            assert_eq!(&filter[error.span], at, "{filter}");
        }
    }
}

#[test]
fn deep_nesting_is_refused() {
    for deep in ["(", "!", "[", "1+", "1*", "x[", "-"] {
        assert!(
            Filter::parse(&(deep.repeat(10_000) + "1")).is_err(),
            "{deep}"
        );
    }
    let long = "finding.secret == 'x' || ".repeat(10_000) + "true";
    assert!(says(&long, "abc"));
}

proptest! {
    #[test]
    fn no_text_panics(text in "[a-z'\"()\\[\\].,:;=!&|?+*0-9 -]{0,40}") {
        if let Ok(filter) = Filter::parse(&text) {
            let sighting = Sighting { path: None, text: b"ab", span: 0..2, secret: 0..1 };
            let _ = filter.is_true(&sighting);
        }
    }
}
