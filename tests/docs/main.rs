//! Every command that README.md, its neighbours and the pages under docs/ show is run.
//!
//! A page's ```` ```sh ```` blocks run in one sandbox, in the order of the page, each
//! command by itself. What the sandbox holds is written in `setup.sh` and, for a
//! page with wishes of its own, in `setup/PAGE.sh`. `PAGE.txt` records the commands with
//! their exit codes; `STANCH_BLESS=1` writes it anew. No command may end with a code that
//! means wrong usage or a failure.
//!
//! A block that cannot run says why behind the language: ```` ```sh not run: REASON ````.
#![cfg(all(unix, feature = "git"))]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod page;
mod sandbox;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use page::{Block, Page};
use sandbox::Sandbox;

/// Codes of stanch and the shell that say that a command makes no sense.
const SENSELESS: [i32; 5] = [2, 4, 101, 126, 127];

/// Commands of these pages need a build with a ledger.
const LEDGER: [&str; 2] = ["cache.md", "ledger.md"];

#[test]
fn every_command_of_the_docs_runs() {
    let pages = pages();
    assert!(pages.len() > 10, "the pages are elsewhere");
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let runs: Vec<_> = pages
            .iter()
            .map(|path| scope.spawn(|| wrong_with(path)))
            .collect();
        runs.into_iter()
            .flat_map(|run| run.join().unwrap())
            .collect()
    });
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_record_belongs_to_a_page() {
    let names: Vec<String> = pages().iter().map(|path| record_of(path)).collect();
    for entry in fs::read_dir(home().join("tests/docs")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(
            path.extension().is_none_or(|end| end != "txt") || names.contains(&name),
            "{name} has no page"
        );
    }
}

#[test]
fn every_page_is_in_the_index_and_every_link_leads_somewhere() {
    let index = fs::read_to_string(home().join("docs/README.md")).unwrap();
    for path in pages() {
        let name = path.file_name().unwrap().to_str().unwrap();
        let named = index.contains(&format!("({name})")) || name == "README.md";
        assert!(
            named || !path.starts_with(home().join("docs")),
            "docs/README.md: {name}"
        );
        let text = fs::read_to_string(&path).unwrap();
        for (file, heading) in page::links(&text) {
            let there = path.parent().unwrap().join(&file);
            let there = if file.is_empty() { path.clone() } else { there };
            assert!(there.exists(), "{}: {file} is not there", path.display());
            if !heading.is_empty() {
                let headings = page::headings(&fs::read_to_string(&there).unwrap());
                assert!(
                    headings.contains(&heading),
                    "{}: {file}#{heading}",
                    path.display()
                );
            }
        }
    }
}

/// What is wrong with a page's commands.
fn wrong_with(path: &Path) -> Vec<String> {
    let name = path.strip_prefix(home()).unwrap().display().to_string();
    let page = Page::parse(&fs::read_to_string(path).unwrap());
    let lacking = cfg!(not(feature = "ledger")) && LEDGER.iter().any(|page| path.ends_with(page));
    if page.blocks.is_empty() || lacking {
        return Vec::new();
    }
    let mut wrong = Vec::new();
    let mut record = String::new();
    let sandbox = Sandbox::new(path.file_stem().unwrap().to_str().unwrap());
    for block in &page.blocks {
        match block {
            Block::NotRun { reason, text } => {
                if reason.is_empty() {
                    wrong.push(format!("{name}: a block that is not run without a reason"));
                }
                for line in text.lines() {
                    let _ = writeln!(record, "-    {line}    ({reason})");
                }
            }
            Block::Commands(commands) => {
                for command in commands {
                    let (code, said) = sandbox.run(command);
                    let _ = writeln!(record, "{code:<4} {command}");
                    if SENSELESS.contains(&code) {
                        wrong.push(format!("{name}: exit code {code}: {command}\n{said}"));
                    }
                }
            }
        }
    }
    wrong.extend(against_record(path, &record));
    wrong
}

/// The difference to what was recorded, if any.
fn against_record(path: &Path, record: &str) -> Option<String> {
    let file = home().join("tests/docs").join(record_of(path));
    if std::env::var_os("STANCH_BLESS").is_some() {
        fs::write(&file, record).unwrap();
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    let name = file.display();
    (kept != record).then(|| format!("{name} (STANCH_BLESS=1):\n{kept}but now\n{record}"))
}

/// `docs/git.md` has `git.txt`, the README of the whole has `README.txt`.
fn record_of(path: &Path) -> String {
    let stem = path.file_stem().unwrap().to_str().unwrap();
    let inside = path.parent().is_some_and(|folder| folder.ends_with("docs"));
    if inside && stem == "README" {
        "docs.txt".to_owned()
    } else {
        format!("{stem}.txt")
    }
}

/// What stands directly in docs/ and in the folder of the whole, sorted.
fn pages() -> Vec<PathBuf> {
    let mut pages: Vec<PathBuf> = [home(), home().join("docs")]
        .iter()
        .flat_map(|folder| fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .collect();
    pages.sort();
    pages
}

fn home() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
