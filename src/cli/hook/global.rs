//! The line in the user's git configuration that makes hooks count everywhere.
//!
//! It is added as a marked block at the end of the file, and taken out again so
//! that the file has the bytes it had. The file is written as git writes it:
//! beside its name, under the name of git's own lock, and renamed.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

const BEGIN: &str = "# stanch hooks: begin";
const END: &str = "# stanch hooks: end\n";
/// Behind [`BEGIN`]: the file was made for the block.
const NEW: &str = " (new file)";
/// Behind [`BEGIN`]: the line before had no end.
const UNENDED: &str = " (the line above had no end)";

/// Adds `core.hooksPath = folder` to the file at `path`.
pub(super) fn add(path: &Path, folder: &Path) -> io::Result<()> {
    let old = match fs::read(path) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let new = with_block(old.as_deref(), folder);
    write(path, &new)
}

/// Takes the block out of the file at `path`; false when it is not there.
pub(super) fn remove(path: &Path) -> io::Result<bool> {
    let old = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    match without_block(&old) {
        None => Ok(false),
        Some(Rest::Nothing) => fs::remove_file(path).map(|()| true),
        Some(Rest::Bytes(bytes)) => write(path, &bytes).map(|()| true),
    }
}

/// What is left of a file without the block.
#[derive(Debug, PartialEq, Eq)]
enum Rest {
    /// The file was made for the block, and nothing else is in it.
    Nothing,
    /// These bytes.
    Bytes(Vec<u8>),
}

fn setting(folder: &Path) -> String {
    let folder = folder.to_string_lossy();
    let mut line = String::from("\thooksPath = \"");
    for c in folder.chars() {
        if matches!(c, '"' | '\\') {
            line.push('\\');
        }
        line.push(c);
    }
    line.push_str("\"\n");
    line
}

fn with_block(old: Option<&[u8]>, folder: &Path) -> Vec<u8> {
    let mut bytes = old.unwrap_or_default().to_vec();
    let note = match bytes.last() {
        None if old.is_none() => NEW,
        None | Some(b'\n') => "",
        Some(_) => {
            bytes.push(b'\n');
            UNENDED
        }
    };
    let mut block = String::new();
    // Writing to a `String` does not fail.
    let _ = write!(block, "{BEGIN}{note}\n[core]\n{}{END}", setting(folder));
    bytes.extend_from_slice(block.as_bytes());
    bytes
}

fn without_block(old: &[u8]) -> Option<Rest> {
    let begin = memchr::memmem::find(old, BEGIN.as_bytes())?;
    let line = begin + memchr::memchr(b'\n', &old[begin..])? + 1;
    let end = line + memchr::memmem::find(&old[line..], END.as_bytes())?;
    let note = &old[begin + BEGIN.len()..line - 1];
    let mut before = &old[..begin];
    let after = &old[end + END.len()..];
    // git adds settings of the user's to the section that it finds: those stay.
    let kept = kept(&old[line..end]);
    if kept.is_empty() && after.is_empty() {
        if note == NEW.as_bytes() && before.is_empty() {
            return Some(Rest::Nothing);
        }
        if note == UNENDED.as_bytes() {
            before = before.strip_suffix(b"\n").unwrap_or(before);
        }
    }
    Some(Rest::Bytes([before, &kept, after].concat()))
}

/// The lines of the block that are not stanch's; the section's head stays with them.
fn kept(block: &[u8]) -> Vec<u8> {
    let ours = |line: &&[u8]| line.starts_with(b"\thooksPath = \"");
    let lines = block.split_inclusive(|b| *b == b'\n');
    let rest: Vec<&[u8]> = lines.filter(|line| !ours(line)).collect();
    if rest.len() <= 1 {
        Vec::new()
    } else {
        rest.concat()
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Many people keep this file elsewhere, and a link to it here.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut lock = path.clone().into_os_string();
    lock.push(".lock");
    let lock = PathBuf::from(lock);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&lock)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| match fs::metadata(&path) {
            Ok(meta) => fs::set_permissions(&lock, meta.permissions()),
            Err(_) => Ok(()),
        })
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&lock, &path));
    if written.is_err() {
        let _ = fs::remove_file(&lock);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> &'static Path {
        Path::new("/home/a \"b\"/hooks")
    }

    #[test]
    fn a_file_gets_its_bytes_back() {
        for old in [
            "",
            "[user]\n\tname = x\n",
            "[user]\n\tname = x",
            "# c\r\n",
            "\n",
        ] {
            let new = with_block(Some(old.as_bytes()), folder());
            let text = String::from_utf8(new.clone()).unwrap();
            assert!(text.contains("[core]\n\thooksPath = \"/home/a \\\"b\\\"/hooks\"\n"));
            assert_eq!(without_block(&new), Some(Rest::Bytes(old.into())));
        }
    }

    #[test]
    fn a_file_that_was_not_there_goes_again() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("new/config");
        assert!(!remove(&path).unwrap());
        add(&path, folder()).unwrap();
        assert!(remove(&path).unwrap());
        assert!(!path.exists());
        fs::write(&path, "").unwrap();
        add(&path, folder()).unwrap();
        assert!(remove(&path).unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"");
        assert!(!remove(&path).unwrap());
    }

    #[test]
    fn what_the_user_adds_to_the_block_stays() {
        let new = with_block(Some(b"[a]\n\tb = c\n"), folder());
        let text = String::from_utf8(new).unwrap();
        let edited = text.replace(END, &format!("\teditor = vi\n{END}")) + "[d]\n";
        let Some(Rest::Bytes(rest)) = without_block(edited.as_bytes()) else {
            panic!("the block is there");
        };
        assert_eq!(rest, b"[a]\n\tb = c\n[core]\n\teditor = vi\n[d]\n");
    }

    #[test]
    fn a_file_without_the_block_is_left_alone() {
        for old in ["", "[core]\n\thooksPath = x\n", BEGIN] {
            assert_eq!(without_block(old.as_bytes()), None);
        }
    }

    #[test]
    fn a_file_that_git_is_writing_is_not_touched() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("config");
        fs::write(&path, "[a]\n").unwrap();
        fs::write(root.path().join("config.lock"), "").unwrap();
        assert!(add(&path, folder()).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"[a]\n");
        assert!(root.path().join("config.lock").exists());
    }

    #[cfg(unix)]
    #[test]
    fn links_and_modes_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let root = tempfile::tempdir().unwrap();
        let (real, link) = (root.path().join("real"), root.path().join("link"));
        fs::write(&real, "[a]\n").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o600)).unwrap();
        symlink(&real, &link).unwrap();
        add(&link, folder()).unwrap();
        assert!(link.is_symlink());
        assert_eq!(
            fs::metadata(&real).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert!(remove(&link).unwrap());
        assert_eq!(fs::read(&real).unwrap(), b"[a]\n");
    }
}
