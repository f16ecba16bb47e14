//! What belongs together is one finding; a rule keeps its findings under a new
//! name; a rule on trial waits to be asked for.

use std::process::Command;

use serde_json::Value;

use crate::tree::Tree;

/// Two rules that belong together, and one that is on trial and had another id.
fn rules(extra: &str) -> String {
    let rule = |id: &str, class: &str, confidence: &str, pattern: &str, more: &str| {
        format!(
            "[[rule]]\nid = '{id}'\ntitle = 'Acme {id}'\nclass = '{class}'\nseverity = 'high'\n\
             confidence = '{confidence}'\npattern = '''{pattern}'''\nsince = '0.1.0'\n\
             why = 'It opens Acme.'\nremedy = 'Revoke it.'\n{more}\n"
        )
    };
    let secret = r"\bacmesec_([a-z0-9]{16})\b";
    format!(
        "provider = 'acme'\ntitle = 'Acme'\n{}{}{}",
        rule(
            "acme-id",
            "identifier",
            "high",
            r"\b(acmeid_[a-z0-9]{8})\b",
            ""
        ),
        rule("acme-secret", "secret", "low", secret, extra),
        rule(
            "acme-trial",
            "secret",
            "high",
            r"\b(acmetry_[a-z0-9]{16})\b",
            "preview = true\nformerly = ['acme-old']",
        ),
    )
}

const PAIR: &str = "pairs-with = [{ rule = 'acme-id', within-lines = 2 }]";

/// The findings over `text` as rule, line, confidence and the line of what belongs to it.
fn found(text: &str, extra: &str, args: &[&str]) -> Vec<(String, u64, String, Option<u64>)> {
    let tree = Tree::of("a.txt", text);
    tree.write("acme.toml", rules(extra));
    let base = ["a.txt", "--rules", "acme.toml", "--report", "json"];
    let run = tree.scan_with(b"", [&base[..], args].concat());
    let report: Value = serde_json::from_slice(&run.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|f| {
            (
                f["rule"].as_str().unwrap().to_owned(),
                f["place"]["start"]["line"].as_u64().unwrap(),
                f["confidence"].as_str().unwrap().to_owned(),
                f["pair"]["place"]["start"]["line"].as_u64(),
            )
        })
        .collect()
}

fn id() -> String {
    ["acme", "id_12ab34cd"].concat()
}

fn secret() -> String {
    ["acme", "sec_q7w8e9r0t1y2u3i4"].concat()
}

fn trial() -> String {
    ["acme", "try_q7w8e9r0t1y2u3i4"].concat()
}

#[test]
fn an_id_and_its_secret_are_one_finding_which_is_surer() {
    let text = format!("{}\n\n{}\n", id(), secret());
    let pair = ("acme-secret".to_owned(), 3, "medium".to_owned(), Some(1));
    assert_eq!(found(&text, PAIR, &[]), [pair]);
}

#[test]
fn too_far_apart_they_are_two() {
    let text = format!("{}\n\n\n{}\n", id(), secret());
    let alone = |rule: &str, line, confidence: &str| (rule.into(), line, confidence.into(), None);
    let low = ["--confidence", "low"];
    assert_eq!(
        found(&text, PAIR, &low),
        [alone("acme-id", 1, "high"), alone("acme-secret", 4, "low")]
    );
    // The secret alone is not sure enough to be shown; the id is not lost with it.
    assert_eq!(found(&text, PAIR, &[]), [alone("acme-id", 1, "high")]);
    assert_eq!(found(&text, "", &low).len(), 2);
}

#[test]
fn one_id_may_belong_to_several_secrets_and_is_told_of_once_with_each() {
    let other = secret().replace("q7", "z9");
    let text = format!("{}\n{}\n{other}\n", id(), secret());
    let found = found(&text, PAIR, &[]);
    let lines: Vec<_> = found.iter().map(|f| (f.1, f.3)).collect();
    assert_eq!(lines, [(2, Some(1)), (3, Some(1))]);
}

#[test]
fn a_rule_on_trial_finds_nothing_unless_asked_for() {
    let rule = |args: &[&str]| found(&trial(), "", args).into_iter().map(|f| f.0).next();
    assert_eq!(rule(&[]), None);
    assert_eq!(rule(&["--preview"]), Some("acme-trial".into()));
}

#[test]
fn a_former_id_still_turns_a_rule_on_and_off() {
    for (setting, expected) in [
        ("preview = true", 1),
        ("preview = true\ndisable = ['acme-old']", 0),
        ("enable = ['acme-old']", 1),
    ] {
        let tree = Tree::of("a.txt", trial());
        tree.write("acme.toml", rules(""));
        tree.write("stanch.toml", format!("[rules]\n{setting}\n"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_stanch"));
        command.args(["scan", "a.txt", "--rules", "acme.toml", "--report", "json"]);
        let run = command.current_dir(tree.path("")).output().unwrap();
        let report: Value = serde_json::from_slice(&run.stdout).unwrap();
        assert_eq!(
            report["findings"].as_array().unwrap().len(),
            expected,
            "{setting}"
        );
    }
}

#[test]
fn a_new_name_keeps_the_key() {
    let key = |rules: String| {
        let tree = Tree::of("a.txt", trial());
        tree.write("acme.toml", rules);
        let args = [
            "a.txt",
            "--rules",
            "acme.toml",
            "--preview",
            "--report",
            "json",
        ];
        let run = tree.scan_with(b"", args);
        let report: Value = serde_json::from_slice(&run.stdout).unwrap();
        report["findings"][0]["id"].as_str().unwrap().to_owned()
    };
    let old = rules("").replace("acme-trial", "acme-old");
    let old = old.replace("formerly = ['acme-old']", "");
    let other = rules("").replace("formerly = ['acme-old']", "");
    assert_eq!(key(rules("")), key(old));
    assert_ne!(key(rules("")), key(other));
}
