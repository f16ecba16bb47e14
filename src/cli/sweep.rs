//! `stanch sweep`: a scan that is made again and again. What is known to be clean
//! is not examined twice, and what is found is recorded.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use crate::cli::args::{Global, ScanArgs};
use crate::cli::cache::Habit;
use crate::cli::exit::{self, Exit};
use crate::cli::keep::KeepArgs;
use crate::cli::settings::stop;
use crate::cli::{ledger, scan};
use crate::config::environment::Environment;

/// Arguments of `stanch sweep`.
#[derive(Debug, ClapArgs)]
#[command(after_help = exit::TABLE, after_long_help = concat!(
    "A scan with the verdict cache and the ledger on. A sweep that was killed is run again with\n",
    "the same arguments: what was finished is not examined a second time.\n\n",
    "Examples:\n",
    "  stanch sweep /srv/repos /home --ledger sweep.sqlite\n",
    "  stanch ledger list --ledger sweep.sqlite\n",
    "  stanch diff last~1 last --ledger sweep.sqlite\n\n",
    "Exit codes: see `stanch --help`.\n",
))]
pub struct SweepArgs {
    /// What is scanned.
    #[command(flatten)]
    pub scan: ScanArgs,
    /// What is kept beside the reports.
    #[command(flatten)]
    pub keep: KeepArgs,
    /// Record nothing
    #[arg(long, conflicts_with = "ledger")]
    pub no_ledger: bool,
}

/// Runs the command.
pub(super) fn run(args: &SweepArgs, global: &Global) -> Exit {
    let mut scan = args.scan.clone();
    scan.habit = Habit::Sweep;
    let mut keep = args.keep.clone();
    if !args.no_ledger && keep.ledger.is_none() {
        match default_ledger() {
            Ok(file) => keep.ledger = Some(file),
            Err(exit) => return exit,
        }
    }
    if keep.ledger.is_some() && !ledger::IS_BUILT_IN {
        return ledger::absent("; `--no-ledger` sweeps without one");
    }
    scan::run(&scan, &keep, global)
}

/// The ledger that is meant when none is named.
///
/// # Errors
/// There is no place for one; it has been told.
pub(super) fn default_ledger() -> Result<PathBuf, Exit> {
    let environment = Environment::read();
    let own = || Some(environment.state_folder()?.join("ledger.sqlite"));
    environment.ledger.clone().or_else(own).ok_or_else(|| {
        stop("there is no home directory for a ledger; name one with `--ledger FILE` or `STANCH_LEDGER`")
    })
}
