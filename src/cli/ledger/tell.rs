//! `stanch ledger list`, `show`, `runs`, `export`, `stats`, `check`, and `stanch diff`.

use std::io::{self, BufWriter, Write};

use serde::Serialize;

use super::present::{
    DiffArgs, ExportArgs, ExportFormat, ListArgs, RunsArgs, ShowArgs, Wanted, WhichLedger, open,
    refuse,
};
use crate::base::level::{Confidence, Severity};
use crate::cli::args::Global;
use crate::cli::exit::Exit;
use crate::cli::page::Page;
use crate::cli::settings::stop;
use crate::record::ledger::difference::Spot;
use crate::record::ledger::model::{CountBy, Entry, Filter, Run};
use crate::record::ledger::{Ledger, Status};
use crate::register::date::Date;
use crate::report::model::write_json;

/// Most findings of a kind that `diff` lists.
const LISTED: usize = 1000;

fn filter(wanted: &Wanted, limit: u32) -> Filter {
    let open = (!wanted.all && !wanted.expired).then_some(Status::Open);
    Filter {
        status: wanted.status.map(Status::from).or(open),
        rule: wanted.rule.clone(),
        path: wanted.path.clone(),
        owner: wanted.owner.clone(),
        severity: wanted.severity.map_or(0, |least| {
            let below = Severity::ALL.iter().filter(|level| **level <= least);
            u8::try_from(below.count()).unwrap_or(u8::MAX)
        }),
        expired_on: wanted.expired.then(|| Date::today().to_string()),
        limit: (limit > 0).then_some(limit),
    }
}

pub(super) fn list(args: &ListArgs, global: &Global) -> Result<Exit, Exit> {
    let ledger = open(&args.which, global)?;
    let filter = filter(&args.wanted, args.limit);
    let mut rows = Vec::new();
    ledger
        .list(&filter, |entry| {
            let more = match entry.places {
                0 | 1 => String::new(),
                places => format!(" (+{})", places - 1),
            };
            rows.push([
                entry.key.clone(),
                severity(&entry).to_owned(),
                entry.rule.clone(),
                standing(&entry),
                day(entry.first_seen),
                format!("{}:{}{more}", entry.path, entry.line),
            ]);
        })
        .map_err(|error| refuse(&error))?;
    let all = ledger.count(&filter).map_err(|error| refuse(&error))?;
    let mut page = Page::default();
    if !rows.is_empty() {
        page.table(
            ["KEY", "SEVERITY", "RULE", "STATUS", "SINCE", "PLACE"],
            &rows,
        );
    }
    let shown = rows.len() as u64;
    let more = if shown < all {
        format!(", {shown} shown (--limit)")
    } else {
        String::new()
    };
    let plural = if all == 1 { "" } else { "s" };
    page.line(&format!("{all} finding{plural}{more}"));
    Ok(page.print(Exit::Clean))
}

pub(super) fn show(args: &ShowArgs, global: &Global) -> Result<Exit, Exit> {
    let ledger = open(&args.which, global)?;
    let found = ledger.show(&args.key).map_err(|error| refuse(&error))?;
    let mut page = Page::default();
    for (entry, places, events) in found {
        page.heading(&format!("{} {}", entry.key, entry.rule));
        page.field(11, "severity", severity(&entry));
        page.field(11, "status", &standing(&entry));
        if let Some(owner) = &entry.owner {
            page.field(11, "owner", owner);
        }
        if let Some(note) = &entry.note {
            page.field(11, "note", note);
        }
        let seen = format!(
            "{} (run {}) to {} (run {})",
            time(entry.first_seen),
            entry.first_run,
            time(entry.last_seen),
            entry.last_run
        );
        page.field(11, "seen", &seen);
        for place in places {
            let gone = place.gone.map_or(String::new(), |run| {
                format!(
                    ", gone since run {run}, last seen in run {}",
                    place.last_run
                )
            });
            let origin = place
                .origin
                .map_or(String::new(), |commit| format!(", commit {commit}"));
            page.line(&format!(
                "  {}:{}:{}{origin}{gone}",
                place.path, place.line, place.column
            ));
        }
        for event in events {
            let who = match (&event.person, event.run) {
                (Some(person), _) => person.clone(),
                (None, Some(run)) => format!("run {run}"),
                (None, None) => "somebody".into(),
            };
            let until = event
                .until
                .map_or(String::new(), |until| format!(" until {until}"));
            let note = event.note.map_or(String::new(), |note| format!(": {note}"));
            let what = if event.was == event.became {
                "noted".to_owned()
            } else {
                format!("{} -> {}", event.was, event.became)
            };
            page.line(&format!("  {} {who}: {what}{until}{note}", time(event.at)));
        }
    }
    Ok(page.print(Exit::Clean))
}

pub(super) fn runs(args: &RunsArgs, global: &Global) -> Result<Exit, Exit> {
    let ledger = open(&args.which, global)?;
    let runs = ledger.runs(args.limit).map_err(|error| refuse(&error))?;
    let row = |run: &Run| {
        [
            run.id.to_string(),
            time(run.begun),
            run.outcome.clone().unwrap_or("not ended".into()),
            run.units.to_string(),
            run.reused.to_string(),
            run.findings.to_string(),
            targets(run),
        ]
    };
    let rows: Vec<_> = runs.iter().map(row).collect();
    let mut page = Page::default();
    page.table(
        [
            "RUN", "BEGUN", "END", "UNITS", "KNOWN", "FINDINGS", "TARGETS",
        ],
        &rows,
    );
    Ok(page.print(Exit::Clean))
}

fn targets(run: &Run) -> String {
    let targets: Vec<String> = serde_json::from_str(&run.targets).unwrap_or_default();
    targets.join(" ")
}

/// A finding as other programs read it.
#[derive(Serialize)]
struct Exported<'a> {
    #[serde(flatten)]
    entry: &'a Entry,
    severity: &'static str,
    confidence: &'static str,
}

pub(super) fn export(args: &ExportArgs, global: &Global) -> Result<Exit, Exit> {
    let ledger = open(&args.which, global)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let written = export_to(&mut out, &ledger, args)?;
    match written.and_then(|()| out.flush()) {
        Ok(()) => Ok(Exit::Clean),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Usage),
        Err(error) => Err(stop(&format!("standard output cannot be written: {error}"))),
    }
}

fn export_to(
    out: &mut impl Write,
    ledger: &Ledger,
    args: &ExportArgs,
) -> Result<io::Result<()>, Exit> {
    let mut written = Ok(());
    if args.format == ExportFormat::Csv {
        written = writeln!(
            out,
            "id,rule,severity,confidence,status,until,owner,note,first_seen,last_seen,path,line,places"
        );
    }
    let each = |entry: Entry| {
        if written.is_err() {
            return;
        }
        written = match args.format {
            ExportFormat::Jsonl => {
                let exported = Exported {
                    severity: severity(&entry),
                    confidence: confidence(&entry),
                    entry: &entry,
                };
                write_json(out, &exported).and_then(|()| writeln!(out))
            }
            ExportFormat::Csv => writeln!(out, "{}", row(&entry)),
        };
    };
    ledger
        .list(&filter(&args.wanted, 0), each)
        .map_err(|error| refuse(&error))?;
    Ok(written)
}

fn row(entry: &Entry) -> String {
    let of = |text: &Option<String>| text.clone().unwrap_or_default();
    let fields = [
        entry.key.clone(),
        entry.rule.clone(),
        severity(entry).to_owned(),
        confidence(entry).to_owned(),
        entry.status.clone(),
        of(&entry.until),
        of(&entry.owner),
        of(&entry.note),
        time(entry.first_seen),
        time(entry.last_seen),
        entry.path.clone(),
        entry.line.to_string(),
        entry.places.to_string(),
    ];
    fields.map(|field| cell(&field)).join(",")
}

/// A cell that no spreadsheet takes for a formula, and no terminal for a command.
fn cell(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let guard = if text.starts_with(['=', '+', '-', '@']) {
        "'"
    } else {
        ""
    };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

pub(super) fn stats(which: &WhichLedger, global: &Global) -> Result<Exit, Exit> {
    let ledger = open(which, global)?;
    let counts = |by| ledger.counts(by).map_err(|error| refuse(&error));
    let mut page = Page::default();
    page.heading("Findings");
    for (status, count) in counts(CountBy::Status)? {
        page.line(&format!("  {count:>9}  {status}"));
    }
    let severities = counts(CountBy::Severity)?;
    if !severities.is_empty() {
        page.heading("Open, by severity");
    }
    for (rank, count) in severities {
        let rank: usize = rank.parse().unwrap_or(0);
        page.line(&format!(
            "  {count:>9}  {}",
            level(Severity::ALL, rank).as_str()
        ));
    }
    let rules = counts(CountBy::Rule)?;
    if !rules.is_empty() {
        page.heading("Open, by rule");
    }
    for (rule, count) in rules {
        page.line(&format!("  {count:>9}  {rule}"));
    }
    let (oldest, took) = ledger.ages().map_err(|error| refuse(&error))?;
    if oldest.is_some() || took.is_some() {
        page.heading("Time");
    }
    if let Some(oldest) = oldest {
        page.line(&format!("  oldest open finding: {}", day(oldest)));
    }
    if let Some(took) = took {
        let (days, tenths) = (took / 86_400, took % 86_400 * 10 / 86_400);
        page.line(&format!(
            "  from found to fixed: {days}.{tenths} days on average"
        ));
    }
    Ok(page.print(Exit::Clean))
}

pub(super) fn check(which: &WhichLedger, global: &Global) -> Result<Exit, Exit> {
    let ledger = open(which, global)?;
    ledger.check().map_err(|error| refuse(&error))?;
    let mut page = Page::default();
    page.line(&format!("{}: sound", ledger.path().display()));
    Ok(page.print(Exit::Clean))
}

pub(super) fn diff(args: &DiffArgs, global: &Global) -> Result<Exit, Exit> {
    let ledger = open(&args.which, global)?;
    let run = |name: &str| ledger.run_called(name).map_err(|error| refuse(&error));
    let (before, after) = (run(&args.before)?, run(&args.after)?);
    let found = ledger
        .difference(before, after)
        .map_err(|error| refuse(&error))?;
    let mut page = Page::default();
    for (word, spots) in [
        ("new  ", &found.new),
        ("moved", &found.moved),
        ("gone ", &found.gone),
    ] {
        for Spot { key, rule, path } in spots.iter().take(LISTED) {
            page.line(&format!("{word}  {key} {rule} {path}"));
        }
        if spots.len() > LISTED {
            page.line(&format!("{word}  and {} more", spots.len() - LISTED));
        }
    }
    page.line(&format!(
        "run {before} to run {after}: {} new, {} moved, {} gone, {} the same",
        found.new.len(),
        found.moved.len(),
        found.gone.len(),
        found.same - found.moved.len() as u64
    ));
    let exit = if found.new.is_empty() {
        Exit::Clean
    } else {
        Exit::Findings
    };
    Ok(page.print(exit))
}

fn standing(entry: &Entry) -> String {
    match &entry.until {
        Some(until) => format!("{} until {until}", entry.status),
        None => entry.status.clone(),
    }
}

fn severity(entry: &Entry) -> &'static str {
    level(Severity::ALL, entry.severity.into()).as_str()
}

fn confidence(entry: &Entry) -> &'static str {
    level(Confidence::ALL, entry.confidence.into()).as_str()
}

/// The level with this rank, from one.
fn level<T: Copy>(all: &[T], rank: usize) -> T {
    all[rank.clamp(1, all.len()) - 1]
}

fn day(seconds: i64) -> String {
    Date::of_unix(seconds.unsigned_abs()).to_string()
}

/// A time in UTC, to the minute.
fn time(seconds: i64) -> String {
    let minutes = seconds.rem_euclid(86_400) / 60;
    format!("{} {:02}:{:02}", day(seconds), minutes / 60, minutes % 60)
}
