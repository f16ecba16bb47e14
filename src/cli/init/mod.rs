//! `stanch init`: everything that makes a project watched, step by step. Run again,
//! it changes nothing that is there.

mod ask;
mod settings;

use clap::Args as ClapArgs;

use crate::cli::args::{Global, ScanArgs};
use crate::cli::baseline::{self, Made, Write};
use crate::cli::exit::Exit;
#[cfg(feature = "git")]
use crate::cli::hook;
use crate::cli::page::{Page, Paint};
use crate::cli::settings::stop;
use crate::cli::words::{BASELINE, Project};

use ask::Answer;
use settings::Written;

/// Arguments of `stanch init`.
#[derive(Debug, ClapArgs)]
#[command(after_help = AFTER_HELP)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own on the command line"
)]
pub struct InitArgs {
    /// Write a new stanch.toml over the one that is there
    #[arg(long)]
    pub force: bool,
    /// Install the hook without asking
    #[cfg(feature = "git")]
    #[arg(long, overrides_with = "no_hook")]
    pub hook: bool,
    /// Install no hook, and do not ask
    #[cfg(feature = "git")]
    #[arg(long)]
    pub no_hook: bool,
    /// Write a baseline even if nothing is found
    #[arg(long, overrides_with = "no_baseline")]
    pub baseline: bool,
    /// Do not scan, and write no baseline
    #[arg(long)]
    pub no_baseline: bool,
}

const AFTER_HELP: &str = "\
Writes stanch.toml, offers the hook that looks at every commit (at a terminal; --hook and
--no-hook answer before), and keeps what is found now in a baseline, so that scans fail for
what is new. What is there already is left alone.";

/// Whether a step is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    /// The user said so.
    Yes,
    /// The user said that it is not.
    No,
    /// Nobody said anything.
    Unsaid,
}

impl Wish {
    fn of(yes: bool, no: bool) -> Wish {
        match (yes, no) {
            (true, _) => Wish::Yes,
            (false, true) => Wish::No,
            (false, false) => Wish::Unsaid,
        }
    }
}

/// Runs the command.
pub(super) fn run(args: &InitArgs, global: &Global) -> Exit {
    steps(args, global).unwrap_or_else(|exit| exit)
}

fn steps(args: &InitArgs, global: &Global) -> Result<Exit, Exit> {
    let project = Project::find(global)?;
    let mut next = Next::default();
    configure(args, &project, &mut next)?;
    #[cfg(feature = "git")]
    let hooked = watch(args, &project, &mut next)?;
    #[cfg(not(feature = "git"))]
    let hooked = Exit::Clean;
    let known = know(args, global, &project, &mut next)?;
    let exit = if hooked == Exit::Clean { known } else { hooked };
    Ok(next.page(&project).print(exit))
}

/// What the user should do when everything is done.
#[derive(Debug, Default)]
struct Next {
    /// Files that should be committed.
    files: Vec<&'static str>,
    /// Commands, each with what it is for.
    commands: Vec<(&'static str, &'static str)>,
}

impl Next {
    fn page(self, project: &Project) -> Page {
        let mut commands = Vec::new();
        if !self.files.is_empty() && is_repository(project) {
            commands.push((
                format!("git add {}", self.files.join(" ")),
                "the rest of the team uses them, too",
            ));
        }
        let rest = self.commands.into_iter();
        commands.extend(rest.map(|(command, why)| (command.to_owned(), why)));
        commands.push(("stanch doctor".to_owned(), "is everything in place?"));
        let width = commands.iter().map(|(command, _)| command.len()).max();
        let width = width.unwrap_or(0);
        let mut page = Page::default();
        page.gap();
        page.painted(Paint::Title, "Next:", "");
        for (command, why) in commands {
            page.line(&format!("  {command:width$}   {why}"));
        }
        page
    }
}

fn is_repository(project: &Project) -> bool {
    let root = project.root.as_ref().unwrap_or(&project.here);
    root.join(".git").exists()
}

/// Writes the configuration file.
fn configure(args: &InitArgs, project: &Project, next: &mut Next) -> Result<(), Exit> {
    let mut page = Page::default();
    match settings::write(project, args.force)? {
        Written::Kept(name) => {
            page.line(&format!("{name}: is there already, left as it is"));
        }
        Written::New { name, left_out } => {
            next.files.push("stanch.toml");
            page.line(&format!("{name}: written"));
            for (glob, why) in left_out {
                page.line(&format!("  it leaves out {glob} ({why})"));
            }
        }
    }
    delivered(page.print(Exit::Clean))
}

/// Installs the hook, if somebody wants it.
#[cfg(feature = "git")]
fn watch(args: &InitArgs, project: &Project, next: &mut Next) -> Result<Exit, Exit> {
    const INSTALL: (&str, &str) = (
        "stanch hook install",
        "blocks commits that bring secrets in",
    );
    let mut page = Page::default();
    if !is_repository(project) {
        page.line("hook: there is no git repository here");
        return delivered(page.print(Exit::Clean)).map(|()| Exit::Clean);
    }
    let wish = Wish::of(args.hook, args.no_hook);
    if wish != Wish::Yes && hook::is_installed() {
        page.line("pre-commit: is there already, left as it is");
        return delivered(page.print(Exit::Clean)).map(|()| Exit::Clean);
    }
    let wanted = match wish {
        Wish::Yes => true,
        Wish::No => false,
        Wish::Unsaid => ask::ask("Look at every commit before it is made?") == Answer::Yes,
    };
    if !wanted {
        page.line("hook: not installed");
        next.commands.push(INSTALL);
        return delivered(page.print(Exit::Clean)).map(|()| Exit::Clean);
    }
    // Why it was not possible has been told; the rest is of use all the same.
    Ok(hook::install_default().unwrap_or_else(|exit| exit))
}

/// Keeps what is found now in a baseline.
fn know(
    args: &InitArgs,
    global: &Global,
    project: &Project,
    next: &mut Next,
) -> Result<Exit, Exit> {
    let mut page = Page::default();
    let wish = Wish::of(args.baseline, args.no_baseline);
    let name = project.shown(&project.file(BASELINE));
    if project.file(BASELINE).exists() {
        page.line(&format!("{name}: is there already, left as it is"));
        next.commands.push((
            "stanch baseline diff",
            "what came and went since it was made",
        ));
    } else if wish == Wish::No {
        page.line("baseline: none; a scan fails for everything that is found");
        next.commands.push(("stanch scan", "what is there now"));
    } else {
        let when = if wish == Wish::Yes {
            Write::Always
        } else {
            Write::IfNeeded
        };
        let made = baseline::make(&whole_project(project), global, project, when)?;
        told(&made, &name, &mut page, next);
        return Ok(page.print(made.exit));
    }
    Ok(page.print(Exit::Clean))
}

fn told(made: &Made, name: &str, page: &mut Page, next: &mut Next) {
    if made.known == 0 {
        page.line("baseline: nothing was found that had to be kept in one");
    } else {
        let plural = if made.known == 1 { "" } else { "s" };
        page.line(&format!("{name}: {} finding{plural} known", made.known));
        page.line("  a scan fails for new ones only; these have leaked all the same");
        next.commands.push((
            "stanch scan --list-suppressed",
            "what is known, and where it is",
        ));
        next.commands
            .push(("stanch baseline audit", "say which of it is no secret"));
    }
    if made.written {
        next.files.push(".stanch");
    }
    next.commands
        .push(("stanch scan", "exit code 0 until something new comes"));
}

/// A scan of everything in the project.
fn whole_project(project: &Project) -> ScanArgs {
    let mut args = ScanArgs::of_files();
    args.confidence = None;
    if let Some(root) = project.root.as_ref().filter(|root| **root != project.here) {
        args.targets = vec![root.clone()];
    }
    args
}

/// Goes on if what was told could be told.
fn delivered(exit: Exit) -> Result<(), Exit> {
    match exit {
        Exit::Clean => Ok(()),
        _ => Err(stop("standard output is gone; nothing more is done")),
    }
}
