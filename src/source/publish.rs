//! Which manifest would make a file part of a published package: the simple cases
//! of npm, Cargo and Python.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use serde::Deserialize;

/// Largest manifest that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// How many folders above a file are looked at.
const HIGHEST: usize = 32;

/// The manifest that would publish the file at `path`, an absolute path; nothing
/// above `root` is looked at.
pub fn publisher(path: &Path, root: &Path) -> Option<PathBuf> {
    let above = path.ancestors().skip(1).take(HIGHEST);
    for folder in above.take_while(|folder| folder.starts_with(root)) {
        let below = path.strip_prefix(folder).ok()?;
        if below
            .iter()
            .any(|part| part == "node_modules" || part == ".git")
        {
            return None;
        }
        for (name, publishes) in MANIFESTS {
            let manifest = folder.join(name);
            let Some(text) = read(&manifest) else {
                continue;
            };
            return publishes(&text, folder, below).then_some(manifest);
        }
    }
    None
}

/// Says whether a manifest, by its text, publishes what lies below its folder at
/// a path.
type Publishes = fn(&str, &Path, &Path) -> bool;

const MANIFESTS: &[(&str, Publishes)] = &[
    ("package.json", npm),
    ("Cargo.toml", cargo),
    ("pyproject.toml", python),
    ("setup.py", python),
];

fn read(path: &Path) -> Option<String> {
    if !path.symlink_metadata().ok()?.is_file() {
        return None;
    }
    let mut text = String::new();
    let file = File::open(path).ok()?;
    file.take(LARGEST).read_to_string(&mut text).ok()?;
    Some(text)
}

/// Patterns in the form of `.gitignore`, from `folder` down.
fn patterns<'a>(folder: &Path, lines: impl IntoIterator<Item = &'a str>) -> Gitignore {
    let mut builder = GitignoreBuilder::new(folder);
    for line in lines {
        // A pattern that is none matches nothing.
        let _ = builder.add_line(None, line);
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

fn matches(patterns: &Gitignore, below: &Path) -> bool {
    patterns
        .matched_path_or_any_parents(below, false)
        .is_ignore()
}

/// <https://docs.npmjs.com/cli/configuring-npm/package-json>: `private`, `files`,
/// `.npmignore`, and what is always part of it.
fn npm(text: &str, folder: &Path, below: &Path) -> bool {
    #[derive(Deserialize)]
    struct Package {
        #[serde(default)]
        private: bool,
        files: Option<Vec<String>>,
    }
    let Ok(package) = serde_json::from_str::<Package>(text) else {
        return false;
    };
    if package.private {
        return false;
    }
    let name = below.file_name().unwrap_or_default().to_string_lossy();
    let at_root = below.components().count() == 1;
    if [".npmrc", "package-lock.json"].contains(&&*name) && at_root {
        return false;
    }
    if let Some(files) = package.files {
        // What they name is seen from the folder, as if each began with `/`.
        let rooted: Vec<String> = files
            .iter()
            .map(|file| format!("/{}", file.trim_start_matches("./").trim_start_matches('/')))
            .collect();
        let always =
            at_root && (*name == *"package.json" || name.to_lowercase().starts_with("readme"));
        return always || matches(&patterns(folder, rooted.iter().map(String::as_str)), below);
    }
    let ignored = read(&folder.join(".npmignore")).or_else(|| read(&folder.join(".gitignore")));
    !matches(
        &patterns(folder, ignored.as_deref().unwrap_or_default().lines()),
        below,
    )
}

/// <https://doc.rust-lang.org/cargo/reference/manifest.html>: `publish`, `include`,
/// `exclude`; without them what git does not ignore.
fn cargo(text: &str, folder: &Path, below: &Path) -> bool {
    #[derive(Deserialize)]
    struct Manifest {
        package: Option<Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        publish: Option<toml::Value>,
        include: Option<toml::Value>,
        exclude: Option<toml::Value>,
    }
    let Some(package) = toml::from_str::<Manifest>(text)
        .ok()
        .and_then(|m| m.package)
    else {
        return false;
    };
    let never = match &package.publish {
        Some(toml::Value::Boolean(publish)) => !publish,
        Some(toml::Value::Array(places)) => places.is_empty(),
        _ => false,
    };
    if never || below.starts_with("target") {
        return false;
    }
    let of = |value: &toml::Value| {
        let list = value.as_array().cloned().unwrap_or_default();
        let lines: Vec<String> = list
            .iter()
            .filter_map(|line| line.as_str().map(str::to_owned))
            .collect();
        patterns(folder, lines.iter().map(String::as_str))
    };
    if let Some(include) = &package.include {
        return matches(&of(include), below);
    }
    if package
        .exclude
        .as_ref()
        .is_some_and(|exclude| matches(&of(exclude), below))
    {
        return false;
    }
    let ignored = read(&folder.join(".gitignore")).unwrap_or_default();
    !matches(&patterns(folder, ignored.lines()), below)
}

/// Source distributions: modules of packages, and what `MANIFEST.in` adds and
/// takes away, its last word counting.
fn python(_: &str, folder: &Path, below: &Path) -> bool {
    let is_module = below.extension().is_some_and(|end| end == "py")
        && below.parent().is_some_and(|package| {
            !package.as_os_str().is_empty() && folder.join(package).join("__init__.py").is_file()
        });
    let manifest = read(&folder.join("MANIFEST.in")).unwrap_or_default();
    let mut published = is_module;
    for line in manifest.lines() {
        let mut words = line.split_whitespace();
        let (Some(command), words) = (words.next(), words.collect::<Vec<_>>()) else {
            continue;
        };
        let lines: Vec<String> = match command {
            "include" | "exclude" => words.iter().map(|word| format!("/{word}")).collect(),
            "global-include" | "global-exclude" => words.iter().map(ToString::to_string).collect(),
            "graft" | "prune" => words.iter().map(|word| format!("/{word}/**")).collect(),
            "recursive-include" | "recursive-exclude" => {
                let Some((place, words)) = words.split_first() else {
                    continue;
                };
                words
                    .iter()
                    .map(|word| format!("/{place}/**/{word}"))
                    .collect()
            }
            _ => continue,
        };
        if matches(&patterns(folder, lines.iter().map(String::as_str)), below) {
            published = !matches!(command, "prune") && !command.ends_with("exclude");
        }
    }
    published
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Which of `files` are published, with these manifests.
    fn published(manifests: &[(&str, &str)], files: &[&str]) -> Vec<String> {
        let root = tempfile::tempdir().unwrap();
        for (name, text) in manifests {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let is = |file: &&&str| publisher(&root.path().join(file), root.path()).is_some();
        files.iter().filter(is).map(ToString::to_string).collect()
    }

    #[test]
    fn npm_publishes_what_is_not_ignored() {
        let files = &["a.js", ".env", "dist/b.js", "node_modules/c/d.js"];
        let plain = published(&[("package.json", "{}")], files);
        assert_eq!(plain, ["a.js", ".env", "dist/b.js"]);
        let ignoring = published(&[("package.json", "{}"), (".npmignore", ".env\n")], files);
        assert_eq!(ignoring, ["a.js", "dist/b.js"]);
        let listing = published(&[("package.json", r#"{"files": ["dist"]}"#)], files);
        assert_eq!(listing, ["dist/b.js"]);
        let private = published(&[("package.json", r#"{"private": true}"#)], files);
        assert!(private.is_empty());
    }

    #[test]
    fn cargo_publishes_what_is_included() {
        let files = &["src/lib.rs", ".env", "target/x"];
        let of = |more: &str| {
            let text = format!("[package]\nname = 'x'\n{more}");
            published(&[("Cargo.toml", &text)], files)
        };
        assert_eq!(of(""), ["src/lib.rs", ".env"]);
        assert_eq!(of("include = ['src/**']\n"), ["src/lib.rs"]);
        assert_eq!(of("exclude = ['.env']\n"), ["src/lib.rs"]);
        assert!(of("publish = false\n").is_empty());
        assert!(published(&[("Cargo.toml", "[workspace]\n")], files).is_empty());
    }

    #[test]
    fn python_publishes_modules_and_what_its_manifest_says() {
        let files = &["x/a.py", "tests/b.py", "data/c.txt", "data/d.key", "e.txt"];
        let package = [("pyproject.toml", ""), ("x/__init__.py", "")];
        assert_eq!(published(&package, files), ["x/a.py"]);
        let manifest = "recursive-include data *\nglobal-exclude *.key\ninclude e.txt\n";
        let more = [&package[..], &[("MANIFEST.in", manifest)]].concat();
        assert_eq!(published(&more, files), ["x/a.py", "data/c.txt", "e.txt"]);
    }

    #[test]
    fn the_nearest_manifest_decides() {
        let manifests = [
            ("package.json", "{}"),
            ("in/package.json", r#"{"private": true}"#),
        ];
        assert_eq!(published(&manifests, &["a.js", "in/b.js"]), ["a.js"]);
    }
}
