//! `--stdin-path`: standard input in a file's place.

use crate::plant::Source;
use crate::repo::{World, wait_with};

#[test]
fn what_is_not_saved_is_judged_as_the_file_would_be() {
    let world = World::new();
    let repo = world.init("r");
    let text = format!("db_password = \"{}\"\n", Source::new(4).password());
    repo.write("src/a.py", &text);
    let scan = |path: &str| {
        let args = ["scan", "-", "--stdin-path", path, "--report", "json"];
        let report = wait_with(world.stanch(&repo.dir, args), text.as_bytes()).report();
        (report.code, report.findings())
    };
    let found = scan("src/a.py");
    assert_eq!(found.0, 1);
    assert_eq!(found.1[0].1, "src/a.py:1:16");
    let saved = repo.json(&["src/a.py"]);
    assert_eq!(saved.findings(), found.1, "as if it had been saved");
    let absolute = repo.dir.join("src/b.py");
    assert_eq!(scan(absolute.to_str().unwrap()).0, 1);
    repo.write("gen/stanch.toml", "[rules]\ndisable = ['generic-*']\n");
    assert_eq!(scan("gen/a.py").0, 0, "the folder's settings count");
    repo.write("stanch.toml", "[scan]\nexclude = ['/out']\n");
    assert_eq!(scan("out/a.py"), (0, vec![]));
    assert_eq!(scan(repo.dir.join("out/a.py").to_str().unwrap()).0, 0);
}

#[test]
fn it_is_about_standard_input_alone() {
    let world = World::new();
    let repo = world.init("r");
    for args in [
        &["scan", "src", "--stdin-path", "a"][..],
        &["scan", "--staged", "--stdin-path", "a"],
        &["scan", "-", "--stdin-path", "a", "--stdin-name", "b"],
    ] {
        wait_with(world.stanch(&repo.dir, args), b"").expect_code(2);
    }
}
