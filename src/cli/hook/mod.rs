//! `stanch hook`: puts stanch into the hooks of git, takes it out, and is the hook.

pub mod budget;
mod bypass;
mod files;
mod global;
mod install;
mod journal;
pub mod kind;
mod message;
mod order;
mod place;
mod policy;
mod protocol;
mod run;
mod script;
mod state;
mod words;

use clap::{Args as ClapArgs, Subcommand};

use crate::cli::args::Global;
use crate::cli::exit::{self, Exit};
use crate::source::git::Ownership;

use budget::{Budget, OnTimeout};
use kind::Kind;

pub(super) use place::find_repository;
pub(super) use state::{Reach, State, There};

/// Subcommands of `stanch hook`.
#[derive(Debug, Subcommand)]
pub enum HookCommand {
    /// Put stanch into the hooks of this repository, or of all of yours
    Install(InstallArgs),
    /// Take stanch out of the hooks; what was there before comes back
    Uninstall(WhichArgs),
    /// Be the hook: git runs this
    Run(RunArgs),
}

/// Arguments of `stanch hook run`.
#[derive(Debug, ClapArgs)]
#[command(after_help = exit::TABLE)]
pub struct RunArgs {
    /// Which hook
    #[arg(value_name = "HOOK")]
    pub hook: Kind,
    /// What git gives the hook
    #[arg(value_name = "ARGUMENT")]
    pub arguments: Vec<String>,
    /// Most time to take: `30s`, `500ms`, `2m` [default: 60s]
    #[arg(long, value_name = "TIME")]
    pub time_budget: Option<Budget>,
    /// What to do when time is up before everything was examined
    #[arg(long, value_name = "POLICY", default_value = "block")]
    pub on_timeout: OnTimeout,
    /// Revision whose stanch.toml counts [default: the files here, on a server HEAD]
    #[arg(long, value_name = "REF")]
    pub policy_from: Option<String>,
    /// Let pass what was not fully examined, for any reason or the ones given
    /// [default: container, damaged, encrypted, lfs-missing,
    /// limit]
    #[arg(long, value_name = "REASON", num_args = 0.., require_equals = true, value_delimiter = ',')]
    pub allow_incomplete: Option<Vec<String>>,
    /// On a server: let `git push -o stanch.skip=REASON` pass, and record it
    #[arg(long)]
    pub accept_push_option: bool,
}

/// Arguments of `stanch hook install`.
#[derive(Clone, Copy, Debug, ClapArgs)]
#[command(after_help = AFTER_HELP)]
pub struct InstallArgs {
    /// Which hooks, and where.
    #[command(flatten)]
    pub which: WhichArgs,
    /// Most time the hook may take: `30s`, `500ms`, `2m` [default: 60s]
    #[arg(long, value_name = "TIME")]
    pub time_budget: Option<Budget>,
    /// What the hook does when time is up [default: block]
    #[arg(long, value_name = "POLICY")]
    pub on_timeout: Option<OnTimeout>,
}

/// Which hooks are meant, and where.
#[derive(Clone, Copy, Debug, ClapArgs)]
#[command(after_help = AFTER_HELP)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own on the command line"
)]
pub struct WhichArgs {
    /// In all repositories of this user, by `core.hooksPath` in your own git configuration
    #[arg(long)]
    pub global: bool,
    /// Before a commit: the staged changes [default of install]
    #[arg(long)]
    pub pre_commit: bool,
    /// Before a push: the commits that the other side does not have
    #[arg(long)]
    pub pre_push: bool,
    /// When a commit message was written: the message
    #[arg(long)]
    pub commit_msg: bool,
}

const AFTER_HELP: &str = "\
A hook that stands in the way is kept and runs first. `core.hooksPath` is respected. Without a
hook's name, `install` means pre-commit and `uninstall` all of them.";

impl InstallArgs {
    /// Options that the hook runs with, each with a blank before it.
    fn options(self) -> String {
        let budget = self
            .time_budget
            .map(|budget| format!(" --time-budget {budget}"));
        let policy = self
            .on_timeout
            .map(|policy| format!(" --on-timeout {}", policy.word()));
        [budget, policy].into_iter().flatten().collect()
    }
}

impl WhichArgs {
    /// The hooks that are named.
    fn kinds(self) -> Vec<Kind> {
        let named = |kind: &Kind| match kind {
            Kind::PreCommit => self.pre_commit,
            Kind::PrePush => self.pre_push,
            Kind::CommitMsg => self.commit_msg,
            Kind::PreReceive | Kind::Update => false,
        };
        Kind::CLIENT.into_iter().filter(named).collect()
    }
}

/// Puts the hook before commits into this repository.
///
/// # Errors
/// Why it cannot be has been told.
pub(super) fn install_default() -> Result<Exit, Exit> {
    install::install(InstallArgs {
        which: WhichArgs {
            global: false,
            pre_commit: true,
            pre_push: false,
            commit_msg: false,
        },
        time_budget: None,
        on_timeout: None,
    })
}

/// True when the hook before commits is in place where git looks for it.
pub(super) fn is_installed() -> bool {
    let here = std::env::current_dir().unwrap_or_default();
    let repository = find_repository(&here, Ownership::Own).ok();
    let state = repository.and_then(|repository| State::of(&repository).ok());
    state.is_some_and(|state| state.watches_commits())
}

/// Runs the command.
pub(super) fn run(command: &HookCommand, global: &Global) -> Exit {
    let done = match command {
        HookCommand::Install(args) => install::install(*args),
        HookCommand::Uninstall(args) => install::uninstall(*args),
        HookCommand::Run(args) => run::run(args, global),
    };
    match done {
        Ok(exit) | Err(exit) => exit,
    }
}
