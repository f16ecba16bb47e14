//! Puts hook files in place and takes them away again.
//!
//! A hook that stands there is renamed, never copied or changed, so that taking
//! stanch's away gives back the same file: its bytes, mode and kind.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::script::{SAVED, Whose, whose};

/// Largest hook file that is looked at, in bytes; stanch's own are far smaller.
const LARGEST: u64 = 1 << 20;

/// What was done to put a hook in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Put {
    /// Nothing stood there.
    Written,
    /// Another hook stood there, and now runs first.
    Chained,
    /// An older script of stanch stood there.
    Renewed,
    /// This very script stood there.
    Unchanged,
}

/// What was done to take a hook away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// The script is gone.
    Removed,
    /// The hook that stood there before stands there again.
    Restored,
    /// No script of stanch stood there.
    Absent,
}

/// Why a hook file was left as it is.
#[derive(Debug)]
pub(super) enum Trouble {
    /// stanch wrote it, and somebody has changed it since.
    Edited(PathBuf),
    /// A hook would have to be put aside, but the name for it is taken.
    Taken(PathBuf),
    /// No file and no link.
    Odd(PathBuf),
    /// The system refused.
    Io(PathBuf, io::Error),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Edited(path) => write!(
                f,
                "`{}` was written by stanch and changed since; move the changes to another \
                 hook and remove the file",
                path.display()
            ),
            Trouble::Taken(path) => write!(
                f,
                "the hook cannot be put aside: `{}` exists; remove it if it is no longer needed",
                path.display()
            ),
            Trouble::Odd(path) => write!(f, "`{}` is no file", path.display()),
            Trouble::Io(path, error) => write!(f, "`{}`: {error}", path.display()),
        }
    }
}

/// What stands at a hook's name.
enum There {
    Nothing,
    Ours(Vec<u8>),
    Foreign,
}

/// Puts `script` in place as the hook called `name` in `folder`, which is made
/// when it does not exist. What stands there is kept beside it.
pub(super) fn put(folder: &Path, name: &str, script: &str) -> Result<Put, Trouble> {
    let path = folder.join(name);
    fs::create_dir_all(folder).map_err(|error| Trouble::Io(folder.into(), error))?;
    let done = match look(&path)? {
        There::Ours(bytes) if bytes == script.as_bytes() => return Ok(Put::Unchanged),
        There::Ours(_) => Put::Renewed,
        There::Nothing => Put::Written,
        There::Foreign => Put::Chained,
    };
    // Written whole beside the hook: git never meets half a script.
    let new = beside(&path, ".stanch-new");
    write(&new, script).map_err(|error| Trouble::Io(new.clone(), error))?;
    let placed = place(&path, &new, done);
    if placed.is_err() {
        let _ = fs::remove_file(&new);
    }
    placed.map(|()| done)
}

fn place(path: &Path, new: &Path, done: Put) -> Result<(), Trouble> {
    let saved = beside(path, SAVED);
    let failed = |error| Trouble::Io(path.to_owned(), error);
    if done == Put::Chained {
        if fs::symlink_metadata(&saved).is_ok() {
            return Err(Trouble::Taken(saved));
        }
        fs::rename(path, &saved).map_err(failed)?;
    }
    fs::rename(new, path).map_err(|error| {
        if done == Put::Chained {
            // The old hook goes back where it was.
            let _ = fs::rename(&saved, path);
        }
        failed(error)
    })
}

/// Takes stanch's hook called `name` away from `folder`, and puts back the one
/// that stood there before.
pub(super) fn take(folder: &Path, name: &str) -> Result<Taken, Trouble> {
    let path = folder.join(name);
    let There::Ours(_) = look(&path)? else {
        return Ok(Taken::Absent);
    };
    let saved = beside(&path, SAVED);
    let failed = |error| Trouble::Io(path.clone(), error);
    if fs::symlink_metadata(&saved).is_ok() {
        fs::rename(&saved, &path).map_err(failed)?;
        return Ok(Taken::Restored);
    }
    fs::remove_file(&path).map_err(failed)?;
    Ok(Taken::Removed)
}

fn look(path: &Path) -> Result<There, Trouble> {
    let failed = |error| Trouble::Io(path.to_owned(), error);
    let meta = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(There::Nothing),
        Err(error) => return Err(failed(error)),
        Ok(meta) => meta,
    };
    if meta.is_symlink() || (meta.is_file() && meta.len() > LARGEST) {
        return Ok(There::Foreign);
    }
    if !meta.is_file() {
        return Err(Trouble::Odd(path.to_owned()));
    }
    let bytes = fs::read(path).map_err(failed)?;
    match whose(&bytes) {
        Whose::Ours => Ok(There::Ours(bytes)),
        Whose::Edited => Err(Trouble::Edited(path.to_owned())),
        Whose::Foreign => Ok(There::Foreign),
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

/// Writes a program of the shell, for whoever the umask lets run it.
fn write(path: &Path, script: &str) -> io::Result<()> {
    // Left behind by a run that was cut off.
    let _ = fs::remove_file(path);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o777);
    }
    let mut file = options.open(path)?;
    file.write_all(script.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::hook::kind::Kind;
    use crate::cli::hook::script::{Chain, text};

    fn script(program: &str) -> String {
        text(Kind::PreCommit, Path::new(program), Chain::Saved, "")
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_hook_comes_and_goes() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("hooks");
        let put = |program: &str| put(&folder, "pre-commit", &script(program)).unwrap();
        assert_eq!(put("a"), Put::Written);
        assert_eq!(put("a"), Put::Unchanged);
        assert_eq!(put("b"), Put::Renewed);
        assert_eq!(names(&folder), ["pre-commit"]);
        let bytes = fs::read(folder.join("pre-commit")).unwrap();
        assert_eq!(bytes, script("b").as_bytes());
        assert_eq!(take(&folder, "pre-commit").unwrap(), Taken::Removed);
        assert_eq!(take(&folder, "pre-commit").unwrap(), Taken::Absent);
        assert!(names(&folder).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_hook_that_stood_there_comes_back_as_it_was() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let root = tempfile::tempdir().unwrap();
        let (folder, path) = (root.path(), root.path().join("pre-commit"));
        for mode in [0o755, 0o644, 0o500] {
            fs::write(&path, b"#!/bin/bash\r\n\xff\0no line end").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            for program in ["a", "a", "b"] {
                put(folder, "pre-commit", &script(program)).unwrap();
            }
            assert_eq!(names(folder), ["pre-commit", "pre-commit.before-stanch"]);
            assert_eq!(take(folder, "pre-commit").unwrap(), Taken::Restored);
            assert_eq!(names(folder), ["pre-commit"]);
            let bytes = fs::read(&path).unwrap();
            assert_eq!(bytes, b"#!/bin/bash\r\n\xff\0no line end");
            let after = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
            assert_eq!(after, mode);
            fs::remove_file(&path).unwrap();
        }
        symlink("../elsewhere", &path).unwrap();
        assert_eq!(
            put(folder, "pre-commit", &script("a")).unwrap(),
            Put::Chained
        );
        assert_eq!(take(folder, "pre-commit").unwrap(), Taken::Restored);
        assert_eq!(fs::read_link(&path).unwrap(), Path::new("../elsewhere"));
    }

    #[test]
    fn what_somebody_worked_on_is_left_alone() {
        let root = tempfile::tempdir().unwrap();
        let (folder, path) = (root.path(), root.path().join("pre-commit"));
        let edited = script("a") + "echo mine\n";
        fs::write(&path, &edited).unwrap();
        assert!(matches!(
            put(folder, "pre-commit", &script("b")),
            Err(Trouble::Edited(_))
        ));
        assert!(matches!(
            take(folder, "pre-commit"),
            Err(Trouble::Edited(_))
        ));
        assert_eq!(fs::read(&path).unwrap(), edited.as_bytes());
        assert_eq!(names(folder), ["pre-commit"]);
    }

    #[test]
    fn no_saved_hook_is_overwritten() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path();
        fs::write(folder.join("pre-commit"), "new").unwrap();
        fs::write(folder.join("pre-commit.before-stanch"), "old").unwrap();
        let refused = put(folder, "pre-commit", &script("a"));
        assert!(matches!(refused, Err(Trouble::Taken(_))));
        assert_eq!(fs::read(folder.join("pre-commit")).unwrap(), b"new");
        assert_eq!(names(folder).len(), 2);
        // A foreign hook is not stanch's to take away.
        assert_eq!(take(folder, "pre-commit").unwrap(), Taken::Absent);
    }

    #[test]
    fn a_folder_of_that_name_is_no_hook() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("pre-commit")).unwrap();
        let refused = put(root.path(), "pre-commit", &script("a"));
        assert!(matches!(refused, Err(Trouble::Odd(_))));
    }
}
