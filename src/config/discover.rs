//! Where the project's configuration file is.
//!
//! The nearest `stanch.toml` or `.stanch.toml` counts, from the current
//! directory upwards. The search ends at the repository's root, below the home
//! directory, or at the root of the file system.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

/// File names, the first one found in a directory counts.
pub const NAMES: &[&str] = &["stanch.toml", ".stanch.toml"];

/// What the search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// No file.
    Nothing,
    /// A file to use.
    Project(PathBuf),
    /// A file in a directory above that belongs to somebody else than the
    /// directory where the search began. Anybody can put one into a shared
    /// directory and turn rules off, so it is not used.
    Foreign(PathBuf),
}

/// Looks for the project's file from `start` upwards.
pub fn project_file(start: &Path, home: Option<&Path>) -> Found {
    for folder in start.ancestors() {
        if folder != start && Some(folder) == home {
            break;
        }
        for name in NAMES {
            let path = folder.join(name);
            if path.is_file() {
                let ours = folder == start || same_owner(&path, start);
                return if ours {
                    Found::Project(path)
                } else {
                    Found::Foreign(path)
                };
            }
        }
        if folder.join(".git").exists() {
            break;
        }
    }
    Found::Nothing
}

/// The project that `start` belongs to: the root of its repository, or without
/// one the nearest directory above with a configuration file or `.stanch`. Only
/// what belongs to the owner of `start` counts, or anybody could make a
/// directory above a project.
pub fn project_root(start: &Path, home: Option<&Path>) -> Option<PathBuf> {
    let mut nearest = None;
    for folder in start.ancestors() {
        if folder != start && Some(folder) == home {
            break;
        }
        let marks = |name: &&str| {
            let mark = folder.join(name);
            mark.symlink_metadata().is_ok() && same_owner(&mark, start)
        };
        if marks(&".git") {
            return Some(folder.to_owned());
        }
        if nearest.is_none() && NAMES.iter().chain(&[".stanch"]).any(marks) {
            nearest = Some(folder.to_owned());
        }
    }
    nearest
}

fn same_owner(file: &Path, start: &Path) -> bool {
    match (file.metadata(), start.metadata()) {
        (Ok(file), Ok(start)) => may_govern(&file, &start),
        _ => false,
    }
}

/// True when the owner of `file` has a say about `start`: the same user or root.
#[cfg(unix)]
fn may_govern(file: &Metadata, start: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    file.uid() == start.uid() || file.uid() == 0
}

#[cfg(not(unix))]
fn may_govern(_: &Metadata, _: &Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A tree of files, each empty.
    fn tree(files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        root
    }

    #[test]
    fn the_nearest_file_counts() {
        let root = tree(&["stanch.toml", "a/.stanch.toml", "a/b/x"]);
        let found = project_file(&root.path().join("a/b"), None);
        assert_eq!(found, Found::Project(root.path().join("a/.stanch.toml")));
        let found = project_file(root.path(), None);
        assert_eq!(found, Found::Project(root.path().join("stanch.toml")));
    }

    #[test]
    fn the_search_ends_at_the_repository() {
        let root = tree(&["stanch.toml", "repo/.git/HEAD", "repo/src/x"]);
        let start = root.path().join("repo/src");
        assert_eq!(project_file(&start, None), Found::Nothing);
        fs::write(root.path().join("repo/stanch.toml"), "").unwrap();
        let expected = root.path().join("repo/stanch.toml");
        assert_eq!(project_file(&start, None), Found::Project(expected));
    }

    #[test]
    fn the_search_ends_below_home_unless_it_begins_there() {
        let root = tree(&["stanch.toml", "work/x"]);
        let home = Some(root.path());
        assert_eq!(
            project_file(&root.path().join("work"), home),
            Found::Nothing
        );
        let expected = root.path().join("stanch.toml");
        assert_eq!(project_file(root.path(), home), Found::Project(expected));
    }

    #[test]
    fn a_project_is_its_repository_or_the_nearest_folder_with_settings() {
        let root = tree(&[
            "stanch.toml",
            "a/.stanch/ignore",
            "a/b/x",
            "r/.git/HEAD",
            "r/b/stanch.toml",
        ]);
        let of = |path: &str| {
            let found = project_root(&root.path().join(path), None)?;
            Some(
                found
                    .strip_prefix(root.path())
                    .unwrap()
                    .to_string_lossy()
                    .into_owned(),
            )
        };
        assert_eq!(of("a/b").as_deref(), Some("a"));
        assert_eq!(of("r/b").as_deref(), Some("r"));
        assert_eq!(of("").as_deref(), Some(""));
        let alone = tree(&["x"]);
        let home = alone.path().parent();
        assert_eq!(project_root(alone.path(), home), None);
    }

    #[test]
    fn a_directory_of_that_name_is_no_file() {
        let root = tree(&["a/.git/HEAD", "a/stanch.toml/x"]);
        assert_eq!(project_file(&root.path().join("a"), None), Found::Nothing);
    }
}
