//! Small text files that people and git work on: one entry per line, sorted, so
//! that changes on both sides of a merge can be put together line by line.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read, Write as _};
use std::path::Path;

/// Largest file that is read, in bytes.
const FILE_MAX: u64 = 64 << 20;

/// What git is told about the files in the folder: that a merge takes the lines
/// of both sides.
const ATTRIBUTES: &str = "* text eol=lf merge=union\n.gitattributes -merge\n";

/// Reads a file of entries; `None` when there is none.
///
/// # Errors
/// It is a link, a device or anything but a plain file; it is no text; it is
/// larger than any such file should be; it cannot be read.
pub fn read(path: &Path) -> io::Result<Option<String>> {
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_file() => {}
        Ok(_) => return Err(io::Error::other("it is no regular file")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut text = String::new();
    fs::File::open(path)?
        .take(FILE_MAX + 1)
        .read_to_string(&mut text)?;
    if text.len() as u64 > FILE_MAX {
        return Err(io::Error::other(format!("larger than {FILE_MAX} bytes")));
    }
    Ok(Some(text))
}

/// Writes `text` under `path`: beside it first, so that the file is always
/// whole. Its folder is made, with attributes for git, if there is none.
///
/// # Errors
/// Those of the file system.
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new(""));
    if folder.file_name().is_some_and(|name| name == ".stanch") {
        fs::create_dir_all(folder)?;
        let attributes = folder.join(".gitattributes");
        if !attributes.exists() {
            fs::write(attributes, ATTRIBUTES)?;
        }
    }
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    replace(path, text.as_bytes())
}

/// Puts a file of `bytes` under `path` at once.
///
/// # Errors
/// Those of the file system; then what was there is there.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}", std::process::id()));
    let mut file = fs::File::create_new(&beside)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // The error that counts is the first one.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// `lines` as a file that begins with `head`: sorted, without doubles.
pub fn page(head: &str, lines: impl IntoIterator<Item = String>) -> String {
    let mut lines: Vec<String> = lines.into_iter().collect();
    lines.sort();
    lines.dedup();
    let mut text = format!("{head}\n");
    for line in lines {
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// The entries of `text` with the numbers of their lines, from one. Comments,
/// blank lines and what a merge may have left of its marks are passed over.
pub fn entries(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate();
    lines.filter_map(|(index, line)| {
        let line = line.trim();
        (!line.is_empty() && !line.starts_with('#')).then_some((index + 1, line))
    })
}

/// One word of an entry: blanks, control characters and `%` are written as `%20`.
pub fn word(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '%' || c.is_whitespace() || c.is_control() {
            for byte in c.to_string().bytes() {
                // Writing to a string cannot fail.
                let _ = write!(out, "%{byte:02X}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// The text that [`word`] was made of.
pub fn unword(word: &str) -> String {
    let bytes = word.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let byte = hex
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(byte.unwrap_or(bytes[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_as_they_were() {
        for text in ["a b", "100%", "a%20b", "ä\u{a0}\n", ""] {
            let word = word(text);
            assert!(!word.contains(char::is_whitespace), "{word}");
            assert_eq!(unword(&word), text);
        }
        assert_eq!(unword("50%zz%4"), "50%zz%4");
    }

    #[test]
    fn a_page_is_sorted_and_has_no_doubles() {
        let lines = ["b", "a", "b"].map(str::to_owned);
        assert_eq!(page("# x", lines), "# x\na\nb\n");
    }

    #[cfg(unix)]
    #[test]
    fn only_plain_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        assert!(read(&link).is_err());
        assert_eq!(read(&folder.path().join("none")).unwrap(), None);
    }

    #[test]
    fn a_file_appears_whole_and_git_is_told_how_to_merge_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".stanch/ignore");
        write(&path, "a\n").unwrap();
        write(&path, "b\n").unwrap();
        assert_eq!(read(&path).unwrap().as_deref(), Some("b\n"));
        let names: Vec<_> = fs::read_dir(folder.path().join(".stanch"))
            .unwrap()
            .collect();
        assert_eq!(names.len(), 2);
        let attributes = fs::read_to_string(folder.path().join(".stanch/.gitattributes")).unwrap();
        assert!(attributes.contains("merge=union"));
    }
}
