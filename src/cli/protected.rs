//! The index of protected documents that a scan uses.

use std::path::Path;
use std::sync::Arc;

use crate::cli::exit::Exit;
use crate::cli::key::{self, RegisterKeyArgs};
use crate::cli::register::load_index;
use crate::config::settings::Settings;
use crate::register::index::Index;

/// The index at `path`, else the one the settings name, if they do.
pub(super) fn index(
    path: Option<&Path>,
    key: &RegisterKeyArgs,
    key_file: Option<&Path>,
    settings: &Settings,
) -> Result<Option<Arc<Index>>, Exit> {
    let set = settings.register_index.as_ref();
    let Some(path) = path.or(set.map(|set| set.value.as_path())) else {
        return Ok(None);
    };
    let keys = key::register_keys(&key::with_settings(key, settings), key_file)?;
    Ok(Some(Arc::new(load_index(path, keys)?)))
}

/// URLs of the remotes of `repository`.
#[cfg(feature = "git")]
pub(super) fn urls(repository: &crate::source::git::Repository) -> Vec<String> {
    let remotes = repository.remotes().into_iter();
    remotes.map(|(_, url)| url).collect()
}
