//! `stanch register`: the protected documents, and the index that finds them.

mod add;
mod add_table;
mod build;
mod calibrate;
mod explain;
mod init;
mod lint;
mod list;
mod phrase;
mod public_check;
mod status;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, Subcommand};

use crate::cli::exit::Exit;
use crate::cli::key::RegisterKeyArgs;
use crate::cli::settings::stop;
use crate::register::file::RegisterFile;

pub(super) use status::load as load_index;

/// The commands about protected documents.
#[derive(Debug, Subcommand)]
pub enum RegisterCommand {
    /// Begin a register file
    Init(FileArgs),
    /// Enter documents into the register file
    Add(add::AddArgs),
    /// Enter a table, whose rows are found again by their cells
    ///
    /// Keyed tags of cells, and of pairs of cells of a row, are kept; no value.
    AddTable(add_table::AddTableArgs),
    /// Enter a short secret text, read from standard input
    ///
    /// The register keeps its keyed tag, not the text. Also for canaries (invented texts in one copy
    /// of a document) and code names. At least eight letters and digits.
    Phrase(phrase::PhraseArgs),
    /// Build the index that scans use
    ///
    /// Reads every document and writes keyed fingerprints, no text. A vault knows the documents
    /// and is for the security team; a filter only knows whether text is protected and is for
    /// hooks and CI. The key is needed to build and to scan; it is not in the index.
    Build(build::BuildArgs),
    /// List the protected documents
    List(FileArgs),
    /// Tell what an index holds and how well it covers each document
    Status(status::StatusArgs),
    /// Explain what an index promises for a document, and what was left out
    Explain(explain::ExplainArgs),
    /// Scan files in which nothing protected can be, and tell what fires
    Calibrate(calibrate::CalibrateArgs),
    /// Tell how much of each document stands in public text
    ///
    /// Exits with 1 when it is 30 % of a document or more: what is public is no secret.
    PublicCheck(build::BuildArgs),
    /// Look for entries without owner, classification or current review
    ///
    /// Exits with 1 when there are any.
    Lint(FileArgs),
}

/// The register file.
#[derive(Debug, ClapArgs)]
pub struct FileArgs {
    /// The register file
    #[arg(long, value_name = "FILE", default_value = "register.toml")]
    pub file: PathBuf,
}

/// The register key.
#[derive(Debug, ClapArgs)]
pub(super) struct KeyArgs {
    #[command(flatten)]
    pub(super) key: RegisterKeyArgs,
    /// File with the key of findings, which serves where there is no register key (or set `STANCH_KEY`)
    #[arg(long, value_name = "FILE")]
    pub(super) key_file: Option<PathBuf>,
}

pub(super) fn run(command: &RegisterCommand) -> Exit {
    let done = match command {
        RegisterCommand::Init(args) => init::run(args),
        RegisterCommand::Add(args) => add::run(args),
        RegisterCommand::AddTable(args) => add_table::run(args),
        RegisterCommand::Phrase(args) => phrase::run(args),
        RegisterCommand::Build(args) => build::run(args),
        RegisterCommand::List(args) => list::run(args),
        RegisterCommand::Status(args) => status::run(args),
        RegisterCommand::Explain(args) => explain::run(args),
        RegisterCommand::Calibrate(args) => calibrate::run(args),
        RegisterCommand::PublicCheck(args) => public_check::run(args),
        RegisterCommand::Lint(args) => lint::run(args),
    };
    done.unwrap_or_else(|exit| exit)
}

/// Reads the register file.
fn load(path: &Path) -> Result<RegisterFile, Exit> {
    RegisterFile::load(path).map_err(|error| stop(&error.to_string()))
}

/// The folder that paths in the register file are relative to.
fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

/// Writes `text` on standard output.
fn print(text: &str) -> Result<(), Exit> {
    anstream::stdout()
        .write_all(text.as_bytes())
        .map_err(|error| stop(&format!("cannot write: {error}")))
}

/// Writes a file whole or not at all, readable by its owner alone.
fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Exit> {
    let failed = |error: std::io::Error| stop(&format!("cannot write {}: {error}", path.display()));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    });
    written.map_err(|error| {
        // What is half written is of no use to anybody.
        let _ = fs::remove_file(&beside);
        failed(error)
    })
}
