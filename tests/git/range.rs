//! `stanch scan --range` and `--since`: what some commits bring, all of it and
//! nothing else; and what is missing is told.

use std::fs;

use crate::plant::Source;
use crate::repo::{Repo, World};
use crate::tree::Report;

/// `path:line` of the findings.
fn places(report: &Report) -> Vec<String> {
    let places = report.findings().into_iter();
    places
        .map(|(_, place)| place.rsplit_once(':').unwrap().0.to_owned())
        .collect()
}

#[track_caller]
fn range(repo: &Repo<'_>, range: &str) -> Vec<String> {
    let report = repo.json(&["--range", range]);
    assert!(report.is_complete(), "{:?}", report.value);
    let places = places(&report);
    assert_eq!(report.code, i32::from(!places.is_empty()));
    places
}

#[test]
fn each_commit_answers_for_what_it_brings() {
    let world = World::new();
    let repo = world.init("repo");
    let mut source = Source::new(1);
    repo.commit("a.txt", source.token());
    repo.git(["tag", "a"]);
    repo.commit("b.txt", source.token());
    repo.git(["tag", "b"]);
    repo.commit("c.txt", source.token());
    assert_eq!(range(&repo, "a..b"), ["b.txt:1"]);
    assert_eq!(range(&repo, "b..HEAD"), ["c.txt:1"]);
    assert_eq!(range(&repo, "b.."), ["c.txt:1"]);
    assert!(range(&repo, "HEAD..HEAD").is_empty());
    assert!(range(&repo, "HEAD..a").is_empty());
    let since = repo.json(&["--since", "a"]);
    assert_eq!(places(&since).len(), 2);
}

#[test]
fn what_came_and_went_within_the_range_is_found() {
    let world = World::new();
    let repo = world.init("repo");
    repo.commit("a.txt", "x\n");
    repo.commit("b.txt", Source::new(2).token());
    repo.git(["rm", "-q", "b.txt"]);
    repo.commit_staged("oops");
    assert_eq!(range(&repo, "HEAD~2..HEAD"), ["b.txt:1"]);
    assert!(range(&repo, "HEAD~1..HEAD").is_empty());
}

#[test]
fn only_lines_that_are_new_count() {
    let world = World::new();
    let repo = world.init("repo");
    let mut source = Source::new(3);
    let old = source.token();
    repo.commit("a.txt", format!("{old}\nx\n"));
    repo.commit("a.txt", format!("{old}\nx\n{}\n", source.token()));
    assert_eq!(range(&repo, "HEAD~1..HEAD"), ["a.txt:3"]);
    let whole = repo.json(&["--range", "HEAD~1..HEAD", "--whole-files"]);
    assert_eq!(places(&whole), ["a.txt:1", "a.txt:3"]);
}

#[test]
fn a_merge_answers_for_what_no_parent_has() {
    let world = World::new();
    let repo = world.init("repo");
    let mut source = Source::new(4);
    repo.commit("both.txt", "a\n");
    repo.git(["checkout", "-q", "-b", "side"]);
    repo.commit("both.txt", "left\n");
    repo.commit("side.txt", source.token());
    repo.git(["checkout", "-q", "main"]);
    repo.commit("both.txt", "right\n");
    let before = repo.id("HEAD");
    assert!(!repo.try_git(["merge", "-q", "side"]).status.success());
    repo.stage("both.txt", source.token())
        .stage("sneaked.txt", source.token());
    repo.commit_staged("merge");
    // The range of the whole merge, and of the merge commit alone.
    let mut all = range(&repo, &format!("{before}..HEAD"));
    all.sort();
    assert_eq!(all, ["both.txt:1", "side.txt:1", "sneaked.txt:1"]);
    let mut alone = range(
        &repo,
        &format!("{before}..HEAD ^side").replace(" ^side", ""),
    );
    alone.sort();
    assert_eq!(alone, all);
    let mut merge = range(&repo, "HEAD^2..HEAD");
    merge.retain(|place| !place.starts_with("side"));
    merge.sort();
    assert_eq!(merge, ["both.txt:1", "sneaked.txt:1"]);
}

#[test]
fn messages_and_names_belong_to_the_range() {
    let world = World::new();
    let repo = world.init("repo");
    let mut source = Source::new(5);
    repo.commit("a.txt", "x\n");
    repo.commit_staged(&format!("subject\n\n{}\n", source.token()));
    repo.stage(&format!("{}.txt", source.token()), "y\n");
    repo.commit_staged("a name");
    let report = repo.json(&["--range", "HEAD~2..HEAD"]);
    let parts: Vec<&str> = report.value["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["git"]["part"].as_str().unwrap())
        .collect();
    let mut parts = parts;
    parts.sort_unstable();
    assert_eq!(parts, ["commit", "file-name"]);
}

#[test]
fn renames_alone_bring_nothing() {
    let world = World::new();
    let repo = world.init("repo");
    repo.commit(
        "a.txt",
        format!("{}\n{}\n", "line\n".repeat(30), Source::new(6).token()),
    );
    repo.git(["mv", "a.txt", "b.txt"]);
    repo.commit_staged("move");
    assert!(range(&repo, "HEAD~1..HEAD").is_empty());
}

#[test]
fn a_copy_under_another_name_is_new() {
    let world = World::new();
    let repo = world.init("repo");
    let text = format!("{}\n", Source::new(7).token());
    repo.commit("a.txt", &text);
    repo.commit("b.txt", &text);
    assert_eq!(range(&repo, "HEAD~1..HEAD"), ["b.txt:1"]);
}

#[test]
fn the_base_may_be_unrelated() {
    let world = World::new();
    let repo = world.init("repo");
    repo.commit("a.txt", "x\n");
    repo.git(["checkout", "-q", "--orphan", "other"]);
    repo.commit("b.txt", Source::new(8).token());
    assert_eq!(range(&repo, "main..other"), ["b.txt:1"]);
}

#[test]
fn a_range_that_names_nothing_is_wrong_use_and_never_clean() {
    let world = World::new();
    let repo = world.init("repo");
    repo.commit("a.txt", "x\n");
    for wrong in [
        "nothing..HEAD",
        "HEAD..nothing",
        "--all..HEAD",
        "..",
        "",
        "HEAD~9..HEAD",
        "HEAD:a.txt..HEAD",
    ] {
        let run = repo.scan(&[&format!("--range={wrong}")]);
        if wrong == ".." {
            // HEAD..HEAD, as git has it.
            assert!(matches!(run.code, 0 | 2), "{}", run.err());
            continue;
        }
        assert_eq!(run.code, 2, "{wrong}: {}{}", run.out(), run.err());
        assert!(!run.err().is_empty());
    }
}

#[test]
fn the_edge_of_a_shallow_clone_is_told() {
    let world = World::new();
    let origin = world.init("origin");
    for number in 0..6 {
        origin.commit("a.txt", format!("{number}\n"));
    }
    let (from, to) = (
        format!("file://{}", origin.dir.display()),
        world.path("repo"),
    );
    origin.git(["clone", "-q", "--depth", "3", &from, to.to_str().unwrap()]);
    let repo = world.at("repo");
    let inside = repo.json(&["--range", "HEAD~1..HEAD"]);
    assert_eq!(inside.code, 0, "{:?}", inside.value);
    // What stands before the edge is not here: not clean, and not fetched.
    let whole = repo.json(&["--history"]);
    assert_eq!(whole.code, 3, "{:?}", whole.value);
    assert!(!whole.is_complete());
}

#[test]
fn what_a_partial_clone_lacks_is_told_and_not_fetched() {
    let world = World::new();
    let origin = world.init("origin");
    origin.git(["config", "uploadpack.allowFilter", "true"]);
    origin.commit("a.txt", format!("{}\n", Source::new(9).token()));
    origin.commit("a.txt", "clean\n");
    let (from, to) = (
        format!("file://{}", origin.dir.display()),
        world.path("repo"),
    );
    origin.git([
        "clone",
        "-q",
        "--filter=blob:none",
        &from,
        to.to_str().unwrap(),
    ]);
    let repo = world.at("repo");
    let missing = || {
        let out = repo.git(["rev-list", "--objects", "--all", "--missing=print"]);
        out.lines().filter(|line| line.starts_with('?')).count()
    };
    assert_eq!(missing(), 1);
    for mode in [&["--history"][..], &["--range", "HEAD~1..HEAD"]] {
        let report = repo.json(mode);
        if mode[0] == "--history" {
            assert_eq!(report.code, 3, "{:?}", report.value);
            assert!(
                report
                    .skips()
                    .iter()
                    .any(|(_, code)| code == "missing-object"),
                "{:?}",
                report.skips()
            );
        }
    }
    assert_eq!(missing(), 1, "nothing was fetched");
}

#[test]
fn a_missing_object_is_one_failed_item() {
    let world = World::new();
    let repo = world.init("repo");
    repo.commit("gone.txt", "soon gone\n");
    repo.commit("key.txt", format!("{}\n", Source::new(10).token()));
    let id = repo.id("HEAD:gone.txt");
    fs::remove_file(repo.dir.join(".git/objects").join(&id[..2]).join(&id[2..])).unwrap();
    for mode in [&["--history"][..], &["--range", "HEAD~1..HEAD"]] {
        let report = repo.json(mode);
        assert_eq!(report.code, 1, "{:?}", report.value);
        assert_eq!(places(&report), ["key.txt:1"], "{mode:?}");
    }
    let clean = world.init("clean");
    clean.commit("gone.txt", "soon gone\n");
    let id = clean.id("HEAD:gone.txt");
    fs::remove_file(clean.dir.join(".git/objects").join(&id[..2]).join(&id[2..])).unwrap();
    let report = clean.json(&["--history"]);
    assert_eq!(report.code, 3, "{:?}", report.value);
    assert_eq!(report.units("failed"), 1);
}
