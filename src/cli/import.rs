//! `stanch baseline import`: what other scanners were told, carried over.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use crate::cli::args::{Global, ScanArgs};
use crate::cli::baseline::{Place, Which};
use crate::cli::exit::Exit;
use crate::cli::ignore;
use crate::cli::key;
use crate::cli::page::Page;
use crate::cli::settings::stop;
use crate::cli::survey::survey;
use crate::cli::words::Project;
use crate::record::foreign::{Carried, Format, carry, read};
use crate::record::plain;

/// Arguments of `stanch baseline import`.
#[derive(Debug, ClapArgs)]
pub struct ImportArgs {
    /// The other scanner's baseline or ignore file
    #[arg(value_name = "FILE")]
    pub from: PathBuf,
    /// Whose it is: gitleaksignore, gitleaks, detect-secrets, ripsecrets, ggshield or kingfisher
    /// [default: by its name and content]
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// Only say what would be carried over
    #[arg(long)]
    pub dry_run: bool,
    /// Which baseline.
    #[command(flatten)]
    pub which: Which,
    /// Scan the history as well, for what only stands there
    #[arg(long)]
    pub from_history: bool,
}

/// Runs the command; `scan` is a scan of the current project's files.
pub(super) fn run(args: &ImportArgs, scan: &ScanArgs, global: &Global) -> Result<Exit, Exit> {
    let name = args.from.display().to_string();
    let text = plain::read(&args.from);
    let text = text.map_err(|error| stop(&format!("cannot read {name}: {error}")))?;
    let text = text.ok_or_else(|| stop(&format!("there is no {name}")))?;
    let items = read(format(args, &text)?, &text);
    let items = items.map_err(|why| stop(&format!("{name}: {why}")))?;
    let project = Project::find(global)?;
    let keyer = key::keyer(None)?;
    let mut seen = survey(scan, global)?;
    if args.from_history {
        seen.findings
            .extend(survey(&of_history(scan), global)?.findings);
    }
    let short = args.from.file_name().unwrap_or_default().to_string_lossy();
    let carried = carry(&items, &short, &seen.findings, &project.base(), &keyer);
    let place = Place::of(&args.which, &project);
    let mut page = Page::default();
    tell(&mut page, &carried, items.len());
    if !args.dry_run {
        if !carried.baseline.is_empty() {
            place.add(carried.baseline, &keyer)?;
            page.line(&format!("written to {}", place.name()));
        }
        if !carried.ignore.is_empty() {
            let name = ignore::put_all(carried.ignore, &project)?;
            page.line(&format!("written to {name}"));
        }
    }
    Ok(page.print(Exit::Clean))
}

fn format(args: &ImportArgs, text: &str) -> Result<Format, Exit> {
    let names: Vec<&str> = Format::ALL.iter().map(|(name, _)| *name).collect();
    let Some(format) = &args.format else {
        let name = args.from.file_name().unwrap_or_default().to_string_lossy();
        return Format::of(&name, text).ok_or_else(|| {
            let names = names.join(", ");
            stop(&format!(
                "nobody knows whose file that is; say --format with one of {names}"
            ))
        });
    };
    let found = Format::ALL.iter().find(|(name, _)| name == format);
    found.map(|(_, format)| *format).ok_or_else(|| {
        stop(&format!(
            "`{format}` is none of the formats {}",
            names.join(", ")
        ))
    })
}

/// The same scan, of the history.
fn of_history(scan: &ScanArgs) -> ScanArgs {
    #[cfg_attr(
        not(feature = "git"),
        expect(unused_mut, reason = "only git has a history")
    )]
    let mut scan = scan.clone();
    #[cfg(feature = "git")]
    {
        scan.git.history = Some(PathBuf::from("."));
    }
    scan
}

fn tell(page: &mut Page, carried: &Carried, items: usize) {
    for (name, why) in &carried.lost {
        page.line(&format!("not carried over: {name}: {why}"));
    }
    page.line(&format!("{} of {items} carried over", carried.count));
}
