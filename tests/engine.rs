//! The engine finds what the rules' expressions find, whatever the path,
//! the window or the place of the cut.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly")]

use proptest::prelude::*;
use stanch::base::id::RuleIdx;
use stanch::base::span::Span;
use stanch::detect::engine::Engine;
use stanch::detect::frame::{Carry, Found, Frame, Scratch};
use stanch::detect::generic::FileKind;
use stanch::detect::index::EnginePath;
use stanch::rules::load::RuleSet;

/// Patterns that stress literal choice, windows, repetition and anchors.
const PATTERNS: &[&str] = &[
    r"[A-Z]{1,10}TOKEN[0-9]{1,5}",
    r"(?:ab|ba){1,4}cde[0-9a-f]{2,6}",
    r"(?i:token)[ =]{1,3}([a-f0-9]{3,8})",
    r"\bkey[0-9]{2}\b",
    r"^TOKEN$",
    r"[a-f0-9]{10,20}",
    r"[xyz][0-9]",
    r"(?:abc|TOKEN|e[0-9]f)=",
    r"ab(?:[a-c]{2,3}|[0-9]{1,9})TOK",
    r"(?:TOKEN){1,3}[ab]{0,4}",
    r"a{3,9}b{2,9}",
];

fn rules() -> RuleSet {
    rules_of(PATTERNS)
}

fn rules_of(patterns: &[&str]) -> RuleSet {
    use std::fmt::Write as _;
    let mut text = String::from("provider = \"test\"\ntitle = \"Test\"\n");
    for (n, pattern) in patterns.iter().enumerate() {
        let _ = write!(
            text,
            "[[rule]]\nid = \"test-{n:02}\"\ntitle = \"t\"\nclass = \"secret\"\nseverity = \"low\"\n\
             confidence = \"high\"\npattern = '''{pattern}'''\nsince = \"0.1.0\"\nwhy = \"w\"\nremedy = \"r\"\n"
        );
    }
    RuleSet::of(&[("test.toml", &text)]).unwrap()
}

/// Every rule's expression over the whole text, by the `regex` crate.
fn naive(text: &[u8]) -> Vec<(u32, Span)> {
    let mut out = Vec::new();
    for (n, pattern) in PATTERNS.iter().enumerate() {
        let regex = regex::bytes::RegexBuilder::new(pattern)
            .unicode(false)
            .multi_line(true)
            .build()
            .unwrap();
        for found in regex.find_iter(text) {
            out.push((n as u32, Span::new(found.start(), found.end())));
        }
    }
    out.sort_unstable();
    out
}

fn whole(engine: &Engine, text: &[u8]) -> Vec<(u32, Span)> {
    windowed(engine, text, text.len().max(1), usize::MAX / 4)
}

/// Scans in windows of `window` new bytes with `context` bytes on both sides.
fn windowed(engine: &Engine, text: &[u8], window: usize, context: usize) -> Vec<(u32, Span)> {
    let mut out = Vec::new();
    let mut carry = Carry::default();
    let mut scratch = Scratch::default();
    let mut last_base = 0;
    for start in (0..text.len()).step_by(window) {
        let base = start.saturating_sub(context);
        let new_end = (start + window).min(text.len());
        let end = new_end.saturating_add(context).min(text.len());
        carry.rebase(|at| (at + last_base).saturating_sub(base));
        last_base = base;
        let frame = Frame {
            text: &text[base..end],
            new: start - base..new_end - base,
            file: FileKind::of(std::path::Path::new("a")),
        };
        let mut found = Found::default();
        engine.detect(&frame, &mut carry, &mut scratch, &mut found);
        out.extend(
            found
                .matches
                .iter()
                .map(|m| (m.rule.0, m.span.shifted(base))),
        );
    }
    out.sort_unstable();
    out
}

#[test]
fn only_what_the_rule_fixes_is_public() {
    let rules = rules_of(&[
        r"\b(acm[A-Za-z0-9_-]{20})",
        r"\b(acme_(?:live|test)_[a-z0-9]{20})",
    ]);
    let engine = Engine::new(&rules, EnginePath::Prefilter).unwrap();
    for (rule, secret, public) in [
        (0, "acmQ5tz8k1w0x9v2b7n4j3m", 3),
        (1, "acme_live_5tz8k1w0x9v2b7n4j3m", 10),
        (1, "other_live_5tz8k1w0x9v2b7n4j3m", 0),
    ] {
        let found = engine.public_prefix(RuleIdx(rule), secret.as_bytes());
        assert_eq!(found, public, "{secret}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn engine_paths_and_windows_give_what_the_expressions_give(
        parts in proptest::collection::vec(
            prop_oneof![
                Just("TOKEN".to_owned()), Just("token=".to_owned()), Just("key12".to_owned()),
                Just("abcde".to_owned()), Just("ab".to_owned()), Just("TOK".to_owned()), Just("\n".to_owned()),
                "[a-f0-9]{1,12}", "[A-Z]{1,4}", "[xyz]?[0-9]{1,3}", "[ =]{1,2}", "a{2,5}b{1,4}",
            ],
            0..24,
        ),
        window in 1usize..70,
    ) {
        let text = parts.concat();
        let text = text.as_bytes();
        let rules = rules();
        let fast = Engine::new(&rules, EnginePath::Prefilter).unwrap();
        let slow = Engine::new(&rules, EnginePath::AhoCorasick).unwrap();
        let expected = naive(text);
        prop_assert_eq!(&whole(&fast, text), &expected);
        prop_assert_eq!(&whole(&slow, text), &expected);
        prop_assert_eq!(&windowed(&fast, text, window, 64), &expected);
    }
}
