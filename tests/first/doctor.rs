//! `stanch doctor`: one line for each check, a remedy for each that is not well.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::repo::{Repo, World, wait};

/// Standing, what is told, and remedy of the checks called `name`; and the exit code.
struct Told(Vec<Value>, i32);

impl Told {
    fn of(&self, name: &str) -> Vec<(&str, &str)> {
        let checks = self.0.iter().filter(|check| check["name"] == name);
        checks
            .map(|check| {
                let text = |field: &str| check[field].as_str().unwrap_or_default();
                (text("standing"), text("told"))
            })
            .collect()
    }
}

fn doctor(repo: &Repo<'_>, environment: &[(&str, &str)], args: &[&str]) -> Told {
    let mut command = repo.world.stanch(&repo.dir, ["doctor", "--format", "json"]);
    command.args(args).envs(environment.iter().copied());
    let run = wait(command);
    let document: Value = serde_json::from_str(&run.out()).unwrap();
    let checks = document["checks"].as_array().unwrap().clone();
    for check in &checks {
        let well = check["standing"] == "ok";
        assert_eq!(well, check.get("remedy").is_none(), "{check}");
    }
    let failed = document["fail"].as_u64().unwrap() > 0;
    assert_eq!(run.code, if failed { 2 } else { 0 }, "{document}");
    Told(checks, run.code)
}

#[test]
fn a_fresh_repository_lacks_its_hook_only() {
    let world = World::new();
    let repo = world.init("r");
    let told = doctor(&repo, &[], &[]);
    assert_eq!(told.of("pre-commit")[0].0, "warn");
    let not_well = told.0.iter().filter(|check| check["standing"] != "ok");
    assert_eq!(not_well.count(), 1);
    wait(world.stanch(&repo.dir, ["hook", "install"])).expect_code(0);
    assert_eq!(doctor(&repo, &[], &[]).of("pre-commit")[0].0, "ok");
    let hook = repo.git_dir().join("hooks/pre-commit");
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o644)).unwrap();
    let told = doctor(&repo, &[], &[]);
    assert_eq!((told.of("pre-commit")[0].0, told.1), ("fail", 2));
}

#[test]
fn hooks_that_git_does_not_run_are_told() {
    let world = World::new();
    let repo = world.init("r");
    repo.git(["config", "core.hooksPath", ""]);
    assert_eq!(doctor(&repo, &[], &[]).of("hooks folder")[0].0, "warn");
    repo.git(["config", "core.hooksPath", "my-hooks"]);
    let told = doctor(&repo, &[], &[]);
    assert_eq!(told.of("hooks folder")[0].0, "ok");
    repo.write("my-hooks/pre-commit", "#!/bin/sh\n");
    assert!(
        doctor(&repo, &[], &[]).of("pre-commit")[0]
            .1
            .contains("another hook")
    );
}

#[test]
fn a_configuration_that_cannot_be_used_fails_and_the_rest_is_looked_at() {
    let world = World::new();
    let repo = world.init("r");
    repo.write("stanch.toml", "[scan]\ntreads = 2\n");
    let told = doctor(&repo, &[], &[]);
    assert_eq!((told.of("files")[0].0, told.1), ("fail", 2));
    assert_eq!(told.of("threads")[0].0, "ok");
    repo.write("stanch.toml", "[rules]\ndisable = ['*']\n");
    assert_eq!(doctor(&repo, &[], &[]).of("rules")[0].0, "fail");
    repo.write("stanch.toml", "[rules]\nfiles = ['own.toml']\n");
    repo.write("own.toml", "provider = 'x'\n");
    assert_eq!(doctor(&repo, &[], &[]).of("rules")[0].0, "fail");
}

#[test]
fn keys_are_judged_and_never_shown() {
    let world = World::new();
    let repo = world.init("r");
    let key = "k".repeat(9) + "-not-to-be-shown";
    repo.write("key", &key);
    repo.write(
        "stanch.toml",
        "[register]\nindex = 'x.idx'\nkey-file = 'key'\n",
    );
    repo.write("x.idx", "no index");
    let run = wait(world.stanch(&repo.dir, ["doctor"])).expect_code(2);
    assert!(!run.out().contains("not-to-be-shown"));
    let told = doctor(&repo, &[("STANCH_KEY", "short")], &[]);
    assert_eq!(told.of("finding key")[0].0, "fail");
    assert_eq!(told.of("register key")[0].0, "fail", "others can read it");
    assert_eq!(told.of("register index")[0].0, "fail");
    let path = repo.dir.join("key");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let told = doctor(&repo, &[("STANCH_KEY", &key)], &[]);
    assert_eq!(
        told.of("finding key"),
        [("ok", "from `STANCH_KEY`, 25 bytes")]
    );
    assert_eq!(told.of("register key")[0].0, "ok");
}

#[test]
fn a_baseline_of_another_key_is_told() {
    let world = World::new();
    let repo = world.init("r");
    repo.write(
        "a.py",
        format!(
            "db_password = \"{}\"\n",
            crate::plant::Source::new(3).password()
        ),
    );
    wait(world.stanch(&repo.dir, ["baseline", "create"])).expect_code(0);
    assert_eq!(doctor(&repo, &[], &[]).of("baseline")[0].0, "ok");
    let key = "another-key-of-the-project";
    assert_eq!(
        doctor(&repo, &[("STANCH_KEY", key)], &[]).of("baseline")[0].0,
        "warn"
    );
}
