//! Chains: hits of one document whose places advance together in the leak and
//! in the document.
//!
//! One fingerprint alone is an accident or a figure of speech. Several in the
//! same order at the same distances are a copy.

use super::table::Posting;
use crate::base::span::{Position, Span};
use crate::fingerprint::TAGGED;
use crate::fingerprint::stream::Hit;

/// Longest way from one hit of a chain to the next, in symbols.
const REACH: u64 = 600;

/// How far the two distances may differ: this, and an eighth of the way.
const DRIFT: u64 = 16;

/// Chains of one document that are open at the same time.
const OPEN: usize = 24;

/// A known fingerprint in the text that is scanned.
#[derive(Clone, Copy, Debug)]
pub struct Sighting {
    /// The hit.
    pub hit: Hit,
    /// Line and column of its first byte.
    pub start: Position,
    /// Line and column after its last byte.
    pub end: Position,
}

/// Hits that follow each other as the document has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain {
    /// Number of the document.
    pub document: u32,
    /// Hits.
    pub hits: u32,
    /// First symbol and the one after the last, in the text that is scanned.
    pub leak: (u64, u64),
    /// First symbol and the one after the last, in the document.
    pub origin: (u32, u32),
    /// Bytes of the blob.
    pub span: Span,
    /// Line and column of the first byte.
    pub start: Position,
    /// Line and column after the last byte.
    pub end: Position,
}

impl Chain {
    fn begin(sighting: &Sighting, posting: Posting) -> Chain {
        let hit = &sighting.hit;
        Chain {
            document: posting.document,
            hits: 1,
            leak: (hit.symbol, hit.symbol + TAGGED as u64),
            origin: (posting.symbol, posting.symbol.saturating_add(TAGGED as u32)),
            span: Span::new(hit.start, hit.end),
            start: sighting.start,
            end: sighting.end,
        }
    }

    /// Symbols from the first to the last, in the text that is scanned.
    pub fn len(&self) -> u64 {
        self.leak.1 - self.leak.0
    }

    /// True when it covers no symbol, which no chain does.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How badly `sighting` at `posting` fits behind this chain; `None` when it
    /// does not fit.
    fn drift(&self, sighting: &Sighting, posting: Posting) -> Option<u64> {
        let end = sighting.hit.symbol + TAGGED as u64;
        let way = end
            .checked_sub(self.leak.1)
            .filter(|way| (1..=REACH).contains(way))?;
        let origin = posting.symbol.checked_add(TAGGED as u32)?;
        let own = u64::from(origin.checked_sub(self.origin.1).filter(|way| *way > 0)?);
        let drift = way.abs_diff(own);
        (drift <= DRIFT + own / 8).then_some(drift)
    }

    fn extend(&mut self, sighting: &Sighting, posting: Posting) {
        self.hits += 1;
        self.leak.1 = sighting.hit.symbol + TAGGED as u64;
        self.origin.1 = posting.symbol.saturating_add(TAGGED as u32);
        self.span.end = self.span.end.max(sighting.hit.end);
        self.end = sighting.end;
    }
}

/// The open chains of one document, the one that grew last at the end.
#[derive(Clone, Debug, Default)]
pub struct OpenChains(Vec<Chain>);

impl OpenChains {
    /// Takes the next hit; hands every chain that cannot grow any more to `closed`.
    pub fn take(&mut self, sighting: &Sighting, posting: Posting, closed: &mut dyn FnMut(Chain)) {
        let now = sighting.hit.symbol + TAGGED as u64;
        self.0.retain(|chain| {
            let open = now - chain.leak.1.min(now) <= REACH;
            if !open {
                closed(*chain);
            }
            open
        });
        let fits = self.0.iter().enumerate().filter_map(|(at, chain)| {
            let drift = chain.drift(sighting, posting)?;
            Some((drift, std::cmp::Reverse(chain.hits), at))
        });
        if let Some((.., at)) = fits.min() {
            let mut chain = self.0.remove(at);
            chain.extend(sighting, posting);
            self.0.push(chain);
            return;
        }
        if self.0.len() == OPEN {
            closed(self.0.remove(0));
        }
        self.0.push(Chain::begin(sighting, posting));
    }

    /// Hands over what is open.
    pub fn close(self, closed: &mut dyn FnMut(Chain)) {
        self.0.into_iter().for_each(closed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Position = Position { line: 1, column: 1 };

    /// Leak and document positions -> length and hits of each chain.
    fn chains(places: &[(u64, u32)]) -> Vec<(u64, u32)> {
        let mut open = OpenChains::default();
        let mut out = Vec::new();
        for &(symbol, own) in places {
            let start = symbol as usize;
            let hit = Hit {
                tag: 0,
                symbol,
                start,
                end: start + 40,
            };
            let sighting = Sighting {
                hit,
                start: HERE,
                end: HERE,
            };
            let posting = Posting {
                document: 0,
                symbol: own,
            };
            open.take(&sighting, posting, &mut |chain| {
                out.push((chain.len(), chain.hits));
            });
        }
        open.close(&mut |chain| out.push((chain.len(), chain.hits)));
        out
    }

    #[test]
    fn hits_that_advance_together_are_one_chain() {
        assert_eq!(chains(&[(1000, 0), (1020, 20), (1050, 44)]), [(82, 3)]);
        assert_eq!(chains(&[(1000, 0), (1600, 560)]), [(632, 2)]);
    }

    #[test]
    fn hits_that_do_not_are_several() {
        for apart in [
            [(1000, 0), (1601, 601)],
            [(1000, 500), (1020, 480)],
            [(1000, 0), (1020, 60)],
            [(1000, 0), (1100, 20)],
        ] {
            assert_eq!(chains(&apart).len(), 2, "{apart:?}");
        }
    }

    #[test]
    fn two_passages_side_by_side_do_not_disturb_each_other() {
        let mut places: Vec<(u64, u32)> = (0..10)
            .flat_map(|at| {
                let at = at * 20;
                [(1000 + at, at as u32), (1003 + at, 5000 + at as u32)]
            })
            .collect();
        places.sort_unstable();
        assert_eq!(chains(&places), [(212, 10), (212, 10)]);
    }
}
