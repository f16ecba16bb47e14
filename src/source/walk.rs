//! Walks one target: every entry below it becomes one unit, in name order.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use ignore::{IncrementalIgnore, WalkBuilder};
use walkdir::{DirEntry, WalkDir};

use super::exclude::Excludes;
use super::open::cause;
use super::{Emit, Unit};
use crate::base::content::SkipReason;
use crate::base::control::Control;
use crate::base::provenance::Provenance;

/// Shortest name of a directory that may hold anything, in bytes.
pub const NAME: usize = 12;

/// What to do with symbolic links below a target. A target that is itself a
/// link is always followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LinkMode {
    /// Account for them, do not follow them.
    #[default]
    Skip,
    /// Follow them; a link that leads back above itself is reported.
    Follow,
}

/// Whether ignore files decide what is scanned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IgnoreMode {
    /// Everything is scanned: ignored files are where secrets live.
    #[default]
    Everything,
    /// `.gitignore`, `.ignore` and git's own exclude files are respected. What
    /// they leave out is accounted for: one unit per ignored file, and one
    /// per ignored directory, which is not entered.
    Respect,
}

/// How targets are walked.
#[derive(Clone, Debug, Default)]
pub struct WalkOptions {
    /// Symbolic links.
    pub links: LinkMode,
    /// Ignore files.
    pub ignore: IgnoreMode,
    /// Paths left out by pattern.
    pub excludes: Excludes,
}

/// Emits the units of one named path: itself if it is a file, everything
/// below it if it is a directory. Entries in `owned` belong to another target
/// and are passed over without a unit.
pub(super) fn walk(
    target: &Path,
    options: &WalkOptions,
    owned: &HashSet<PathBuf>,
    control: &Control,
    emit: &mut Emit<'_>,
) -> ControlFlow<()> {
    if let Some(pattern) = options.excludes.pattern_above(target) {
        return emit(unopened(target, SkipReason::Excluded(pattern.to_owned())));
    }
    let kind = match fs::symlink_metadata(target) {
        Ok(metadata) => metadata.file_type(),
        Err(error) => return emit(unopened(target, SkipReason::Unreadable(cause(&error)))),
    };
    let (kind, linked) = if kind.is_symlink() {
        match fs::metadata(target) {
            Ok(metadata) => (metadata.file_type(), true),
            Err(error) => return emit(unopened(target, SkipReason::Unreadable(cause(&error)))),
        }
    } else {
        (kind, false)
    };
    if kind.is_dir() {
        return walk_directory(target, options, owned, control, emit);
    }
    if !kind.is_file() {
        // Asked for by name, so a quiet skip would pass for a clean result.
        let why = "not a regular file (pipe it into standard input instead)";
        return emit(unopened(target, SkipReason::Unreadable(why.to_owned())));
    }
    emit(if linked {
        Unit::Linked(target.to_owned())
    } else {
        Unit::File(target.to_owned())
    })
}

fn walk_directory(
    target: &Path,
    options: &WalkOptions,
    owned: &HashSet<PathBuf>,
    control: &Control,
    emit: &mut Emit<'_>,
) -> ControlFlow<()> {
    let mut ignored = match options.ignore {
        IgnoreMode::Everything => None,
        IgnoreMode::Respect => ignore_files(target),
    };
    let mut entries = WalkDir::new(target)
        .follow_links(options.links == LinkMode::Follow)
        .sort_by_file_name()
        .into_iter();
    while let Some(entry) = entries.next() {
        if control.is_cancelled() {
            return ControlFlow::Break(());
        }
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                emit(failed(target, &error))?;
                continue;
            }
        };
        match judge(&entry, target, options, owned, ignored.as_mut()) {
            Step::Enter => {
                let path = as_named(entry.path(), target);
                if entry.depth() > 0 && entry.file_name().len() >= NAME {
                    emit(Unit::Folder(path.to_owned()))?;
                }
            }
            Step::PassOver => skip_below(&entry, &mut entries),
            Step::Emit(unit) => {
                skip_below(&entry, &mut entries);
                emit(unit)?;
            }
        }
    }
    ControlFlow::Continue(())
}

/// What to do with one entry.
enum Step {
    /// A directory to descend into.
    Enter,
    /// Neither a unit nor descended into.
    PassOver,
    /// One unit, not descended into.
    Emit(Unit),
}

fn judge(
    entry: &DirEntry,
    target: &Path,
    options: &WalkOptions,
    owned: &HashSet<PathBuf>,
    ignored: Option<&mut IncrementalIgnore>,
) -> Step {
    if entry.depth() == 0 {
        return Step::Enter;
    }
    let kind = entry.file_type();
    let path = as_named(entry.path(), target);
    if !owned.is_empty() && owned.contains(path) {
        return Step::PassOver;
    }
    if let Some(pattern) = options.excludes.pattern_for(path, target) {
        return Step::Emit(unopened(path, SkipReason::Excluded(pattern.to_owned())));
    }
    if kind.is_dir() && is_git_directory(entry) {
        return Step::Emit(unopened(path, SkipReason::GitInternals));
    }
    if let Some(ignored) = ignored {
        let relative = entry.path().strip_prefix(target).unwrap_or(path);
        if ignored.matched(relative, kind.is_dir()).is_ignore() {
            return Step::Emit(unopened(path, SkipReason::GitIgnored));
        }
    }
    if kind.is_dir() {
        Step::Enter
    } else if kind.is_symlink() {
        Step::Emit(unopened(path, SkipReason::Symlink))
    } else if !kind.is_file() {
        Step::Emit(unopened(path, SkipReason::Special))
    } else if entry.path_is_symlink() {
        Step::Emit(Unit::Linked(path.to_owned()))
    } else {
        Step::Emit(Unit::File(path.to_owned()))
    }
}

fn skip_below(entry: &DirEntry, entries: &mut walkdir::IntoIter) {
    if entry.file_type().is_dir() {
        entries.skip_current_dir();
    }
}

/// The unit for an entry that could not be listed.
fn failed(target: &Path, error: &walkdir::Error) -> Unit {
    let path = as_named(error.path().unwrap_or(target), target);
    if error.loop_ancestor().is_some() {
        return unopened(path, SkipReason::Loop);
    }
    let reason = match error.io_error() {
        Some(io_error) if io_error.kind() == io::ErrorKind::NotFound && error.depth() > 0 => {
            // A link to nowhere holds nothing; anything else was there a moment ago.
            if fs::symlink_metadata(path).is_ok_and(|m| m.file_type().is_symlink()) {
                SkipReason::Symlink
            } else {
                SkipReason::Vanished
            }
        }
        Some(io_error) => SkipReason::Unreadable(cause(io_error)),
        None => SkipReason::Unreadable("could not be listed".to_owned()),
    };
    unopened(path, reason)
}

/// Paths as the user would name them: those below `.` do without the `./`.
fn as_named<'a>(path: &'a Path, target: &Path) -> &'a Path {
    if target == Path::new(".") {
        match path.strip_prefix(".") {
            Ok(plain) if !plain.as_os_str().is_empty() => plain,
            _ => path,
        }
    } else {
        path
    }
}

fn is_git_directory(entry: &DirEntry) -> bool {
    entry.file_name() == ".git"
        && (entry.path().join("HEAD").exists() || entry.path().join("objects").exists())
}

/// The matcher over the ignore files at, above and below `target`.
fn ignore_files(target: &Path) -> Option<IncrementalIgnore> {
    WalkBuilder::new(target)
        .hidden(false)
        .build_matchers()
        .into_iter()
        .next()
}

fn unopened(path: &Path, reason: SkipReason) -> Unit {
    Unit::Unopened(Provenance::file(path), reason)
}
