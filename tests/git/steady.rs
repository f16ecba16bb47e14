//! What must not depend on chance, and what a scan must leave as it was.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::kinds::{KINDS, grow};
use crate::plant::Source;
use crate::repo::{Repo, World};

/// Every mode, with the options that name it.
pub(crate) const MODES: &[&[&str]] = &[
    &["--staged"],
    &["--staged", "--whole-files"],
    &["--range", "HEAD~2..HEAD"],
    &["--since", "HEAD~1"],
    &["--history"],
    &["--history", "--reachable-only"],
    &["--history", "--follow-external"],
];

/// A repository with secrets in many of its objects.
pub(crate) fn leaky(world: &World) -> Repo<'_> {
    let repo = world.init("repo");
    let mut source = Source::new(50);
    for round in 0..4 {
        grow(&repo, round, 6);
        for number in 0..10 {
            let text = format!("{round}\n{}\n", source.token());
            repo.write(format!("s{number}/{round}-{number}.conf"), text);
        }
        repo.git(["add", "-A"]);
        repo.commit_staged(&format!("round {round} {}", source.token()));
        if round < 3 {
            repo.git(["repack", "-q", "-d"]);
        }
    }
    repo.git_with(source.token().as_bytes(), ["hash-object", "-w", "--stdin"]);
    repo.stage("now.txt", source.token());
    repo
}

#[test]
fn the_same_bytes_in_every_run_and_for_any_number_of_threads() {
    let world = World::new();
    let repo = leaky(&world);
    for mode in MODES {
        for format in ["json", "sarif", "jsonl"] {
            let scan = |threads: &str| {
                let run = repo.scan(&[mode, &["-j", threads, "--report", format][..]].concat());
                run.expect_code(1).stdout
            };
            let expected = scan("1");
            let runs = if format == "json" { 10 } else { 3 };
            for (run, threads) in ["2", "4", "1"].into_iter().cycle().take(runs).enumerate() {
                let same = scan(threads) == expected;
                assert!(same, "{mode:?} {format} -j{threads} in run {run}");
            }
        }
    }
}

/// Size, time and bytes of everything under `folder`; of folders their time.
fn everything(folder: &Path) -> BTreeMap<PathBuf, (SystemTime, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let time = fs::metadata(&folder).unwrap().modified().unwrap();
        found.insert(folder.clone(), (time, Vec::new()));
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let meta = fs::symlink_metadata(&path).unwrap();
            if meta.is_dir() {
                folders.push(path);
            } else {
                let bytes = fs::read(&path).unwrap_or_default();
                found.insert(path, (meta.modified().unwrap(), bytes));
            }
        }
    }
    found
}

#[test]
fn no_mode_changes_anything() {
    for kind in KINDS {
        let world = World::new();
        let repo = kind.build(&world);
        let fsck = || {
            let out = repo.try_git(["fsck", "--unreachable", "--no-dangling"]);
            (out.status.code(), out.stdout)
        };
        let before = (fsck(), everything(&world.path("")));
        for mode in MODES {
            if *mode == ["--history", "--reachable-only"]
                || mode[0] != "--staged"
                || kind.name != "a bare mirror"
            {
                let run = repo.scan(mode);
                assert!(
                    matches!(run.code, 0 | 3),
                    "{} {mode:?}\n{}\n{}",
                    kind.name,
                    run.out(),
                    run.err()
                );
            }
        }
        assert!(before.1 == everything(&world.path("")), "{}", kind.name);
        assert!(before.0 == fsck(), "{}", kind.name);
    }
}

#[test]
fn a_read_only_repository_is_no_obstacle() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    let repo = leaky(&world);
    let folders: Vec<PathBuf> = everything(&repo.dir)
        .into_keys()
        .filter(|path| path.is_dir())
        .collect();
    let set = |mode| {
        for folder in &folders {
            fs::set_permissions(folder, fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    set(0o555);
    let codes: Vec<i32> = MODES.iter().map(|mode| repo.scan(mode).code).collect();
    set(0o755);
    assert!(codes.iter().all(|code| *code == 1), "{codes:?}");
}
