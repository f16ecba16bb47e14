//! What is in scope: lists of files, standard input, ignore files, excludes.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::plant::{Source, TOKEN_RULE};
use crate::tree::Tree;

fn places(report: &crate::tree::Report) -> Vec<String> {
    report.findings().into_iter().map(|found| found.1).collect()
}

#[test]
fn standard_input_is_scanned_under_the_name_it_is_given() {
    let tree = Tree::new();
    let text = format!("x\n  {}\n", Source::new(20).token());
    let report = tree
        .scan_with(text.as_bytes(), ["-", "--report", "json"])
        .report();
    assert_eq!(report.code, 1);
    assert_eq!(places(&report), ["<stdin>:2:3"]);
    let args = ["-", "--stdin-name", "diff.patch", "--report", "json"];
    let report = tree.scan_with(text.as_bytes(), args).report();
    assert_eq!(places(&report), ["diff.patch:2:3"]);
    let report = tree.scan_with(b"", ["-", "--report", "json"]).report();
    assert_eq!((report.code, report.units("scanned")), (0, 1));
}

#[test]
fn files_and_standard_input_go_together() {
    let mut source = Source::new(21);
    let tree = Tree::of("a.txt", source.token());
    let run = tree.scan_with(
        source.token().as_bytes(),
        ["a.txt", "-", "--report", "json"],
    );
    assert_eq!(places(&run.report()), ["a.txt:1:1", "<stdin>:1:1"]);
}

/// The files of the list tests: two clean, two leaky, one with a line feed in its name.
fn listed() -> Tree {
    let (tree, mut source) = (Tree::new(), Source::new(22));
    tree.write("a.txt", source.token())
        .write("b.txt", source.token());
    tree.write("c c.txt", source.token())
        .write("d\nd.txt", source.token());
    tree.write("dir/e.txt", source.token())
        .write("clean", "nothing\n");
    tree
}

#[test]
fn a_list_of_lines_is_scanned() {
    let tree = listed();
    tree.write("list", "a.txt\r\nc c.txt\n\ndir\nclean\n-\n");
    for args in [["--files-from", "list"], ["--files-from", "-"]] {
        let input = std::fs::read(tree.path("list")).unwrap();
        let run = tree.scan_with(&input, [&args[..], &["--report", "json"]].concat());
        let report = run.report();
        assert_eq!(
            places(&report),
            ["a.txt:1:1", "c c.txt:1:1", "dir/e.txt:1:1"]
        );
        // `-` in a list is a file of that name, and there is none.
        assert_eq!(report.units("failed"), 1);
        assert_eq!(report.units("enumerated"), 5);
    }
}

#[test]
fn a_list_separated_by_nul_is_scanned() {
    let tree = listed();
    let run = tree.scan_with(
        b"d\nd.txt\0b.txt\0clean",
        ["--files-from", "-", "-0", "--report", "json"],
    );
    let report = run.report();
    assert_eq!(report.findings().len(), 2);
    assert_eq!(report.units("enumerated"), 3);
    assert!(report.is_complete());
}

#[test]
fn a_list_and_targets_go_together_and_an_empty_list_is_nothing() {
    let tree = listed();
    let run = tree.scan_with(
        b"b.txt\n",
        ["a.txt", "--files-from", "-", "--report", "json"],
    );
    assert_eq!(places(&run.report()), ["a.txt:1:1", "b.txt:1:1"]);
    let run = tree.scan_with(b"", ["--files-from", "-", "--report", "json"]);
    let report = run.report();
    assert_eq!((report.code, report.units("enumerated")), (0, 0));
}

#[test]
fn what_a_list_names_and_is_not_there_is_a_gap() {
    let tree = listed();
    let run = tree.scan_with(b"gone.txt\n", ["--files-from", "-", "--report", "json"]);
    let report = run.report();
    assert_eq!((report.code, report.units("failed")), (3, 1));
}

/// A tree with ignore files at two levels.
fn ignoring() -> Tree {
    let (tree, mut source) = (Tree::new(), Source::new(23));
    tree.write(".git/HEAD", "ref: refs/heads/main\n");
    tree.write(".gitignore", "*.log\nbuild/\n!keep.log\n");
    tree.write("sub/.gitignore", "local.*\n");
    for name in [
        ".env",
        "a.log",
        "keep.log",
        "build/out.txt",
        "sub/local.yml",
        "sub/.hidden/x",
    ] {
        tree.write(name, source.token());
    }
    tree
}

#[test]
fn hidden_and_ignored_files_are_scanned() {
    let report = ignoring().json(&["."]);
    let expected = [
        ".env:1:1",
        "a.log:1:1",
        "build/out.txt:1:1",
        "keep.log:1:1",
        "sub/.hidden/x:1:1",
        "sub/local.yml:1:1",
    ];
    assert_eq!(places(&report), expected);
    assert_eq!(report.skips(), [(".git".into(), "git-internals".into())]);
}

#[test]
fn ignored_files_are_left_out_on_request_and_counted() {
    let report = ignoring().json(&[".", "--respect-gitignore"]);
    assert_eq!(
        places(&report),
        [".env:1:1", "keep.log:1:1", "sub/.hidden/x:1:1"]
    );
    let ignored = report.skips().into_iter();
    let ignored: Vec<String> = ignored
        .filter(|skip| skip.1 == "git-ignored")
        .map(|skip| skip.0)
        .collect();
    assert_eq!(ignored, ["a.log", "build", "sub/local.yml"]);
    assert!(report.is_complete());
}

#[test]
fn excluded_paths_are_left_out_and_counted() {
    let (tree, mut source) = (Tree::new(), Source::new(24));
    for name in [
        "a.txt",
        "b.md",
        "dist/x.txt",
        "sub/dist/y.txt",
        "sub/z/w.txt",
    ] {
        tree.write(name, source.token());
    }
    let report = tree.json(&[
        ".",
        "--exclude",
        "dist/",
        "--exclude",
        "*.md",
        "--exclude",
        "sub/z/**",
    ]);
    assert_eq!(places(&report), ["a.txt:1:1"]);
    let skips = report.skips();
    assert!(skips.iter().all(|skip| skip.1 == "excluded"), "{skips:?}");
    let names: Vec<&str> = skips.iter().map(|skip| &*skip.0).collect();
    assert_eq!(names, ["b.md", "dist", "sub/dist", "sub/z"]);
    assert!(report.is_complete());
}

#[test]
fn names_that_are_not_utf8_are_scanned_and_named() {
    let tree = Tree::of(OsStr::from_bytes(b"bad\xff.txt"), Source::new(25).token());
    let report = tree.json(&["."]);
    assert_eq!(report.findings()[0].0, TOKEN_RULE);
    assert_eq!(report.value["findings"][0]["path_bytes"], "bad%FF.txt");
    let run = tree.scan_with(b"bad\xff.txt\0", ["--files-from", "-", "-0"]);
    let run = run.expect_code(1);
    assert!(run.out().contains("bad\\xff.txt"), "{}", run.out());
}
