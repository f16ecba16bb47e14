//! `stanch ledger` and `stanch diff`, where the build has them.

#[cfg(feature = "ledger")]
mod record;
#[cfg(feature = "ledger")]
mod tell;
#[cfg(feature = "ledger")]
mod word;

use crate::cli::exit::Exit;
use crate::cli::settings::stop;

#[cfg(feature = "ledger")]
pub use present::{DiffArgs, LedgerCommand};
#[cfg(feature = "ledger")]
pub(super) use present::{diff, recorder, run};

#[cfg(not(feature = "ledger"))]
pub use missing::Absent;
#[cfg(not(feature = "ledger"))]
pub(super) use missing::{diff, recorder, run};

/// Whether this build has a ledger.
pub(super) const IS_BUILT_IN: bool = cfg!(feature = "ledger");

/// Says that this build has no ledger, and how to get one.
pub(super) fn absent(further: &str) -> Exit {
    stop(&format!(
        "this build has no ledger; the packages of stanch have it, and \
         `cargo install stanch --features ledger` builds it (it needs a C compiler){further}"
    ))
}

#[cfg(not(feature = "ledger"))]
mod missing {
    use std::ffi::OsString;
    use std::path::Path;

    use clap::Args as ClapArgs;

    use crate::cli::args::{Global, ScanArgs};
    use crate::cli::exit::Exit;
    use crate::cli::scan::Plan;
    use crate::cli::words::Deciders;
    use crate::report::Reporter;

    /// Arguments of a command that this build does not have.
    #[derive(Debug, ClapArgs)]
    pub struct Absent {
        /// Whatever is given.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
        pub rest: Vec<OsString>,
    }

    pub(in crate::cli) fn run(_: &Absent, _: &Global) -> Exit {
        super::absent("")
    }

    pub(in crate::cli) fn diff(_: &Absent, _: &Global) -> Exit {
        super::absent("")
    }

    pub(in crate::cli) fn recorder(
        _: &Path,
        _: &ScanArgs,
        _: &Plan,
        _: &mut Deciders,
        _: &Global,
    ) -> Result<Box<dyn Reporter>, Exit> {
        Err(super::absent(""))
    }
}

#[cfg(feature = "ledger")]
mod present {
    use std::path::{Path, PathBuf};

    use clap::{Args as ClapArgs, Subcommand, ValueEnum};

    use super::{tell, word};
    use crate::base::level::Severity;
    use crate::cli::args::Global;
    use crate::cli::exit::Exit;
    use crate::cli::settings::{self, stop};
    use crate::cli::sweep::default_ledger;
    use crate::config::resolve::Flags;
    use crate::record::ledger::error::Blame;
    use crate::record::ledger::{Ledger, LedgerError, Missing, Status};
    use crate::register::date::Date;

    pub(in crate::cli) use super::record::recorder;

    /// What to do with the ledger.
    #[derive(Debug, Subcommand)]
    pub enum LedgerCommand {
        /// List findings: the worst first [default: open ones]
        List(ListArgs),
        /// Show a finding with all its places and what was said of it
        Show(ShowArgs),
        /// Say what a finding is, who answers for it, and until when
        Set(Box<SetArgs>),
        /// List the runs
        Runs(RunsArgs),
        /// Write findings for other programs
        Export(ExportArgs),
        /// Count findings
        Stats(WhichLedger),
        /// Look whether the file is sound
        Check(WhichLedger),
    }

    /// Which ledger.
    #[derive(Clone, Debug, ClapArgs)]
    pub struct WhichLedger {
        /// The ledger [default: `STANCH_LEDGER`, `[ledger] path`, or stanch/ledger.sqlite in your state directory]
        #[arg(long, value_name = "FILE")]
        pub ledger: Option<PathBuf>,
    }

    /// Which findings.
    #[derive(Clone, Debug, ClapArgs)]
    pub struct Wanted {
        /// Only those of this status
        #[arg(long, value_name = "STATUS", value_enum)]
        pub status: Option<StatusArg>,
        /// Those of every status
        #[arg(long, conflicts_with = "status")]
        pub all: bool,
        /// Only those of this rule: an id, `*` stands for any run of characters
        #[arg(long, value_name = "RULE")]
        pub rule: Option<String>,
        /// Only those at paths that hold TEXT
        #[arg(long, value_name = "TEXT")]
        pub path: Option<String>,
        /// Only those that NAME answers for
        #[arg(long, value_name = "NAME")]
        pub owner: Option<String>,
        /// Only those of this severity or more: info, low, medium, high, critical
        #[arg(long, value_name = "LEVEL")]
        pub severity: Option<Severity>,
        /// Only those whose acceptance is over
        #[arg(long, conflicts_with = "status")]
        pub expired: bool,
    }

    /// The word for a status.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
    pub enum StatusArg {
        /// There, and nobody has said anything.
        Open,
        /// There no more.
        Fixed,
        /// No secret.
        FalsePositive,
        /// There, and the risk is accepted.
        Accepted,
        /// There, and a comment or an ignore file says that it is harmless.
        Allowed,
    }

    impl From<StatusArg> for Status {
        fn from(word: StatusArg) -> Status {
            match word {
                StatusArg::Open => Status::Open,
                StatusArg::Fixed => Status::Fixed,
                StatusArg::FalsePositive => Status::FalsePositive,
                StatusArg::Accepted => Status::Accepted,
                StatusArg::Allowed => Status::Allowed,
            }
        }
    }

    /// Arguments of `stanch ledger list`.
    #[derive(Debug, ClapArgs)]
    pub struct ListArgs {
        /// Which ledger.
        #[command(flatten)]
        pub which: WhichLedger,
        /// Which findings.
        #[command(flatten)]
        pub wanted: Wanted,
        /// Most findings; 0 is all
        #[arg(long, value_name = "N", default_value_t = 50)]
        pub limit: u32,
    }

    /// Arguments of `stanch ledger show`.
    #[derive(Debug, ClapArgs)]
    pub struct ShowArgs {
        /// The finding: its `id` in a report
        #[arg(value_name = "KEY")]
        pub key: String,
        /// Which ledger.
        #[command(flatten)]
        pub which: WhichLedger,
    }

    /// Arguments of `stanch ledger set`.
    #[derive(Debug, ClapArgs)]
    pub struct SetArgs {
        /// The findings: their `id` in a report
        #[arg(value_name = "KEY", required = true)]
        pub keys: Vec<String>,
        /// What they are; an accepted one needs --note
        #[arg(long, value_name = "STATUS", value_enum)]
        pub status: Option<SetStatus>,
        /// The last day on which that holds, such as 2027-12-31
        #[arg(long, value_name = "DATE", requires = "status")]
        pub until: Option<Date>,
        /// Who answers for them
        #[arg(long, value_name = "NAME")]
        pub owner: Option<String>,
        /// Why
        #[arg(long, value_name = "TEXT")]
        pub note: Option<String>,
        /// Which ledger.
        #[command(flatten)]
        pub which: WhichLedger,
    }

    /// What a person can say of a finding; that it is fixed, a sweep finds out.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
    pub enum SetStatus {
        /// Somebody has to do something about it.
        Open,
        /// No secret.
        FalsePositive,
        /// The risk is accepted.
        Accepted,
    }

    impl From<SetStatus> for Status {
        fn from(word: SetStatus) -> Status {
            match word {
                SetStatus::Open => Status::Open,
                SetStatus::FalsePositive => Status::FalsePositive,
                SetStatus::Accepted => Status::Accepted,
            }
        }
    }

    /// Arguments of `stanch ledger runs`.
    #[derive(Debug, ClapArgs)]
    pub struct RunsArgs {
        /// Which ledger.
        #[command(flatten)]
        pub which: WhichLedger,
        /// Most runs
        #[arg(long, value_name = "N", default_value_t = 20)]
        pub limit: u32,
    }

    /// Arguments of `stanch ledger export`.
    #[derive(Debug, ClapArgs)]
    pub struct ExportArgs {
        /// Which ledger.
        #[command(flatten)]
        pub which: WhichLedger,
        /// Which findings.
        #[command(flatten)]
        pub wanted: Wanted,
        /// How they are written
        #[arg(long, value_name = "FORMAT", value_enum, default_value_t = ExportFormat::Jsonl)]
        pub format: ExportFormat,
    }

    /// How findings are written for other programs.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
    pub enum ExportFormat {
        /// One JSON object per line.
        Jsonl,
        /// A table, for spreadsheets.
        Csv,
    }

    /// Arguments of `stanch diff`.
    #[derive(Debug, ClapArgs)]
    pub struct DiffArgs {
        /// The earlier run: its number, `last` or `last~1`
        #[arg(value_name = "RUN")]
        pub before: String,
        /// The later run
        #[arg(value_name = "RUN")]
        pub after: String,
        /// Which ledger.
        #[command(flatten)]
        pub which: WhichLedger,
    }

    pub(in crate::cli) fn run(command: &LedgerCommand, global: &Global) -> Exit {
        let done = match command {
            LedgerCommand::List(args) => tell::list(args, global),
            LedgerCommand::Show(args) => tell::show(args, global),
            LedgerCommand::Set(args) => word::set(args, global),
            LedgerCommand::Runs(args) => tell::runs(args, global),
            LedgerCommand::Export(args) => tell::export(args, global),
            LedgerCommand::Stats(which) => tell::stats(which, global),
            LedgerCommand::Check(which) => tell::check(which, global),
        };
        done.unwrap_or_else(|exit| exit)
    }

    pub(in crate::cli) fn diff(args: &DiffArgs, global: &Global) -> Exit {
        tell::diff(args, global).unwrap_or_else(|exit| exit)
    }

    /// Opens the ledger that is meant.
    pub(super) fn open(which: &WhichLedger, global: &Global) -> Result<Ledger, Exit> {
        let file = match &which.ledger {
            Some(file) => file.clone(),
            None => default_ledger(&settings::resolve(global, Flags::default())?.settings)?,
        };
        Ledger::open(&file, Missing::Refuse).map_err(|error| refuse(&error))
    }

    /// Opens a ledger to be written, and makes it if there is none.
    pub(super) fn open_or_make(file: &Path) -> Result<Ledger, Exit> {
        Ledger::open(file, Missing::Create).map_err(|error| refuse(&error))
    }

    /// Says what is wrong with the ledger.
    pub(super) fn refuse(error: &LedgerError) -> Exit {
        stop(&error.to_string());
        exit_of(error)
    }

    /// The exit code for what is wrong.
    pub(super) fn exit_of(error: &LedgerError) -> Exit {
        match error.blame {
            Blame::Place => Exit::Usage,
            Blame::Program => Exit::Internal,
        }
    }
}
