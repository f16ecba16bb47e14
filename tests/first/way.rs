//! The way of somebody new, with every screen: `way.txt`. `STANCH_BLESS=1` records it anew.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::plant::Source;
use crate::repo::{World, wait};

/// Runs what somebody types, and keeps what they see.
struct Terminal<'a> {
    world: &'a World,
    dir: PathBuf,
    seen: String,
}

impl Terminal<'_> {
    /// Types `line`; the exit code must be `code`.
    fn types(&mut self, line: &str, code: i32) -> String {
        let mut command = self.world.command("sh", &self.dir);
        let bin = Path::new(env!("CARGO_BIN_EXE_stanch")).parent().unwrap();
        let path = std::env::var("PATH").unwrap();
        command.env("PATH", format!("{}:{path}", bin.display()));
        command.args(["-c", &format!("{line} 2>&1")]);
        let run = wait(command);
        let out = self.without_places(&run.out());
        let _ = write!(self.seen, "$ {line}\n{out}? {}\n\n", run.code);
        assert_eq!(run.code, code, "{line}\n{out}");
        out
    }

    /// `text` without what differs from run to run: folders, times, ids of commits.
    fn without_places(&self, text: &str) -> String {
        let home = self.world.path("");
        let text = text.replace(home.to_str().unwrap().trim_end_matches('/'), "~");
        let lines = text.lines().map(|line| {
            if line.starts_with("scanned ") {
                let kept = line.split(", ").next().unwrap_or_default();
                return format!("{kept}, [size and time]\n");
            }
            if line.starts_with("   = seen: ") {
                return "   = seen: [who else can see it]\n".to_owned();
            }
            if let Some((before, _)) = line.split_once(" ms)") {
                let kept = before.rsplit_once('(').map_or(before, |(kept, _)| kept);
                return format!("{kept}([time])\n");
            }
            match line
                .strip_prefix('[')
                .and_then(|rest| rest.split_once("] "))
            {
                Some((_, subject)) => format!("[commit] {subject}\n"),
                None => format!("{line}\n"),
            }
        });
        lines.collect()
    }
}

/// What stands between `before` and the end of its line.
fn after<'a>(text: &'a str, before: &str) -> &'a str {
    let (_, rest) = text
        .split_once(before)
        .unwrap_or_else(|| panic!("no {before} in {text}"));
    rest.lines().next().unwrap().trim()
}

#[test]
fn from_a_clone_to_a_commit_that_passes() {
    let world = World::new();
    let origin = world.init("origin");
    let mut source = Source::new(10);
    let first = source.password();
    origin.commit("src/app.py", "print(\"hello\")\n");
    origin.commit("src/settings.py", format!("DB_PASSWORD = \"{first}\"\n"));
    let mut terminal = Terminal {
        world: &world,
        dir: world.path(""),
        seen: String::new(),
    };
    terminal.types("git clone -q origin project", 0);
    terminal.dir = world.path("project");
    let out = terminal.types("stanch scan", 1);
    assert!(
        out.contains("src/settings.py:1:16") && out.contains("next: stanch"),
        "{out}"
    );
    terminal.types("stanch init --hook", 0);
    terminal.types(
        "stanch doctor | grep -E '(pre-commit|baseline|^  ok    files) '",
        0,
    );
    terminal.types(
        "git add stanch.toml .stanch && git commit -q -m 'Set stanch up'",
        0,
    );
    terminal.types("stanch scan", 0);
    let second = source.password();
    fs::write(
        world.path("project/src/new.py"),
        format!("api_password = \"{second}\"\n"),
    )
    .unwrap();
    terminal.types("git add src/new.py", 0);
    let out = terminal.types("git commit -m 'Add an example'", 1);
    assert!(out.contains("src/new.py:1:17"), "{out}");
    let printed = after(&out, "stanch ignore ");
    let key = printed.split(' ').next().unwrap();
    terminal.types(
        &format!("stanch ignore {key} --reason 'made up for a test'"),
        0,
    );
    terminal.types(
        "git add .stanch/ignore && git commit -q -m 'Add an example'",
        0,
    );
    terminal.types("stanch scan", 0);
    assert!(!terminal.seen.contains(&first) && !terminal.seen.contains(&second));
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/first/way.txt");
    if std::env::var_os("STANCH_BLESS").is_some() {
        fs::write(&path, &terminal.seen).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == terminal.seen,
        "STANCH_BLESS=1 records:\n{}",
        terminal.seen
    );
}
