//! Protected source code, renamed and formatted anew.

use crate::home::Home;
use crate::leaks::Dice;

/// Invented code: functions with different statements.
fn code(seed: u64, functions: usize) -> String {
    let mut dice = Dice(seed);
    let mut out = String::from("use std::fmt;\n\n");
    let name = |dice: &mut Dice| -> String {
        let parts = ["ba", "ce", "di", "fo", "gu", "la", "me", "ni", "ro", "tu"];
        (0..3).map(|_| parts[dice.below(10)]).collect()
    };
    for _ in 0..functions {
        let names: Vec<String> = (0..8).map(|_| name(&mut dice)).collect();
        let (f, a, b) = (&names[0], &names[1], &names[2]);
        out += &format!("/// About {f}.\npub fn {f}({a}: u32, {b}: &[u8]) -> Option<u64> {{\n");
        for _ in 0..8 {
            let pick = |dice: &mut Dice| names[1 + dice.below(7)].clone();
            let (x, y, z) = (pick(&mut dice), pick(&mut dice), pick(&mut dice));
            let number = dice.below(90);
            out += &match dice.below(7) {
                0 => format!("    let {x} = {y}.{z}({number});\n"),
                1 => format!("    if {x} > {y} + {number} {{\n        return None;\n    }}\n"),
                2 => format!("    for {x} in {y}.iter() {{ {z} += {x}; }} // sums\n"),
                3 => format!("    {x}[{y} % {number}] = {z} ^ {x};\n"),
                4 => format!("    match {x} {{ Some({y}) => {z}, None => {number} }};\n"),
                5 => format!("    while {x}.{y}() && !{z} {{ {x} -= {number}; }}\n"),
                _ => format!("    {x}::{y}(&{z}, \"{number}\", |{x}| {x} * {y})?;\n"),
            };
        }
        out += &format!("    Some({a}.into())\n}}\n\n");
    }
    out
}

fn lines(text: &str, from: usize, count: usize) -> String {
    text.lines()
        .skip(from)
        .take(count)
        .map(|line| line.to_owned() + "\n")
        .collect()
}

/// `text` with every name changed.
fn renamed(text: &str) -> String {
    let mut out = text.to_owned();
    for part in ["ba", "ce", "di", "fo", "gu", "la", "me", "ni", "ro", "tu"] {
        let other: String = part.chars().rev().chain("x".chars()).collect();
        out = out.replace(part, &other.to_uppercase());
    }
    // Words of the language are no names.
    for (wrong, right) in [("EMX", "me"), ("INX", "ni"), ("ORX", "ro"), ("UTX", "tu")] {
        for (before, after) in [("So", ""), ("", "m"), ("re", "rn")] {
            out = out.replace(
                &format!("{before}{wrong}{after}"),
                &format!("{before}{right}{after}"),
            );
        }
    }
    out
}

fn home(text: &str, name: &str, options: &[&str]) -> Home {
    let home = Home::new();
    home.write(name, text);
    let run = home.run(&[&["register", "add", name], options].concat());
    assert_eq!(run.code, 0, "{}", run.err);
    home.build();
    home
}

#[test]
fn code_is_found_formatted_anew_and_renamed() {
    let text = code(1, 30);
    let home = home(&text, "vault/pump.rs", &[]);
    let host = code(2, 10);
    let excerpt = lines(&text, 100, 60);
    let formatted = excerpt
        .replace('\n', " ")
        .replace("// sums", "")
        .replace(';', ";\n");
    for (what, leak, profile) in [
        ("verbatim", excerpt.clone(), "text-1"),
        ("formatted", formatted, "text-1"),
        ("renamed", renamed(&excerpt), "code-shape"),
    ] {
        home.write("a.rs", format!("{host}{leak}{host}"));
        let (code, findings) = home.scan("a.rs", &[]);
        assert_eq!((code, findings.len()), (1, 1), "{what}");
        assert_eq!(findings[0]["document"]["profile"], profile, "{what}");
        let first = findings[0]["place"]["start"]["line"].as_u64().unwrap() as usize;
        assert!(
            first >= host.lines().count() && first < host.lines().count() + 20,
            "{first}"
        );
        assert_eq!(
            home.scan("a.rs", &["--window", "4096"]),
            (code, findings),
            "{what}"
        );
    }
    home.write("a.rs", code(3, 60));
    assert_eq!(home.scan("a.rs", &[]), (0, vec![]));
}

#[test]
fn a_few_lines_of_code_are_possible_and_thirty_are_likely() {
    let text = code(1, 30);
    for (options, few) in [(&[][..], "possible"), (&["--profile", "text"], "likely")] {
        let home = home(&text, "vault/pump.rs", options);
        for (count, level) in [(8, few), (30, "likely")] {
            home.write("a.md", lines(&text, 100, count));
            let (_, findings) = home.scan("a.md", &[]);
            assert_eq!(findings.len(), 1, "{count} {options:?}");
            let found = &findings[0]["document"]["level"];
            assert_eq!(found, level, "{count} {options:?}");
        }
    }
}

#[test]
fn patches_are_read_without_their_marks() {
    let text = code(1, 30);
    let home = home(&text, "vault/pump.rs", &[]);
    let added: String = renamed(&lines(&text, 50, 60))
        .lines()
        .map(|line| format!("+{line}\n"))
        .collect();
    home.write("a.patch", added);
    assert_eq!(home.scan("a.patch", &[]).1.len(), 1);
}

#[test]
fn a_profile_says_what_is_compared() {
    let text = code(1, 30);
    let leak = renamed(&lines(&text, 50, 60));
    for (name, profile, count) in [
        ("vault/pump.rs", "text", 0),
        ("vault/pump.txt", "auto", 0),
        ("vault/pump.txt", "code", 1),
    ] {
        let home = home(&text, name, &["--profile", profile]);
        home.write("a.rs", &leak);
        assert_eq!(home.scan("a.rs", &[]).1.len(), count, "{name} {profile}");
        home.write("a.txt", &leak);
        assert_eq!(home.scan("a.txt", &[]).1.len(), 0, "{name} {profile}");
    }
}
