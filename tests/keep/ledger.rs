//! The ledger: findings over time, two writers, forms of the file.

use std::fs;

use serde_json::Value;

use crate::place::Place;
use crate::plant::Source;
use crate::tree::Run;

fn sweep(place: &Place) -> Run {
    place.run(&["sweep", "--isolated", "-q", "--ledger", "../l.sqlite"])
}

/// `path status` of every finding, sorted.
fn standings(place: &Place) -> Vec<String> {
    let run = place.run(&["ledger", "export", "--all", "--ledger", "../l.sqlite"]);
    let run = run.expect_code(0);
    let root = format!("{}/", place.tree().display());
    let mut told: Vec<String> = run
        .out()
        .lines()
        .map(|line| {
            let entry: Value = serde_json::from_str(line).unwrap();
            let path = entry["path"].as_str().unwrap().replace(&root, "");
            format!("{path} {}", entry["status"].as_str().unwrap())
        })
        .collect();
    told.sort();
    told
}

fn key(place: &Place, path: &str) -> String {
    let report = place.json(&["scan", "--isolated", path]);
    report["findings"][0]["id"].as_str().unwrap().to_owned()
}

fn text(source: &mut Source) -> String {
    format!("token = {}\n", source.token())
}

#[test]
fn what_is_gone_is_fixed_and_what_comes_back_is_open() {
    let place = Place::new();
    let mut source = Source::new(1);
    let leak = text(&mut source);
    place
        .write("a.txt", &leak)
        .write("b.txt", text(&mut source));
    sweep(&place).expect_code(1);
    assert_eq!(standings(&place), ["a.txt open", "b.txt open"]);
    // Moved: the same finding at another place.
    fs::create_dir(place.tree().join("new")).unwrap();
    fs::rename(place.tree().join("a.txt"), place.tree().join("new/c.txt")).unwrap();
    sweep(&place).expect_code(1);
    assert_eq!(standings(&place), ["b.txt open", "new/c.txt open"]);
    fs::remove_file(place.tree().join("b.txt")).unwrap();
    // A sweep that looks elsewhere says nothing about it.
    place
        .run(&["sweep", "--isolated", "new", "--ledger", "../l.sqlite"])
        .expect_code(1);
    assert_eq!(standings(&place), ["b.txt open", "new/c.txt open"]);
    sweep(&place).expect_code(1);
    assert_eq!(standings(&place), ["b.txt fixed", "new/c.txt open"]);
    let diff = place
        .run(&["diff", "1", "last", "--ledger", "../l.sqlite"])
        .expect_code(0);
    assert!(
        diff.out().contains("0 new, 1 moved, 1 gone, 0 the same"),
        "{}",
        diff.out()
    );
    place
        .write("d.txt", text(&mut source))
        .write("new/e.txt", &leak);
    sweep(&place).expect_code(1);
    let diff = place
        .run(&["diff", "last~1", "last", "--ledger", "../l.sqlite"])
        .expect_code(1);
    assert!(
        diff.out().contains("1 new, 1 moved, 0 gone"),
        "{}",
        diff.out()
    );
    fs::write(place.tree().join("b.txt"), "").unwrap();
    assert_eq!(
        standings(&place),
        ["b.txt fixed", "d.txt open", "new/c.txt open"]
    );
}

#[test]
fn what_could_not_be_read_is_not_fixed() {
    let place = Place::new();
    let mut source = Source::new(2);
    place.write("in/a.txt", text(&mut source));
    sweep(&place).expect_code(1);
    fs::remove_file(place.tree().join("in/a.txt")).unwrap();
    std::os::unix::fs::symlink("/nowhere", place.tree().join("in/a.txt")).unwrap();
    sweep(&place);
    assert_eq!(standings(&place), ["in/a.txt open"]);
    place.run(&[
        "sweep",
        "--isolated",
        "--exclude",
        "in/",
        "--ledger",
        "../l.sqlite",
    ]);
    assert_eq!(standings(&place), ["in/a.txt open"]);
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one story, from the finding to the policy"
)]
fn what_people_say_counts_in_the_next_sweep() {
    let place = Place::new();
    let mut source = Source::new(3);
    place
        .write("a.txt", text(&mut source))
        .write("b.txt", text(&mut source));
    sweep(&place).expect_code(1);
    let (a, b) = (key(&place, "a.txt"), key(&place, "b.txt"));
    let set =
        |args: &[&str]| place.run(&[&["ledger", "set", "--ledger", "../l.sqlite"], args].concat());
    set(&[&a, "--status", "accepted"]).expect_code(2);
    set(&["st1:0000000000000000", "--status", "open"]).expect_code(2);
    set(&[
        &a,
        "--status",
        "accepted",
        "--until",
        "2001-01-01",
        "--note",
        "test account",
    ])
    .expect_code(2);
    set(&[
        &a,
        "--status",
        "accepted",
        "--until",
        "2999-01-01",
        "--note",
        "test account",
    ])
    .expect_code(0);
    set(&[
        &b,
        "--status",
        "false-positive",
        "--note",
        "sample value",
        "--owner",
        "ada",
    ])
    .expect_code(0);
    let run = sweep(&place).expect_code(0);
    assert!(run.out().contains("2 findings: ledger 2"), "{}", run.out());
    assert_eq!(
        standings(&place),
        ["a.txt accepted", "b.txt false-positive"]
    );
    let show = place
        .run(&["ledger", "show", &b, "--ledger", "../l.sqlite"])
        .expect_code(0);
    assert!(
        show.out().contains("open -> false-positive: sample value"),
        "{}",
        show.out()
    );
    set(&[&b, "--status", "open"]).expect_code(0);
    sweep(&place).expect_code(1);
    // A policy that protects the rule has the last word.
    let policy = "[policy]\nlocked = ['github-*']\n";
    fs::write(place.world.path("policy.toml"), policy).unwrap();
    let args = [
        "sweep",
        "-q",
        "--policy",
        "../policy.toml",
        "--ledger",
        "../l.sqlite",
    ];
    let run = place.run(&args).expect_code(1);
    assert!(run.out().contains("2 findings; "), "{}", run.out());
}

#[test]
fn what_a_comment_allows_is_allowed() {
    let place = Place::new();
    place.world.init("tree");
    let mut source = Source::new(4);
    let line = text(&mut source);
    let comment = concat!("stanch", ":allow * x");
    place.write("a.txt", &line);
    let sweep = || place.run(&["sweep", "-q", "--ledger", "../l.sqlite"]);
    sweep().expect_code(1);
    let rule = crate::plant::TOKEN_RULE;
    let allowing = comment.replace("* x", &format!("{rule} test account"));
    place.write("a.txt", format!("{} # {allowing}\n", line.trim()));
    sweep().expect_code(0);
    assert_eq!(standings(&place), ["a.txt allowed"]);
    place.write("a.txt", &line);
    sweep().expect_code(1);
    assert_eq!(standings(&place), ["a.txt open"]);
}

#[test]
fn two_sweeps_write_one_ledger_at_a_time() {
    let place = Place::new();
    let mut source = Source::new(5);
    for n in 0..60 {
        place.write(&format!("{}/{n}.txt", n % 2), text(&mut source));
    }
    let start = |folder: &str| {
        let args = [
            "sweep",
            "--isolated",
            "-q",
            "--no-cache",
            "-j1",
            folder,
            "--ledger",
            "../l.sqlite",
        ];
        place.world.stanch(&place.tree(), args).spawn().unwrap()
    };
    for _ in 0..4 {
        let both = [start("0"), start("1"), start("0")];
        for child in both {
            Run::wait(child).expect_code(1);
        }
    }
    assert_eq!(standings(&place).len(), 60);
    place
        .run(&["ledger", "check", "--ledger", "../l.sqlite"])
        .expect_code(0);
    let runs = place
        .run(&["ledger", "runs", "--ledger", "../l.sqlite"])
        .out();
    assert_eq!(runs.matches("complete").count(), 12, "{runs}");
}

#[test]
fn what_is_no_ledger_is_left_alone() {
    let place = Place::new();
    let ledger = place.world.path("l.sqlite");
    for content in [
        &b"no database, and long enough to be looked at as one"[..],
        &[7; 5000],
    ] {
        fs::write(&ledger, content).unwrap();
        let run = sweep(&place).expect_code(2);
        assert!(run.err().contains("it is no ledger"), "{}", run.err());
        assert_eq!(fs::read(&ledger).unwrap(), content);
    }
    fs::remove_file(&ledger).unwrap();
    place
        .run(&["ledger", "list", "--ledger", "../l.sqlite"])
        .expect_code(2);
    assert!(!ledger.exists(), "looking makes none");
    // An empty file becomes one.
    fs::write(&ledger, "").unwrap();
    sweep(&place).expect_code(0);
    // Somebody else's database.
    let foreign = place.world.path("f.sqlite");
    let other = rusqlite::Connection::open(&foreign).unwrap();
    other.execute_batch("CREATE TABLE x (y)").unwrap();
    drop(other);
    let run = place
        .run(&["sweep", "--isolated", "--ledger", "../f.sqlite"])
        .expect_code(2);
    assert!(run.err().contains("it is no ledger"), "{}", run.err());
    // One of a later version.
    let later = rusqlite::Connection::open(&ledger).unwrap();
    later.execute_batch("PRAGMA user_version = 99").unwrap();
    drop(later);
    let run = sweep(&place).expect_code(2);
    assert!(run.err().contains("a later version"), "{}", run.err());
}

#[test]
fn a_table_for_spreadsheets_holds_no_formula() {
    let place = Place::new();
    let mut source = Source::new(6);
    place.write("a.txt", text(&mut source));
    sweep(&place).expect_code(1);
    let key = key(&place, "a.txt");
    let note = "=HYPERLINK(\"x\"), a\nb";
    let args = [
        "ledger",
        "set",
        &key,
        "--note",
        note,
        "--ledger",
        "../l.sqlite",
    ];
    place.run(&args).expect_code(0);
    let csv = place
        .run(&[
            "ledger",
            "export",
            "--format",
            "csv",
            "--ledger",
            "../l.sqlite",
        ])
        .out();
    assert!(csv.contains("\"'=HYPERLINK(\"\"x\"\"), a b\""), "{csv}");
    assert_eq!(csv.lines().count(), 2);
}
