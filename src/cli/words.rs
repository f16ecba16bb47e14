//! Whose word silences findings in one run: comments, ignore files, and how far
//! each is trusted.

use std::io;
use std::path::{Path, PathBuf};

use crate::cli::args::Global;
use crate::cli::exit::Exit;
use crate::cli::folders::{Folders, ReadBelow};
use crate::cli::message;
use crate::cli::settings::stop;
use crate::config::discover::project_root;
use crate::config::environment::Environment;
use crate::config::file::Obey;
use crate::config::resolve::Files;
use crate::config::settings::{Layer, Set, Settings};
use crate::judge::directive::Tool;
use crate::judge::finding::Finding;
use crate::judge::key::Keyer;
use crate::judge::status::Means;
use crate::judge::suppress::{Comments, Locks, Trust};
use crate::record::baseline::Baseline;
use crate::record::books::{Authority, Base, BaselineBook, Books, IgnoreBook};
use crate::record::ignore::IgnoreFile;
use crate::record::plain;
use crate::register::date::Date;

/// The project's ignore file, below its root.
pub(super) const IGNORE: &str = ".stanch/ignore";

/// The project's baseline, below its root.
pub(super) const BASELINE: &str = ".stanch/baseline";

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

/// What a sheet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An ignore file.
    Ignore,
    /// A baseline.
    Baseline,
}

/// The project's files that are looked for.
pub(super) const FILES: &[(Kind, &str)] = &[(Kind::Ignore, IGNORE), (Kind::Baseline, BASELINE)];

/// A project's ignore file or baseline as it was read: in the tree or in a revision.
#[derive(Debug)]
pub(super) struct Sheet {
    /// What it is.
    pub(super) kind: Kind,
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

    /// Where one of its files is or would be.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.root.as_ref().unwrap_or(&self.here).join(name)
    }

    /// Where paths of entries begin.
    pub(super) fn base(&self) -> Base {
        Base {
            root: self.root.clone().unwrap_or_else(|| self.here.clone()),
            here: self.here.clone(),
        }
    }

    /// `path` as somebody in the current directory would write it.
    pub(super) fn shown(&self, path: &Path) -> String {
        let short = path.strip_prefix(&self.here).unwrap_or(path);
        short.display().to_string()
    }

    /// Its ignore file and its baseline.
    ///
    /// # Errors
    /// One cannot be read: what somebody wanted ignored is not known then.
    pub(super) fn sheets(&self, authority: Authority) -> Result<Vec<Sheet>, Exit> {
        let mut sheets = Vec::new();
        if self.files == Files::Isolated {
            return Ok(sheets);
        }
        for &(kind, name) in FILES {
            let path = self.file(name);
            let name = self.shown(&path);
            if let Some(text) = read(&path, &name)? {
                sheets.push(Sheet {
                    kind,
                    name,
                    text,
                    authority,
                });
            }
        }
        Ok(sheets)
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
        audit: None,
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

/// Everything that decides whether a finding counts.
#[derive(Debug)]
pub(super) struct Deciders {
    /// Ignore files and baselines.
    pub(super) books: Books,
    /// Settings of folders.
    pub(super) folders: Option<Folders>,
}

impl Deciders {
    /// Decides whether `finding` counts, unless that is decided.
    pub(super) fn settle(&mut self, finding: &mut Finding) {
        if let Some(folders) = &mut self.folders {
            folders.settle(finding);
        }
        self.books.settle(finding);
    }
}

/// The settings of the project's folders, which `read` reads by their paths
/// below its root; of none when no file is used that nobody names.
pub(super) fn folders(
    settings: &Settings,
    project: &Project,
    scope: Scope,
    read: Option<Box<ReadBelow>>,
) -> Option<Folders> {
    let root = project.root.clone()?;
    if project.files == Files::Isolated {
        return None;
    }
    let authority = if scope == Scope::Untrusted {
        Authority::Shown
    } else {
        Authority::Obeyed
    };
    let read = read.unwrap_or_else(|| Box::new(move |path: &Path| plain::read(&root.join(path))));
    let locks = locks(settings, |_| true);
    let base = project.base();
    Some(Folders::new(settings, base, read, authority, locks))
}

/// Reads a file that the configuration or an option names.
pub(super) type ReadNamed<'a> = dyn Fn(&Set<PathBuf>) -> io::Result<Option<String>> + 'a;

/// Reads a file from the disk.
///
/// # Errors
/// See [`plain::read`].
pub(super) fn from_disk(file: &Set<PathBuf>) -> io::Result<Option<String>> {
    plain::read(&file.value)
}

/// Everything that is asked about findings: the project's `sheets`, and the
/// files that the configuration names, which `named` reads.
///
/// # Errors
/// A file that is named cannot be read.
pub(super) fn books(
    settings: &Settings,
    mut sheets: Vec<Sheet>,
    named: &ReadNamed<'_>,
    project: &Project,
    keyer: Keyer,
) -> Result<Books, Exit> {
    let ignores = settings
        .ignore_files
        .iter()
        .map(|file| (Kind::Ignore, file));
    let baselines = settings.baselines.iter().map(|file| (Kind::Baseline, file));
    let mut layers = vec![Layer::Project; sheets.len()];
    for (kind, file) in ignores.chain(baselines) {
        let name = project.shown(&file.value);
        let text = named(file).map_err(|error| stop(&format!("cannot read {name}: {error}")))?;
        let text = text.ok_or_else(|| stop(&format!("{name} does not exist")))?;
        sheets.push(Sheet {
            kind,
            name,
            text,
            authority: Authority::Obeyed,
        });
        // What an option names is the project's, too, as far as locks go.
        layers.push(file.origin.layer.min(Layer::Project));
    }
    let (mut ignores, mut baselines) = (Vec::new(), Vec::new());
    for (sheet, layer) in sheets.into_iter().zip(layers) {
        // A layer is not bound by its own locks.
        let locks = locks(settings, |by| by < layer);
        match sheet.kind {
            Kind::Ignore => ignores.push(IgnoreBook {
                file: IgnoreFile::parse(&sheet.text),
                name: sheet.name,
                authority: sheet.authority,
                locks,
                means: Means::IgnoreFile,
            }),
            Kind::Baseline => baselines.push(baseline(sheet, locks, &keyer)),
        }
    }
    let books = Books::new(ignores, baselines, project.base(), keyer, Date::today());
    for (name, fault) in books.faults() {
        without_effect(name, fault.line, &fault.message);
    }
    Ok(books)
}

fn baseline(sheet: Sheet, locks: Locks, keyer: &Keyer) -> BaselineBook {
    let read = Baseline::parse(&sheet.text);
    for (line, why) in &read.faults {
        without_effect(&sheet.name, *line, why);
    }
    if !read.is_keyed_by(keyer) {
        let name = &sheet.name;
        message::warning(&format!(
            "{name} was made with another project key (`STANCH_KEY`) and knows nothing here"
        ));
    }
    BaselineBook {
        name: sheet.name.into(),
        keys: read.keys(),
        authority: sheet.authority,
        locks,
    }
}

fn without_effect(name: &str, line: usize, why: &str) {
    message::warning(&format!("{name}:{line} has no effect: {why}"));
}
