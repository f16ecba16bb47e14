//! Manual pages and completions: made by the program, of its own command line.

use std::fs;
use std::process::Command;

use crate::tree::Tree;

fn stanch(args: &[&str], tree: &Tree) -> String {
    let out = Command::new(env!("CARGO_BIN_EXE_stanch"))
        .args(args)
        .current_dir(tree.path(""))
        .env_clear()
        .output()
        .unwrap();
    assert!(out.status.success(), "{args:?}");
    String::from_utf8(out.stdout).unwrap()
}

/// The commands that `--help` of `above` lists.
fn commands(above: &[&str], tree: &Tree) -> Vec<String> {
    let help = stanch(&[above, &["--help"]].concat(), tree);
    let list = help.split("\nCommands:\n").nth(1).unwrap_or_default();
    let list = list.lines().take_while(|line| !line.is_empty());
    list.filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|name| !name.is_empty() && *name != "help")
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_command_has_a_manual_page() {
    let tree = Tree::new();
    let out = stanch(&["man", "pages/man1"], &tree);
    assert!(out.contains("pages written to pages/man1"), "{out}");
    let top = commands(&[], &tree);
    assert!(top.len() > 15, "{top:?}");
    let mut wanted = vec!["stanch.1".to_owned()];
    for name in &top {
        wanted.push(format!("stanch-{name}.1"));
        let below = commands(&[name], &tree);
        wanted.extend(below.iter().map(|below| format!("stanch-{name}-{below}.1")));
    }
    for name in &wanted {
        let page = fs::read_to_string(tree.path("pages/man1").join(name));
        let page = page.unwrap_or_else(|_| panic!("no page {name}"));
        assert!(
            page.contains(".SH NAME") && page.contains(".SH SYNOPSIS"),
            "{name}"
        );
    }
    let there = fs::read_dir(tree.path("pages/man1")).unwrap().count();
    assert_eq!(there, wanted.len());
    assert!(stanch(&["man"], &tree).contains(".TH"));
}

/// A shell, and arguments that have it read a script and run nothing.
const SHELLS: &[(&str, &[&str])] = &[
    ("bash", &["-n"]),
    ("zsh", &["-n"]),
    ("fish", &["--no-execute"]),
    ("powershell", &[]),
    ("elvish", &[]),
];

#[test]
fn completions_are_made_for_every_shell_and_parse() {
    let tree = Tree::new();
    for (shell, parse) in SHELLS {
        let script = stanch(&["completions", shell], &tree);
        for word in ["stdin-path", "doctor", "serve"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
        tree.write(shell, &script);
        if parse.is_empty() {
            continue;
        }
        let ran = Command::new(shell)
            .args(*parse)
            .arg(tree.path(shell))
            .output();
        // Not every machine has every shell.
        if let Ok(ran) = ran {
            let told = String::from_utf8_lossy(&ran.stderr).into_owned();
            assert!(ran.status.success(), "{shell}: {told}");
        }
    }
}
