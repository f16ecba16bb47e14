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

mod questions;

use std::sync::Arc;

use crate::base::id::RuleIdx;
use crate::base::span::Span;
use crate::detect::Match;
use crate::detect::build::{Built, build};
use crate::detect::checks::Place;
use crate::detect::compile::{self, Drive, EngineError, PatternRule, RunGroup};
use crate::detect::frame::{Carry, Drop, Found, Frame, Scratch};
use crate::detect::gates::Gates;
use crate::detect::generic::{self, Candidate, Kind, Learned, Recogniser};
use crate::detect::index::{EnginePath, Hit, LiteralIndex};
use crate::detect::markings::Markings;
use crate::detect::numbers::sweep::Numbers;
use crate::detect::pattern::PatternScratch;
use crate::rules::load::{Rule, RuleKind, RuleSet};

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
    /// The words that mark texts.
    markings: Markings,
    /// The search for numbers, where a rule asks for them.
    numbers: Option<Numbers>,
    learned: Learned,
    /// Keywords that open rules, if there are such rules.
    gates: Option<Gates>,
    /// Rules that find files by their paths.
    file_names: Vec<RuleIdx>,
    /// True when matches of different rules in one blob mean something for each other.
    related: bool,
}

impl Engine {
    /// Compiles `rules`.
    ///
    /// # Errors
    /// Every rule that cannot be used; the lint reports the same mistakes with
    /// their place in the file.
    pub fn new(rules: &RuleSet, path: EnginePath) -> Result<Engine, Vec<EngineError>> {
        let Built {
            patterns,
            recognisers,
            markings,
            numbers,
            literals,
        } = build(rules)?;
        let gates = Gates::new(&rules.rules, &patterns);
        Ok(Engine {
            numbers,
            markings,
            rules: rules.rules.clone(),
            run_groups: compile::run_groups(&patterns),
            sweepers: (0..patterns.len())
                .filter(|&n| matches!(&patterns[n], Some(p) if matches!(p.drive, Drive::Whole)))
                .collect(),
            patterns,
            index: LiteralIndex::new(literals, path),
            kinds: compile::kinds(rules),
            recognisers,
            learned: Learned::default(),
            file_names: file_names(rules),
            related: rules.rules.iter().any(|rule| is_related(rule)),
            gates,
        })
    }

    /// The same engine in which the learned score has the say that `learned` gives it.
    #[must_use]
    pub fn with_learned(self, learned: Learned) -> Engine {
        Engine { learned, ..self }
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
                None if self.markings.has(owner) => {
                    let places = group.iter().map(|hit| hit.at as usize);
                    self.markings.sweep(owner, places, frame, carry, out);
                }
                None => self.verify_hits(owner, group, frame, carry, scratch, out),
                Some(recogniser) => {
                    self.examine(self.recognisers[recogniser], group, frame, scratch, out);
                }
            }
        }
        scratch.hits = hits;
        self.detect_without_literals(frame, carry, scratch, out);
        if let Some(numbers) = &self.numbers {
            numbers.sweep(frame, carry, &mut scratch.numbers, out);
        }
        if let Some(gates) = &self.gates {
            gates.watch(frame, carry);
        }
    }

    /// Verifies the hits of one pattern rule, in ascending order.
    ///
    /// Hits near each other are searched together: in a long run of one letter
    /// there may be a hit at every byte, and each would look at all that follows.
    fn verify_hits(
        &self,
        number: usize,
        mut hits: &[Hit],
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
        // No match ends before the one, or begins before the other.
        let (mut done, mut from) = (before, 0);
        while let Some(first) = hits.first() {
            let at = first.at as usize;
            if at < done.max(from) {
                hits = &hits[1..];
                continue;
            }
            let (count, last) = cluster(hits, rule.max_len);
            let start = done.max(from).max(at.saturating_sub(back));
            let end = (last + rule.max_len).min(frame.text.len());
            let is_worth = rule
                .run
                .as_ref()
                .is_none_or(|run| run.next(&frame.text[start..end], 0).is_some());
            let found =
                is_worth.then(|| self.search(number, frame, Span::new(start, end), scratch));
            let Some(found) = found.flatten() else {
                hits = &hits[count..];
                continue;
            };
            let is_hit = |hit: &Hit| (found.start..found.end).contains(&(hit.at as usize));
            if hits[..count].iter().any(is_hit) {
                done = found.end;
                self.accept(number, frame, found, carry, scratch, out);
            } else {
                from = found.start + 1;
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
        carry: &mut Carry,
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
        let secret = rule.secret(memory, regex, frame.text, span);
        let idx = RuleIdx(number as u32);
        let place = Place {
            path: carry.path(),
            text: frame.text,
            span,
            secret,
        };
        match rule.checks.pass(&self.rules[number], &place) {
            Ok((evidence, confidence)) => {
                if self.gates.as_ref().is_some_and(|gates| gates.is_gated(idx)) {
                    carry.waiting.insert(idx.0);
                }
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
                &self.learned,
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
                self.accept(number, frame, found, carry, scratch, out);
            }
            from = found.end.max(found.start + 1);
        }
    }
}

/// How many of the hits at the beginning are no more than `reach` apart, and where the last of
/// them is.
fn cluster(hits: &[Hit], reach: usize) -> (usize, usize) {
    let places = hits.iter().map(|hit| hit.at as usize);
    let gaps = places.clone().zip(places.clone().skip(1));
    let near = gaps.take_while(|(before, next)| next - before <= reach);
    let count = near.count() + 1;
    (count, hits.get(count - 1).map_or(0, |hit| hit.at as usize))
}

fn is_related(rule: &Rule) -> bool {
    let terms = rule.terms();
    terms.is_some_and(|terms| !terms.requires.is_empty() || terms.helper || terms.generic)
}

fn file_names(rules: &RuleSet) -> Vec<RuleIdx> {
    let rules = (0..).zip(&rules.rules);
    let named = rules.filter(|(_, rule)| matches!(rule.kind, RuleKind::FileName));
    named.map(|(number, _)| RuleIdx(number)).collect()
}
