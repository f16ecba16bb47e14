//! Every kind of directory entry ends as something that is counted, and none blocks.

use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::process::Command;

use crate::plant::{Source, TOKEN_RULE};
use crate::tree::{Tree, skips};

/// A tree with one of everything; nothing in it is a gap.
fn zoo() -> (Tree, UnixListener) {
    let tree = Tree::of("a.txt", Source::new(10).token());
    tree.write("sub/b.txt", "nothing\n").write("sub/empty", "");
    let made = Command::new("mkfifo").arg(tree.path("fifo")).status();
    assert!(made.unwrap().success());
    let socket = UnixListener::bind(tree.path("socket")).unwrap();
    symlink("a.txt", tree.path("link")).unwrap();
    symlink("nowhere", tree.path("broken")).unwrap();
    symlink("..", tree.path("sub/up")).unwrap();
    symlink("/dev/zero", tree.path("zero")).unwrap();
    symlink("self", tree.path("self")).unwrap();
    tree.write(".git/HEAD", "ref: refs/heads/main\n");
    tree.write(".git/config", Source::new(11).token());
    (tree, socket)
}

#[test]
fn special_files_and_links_are_counted_and_do_not_block() {
    let (tree, _socket) = zoo();
    let report = tree.json(&["."]);
    assert_eq!(report.code, 1);
    assert_eq!(report.findings(), [(TOKEN_RULE.into(), "a.txt:1:1".into())]);
    let expected = skips(&[
        (".git", "git-internals"),
        ("broken", "symlink"),
        ("fifo", "special-file"),
        ("link", "symlink"),
        ("self", "symlink"),
        ("socket", "special-file"),
        ("sub/up", "symlink"),
        ("zero", "symlink"),
    ]);
    assert_eq!(report.skips(), expected);
    assert_eq!(report.units("scanned"), 3);
    assert_eq!(report.units("skipped"), 8);
    assert!(report.is_complete());
    assert_eq!(report.value["summary"]["by_reason"]["symlink"], 5);
    assert_eq!(report.value["summary"]["by_reason"]["special-file"], 2);
}

#[test]
fn followed_links_lead_to_their_files_once_and_loops_are_gaps() {
    let (tree, _socket) = zoo();
    let report = tree.json(&[".", "--follow-symlinks"]);
    assert_eq!(report.code, 1);
    let places: Vec<String> = report.findings().into_iter().map(|f| f.1).collect();
    assert_eq!(places, ["a.txt:1:1", "link:1:1"]);
    let codes = report.skips();
    let code = |name: &str| {
        codes
            .iter()
            .find(|skip| skip.0 == name)
            .map(|skip| &*skip.1)
    };
    assert_eq!(code("sub/up"), Some("symlink-loop"));
    assert_eq!(code("zero"), Some("special-file"));
    assert_eq!(code("broken"), Some("symlink"));
    assert!(code("self").is_some());
    assert_eq!(report.units("enumerated"), 11);
    assert!(!report.is_complete());
}

#[test]
fn a_special_file_that_is_named_is_a_gap_and_does_not_block() {
    let (tree, _socket) = zoo();
    for target in ["fifo", "socket", "/dev/zero", "zero", "/dev/tty"] {
        let report = tree.json(&[target]);
        assert_eq!(report.code, 3, "{target}");
        assert_eq!(report.units("failed"), 1, "{target}");
    }
}

#[test]
fn a_link_that_is_named_is_followed() {
    let (tree, _socket) = zoo();
    assert_eq!(tree.json(&["link"]).code, 1);
    assert_eq!(tree.json(&["broken"]).code, 3);
}

#[test]
fn names_do_not_decide_what_is_scanned() {
    let names = [
        "go.sum",
        "x.png",
        "node_modules/pkg/index.min.js",
        "vendor/lib.a",
        "package-lock.json",
        "yarn.lock",
        "target/out.bin",
        "a.pdf",
        "image.svg",
        "movie.mp4",
        "font.woff2",
        "test/fixtures/x.txt",
        "examples/readme",
        ".hidden/.env",
        "LICENSE",
        "__pycache__/m.pyc",
    ];
    let (tree, mut source) = (Tree::new(), Source::new(12));
    for name in names {
        tree.write(name, format!("token: {}\n", source.token()));
    }
    let report = tree.json(&["."]);
    let mut found: Vec<String> = report.findings().into_iter().map(|f| f.1).collect();
    found.sort();
    let mut expected = names.map(|name| format!("{name}:1:8"));
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(report.units("scanned"), names.len() as u64);
}

#[test]
fn containers_that_are_not_opened_are_gaps() {
    let tree = Tree::of("a.rar", b"Rar!\x1a\x07\0rest");
    tree.write("b.txt", b"MSCF\0\0\0\0rest");
    let report = tree.json(&["."]);
    assert_eq!(report.code, 3);
    assert_eq!(
        report.skips(),
        skips(&[("a.rar", "container"), ("b.txt", "container")])
    );
    assert_eq!(report.units("partial"), 2);
    assert_eq!(tree.json(&[".", "--allow-incomplete=container"]).code, 0);
}

#[test]
fn a_secret_in_the_raw_bytes_of_a_container_is_found() {
    let tree = Tree::of(
        "a.zip",
        format!("PK\x03\x04\0\0{}", Source::new(13).token()),
    );
    let report = tree.json(&["."]);
    assert_eq!(report.code, 1);
    assert_eq!(report.units("partial"), 1);
}

#[test]
fn nested_and_repeated_targets_are_scanned_once() {
    let tree = Tree::of("d/e/t.txt", Source::new(14).token());
    let report = tree.json(&["d", "d/e", "d/e/t.txt", "./d"]);
    assert_eq!(report.findings().len(), 1);
    assert_eq!(report.units("enumerated"), 1);
}

#[test]
fn what_appears_in_the_json_summary_is_what_was_enumerated() {
    let (tree, mut source) = (Tree::new(), Source::new(15));
    for number in 0..300 {
        tree.write(format!("{}/{number}", number % 7), source.text(50));
    }
    let report = tree.json(&["."]);
    assert_eq!(report.units("enumerated"), 300);
    assert_eq!(report.value["summary"]["bytes"], 300 * 50);
}
