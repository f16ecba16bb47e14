//! Files larger than a window: nothing is lost or doubled where windows meet.

use stanch::base::limits::CONTEXT_AHEAD;

use crate::plant::{Source, TOKEN_RULE};
use crate::tree::Tree;

/// What is shorter than this is read in one window, whatever its size.
const LONG: usize = CONTEXT_AHEAD;

#[test]
fn a_secret_on_a_window_boundary_is_found_once_wherever_the_boundary_cuts_it() {
    const WINDOW: usize = 10_000;
    let (tree, mut source) = (Tree::new(), Source::new(60));
    let mut expected = Vec::new();
    for shift in 0..44 {
        let token = source.token();
        let at = 3 * WINDOW + 2 - shift;
        let mut text = source.prose(at - 1);
        text.push(b' ');
        text.extend_from_slice(token.as_bytes());
        text.push(b' ');
        text.extend(source.prose(LONG + 2 * WINDOW));
        let name = format!("{shift:02}.txt");
        tree.write(&name, text);
        expected.push((TOKEN_RULE.to_owned(), format!("{name}:1:{}", at + 1)));
    }
    for window in ["10000", "15000", "100000"] {
        let report = tree.json(&[".", "--window", window]);
        assert_eq!(report.findings(), expected, "window {window}");
    }
}

/// A file of one line: noise, a secret, noise; the secret's column.
fn one_line(size: usize) -> (Tree, usize) {
    let mut source = Source::new(61);
    let token = source.token();
    let mut text = source.prose(1 << 20);
    while text.len() < size {
        text.extend_from_within(..(1 << 20).min(size - text.len()));
    }
    let at = size * 3 / 4;
    text[at] = b' ';
    text[at + 1..at + 1 + token.len()].copy_from_slice(token.as_bytes());
    text[at + 1 + token.len()] = b' ';
    (Tree::of("line.json", text), at + 2)
}

#[test]
fn a_line_of_eight_megabytes_is_scanned() {
    let (tree, column) = one_line(8 << 20);
    let report = tree.json(&["."]);
    let place = format!("line.json:1:{column}");
    assert_eq!(report.findings(), [(TOKEN_RULE.to_owned(), place)]);
    let text = tree.scan(["."]).expect_code(1).out();
    assert!(
        text.lines().all(|line| line.len() < 600),
        "an excerpt is cut"
    );
}

/// `STANCH_LARGE=1` asks for it: it needs disk space and half a minute.
#[test]
fn a_line_of_a_hundred_megabytes_is_scanned() {
    if std::env::var_os("STANCH_LARGE").is_none() {
        return;
    }
    let (tree, column) = one_line(100 << 20);
    let report = tree.json(&["."]);
    let place = format!("line.json:1:{column}");
    assert_eq!(report.findings(), [(TOKEN_RULE.to_owned(), place)]);
    assert_eq!(report.value["summary"]["bytes"], 100 << 20);
}

#[test]
fn wide_text_in_windows_is_found_once() {
    const TOKENS: usize = 1500;
    let (tree, mut source) = (Tree::new(), Source::new(62));
    let mut text = String::new();
    for _ in 0..TOKENS {
        text.push_str(&String::from_utf8(source.prose(150)).unwrap());
        text.extend(["\n", &source.token(), "\n"]);
    }
    tree.write("narrow.txt", &text);
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    tree.write("wide.txt", &wide);
    // One byte more, so that units stand at odd offsets.
    tree.write("odd.txt", [b"\n", &wide[..]].concat());
    let report = tree.json(&[".", "--window", "5003"]);
    for path in ["narrow.txt", "wide.txt", "odd.txt"] {
        let findings = report.value["findings"].as_array().unwrap().iter();
        assert_eq!(
            findings.filter(|f| f["path"] == path).count(),
            TOKENS,
            "{path}"
        );
    }
    assert_eq!(
        report.value["findings"],
        tree.json(&["."]).value["findings"]
    );
}

#[test]
fn a_file_with_very_many_secrets_is_cut_and_says_so() {
    let mut source = Source::new(63);
    let tokens: Vec<String> = (0..10_050).map(|_| source.token()).collect();
    let tree = Tree::of("many.txt", tokens.join("\n"));
    let report = tree.json(&["."]);
    assert_eq!(report.code, 1);
    assert_eq!(report.findings().len(), 10_000);
    assert_eq!(
        report.skips(),
        [("many.txt".into(), "too-many-findings".into())]
    );
    assert_eq!(report.units("partial"), 1);
}
