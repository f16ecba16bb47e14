//! Who has the last word: organisation, project, folder, comment.

use crate::plant::{Source, TOKEN_RULE};
use crate::project::{must, project, run, scan};
use crate::repo::World;

const POLICY: &str = "[scan]\nfail-on = 'medium'\n[policy]\nlocked = ['github-*']\nfixed = ['scan.fail-on', 'suppress.*']\n";

#[test]
fn nobody_below_silences_what_the_organisation_locks() {
    let world = World::new();
    let repo = project(&world);
    let token = Source::new(31).token();
    std::fs::write(world.path("policy.toml"), POLICY).unwrap();
    let comment = format!("{}:allow {TOKEN_RULE} test value", "stanch");
    repo.write("a.py", format!("t = '{token}'  # {comment}\n"));
    repo.write(
        "stanch.toml",
        "[rules]\ndisable = ['github-*']\n[rules.severity]\n'github-*' = 'info'\n[allow]\npaths = ['*']\n[scan]\nfail-on = 'critical'\n",
    );
    repo.write(".stanch/ignore", "path:a.py reason=nothing to see\n");
    // Without the policy the project is free.
    assert_eq!(scan(&repo, &[]).code, 0);
    let bound = scan(&repo, &["--policy", "../policy.toml"]);
    assert_eq!(
        (bound.code, bound.standings()),
        (1, vec!["a.py new (locked)".to_owned()])
    );
    assert_eq!(bound.findings()[0]["severity"], "critical");
    assert_eq!(bound.findings()[0]["refused"].as_array().unwrap().len(), 2);
    assert!(
        bound.err.contains("`scan.fail-on` has no effect"),
        "{}",
        bound.err
    );
    assert_eq!(bound.report["run"]["fail_on"], "medium");
}

#[test]
fn the_organisation_is_not_bound_by_its_own_locks() {
    let world = World::new();
    let repo = project(&world);
    let token = Source::new(31).token();
    repo.write("a.py", format!("t = '{token}'\n"));
    let key = scan(&repo, &[]).key();
    std::fs::write(
        world.path("central.ignore"),
        format!("{key} reason=public sandbox\n"),
    )
    .unwrap();
    let policy = format!("{POLICY}[suppress]\nignore-files = ['central.ignore']\n");
    std::fs::write(world.path("policy.toml"), policy).unwrap();
    assert_eq!(scan(&repo, &["--policy", "../policy.toml"]).code, 0);
}

#[test]
fn a_key_that_is_ignored_in_vain_says_so() {
    let world = World::new();
    let repo = project(&world);
    std::fs::write(world.path("policy.toml"), POLICY).unwrap();
    let args = [
        "ignore",
        "st1:8c1f0a6be2d94377",
        "--rule",
        TOKEN_RULE,
        "--reason",
        "abc",
    ];
    let bound = run(
        &repo,
        &[&args[..], &["--policy", "../policy.toml"]].concat(),
    );
    assert_eq!(bound.code, 2);
    assert!(bound.err().contains("protects"), "{}", bound.err());
    must(&repo, &args);
}

#[test]
fn every_value_tells_its_layer() {
    let world = World::new();
    let repo = project(&world);
    std::fs::write(world.path("policy.toml"), POLICY).unwrap();
    repo.write("stanch.toml", "[scan]\nthreads = 2\nfail-on = 'info'\n");
    let shown = must(
        &repo,
        &["config", "show", "--origin", "--policy", "../policy.toml"],
    );
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines: Vec<String> = shown.out().lines().map(words).collect();
    for line in [
        "fail-on = \"medium\" # ../policy.toml:2",
        "threads = 2 # stanch.toml:2",
        "\"github-*\", # ../policy.toml:4",
    ] {
        assert!(lines.iter().any(|shown| shown == line), "{}", shown.out());
    }
}

#[test]
fn a_policy_that_cannot_be_read_stops_everything() {
    let world = World::new();
    let repo = project(&world);
    assert_eq!(run(&repo, &["scan", "--policy", "none.toml"]).code, 2);
    std::fs::write(
        world.path("policy.toml"),
        "[policy]\nfixed = ['scan.fial-on']\n",
    )
    .unwrap();
    let wrong = run(&repo, &["scan", "--policy", "../policy.toml"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err().contains("C017"), "{}", wrong.err());
}

#[test]
fn a_folder_has_a_say_about_what_is_below_it() {
    let world = World::new();
    let repo = project(&world);
    let mut source = Source::new(32);
    repo.write("stanch.toml", "");
    for name in ["a.py", "docs/a.py", "docs/deep/a.py", "src/a.py"] {
        repo.write(name, format!("t = '{}'\n", source.token()));
    }
    repo.write("docs/stanch.toml", "[rules]\ndisable = ['github-*']\n");
    repo.write("src/stanch.toml", "[rules.severity]\n'github-*' = 'low'\n");
    let all = scan(&repo, &[]);
    assert_eq!(
        all.standings(),
        [
            "a.py new",
            "docs/a.py allowed",
            "docs/deep/a.py allowed",
            "src/a.py new"
        ]
    );
    let of = |path: &str| {
        let found = all
            .findings()
            .iter()
            .find(|finding| finding["path"] == path);
        found.unwrap().clone()
    };
    assert_eq!(
        of("docs/a.py")["suppression"]["place"],
        "docs/stanch.toml:2"
    );
    assert_eq!(of("src/a.py")["severity"], "low");
    // The same from within, where the project's own file still counts.
    let within = crate::project::run_in(&repo, &repo.dir.join("docs"), &["scan"]);
    assert_eq!(within.code, 0, "{}", within.out());
    // What the project locks, a folder cannot turn off.
    repo.write("stanch.toml", "[policy]\nlocked = ['github-*']\n");
    assert_eq!(
        scan(&repo, &["docs"]).standings()[0],
        "docs/a.py new (locked)"
    );
    // Nor can it say what is not its own business.
    repo.write("stanch.toml", "");
    repo.write("docs/stanch.toml", "[scan]\nthreads = 3\n");
    let wrong = scan(&repo, &["docs"]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.err.contains("C007"), "{}", wrong.err);
}

#[test]
fn a_folders_settings_that_come_with_a_change_have_no_say() {
    let world = World::new();
    let repo = project(&world);
    let token = Source::new(33).token();
    repo.commit("readme", "one\n");
    repo.stage("docs/stanch.toml", "[rules]\ndisable = ['*']\n");
    repo.stage("docs/a.py", format!("t = '{token}'\n"));
    repo.commit_staged("both");
    assert_eq!(scan(&repo, &["--range", "HEAD~1..HEAD"]).code, 1);
    repo.commit("docs/b.py", format!("t = '{token}'\n"));
    assert_eq!(scan(&repo, &["--range", "HEAD~1..HEAD"]).code, 0);
    // Nor has a tree that is not trusted.
    assert_eq!(scan(&repo, &["--untrusted"]).code, 1);
}
