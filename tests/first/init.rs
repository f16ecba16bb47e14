//! `stanch init`: writes what is missing, leaves what is there.

use std::fs;

use crate::plant::Source;
use crate::repo::{Repo, World, wait};
use crate::tree::Run;

fn init(repo: &Repo<'_>, args: &[&str]) -> Run {
    let mut command = repo.world.stanch(&repo.dir, ["init"]);
    command.args(args);
    wait(command)
}

#[test]
fn a_project_is_set_up_and_a_second_run_changes_nothing() {
    let world = World::new();
    let repo = world.init("r");
    let password = Source::new(1).password();
    repo.commit("a.py", format!("db_password = \"{password}\"\n"));
    let out = init(&repo, &[]).expect_code(0).out();
    for told in [
        "stanch.toml: written",
        "hook: not installed",
        ".stanch/baseline: 1 finding known",
        "stanch hook install ",
        "git add stanch.toml .stanch",
        "stanch doctor",
    ] {
        assert!(out.contains(told), "{told}: {out}");
    }
    assert!(!out.contains(&password));
    assert!(!repo.git_dir().join("hooks/pre-commit").exists());
    assert!(repo.dir.join(".stanch/.gitattributes").exists());
    wait(world.stanch(&repo.dir, ["scan"])).expect_code(0);
    let read = |name: &str| fs::read(repo.dir.join(name)).unwrap();
    let before = (read("stanch.toml"), read(".stanch/baseline"));
    let out = init(&repo, &["--force"]).expect_code(0).out();
    assert!(out.contains("baseline: is there already"), "{out}");
    assert_eq!(before, (read("stanch.toml"), read(".stanch/baseline")));
}

#[test]
fn the_hook_comes_when_it_is_asked_for() {
    let world = World::new();
    let repo = world.init("r");
    let out = init(&repo, &["--hook"]).expect_code(0).out();
    assert!(out.contains("pre-commit: installed"), "{out}");
    assert!(out.contains("nothing was found"), "{out}");
    assert!(!repo.dir.join(".stanch").exists());
    let out = init(&repo, &["--baseline"]).expect_code(0).out();
    assert!(out.contains("pre-commit: is there already"), "{out}");
    assert!(repo.dir.join(".stanch/baseline").exists());
}

#[test]
fn settings_that_are_there_stay_unless_forced() {
    let world = World::new();
    let repo = world.init("r");
    repo.write(".stanch.toml", "[scan]\nthreads = 1\n");
    let out = init(&repo, &["--no-baseline", "--no-hook"])
        .expect_code(0)
        .out();
    assert!(out.contains(".stanch.toml: is there already"), "{out}");
    assert!(!repo.dir.join("stanch.toml").exists());
    init(&repo, &["--no-baseline", "--force"]).expect_code(0);
    let text = fs::read_to_string(repo.dir.join(".stanch.toml")).unwrap();
    assert!(text.starts_with("# Settings of stanch"), "{text}");
}

#[test]
fn folders_of_others_are_left_out_from_the_start() {
    let world = World::new();
    let repo = world.init("r");
    repo.write("package.json", "{}");
    let password = Source::new(2).password();
    repo.write(
        "node_modules/x/a.py",
        format!("db_password = \"{password}\"\n"),
    );
    let out = init(&repo, &[]).expect_code(0).out();
    assert!(out.contains("leaves out /node_modules/"), "{out}");
    wait(world.stanch(&repo.dir, ["scan"])).expect_code(0);
}

#[test]
fn a_folder_without_a_repository_is_set_up_as_well() {
    let world = World::new();
    fs::create_dir(world.path("p")).unwrap();
    let run = wait(world.stanch(&world.path("p"), ["init"])).expect_code(0);
    assert!(run.out().contains("no git repository"), "{}", run.out());
    assert!(world.path("p/stanch.toml").exists());
    assert!(!run.out().contains("git add"), "{}", run.out());
}
