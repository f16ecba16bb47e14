//! Follows the protected documents through one text, hit by hit.

use std::collections::HashMap;

use super::chains::{Chain, OpenChains, Sighting};
use super::index::Index;
use crate::fingerprint::profile::Profile;

/// Passages kept of one text; more make what is told of them too small.
const PASSAGES: usize = 10_000;

/// Documents of which traces are kept.
const TRACES: usize = 1_000;

/// What one text has shown so far.
#[derive(Clone, Debug, Default)]
pub struct Tracker {
    profile: Profile,
    open: HashMap<u32, OpenChains>,
    closed: Closed,
}

/// Chains that are over.
#[derive(Clone, Debug, Default)]
pub struct Closed {
    /// Chains that are passages, in no order.
    pub passages: Vec<Chain>,
    /// The best shorter chain of each document.
    pub traces: HashMap<u32, Chain>,
    /// Passages that were left out.
    pub more: u64,
}

impl Closed {
    fn take(&mut self, profile: Profile, chain: Chain) {
        let (symbols, hits) = profile.measure().passage;
        if chain.len() >= symbols && chain.hits >= hits {
            if self.passages.len() < PASSAGES {
                self.passages.push(chain);
            } else {
                self.more += 1;
            }
            return;
        }
        if self.traces.len() >= TRACES && !self.traces.contains_key(&chain.document) {
            return;
        }
        let best = self.traces.entry(chain.document).or_insert(chain);
        if best.len() < chain.len() {
            *best = chain;
        }
    }
}

impl Tracker {
    /// Follows documents through a text that `profile` reads.
    pub fn new(profile: Profile) -> Tracker {
        Tracker {
            profile,
            ..Tracker::default()
        }
    }

    /// What reads the text.
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// True when nothing was seen.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Takes the next hit of the text.
    pub fn take(&mut self, index: &Index, sighting: &Sighting) {
        let Tracker {
            profile,
            open,
            closed,
        } = self;
        index.postings(sighting.hit.tag, sighting.hit.symbol, &mut |posting| {
            let chains = open.entry(posting.document).or_default();
            chains.take(sighting, posting, &mut |chain| closed.take(*profile, chain));
        });
    }

    /// Everything that was seen.
    pub fn finish(self) -> Closed {
        let mut closed = self.closed;
        for chains in self.open.into_values() {
            chains.close(&mut |chain| closed.take(self.profile, chain));
        }
        closed
    }
}
