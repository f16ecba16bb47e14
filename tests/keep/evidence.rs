//! Evidence: that it shows every change, and what it holds.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;
use stanch::record::evidence::sign::{Public, Signing};
use stanch::record::evidence::verify::{Signed, verify};

use crate::place::{Place, files};
use crate::plant::Source;

/// A tree with a leak, and evidence of a scan of it.
fn evidence(seed: u64, options: &[&str]) -> (Place, String) {
    let place = Place::new();
    let mut source = Source::new(seed);
    let token = source.token();
    place.write("a/leak.txt", format!("token = {token}\n"));
    place.write("clean.txt", source.prose(300));
    place.write("locked.zip", b"PK\x03\x04 cut off");
    let args = ["scan", "--isolated", "-q", "--evidence", "../ev"];
    place.run(&[&args, options].concat()).expect_code(1);
    (place, token)
}

fn lines(folder: &Path) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("evidence.jsonl")).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Flips each byte of every file in turn, and looks whether that is seen.
fn every_change_is_seen(folder: &Path, key: Option<&Public>) {
    verify(folder, key).unwrap();
    for (path, bytes) in files(folder) {
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other[at] ^= 1 << (at % 8);
            fs::write(&path, other).unwrap();
            assert!(
                verify(folder, key).is_err(),
                "{}: byte {at}",
                path.display()
            );
        }
        for other in [
            &bytes[..bytes.len() - 1],
            &[&bytes[..], b"\n"].concat(),
            b"",
        ] {
            fs::write(&path, other).unwrap();
            assert!(verify(folder, key).is_err(), "{}", path.display());
        }
        fs::remove_file(&path).unwrap();
        assert!(verify(folder, key).is_err(), "{} is gone", path.display());
        fs::write(&path, bytes).unwrap();
    }
    fs::write(folder.join("more"), "").unwrap();
    assert!(verify(folder, key).is_err(), "something was added");
    fs::remove_file(folder.join("more")).unwrap();
    verify(folder, key).unwrap();
}

#[test]
fn every_change_of_a_byte_is_seen() {
    let (place, _) = evidence(1, &["--preserve"]);
    every_change_is_seen(&place.world.path("ev"), None);
    place.run(&["evidence", "verify", "../ev"]).expect_code(0);
    let lines = place.world.path("ev/evidence.jsonl");
    let text = fs::read_to_string(&lines).unwrap();
    fs::write(&lines, text.replacen("leak", "leek", 1)).unwrap();
    let run = place.run(&["evidence", "verify", "../ev"]).expect_code(1);
    assert!(
        run.out().contains("not the evidence that was written"),
        "{}",
        run.out()
    );
}

#[test]
fn a_signature_holds_it_against_those_who_can_write_all_of_it() {
    let place = Place::new();
    let seed = Source::new(2).bytes(32);
    let digits = seed.iter().map(|byte| format!("{byte:02x}"));
    let digits = digits.collect::<Vec<_>>().concat();
    fs::write(place.world.path("key"), &digits).unwrap();
    let key = Signing::parse(digits.as_bytes()).unwrap().public();
    place.write("leak.txt", format!("token = {}\n", Source::new(3).token()));
    let args = [
        "scan",
        "--isolated",
        "-q",
        "--evidence",
        "../ev",
        "--evidence-key",
        "../key",
    ];
    place.run(&args).expect_code(1);
    let folder = place.world.path("ev");
    assert_eq!(
        verify(&folder, Some(&key)).unwrap().signed,
        Signed::ByTheKey
    );
    assert!(matches!(
        verify(&folder, None).unwrap().signed,
        Signed::ByItsOwnKey(_)
    ));
    every_change_is_seen(&folder, Some(&key));
    // Made anew, by somebody with another key or with none.
    fs::write(place.world.path("other"), digits.replace(['0', '1'], "2")).unwrap();
    for options in [&["--evidence-key", "../other"][..], &[]] {
        fs::remove_dir_all(&folder).unwrap();
        place.run(&[&args[..5], options].concat()).expect_code(1);
        assert!(verify(&folder, None).is_ok());
        assert!(verify(&folder, Some(&key)).is_err());
    }
}

#[test]
fn it_says_what_was_found_what_was_not_examined_and_by_what() {
    let (place, token) = evidence(4, &[]);
    let lines = lines(&place.world.path("ev"));
    let of = |kind: &str| {
        lines
            .iter()
            .filter(|line| line["type"] == kind)
            .collect::<Vec<_>>()
    };
    let run = of("run")[0];
    assert_eq!(run["tool"]["binary_sha256"].as_str().unwrap().len(), 64);
    assert!(run["rules_digest"].as_str().is_some() && run["started"].as_str().is_some());
    let file = of("file")[0];
    assert_eq!(file["path"], "a/leak.txt");
    assert_eq!(file["size"], token.len() + 9);
    assert!(file["mode"].as_str().is_some() && file.get("preserved").is_none());
    assert_eq!(of("skip")[0]["path"], "locked.zip");
    let end = of("end")[0];
    assert_eq!(end["summary"]["findings"], 1);
    let command: Vec<&str> = end["command"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert!(command.contains(&"--evidence"), "{command:?}");
    let whole = fs::read(place.world.path("ev/statement.dsse.json")).unwrap();
    let envelope: Value = serde_json::from_slice(&whole).unwrap();
    assert_eq!(envelope["payloadType"], "application/vnd.in-toto+json");
}

#[test]
fn copies_are_made_only_on_request_and_cannot_be_written() {
    let (place, token) = evidence(5, &["--preserve"]);
    let copies = files(&place.world.path("ev/files"));
    assert_eq!(copies.len(), 1);
    assert_eq!(copies[0].1, format!("token = {token}\n").as_bytes());
    let mode = fs::metadata(&copies[0].0).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o400);
}

#[test]
fn secrets_in_the_command_line_are_masked() {
    let token = Source::new(6).token();
    let (place, _) = evidence(7, &["--exclude", &format!("x-{token}")]);
    for (path, content) in files(&place.world.path("ev")) {
        assert!(
            memchr::memmem::find(&content, token.as_bytes()).is_none(),
            "{}",
            path.display()
        );
    }
}

#[test]
fn a_folder_in_use_is_left_alone() {
    let (place, _) = evidence(8, &[]);
    let before = files(&place.world.path("ev"));
    let args = ["scan", "--isolated", "--evidence", "../ev"];
    let run = place.run(&args).expect_code(2);
    assert!(
        run.err().contains("there is something in it"),
        "{}",
        run.err()
    );
    assert_eq!(files(&place.world.path("ev")), before);
}

#[test]
fn its_own_folder_is_not_scanned() {
    let place = Place::new();
    place.write(
        "z-leak.txt",
        format!("token = {}\n", Source::new(9).token()),
    );
    let report = place.json(&["scan", "--isolated", "--evidence", "a-ev", "--preserve"]);
    assert_eq!(crate::place::paths(&report), ["z-leak.txt"]);
    verify(&place.tree().join("a-ev"), None).unwrap();
}
