//! `stanch rules`: what there is to know about rules, and help for writing them.

mod check;
pub(crate) mod import;
mod list;
mod new;
mod show;
mod test;

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use crate::base::level::{Class, Severity};
use crate::cli::args::Global;
use crate::cli::exit::Exit;
use crate::cli::settings::{read, stop};
use crate::rules::import::Format;

/// The commands about rules.
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// List the rules in force
    List(ListArgs),
    /// Show everything about a rule, as its writer sees it
    Show(ShowArgs),
    /// Try rules on their examples, with everything a scan does
    ///
    /// All rules run together. Each match example must give a finding of its own rule, as it
    /// stands and in UTF-16; no ignore example may. Rules in FILE stand in for built-in rules of
    /// the same id. Exits with 1 when an example fails.
    ///
    /// Given files or texts as well, tells what the rules find in those, and what became of every
    /// candidate.
    Test(TestArgs),
    /// Write a rule file to start from
    ///
    /// Makes a rule of a pattern, or of examples alone, with a comment at every key. What it writes
    /// passes `stanch rules check`.
    New(NewArgs),
    /// Look for mistakes in rule files
    ///
    /// Draws every mistake at its place, tries every example on its own rule, and warns of rules
    /// that make scans slow. Exits with 2 when there is an error.
    Check(CheckArgs),
    /// Import rules of other tools
    ///
    /// Writes a rule file, and tells on standard error everything that could not be carried over
    /// as it was. The same files can be used as they are, with `--rules FORMAT:FILE`.
    Import(ImportArgs),
}

/// Arguments of `stanch rules import`.
#[derive(Debug, ClapArgs)]
pub struct ImportArgs {
    /// Rule file or configuration of the other tool, or a directory of rule files
    #[arg(value_name = "FILE|DIR")]
    pub file: PathBuf,
    /// What wrote it [default: judged by its content]
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<ImportFormat>,
    /// Rule file to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Formats of other tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ImportFormat {
    /// TOML of gitleaks
    Gitleaks,
    /// TOML of betterleaks
    Betterleaks,
    /// YAML of kingfisher
    Kingfisher,
    /// YAML of Nosey Parker
    Noseyparker,
    /// YAML of Titus
    Titus,
    /// YAML of trufflehog's custom detectors
    Trufflehog,
}

impl From<ImportFormat> for Format {
    fn from(format: ImportFormat) -> Format {
        match format {
            ImportFormat::Gitleaks => Format::Gitleaks,
            ImportFormat::Betterleaks => Format::Betterleaks,
            ImportFormat::Kingfisher => Format::Kingfisher,
            ImportFormat::Noseyparker => Format::NoseyParker,
            ImportFormat::Titus => Format::Titus,
            ImportFormat::Trufflehog => Format::TruffleHog,
        }
    }
}

/// Arguments of `stanch rules list`.
#[derive(Debug, ClapArgs)]
pub struct ListArgs {
    /// Only this class: secret, identifier, personal, marking, document
    #[arg(long, value_name = "CLASS")]
    pub class: Option<Class>,
    /// Only this severity or more: info, low, medium, high, critical
    #[arg(long, value_name = "LEVEL")]
    pub severity: Option<Severity>,
    /// Only rules of this provider or theme, for example `aws`
    #[arg(long, value_name = "NAME")]
    pub provider: Option<String>,
    /// List the checks that rules can name under `validate` instead
    #[arg(long, conflicts_with_all = ["class", "severity", "provider"])]
    pub validators: bool,
    /// How to write the list
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ListFormat,
}

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// Aligned columns.
    Text,
    /// One JSON array.
    Json,
}

/// Arguments of `stanch rules show`.
#[derive(Debug, ClapArgs)]
pub struct ShowArgs {
    /// Ids of rules
    #[arg(value_name = "ID", required = true)]
    pub ids: Vec<String>,
}

/// Arguments of `stanch rules test`.
#[derive(Debug, ClapArgs)]
pub struct TestArgs {
    /// Rule files to try, which end in `.toml` [default: the built-in rules], and what to try them
    /// on in place of their examples: files, or texts
    #[arg(value_name = "FILE|PATH|TEXT")]
    pub files: Vec<PathBuf>,
}

/// Arguments of `stanch rules new`.
#[derive(Debug, ClapArgs)]
pub struct NewArgs {
    /// The rule's id, which begins with its provider: `acme-api-key`
    #[arg(value_name = "ID")]
    pub id: String,
    /// Regular expression that finds it; the first group is the secret [default: made from the examples]
    #[arg(long, value_name = "REGEX")]
    pub pattern: Option<String>,
    /// A text in which the rule must find something (may be given more than once)
    #[arg(long, value_name = "TEXT")]
    pub example: Vec<String>,
    /// A text in which it must not (may be given more than once)
    #[arg(long, value_name = "TEXT")]
    pub ignore: Vec<String>,
    /// Name of the rule for people [default: made from the id]
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// Rule file to write; nothing is overwritten [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Arguments of `stanch rules check`.
#[derive(Debug, ClapArgs)]
pub struct CheckArgs {
    /// Rule files to check
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Let the files have ids that built-in rules have too
    #[arg(long)]
    pub alone: bool,
}

pub(super) fn run(command: &RulesCommand, global: &Global) -> Exit {
    let done = match command {
        RulesCommand::List(args) => list::run(args, global),
        RulesCommand::Show(args) => show::run(args, global),
        RulesCommand::Test(args) => test::run(args, global),
        RulesCommand::Check(args) => check::run(args, global),
        RulesCommand::New(args) => new::run(args),
        RulesCommand::Import(args) => import::run(args, global),
    };
    done.unwrap_or_else(|exit| exit)
}

/// Name and text of every file.
fn read_all(files: &[PathBuf]) -> Result<Vec<(String, String)>, Exit> {
    let read = files.iter().map(|path| {
        let name = path.display().to_string();
        match read(path) {
            Ok(text) => Ok((name, text)),
            Err(error) => Err(stop(&format!("`{name}` cannot be read: {error}"))),
        }
    });
    read.collect()
}

fn borrowed(files: &[(String, String)]) -> Vec<(&str, &str)> {
    let pairs = files.iter().map(|(name, text)| (&**name, &**text));
    pairs.collect()
}

/// `1 rule`, `2 rules`.
fn counted(number: usize, one: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {one}{plural}")
}
