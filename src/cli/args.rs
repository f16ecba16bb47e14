//! Arguments as the user gives them: strings and options, nothing decided.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use crate::base::level::{Confidence, Severity};
use crate::cli::baseline::BaselineCommand;
use crate::cli::cache::{CacheArgs, Habit};
use crate::cli::completions::CompletionsArgs;
use crate::cli::config::ConfigCommand;
use crate::cli::doctor::DoctorArgs;
use crate::cli::evidence::EvidenceCommand;
use crate::cli::exit;
use crate::cli::explain::ExplainArgs;
#[cfg(feature = "git")]
use crate::cli::hook::HookCommand;
use crate::cli::ignore::IgnoreArgs;
use crate::cli::init::InitArgs;
use crate::cli::keep::KeepArgs;
use crate::cli::key::RegisterKeyArgs;
#[cfg(not(feature = "ledger"))]
use crate::cli::ledger::Absent;
#[cfg(feature = "ledger")]
use crate::cli::ledger::{DiffArgs, LedgerCommand};
use crate::cli::man::ManArgs;
use crate::cli::register::RegisterCommand;
use crate::cli::report::ReportArgs;
use crate::cli::rules::RulesCommand;
use crate::cli::serve::ServeArgs;
use crate::cli::sweep::SweepArgs;
use crate::judge::suppress::Audit;
use crate::report::output::OutputSpec;

/// Finds secrets and classified text in files before they leak.
#[derive(Debug, Parser)]
#[command(name = "stanch", version, about, after_help = exit::TABLE, max_term_width = 100)]
pub struct Args {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Heading of the options of every command.
const GLOBAL: &str = "Global options";

/// Options of every command.
#[derive(Debug, ClapArgs)]
pub struct Global {
    /// Configuration file to use instead of the project's (or set `STANCH_CONFIG`)
    #[arg(long, global = true, help_heading = GLOBAL, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Policy file of the organisation; what it fixes and locks, nobody else changes (or set `STANCH_POLICY`)
    #[arg(long, global = true, help_heading = GLOBAL, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Use no configuration file at all
    #[arg(long, global = true, help_heading = GLOBAL, conflicts_with = "config")]
    pub isolated: bool,
    /// Rule file to use beside the built-in rules, also `gitleaks:FILE` and the like (may be given more than once)
    #[arg(long, global = true, help_heading = GLOBAL, value_name = "FILE")]
    pub rules: Vec<PathBuf>,
    /// When to use colours [default: auto]
    #[arg(long, global = true, help_heading = GLOBAL, value_name = "WHEN")]
    pub color: Option<ColorChoice>,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// At a terminal that can show them, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Scan files, directories or standard input
    Scan(Box<RunArgs>),
    /// Scan again and again: what is known to be clean is not read twice, what is found is kept
    Sweep(Box<SweepArgs>),
    /// Look into the ledger: what sweeps found, and what became of it
    #[cfg(feature = "ledger")]
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Look into the ledger: what sweeps found, and what became of it
    ///
    /// This build has none; the packages of stanch have, and builds with `--features ledger`.
    #[cfg(not(feature = "ledger"))]
    Ledger(Absent),
    /// Show how what two runs of the ledger found differs
    #[cfg(feature = "ledger")]
    Diff(DiffArgs),
    /// Show how what two runs of the ledger found differs
    ///
    /// This build has none; the packages of stanch have, and builds with `--features ledger`.
    #[cfg(not(feature = "ledger"))]
    Diff(Absent),
    /// Be a hook of git, or install as one
    #[cfg(feature = "git")]
    #[command(subcommand)]
    Hook(HookCommand),
    /// List, show, try and check rules
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Protect documents: enter them, build their index, look after them
    #[command(subcommand)]
    Register(RegisterCommand),
    /// Make a page for people of reports in JSON or JSON Lines
    Report(ReportArgs),
    /// Explain a rule: what it finds, why that matters, what to do
    Explain(ExplainArgs),
    /// Keep findings that are known, and tell new ones from them
    #[command(subcommand)]
    Baseline(BaselineCommand),
    /// Look whether evidence of a run is what it was
    #[command(subcommand)]
    Evidence(EvidenceCommand),
    /// Say that a finding is harmless or accepted, and why
    Ignore(Box<IgnoreArgs>),
    /// Set stanch up for this project: configuration, hook, baseline
    Init(InitArgs),
    /// Look whether everything is in place, and say what to do where it is not
    Doctor(DoctorArgs),
    /// Show the settings in force
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Scan what is asked for on standard input, for editors and services
    Serve(Box<ServeArgs>),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Write manual pages
    Man(ManArgs),
}

/// Arguments of `stanch scan`: what is scanned, and what is kept of it.
#[derive(Debug, ClapArgs)]
#[command(after_help = exit::TABLE)]
pub struct RunArgs {
    /// What is scanned.
    #[command(flatten)]
    pub scan: ScanArgs,
    /// What is kept beside the reports.
    #[command(flatten)]
    pub keep: KeepArgs,
}

/// What is scanned, and how it is told.
#[derive(Clone, Debug, ClapArgs)]
#[command(after_help = exit::TABLE, after_long_help = concat!(
    "Everything under a directory is scanned, also hidden files and what git ignores; `.git`\n",
    "directories and symbolic links are not, and are counted.\n\n",
    "Examples:\n",
    "  stanch scan                                    the current directory\n",
    "  stanch scan src config.yml                     some files and directories\n",
    "  git diff | stanch scan - --stdin-name diff     standard input\n",
    "  stanch scan - --stdin-path src/app.py < draft  standard input as if it was a file\n",
    "  stanch scan --report text --report sarif=out.sarif\n",
    "  find . -newer ref -print0 | stanch scan --files-from - -0\n",
    "  stanch scan --staged                           what the next commit changes\n",
    "  stanch scan --range origin/main..HEAD          what some commits bring\n",
    "  stanch scan --history                          everything a repository holds\n\n",
    "Exit codes: see `stanch --help`.\n",
))]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own on the command line"
)]
pub struct ScanArgs {
    /// Files or directories; `-` is standard input [default: the current directory]
    #[arg(value_name = "TARGET")]
    pub targets: Vec<PathBuf>,
    /// What of a git repository.
    #[cfg(feature = "git")]
    #[command(flatten)]
    pub git: crate::cli::git::GitArgs,
    /// Also scan the files and directories listed in FILE (`-` is standard input)
    #[arg(long, value_name = "FILE")]
    pub files_from: Option<PathBuf>,
    /// Names in --files-from are separated by NUL instead of line ends
    #[arg(short = '0', long, requires = "files_from")]
    pub null: bool,
    /// Name to report for standard input; its extension tells the syntax
    #[arg(long, value_name = "NAME", default_value = "<stdin>")]
    pub stdin_name: String,
    /// Scan standard input as if it was the file PATH: for editors, before it is saved
    #[arg(long, value_name = "PATH", conflicts_with_all = ["files_from", "stdin_name"])]
    pub stdin_path: Option<PathBuf>,
    /// Leave out what .gitignore and .ignore files name
    #[arg(long)]
    pub respect_gitignore: bool,
    /// Follow symbolic links
    #[arg(long)]
    pub follow_symlinks: bool,
    /// Do not search what is encoded in text (base64, escapes and the like)
    #[arg(long)]
    pub no_decode: bool,
    /// Leave out paths that match (may be given more than once)
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Look for these classes only: secret, identifier, personal, marking, document, all
    /// [default: secret]
    #[arg(long, value_name = "CLASS", value_delimiter = ',')]
    pub class: Vec<String>,
    /// Show findings of this confidence or more: low, medium, high [default: medium]
    #[arg(long, value_name = "LEVEL")]
    pub confidence: Option<Confidence>,
    /// Also use rules that are on trial
    #[arg(long)]
    pub preview: bool,
    /// Judge generic secrets by the table alone, without the learned score
    #[arg(long)]
    pub no_learned: bool,
    /// Exit with 1 for findings of this severity or more: info, low, medium, high, critical [default: low]
    #[arg(long, value_name = "LEVEL")]
    pub fail_on: Option<Severity>,
    /// Exit with 0 although something was not fully examined, for any reason or the ones given
    #[arg(long, value_name = "REASON", num_args = 0.., require_equals = true, value_delimiter = ',')]
    pub allow_incomplete: Option<Vec<String>>,
    /// Report to write, with =FILE to write to a file (may be given more than once): text, html, json, jsonl, sarif, github, gitlab, codequality, junit, markdown, csv, defectdojo, sonarqube, ocsf, gitleaks, template:FILE
    #[arg(long, value_name = "FORMAT[=FILE]")]
    pub report: Vec<OutputSpec>,
    /// Name every item that was not fully examined in the text report
    #[arg(long)]
    pub list_skipped: bool,
    /// Name every finding that somebody allowed, or a baseline knows, in the text report
    #[arg(long)]
    pub list_suppressed: bool,
    /// Baseline of known findings to use beside the project's (may be given more than once)
    #[arg(long, value_name = "FILE")]
    pub baseline: Vec<PathBuf>,
    /// Ignore file to use beside the project's (may be given more than once)
    #[arg(long, value_name = "FILE")]
    pub ignore_file: Vec<PathBuf>,
    /// Obey no comment, ignore file or configuration that stands in the scanned tree
    #[arg(long)]
    pub untrusted: bool,
    /// Show secrets in clear; only at a terminal, only in the text report
    #[arg(long)]
    pub reveal: bool,
    /// Do not look who else can see what is found: permissions, repository, package
    #[arg(long)]
    pub no_exposure: bool,
    /// File with passwords to try on encrypted members of archives, one per line
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// What opening the containers of one file may cost: NAME is bytes, ratio, entries, depth,
    /// time, memory or run-bytes (see docs/containers.md)
    #[arg(long, value_name = "NAME=VALUE")]
    pub unpack_limit: Vec<String>,
    /// File with the key for finding keys (or set `STANCH_KEY`)
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Index of protected documents to look for (see `stanch register build`)
    #[arg(long, value_name = "INDEX")]
    pub register: Option<PathBuf>,
    /// The register key.
    #[command(flatten)]
    pub register_key: RegisterKeyArgs,
    /// Verdicts of earlier scans.
    #[command(flatten)]
    pub cache: CacheArgs,
    /// What the run does when nobody says whether it uses them.
    #[arg(skip)]
    pub habit: Habit,
    /// Who wants to know of comments that silence nothing; then every file is examined.
    #[arg(skip)]
    pub audit: Option<Arc<Audit>>,
    /// Worker threads [default: number of processors]
    #[arg(short = 'j', long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
    /// No progress display
    #[arg(short, long)]
    pub quiet: bool,
    /// Scan with plain Aho-Corasick instead of the prefilter; the findings are the same
    #[arg(long, hide = true)]
    pub plain_engine: bool,
    /// New bytes per window; findings do not depend on it
    #[arg(long, hide = true, value_name = "BYTES")]
    pub window: Option<NonZeroUsize>,
}

impl ScanArgs {
    /// A scan of the current directory, as without any arguments, which also
    /// shows what is not sure.
    pub(super) fn of_files() -> ScanArgs {
        #[derive(Parser)]
        struct Alone {
            #[command(flatten)]
            scan: ScanArgs,
        }
        Alone::parse_from(["scan", "--confidence", "low"]).scan
    }
}
