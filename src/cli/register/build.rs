//! `stanch register build`: from the register file to an index.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args as ClapArgs, ValueEnum};

use super::add_table;
use super::{FileArgs, KeyArgs, folder, load, print, write_private};
use crate::cli::exit::Exit;
use crate::cli::key;
use crate::cli::message;
use crate::cli::settings::stop;
use crate::fingerprint::keys::Keys;
use crate::fingerprint::profile::Profile;
use crate::register::build::{Options, Public, Source, build, filter};
use crate::register::date::Date;
use crate::register::entry::Term;
use crate::register::file::RegisterFile;
use crate::register::index::Index;
use crate::register::records::{self, Records};
use crate::register::{layout, public};

/// Arguments of `stanch register build`.
#[derive(Debug, ClapArgs)]
pub struct BuildArgs {
    #[command(flatten)]
    file: FileArgs,
    #[command(flatten)]
    key: KeyArgs,
    /// Who the index is for
    #[arg(long, value_name = "TIER", default_value = "vault")]
    tier: TierChoice,
    /// File to write [default: the register file's name with `.vault` or `.filter`]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// File or folder with public text, beside those the register names (may be given more than once)
    #[arg(long, value_name = "PATH")]
    public: Vec<PathBuf>,
}

/// Who an index is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TierChoice {
    /// The security team: tells documents and passages.
    Vault,
    /// Hooks and CI: tells that text is protected.
    Filter,
}

pub(super) fn run(args: &BuildArgs) -> Result<Exit, Exit> {
    let vault = read_vault(args)?;
    for document in &vault.documents {
        if document.account.kept < 3 && document.profile == Profile::Text {
            message::warning(&format!(
                "`{}` has {} fingerprints: it is too short, or too much of it is public",
                document.entry.id, document.account.kept
            ));
        }
    }
    let (index, ending) = match args.tier {
        TierChoice::Vault => (vault, "vault"),
        TierChoice::Filter => (filter(vault), "filter"),
    };
    let bytes = layout::write(&index);
    let output = args.output.clone();
    let output = output.unwrap_or_else(|| args.file.file.with_extension(ending));
    write_private(&output, &bytes)?;
    print(&told(&index, &output, bytes.len()))?;
    Ok(Exit::Clean)
}

/// Reads the register and its documents.
pub(super) fn read_vault(args: &BuildArgs) -> Result<Index, Exit> {
    let register = &args.file.file;
    let file = load(register)?;
    let keys = key::register_keys(&args.key.key, args.key.key_file.as_deref())?;
    let public = public(args, &file, &keys)?;
    vault(args, &file, register, &public, keys)
}

fn public(args: &BuildArgs, file: &RegisterFile, keys: &Keys) -> Result<Public, Exit> {
    let named = file.register.public.iter();
    let beside = folder(&args.file.file);
    let paths: Vec<PathBuf> = named
        .map(|path| beside.join(path))
        .chain(args.public.iter().cloned())
        .collect();
    public::read(&paths, keys).map_err(|error| stop(&format!("public text: {error}")))
}

fn vault(
    args: &BuildArgs,
    file: &RegisterFile,
    register: &Path,
    public: &Public,
    keys: Keys,
) -> Result<Index, Exit> {
    let today = Date::today();
    let mut sources = Vec::new();
    for entry in &file.documents {
        // A filter cannot tell what has expired, so it does not know it.
        if args.tier == TierChoice::Filter && entry.term(today) != Term::Running {
            continue;
        }
        let path = folder(register).join(&entry.path);
        let bytes = fs::read(&path).map_err(|error| {
            stop(&format!(
                "document `{}`: cannot read {}: {error}",
                entry.id,
                path.display()
            ))
        })?;
        sources.push(Source {
            entry: entry.clone(),
            bytes,
        });
    }
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let options = Options {
        density: file.register.density,
        max_families: file.register.max_families,
        created: since.map_or(0, |since| since.as_secs()),
    };
    let phrases = file.phrases.iter();
    let phrases = phrases
        .filter(|phrase| args.tier == TierChoice::Vault || phrase.term(today) == Term::Running);
    let phrases = phrases.cloned().collect();
    let mut index = build(sources, phrases, public, keys, &options)
        .map_err(|error| stop(&error.to_string()))?;
    index.records = tables(args, file, &index)?;
    Ok(index)
}

/// The tables of the register.
fn tables(args: &BuildArgs, file: &RegisterFile, index: &Index) -> Result<Records, Exit> {
    let today = Date::today();
    let kept = file.tables.iter();
    let kept =
        kept.filter(|table| args.tier == TierChoice::Vault || table.term(today) == Term::Running);
    let sources: Result<Vec<_>, Exit> = kept
        .map(|table| add_table::source(table, folder(&args.file.file)))
        .collect();
    records::build::build(sources?, &index.keys, &index.alphabet)
        .map_err(|(id, why)| stop(&format!("table `{id}`: {why}")))
}

fn told(index: &Index, output: &Path, bytes: usize) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "wrote {}: {} fingerprints, {bytes} bytes, key id {}",
        output.display(),
        index.table.len(),
        index.keys.id()
    );
    for table in index
        .records
        .tables
        .iter()
        .filter(|table| table.account.rows > 0)
    {
        let account = &table.account;
        let _ = writeln!(
            out,
            "table `{}`: {} rows ({} malformed), {} cells; left out: {} unfit, {} common, {} allowed",
            table.entry.id,
            account.rows,
            account.broken,
            account.kept,
            account.unfit,
            account.common,
            account.allowed
        );
    }
    out
}
