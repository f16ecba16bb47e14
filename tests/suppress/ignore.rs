//! The ignore file.

use crate::plant::{Source, TOKEN_RULE};
use crate::project::{must, project, run, run_in, run_with, scan, setting};
use crate::repo::World;

const FILE: &str = ".stanch/ignore";

#[test]
fn an_ignored_finding_stays_ignored_when_it_moves() {
    let world = World::new();
    let repo = project(&world);
    let mut source = Source::new(2);
    let token = source.token();
    repo.write("a.py", format!("t = '{token}'\n"));
    let key = scan(&repo, &[]).key();
    let told = must(
        &repo,
        &["ignore", &key, "--reason", "test account", "--owner", "ada"],
    );
    assert_eq!(
        told.out(),
        format!("{FILE}: {key} owner=ada reason=test account\n")
    );
    let ignored = scan(&repo, &[]);
    assert_eq!(
        (ignored.code, ignored.standings()),
        (0, vec!["a.py allowed".to_owned()])
    );
    let suppression = &ignored.findings()[0]["suppression"];
    assert_eq!(suppression["place"], format!("{FILE}:2"));
    assert_eq!(suppression["owner"], "ada");
    std::fs::remove_file(repo.dir.join("a.py")).unwrap();
    repo.write("src/deep/b.js", format!("\n\n\nconst x = \"{token}\";\n"));
    assert_eq!(scan(&repo, &[]).code, 0);
    // Another one in its place is another finding.
    repo.write(
        "src/deep/b.js",
        format!("\n\n\nconst x = \"{}\";\n", source.token()),
    );
    assert_eq!(scan(&repo, &[]).standings(), ["src/deep/b.js new"]);
}

#[test]
fn paths_and_values_can_be_ignored_as_well() {
    let world = World::new();
    let repo = project(&world);
    let mut source = Source::new(2);
    let (token, other) = (source.token(), source.token());
    repo.write("docs/a.py", format!("t = '{token}'\n"));
    repo.write("src/a.py", format!("t = '{token}'\nu = '{other}'\n"));
    must(
        &repo,
        &[
            "ignore", "--path", "docs/**", "--rule", "npm-*", "--reason", "samples",
        ],
    );
    assert_eq!(scan(&repo, &[]).report["summary"]["findings"], 3);
    must(
        &repo,
        &[
            "ignore", "--path", "docs/**", "--rule", "github-*", "--reason", "samples",
        ],
    );
    assert_eq!(scan(&repo, &[]).report["summary"]["findings"], 2);
    // The same from a folder below.
    let below = run_in(&repo, &repo.dir.join("docs"), &["scan"]);
    assert_eq!(below.code, 0, "{}", below.out());
    let args = ["ignore", "--value", "-", "--reason", "public sandbox"];
    let value = run_with(&repo, format!("{other}\n").as_bytes(), &args);
    assert_eq!(value.code, 0, "{}", value.err());
    assert_eq!(scan(&repo, &[]).report["summary"]["findings"], 1);
    let file = std::fs::read_to_string(repo.dir.join(FILE)).unwrap();
    assert!(
        file.contains("\nsv1:") && !file.contains(&other[8..]),
        "{file}"
    );
    let weak = run_with(&repo, b"hunter2\n", &args);
    assert_eq!(weak.code, 2);
    assert!(weak.err().contains("could be guessed"), "{}", weak.err());
}

#[test]
fn a_word_needs_a_reason_and_a_sense() {
    let world = World::new();
    let repo = project(&world);
    let key = concat!("st1:8c1f0a6b", "e2d94377");
    for (args, why) in [
        (&["ignore", key][..], "--reason"),
        (&["ignore", key, "--reason", "-"], "it gives no reason"),
        (
            &["ignore", key, "--reason", "abc", "--until", "2020-01-01"],
            "2020-01-01 is over",
        ),
        (
            &["ignore", key, "--reason", "abc", "--until", "soon"],
            "expected a day",
        ),
        (&["ignore", "x", "--reason", "abc"], "`x` is no finding key"),
        (
            &["ignore", "--path", "**", "--reason", "abc"],
            "`**` is every path",
        ),
    ] {
        let run = run(&repo, args);
        assert_eq!(run.code, 2, "{args:?}");
        assert!(run.err().contains(why), "{}", run.err());
        assert!(!repo.dir.join(FILE).exists());
    }
}

#[test]
fn an_expired_entry_has_no_effect_and_is_told() {
    let world = World::new();
    let repo = project(&world);
    let token = Source::new(2).token();
    repo.write("a.py", format!("t = '{token}'\n"));
    let key = scan(&repo, &[]).key();
    repo.write(
        FILE,
        format!("{key} until=2020-02-29 reason=until the audit\n"),
    );
    let after = scan(&repo, &[]);
    assert_eq!(
        (after.code, after.standings()),
        (1, vec!["a.py new (expired)".to_owned()])
    );
    assert!(must(&repo, &["ignore", "list"]).out().contains("(over)"));
}

#[test]
fn entries_that_nothing_needs_are_pruned() {
    let world = World::new();
    let repo = project(&world);
    let token = Source::new(2).token();
    repo.write("a.py", format!("t = '{token}'\n"));
    let key = scan(&repo, &[]).key();
    let unused = "st1:8c1f0a6be2d94377";
    let over = "st1:8c1f0a6be2d94378";
    repo.write(
        FILE,
        format!(
            "{key} reason=needed\n{unused} reason=long gone\n{over} until=2020-01-01 reason=over\n"
        ),
    );
    let dry = must(&repo, &["ignore", "prune", "--dry-run"]).out();
    assert!(dry.contains(&format!("not needed: {unused}")), "{dry}");
    assert!(dry.contains("2 would be taken out, 1 kept"), "{dry}");
    must(&repo, &["ignore", "prune", "--expired-only"]);
    let left = must(&repo, &["ignore", "list"]).out();
    assert!(left.contains(unused) && !left.contains(over), "{left}");
    must(&repo, &["ignore", "prune"]);
    assert_eq!(
        must(&repo, &["ignore", "list"]).out(),
        format!("{key} reason=needed\n")
    );
    // What could not be examined may need anything.
    repo.write(FILE, format!("{unused} reason=long gone\n"));
    repo.write("a.zip", b"PK\x03\x04 not opened");
    assert_eq!(run(&repo, &["ignore", "prune"]).code, 2);
}

#[test]
fn writing_the_same_again_changes_nothing() {
    let world = World::new();
    let repo = project(&world);
    let write = || {
        must(
            &repo,
            &["ignore", "st1:8c1f0a6be2d94377", "--reason", "same"],
        )
    };
    write();
    let once = std::fs::read(repo.dir.join(FILE)).unwrap();
    write();
    assert_eq!(std::fs::read(repo.dir.join(FILE)).unwrap(), once);
}

#[test]
fn git_merges_ignore_files_of_two_branches() {
    let world = World::new();
    let repo = project(&world);
    let keys: Vec<String> = (0..9)
        .map(|n| format!("st1:{n}{n}1f0a6be2d94377"))
        .collect();
    let ignore = |key: &str| must(&repo, &["ignore", key, "--reason", "of this branch"]);
    ignore(&keys[4]);
    repo.git(["add", ".stanch"]);
    repo.commit_staged("base");
    repo.git(["checkout", "-q", "-b", "other"]);
    for key in [&keys[1], &keys[5], &keys[7]] {
        ignore(key);
    }
    repo.git(["commit", "-q", "-am", "theirs"]);
    repo.git(["checkout", "-q", "main"]);
    for key in [&keys[0], &keys[5], &keys[6], &keys[8]] {
        ignore(key);
    }
    repo.git(["commit", "-q", "-am", "ours"]);
    repo.git(["merge", "-q", "--no-edit", "other"]);
    let merged = must(&repo, &["ignore", "list"]);
    assert_eq!(merged.err(), "");
    for key in [0, 1, 4, 5, 6, 7, 8] {
        assert!(merged.out().contains(&keys[key]), "{key}: {}", merged.out());
    }
    // The next word puts everything in order again.
    ignore(&keys[2]);
    let text = std::fs::read_to_string(repo.dir.join(FILE)).unwrap();
    let lines: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(lines.len(), 8);
    assert!(lines.is_sorted());
}

#[test]
fn a_change_cannot_bring_the_word_that_excuses_it() {
    let world = World::new();
    let repo = project(&world);
    let token = Source::new(2).token();
    repo.commit("readme", "one\n");
    repo.write("a.py", format!("t = '{token}'\n"));
    let key = scan(&repo, &[]).key();
    must(&repo, &["ignore", &key, "--reason", "trust me"]);
    repo.git(["add", "-A"]);
    repo.commit_staged("both");
    let range = scan(&repo, &["--range", "HEAD~1..HEAD"]);
    assert_eq!(
        (range.code, range.standings()),
        (1, vec!["a.py new (untrusted)".to_owned()])
    );
    assert!(
        range.err.contains("`.stanch/ignore` is changed, too"),
        "{}",
        range.err
    );
    // Once it is part of the policy, it holds.
    repo.commit("b.py", format!("t = '{token}'\n"));
    assert_eq!(scan(&repo, &["--range", "HEAD~1..HEAD"]).code, 0);
    // A history is judged by the file in the tree.
    assert_eq!(scan(&repo, &["--history"]).code, 0);
}

#[test]
fn a_line_that_is_not_understood_is_told_and_kept() {
    let world = World::new();
    let repo = project(&world);
    repo.write(FILE, "nonsense\n");
    let told = run(&repo, &["scan"]).err();
    assert!(told.contains(".stanch/ignore:1 has no effect"), "{told}");
    let run = run(
        &repo,
        &["ignore", "st1:8c1f0a6be2d94377", "--reason", "abc"],
    );
    assert_eq!(run.code, 2);
    assert_eq!(
        std::fs::read_to_string(repo.dir.join(FILE)).unwrap(),
        "nonsense\n"
    );
}

#[test]
fn an_ignore_file_that_is_a_link_or_a_device_stops_the_scan() {
    let world = World::new();
    let repo = project(&world);
    std::fs::create_dir(repo.dir.join(".stanch")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", repo.dir.join(FILE)).unwrap();
    let run = run(&repo, &["scan"]);
    assert_eq!(run.code, 2);
    assert!(run.err().contains("it is no regular file"), "{}", run.err());
}

#[test]
fn a_key_without_a_value_in_it_says_so() {
    let world = World::new();
    let repo = project(&world);
    repo.write("a.env", setting(["kq9#", "Lm2!"]));
    let key = scan(&repo, &["--confidence", "low"]).key();
    assert!(key.starts_with("sf1:"), "{key}");
    let told = must(&repo, &["ignore", &key, "--reason", "local only"]);
    assert!(
        told.err().contains("stands for any value at this place"),
        "{}",
        told.err()
    );
    assert_eq!(scan(&repo, &[]).code, 0);
    let _ = TOKEN_RULE;
}
