//! Numbers of people, found in texts that are made for it: every rule in every form, with
//! and without words, in tables, beside what only looks like it, and in windows of any size.
//!
//! The numbers are generated: random symbols of a rule's form until the rule's check is
//! right. Nobody is meant by them.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;
use stanch::base::decoding::Encoding;
use stanch::base::level::{Class, Confidence, Severity};
use stanch::base::limits::Limits;
use stanch::detect::numbers::forms;
use stanch::judge::finding::{Amount, Finding};
use stanch::rules::file::{Number, Quantity};
use stanch::rules::load::{Rule, RuleKind, RuleSet};
use stanch::rules::select::{ClassWord, Classes, IdGlob, Selection};
use stanch::scan::scanner::{ScanOptions, Scanner};
use std::fmt::Write as _;

/// A seeded stream of numbers (`SplitMix64`).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % end as u64) as usize
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count)
            .map(|_| char::from(b'0' + self.below(10) as u8))
            .collect()
    }

    /// Text of the form, at random.
    fn of(&mut self, form: &forms::Form) -> Vec<u8> {
        let symbol = |place: &forms::Place, random: &mut Random| {
            let all: Vec<u8> = (0..=255).filter(|&b| place.has(b)).collect();
            all[random.below(all.len())]
        };
        form.places.iter().map(|p| symbol(p, self)).collect()
    }
}

/// The digit that completes `body`: double every second digit from the right, add all
/// digits, take what is missing to the next ten.
fn luhn(body: &str) -> String {
    let mut sum = 0;
    for (i, c) in body.chars().rev().enumerate() {
        let d = c.to_digit(10).unwrap() * if i % 2 == 0 { 2 } else { 1 };
        sum += d / 10 + d % 10;
    }
    format!("{body}{}", (10 - sum % 10) % 10)
}

fn card(random: &mut Random) -> String {
    luhn(&format!("45{}", random.digits(13)))
}

fn grouped(card: &str) -> String {
    let groups: Vec<&str> = [0, 4, 8, 12].map(|at| &card[at..at + 4]).into();
    groups.join(" ")
}

fn personal() -> Selection {
    Selection {
        classes: Classes::of([ClassWord::One(Class::Personal)]),
        ..Selection::default()
    }
}

fn scanner(selection: &Selection, options: ScanOptions) -> Scanner {
    let rules = RuleSet::builtin().unwrap().select(selection);
    Scanner::new(&rules, options).unwrap()
}

fn low() -> ScanOptions {
    ScanOptions {
        min_confidence: Confidence::Low,
        ..ScanOptions::default()
    }
}

fn scan(scanner: &Scanner, text: &str) -> Vec<Finding> {
    scanner.scan_bytes("text.csv", text.as_bytes()).findings
}

/// The finding of the rule in `text`, if there is one.
fn found(scanner: &Scanner, rule: &str, text: &str) -> Option<Finding> {
    let findings = scan(scanner, text).into_iter();
    findings
        .filter(|f| f.rule.id.as_str() == rule)
        .max_by_key(|f| f.confidence)
}

fn amount(finding: &Finding) -> &Amount {
    finding.amount.as_deref().unwrap()
}

/// A value of the form that the rule's check says yes to.
fn valid(rule: &Rule, form: &forms::Form, random: &mut Random) -> Option<String> {
    let Some(check) = rule.validate else {
        return String::from_utf8(random.of(form)).ok();
    };
    for _ in 0..12_000 {
        let value = random.of(form);
        if (check.check)(&value) {
            return String::from_utf8(value).ok();
        }
    }
    None
}

fn number(rule: &Rule) -> Option<&Number> {
    match &rule.kind {
        RuleKind::Number(number) => Some(number),
        _ => None,
    }
}

#[test]
fn every_form_of_every_rule_is_found_with_a_word_and_not_inside_of_something() {
    let scanner = scanner(
        &personal(),
        ScanOptions {
            counts_from_one: true,
            ..low()
        },
    );
    let rules = RuleSet::builtin().unwrap();
    let mut random = Random(11);
    let mut tried = 0;
    for rule in &rules.rules {
        let Some(number) = number(rule) else { continue };
        let word = number.words.iter().find(|word| word.is_ascii()).unwrap();
        for written in number.telling.iter().chain(&number.forms) {
            let all = forms::expand(written).unwrap();
            // One length and separator of each written form, another each time.
            let form = &all[random.below(all.len())];
            let Some(value) = valid(rule, form, &mut random) else {
                continue;
            };
            tried += 1;
            let hit = |text: &str| {
                let finding = found(&scanner, rule.id(), text);
                finding.map(|f| f.confidence >= rule.confidence)
            };
            // Another rule of a form that is the same may take it: then the word decides.
            assert_eq!(
                hit(&format!("{word}: {value}\n")),
                Some(true),
                "{}: {written}",
                rule.id()
            );
            for inside in [
                format!("{word}: 0.{value}"),
                format!("{word}: {value}7"),
                format!("{word}: a{value}"),
                format!("{word}: c0ffee11-1{value}"),
                format!("{word}: {value}-4c5d"),
                format!("{word}: {value}@mail"),
                format!("{word}: /{value}/{value}/x"),
            ] {
                let whole = value.as_bytes()[0].is_ascii_alphanumeric()
                    && value.as_bytes()[value.len() - 1].is_ascii_alphanumeric();
                let longer = number.telling.iter().chain(&number.forms).count() > 1;
                // A rule with several lengths may know the longer one.
                if whole && !longer {
                    assert_eq!(hit(&inside), None, "{}: {written}", rule.id());
                }
            }
        }
    }
    assert!(tried > 90, "{tried}");
}

#[test]
fn a_weak_number_needs_a_word() {
    let scanner = scanner(&personal(), low());
    let rules = RuleSet::builtin().unwrap();
    let mut random = Random(12);
    for rule in &rules.rules {
        let Some(number) = number(rule) else { continue };
        if !number.telling.is_empty() {
            continue;
        }
        let form = &forms::expand(&number.forms[0]).unwrap()[0];
        let value = valid(rule, form, &mut random).unwrap();
        let text = format!("the value {value} stands here\n");
        assert!(found(&scanner, rule.id(), &text).is_none(), "{}", rule.id());
    }
}

#[test]
fn a_wrong_digit_is_no_card() {
    let scanner = scanner(&personal(), low());
    let mut random = Random(13);
    for _ in 0..300 {
        let card = card(&mut random);
        assert!(found(&scanner, "personal-card", &format!("card {card}")).is_some());
        let at = random.below(16);
        let mut broken = card.into_bytes();
        broken[at] = b'0' + (broken[at] - b'0' + 1 + random.below(9) as u8) % 10;
        let broken = String::from_utf8(broken).unwrap();
        assert!(found(&scanner, "personal-card", &format!("card {broken}")).is_none());
    }
}

#[test]
fn published_test_cards_are_low() {
    let medium = scanner(&personal(), ScanOptions::default());
    let low = scanner(&personal(), low());
    for card in [
        concat!("4242", "4242", "4242", "4242"),
        concat!("3782", "822463", "10005"),
    ] {
        let text = format!("card: {card}");
        assert!(found(&medium, "personal-card", &text).is_none());
        let finding = found(&low, "personal-card", &text).unwrap();
        assert_eq!(finding.confidence, Confidence::Low);
    }
    let text = format!("card: {}", card(&mut Random(1)));
    assert!(found(&medium, "personal-card", &text).is_some());
}

fn cards(count: usize) -> String {
    let mut random = Random(14);
    let mut text = String::from("name,card\n");
    for _ in 0..count {
        writeln!(text, "a,{}", grouped(&card(&mut random))).unwrap();
    }
    text
}

#[test]
fn the_number_of_different_values_decides_how_bad_it_is() {
    let scanner = scanner(&personal(), ScanOptions::default());
    for (count, severity) in [
        (1, Severity::Low),
        (9, Severity::Low),
        (10, Severity::Medium),
        (99, Severity::Medium),
        (100, Severity::High),
        (5_000, Severity::High),
    ] {
        let text = cards(count);
        let findings = scan(&scanner, &text);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].severity, severity, "{count}");
        let told = amount(&findings[0]);
        assert_eq!((told.count, told.distinct), (count as u64, count as u64));
        assert_eq!(told.places.len(), count.min(10));
        assert_eq!(told.lines, [(2, count + 1)]);
    }
}

#[test]
fn the_same_value_again_is_counted_once() {
    let scanner = scanner(&personal(), ScanOptions::default());
    let card = card(&mut Random(15));
    let text = format!("card {card}\ncard {}\n", grouped(&card)).repeat(20);
    let findings = scan(&scanner, &text);
    let told = amount(&findings[0]);
    assert_eq!((told.count, told.distinct), (40, 1));
    assert_eq!(findings[0].severity, Severity::Low);
}

#[test]
fn a_policy_changes_what_quantities_mean() {
    let mut selection = personal();
    let quantity = Quantity {
        report_from: Some(5),
        critical_from: Some(20),
        ..Quantity::default()
    };
    selection.quantity.push((IdGlob::new("card"), quantity));
    let scanner = scanner(&selection, ScanOptions::default());
    assert!(scan(&scanner, &cards(4)).is_empty());
    assert_eq!(scan(&scanner, &cards(5))[0].severity, Severity::Low);
    assert_eq!(scan(&scanner, &cards(10))[0].severity, Severity::Medium);
    assert_eq!(scan(&scanner, &cards(20))[0].severity, Severity::Critical);
}

#[test]
fn the_head_of_a_column_names_its_numbers() {
    let scanner = scanner(&personal(), ScanOptions::default());
    let mut random = Random(16);
    let mut text = String::from("id;bsn;note\n");
    let rules = RuleSet::builtin().unwrap();
    let rule = rules.get("personal-nl-bsn").unwrap();
    let form = &forms::expand("d{9}").unwrap()[0];
    for _ in 0..50 {
        let value = valid(rule, form, &mut random).unwrap();
        writeln!(text, "{};{value};{}", random.digits(9), "x".repeat(200)).unwrap();
    }
    let finding = found(&scanner, "personal-nl-bsn", &text).unwrap();
    let told = amount(&finding);
    assert_eq!((told.count, finding.severity), (50, Severity::Medium));
    let turned = text.replacen("id;bsn", "bsn;id", 1);
    let told = found(&scanner, "personal-nl-bsn", &turned).map(|f| amount(&f).count);
    // Random numbers of the other column pass one time in eleven.
    assert!(told.unwrap_or(0) < 20, "{told:?}");
}

#[test]
fn many_cards_without_a_word_speak_for_themselves_and_random_numbers_do_not() {
    let scanner = scanner(&personal(), ScanOptions::default());
    let mut random = Random(17);
    let lines = |make: &mut dyn FnMut() -> String| {
        let lines: Vec<String> = (0..200).map(|_| make()).collect();
        lines.join("\n")
    };
    let cards = lines(&mut || card(&mut random));
    assert_eq!(
        found(&scanner, "personal-card", &cards).unwrap().confidence,
        Confidence::Medium
    );
    let noise = lines(&mut || format!("45{}", random.digits(14)));
    assert!(found(&scanner, "personal-card", &noise).is_none());
}

#[test]
fn default_classes_do_not_look() {
    let scanner = scanner(&Selection::default(), low());
    assert!(scan(&scanner, &cards(200)).is_empty());
}

#[test]
fn no_value_stands_in_a_finding() {
    let all = Selection {
        classes: Classes::of([ClassWord::All]),
        ..Selection::default()
    };
    let scanner = scanner(&all, low());
    let mut random = Random(18);
    let (card, key) = (card(&mut random), format!("AKIA{}", "Q3EGRZ7XW2LTK5MD"));
    for text in [
        format!("card {card} aws {key}\n"),
        format!("card {card} aws {key}\n")
            .encode_utf16()
            .map(|u| char::from(u as u8))
            .collect(),
    ] {
        let outcome = scanner.scan_bytes("x.txt", text.as_bytes());
        assert!(outcome.findings.len() >= 2, "{:?}", outcome.findings);
        for finding in &outcome.findings {
            let told = format!("{}{:?}", finding.preview, finding.excerpt);
            assert!(!told.contains(&card), "{told}");
        }
    }
}

#[test]
fn utf_16_is_read_and_counted_once() {
    let scanner = scanner(&personal(), ScanOptions::default());
    let text: Vec<u8> = cards(30)
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let findings = scanner.scan_bytes("x.csv", &text).findings;
    assert_eq!(findings.len(), 1);
    assert_eq!(amount(&findings[0]).count, 30);
    assert_eq!(findings[0].decoded, Some(Encoding::Utf16.into()));
}

/// Pieces of which texts are made: numbers of many kinds, words, and what only looks alike.
fn pieces() -> Vec<String> {
    let rules = RuleSet::builtin().unwrap();
    let mut random = Random(19);
    let mut pieces: Vec<String> = [
        "\n",
        " ",
        ",",
        ";",
        "\t",
        "-",
        ".",
        "x",
        "é",
        "card ",
        "ssn ",
        "c0ffee11-22",
        "0.",
        "123 ",
        "2026-11-22 ",
        "\u{a0}",
    ]
    .map(str::to_owned)
    .into();
    for rule in rules.rules.iter().step_by(3) {
        let Some(number) = number(rule) else { continue };
        let written = number.telling.iter().chain(&number.forms).next().unwrap();
        let form = &forms::expand(written).unwrap()[0];
        if let Some(value) = valid(rule, form, &mut random) {
            pieces.push(value);
            pieces.push(format!("{} ", number.words[0]));
        }
    }
    for _ in 0..6 {
        let card = card(&mut random);
        pieces.push(grouped(&card));
        pieces.push(card);
    }
    pieces
}

fn told(scanner: &Scanner, text: &[u8]) -> Vec<String> {
    let outcome = scanner.scan_bytes("x.csv", text);
    let lines = outcome.findings.iter();
    lines
        .map(|f| {
            format!(
                "{} {:?} {:?} {:?}",
                f.rule.id, f.confidence, f.evidence, f.amount
            )
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn windows_change_nothing(choices in proptest::collection::vec(any::<u16>(), 1..400), window in 1usize..900) {
        thread_local! {
            static PIECES: Vec<String> = pieces();
            static RULES: RuleSet = RuleSet::builtin().unwrap().select(&personal());
        }
        let text: String = PIECES.with(|pieces| {
            choices.iter().map(|&n| pieces[usize::from(n) % pieces.len()].as_str()).collect()
        });
        let whole = RULES.with(|rules| Scanner::new(rules, low()).unwrap());
        let limits = Limits { window, ..Limits::default() };
        let cut = RULES.with(|rules| Scanner::new(rules, ScanOptions { limits, ..low() }).unwrap());
        prop_assert_eq!(told(&whole, text.as_bytes()), told(&cut, text.as_bytes()));
    }
}
