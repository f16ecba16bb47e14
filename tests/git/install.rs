//! `stanch hook install` and `uninstall` in the repositories of git itself.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::plant::Source;
use crate::repo::{Repo, World, wait};
use crate::tree::Run;

fn hook(repo: &Repo<'_>, args: &[&str]) -> Run {
    wait(repo.world.stanch(&repo.dir, [&["hook"], args].concat()))
}

/// Path, mode and bytes of everything under `folder`.
fn all_files(folder: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let meta = fs::symlink_metadata(&path).unwrap();
            if meta.is_dir() {
                folders.push(path);
            } else {
                let bytes = fs::read(&path).unwrap_or_default();
                files.insert(path, (meta.permissions().mode(), bytes));
            }
        }
    }
    files
}

/// Adds a hook that notes that it ran, and may then fail.
fn earlier(path: &Path, log: &Path, exit: i32) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let text = format!(
        "#!/bin/sh\necho \"$@\" >>'{0}'\ncat >>'{0}'\nexit {exit}\n",
        log.display()
    );
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// True when git makes a commit of what is staged.
fn commits(repo: &Repo<'_>) -> bool {
    repo.try_git(["commit", "-q", "-m", "x"]).status.success()
}

#[test]
fn a_hook_is_installed_works_and_goes_without_a_trace() {
    let world = World::new();
    let repo = world.init("repo");
    let before = all_files(&repo.dir.join(".git"));
    hook(&repo, &["install"]).expect_code(0);
    let installed = all_files(&repo.dir.join(".git"));
    let run = hook(&repo, &["install"]).expect_code(0);
    assert!(run.out().contains("already installed"), "{}", run.out());
    assert!(
        all_files(&repo.dir.join(".git")) == installed,
        "twice is once"
    );
    repo.stage("a.txt", Source::new(1).token());
    assert!(!commits(&repo));
    repo.stage("a.txt", "harmless\n");
    assert!(commits(&repo));
    let run = hook(&repo, &["uninstall"]).expect_code(0);
    assert!(run.out().contains("removed"), "{}", run.out());
    let after = all_files(&repo.dir.join(".git/hooks"));
    let before: BTreeMap<_, _> = before
        .into_iter()
        .filter(|(path, _)| path.starts_with(repo.dir.join(".git/hooks")))
        .collect();
    assert!(before == after);
    hook(&repo, &["uninstall"]).expect_code(0);
}

#[test]
fn an_existing_hook_runs_first_and_comes_back() {
    let world = World::new();
    let repo = world.init("repo");
    let (path, log) = (repo.dir.join(".git/hooks/pre-commit"), world.path("log"));
    earlier(&path, &log, 0);
    let before = all_files(&repo.dir.join(".git/hooks"));
    let run = hook(&repo, &["install"]).expect_code(0);
    assert!(run.out().contains("runs first"), "{}", run.out());
    repo.stage("a.txt", Source::new(2).token());
    assert!(!commits(&repo), "stanch blocks");
    assert_eq!(fs::read_to_string(&log).unwrap(), "\n");
    repo.stage("a.txt", "harmless\n");
    assert!(commits(&repo));
    assert_eq!(fs::read_to_string(&log).unwrap(), "\n\n");
    hook(&repo, &["uninstall"]).expect_code(0);
    assert!(all_files(&repo.dir.join(".git/hooks")) == before);
}

#[test]
fn an_earlier_hook_that_refuses_has_the_last_word() {
    let world = World::new();
    let repo = world.init("repo");
    earlier(
        &repo.dir.join(".git/hooks/pre-commit"),
        &world.path("log"),
        7,
    );
    hook(&repo, &["install"]).expect_code(0);
    repo.stage("a.txt", "harmless\n");
    assert!(!commits(&repo));
}

#[test]
fn what_an_earlier_hook_stages_is_examined() {
    let world = World::new();
    let repo = world.init("repo");
    let path = repo.dir.join(".git/hooks/pre-commit");
    let text = format!(
        "#!/bin/sh\necho {} >b.txt\ngit add b.txt\n",
        Source::new(3).token()
    );
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    hook(&repo, &["install"]).expect_code(0);
    repo.stage("a.txt", "harmless\n");
    assert!(!commits(&repo));
}

#[test]
fn an_earlier_push_hook_reads_the_same_lines() {
    let world = World::new();
    let (repo, remote) = (world.init("repo"), world.init_with("remote", &["--bare"]));
    let (path, log) = (repo.dir.join(".git/hooks/pre-push"), world.path("log"));
    earlier(&path, &log, 0);
    hook(&repo, &["install", "--pre-push"]).expect_code(0);
    let id = repo.commit("a.txt", "harmless\n");
    repo.git(["push", "-q", remote.dir.to_str().unwrap(), "main"]);
    let told = fs::read_to_string(&log).unwrap();
    let line = format!("refs/heads/main {id} refs/heads/main {}\n", "0".repeat(40));
    assert!(told.ends_with(&line), "{told}");
}

#[test]
fn hooks_are_where_the_configuration_says() {
    let world = World::new();
    let repo = world.init("repo");
    repo.write("tools/hooks/keep", "x");
    for (number, value) in [
        "tools/hooks".into(),
        world.path("elsewhere").display().to_string(),
    ]
    .iter()
    .enumerate()
    {
        repo.git(["config", "core.hooksPath", value]);
        hook(&repo, &["install"]).expect_code(0);
        let folder = repo.dir.join(value);
        assert!(folder.join("pre-commit").is_file(), "{value}");
        repo.stage("a.txt", Source::new(4 + number as u64).token());
        assert!(!commits(&repo), "{value}");
        hook(&repo, &["uninstall"]).expect_code(0);
        assert!(!folder.join("pre-commit").exists(), "{value}");
    }
    assert!(!repo.dir.join(".git/hooks/pre-commit").exists());
}

#[test]
fn linked_work_trees_and_submodules_find_their_hooks() {
    let world = World::new();
    let (repo, module) = (world.init("repo"), world.init("module"));
    repo.commit("a.txt", "x\n");
    module.commit("m.txt", "x\n");
    let to = world.path("linked");
    repo.git(["worktree", "add", "-q", "-b", "side", to.to_str().unwrap()]);
    let linked = repo.beside("linked");
    hook(&linked, &["install"]).expect_code(0);
    assert!(repo.dir.join(".git/hooks/pre-commit").is_file());
    linked.stage("b.txt", Source::new(6).token());
    assert!(!commits(&linked));
    hook(&repo, &["uninstall"]).expect_code(0);
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
    let inside = repo.beside("repo/mod");
    hook(&inside, &["install"]).expect_code(0);
    assert!(repo.dir.join(".git/modules/mod/hooks/pre-commit").is_file());
    inside.stage("b.txt", Source::new(7).token());
    assert!(!commits(&inside));
}

#[test]
fn a_hook_for_all_repositories_passes_on_to_their_own() {
    let world = World::new();
    let repo = world.init("repo");
    let config = world.home().join(".gitconfig");
    fs::write(&config, "[alias]\n\tst = status").unwrap();
    let (log, other) = (world.path("log"), world.path("other"));
    earlier(&repo.dir.join(".git/hooks/pre-commit"), &log, 0);
    earlier(&repo.dir.join(".git/hooks/post-commit"), &other, 0);
    let before = all_files(&world.home());
    hook(&repo, &["install", "--global"]).expect_code(0);
    hook(&repo, &["install", "--global"]).expect_code(0);
    let folder = repo.git(["config", "--global", "core.hooksPath"]);
    assert!(Path::new(&folder).starts_with(world.home()));
    repo.stage("a.txt", Source::new(8).token());
    assert!(!commits(&repo));
    assert!(log.exists(), "the repository's own hook runs");
    repo.stage("a.txt", "harmless\n");
    assert!(commits(&repo));
    assert!(other.exists(), "and those that stanch is not, too");
    // A linked work tree shares the hooks of its repository.
    let to = world.path("linked");
    repo.git(["worktree", "add", "-q", "-b", "side", to.to_str().unwrap()]);
    fs::remove_file(&log).unwrap();
    let linked = repo.beside("linked");
    linked.stage("b.txt", "harmless\n");
    assert!(commits(&linked));
    assert!(log.exists());
    // Hooks of one repository alone would not be run.
    let refused = hook(&repo, &["install"]).expect_code(2);
    assert!(refused.err().contains("--global"), "{}", refused.err());
    hook(&repo, &["uninstall", "--global"]).expect_code(0);
    assert!(all_files(&world.home()) == before);
    hook(&repo, &["uninstall", "--global"]).expect_code(0);
}

#[test]
fn a_folder_for_all_repositories_that_exists_is_used() {
    let world = World::new();
    let repo = world.init("repo");
    let folder = world.path("my hooks");
    fs::create_dir(&folder).unwrap();
    let log = world.path("log");
    earlier(&folder.join("pre-commit"), &log, 0);
    repo.git([
        "config",
        "--global",
        "core.hooksPath",
        folder.to_str().unwrap(),
    ]);
    let before = (all_files(&folder), all_files(&world.home()));
    hook(&repo, &["install", "--global"]).expect_code(0);
    repo.stage("a.txt", Source::new(9).token());
    assert!(!commits(&repo));
    assert!(log.exists());
    hook(&repo, &["uninstall", "--global"]).expect_code(0);
    assert!((all_files(&folder), all_files(&world.home())) == before);
}

#[test]
fn a_changed_hook_is_left_alone() {
    let world = World::new();
    let repo = world.init("repo");
    hook(&repo, &["install"]).expect_code(0);
    let path = repo.dir.join(".git/hooks/pre-commit");
    let edited = fs::read_to_string(&path).unwrap() + "echo mine\n";
    fs::write(&path, &edited).unwrap();
    for command in ["install", "uninstall"] {
        let run = hook(&repo, &[command]).expect_code(2);
        assert!(run.err().contains("changed since"), "{}", run.err());
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), edited);
}

#[test]
fn a_hook_runs_with_the_time_it_was_installed_with() {
    let world = World::new();
    let repo = world.init("repo");
    repo.stage("a.txt", "harmless\n");
    hook(&repo, &["install", "--time-budget", "0s"]).expect_code(0);
    assert!(!commits(&repo));
    let policy = ["install", "--time-budget", "0s", "--on-timeout", "pass"];
    let run = hook(&repo, &policy).expect_code(0);
    assert!(run.out().contains("renewed"), "{}", run.out());
    assert!(commits(&repo));
}

#[test]
fn a_hook_whose_program_is_gone_blocks_and_says_so() {
    let world = World::new();
    let repo = world.init("repo");
    let copy = world.path("stanch");
    // Not `fs::copy`: a program that is open for writing cannot be run, and other
    // tests start processes, which hold all open files for a moment.
    let mut cp = world.command("cp", &repo.dir);
    let cp = cp.arg(env!("CARGO_BIN_EXE_stanch")).arg(&copy);
    assert!(cp.status().unwrap().success());
    let mut command = world.command(&copy, &repo.dir);
    command.args(["hook", "install"]);
    wait(command).expect_code(0);
    fs::remove_file(copy).unwrap();
    repo.stage("a.txt", "harmless\n");
    let out = repo.try_git(["commit", "-q", "-m", "x"]);
    let told = String::from_utf8_lossy(&out.stderr);
    assert!(
        !out.status.success() && told.contains("stanch: the program is gone"),
        "{told}"
    );
}

#[test]
fn outside_of_repositories_there_is_nothing_to_install() {
    let world = World::new();
    let plain = world.at("home");
    let run = hook(&plain, &["install"]).expect_code(2);
    assert!(
        run.err().contains("not in a git repository"),
        "{}",
        run.err()
    );
}
