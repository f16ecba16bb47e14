//! Which matches of a blob belong to which, as an id belongs to its secret.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::base::level::Confidence;
use crate::base::provenance::Provenance;
use crate::detect::checks::DropStep;
use crate::detect::engine::Engine;
use crate::judge::blob::{BlobMatches, Captured, Judge};
use crate::judge::together::{self, Member};

/// Which matches of a blob belong to which, by their places among the captured.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    /// What belongs to a match.
    of: HashMap<usize, usize>,
    /// What belongs to any.
    belonging: HashSet<usize>,
}

impl Pairs {
    pub(super) fn of(&self, nth: usize) -> Option<usize> {
        self.of.get(&nth).copied()
    }

    /// True when a match is told of together with another; one that has
    /// something belonging to it is a finding of its own.
    pub(super) fn belongs(&self, nth: usize) -> bool {
        self.belonging.contains(&nth) && !self.of.contains_key(&nth)
    }

    pub(super) fn confidence(&self, nth: usize, captured: &Captured) -> Confidence {
        let own = captured.found.confidence;
        if self.of.contains_key(&nth) {
            own.raised()
        } else {
            own
        }
    }
}

impl BlobMatches {
    /// What belongs to what, among the matches that count.
    pub(super) fn pairs(
        &self,
        judge: &Judge,
        engine: &Engine,
        provenance: &Arc<Provenance>,
        verdicts: &[Option<DropStep>],
    ) -> Pairs {
        let counts = |nth: &usize| {
            let captured = &self.captured[*nth];
            let rule = engine.rules()[captured.found.rule.index()].id();
            let value = captured.value.expose();
            verdicts[*nth].is_none() && !judge.allowance.allows(rule, value, provenance.path())
        };
        let counting: Vec<usize> = (0..self.captured.len()).filter(counts).collect();
        let members: Vec<Member<'_>> = counting
            .iter()
            .map(|&nth| self.captured[nth].member())
            .collect();
        let found = together::pairs(&members, engine);
        let all = counting.iter().zip(found);
        let mut pairs = Pairs::default();
        for (&nth, other) in all {
            let Some(other) = other.map(|other| counting[other]) else {
                continue;
            };
            if self.captured[nth].found.confidence.raised() >= judge.min_confidence {
                pairs.of.insert(nth, other);
                pairs.belonging.insert(other);
            }
        }
        pairs
    }
}
