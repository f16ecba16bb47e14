//! What a scan says of protected text.

use crate::home::Home;
use crate::leaks::{Change, Dice, leak, prose};

/// The first so many words of `text`.
fn words(text: &str, count: usize) -> String {
    text.split_whitespace()
        .take(count)
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn an_excerpt_is_found_however_it_was_changed() {
    let text = prose(1, 3000);
    let home = Home::with_plan(&text, &["--classification", "secret"]);
    let host = prose(77, 2000);
    for change in [
        Change::Verbatim,
        Change::Quoted,
        Change::Upper,
        Change::Hyphens,
        Change::Homoglyphs,
        Change::ZeroWidth,
        Change::FullWidth,
        Change::Tagged,
        Change::Json,
        Change::Utf16,
        Change::Joined,
        Change::Spaced,
    ] {
        let leak = leak(&text, 80, change, &host, &mut Dice(5));
        home.write("leak.txt", &leak.bytes);
        let (code, findings) = home.scan("leak.txt", &[]);
        assert_eq!((code, findings.len()), (1, 1), "{change:?}");
        let finding = &findings[0];
        assert_eq!(finding["rule"], "protected-document");
        assert_eq!(finding["class"], "document");
        let document = &finding["document"];
        assert_eq!(
            (&document["id"], &document["level"]),
            (&"plan".into(), &"likely".into())
        );
        let start = finding["place"]["bytes"]["start"].as_u64().unwrap() as usize;
        let end = finding["place"]["bytes"]["end"].as_u64().unwrap() as usize;
        let common = end.min(leak.span.end) - start.max(leak.span.start);
        let union = end.max(leak.span.end) - start.min(leak.span.start);
        assert!(
            common * 10 >= union * 8,
            "{change:?}: {start}..{end} of {:?}",
            leak.span
        );
        let line = |at: usize| 1 + leak.bytes[..at].iter().filter(|b| **b == b'\n').count();
        assert_eq!(finding["place"]["start"]["line"], line(start), "{change:?}");
    }
}

#[test]
fn unrelated_text_and_single_sentences_are_not_found() {
    let text = prose(1, 3000);
    let home = Home::with_plan(&text, &[]);
    home.write("other.txt", prose(2, 20_000));
    home.write("short.txt", words(&text, 9));
    for name in ["other.txt", "short.txt"] {
        assert_eq!(home.scan(name, &[]), (0, vec![]), "{name}");
    }
}

#[test]
fn levels_grow_with_what_was_found() {
    let text = prose(1, 4000);
    let home = Home::with_plan(&text, &[]);
    for (count, level, severity) in [
        (30, "possible", "medium"),
        (100, "likely", "high"),
        (600, "substantial", "critical"),
        (3000, "copy", "critical"),
    ] {
        home.write("leak.txt", words(&text, count));
        let (_, findings) = home.scan("leak.txt", &[]);
        assert_eq!(findings[0]["document"]["level"], level, "{count}");
        assert_eq!(findings[0]["severity"], severity, "{count}");
    }
    home.write("leak.txt", words(&text, 15));
    assert!(home.scan("leak.txt", &[]).1.is_empty());
    let (_, findings) = home.scan("leak.txt", &["--confidence", "low"]);
    assert_eq!(findings[0]["document"]["level"], "trace");
}

#[test]
fn both_fractions_are_told() {
    let text = prose(1, 4000);
    let home = Home::with_plan(&text, &[]);
    home.write(
        "leak.txt",
        format!("{} {}", words(&text, 1000), prose(5, 3000)),
    );
    let (_, findings) = home.scan("leak.txt", &[]);
    for of in ["document_fraction", "file_fraction"] {
        let share = findings[0]["document"][of].as_f64().unwrap();
        assert!((0.2..0.3).contains(&share), "{of} {share}");
    }
}

#[cfg(feature = "archives")]
#[test]
fn a_leak_in_an_archive_is_told_once() {
    use crate::build::{gzip, tar};
    let text = prose(1, 3000);
    let home = Home::with_plan(&text, &[]);
    let mail = words(&text, 200);
    let both = tar(&[("mail.txt", mail.as_bytes()), ("other.txt", b"nothing")]);
    for (name, archive) in [("a.tar", both.clone()), ("a.tgz", gzip(&both))] {
        home.write(name, archive);
        let (code, findings) = home.scan(name, &[]);
        assert_eq!((code, findings.len()), (1, 1), "{name}");
        let place = findings[0]["location"].as_str().unwrap();
        assert!(place.contains("!mail.txt:1"), "{place}");
    }
}

#[test]
fn text_where_it_may_be_is_no_leak() {
    let text = prose(1, 1000);
    let home = Home::with_plan(&text, &["--authorised", "safe"]);
    home.write("safe/copy.txt", &text);
    home.write("other/copy.txt", &text);
    assert_eq!(home.scan("safe", &[]), (0, vec![]));
    assert_eq!(home.scan("other", &[]).0, 1);
}

#[test]
fn an_expired_entry_is_told_and_blocks_nothing() {
    let text = prose(1, 1000);
    let home = Home::with_plan(&text, &["--until", "2001-01-01"]);
    home.write("copy.txt", &text);
    let (code, findings) = home.scan("copy.txt", &[]);
    assert_eq!((code, findings.len()), (0, 1));
    assert_eq!(findings[0]["severity"], "info");
    assert!(home.run(&["register", "list"]).out.contains("expired"));
}

#[test]
fn an_entry_says_from_which_level_on_it_is_told() {
    let text = prose(1, 1000);
    let home = Home::with_plan(&text, &["--min-level", "substantial"]);
    home.write("leak.txt", words(&text, 60));
    assert_eq!(home.scan("leak.txt", &[]), (0, vec![]));
    home.write("leak.txt", words(&text, 400));
    assert_eq!(home.scan("leak.txt", &[]).0, 1);
}

#[test]
fn of_two_versions_the_nearer_one_is_told() {
    let first = prose(1, 2000);
    let second = format!("{} {}", words(&first, 1500), prose(8, 500));
    let home = Home::new();
    home.write("one.txt", &first);
    home.write("two.txt", &second);
    home.run(&["register", "add", "one.txt", "two.txt", "--family", "f"]);
    home.build();
    for (name, id) in [("one.txt", "one"), ("two.txt", "two")] {
        let (_, findings) = home.scan(name, &[]);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0]["document"]["id"], id);
        assert_eq!(findings[0]["document"]["family"], "f");
    }
}

#[test]
fn public_text_protects_nothing() {
    let terms = prose(3, 600);
    let text = format!("{} {terms} {}", prose(1, 600), prose(2, 600));
    let home = Home::new();
    home.write("plan.txt", &text);
    home.write("web/terms.txt", format!("welcome {terms}"));
    home.run(&["register", "add", "plan.txt"]);
    home.run(&["register", "build", "--public", "web"]);
    home.write("leak.txt", &terms);
    assert_eq!(home.scan("leak.txt", &[]), (0, vec![]));
    home.write("leak.txt", words(&text, 100));
    assert_eq!(home.scan("leak.txt", &[]).0, 1);
}

#[test]
fn what_stands_in_many_families_is_boilerplate() {
    let terms = prose(3, 300);
    let home = Home::new();
    let names = ["a.txt", "b.txt", "c.txt", "d.txt"];
    for (seed, name) in (10..).zip(names) {
        home.write(name, format!("{} {terms}", prose(seed, 600)));
        assert_eq!(home.run(&["register", "add", name]).code, 0);
    }
    home.build();
    home.write("leak.txt", &terms);
    assert_eq!(home.scan("leak.txt", &[]), (0, vec![]));
    home.write("leak.txt", prose(10, 600));
    assert_eq!(home.scan("leak.txt", &[]).1.len(), 1);
}

#[test]
fn the_filter_finds_the_same_and_names_nothing() {
    let text = prose(1, 3000);
    let home = Home::with_plan(&text, &[]);
    home.run(&[
        "register",
        "build",
        "--tier",
        "filter",
        "-o",
        "register.vault",
    ]);
    home.write(
        "leak.txt",
        format!("{}\n{}", prose(7, 500), words(&text, 100)),
    );
    let (code, findings) = home.scan("leak.txt", &[]);
    assert_eq!((code, findings.len()), (1, 1));
    assert_eq!(findings[0]["document"]["level"], "likely");
    assert!(findings[0]["document"].get("id").is_none());
    home.write("other.txt", prose(2, 20_000));
    assert_eq!(home.scan("other.txt", &[]), (0, vec![]));
}

#[test]
fn windows_change_nothing() {
    let text = prose(1, 3000);
    let home = Home::with_plan(&text, &[]);
    let mut content = prose(6, 120_000);
    for (number, change) in [Change::Verbatim, Change::Tagged, Change::Json]
        .into_iter()
        .enumerate()
    {
        let leak = leak(&text, 90, change, "", &mut Dice(number as u64));
        content += "\n";
        content += std::str::from_utf8(&leak.bytes).unwrap();
        content += "\n";
        content += &prose(20 + number as u64, 30_000);
    }
    home.write("a.html", format!("<html><p>{content}</p></html>"));
    let whole = home.scan("a.html", &[]);
    assert_eq!(whole.1.len(), 1);
    for window in ["4096", "100003", "300000"] {
        assert_eq!(
            home.scan("a.html", &["--window", window]),
            whole,
            "{window}"
        );
    }
}

#[test]
fn excerpts_of_secrets_show_no_protected_text() {
    let text = prose(1, 1000);
    let home = Home::with_plan(&text, &[]);
    let token = ["password = \"", "Zk3vQ9_", "xLw0RtYb7MnPd2", "\""].concat();
    let leaked = words(&text, 200);
    let (before, after) = leaked.split_at(leaked.len() / 2);
    home.write("leak.py", format!("# {before}\n{token}\n# {after}\n"));
    let (_, findings) = home.scan("leak.py", &["--confidence", "low"]);
    assert!(findings.len() >= 2);
    assert!(
        findings
            .iter()
            .all(|finding| finding.get("excerpt").is_none())
    );
}

/// A home with a phrase, a canary and a name.
fn with_phrases() -> Home {
    let home = Home::new();
    for (id, kind, text) in [
        ("one", "phrase", "Blue Heron 77 at dawn"),
        ("two", "canary", "zq81-vv20-kx93"),
        ("three", "name", "Projekt Königsfalke"),
    ] {
        let args = [
            "register", "phrase", "--id", id, "--kind", kind, "--owner", "jane",
        ];
        let run = home.run_with_input(&args, text);
        assert_eq!(run.code, 0, "{}", run.err);
    }
    home
}

#[test]
fn phrases_are_found_apart_from_other_words_and_shown_nowhere() {
    let home = with_phrases();
    let register = std::fs::read_to_string(home.path("register.toml")).unwrap();
    assert!(!register.contains("Heron") && !register.contains("zq81"));
    assert_eq!(
        home.run_with_input(&["register", "phrase", "--id", "x"], "short")
            .code,
        2
    );
    for tier in ["vault", "filter"] {
        let run = home.run(&["register", "build", "--tier", tier, "-o", "register.vault"]);
        assert_eq!(run.code, 0, "{}", run.err);
        for (name, text, count) in [
            ("a.txt", "we saw a BLUE heron-77\nat dawn.\n".to_owned(), 1),
            (
                "b.txt",
                format!("{}zq81vv20kx93", prose(1, 9000).trim_end()),
                0,
            ),
            ("c.txt", format!("{}\nzq81vv20kx93", prose(1, 9000)), 1),
            (
                "d.txt",
                "Projekt ko\u{308}nigs-\nfalke, Projekt Königsfalken\n".to_owned(),
                1,
            ),
            ("e.txt", "blue heron 77 at dusk".to_owned(), 0),
        ] {
            home.write(name, &text);
            let (code, findings) = home.scan(name, &[]);
            assert_eq!(
                (code, findings.len()),
                (i32::from(count > 0), count),
                "{tier} {name}"
            );
            for finding in &findings {
                assert_eq!(finding["rule"], "protected-phrase");
                assert!(finding.get("excerpt").is_none());
            }
        }
        let (_, findings) = home.scan("a.txt", &[]);
        let place = &findings[0]["place"];
        assert_eq!(
            (&place["bytes"]["start"], &place["end"]["line"]),
            (&9.into(), &2.into())
        );
        assert_eq!(
            findings[0]["title"].as_str().unwrap().contains("one"),
            tier == "vault"
        );
    }
    let other = home.run_with_key(&["register", "build"], "another key of sixteen bytes");
    assert_eq!(other.code, 2);
    assert!(other.err.contains("another key"), "{}", other.err);
}

#[test]
fn what_is_public_already_and_what_fires_on_clean_files_is_told() {
    let terms = prose(3, 900);
    let home = Home::with_plan(&format!("{terms} {}", prose(1, 600)), &[]);
    home.write("web/terms.txt", &terms);
    home.write("other.txt", prose(8, 900));
    let run = home.run(&[
        "register",
        "calibrate",
        "register.vault",
        "--clean",
        "web",
        "--clean",
        "other.txt",
    ]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(
        run.out.contains("2 files, 1 finding\n") && run.out.contains("terms.txt"),
        "{}",
        run.out
    );
    assert_eq!(home.run(&["register", "public-check"]).code, 0);
    let run = home.run(&["register", "public-check", "--public", "web"]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("is it a secret still?"), "{}", run.out);
    home.run(&["register", "build", "--public", "web"]);
    let run = home.run(&["register", "explain", "register.vault", "plan"]);
    assert_eq!(run.code, 0, "{}", run.err);
    for words in [
        "left out as public",
        "unprotected",
        "lines 1 to",
        "126 unchanged symbols",
    ] {
        assert!(run.out.contains(words), "{}", run.out);
    }
    assert_eq!(
        home.run(&["register", "explain", "register.vault", "none"])
            .code,
        2
    );
}
