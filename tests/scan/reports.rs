//! Reports: several at once, and the same bytes however the work is done.

use std::fs;

use serde_json::Value;

use crate::plant::Source;
use crate::tree::Tree;

/// A tree with secrets of several kinds in files of several sizes.
fn forest() -> Tree {
    let (tree, mut source) = (Tree::new(), Source::new(30));
    for number in 0..150 {
        let mut text = source.prose(number * 37);
        text.extend_from_slice(b"\n");
        match number % 5 {
            0 => text.extend_from_slice(source.token().as_bytes()),
            1 => text
                .extend_from_slice(format!("db_password = \"{}\"\n", source.password()).as_bytes()),
            2 => text.extend_from_slice(source.private_key().as_bytes()),
            3 => {
                let wide = format!("key {}\n", source.token());
                text = wide.encode_utf16().flat_map(u16::to_le_bytes).collect();
            }
            _ => {}
        }
        tree.write(format!("d{}/f{number}.conf", number % 11), text);
    }
    let mut large = source.prose(300_000);
    large.extend_from_slice(format!("\n{}\n", source.token()).as_bytes());
    large.extend(source.prose(700_000));
    large.extend_from_slice(source.token().as_bytes());
    tree.write("large.txt", large);
    tree
}

#[test]
fn the_same_bytes_for_any_number_of_threads_and_any_window() {
    let tree = forest();
    let scan = |options: &[&str]| {
        let run = tree.scan([&[".", "--report", "json", "--confidence", "low"], options].concat());
        run.expect_code(1).stdout
    };
    let expected = scan(&["-j1"]);
    let findings: Value = serde_json::from_slice(&expected).unwrap();
    assert!(findings["findings"].as_array().unwrap().len() >= 120);
    let table: [&[&str]; 8] = [
        &["-j2"],
        &["-j4"],
        &["-j4", "--window", "1000000"],
        &["-j2", "--window", "65536"],
        &["-j3", "--window", "4097"],
        &["-j2", "--plain-engine"],
        &["-j2", "--plain-engine", "--window", "65536"],
        &["-j16", "--plain-engine", "--window", "9001"],
    ];
    for options in table {
        assert!(scan(options) == expected, "{options:?} changes the report");
    }
}

#[test]
fn several_reports_are_written_at_once_and_agree() {
    let tree = forest();
    let specs = [
        "--report",
        "text",
        "--report",
        "json=out.json",
        "--report",
        "jsonl=out.jsonl",
        "--report",
        "sarif=out.sarif",
    ];
    let run = tree.scan([&["."][..], &specs].concat()).expect_code(1);
    let read = |name: &str| fs::read_to_string(tree.path(name)).unwrap();
    let json: Value = serde_json::from_str(&read("out.json")).unwrap();
    let sarif: Value = serde_json::from_str(&read("out.sarif")).unwrap();
    let lines = read("out.jsonl");
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let findings = json["findings"].as_array().unwrap();
    let kind = |word: &str| lines.iter().filter(|line| line["type"] == word).count();
    assert_eq!(kind("finding"), findings.len());
    assert_eq!((kind("run"), kind("summary")), (1, 1));
    assert_eq!(
        sarif["runs"][0]["results"].as_array().unwrap().len(),
        findings.len()
    );
    assert!(
        run.out().contains(&format!("{} findings", findings.len())),
        "{}",
        run.out()
    );
    // Nothing in a report looks like a secret to the next run.
    let told = tree
        .json(&["out.json", "out.jsonl", "out.sarif"])
        .findings();
    assert!(
        told.is_empty(),
        "{} findings, such as {:?}",
        told.len(),
        told[0]
    );
}

#[test]
fn reports_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let tree = Tree::of("a.txt", Source::new(31).token());
    tree.scan([".", "--report", "json=r.json"]).expect_code(1);
    let mode = fs::metadata(tree.path("r.json"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn finding_keys_depend_on_the_project_key_and_not_on_the_place() {
    let token = Source::new(32).token();
    let tree = Tree::of("a.txt", &token);
    tree.write("b/c.txt", format!("moved down\n\n  {token}\n"));
    tree.write("one.key", "0123456789abcdef0123")
        .write("two.key", "0123456789abcdef0124");
    let keys = |name: &str| {
        let report = tree.json(&["a.txt", "b", "--key-file", name]);
        let keys = report.value["findings"].as_array().unwrap().iter();
        keys.map(|finding| finding["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let (one, two) = (keys("one.key"), keys("two.key"));
    assert_eq!(one[0], one[1]);
    assert_eq!(two[0], two[1]);
    assert_ne!(one[0], two[0]);
    assert_eq!(one, keys("one.key"));
}

#[test]
fn advice_in_the_text_report_names_options_that_exist() {
    let tree = forest();
    for number in 0..30 {
        tree.write(format!("z{number}.gz"), b"\x1f\x8b\x08\0\0\0\0\0\0\x03rest");
    }
    let low = "password = \"hunter2hunter\"\n";
    tree.write("low.txt", low);
    let run = tree.scan(["."]).expect_code(1);
    let empty = Tree::of("a.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03rest");
    let gap = empty.scan(["."]).expect_code(3);
    let help = tree.scan(["--help"]).expect_code(0).out();
    let text = run.out() + &gap.out();
    let options = text.split(|c: char| c.is_whitespace() || "()`,;:.".contains(c));
    for option in options.filter(|word| word.starts_with("--") && word.len() > 4) {
        let name = option.split('=').next().unwrap();
        if name.bytes().all(|b| b == b'-' || b.is_ascii_lowercase()) && !name.starts_with("---") {
            assert!(help.contains(name), "{name} is advised but does not exist");
        }
    }
}
