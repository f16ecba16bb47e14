//! No secret in any output, and no output that a hostile tree can steer.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::build::{Member, gzip, tar, zip};
use crate::plant::{Source, TOKEN_RULE};
use crate::tree::Tree;

const FORMATS: &[&str] = &["text", "json", "jsonl", "sarif"];

/// A tree and every secret value planted in it.
fn planted() -> (Tree, Vec<String>) {
    let (tree, mut source) = (Tree::new(), Source::new(40));
    let mut values = Vec::new();
    for number in 0..40 {
        let (token, password) = (source.token(), source.password());
        let text = match number % 8 {
            0 => format!("token: {token}\npassword = \"{password}\"\n"),
            1 => format!("{token}{token}\n{token}"),
            2 => format!("a={token};b={token}; password: '{password}'\r\n{password}\r\n"),
            3 => format!("postgres://admin:{password}@db.example.net:5432/app?x={token}\n"),
            4 => format!("{{\"secret\": \"{password}\", \"t\": [\"{token}\"]}}"),
            5 => format!("# {password}\nexport API_SECRET={password}\n# was {token}\n"),
            6 => format!("\u{fc}\u{1f389} {token} {}\n", "x".repeat(500)),
            _ => format!("<add key=\"Password\" value=\"{password}\"/>\n{token}\u{7f}"),
        };
        tree.write(format!("f{number}.txt"), &text);
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        tree.write(format!("w{number}.txt"), wide);
        values.push(token);
        // In a comment alone a password is not known to be one.
        values.push(password);
    }
    let key = source.private_key();
    tree.write("id_rsa", &key);
    values.extend(
        key.lines()
            .filter(|line| !line.contains("KEY"))
            .map(Into::into),
    );
    (tree, values)
}

/// The first of `values` that stands in `bytes`, or a large part of one.
fn leaked<'a>(bytes: &[u8], values: &'a [String]) -> Option<&'a str> {
    let has = |part: &[u8]| memchr::memmem::find(bytes, part).is_some();
    let known = |value: &&String| {
        let value = value.as_bytes();
        has(value) || value[value.len() / 4..].chunks_exact(12).any(has)
    };
    values.iter().find(known).map(|value| &**value)
}

#[test]
fn no_planted_value_in_any_format() {
    let (tree, values) = planted();
    for format in FORMATS {
        let to = format!("{format}=report");
        let run = tree.scan([
            ".",
            "--report",
            format,
            "--confidence",
            "low",
            "--list-skipped",
        ]);
        let run = run.expect_code(1);
        for bytes in [&run.stdout, &run.stderr] {
            assert_eq!(leaked(bytes, &values), None, "{format}");
        }
        assert!(run.stdout.len() > 10_000, "{format}");
        tree.scan([".", "--report", &to, "--color", "always"])
            .expect_code(1);
        let file = fs::read(tree.path("report")).unwrap();
        assert_eq!(leaked(&file, &values), None, "{format} in a file");
        fs::remove_file(tree.path("report")).unwrap();
    }
}

#[test]
fn no_value_in_names_and_error_messages() {
    let token = Source::new(41).token();
    let tree = Tree::of("a.txt", "nothing");
    // A secret that is the name of a file is masked where it is found inside it, too.
    tree.write(format!("{token}.txt"), &token);
    for format in FORMATS {
        let run = tree.scan([".", "--report", format]).expect_code(1);
        assert_eq!(
            leaked(&run.stdout, std::slice::from_ref(&token)),
            None,
            "{format}"
        );
    }
    // A rule file with a mistake is drawn, but not its examples.
    let rules = format!("provider = \"a\"\ntitle = \"A\"\nexamples = [\"{token}\"]\n");
    tree.write("r.toml", rules);
    tree.write("key", token.split_at(10).0);
    let run = tree.scan([".", "--key-file", "key"]).expect_code(2);
    assert!(!run.err().contains(token.split_at(10).0));
}

/// Every format a report can have.
const ALL_FORMATS: &[&str] = &[
    "text",
    "html",
    "json",
    "jsonl",
    "sarif",
    "github",
    "gitlab",
    "codequality",
    "junit",
    "markdown",
    "csv",
    "defectdojo",
    "sonarqube",
    "ocsf",
    "gitleaks",
];

/// A tree in which tokens stand in names: of folders, files, what links point
/// to, and what archives hold. Each folder has another finding or a gap in it.
fn named() -> (Tree, Vec<String>) {
    let (tree, mut source) = (Tree::new(), Source::new(46));
    let tokens: Vec<String> = (0..8).map(|_| source.token()).collect();
    let password = source.password();
    let text = format!("password = \"{password}\"\n");
    for file in ["x.conf", "sub/y.conf"] {
        tree.write(format!("a/{}/{file}", tokens[0]), &text);
    }
    fs::create_dir_all(tree.path(format!(".{}", tokens[1]))).unwrap();
    let (before, after) = tokens[2].split_at(9);
    tree.write(format!("{before}\u{200b}{after}.conf"), &text);
    let coded = URL_SAFE_NO_PAD.encode(format!("github_token = \"{}\"", tokens[3]));
    tree.write(format!("{coded}.conf"), &text);
    tree.write(format!("{}/cut.zip", tokens[4]), b"PK\x03\x04");
    tree.write(format!("{}/node_modules/z", tokens[4]), "");
    std::os::unix::fs::symlink("nowhere", tree.path(format!("{}/link", tokens[4]))).unwrap();
    let (one, two) = (
        format!("d/{}/f.conf", tokens[5]),
        format!("d/{}/g.zip", tokens[5]),
    );
    let members = [
        Member::stored(&one, text.as_bytes()),
        Member::stored(&two, b"PK\x03\x04"),
    ];
    tree.write("a.zip", zip(&members));
    let members: [(&str, &[u8]); 2] = [
        (&format!("d/{}/f.conf", tokens[6]), text.as_bytes()),
        (&format!("d/{}/g.zip", tokens[6]), b"PK\x03\x04"),
    ];
    tree.write("a.tgz", gzip(&tar(&members)));
    tree.write(format!("gone-{}.log", tokens[7]), "");
    let mut values = tokens.clone();
    values.push(password);
    // As the name has it, and what the name says.
    values.push(coded);
    values.push(before.to_owned() + "\u{200b}" + after);
    (tree, values)
}

#[test]
fn a_token_in_any_name_is_found_once_and_never_shown() {
    let (tree, values) = named();
    let report = tree.json(&[".", "--exclude", "*.log", "--exclude", "node_modules/"]);
    let tokens = report.value["findings"].as_array().unwrap();
    let tokens = tokens.iter().filter(|f| f["rule"] == TOKEN_RULE);
    let places: Vec<&str> = tokens.map(|f| f["location"].as_str().unwrap()).collect();
    assert_eq!(places.len(), 7, "{places:#?}");
    for format in ALL_FORMATS {
        for more in [&["--list-skipped"][..], &["--confidence", "low"]] {
            let mut args = vec![".", "--exclude", "*.log", "--exclude", "node_modules/"];
            args.extend(["--report", format]);
            args.extend(more);
            let run = tree.scan(args).expect_code(1);
            for bytes in [&run.stdout, &run.stderr] {
                assert_eq!(leaked(bytes, &values), None, "{format}");
            }
        }
    }
}

#[test]
fn names_without_secrets_are_shown_whole() {
    let password = Source::new(47).password();
    let text = format!("password = \"{password}\"\n");
    let name = "an-ordinary-folder-0123456789/with.a.long.name/settings-2024.conf";
    let tree = Tree::of(name, &text);
    let run = tree.scan(["."]).expect_code(1);
    assert!(run.out().contains(name), "{}", run.out());
}

#[test]
fn reveal_needs_a_terminal() {
    let token = Source::new(42).token();
    let tree = Tree::of("a.txt", &token);
    for format in FORMATS {
        let run = tree
            .scan([".", "--reveal", "--report", format])
            .expect_code(2);
        assert_eq!(leaked(&run.stdout, std::slice::from_ref(&token)), None);
        assert_eq!(leaked(&run.stderr, std::slice::from_ref(&token)), None);
    }
}

/// Names that would steer a terminal, a build server or a reader's eye.
const HOSTILE: &[&[u8]] = &[
    b"esc\x1b[31mred.txt",
    b"title\x1b]0;pwned\x07.txt",
    b"line\n::error file=x::y.txt",
    b"return\rover.txt",
    b"bidi\xe2\x80\xaegnp.txt",
    b"zero\xe2\x80\x8bwidth.txt",
    b"c1\xc2\x9b31m.txt",
    b"raw\x9b31m\xff\xfe.txt",
    b"##vso[task.setvariable]x.txt",
    b"tab\there.txt",
    b"\x08\x08\x08back.txt",
];

#[test]
fn hostile_names_and_contents_are_made_visible() {
    let (tree, mut source) = (Tree::new(), Source::new(43));
    for name in HOSTILE {
        let mut text = format!(
            "\x1b]0;pwned\x07 \u{202e} \u{9b}31m {} \x1b[2J",
            source.token()
        );
        text.push_str("\r::set-output name=x::y\n::error::z\n");
        tree.write(OsStr::from_bytes(name), text);
    }
    for format in FORMATS {
        let run = tree
            .scan([".", "--report", format, "--color", "never"])
            .expect_code(1);
        let text = String::from_utf8(run.stdout).unwrap_or_else(|_| panic!("{format}"));
        let raw = text.chars().find(|&c| {
            (c.is_control() && c != '\n') || matches!(c, '\u{202e}' | '\u{200b}' | '\u{2028}')
        });
        assert_eq!(raw, None, "{format}");
        for line in text.lines() {
            assert!(
                !line.starts_with("::") && !line.contains("##vso["),
                "{format}: {line}"
            );
        }
    }
}

#[test]
fn hostile_names_in_messages_are_made_visible() {
    let tree = Tree::new();
    for args in [
        &["--rules", "a\x1b[31m.toml"][..],
        &["--files-from", "a\x1b[31m\nx"],
        &["--config", "a\x1b[31m.toml"],
        &["--key-file", "a\x1b[31m"],
        &["--report", "x\x1b[31m"],
        &["--exclude", "a[\x1b[31m"],
        &["--report", "json=no/\x1b[31m"],
    ] {
        let mut command = tree.command(args);
        if args[0] == "--config" {
            command = std::process::Command::new(env!("CARGO_BIN_EXE_stanch"));
            command.arg("scan").args(args).current_dir(tree.path("."));
        }
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(!text.contains('\x1b'), "{args:?}: {text:?}");
    }
}
