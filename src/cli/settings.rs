//! What every command starts from: the settings in force and the rules they choose.
//!
//! Mistakes are drawn on standard error here, so that a command that cannot
//! start has nothing to say but its exit code.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::cli::args::{ColorChoice, Global};
use crate::cli::diagnose::{Style, draw};
use crate::cli::exit::Exit;
use crate::cli::{message, rules};
use crate::config::diagnose::{at, unknown_rules};
use crate::config::environment::Environment;
use crate::config::file::When;
use crate::config::resolve::{self, Files, Flags, Resolved};
use crate::config::settings::{Layer, Set, Settings};
use crate::rules::diagnostic::{Diagnostic, Diagnostics, Level};
use crate::rules::import::{Format, Imported, import};
use crate::rules::load::RuleSet;

/// Largest rule file, in bytes.
const RULES_MAX: u64 = 16 << 20;

/// What a command starts from.
#[derive(Debug)]
pub struct Loaded {
    /// The settings in force.
    pub settings: Settings,
    /// Every rule there is, also those that are turned off.
    pub known: RuleSet,
    /// The rules in force.
    pub rules: RuleSet,
    /// What is worth a look; nothing has told it yet, see [`tell`].
    pub warnings: Diagnostics,
}

/// Reads a rule file the project's configuration names.
pub type ReadRules<'a> = dyn Fn(&Path) -> io::Result<String> + 'a;

/// Loads settings and rules. `flags` holds what the command's own options say;
/// `global` is added to it.
///
/// # Errors
/// Every mistake has been drawn on standard error; the exit code is what is left.
pub fn load(global: &Global, flags: Flags) -> Result<Loaded, Exit> {
    load_with(global, flags, &read)
}

/// As [`load`]; rule files the project's configuration names are read by `project`.
///
/// # Errors
/// As [`load`].
pub fn load_with(global: &Global, flags: Flags, project: &ReadRules<'_>) -> Result<Loaded, Exit> {
    let Resolved {
        settings,
        mut warnings,
        ..
    } = resolve(global, flags)?;
    let files = read_all(&settings, project).map_err(|found| refuse(&found))?;
    let named: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let known = RuleSet::load(&named).map_err(|found| refuse(&found))?;
    warnings.0.extend(unknown_rules(&settings, &known).0);
    let selection = settings.selection();
    let rules = known.select(&selection);
    Ok(Loaded {
        settings,
        known,
        rules,
        warnings,
    })
}

/// Loads the settings alone, and turns colours on or off as they say.
///
/// # Errors
/// As [`load`].
pub fn resolve(global: &Global, mut flags: Flags) -> Result<Resolved, Exit> {
    if let Some(color) = global.color {
        paint(color.into());
    }
    let directory = std::env::current_dir()
        .map_err(|error| stop(&format!("the current directory cannot be used: {error}")))?;
    let mut environment = Environment::read();
    if global.isolated {
        flags.files = Files::Isolated;
        environment.config = None;
        environment.policy = None;
    }
    flags.config.clone_from(&global.config);
    flags.policy.clone_from(&global.policy);
    flags.rule_files.clone_from(&global.rules);
    flags.color = global.color.map(When::from);
    let resolved =
        resolve::resolve(&directory, &environment, &flags).map_err(|found| refuse(&found))?;
    paint(resolved.settings.color.value);
    Ok(resolved)
}

/// Draws `found` on standard error.
pub fn tell(found: &Diagnostics) {
    let drawn = draw(&found.0, Style::Coloured);
    // Nobody is left to be told when standard error is gone.
    let _ = anstream::stderr().write_all(drawn.as_bytes());
}

/// Says why the command does not go on, and with what exit code it ends.
pub fn stop(text: &str) -> Exit {
    message::error(text);
    Exit::Usage
}

fn refuse(found: &Diagnostics) -> Exit {
    tell(found);
    Exit::Usage
}

fn paint(when: When) {
    match when {
        When::Auto => anstream::ColorChoice::Auto,
        When::Always => anstream::ColorChoice::Always,
        When::Never => anstream::ColorChoice::Never,
    }
    .write_global();
}

impl From<ColorChoice> for When {
    fn from(choice: ColorChoice) -> When {
        match choice {
            ColorChoice::Auto => When::Auto,
            ColorChoice::Always => When::Always,
            ColorChoice::Never => When::Never,
        }
    }
}

/// Name and text of every rule file the settings name.
fn read_all(
    settings: &Settings,
    project: &ReadRules<'_>,
) -> Result<Vec<(String, String)>, Diagnostics> {
    let (mut files, mut found) = (Vec::new(), Vec::new());
    for file in &settings.rule_files {
        let (format, path) = Format::split(&file.value);
        let name = shown(path);
        let read = |path: &Path| match file.origin.layer {
            Layer::Project => project(path),
            _ => read(path),
        };
        match (read(path), format) {
            (Ok(text), None) => files.push((name, text)),
            (Ok(text), Some(format)) => {
                let beside = |other: &str| read(&rules::import::folder(path).join(other));
                let imported = import(format, &[(&name, &text)], &beside)?;
                told(&imported, &file.value);
                files.push((format!("{format}:{name}"), imported.to_toml()));
            }
            (Err(error), _) => found.push(unreadable(file, &name, &error)),
        }
    }
    if found.is_empty() {
        Ok(files)
    } else {
        Err(Diagnostics(found))
    }
}

/// Says that not everything of an imported file is as it was, if that is so.
fn told(imported: &Imported, path: &Path) {
    if !imported.notes.is_empty() {
        let summary = rules::import::summary(imported);
        message::warning(&format!(
            "{}: {summary}; `stanch rules import` lists them",
            path.display()
        ));
    }
}

/// Reads a rule file.
///
/// # Errors
/// It cannot be opened, is no text, or is larger than any rule file should be.
pub fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    fs::File::open(path)?
        .take(RULES_MAX + 1)
        .read_to_string(&mut text)?;
    if text.len() as u64 > RULES_MAX {
        return Err(io::Error::other(format!("larger than {RULES_MAX} bytes")));
    }
    Ok(text)
}

/// The path as a user in the current directory would write it.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let short = path.strip_prefix(&here).unwrap_or(path);
    short.display().to_string()
}

fn unreadable(file: &Set<PathBuf>, name: &str, error: &io::Error) -> Diagnostic {
    let message = format!("the rule file `{name}` cannot be read: {error}");
    let told = at(&file.origin, Level::Error, "C002", message);
    if file.origin.layer == Layer::Flag {
        // The message says all that a drawing of the option would.
        return Diagnostic {
            source: "".into(),
            span: 0..0,
            ..told
        };
    }
    told
}
