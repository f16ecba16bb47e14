//! `stanch doctor`: is everything in place, and what to do where it is not. Looks only;
//! changes nothing, runs nothing, and shows no key.

mod check;
#[cfg(feature = "git")]
mod git;
mod keys;
mod machine;
mod project;
mod store;

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use crate::cli::args::Global;
use crate::cli::exit::Exit;
use crate::cli::page::print;
use crate::cli::settings;
use crate::cli::words::Project;
use crate::config::resolve::Flags;

use check::Account;

/// Arguments of `stanch doctor`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Exit codes: 0 when everything works, 2 when a check failed.")]
pub struct DoctorArgs {
    /// For whom: people or programs
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: DoctorFormat,
    /// File with the key for finding keys (or set `STANCH_KEY`)
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
}

/// How the checks are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DoctorFormat {
    /// For people.
    Text,
    /// One JSON document.
    Json,
}

/// Runs the command.
pub(super) fn run(args: &DoctorArgs, global: &Global) -> Exit {
    let project = match Project::find(global) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let mut account = Account::default();
    account.area("program");
    machine::program(&mut account);
    #[cfg(feature = "git")]
    {
        account.area("git");
        git::look(&project, &mut account);
    }
    account.area("configuration");
    let settings = project::look(global, &project, args.key_file.as_deref(), &mut account);
    let settings = settings.unwrap_or_default();
    account.area("keys and protected documents");
    keys::look(args.key_file.as_deref(), &settings, &mut account);
    account.area("kept between runs");
    store::look(&settings, &mut account);
    account.area("machine");
    machine::look(&settings, &mut account);
    account.area("terminal");
    machine::terminal(&settings, &mut account);
    let exit = account.exit();
    match args.format {
        DoctorFormat::Text => account.page().print(exit),
        DoctorFormat::Json => print(&account.json(), exit),
    }
}

/// The settings in force; what is wrong with them has been drawn.
fn resolved(global: &Global) -> Option<crate::config::resolve::Resolved> {
    settings::resolve(global, Flags::default()).ok()
}

/// A count with its noun: `1 rule`, `2 rules`.
fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
