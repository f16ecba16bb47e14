//! What stands beside the objects of a repository: configuration, references,
//! their logs, hooks, messages. They are files like any others.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::Reach;
use crate::base::content::SkipReason;
use crate::base::control::Control;
use crate::base::provenance::Provenance;
use crate::source::git::repository::Repository;
use crate::source::open::cause;
use crate::source::{Emit, Unit};

/// Deepest nesting that is followed.
const DEEPEST: usize = 64;

/// Emits the files of the git directory and of what it shares.
pub(super) fn emit(
    repository: &Repository,
    reach: Reach,
    control: &Control,
    emit: &mut Emit<'_>,
) -> ControlFlow<()> {
    let common = repository.common_dir();
    let logs = common.join("logs");
    let emit = &mut |unit: Unit| match &unit {
        // Logs tell of what references led to before.
        Unit::File(path) if reach == Reach::References && path.starts_with(&logs) => {
            ControlFlow::Continue(())
        }
        _ => emit(unit),
    };
    folder(common, common, 0, control, emit)?;
    let own = repository.git_dir();
    if own == common || own.starts_with(common) {
        return ControlFlow::Continue(());
    }
    folder(own, own, 0, control, emit)
}

fn folder(
    top: &Path,
    dir: &Path,
    depth: usize,
    control: &Control,
    emit: &mut Emit<'_>,
) -> ControlFlow<()> {
    let unread = |path: &Path, reason| Unit::Unopened(Provenance::file(path), reason);
    if depth > DEEPEST {
        return emit(unread(dir, SkipReason::Loop));
    }
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) => return emit(unread(dir, SkipReason::Unreadable(cause(&error)))),
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort_unstable();
    for path in paths {
        if control.is_cancelled() {
            return ControlFlow::Break(());
        }
        let Ok(kind) = path.symlink_metadata().map(|metadata| metadata.file_type()) else {
            emit(unread(&path, SkipReason::Vanished))?;
            continue;
        };
        if kind.is_file() {
            emit(Unit::File(path))?;
        } else if kind.is_symlink() {
            emit(unread(&path, SkipReason::Symlink))?;
        } else if !kind.is_dir() {
            emit(unread(&path, SkipReason::Special))?;
        } else if path == top.join("modules") {
            modules(&path, 0, emit)?;
        } else if path != top.join("objects") {
            folder(top, &path, depth + 1, control, emit)?;
        }
    }
    ControlFlow::Continue(())
}

/// The repositories of submodules: each has a history of its own.
fn modules(dir: &Path, depth: usize, emit: &mut Emit<'_>) -> ControlFlow<()> {
    let mut paths: Vec<PathBuf> = fs::read_dir(dir)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort_unstable();
    for path in paths {
        let real = path
            .symlink_metadata()
            .is_ok_and(|metadata| metadata.is_dir());
        if real && path.join("HEAD").is_file() {
            let reason = SkipReason::Unsupported(
                "a submodule's repository, which has a history of its own (scan it by its path),",
            );
            emit(Unit::Unopened(Provenance::file(path), reason))?;
        } else if real && depth < DEEPEST {
            modules(&path, depth + 1, emit)?;
        }
    }
    ControlFlow::Continue(())
}
