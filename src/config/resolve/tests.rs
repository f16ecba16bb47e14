//! What several layers of settings come to.

use super::*;

/// A directory with a project file and a user file, and what resolves from it.
fn resolved(project: &str, user: &str, flags: &Flags) -> Result<Resolved, Diagnostics> {
    let root = tempfile::tempdir().unwrap();
    let home = root.path().join("home");
    let work = root.path().join("work");
    fs::create_dir_all(home.join("stanch")).unwrap();
    fs::create_dir_all(work.join(".git")).unwrap();
    fs::write(home.join("stanch/config.toml"), user).unwrap();
    fs::write(work.join("stanch.toml"), project).unwrap();
    fs::write(work.join("other.toml"), "[scan]\nthreads = 7\n").unwrap();
    let environment = Environment {
        config_home: Some(home),
        ..Environment::default()
    };
    resolve(&work, &environment, flags)
}

fn codes(result: Result<Resolved, Diagnostics>) -> Vec<&'static str> {
    result.unwrap_err().0.iter().map(|d| d.code).collect()
}

#[test]
fn each_layer_goes_over_the_one_before() {
    let threads = |project: &str, user: &str, flags: &Flags| {
        let threads = resolved(project, user, flags).unwrap().settings.threads;
        (threads.value, threads.origin.layer)
    };
    let (two, three) = ("[scan]\nthreads = 2\n", "[scan]\nthreads = 3\n");
    let flags = Flags {
        threads: Some(4),
        ..Flags::default()
    };
    assert_eq!(threads("", "", &Flags::default()), (0, Layer::Default));
    assert_eq!(threads("", two, &Flags::default()), (2, Layer::User));
    assert_eq!(threads(three, two, &Flags::default()), (3, Layer::Project));
    assert_eq!(threads(three, two, &flags), (4, Layer::Flag));
}

#[test]
fn the_environment_goes_over_files_and_under_flags() {
    let root = tempfile::tempdir().unwrap();
    let environment = Environment {
        threads: Some("5".into()),
        ..Environment::default()
    };
    let isolated = Flags {
        files: Files::Isolated,
        ..Flags::default()
    };
    let threads = |flags: &Flags| {
        resolve(root.path(), &environment, flags)
            .unwrap()
            .settings
            .threads
            .value
    };
    assert_eq!(threads(&isolated), 5);
    assert_eq!(
        threads(&Flags {
            threads: Some(6),
            ..isolated.clone()
        }),
        6
    );
    let wrong = Environment {
        threads: Some("many".into()),
        ..Environment::default()
    };
    assert_eq!(codes(resolve(root.path(), &wrong, &isolated)), ["C011"]);
}

#[test]
fn a_named_file_replaces_the_projects() {
    let flags = Flags {
        config: Some("other.toml".into()),
        ..Flags::default()
    };
    let project = "[scan]\nexclude = ['x']\n";
    let settings = resolved(project, "", &flags).unwrap().settings;
    assert_eq!((settings.threads.value, settings.exclude.len()), (7, 0));
    let missing = Flags {
        config: Some("none.toml".into()),
        ..Flags::default()
    };
    assert_eq!(codes(resolved("", "", &missing)), ["C002"]);
}

#[test]
fn a_given_file_replaces_the_projects_and_its_absence_does_too() {
    let project = "[scan]\nthreads = 2\n";
    let threads = |text: Option<&str>| {
        let flags = Flags {
            given: Some(Given {
                name: "stanch.toml@main".into(),
                text: text.map(str::to_owned),
            }),
            ..Flags::default()
        };
        resolved(project, "", &flags)
            .unwrap()
            .settings
            .threads
            .value
    };
    assert_eq!(threads(Some("[scan]\nthreads = 9\n")), 9);
    assert_eq!(threads(None), 0);
}

#[test]
fn isolated_reads_only_what_is_named() {
    let isolated = Flags {
        files: Files::Isolated,
        ..Flags::default()
    };
    let done = resolved("[scan]\nthreads = 2\n", "[scan]\nthreads = 3\n", &isolated).unwrap();
    assert_eq!(
        (done.settings, done.files),
        (Settings::default(), Vec::new())
    );
}

#[test]
fn what_the_organisation_fixes_stays() {
    let root = tempfile::tempdir().unwrap();
    let policy = root.path().join("policy.toml");
    fs::write(&policy, "[scan]\nfail-on = 'medium'\nexclude = ['v/**']\n[policy]\nfixed = ['scan.fail-on', 'scan.exclude']\n").unwrap();
    let flags = Flags {
        policy: Some(policy),
        exclude: vec!["b".into()],
        ..Flags::default()
    };
    let project = "[scan]\nfail-on = 'critical'\nthreads = 3\nexclude = ['a', 'c']\n";
    let done = resolved(project, "", &flags).unwrap();
    assert_eq!(done.settings.fail_on.value, Severity::Medium);
    assert_eq!(done.settings.fail_on.origin.layer, Layer::Organisation);
    assert_eq!(done.settings.exclude.len(), 1);
    assert_eq!(done.settings.threads.value, 3);
    let told: Vec<_> = done.warnings.0.iter().map(|d| d.code).collect();
    assert_eq!(told, ["C030"; 4]);
}

#[test]
fn lists_add_up_and_remember_who_said_what() {
    let flags = Flags {
        exclude: vec!["b".into()],
        ..Flags::default()
    };
    let settings = resolved("[scan]\nexclude = ['a']\n", "", &flags)
        .unwrap()
        .settings;
    let told: Vec<_> = settings
        .exclude
        .iter()
        .map(|set| format!("{} {}", set.value, set.origin))
        .collect();
    assert_eq!(told, ["a stanch.toml:2", "b --exclude"]);
}

#[test]
fn rule_files_are_relative_to_the_file_that_names_them() {
    let done = resolved("[rules]\nfiles = ['my.toml']\n", "", &Flags::default()).unwrap();
    assert!(done.settings.rule_files[0].value.ends_with("work/my.toml"));
}

#[test]
fn policy_does_not_belong_into_the_users_file() {
    let user = "[scan]\nthreads = 2\nexclude = ['x']\n[rules]\ndisable = ['*']\n";
    assert_eq!(
        codes(resolved("", user, &Flags::default())),
        ["C003", "C003"]
    );
}

#[test]
fn a_command_is_run_only_if_somebody_of_ours_wrote_it() {
    let text = "[register]\nindex = 'a.vault'\nkey-command = 'show key'\n";
    assert_eq!(codes(resolved(text, "", &Flags::default())), ["C016"]);
    for elsewhere in ["[cache]\ndir = 'x'\n", "[ledger]\npath = 'x'\n"] {
        assert_eq!(codes(resolved(elsewhere, "", &Flags::default())), ["C016"]);
        let done = resolved("", elsewhere, &Flags::default()).unwrap();
        let shown = done.settings.show(crate::config::show::Origins::Shown);
        assert!(shown.contains("/x\""), "{shown}");
    }
    let user = "[register]\nkey-command = 'show key'\n";
    let done = resolved("[register]\nindex = 'a.vault'\n", user, &Flags::default()).unwrap();
    let (index, command) = (
        done.settings.register_index,
        done.settings.register_key_command,
    );
    assert!(index.unwrap().value.ends_with("work/a.vault"));
    assert_eq!(command.unwrap().value, "show key");
    assert_eq!(
        codes(resolved("", "[register]\nindex = 'a'\n", &Flags::default())),
        ["C003"]
    );
    let named = Flags {
        config: Some("stanch.toml".into()),
        ..Flags::default()
    };
    assert!(resolved(text, "", &named).is_ok());
}

#[test]
fn mistakes_of_all_layers_are_told_together() {
    let flags = Flags {
        exclude: vec!["[".into()],
        ..Flags::default()
    };
    let project = "[scan]\nexclude = ['a[']\nallow-incomplete = ['symlnk']\n";
    let found = codes(resolved(project, "[rules]\ndisable = []\n", &flags));
    assert_eq!(found, ["C003", "C010", "C010", "C012"]);
}

#[test]
fn allowed_values_are_joined() {
    let project = "[allow]\nvalues = ['acme_{+}0000']\n";
    let settings = resolved(project, "", &Flags::default()).unwrap().settings;
    assert_eq!(settings.allow_values[0].value.expose(), b"acme_0000");
}
