//! One value is one finding: settles which matches of a blob count.
//!
//! Order of precedence where secrets overlap: a rule that knows the value's
//! shape beats one that only knows its name, then the surer, the longer, the one
//! that demands more around the value, and at last the rule with the lower index. Shadows (certificates, public keys)
//! silence the rules that only know names. Where both kinds of rules found the very same value, what the one knows of its
//! name is shared with the one that knows its shape, so that the finding that stays is as sure as the one that goes.

use std::collections::BTreeMap;

use crate::base::evidence::Evidence;
use crate::base::id::RuleIdx;
use crate::base::level::Confidence;
use crate::base::span::Span;
use crate::detect::Match;
use crate::detect::checks::DropStep;

/// How much a rule knows of what it finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Specificity {
    /// Name and syntax around the value.
    Generic,
    /// The value's own shape.
    Specific,
}

/// Shares what rules of names say with rules of shapes that found the very same
/// value: their evidence, and their confidence where it is the higher one.
pub fn share(
    matches: &mut [Match],
    shadows: &[Span],
    specificity: impl Fn(RuleIdx) -> Specificity,
) {
    let shadows = union(shadows);
    let mut named: BTreeMap<Span, (Confidence, Evidence)> = BTreeMap::new();
    for m in matches.iter() {
        if specificity(m.rule) == Specificity::Generic && !covers(&shadows, m.secret) {
            let said = named.entry(m.secret).or_insert((m.confidence, m.evidence));
            *said = (*said).max((m.confidence, m.evidence));
        }
    }
    // Of several rules of shapes the one that wins anyway is told.
    let mut best: BTreeMap<Span, usize> = BTreeMap::new();
    for (nth, m) in matches.iter().enumerate() {
        if specificity(m.rule) == Specificity::Specific && named.contains_key(&m.secret) {
            let first = best.entry(m.secret).or_insert(nth);
            if rank(m) > rank(&matches[*first]) {
                *first = nth;
            }
        }
    }
    for (span, nth) in best {
        let (confidence, evidence) = named[&span];
        let m = &mut matches[nth];
        m.confidence = m.confidence.max(confidence);
        m.evidence |= evidence;
    }
}

/// What decides between two rules of shapes that found the same value.
fn rank(m: &Match) -> (Confidence, usize, std::cmp::Reverse<RuleIdx>) {
    (m.confidence, m.span.len(), std::cmp::Reverse(m.rule))
}

/// What becomes of each match, in the order given.
///
/// `specificity` tells what a rule knows. The result has one entry per match:
/// `None` when it counts, else the step that dropped it.
pub fn resolve(
    matches: &[Match],
    shadows: &[Span],
    specificity: impl Fn(RuleIdx) -> Specificity,
) -> Vec<Option<DropStep>> {
    let shadows = union(shadows);
    let mut order: Vec<usize> = (0..matches.len()).collect();
    order.sort_unstable_by_key(|&n| {
        let m = &matches[n];
        let specific = specificity(m.rule);
        let trusted = specific == Specificity::Specific && m.confidence >= Confidence::Medium;
        let sizes = (m.secret.len(), m.span.len());
        let rank = (trusted, m.confidence, specific, sizes);
        (std::cmp::Reverse(rank), m.secret.start, m.rule, n)
    });
    let mut verdicts = vec![None; matches.len()];
    let mut taken: BTreeMap<usize, usize> = BTreeMap::new();
    for n in order {
        let m = &matches[n];
        let generic = specificity(m.rule) == Specificity::Generic;
        if generic && covers(&shadows, m.secret) {
            verdicts[n] = Some(DropStep::Shadow);
        } else if covers(&taken, m.secret) {
            verdicts[n] = Some(DropStep::Overlap);
        } else {
            taken.insert(m.secret.start, m.secret.end.max(m.secret.start + 1));
        }
    }
    verdicts
}

/// Spans as disjoint intervals, start to end.
fn union(spans: &[Span]) -> BTreeMap<usize, usize> {
    let mut sorted = spans.to_vec();
    sorted.sort_unstable();
    let mut out: BTreeMap<usize, usize> = BTreeMap::new();
    for span in sorted {
        match out.last_entry() {
            Some(mut last) if span.start <= *last.get() => {
                let end = span.end.max(*last.get());
                last.insert(end);
            }
            _ => {
                out.insert(span.start, span.end);
            }
        }
    }
    out
}

/// True when one of the disjoint `intervals` shares a byte with `span`.
fn covers(intervals: &BTreeMap<usize, usize>, span: Span) -> bool {
    let end = span.end.max(span.start + 1);
    intervals
        .range(..end)
        .next_back()
        .is_some_and(|(_, &stop)| stop > span.start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn m(rule: u32, start: usize, end: usize, confidence: Confidence) -> Match {
        let span = Span::new(start, end);
        Match {
            rule: RuleIdx(rule),
            span,
            secret: span,
            evidence: Evidence::NONE,
            confidence,
        }
    }

    /// Rules from 100 on are generic.
    fn specificity(rule: RuleIdx) -> Specificity {
        if rule.0 >= 100 {
            Specificity::Generic
        } else {
            Specificity::Specific
        }
    }

    #[test]
    fn a_doubtful_specific_rule_is_as_sure_as_the_name_of_the_same_value() {
        let mut matches = [
            m(100, 0, 40, Confidence::Medium),
            m(1, 0, 40, Confidence::Low),
            m(2, 0, 39, Confidence::Low),
        ];
        share(&mut matches, &[], specificity);
        assert_eq!(matches[1].confidence, Confidence::Medium);
        assert_eq!(matches[2].confidence, Confidence::Low);
        assert_eq!(kept(&matches, &[]), [1]);
    }

    #[test]
    fn of_two_specific_rules_the_surer_one_stays_the_surer_one() {
        let mut matches = [
            m(100, 0, 40, Confidence::High),
            m(1, 0, 40, Confidence::Medium),
            m(2, 0, 40, Confidence::High),
        ];
        share(&mut matches, &[], specificity);
        assert_eq!(kept(&matches, &[]), [2]);
    }

    #[test]
    fn what_a_shadow_silences_shares_nothing() {
        let mut matches = [m(100, 5, 9, Confidence::High), m(1, 5, 9, Confidence::Low)];
        share(&mut matches, &[Span::new(0, 30)], specificity);
        assert_eq!(matches[1].confidence, Confidence::Low);
    }

    fn kept(matches: &[Match], shadows: &[Span]) -> Vec<u32> {
        let verdicts = resolve(matches, shadows, specificity);
        let counted = matches.iter().zip(verdicts).filter(|(_, v)| v.is_none());
        counted.map(|(m, _)| m.rule.0).collect()
    }

    #[test]
    fn a_specific_rule_beats_a_surer_generic_one() {
        let matches = [
            m(100, 0, 40, Confidence::High),
            m(1, 2, 40, Confidence::Medium),
        ];
        assert_eq!(kept(&matches, &[]), [1]);
    }

    #[test]
    fn a_doubtful_specific_rule_does_not() {
        let matches = [
            m(100, 0, 40, Confidence::Medium),
            m(1, 2, 40, Confidence::Low),
        ];
        assert_eq!(kept(&matches, &[]), [100]);
    }

    #[test]
    fn of_equals_the_one_that_knows_the_name_too_counts() {
        let bare = m(1, 8, 40, Confidence::High);
        let named = Match {
            span: Span::new(0, 40),
            ..m(2, 8, 40, Confidence::High)
        };
        assert_eq!(kept(&[bare, named], &[]), [2]);
    }

    #[test]
    fn matches_side_by_side_both_count() {
        let matches = [
            m(1, 0, 10, Confidence::High),
            m(2, 10, 20, Confidence::High),
        ];
        assert_eq!(kept(&matches, &[]), [1, 2]);
    }

    #[test]
    fn the_same_match_twice_counts_once() {
        let matches = [m(1, 0, 10, Confidence::High), m(1, 0, 10, Confidence::High)];
        assert_eq!(kept(&matches, &[]), [1]);
    }

    #[test]
    fn shadows_silence_generic_rules_only() {
        let matches = [
            m(100, 5, 9, Confidence::High),
            m(1, 20, 29, Confidence::High),
        ];
        assert_eq!(kept(&matches, &[Span::new(0, 30)]), [1]);
    }
}
