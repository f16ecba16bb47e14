//! The source for a list of paths (`--files-from`), read as a stream.

use std::collections::HashSet;
use std::fmt;
use std::io::{self, BufRead, Read};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use super::open::cause;
use super::walk::{self, WalkOptions};
use super::{Emit, Source, Unit};
use crate::base::content::SkipReason;
use crate::base::control::Control;
use crate::base::provenance::Provenance;

/// What stands between two paths of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separator {
    /// A line break, with or without a carriage return before it.
    Newline,
    /// A NUL byte, as `git diff -z` and `find -print0` write it.
    Nul,
}

/// Longer entries are no paths on any system; they are reported, not kept.
const LONGEST_PATH: usize = 64 << 10;

/// Paths of files and directories from a reader.
///
/// Entries are taken as they come: one that repeats the entry before it is
/// dropped, other repetitions and overlaps are scanned again, so that memory
/// does not grow with the list. Empty entries are passed over. An entry `-`
/// is a file of that name, because the list itself may come from standard input.
pub struct ListSource {
    name: String,
    reader: Mutex<Box<dyn BufRead + Send>>,
    separator: Separator,
    options: WalkOptions,
}

impl ListSource {
    /// A source over the entries of `reader`; `name` stands for the list when
    /// it cannot be read. It can be enumerated once: afterwards it is empty.
    pub fn new(
        name: &str,
        reader: Box<dyn BufRead + Send>,
        separator: Separator,
        options: WalkOptions,
    ) -> ListSource {
        ListSource {
            name: name.to_owned(),
            reader: Mutex::new(reader),
            separator,
            options,
        }
    }

    fn each(
        &self,
        reader: &mut dyn BufRead,
        control: &Control,
        emit: &mut Emit<'_>,
    ) -> ControlFlow<()> {
        let mut entry = Vec::new();
        let mut previous = Vec::new();
        loop {
            if control.is_cancelled() {
                return ControlFlow::Break(());
            }
            let length = match read_entry(reader, self.separator, &mut entry) {
                Ok(Some(length)) => length,
                Ok(None) => return ControlFlow::Continue(()),
                Err(error) => {
                    let reason = SkipReason::Unreadable(cause(&error));
                    return emit(Unit::Unopened(Provenance::file(&self.name), reason));
                }
            };
            if entry.is_empty() || entry == previous {
                continue;
            }
            match to_path(&entry) {
                Some(path) if length == entry.len() => {
                    walk::walk(&path, &self.options, &HashSet::new(), control, emit)?;
                }
                _ => {
                    let shown: String = String::from_utf8_lossy(&entry).chars().take(200).collect();
                    let reason = SkipReason::Unreadable("not a valid path".to_owned());
                    emit(Unit::Unopened(Provenance::file(shown), reason))?;
                }
            }
            std::mem::swap(&mut entry, &mut previous);
        }
    }
}

impl fmt::Debug for ListSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListSource")
            .field("name", &self.name)
            .field("separator", &self.separator)
            .finish_non_exhaustive()
    }
}

impl Source for ListSource {
    fn enumerate(&self, control: &Control, emit: &mut Emit<'_>) {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        // Breaking only stops the enumeration, which ends here anyway.
        let _ = self.each(&mut **reader, control, emit);
    }
}

/// Reads one entry without its separator into `entry`, which keeps at most
/// [`LONGEST_PATH`] bytes, and returns its full length; `None` at the end.
fn read_entry(
    reader: &mut dyn BufRead,
    separator: Separator,
    entry: &mut Vec<u8>,
) -> io::Result<Option<usize>> {
    let end = match separator {
        Separator::Newline => b'\n',
        Separator::Nul => 0,
    };
    entry.clear();
    let mut limited = reader.take(LONGEST_PATH as u64);
    if limited.read_until(end, entry)? == 0 {
        return Ok(None);
    }
    let mut length = entry.len();
    if entry.last() == Some(&end) {
        entry.pop();
        length -= 1;
        if separator == Separator::Newline && entry.last() == Some(&b'\r') {
            entry.pop();
            length -= 1;
        }
    } else if entry.len() == LONGEST_PATH {
        length += skip_past(reader, end)?;
    }
    Ok(Some(length))
}

/// Reads on to the next `end`, and says how many bytes that took.
fn skip_past(reader: &mut dyn BufRead, end: u8) -> io::Result<usize> {
    let mut skipped = 0;
    loop {
        let available = reader.fill_buf()?;
        if available.is_empty() {
            return Ok(skipped);
        }
        let (used, found) = match memchr::memchr(end, available) {
            Some(at) => (at + 1, true),
            None => (available.len(), false),
        };
        reader.consume(used);
        skipped += used;
        if found {
            return Ok(skipped);
        }
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have no such paths")]
fn to_path(bytes: &[u8]) -> Option<PathBuf> {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    Some(PathBuf::from(OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn to_path(bytes: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(bytes).ok().map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{create_dir, write};
    use std::io::Cursor;

    fn units(list: Vec<u8>, separator: Separator) -> Vec<Unit> {
        let reader = Box::new(Cursor::new(list));
        let source = ListSource::new("the list", reader, separator, WalkOptions::default());
        let mut units = Vec::new();
        source.enumerate(&Control::default(), &mut |unit| {
            units.push(unit);
            ControlFlow::Continue(())
        });
        units
    }

    #[test]
    fn entries_are_files_and_directories() {
        let dir = tempfile::tempdir().unwrap();
        let (file, sub) = (dir.path().join("a b"), dir.path().join("sub"));
        write(&file, "").unwrap();
        create_dir(&sub).unwrap();
        write(sub.join("c"), "").unwrap();
        let expected = [Unit::File(file.clone()), Unit::File(sub.join("c"))];
        let (file, sub) = (file.to_str().unwrap(), sub.to_str().unwrap());
        for list in [
            format!("{file}\n{sub}\n"),
            format!("\n{file}\r\n{file}\n\n{sub}"),
        ] {
            assert_eq!(units(list.into_bytes(), Separator::Newline), expected);
        }
        for list in [format!("{file}\0{sub}\0"), format!("{file}\0{sub}")] {
            assert_eq!(units(list.into_bytes(), Separator::Nul), expected);
        }
    }

    #[test]
    fn a_missing_entry_is_accounted_for() {
        let found = units(b"/no/such/file\n".to_vec(), Separator::Newline);
        let reason = SkipReason::Unreadable("no such file or directory".to_owned());
        assert_eq!(
            found,
            [Unit::Unopened(Provenance::file("/no/such/file"), reason)]
        );
    }

    #[test]
    fn an_endless_entry_takes_no_memory_and_the_next_one_counts() {
        let mut list = vec![b'a'; 5 * LONGEST_PATH];
        list.extend_from_slice(b"\n/no/such/file\n");
        let found = units(list, Separator::Newline);
        assert_eq!(found.len(), 2);
        assert!(
            matches!(&found[0], Unit::Unopened(_, SkipReason::Unreadable(why)) if why == "not a valid path")
        );
        assert_eq!(found[1].provenance().path().to_str(), Some("/no/such/file"));
    }
}
