//! `stanch report` makes of a report the page that the scan itself would have written.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn stanch(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stanch"));
    command.args(args).current_dir(folder).env("HOME", folder);
    for name in [
        "XDG_CONFIG_HOME",
        "STANCH_CONFIG",
        "STANCH_KEY",
        "STANCH_POLICY",
    ] {
        command.env_remove(name);
    }
    command
        .stdin(Stdio::null())
        .output()
        .expect("the program was built")
}

/// A value that looks like a password and stands nowhere else.
fn password(seed: u32) -> String {
    let letters = b"abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut state = seed;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(letters[(state >> 16) as usize % letters.len()])
    };
    (0..20).map(next).collect()
}

/// A tree with findings, hostile names and a link that is left out; the secrets in it.
fn tree() -> (tempfile::TempDir, Vec<String>) {
    let folder = tempfile::tempdir().expect("temporary files can be written");
    let root = folder.path().join("tree");
    fs::create_dir_all(root.join("conf")).expect("temporary files can be written");
    let secrets: Vec<String> = (1..6).map(password).collect();
    for (index, secret) in secrets.iter().enumerate() {
        let name = [
            "a.env",
            "<b>&.env",
            "\u{202e}c.env",
            "conf/d.env",
            "'\"e.env",
        ][index];
        fs::write(root.join(name), format!("DB_PASSWORD=\"{secret}\"\n"))
            .expect("temporary files can be written");
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink("a.env", root.join("latest"))
        .expect("temporary files can be written");
    (folder, secrets)
}

#[test]
fn a_page_is_the_same_from_the_scan_from_json_and_from_json_lines() {
    let (folder, secrets) = tree();
    let scan = [
        "scan",
        "--isolated",
        "--quiet",
        "tree",
        "--report",
        "html=a.html",
        "--report",
        "json=a.json",
        "--report",
        "jsonl=a.jsonl",
    ];
    assert_eq!(stanch(folder.path(), &scan).status.code(), Some(1));
    let page = fs::read_to_string(folder.path().join("a.html")).unwrap();
    for secret in &secrets {
        assert!(!page.contains(secret.as_str()));
    }
    for from in ["a.json", "a.jsonl"] {
        let out = stanch(folder.path(), &["report", "--isolated", from]);
        assert!(
            out.status.success(),
            "{}",
            String::from_utf8_lossy(&out.stderr)
        );
        assert!(out.stderr.is_empty());
        assert!(out.stdout == page.as_bytes(), "the page of {from} differs");
    }
}

#[test]
fn several_reports_are_one_page_and_what_they_repeat_stands_once() {
    let (folder, _) = tree();
    let scan = |target: &str, to: &str| {
        stanch(
            folder.path(),
            &["scan", "--isolated", "--quiet", target, "--report", to],
        );
    };
    scan("tree", "jsonl=all.jsonl");
    scan("tree/conf", "json=some.json");
    let args = [
        "report",
        "--isolated",
        "all.jsonl",
        "some.json",
        "-o",
        "both.html",
    ];
    assert!(stanch(folder.path(), &args).status.success());
    let page = fs::read_to_string(folder.path().join("both.html")).unwrap();
    let (_, rest) = page.split_once("id=\"overview\">").unwrap();
    let overview: serde_json::Value =
        serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap();
    assert_eq!(overview["runs"].as_array().unwrap().len(), 2);
    assert_eq!(overview["runs"][1]["name"], "some.json");
    let summaries = [0, 1].map(|n| overview["runs"][n]["summary"]["findings"].as_u64().unwrap());
    assert_eq!(overview["summary"]["findings"], summaries[0] + summaries[1]);
    let shown = overview["findings"]["id"].as_array().unwrap().len() as u64;
    let repeated = overview["repeated"].as_u64().unwrap();
    assert_eq!(shown + repeated, summaries[0] + summaries[1]);
    assert_eq!((shown, repeated), (5, 1));
}
