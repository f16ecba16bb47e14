//! What the process tells its caller, for everything that can happen to a run.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::Stdio;

use crate::plant::Source;
use crate::tree::{Run, Tree};

/// A rule file of the user with one rule of the given severity and confidence.
fn rule(severity: &str, confidence: &str) -> String {
    let mut text = String::from("provider = \"acme\"\ntitle = \"Acme\"\n\n[[rule]]\n");
    text.push_str("id = \"acme-door\"\ntitle = \"Acme door\"\nclass = \"secret\"\n");
    text.extend([
        "severity = \"",
        severity,
        "\"\nconfidence = \"",
        confidence,
        "\"\n",
    ]);
    text.push_str("pattern = '\\b(acmedoor[0-9]{6})\\b'\nsince = \"0.1.0\"\n");
    text.push_str("why = \"Opens every door of Acme.\"\nremedy = \"Change the locks.\"\n");
    text.push_str("references = [\"https://docs.example.com/doors\"]\n");
    text.push_str("examples.match = [\"acmedoor{+}012345\", \"x acmedoor{+}654321\"]\n");
    text.push_str("examples.ignore = [\"acmedoor0123\", \"acmedoor{+}0123456\"]\n");
    text
}

/// The content of `door.txt`.
fn door() -> String {
    format!("the code is acme{}{}\n", "door", 123_456)
}

/// Severity and confidence of the rule, options; exit code, findings shown and hidden.
type Judgement<'a> = (&'a str, &'a str, &'a [&'a str], i32, u64, u64);

#[test]
fn severity_and_confidence_decide_whether_a_finding_fails_the_run() {
    let table: [Judgement; 9] = [
        ("low", "high", &[], 1, 1, 0),
        ("info", "high", &[], 0, 1, 0),
        ("info", "high", &["--fail-on", "info"], 1, 1, 0),
        ("medium", "high", &["--fail-on", "high"], 0, 1, 0),
        ("high", "high", &["--fail-on", "high"], 1, 1, 0),
        ("critical", "medium", &[], 1, 1, 0),
        ("critical", "low", &[], 0, 0, 1),
        ("critical", "low", &["--confidence", "low"], 1, 1, 0),
        ("critical", "medium", &["--confidence", "high"], 0, 0, 1),
    ];
    for (severity, confidence, options, code, shown, hidden) in table {
        let tree = Tree::of("tree/door.txt", door());
        tree.write("acme.toml", rule(severity, confidence));
        let report = tree.json(&[&["tree", "--rules", "acme.toml"], options].concat());
        let told = format!("{severity} {confidence} {options:?}: {:?}", report.value);
        assert_eq!(report.code, code, "{told}");
        assert_eq!(report.value["summary"]["findings"], shown, "{told}");
        assert_eq!(report.value["summary"]["hidden"], hidden, "{told}");
        assert!(report.is_complete());
    }
}

#[test]
fn a_clean_and_complete_tree_is_zero() {
    let tree = Tree::of("a/b/c.txt", "nothing to see\n");
    tree.write("empty", "");
    let report = tree.json(&["."]);
    assert_eq!(report.code, 0);
    assert!(report.is_complete());
    assert_eq!(report.units("scanned"), 2);
    // The current directory is the default.
    tree.scan::<&str>([]).expect_code(0);
}

/// Regular files that say they can be opened and fail to be read, for any user.
#[cfg(target_os = "linux")]
const UNREADABLE: &str = "/proc/self/mem";

#[cfg(target_os = "linux")]
#[test]
fn what_could_not_be_read_is_three_unless_it_is_allowed() {
    let tree = Tree::of("good.txt", "nothing\n");
    let table: [(&[&str], i32); 9] = [
        (&[], 3),
        (&["--allow-incomplete"], 0),
        (&["--allow-incomplete=unreadable"], 0),
        (&["--allow-incomplete=container,unreadable"], 0),
        (
            &[
                "--allow-incomplete=container",
                "--allow-incomplete=unreadable",
            ],
            0,
        ),
        (&["--allow-incomplete=container"], 3),
        (&["--allow-incomplete=unreadible"], 2),
        (&["--allow-incomplete=unreadable,nonsense"], 2),
        (&["--allow-incomplete=symlink"], 3),
    ];
    for (options, code) in table {
        let run = tree.scan([&["good.txt", UNREADABLE], options].concat());
        assert_eq!(run.code, code, "{options:?}\n{}\n{}", run.out(), run.err());
        if code == 2 {
            assert!(run.err().contains("unreadable"), "{}", run.err());
        }
    }
    let report = tree.json(&["good.txt", UNREADABLE]);
    assert_eq!(report.skips(), [(UNREADABLE.into(), "unreadable".into())]);
    assert_eq!((report.units("failed"), report.units("scanned")), (1, 1));
    assert!(!report.is_complete());
}

#[cfg(target_os = "linux")]
#[test]
fn findings_weigh_more_than_gaps() {
    let tree = Tree::of("t.txt", Source::new(1).token());
    for options in [&[][..], &["--allow-incomplete"]] {
        tree.scan([&["t.txt", UNREADABLE], options].concat())
            .expect_code(1);
    }
}

#[test]
fn forbidden_files_and_folders_are_gaps() {
    let tree = Tree::of("open.txt", "nothing\n");
    tree.write("closed.txt", "x")
        .write("folder/inside.txt", "x");
    for name in ["closed.txt", "folder"] {
        fs::set_permissions(tree.path(name), fs::Permissions::from_mode(0o000)).unwrap();
    }
    fs::set_permissions(tree.path("."), fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = tree.command([".", "--report", "json"]);
    if fs::File::open(tree.path("closed.txt")).is_ok() {
        // The superuser may read everything, so somebody else has to try.
        command.uid(65_534).gid(65_534);
    }
    // Where the binary itself is out of that user's reach there is no test.
    let Ok(child) = command.spawn() else { return };
    let report = Run::wait(child).report();
    fs::set_permissions(tree.path("folder"), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(report.code, 3);
    let gaps = ["closed.txt", "folder"].map(|name| (name.to_owned(), "unreadable".to_owned()));
    assert_eq!(report.skips(), gaps);
    assert_eq!((report.units("failed"), report.units("scanned")), (2, 1));
}

#[test]
fn a_missing_target_is_never_clean() {
    let tree = Tree::of("here.txt", "nothing\n");
    let report = tree.json(&["here.txt", "gone.txt"]);
    assert_eq!(report.code, 3);
    assert_eq!(report.units("failed"), 1);
    let run = tree.scan(["gone.txt"]).expect_code(3);
    assert!(run.out().contains("gone.txt"), "{}", run.out());
}

#[test]
fn wrong_use_is_two_and_says_why() {
    let tree = Tree::of("a.txt", "nothing\n");
    tree.write("bad.toml", "provider = \"acme\"\ntitel = \"Acme\"\n");
    tree.write("short.key", "abc");
    let table: [(&[&str], &str); 14] = [
        (&["--no-such-option"], "--no-such-option"),
        (&["--fail-on", "grave"], "grave"),
        (&["--confidence", "sure"], "sure"),
        (&["--report", "xml"], "xml"),
        (&["--report", "json="], "json="),
        (&["--report", "json", "--report", "text"], "same place"),
        (&["--threads", "0"], "0"),
        (&["-0"], "--files-from"),
        (&["--rules", "bad.toml"], "title"),
        (&["--rules", "none.toml"], "none.toml"),
        (&["--files-from", "none.txt"], "none.txt"),
        (&["--exclude", "a[", "."], "a["),
        (&["--key-file", "short.key"], "16"),
        (&["--reveal"], "terminal"),
    ];
    for (args, word) in table {
        let run = tree.scan(args.iter().copied());
        assert_eq!(run.code, 2, "{args:?}\n{}\n{}", run.out(), run.err());
        assert!(run.err().contains(word), "{args:?}: {}", run.err());
        assert!(run.out().is_empty(), "{args:?}: {}", run.out());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_cannot_be_written_is_two_whatever_was_found() {
    let clean = Tree::of("a.txt", "nothing\n");
    let leaky = Tree::of("a.txt", Source::new(2).token());
    for tree in [clean, leaky] {
        for format in ["text", "json", "jsonl", "sarif"] {
            let to = format!("{format}=/dev/full");
            let run = tree.scan([".", "--report", &to]).expect_code(2);
            assert!(run.err().contains("/dev/full"), "{}", run.err());
            let full = fs::OpenOptions::new()
                .write(true)
                .open("/dev/full")
                .unwrap();
            let mut command = tree.command([".", "--report", format]);
            let run = Run::wait(command.stdout(Stdio::from(full)).spawn().unwrap());
            run.expect_code(2);
            // A second report that can be written does not heal the first.
            let to = ["--report", &to, "--report", "json=ok.json"];
            tree.scan(to).expect_code(2);
            let _ = fs::remove_file(tree.path("ok.json"));
        }
    }
}

#[test]
fn a_closed_pipe_is_two_and_no_panic() {
    let tree = Tree::of("a.txt", "nothing\n");
    let mut source = Source::new(3);
    for number in 0..2000 {
        tree.write(format!("{number}"), source.token());
    }
    for format in ["text", "json", "jsonl", "sarif"] {
        let mut child = tree.command([".", "--report", format]).spawn().unwrap();
        drop(child.stdout.take());
        let run = Run::wait(child).expect_code(2);
        assert!(!run.err().contains("panic"), "{}", run.err());
    }
}

#[test]
fn help_is_zero_and_tells_the_codes() {
    let tree = Tree::new();
    let run = tree.scan(["-h"]).expect_code(0);
    assert!(run.out().contains("130"), "{}", run.out());
    tree.scan(["--help"]).expect_code(0);
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_stanch"));
    for option in ["--help", "--version"] {
        assert!(command.arg(option).output().unwrap().status.success());
    }
}
