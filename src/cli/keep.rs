//! What is kept of a run beside its reports: a ledger, evidence.

use std::fmt;
use std::io;
use std::path::{Component, Path, PathBuf};

use clap::Args as ClapArgs;

use crate::cli::args::{Global, ScanArgs};
use crate::cli::evidence;
use crate::cli::exit::Exit;
use crate::cli::ledger;
use crate::cli::scan::Plan;
use crate::cli::words::Deciders;
use crate::judge::finding::Finding;
use crate::judge::outcome::{RunInfo, Skip, Summary};
use crate::report::Reporter;
use crate::report::output::Reporters;

/// Heading of the options about what is kept.
const KEPT: &str = "Options about what is kept";

/// What is kept of a run.
#[derive(Clone, Debug, Default, ClapArgs)]
pub struct KeepArgs {
    /// Record the run and its findings in this ledger, and heed what it says of them
    #[arg(long, help_heading = KEPT, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
    /// Write an account of the run into this folder that shows any later change (see `stanch evidence`)
    #[arg(long, help_heading = KEPT, value_name = "DIR")]
    pub evidence: Option<PathBuf>,
    /// Sign it with the Ed25519 key in FILE, as `openssl genpkey -algorithm ed25519` writes it
    #[arg(long, help_heading = KEPT, value_name = "FILE", requires = "evidence")]
    pub evidence_key: Option<PathBuf>,
    /// Also copy the files that findings are in, as they are: with their secrets in clear
    #[arg(long, help_heading = KEPT, requires = "evidence")]
    pub preserve: bool,
}

impl KeepArgs {
    /// What the run itself writes, for the scan to leave out: what begins so.
    pub(super) fn own(&self) -> Vec<PathBuf> {
        let mut own: Vec<PathBuf> = self.evidence.iter().cloned().collect();
        if let Some(ledger) = &self.ledger {
            let mut journal = ledger.clone().into_os_string();
            journal.push("-journal");
            own.extend([ledger.clone(), journal.into()]);
        }
        own
    }
}

/// Opens everything that is to be kept.
///
/// # Errors
/// Something cannot be written, or not be kept in this build; it has been told.
pub(super) fn open(
    keep: &KeepArgs,
    args: &ScanArgs,
    plan: &Plan,
    deciders: &mut Deciders,
    global: &Global,
) -> Result<Vec<Box<dyn Reporter>>, Exit> {
    let mut kept: Vec<Box<dyn Reporter>> = Vec::new();
    if let Some(file) = &keep.ledger {
        kept.push(ledger::recorder(file, args, plan, deciders, global)?);
    }
    if let Some(folder) = &keep.evidence {
        kept.push(evidence::recorder(folder, keep, args, plan)?);
    }
    Ok(kept)
}

/// Something that could not be kept, and what that means for the exit code.
#[derive(Debug)]
pub(super) struct Unkept {
    /// What, where, why, and what to do.
    pub(super) message: String,
    /// The exit code.
    pub(super) exit: Exit,
}

impl fmt::Display for Unkept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Unkept {}

impl From<Unkept> for io::Error {
    fn from(unkept: Unkept) -> io::Error {
        io::Error::other(unkept)
    }
}

/// The reports of a run, and what is kept of it: that first, so that no report
/// tells of what is not kept.
pub(super) struct Keeping {
    pub(super) kept: Vec<Box<dyn Reporter>>,
    pub(super) reports: Reporters,
}

impl Keeping {
    fn each(
        &mut self,
        mut tell: impl FnMut(&mut dyn Reporter) -> io::Result<()>,
    ) -> io::Result<()> {
        self.kept
            .iter_mut()
            .try_for_each(|kept| tell(&mut **kept))?;
        tell(&mut self.reports)
    }
}

impl Reporter for Keeping {
    fn begin(&mut self, run: &RunInfo) -> io::Result<()> {
        self.each(|reporter| reporter.begin(run))
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.each(|reporter| reporter.finding(finding))
    }

    fn skip(&mut self, skip: &Skip) -> io::Result<()> {
        self.each(|reporter| reporter.skip(skip))
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        self.each(|reporter| reporter.end(summary))
    }
}

/// `path`, relative to `here`, as an absolute one without `.` and `..`, as far
/// as that can be told without looking.
pub(super) fn absolute(here: &Path, path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in here.join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_absolute() {
        for (path, expected) in [
            ("a/./b/../c", "/here/a/c"),
            (".", "/here"),
            ("../x", "/x"),
            ("/y/", "/y"),
        ] {
            let made = absolute(Path::new("/here"), Path::new(path));
            assert_eq!(made, Path::new(expected), "{path}");
        }
    }
}
