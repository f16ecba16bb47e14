//! What `core.hooksPath` says, as git-config(1) has it: in the configuration of
//! the machine, the user, the repository and the work tree.
//!
//! Follows no `include` of a repository's own configuration. The scans do not
//! come here.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use gix_config::file::init::Options;
use gix_config::file::{Metadata, includes};
use gix_config::{File, Source};

/// Largest configuration file, in bytes.
const CONFIG_MAX: u64 = 16 << 20;

/// Whose configuration says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// The machine's.
    System,
    /// The user's.
    Global,
    /// The repository's.
    Local,
    /// The work tree's.
    Worktree,
}

/// A value of `core.hooksPath`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HooksPath {
    /// The folder, with `~` replaced; possibly relative to where hooks run, the
    /// top of the work tree. Empty when the value says that there are no hooks.
    pub folder: PathBuf,
    /// Whose value it is.
    pub scope: Scope,
    /// The file that says so.
    pub file: PathBuf,
}

/// A configuration file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("`{}` cannot be used: {cause}", path.display())]
pub struct ConfigError {
    path: PathBuf,
    cause: String,
}

/// What the last of `files` that says something about `core.hooksPath` says.
/// Files that do not exist say nothing; `home` is what `~` stands for, and
/// `git_dir` what conditions of the user's own files look at.
///
/// # Errors
/// A file cannot be read or makes no sense.
pub fn hooks_path(
    files: &[(Scope, PathBuf)],
    home: Option<&Path>,
    git_dir: Option<&Path>,
) -> Result<Option<HooksPath>, ConfigError> {
    let mut found = None;
    let mut worktree_config = false;
    for (scope, path) in files {
        if *scope == Scope::Worktree && !worktree_config {
            continue;
        }
        let Some(file) = load(*scope, path, home, git_dir)? else {
            continue;
        };
        if *scope == Scope::Local {
            worktree_config = matches!(file.boolean("extensions.worktreeConfig"), Ok(Some(true)));
        }
        if let Some(value) = file.path("core.hooksPath") {
            found = Some(HooksPath {
                folder: expanded(&value, home),
                scope: *scope,
                file: path.clone(),
            });
        }
    }
    Ok(found)
}

fn load(
    scope: Scope,
    path: &Path,
    home: Option<&Path>,
    git_dir: Option<&Path>,
) -> Result<Option<File>, ConfigError> {
    let failed = |cause: String| ConfigError {
        path: path.to_owned(),
        cause,
    };
    let mut bytes = match read(path, CONFIG_MAX) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error.to_string())),
        Ok(bytes) => bytes,
    };
    // Only the machine's and the user's own files may name further ones.
    let mut follow = includes::Options::follow_without_conditional(home);
    follow.conditional.git_dir = git_dir;
    let (source, includes) = match scope {
        Scope::System => (Source::System, follow),
        Scope::Global => (Source::User, follow),
        Scope::Local => (Source::Local, includes::Options::no_follow()),
        Scope::Worktree => (Source::Worktree, includes::Options::no_follow()),
    };
    let options = Options {
        includes,
        ..Options::default()
    };
    let meta = Metadata::from(source).at(path);
    File::from_bytes_owned(&mut bytes, meta, options)
        .map(Some)
        .map_err(|error| failed(error.to_string()))
}

fn expanded(value: &[u8], home: Option<&Path>) -> PathBuf {
    if let (Some(rest), Some(home)) = (value.strip_prefix(b"~/"), home) {
        return home.join(as_path(rest));
    }
    as_path(value)
}

#[cfg(unix)]
fn as_path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(bytes).into()
}

#[cfg(not(unix))]
fn as_path(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?
        .take(most + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::other(format!("larger than {most} bytes")));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What files with these scopes and texts say.
    fn said(files: &[(Scope, &str)]) -> Option<(PathBuf, Scope)> {
        let root = tempfile::tempdir().unwrap();
        let files: Vec<(Scope, PathBuf)> = files
            .iter()
            .enumerate()
            .map(|(number, (scope, text))| {
                let path = root.path().join(number.to_string());
                fs::write(&path, text).unwrap();
                (*scope, path)
            })
            .collect();
        let home = Some(Path::new("/home/me"));
        let found = hooks_path(&files, home, Some(Path::new("/srv/x/.git"))).unwrap();
        found.map(|found| (found.folder, found.scope))
    }

    #[test]
    fn the_last_word_counts() {
        let set = |folder: &str| format!("[core]\n\thooksPath = {folder}\n");
        let (a, b) = (set("/a"), set("~/b"));
        assert_eq!(said(&[(Scope::Global, "[core]\n\tbare = false\n")]), None);
        assert_eq!(
            said(&[(Scope::System, &a)]),
            Some(("/a".into(), Scope::System))
        );
        let both = said(&[(Scope::Global, &a), (Scope::Local, &b)]);
        assert_eq!(both, Some(("/home/me/b".into(), Scope::Local)));
        let relative = said(&[(Scope::Local, &set("\".githooks/x y\""))]);
        assert_eq!(relative, Some((".githooks/x y".into(), Scope::Local)));
    }

    #[test]
    fn work_trees_have_a_say_where_the_repository_lets_them() {
        let own = (Scope::Worktree, "[core]\n\thooksPath = /w\n");
        assert_eq!(said(&[(Scope::Local, ""), own]), None);
        let extended = (Scope::Local, "[extensions]\n\tworktreeConfig = true\n");
        assert_eq!(said(&[extended, own]), Some(("/w".into(), Scope::Worktree)));
    }

    #[test]
    fn a_repository_includes_nothing() {
        let root = tempfile::tempdir().unwrap();
        let other = root.path().join("other");
        fs::write(&other, "[core]\n\thooksPath = /o\n").unwrap();
        let text = format!("[include]\n\tpath = {}\n", other.display());
        assert_eq!(said(&[(Scope::Local, &text)]), None);
        assert_eq!(
            said(&[(Scope::Global, &text)]),
            Some(("/o".into(), Scope::Global))
        );
    }

    #[test]
    fn the_users_conditions_are_looked_at() {
        let root = tempfile::tempdir().unwrap();
        let other = root.path().join("other");
        fs::write(&other, "[core]\n\thooksPath = /o\n").unwrap();
        let when = |condition: &str| {
            let text = format!(
                "[includeIf \"{condition}\"]\n\tpath = {}\n",
                other.display()
            );
            said(&[(Scope::Global, &text)])
        };
        assert_eq!(when("gitdir:/srv/"), Some(("/o".into(), Scope::Global)));
        for other in [
            "gitdir:/elsewhere/",
            "onbranch:main",
            "hasconfig:remote.*.url:x",
            "odd",
        ] {
            assert_eq!(when(other), None, "{other}");
        }
    }

    #[test]
    fn files_that_are_not_there_say_nothing_and_others_must_make_sense() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("config");
        let files = [(Scope::Local, path.clone())];
        assert!(hooks_path(&files, None, None).unwrap().is_none());
        fs::write(&path, "[core\n").unwrap();
        let told = hooks_path(&files, None, None).unwrap_err().to_string();
        assert!(told.contains("config"), "{told}");
    }
}
