//! Follows the protected documents through one text, hit by hit.

use std::collections::HashMap;

use super::chains::{Chain, OpenChains, Sighting};
use super::index::Index;

/// Symbols of the shortest chain that is a passage.
pub const PASSAGE: u64 = 80;

/// Passages kept of one text; more make what is told of them too small.
const PASSAGES: usize = 10_000;

/// Documents of which traces are kept.
const TRACES: usize = 1_000;

/// What one text has shown so far.
#[derive(Clone, Debug, Default)]
pub struct Tracker {
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
    fn take(&mut self, chain: Chain) {
        if chain.len() >= PASSAGE && chain.hits >= 2 {
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
    /// True when nothing was seen.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Takes the next hit of the text.
    pub fn take(&mut self, index: &Index, sighting: &Sighting) {
        let Tracker { open, closed } = self;
        index.postings(sighting.hit.tag, sighting.hit.symbol, &mut |posting| {
            let chains = open.entry(posting.document).or_default();
            chains.take(sighting, posting, &mut |chain| closed.take(chain));
        });
    }

    /// Everything that was seen.
    pub fn finish(self) -> Closed {
        let mut closed = self.closed;
        for chains in self.open.into_values() {
            chains.close(&mut |chain| closed.take(chain));
        }
        closed
    }
}
