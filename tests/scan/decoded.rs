//! Secrets that are encoded in text, and how reports tell of them.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::plant::{Source, TOKEN_RULE};
use crate::tree::Tree;

fn each(text: &str, how: impl Fn(u8) -> String) -> String {
    text.bytes().map(how).collect()
}

fn base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

fn wrapped(text: &str, width: usize, indent: &str) -> String {
    let lines = text.as_bytes().chunks(width);
    let lines = lines.map(|line| format!("{indent}{}\n", String::from_utf8_lossy(line)));
    lines.collect::<Vec<_>>().concat()
}

fn utf16le(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Encodes a text; the way as reports tell it, line and column of its first byte.
type Case = (&'static str, fn(&str) -> Vec<u8>, &'static str, u64, u64);

const CASES: &[Case] = &[
    (
        "base64",
        |t| format!("a\nb = {}\n", base64(t)).into(),
        "base64",
        2,
        5,
    ),
    (
        "base64 without padding",
        |t| format!("b={};", STANDARD_NO_PAD.encode(t)).into(),
        "base64",
        1,
        3,
    ),
    (
        "base64 of an address",
        |t| URL_SAFE_NO_PAD.encode(t).into(),
        "base64",
        1,
        1,
    ),
    (
        "base64, wrapped",
        |t| wrapped(&base64(format!("{} {t}", "word ".repeat(29))), 76, "").into(),
        "base64",
        3,
        43,
    ),
    (
        "base64, indented",
        |t| {
            let lines = wrapped(&base64(format!("{} {t}", "word ".repeat(29))), 76, "    ");
            format!("k: |\n{lines}").into()
        },
        "base64",
        4,
        47,
    ),
    (
        "base64 twice",
        |t| base64(base64(t)).into(),
        "base64 → base64",
        1,
        1,
    ),
    (
        "base64 of utf-16",
        |t| base64(utf16le(&format!("$a='{t}'"))).into(),
        "base64 → utf-16",
        1,
        11,
    ),
    (
        "base64 in percent",
        |t| each(&base64(t), |b| format!("%{b:02x}")).into(),
        "percent → base64",
        1,
        1,
    ),
    (
        "hex",
        |t| each(t, |b| format!("{b:02x}")).into(),
        "hex",
        1,
        1,
    ),
    (
        "hex with colons",
        |t| each(t, |b| format!("{b:02X}:")).into(),
        "hex",
        1,
        1,
    ),
    (
        "an array of bytes",
        |t| each(t, |b| format!("0x{b:02x}, ")).into(),
        "hex",
        1,
        3,
    ),
    (
        "a string of bytes with its end",
        |t| {
            each(t, |b| format!("0x{b:02x}, "))
                .into_bytes()
                .into_iter()
                .chain(*b"0x00")
                .collect()
        },
        "hex",
        1,
        3,
    ),
    (
        "a dump",
        |t| {
            let lines = t.as_bytes().chunks(16).enumerate();
            let line = |(nth, bytes): (usize, &[u8])| {
                let digits: Vec<String> = bytes.iter().map(|b| format!("{b:02x} ")).collect();
                let digits = digits.concat();
                format!("{:08x}  {digits:48} |x|\n", 16 * nth)
            };
            lines.map(line).collect::<String>().into()
        },
        "hex",
        1,
        11,
    ),
    (
        "decimal numbers",
        |t| format!("x = [{}]", each(t, |b| format!("{b}, "))).into(),
        "numbers",
        1,
        6,
    ),
    (
        "characters by number",
        |t| format!("x = {}''", each(t, |b| format!("chr({b}) + "))).into(),
        "numbers",
        1,
        9,
    ),
    (
        "percent",
        |t| format!("?t={}", t.replace('_', "%5F")).into(),
        "percent",
        1,
        4,
    ),
    (
        "percent twice",
        |t| format!("?t={}", t.replace('_', "%255f")).into(),
        "percent → percent",
        1,
        4,
    ),
    (
        "escapes of a byte",
        |t| each(t, |b| format!("\\x{b:02x}")).into(),
        "escapes",
        1,
        1,
    ),
    (
        "escapes of a character",
        |t| format!("\"{}\"", t.replace('_', "\\u005f")).into(),
        "escapes",
        1,
        2,
    ),
    (
        "octal escapes",
        |t| each(t, |b| format!("\\{b:03o}")).into(),
        "escapes",
        1,
        1,
    ),
    (
        "an escape of many levels",
        |t| format!("\"{}\"", t.replace('_', r"\\\\u005f")).into(),
        "escapes",
        1,
        2,
    ),
    (
        "a sign escaped for Markdown",
        |t| format!("the token {} is new", t.replace('_', r"\_")).into(),
        "escapes",
        1,
        11,
    ),
    (
        "bytes as PostgreSQL writes them",
        |t| format!("VALUES ('\\x{}')", each(t, |b| format!("{b:02x}"))).into(),
        "hex",
        1,
        12,
    ),
    (
        "references by number",
        |t| each(t, |b| format!("&#{b};")).into(),
        "entities",
        1,
        1,
    ),
    (
        "references by name",
        |t| format!("<p>{}</p>", t.replace('_', "&lowbar;")).into(),
        "entities",
        1,
        4,
    ),
    (
        "quoted-printable",
        |t| format!("{}{}=\n{}\n", "x ".repeat(26), &t[..23], &t[23..]).into(),
        "quoted-printable",
        1,
        53,
    ),
    (
        "joined by a sign",
        |t| format!("x = \"{}\" + \"{}\";", &t[..9], &t[9..]).into(),
        "joined",
        1,
        6,
    ),
    (
        "joined over lines",
        |t| format!("('{}'\n  '{}')", &t[..9], &t[9..]).into(),
        "joined",
        1,
        3,
    ),
    (
        "a line that goes on",
        |t| format!("x={}\\\n{}\n", &t[..9], &t[9..]).into(),
        "joined",
        1,
        3,
    ),
    (
        "zero width",
        |t| format!("x={}\u{200b}{}", &t[..9], &t[9..]).into(),
        "invisible",
        1,
        3,
    ),
    (
        "a soft hyphen",
        |t| format!("x={}\u{ad}{}", &t[..9], &t[9..]).into(),
        "invisible",
        1,
        3,
    ),
    (
        "colours",
        |t| format!("x={}\x1b[1m{}", &t[..9], &t[9..]).into(),
        "invisible",
        1,
        3,
    ),
    (
        "cyrillic",
        |t| t.replacen('p', "\u{440}", 1).into(),
        "look-alike",
        1,
        1,
    ),
    (
        "full width",
        |t| t.replacen('_', "\u{ff3f}", 1).into(),
        "look-alike",
        1,
        1,
    ),
];

#[test]
fn an_encoded_secret_is_found_once_at_its_place_with_its_way() {
    let (tree, mut source) = (Tree::new(), Source::new(70));
    for (number, (_, make, ..)) in CASES.iter().enumerate() {
        tree.write(format!("{number:02}.txt"), make(&source.token()));
        tree.write(
            format!("twin-{number:02}.txt"),
            make(&"nothing_of_note".repeat(3)[..40]),
        );
    }
    let report = tree.json(&["."]);
    let findings = report.value["findings"].as_array().unwrap();
    let mut wrong = Vec::new();
    for (number, (name, _, way, line, column)) in CASES.iter().enumerate() {
        let path = format!("{number:02}.txt");
        let own = findings.iter().filter(|f| f["path"] == path.as_str());
        let told: Vec<String> = own
            .map(|f| format!("{} {} {}", f["rule"], f["location"], f["decoded"]))
            .collect();
        let expected = format!("{TOKEN_RULE:?} \"{path}:{line}:{column}\" {way:?}");
        if told != [expected.clone()] {
            wrong.push(format!("{name}: {told:?}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let twins = findings
        .iter()
        .filter(|f| f["path"].as_str().unwrap().starts_with("twin"));
    assert_eq!(twins.count(), 0, "{:?}", report.findings());
    assert!(report.is_complete(), "{:?}", report.skips());
}

#[test]
fn a_file_of_one_long_run_is_read_to_its_end() {
    let words = "just some text here\n".repeat(200_000);
    let token = Source::new(97).token();
    let tree = Tree::of("a.txt", base64(format!("{words}{token}\n")));
    let report = tree.json(&["."]);
    let found: Vec<String> = report.findings().into_iter().map(|f| f.0).collect();
    assert_eq!((found, report.code), (vec![TOKEN_RULE.to_owned()], 1));
    assert_eq!(report.skips(), []);
}

#[test]
fn decoded_findings_do_not_depend_on_windows() {
    let (tree, mut source) = (Tree::new(), Source::new(71));
    let mut text = Vec::new();
    for (_, make, ..) in CASES {
        text.extend(make(&source.token()));
        text.extend(b"\n\nsome words between them, and more of them\n\n".repeat(9));
    }
    // Where a window sees the end, it is the last.
    text.extend(b"\n".repeat(140 << 10));
    tree.write("a.txt", text);
    let whole = tree.json(&["."]);
    let count = whole.findings().len();
    assert_eq!(count, CASES.len(), "{:?}", whole.findings());
    for window in ["61", "1000", "4097"] {
        let cut = tree.json(&["--window", window, "."]);
        assert_eq!(cut.value["findings"], whole.value["findings"], "{window}");
    }
}

#[test]
fn no_excerpt_shows_what_was_decoded() {
    let (tree, mut source) = (Tree::new(), Source::new(72));
    let (inner, outer) = (source.token(), source.token());
    let text = format!("first = {outer} second = {}\n", base64(&inner));
    tree.write("a.txt", base64(&text));
    tree.write("b.txt", &text);
    let run = tree.scan(["--report", "text", "."]).expect_code(1);
    let out = run.out();
    for value in [&inner, &outer, &base64(&inner)] {
        assert!(!out.contains(value.as_str()), "{out}");
    }
    assert!(out.contains("(base64 → base64)"), "{out}");
}

#[test]
fn a_value_in_clear_and_encoded_has_one_identity() {
    let token = Source::new(73).token();
    let tree = Tree::new();
    tree.write("clear.txt", &token)
        .write("coded.txt", base64(&token));
    let report = tree.json(&["."]);
    let findings = report.value["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 2, "{findings:?}");
    assert_eq!(findings[0]["id"], findings[1]["id"]);
}

#[test]
fn decoding_can_be_switched_off_and_bounded() {
    let token = Source::new(74).token();
    let tree = Tree::of("a.txt", each(&base64(&token), |b| format!("%{b:02x}")));
    assert_eq!(tree.json(&["."]).findings().len(), 1);
    assert_eq!(tree.json(&["--no-decode", "."]).findings().len(), 0);
    let flat = tree.json(&["--unpack-limit", "depth=1", "."]);
    assert!(flat.findings().iter().all(|(rule, _)| rule != TOKEN_RULE));
    assert_eq!(flat.skips(), [("a.txt".to_owned(), "limit".to_owned())]);
}

#[test]
fn names_and_what_links_point_to_are_searched() {
    let mut source = Source::new(75);
    let (name, target) = (source.token(), source.token());
    let tree = Tree::of(format!("{name}.txt"), "nothing\n");
    tree.write("a-long-name-without-anything.txt", "nothing\n");
    std::os::unix::fs::symlink(format!("/nowhere/{target}"), tree.path("link")).unwrap();
    let run = tree.scan(["--report", "json", "."]);
    assert!(!run.out().contains(&name) && !run.out().contains(&target));
    let report = tree.json(&["."]);
    let places: Vec<String> = report
        .findings()
        .into_iter()
        .map(|(_, place)| place)
        .collect();
    assert_eq!(places.len(), 2, "{places:?}");
    assert!(places[0].ends_with(".txt![name]:1:1"), "{places:?}");
    assert_eq!(places[1], "link![link]:1:10");
}

#[test]
fn a_password_among_the_claims_of_a_signed_token_is_told_as_well() {
    let mut source = Source::new(77);
    let part = |claims: &str| URL_SAFE_NO_PAD.encode(claims);
    let head = part(r#"{"alg":"HS256","typ":"JWT"}"#);
    let sign = source.text(43);
    let usual = r#"{"iss":"https://id.example.org/","sub":"auth0|5f7c8ec7c33c6c004bbafe82","aud":["api"],
        "iat":1700000000,"exp":1700086400,"azp":"my_client_id","scope":"openid profile email",
        "sid":"Zm9vYmFyYmF6cXV4MTIzNDU2","nonce":"n-0S6_WzA2Mj","jti":"id123456","at_hash":"77QmUPtjPfzWtF2AnpK9RQ"}"#;
    let rules = |claims: &str| {
        let token = format!("{head}.{}.{sign}", part(claims));
        let tree = Tree::of("a.txt", format!("Cookie: session={token}\n").as_bytes());
        let findings = tree.json(&["."]).findings();
        let mut rules: Vec<String> = findings.into_iter().map(|f| f.0).collect();
        rules.sort();
        rules
    };
    assert_eq!(rules(usual), ["json-web-token"]);
    let password = source.password();
    let both = format!(r#"{{"sub":"1234","db_password":"{password}","role":"admin"}}"#);
    assert_eq!(rules(&both), ["generic-password", "json-web-token"]);
}

#[test]
fn folded_lines_are_joined_in_formats_that_have_them() {
    let token = Source::new(79).token();
    let folded = format!("b: {}\r\n {}\r\n", &token[..9], &token[9..]);
    let tree = Tree::of("a.ldif", format!("dn: cn=a\r\n{folded}"));
    tree.write("twin.txt", format!("dn = a\r\n{folded}"));
    let report = tree.json(&["."]);
    let own = report.findings();
    let own: Vec<_> = own.iter().filter(|(rule, _)| rule == TOKEN_RULE).collect();
    assert_eq!(own, [&(TOKEN_RULE.to_owned(), "a.ldif:2:4".to_owned())]);
}

#[test]
fn a_placeholder_in_base64_is_one_and_another_value_is_not() {
    let password = Source::new(79).password();
    let manifest = |value: &str| format!("kind: Secret\ndata:\n  password: {}\n", base64(value));
    for (value, count) in [
        ("changeme", 0),
        ("YOUR_PASSWORD_HERE", 0),
        ("${PASSWORD}", 0),
        (&*password, 1),
    ] {
        let tree = Tree::of("secret.yaml", manifest(value));
        assert_eq!(tree.json(&["."]).findings().len(), count, "{count}");
    }
}
