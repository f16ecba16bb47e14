//! The command line: arguments in, a run, an exit code out.

pub mod args;
pub mod baseline;
pub mod cache;
pub mod completions;
pub mod config;
pub mod diagnose;
pub mod doctor;
pub mod evidence;
pub mod exit;
pub mod explain;
mod exposure;
mod folders;
#[cfg(feature = "git")]
mod git;
#[cfg(feature = "git")]
pub mod hook;
pub mod ignore;
pub mod import;
pub mod init;
mod interrupt;
pub mod keep;
pub mod key;
mod later;
pub mod ledger;
mod look;
mod looked;
pub mod man;
mod message;
mod own;
mod page;
mod progress;
pub mod protected;
pub mod register;
pub mod report;
#[cfg(feature = "git")]
mod revision;
pub mod rules;
mod scan;
pub mod serve;
pub mod settings;
mod spot;
mod survey;
pub mod sweep;
mod target;
mod terms;
mod words;

use std::ffi::OsString;

use clap::Parser;

use crate::cli::args::{Args, Command};
use crate::cli::exit::Exit;

/// Runs the program with `args` (the first is its name).
pub fn run(args: impl IntoIterator<Item = OsString>) -> Exit {
    let args = match Args::try_parse_from(args) {
        Ok(args) => args,
        Err(error) => {
            let exit = if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Clean
            };
            return if error.print().is_ok() {
                exit
            } else {
                Exit::Usage
            };
        }
    };
    match &args.command {
        Command::Scan(run) => scan::run(&run.scan, &run.keep, &args.global),
        Command::Sweep(sweep) => sweep::run(sweep, &args.global),
        Command::Ledger(command) => ledger::run(command, &args.global),
        Command::Evidence(command) => evidence::run(command),
        Command::Diff(diff) => ledger::diff(diff, &args.global),
        #[cfg(feature = "git")]
        Command::Hook(command) => hook::run(command, &args.global),
        Command::Rules(command) => rules::run(command, &args.global),
        Command::Report(report) => report::run(report, &args.global),
        Command::Explain(explain) => explain::run(explain, &args.global),
        Command::Register(command) => register::run(command),
        Command::Baseline(command) => baseline::run(command, &args.global),
        Command::Ignore(ignore) => ignore::run(ignore, &args.global),
        Command::Config(command) => config::run(command, &args.global),
        Command::Init(init) => init::run(init, &args.global),
        Command::Doctor(doctor) => doctor::run(doctor, &args.global),
        Command::Serve(serve) => serve::run(serve, &args.global),
        Command::Man(man) => man::run(man),
        Command::Completions(completions) => completions::run(completions),
    }
}
