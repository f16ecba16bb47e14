//! Comments beside findings.

use std::fmt::Write as _;

use crate::plant::{Source, TOKEN_RULE};
use crate::project::{must, project, run, run_with, scan};
use crate::repo::World;

/// `stanch:allow`, written so that this file holds none.
fn allow(kind: &str, rest: &str) -> String {
    format!("{}:allow{kind} {rest}", "stanch")
}

#[test]
fn a_comment_silences_its_line_in_files_of_any_kind() {
    let world = World::new();
    let repo = project(&world);
    let token = Source::new(1).token();
    let words = allow("", &format!("{TOKEN_RULE} test value"));
    for (name, content) in [
        ("a.py", format!("t = '{token}'  # {words}\n")),
        ("a.js", format!("const t = '{token}'; // {words}\n")),
        ("a.html", format!("<b>{token}</b> <!-- {words} -->\n")),
        ("a.sql", format!("select '{token}' -- {words}\n")),
        ("a.ini", format!("t={token} ; {words}\n")),
    ] {
        repo.write(name, content);
    }
    let next = allow("-next-line", &format!("{TOKEN_RULE} test value"));
    repo.write(
        "b.json",
        format!("{{\"//\": \"{next}\",\n\"t\": \"{token}\"}}\n"),
    );
    let begin = allow("-begin", &format!("{TOKEN_RULE} test values"));
    let end = allow("-end", "");
    repo.write("c.txt", format!("{begin}\n\n{token}\n{end}\n"));
    let all = scan(&repo, &[]);
    assert_eq!(all.code, 0, "{:?}", all.standings());
    assert_eq!(all.findings().len(), 7);
    assert!(all.standings().iter().all(|told| told.ends_with("allowed")));
    let suppression = &all.findings()[0]["suppression"];
    assert_eq!(suppression["means"], "comment");
    assert_eq!(suppression["reason"], "test value");
    assert_eq!(all.report["summary"]["allowed"]["comment"], 7);
    assert_eq!(all.report["summary"]["findings"], 0);
}

#[test]
fn a_comment_in_utf16_is_read_as_well() {
    let world = World::new();
    let repo = project(&world);
    let token = Source::new(1).token();
    let text = format!(
        "t = '{token}' // {}\r\n",
        allow("", &format!("{TOKEN_RULE} test value"))
    );
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    repo.write("a.txt", wide);
    assert_eq!(scan(&repo, &[]).standings(), ["a.txt allowed"]);
}

#[test]
fn comments_are_found_wherever_windows_end() {
    let world = World::new();
    let repo = project(&world);
    let mut source = Source::new(3);
    let begin = allow("-begin", &format!("{TOKEN_RULE} test values"));
    let mut text = format!("{begin}\n");
    for _ in 0..40 {
        text.push_str(&source.text(50));
        text.push('\n');
    }
    writeln!(text, "{}", source.token()).unwrap();
    let words = allow("", &format!("{TOKEN_RULE} another"));
    writeln!(text, "{}\n{} # {words}", allow("-end", ""), source.token()).unwrap();
    writeln!(text, "{}", source.token()).unwrap();
    repo.write("a.txt", &text);
    let whole = scan(&repo, &[]);
    assert_eq!(
        whole.standings(),
        ["a.txt allowed", "a.txt allowed", "a.txt new"]
    );
    for window in ["7", "64", "1000"] {
        let cut = scan(&repo, &["--window", window]);
        assert_eq!(cut.report["findings"], whole.report["findings"], "{window}");
    }
}

#[test]
fn what_has_no_effect_is_told_and_the_scan_fails() {
    let world = World::new();
    let repo = project(&world);
    let token = Source::new(1).token();
    for (name, words) in [
        ("a", allow("", TOKEN_RULE)),
        ("b", allow("", "")),
        ("c", allow("", "npm-access-token wrong rule")),
        (
            "d",
            allow("", &format!("{TOKEN_RULE} until=2020-01-01 was fine once")),
        ),
        ("e", allow("-begin", &format!("{TOKEN_RULE} never ended"))),
        ("f", format!("{}:allow", "gitleaks")),
    ] {
        repo.write(
            format!("{name}.txt"),
            format!("# {words} #\n{token} # {words}\n"),
        );
    }
    let all = scan(&repo, &[]);
    assert_eq!(all.code, 1);
    let expected = [
        "a.txt new (no-reason)",
        "b.txt new (no-rule)",
        "c.txt new (other-rule)",
        "d.txt new (expired)",
        "e.txt new (no-end)",
        "f.txt new (not-honoured)",
    ];
    assert_eq!(all.standings(), expected);
    let text = run(&repo, &["scan", "a.txt"]).out();
    assert!(text.contains("has no effect: it gives no reason"), "{text}");
}

#[test]
fn a_rule_that_the_policy_protects_cannot_be_silenced_by_a_comment() {
    let world = World::new();
    let repo = project(&world);
    let token = Source::new(1).token();
    let words = allow("", &format!("{TOKEN_RULE} test value"));
    repo.write("a.py", format!("t = '{token}'  # {words}\n"));
    repo.write("stanch.toml", "[policy]\nlocked = ['github-*']\n");
    let locked = scan(&repo, &[]);
    assert_eq!(locked.standings(), ["a.py new (locked)"]);
    assert_eq!(locked.code, 1);
    let why = &locked.findings()[0]["refused"][0]["why"];
    assert_eq!(why, "stanch.toml:2 protects the rule");
}

#[test]
fn comments_for_other_scanners_count_where_the_settings_say_so() {
    let world = World::new();
    let repo = project(&world);
    let token = Source::new(1).token();
    let tags = [
        ("gitleaks", "gitleaks", ":allow"),
        ("betterleaks", "betterleaks", ":allow"),
        ("trufflehog", "trufflehog", ":ignore"),
        ("kingfisher", "kingfisher", ":ignore"),
        ("detect-secrets", "pragma", ": allowlist secret"),
        ("ggshield", "ggignore", ""),
        ("secretlint", "secretlint", "-disable-line"),
        ("bandit", "nosec", ""),
    ];
    for (_, head, tail) in tags {
        repo.write(format!("{head}.txt"), format!("{token} # {head}{tail}\n"));
    }
    assert_eq!(scan(&repo, &[]).report["summary"]["findings"], 8);
    for (scanner, head, _) in tags {
        repo.write(
            "stanch.toml",
            format!("[suppress]\nhonour = ['{scanner}']\n"),
        );
        let standings = scan(&repo, &[]).standings();
        let allowed: Vec<&String> = standings
            .iter()
            .filter(|s| s.ends_with("allowed"))
            .collect();
        assert_eq!(allowed, [&format!("{head}.txt allowed")]);
    }
    repo.write("stanch.toml", "[suppress]\nhonour = ['gitleeks']\n");
    let wrong = run(&repo, &["scan"]);
    assert_eq!(wrong.code, 2);
    assert!(
        wrong.err().contains("did you mean `gitleaks`?"),
        "{}",
        wrong.err()
    );
}

#[test]
fn comments_that_came_with_a_change_are_shown_and_not_obeyed() {
    let world = World::new();
    let repo = project(&world);
    let token = Source::new(1).token();
    let words = allow("", &format!("{TOKEN_RULE} trust me"));
    repo.commit("readme", "one\n");
    repo.commit("a.py", format!("t = '{token}'  # {words}\n"));
    let range = scan(&repo, &["--range", "HEAD~1..HEAD"]);
    assert_eq!(
        (range.code, range.standings()),
        (1, vec!["a.py new (untrusted)".to_owned()])
    );
    // Whoever writes it cannot have it obeyed by writing that, too.
    repo.commit("stanch.toml", "[suppress]\ncomments = 'always'\n");
    let range = scan(&repo, &["--range", "HEAD~2..HEAD"]);
    assert_eq!(range.standings(), ["a.py new (untrusted)"]);
    assert!(
        range.err.contains("`stanch.toml` is changed, too"),
        "{}",
        range.err
    );
    // The policy before it can.
    repo.commit("b.py", format!("t = '{token}'  # {words}\n"));
    let range = scan(&repo, &["--range", "HEAD~1..HEAD"]);
    assert_eq!(
        (range.code, range.standings()),
        (0, vec!["b.py allowed".to_owned()])
    );
}

#[test]
fn what_the_developer_is_about_to_commit_is_trusted() {
    let world = World::new();
    let repo = project(&world);
    let token = Source::new(1).token();
    let words = allow("", &format!("{TOKEN_RULE} test value"));
    repo.stage("a.py", format!("t = '{token}'  # {words}\n"));
    assert_eq!(scan(&repo, &["--staged"]).standings(), ["a.py allowed"]);
    let hook = run(&repo, &["hook", "run", "pre-commit"]);
    assert_eq!((hook.code, hook.err()), (0, String::new()));
    let untrusted = scan(&repo, &["--staged", "--untrusted"]);
    assert_eq!(untrusted.standings(), ["a.py new (untrusted)"]);
}

#[test]
fn nothing_in_a_tree_that_is_not_the_projects_has_a_say() {
    let world = World::new();
    let repo = project(&world);
    let other = world.init("other");
    let token = Source::new(1).token();
    let words = allow("", &format!("{TOKEN_RULE} test value"));
    let line = format!("t = '{token}'  # {words}\n");
    other.write("a.py", &line);
    other.write("stanch.toml", "[scan]\nexclude = ['**']\n");
    other.write(".stanch/ignore", "path:a.py reason=nothing to see\n");
    let path = other.dir.join("a.py");
    let seen = scan(&repo, &[path.to_str().unwrap()]);
    assert_eq!(seen.code, 1);
    assert!(seen.standings()[0].ends_with("new (untrusted)"));
    // The same from within, when the user does not vouch for it.
    let seen = scan(&other, &["--untrusted"]);
    assert_eq!(seen.code, 1);
    assert_eq!(seen.standings(), ["a.py new (untrusted)"]);
    assert_eq!(seen.findings()[0]["refused"].as_array().unwrap().len(), 2);
    assert!(
        seen.err
            .contains("`stanch.toml` stands in a tree that is not trusted"),
        "{}",
        seen.err
    );
    // Standard input may be anybody's.
    let piped = run_with(&repo, line.as_bytes(), &["scan", "-"]);
    assert_eq!(piped.code, 1);
}

#[test]
fn a_reason_does_not_give_a_secret_away() {
    let world = World::new();
    let repo = project(&world);
    let token = Source::new(1).token();
    let words = allow("", &format!("{TOKEN_RULE} it is just {token} here"));
    repo.write("a.py", format!("t = '{token}'  # {words}\n"));
    for format in ["json", "jsonl", "sarif", "text"] {
        let run = run(&repo, &["scan", "--list-suppressed", "--report", format]);
        assert!(run.out().contains("it is just"), "{}", run.out());
        assert!(!run.out().contains(&token[8..]), "{}", run.out());
    }
}

#[test]
fn sarif_tells_what_is_suppressed_and_why() {
    let world = World::new();
    let repo = project(&world);
    let token = Source::new(1).token();
    let words = allow("", &format!("{TOKEN_RULE} test value"));
    repo.write("a.py", format!("t = '{token}'  # {words}\n"));
    repo.write("b.py", format!("t = '{token}'\n"));
    let run = run(&repo, &["scan", "--report", "sarif"]);
    let sarif: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let suppression = &results[0]["suppressions"][0];
    assert_eq!(suppression["kind"], "inSource");
    assert_eq!(suppression["status"], "accepted");
    assert!(
        suppression["justification"]
            .as_str()
            .unwrap()
            .ends_with(": test value")
    );
    assert!(results[1].get("suppressions").is_none());
}

#[test]
fn comments_that_silence_nothing_are_told_by_prune() {
    let world = World::new();
    let repo = project(&world);
    let token = Source::new(1).token();
    let words = |rest: &str| allow("", rest);
    let used = words(&format!("{TOKEN_RULE} test value"));
    repo.write("used.py", format!("t = '{token}'  # {used}\n"));
    repo.write("gone.py", format!("x = 1\nt = env()  # {used}\n"));
    let other = words("slack-* test value");
    repo.write(
        "other.py",
        format!("t = '{token}'  # {used} {other}\nu = 1 # {other}\n"),
    );
    let over = words(&format!("{TOKEN_RULE} until=2020-01-01 test value"));
    repo.write("over.py", format!("x = 1  # {over}\n"));
    repo.write("doc.md", format!("Write `{}`.\n", words("RULE reason")));
    let told = must(&repo, &["ignore", "prune"]).out();
    let mut lines: Vec<&str> = told.lines().collect();
    assert!(lines.remove(0).ends_with("0 taken out, 0 kept"), "{told}");
    let expected = [
        format!("gone.py:2: the comment for `{TOKEN_RULE}` silences nothing"),
        "other.py:1: the comment for `slack-*` silences nothing".to_owned(),
        "other.py:2: the comment for `slack-*` silences nothing".to_owned(),
        format!(
            "over.py:1: the comment for `{TOKEN_RULE}` has no effect: it held until 2020-01-01"
        ),
        "4 comments to take out by hand".to_owned(),
    ];
    assert_eq!(lines, expected, "{told}");
}

#[test]
fn a_comment_beside_something_less_sure_is_needed() {
    let world = World::new();
    let repo = project(&world);
    repo.write(
        "a.py",
        format!("password = 'hunter2'  # {}\n", allow("", "generic-* demo")),
    );
    let low = scan(&repo, &["--confidence", "low"]);
    assert_eq!(low.standings(), ["a.py allowed"]);
    let told = must(&repo, &["ignore", "prune"]).out();
    assert!(!told.contains("a.py"), "{told}");
}

/// A marking that is told once, however often it stands in the file.
const MARKING: &str = concat!("CONFI", "DENTIAL");

#[test]
fn a_comment_beside_each_of_many_values_silences_all_of_them() {
    let world = World::new();
    let repo = project(&world);
    let line = allow("", "marking-* sample page");
    let begin = allow("-begin", "marking-* sample page");
    let end = allow("-end", "");
    let page = |mark: &str| format!("{mark}\n\nText of the page.\n");
    repo.write(
        "all.txt",
        page(&format!("{MARKING} <!-- {line} -->")).repeat(2),
    );
    repo.write(
        "some.txt",
        format!("{MARKING} <!-- {line} -->\n{}", page(MARKING)),
    );
    repo.write(
        "block.txt",
        format!("{begin}\n{}{end}\n", page(MARKING).repeat(9)),
    );
    repo.write("none.txt", page(MARKING));
    let found = scan(&repo, &["--class", "marking", "--confidence", "low"]);
    assert_eq!(
        found.standings(),
        [
            "all.txt allowed",
            "block.txt allowed",
            "none.txt new",
            "some.txt new (not-all)"
        ],
        "{:#?}",
        found.report
    );
}
