//! Rules that count only in files where one of their keywords stands somewhere.
//!
//! Where the keyword stands does not matter, so whether it does is known at the
//! end of a text only. What was seen so far travels in the [`Carry`].

use std::sync::Arc;

use aho_corasick::AhoCorasick;

use crate::base::id::RuleIdx;
use crate::detect::compile::PatternRule;
use crate::detect::frame::{Carry, Frame};
use crate::rules::load::Rule;

/// The keywords of all rules that have some.
#[derive(Debug)]
pub(super) struct Gates {
    automaton: AhoCorasick,
    /// Rules of each keyword.
    owners: Vec<Vec<u32>>,
    /// Rules that have keywords, sorted.
    gated: Vec<u32>,
}

impl Gates {
    /// The keywords of `rules`; none when no rule needs any. A rule whose
    /// literals hold its keywords needs no second look for them.
    pub(super) fn new(rules: &[Arc<Rule>], patterns: &[Option<PatternRule>]) -> Option<Gates> {
        let (mut words, mut owners, mut gated) = (Vec::new(), Vec::new(), Vec::new());
        for (number, (rule, pattern)) in (0..).zip(rules.iter().zip(patterns)) {
            let keywords = rule.terms().map_or(&[][..], |terms| &terms.keywords);
            let implied = pattern
                .as_ref()
                .is_some_and(|pattern| pattern.implies(keywords));
            if keywords.is_empty() || implied {
                continue;
            }
            gated.push(number);
            for word in keywords {
                words.push(word.as_str());
                owners.push(vec![number]);
            }
        }
        if gated.is_empty() {
            return None;
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(&words)
            .ok()?;
        Some(Gates {
            automaton,
            owners,
            gated,
        })
    }

    /// Notes the keywords in `frame`.
    pub(super) fn watch(&self, frame: &Frame<'_>, carry: &mut Carry) {
        let last = frame.new.end == frame.text.len();
        let waits = carry.waiting.iter().any(|rule| !carry.open.contains(rule));
        let done = carry.open.len() == self.gated.len();
        if done || (last && !waits) {
            return;
        }
        let mut seen = vec![false; self.owners.len()];
        for found in self.automaton.find_overlapping_iter(frame.text) {
            let word = found.pattern().as_usize();
            if !std::mem::replace(&mut seen[word], true) {
                carry.open.extend(&self.owners[word]);
                if carry.open.len() == self.gated.len() {
                    return;
                }
            }
        }
    }

    /// True when `rule` waits for a keyword.
    pub(super) fn is_gated(&self, rule: RuleIdx) -> bool {
        self.gated.binary_search(&rule.0).is_ok()
    }
}
