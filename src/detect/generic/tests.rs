//! Tests of the recognisers together: the rule file's examples, and what holds for any text.

use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::rules::file::{RuleFile, join};

/// Calls `examine` wherever a trigger stands.
fn all(text: &[u8], file: FileKind) -> Vec<Candidate> {
    let mut out = Vec::new();
    for &recogniser in Recogniser::ALL {
        for trigger in recogniser.triggers() {
            for hit in hits(text, trigger) {
                examine(recogniser, text, hit, file, &Learned::BuiltIn, &mut out);
            }
        }
    }
    out
}

fn hits(text: &[u8], trigger: &Trigger) -> Vec<usize> {
    let literal = trigger.literal.as_bytes();
    (0..text.len())
        .filter(|&at| {
            let Some(here) = text.get(at..at + literal.len()) else {
                return false;
            };
            let same = if trigger.fold_case {
                here.eq_ignore_ascii_case(literal)
            } else {
                here == literal
            };
            let next = text.get(at + literal.len());
            same && (trigger.then.is_empty() || next.is_some_and(|b| trigger.then.contains(b)))
        })
        .collect()
}

/// The surest finding in a text, as in a file of that name.
pub(super) fn confidence(text: &str, file: &str) -> Option<(Kind, Confidence)> {
    let found = all(text.as_bytes(), FileKind::of(Path::new(file)));
    found
        .iter()
        .filter(|c| c.kind != Kind::Shadow)
        .max_by_key(|c| c.confidence)
        .map(|c| (c.kind, c.confidence))
}

#[test]
fn rule_files_know_every_recogniser_by_name() {
    let mut names: Vec<&str> = Recogniser::ALL.iter().map(|r| r.name()).collect();
    names.sort_unstable();
    assert_eq!(names, crate::rules::recognisers::NAMES);
}

#[test]
fn every_kind_has_a_rule_whose_examples_it_tells() {
    let text = include_str!("../../../rules/generic.toml");
    let rules: RuleFile = toml::from_str(text).unwrap();
    assert_eq!(rules.rules.len(), Kind::REPORTED.len());
    for rule in &rules.rules {
        let rule = rule.get_ref();
        let kind = Kind::REPORTED
            .iter()
            .find(|k| k.rule_id() == Some(rule.id.get_ref()));
        let kind = *kind.expect("the rule has a kind");
        let named = rule.recogniser.as_ref().map(|name| name.get_ref().as_str());
        assert_eq!(named, kind.recogniser().map(Recogniser::name), "{kind:?}");
        let finds = |example: &String| {
            let found = all(join(example).as_bytes(), FileKind::of(Path::new("x")));
            found
                .iter()
                .any(|c| c.kind == kind && c.confidence <= rule.confidence)
        };
        for example in &rule.examples.matching {
            assert!(finds(example), "{kind:?} misses {example}");
        }
        for example in &rule.examples.ignore {
            assert!(!finds(example), "{kind:?} takes {example}");
        }
    }
}

#[test]
fn passwords_of_words_are_told_from_labels() {
    let chosen = [
        ("db_user: app\ndb_password: thunderbird\n", "config.yml"),
        ("DB_USER=app\nDB_PASSWORD=thunderbird\n", ".env"),
        (
            concat!("user = 'app'\npass", "word = 'thunder", "bird'\n"),
            "a.py",
        ),
        (
            "spring.datasource.password=thunderbird\n",
            "application.properties",
        ),
    ];
    for (text, file) in chosen {
        let found = confidence(text, file);
        assert_eq!(
            found,
            Some((Kind::Password, Confidence::Medium)),
            "{file}: {text}"
        );
    }
    let labels = [
        ("password: 'Enter_password'", "form.js"),
        ("password_label: Kennwort\n", "de.yml"),
        ("update_password: always\n", "a.yml"),
        ("choices=[\"password\", \"radius\", \"otp\"]", "a.py"),
        ("auth_key_management: [\"802.1X-SHA1\"]", "a.yml"),
        ("PASSWORD = 'password'\n", "fields.py"),
        (
            "{\"type\": \"password\", \"id\": \"confirm-password\"}",
            "a.json",
        ),
    ];
    for (text, file) in labels {
        let found = confidence(text, file);
        assert!(
            found.is_none_or(|f| f.1 == Confidence::Low),
            "{file}: {text}"
        );
    }
}

#[test]
fn without_the_learned_score_the_table_stands() {
    let text = ["user = 'app'\npassw", "ord = 'thunderbird'\n"].concat();
    let hit = text.find("pass").unwrap();
    let file = FileKind::of(Path::new("a.py"));
    let level = |learned: &Learned| {
        let mut out = Vec::new();
        examine(
            Recogniser::Assignment,
            text.as_bytes(),
            hit,
            file,
            learned,
            &mut out,
        );
        (
            out[0].confidence,
            out[0].evidence.has(Evidence::LEARNED_FOR),
        )
    };
    assert_eq!(level(&Learned::Off), (Confidence::Low, false));
    assert_eq!(level(&Learned::BuiltIn), (Confidence::Medium, true));
}

#[test]
fn weak_literals_are_low_not_lost() {
    for text in [
        "password = 'hunter2'",
        "password = 'changeme'",
        "password = 'password12'",
    ] {
        assert_eq!(
            confidence(text, "a.py"),
            Some((Kind::Password, Confidence::Low)),
            "{text}"
        );
    }
}

#[test]
fn evidence_tells_why() {
    let text = ["passw", "ord = \"vq7Xk2wzR9\""].concat();
    let found = all(text.as_bytes(), FileKind::of(Path::new("a.py")));
    let words: Vec<_> = found[0].evidence.words().collect();
    assert_eq!(
        words,
        [
            "strong password name",
            "quoted",
            "letters look random",
            "form of a token",
            "no placeholder"
        ]
    );
}

#[test]
fn recognisers_are_found_by_name() {
    for &recogniser in Recogniser::ALL {
        assert_eq!(Recogniser::find(recogniser.name()), Some(recogniser));
        assert!(recogniser.triggers().iter().all(|t| t.literal.len() >= 3));
    }
    assert_eq!(Recogniser::find("none"), None);
}

/// Texts made of pieces the recognisers care about, in any order, with any bytes between.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        proptest::sample::select(vec![
            "password",
            "secret_key",
            "token",
            "://",
            "Basic ",
            "bearer ",
            "authorization",
            " -u ",
            "curl",
            "identified by",
            "user ",
            "-----BEGIN ",
            "PRIVATE KEY-----",
            "-----END ",
            "PuTTY-User-Key-File-",
            "Private-Lines:",
            "LS0tLS1CRUdJTi",
            "=",
            ": ",
            "\"",
            "'",
            "\\\"",
            "\n",
            "{",
            "}",
            "(",
            ")",
            "[",
            "]",
            ",",
            ">",
            "<",
            "@",
            "value",
            " ",
            "${",
            "vq7Xk2wzR9",
            "0123456789abcdef",
            "\\n",
            "...",
            "&quot;",
            "?",
            "&",
            "api",
            "key",
            "é",
            "$2a$10$",
            "||",
        ])
        .prop_map(|s| s.as_bytes().to_vec()),
        proptest::collection::vec(any::<u8>(), 0..6),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_and_no_place_makes_it_panic(text in pieces(), hit in 0usize..400) {
        for &recogniser in Recogniser::ALL {
            for file in ["a.py", "a.yml", "a.json", "a.xml", "a.md", "a"] {
                let mut out = Vec::new();
                examine(recogniser, &text, hit, FileKind::of(Path::new(file)), &Learned::BuiltIn, &mut out);
                for candidate in out {
                    prop_assert!(candidate.span.end <= text.len());
                    prop_assert!(candidate.secret.end <= text.len());
                    prop_assert!(!candidate.secret.is_empty());
                    prop_assert!(candidate.span.contains(candidate.secret));
                }
            }
        }
    }

    #[test]
    fn a_longer_view_changes_nothing(text in pieces(), back in 0usize..900, ahead in 0usize..5000) {
        let file = FileKind::of(Path::new("a.yml"));
        let filler = |n: usize| b"x = \"y' ".iter().copied().cycle().take(n).collect::<Vec<u8>>();
        let long = [filler(900), text.clone(), filler(5000)].concat();
        for &recogniser in Recogniser::ALL {
            let (reach_back, reach_ahead) = recogniser.reach();
            for hit in recogniser.triggers().iter().flat_map(|t| hits(&long, t)) {
                let mut whole = Vec::new();
                examine(recogniser, &long, hit, file, &Learned::BuiltIn, &mut whole);
                let from = hit.saturating_sub(reach_back + back);
                let to = (hit + reach_ahead + ahead).min(long.len());
                let mut part = Vec::new();
                examine(recogniser, &long[from..to], hit - from, file, &Learned::BuiltIn, &mut part);
                for candidate in &mut part {
                    candidate.span = candidate.span.shifted(from);
                    candidate.secret = candidate.secret.shifted(from);
                }
                prop_assert_eq!(&whole, &part);
            }
        }
    }
}

#[test]
fn what_a_call_gives_is_not_what_it_is_given() {
    let value = ["9f27b1c3", "5d60e4a8"].concat().repeat(3);
    let of = |text: String| confidence(&text, "a.js");
    assert_eq!(of(format!("sign('', 'test_secret') => '{value}'")), None);
    assert!(of(format!("'test_secret' => '{value}'")).is_some());
}

#[test]
fn parts_of_designs_are_no_tokens() {
    let of = |name: &str, value: &str| confidence(&format!("\"{name}\": \"{value}\","), "a.json");
    assert_eq!(of("token", "railHoverBg"), None);
    assert!(of("token", &["k3Qx9Wz", "Pq7Lt2Vb8Rm4N"].concat()).is_some());
}
