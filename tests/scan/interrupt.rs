//! An interrupt ends a run early, and the reports are still whole.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::plant::Source;
use crate::tree::{Run, Tree};

fn signal(pid: u32) {
    let sent = Command::new("kill")
        .args(["-INT", &pid.to_string()])
        .status();
    assert!(sent.unwrap().success());
}

/// A tree that takes a while: one leaky file, then much to read, most of it sparse.
fn long() -> Tree {
    let tree = Tree::of("a.txt", Source::new(70).token());
    for number in 0..3 {
        let file = fs::File::create(tree.path(format!("b{number}"))).unwrap();
        file.set_len(60 << 30).unwrap();
    }
    tree
}

#[test]
fn an_interrupted_run_is_130_and_its_reports_are_whole() {
    let tree = long();
    let specs = [
        "--report",
        "json",
        "--report",
        "jsonl=r.jsonl",
        "--report",
        "sarif=r.sarif",
    ];
    let child = tree
        .command([&[".", "-j2"][..], &specs].concat())
        .spawn()
        .unwrap();
    let pid = child.id();
    std::thread::sleep(Duration::from_millis(700));
    let begin = Instant::now();
    signal(pid);
    let report = Run::wait(child).report();
    assert!(begin.elapsed() < Duration::from_secs(20));
    assert_eq!(report.code, 130);
    assert_eq!(report.findings().len(), 1);
    assert_eq!(report.value["summary"]["interrupted"], true);
    assert!(!report.is_complete());
    assert!(report.units("scanned") >= 1);
    assert!(report.units("partial") + report.units("failed") >= 1);
    let interrupted = report
        .skips()
        .into_iter()
        .any(|skip| skip.1 == "interrupted");
    assert!(interrupted, "{:?}", report.skips());
    let lines = fs::read_to_string(tree.path("r.jsonl")).unwrap();
    let last: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    assert_eq!(last["interrupted"], true);
    let sarif = fs::read_to_string(tree.path("r.sarif")).unwrap();
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    assert_eq!(
        sarif["runs"][0]["invocations"][0]["executionSuccessful"],
        false
    );
}

#[test]
fn an_interrupt_while_standard_input_is_silent_ends_the_run() {
    let tree = Tree::new();
    let mut child = tree
        .command(["-", "--report", "json"])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let _open = child.stdin.take();
    std::thread::sleep(Duration::from_millis(400));
    signal(child.id());
    std::thread::sleep(Duration::from_millis(300));
    // The read cannot be left; a second interrupt ends the run at once.
    signal(child.id());
    let begin = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(begin.elapsed() < Duration::from_secs(20), "the run goes on");
        std::thread::sleep(Duration::from_millis(5));
    };
    assert!(
        status.code() == Some(130) || status.signal() == Some(2),
        "{status}"
    );
}
