//! Collects the matches of one blob, window by window, and judges them at its end.
//!
//! Text leaves memory with its window, so what a finding needs of it (the
//! value, its place, its surroundings) is captured at once. What the matches
//! mean together is settled when the blob is over, so that the result does not
//! depend on the windows.

mod layers;
mod maker;
mod pairs;

use std::ops::Range;
use std::sync::Arc;

use crate::base::content::SkipReason;
use crate::base::decoding::Decoding;
use crate::base::id::RuleIdx;
use crate::base::level::Confidence;
use crate::base::provenance::Provenance;
use crate::base::secret::Secret;
use crate::base::span::{Place, Position, Span};
use crate::detect::Match;
use crate::detect::checks::DropStep;
use crate::detect::engine::Engine;
use crate::detect::frame::Found;
use crate::judge::allow::Allowance;
pub use crate::judge::blob::layers::Seat;
use crate::judge::blob::maker::{Maker, Ordinals};
use crate::judge::counted::{Counts, Words};
use crate::judge::finding::Finding;
use crate::judge::key::Keyer;
use crate::judge::locate::{self, LineCounter, RawLine};
use crate::judge::redact::Masks;
use crate::judge::resolve::{Specificity, resolve, share};
use crate::judge::suppress::{self, Ask, Comments, Directives};
use crate::judge::together::{self, Member};
use crate::rules::load::{Rule, RuleKind};

/// How matches become findings.
#[derive(Debug)]
pub struct Judge {
    /// Derives finding keys.
    pub keyer: Keyer,
    /// What the configuration declares harmless.
    pub allowance: Allowance,
    /// Which comments beside findings silence them.
    pub comments: Comments,
    /// Lowest confidence that is shown.
    pub min_confidence: Confidence,
    /// Most findings kept of one blob.
    pub limit: usize,
    /// URLs of the remotes of the repository that is scanned, or that a push goes to.
    pub remotes: Vec<String>,
    /// True when a single value is reported whatever the quantities say.
    pub counts_from_one: bool,
}

/// A view of (part of) a blob, in which matches were found.
pub struct View<'a> {
    /// The view's bytes.
    pub text: &'a [u8],
    /// The blob's bytes behind it, from offset `base` on.
    pub raw: &'a [u8],
    /// Blob offset of the first byte of `raw`.
    pub base: usize,
    /// The bytes of the blob behind a span of the view.
    pub to_blob: &'a dyn Fn(Span) -> Span,
    /// Name of the decoding, if there was one.
    pub decoded: Option<Decoding>,
    /// Line and column of bytes of the blob that are not visible any more.
    pub position: Option<&'a dyn Fn(usize) -> Option<Position>>,
    /// How a span of the view is spelled in decoded texts around it.
    pub spelled: Option<&'a dyn Fn(Span) -> Vec<Secret>>,
    /// Which other matches those in the view may overlap.
    pub seat: Seat,
}

impl View<'_> {
    /// Where `secret` stands, which is `span` of the blob. `lines` counts on.
    fn place(&self, secret: &[u8], span: Span, lines: &mut LineCounter) -> Place {
        let known = |at: usize| self.position.and_then(|position| position(at));
        let seek = |lines: &mut LineCounter, at| lines.seek(self.raw, self.base, at);
        let start = known(span.start).unwrap_or_else(|| seek(lines, span.start));
        if self.decoded.is_none() {
            return locate::place(span, start, secret);
        }
        let end = known(span.end).unwrap_or_else(|| seek(&mut lines.clone(), span.end));
        Place { span, start, end }
    }
}

/// Who says what becomes of matches.
#[derive(Clone, Copy, Debug)]
pub struct Desk<'a> {
    /// Knows the rules.
    pub engine: &'a Engine,
    /// Knows what is harmless.
    pub judge: &'a Judge,
}

/// A match with what it needs of the text.
#[derive(Debug)]
struct Captured {
    /// The match, spans in the blob.
    found: Match,
    /// The secret's span in the coordinates of `lines`.
    local: Span,
    value: Secret,
    place: Place,
    lines: Vec<RawLine>,
    decoded: Option<Decoding>,
    /// How the value is spelled in decoded texts, which must not show it either.
    spelled: Vec<Secret>,
    /// Where it stands for the question which matches overlap.
    seat: Span,
}

impl Captured {
    fn member(&self) -> Member<'_> {
        Member {
            rule: self.found.rule,
            start: self.place.start,
            value: self.value.expose(),
        }
    }
}

/// The matches of one blob so far.
#[derive(Debug, Default)]
pub struct BlobMatches {
    captured: Vec<Captured>,
    /// What does not count whatever else is found.
    dropped: Vec<(Captured, DropStep)>,
    shadows: Vec<Span>,
    comments: suppress::Found,
    lines: LineCounter,
    counts: Counts,
}

/// What judging a blob gives.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Findings that are shown, in order of place and rule.
    pub findings: Vec<Finding>,
    /// Findings below the confidence that is shown.
    pub hidden: u64,
    /// Findings the configuration declares harmless.
    pub allowed: u64,
    /// Why the account is not complete, if it is not.
    pub cut: Option<SkipReason>,
    /// Every match that does not count, with its span in the blob and the step.
    pub drops: Vec<(Match, DropStep)>,
    /// True when something in the blob was encoded.
    pub decoded: bool,
}

impl BlobMatches {
    /// Tells that the next window begins.
    pub fn begin_window(&mut self) {
        self.counts.begin_window();
    }

    /// Captures what was `found` in `view`; sorts the matches on the way.
    pub fn capture(&mut self, view: &View<'_>, found: &mut Found, by: Desk<'_>) {
        let blob = view.to_blob;
        self.shadows
            .extend(found.shadows.iter().map(|&span| blob(span)));
        self.counts.tried(&found.tried);
        let matches = &mut found.matches;
        matches.sort_unstable_by_key(|m| (m.secret, m.rule));
        // Views of one window overlap, so each counts lines from the window's beginning.
        let mut lines_so_far = self.lines.clone();
        for &found in matches.iter() {
            let secret = blob(found.secret);
            let value = found.secret.of(view.text);
            let place = view.place(value, secret, &mut lines_so_far);
            let rule = &by.engine.rules()[found.rule.index()];
            if rule.is_counted() {
                if !self.counts.knows(secret) && !by.judge.allowance.allows_value(value) {
                    self.counts.take(&found, rule, value, place, view.decoded);
                }
                continue;
            }
            let mut lines = locate::surroundings(view.text, found.secret, place.start.line);
            let mut local = found.secret;
            if view.decoded.is_none() {
                for line in &mut lines {
                    line.offset += view.base;
                }
                local = secret;
            }
            self.captured.push(Captured {
                found: Match {
                    span: blob(found.span),
                    secret,
                    ..found
                },
                local,
                value: Secret::new(value),
                place,
                spelled: view
                    .spelled
                    .map_or_else(Vec::new, |spelled| spelled(found.secret)),
                seat: view.seat.of(found.secret, secret),
                lines,
                decoded: view.decoded,
            });
        }
        self.counts.end_view();
    }

    /// Takes the comments of `view` that begin in its part `new`. Whoever calls
    /// this leaves out only windows after which nothing can be found any more.
    pub fn comments(&mut self, view: &View<'_>, new: &Range<usize>) {
        let to_blob = |at: usize| (view.to_blob)(Span::new(at, at + 1)).start;
        let raw = (view.raw, view.base);
        let lines = self.lines.clone();
        self.comments.search(view.text, new, to_blob, raw, lines);
    }

    /// Tells that the window over `raw`, which begins at blob offset `base`,
    /// is done up to blob offset `end`.
    pub fn advance(&mut self, raw: &[u8], base: usize, end: usize) {
        self.lines.seek(raw, base, end);
    }

    /// A counter that stands where the next window's search begins.
    pub fn counter(&self) -> LineCounter {
        self.lines.clone()
    }

    /// True when nothing was captured: then judging has nothing to say.
    pub fn is_empty(&self) -> bool {
        self.captured.is_empty() && self.dropped.is_empty() && self.counts.is_empty()
    }

    /// True when judging has nothing to say of the comments, either.
    pub fn is_idle(&self, judge: &Judge) -> bool {
        self.is_empty() && (judge.comments.audit.is_none() || self.comments.is_empty())
    }

    /// Drops matches of rules that `is_shut` for this blob.
    pub fn shut(&mut self, is_shut: impl Fn(RuleIdx) -> bool) {
        self.counts.shut(&is_shut);
        let shut = self.captured.extract_if(.., |c| is_shut(c.found.rule));
        self.dropped.extend(shut.map(|c| (c, DropStep::NoKeyword)));
    }

    /// Takes out what other matches of the blob decide about.
    fn settle(&mut self, engine: &Engine) -> Vec<(Captured, DropStep)> {
        let mut dropped = std::mem::take(&mut self.dropped);
        if !engine.has_related_rules() {
            return dropped;
        }
        let members: Vec<Member<'_>> = self.captured.iter().map(Captured::member).collect();
        let mut steps = together::settle(&members, engine).into_iter();
        for captured in std::mem::take(&mut self.captured) {
            match steps.next().flatten() {
                Some(step) => dropped.push((captured, step)),
                None => self.captured.push(captured),
            }
        }
        dropped
    }

    /// Judges everything captured of the blob at `provenance`.
    pub fn judge(
        mut self,
        judge: &Judge,
        engine: &Engine,
        provenance: &Arc<Provenance>,
    ) -> Verdict {
        let comments = std::mem::take(&mut self.comments).settle();
        let mut out = self.judge_each(judge, engine, provenance, &comments);
        if self.counts.is_empty() && judge.comments.audit.is_none() {
            return out;
        }
        let counted: Vec<Secret> = self.counts.values().cloned().collect();
        let values = self.captured.iter().map(|c| &c.value);
        let masks = Masks::new(values.chain(&counted));
        let ask = Ask {
            comments: &judge.comments,
            trusted: judge.comments.trust.covers(provenance),
            masks: &masks,
        };
        if !self.counts.is_empty() {
            let words = Words {
                comments: &comments,
                ask: &ask,
            };
            let rules = engine.rules();
            self.counts.judge(judge, rules, provenance, words, &mut out);
        }
        comments.tell_idle(&ask, provenance);
        out
    }

    /// Which of the captured matches count where several stand at one place, after
    /// those of the same value have shared what they know.
    fn resolve(&mut self, engine: &Engine) -> Vec<Option<DropStep>> {
        let seated = |captured: &Captured| Match {
            secret: captured.seat,
            ..captured.found
        };
        let mut matches: Vec<Match> = self.captured.iter().map(seated).collect();
        let specificity = |rule: RuleIdx| specificity(&engine.rules()[rule.index()]);
        share(&mut matches, &self.shadows, specificity);
        for (captured, &found) in self.captured.iter_mut().zip(&matches) {
            captured.found = Match {
                secret: captured.found.secret,
                ..found
            };
        }
        let mut verdicts = resolve(&matches, &self.shadows, specificity);
        layers::settle(&self.captured, &mut verdicts, |c| specificity(c.found.rule));
        verdicts
    }

    /// Judges the matches that are findings of their own.
    fn judge_each(
        &mut self,
        judge: &Judge,
        engine: &Engine,
        provenance: &Arc<Provenance>,
        comments: &Directives,
    ) -> Verdict {
        if self.captured.is_empty() && self.dropped.is_empty() {
            return Verdict::default();
        }
        self.captured
            .sort_by_key(|c| (c.found.secret, c.found.rule, c.decoded));
        let mut out = Verdict::default();
        let dropped = self.settle(engine);
        let drops = dropped.iter().map(|(of, step)| (of.found, *step));
        out.drops.extend(drops);
        let verdicts = self.resolve(engine);
        let pairs = self.pairs(judge, engine, provenance, &verdicts);
        let counted = self.counts.spans();
        let unmasked = counted.more;
        // Excerpts of the raw bytes may hold what was found by decoding, too.
        let own = self.captured.iter().map(|c| c.found.secret);
        let mut spans: Vec<Span> = own.chain(counted.spans.iter().copied()).collect();
        spans.sort_unstable();
        let others = dropped.iter().map(|(captured, _)| captured);
        let own = self.captured.iter().chain(others);
        let own = own.flat_map(|c| std::iter::once(&c.value).chain(&c.spelled));
        let masks = Masks::new(own.chain(self.counts.values()));
        let mut more = 0;
        let mut ordinals = Ordinals::default();
        let maker = Maker {
            judge,
            engine,
            provenance,
            masks: &masks,
            spans: &spans,
            comments,
            trusted: judge.comments.trust.covers(provenance),
        };
        for (nth, (captured, verdict)) in self.captured.iter().zip(verdicts).enumerate() {
            let step = verdict.or_else(|| pairs.belongs(nth).then_some(DropStep::Paired));
            if let Some(step) = step {
                out.drops.push((captured.found, step));
                continue;
            }
            if maker.is_harmless(captured) {
                out.allowed += 1;
            } else if pairs.confidence(nth, captured) < judge.min_confidence {
                // A comment beside it is needed all the same.
                maker.standing_of(captured);
                out.hidden += 1;
            } else if out.findings.len() >= judge.limit {
                more += 1;
            } else {
                let ordinal = ordinals.next(captured, &judge.keyer);
                let mut finding = maker.make(captured, ordinal);
                if unmasked || captured.decoded.is_some() {
                    let touches = |line: usize| self.counts.touches(line, line);
                    finding.excerpt.retain(|line| !touches(line.number));
                }
                if let Some(other) = pairs.of(nth) {
                    maker.pair(&mut finding, &self.captured[other]);
                }
                out.findings.push(finding);
            }
        }
        out.cut = (more > 0).then_some(SkipReason::TooManyFindings(more));
        out
    }
}

/// Whether a rule knows its values by their own shape.
fn specificity(rule: &Rule) -> Specificity {
    match &rule.kind {
        _ if rule.terms().is_some_and(|terms| terms.generic) => Specificity::Generic,
        RuleKind::Recogniser(name) if name != "private-key" => Specificity::Generic,
        _ => Specificity::Specific,
    }
}
