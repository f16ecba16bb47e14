//! A project's files as a revision of its repository has them.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::exit::Exit;
use crate::cli::folders::ReadBelow;
use crate::cli::settings::stop;
use crate::cli::words::{self, Sheet};
use crate::config::settings::{Layer, Set};
use crate::record::books::Authority;
use crate::source::git::Repository;

/// The ignore file in the revision `policy`, which has the say, and that in
/// `scanned`, which is shown.
///
/// # Errors
/// One cannot be read; it has been told on standard error.
pub(super) fn sheets_of(
    repository: &Repository,
    policy: &str,
    scanned: Option<&str>,
) -> Result<Vec<Sheet>, Exit> {
    let mut sheets = Vec::new();
    for (revision, authority) in [
        (Some(policy), Authority::Obeyed),
        (scanned, Authority::Shown),
    ] {
        let Some(revision) = revision else { continue };
        for &(kind, name) in words::FILES {
            let found = repository.file_at(revision, name);
            let found = found.map_err(|error| stop(&error.to_string()))?;
            if let Some(bytes) = found {
                sheets.push(Sheet {
                    kind,
                    name: format!("{name} of {revision}"),
                    text: String::from_utf8_lossy(&bytes).into_owned(),
                    authority,
                });
            }
        }
    }
    Ok(sheets)
}

/// What reads files of the revision `policy`.
pub(super) fn below(repository: &Arc<Repository>, policy: &str) -> Box<ReadBelow> {
    let (repository, policy) = (Arc::clone(repository), policy.to_owned());
    Box::new(move |path: &Path| {
        let name = path.to_string_lossy().replace('\\', "/");
        let found = repository
            .file_at(&policy, &name)
            .map_err(io::Error::other)?;
        Ok(found.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    })
}

/// Reads a file that settings name: where those are of the revision `policy`,
/// from there.
///
/// # Errors
/// It cannot be read.
pub(super) fn named_at(
    repository: &Repository,
    policy: &str,
    file: &Set<PathBuf>,
) -> io::Result<Option<String>> {
    if file.origin.layer != Layer::Project || file.value.is_absolute() {
        return words::from_disk(file);
    }
    let name = file.value.to_string_lossy().replace('\\', "/");
    let found = repository
        .file_at(policy, &name)
        .map_err(io::Error::other)?;
    let text = found.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    Ok(text)
}
