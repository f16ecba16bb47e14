//! Where the parts of a repository lie, and which of them may be read.
//!
//! A `.git` file, `commondir` and `alternates` can name any directory of the
//! machine. They are followed inside the scanned place, where the other side
//! names this place back, or when everything may be followed.

use std::fs;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use super::access::{Access, External, Ownership};
use super::config::{CONFIG_MAX, Config};
use super::error::GitError;
use crate::base::content::SkipReason;
use crate::source::Unit;
use crate::source::open::{self, cause};

/// Largest small file (`.git`, `commondir`, `alternates`), in bytes.
const SMALL: u64 = 1 << 20;

/// How far alternates of alternates are followed, as in git.
const ALTERNATES_DEEP: usize = 5;

/// The directories of a repository.
#[derive(Debug)]
pub(super) struct Layout {
    /// What belongs to this worktree: `HEAD`, `index`.
    pub(super) git_dir: PathBuf,
    /// What all worktrees share; mostly the same directory.
    pub(super) common_dir: PathBuf,
    /// The files, unless it is bare.
    pub(super) work_tree: Option<PathBuf>,
    /// Canonical directories inside which everything may be read.
    roots: Vec<PathBuf>,
    external: External,
}

/// Reads a small regular file; `None` when there is none.
pub(super) fn read_small(path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut opened = match open::open(&Unit::File(path.to_owned())) {
        Ok(opened) => opened,
        Err(SkipReason::Vanished) => return Ok(None),
        Err(reason) => return Err(io::Error::other(reason.describe())),
    };
    let mut bytes = Vec::new();
    opened
        .reader
        .by_ref()
        .take(most + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::other("larger than such a file ever is"));
    }
    Ok(Some(bytes))
}

impl Layout {
    /// Finds the repository `start` is in: the one the environment names, or
    /// the nearest at `start` or above.
    pub(super) fn discover(start: &Path, access: &Access) -> Result<Layout, GitError> {
        if let Some(git_dir) = &access.environment.git_dir {
            return Layout::named(start, git_dir, access);
        }
        let absolute = std::path::absolute(start).unwrap_or_else(|_| start.to_owned());
        for (depth, folder) in absolute.ancestors().enumerate() {
            if let Some(layout) = Layout::at(folder, access)? {
                // Paths are told as the user would write them.
                return Ok(if depth == 0 {
                    layout.shown_from(&absolute, start)
                } else {
                    layout
                });
            }
        }
        Err(GitError::NoRepository(start.to_owned()))
    }

    /// The repository exactly at `folder`, if there is one.
    fn at(folder: &Path, access: &Access) -> Result<Option<Layout>, GitError> {
        let dot = folder.join(".git");
        let Ok(metadata) = dot.symlink_metadata() else {
            return if is_git_dir(folder) {
                Layout::bare(folder, access).map(Some)
            } else {
                Ok(None)
            };
        };
        let roots = vec![canonical(folder)];
        let mut layout = Layout {
            git_dir: dot.clone(),
            common_dir: dot.clone(),
            work_tree: Some(folder.to_owned()),
            roots,
            external: access.external,
        };
        if metadata.is_dir() {
            if !is_git_dir(&dot) {
                return Ok(None);
            }
        } else if metadata.is_file() {
            layout.git_dir = layout.follow_git_file(&dot)?;
        } else {
            layout.require("the git directory", &dot, &dot)?;
        }
        owned(&[folder, &dot, &layout.git_dir], access)?;
        layout.find_common_dir(access)?;
        Ok(Some(layout))
    }

    fn bare(folder: &Path, access: &Access) -> Result<Layout, GitError> {
        owned(&[folder], access)?;
        let mut layout = Layout {
            git_dir: folder.to_owned(),
            common_dir: folder.to_owned(),
            work_tree: None,
            roots: vec![canonical(folder)],
            external: access.external,
        };
        layout.find_common_dir(access)?;
        Ok(layout)
    }

    /// The repository the environment names. Whoever set the environment has
    /// decided, so it may lie anywhere.
    fn named(start: &Path, git_dir: &Path, access: &Access) -> Result<Layout, GitError> {
        let git_dir = start.join(git_dir);
        if !is_git_dir(&git_dir) {
            return Err(GitError::NoRepository(git_dir));
        }
        owned(&[&git_dir], access)?;
        let work_tree = access
            .environment
            .work_tree
            .as_ref()
            .map(|tree| start.join(tree));
        let mut layout = Layout {
            roots: vec![canonical(&git_dir)],
            common_dir: git_dir.clone(),
            git_dir,
            work_tree,
            external: access.external,
        };
        layout.find_common_dir(access)?;
        Ok(layout)
    }

    /// Where a `.git` file points to.
    fn follow_git_file(&mut self, dot: &Path) -> Result<PathBuf, GitError> {
        let unreadable = |cause: String| GitError::Unreadable {
            path: dot.to_owned(),
            cause,
        };
        let text = read_small(dot, SMALL)
            .map_err(|error| unreadable(cause(&error)))?
            .unwrap_or_default();
        let target = text
            .strip_prefix(b"gitdir:")
            .map(|rest| path_of(rest.trim_ascii()))
            .ok_or_else(|| unreadable("it does not say where the git directory is".to_owned()))?;
        let folder = dot.parent().unwrap_or(dot);
        let git_dir = lexical(&folder.join(target));
        if !self.may_read(&git_dir) {
            if !names_back(&git_dir, dot) {
                return Err(GitError::Outside {
                    what: "the git directory",
                    here: dot.to_owned(),
                    there: git_dir,
                });
            }
            self.roots.push(canonical(&git_dir));
        }
        if is_git_dir(&git_dir) {
            Ok(git_dir)
        } else {
            Err(GitError::NoRepository(git_dir))
        }
    }

    fn find_common_dir(&mut self, access: &Access) -> Result<(), GitError> {
        if let Some(common) = &access.environment.common_dir {
            self.common_dir.clone_from(common);
            self.roots.push(canonical(common));
            return Ok(());
        }
        self.common_dir.clone_from(&self.git_dir);
        let file = self.git_dir.join("commondir");
        let text = read_small(&file, SMALL).map_err(|error| GitError::Unreadable {
            path: file.clone(),
            cause: cause(&error),
        })?;
        let Some(text) = text else { return Ok(()) };
        let common = lexical(&self.git_dir.join(path_of(text.trim_ascii())));
        // A worktree's own directory lies in the repository it belongs to.
        let encloses = self.git_dir.parent().and_then(Path::parent) == Some(common.as_path())
            && self
                .git_dir
                .parent()
                .is_some_and(|p| p.ends_with("worktrees"));
        if encloses && self.may_read(&self.git_dir) {
            self.roots.push(canonical(&common));
        }
        self.require("the common directory", &file, &common)?;
        self.common_dir = common;
        Ok(())
    }

    /// True when `path` lies where everything may be read.
    pub(super) fn may_read(&self, path: &Path) -> bool {
        self.external == External::Follow || {
            let path = canonical(path);
            self.roots.iter().any(|root| path.starts_with(root))
        }
    }

    fn require(&self, what: &'static str, here: &Path, there: &Path) -> Result<(), GitError> {
        if self.may_read(there) {
            return Ok(());
        }
        Err(GitError::Outside {
            what,
            here: here.to_owned(),
            there: there.to_owned(),
        })
    }

    /// The object directories, the own one first, and what is not followed.
    pub(super) fn object_dirs(
        &self,
        access: &Access,
    ) -> (Vec<PathBuf>, Vec<(PathBuf, SkipReason)>) {
        let environment = &access.environment;
        let own = environment.object_directory.clone();
        let named = own.is_some();
        let own = own.unwrap_or_else(|| self.common_dir.join("objects"));
        let mut found = Alternates {
            layout: self,
            dirs: Vec::new(),
            seen: Vec::new(),
            issues: Vec::new(),
        };
        if named || self.may_read(&own) {
            found.add(&own, 0);
        } else {
            found.refuse(&own);
        }
        for dir in &environment.alternate_object_directories {
            found.add(dir, 0);
        }
        (found.dirs, found.issues)
    }

    /// The configuration, and whether its file could be understood.
    pub(super) fn config(&self) -> (Config, Option<(PathBuf, SkipReason)>) {
        let path = self.common_dir.join("config");
        match read_small(&path, CONFIG_MAX) {
            Ok(None) => (Config::default(), None),
            Ok(Some(text)) => match Config::parse(&text) {
                Some(config) => (config, None),
                None => (
                    Config::default(),
                    Some((path, SkipReason::Unsupported("this configuration file"))),
                ),
            },
            Err(error) => (
                Config::default(),
                Some((path, SkipReason::Unreadable(cause(&error)))),
            ),
        }
    }

    /// The same layout with paths that begin with `shown` instead of `absolute`.
    fn shown_from(mut self, absolute: &Path, shown: &Path) -> Layout {
        let short = |path: &Path| match path.strip_prefix(absolute) {
            Ok(rest) => shown.join(rest),
            Err(_) => path.to_owned(),
        };
        self.git_dir = short(&self.git_dir);
        self.common_dir = short(&self.common_dir);
        self.work_tree = self.work_tree.as_deref().map(short);
        self
    }
}

/// Collects object directories.
struct Alternates<'a> {
    layout: &'a Layout,
    dirs: Vec<PathBuf>,
    seen: Vec<PathBuf>,
    issues: Vec<(PathBuf, SkipReason)>,
}

impl Alternates<'_> {
    fn refuse(&mut self, dir: &Path) {
        let reason = SkipReason::External("the object directory".to_owned());
        self.issues.push((dir.to_owned(), reason));
    }

    fn add(&mut self, dir: &Path, depth: usize) {
        let real = canonical(dir);
        if self.seen.contains(&real) {
            return;
        }
        if !real.is_dir() {
            let reason = SkipReason::Unreadable("not a directory".to_owned());
            self.issues.push((dir.to_owned(), reason));
            return;
        }
        self.seen.push(real);
        self.dirs.push(dir.to_owned());
        let list = dir.join("info/alternates");
        match read_small(&list, SMALL) {
            Ok(None) => {}
            Ok(Some(_)) if depth >= ALTERNATES_DEEP => {
                self.issues.push((list, SkipReason::Loop));
            }
            Ok(Some(text)) => {
                for line in text.split(|&byte| byte == b'\n') {
                    self.line(dir, line, depth);
                }
            }
            Err(error) => self
                .issues
                .push((list, SkipReason::Unreadable(cause(&error)))),
        }
    }

    fn line(&mut self, dir: &Path, line: &[u8], depth: usize) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() || line.starts_with(b"#") {
            return;
        }
        let target = lexical(&dir.join(path_of(unquoted(line).as_deref().unwrap_or(line))));
        if self.layout.may_read(&target) {
            self.add(&target, depth + 1);
        } else {
            self.refuse(&target);
        }
    }
}

/// A path in C-style quotes, as git writes names with odd bytes; `None` when
/// it is not quoted.
fn unquoted(line: &[u8]) -> Option<Vec<u8>> {
    let inside = line.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let mut out = Vec::new();
    let mut rest = inside.iter().copied();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let next = rest.next()?;
        out.push(match next {
            b'n' => b'\n',
            b't' => b'\t',
            b'0'..=b'3' => {
                let (a, b) = (rest.next()?, rest.next()?);
                (next - b'0') << 6 | a.wrapping_sub(b'0') << 3 & 0o70 | b.wrapping_sub(b'0') & 7
            }
            other => other,
        });
    }
    Some(out)
}

/// What git takes for a repository.
fn is_git_dir(dir: &Path) -> bool {
    let head = dir.join("HEAD");
    head.symlink_metadata().is_ok()
        && (dir.join("commondir").is_file()
            || (dir.join("objects").is_dir() && dir.join("refs").exists()))
}

/// True when the git directory says that it belongs to `dot`: a linked
/// worktree's by its `gitdir` file, a submodule's by `core.worktree`.
fn names_back(git_dir: &Path, dot: &Path) -> bool {
    let same = |path: PathBuf| fs::canonicalize(path).ok() == fs::canonicalize(dot).ok();
    if let Ok(Some(text)) = read_small(&git_dir.join("gitdir"), SMALL) {
        return same(git_dir.join(path_of(text.trim_ascii())));
    }
    let config = read_small(&git_dir.join("config"), CONFIG_MAX)
        .ok()
        .flatten();
    config
        .and_then(|text| Config::parse(&text)?.value("core.worktree"))
        .is_some_and(|tree| same(git_dir.join(tree).join(".git")))
}

fn canonical(path: &Path) -> PathBuf {
    fs::canonicalize(path)
        .unwrap_or_else(|_| lexical(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned())))
}

/// The path without `.` and `..`, as far as names alone tell.
fn lexical(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !out.pop() {
                    out.push("..");
                }
            }
            part => out.push(part),
        }
    }
    out
}

/// Bytes of a file as a path.
#[cfg(unix)]
pub(super) fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

/// Bytes of a file as a path.
#[cfg(not(unix))]
pub(super) fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

/// Checks that all of `paths` belong to the current user.
#[cfg(unix)]
fn owned(paths: &[&Path], access: &Access) -> Result<(), GitError> {
    use std::os::unix::fs::MetadataExt;
    if access.ownership == Ownership::Any {
        return Ok(());
    }
    let user = rustix::process::geteuid().as_raw();
    let caller = access.environment.sudo_uid.filter(|_| user == 0);
    for path in paths {
        let Ok(metadata) = path.symlink_metadata() else {
            continue;
        };
        if metadata.uid() != user && Some(metadata.uid()) != caller {
            return Err(GitError::Foreign(path.to_path_buf()));
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn owned(_: &[&Path], _: &Access) -> Result<(), GitError> {
    Ok(())
}
