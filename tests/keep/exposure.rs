//! Who can see a finding besides its owner.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::place::Place;
use crate::plant::Source;

fn exposures(report: &Value) -> BTreeMap<String, Value> {
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| {
            let path = finding["path"].as_str().unwrap().to_owned();
            (path, finding["exposure"].clone())
        })
        .collect()
}

#[test]
fn repository_permissions_and_package_are_told() {
    let place = Place::new();
    let repo = place.world.init("tree");
    let mut source = Source::new(1);
    let (old, new) = (source.token(), source.token());
    let text = |token: &str| format!("token = {token}\n");
    repo.git([
        "remote",
        "add",
        "origin",
        concat!("https://ada:se", "cret@example.org/a/b.git?x=y"),
    ]);
    repo.commit(".gitignore", "*.log\n");
    repo.commit("package.json", "{\"files\": [\"dist\"]}");
    repo.commit("dist/a.js", text(&old));
    repo.git(["branch", "side"]);
    repo.commit("late.txt", text(&old));
    // The value that stands in the work tree is not the committed one.
    repo.write("late.txt", text(&new));
    repo.write("x.log", text(&old)).write("y.txt", text(&old));
    let private = place.tree().join("y.txt");
    fs::set_permissions(&private, fs::Permissions::from_mode(0o600)).unwrap();

    let seen = exposures(&place.json(&["scan", "--isolated"]));
    let dist = &seen["dist/a.js"];
    assert_eq!(dist["standing"], "tracked");
    assert_eq!(
        (&dist["in_head"], &dist["published_by"]),
        (&true.into(), &"package.json".into())
    );
    assert_eq!(dist["branches"], serde_json::json!(["main", "side"]));
    assert_eq!(
        dist["remotes"],
        serde_json::json!(["https://example.org/a/b.git"])
    );
    let late = &seen["late.txt"];
    assert_eq!(
        (&late["standing"], &late["in_head"]),
        (&"tracked".into(), &false.into())
    );
    assert_eq!(late.get("branches"), None);
    assert_eq!(seen["x.log"]["standing"], "ignored");
    assert_eq!(seen["y.txt"]["standing"], "untracked");
    assert_eq!(seen["y.txt"]["mode"], "0600");
    assert_eq!(seen["y.txt"]["world_readable"], false);
    assert_eq!(seen["y.txt"].get("published_by"), None);

    let text = place.run(&["scan", "--isolated", "-q"]).out();
    assert!(
        text.contains("in HEAD, on main and 1 more, remote https://example.org"),
        "{text}"
    );
    assert!(!text.contains("se\u{63}ret@"), "{text}");
    let sarif = place
        .run(&["scan", "--isolated", "-q", "--report", "sarif"])
        .out();
    assert!(sarif.contains("\"standing\": \"ignored\""), "{sarif}");
    let away = place.json(&["scan", "--isolated", "--no-exposure"]);
    assert!(exposures(&away).values().all(Value::is_null));
}

#[test]
fn a_folder_that_nobody_can_pass_hides_what_is_in_it() {
    let place = Place::new();
    place.write("in/a.txt", format!("token = {}\n", Source::new(2).token()));
    let mode = |path: &std::path::Path, mode: u32| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let world = place.world.path("");
    mode(&world, 0o755);
    let of = |place: &Place| {
        let seen = exposures(&place.json(&["scan", "--isolated"]));
        seen["in/a.txt"]["world_readable"].clone()
    };
    // The folders above belong to whoever runs the test.
    let above = world.ancestors().skip(1).all(|folder| {
        folder
            .metadata()
            .is_ok_and(|meta| meta.permissions().mode() & 1 != 0)
    });
    assert_eq!(of(&place), above);
    mode(&place.tree().join("in"), 0o700);
    assert_eq!(of(&place), false);
}
