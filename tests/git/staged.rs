//! `stanch scan --staged`: what the commit in hand would add, and nothing else.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::plant::{Source, TOKEN_RULE};
use crate::repo::{Repo, World};
use crate::tree::Report;

/// Locations of the tokens in what is staged; nothing else may be found.
#[track_caller]
fn staged(repo: &Repo<'_>, options: &[&str]) -> Vec<String> {
    places(&repo.json(&[&["--staged"], options].concat()))
}

#[track_caller]
fn places(report: &Report) -> Vec<String> {
    let findings = report.findings().into_iter();
    let places: Vec<String> = findings
        .map(|(rule, place)| {
            assert_eq!(rule, TOKEN_RULE);
            place
        })
        .collect();
    assert_eq!(
        report.code,
        i32::from(!places.is_empty()),
        "{:?}",
        report.value
    );
    places
}

/// A repository with one commit of harmless files.
fn begun(world: &World) -> Repo<'_> {
    let repo = world.init("repo");
    repo.write("old.txt", "one\ntwo\nthree\n")
        .write("sub/other.txt", "x\n");
    repo.git(["add", "."]);
    repo.commit_staged("begin");
    repo
}

#[test]
fn an_empty_index_change_is_clean() {
    let world = World::new();
    let repo = begun(&world);
    assert!(staged(&repo, &[]).is_empty());
    // What only the work tree holds is not part of the commit.
    repo.write("untracked.txt", Source::new(1).token());
    repo.write("old.txt", Source::new(2).token());
    assert!(staged(&repo, &[]).is_empty());
}

#[test]
fn the_index_counts_and_not_the_work_tree() {
    let world = World::new();
    let repo = begun(&world);
    repo.stage("new.txt", format!("a\n{}\n", Source::new(1).token()));
    repo.write("new.txt", "harmless now\n");
    assert_eq!(staged(&repo, &[]), ["new.txt:2:1"]);
    fs::remove_file(repo.dir.join("new.txt")).unwrap();
    assert_eq!(staged(&repo, &[]), ["new.txt:2:1"]);
}

#[test]
fn only_added_or_changed_lines_count_unless_whole_files_are_asked_for() {
    let world = World::new();
    let repo = begun(&world);
    let mut source = Source::new(3);
    let (old, new) = (source.token(), source.token());
    repo.commit("keys.txt", format!("a\n{old}\nb\n"));
    repo.stage("keys.txt", format!("first\na\n{old}\nb\nkey {new}\n"));
    assert_eq!(staged(&repo, &[]), ["keys.txt:5:5"]);
    assert_eq!(
        staged(&repo, &["--whole-files"]),
        ["keys.txt:3:1", "keys.txt:5:5"]
    );
    // The old one moves into a line that changes.
    repo.stage("keys.txt", format!("a\nnow {old}\nb\n"));
    assert_eq!(staged(&repo, &[]), ["keys.txt:2:5"]);
    // A line is gone: nothing is new.
    repo.stage("keys.txt", format!("{old}\n"));
    assert!(staged(&repo, &[]).is_empty());
}

#[test]
fn a_secret_over_several_lines_counts_when_one_of_them_is_new() {
    let world = World::new();
    let repo = begun(&world);
    let key = Source::new(4).private_key();
    let (first, rest) = key.split_once('\n').unwrap();
    repo.commit("id.pem", rest);
    repo.stage("id.pem", format!("{first}\n{rest}"));
    let report = repo.json(&["--staged"]);
    assert_eq!(
        (report.code, report.findings().len()),
        (1, 1),
        "{:?}",
        report.value
    );
}

#[test]
fn an_unborn_head_has_everything_to_add() {
    let world = World::new();
    let repo = world.init("repo");
    assert!(staged(&repo, &[]).is_empty());
    repo.stage("a/b.txt", Source::new(5).token());
    assert_eq!(staged(&repo, &[]), ["a/b.txt:1:1"]);
}

#[test]
fn renames_and_copies_alone_add_nothing_to_files_that_had_it() {
    let world = World::new();
    let repo = begun(&world);
    let text = format!("{}\n{}\n", "line\n".repeat(40), Source::new(6).token());
    repo.commit("was.txt", &text);
    repo.git(["mv", "was.txt", "is.txt"]);
    assert!(staged(&repo, &[]).is_empty(), "a pure rename");
    repo.stage("is.txt", format!("{text}and {}\n", Source::new(7).token()));
    assert_eq!(staged(&repo, &[]), ["is.txt:43:5"]);
}

#[test]
fn mode_changes_alone_add_nothing() {
    let world = World::new();
    let repo = begun(&world);
    repo.commit("run.sh", Source::new(8).token());
    let path = repo.dir.join("run.sh");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    repo.git(["add", "run.sh"]);
    assert!(repo.git(["diff", "--cached", "--raw"]).contains("100755"));
    assert!(staged(&repo, &[]).is_empty());
}

#[test]
fn a_file_that_becomes_a_link_is_examined_as_its_target() {
    let world = World::new();
    let repo = begun(&world);
    fs::remove_file(repo.dir.join("old.txt")).unwrap();
    symlink(Source::new(9).token(), repo.dir.join("old.txt")).unwrap();
    repo.git(["add", "-A"]);
    assert_eq!(staged(&repo, &[]), ["old.txt:1:1"]);
}

#[test]
fn intent_to_add_holds_no_content_yet() {
    let world = World::new();
    let repo = begun(&world);
    repo.write("later.txt", Source::new(10).token());
    repo.git(["add", "-N", "later.txt"]);
    let report = repo.json(&["--staged"]);
    assert_eq!(report.code, 0, "{:?}", report.value);
    assert!(report.is_complete());
    repo.git(["add", "later.txt"]);
    assert_eq!(staged(&repo, &[]), ["later.txt:1:1"]);
}

#[test]
fn deletions_are_nothing_to_examine() {
    let world = World::new();
    let repo = begun(&world);
    repo.commit("bad.txt", Source::new(11).token());
    repo.git(["rm", "-q", "bad.txt"]);
    assert!(staged(&repo, &[]).is_empty());
}

#[test]
fn the_last_line_without_an_end_is_a_line() {
    let world = World::new();
    let repo = begun(&world);
    repo.commit("tail.txt", "one\ntwo");
    repo.stage("tail.txt", format!("one\ntwo\n{}", Source::new(12).token()));
    assert_eq!(staged(&repo, &[]), ["tail.txt:3:1"]);
}

#[test]
fn another_index_is_honoured() {
    let world = World::new();
    let repo = begun(&world);
    let other = world.path("other-index");
    repo.write("only.txt", Source::new(13).token());
    let mut add = repo.git_command(["add", "only.txt"]);
    assert!(
        add.env("GIT_INDEX_FILE", &other)
            .status()
            .unwrap()
            .success()
    );
    let args = ["scan", "--isolated", "--staged", "--report", "json"];
    let mut command = world.stanch(&repo.dir, args);
    command.env("GIT_INDEX_FILE", &other);
    let report = crate::repo::wait(command).report();
    // All that this index leaves out is deleted, which adds nothing.
    assert_eq!(places(&report), ["only.txt:1:1"]);
    assert!(staged(&repo, &[]).is_empty());
}

#[test]
fn conflicts_of_a_merge_in_progress_are_told_until_they_are_resolved() {
    let world = World::new();
    let repo = begun(&world);
    let mut source = Source::new(14);
    repo.git(["checkout", "-q", "-b", "side"]);
    repo.commit("old.txt", "one\nside\nthree\n");
    repo.git(["checkout", "-q", "main"]);
    repo.commit("old.txt", "one\nmain\nthree\n");
    assert!(!repo.try_git(["merge", "-q", "side"]).status.success());
    // The resolution brings something that neither side had.
    repo.stage("old.txt", format!("one\n{}\nthree\n", source.token()));
    assert_eq!(staged(&repo, &[]), ["old.txt:2:1"]);
}

#[test]
fn a_merge_in_progress_brings_only_what_no_parent_has() {
    let world = World::new();
    let repo = begun(&world);
    let mut source = Source::new(15);
    repo.git(["checkout", "-q", "-b", "side"]);
    repo.commit("theirs.txt", source.token());
    repo.git(["checkout", "-q", "main"]);
    repo.commit("ours.txt", "x\n");
    repo.git(["merge", "-q", "--no-commit", "--no-ff", "side"]);
    assert!(
        staged(&repo, &[]).is_empty(),
        "it is in the history already"
    );
    repo.stage("mine.txt", source.token());
    assert_eq!(staged(&repo, &[]), ["mine.txt:1:1"]);
}

#[test]
fn pointers_of_lfs_are_told_as_not_examined() {
    let world = World::new();
    let repo = begun(&world);
    let pointer = format!(
        "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12345\n",
        "4d7a".repeat(16)
    );
    repo.stage("big.bin", pointer);
    let report = repo.json(&["--staged"]);
    assert_eq!(report.code, 3, "{:?}", report.value);
    assert_eq!(report.skips(), [("big.bin".into(), "lfs-missing".into())]);
}

#[test]
fn submodules_are_counted_and_not_entered() {
    let world = World::new();
    let (repo, module) = (begun(&world), world.init("module"));
    module.commit("x.txt", Source::new(16).token());
    let from = module.dir.to_str().unwrap();
    repo.git([
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "add",
        "-q",
        from,
        "mod",
    ]);
    let report = repo.json(&["--staged"]);
    assert_eq!(report.code, 0, "{:?}", report.value);
    assert_eq!(report.skips(), [("mod".into(), "submodule".into())]);
}

#[test]
fn sparse_checkouts_are_examined_where_the_index_changes() {
    let world = World::new();
    let repo = begun(&world);
    repo.commit("far/away.txt", "x\n");
    repo.git(["sparse-checkout", "set", "--cone", "--sparse-index", "sub"]);
    assert!(!repo.dir.join("far").exists());
    assert!(staged(&repo, &[]).is_empty());
    repo.stage("sub/new.txt", Source::new(17).token());
    assert_eq!(staged(&repo, &[]), ["sub/new.txt:1:1"]);
}

#[test]
fn linked_work_trees_have_an_index_of_their_own() {
    let world = World::new();
    let repo = begun(&world);
    let to = world.path("linked");
    repo.git(["worktree", "add", "-q", "-b", "side", to.to_str().unwrap()]);
    let linked = repo.beside("linked");
    linked.stage("here.txt", Source::new(18).token());
    assert_eq!(staged(&linked, &[]), ["here.txt:1:1"]);
    assert!(staged(&repo, &[]).is_empty());
    // From a folder below, places are still those of the repository.
    let below = repo.beside("linked/sub");
    assert_eq!(staged(&below, &[]), ["here.txt:1:1"]);
}

#[test]
fn a_bare_repository_has_nothing_staged() {
    let world = World::new();
    let repo = world.init_with("repo", &["--bare"]);
    assert!(staged(&repo, &[]).is_empty());
}

#[test]
fn other_formats_of_the_index_and_of_ids_are_read() {
    let world = World::new();
    for (name, options, version) in [
        ("v2", &[][..], "2"),
        ("v3", &[], "3"),
        ("v4", &[], "4"),
        ("sha256", &["--object-format=sha256"], "4"),
    ] {
        let repo = world.init_with(name, options);
        repo.git(["config", "index.version", version]);
        repo.commit("a.txt", "x\n");
        repo.git(["update-index", "--index-version", version]);
        for number in 0..20 {
            repo.write(format!("d/f{number}.txt"), format!("{number}\n"));
        }
        repo.stage("d/key.txt", Source::new(19).token());
        repo.git(["add", "-A"]);
        assert_eq!(staged(&repo, &[]), ["d/key.txt:1:1"], "{name}");
    }
}

#[test]
fn a_split_index_is_read_or_told() {
    let world = World::new();
    let repo = begun(&world);
    repo.git(["update-index", "--split-index"]);
    repo.stage("key.txt", Source::new(20).token());
    let report = repo.json(&["--staged"]);
    // Never clean: either the secret is found or the index is not understood.
    assert!(report.code == 1 || report.code == 3, "{:?}", report.value);
}

#[test]
fn not_a_repository_is_wrong_use() {
    let world = World::new();
    let folder = world.path("plain");
    fs::create_dir(&folder).unwrap();
    let run = world.at("plain").scan(&["--staged"]).expect_code(2);
    assert!(run.err().contains("repository"), "{}", run.err());
}

#[test]
fn file_names_that_no_text_holds_are_reported() {
    let world = World::new();
    let repo = begun(&world);
    for name in [
        "blank name.txt",
        "tab\tname.txt",
        "line\nname.txt",
        "quote\"name.txt",
        "-dash.txt",
    ] {
        repo.stage(name, Source::new(21).token());
    }
    assert_eq!(staged(&repo, &[]).len(), 5);
}
