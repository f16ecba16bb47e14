//! `stanch rules test`: rules on their own examples, one line each.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::id::RuleIdx;
use crate::cli::args::Global;
use crate::cli::exit::Exit;
use crate::cli::page::{Page, Paint};
use crate::cli::rules::{TestArgs, borrowed, counted, read_all};
use crate::cli::settings::{Loaded, load, stop, tell};
use crate::cli::spot::{self, Account};
use crate::config::resolve::Flags;
use crate::detect::compile::Plan;
use crate::rules::load::{Rule, RuleSet};
use crate::scan::examples::{Bench, Score, Trial};
use crate::scan::trace::Tried;

/// Longest literal that is shown whole.
const LITERAL: usize = 24;

pub(super) fn run(args: &TestArgs, global: &Global) -> Result<Exit, Exit> {
    let mut loaded = load(global, Flags::default())?;
    let (rule_files, subjects) = sorted(&args.files);
    let files = read_all(&rule_files)?;
    let own = RuleSet::of(&borrowed(&files)).map_err(|found| {
        tell(&found);
        Exit::Usage
    })?;
    let all = beside(&own, &loaded.known);
    if !subjects.is_empty() {
        loaded.rules = all;
        return tried(&subjects, &own, &loaded);
    }
    let bench = Bench::new(&all).map_err(|errors| {
        for error in &errors {
            stop(&error.to_string());
        }
        Exit::Usage
    })?;
    let tried = if files.is_empty() {
        &loaded.known
    } else {
        &own
    };
    Ok(report(&bench, tried))
}

/// Rule files, and what to try them on.
fn sorted(given: &[PathBuf]) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let is_rules = |path: &&PathBuf| path.extension().is_some_and(|end| end == "toml");
    given.iter().cloned().partition(|path| is_rules(&path))
}

/// Tells what the rules find in each of `subjects`, files or texts. Of the
/// rules of the files alone, if there are any, and of what beats them.
fn tried(subjects: &[PathBuf], own: &RuleSet, loaded: &Loaded) -> Result<Exit, Exit> {
    let account = Account::new(loaded)?;
    let mut page = Page::default();
    for subject in subjects {
        let (name, bytes) = if subject.is_file() {
            page.heading(&subject.display().to_string());
            (subject.as_path(), spot::read(subject)?)
        } else {
            // The text itself may be a secret and is not repeated.
            page.heading("The text");
            (
                Path::new("text"),
                subject.to_string_lossy().into_owned().into_bytes(),
            )
        };
        let trace = account.scanner.trace(name, &bytes).tried;
        let of_own = |tried: &Tried| own.get(tried.rule.as_str()).is_some();
        let concerns = |tried: &&Tried| {
            own.rules.is_empty()
                || of_own(tried)
                || trace
                    .iter()
                    .any(|other| of_own(other) && other.span.overlaps(tried.span))
        };
        let shown: Vec<&Tried> = trace.iter().filter(concerns).collect();
        account.table(&shown, &bytes, name, &mut page);
    }
    Ok(page.print(Exit::Clean))
}

/// The rules of both sets; those of `own` stand in for others of the same id,
/// so that a rule that is built in already can be tried while it is changed.
fn beside(own: &RuleSet, others: &RuleSet) -> RuleSet {
    let mut rules = own.rules.clone();
    let rest = others
        .rules
        .iter()
        .filter(|rule| own.get(rule.id()).is_none());
    rules.extend(rest.map(Arc::clone));
    rules.sort_by(|a, b| a.info.id.cmp(&b.info.id));
    RuleSet {
        rules,
        digest: others.digest.clone(),
    }
}

fn report(bench: &Bench, tried: &RuleSet) -> Exit {
    let lines: Vec<Line> = bench
        .rules()
        .iter()
        .zip(0..)
        .filter(|(rule, _)| tried.get(rule.id()).is_some())
        .map(|(rule, number)| Line::new(bench, rule, RuleIdx(number)))
        .collect();
    let width = |cell: fn(&Line) -> usize| lines.iter().map(cell).max().unwrap_or(0);
    let widths = (width(|line| line.id.len()), width(|line| line.plan.len()));
    let mut page = Page::default();
    for line in &lines {
        line.write(widths, &mut page);
    }
    let failed = lines.iter().filter(|line| !line.trial.passed()).count();
    let examples: usize = lines
        .iter()
        .map(|line| line.trial.matching.of + line.trial.ignore.of)
        .sum();
    page.gap();
    let total = format!(
        "{} with {}: ",
        counted(lines.len(), "rule"),
        counted(examples, "example")
    );
    if failed == 0 {
        page.line(&(total + "all do what they should"));
        page.print(Exit::Clean)
    } else {
        page.line(&(total + &counted(failed, "rule") + " failed"));
        page.print(Exit::Findings)
    }
}

struct Line {
    id: String,
    plan: String,
    trial: Trial,
}

impl Line {
    fn new(bench: &Bench, rule: &Rule, number: RuleIdx) -> Line {
        Line {
            id: rule.id().to_owned(),
            plan: plan(&bench.plan(number)),
            trial: bench.trial(number),
        }
    }

    fn write(&self, (id, plan): (usize, usize), page: &mut Page) {
        let (matching, ignore) = (score(self.trial.matching), score(self.trial.ignore));
        let begin = format!(
            "{:<id$}  {matching:>5} match  {ignore:>5} ignore  {:<plan$}  ",
            self.id, self.plan
        );
        if self.trial.passed() {
            page.line(&(begin + "ok"));
            return;
        }
        page.painted(Paint::Bad, &(begin + "FAILED"), "");
        for failure in &self.trial.failures {
            page.line(&format!("    {failure}"));
        }
    }
}

fn score(score: Score) -> String {
    format!("{}/{}", score.passed, score.of)
}

/// What the engine looks for first, in a few words.
fn plan(plan: &Plan) -> String {
    match plan {
        Plan::Recogniser => "recogniser".into(),
        Plan::Number => "digits".into(),
        Plan::Marking => "words".into(),
        Plan::ClassRun => "long run".into(),
        Plan::Everything => "no literal: slow".into(),
        Plan::Literals { literals, .. } => match literals.as_slice() {
            [only] => format!("literal {}", quoted(only)),
            [first, rest @ ..] => format!("literal {} and {} more", quoted(first), rest.len()),
            [] => "literal".into(),
        },
    }
}

fn quoted(literal: &str) -> String {
    match literal.char_indices().nth(LITERAL) {
        Some((end, _)) => format!("\"{}…\"", &literal[..end]),
        None => format!("\"{literal}\""),
    }
}
