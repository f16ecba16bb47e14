//! `stanch sweep`: a scan that is made again and again. What is known to be clean
//! is not examined twice, and what is found is recorded.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use crate::cli::args::{Global, ScanArgs};
use crate::cli::cache::Habit;
use crate::cli::exit::{self, Exit};
use crate::cli::keep::KeepArgs;
use crate::cli::settings::{self, stop};
use crate::cli::{ledger, scan};
use crate::config::environment::Environment;
use crate::config::resolve::Flags;
use crate::config::settings::Settings;

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
        let resolved = match settings::resolve(global, Flags::default()) {
            Ok(resolved) => resolved,
            Err(exit) => return exit,
        };
        match default_ledger(&resolved.settings) {
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
pub(super) fn default_ledger(settings: &Settings) -> Result<PathBuf, Exit> {
    let own = || Some(Environment::read().state_folder()?.join("ledger.sqlite"));
    let named = settings.ledger_path.as_ref().map(|set| set.value.clone());
    named.or_else(own).ok_or_else(|| {
        stop("there is no home directory for a ledger; name one with `--ledger FILE`, `STANCH_LEDGER` or `[ledger] path`")
    })
}
