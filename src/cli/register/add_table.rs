//! `stanch register add-table`: a table into the register file.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;

use super::add::{free_id, relative};
use super::{FileArgs, folder, load, print};
use crate::cli::exit::Exit;
use crate::cli::settings::stop;
use crate::register::date::Date;
use crate::register::file::RegisterFile;
use crate::register::records::build::TableSource;
use crate::register::records::entry::{Column, TableEntry};
use crate::register::records::tabular::Tabular;

/// Arguments of `stanch register add-table`.
#[derive(Debug, ClapArgs)]
pub struct AddTableArgs {
    #[command(flatten)]
    file: FileArgs,
    /// The table: a CSV or TSV file with the columns' names in its first line
    #[arg(value_name = "TABLE")]
    table: PathBuf,
    /// Columns that count, with their types: pan, iban, ssn, email, phone, name, date, id, text
    #[arg(
        long,
        value_name = "NAME:TYPE,...",
        required = true,
        value_delimiter = ','
    )]
    columns: Vec<Column>,
    /// Columns that are looked for first [default: all but names, dates and texts]
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    primary: Vec<String>,
    /// Table of the same form with values that are no secret (may be given more than once)
    #[arg(long, value_name = "FILE")]
    allow: Vec<PathBuf>,
    /// Name in the register [default: made of the file's name]
    #[arg(long, value_name = "ID")]
    id: Option<String>,
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
    /// Last day of protection
    #[arg(long, value_name = "DAY")]
    until: Option<Date>,
    /// Day until which the entry must be looked at again
    #[arg(long, value_name = "DAY")]
    review_by: Option<Date>,
    /// What to do when it was found
    #[arg(long, value_name = "TEXT")]
    handling: Option<String>,
}

pub(super) fn run(args: &AddTableArgs) -> Result<Exit, Exit> {
    let register = &args.file.file;
    let known = load(register)?;
    let taken = known.tables.into_iter().map(|table| table.id).collect();
    let id = args
        .id
        .clone()
        .unwrap_or_else(|| free_id(&args.table, &taken));
    if taken.contains(&id) {
        return Err(stop(&format!("the register has a table `{id}` already")));
    }
    let table = read(&args.table)?;
    for column in &args.columns {
        if table.column(&column.name).is_none() {
            let has = table.head.join(", ");
            return Err(stop(&format!(
                "{} has no column `{}`; it has {has}",
                args.table.display(),
                column.name
            )));
        }
    }
    let failed = |error| stop(&format!("cannot write {}: {error}", register.display()));
    let mut text = fs::read_to_string(register).map_err(failed)?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text += &entry(args, &id);
    RegisterFile::parse(&text).map_err(|told| stop(&told))?;
    fs::write(register, text).map_err(failed)?;
    print(&format!("added `{id}`: {} rows\n", table.rows.len()))?;
    Ok(Exit::Clean)
}

/// Reads a table.
pub(super) fn read(path: &Path) -> Result<Tabular, Exit> {
    let bytes = fs::read(path)
        .map_err(|error| stop(&format!("cannot read {}: {error}", path.display())))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| stop(&format!("{} is not UTF-8; convert it", path.display())))?;
    Ok(Tabular::read(path, &text))
}

/// Reads the tables of `entry`, whose paths are relative to `folder`.
pub(super) fn source(entry: &TableEntry, folder: &Path) -> Result<TableSource, Exit> {
    let allowed = entry.allow.iter().map(|path| read(&folder.join(path)));
    Ok(TableSource {
        entry: entry.clone(),
        table: read(&folder.join(&entry.path))?,
        allowed: allowed.collect::<Result<_, _>>()?,
    })
}

fn entry(args: &AddTableArgs, id: &str) -> String {
    let place = folder(&args.file.file);
    let mut out = String::from("\n[[table]]\n");
    let mut line = |name: &str, value: toml::Value| {
        let _ = writeln!(out, "{name} = {value}");
    };
    let named = |path: &PathBuf| relative(path, place).to_string_lossy().into_owned();
    line("id", id.into());
    line("path", named(&args.table).into());
    let columns: Vec<String> = args.columns.iter().map(ToString::to_string).collect();
    line("columns", columns.into());
    let allow: Vec<String> = args.allow.iter().map(named).collect();
    for (name, list) in [
        ("primary", &args.primary),
        ("allow", &allow),
        ("authorised", &args.authorised),
    ] {
        if !list.is_empty() {
            line(name, list.clone().into());
        }
    }
    for (name, value) in [
        ("title", &args.title),
        ("owner", &args.owner),
        ("classification", &args.classification),
        ("handling", &args.handling),
    ] {
        if let Some(value) = value {
            line(name, value.clone().into());
        }
    }
    for (name, day) in [("until", args.until), ("review-by", args.review_by)] {
        if let Some(day) = day {
            let _ = writeln!(out, "{name} = {day}");
        }
    }
    out
}
