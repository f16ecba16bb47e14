//! Opens a unit so that nothing but a regular file (or standard input) is
//! ever read, and so that a change under the reader's hands is noticed.

use std::fs::File;
use std::io::{self, Read, StdinLock};
use std::path::Path;

use super::Unit;
use crate::base::content::SkipReason;
use crate::base::provenance::Provenance;
use crate::base::state::FileState;

/// A unit ready to be read.
#[derive(Debug)]
pub struct Opened {
    /// Where the content comes from.
    pub provenance: Provenance,
    /// The content.
    pub reader: Reader,
    /// Size in bytes as the file system tells it; only a hint, since some
    /// files (in `/proc`) say 0 and still have content. `None` for standard input.
    pub size: Option<u64>,
    /// State of the file when it was opened; `None` for standard input.
    pub stamp: Option<Stamp>,
}

impl Opened {
    /// True when the file is no longer as it was when it was opened.
    pub fn changed(&self) -> bool {
        match (&self.stamp, &self.reader) {
            (Some(stamp), Reader::File(file)) => stamp.changed(file),
            _ => false,
        }
    }

    /// What the file system says of the opened file, where it can be relied on.
    pub fn state(&self) -> Option<FileState> {
        match &self.reader {
            Reader::File(file) => system::state_of_open(file),
            Reader::Stdin(_) => None,
        }
    }
}

/// What the file system says of the file that `unit` names, where it can be
/// relied on; nothing of what is no regular file.
pub fn state(unit: &Unit) -> Option<FileState> {
    match unit {
        Unit::File(path) => system::state(path, Follow::No),
        Unit::Linked(path) => system::state(path, Follow::Yes),
        _ => None,
    }
}

/// The content of an opened unit.
#[derive(Debug)]
pub enum Reader {
    /// A regular file.
    File(File),
    /// Standard input.
    Stdin(StdinLock<'static>),
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Reader::File(file) => file.read(buffer),
            Reader::Stdin(stdin) => stdin.read(buffer),
        }
    }
}

/// Opens `unit`.
///
/// # Errors
/// The reason why its content cannot be read: the one it was listed with, or
/// [`SkipReason::Special`], [`SkipReason::Symlink`], [`SkipReason::Vanished`],
/// [`SkipReason::Unreadable`].
pub fn open(unit: &Unit) -> Result<Opened, SkipReason> {
    let (path, follow) = match unit {
        Unit::File(path) => (path, Follow::No),
        Unit::Linked(path) => (path, Follow::Yes),
        Unit::Stdin(_) | Unit::Piped(_) => {
            return Ok(Opened {
                provenance: unit.provenance(),
                reader: Reader::Stdin(io::stdin().lock()),
                size: None,
                stamp: None,
            });
        }
        // Read by the scan itself, which knows how many texts it holds.
        #[cfg(feature = "git")]
        Unit::Git(_) => return Err(SkipReason::Special),
        Unit::Folder(_) => return Err(SkipReason::Special),
        Unit::Unopened(_, reason) => return Err(reason.clone()),
    };
    let file = system::open(path, follow).map_err(|error| refusal(path, &error))?;
    let (kind, stamp) =
        system::stamp(&file).map_err(|error| SkipReason::Unreadable(cause(&error)))?;
    match kind {
        Kind::Regular => Ok(Opened {
            provenance: Provenance::file(path),
            reader: Reader::File(file),
            size: Some(stamp.size),
            stamp: Some(stamp),
        }),
        Kind::Directory => Err(SkipReason::Changed),
        Kind::Other => Err(SkipReason::Special),
    }
}

/// The system's text for an error: without its number, in small letters, as a
/// part of a sentence.
pub fn cause(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => "unknown error".to_owned(),
    }
}

/// What identifies the state of a file's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    size: u64,
    modified: (i64, i64),
    inode: u64,
}

impl Stamp {
    /// True when `file` is no longer in this state, or does not tell.
    pub fn changed(&self, file: &File) -> bool {
        system::stamp(file).map_or(true, |(_, now)| now != *self)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Follow {
    Yes,
    No,
}

enum Kind {
    Regular,
    Directory,
    Other,
}

fn refusal(path: &Path, error: &io::Error) -> SkipReason {
    match error.kind() {
        io::ErrorKind::NotFound => SkipReason::Vanished,
        _ if system::is_link_refusal(error) => match path.symlink_metadata() {
            Ok(metadata) if metadata.file_type().is_symlink() => SkipReason::Symlink,
            _ => SkipReason::Unreadable(cause(error)),
        },
        _ if system::is_special_refusal(error) => SkipReason::Special,
        _ => SkipReason::Unreadable(cause(error)),
    }
}

#[cfg(unix)]
mod system {
    use std::fs::File;
    use std::io;
    use std::path::Path;

    use rustix::fs::{AtFlags, FileType, Mode, OFlags};
    use rustix::io::Errno;

    use super::{FileState, Follow, Kind, Stamp};

    pub(super) fn open(path: &Path, follow: Follow) -> io::Result<File> {
        // Non-blocking, so that a FIFO put in a file's place cannot hang the
        // open; reads of regular files are not affected by it.
        let mut flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        if follow == Follow::No {
            flags |= OFlags::NOFOLLOW;
        }
        loop {
            match rustix::fs::open(path, flags, Mode::empty()) {
                Ok(descriptor) => return Ok(File::from(descriptor)),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    pub(super) fn stamp(file: &File) -> io::Result<(Kind, Stamp)> {
        let stat = rustix::fs::fstat(file)?;
        let kind = match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Kind::Regular,
            FileType::Directory => Kind::Directory,
            _ => Kind::Other,
        };
        #[allow(
            clippy::unnecessary_cast,
            clippy::cast_lossless,
            clippy::cast_possible_wrap,
            clippy::useless_conversion,
            reason = "the widths of these fields differ between systems"
        )]
        let stamp = Stamp {
            size: u64::try_from(stat.st_size).unwrap_or(0),
            modified: (stat.st_mtime as i64, stat.st_mtime_nsec as i64),
            inode: stat.st_ino as u64,
        };
        Ok((kind, stamp))
    }

    pub(super) fn state(path: &Path, follow: Follow) -> Option<FileState> {
        let flags = match follow {
            Follow::No => AtFlags::SYMLINK_NOFOLLOW,
            Follow::Yes => AtFlags::empty(),
        };
        state_in(&rustix::fs::statat(rustix::fs::CWD, path, flags).ok()?)
    }

    pub(super) fn state_of_open(file: &File) -> Option<FileState> {
        state_in(&rustix::fs::fstat(file).ok()?)
    }

    #[allow(
        clippy::unnecessary_cast,
        clippy::cast_lossless,
        clippy::cast_possible_wrap,
        clippy::cast_sign_loss,
        reason = "the widths of these fields differ between systems"
    )]
    fn state_in(stat: &rustix::fs::Stat) -> Option<FileState> {
        let is_file = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        is_file.then(|| FileState {
            device: stat.st_dev as u64,
            inode: stat.st_ino as u64,
            size: u64::try_from(stat.st_size).unwrap_or(0),
            modified: (stat.st_mtime as i64, stat.st_mtime_nsec as i64),
            changed: (stat.st_ctime as i64, stat.st_ctime_nsec as i64),
        })
    }

    /// Refused because the last component is a symbolic link.
    pub(super) fn is_link_refusal(error: &io::Error) -> bool {
        matches!(
            Errno::from_io_error(error),
            Some(Errno::LOOP | Errno::MLINK)
        )
    }

    /// What opening a socket, or a device without a driver, answers.
    pub(super) fn is_special_refusal(error: &io::Error) -> bool {
        matches!(
            Errno::from_io_error(error),
            Some(Errno::NXIO | Errno::NODEV)
        )
    }
}

#[cfg(not(unix))]
mod system {
    use std::fs::File;
    use std::io;
    use std::path::Path;
    use std::time::UNIX_EPOCH;

    use super::{FileState, Follow, Kind, Stamp};

    /// Nothing: there is no time here that whoever writes a file cannot set.
    pub(super) fn state(_: &Path, _: Follow) -> Option<FileState> {
        None
    }

    /// See [`state`].
    pub(super) fn state_of_open(_: &File) -> Option<FileState> {
        None
    }

    pub(super) fn open(path: &Path, follow: Follow) -> io::Result<File> {
        if follow == Follow::No && path.symlink_metadata()?.file_type().is_symlink() {
            return Err(io::Error::other("symbolic link"));
        }
        File::open(path)
    }

    pub(super) fn stamp(file: &File) -> io::Result<(Kind, Stamp)> {
        let metadata = file.metadata()?;
        let kind = if metadata.is_file() {
            Kind::Regular
        } else if metadata.is_dir() {
            Kind::Directory
        } else {
            Kind::Other
        };
        let modified = metadata
            .modified()
            .ok()
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
            .map_or((0, 0), |age| {
                let seconds = i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
                (seconds, i64::from(age.subsec_nanos()))
            });
        let stamp = Stamp {
            size: metadata.len(),
            modified,
            inode: 0,
        };
        Ok((kind, stamp))
    }

    pub(super) fn is_link_refusal(error: &io::Error) -> bool {
        error.kind() == io::ErrorKind::Other
    }

    pub(super) fn is_special_refusal(_: &io::Error) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Write;

    fn read(opened: &mut Opened) -> Vec<u8> {
        let mut content = Vec::new();
        opened.reader.read_to_end(&mut content).unwrap();
        content
    }

    #[test]
    fn a_file_is_read_and_a_change_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        fs::write(&path, "abc").unwrap();
        let mut opened = open(&Unit::File(path.clone())).unwrap();
        assert_eq!(opened.size, Some(3));
        assert_eq!(read(&mut opened), b"abc");
        assert!(!opened.changed());
        let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"d").unwrap();
        assert!(opened.changed());
    }

    #[test]
    fn a_file_that_is_gone_has_vanished() {
        let unit = Unit::File("/no/such/file".into());
        assert_eq!(open(&unit).unwrap_err(), SkipReason::Vanished);
    }

    #[test]
    fn an_unopened_unit_keeps_its_reason() {
        let provenance = Provenance::file("x");
        let unit = Unit::Unopened(provenance, SkipReason::GitInternals);
        assert_eq!(open(&unit).unwrap_err(), SkipReason::GitInternals);
    }

    #[test]
    fn causes_are_parts_of_sentences() {
        let error = io::Error::from_raw_os_error(2);
        assert!(!cause(&error).contains("os error"));
        assert!(cause(&error).starts_with(char::is_lowercase));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_only_on_request() {
        let dir = tempfile::tempdir().unwrap();
        let (path, link) = (dir.path().join("f"), dir.path().join("l"));
        fs::write(&path, "abc").unwrap();
        std::os::unix::fs::symlink("f", &link).unwrap();
        assert_eq!(
            open(&Unit::File(link.clone())).unwrap_err(),
            SkipReason::Symlink
        );
        assert_eq!(read(&mut open(&Unit::Linked(link)).unwrap()), b"abc");
    }

    #[cfg(unix)]
    #[test]
    fn special_files_are_refused_and_never_block() {
        let dir = tempfile::tempdir().unwrap();
        let socket = dir.path().join("s");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        assert_eq!(open(&Unit::File(socket)).unwrap_err(), SkipReason::Special);
        for device in ["/dev/null", "/dev/zero"] {
            let unit = Unit::Linked(device.into());
            assert_eq!(open(&unit).unwrap_err(), SkipReason::Special);
        }
        assert_eq!(
            open(&Unit::File(dir.path().into())).unwrap_err(),
            SkipReason::Changed
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_fifo_in_a_files_place_does_not_block() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("p");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        if made.is_ok_and(|status| status.success()) {
            assert_eq!(open(&Unit::File(path)).unwrap_err(), SkipReason::Special);
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_of_size_zero_may_have_content() {
        let mut opened = open(&Unit::File("/proc/version".into())).unwrap();
        assert_eq!(opened.size, Some(0));
        assert!(!read(&mut opened).is_empty());
    }
}
