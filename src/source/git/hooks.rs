//! Where a repository's hooks are: the repository's folders, and what
//! `core.hooksPath` says, as git-config(1) and gitrepository-layout(5) have it.
//!
//! Reads a few named files and follows no `include` of a repository's own
//! configuration. The scans do not come here.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use gix_config::file::init::Options;
use gix_config::file::{Metadata, includes};
use gix_config::{File, Source};

/// Largest of the small files that name folders, in bytes.
const POINTER_MAX: u64 = 1 << 16;
/// Largest configuration file, in bytes.
const CONFIG_MAX: u64 = 16 << 20;

/// The folders of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The work tree's own folder of git: `HEAD`, `index`.
    pub git_dir: PathBuf,
    /// What work trees share: objects, references, `config`, `hooks`.
    pub common_dir: PathBuf,
    /// Where hooks run, which relative paths are relative to: the top of the
    /// work tree, or the repository itself when it is bare.
    pub top: PathBuf,
}

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
    /// The folder, with `~` replaced; possibly relative to [`Layout::top`].
    /// Empty when the value says that there are no hooks.
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

impl Layout {
    /// The repository that `start` is in. Without one, nothing.
    pub fn find(start: &Path) -> Option<Layout> {
        start.ancestors().find_map(|folder| {
            let dot = folder.join(".git");
            if dot.is_dir() && is_git_dir(&dot) {
                return Some(Layout::new(dot, folder.to_owned()));
            }
            if let Some(pointer) = pointer(&dot) {
                let target = pointer.strip_prefix("gitdir: ")?;
                return Some(Layout::new(folder.join(target), folder.to_owned()));
            }
            is_git_dir(folder).then(|| Layout::new(folder.to_owned(), folder.to_owned()))
        })
    }

    /// The repository whose folder is `git_dir`, with hooks that run in `top`.
    pub fn new(git_dir: PathBuf, top: PathBuf) -> Layout {
        let common_dir = match pointer(&git_dir.join("commondir")) {
            Some(common) => tidy(&git_dir.join(common)),
            None => git_dir.clone(),
        };
        Layout {
            git_dir,
            common_dir,
            top,
        }
    }

    /// The configuration files of the repository, the weakest first.
    pub fn config_files(&self) -> [(Scope, PathBuf); 2] {
        [
            (Scope::Local, self.common_dir.join("config")),
            (Scope::Worktree, self.git_dir.join("config.worktree")),
        ]
    }
}

/// What the last of `files` that says something about `core.hooksPath` says.
/// Files that do not exist say nothing; `home` is what `~` stands for.
///
/// # Errors
/// A file cannot be read or makes no sense.
pub fn hooks_path(
    files: &[(Scope, PathBuf)],
    home: Option<&Path>,
) -> Result<Option<HooksPath>, ConfigError> {
    let mut found = None;
    let mut worktree_config = false;
    for (scope, path) in files {
        if *scope == Scope::Worktree && !worktree_config {
            continue;
        }
        let Some(file) = load(*scope, path, home)? else {
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

fn load(scope: Scope, path: &Path, home: Option<&Path>) -> Result<Option<File>, ConfigError> {
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
    let (source, includes) = match scope {
        Scope::System => (
            Source::System,
            includes::Options::follow_without_conditional(home),
        ),
        Scope::Global => (
            Source::User,
            includes::Options::follow_without_conditional(home),
        ),
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

/// A folder of git has a `HEAD`, and references and objects or a pointer to them.
fn is_git_dir(folder: &Path) -> bool {
    let holds = |name: &str| folder.join(name).is_dir();
    folder.join("HEAD").is_file()
        && (folder.join("commondir").is_file() || (holds("objects") && holds("refs")))
}

/// The line in a small file that points to a folder.
fn pointer(path: &Path) -> Option<String> {
    if !path.is_file() {
        return None;
    }
    let bytes = read(path, POINTER_MAX).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    Some(text.trim_end_matches(['\n', '\r']).to_owned())
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

/// Takes `..` back, where that is safe to do by name.
fn tidy(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
