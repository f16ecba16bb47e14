//! `stanch register explain`: what an index promises for a document.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;

use super::{FileArgs, KeyArgs, folder, load_index, print};
use crate::cli::exit::Exit;
use crate::cli::key;
use crate::cli::settings::stop;
use crate::fingerprint::code;
use crate::fingerprint::profile::{Measure, Profile};
use crate::fingerprint::symbols::{Alphabet, Grain};
use crate::register::build::text_of;
use crate::register::file::RegisterFile;
use crate::register::index::{Account, Document, Tier};
use crate::report::sanitise::one_line;

/// Arguments of `stanch register explain`.
#[derive(Debug, ClapArgs)]
pub struct ExplainArgs {
    /// The index, a vault
    #[arg(value_name = "INDEX")]
    index: PathBuf,
    /// Ids of documents [default: all]
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    #[command(flatten)]
    file: FileArgs,
    #[command(flatten)]
    key: KeyArgs,
}

pub(super) fn run(args: &ExplainArgs) -> Result<Exit, Exit> {
    let keys = key::register_keys(&args.key.key, args.key.key_file.as_deref())?;
    let index = load_index(&args.index, keys)?;
    if index.tier == Tier::Filter {
        return Err(stop("a filter knows no documents; explain the vault"));
    }
    for id in &args.ids {
        if !index
            .documents
            .iter()
            .any(|document| &document.entry.id == id)
        {
            return Err(stop(&format!("the index has no document `{id}`")));
        }
    }
    // Lines can be told only where the documents can be read.
    let register = RegisterFile::load(&args.file.file).ok();
    let mut out = String::new();
    for (number, document) in index.documents.iter().enumerate() {
        if args.ids.is_empty() || args.ids.contains(&document.entry.id) {
            let path = register.as_ref().and_then(|file| {
                let mut entries = file.documents.iter();
                let entry = entries.find(|entry| entry.id == document.entry.id)?;
                Some(folder(&args.file.file).join(&entry.path))
            });
            let measure = index.measure(number, document.profile);
            let told = (document, measure);
            explain(&mut out, told, path.as_deref(), &index.alphabet);
        }
    }
    print(&out)?;
    Ok(Exit::Clean)
}

/// Names and texts of lines.
type Rows = Vec<(&'static str, String)>;

fn explain(
    out: &mut String,
    (document, measure): (&Document, Measure),
    path: Option<&Path>,
    alphabet: &Alphabet,
) {
    let id = one_line(&document.entry.id);
    let _ = writeln!(out, "{id}{}", in_profile(document.profile));
    let rows = if document.is_binary() {
        of_binary(&document.account)
    } else {
        of_text(document, measure, lines_of(document, path, alphabet))
    };
    for (name, text) in rows {
        let _ = writeln!(out, "  {name:<22} {text}");
    }
}

fn of_binary(account: &Account) -> Rows {
    let chunks = format!("{} of {}", account.kept, account.candidates);
    vec![
        ("content", format!("{} bytes", account.symbols)),
        ("chunks", chunks),
        ("left out as public", left_out(account.public, account)),
        ("left out as common", left_out(account.common, account)),
        ("left out as empty", left_out(account.poor, account)),
        (
            "part for `likely`",
            "four chunks, or 32 KiB in a row".into(),
        ),
        (
            "out of reach",
            "compressed, encrypted or converted bytes".into(),
        ),
    ]
}

fn of_text(document: &Document, measure: Measure, gaps: Vec<String>) -> Rows {
    let (account, profile) = (&document.account, document.profile);
    let (symbols, beyond) = match profile {
        Profile::CodeLex => ("two for each token", "other statements, another order"),
        Profile::CodeShape => ("one for each token", "other statements, another order"),
        _ => (
            "letters and digits",
            "paraphrase, translation, retyped figures, under 32 symbols",
        ),
    };
    let kept = format!("{} of {} candidates", account.kept, account.candidates);
    let coverage = format!(
        "{:.1} % of the excerpts of {} symbols hold a fingerprint",
        100.0 * account.coverage(),
        account.promised()
    );
    let excerpt =
        |(span, hits): (u64, u32)| promise(account.promised_span(span as u32, hits), profile);
    let mut rows = vec![
        ("text", format!("{} symbols ({symbols})", account.symbols)),
        ("fingerprints", kept),
        ("left out as public", left_out(account.public, account)),
        ("left out as common", left_out(account.common, account)),
        ("left out as empty", left_out(account.poor, account)),
        ("coverage", coverage),
        ("excerpt for `possible`", excerpt(measure.passage)),
        ("excerpt for `likely`", excerpt(measure.likely)),
        (
            "longest unprotected",
            format!("{} symbols", account.longest_gap),
        ),
    ];
    let names = std::iter::once("unprotected").chain(std::iter::repeat(""));
    // Tokens have no lines of their own.
    let gaps = gaps.into_iter().filter(|_| profile == Profile::Text);
    rows.extend(names.zip(gaps));
    rows.push(("out of reach", beyond.into()));
    rows
}

/// How a profile other than text is told behind a name.
pub(super) fn in_profile(profile: Profile) -> String {
    match profile {
        Profile::Text => String::new(),
        other => format!(" ({})", other.as_str()),
    }
}

fn left_out(count: u32, account: &Account) -> String {
    let share = 100.0 * f64::from(count) / f64::from(account.candidates.max(1));
    format!("{count} candidates ({share:.1} %)")
}

fn promise(symbols: u32, profile: Profile) -> String {
    match profile {
        Profile::Text | Profile::Binary => {
            // English words have 4.7 letters.
            let words = f64::from(symbols) / 4.7;
            format!("{symbols} unchanged symbols, about {words:.0} words")
        }
        Profile::CodeLex => format!("{} unchanged tokens", symbols.div_ceil(2)),
        Profile::CodeShape => format!("{} tokens of the same shape", symbols as usize + code::RUN),
    }
}

/// The longest gaps, with lines where the document can be read.
fn lines_of(document: &Document, path: Option<&Path>, alphabet: &Alphabet) -> Vec<String> {
    let gaps = &document.gaps;
    let bytes = path.and_then(|path| fs::read(path).ok().map(|bytes| (path, bytes)));
    let text = bytes
        .as_ref()
        .and_then(|(path, bytes)| text_of(path, bytes).ok());
    gaps.iter()
        .map(|&(start, length)| {
            let symbols = format!("{length} symbols from symbol {start} on");
            let Some(text) = &text else { return symbols };
            let ends = [u64::from(start), u64::from(start) + u64::from(length)];
            let places = alphabet.offsets(text, Grain::Raw(0), &ends);
            let line = |at: usize| memchr::memchr_iter(b'\n', &text[..at]).count() + 1;
            format!(
                "{symbols}, lines {} to {}",
                line(places[0]),
                line(places[1])
            )
        })
        .collect()
}
