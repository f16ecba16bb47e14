//! `stanch hook run`: from what git asks to a decision, in named steps.
//!
//! Whatever goes wrong on the way ends with a code that is not zero, so that
//! nothing passes because a hook could not look.

use std::fs;
use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use crate::base::content::SkipReason;
use crate::base::control::Control;
use crate::base::provenance::Provenance;
use crate::cli::args::Global;
use crate::cli::cache::{self, Habit, Under};
use crate::cli::exit::{self, AllowIncomplete, Exit};
use crate::cli::key::RegisterKeyArgs;
use crate::cli::later::Later;
use crate::cli::settings::{Loaded, stop};
use crate::cli::words::Deciders;
use crate::cli::{interrupt, key, message as notice, protected, scan, words};
use crate::judge::key::Keyer;
use crate::judge::outcome::{Outcome, Skip, Summary};
use crate::judge::reuse::REST;
use crate::judge::suppress::Comments;
use crate::record::cache::Cache;
use crate::report::hook::{Screen, Verdict};
use crate::rules::load::RuleSet;
use crate::rules::select::Selection;
use crate::scan::pipeline::{self, RunEnd};
use crate::scan::scanner::{ScanOptions, Scanner};
use crate::source::Source;
use crate::source::git::{
    CommitRange, Known, ObjectId, Ownership, Remaining, Report, Repository, Staged, Tips,
};

use super::RunArgs;
use super::budget::OnTimeout;
use super::bypass::{self, PushOptions, Wish};
use super::journal::{self, Event};
use super::kind::Kind;
use super::message;
use super::order::{self, Order};
use super::place;
use super::policy::policy;
use super::protocol::Change;
use super::words::words as words_of;

/// Reasons that let a hook pass with a word of warning, unless it is told
/// otherwise: content that nobody can make readable while committing.
const ACCEPTED: &[&str] = &["container", "damaged", "encrypted", "lfs-missing", "limit"];

/// Runs the command.
pub(super) fn run(args: &RunArgs, global: &Global) -> Result<Exit, Exit> {
    let begun = Instant::now();
    let kind = args.hook;
    let order = order::read(kind, &args.arguments, lookup)?;
    if order.is_nothing() {
        return Ok(Exit::Clean);
    }
    // git has decided that this user's hooks run here: nobody else is asked.
    let repository = place::repository(Ownership::Any)?;
    if stands_aside(args, &order, &repository)? {
        return Ok(Exit::Clean);
    }
    let control = Arc::new(Control::default());
    control.set_deadline(begun + args.time_budget.unwrap_or_default().0);
    let (loaded, mut words) = policy(args, global, &repository)?;
    let keyer = key::keyer(None)?;
    let deciders = words.deciders(&loaded, &repository, keyer.clone())?;
    let comments = words::comments(&loaded.settings, words.scope, &words.project);
    let (scanner, cache) = compiled(
        &loaded,
        (keyer, comments),
        order.remotes(&args.arguments, &repository),
    )?;
    let mut work = Work {
        scanner: &scanner,
        loaded: &loaded,
        deciders,
        control,
        screen: Screen::new(),
        summary: Summary::default(),
        end: RunEnd::Complete,
    };
    work.examine(&order, &repository)?;
    if let Some(cache) = &cache {
        cache::close(cache);
    }
    let allow = allowed(args, &loaded);
    work.decide(args, &order, &repository, &allow)
}

/// A variable of the process's environment.
fn lookup(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name)
}

fn push_options(args: &RunArgs) -> PushOptions {
    if args.accept_push_option {
        PushOptions::Accepted
    } else {
        PushOptions::Ignored
    }
}

/// True when somebody asked the hook not to look, with a reason, and that is
/// on record now.
fn stands_aside(args: &RunArgs, order: &Order, repository: &Repository) -> Result<bool, Exit> {
    let reason = match bypass::wish(lookup, push_options(args)) {
        Wish::Look => return Ok(false),
        Wish::NoReason(by) => {
            let text = format!("{by} needs a reason that others understand, such as a ticket");
            return Err(stop(&text));
        }
        Wish::StandAside(reason) => reason,
    };
    let log = record(
        args.hook,
        Event::Bypass,
        Some(&reason),
        order.changes(),
        repository,
    )?;
    notice::warning(&format!(
        "not examined, as asked; recorded in {}",
        log.display()
    ));
    Ok(true)
}

/// Records what passes unseen; what cannot be recorded does not pass.
fn record(
    kind: Kind,
    event: Event,
    reason: Option<&str>,
    changes: &[Change],
    repository: &Repository,
) -> Result<PathBuf, Exit> {
    let folder = repository.common_dir();
    journal::append(folder, event, kind, reason, changes, looks_secret).map_err(|error| {
        stop(&format!(
            "this cannot be recorded in {}: {error}",
            folder.display()
        ))
    })
}

/// True when the built-in rules find something in `text`, or cannot look.
fn looks_secret(text: &str) -> bool {
    let Ok(rules) = RuleSet::builtin() else {
        return true;
    };
    let rules = rules.select(&Selection::default());
    let Ok(scanner) = Scanner::new(&rules, ScanOptions::default()) else {
        return true;
    };
    let outcome = scanner.scan_bytes("reason", text.as_bytes());
    !outcome.findings.is_empty() || outcome.hidden > 0
}

fn allowed(args: &RunArgs, loaded: &Loaded) -> AllowIncomplete {
    let said = loaded
        .settings
        .allow_incomplete
        .iter()
        .map(|code| code.value.clone());
    match &args.allow_incomplete {
        Some(reasons) if reasons.is_empty() => AllowIncomplete::Always,
        Some(_) => AllowIncomplete::Reasons(said.collect()),
        None => {
            let accepted = ACCEPTED.iter().map(ToString::to_string);
            AllowIncomplete::Reasons(said.chain(accepted).collect())
        }
    }
}

fn compiled(
    loaded: &Loaded,
    (keyer, comments): (Keyer, Comments),
    remotes: Vec<String>,
) -> Result<(Scanner, Option<Arc<Cache>>), Exit> {
    let settings = &loaded.settings;
    let mut options = ScanOptions {
        learned: settings.learned(),
        keyer,
        comments,
        allowance: scan::allowance(settings, &Later::default())?,
        min_confidence: settings.min_confidence.value,
        limits: settings.limits(),
        register: protected::index(None, &RegisterKeyArgs::default(), None, settings)?,
        remotes,
        ..ScanOptions::default()
    };
    let under = Under {
        loaded,
        key_file: None,
        register: None,
        habit: Habit::Scan,
        rest: REST,
    };
    let cache = cache::attach(&mut options, &under)?;
    Ok((scan::compile(&loaded.rules, options)?, cache))
}

/// A run of the hook.
struct Work<'a> {
    scanner: &'a Scanner,
    loaded: &'a Loaded,
    deciders: Deciders,
    control: Arc<Control>,
    screen: Screen,
    summary: Summary,
    end: RunEnd,
}

impl Work<'_> {
    /// Scans what `order` says.
    fn examine(&mut self, order: &Order, repository: &Arc<Repository>) -> Result<(), Exit> {
        let source: Box<dyn Source> = match order {
            Order::Message(path) => {
                self.message(path, repository);
                return Ok(());
            }
            Order::Staged => Box::new(
                Staged::new(Arc::clone(repository), Report::AddedLines)
                    .map_err(|error| stop(&error.to_string()))?,
            ),
            Order::Push(remote, changes) => {
                let known = remote.clone().map_or(Known::Named, Known::Remote);
                self.names(changes);
                Box::new(self.range(repository, changes, known))
            }
            Order::Receive(changes) => {
                self.names(changes);
                Box::new(self.range(repository, changes, Known::References))
            }
        };
        let excludes = scan::excludes(&self.loaded.settings)?;
        self.scan(&Remaining::new(source, excludes))
    }

    /// The part of a commit message that is kept.
    fn message(&mut self, path: &Path, repository: &Repository) {
        let path = if path.exists() {
            path.to_owned()
        } else {
            repository.git_dir().join(path)
        };
        match fs::read(&path) {
            Ok(text) => {
                let outcome = self
                    .scanner
                    .scan_bytes("commit message", message::kept(&text));
                self.take(outcome);
            }
            Err(error) => {
                let reason = SkipReason::Unreadable(error.to_string());
                self.take(Outcome::unexamined(Provenance::file(path), reason));
            }
        }
    }

    /// The names of new references.
    fn names(&mut self, changes: &[Change]) {
        let new = changes.iter().filter(|change| change.old.is_none());
        let names: String = new.map(|change| change.name.clone() + "\n").collect();
        if !names.is_empty() {
            let outcome = self
                .scanner
                .scan_bytes("names of references", names.as_bytes());
            self.take(outcome);
        }
    }

    /// The commits that `changes` bring.
    fn range(
        &mut self,
        repository: &Arc<Repository>,
        changes: &[Change],
        known: Known,
    ) -> CommitRange {
        let mut tips = Tips {
            known,
            ..Tips::default()
        };
        for change in changes {
            let Some(new) = &change.new else { continue };
            match id(repository, new) {
                Some(id) => tips.include.push(id),
                None => self.missing(change, new),
            }
            // What is not here cannot be left out: more is examined then.
            let old = change.old.as_ref().and_then(|old| id(repository, old));
            tips.exclude.extend(old);
        }
        CommitRange::new(Arc::clone(repository), tips, Report::AddedLines)
    }

    fn missing(&mut self, change: &Change, id: &str) {
        let provenance = Provenance::file(format!("{} ({id})", change.name));
        let reason = SkipReason::MissingObject("");
        self.take(Outcome::unexamined(provenance, reason));
    }

    fn scan(&mut self, source: &dyn Source) -> Result<(), Exit> {
        interrupt::silence_panics();
        interrupt::watch(&self.control);
        let (scanner, control) = (self.scanner, Arc::clone(&self.control));
        let end = pipeline::run(
            source,
            scan::threads(&self.loaded.settings),
            &control,
            |number| scanner.worker(number),
            |worker, unit| scanner.scan_unit(worker, unit, &control),
            |mut outcome| {
                scanner.mask_unexamined(&mut outcome, &control);
                self.take(outcome);
                ControlFlow::Continue(())
            },
        );
        self.end = end.map_err(|error| {
            notice::error(&format!("cannot start threads: {error}"));
            Exit::Internal
        })?;
        Ok(())
    }

    /// Takes the end of a unit into the account and onto the screen.
    fn take(&mut self, mut outcome: Outcome) {
        let settings = &self.loaded.settings;
        let findings = outcome.findings.iter_mut();
        findings.for_each(|finding| self.deciders.settle(finding));
        self.summary.add(&outcome, settings.fail_on.value);
        for finding in &outcome.findings {
            if finding.standing.is_new() && finding.severity >= settings.fail_on.value {
                self.screen.finding(finding);
            }
        }
        // What the project accepts for good is not told in each commit.
        let accepted = |skip: &&Skip| {
            let code = skip.reason.code();
            settings
                .allow_incomplete
                .iter()
                .any(|set| set.value == code)
        };
        let untold = |skip: &&Skip| skip.reason != SkipReason::Interrupted && !accepted(skip);
        for skip in outcome.skips.iter().filter(untold) {
            self.screen.skip(skip);
        }
    }

    /// Says what is to be said and gives the code.
    fn decide(
        mut self,
        args: &RunArgs,
        order: &Order,
        repository: &Repository,
        allow: &AllowIncomplete,
    ) -> Result<Exit, Exit> {
        let stopped = self.end != RunEnd::Complete;
        let late = stopped && self.control.is_out_of_time();
        self.summary.interrupted = stopped && !late;
        let (verdict, exit) = match exit::of(&self.summary, allow) {
            Exit::Findings => (Verdict::Findings, Exit::Findings),
            Exit::Interrupted => return Err(Exit::Interrupted),
            _ if late && args.on_timeout == OnTimeout::Pass => {
                record(
                    args.hook,
                    Event::OutOfTime,
                    None,
                    order.changes(),
                    repository,
                )?;
                (Verdict::OutOfTimePassed, Exit::Clean)
            }
            _ if late => (Verdict::OutOfTime, Exit::Incomplete),
            Exit::Clean => (Verdict::Pass, Exit::Clean),
            other => (Verdict::Incomplete, other),
        };
        let words = words_of(args.hook, push_options(args));
        let text = self.screen.text(verdict, &words, &self.summary);
        // With standard error gone, the code still says it.
        let _ = io::stderr().write_all(text.as_bytes());
        Ok(exit)
    }
}

/// The object that `name` stands for, when it is here.
fn id(repository: &Repository, name: &str) -> Option<ObjectId> {
    let id = repository.resolve(name).ok()?;
    repository.contains(&id).then_some(id)
}
