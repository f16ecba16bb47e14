//! What `packaging/` and its relatives repeat from `Cargo.toml` agrees with it.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

const VERSION: &str = env!("CARGO_PKG_VERSION");

#[test]
fn every_package_has_the_version_of_the_crate() {
    let npm: serde_json::Value =
        serde_json::from_str(&read("packaging/npm/stanch/package.json")).unwrap();
    assert_eq!(npm["version"], VERSION);
    for (name, version) in npm["optionalDependencies"].as_object().unwrap() {
        assert_eq!(version, VERSION, "{name}");
    }
    let mirror: toml::Table = read("packaging/pre-commit/pyproject.toml").parse().unwrap();
    let project = mirror["project"].as_table().unwrap();
    assert_eq!(project["version"].as_str(), Some(VERSION));
    let wanted = format!("stanch=={VERSION}");
    assert_eq!(project["dependencies"][0].as_str(), Some(wanted.as_str()));
    let gitlab = read("packaging/gitlab/stanch.gitlab-ci.yml");
    assert!(gitlab.contains(&format!("STANCH_VERSION: {VERSION}\n")));
    let wheel: toml::Table = read("pyproject.toml").parse().unwrap();
    assert!(
        wheel["project"].get("version").is_none(),
        "the wheel takes it from Cargo.toml"
    );
}

#[test]
fn packages_describe_themselves_alike() {
    let description = env!("CARGO_PKG_DESCRIPTION");
    for file in ["pyproject.toml", "packaging/npm/stanch/package.json"] {
        assert!(read(file).contains(description), "{file}");
    }
}

#[test]
fn what_the_debian_package_takes_is_there() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let deb = &manifest["package"]["metadata"]["deb"];
    for asset in deb["assets"].as_array().unwrap() {
        let source = asset[0].as_str().unwrap();
        // What is built is not there yet.
        if !source.starts_with("target/") {
            let folder = source.split('*').next().unwrap();
            assert!(home().join(folder).exists(), "{source}");
        }
    }
    assert!(
        home()
            .join(deb["license-file"][0].as_str().unwrap())
            .exists()
    );
}

#[test]
fn scripts_that_people_start_can_be_started() {
    use std::os::unix::fs::PermissionsExt;
    let mut found = 0;
    for file in files(&home().join("packaging")) {
        let begins = fs::read(&file).unwrap();
        if begins.starts_with(b"#!") {
            let mode = fs::metadata(&file).unwrap().permissions().mode();
            assert!(mode & 0o111 != 0, "{}", file.display());
            found += 1;
        }
    }
    assert!(found > 5, "the scripts are elsewhere");
}

/// No file of ours fetches from a registry by its address: their own clients know it, and
/// mirrors take its place.
#[test]
fn no_registry_is_named_by_its_host() {
    let hosts = ["pypi.", "registry.npmjs.", "crates.", "ghcr.", "docker."];
    for file in files(&home().join("packaging"))
        .into_iter()
        .chain([home().join("action.yml")])
    {
        let text = fs::read_to_string(&file).unwrap();
        for host in hosts {
            let named = ["org", "io", "com"].map(|end| format!("{host}{end}"));
            assert!(
                !named.iter().any(|name| text.contains(name)),
                "{}",
                file.display()
            );
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

fn home() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(home().join(name)).unwrap()
}
