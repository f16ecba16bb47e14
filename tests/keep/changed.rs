//! A cache under rules that change: whatever is edited, what is found is what a
//! scan of everything finds; and how much is examined with all rules again.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use stanch::base::control::Control;
use stanch::judge::reuse::{Check, Earlier, Reuse};
use stanch::record::cache::sets::{self, Keys};
use stanch::rules::load::RuleSet;
use stanch::scan::scanner::{ScanOptions, Scanner};
use stanch::source::Unit;

use crate::place::{Place, paths};
use crate::plant::Source;

/// Ids of the rules that come, go and change, and what they demand beside their pattern.
const RULES: &[(&str, &str)] = &[
    ("acme-a", ""),
    ("acme-b", ""),
    (
        "acme-c",
        "requires = [{ rule = 'acme-a', within-lines = 3 }]",
    ),
    ("acme-d", "helper = true"),
    ("acme-e", "generic = true"),
    ("acme-f", "keywords = ['doorway']"),
    (
        "acme-g",
        "pairs-with = [{ rule = 'acme-b', within-lines = 2 }]",
    ),
    ("acme-h", "near = { words = ['window'], within = 40 }"),
];

/// The rule in one of its forms. Forms of neighbours overlap, so that one takes
/// matches from another.
fn rule(number: usize, form: usize) -> String {
    let (id, more) = RULES[number];
    let letter = char::from(b'a' + ((number + form * 3) % RULES.len()) as u8);
    let length = 8 + 4 * (form % 2);
    let confidence = ["high", "medium", "low"][(number + form) % 3];
    format!(
        "[[rule]]\nid = '{id}'\ntitle = 'Acme {id}'\nclass = 'secret'\nseverity = 'high'\n\
         confidence = '{confidence}'\npattern = '''\\b(acme{letter}_[a-z0-9]{{{length}}})'''\nsince = '0.1.0'\n\
         why = 'It opens Acme.'\nremedy = 'Revoke it.'\n{more}\n"
    )
}

/// What is in force: own rules with their forms, and which of the built-in ones.
fn rules(source: &mut Source, builtin: &RuleSet) -> RuleSet {
    let mut text = String::from("provider = 'acme'\ntitle = 'Acme'\n");
    let mut own = BTreeSet::new();
    for (number, (id, _)) in RULES.iter().enumerate() {
        // What another rule needs has to be there.
        if matches!(number, 0 | 1) || source.below(4) > 0 {
            text += &rule(number, source.below(3));
            own.insert(*id);
        }
    }
    let all = RuleSet::load(&[("acme.toml", &text)]).unwrap();
    let kind = source.below(6);
    let known: BTreeSet<&str> = builtin.rules.iter().map(|rule| rule.id()).collect();
    all.filtered(|rule| {
        let id = rule.id();
        let few = id.starts_with("generic-") || id.starts_with("github-");
        let named = own.contains(id);
        named || known.contains(id) && few && !(kind == 0 && id == "generic-password")
    })
}

/// A text in which any of the forms may stand.
fn text(source: &mut Source) -> String {
    let mut text = String::from_utf8(source.prose(200)).unwrap();
    for _ in 0..source.below(4) {
        let letter = char::from(b'a' + source.below(RULES.len()) as u8);
        let value: String = (0..12)
            .map(|_| char::from(b'a' + source.below(26) as u8))
            .collect();
        let beside = ["", "doorway ", "window "][source.below(3)];
        writeln!(text, "{beside}acme{letter}_{value}").unwrap();
    }
    if source.below(6) == 0 {
        writeln!(text, "db_password = '{}'", source.password()).unwrap();
    }
    text
}

/// Everything there is to tell of the files, and how many were examined with all rules.
fn told(rules: &RuleSet, files: &[Unit], cache: Option<&Path>) -> (Vec<String>, u64) {
    let kept = Arc::new(AtomicU64::new(0));
    let reuse = cache.map(|folder| {
        let keys = Keys {
            project: Some(b"key of the test"),
            machine: &[1; 32],
            frame: &[2; 32],
        };
        let (cache, earlier) = sets::open(folder, &keys, rules, 1 << 20).unwrap();
        let cache = Arc::new(cache);
        let [finding, keeping] = [(); 2].map(|()| Arc::clone(&cache));
        let count = Arc::clone(&kept);
        Reuse {
            find: Box::new(move |subject| finding.find(subject)),
            keep: Box::new(move |subject, clean| {
                count.fetch_add(1, Ordering::Relaxed);
                keeping.keep(subject, clean);
            }),
            vouches: Box::new(|_, _| false),
            check: Check::Content,
            rest: 0,
            earlier: earlier.map(|(seals, rules)| Earlier {
                find: Box::new(move |subject| cache.find_under(&seals, subject)),
                rules,
            }),
        }
    });
    let options = ScanOptions {
        reuse,
        ..ScanOptions::default()
    };
    let scanner = Scanner::new(rules, options).unwrap();
    let mut worker = scanner.worker(0);
    let mut told = Vec::new();
    for unit in files {
        let outcome = scanner.scan_unit(&mut worker, unit, &Control::default());
        let findings = outcome.findings.iter().map(|finding| {
            let pair = finding.pair.as_ref().map(|pair| pair.rule.id.as_str());
            let sure = finding.confidence;
            format!(
                "{} {} {sure:?} {pair:?}",
                finding.rule.id.as_str(),
                finding.key.0
            )
        });
        let findings: Vec<String> = findings.collect();
        told.push(format!(
            "{:?} {} {findings:?}",
            outcome.status, outcome.hidden
        ));
    }
    (told, kept.load(Ordering::Relaxed))
}

#[test]
fn whatever_rules_change_the_findings_are_those_of_a_whole_scan() {
    let builtin = RuleSet::builtin().unwrap();
    let mut source = Source::new(77);
    for _ in 0..4 {
        let folder = tempfile::tempdir().unwrap();
        let files: Vec<Unit> = (0..40)
            .map(|number| {
                let path = folder.path().join(format!("{number}.env"));
                fs::write(&path, text(&mut source)).unwrap();
                Unit::File(path)
            })
            .collect();
        let cache = folder.path().join("cache");
        for turn in 0..12 {
            let rules = rules(&mut source, &builtin);
            let (whole, _) = told(&rules, &files, None);
            let (quick, _) = told(&rules, &files, Some(&cache));
            assert_eq!(quick, whole, "turn {turn}");
        }
    }
}

#[test]
fn a_changed_rule_has_the_others_asked_only_where_it_matches() {
    let place = Place::new();
    let mut source = Source::new(78);
    for number in 0..30 {
        place.write(&format!("{number}.txt"), source.prose(900));
    }
    place.write("long.txt", source.prose(5 << 20));
    let own = |number, form| format!("provider = 'acme'\ntitle = 'Acme'\n{}", rule(number, form));
    let write = |text: String| fs::write(place.world.path("acme.toml"), text).unwrap();
    let value = concat!("acme", "d_abcdefghijkl\n");
    place.write("found.txt", value);
    let cache = ["scan", "--isolated", "--cache", "../c", "--cache-rest", "0"];
    let with = [&cache[..], &["--rules", "../acme.toml"]].concat();
    assert_eq!(paths(&place.json(&cache)), [""; 0]);
    write(own(1, 0));
    assert_eq!(paths(&place.json(&with)), [""; 0]);
    // Another form of it, which stands in a file that was clean.
    write(own(0, 1).replace("acme-a", "acme-b"));
    assert_eq!(paths(&place.json(&with)), ["found.txt"]);
    // Without it everything is as it was, and known.
    let without = place.json(&cache);
    assert_eq!(paths(&without), [""; 0]);
    assert_eq!(without["summary"]["reused"], 32);
}
