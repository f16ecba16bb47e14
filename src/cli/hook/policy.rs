//! Which settings and rules a hook goes by, and whose word silences findings.

use std::path::PathBuf;
use std::sync::Arc;

use crate::cli::args::Global;
use crate::cli::exit::Exit;
use crate::cli::settings::Loaded;
use crate::cli::words::{Deciders, Project, Scope, Sheet};
use crate::cli::{git, revision, settings, words};
use crate::config::resolve::Flags;
use crate::config::settings::Set;
use crate::judge::key::Keyer;
use crate::record::books::Authority;
use crate::source::git::Repository;

use super::RunArgs;

/// The settings and rules in force: those of the developer's files, on a
/// server those that the repository's `HEAD` holds.
pub(super) fn policy(
    args: &RunArgs,
    global: &Global,
    repository: &Repository,
) -> Result<(Loaded, Words), Exit> {
    let flags = Flags {
        allow_incomplete: args.allow_incomplete.clone().unwrap_or_default(),
        ..Flags::default()
    };
    let revision = match &args.policy_from {
        Some(revision) => Some(revision.as_str()),
        None if args.hook.is_server_side() => repository.head().map(|_| "HEAD"),
        None => None,
    };
    let project = Project::find(global)?;
    let revision = revision.map(str::to_owned);
    let (loaded, sheets) = match &revision {
        Some(revision) => (
            git::load_from(repository, revision, global, flags)?,
            revision::sheets_of(repository, revision, None)?,
        ),
        None => (
            settings::load(global, flags)?,
            project.sheets(Authority::Obeyed)?,
        ),
    };
    settings::tell(&loaded.warnings);
    let scope = if args.hook.is_server_side() {
        Scope::Others
    } else {
        Scope::Own
    };
    let words = Words {
        project,
        scope,
        sheets,
        revision,
    };
    Ok((loaded, words))
}

/// Whose word counts in a hook.
pub(super) struct Words {
    pub(super) project: Project,
    pub(super) scope: Scope,
    pub(super) sheets: Vec<Sheet>,
    /// The revision that has the say, if it is not the work tree.
    revision: Option<String>,
}

impl Words {
    pub(super) fn deciders(
        &mut self,
        loaded: &Loaded,
        repository: &Arc<Repository>,
        keyer: Keyer,
    ) -> Result<Deciders, Exit> {
        let sheets = std::mem::take(&mut self.sheets);
        let named = |file: &Set<PathBuf>| match &self.revision {
            Some(revision) => revision::named_at(repository, revision, file),
            None => words::from_disk(file),
        };
        let books = words::books(&loaded.settings, sheets, &named, &self.project, keyer)?;
        let below = self.revision.as_ref();
        let below = below.map(|revision| revision::below(repository, revision));
        let folders = words::folders(&loaded.settings, &self.project, self.scope, below);
        Ok(Deciders { books, folders })
    }
}
