//! `stanch baseline`: keeps findings that are known, and tells new ones from them.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use crate::cli::args::{Global, ScanArgs};
use crate::cli::exit::Exit;
use crate::cli::import::{self, ImportArgs};
use crate::cli::key;
use crate::cli::looked::Scope;
use crate::cli::page::Page;
use crate::cli::settings::stop;
use crate::cli::survey::{Seen, survey};
use crate::cli::words::Project;
use crate::judge::finding::Finding;
use crate::judge::key::is_of_file;
use crate::judge::status::Status;
use crate::record::baseline::{Accept, Baseline, Difference, Entry, Standing, Verdict, compare};

mod place;

pub(super) use place::Place;

/// What to do with a baseline.
#[derive(Debug, Subcommand)]
pub enum BaselineCommand {
    /// Write a baseline of everything found now
    Create(Box<CreateArgs>),
    /// Bring a baseline up to date: what is gone leaves, what is new is taken in
    Update(Box<UpdateArgs>),
    /// Show what is new, known, moved and gone; exit code 1 if anything is new
    Diff(Box<DiffArgs>),
    /// Show what is known, and say what it is
    Audit(Box<AuditArgs>),
    /// Carry over a baseline or ignore file of another scanner
    Import(Box<ImportArgs>),
}

/// Which baseline.
#[derive(Clone, Debug, ClapArgs)]
pub struct Which {
    /// The baseline [default: `.stanch/baseline` at the project's root]
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// Arguments of `stanch baseline create`.
#[derive(Debug, ClapArgs)]
pub struct CreateArgs {
    /// Which baseline.
    #[command(flatten)]
    pub which: Which,
    /// Write over the one that is there
    #[arg(long)]
    pub force: bool,
    /// What is scanned.
    #[command(flatten)]
    pub scan: ScanArgs,
}

/// Arguments of `stanch baseline update`.
#[derive(Debug, ClapArgs)]
pub struct UpdateArgs {
    /// Which baseline.
    #[command(flatten)]
    pub which: Which,
    /// Take nothing new in: only what is gone leaves
    #[arg(long)]
    pub only_gone: bool,
    /// What is scanned.
    #[command(flatten)]
    pub scan: ScanArgs,
}

/// Arguments of `stanch baseline diff`.
#[derive(Debug, ClapArgs)]
pub struct DiffArgs {
    /// Which baseline.
    #[command(flatten)]
    pub which: Which,
    /// Also list what is known and where it was
    #[arg(long)]
    pub all: bool,
    /// What is scanned.
    #[command(flatten)]
    pub scan: ScanArgs,
}

/// Arguments of `stanch baseline audit`.
#[derive(Debug, ClapArgs)]
pub struct AuditArgs {
    /// Which baseline.
    #[command(flatten)]
    pub which: Which,
    /// Say what a finding is: `KEY=real`, `KEY=false` or `KEY=accepted` (may be given more than once)
    #[arg(long, value_name = "KEY=VERDICT")]
    pub mark: Vec<String>,
    /// A word about the verdict
    #[arg(long, value_name = "TEXT", requires = "mark")]
    pub note: Option<String>,
    /// Only those of which nobody has said anything, or which are called this
    #[arg(long, value_name = "VERDICT")]
    pub only: Option<Only>,
}

/// Which entries are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Only {
    /// Nobody has said anything.
    Open,
    /// Secrets that have to be changed.
    Real,
    /// No secrets.
    False,
    /// Accepted.
    Accepted,
}

pub(super) fn run(command: &BaselineCommand, global: &Global) -> Exit {
    let done = match command {
        BaselineCommand::Create(args) => create(args, global),
        BaselineCommand::Update(args) => update(args, global),
        BaselineCommand::Diff(args) => diff(args, global),
        BaselineCommand::Audit(args) => audit(args, global),
        BaselineCommand::Import(args) => import::run(args, &ScanArgs::of_files(), global),
    };
    done.unwrap_or_else(|exit| exit)
}

/// What a scan found, as a baseline: all that nobody has allowed.
fn now(seen: &Seen) -> Baseline {
    let counts = |finding: &&Finding| !matches!(finding.standing.status, Status::Allowed { .. });
    Baseline::of(seen.findings.iter().filter(counts), seen.books.base())
}

fn create(args: &CreateArgs, global: &Global) -> Result<Exit, Exit> {
    let project = Project::find(global)?;
    let place = Place::of(&args.which, &project);
    if place.exists() && !args.force {
        return Err(stop(&format!(
            "{} is there already; bring it up to date with `stanch baseline update`, or say --force",
            place.name()
        )));
    }
    let made = put(&place, &args.scan, global, Write::Always)?;
    let mut page = Page::default();
    page.line(&format!("{}: {} known", place.name(), findings(made.known)));
    if made.by_place > 0 {
        page.line(&format!(
            "  {} of them by rule and file name, because the values could be guessed; a project key \
             (`STANCH_KEY`) ties them to their values",
            made.by_place
        ));
    }
    Ok(page.print(made.exit))
}

/// A baseline that was made.
pub(super) struct Made {
    /// How many findings are known.
    pub(super) known: usize,
    /// How many of them by rule and file name.
    by_place: usize,
    /// Whether there is a file.
    pub(super) written: bool,
    /// The exit code of the scan, which was not about findings.
    pub(super) exit: Exit,
}

/// Makes the project's baseline of what `scan` finds; without findings there is
/// a file only if `when` says so.
///
/// # Errors
/// What went wrong has been told on standard error.
pub(super) fn make(
    scan: &ScanArgs,
    global: &Global,
    project: &Project,
    when: Write,
) -> Result<Made, Exit> {
    let place = Place::of(&Which { file: None }, project);
    put(&place, scan, global, when)
}

/// When a baseline is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Write {
    /// In any case.
    Always,
    /// When there is something to know.
    IfNeeded,
}

fn put(place: &Place, scan: &ScanArgs, global: &Global, when: Write) -> Result<Made, Exit> {
    let keyer = key::keyer(scan.key_file.as_deref())?;
    let seen = survey(scan, global)?;
    let baseline = now(&seen);
    let written = when == Write::Always || !baseline.entries.is_empty();
    if written {
        place.write(&baseline, &keyer)?;
    }
    let by_place = baseline.entries.iter();
    Ok(Made {
        known: baseline.entries.len(),
        by_place: by_place.filter(|entry| is_of_file(&entry.key)).count(),
        written,
        exit: complete(&seen),
    })
}

/// The exit code of a scan that was not about findings.
fn complete(seen: &Seen) -> Exit {
    if seen.summary.is_complete() {
        return Exit::Clean;
    }
    crate::cli::message::warning("not everything could be examined; more may be there");
    Exit::Incomplete
}

fn findings(count: usize) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} finding{plural}")
}

/// How the baseline and what is there now differ.
fn compared(seen: &Seen, before: &Baseline, scan: &ScanArgs, project: &Project) -> Difference {
    let scope = Scope::of(scan, project);
    let complete = seen.summary.is_complete();
    compare(before, &now(seen), |entry| complete && scope.covers(entry))
}

fn update(args: &UpdateArgs, global: &Global) -> Result<Exit, Exit> {
    let project = Project::find(global)?;
    let place = Place::of(&args.which, &project);
    let keyer = key::keyer(args.scan.key_file.as_deref())?;
    let before = place.open(&keyer)?;
    let seen = survey(&args.scan, global)?;
    let found = compared(&seen, &before, &args.scan, &project);
    let accept = if args.only_gone {
        Accept::Nothing
    } else {
        Accept::New
    };
    place.write(&found.applied(&before, accept), &keyer)?;
    let mut page = Page::default();
    list(&mut page, &found, Listed::Changes);
    let taken = if args.only_gone {
        "not taken in"
    } else {
        "taken in"
    };
    page.line(&format!(
        "{}: {} new ({taken}), {} known, {} moved, {} gone",
        place.name(),
        found.new.len(),
        found.known.len(),
        found.moved.len(),
        found.gone.len()
    ));
    let exit = complete(&seen);
    Ok(page.print(exit))
}

fn diff(args: &DiffArgs, global: &Global) -> Result<Exit, Exit> {
    let project = Project::find(global)?;
    let place = Place::of(&args.which, &project);
    let keyer = key::keyer(args.scan.key_file.as_deref())?;
    let before = place.open(&keyer)?;
    let seen = survey(&args.scan, global)?;
    let found = compared(&seen, &before, &args.scan, &project);
    let mut page = Page::default();
    let listed = if args.all {
        Listed::All
    } else {
        Listed::Changes
    };
    list(&mut page, &found, listed);
    page.line(&format!(
        "{}: {} new, {} known, {} moved, {} gone",
        place.name(),
        found.new.len(),
        found.known.len(),
        found.moved.len(),
        found.gone.len()
    ));
    let exit = if found.new.is_empty() {
        complete(&seen)
    } else {
        Exit::Findings
    };
    Ok(page.print(exit))
}

/// What of a difference is listed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Listed {
    /// What is new, moved, gone.
    Changes,
    /// What is known, too.
    All,
}

fn list(page: &mut Page, found: &Difference, listed: Listed) {
    let line = |entry: &Entry| format!("{} {} {}", entry.key, entry.rule, entry.path);
    for entry in &found.new {
        page.line(&format!("new    {}", line(entry)));
    }
    for (entry, from) in &found.moved {
        let from = from
            .as_ref()
            .map_or("copied".into(), |from| format!("from {from}"));
        page.line(&format!("moved  {} ({from})", line(entry)));
    }
    for entry in &found.gone {
        page.line(&format!("gone   {}", line(entry)));
    }
    if listed == Listed::All {
        for entry in &found.known {
            page.line(&format!("known  {}", line(entry)));
        }
    }
}

fn audit(args: &AuditArgs, global: &Global) -> Result<Exit, Exit> {
    let project = Project::find(global)?;
    let place = Place::of(&args.which, &project);
    let keyer = key::keyer(None)?;
    let mut baseline = place.open(&keyer)?;
    for mark in &args.mark {
        judged(&mut baseline, mark, args.note.as_deref())?;
    }
    if !args.mark.is_empty() {
        place.write(&baseline, &keyer)?;
    }
    let mut page = Page::default();
    for entry in baseline
        .entries
        .iter()
        .filter(|entry| is_meant(entry, args.only))
    {
        let verdict = entry.verdict.map_or("open", Verdict::as_str);
        let history = match entry.standing {
            Standing::Files => "",
            Standing::History => " (history)",
        };
        let note = if entry.note.is_empty() {
            String::new()
        } else {
            format!(": {}", entry.note)
        };
        page.line(&format!(
            "{verdict:<8} {} {} {}{history}{note}",
            entry.key, entry.rule, entry.path
        ));
    }
    let count = |verdict| {
        let entries = baseline.entries.iter();
        entries.filter(|entry| entry.verdict == verdict).count()
    };
    page.line(&format!(
        "{}: {}, {} open, {} real, {} false, {} accepted",
        place.name(),
        findings(baseline.entries.len()),
        count(None),
        count(Some(Verdict::Real)),
        count(Some(Verdict::False)),
        count(Some(Verdict::Accepted)),
    ));
    Ok(page.print(Exit::Clean))
}

fn is_meant(entry: &Entry, only: Option<Only>) -> bool {
    match only {
        None => true,
        Some(Only::Open) => entry.verdict.is_none(),
        Some(Only::Real) => entry.verdict == Some(Verdict::Real),
        Some(Only::False) => entry.verdict == Some(Verdict::False),
        Some(Only::Accepted) => entry.verdict == Some(Verdict::Accepted),
    }
}

/// Writes the verdict `KEY=VERDICT` into every entry with the key.
fn judged(baseline: &mut Baseline, mark: &str, note: Option<&str>) -> Result<(), Exit> {
    let (key, word) = mark.split_once('=').unwrap_or((mark, ""));
    let known = Verdict::ALL.iter().find(|(known, _)| *known == word);
    let Some((_, verdict)) = known else {
        return Err(stop(&format!(
            "`{mark}` is not KEY=real, KEY=false or KEY=accepted"
        )));
    };
    let meant = baseline.entries.iter_mut().filter(|entry| entry.key == key);
    let mut count = 0;
    for entry in meant {
        entry.verdict = Some(*verdict);
        note.unwrap_or_default().clone_into(&mut entry.note);
        count += 1;
    }
    if count == 0 {
        return Err(stop(&format!("the baseline does not know `{key}`")));
    }
    Ok(())
}
