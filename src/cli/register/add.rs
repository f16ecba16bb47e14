//! `stanch register add`: documents into the register file.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;

use super::{FileArgs, folder, load, print};
use crate::cli::exit::Exit;
use crate::cli::settings::stop;
use crate::register::build::text_of;
use crate::register::date::Date;
use crate::register::entry::Choice;
use crate::register::file::RegisterFile;
use crate::register::level::Level;

/// Arguments of `stanch register add`.
#[derive(Debug, ClapArgs)]
pub struct AddArgs {
    #[command(flatten)]
    file: FileArgs,
    /// The documents
    #[arg(value_name = "DOCUMENT", required = true)]
    documents: Vec<PathBuf>,
    /// Name in the register [default: made of the file's name]
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// The document these are versions of
    #[arg(long, value_name = "NAME")]
    family: Option<String>,
    /// What reports call it; choose an alias that tells nothing
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Whom to ask
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// How secret it is
    #[arg(long, value_name = "WORD")]
    classification: Option<String>,
    /// Where it may be (may be given more than once)
    #[arg(long, value_name = "GLOB")]
    authorised: Vec<String>,
    /// Remotes whose repositories may have it, as host/path (may be given more than once)
    #[arg(long, value_name = "GLOB")]
    remotes: Vec<String>,
    /// First day of protection
    #[arg(long, value_name = "DAY")]
    from: Option<Date>,
    /// Last day of protection
    #[arg(long, value_name = "DAY")]
    until: Option<Date>,
    /// Day until which the entry must be looked at again
    #[arg(long, value_name = "DAY")]
    review_by: Option<Date>,
    /// Lowest level that is reported: trace, possible, likely, substantial, copy
    #[arg(long, value_name = "LEVEL")]
    min_level: Option<Level>,
    /// What of it is fingerprinted: auto, text, code, binary [default: auto, code by the file's name]
    #[arg(long, value_name = "PROFILE")]
    profile: Option<Choice>,
    /// What to do when it was found
    #[arg(long, value_name = "TEXT")]
    handling: Option<String>,
}

pub(super) fn run(args: &AddArgs) -> Result<Exit, Exit> {
    if args.id.is_some() && args.documents.len() > 1 {
        return Err(stop("--id names one document; leave it out for several"));
    }
    let register = &args.file.file;
    let known = load(register)?;
    let mut ids: HashSet<String> = known.documents.into_iter().map(|entry| entry.id).collect();
    let mut added = String::new();
    let mut told = String::new();
    for document in &args.documents {
        check(document, args.profile)?;
        let id = args.id.clone().unwrap_or_else(|| free_id(document, &ids));
        if !ids.insert(id.clone()) {
            return Err(stop(&format!("the register has a document `{id}` already")));
        }
        added += &entry(args, &id, &relative(document, folder(register)));
        let _ = writeln!(told, "added `{id}`");
    }
    let failed = |error| stop(&format!("cannot write {}: {error}", register.display()));
    let mut text = fs::read_to_string(register).map_err(failed)?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text += &added;
    RegisterFile::parse(&text).map_err(|told| stop(&told))?;
    fs::write(register, text).map_err(failed)?;
    print(&told)?;
    Ok(Exit::Clean)
}

fn check(document: &Path, profile: Option<Choice>) -> Result<(), Exit> {
    let name = document.display();
    let bytes =
        fs::read(document).map_err(|error| stop(&format!("cannot read {name}: {error}")))?;
    if profile == Some(Choice::Binary) {
        return Ok(());
    }
    text_of(document, &bytes).map(|_| ()).map_err(|reason| {
        stop(&format!(
            "{name}: {reason}; register its text instead, or its bytes with --profile binary"
        ))
    })
}

/// An id made of the file's name that nobody has.
pub(super) fn free_id(document: &Path, taken: &HashSet<String>) -> String {
    let stem = document.file_stem().unwrap_or_default().to_string_lossy();
    let mut id: String = stem
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '-' })
        .flat_map(char::to_lowercase)
        .collect();
    id = id.trim_matches('-').to_owned();
    if id.is_empty() {
        id = "document".into();
    }
    let numbered = (2..).map(|number| format!("{id}-{number}"));
    std::iter::once(id.clone())
        .chain(numbered)
        .find(|id| !taken.contains(id))
        .unwrap_or_default()
}

/// `document` as the register file, which lies in `folder`, names it.
pub(super) fn relative(document: &Path, folder: &Path) -> PathBuf {
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let document = whole(document);
    let folder = whole(if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    });
    match document.strip_prefix(&folder) {
        Ok(inside) => inside.to_owned(),
        Err(_) => document,
    }
}

fn entry(args: &AddArgs, id: &str, path: &Path) -> String {
    let mut out = String::from("\n[[document]]\n");
    let mut line = |name: &str, value: toml::Value| {
        let _ = writeln!(out, "{name} = {value}");
    };
    line("id", id.into());
    line("path", path.to_string_lossy().into_owned().into());
    for (name, value) in [
        ("family", &args.family),
        ("title", &args.title),
        ("owner", &args.owner),
        ("classification", &args.classification),
        ("handling", &args.handling),
    ] {
        if let Some(value) = value {
            line(name, value.clone().into());
        }
    }
    if !args.authorised.is_empty() {
        line("authorised", args.authorised.clone().into());
    }
    if !args.remotes.is_empty() {
        line("remotes", args.remotes.clone().into());
    }
    if let Some(profile) = args.profile {
        line("profile", profile.as_str().into());
    }
    if let Some(level) = args.min_level {
        line("min-level", level.as_str().into());
    }
    for (name, day) in [
        ("from", args.from),
        ("until", args.until),
        ("review-by", args.review_by),
    ] {
        if let Some(day) = day {
            let _ = writeln!(out, "{name} = {day}");
        }
    }
    out
}
