//! Damaged repositories: what is damaged is told, the rest is scanned, and
//! nothing panics or hangs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::kinds::grow;
use crate::plant::Source;
use crate::repo::{Repo, World};

/// A repository of one pack, with a token in every second file.
fn packed(world: &World, seed: u64) -> Repo<'_> {
    let repo = world.init("repo");
    let mut source = Source::new(seed);
    grow(&repo, seed, 5);
    for number in 0..10 {
        repo.write(
            format!("s{number}.conf"),
            format!("{}\n{}\n", source.token(), source.text(300)),
        );
    }
    repo.git(["add", "-A"]);
    repo.commit_staged("secrets");
    repo.git(["repack", "-q", "-a", "-d"]);
    repo.git(["commit-graph", "write", "--reachable"]);
    repo
}

/// Files of the repository with the ending `ending`, writable.
fn files(repo: &Repo<'_>, ending: &str) -> Vec<PathBuf> {
    let folder = repo.dir.join(".git/objects/pack");
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == ending))
        .collect();
    found.sort();
    for path in &found {
        fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    }
    found
}

#[test]
fn a_truncated_pack_gives_what_it_still_holds() {
    let world = World::new();
    let repo = packed(&world, 1);
    let pack = files(&repo, "pack").remove(0);
    let whole = fs::read(&pack).unwrap();
    for part in [
        0,
        4,
        11,
        12,
        13,
        32,
        whole.len() / 3,
        whole.len() / 2,
        whole.len() - 21,
        whole.len() - 1,
    ] {
        fs::write(&pack, &whole[..part]).unwrap();
        let report = repo.json(&["--history"]);
        assert!(matches!(report.code, 1 | 3), "{part}: {:?}", report.value);
        // Behind the objects is only the pack's own checksum.
        assert!(!report.is_complete() || part > whole.len() - 24, "{part}");
    }
}

#[test]
fn without_its_index_a_pack_is_read_in_sequence() {
    let world = World::new();
    let repo = packed(&world, 2);
    let index = files(&repo, "idx").remove(0);
    let expected = repo.json(&["--history"]);
    let found = |report: &crate::tree::Report| {
        let mut found = report.findings();
        found.sort();
        found
    };
    assert_eq!(found(&expected).len(), 10, "{:?}", expected.value);
    let whole = fs::read(&index).unwrap();
    let mut wrong_offsets = whole.clone();
    let middle = whole.len() / 2;
    wrong_offsets[middle..].reverse();
    for bytes in [
        &b""[..],
        b"\xfftOc",
        &whole[..whole.len() / 2],
        &wrong_offsets,
        &[0xff; 2000],
    ] {
        fs::write(&index, bytes).unwrap();
        let report = repo.json(&["--history"]);
        assert_eq!(report.code, 1, "{:?}", report.value);
        assert_eq!(
            found(&report).len(),
            10,
            "{} bytes: {:?}",
            bytes.len(),
            report.value
        );
    }
    fs::remove_file(&index).unwrap();
    let report = repo.json(&["--history"]);
    assert_eq!(
        (report.code, found(&report).len()),
        (1, 10),
        "{:?}",
        report.value
    );
}

#[test]
fn a_damaged_loose_object_is_one_failed_item() {
    let world = World::new();
    let repo = world.init("repo");
    repo.commit("a.txt", "harmless\n");
    let id = repo.id("HEAD:a.txt");
    let path = repo.dir.join(".git/objects").join(&id[..2]).join(&id[2..]);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let whole = fs::read(&path).unwrap();
    for bytes in [
        &b""[..],
        b"x",
        &whole[..whole.len() / 2],
        &[b"\x78\x9c", &[0xff; 40][..]].concat(),
    ] {
        fs::write(&path, bytes).unwrap();
        let report = repo.json(&["--history"]);
        assert_eq!(report.code, 3, "{:?}", report.value);
        assert_eq!(report.units("failed"), 1, "{:?}", report.value);
    }
}

#[test]
fn a_bomb_among_the_objects_is_told_and_costs_little() {
    let world = World::new();
    let repo = world.init("repo");
    repo.commit("a.txt", "x\n");
    // 600 MB of zeros are 600 KB in the repository.
    let zeros = world.path("zeros");
    fs::File::create(&zeros)
        .unwrap()
        .set_len(600 << 20)
        .unwrap();
    repo.git(["hash-object", "-w", zeros.to_str().unwrap()]);
    repo.stage("key.txt", Source::new(3).token());
    repo.commit_staged("key");
    let run = repo.scan(&["--history", "--report", "json"]);
    let report = run.report();
    assert_eq!(
        (report.code, report.findings().len()),
        (1, 1),
        "{:?}",
        report.value
    );
}

#[test]
fn references_that_make_no_sense_are_no_obstacle() {
    let world = World::new();
    let cases: [(&str, &str); 9] = [
        ("HEAD", "ref: refs/heads/none\n"),
        ("HEAD", "ref: ../../../../etc/passwd\n"),
        ("HEAD", "ref: refs/heads/loop\n"),
        ("HEAD", "nonsense"),
        ("HEAD", ""),
        ("refs/heads/loop", "ref: refs/heads/loop\n"),
        ("refs/heads/bad", "0123\n"),
        ("packed-refs", "\u{0}\u{0}\n^\n^^\nnot an id refs/heads/x\n"),
        ("logs/HEAD", "garbage\n\t\n"),
    ];
    for (name, text) in cases {
        let repo = world.init("repo");
        repo.commit("a.txt", format!("{}\n", Source::new(4).token()));
        let path = repo.dir.join(".git").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        let run = repo.scan(&["--history", "--report", "json"]);
        assert!(
            matches!(run.code, 1 | 2),
            "{name} {text:?}: {}{}",
            run.out(),
            run.err()
        );
        assert!(!run.err().contains("panicked"), "{}", run.err());
        fs::remove_dir_all(&repo.dir).unwrap();
    }
}

#[test]
fn a_tree_of_very_many_paths_ends_soon() {
    let world = World::new();
    let repo = world.init("repo");
    // Ten levels of trees whose ten entries are the same tree: 10^10 paths.
    let blob = repo.git_with(
        format!("{}\n", Source::new(5).token()).as_bytes(),
        ["hash-object", "-w", "--stdin"],
    );
    let mut below = format!("100644 blob {blob}");
    let mut tree = String::new();
    for _ in 0..10 {
        let entries = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(|n| format!("{below}\tf{n}\n"));
        let entries = entries.concat();
        tree = repo.git_with(entries.as_bytes(), ["mktree"]);
        below = format!("040000 tree {tree}");
    }
    let commit = repo.git(["commit-tree", "-m", "bomb", &tree]);
    repo.git(["update-ref", "refs/heads/main", &commit]);
    let report = repo.json(&["--history"]);
    assert_eq!(report.code, 1, "{:?}", report.value);
    let range = repo.scan(&["--since", "main~0", "--report", "json"]);
    assert!(matches!(range.code, 0 | 1 | 3), "{}", range.err());
}

/// A change of some bytes of a file.
#[derive(Clone, Debug)]
enum Damage {
    Set(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Fill(prop::sample::Index, u8, usize),
    Copy(prop::sample::Index, prop::sample::Index, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        4 => (at(), any::<u8>()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        1 => at().prop_map(Damage::Cut),
        1 => (at(), any::<u8>(), 1..64usize).prop_map(|(at, byte, length)| Damage::Fill(at, byte, length)),
        1 => (at(), at(), 1..64usize).prop_map(|(from, to, length)| Damage::Copy(from, to, length)),
    ]
}

fn apply(bytes: &mut Vec<u8>, damage: &Damage) {
    if bytes.is_empty() {
        return;
    }
    let length = bytes.len();
    match damage {
        Damage::Set(at, byte) => bytes[at.index(length)] = *byte,
        Damage::Cut(at) => bytes.truncate(at.index(length)),
        Damage::Fill(at, byte, count) => {
            let at = at.index(length);
            let end = (at + count).min(length);
            bytes[at..end].fill(*byte);
        }
        Damage::Copy(from, to, count) => {
            let (from, to) = (from.index(length), to.index(length));
            let count = (*count).min(length - from.max(to));
            bytes.copy_within(from..from + count, to);
        }
    }
}

/// Damages one file of the repository in many ways; every scan must end by itself
/// with a code of the table.
fn survive(repo: &Repo<'_>, file: &PathBuf, modes: &[&[&str]], cases: u32) {
    let whole = fs::read(file).unwrap();
    let mut config = Config::with_cases(cases);
    config.failure_persistence = None;
    let mut runner = TestRunner::new(config);
    let strategy = prop::collection::vec(damage(), 1..6);
    let outcome = runner.run(&strategy, |changes| {
        let mut bytes = whole.clone();
        for change in &changes {
            apply(&mut bytes, change);
        }
        fs::write(file, &bytes).unwrap();
        for mode in modes {
            let run = repo.scan(mode);
            prop_assert!(
                matches!(run.code, 0..=3),
                "{:?}: {}\n{}",
                mode,
                run.code,
                run.err()
            );
            prop_assert!(!run.out().contains("panicked"), "{:?}: {}", mode, run.out());
        }
        Ok(())
    });
    fs::write(file, &whole).unwrap();
    outcome.unwrap();
}

#[test]
fn packs_and_indexes_may_hold_anything() {
    let world = World::new();
    let repo = packed(&world, 6);
    let history: &[&[&str]] = &[&["--history"], &["--range", "HEAD~3..HEAD"]];
    for ending in ["pack", "idx"] {
        let file = files(&repo, ending).remove(0);
        survive(&repo, &file, history, 24);
    }
    let graph = repo.dir.join(".git/objects/info/commit-graph");
    fs::set_permissions(&graph, fs::Permissions::from_mode(0o644)).unwrap();
    survive(&repo, &graph, history, 8);
    repo.git(["multi-pack-index", "write"]);
    let multi = repo.dir.join(".git/objects/pack/multi-pack-index");
    fs::set_permissions(&multi, fs::Permissions::from_mode(0o644)).unwrap();
    survive(&repo, &multi, history, 8);
}

#[test]
fn the_index_and_small_files_may_hold_anything() {
    let world = World::new();
    let repo = packed(&world, 7);
    repo.stage("new.txt", "x\n");
    let staged: &[&[&str]] = &[&["--staged"], &["--staged", "--whole-files"]];
    survive(&repo, &repo.dir.join(".git/index"), staged, 24);
    repo.git(["pack-refs", "--all"]);
    let all: &[&[&str]] = &[&["--staged"], &["--history"]];
    for name in ["config", "packed-refs", "HEAD", "logs/HEAD"] {
        survive(&repo, &repo.dir.join(".git").join(name), all, 6);
    }
}
