//! A scan whose findings are kept and not reported, for commands that work on them.

use std::io;
use std::sync::Arc;

use crate::base::control::Control;
use crate::cli::args::{Global, ScanArgs};
use crate::cli::exit::Exit;
use crate::cli::own::OwnFiles;
use crate::cli::progress::with_progress;
use crate::cli::{interrupt, scan};
use crate::judge::finding::Finding;
use crate::judge::outcome::{RunInfo, Skip, Summary};
use crate::record::books::Books;
use crate::report::Reporter;

/// What a scan found.
#[derive(Debug)]
pub(super) struct Seen {
    /// Every finding, also those that do not count.
    pub(super) findings: Vec<Finding>,
    /// The account.
    pub(super) summary: Summary,
    /// What was asked about findings, and was of use.
    pub(super) books: Books,
}

/// Scans what `args` say.
///
/// # Errors
/// What went wrong has been told on standard error; an interrupted scan is one.
pub(super) fn survey(args: &ScanArgs, global: &Global) -> Result<Seen, Exit> {
    let (plan, mut deciders) = scan::prepare(args, global)?;
    interrupt::silence_panics();
    let control = Arc::new(Control::default());
    interrupt::watch(&control);
    let mut kept = Kept::default();
    let own = OwnFiles::new(Vec::new(), &[]);
    let (summary, _) = with_progress(plan.show, &control, |progress| {
        scan::scan(&plan, &mut deciders, &control, (&own, &mut kept), progress)
    });
    let summary = summary?;
    if summary.interrupted {
        return Err(Exit::Interrupted);
    }
    Ok(Seen {
        findings: kept.0,
        summary,
        books: deciders.books,
    })
}

/// Keeps findings.
#[derive(Default)]
struct Kept(Vec<Finding>);

impl Reporter for Kept {
    fn begin(&mut self, _: &RunInfo) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.0.push(finding.clone());
        Ok(())
    }

    fn skip(&mut self, _: &Skip) -> io::Result<()> {
        Ok(())
    }

    fn end(&mut self, _: &Summary) -> io::Result<()> {
        Ok(())
    }
}
