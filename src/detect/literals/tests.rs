//! Which literals a pattern needs, and when it needs none.

use super::*;

fn of(pattern: &str) -> Extracted {
    extract(pattern).unwrap()
}

fn words(pattern: &str) -> Vec<String> {
    let mut words: Vec<String> = of(pattern)
        .required
        .map(|r| r.literals)
        .unwrap_or_default()
        .iter()
        .map(|l| l.literal.iter().map(|s| s.want as char).collect())
        .collect();
    words.sort();
    words
}

#[test]
fn the_longest_fixed_run_is_required() {
    assert_eq!(words(r"\b(abcd_[A-Za-z0-9]{36})\b"), ["abcd_"]);
    assert_eq!(words(r"x[0-9]{2}-zqxj[0-9]{3}"), ["-zqxj"]);
}

#[test]
fn every_branch_contributes() {
    assert_eq!(words(r"(?:AKIA|ASIA)[A-Z2-7]{16}"), ["AKIA", "ASIA"]);
    assert!(words(r"(?:AKIA|[a-z]{4})[A-Z2-7]{16}").is_empty());
}

#[test]
fn letters_of_either_case_are_one_symbol() {
    let required = of("(?i:token)[0-9]{4}").required.unwrap();
    assert_eq!(required.literals.len(), 1);
    assert!(required.literals[0].literal.iter().all(|s| s.fold == 0x20));
}

#[test]
fn what_stands_around_a_short_literal_is_kept_beside_it() {
    let required = of(r"\bSK[0-9a-f]{32}").required.unwrap();
    let [sought] = &required.literals[..] else {
        panic!("one literal: {required:?}");
    };
    assert_eq!(sought.literal.len(), 2);
    assert_eq!(sought.around.before, ByteSet::word().complement());
    let hex: ByteSet = b"0123456789abcdef".iter().copied().collect();
    assert_eq!(sought.around.next, [hex; crate::detect::heads::AHEAD]);
    let required = of("SK[0-9a-f]{32}").required.unwrap();
    assert_eq!(required.literals[0].around.before, ByteSet::ANY);
}

#[test]
fn optional_parts_are_not_required() {
    assert_eq!(words("(?:zq_)?wxyz"), ["wxyz", "zq_wxyz"]);
    assert!(words("(?:zqjk)?[0-9]{9}").is_empty());
}

#[test]
fn the_distance_to_the_literal_is_the_longest_possible() {
    assert_eq!(of("[a-z]{1,7}zqjk").required.unwrap().back, 7);
    assert!(of("[a-z]*zqjk").required.is_none());
}

#[test]
fn a_class_run_is_offered_where_no_literal_is() {
    let run = of(r"\b[a-f0-9]{40}\b").run.unwrap();
    assert_eq!((run.min, run.back), (40, 0));
}
