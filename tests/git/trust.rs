//! What a repository may not do to whoever scans it.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use crate::plant::Source;
use crate::repo::{Repo, World, wait};
use crate::steady::MODES;

/// Settings that make git run a program.
const PROGRAMS: &[(&str, &str)] = &[
    ("core", "fsmonitor"),
    ("core", "sshCommand"),
    ("core", "pager"),
    ("core", "editor"),
    ("core", "gitProxy"),
    ("core", "askPass"),
    ("core", "alternateRefsCommand"),
    ("diff", "external"),
    ("diff \"evil\"", "textconv"),
    ("diff \"evil\"", "command"),
    ("filter \"evil\"", "clean"),
    ("filter \"evil\"", "smudge"),
    ("filter \"evil\"", "process"),
    ("merge \"evil\"", "driver"),
    ("gpg", "program"),
    ("gpg \"ssh\"", "defaultKeyCommand"),
    ("credential", "helper"),
    ("uploadpack", "packObjectsHook"),
    ("trailer \"x\"", "command"),
    ("log", "showSignature"),
    ("sequence", "editor"),
];

/// A repository whose configuration names a program wherever one can be named,
/// each of which would leave a file behind.
fn hostile(world: &World) -> Repo<'_> {
    let repo = world.init("repo");
    repo.commit("a.txt", "x\n");
    repo.commit(".gitattributes", "*.txt diff=evil filter=evil merge=evil\n");
    repo.commit("b.txt", "x\n");
    repo.stage("c.txt", "staged\n");
    let (evil, mark) = (world.path("evil.sh"), world.path("executed"));
    fs::write(&evil, format!("#!/bin/sh\ntouch '{}'\n", mark.display())).unwrap();
    fs::set_permissions(&evil, fs::Permissions::from_mode(0o755)).unwrap();
    let outside = world.path("outside.config");
    fs::write(&outside, "[user]\n\tname = outside\n").unwrap();
    let hooks = repo.dir.join(".git/hooks");
    for hook in [
        "pre-commit",
        "post-index-change",
        "reference-transaction",
        "fsmonitor-watchman",
    ] {
        fs::copy(&evil, hooks.join(hook)).unwrap();
    }
    let (evil, outside) = (evil.display().to_string(), outside.display().to_string());
    let mut config = fs::read_to_string(repo.dir.join(".git/config")).unwrap();
    config.push_str(&hostile_settings(&evil, &outside));
    fs::write(repo.dir.join(".git/config"), config).unwrap();
    repo
}

/// Settings that name the program `evil` and the file `outside`.
fn hostile_settings(evil: &str, outside: &str) -> String {
    let programs = PROGRAMS.iter();
    let programs: Vec<String> = programs
        .map(|(section, key)| format!("[{section}]\n\t{key} = {evil}\n"))
        .collect();
    let files = format!(
        "[core]\n\thooksPath = ../..\n\tuntrackedCache = true\n\tsplitIndex = true\n\
         \tattributesFile = {outside}\n\texcludesFile = {outside}\n\
         [include]\n\tpath = {outside}\n[includeIf \"gitdir:/\"]\n\tpath = {outside}\n"
    );
    let remotes = "[remote \"origin\"]\n\turl = ext::sh -c touch% executed\n\tpromisor = true\n\
         [extensions]\n\tpartialClone = origin\n[protocol]\n\tallow = always\n";
    programs.concat() + &files + remotes
}

#[test]
fn nothing_that_the_configuration_names_is_run() {
    let world = World::new();
    let repo = hostile(&world);
    for mode in MODES {
        let run = repo.scan(mode);
        assert!(
            matches!(run.code, 0 | 3),
            "{mode:?}\n{}\n{}",
            run.out(),
            run.err()
        );
        assert!(!world.path("executed").exists(), "{mode:?}");
    }
    wait(world.stanch(&repo.dir, ["hook", "run", "pre-commit"])).expect_code(0);
    assert!(!world.path("executed").exists());
    // The trap is set: git itself walks into it.
    repo.try_git(["status"]);
    assert!(world.path("executed").exists());
}

/// What `strace` saw: one line for each call.
fn traced(repo: &Repo<'_>, args: &[&str]) -> String {
    let log = repo.world.path("trace");
    let mut command = repo.world.command("strace", &repo.dir);
    command.args([
        "-f",
        "-qq",
        "-s",
        "4096",
        "-e",
        "trace=%process,%network,%file",
        "-o",
    ]);
    command
        .arg(&log)
        .arg(env!("CARGO_BIN_EXE_stanch"))
        .args(args);
    let run = wait(command);
    assert!(
        matches!(run.code, 0 | 1 | 3),
        "{args:?}\n{}\n{}",
        run.out(),
        run.err()
    );
    fs::read_to_string(log).unwrap()
}

fn has_strace() -> bool {
    let works = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .output();
    let works = works.is_ok_and(|out| out.status.success());
    if !works {
        skipped("no strace here, or it may not trace");
    }
    works
}

/// Says what is not tested on this machine.
fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

/// The first quoted argument of a call.
fn path_of(line: &str) -> Option<&str> {
    line.split('"').nth(1)
}

/// The system's own: libraries, processors, memory, time, random numbers.
const SYSTEM: &[&str] = &[
    "/lib",
    "/usr/lib",
    "/etc/ld.so",
    "/proc/self",
    "/proc/sys",
    "/proc/stat",
    "/proc/cpuinfo",
    "/sys/fs/cgroup",
    "/sys/devices/system/cpu",
    "/dev/null",
    "/dev/urandom",
    "/etc/localtime",
    "/usr/share/zoneinfo",
];

/// True for paths in `root`, of stanch's own configuration, and of the system.
fn may_open(path: &str, root: &str) -> bool {
    if !path.starts_with('/') {
        return !path.split('/').any(|part| part == "..");
    }
    let own = path.contains("/stanch/") || path.ends_with("stanch.toml");
    path.starts_with(root) || own || SYSTEM.iter().any(|known| path.starts_with(known))
}

#[test]
fn every_mode_runs_nothing_connects_to_nothing_and_opens_nothing_else() {
    if !has_strace() {
        return;
    }
    let world = World::new();
    let repo = hostile(&world);
    let root = repo.dir.to_str().unwrap().to_owned();
    let scans = MODES
        .iter()
        .map(|mode| [&["scan", "--report", "json"], *mode].concat());
    let hooks = [
        vec!["hook", "run", "pre-commit"],
        vec!["hook", "run", "commit-msg"],
    ];
    for mode in scans.chain(hooks) {
        let trace = traced(&repo, &mode);
        let mut own = 0;
        for line in trace.lines() {
            let call = line.split_whitespace().nth(1).unwrap_or_default();
            if call.starts_with("execve") {
                own += 1;
            }
            assert!(!call.starts_with("connect("), "{mode:?}: {line}");
            assert!(
                !call.starts_with("vfork") && !call.starts_with("fork"),
                "{mode:?}: {line}"
            );
            let opens = call.starts_with("open") || call.starts_with("creat");
            let Some(path) = path_of(line).filter(|_| opens && !line.contains("ENOENT")) else {
                continue;
            };
            assert!(may_open(path, &root), "{mode:?}: {line}");
        }
        assert_eq!(own, 1, "{mode:?}: only stanch itself is started");
    }
}

#[test]
fn alternates_outside_are_told_and_followed_on_request() {
    let world = World::new();
    let other = world.init("other");
    other.commit("a.txt", format!("{}\n", Source::new(1).token()));
    let (from, to) = (other.dir.to_str().unwrap().to_owned(), world.path("repo"));
    other.git(["clone", "-q", "--shared", &from, to.to_str().unwrap()]);
    let repo = world.at("repo");
    let refused = repo.json(&["--history"]);
    assert_eq!(refused.code, 3, "{:?}", refused.value);
    assert!(
        refused.skips().iter().any(|(_, code)| code == "external"),
        "{:?}",
        refused.skips()
    );
    let followed = repo.json(&["--history", "--follow-external"]);
    assert_eq!(
        (followed.code, followed.findings().len()),
        (1, 1),
        "{:?}",
        followed.value
    );
}

#[test]
fn one_absurd_alternate_hides_nothing() {
    let world = World::new();
    for line in [
        "/dev/zero",
        "/dev/tty",
        "/proc/self/mem",
        "../../../../../../etc",
        "/nonexistent",
        "\"\\377",
        "\n\n# x\n",
        ".",
        "../objects",
        "\0",
        "relative/that/is/not/there",
        "/proc/self/fd/0",
    ] {
        let repo = world.init("repo");
        repo.commit("a.txt", format!("{}\n", Source::new(2).token()));
        let info = repo.dir.join(".git/objects/info");
        fs::create_dir_all(&info).unwrap();
        fs::write(info.join("alternates"), format!("{line}\n")).unwrap();
        for option in [&[][..], &["--follow-external"]] {
            let report = repo.json(&[&["--history"], option].concat());
            assert_eq!(
                (report.code, report.findings().len()),
                (1, 1),
                "{line:?}: {:?}",
                report.value
            );
        }
        fs::remove_dir_all(&repo.dir).unwrap();
    }
}

#[test]
fn a_git_file_that_points_elsewhere_is_refused_unless_asked_for() {
    let world = World::new();
    let other = world.init("other");
    other.commit("a.txt", format!("{}\n", Source::new(3).token()));
    let folder = world.path("repo");
    fs::create_dir(&folder).unwrap();
    fs::write(
        folder.join(".git"),
        format!("gitdir: {}/.git\n", other.dir.display()),
    )
    .unwrap();
    let repo = world.at("repo");
    let refused = repo.scan(&["--history"]);
    assert_eq!(refused.code, 2, "{}{}", refused.out(), refused.err());
    assert!(
        refused.err().contains("--follow-external"),
        "{}",
        refused.err()
    );
    let followed = repo.json(&["--history", "--follow-external"]);
    assert_eq!(followed.findings().len(), 1, "{:?}", followed.value);
}

#[test]
fn links_among_the_objects_lead_nowhere() {
    let world = World::new();
    let other = world.init("other");
    other.commit("a.txt", format!("{}\n", Source::new(4).token()));
    let repo = world.init("repo");
    repo.commit("b.txt", "x\n");
    let id = other.id("HEAD:a.txt");
    let folder = repo.dir.join(".git/objects").join(&id[..2]);
    symlink(other.dir.join(".git/objects").join(&id[..2]), folder).unwrap();
    let report = repo.json(&["--history"]);
    assert_eq!(report.findings().len(), 0, "{:?}", report.value);
}

#[test]
fn a_repository_cannot_name_rule_files_outside_of_it_but_the_user_can() {
    let world = World::new();
    let repo = world.init("repo");
    let outside = world.init("elsewhere").dir.join("rules.toml");
    fs::write(&outside, "").unwrap();
    let path = outside.to_str().unwrap();
    repo.commit("stanch.toml", format!("[rules]\nfiles = [{path:?}]\n"));
    repo.git(["tag", "base"]);
    repo.commit("a.txt", "x\n");
    let named = ["scan", "--range", "base..HEAD"];
    let told = wait(repo.world.stanch(&repo.dir, named));
    assert!(
        told.err().contains("may not name files outside"),
        "{}",
        told.err()
    );
    repo.commit("stanch.toml", "");
    repo.git(["tag", "-f", "base"]);
    let asked = ["scan", "--range", "base..HEAD", "--rules", path];
    let told = wait(repo.world.stanch(&repo.dir, asked));
    assert!(!told.err().contains("may not name files"), "{}", told.err());
}

#[test]
fn a_change_cannot_switch_off_its_own_check() {
    let world = World::new();
    let repo = world.init("repo");
    repo.commit("a.txt", "x\n");
    repo.git(["tag", "base"]);
    let switched_off =
        "[scan]\nexclude = [\"**\"]\n[rules]\ndisable = [\"*\"]\n[allow]\npaths = [\"**\"]\n";
    repo.stage("stanch.toml", switched_off)
        .stage("key.txt", Source::new(5).token());
    repo.commit_staged("both");
    let run = |args: &[&str]| {
        wait(
            repo.world
                .stanch(&repo.dir, [&["scan", "--report", "json"], args].concat()),
        )
    };
    for args in [&["--range", "base..HEAD"][..], &["--since", "base"]] {
        let report = run(args).report();
        assert_eq!(report.code, 1, "{args:?}: {:?}", report.value);
    }
    // Somebody who says so may use the policy of the change.
    let own = run(&["--range", "base..HEAD", "--policy-from", "HEAD"]);
    assert_ne!(own.code, 1, "{}{}", own.out(), own.err());
    // Once it is in the base, it counts.
    repo.git(["tag", "-f", "base"]);
    repo.commit("key2.txt", Source::new(6).token());
    let later = run(&["--range", "base..HEAD"]);
    assert_ne!(later.code, 1, "{}{}", later.out(), later.err());
}

#[test]
fn what_a_change_tried_to_suppress_is_shown() {
    let world = World::new();
    let repo = world.init("repo");
    repo.commit("a.txt", "x\n");
    repo.stage("stanch.toml", "[allow]\npaths = [\"key.txt\"]\n")
        .stage("key.txt", Source::new(7).token());
    repo.commit_staged("both");
    let args = ["scan", "--range", "HEAD~1..HEAD"];
    let run = wait(repo.world.stanch(&repo.dir, args)).expect_code(1);
    let told = run.out() + &run.err();
    assert!(told.contains("stanch.toml"), "{told}");
}

#[test]
fn a_repository_of_somebody_else_is_refused_with_words() {
    let world = World::new();
    let repo = world.init("repo");
    repo.commit("a.txt", format!("{}\n", Source::new(8).token()));
    let chown = |owner: &str, path: &Path| {
        let out = Command::new("chown").args(["-R", owner]).arg(path).output();
        out.is_ok_and(|out| out.status.success())
    };
    if !chown("65534", &repo.dir) {
        skipped("only the superuser gives files away");
        return;
    }
    let refused = repo.scan(&["--history"]);
    let allowed = repo.scan(&["--history", "--any-owner"]);
    assert!(chown("0", &repo.dir));
    assert_eq!(refused.code, 2, "{}{}", refused.out(), refused.err());
    assert!(
        refused.err().contains("safe.directory"),
        "{}",
        refused.err()
    );
    assert_eq!(allowed.code, 1, "{}{}", allowed.out(), allowed.err());
}
