//! Matches that are counted: one finding tells how many values of a kind a blob
//! holds, and how bad so many are.
//!
//! A file with a hundred thousand cards is one leak. What is kept of each match
//! is a keyed hash of its value, its lines, and its place if it is among the
//! first; no value but one leaves memory with its window.

mod told;

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use crate::base::decoding::Decoding;
use crate::base::evidence::Evidence;
use crate::base::id::RuleIdx;
use crate::base::level::{Class, Confidence};
use crate::base::provenance::Provenance;
use crate::base::secret::Secret;
use crate::base::span::{Place, Span};
use crate::detect::Match;
use crate::detect::numbers::sweep::Tried;
use crate::judge::blob::{Judge, Verdict};
use crate::judge::finding::{Amount, Finding};
use crate::judge::status::Standing;
use crate::judge::suppress::{Ask, Directives};
use crate::rules::file::Quantity;
use crate::rules::load::{Rule, RuleKind};

pub use told::summary;

/// Places that a finding names.
const TOLD: usize = 10;
/// Different values counted exactly; of more it is known that they are at least so many.
const DISTINCT: usize = 1 << 20;
/// Spans, and ranges of lines, that are remembered.
const REMEMBERED: usize = 1 << 20;
/// Values that are asked about one by one whether a comment silences them.
const ASKED: usize = 1 << 12;
/// Different markings of a text that is about markings.
const MANUAL: usize = 6;
/// Lines of a short page.
const PAGE: usize = 20;
/// Numbers that must have been tried before their share says anything.
const ENOUGH: u64 = 10;

/// Counts of one blob.
#[derive(Debug, Default)]
pub struct Counts {
    rules: BTreeMap<u32, Count>,
    spans: Spans,
    hasher: RandomState,
}

/// Where counted values stand.
#[derive(Debug, Default)]
pub struct Spans {
    /// In the blob, in the order in which they were found.
    pub spans: Vec<Span>,
    /// True when there are more.
    pub more: bool,
    /// Spans of the window that is being read: other views of it show the same values.
    window: Vec<Span>,
    /// Those of the view that is being read.
    view: Vec<Span>,
}

#[derive(Debug, Default)]
struct Count {
    /// By [`kind`].
    kinds: [Kind; 3],
    tried: Tried,
    lines: Vec<(usize, usize)>,
    /// Where values stand that comments may be about, and after so many the last one.
    places: Vec<Place>,
}

/// Values that one thing speaks for.
#[derive(Debug, Default)]
struct Kind {
    total: u64,
    distinct: HashSet<u64>,
    first: Vec<Place>,
    shown: Option<Shown>,
}

/// What is kept of the first value.
#[derive(Debug)]
struct Shown {
    value: Secret,
    evidence: Evidence,
    confidence: Confidence,
    decoded: Option<Decoding>,
    /// True for a marking, which is no secret by itself.
    is_open: bool,
}

impl Shown {
    fn secret(&self) -> Option<&Secret> {
        (!self.is_open).then_some(&self.value)
    }
}

const NAMED: usize = 0;
const ALONE: usize = 1;
const SAMPLE: usize = 2;

fn kind(found: &Match, rule: &Rule) -> usize {
    let named = Evidence::KEYWORD_NEAR | Evidence::COLUMN_NAMED;
    if rule.info.class == Class::Marking {
        return match found.confidence {
            Confidence::High => NAMED,
            Confidence::Medium => ALONE,
            Confidence::Low => SAMPLE,
        };
    }
    if found.evidence.has(Evidence::PUBLISHED_SAMPLE) {
        SAMPLE
    } else if found.evidence.any(named) || found.confidence >= rule.confidence {
        NAMED
    } else {
        ALONE
    }
}

impl Counts {
    /// Tells that the next window begins.
    pub fn begin_window(&mut self) {
        self.spans.window.clear();
    }

    /// True when nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// True when `span` was counted already, in another view of the same window.
    pub fn knows(&self, span: Span) -> bool {
        let known = &self.spans.window;
        let at = known.partition_point(|other| other.end <= span.start);
        known[at..]
            .iter()
            .take(64)
            .any(|other| other.overlaps(span))
    }

    /// Counts a match of `rule` at `place`.
    pub fn take(
        &mut self,
        found: &Match,
        rule: &Rule,
        value: &[u8],
        place: Place,
        decoded: Option<Decoding>,
    ) {
        let hash = self.hasher.hash_one(normal(rule, value));
        let count = self.rules.entry(found.rule.0).or_default();
        count.line(place);
        if count.places.len() > ASKED {
            count.places.pop();
        }
        count.places.push(place);
        let kind = &mut count.kinds[kind(found, rule)];
        kind.total += 1;
        if kind.distinct.len() < DISTINCT {
            kind.distinct.insert(hash);
        }
        if kind.first.len() < TOLD {
            kind.first.push(place);
        }
        kind.shown.get_or_insert_with(|| Shown {
            value: Secret::new(value),
            evidence: found.evidence,
            confidence: found.confidence,
            decoded,
            is_open: rule.info.class == Class::Marking,
        });
        self.spans.view.push(place.span);
        if rule.info.class == Class::Marking {
            return;
        }
        if self.spans.spans.len() < REMEMBERED {
            self.spans.spans.push(place.span);
        } else {
            self.spans.more = true;
        }
    }

    /// Tells that all matches of one view of the window were taken.
    pub fn end_view(&mut self) {
        self.spans.window.append(&mut self.spans.view);
        self.spans.window.sort_unstable();
    }

    /// Adds what was tried in vain.
    pub fn tried(&mut self, tried: &BTreeMap<u32, Tried>) {
        for (&rule, more) in tried {
            let sum = &mut self.rules.entry(rule).or_default().tried;
            sum.tried += more.tried;
            sum.passed += more.passed;
        }
    }

    /// Forgets the counts of rules that `is_shut` for this blob.
    pub fn shut(&mut self, is_shut: impl Fn(RuleIdx) -> bool) {
        self.rules.retain(|&rule, _| !is_shut(RuleIdx(rule)));
    }

    /// Values of the blob that must not be shown.
    pub fn values(&self) -> impl Iterator<Item = &Secret> {
        let kinds = self.rules.values().flat_map(|count| &count.kinds);
        kinds.filter_map(|kind| kind.shown.as_ref()?.secret())
    }

    /// Where counted values stand.
    pub fn spans(&mut self) -> &Spans {
        self.spans.spans.sort_unstable();
        &self.spans
    }

    /// True when a counted value stands on one of the lines.
    pub fn touches(&self, first: usize, last: usize) -> bool {
        self.rules
            .values()
            .any(|count| touch(&count.lines, first, last))
    }

    /// Adds the findings of all counts to `out`.
    pub fn judge(
        self,
        judge: &Judge,
        rules: &[Arc<Rule>],
        provenance: &Arc<Provenance>,
        words: Words<'_>,
        out: &mut Verdict,
    ) {
        if judge.allowance.allows_path(provenance.path()) {
            out.allowed += 1;
            return;
        }
        let is_manual = self.is_manual(rules);
        for (number, mut count) in self.rules {
            if count.kinds.iter().all(|kind| kind.total == 0) {
                continue;
            }
            let rule = &rules[number as usize];
            let doubt = is_manual && rule.info.class == Class::Marking;
            let standing = words.of(rule, &std::mem::take(&mut count.places));
            match count.finding(judge, rule, provenance, doubt) {
                Some(finding) => out.findings.push(Finding {
                    standing,
                    ..finding
                }),
                None => out.hidden += 1,
            }
        }
        out.findings
            .sort_by(|a, b| (a.place.span, &a.rule.id).cmp(&(b.place.span, &b.rule.id)));
    }
}

/// What comments of the blob say.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// The comments.
    pub comments: &'a Directives,
    /// Whether they count.
    pub ask: &'a Ask<'a>,
}

impl Words<'_> {
    fn of(self, rule: &Rule, places: &[Place]) -> Standing {
        let is_all = places.len() <= ASKED;
        self.comments
            .standing_of_all(rule.id(), places, is_all, self.ask)
    }
}

impl Counts {
    /// True when the blob speaks of so many markings that it must be about them.
    fn is_manual(&self, rules: &[Arc<Rule>]) -> bool {
        let markings = self.rules.keys().filter(|&&number| {
            let rule = &rules[number as usize];
            let words = matches!(&rule.kind, RuleKind::Marking(marking) if marking.label.is_none());
            rule.info.class == Class::Marking && words
        });
        markings.count() >= MANUAL
    }
}

/// One level up or down.
fn shifted(confidence: Confidence, up: bool) -> Confidence {
    match (confidence, up) {
        (Confidence::Low, true) | (Confidence::High, false) => Confidence::Medium,
        (_, true) => Confidence::High,
        (_, false) => Confidence::Low,
    }
}

/// True when one of the sorted ranges of lines touches `first..=last`.
pub fn touch(lines: &[(usize, usize)], first: usize, last: usize) -> bool {
    let at = lines.partition_point(|&(_, end)| end < first);
    lines.get(at).is_some_and(|&(start, _)| start <= last)
}

/// What two writings of the same value have in common.
fn normal(rule: &Rule, value: &[u8]) -> Vec<u8> {
    let counts = |b: &&u8| !matches!(rule.kind, RuleKind::Number(_)) || b.is_ascii_alphanumeric();
    let kept = value.iter().filter(counts);
    kept.map(u8::to_ascii_uppercase).collect()
}

impl Count {
    fn line(&mut self, place: Place) {
        let (first, last) = (place.start.line, place.end.line);
        let more = self.lines.len() >= REMEMBERED;
        match self.lines.last_mut() {
            Some(range) if more || first <= range.1 + 1 && first >= range.0 => {
                range.1 = range.1.max(last);
            }
            _ => self.lines.push((first, last)),
        }
    }

    /// How sure values of `kind` are, given how all of them did.
    fn confidence(&self, kind: usize) -> Option<Confidence> {
        let own = self.kinds[kind].shown.as_ref()?.confidence;
        let Tried { tried, passed } = self.tried;
        Some(match kind {
            // Random numbers pass one time in ten; where most do, they are no random numbers.
            ALONE if passed >= ENOUGH && passed * 10 >= tried * 6 && self.varied() => {
                shifted(own, true)
            }
            ALONE if tried >= 2 * ENOUGH && passed * 5 < tried => shifted(own, false),
            _ => own,
        })
    }

    /// True when a marking stands again at the distance of a page.
    fn is_repeated(&self) -> bool {
        let first = self.lines.first().map_or(0, |range| range.0);
        let last = self.lines.last().map_or(0, |range| range.1);
        last - first >= PAGE
    }

    /// True when enough different values stand alone.
    fn varied(&self) -> bool {
        self.kinds[ALONE].distinct.len() as u64 >= ENOUGH
    }

    /// How sure each kind of value is, if there are any.
    fn sure(&self, repeated: bool, doubt: bool) -> [Option<Confidence>; 3] {
        [NAMED, ALONE, SAMPLE].map(|kind| match self.confidence(kind)? {
            Confidence::Low if repeated && !doubt => Some(Confidence::Medium),
            sure if doubt => Some(shifted(sure, false)),
            sure => Some(sure),
        })
    }

    fn finding(
        mut self,
        judge: &Judge,
        rule: &Rule,
        provenance: &Arc<Provenance>,
        doubt: bool,
    ) -> Option<Finding> {
        let is_marking = rule.info.class == Class::Marking;
        let quantity = rule.quantity.unwrap_or_default();
        let sure = self.sure(is_marking && self.is_repeated(), doubt);
        let shown = |kind: &usize| sure[*kind].is_some_and(|c| c >= judge.min_confidence);
        let shown: Vec<usize> = [NAMED, ALONE, SAMPLE].into_iter().filter(shown).collect();
        let best = *shown
            .iter()
            .max_by_key(|kind| (sure[**kind], **kind == NAMED))?;
        let mut distinct: HashSet<u64> = HashSet::new();
        let mut places = Vec::new();
        let mut count = 0;
        for &kind in &shown {
            let kind = &self.kinds[kind];
            count += kind.total;
            distinct.extend(&kind.distinct);
            places.extend(&kind.first);
        }
        let distinct = distinct.len() as u64;
        if (if is_marking { count } else { distinct }) < judge.report_from(quantity) {
            return None;
        }
        places.sort_unstable();
        places.truncate(TOLD);
        let place = *places.first()?;
        let severity = quantity.severity(distinct, rule.info.severity);
        let first = self.kinds[best].shown.take()?;
        let path = provenance.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // The same kind of data in another file, or so much more of it, is another leak.
        let value = format!("counted values of severity {severity} in a file called {name}");
        let amount = Amount {
            count,
            distinct,
            is_more: distinct >= DISTINCT as u64,
            places,
            lines: self.lines,
        };
        let (secret, preview) = if is_marking {
            (Secret::new(b""), told::marked(&first.value, &amount))
        } else {
            (first.value.clone(), summary(&amount))
        };
        Some(Finding {
            rule: Arc::clone(&rule.info),
            key: judge.keyer.key(rule.id(), value.as_bytes(), &name, 0),
            provenance: Arc::clone(provenance),
            place,
            secret,
            preview,
            // The line may tell whose number it is.
            excerpt: Vec::new(),
            severity,
            confidence: sure[best]?,
            evidence: first.evidence,
            decoded: first.decoded,
            document: None,
            standing: Standing::default(),
            pair: None,
            exposure: None,
            amount: Some(Arc::new(amount)),
        })
    }
}

impl Judge {
    fn report_from(&self, quantity: Quantity) -> u64 {
        if self.counts_from_one {
            return 1;
        }
        quantity.report_from.unwrap_or(1)
    }
}
