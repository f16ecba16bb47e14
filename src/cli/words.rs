//! Whose word silences findings in one run: comments, ignore files, and how far
//! each is trusted.

use std::path::{Path, PathBuf};

use crate::cli::args::Global;
use crate::cli::exit::Exit;
use crate::cli::message;
use crate::cli::settings::stop;
use crate::config::discover::project_root;
use crate::config::environment::Environment;
use crate::config::file::Obey;
use crate::config::resolve::Files;
use crate::config::settings::{Layer, Set, Settings};
use crate::judge::directive::Tool;
use crate::judge::key::Keyer;
use crate::judge::suppress::{Comments, Locks, Trust};
use crate::record::books::{Authority, Base, Books, IgnoreBook};
use crate::record::ignore::IgnoreFile;
use crate::record::plain;
use crate::register::date::Date;

/// The project's ignore file, below its root.
pub(super) const IGNORE: &str = ".stanch/ignore";

/// Where what is scanned comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Files: the project's own, and others.
    Files,
    /// What the user is about to commit or push in the project.
    Own,
    /// Commits, which others may have written.
    Others,
    /// A tree that the user does not vouch for.
    Untrusted,
}

/// A project's ignore file as it was read: in the tree or in a revision.
#[derive(Debug)]
pub(super) struct Sheet {
    /// Its name, for reports.
    pub(super) name: String,
    /// Its content.
    pub(super) text: String,
    /// Whether it has a say.
    pub(super) authority: Authority,
}

/// The project the current directory belongs to.
#[derive(Clone, Debug)]
pub(super) struct Project {
    /// The current directory.
    pub(super) here: PathBuf,
    /// The project's directory, if it belongs to one.
    pub(super) root: Option<PathBuf>,
    /// Whether files are used that nobody names.
    files: Files,
}

impl Project {
    /// Finds it.
    ///
    /// # Errors
    /// There is no current directory.
    pub(super) fn find(global: &Global) -> Result<Project, Exit> {
        let here = std::env::current_dir()
            .map_err(|error| stop(&format!("the current directory cannot be used: {error}")))?;
        let home = Environment::read().home;
        let root = project_root(&here, home.as_deref());
        let files = if global.isolated {
            Files::Isolated
        } else {
            Files::Discover
        };
        Ok(Project { here, root, files })
    }

    /// Where its ignore file is or would be.
    pub(super) fn ignore_file(&self) -> PathBuf {
        self.root.as_ref().unwrap_or(&self.here).join(IGNORE)
    }

    /// `path` as somebody in the current directory would write it.
    pub(super) fn shown(&self, path: &Path) -> String {
        let short = path.strip_prefix(&self.here).unwrap_or(path);
        short.display().to_string()
    }

    /// Its ignore file.
    ///
    /// # Errors
    /// It cannot be read: what somebody wanted ignored is not known then.
    pub(super) fn sheet(&self, authority: Authority) -> Result<Option<Sheet>, Exit> {
        if self.files == Files::Isolated {
            return Ok(None);
        }
        let path = self.ignore_file();
        let name = self.shown(&path);
        let text = read(&path, &name)?;
        Ok(text.map(|text| Sheet {
            name,
            text,
            authority,
        }))
    }
}

fn read(path: &Path, name: &str) -> Result<Option<String>, Exit> {
    plain::read(path).map_err(|error| stop(&format!("cannot read {name}: {error}")))
}

/// Whose comments count.
pub(super) fn comments(settings: &Settings, scope: Scope, project: &Project) -> Comments {
    let trust = match (settings.comments.value, scope, &project.root) {
        (Obey::Never, ..) | (_, Scope::Untrusted, _) => Trust::Nobody,
        (Obey::Always, ..) | (Obey::Trusted, Scope::Own, _) => Trust::Everybody,
        (Obey::Trusted, Scope::Files, Some(root)) => Trust::Tree {
            root: root.clone(),
            here: project.here.clone(),
        },
        (Obey::Trusted, ..) => Trust::Nobody,
    };
    let tool = |set: &Set<String>| {
        let known = Tool::FOREIGN.iter().find(|(name, _)| *name == set.value);
        known.map(|(_, tool)| *tool)
    };
    Comments {
        trust,
        honour: settings.honour.iter().filter_map(tool).collect(),
        locks: locks(settings, |_| true),
        today: Date::today(),
    }
}

/// Locks that bind the project and what it ignores.
pub(super) fn locks_on_project(settings: &Settings) -> Locks {
    locks(settings, |by| by < Layer::Project)
}

/// Locks that were set by one of the layers.
fn locks(settings: &Settings, by: impl Fn(Layer) -> bool) -> Locks {
    let locked = settings.locked.iter().filter(|set| by(set.origin.layer));
    Locks::new(locked.map(|set| (set.value.clone(), set.origin.to_string())))
}

/// Everything that is asked about findings: the project's `sheets`, and the
/// files that the configuration names.
///
/// # Errors
/// A file that is named cannot be read.
pub(super) fn books(
    settings: &Settings,
    sheets: Vec<Sheet>,
    project: &Project,
    keyer: Keyer,
) -> Result<Books, Exit> {
    let mut ignores = Vec::new();
    for file in &settings.ignore_files {
        let name = project.shown(&file.value);
        let Some(text) = read(&file.value, &name)? else {
            return Err(stop(&format!("the ignore file {name} does not exist")));
        };
        // A layer is not bound by its own locks.
        let layer = file.origin.layer;
        ignores.push(IgnoreBook {
            file: IgnoreFile::parse(&text),
            name,
            authority: Authority::Obeyed,
            locks: locks(settings, |by| by < layer),
        });
    }
    ignores.extend(sheets.into_iter().map(|sheet| IgnoreBook {
        file: IgnoreFile::parse(&sheet.text),
        name: sheet.name,
        authority: sheet.authority,
        locks: locks_on_project(settings),
    }));
    let base = Base {
        root: project.root.clone().unwrap_or_else(|| project.here.clone()),
        here: project.here.clone(),
    };
    let books = Books::new(ignores, base, keyer, Date::today());
    for (name, fault) in books.faults() {
        message::warning(&format!(
            "{name}:{} has no effect: {}",
            fault.line, fault.message
        ));
    }
    Ok(books)
}
