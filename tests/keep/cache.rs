//! The verdict cache: what it saves, and that it hides nothing.

use std::fs;
use std::os::unix::fs::MetadataExt as _;

use crate::place::{Place, files, paths, reused};
use crate::plant::Source;

/// Options that use a cache beside the tree, and believe states at once.
const CACHE: &[&str] = &["scan", "--isolated", "--cache", "../c", "--cache-rest", "0"];

fn plain(source: &mut Source) -> Vec<u8> {
    let length = 500 + source.below(3000);
    source.prose(length)
}

/// A tree with clean files, some of them long, and one with a token.
fn planted(seed: u64) -> (Place, String) {
    let place = Place::new();
    let mut source = Source::new(seed);
    for number in 0..20 {
        let name = format!("d{}/{number}.txt", number % 3);
        place.write(&name, plain(&mut source));
    }
    place.write("long.txt", source.prose(9 << 20));
    let token = source.token();
    place.write("leak.txt", format!("token = {token}\n"));
    (place, token)
}

/// The report without what may differ.
fn told(mut report: serde_json::Value) -> serde_json::Value {
    report["summary"].as_object_mut().unwrap().remove("reused");
    report
}

#[test]
fn a_second_run_tells_the_same_and_examines_only_what_is_not_clean() {
    let (place, _) = planted(1);
    let without = place.json(&["scan", "--isolated"]);
    let first = place.json(CACHE);
    assert_eq!(
        (paths(&first), reused(&first)),
        (vec!["leak.txt".into()], 0)
    );
    for check in ["status", "content"] {
        let again = place.json(&[CACHE, &["--cache-check", check]].concat());
        assert_eq!(reused(&again), 21, "{check}");
        assert_eq!(told(again), without);
    }
    let all = place.json(&["scan", "--isolated", "--no-cache"]);
    assert_eq!(all, without);
}

#[test]
fn what_changed_is_examined_whatever_its_size_and_time() {
    let (place, token) = planted(2);
    place.json(CACHE);
    let path = place.tree().join("d0/0.txt");
    let before = fs::metadata(&path).unwrap();
    let mut content = fs::read(&path).unwrap();
    content[100..100 + token.len()].copy_from_slice(token.as_bytes());
    content[99] = b' ';
    content[100 + token.len()] = b' ';
    fs::write(&path, &content).unwrap();
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(before.modified().unwrap()).unwrap();
    drop(file);
    let after = fs::metadata(&path).unwrap();
    assert_eq!(
        (
            before.ino(),
            before.size(),
            before.mtime(),
            before.mtime_nsec()
        ),
        (after.ino(), after.size(), after.mtime(), after.mtime_nsec())
    );
    for check in ["status", "content"] {
        let again = place.json(&[CACHE, &["--cache-check", check]].concat());
        assert_eq!(paths(&again), ["d0/0.txt", "leak.txt"], "{check}");
    }
    // The long one as well: at its end, with its size kept.
    let path = place.tree().join("long.txt");
    let mut content = fs::read(&path).unwrap();
    let end = content.len();
    content[end - token.len()..].copy_from_slice(token.as_bytes());
    content[end - token.len() - 1] = b' ';
    fs::write(&path, content).unwrap();
    let again = place.json(CACHE);
    assert_eq!(paths(&again), ["d0/0.txt", "leak.txt", "long.txt"]);
}

#[test]
fn a_file_that_changed_a_moment_ago_is_not_known_by_its_state() {
    let (place, _) = planted(3);
    let cache = &["scan", "--isolated", "--cache", "../c"];
    place.json(cache);
    let records = |place: &Place| {
        let all = files(&place.world.path("c"));
        let records = all.iter().filter(|(path, _)| !path.ends_with("rule-sets"));
        records.map(|(_, bytes)| bytes.len() / 32).sum::<usize>()
    };
    // One for each content, and one for the size of the long one.
    assert_eq!(records(&place), 22);
    assert_eq!(reused(&place.json(cache)), 21);
}

#[test]
fn other_rules_examine_everything_and_other_looks_nothing() {
    let (place, _) = planted(4);
    place.json(CACHE);
    for looks in [
        &["--fail-on", "critical"][..],
        &["--confidence", "low"],
        &["-j", "1"],
        &["--window", "100000"],
    ] {
        let same = place.json(&[CACHE, looks].concat());
        let expected = if looks[0] == "--window" { 0 } else { 21 };
        assert_eq!(reused(&same), expected, "{looks:?}");
    }
    let rule = "provider = 'acme'\ntitle = 'Acme'\n[[rule]]\nid = 'acme-word'\ntitle = 'Word'\n\
         class = 'secret'\nseverity = 'high'\nconfidence = 'high'\nsince = '0.1.0'\n\
         why = 'Opens all doors.'\nremedy = 'Revoke it.'\npattern = 'acme_[a-z]{9}'\n";
    fs::write(place.world.path("acme.toml"), rule).unwrap();
    place.write("d1/word.txt", concat!("acme", "_abcdefghi\n"));
    let before = place.json(CACHE);
    assert_eq!(paths(&before), ["leak.txt"]);
    let after = place.json(&[CACHE, &["--rules", "../acme.toml"]].concat());
    assert_eq!(paths(&after), ["d1/word.txt", "leak.txt"]);
    for limits in [
        &["--unpack-limit", "depth=3"][..],
        &["--no-learned"],
        &["--class", "all"],
    ] {
        let other = place.json(&[CACHE, limits].concat());
        assert_eq!(reused(&other), 0, "{limits:?}");
    }
}

#[test]
fn the_same_bytes_are_not_the_same_at_every_path() {
    let place = Place::new();
    // In code a value without quotes is a name.
    let text = format!("DB_PASSWORD = {}\n", Source::new(5).password());
    place.write("a.py", &text);
    assert_eq!(paths(&place.json(CACHE)), [""; 0]);
    place.write("a.env", &text);
    assert_eq!(paths(&place.json(CACHE)), ["a.env"]);
    let again = place.json(CACHE);
    assert_eq!((paths(&again), reused(&again)), (vec!["a.env".into()], 1));
}

#[test]
fn what_is_in_containers_is_known_as_a_whole() {
    let place = Place::new();
    let mut source = Source::new(6);
    let token = source.token();
    place
        .write("in/a.txt", plain(&mut source))
        .write("in/b.txt", plain(&mut source));
    let tar = |out: &str| {
        let made = std::process::Command::new("tar")
            .args(["-czf", out, "in"])
            .current_dir(place.tree())
            .status();
        made.is_ok_and(|status| status.success())
    };
    assert!(tar("clean.tgz"), "this test needs tar");
    fs::write(place.tree().join("in/a.txt"), format!("x = {token}\n")).unwrap();
    assert!(tar("leak.tgz"));
    fs::remove_dir_all(place.tree().join("in")).unwrap();
    let first = place.json(CACHE);
    let second = place.json(CACHE);
    assert_eq!((reused(&first), reused(&second)), (0, 1));
    assert_eq!(paths(&second), ["leak.tgz"]);
    assert_eq!(told(first), told(second));
}

#[test]
fn a_record_that_was_changed_or_made_elsewhere_is_not_believed() {
    let (place, token) = planted(7);
    place.json(CACHE);
    // Every record loses its seal, and keeps its place.
    for (path, mut bytes) in files(&place.world.path("c")) {
        bytes
            .chunks_exact_mut(32)
            .for_each(|record| record[31] ^= 1);
        fs::write(path, bytes).unwrap();
    }
    let run = place.run(&[CACHE, &["--report", "json"]].concat());
    let report = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(
        (paths(&report), reused(&report)),
        (vec!["leak.txt".into()], 0)
    );
    assert!(run.err().contains("do not carry its seal"), "{}", run.err());

    // A cache that somebody made with a key of their own, for contents that
    // they had declared clean by a rule set without rules for it.
    let key = place.world.path("home/.local/state/stanch/machine.key");
    fs::remove_file(&key).unwrap();
    fs::remove_dir_all(place.world.path("c")).unwrap();
    let blind = &["--class", "marking"];
    let told = place.json(&[CACHE, blind].concat());
    assert_eq!(paths(&told), [""; 0]);
    fs::remove_file(&key).unwrap();
    let report = place.json(CACHE);
    assert_eq!(
        (paths(&report), reused(&report)),
        (vec!["leak.txt".into()], 0)
    );
    assert!(
        !files(&place.world.path("c"))
            .iter()
            .any(|(_, bytes)| { memchr::memmem::find(bytes, token.as_bytes()).is_some() })
    );
}

#[test]
fn any_change_of_a_cache_changes_no_finding() {
    let (place, _) = planted(8);
    place.json(CACHE);
    let mut source = Source::new(80);
    for turn in 0..12 {
        for (path, mut bytes) in files(&place.world.path("c")) {
            match source.below(4) {
                0 => bytes.truncate(source.below(bytes.len() + 1)),
                1 => bytes.extend(source.bytes(77)),
                2 if !bytes.is_empty() => {
                    let at = source.below(bytes.len());
                    bytes[at] ^= 1 << source.below(8);
                }
                _ => {
                    let by = 32 * source.below(3) % bytes.len().max(1);
                    bytes.rotate_left(by);
                }
            }
            fs::write(path, bytes).unwrap();
        }
        assert_eq!(paths(&place.json(CACHE)), ["leak.txt"], "turn {turn}");
    }
}

#[test]
fn a_key_that_others_can_read_is_no_key() {
    use std::os::unix::fs::PermissionsExt as _;
    let (place, _) = planted(9);
    place.json(CACHE);
    let key = place.world.path("home/.local/state/stanch/machine.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let run = place.run(CACHE).expect_code(2);
    assert!(
        run.err().contains("others can read or write it"),
        "{}",
        run.err()
    );
    // A sweep goes on without.
    let sweep = place
        .run(&["sweep", "--isolated", "--no-ledger"])
        .expect_code(1);
    assert!(
        sweep.err().contains("everything is examined"),
        "{}",
        sweep.err()
    );
}

#[test]
fn contents_are_shared_by_sweeps_hooks_and_machines_with_the_project_key() {
    let place = Place::new();
    let repo = place.world.init("tree");
    let mut source = Source::new(10);
    let key = source.text(40);
    place.write("a.txt", plain(&mut source));
    let with_key = |args: &[&str]| {
        let mut command = place.world.stanch(&place.tree(), args);
        command.env("STANCH_KEY", &key);
        crate::repo::wait(command)
    };
    with_key(&["sweep", "--isolated", "--no-ledger", "--cache", "../c"]).expect_code(0);
    repo.git(["add", "."]);
    // Another machine: its key differs, the project's is the same.
    fs::remove_dir_all(place.world.path("home/.local")).unwrap();
    for args in [&["--staged"][..], &["."]] {
        let args = [
            &["scan", "--isolated", "--cache", "../c", "--report", "json"],
            args,
        ]
        .concat();
        let run = with_key(&args).expect_code(0);
        let report = serde_json::from_slice(&run.stdout).unwrap();
        assert_eq!(reused(&report), 1, "{args:?}");
    }
    // A hook that the configuration tells to use it.
    let user = place.world.path("home/.config/stanch/config.toml");
    fs::create_dir_all(user.parent().unwrap()).unwrap();
    let folder = place.world.path("c2");
    fs::write(
        &user,
        format!("[cache]\nuse = 'always'\ndir = '{}'\n", folder.display()),
    )
    .unwrap();
    for _ in 0..2 {
        with_key(&["hook", "run", "pre-commit"]).expect_code(0);
    }
    assert!(!files(&folder).is_empty());
}

#[test]
fn a_cache_takes_no_more_room_than_it_may() {
    let place = Place::new();
    let user = place.world.path("home/.config/stanch/config.toml");
    fs::create_dir_all(user.parent().unwrap()).unwrap();
    fs::write(&user, "[cache]\nuse = 'always'\nsize = '8K'\n").unwrap();
    let mut source = Source::new(11);
    for round in 0..3 {
        for number in 0..300 {
            place.write(&format!("{round}-{number}.txt"), source.prose(40 + number));
        }
        place.run(&["scan", "--cache", "../c"]).expect_code(0);
        let size: usize = files(&place.world.path("c"))
            .iter()
            .map(|(_, bytes)| bytes.len())
            .sum();
        assert!(size <= 8 << 10, "{size}");
    }
}

#[test]
fn a_cache_that_cannot_be_written_stops_only_who_asked_for_it() {
    let (place, _) = planted(12);
    fs::write(place.world.path("file"), "").unwrap();
    let run = place
        .run(&["scan", "--isolated", "--cache", "../file"])
        .expect_code(2);
    assert!(
        run.err().contains("no verdict cache: the folder"),
        "{}",
        run.err()
    );
    // A project must not say where to write.
    place.write("stanch.toml", "[cache]\ndir = '../elsewhere'\n");
    let run = place.run(&["scan"]).expect_code(2);
    assert!(run.err().contains("C016"), "{}", run.err());
    assert!(!place.world.path("elsewhere").exists());
}
