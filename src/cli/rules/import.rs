//! `stanch rules import`: rules of other tools as a rule file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::cli::args::Global;
use crate::cli::exit::Exit;
use crate::cli::page::{Page, print};
use crate::cli::rules::{ImportArgs, counted};
use crate::cli::settings::{read, resolve, stop, tell};
use crate::config::resolve::Flags;
use crate::rules::import::{Format, Imported, Loss, import};
use crate::rules::load::RuleSet;

/// Files of a directory that are taken for rule files.
const ENDINGS: &[&str] = &["toml", "yaml", "yml"];

pub(super) fn run(args: &ImportArgs, global: &Global) -> Result<Exit, Exit> {
    resolve(global, Flags::default())?;
    let files = read_files(&args.file)?;
    let format = format(args, &files)?;
    let named: Vec<(&str, &str)> = files.iter().map(|(n, t)| (&**n, &**t)).collect();
    let folder = folder(&args.file);
    let imported = import(format, &named, &|path| read_beside(&folder, path)).map_err(|found| {
        tell(&found);
        Exit::Usage
    })?;
    let text = imported.to_toml();
    // What is written must be what every command takes.
    if let Err(found) = RuleSet::of(&[("the imported rules", &text)]) {
        tell(&found);
        return Err(Exit::Usage);
    }
    account(&imported);
    match &args.output {
        None => Ok(print(text.as_bytes(), Exit::Clean)),
        Some(path) => match fs::write(path, text) {
            Ok(()) => Ok(Exit::Clean),
            Err(error) => Err(stop(&format!(
                "`{}` cannot be written: {error}",
                path.display()
            ))),
        },
    }
}

fn format(args: &ImportArgs, files: &[(String, String)]) -> Result<Format, Exit> {
    if let Some(format) = args.format {
        return Ok(format.into());
    }
    let guessed = files.iter().find_map(|(_, text)| Format::guess(text));
    guessed.ok_or_else(|| {
        stop(&format!(
            "`{}` has no format that is known; say which with --format",
            args.file.display()
        ))
    })
}

/// Name and text of the file, or of every rule file in the directory.
fn read_files(path: &Path) -> Result<Vec<(String, String)>, Exit> {
    let unreadable = |path: &Path, error: &io::Error| {
        stop(&format!("`{}` cannot be read: {error}", path.display()))
    };
    let mut paths = vec![path.to_owned()];
    if path.is_dir() {
        paths.clear();
        for entry in walkdir::WalkDir::new(path).sort_by_file_name() {
            let entry = entry.map_err(|error| unreadable(path, &error.into()))?;
            let ending = entry.path().extension().and_then(|end| end.to_str());
            if entry.file_type().is_file() && ending.is_some_and(|end| ENDINGS.contains(&end)) {
                paths.push(entry.into_path());
            }
        }
    }
    if paths.is_empty() {
        return Err(stop(&format!("no rule file is in `{}`", path.display())));
    }
    let read = |path: PathBuf| match read(&path) {
        Ok(text) => Ok((path.display().to_string(), text)),
        Err(error) => Err(unreadable(&path, &error)),
    };
    paths.into_iter().map(read).collect()
}

/// The folder a file's own references are relative to.
pub(crate) fn folder(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).to_owned()
}

/// Reads what a file in `folder` names `path`: beside it, or from where the command runs.
pub(crate) fn read_beside(folder: &Path, path: &str) -> io::Result<String> {
    read(&folder.join(path)).or_else(|error| read(Path::new(path)).map_err(|_| error))
}

/// Tells on standard error what was imported, and everything that was not.
fn account(imported: &Imported) {
    let mut page = Page::default();
    for note in &imported.notes {
        page.line(&note.to_string());
    }
    page.line(&summary(imported));
    page.tell();
}

/// How many rules there are, and how much is not as it was.
pub(crate) fn summary(imported: &Imported) -> String {
    let losses = [Loss::Refused, Loss::Dropped, Loss::Changed];
    let counts = losses.map(|loss| format!("{} {}", imported.count(loss), loss.as_str()));
    format!(
        "{} imported from {}; {}",
        counted(imported.rules(), "rule"),
        imported.format.title(),
        counts.join(", ")
    )
}
