//! The register in configuration files, and repositories where documents may be.

use std::process::Command;

use crate::home::Home;
use crate::leaks::prose;

fn git(home: &Home, args: &[&str]) {
    let mut command = Command::new("git");
    command.current_dir(home.path("repo")).args([
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b.example",
    ]);
    let output = command.args(args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {output:?}");
}

/// A repository with a leak staged in it.
fn repository(options: &[&str]) -> Home {
    let text = prose(1, 800);
    let home = Home::with_plan(&text, options);
    home.write("repo/leak.txt", &text);
    git(&home, &["init", "-q"]);
    git(&home, &["add", "leak.txt"]);
    home
}

#[test]
fn a_plain_scan_uses_the_index_that_the_configuration_names() {
    let text = prose(1, 800);
    let home = Home::with_plan(&text, &[]);
    home.write("work/copy.txt", &text);
    home.write("stanch.toml", "[register]\nindex = \"register.vault\"\n");
    let run = home.run(&["scan", "work"]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.out.contains("protected document"), "{}", run.out);
    let run = home.run_with_key(&["scan", "work"], "");
    assert_eq!(run.code, 2);
    assert!(run.err.contains("needs its key"), "{}", run.err);
    assert_eq!(home.run(&["scan", "--isolated", "work"]).code, 0);
}

#[test]
fn a_key_file_beside_the_configuration_opens_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let text = prose(1, 800);
    let home = Home::with_plan(&text, &[]);
    home.write("work/copy.txt", &text);
    home.write("key", "0123456789abcdef0123456789abcdef");
    std::fs::set_permissions(home.path("key"), std::fs::Permissions::from_mode(0o600)).unwrap();
    home.write(
        "stanch.toml",
        "[register]\nindex = 'register.vault'\nkey-file = 'key'\n",
    );
    assert_eq!(home.run_with_key(&["scan", "work"], "").code, 1);
    home.write(
        "stanch.toml",
        "[register]\nindex = 'register.vault'\nkey-command = 'cat key'\n",
    );
    let run = home.run_with_key(&["scan", "work"], "");
    assert_eq!(run.code, 2);
    assert!(run.err.contains("C016"), "{}", run.err);
    let named = ["scan", "work", "--config", "stanch.toml"];
    assert_eq!(home.run_with_key(&named, "").code, 1);
}

#[test]
fn hooks_use_the_register_too() {
    let home = repository(&[]);
    home.write(
        "repo/stanch.toml",
        "[register]\nindex = '../register.vault'\n",
    );
    let run = home.run_in("repo", &["hook", "run", "pre-commit"]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    assert!(run.err.contains("protected document"), "{}", run.err);
}

#[test]
fn a_repository_with_no_other_remote_than_the_allowed_ones_may_have_it() {
    let home = repository(&["--remotes", "git.example.org/design/**"]);
    let scan = |code: i32| {
        let args = [
            "scan",
            "--isolated",
            "--staged",
            "--register",
            "../register.vault",
        ];
        let run = home.run_in("repo", &args);
        assert_eq!(run.code, code, "{}{}", run.out, run.err);
    };
    scan(1);
    git(
        &home,
        &[
            "remote",
            "add",
            "origin",
            "git@git.example.org:design/pumps.git",
        ],
    );
    scan(0);
    git(
        &home,
        &["remote", "add", "mirror", "https://public.example/pumps"],
    );
    scan(1);
}
