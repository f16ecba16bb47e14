//! The detector: all rules over one text, in time linear in its length.
//!
//! 1. [`LiteralIndex`] finds the places where a rule's literal stands.
//! 2. Each place of a pattern rule is verified by the rule's regular expression
//!    inside the window that its longest match can reach, and nowhere else.
//! 3. Each place of a recogniser is examined by hand-written code.
//! 4. Rules without literals look for their longest class run first; rules
//!    without either search the whole text.
//!
//! The result is the same as every rule's expression run over the whole text
//! (`tests/oracle.rs` proves it): the first match at or after the end of the
//! previous one contains a literal, that literal is a hit, and the window
//! around the hit holds the match and every byte its anchors look at.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use crate::base::id::RuleIdx;
use crate::base::limits::{CONTEXT_AHEAD, CONTEXT_BACK};
use crate::base::span::Span;
use crate::detect::Match;
use crate::detect::checks::{Checks, DropStep};
use crate::detect::frequency;
use crate::detect::generic::{self, Candidate, FileKind, Kind, Recogniser};
use crate::detect::index::{EnginePath, Hit, LiteralIndex};
use crate::detect::literals::{self, Literal, Required, Symbol};
use crate::detect::pattern::{Pattern, PatternScratch};
use crate::detect::runs::RunFinder;
use crate::rules::load::{Rule, RuleKind, RuleSet};

/// Longest match of a pattern that has no bound of its own; what is longer is
/// cut there. Built-in rules all have a bound.
const UNBOUNDED: usize = 8 << 10;

/// A text to search, or the part of it that a window shows.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    /// The visible bytes: context, new part, context.
    pub text: &'a [u8],
    /// The part this call answers for: hits begin in it.
    pub new: Range<usize>,
    /// What the path says of the text's syntax.
    pub file: FileKind,
}

impl<'a> Frame<'a> {
    /// A whole text.
    pub fn whole(text: &'a [u8], file: FileKind) -> Frame<'a> {
        Frame {
            text,
            new: 0..text.len(),
            file,
        }
    }
}

/// A thread's working memory. One scratch serves one engine.
#[derive(Debug, Default)]
pub struct Scratch {
    hits: Vec<Hit>,
    patterns: Vec<Option<PatternScratch>>,
    candidates: Vec<Candidate>,
    /// Drops, when somebody asked for them.
    pub drops: Option<Vec<Drop>>,
}

/// A match that a step dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Drop {
    /// The rule.
    pub rule: RuleIdx,
    /// The whole match.
    pub span: Span,
    /// The step.
    pub step: DropStep,
}

/// Ends of the last matches: what one window tells the next. Offsets are those
/// of the frame; [`Carry::rebase`] moves them when a new window begins.
#[derive(Clone, Debug, Default)]
pub struct Carry {
    done: Vec<(u32, usize)>,
}

impl Carry {
    /// Translates every end with `translate`, old offset to new.
    pub fn rebase(&mut self, translate: impl Fn(usize) -> usize) {
        for (_, end) in &mut self.done {
            *end = translate(*end);
        }
        self.done.retain(|&(_, end)| end > 0);
    }

    fn get(&self, rule: u32) -> usize {
        self.done.iter().find(|d| d.0 == rule).map_or(0, |d| d.1)
    }

    fn set(&mut self, rule: u32, end: usize) {
        match self.done.iter_mut().find(|d| d.0 == rule) {
            Some(entry) => entry.1 = end,
            None => self.done.push((rule, end)),
        }
    }
}

/// How a pattern rule is driven.
#[derive(Debug)]
enum Drive {
    /// Literals of which every match contains one, at most `back` bytes after its beginning.
    Literals { back: usize, literals: Vec<Literal> },
    /// A class run of which every match contains one, likewise.
    Run { back: usize },
    /// Nothing is known.
    Whole,
}

#[derive(Debug)]
struct PatternRule {
    pattern: Pattern,
    group: usize,
    max_len: usize,
    drive: Drive,
    /// A class run that every match contains, wherever: its absence near a
    /// literal spares the expression.
    run: Option<RunFinder>,
    checks: Checks,
}

/// Rules driven by class runs that are searched for together.
#[derive(Debug)]
struct RunGroup {
    finder: RunFinder,
    members: Vec<usize>,
}

/// Shortest class run worth a test before the expression.
const RUN_TEST: usize = 12;
/// Shortest class run that may drive a rule.
const RUN_DRIVE: usize = 8;
/// Windows of the prefilter that one rule may take; a rule that needs more is
/// driven by its class run if that is long.
const MOST_ATOMS: usize = 1500;
const LONG_RUN: usize = 20;
/// Most ways in which the fixed beginning of a secret may go on.
const MOST_WAYS: usize = 4;

/// All rules, compiled once and shared by all threads.
#[derive(Debug)]
pub struct Engine {
    rules: Vec<Arc<Rule>>,
    patterns: Vec<Option<PatternRule>>,
    index: LiteralIndex,
    run_groups: Vec<RunGroup>,
    /// Rules that search everything.
    sweepers: Vec<usize>,
    /// Rule of each kind of recogniser finding, where the rule is in force.
    kinds: Vec<(Kind, RuleIdx)>,
    recognisers: Vec<Recogniser>,
}

impl Engine {
    /// Compiles `rules`.
    ///
    /// # Errors
    /// Every rule that cannot be used; the lint reports the same mistakes with
    /// their place in the file.
    pub fn new(rules: &RuleSet, path: EnginePath) -> Result<Engine, Vec<EngineError>> {
        let compiled: Vec<Result<Compiled, EngineError>> = rules
            .rules
            .par_iter()
            .map(|rule| compile_rule(rule))
            .collect();
        let mut errors = Vec::new();
        let mut literals: Vec<(Literal, u32)> = Vec::new();
        let mut patterns = Vec::with_capacity(compiled.len());
        let mut recognisers = Vec::new();
        for (number, compiled) in compiled.into_iter().enumerate() {
            let pattern = match compiled {
                Ok(Compiled::Pattern(pattern)) => {
                    if let Drive::Literals { literals: own, .. } = &pattern.drive {
                        literals.extend(own.iter().map(|l| (l.clone(), number as u32)));
                    }
                    Some(*pattern)
                }
                Ok(Compiled::Recogniser(recogniser)) => {
                    recognisers.push(recogniser);
                    None
                }
                Err(error) => {
                    errors.push(error);
                    None
                }
            };
            patterns.push(pattern);
        }
        recognisers.sort_unstable();
        recognisers.dedup();
        for (number, recogniser) in recognisers.iter().enumerate() {
            let owner = (rules.rules.len() + number) as u32;
            literals.extend(trigger_literals(*recogniser).map(|literal| (literal, owner)));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Engine {
            rules: rules.rules.clone(),
            run_groups: run_groups(&patterns),
            sweepers: (0..patterns.len())
                .filter(|&n| matches!(&patterns[n], Some(p) if matches!(p.drive, Drive::Whole)))
                .collect(),
            patterns,
            index: LiteralIndex::new(literals, path),
            kinds: kinds(rules),
            recognisers,
        })
    }

    /// How many bytes of `secret` the rule's catalogue entry makes public
    /// anyway: a fixed prefix, or the header line of a key block.
    pub fn public_prefix(&self, rule: RuleIdx, secret: &[u8]) -> usize {
        if secret.starts_with(b"-----BEGIN ") {
            return memchr::memmem::find(&secret[11..], b"-----").map_or(0, |at| at + 16);
        }
        let Some(PatternRule {
            drive: Drive::Literals { literals, .. },
            ..
        }) = &self.patterns[rule.index()]
        else {
            return 0;
        };
        let stands = |literal: &&Literal| {
            secret.len() >= literal.len()
                && literal
                    .iter()
                    .zip(secret)
                    .all(|(symbol, byte)| byte | symbol.fold == symbol.want)
        };
        let longest = literals.iter().filter(stands).max_by_key(|l| l.len());
        longest.map_or(0, |literal| fixed(literal, literals))
    }

    /// How the engine looks for `rule`, in words for rule writers.
    pub fn plan(&self, rule: RuleIdx) -> Plan {
        match self.patterns[rule.index()].as_ref().map(|rule| &rule.drive) {
            None => Plan::Recogniser,
            Some(Drive::Whole) => Plan::Everything,
            Some(Drive::Run { .. }) => Plan::ClassRun,
            Some(Drive::Literals { literals, back }) => Plan::Literals {
                literals: literals
                    .iter()
                    .map(|l| l.iter().map(|s| char::from(s.want)).collect())
                    .collect(),
                back: *back,
                per_megabyte: literals.iter().map(|l| frequency::per_megabyte(l)).sum(),
            },
        }
    }

    /// The rules, in index order.
    pub fn rules(&self) -> &[Arc<Rule>] {
        &self.rules
    }

    /// Appends the matches of `frame`, in no particular order, and the shadows
    /// that suppress generic matches to `shadows`.
    pub fn detect(
        &self,
        frame: &Frame<'_>,
        carry: &mut Carry,
        scratch: &mut Scratch,
        out: &mut Found,
    ) {
        scratch.patterns.resize_with(self.patterns.len(), || None);
        let mut hits = std::mem::take(&mut scratch.hits);
        hits.clear();
        self.index
            .hits(frame.text, frame.new.start, frame.new.end, &mut hits);
        hits.sort_unstable();
        hits.dedup();
        for group in hits.chunk_by(|a, b| a.owner == b.owner) {
            let owner = group[0].owner as usize;
            match owner.checked_sub(self.rules.len()) {
                None => self.verify_hits(owner, group, frame, carry, scratch, out),
                Some(recogniser) => {
                    self.examine(self.recognisers[recogniser], group, frame, scratch, out);
                }
            }
        }
        scratch.hits = hits;
        self.detect_without_literals(frame, carry, scratch, out);
    }

    /// Verifies the hits of one pattern rule, in ascending order.
    fn verify_hits(
        &self,
        number: usize,
        hits: &[Hit],
        frame: &Frame<'_>,
        carry: &mut Carry,
        scratch: &mut Scratch,
        out: &mut Found,
    ) {
        let Some(rule) = &self.patterns[number] else {
            return;
        };
        let Drive::Literals { back, .. } = rule.drive else {
            return;
        };
        let before = carry.get(number as u32);
        let mut done = before;
        for hit in hits {
            let at = hit.at as usize;
            if at < done {
                continue;
            }
            let start = done.max(at.saturating_sub(back));
            let end = (at + rule.max_len).min(frame.text.len());
            if let Some(run) = &rule.run
                && run.next(&frame.text[start..end], 0).is_none()
            {
                continue;
            }
            let Some(found) = self.search(number, frame, Span::new(start, end), scratch) else {
                continue;
            };
            if found.start <= at && at < found.end {
                done = found.end;
                self.accept(number, frame, found, scratch, out);
            }
        }
        if done != before {
            carry.set(number as u32, done);
        }
    }

    fn search(
        &self,
        number: usize,
        frame: &Frame<'_>,
        within: Span,
        scratch: &mut Scratch,
    ) -> Option<Span> {
        let regex = self.patterns[number].as_ref()?.pattern.regex()?;
        let memory = scratch.patterns[number].get_or_insert_with(|| PatternScratch::new(regex));
        memory.find(regex, frame.text, within)
    }

    /// Puts a match through its rule's checks.
    fn accept(
        &self,
        number: usize,
        frame: &Frame<'_>,
        span: Span,
        scratch: &mut Scratch,
        out: &mut Found,
    ) {
        let Some(rule) = &self.patterns[number] else {
            return;
        };
        let Some(regex) = rule.pattern.regex() else {
            return;
        };
        let memory = scratch.patterns[number].get_or_insert_with(|| PatternScratch::new(regex));
        let secret = memory.group(regex, frame.text, span, rule.group);
        let idx = RuleIdx(number as u32);
        match rule
            .checks
            .pass(&self.rules[number], frame.text, span, secret)
        {
            Ok((evidence, confidence)) => {
                out.matches.push(Match {
                    rule: idx,
                    span,
                    secret,
                    evidence,
                    confidence,
                });
            }
            Err(step) => {
                if let Some(drops) = &mut scratch.drops {
                    drops.push(Drop {
                        rule: idx,
                        span,
                        step,
                    });
                }
            }
        }
    }

    fn examine(
        &self,
        recogniser: Recogniser,
        hits: &[Hit],
        frame: &Frame<'_>,
        scratch: &mut Scratch,
        out: &mut Found,
    ) {
        let (back, ahead) = recogniser.reach();
        for hit in hits {
            let at = hit.at as usize;
            let from = at.saturating_sub(back);
            let to = (at + ahead).min(frame.text.len());
            scratch.candidates.clear();
            generic::examine(
                recogniser,
                &frame.text[from..to],
                at - from,
                frame.file,
                &mut scratch.candidates,
            );
            for candidate in &scratch.candidates {
                self.take(candidate, from, out);
            }
        }
    }

    fn take(&self, candidate: &Candidate, from: usize, out: &mut Found) {
        let span = candidate.span.shifted(from);
        if candidate.kind == Kind::Shadow {
            out.shadows.push(span);
            return;
        }
        if let Some(&(_, rule)) = self.kinds.iter().find(|k| k.0 == candidate.kind) {
            out.matches.push(Match {
                rule,
                span,
                secret: candidate.secret.shifted(from),
                evidence: candidate.evidence,
                confidence: candidate.confidence,
            });
        }
    }

    /// Rules driven by class runs, and rules that search everything.
    fn detect_without_literals(
        &self,
        frame: &Frame<'_>,
        carry: &mut Carry,
        scratch: &mut Scratch,
        out: &mut Found,
    ) {
        for &number in &self.sweepers {
            let starts = Span::new(frame.new.start, frame.new.end);
            self.sweep(number, starts, frame, carry, scratch, out);
        }
        for group in &self.run_groups {
            let mut at = frame.new.start;
            while let Some(stretch) = group.finder.next(frame.text, at) {
                let back = group
                    .members
                    .iter()
                    .map(|&n| self.back(n))
                    .max()
                    .unwrap_or(0);
                if stretch.start.saturating_sub(back) >= frame.new.end {
                    break;
                }
                for &number in &group.members {
                    self.sweep_runs(number, stretch, frame, carry, scratch, out);
                }
                at = stretch.end;
            }
        }
    }

    fn back(&self, number: usize) -> usize {
        match self.patterns[number].as_ref().map(|rule| &rule.drive) {
            Some(Drive::Run { back }) => *back,
            _ => 0,
        }
    }

    /// Sweeps around the rule's own class runs inside `stretch`.
    fn sweep_runs(
        &self,
        number: usize,
        stretch: Span,
        frame: &Frame<'_>,
        carry: &mut Carry,
        scratch: &mut Scratch,
        out: &mut Found,
    ) {
        let Some(finder) = self.patterns[number]
            .as_ref()
            .and_then(|rule| rule.run.as_ref())
        else {
            return;
        };
        let text = &frame.text[..stretch.end];
        let mut at = stretch.start.max(frame.new.start);
        while let Some(run) = finder.next(text, at) {
            let first = run
                .start
                .saturating_sub(self.back(number))
                .max(frame.new.start);
            if first >= frame.new.end {
                return;
            }
            let starts = Span::new(first, run.end.min(frame.new.end));
            self.sweep(number, starts, frame, carry, scratch, out);
            at = run.end;
        }
    }

    /// Accepts every match that begins in `starts`.
    fn sweep(
        &self,
        number: usize,
        starts: Span,
        frame: &Frame<'_>,
        carry: &mut Carry,
        scratch: &mut Scratch,
        out: &mut Found,
    ) {
        let Some(rule) = &self.patterns[number] else {
            return;
        };
        let mut from = starts.start.max(carry.get(number as u32));
        while from < starts.end {
            let end = starts
                .end
                .saturating_add(rule.max_len)
                .min(frame.text.len());
            let Some(found) = self.search(number, frame, Span::new(from, end), scratch) else {
                return;
            };
            if found.start >= starts.end {
                return;
            }
            carry.set(number as u32, found.end);
            if !found.is_empty() {
                self.accept(number, frame, found, scratch, out);
            }
            from = found.end.max(found.start + 1);
        }
    }
}

/// How much of `literal`, one of `all`, the rule itself fixes. Where many
/// literals go on in as many ways, a class was spelled out, and what stands
/// there belongs to the secret.
fn fixed(literal: &[Symbol], all: &[Literal]) -> usize {
    let ways = |len: usize| {
        let next = all
            .iter()
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
    fn new(rule: &Rule, message: String) -> EngineError {
        EngineError {
            rule: rule.id().to_owned(),
            message,
        }
    }
}

/// What detection gives.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Matches, with spans in the frame.
    pub matches: Vec<Match>,
    /// Places where generic matches mean nothing.
    pub shadows: Vec<Span>,
}

impl Found {
    /// True when there is nothing to report or suppress.
    pub fn is_empty(&self) -> bool {
        self.matches.is_empty() && self.shadows.is_empty()
    }

    /// Forgets everything, keeps the memory.
    pub fn clear(&mut self) {
        self.matches.clear();
        self.shadows.clear();
    }
}

/// One rule, compiled by itself.
enum Compiled {
    Pattern(Box<PatternRule>),
    Recogniser(Recogniser),
}

fn compile_rule(rule: &Rule) -> Result<Compiled, EngineError> {
    match &rule.kind {
        RuleKind::Pattern {
            pattern,
            secret_group,
        } => compile(pattern, *secret_group)
            .map(|pattern| Compiled::Pattern(Box::new(pattern)))
            .map_err(|message| EngineError::new(rule, message)),
        RuleKind::Recogniser(name) => Recogniser::find(name)
            .map(Compiled::Recogniser)
            .ok_or_else(|| EngineError::new(rule, format!("no recogniser `{name}`"))),
    }
}

fn compile(pattern: &str, group: usize) -> Result<PatternRule, String> {
    let hir = crate::detect::pattern::parse(pattern).map_err(|e| e.to_string())?;
    let extracted = literals::extract(&hir);
    let pattern = Pattern::new(hir);
    let max_len = pattern
        .max_len()
        .unwrap_or(UNBOUNDED)
        .min(CONTEXT_AHEAD - 1);
    let run = extracted.run;
    let long_run = run.as_ref().is_some_and(|run| run.min >= LONG_RUN);
    let drive = match (extracted.required, &run) {
        (Some(required), _)
            if required.back < CONTEXT_BACK && !(long_run && atoms(&required) > MOST_ATOMS) =>
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
        max_len,
        drive,
        run,
        checks: Checks::default(),
    })
}

/// How many windows the prefilter needs for a set.
fn atoms(required: &Required) -> usize {
    required
        .literals
        .iter()
        .map(|literal| if literal.len() < 4 { 128 } else { 1 })
        .sum()
}

/// Puts rules whose runs can be searched for together into groups.
fn run_groups(patterns: &[Option<PatternRule>]) -> Vec<RunGroup> {
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

/// A recogniser's triggers as literals; a follow-up class makes one of each member.
fn trigger_literals(recogniser: Recogniser) -> impl Iterator<Item = Literal> {
    recogniser.triggers().iter().flat_map(|trigger| {
        let symbol = |want: u8| {
            let both = trigger.fold_case && want.is_ascii_alphabetic();
            Symbol {
                want: if both { want | 0x20 } else { want },
                fold: if both { 0x20 } else { 0 },
            }
        };
        let stem: Literal = trigger.literal.bytes().map(symbol).collect();
        if trigger.then.is_empty() {
            return vec![stem];
        }
        let longer = trigger.then.iter().map(|&next| {
            let mut literal = stem.clone();
            literal.push(symbol(next));
            literal
        });
        longer.collect()
    })
}

fn kinds(rules: &RuleSet) -> Vec<(Kind, RuleIdx)> {
    let mut out = Vec::new();
    for &kind in Kind::REPORTED {
        let Some(id) = kind.rule_id() else { continue };
        if let Some(at) = rules.rules.iter().position(|rule| rule.id() == id) {
            out.push((kind, RuleIdx(at as u32)));
        }
    }
    out
}
