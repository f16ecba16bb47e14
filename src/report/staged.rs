//! Files that appear under their name only when they are whole.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::process;

/// A file that is not yet under its name. Dropped unpublished, it is removed.
pub(super) struct Staged {
    file: File,
    temporary: PathBuf,
    destination: PathBuf,
    published: bool,
}

impl Staged {
    /// The file that is written to, and the one it will be; both absolute.
    pub(super) fn files(&self) -> [PathBuf; 2] {
        [self.temporary.clone(), self.destination.clone()]
    }

    /// Gives the file its name, now that it is whole.
    pub(super) fn publish(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.temporary, &self.destination)?;
        self.published = true;
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.published {
            // The run has failed already; a file that is left over harms nobody.
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// Opens a new file beside `path`, or `path` itself when it exists and is no
/// regular file (`/dev/stderr`, a FIFO), which must not be replaced.
pub(super) fn stage(path: &Path) -> io::Result<(File, Option<Staged>)> {
    let destination = match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(metadata) if !metadata.is_file() => {
            return Ok((OpenOptions::new().write(true).open(path)?, None));
        }
        // Through a symbolic link, the file it leads to is replaced, not the link.
        Ok(_) => fs::canonicalize(path)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => in_real_directory(path)?,
        Err(error) => return Err(error),
    };
    let Some(name) = destination.file_name() else {
        return Err(io::ErrorKind::InvalidFilename.into());
    };
    for attempt in 0..100 {
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}-{attempt}.tmp", process::id()));
        let temporary = destination.with_file_name(hidden);
        match create_private(&temporary) {
            Ok(file) => {
                let staged = Staged {
                    file: file.try_clone()?,
                    temporary,
                    destination,
                    published: false,
                };
                return Ok((file, Some(staged)));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// The absolute path of a file that is not there yet, so that a walk over the
/// tree can tell it whatever way it came.
fn in_real_directory(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    Ok(fs::canonicalize(parent.unwrap_or(Path::new(".")))?.join(name))
}

/// Creates a file that only its owner can read.
fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn two_files_for_the_same_name_do_not_meet() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("r");
        let (_, first) = stage(&path).unwrap();
        let (_, second) = stage(&path).unwrap();
        let (first, second) = (first.unwrap(), second.unwrap());
        assert_ne!(first.temporary, second.temporary);
        first.publish().unwrap();
        drop(second);
        let entries = fs::read_dir(directory.path()).unwrap();
        assert_eq!(entries.count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_written_through_and_kept() {
        let directory = tempfile::tempdir().unwrap();
        let (real, link) = (directory.path().join("real"), directory.path().join("link"));
        fs::write(&real, "old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let (mut file, staged) = stage(&link).unwrap();
        file.write_all(b"new").unwrap();
        staged.unwrap().publish().unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&real).unwrap(), b"new");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_device_is_never_replaced() {
        let (_, staged) = stage(Path::new("/dev/null")).unwrap();
        assert!(staged.is_none());
    }
}
