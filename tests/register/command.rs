//! `stanch register` and what it refuses.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::home::Home;
use crate::leaks::prose;

#[test]
fn an_entry_has_what_was_said_of_it() {
    let home = Home::new();
    home.write("plan.txt", prose(1, 500));
    let run = home.run(&[
        "register",
        "add",
        "plan.txt",
        "--id",
        "p1",
        "--family",
        "p",
        "--title",
        "Alias \"P\"",
        "--owner",
        "jane",
        "--classification",
        "secret",
        "--authorised",
        "safe/**",
        "--until",
        "2099-12-31",
        "--review-by",
        "2098-01-01",
        "--min-level",
        "likely",
        "--handling",
        "Call.",
    ]);
    assert_eq!(run.code, 0, "{}", run.err);
    let list = home.run(&["register", "list"]).out;
    for word in ["p1", "secret", "jane", "until 2099-12-31"] {
        assert!(list.contains(word), "{list}");
    }
    assert_eq!(home.run(&["register", "lint"]).code, 0);
    let again = home.run(&["register", "add", "plan.txt", "--id", "p1"]);
    assert_eq!(again.code, 2);
    assert!(again.err.contains("already"), "{}", again.err);
}

#[test]
fn lint_fails_for_entries_nobody_answers_for() {
    let home = Home::new();
    home.write("plan.txt", prose(1, 500));
    home.run(&["register", "add", "plan.txt", "--review-by", "2001-01-01"]);
    let run = home.run(&["register", "lint"]);
    assert_eq!(run.code, 1);
    for words in ["no owner", "no classification", "reviewed by 2001-01-01"] {
        assert!(run.out.contains(words), "{}", run.out);
    }
}

#[test]
fn status_tells_how_well_a_document_is_covered() {
    let home = Home::with_plan(&prose(1, 2000), &[]);
    let run = home.run(&["register", "status", "register.vault"]);
    assert!(
        run.out.contains("vault of ") && run.out.contains("plan: "),
        "{}",
        run.out
    );
    assert_eq!(home.run(&["register", "build", "--tier", "filter"]).code, 0);
    let filter = home.run(&["register", "status", "register.filter"]);
    assert!(
        filter.out.contains("filter of ") && !filter.out.contains("plan"),
        "{}",
        filter.out
    );
}

#[test]
fn what_has_no_text_is_refused() {
    let home = Home::new();
    home.write("plan.zip", b"PK\x03\x04\x14\0\0\0\x08\0 and so on");
    let run = home.run(&["register", "add", "plan.zip"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("register its text instead"), "{}", run.err);
}

#[test]
fn an_index_opens_with_its_own_key_only() {
    let home = Home::with_plan(&prose(1, 500), &[]);
    home.write("a.txt", "nothing");
    let scan = [
        "scan",
        "--isolated",
        "a.txt",
        "--register",
        "register.vault",
    ];
    let other = home.run_with_key(&scan, "another key of sixteen bytes");
    assert_eq!(other.code, 2);
    assert!(other.err.contains("another key"), "{}", other.err);
    let none = home.run_with_key(&scan, "");
    assert_eq!(none.code, 2);
    assert!(none.err.contains("needs its key"), "{}", none.err);
    let short = home.run_with_key(&scan, "short");
    assert_eq!(short.code, 2);
}

#[test]
fn a_damaged_index_stops_the_scan() {
    let home = Home::with_plan(&prose(1, 500), &[]);
    let whole = fs::read(home.path("register.vault")).unwrap();
    let mut turned = whole.clone();
    turned[whole.len() / 2] ^= 1;
    for bytes in [
        &whole[..whole.len() - 1],
        &whole[..50],
        &turned,
        b"text",
        b"",
    ] {
        home.write("register.vault", bytes);
        let run = home.run(&[
            "scan",
            "--isolated",
            "vault",
            "--register",
            "register.vault",
        ]);
        assert_eq!(run.code, 2, "{}", run.err);
        assert!(run.err.contains("index"), "{}", run.err);
    }
}

#[test]
fn keys_come_from_private_files_and_from_commands() {
    let home = Home::with_plan(&prose(1, 500), &[]);
    home.write("key", "0123456789abcdef0123456789abcdef\n");
    let status = ["register", "status", "register.vault"];
    let mode =
        |mode| fs::set_permissions(home.path("key"), fs::Permissions::from_mode(mode)).unwrap();
    mode(0o644);
    let file = ["--register-key-file", "key"];
    let run = home.run_with_key(&[&status[..], &file].concat(), "");
    assert_eq!(run.code, 2);
    assert!(run.err.contains("chmod 600"), "{}", run.err);
    mode(0o600);
    assert_eq!(
        home.run_with_key(&[&status[..], &file].concat(), "").code,
        0
    );
    let command = ["--register-key-command", "cat key"];
    assert_eq!(
        home.run_with_key(&[&status[..], &command].concat(), "")
            .code,
        0
    );
    let failing = ["--register-key-command", "exit 3"];
    assert_eq!(
        home.run_with_key(&[&status[..], &failing].concat(), "")
            .code,
        2
    );
}

#[test]
fn no_artefact_holds_a_run_of_the_text_or_the_key() {
    // Words that no report uses by itself.
    let text = prose(9, 3000).replace(' ', "q ").replace('e', "xe");
    let home = Home::with_plan(&text, &["--title", "P"]);
    home.run(&["register", "build", "--tier", "filter"]);
    home.write("leak.txt", format!("see below\n\n{}", &text[2000..4000]));
    let mut artefacts = Vec::new();
    for name in ["register.vault", "register.filter"] {
        artefacts.push(fs::read(home.path(name)).unwrap());
    }
    for format in ["text", "json", "jsonl", "sarif"] {
        for index in ["register.vault", "register.filter"] {
            let args = [
                "scan",
                "--isolated",
                "leak.txt",
                "--register",
                index,
                "--report",
                format,
            ];
            let run = home.run(&args);
            assert_eq!(run.code, 1);
            artefacts.push([run.out, run.err].concat().into_bytes());
        }
    }
    let runs: std::collections::HashSet<&[u8]> = text.as_bytes().windows(8).collect();
    for (number, bytes) in artefacts.iter().enumerate() {
        let held = bytes.windows(8).find(|run| runs.contains(run));
        assert_eq!(held.map(String::from_utf8_lossy), None, "artefact {number}");
        assert!(memchr_all(bytes, b"0123456789abcdef").is_none());
    }
}

fn memchr_all(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes
        .windows(needle.len())
        .position(|window| window == needle)
}
