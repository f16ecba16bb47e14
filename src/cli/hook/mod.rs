//! `stanch hook`: puts stanch into the hooks of git, takes it out, and is the hook.

mod files;
mod global;
mod install;
pub mod kind;
mod place;
mod protocol;
mod script;

use clap::{Args as ClapArgs, Subcommand};

use crate::cli::args::Global;
use crate::cli::exit::Exit;

use kind::Kind;

/// Subcommands of `stanch hook`.
#[derive(Debug, Subcommand)]
pub enum HookCommand {
    /// Put stanch into the hooks of this repository, or of all of yours
    Install(InstallArgs),
    /// Take stanch out of the hooks; what was there before comes back
    Uninstall(InstallArgs),
}

/// Arguments of `stanch hook install` and `stanch hook uninstall`.
#[derive(Clone, Copy, Debug, ClapArgs)]
#[command(after_help = AFTER_HELP)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own on the command line"
)]
pub struct InstallArgs {
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

/// Runs the command.
pub(super) fn run(command: &HookCommand, _global: &Global) -> Exit {
    let done = match command {
        HookCommand::Install(args) => install::install(*args),
        HookCommand::Uninstall(args) => install::uninstall(*args),
    };
    match done {
        Ok(exit) | Err(exit) => exit,
    }
}
