//! Who has the last word: defaults, the organisation's file, the user's file, the
//! project's file (or the one named in its place), environment, flags, each over
//! the one before, but for what one before has fixed.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::base::level::{Confidence, Severity};
use crate::config::diagnose::{self, Role};
use crate::config::discover::{self, Found};
use crate::config::environment::Environment;
use crate::config::file::When;
use crate::config::settings::{Layer, Origin, Set, Settings};
use crate::judge::reuse::Check;
use crate::report::output::Format;
use crate::rules::diagnostic::{Diagnostic, Diagnostics, Level};

/// Largest configuration file, in bytes.
const FILE_MAX: u64 = 1 << 20;

/// What the command line says; empty where it says nothing.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--config`: the file to use in place of the project's.
    pub config: Option<PathBuf>,
    /// `--policy`: the organisation's file.
    pub policy: Option<PathBuf>,
    /// What stands in place of the project's file, unless `config` names one.
    pub given: Option<Given>,
    /// `--isolated` reads no file that is not named.
    pub files: Files,
    /// `--respect-gitignore`
    pub respect_gitignore: Option<bool>,
    /// `--follow-symlinks`
    pub follow_symlinks: Option<bool>,
    /// `--no-decode`
    pub decode: Option<bool>,
    /// `--threads`
    pub threads: Option<usize>,
    /// `--exclude`
    pub exclude: Vec<String>,
    /// `--min-confidence`
    pub min_confidence: Option<Confidence>,
    /// `--fail-on`
    pub fail_on: Option<Severity>,
    /// `--allow-incomplete`
    pub allow_incomplete: Vec<String>,
    /// `--baseline`
    pub baselines: Vec<PathBuf>,
    /// `--ignore-file`
    pub ignore_files: Vec<PathBuf>,
    /// `--unpack-limit`
    pub unpack_limits: Vec<String>,
    /// `--rules`
    pub rule_files: Vec<PathBuf>,
    /// `--disable`
    pub disable: Vec<String>,
    /// `--class`, which replaces what files say
    pub classes: Vec<String>,
    /// `--enable`
    pub enable: Vec<String>,
    /// `--preview`
    pub preview: Option<bool>,
    /// `--no-learned`
    pub learned: Option<bool>,
    /// `--color`
    pub color: Option<When>,
    /// `--format`
    pub format: Option<Format>,
    /// `--progress`
    pub progress: Option<When>,
    /// `--cache`, `--no-cache`
    pub cache_use: Option<When>,
    /// `--cache`
    pub cache_dir: Option<PathBuf>,
    /// `--cache-check`
    pub cache_check: Option<Check>,
}

/// A project's file that was read elsewhere: in a revision of a repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Its name, for messages.
    pub name: String,
    /// Its content; `None` when there is no such file: then no other is looked for.
    pub text: Option<String>,
}

/// Which files are looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Files {
    /// The project's and the user's.
    #[default]
    Discover,
    /// The user's. The project's is named and not obeyed: nobody vouches for it.
    Untrusted,
    /// None but the one that is named.
    Isolated,
}

/// Settings, and what led to them.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The settings in force.
    pub settings: Settings,
    /// What is worth a look.
    pub warnings: Diagnostics,
    /// The files that were read, the weakest first.
    pub files: Vec<PathBuf>,
}

/// Makes the settings in force for a program that runs in `directory`.
///
/// # Errors
/// Every mistake of every layer.
pub fn resolve(
    directory: &Path,
    environment: &Environment,
    flags: &Flags,
) -> Result<Resolved, Diagnostics> {
    let mut work = Work::default();
    work.policy(directory, environment, flags);
    work.files(directory, environment, flags);
    work.layer(|work| work.environment(environment));
    work.layer(|work| work.settings.take_flags(flags));
    let mut found = work.found;
    found.extend(diagnose::settings(&work.settings));
    let found = Diagnostics(found);
    if found.has_errors() {
        return Err(found);
    }
    Ok(Resolved {
        settings: work.settings,
        warnings: found,
        files: work.read,
    })
}

#[derive(Default)]
struct Work {
    settings: Settings,
    found: Vec<Diagnostic>,
    read: Vec<PathBuf>,
}

impl Work {
    /// The organisation's file, which is only used when it is named.
    fn policy(&mut self, directory: &Path, environment: &Environment, flags: &Flags) {
        if let Some(named) = flags.policy.as_ref().or(environment.policy.as_ref()) {
            self.file(&directory.join(named), named, Role::Organisation);
        }
    }

    /// Takes a layer, but for what those before it have fixed.
    fn layer(&mut self, take: impl FnOnce(&mut Work)) {
        let before = self.settings.clone();
        take(self);
        self.found.extend(self.settings.hold(&before));
    }

    fn files(&mut self, directory: &Path, environment: &Environment, flags: &Flags) {
        let discover = flags.files != Files::Isolated;
        if let Some(user) = environment
            .user_file()
            .filter(|path| discover && path.is_file())
        {
            self.file(&user, &user, Role::User);
        }
        if let Some(named) = flags.config.as_ref().or(environment.config.as_ref()) {
            self.file(&directory.join(named), named, Role::Project);
        } else if let Some(given) = flags.given.as_ref().filter(|_| discover) {
            if let Some(text) = &given.text {
                self.text(&given.name, text, Path::new(""), Role::Project);
                self.no_command();
            }
        } else if discover {
            match discover::project_file(directory, environment.home.as_deref()) {
                Found::Nothing => {}
                Found::Project(path) if flags.files == Files::Untrusted => {
                    let shown = path.strip_prefix(directory).unwrap_or(&path);
                    self.found.push(untrusted(shown));
                }
                Found::Project(path) => {
                    // The name is what a user in the directory would write.
                    let shown = path.strip_prefix(directory).unwrap_or(&path);
                    self.file(&path, shown, Role::Project);
                    self.no_command();
                }
                Found::Foreign(path) => self.found.push(foreign(&path)),
            }
        }
    }

    /// Refuses a command of a project's file that nobody named: whoever looks into
    /// a repository would run what stands in it. The same for a folder to write into.
    fn no_command(&mut self) {
        for (named, what, option) in [
            (&self.settings.cache_dir, "the cache", "--cache"),
            (&self.settings.ledger_path, "the ledger", "--ledger"),
        ] {
            let named = named.as_ref();
            if let Some(set) = named.filter(|set| set.origin.layer == Layer::Project) {
                let message = format!("a project's file may not say where {what} is");
                let found = diagnose::at(&set.origin, Level::Error, "C016", message);
                let help = format!(
                    "write it into your own configuration file, or name it with `{option}`"
                );
                self.found.push(found.with_help(&help));
            }
        }
        let command = self.settings.register_key_command.as_ref();
        if let Some(set) = command.filter(|set| set.origin.layer == Layer::Project) {
            let message = "a project's file may not name a command to run".to_owned();
            let found = diagnose::at(&set.origin, Level::Error, "C016", message);
            let help =
                "write it into your own configuration file, or name this file with `--config`";
            self.found.push(found.with_help(help));
        }
    }

    fn file(&mut self, path: &Path, shown: &Path, role: Role) {
        let name = shown.display().to_string();
        let text = match read(path) {
            Ok(text) => text,
            Err(error) => return self.found.push(unreadable(&name, &error)),
        };
        self.read.push(path.to_owned());
        self.text(&name, &text, path.parent().unwrap_or(Path::new("")), role);
    }

    /// Takes the content of a file whose rule files are relative to `folder`.
    fn text(&mut self, name: &str, text: &str, folder: &Path, role: Role) {
        match diagnose::parse(name, text, role) {
            Ok(file) => {
                let layer = match role {
                    Role::Organisation => Layer::Organisation,
                    Role::User => Layer::User,
                    Role::Project | Role::Folder => Layer::Project,
                };
                let place = Origin::new(layer, name, text);
                self.layer(|work| work.settings.take_file(file, &place, folder));
            }
            Err(mut found) => self.found.append(&mut found),
        }
    }

    fn environment(&mut self, environment: &Environment) {
        if let Some(path) = &environment.ledger {
            let text = path.to_string_lossy();
            let origin = Origin::new(Layer::Environment, "STANCH_LEDGER", &text);
            let value = path.clone();
            self.settings.ledger_path = Some(Set { value, origin });
        }
        let Some(text) = &environment.threads else {
            return;
        };
        let origin = Origin::new(Layer::Environment, "STANCH_THREADS", text);
        if let Ok(value) = text.trim().parse() {
            self.settings.threads = Set { value, origin };
        } else {
            let message = "`STANCH_THREADS` is not a number of threads".into();
            self.found
                .push(diagnose::at(&origin, Level::Error, "C011", message));
        }
    }
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    fs::File::open(path)?
        .take(FILE_MAX + 1)
        .read_to_string(&mut text)?;
    if text.len() as u64 > FILE_MAX {
        return Err(io::Error::other(format!("larger than {FILE_MAX} bytes")));
    }
    Ok(text)
}

fn unreadable(name: &str, error: &io::Error) -> Diagnostic {
    let origin = Origin::new(Layer::Project, name, "");
    diagnose::at(
        &origin,
        Level::Error,
        "C002",
        format!("`{name}` cannot be read: {error}"),
    )
}

fn foreign(path: &Path) -> Diagnostic {
    let name = path.display().to_string();
    let message = format!("`{name}` belongs to another user and is not used");
    let origin = Origin::new(Layer::Project, &name, "");
    diagnose::at(&origin, Level::Warning, "C004", message)
        .with_help("name it with `--config` if it should count")
}

fn untrusted(path: &Path) -> Diagnostic {
    let name = path.display().to_string();
    let message = format!("`{name}` stands in a tree that is not trusted and is not obeyed");
    let origin = Origin::new(Layer::Project, &name, "");
    diagnose::at(&origin, Level::Warning, "C006", message)
        .with_help("name it with `--config` if it should count")
}

#[cfg(test)]
mod tests;
