//! Settings of folders inside of the project: a `stanch.toml` below its root has
//! a say about findings below its own folder, where no stronger one objects.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::message;
use crate::cli::settings::tell;
use crate::config::discover::NAMES;
use crate::config::folder::Folder;
use crate::config::settings::Settings;
use crate::judge::finding::Finding;
use crate::judge::status::{Grant, Means, Refusal, Status, Why};
use crate::judge::suppress::Locks;
use crate::record::books::{Authority, Base};
use crate::rules::diagnostic::Diagnostics;

/// Reads a file of the project by its path below the root.
pub(super) type ReadBelow = dyn Fn(&Path) -> io::Result<Option<String>> + Send;

/// The folders' settings, read when a finding asks for them.
pub(super) struct Folders {
    base: Base,
    read: Box<ReadBelow>,
    authority: Authority,
    locks: Locks,
    settings: Settings,
    known: HashMap<PathBuf, Option<Arc<Folder>>>,
}

impl std::fmt::Debug for Folders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Folders")
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

impl Folders {
    /// Folders of the project at `base`, whose files `read` reads.
    pub(super) fn new(
        settings: &Settings,
        base: Base,
        read: Box<ReadBelow>,
        authority: Authority,
        locks: Locks,
    ) -> Folders {
        Folders {
            base,
            read,
            authority,
            locks,
            settings: settings.clone(),
            known: HashMap::new(),
        }
    }

    /// Decides whether `finding` counts, and how bad it is, as the folders
    /// above it say: the nearest one last.
    pub(super) fn settle(&mut self, finding: &mut Finding) {
        let path = self.base.path(&finding.provenance);
        if path.is_absolute() {
            return;
        }
        let above: Vec<PathBuf> = path.ancestors().skip(1).map(Path::to_owned).collect();
        for folder in above
            .iter()
            .rev()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            if let Some(folder) = self.of(folder) {
                self.apply(&folder, &path, finding);
            }
        }
    }

    fn apply(&self, folder: &Folder, path: &Path, finding: &mut Finding) {
        let rule = finding.rule.id.as_str().to_owned();
        let locked = self.locks.on(&rule).map(|by| Why::Locked(by.to_owned()));
        let shown = (self.authority == Authority::Shown).then_some(Why::Untrusted);
        let why = locked.or(shown);
        if why.is_none()
            && let Some(severity) = folder.severity_of(&rule)
        {
            finding.severity = severity;
        }
        if !finding.standing.is_new() {
            return;
        }
        let value = finding.secret.expose();
        let Some((place, reason)) = folder.allows(&rule, value, path, finding.confidence) else {
            return;
        };
        let grant = Arc::new(Grant {
            means: Means::Configuration,
            place,
            reason: reason.into(),
            owner: None,
            until: None,
        });
        match why {
            None => finding.standing.status = Status::Allowed { by: grant },
            Some(why) => finding.standing.refused.push(Refusal { grant, why }),
        }
    }

    /// The settings of `folder`, if it has any.
    fn of(&mut self, folder: &Path) -> Option<Arc<Folder>> {
        if let Some(known) = self.known.get(folder) {
            return known.clone();
        }
        let found = self.look(folder).map(Arc::new);
        self.known.insert(folder.to_owned(), found.clone());
        found
    }

    fn look(&self, folder: &Path) -> Option<Folder> {
        // Another repository inside of the project has settings of its own.
        if self.base.root.join(folder).join(".git").exists() {
            return None;
        }
        for name in NAMES {
            let path = folder.join(name);
            let shown = path.display().to_string();
            let text = match (self.read)(&path) {
                Ok(Some(text)) => text,
                Ok(None) => continue,
                Err(error) => {
                    message::warning(&format!("cannot read {shown}, which has no say: {error}"));
                    return None;
                }
            };
            return match Folder::parse(&shown, &text, folder, &self.settings) {
                Ok((folder, warnings)) => {
                    tell(&Diagnostics(warnings));
                    Some(folder)
                }
                Err(found) => {
                    tell(&Diagnostics(found));
                    message::warning(&format!("{shown} has no say"));
                    None
                }
            };
        }
        None
    }
}
