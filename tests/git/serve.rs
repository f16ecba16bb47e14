//! `stanch hook run`: the hooks themselves, run by git and by hand.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::plant::Source;
use crate::repo::{Repo, World, wait, wait_with};
use crate::tree::Run;

/// `stanch hook run` in the repository, as git would start it.
fn hook(repo: &Repo<'_>, args: &[&str], input: &str) -> Run {
    let command = repo
        .world
        .stanch(&repo.dir, [&["hook", "run"], args].concat());
    wait_with(command, input.as_bytes())
}

/// Makes `stanch hook run` the hook `name` of a repository.
fn serve(repo: &Repo<'_>, name: &str, options: &str) {
    let folder = repo.git_dir().join("hooks");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    let program = env!("CARGO_BIN_EXE_stanch");
    let text = format!("#!/bin/sh\nexec '{program}' hook run {options} {name} \"$@\"\n");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A repository and a bare one that it pushes to.
fn pair(world: &World) -> (Repo<'_>, Repo<'_>) {
    let (repo, server) = (world.init("repo"), world.init_with("server", &["--bare"]));
    repo.git(["remote", "add", "origin", server.dir.to_str().unwrap()]);
    repo.commit("a.txt", "x\n");
    (repo, server)
}

/// Pushes, and gives what git said when it failed.
fn push(repo: &Repo<'_>, args: &[&str]) -> Result<(), String> {
    let out = repo.try_git([&["push", "-q", "origin"], args].concat());
    if out.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&out.stderr).into_owned())
}

fn zero() -> String {
    "0".repeat(40)
}

#[test]
fn three_lines_say_what_and_where_and_how() {
    let world = World::new();
    let repo = world.init("repo");
    let token = Source::new(1).token();
    repo.stage("src/notify.py", format!("import x\nTOKEN = \"{token}\"\n"));
    let run = hook(&repo, &["pre-commit"], "").expect_code(1);
    let told = run.err();
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), 3, "{told}");
    assert_eq!(
        lines[0],
        "stanch: commit blocked: 1 secret in the staged changes"
    );
    assert!(lines[1].starts_with("  src/notify.py:2:10  "), "{told}");
    assert!(
        lines[2].contains("stanch ignore st1:") && lines[2].contains("STANCH_SKIP"),
        "{told}"
    );
    assert!(!told.contains(&token) && run.out().is_empty());
}

#[test]
fn a_clean_hook_says_nothing() {
    let world = World::new();
    let repo = world.init("repo");
    repo.stage("a.txt", "x\n");
    let run = hook(&repo, &["pre-commit"], "").expect_code(0);
    assert_eq!((run.out(), run.err()), (String::new(), String::new()));
}

#[test]
fn commit_with_options_shows_the_hook_the_index_in_the_making() {
    let world = World::new();
    let repo = world.init("repo");
    let mut source = Source::new(2);
    repo.commit("a.txt", "one\ntwo\n");
    repo.commit("b.txt", "x\n");
    serve(&repo, "pre-commit", "");
    let commits = |args: &[&str], input: &[u8]| {
        let command = repo.git_command([&["commit", "-q", "-m", "x"], args].concat());
        wait_with(command, input).code == 0
    };
    // -a: what the index does not hold yet.
    repo.write("a.txt", format!("one\n{}\n", source.token()));
    assert!(!commits(&["-a"], b""));
    // -- path: a temporary index with this file only.
    repo.stage("b.txt", "harmless\n");
    assert!(!commits(&["--", "a.txt"], b""));
    assert!(commits(&["--", "b.txt"], b""));
    // -p: some of the changes of a file.
    let lines: Vec<String> = (0..40).map(|n| format!("line {n}\n")).collect();
    repo.git(["checkout", "-q", "a.txt"]);
    repo.git(["commit", "-q", "--no-verify", "--allow-empty", "-m", "y"]);
    repo.write("p.txt", lines.concat());
    repo.git(["add", "p.txt"]);
    repo.git(["commit", "-q", "--no-verify", "-m", "z"]);
    let mut changed = lines.clone();
    changed[1] = "changed\n".into();
    changed[30] = format!("{}\n", source.token());
    repo.write("p.txt", changed.concat());
    assert!(commits(&["-p"], b"y\nn\n"), "the harmless hunk");
    assert!(!commits(&["-p"], b"y\n"), "the other");
}

#[test]
fn a_commit_message_is_examined_up_to_the_scissors() {
    let world = World::new();
    let repo = world.init("repo");
    serve(&repo, "commit-msg", "");
    let mut source = Source::new(3);
    let commit = |message: &str| repo.try_git(["commit", "-q", "--allow-empty", "-m", message]);
    assert!(commit("harmless").status.success());
    let out = commit(&format!("subject\n\nwith {}", source.token()));
    let told = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(
        !out.status.success() && told.contains("commit message"),
        "{told}"
    );
    // What git shows below the scissors does not become part of the message.
    let scissors = "# ------------------------ >8 ------------------------";
    let file = repo.dir.join(".git/COMMIT_EDITMSG");
    fs::write(
        &file,
        format!("subject\n{scissors}\n# do not touch\n+{}\n", source.token()),
    )
    .unwrap();
    hook(&repo, &["commit-msg", ".git/COMMIT_EDITMSG"], "").expect_code(0);
    fs::write(&file, format!("subject {}\n{scissors}\n", source.token())).unwrap();
    hook(&repo, &["commit-msg", ".git/COMMIT_EDITMSG"], "").expect_code(1);
    hook(&repo, &["commit-msg"], "").expect_code(1);
    hook(&repo, &["commit-msg", "gone"], "").expect_code(3);
}

#[test]
fn a_push_is_examined_where_the_other_side_lacks_it() {
    let world = World::new();
    let (repo, _server) = pair(&world);
    let mut source = Source::new(4);
    // Pushed before there was a hook: history that is out already.
    repo.commit("old.txt", source.token());
    push(&repo, &["main"]).unwrap();
    serve(&repo, "pre-push", "");
    repo.commit("b.txt", "harmless\n");
    push(&repo, &["main"]).unwrap();
    // A new branch on known history is as long as what it adds.
    repo.git(["checkout", "-q", "-b", "new"]);
    repo.commit("c.txt", "harmless\n");
    push(&repo, &["new"]).unwrap();
    // A secret that came and went is still pushed.
    repo.commit("d.txt", source.token());
    repo.git(["rm", "-q", "d.txt"]);
    repo.commit_staged("oops");
    let told = push(&repo, &["new"]).unwrap_err();
    assert!(
        told.contains("push blocked") && told.contains("d.txt:1:1"),
        "{told}"
    );
    let told = push(&repo, &["new:refs/heads/other"]).unwrap_err();
    assert!(told.contains("d.txt:1:1"), "{told}");
    // Deletions bring nothing.
    repo.git(["checkout", "-q", "main"]);
    push(&repo, &[":new"]).unwrap();
    // Tags bring their message.
    repo.git(["tag", "-a", "-m", &source.token(), "v1"]);
    assert!(push(&repo, &["v1"]).is_err());
    repo.git(["tag", "-a", "-m", "harmless", "v2"]);
    push(&repo, &["v2"]).unwrap();
}

#[test]
fn a_push_over_what_is_not_known_here_is_examined_as_new() {
    let world = World::new();
    let (repo, server) = pair(&world);
    push(&repo, &["main"]).unwrap();
    let other = world.path("other");
    repo.git([
        "clone",
        "-q",
        server.dir.to_str().unwrap(),
        other.to_str().unwrap(),
    ]);
    let other = repo.beside("other");
    other.commit("theirs.txt", "x\n");
    other.git(["push", "-q", "origin", "main"]);
    serve(&repo, "pre-push", "");
    repo.commit("mine.txt", Source::new(5).token());
    let told = push(&repo, &["-f", "main"]).unwrap_err();
    assert!(told.contains("mine.txt:1:1"), "{told}");
    repo.git(["reset", "-q", "--hard", "HEAD~1"]);
    repo.commit("mine.txt", "harmless\n");
    push(&repo, &["-f", "main"]).unwrap();
}

#[test]
fn what_one_remote_has_another_may_lack() {
    let world = World::new();
    let (repo, _private) = pair(&world);
    let public = world.init_with("public", &["--bare"]);
    repo.commit("internal.txt", Source::new(13).token());
    push(&repo, &["main"]).unwrap();
    serve(&repo, "pre-push", "");
    // By name, and by its address alone.
    let address = public.dir.to_str().unwrap();
    repo.git(["remote", "add", "public", address]);
    for remote in ["public", address] {
        let out = repo.try_git(["push", "-q", remote, "main"]);
        let told = String::from_utf8_lossy(&out.stderr);
        assert!(
            !out.status.success() && told.contains("internal.txt:1:1"),
            "{remote}: {told}"
        );
    }
    repo.commit("more.txt", "harmless\n");
    push(&repo, &["main"]).unwrap();
}

#[test]
fn a_server_that_borrows_objects_is_served() {
    let world = World::new();
    let (repo, server) = pair(&world);
    push(&repo, &["main"]).unwrap();
    // A fork, as hosts keep them: its objects are those of the first repository.
    let fork = world.path("fork");
    let (from, to) = (server.dir.to_str().unwrap(), fork.to_str().unwrap());
    server.git(["clone", "-q", "--bare", "--shared", from, to]);
    let fork = world.at("fork");
    serve(&fork, "pre-receive", "");
    repo.git(["remote", "add", "fork", to]);
    repo.commit("b.txt", "harmless\n");
    repo.git(["push", "-q", "fork", "main"]);
    repo.commit("key.txt", Source::new(14).token());
    let out = repo.try_git(["push", "-q", "fork", "main"]);
    assert!(!out.status.success());
}

#[test]
fn a_server_refuses_and_keeps_nothing() {
    let world = World::new();
    for name in ["pre-receive", "update"] {
        let (repo, server) = pair(&world);
        push(&repo, &["main"]).unwrap();
        serve(&server, name, "");
        let objects = || server.git(["count-objects", "-v"]);
        let before = objects();
        repo.commit("key.txt", Source::new(6).token());
        let told = push(&repo, &["main"]).unwrap_err();
        assert!(
            told.contains("remote: stanch:") && told.contains("key.txt:1:1"),
            "{name}: {told}"
        );
        if name == "pre-receive" {
            // By the time of `update`, git has let the objects out of quarantine.
            assert_eq!(objects(), before);
        }
        // A new branch, two at once, and a tag.
        assert!(push(&repo, &["main:refs/heads/new"]).is_err(), "{name}");
        assert!(
            push(&repo, &["main~1:refs/heads/ok", "main:refs/heads/bad"]).is_err(),
            "{name}"
        );
        repo.git(["reset", "-q", "--hard", "HEAD~1"]);
        repo.commit("b.txt", "harmless\n");
        push(&repo, &["main", "main:refs/heads/second"]).unwrap();
        push(&repo, &[":second"]).unwrap();
        repo.git(["tag", "-a", "-m", "harmless", "v1"]);
        push(&repo, &["v1"]).unwrap();
        for folder in ["repo", "server"] {
            fs::remove_dir_all(world.path(folder)).unwrap();
        }
    }
}

#[test]
fn a_first_push_is_examined_from_the_root() {
    let world = World::new();
    let (repo, server) = pair(&world);
    serve(&server, "pre-receive", "");
    repo.commit("key.txt", Source::new(7).token());
    repo.commit("key.txt", "clean\n");
    let told = push(&repo, &["main"]).unwrap_err();
    assert!(told.contains("key.txt:1:1"), "{told}");
    push(&repo, &["main~2:refs/heads/main"]).unwrap();
}

#[test]
fn other_formats_of_ids_are_pushed_too() {
    let world = World::new();
    let repo = world.init_with("repo", &["--object-format=sha256"]);
    let server = world.init_with("server", &["--bare", "--object-format=sha256"]);
    repo.git(["remote", "add", "origin", server.dir.to_str().unwrap()]);
    serve(&server, "pre-receive", "");
    repo.commit("a.txt", "x\n");
    push(&repo, &["main"]).unwrap();
    repo.commit("key.txt", Source::new(8).token());
    assert!(push(&repo, &["main"]).is_err());
    push(&repo, &["main~1:refs/heads/x"]).unwrap();
    push(&repo, &[":x"]).unwrap();
}

#[test]
fn a_push_cannot_switch_off_its_own_check() {
    let world = World::new();
    let (repo, server) = pair(&world);
    push(&repo, &["main"]).unwrap();
    serve(&server, "pre-receive", "");
    let switched_off = "[scan]\nexclude = [\"**\"]\n[rules]\ndisable = [\"*\"]\n";
    repo.stage("stanch.toml", switched_off)
        .stage("key.txt", Source::new(9).token());
    repo.commit_staged("both");
    assert!(push(&repo, &["main"]).is_err());
    // Nor in two steps on a branch of its own.
    repo.git(["reset", "-q", "--hard", "HEAD~1"]);
    repo.git(["checkout", "-q", "-b", "evil"]);
    repo.commit("stanch.toml", switched_off);
    push(&repo, &["evil"]).unwrap();
    repo.commit("key.txt", Source::new(10).token());
    assert!(push(&repo, &["evil"]).is_err());
}

#[test]
fn what_makes_no_sense_on_standard_input_blocks() {
    let world = World::new();
    let (repo, server) = pair(&world);
    for input in ["hello\n", "0123 4567 refs/heads/x\n"] {
        hook(&repo, &["pre-push", "origin", "url"], input).expect_code(2);
        hook(&server, &["pre-receive"], input).expect_code(2);
    }
    hook(&server, &["update", "refs/heads/x"], "").expect_code(2);
    let missing = format!("{} {} refs/heads/x\n", zero(), "7".repeat(40));
    let run = hook(&server, &["pre-receive"], &missing).expect_code(3);
    assert!(run.err().contains("push blocked"), "{}", run.err());
    hook(&server, &["pre-receive"], "").expect_code(0);
}

#[test]
fn time_that_is_up_blocks_unless_the_policy_says_otherwise() {
    let world = World::new();
    let (repo, server) = pair(&world);
    for number in 0..50 {
        repo.write(format!("f{number}.txt"), "x\n".repeat(number));
    }
    repo.git(["add", "."]);
    repo.commit_staged("many");
    serve(&server, "pre-receive", "--time-budget 0s");
    let told = push(&repo, &["main"]).unwrap_err();
    assert!(told.contains("push blocked: time was up"), "{told}");
    serve(&server, "pre-receive", "--time-budget 0s --on-timeout pass");
    let out = repo.try_git(["push", "origin", "main"]);
    let told = String::from_utf8_lossy(&out.stderr);
    assert!(
        out.status.success() && told.contains("let through"),
        "{told}"
    );
    let log = fs::read_to_string(server.dir.join("stanch.log")).unwrap();
    assert!(log.contains("\"event\":\"out-of-time\""), "{log}");
    serve(&server, "pre-receive", "--time-budget 1m");
    push(&repo, &["main:refs/heads/again"]).unwrap();
}

#[test]
fn the_emergency_exit_needs_a_reason_and_is_recorded() {
    let world = World::new();
    let repo = world.init("repo");
    serve(&repo, "pre-commit", "");
    let mut source = Source::new(11);
    let commit = |reason: &str| {
        let mut command = repo.git_command(["commit", "-q", "-m", "x"]);
        command.env("STANCH_SKIP", reason);
        wait(command)
    };
    let log = repo.dir.join(".git/stanch.log");
    repo.stage("a.txt", source.token());
    for reason in ["", "1", "true"] {
        assert_ne!(commit(reason).code, 0, "{reason}");
        assert!(!log.exists());
    }
    let run = commit("ticket-123").expect_code(0);
    assert!(run.err().contains("stanch.log"), "{}", run.err());
    repo.stage("b.txt", source.token());
    let secret = source.token();
    commit(&secret).expect_code(0);
    let text = fs::read_to_string(&log).unwrap();
    assert_eq!(text.lines().count(), 2);
    assert!(
        text.contains("ticket-123") && text.contains("pre-commit"),
        "{text}"
    );
    assert!(
        !text.contains(&secret) && text.contains("withheld"),
        "{text}"
    );
    // What cannot be recorded does not pass.
    fs::remove_file(&log).unwrap();
    fs::create_dir(&log).unwrap();
    repo.stage("c.txt", source.token());
    assert_ne!(commit("ticket-124").code, 0);
}

#[test]
fn a_push_option_opens_the_emergency_exit_only_where_that_is_allowed() {
    let world = World::new();
    let (repo, server) = pair(&world);
    server.git(["config", "receive.advertisePushOptions", "true"]);
    repo.commit("key.txt", Source::new(12).token());
    let options = ["-o", "stanch.skip=ticket 5", "main"];
    serve(&server, "pre-receive", "");
    assert!(push(&repo, &options).is_err());
    serve(&server, "pre-receive", "--accept-push-option");
    assert!(push(&repo, &["main"]).is_err());
    push(&repo, &options).unwrap();
    let log = fs::read_to_string(server.dir.join("stanch.log")).unwrap();
    assert!(
        log.contains("ticket 5") && log.contains("refs/heads/main"),
        "{log}"
    );
}

#[test]
fn what_cannot_be_opened_is_told_and_lets_developers_work() {
    let world = World::new();
    let repo = world.init("repo");
    repo.stage("a.zip", b"PK\x03\x04 and so on");
    let run = hook(&repo, &["pre-commit"], "").expect_code(0);
    assert!(run.err().contains("a.zip"), "{}", run.err());
    let run = hook(&repo, &["pre-commit", "--allow-incomplete=unreadable"], "").expect_code(3);
    assert!(run.err().contains("commit blocked"), "{}", run.err());
}
