//! The rules of the house that no compiler checks, checked over `src`.
//!
//! A failure names the file and the line, and the rule in words. What the
//! floors are for is said in `DESIGN.md`.

mod tree;

use tree::{SourceFile, source_files};

/// Homes by floor, ground floor first. A home uses lower floors only, and none
/// of its own.
const FLOORS: &[&[&str]] = &[
    &["base"],
    &["rules", "fingerprint", "extract", "source"],
    &["detect", "register"],
    &["judge"],
    &["scan", "report", "record"],
    &["config"],
    &["cli"],
];

/// Files above all floors.
const ROOF: &[&str] = &["lib.rs", "main.rs"];

/// Most lines of a file, its tests not counted.
const LONGEST: usize = 450;

/// The files that start threads: the workers of a scan, the jobs of a server, and
/// the progress display.
const THREADS: &[&str] = &["scan/pipeline.rs", "scan/jobs.rs", "cli/progress.rs"];

#[test]
fn every_use_points_down() {
    let mut wrong = Vec::new();
    for file in source_files() {
        let Some(home) = home(&file) else { continue };
        let Some(floor) = floor(home) else {
            wrong.push(format!("src/{}: `{home}` is on no floor", file.path));
            continue;
        };
        for (line, used) in uses(&file.code) {
            if used == home || floor_below(used, floor) {
                continue;
            }
            wrong.push(format!(
                "src/{}:{line}: {home} may not use {used}",
                file.path
            ));
        }
    }
    none(&wrong);
}

#[test]
fn nothing_climbs_out_of_its_home() {
    let mut wrong = Vec::new();
    for file in source_files() {
        let depth = file.path.matches('/').count();
        // `super` from `home/mod.rs` is the crate, from `home/room.rs` the home.
        let inside = depth - usize::from(file.path.ends_with("/mod.rs") && depth > 0);
        let climb = "super::".repeat(inside + 1);
        if depth > 0 && file.product.contains(&climb) {
            wrong.push(format!(
                "src/{}: name the crate's homes by `crate::`",
                file.path
            ));
        }
    }
    none(&wrong);
}

#[test]
fn every_file_says_what_it_owns() {
    let silent = |file: &SourceFile| {
        let first = file.text.lines().next().unwrap_or_default();
        first
            .strip_prefix("//! ")
            .is_none_or(|words| words.trim().is_empty())
    };
    let files = source_files();
    let wrong = files.iter().filter(|file| silent(file));
    none(
        &wrong
            .map(|file| format!("src/{}: no `//!` line", file.path))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn no_file_is_too_long() {
    let files = source_files();
    let wrong = files.iter().filter(|file| !file.product.is_empty());
    let wrong = wrong.filter(|file| file.product_lines() > LONGEST);
    let told = wrong.map(|file| format!("src/{}: {} lines", file.path, file.product_lines()));
    none(&told.collect::<Vec<_>>());
}

#[test]
fn the_crate_forbids_unsafe_code() {
    for file in source_files() {
        if ROOF.contains(&file.path.as_str()) {
            assert!(
                file.code.contains("#![forbid(unsafe_code)]"),
                "{}",
                file.path
            );
        }
    }
}

#[test]
fn no_unwrap_outside_tests() {
    none(&places_of(&[".unwrap()", ".unwrap_err()"], |_| false));
}

#[test]
fn threads_start_in_three_files_only() {
    let starts = [
        "thread::spawn(",
        "thread::Builder",
        "thread::scope(",
        ".spawn_scoped(",
        "rayon::spawn",
        "ThreadPoolBuilder",
    ];
    none(&places_of(&starts, |file| {
        THREADS.contains(&file.path.as_str())
    }));
}

#[test]
fn the_environment_is_read_at_the_top_only() {
    let reads = ["env::var(", "env::var_os(", "env::vars(", "env::vars_os("];
    none(&places_of(&reads, |file| {
        matches!(home(file), Some("config" | "cli"))
    }));
}

/// Places outside tests where one of `needles` stands, but for files that `may`.
fn places_of(needles: &[&str], may: impl Fn(&SourceFile) -> bool) -> Vec<String> {
    let mut places = Vec::new();
    for file in source_files().iter().filter(|file| !may(file)) {
        for (number, line) in file.product.lines().enumerate() {
            let found = needles.iter().filter(|needle| line.contains(**needle));
            places
                .extend(found.map(|needle| format!("src/{}:{}: {needle}", file.path, number + 1)));
        }
    }
    places
}

/// The first folder of the file's path, or its own name directly under `src`.
fn home(file: &SourceFile) -> Option<&str> {
    match file.path.split_once('/') {
        Some((home, _)) => Some(home),
        None if ROOF.contains(&file.path.as_str()) => None,
        None => Some(file.path.trim_end_matches(".rs")),
    }
}

fn floor(home: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&home))
}

/// True for homes below `floor`, and for what is no home: macros and items of the crate itself.
fn floor_below(used: &str, floor_of_user: usize) -> bool {
    floor(used).is_some_and(|floor| floor < floor_of_user)
}

/// Every home that blanked `code` names as `crate::home`, with its line.
fn uses(code: &str) -> Vec<(usize, &str)> {
    let mut uses = Vec::new();
    for (at, found) in code.match_indices("crate::") {
        let line = code[..at].matches('\n').count() + 1;
        let rest = &code[at + found.len()..];
        match rest.strip_prefix('{') {
            Some(group) => uses.extend(group_heads(group).map(|name| (line, name))),
            None => uses.push((line, word(rest))),
        }
    }
    uses
}

/// The first words of the entries of a use group whose opening brace is gone.
fn group_heads(group: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    let end = group.find(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth < 0
    });
    let mut depth = 0;
    let entries = group[..end.unwrap_or(group.len())].split(move |c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    entries
        .map(|entry| word(entry.trim_start()))
        .filter(|name| !name.is_empty())
}

fn word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    &text[..end.unwrap_or(text.len())]
}

fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn uses_are_seen_in_every_form() {
    let code = "use crate::base::span;\nuse crate::{\n    judge::{a, b},\n    scan,\n};\nlet x = crate::cli::run();\n";
    let expected = [(1, "base"), (2, "judge"), (2, "scan"), (6, "cli")];
    assert_eq!(uses(code), expected);
}

#[test]
fn lower_floors_may_be_used_and_others_not() {
    for (user, used, may) in [
        ("judge", "detect", true),
        ("judge", "base", true),
        ("judge", "judge", false),
        ("detect", "judge", false),
        ("source", "extract", false),
        ("scan", "report", false),
        ("cli", "attic", false),
    ] {
        let floor = floor(user).expect("a home of the table");
        assert_eq!(floor_below(used, floor), may, "{user} uses {used}");
    }
}
