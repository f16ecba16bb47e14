//! What holds for any content: a scan does not panic, its account is sound,
//! and its findings do not depend on the windows or the engine path.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

#[path = "scan/plant.rs"]
#[expect(dead_code, reason = "not everything is needed here")]
mod plant;

use std::sync::LazyLock;

use proptest::prelude::*;
use stanch::base::content::Status;
use stanch::base::level::Confidence;
use stanch::base::limits::{CONTEXT_AHEAD, Limits};
use stanch::detect::index::EnginePath;
use stanch::judge::finding::Finding;
use stanch::judge::outcome::Outcome;
use stanch::rules::load::RuleSet;
use stanch::scan::scanner::{ScanOptions, Scanner};

use plant::Source;

fn scanner(window: usize, path: EnginePath) -> Scanner {
    let options = ScanOptions {
        path,
        limits: Limits {
            window,
            ..Limits::default()
        },
        min_confidence: Confidence::Low,
        ..ScanOptions::default()
    };
    Scanner::new(&RuleSet::builtin().unwrap(), options).unwrap()
}

static WHOLE: LazyLock<Scanner> =
    LazyLock::new(|| scanner(Limits::default().window, EnginePath::Prefilter));

/// Scanners whose windows cut everything.
static OTHERS: LazyLock<Vec<(usize, EnginePath, Scanner)>> = LazyLock::new(|| {
    let kinds = [
        (13, EnginePath::Prefilter),
        (64, EnginePath::AhoCorasick),
        (501, EnginePath::Prefilter),
        (1777, EnginePath::Prefilter),
        (4096, EnginePath::AhoCorasick),
    ];
    kinds
        .map(|(window, path)| (window, path, scanner(window, path)))
        .into()
});

/// Everything of a finding that a report shows.
fn shown(finding: &Finding) -> impl PartialEq + std::fmt::Debug + use<> {
    let excerpt: Vec<String> = finding
        .excerpt
        .iter()
        .map(|line| format!("{}|{}", line.number, line.text))
        .collect();
    (
        finding.rule.id.to_string(),
        finding.key.0.clone(),
        format!("{:?}", finding.place),
        (finding.preview.clone(), excerpt),
        format!("{:?} {:?}", finding.evidence, finding.confidence),
        finding.decoded,
    )
}

/// Demands what holds for every outcome.
fn check(outcome: &Outcome, content: &[u8]) {
    assert_eq!(outcome.bytes, content.len() as u64);
    assert_eq!(outcome.skips.is_empty(), outcome.status == Status::Scanned);
    let spans: Vec<_> = outcome.findings.iter().map(|f| f.place.span).collect();
    assert!(spans.is_sorted());
    for finding in &outcome.findings {
        let place = &finding.place;
        assert!(place.span.start < place.span.end && place.span.end <= content.len());
        assert!(place.start.line >= 1 && place.start.column >= 1 && place.start <= place.end);
        let secret = finding.secret.expose();
        // What stands in the rule's catalogue entry anyway is no secret.
        if secret.len() >= 8 && !secret.starts_with(b"-----BEGIN ") {
            let lines = finding.excerpt.iter().map(|line| line.text.as_bytes());
            for text in lines.chain([finding.preview.as_bytes()]) {
                assert!(
                    memchr::memmem::find(text, secret).is_none(),
                    "{}",
                    finding.rule.id
                );
            }
        }
    }
}

/// Parts that mean something to a rule, a recogniser or a decoder.
fn part() -> impl Strategy<Value = Vec<u8>> {
    let seeded = |make: fn(&mut Source) -> String| {
        any::<u64>().prop_map(move |seed| make(&mut Source::new(seed)).into_bytes())
    };
    let plain = prop_oneof![
        3 => seeded(Source::token),
        3 => seeded(|s| format!("db_password = \"{}\"\n", s.password())),
        1 => seeded(|s| format!("https://user:{}@host.example.net/\n", s.password())),
        1 => seeded(Source::private_key),
        1 => seeded(|s| format!("Authorization: Bearer {}\r\n", s.text(40))),
        2 => "[ -~]{0,40}".prop_map(String::into_bytes),
        1 => "[ \t\r\n=:\"'{};,]{1,6}".prop_map(String::into_bytes),
        1 => Just("設定=表示 é\u{feff}\n".as_bytes().to_vec()),
    ];
    let noise = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..80),
        proptest::collection::vec(prop_oneof![Just(0u8), 32..127u8], 0..80),
        Just(b"\n".to_vec()),
        Just(vec![0; 7]),
    ];
    (plain, 0..8u8, noise).prop_map(|(plain, how, noise)| {
        let zeros = |before: usize, after: usize| {
            let wide = plain
                .iter()
                .flat_map(|&byte| [vec![0; before], vec![byte], vec![0; after]].concat());
            wide.collect::<Vec<u8>>()
        };
        match how {
            0 => [zeros(0, 1), noise].concat(),
            1 => [zeros(1, 0), noise].concat(),
            2 => [zeros(0, 3), noise].concat(),
            3 => encoding_rs::SHIFT_JIS
                .encode(&String::from_utf8_lossy(&plain))
                .0
                .into_owned(),
            4 => [plain, noise].concat(),
            _ => plain,
        }
    })
}

fn name() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just("a.env"),
        Just("a.rs"),
        Just("a.json"),
        Just("a.xml"),
        Just("a.md"),
        Just("a.bin"),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_scanned_without_a_panic(
        name in name(), content in proptest::collection::vec(any::<u8>(), 0..3000),
    ) {
        check(&WHOLE.scan_bytes(name, &content), &content);
    }

    #[test]
    fn any_mixture_is_scanned_without_a_panic_and_shows_no_value(
        name in name(), parts in proptest::collection::vec(part(), 0..12), cut in 0usize..4000,
    ) {
        let mut content = parts.concat();
        content.truncate(cut.max(content.len() / 2));
        check(&WHOLE.scan_bytes(name, &content), &content);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn findings_do_not_depend_on_windows_and_engine_path(
        name in name(), parts in proptest::collection::vec(part(), 1..12),
    ) {
        let mut content = parts.concat();
        // A window that sees the end is the last one: put the end out of sight.
        content.resize(content.len() + CONTEXT_AHEAD, b'\n');
        let expected = WHOLE.scan_bytes(name, &content);
        check(&expected, &content);
        let expected_shown: Vec<_> = expected.findings.iter().map(shown).collect();
        for (window, path, scanner) in OTHERS.iter() {
            let outcome = scanner.scan_bytes(name, &content);
            let found: Vec<_> = outcome.findings.iter().map(shown).collect();
            prop_assert_eq!(&found, &expected_shown, "window {} {:?}", window, path);
            prop_assert_eq!(outcome.hidden, expected.hidden);
        }
    }
}
