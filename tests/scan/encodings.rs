//! Secrets in every kind of text, and in what only looks like something else.

use crate::plant::{Source, TOKEN_RULE};
use crate::tree::Tree;

fn utf16le(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn utf16be(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

fn utf32le(text: &str) -> Vec<u8> {
    text.chars()
        .flat_map(|c| u32::from(c).to_le_bytes())
        .collect()
}

fn utf32be(text: &str) -> Vec<u8> {
    text.chars()
        .flat_map(|c| u32::from(c).to_be_bytes())
        .collect()
}

fn encoded(encoding: &'static encoding_rs::Encoding, text: &str) -> Vec<u8> {
    let (bytes, _, lossy) = encoding.encode(text);
    assert!(!lossy);
    bytes.into_owned()
}

/// Letters, digits and some signs as mainframes write them.
fn ebcdic(text: &str) -> Vec<u8> {
    let byte = |c: u8| match c {
        b'a'..=b'i' => 0x81 + (c - b'a'),
        b'j'..=b'r' => 0x91 + (c - b'j'),
        b's'..=b'z' => 0xA2 + (c - b's'),
        b'A'..=b'I' => 0xC1 + (c - b'A'),
        b'J'..=b'R' => 0xD1 + (c - b'J'),
        b'S'..=b'Z' => 0xE2 + (c - b'S'),
        b'0'..=b'9' => 0xF0 + (c - b'0'),
        b'_' => 0x6D,
        b'=' => 0x7E,
        b'\n' => 0x25,
        _ => 0x40,
    };
    text.bytes().map(byte).collect()
}

/// Content of a file that holds `token` once, its encoding as reported, its line.
type Case = (&'static str, fn(&mut Source, &str) -> Vec<u8>, u64);

const CASES: &[Case] = &[
    ("utf-8", |_, t| format!("k\u{fc}che\n{t}\n").into(), 2),
    (
        "utf-8 with a mark",
        |_, t| format!("\u{feff}{t}\n").into(),
        1,
    ),
    ("latin-1", |_, t| [b"k\xfcche\n", t.as_bytes()].concat(), 2),
    ("crlf", |_, t| format!("a\r\nb\r\n{t}\r\nc\r\n").into(), 3),
    ("no line end", |_, t| format!("a\n{t}").into(), 2),
    ("alone", |_, t| t.into(), 1),
    ("quoted", |_, t| format!("x = \"{t}\";").into(), 1),
    (
        "utf-16le with a mark",
        |_, t| utf16le(&format!("\u{feff}a\n{t}\n")),
        2,
    ),
    (
        "utf-16be with a mark",
        |_, t| utf16be(&format!("\u{feff}a\n{t}\n")),
        2,
    ),
    (
        "utf-16le",
        |_, t| utf16le(&format!("first\nkey = {t}\n")),
        2,
    ),
    (
        "utf-16be",
        |_, t| utf16be(&format!("first\nkey = {t}\n")),
        2,
    ),
    (
        "utf-32le",
        |_, t| utf32le(&format!("\u{feff}first\n{t}\n")),
        2,
    ),
    ("utf-32be", |_, t| utf32be(&format!("first\n{t}\n")), 2),
    (
        "ebcdic",
        |_, t| ebcdic(&format!("user = admin\nregion = north\ntoken = {t}\nend\n")),
        3,
    ),
    (
        "ebcdic in records",
        |_, t| {
            let lines = ["user = admin", &format!("token = {t}"), "end"];
            let lines = lines.map(|line| ebcdic(&format!("{line:80}")));
            lines.concat()
        },
        1,
    ),
    (
        "ebcdic with lengths",
        |_, t| {
            let lines = [
                "user = administrator",
                &format!("token = {t}"),
                "the end of it",
            ];
            let length = |line: &str| u8::try_from(line.len() + 4).unwrap();
            let lines = lines.map(|line| [&[0, length(line), 0, 0][..], &ebcdic(line)].concat());
            lines.concat()
        },
        1,
    ),
    (
        "utf-7",
        |_, t| format!("first +AD0- 1\n{}\n", t.replace('_', "+AF8-")).into(),
        2,
    ),
    (
        "utf-16 island",
        |_, t| [b"log line\n".to_vec(), utf16le(t), b"\nmore\n".to_vec()].concat(),
        2,
    ),
    (
        "utf-16be island",
        |_, t| [b"log line\n\x01".to_vec(), utf16be(t), b"\xff\n".to_vec()].concat(),
        2,
    ),
    (
        "a false mark",
        |_, t| [b"\xff\xfe".as_slice(), t.as_bytes(), b"\n"].concat(),
        1,
    ),
    (
        "nul bytes",
        |_, t| [b"\0\0\0\0\0\0\0\0\n".as_slice(), t.as_bytes(), b"\0\0"].concat(),
        2,
    ),
    (
        "nul on both sides",
        |_, t| [b"a\0".as_slice(), t.as_bytes(), b"\0b"].concat(),
        1,
    ),
    (
        "binary noise",
        |s, t| {
            let mut bytes = s.bytes(5000);
            bytes.retain(|&b| b != b'\n');
            [bytes.clone(), b" ".to_vec(), t.into(), b" ".to_vec(), bytes].concat()
        },
        1,
    ),
    (
        "wide in binary noise",
        |s, t| {
            let mut bytes = s.bytes(5000);
            bytes.retain(|&b| b != b'\n');
            [
                bytes.clone(),
                vec![0xff, 0xff],
                utf16le(t),
                vec![0xff, 0xff],
                bytes,
            ]
            .concat()
        },
        1,
    ),
    (
        "shift jis",
        |_, t| {
            let text = "設定ファイルの表示と能力\n".repeat(20) + "表示=" + t + "\n能力\n";
            encoded(encoding_rs::SHIFT_JIS, &text)
        },
        21,
    ),
    (
        "gbk",
        |_, t| {
            let text = "这是一个配置文件，请不要公开。\n".repeat(20) + "令牌=" + t + "\n";
            encoded(encoding_rs::GBK, &text)
        },
        21,
    ),
    (
        "shift jis glued",
        |_, t| {
            let text = "設定ファイルの表示と能力\n".repeat(20) + "表" + t + "表\n";
            encoded(encoding_rs::SHIFT_JIS, &text)
        },
        21,
    ),
    (
        "ansi colours",
        |_, t| format!("\x1b[31m{t}\x1b[0m\n").into(),
        1,
    ),
    (
        "a renamed text",
        |_, t| [b"\x89PNG\r\n\x1a\n\n".as_slice(), t.as_bytes()].concat(),
        4,
    ),
];

#[test]
fn a_secret_is_found_once_and_in_its_line_in_every_encoding() {
    let (tree, mut source) = (Tree::new(), Source::new(50));
    for (number, (_, make, _)) in CASES.iter().enumerate() {
        let token = source.token();
        tree.write(format!("{number:02}.txt"), make(&mut source, &token));
        tree.write(format!("{number:02}.png"), make(&mut source, &token));
    }
    let report = tree.json(&["."]);
    let findings = report.value["findings"].as_array().unwrap();
    let mut wrong = Vec::new();
    for (number, (name, _, line)) in CASES.iter().enumerate() {
        for end in ["txt", "png"] {
            let path = format!("{number:02}.{end}");
            let lines: Vec<u64> = findings
                .iter()
                .filter(|f| f["path"] == path.as_str() && f["rule"] == TOKEN_RULE)
                .map(|f| f["place"]["start"]["line"].as_u64().unwrap())
                .collect();
            if lines != [*line] {
                wrong.push(format!("{name} in {path}: lines {lines:?}, not {line}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(report.is_complete(), "{:?}", report.skips());
}

#[test]
fn assignments_and_keys_are_found_in_wide_text() {
    let (tree, mut source) = (Tree::new(), Source::new(51));
    let text = format!(
        "[db]\nuser = app\npassword = \"{}\"\n{}",
        source.password(),
        source.private_key()
    );
    tree.write("narrow.ini", &text);
    tree.write("le.ini", utf16le(&text));
    tree.write("be.ini", utf16be(&text));
    tree.write("wide.ini", utf32le(&text));
    let report = tree.json(&["."]);
    let of = |path: &str| {
        let findings = report.value["findings"].as_array().unwrap().iter();
        let own = findings.filter(|f| f["path"] == path);
        own.map(|f| format!("{} {}", f["rule"], f["place"]["start"]["line"]))
            .collect::<Vec<_>>()
    };
    let expected = of("narrow.ini");
    assert_eq!(expected.len(), 2, "{:?}", report.value);
    for path in ["le.ini", "be.ini", "wide.ini"] {
        assert_eq!(of(path), expected, "{path}");
    }
}

#[test]
fn decoded_findings_point_at_the_original_bytes() {
    let token = Source::new(52).token();
    let text = format!("first line\nkey = {token}\n");
    let tree = Tree::of("t.txt", utf16le(&text));
    let report = tree.json(&["."]);
    let finding = &report.value["findings"][0];
    let start = text.find(&token).unwrap() as u64 * 2;
    assert_eq!(finding["place"]["bytes"]["start"], start, "{finding}");
    let decoded = finding["decoded"].as_str().unwrap();
    assert!(decoded.starts_with("utf-16"), "{finding}");
}

#[test]
fn a_token_that_holds_a_harmless_word_is_still_one() {
    let (tree, mut source) = (Tree::new(), Source::new(53));
    let words = [
        "false", "null", "true", "test", "todo", "abc", "xxx", "1234567",
    ];
    for word in words {
        tree.write(format!("{word}.txt"), source.token_with(word));
    }
    assert_eq!(tree.json(&["."]).findings().len(), words.len());
}

#[test]
fn a_token_with_a_wrong_checksum_is_none() {
    let mut token = Source::new(54).token();
    let last = if token.ends_with('a') { 'b' } else { 'a' };
    token.pop();
    token.push(last);
    let report = Tree::of("t.txt", &token).json(&["."]);
    assert_eq!(report.code, 0, "{:?}", report.findings());
}
