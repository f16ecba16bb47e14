//! `stanch ignore`: says that a finding is harmless or accepted, why, and until when.

use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args as ClapArgs, Subcommand};

use crate::cli::args::{Global, ScanArgs};
use crate::cli::exit::Exit;
use crate::cli::page::Page;
use crate::cli::settings::{self, stop};
use crate::cli::survey::survey;
use crate::cli::words::{IGNORE, Project};
use crate::cli::{key, message};
use crate::config::resolve::Flags;
use crate::judge::key::{is_key, is_of_file};
use crate::judge::suppress::{Audit, Idle, Locks};
use crate::record::books::Stale;
use crate::record::ignore::{About, Entry, IgnoreFile, sound};
use crate::record::plain;
use crate::register::date::Date;
use crate::rules::select::IdGlob;

/// Arguments of `stanch ignore`.
#[derive(Debug, ClapArgs)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_long_help = concat!(
        "Writes one line to `.stanch/ignore` at the project's root, sorted, so that git merges\n",
        "changes of both sides. Put the file under version control.\n\n",
        "Examples:\n",
        "  stanch ignore st1:8c1f0a6be2d94377 --reason 'test account' --until 2027-03-31\n",
        "  stanch ignore --path 'docs/**' --rule 'generic-*' --reason 'sample configuration'\n",
        "  printf %s \"$VALUE\" | stanch ignore --value - --reason 'public sandbox value'\n",
        "  stanch ignore list\n",
        "  stanch ignore prune --dry-run\n",
    )
)]
pub struct IgnoreArgs {
    /// What else to do.
    #[command(subcommand)]
    pub command: Option<IgnoreCommand>,
    /// The finding: its `id` in a report
    #[arg(value_name = "KEY", required_unless_present_any = ["path", "value"])]
    pub key: Option<String>,
    /// Findings at paths that match, seen from the project's root
    #[arg(long, value_name = "GLOB", conflicts_with = "key")]
    pub path: Option<String>,
    /// The value in FILE (`-` is standard input), whatever rule finds it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["key", "path"])]
    pub value: Option<PathBuf>,
    /// Only findings of this rule: an id, `*` stands for any run of characters
    #[arg(long, value_name = "RULE")]
    pub rule: Option<String>,
    /// Why that is harmless or accepted
    #[arg(long, value_name = "TEXT", required = true)]
    pub reason: Option<String>,
    /// The last day on which it holds, such as 2027-12-31
    #[arg(long, value_name = "DATE")]
    pub until: Option<Date>,
    /// Who answers for it
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,
    /// File with the key for finding keys (or set `STANCH_KEY`)
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
}

/// What else there is to do with ignored findings.
#[derive(Debug, Subcommand)]
pub enum IgnoreCommand {
    /// List what is ignored, why, and until when
    List,
    /// Take out entries that are over or that nothing needs any more; tell of such comments
    Prune(Box<PruneArgs>),
}

/// Arguments of `stanch ignore prune`.
#[derive(Debug, ClapArgs)]
pub struct PruneArgs {
    /// Only say what would be taken out
    #[arg(long)]
    pub dry_run: bool,
    /// Take out only what is over; scan nothing
    #[arg(long)]
    pub expired_only: bool,
    /// What is scanned to see what is needed.
    #[command(flatten)]
    pub scan: ScanArgs,
}

pub(super) fn run(args: &IgnoreArgs, global: &Global) -> Exit {
    let done = match &args.command {
        None => add(args, global),
        Some(IgnoreCommand::List) => list(global),
        Some(IgnoreCommand::Prune(prune)) => self::prune(prune, global),
    };
    done.unwrap_or_else(|exit| exit)
}

/// The project's ignore file as it is; empty when there is none.
fn open(project: &Project) -> Result<IgnoreFile, Exit> {
    let path = project.file(IGNORE);
    let name = project.shown(&path);
    let text = plain::read(&path).map_err(|error| stop(&format!("cannot read {name}: {error}")))?;
    Ok(IgnoreFile::parse(&text.unwrap_or_default()))
}

fn save(project: &Project, file: &IgnoreFile) -> Result<(), Exit> {
    let path = project.file(IGNORE);
    let name = project.shown(&path);
    // What is not understood may be somebody's work.
    if let Some(fault) = file.faults.first() {
        let text = format!(
            "{name}:{}: {}; mend or remove the line first",
            fault.line, fault.message
        );
        return Err(stop(&text));
    }
    plain::write(&path, &file.text())
        .map_err(|error| stop(&format!("cannot write {name}: {error}")))
}

fn add(args: &IgnoreArgs, global: &Global) -> Result<Exit, Exit> {
    let about = about(args)?;
    let entry = Entry {
        about,
        rule: args.rule.as_deref().map(IdGlob::new),
        until: args.until,
        owner: args.owner.clone(),
        reason: args.reason.clone().unwrap_or_default(),
    };
    let entry = sound(entry).map_err(|why| stop(&format!("nothing is ignored: {why}")))?;
    if let Some(until) = entry.until.filter(|until| *until < Date::today()) {
        return Err(stop(&format!("nothing is ignored: {until} is over")));
    }
    protected(&entry, global)?;
    let project = Project::find(global)?;
    let mut file = open(&project)?;
    file.put(entry.clone());
    save(&project, &file)?;
    let mut page = Page::default();
    let name = project.shown(&project.file(IGNORE));
    page.line(&format!("{name}: {entry}"));
    Ok(page.print(Exit::Clean))
}

/// Writes `entries` into the project's ignore file; gives its name.
///
/// # Errors
/// What went wrong has been told on standard error.
pub(super) fn put_all(entries: Vec<Entry>, project: &Project) -> Result<String, Exit> {
    let mut file = open(project)?;
    for entry in entries {
        file.put(entry);
    }
    save(project, &file)?;
    Ok(project.shown(&project.file(IGNORE)))
}

/// What the arguments mean.
fn about(args: &IgnoreArgs) -> Result<About, Exit> {
    if let Some(pattern) = &args.path {
        return Ok(About::Path(pattern.clone()));
    }
    if let Some(file) = &args.value {
        let value = value(file)?;
        let digest = key::keyer(args.key_file.as_deref())?.value(&value);
        let digest = digest.ok_or_else(|| {
            stop(
                "this value could be guessed from a digest in a file; set a project key \
                 (`STANCH_KEY`), or ignore its finding by key",
            )
        })?;
        return Ok(About::Value(digest));
    }
    let key = args.key.clone().unwrap_or_default();
    if !is_key(&key) {
        return Err(stop(&format!(
            "`{key}` is no finding key; reports show keys as `id`, such as `st1:8c1f0a6be2d94377`"
        )));
    }
    if is_of_file(&key) {
        message::warning(&format!(
            "`{key}` stands for any value at this place: the value could be guessed, so its key \
             does not hold it; with a project key (`STANCH_KEY`) it would"
        ));
    }
    Ok(About::Key(key))
}

/// The value in `file`, without the end of its line.
fn value(file: &PathBuf) -> Result<Vec<u8>, Exit> {
    let mut value = Vec::new();
    let read = if file.as_os_str() == "-" {
        std::io::stdin().read_to_end(&mut value)
    } else {
        std::fs::File::open(file).and_then(|mut file| file.read_to_end(&mut value))
    };
    read.map_err(|error| stop(&format!("cannot read the value: {error}")))?;
    if value.ends_with(b"\n") {
        value.pop();
    }
    if value.is_empty() {
        return Err(stop("an empty value is no secret"));
    }
    Ok(value)
}

/// Refuses what a policy would not obey.
fn protected(entry: &Entry, global: &Global) -> Result<(), Exit> {
    let resolved = settings::resolve(global, Flags::default())?;
    let locks: Locks = crate::cli::words::locks_on_project(&resolved.settings);
    let rule = entry.rule.as_ref().filter(|rule| rule.is_exact());
    match rule.and_then(|rule| Some((rule, locks.on(rule.as_str())?))) {
        Some((rule, by)) => Err(stop(&format!(
            "nothing is ignored: {by} protects `{}`",
            rule.as_str()
        ))),
        None => Ok(()),
    }
}

fn list(global: &Global) -> Result<Exit, Exit> {
    let project = Project::find(global)?;
    let file = open(&project)?;
    let name = project.shown(&project.file(IGNORE));
    let mut page = Page::default();
    let today = Date::today();
    for (_, entry) in &file.entries {
        let over = entry.until.is_some_and(|until| until < today);
        let over = if over { "  (over)" } else { "" };
        page.line(&format!("{entry}{over}"));
    }
    if file.entries.is_empty() {
        page.line(&format!("nothing is ignored in {name}"));
    }
    for fault in &file.faults {
        message::warning(&format!(
            "{name}:{} has no effect: {}",
            fault.line, fault.message
        ));
    }
    Ok(page.print(Exit::Clean))
}

fn prune(args: &PruneArgs, global: &Global) -> Result<Exit, Exit> {
    let project = Project::find(global)?;
    let mut file = open(&project)?;
    let name = project.shown(&project.file(IGNORE));
    let (stale, idle) = if args.expired_only {
        let today = Date::today();
        let over = |entry: &Entry| entry.until.is_some_and(|until| until < today);
        let entries = file.entries.iter().filter(|(_, entry)| over(entry));
        let over = entries.map(|(line, _)| (*line, Stale::Expired)).collect();
        (over, Vec::new())
    } else {
        needless(args, global, &name)?
    };
    let mut page = Page::default();
    for (line, entry) in &file.entries {
        let Some((_, why)) = stale.iter().find(|(stale, _)| stale == line) else {
            continue;
        };
        let why = match why {
            Stale::Expired => "over",
            Stale::Unused => "not needed",
        };
        page.line(&format!("{why}: {entry}"));
    }
    let kept = file.entries.len() - stale.len();
    let verb = if args.dry_run {
        "would be taken out"
    } else {
        "taken out"
    };
    page.line(&format!("{name}: {} {verb}, {kept} kept", stale.len()));
    tell_idle(&idle, &mut page);
    if !args.dry_run && !stale.is_empty() {
        file.entries
            .retain(|(line, _)| stale.iter().all(|(stale, _)| stale != line));
        save(&project, &file)?;
    }
    Ok(page.print(Exit::Clean))
}

/// Tells of comments that silence nothing. Whoever wrote one has to take it out:
/// what stands beside it is code.
fn tell_idle(idle: &[Idle], page: &mut Page) {
    for idle in idle {
        let place = format!("{}:{}", idle.provenance.display(), idle.line);
        let why = match &idle.why {
            None => "silences nothing".to_owned(),
            Some(why) => format!("has no effect: {}", why.describe()),
        };
        page.line(&format!("{place}: the comment for `{}` {why}", idle.rules));
    }
    match idle.len() {
        0 => {}
        1 => page.line("1 comment to take out by hand"),
        count => page.line(&format!("{count} comments to take out by hand")),
    }
}

/// Lines of the ignore file that can go, and why.
type Needless = Vec<(usize, Stale)>;

/// Entries, and comments, that a scan does not need; an incomplete scan cannot say so.
fn needless(args: &PruneArgs, global: &Global, name: &str) -> Result<(Needless, Vec<Idle>), Exit> {
    let audit = Arc::new(Audit::default());
    let scan = ScanArgs {
        audit: Some(Arc::clone(&audit)),
        ..args.scan.clone()
    };
    let seen = survey(&scan, global)?;
    if !seen.summary.is_complete() {
        return Err(stop(
            "not everything could be examined, so nobody knows what is needed; use --expired-only",
        ));
    }
    let stale = seen.books.stale().filter(|(file, ..)| *file == name);
    let stale = stale.map(|(_, line, _, why)| (line, why)).collect();
    Ok((stale, audit.take()))
}
