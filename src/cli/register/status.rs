//! `stanch register status`: what an index holds.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;

use super::explain::in_profile;
use super::{KeyArgs, print};
use crate::cli::exit::Exit;
use crate::cli::key;
use crate::cli::settings::stop;
use crate::fingerprint::keys::Keys;
use crate::register::date::Date;
use crate::register::entry::Term;
use crate::register::index::{Document, Index, Tier};
use crate::register::layout;
use crate::report::sanitise::one_line;

/// Arguments of `stanch register status`.
#[derive(Debug, ClapArgs)]
pub struct StatusArgs {
    /// The index
    #[arg(value_name = "INDEX")]
    index: PathBuf,
    #[command(flatten)]
    key: KeyArgs,
}

pub(super) fn run(args: &StatusArgs) -> Result<Exit, Exit> {
    let keys = key::register_keys(&args.key.key, args.key.key_file.as_deref())?;
    let index = load(&args.index, keys)?;
    print(&told(&index, Date::today()))?;
    Ok(Exit::Clean)
}

/// Loads the index at `path`.
pub(in crate::cli) fn load(path: &Path, keys: Keys) -> Result<Index, Exit> {
    let name = path.display();
    let bytes = fs::read(path).map_err(|error| stop(&format!("cannot read {name}: {error}")))?;
    layout::read(bytes, keys).map_err(|error| stop(&format!("{name}: {error}")))
}

fn told(index: &Index, today: Date) -> String {
    let mut out = String::new();
    let tier = match index.tier {
        Tier::Vault => "vault",
        Tier::Filter => "filter",
    };
    let _ = writeln!(
        out,
        "{tier} of {}, {} fingerprints, key id {}",
        Date::of_unix(index.created),
        index.table.len(),
        index.keys.id()
    );
    if index.tier == Tier::Filter {
        return out;
    }
    index
        .documents
        .iter()
        .for_each(|document| line(&mut out, document, today));
    for table in &index.records.tables {
        let account = &table.account;
        let _ = writeln!(
            out,
            "  {}: {} rows, {} cells{}",
            one_line(&table.entry.id),
            account.rows,
            account.kept,
            told_term(table.entry.term(today)),
        );
    }
    for phrase in &index.phrases {
        let symbols = match phrase.tag {
            Some(written) => format!("{} letters and digits", written.tag.length),
            None => "as it is written".into(),
        };
        let id = one_line(&phrase.id);
        let term = told_term(phrase.term(today));
        let _ = writeln!(out, "  {id}: {}, {symbols}{term}", phrase.kind);
    }
    out
}

fn told_term(term: Term) -> &'static str {
    match term {
        Term::Running => "",
        Term::Over => ", expired",
        Term::Coming => ", not yet protected",
    }
}

fn line(out: &mut String, document: &Document, today: Date) {
    let account = &document.account;
    if document.is_binary() {
        let _ = writeln!(
            out,
            "  {} (binary): {} bytes, {} of {} chunks{}",
            one_line(&document.entry.id),
            account.symbols,
            account.kept,
            account.candidates,
            told_term(document.entry.term(today)),
        );
        return;
    }
    let term = told_term(document.entry.term(today));
    let _ = writeln!(
        out,
        "  {}{}: {} symbols, {} fingerprints, {:.1} % of {}-symbol excerpts hold one, longest stretch without {}{term}",
        one_line(&document.entry.id),
        in_profile(document.profile),
        account.symbols,
        account.kept,
        100.0 * account.coverage(),
        account.promised(),
        account.longest_gap,
    );
}
