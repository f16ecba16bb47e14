//! Baselines.

use std::fs;

use crate::plant::Source;
use crate::project::{must, project, run, scan, setting};
use crate::repo::{Repo, World, wait};

const FILE: &str = ".stanch/baseline";

fn text(repo: &Repo<'_>) -> String {
    fs::read_to_string(repo.dir.join(FILE)).unwrap()
}

/// The last line a command wrote.
fn last(out: &str) -> &str {
    out.lines().last().unwrap_or_default()
}

#[test]
fn what_is_known_does_not_count_and_what_is_new_does() {
    let world = World::new();
    let repo = project(&world);
    let mut source = Source::new(5);
    repo.write("a.py", format!("t = '{}'\n", source.token()));
    let made = must(&repo, &["baseline", "create"]);
    assert_eq!(made.out(), format!("{FILE}: 1 finding known\n"));
    let known = scan(&repo, &[]);
    assert_eq!(
        (known.code, known.standings()),
        (0, vec!["a.py known".to_owned()])
    );
    assert_eq!(known.findings()[0]["baseline"], FILE);
    assert_eq!(known.report["summary"]["known"], 1);
    repo.write("b.py", format!("t = '{}'\n", source.token()));
    assert_eq!(
        (
            scan(&repo, &[]).code,
            run(&repo, &["baseline", "diff"]).code
        ),
        (1, 1)
    );
    assert_eq!(run(&repo, &["baseline", "create"]).code, 2);
}

#[test]
fn a_line_that_moves_changes_nothing_in_the_file() {
    let world = World::new();
    let repo = project(&world);
    let token = Source::new(5).token();
    repo.write("a.py", format!("t = '{token}'\n"));
    must(&repo, &["baseline", "create"]);
    let before = text(&repo);
    repo.write(
        "a.py",
        format!("# new\n# lines\n\nif x:\n    y = \"{token}\" + z\n"),
    );
    assert_eq!(scan(&repo, &[]).code, 0);
    let updated = must(&repo, &["baseline", "update"]);
    assert!(last(&updated.out()).ends_with("0 new (taken in), 1 known, 0 moved, 0 gone"));
    assert_eq!(text(&repo), before);
    assert!(!before.contains(&token[8..]));
}

#[test]
fn a_diff_tells_new_known_moved_and_gone() {
    let world = World::new();
    let repo = project(&world);
    let mut source = Source::new(5);
    let tokens: Vec<String> = (0..4).map(|_| source.token()).collect();
    for (name, token) in ["stays", "moves", "goes"].iter().zip(&tokens) {
        repo.write(format!("{name}.py"), format!("t = '{token}'\n"));
    }
    must(&repo, &["baseline", "create"]);
    fs::create_dir(repo.dir.join("src")).unwrap();
    fs::rename(repo.dir.join("moves.py"), repo.dir.join("src/moved.py")).unwrap();
    fs::remove_file(repo.dir.join("goes.py")).unwrap();
    repo.write("new.py", format!("t = '{}'\n", tokens[3]));
    let diff = run(&repo, &["baseline", "diff", "--all"]);
    assert_eq!(diff.code, 1);
    let told: Vec<String> = diff
        .out()
        .lines()
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            format!(
                "{} {}",
                words[0],
                words.get(3..).unwrap_or_default().join(" ")
            )
        })
        .collect();
    assert_eq!(
        told[..4],
        [
            "new new.py",
            "moved src/moved.py (from moves.py)",
            "gone goes.py",
            "known stays.py"
        ]
    );
    // Nothing is taken in unless it is asked for.
    let shrunk = must(&repo, &["baseline", "update", "--only-gone"]);
    assert!(last(&shrunk.out()).contains("1 new (not taken in), 1 known, 1 moved, 1 gone"));
    assert_eq!(scan(&repo, &[]).report["summary"]["findings"], 1);
    assert!(!text(&repo).contains("goes.py") && text(&repo).contains("src/moved.py"));
    must(&repo, &["baseline", "update"]);
    assert_eq!(scan(&repo, &[]).code, 0);
}

#[test]
fn what_was_not_looked_at_is_not_gone() {
    let world = World::new();
    let repo = project(&world);
    let mut source = Source::new(5);
    repo.write("a/x.py", format!("t = '{}'\n", source.token()));
    repo.write("b/x.py", format!("t = '{}'\n", source.token()));
    must(&repo, &["baseline", "create"]);
    fs::remove_dir_all(repo.dir.join("a")).unwrap();
    fs::remove_dir_all(repo.dir.join("b")).unwrap();
    fs::create_dir(repo.dir.join("b")).unwrap();
    let some = must(&repo, &["baseline", "diff", "b"]);
    assert!(last(&some.out()).contains("1 gone"), "{}", some.out());
    // Nor is anything when not all could be examined.
    repo.write("c.zip", b"PK\x03\x04 not opened");
    let cut = run(&repo, &["baseline", "diff"]);
    assert_eq!(cut.code, 3);
    assert!(last(&cut.out()).contains("0 gone"), "{}", cut.out());
}

#[test]
fn baselines_work_over_all_kinds_of_scans() {
    let world = World::new();
    let repo = project(&world);
    let mut source = Source::new(6);
    let (old, live) = (source.token(), source.token());
    repo.commit("old.py", format!("t = '{old}'\n"));
    repo.git(["rm", "-q", "old.py"]);
    repo.commit_staged("remove");
    repo.commit("live.py", format!("t = '{live}'\n"));
    must(&repo, &["baseline", "create", "--history"]);
    assert!(
        text(&repo).contains("path=old.py in=history"),
        "{}",
        text(&repo)
    );
    assert_eq!(scan(&repo, &["--history"]).code, 0);
    assert_eq!(scan(&repo, &[]).standings(), ["live.py known"]);
    // A scan of files cannot tell what is gone from the history.
    assert!(last(&must(&repo, &["baseline", "diff"]).out()).contains("0 gone"));
    repo.git(["add", "-A"]);
    repo.commit_staged("baseline");
    repo.stage("copy.py", format!("\n\nt = '{live}'\n"));
    assert_eq!(scan(&repo, &["--staged"]).standings(), ["copy.py known"]);
    assert_eq!(run(&repo, &["hook", "run", "pre-commit"]).code, 0);
    repo.commit_staged("copy");
    assert_eq!(
        scan(&repo, &["--range", "HEAD~1..HEAD"]).standings(),
        ["copy.py known"]
    );
    // A baseline that comes with the change has no say about it.
    repo.write("new.py", format!("t = '{}'\n", source.token()));
    must(&repo, &["baseline", "update"]);
    repo.git(["add", "-A"]);
    repo.commit_staged("both");
    let range = scan(&repo, &["--range", "HEAD~1..HEAD"]);
    assert_eq!(
        (range.code, range.standings()),
        (1, vec!["new.py new (untrusted)".to_owned()])
    );
}

#[test]
fn several_baselines_count_together() {
    let world = World::new();
    let repo = project(&world);
    let mut source = Source::new(7);
    for name in ["a.py", "b.py", "c.py"] {
        repo.write(name, format!("t = '{}'\n", source.token()));
        must(
            &repo,
            &[
                "baseline",
                "create",
                "--file",
                &format!("{name}.base"),
                name,
            ],
        );
    }
    let some = scan(
        &repo,
        &["--baseline", "a.py.base", "--baseline", "b.py.base"],
    );
    assert_eq!(some.standings(), ["a.py known", "b.py known", "c.py new"]);
    repo.write("stanch.toml", "[suppress]\nbaselines = ['c.py.base']\n");
    let all = scan(
        &repo,
        &["--baseline", "a.py.base", "--baseline", "b.py.base"],
    );
    assert_eq!(all.code, 0);
    assert_eq!(run(&repo, &["scan", "--baseline", "none.base"]).code, 2);
}

#[test]
fn git_merges_baselines_of_two_branches() {
    let world = World::new();
    let repo = project(&world);
    let mut source = Source::new(8);
    let mut token = |name: &str| {
        let line = format!("t = '{}'\n", source.token());
        repo.write(name, line);
    };
    token("base.py");
    must(&repo, &["baseline", "create"]);
    repo.git(["add", "-A"]);
    repo.commit_staged("base");
    repo.git(["checkout", "-q", "-b", "other"]);
    (0..5).for_each(|n| token(&format!("other{n}.py")));
    must(&repo, &["baseline", "update"]);
    repo.git(["add", "-A"]);
    repo.commit_staged("theirs");
    repo.git(["checkout", "-q", "main"]);
    (0..5).for_each(|n| token(&format!("main{n}.py")));
    repo.git(["mv", "base.py", "moved.py"]);
    must(&repo, &["baseline", "update"]);
    repo.git(["add", "-A"]);
    repo.commit_staged("ours");
    repo.git(["merge", "-q", "--no-edit", "other"]);
    let merged = scan(&repo, &[]);
    assert_eq!((merged.code, merged.err.as_str()), (0, ""));
    assert_eq!(merged.findings().len(), 11);
    // Both sides' lines are there; an update puts them in order and takes none in.
    let updated = must(&repo, &["baseline", "update"]);
    assert!(last(&updated.out()).contains("0 new"), "{}", updated.out());
    let sorted: Vec<String> = text(&repo).lines().skip(2).map(str::to_owned).collect();
    assert!(sorted.is_sorted());
    assert_eq!(sorted.len(), 11);
}

#[test]
fn a_weak_value_leaves_no_trace_that_guesses_could_be_tested_on() {
    let world = World::new();
    let files: Vec<String> = ["kq9#Lm2!", "Wz4$pT7x"]
        .iter()
        .map(|value| {
            let repo = world.init(&format!(
                "of-{}",
                value.len() + usize::from(value.as_bytes()[0])
            ));
            repo.write("a.env", format!("DB_PASSWORD=\"{value}\"\n"));
            let made = must(&repo, &["baseline", "create", "--confidence", "low"]);
            assert!(
                made.out().contains("by rule and file name"),
                "{}",
                made.out()
            );
            text(&repo)
        })
        .collect();
    assert!(files[0].contains("sf1:"));
    assert_eq!(files[0], files[1]);
}

#[test]
fn a_project_key_ties_the_baseline_to_values() {
    let world = World::new();
    let repo = project(&world);
    let keyed = |args: &[&str]| {
        let mut command = world.stanch(&repo.dir, args);
        command.env("STANCH_KEY", "0123456789abcdef0123456789abcdef");
        wait(command)
    };
    repo.write("a.env", setting(["kq9#", "Lm2!"]));
    assert_eq!(keyed(&["baseline", "create"]).code, 0);
    assert_eq!(keyed(&["scan"]).code, 0);
    repo.write("a.env", setting(["Wz4$", "pT7x"]));
    assert_eq!(keyed(&["scan"]).code, 1);
    // With another key nothing is known, and that is told.
    let bare = run(&repo, &["scan"]);
    assert_eq!(bare.code, 1);
    assert!(bare.err().contains("another project key"), "{}", bare.err());
    assert_eq!(run(&repo, &["baseline", "update"]).code, 2);
}

#[test]
fn an_audit_says_what_findings_are() {
    let world = World::new();
    let repo = project(&world);
    let mut source = Source::new(9);
    for name in ["a.py", "b.py"] {
        repo.write(name, format!("t = '{}'\n", source.token()));
    }
    let keys: Vec<String> = scan(&repo, &[])
        .findings()
        .iter()
        .map(|finding| finding["id"].as_str().unwrap().to_owned())
        .collect();
    must(&repo, &["baseline", "create"]);
    let mark = format!("{}=accepted", keys[0]);
    let told = must(
        &repo,
        &[
            "baseline",
            "audit",
            "--mark",
            &mark,
            "--note",
            "revoked in May",
        ],
    );
    assert!(
        told.out().contains("a.py: revoked in May"),
        "{}",
        told.out()
    );
    assert!(last(&told.out()).ends_with("1 open, 0 real, 0 false, 1 accepted"));
    let open = must(&repo, &["baseline", "audit", "--only", "open"]);
    assert!(open.out().contains("b.py") && !open.out().contains("a.py"));
    // What was said stays when the file moves.
    fs::rename(repo.dir.join("a.py"), repo.dir.join("z.py")).unwrap();
    must(&repo, &["baseline", "update"]);
    assert!(text(&repo).contains("path=z.py verdict=accepted note=revoked in May"));
    let wrong = run(
        &repo,
        &["baseline", "audit", "--mark", "st1:0123456789ab=real"],
    );
    assert_eq!(wrong.code, 2);
}
