//! From a rule to what drives the search for it: literals, a class run, or the
//! whole text; and the plan that tells rule writers which.

use std::sync::Arc;

use regex_automata::meta::Regex;

use crate::base::id::RuleIdx;
use crate::base::limits::{CONTEXT_AHEAD, CONTEXT_BACK};
use crate::base::span::Span;
use crate::detect::checks::Checks;
use crate::detect::extracted;
use crate::detect::generic::{Kind, Recogniser};
use crate::detect::heads::Around;
use crate::detect::index::{Owner, Wanted};
use crate::detect::literals::{self, Literal, Sought, Symbol};
use crate::detect::markings::{self, labels};
use crate::detect::open;
use crate::detect::pattern::{Pattern, PatternScratch};
use crate::detect::runs::RunFinder;
use crate::detect::windows;
use crate::rules::file::Capture;
use crate::rules::file::Marking;
use crate::rules::load::{Rule, RuleKind, RuleSet};
use crate::rules::sample::trimmed;
use crate::rules::terms::Terms;
use crate::rules::terms::except::holds_word;

/// Longest match of a pattern that has no bound of its own; what is longer is
/// cut there. Built-in rules all have a bound.
const UNBOUNDED: usize = 8 << 10;
/// How often an unbounded repetition is taken to be there at most, where the
/// place of a literal behind it matters.
const OPEN_TIMES: u32 = 1000;
/// Shortest class run worth a test before the expression.
const RUN_TEST: usize = 12;
/// Shortest class run that may drive a rule.
const RUN_DRIVE: usize = 8;
/// Cost of literals, in places per megabyte, above which a rule is driven by its
/// class run instead if that is long.
const MOST_PLACES: f64 = 4000.0;
const LONG_RUN: usize = 48;
/// Most ways in which the fixed beginning of a secret may go on.
const MOST_WAYS: usize = 4;

/// How the engine looks for a rule.
#[derive(Clone, Debug, PartialEq)]
pub enum Plan {
    /// By literals that every match contains.
    Literals {
        /// The literals, letters in lower case where case does not matter.
        literals: Vec<String>,
        /// Most bytes of a match before its literal.
        back: usize,
        /// Expected occurrences per megabyte of source code.
        per_megabyte: f64,
    },
    /// By a long run of one byte class.
    ClassRun,
    /// By running the expression over everything: slow.
    Everything,
    /// By hand-written code.
    Recogniser,
    /// By a loop over the digits of the text.
    Number,
    /// By words, and by their place.
    Marking,
}

impl Plan {
    /// The plan of a rule, given its pattern; a recogniser has none.
    pub(super) fn of(rule: Option<&PatternRule>) -> Plan {
        match rule.map(|rule| &rule.drive) {
            None => Plan::Recogniser,
            Some(Drive::Whole) => Plan::Everything,
            Some(Drive::Run { .. }) => Plan::ClassRun,
            Some(Drive::Literals { literals, back, .. }) => Plan::Literals {
                literals: literals
                    .iter()
                    .map(|l| l.literal.iter().map(|s| char::from(s.want)).collect())
                    .collect(),
                back: *back,
                per_megabyte: literals.iter().map(windows::per_megabyte).sum(),
            },
        }
    }
}

/// A rule that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("rule `{rule}`: {message}")]
pub struct EngineError {
    /// The rule's id.
    pub rule: String,
    /// Why.
    pub message: String,
}

impl EngineError {
    pub(super) fn new(rule: &Rule, message: String) -> EngineError {
        EngineError {
            rule: rule.id().to_owned(),
            message,
        }
    }
}

/// How a pattern rule is driven.
#[derive(Debug)]
pub(super) enum Drive {
    /// Literals of which every match contains one, at most `back` bytes after its beginning.
    Literals { back: usize, literals: Vec<Sought> },
    /// A class run of which every match contains one, likewise.
    Run { back: usize },
    /// Nothing is known.
    Whole,
}

/// A compiled pattern rule.
#[derive(Debug)]
pub(super) struct PatternRule {
    pub(super) pattern: Pattern,
    pub(super) group: usize,
    pub(super) capture: Capture,
    pub(super) max_len: usize,
    pub(super) drive: Drive,
    /// A class run that every match contains, wherever: its absence near a
    /// literal spares the expression.
    pub(super) run: Option<RunFinder>,
    pub(super) checks: Checks,
}

impl PatternRule {
    /// The literals that drive the rule, for the index.
    pub(super) fn wanted(&self, owner: Owner) -> Vec<Wanted> {
        let Drive::Literals { literals, .. } = &self.drive else {
            return Vec::new();
        };
        let wanted = |sought: &Sought| Wanted {
            sought: sought.clone(),
            owner,
        };
        literals.iter().map(wanted).collect()
    }

    /// True when every match holds one of `words`, because each of the rule's
    /// literals does.
    pub(super) fn implies(&self, words: &[String]) -> bool {
        let Drive::Literals { literals, .. } = &self.drive else {
            return false;
        };
        literals.iter().all(|sought| {
            let literal: Vec<u8> = sought.literal.iter().map(|symbol| symbol.want).collect();
            words.iter().any(|word| holds_word(&literal, word))
        })
    }

    /// The secret of the match at `span`.
    pub(super) fn secret(
        &self,
        memory: &mut PatternScratch,
        regex: &Regex,
        text: &[u8],
        span: Span,
    ) -> Span {
        if self.capture == Capture::Group {
            return memory.group(regex, text, span, self.group);
        }
        let first = memory.first_group(regex, text, span);
        first.unwrap_or_else(|| {
            let trimmed = trimmed(text, span.start..span.end);
            Span::new(trimmed.start, trimmed.end)
        })
    }

    /// How many bytes at the beginning of `secret` the rule's literals fix.
    pub(super) fn public_prefix(&self, secret: &[u8]) -> usize {
        let Drive::Literals { literals, .. } = &self.drive else {
            return 0;
        };
        let stands = |literal: &&Literal| {
            secret.len() >= literal.len()
                && literal
                    .iter()
                    .zip(secret)
                    .all(|(symbol, byte)| byte | symbol.fold == symbol.want)
        };
        let all = literals.iter().map(|sought| &sought.literal);
        let longest = all.filter(stands).max_by_key(|literal| literal.len());
        longest.map_or(0, |literal| fixed(literal, literals))
    }
}

/// Rules driven by class runs that are searched for together.
#[derive(Debug)]
pub(super) struct RunGroup {
    pub(super) finder: RunFinder,
    pub(super) members: Vec<usize>,
}

/// One rule, compiled by itself.
pub(super) enum Compiled {
    Pattern(Box<PatternRule>),
    Recogniser(Recogniser),
    Number,
    Marking(Arc<Marking>),
    FileName,
}

pub(super) fn compile_rule(rule: &Rule) -> Result<Compiled, EngineError> {
    match &rule.kind {
        RuleKind::Pattern {
            pattern,
            secret_group,
        } => compile(pattern, *secret_group, rule.terms())
            .map(|pattern| Compiled::Pattern(Box::new(pattern)))
            .map_err(|message| EngineError::new(rule, message)),
        RuleKind::Number(_) => Ok(Compiled::Number),
        RuleKind::Marking(marking) => match marking_fault(marking) {
            Some(message) => Err(EngineError::new(rule, message)),
            None => Ok(Compiled::Marking(Arc::clone(marking))),
        },
        RuleKind::Recogniser(name) => Recogniser::find(name)
            .map(Compiled::Recogniser)
            .ok_or_else(|| EngineError::new(rule, format!("no recogniser `{name}`"))),
        RuleKind::FileName => Ok(Compiled::FileName),
    }
}

fn compile(pattern: &str, group: usize, terms: Option<&Terms>) -> Result<PatternRule, String> {
    let declared = terms.and_then(|terms| terms.max_length);
    let extracted = match (extracted::find(pattern), declared) {
        (_, Some(_)) => open::extract_open(pattern, OPEN_TIMES),
        (Some(extracted), None) => Ok(extracted),
        (None, None) => literals::extract(pattern),
    };
    let extracted = extracted.map_err(|error| error.to_string())?;
    let pattern = Pattern::new(pattern);
    let own = extracted.max_len.unwrap_or(usize::MAX);
    let max_len = match (declared, extracted.max_len) {
        (Some(declared), _) => own.min(declared),
        (None, Some(own)) => own,
        (None, None) => UNBOUNDED,
    }
    .min(CONTEXT_AHEAD - 1);
    let run = extracted.run;
    let long_run = run.as_ref().is_some_and(|run| run.min >= LONG_RUN);
    let drive = match (extracted.required, &run) {
        (Some(required), _)
            if required.back < CONTEXT_BACK && !(long_run && required.cost > MOST_PLACES) =>
        {
            Drive::Literals {
                back: required.back,
                literals: required.literals,
            }
        }
        (_, Some(run)) if run.min >= RUN_DRIVE => Drive::Run { back: run.back },
        _ => Drive::Whole,
    };
    let run = run.map(|run| RunFinder::new(&run));
    let run = match drive {
        Drive::Run { .. } => run,
        _ => run.filter(|run| run.min() >= RUN_TEST),
    };
    Ok(PatternRule {
        pattern,
        group,
        capture: terms.map_or(Capture::Group, |terms| terms.capture),
        max_len,
        drive,
        run,
        checks: Checks::default(),
    })
}

/// Puts rules whose runs can be searched for together into groups.
pub(super) fn run_groups(patterns: &[Option<PatternRule>]) -> Vec<RunGroup> {
    let mut groups: Vec<RunGroup> = Vec::new();
    for (number, rule) in patterns.iter().enumerate() {
        let Some(PatternRule {
            drive: Drive::Run { .. },
            run: Some(run),
            ..
        }) = rule
        else {
            continue;
        };
        let joined = groups
            .iter_mut()
            .find_map(|g| g.finder.joined(run).map(|f| (g, f)));
        if let Some((group, finder)) = joined {
            group.finder = finder;
            group.members.push(number);
        } else {
            groups.push(RunGroup {
                finder: run.clone(),
                members: vec![number],
            });
        }
    }
    groups
}

/// What is wrong with a rule for markings, if anything.
fn marking_fault(marking: &Marking) -> Option<String> {
    if let Some(label) = &marking.label
        && !labels::PARSERS.contains(&label.as_str())
    {
        return Some(format!("no label is read by `{label}`"));
    }
    let short = marking.phrases.iter().find(|phrase| phrase.len() < 3);
    short.map(|phrase| format!("phrase `{phrase}` is too short"))
}

/// The words of a rule for markings as literals.
pub(super) fn phrase_literals(marking: &Marking, owner: Owner) -> impl Iterator<Item = Wanted> {
    let phrases = markings::written(&marking.phrases).into_iter();
    phrases.map(move |phrase| Wanted {
        sought: Sought {
            literal: phrase.iter().map(|&byte| symbol(byte, true)).collect(),
            around: Arc::new(Around::default()),
        },
        owner,
    })
}

/// The byte, in either case if it is a letter and `fold` is set.
fn symbol(want: u8, fold: bool) -> Symbol {
    let both = fold && want.is_ascii_alphabetic();
    Symbol {
        want: if both { want | 0x20 } else { want },
        fold: if both { 0x20 } else { 0 },
    }
}

/// A recogniser's triggers as literals.
pub(super) fn trigger_literals(
    recogniser: Recogniser,
    owner: Owner,
) -> impl Iterator<Item = Wanted> {
    recogniser.triggers().iter().map(move |trigger| {
        let symbol = |want: u8| symbol(want, trigger.fold_case);
        let next = match trigger.then {
            [] => Vec::new(),
            then => vec![then.iter().flat_map(|&byte| symbol(byte).bytes()).collect()],
        };
        Wanted {
            sought: Sought {
                literal: trigger.literal.bytes().map(symbol).collect(),
                around: Arc::new(Around {
                    next,
                    ..Around::default()
                }),
            },
            owner,
        }
    })
}

/// The rule of each kind of recogniser finding, where the rule is in force.
pub(super) fn kinds(rules: &RuleSet) -> Vec<(Kind, RuleIdx)> {
    let mut out = Vec::new();
    for &kind in Kind::REPORTED {
        let Some(id) = kind.rule_id() else { continue };
        if let Some(at) = rules.rules.iter().position(|rule| rule.id() == id) {
            out.push((kind, RuleIdx(at as u32)));
        }
    }
    out
}

/// How much of `literal`, one of `all`, the rule itself fixes. Where many
/// literals go on in as many ways, a class was spelled out, and what stands
/// there belongs to the secret.
fn fixed(literal: &[Symbol], all: &[Sought]) -> usize {
    let ways = |len: usize| {
        let next = all
            .iter()
            .map(|other| &other.literal)
            .filter(|other| other.starts_with(&literal[..len]));
        let mut next: Vec<_> = next.filter_map(|other| other.get(len)).collect();
        next.sort_unstable();
        next.dedup();
        next.len()
    };
    let mut len = literal.len();
    while len > 0 && ways(len - 1) > MOST_WAYS {
        len -= 1;
    }
    len
}
