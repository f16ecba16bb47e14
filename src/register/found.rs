//! What the chains of one text mean: which family, how much of it, which level.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use super::chains::Chain;
use super::index::{Document, Index, Tier};
use super::level::Level;
use super::track::Closed;
use crate::base::span::{Place, Span};
use crate::fingerprint::profile::{Measure, Profile};

/// Passages that are told one by one.
const TOLD: usize = 100;

/// A passage of a protected document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passage {
    /// Where it stands.
    pub place: Place,
    /// Symbols from its first to its last fingerprint.
    pub symbols: u64,
    /// First symbol of the document, and the one after the last; not in a filter.
    pub origin: Option<(u32, u32)>,
    /// Fingerprints in it.
    pub hits: u32,
}

/// Protected text that was found in a blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What was compared.
    pub profile: Profile,
    /// The document that fits best; of several versions the one with most in common.
    pub document: Arc<Document>,
    /// How much was found.
    pub level: Level,
    /// Passages, the longest first; a trace has one that is shorter than a passage.
    pub passages: Vec<Passage>,
    /// Symbols of the blob that are the document's.
    pub symbols: u64,
    /// Share of the document that was found; unknown to a filter.
    pub of_document: Option<Share>,
    /// Share of the blob's text that is the document's.
    pub of_blob: Share,
}

/// A part of a whole, in ten-thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(u16);

impl Share {
    /// `part` of `whole`; no more than all of it.
    pub fn of(part: u64, whole: u64) -> Share {
        let share = part.min(whole).saturating_mul(10_000).checked_div(whole);
        Share(share.unwrap_or(0) as u16)
    }

    /// Between zero and one.
    pub fn fraction(self) -> f64 {
        f64::from(self.0) / 10_000.0
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{} %", self.0 / 100, self.0 % 100 / 10)
    }
}

/// What `closed` means for the text it was found in, which has `symbols`
/// symbols of `profile`: at most one thing for each family, in the order of their names.
pub fn judge(index: &Index, closed: &Closed, profile: Profile, symbols: u64) -> Vec<Found> {
    let mut documents: HashMap<u32, Vec<Chain>> = HashMap::new();
    // A filter is wrong about a tag now and then, so it needs one more.
    let hits = profile.measure().passage.1 + u32::from(index.tier == Tier::Filter);
    for chain in closed.passages.iter().filter(|chain| chain.hits >= hits) {
        documents.entry(chain.document).or_default().push(*chain);
    }
    for (document, chain) in &closed.traces {
        documents.entry(*document).or_insert_with(|| vec![*chain]);
    }
    let mut families: BTreeMap<&str, (u64, u32, Vec<Chain>)> = BTreeMap::new();
    for (number, chains) in documents {
        let Some(document) = index.documents.get(number as usize) else {
            continue;
        };
        let matched = matched(&chains);
        let best = families.entry(document.entry.family()).or_default();
        // Of equals, the later version: it is the one that is still worked on.
        if best.2.is_empty() || (matched, number) > (best.0, best.1) {
            *best = (matched, number, chains);
        }
    }
    families
        .into_values()
        .map(|(_, number, chains)| found(index, number, chains, (profile, symbols)))
        .collect()
}

fn found(
    index: &Index,
    number: u32,
    mut chains: Vec<Chain>,
    (profile, symbols): (Profile, u64),
) -> Found {
    let document = &index.documents[number as usize];
    let own = u64::from(document.account.symbols);
    let known = index.tier == Tier::Vault && own > 0;
    let covered = union(
        chains
            .iter()
            .map(|c| (u64::from(c.origin.0), u64::from(c.origin.1))),
    );
    let leaked = union(chains.iter().map(|c| c.leak));
    let of_document = known.then(|| Share::of(covered, own));
    chains.sort_unstable_by_key(|chain| (std::cmp::Reverse(chain.len()), chain.span));
    let measure = index.measure(number as usize, profile);
    let all = chains.clone();
    drop_inner(&mut chains);
    let level = level(measure, (&all, &chains), covered, of_document);
    let passages = chains.iter().map(|chain| Passage {
        place: Place {
            span: chain.span,
            start: chain.start,
            end: chain.end,
        },
        symbols: chain.len(),
        origin: known.then_some(chain.origin),
        hits: chain.hits,
    });
    Found {
        profile,
        document: Arc::new(document.clone()),
        level,
        passages: passages.collect(),
        symbols: leaked,
        of_document,
        of_blob: Share::of(leaked, symbols),
    }
}

/// Drops chains that lie inside of a longer one: a passage that stands twice in the document.
fn drop_inner(chains: &mut Vec<Chain>) {
    let mut kept: Vec<Chain> = Vec::with_capacity(chains.len().min(TOLD));
    for chain in chains.drain(..) {
        let inside = |other: &Chain| other.leak.0 <= chain.leak.0 && chain.leak.1 <= other.leak.1;
        if kept.len() < TOLD && !kept.iter().any(inside) {
            kept.push(chain);
        }
    }
    *chains = kept;
}

/// The level of `all` chains, of which `outer` do not lie inside of another; the longest first.
fn level(
    measure: Measure,
    (all, outer): (&[Chain], &[Chain]),
    covered: u64,
    of_document: Option<Share>,
) -> Level {
    if all.first().map_or(0, Chain::len) < measure.passage.0 {
        return Level::Trace;
    }
    let reaches = |(symbols, hits), (least, fewest)| symbols >= least && hits >= fewest;
    // Where a document repeats itself, the longest chain can be one of few hits.
    let long = all
        .iter()
        .any(|chain| reaches((chain.len(), chain.hits), measure.likely));
    // Two passages, not one text that stands twice in the document.
    let apart = all.iter().skip(1).any(|chain| {
        let first: Span = all[0].span;
        !first.overlaps(chain.span)
    });
    let together = (matched(outer), outer.iter().map(|chain| chain.hits).sum());
    if !(long || apart && reaches(together, measure.together)) {
        return Level::Possible;
    }
    match of_document {
        Some(Share(6_000..)) => Level::Copy,
        Some(Share(1_000..)) => Level::Substantial,
        _ if covered >= measure.substantial => Level::Substantial,
        _ => Level::Likely,
    }
}

fn matched(chains: &[Chain]) -> u64 {
    union(chains.iter().map(|chain| chain.leak))
}

/// Length of the union of ranges.
fn union(ranges: impl Iterator<Item = (u64, u64)>) -> u64 {
    let mut ranges: Vec<(u64, u64)> = ranges.collect();
    ranges.sort_unstable();
    let mut end = 0;
    let mut length = 0;
    for (from, to) in ranges {
        length += to.max(end) - from.max(end);
        end = end.max(to);
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::span::Position;

    fn chain(from: usize, to: usize, hits: u32) -> Chain {
        Chain {
            document: 0,
            hits,
            leak: (from as u64, to as u64),
            origin: (from as u32, to as u32),
            span: Span::new(from, to),
            start: Position { line: 1, column: 1 },
            end: Position { line: 1, column: 1 },
        }
    }

    #[test]
    fn a_passage_inside_of_another_is_not_told() {
        let mut chains = vec![
            chain(100, 300, 3),
            chain(120, 220, 3),
            chain(250, 340, 3),
            chain(100, 180, 3),
        ];
        drop_inner(&mut chains);
        assert_eq!(chains, [chain(100, 300, 3), chain(250, 340, 3)]);
    }

    #[test]
    fn source_code_needs_more_than_an_idiom_to_be_likely() {
        use Level::{Likely, Possible, Trace};
        for (chains, text, source) in [
            (&[chain(0, 79, 3)][..], Trace, Trace),
            (&[chain(0, 120, 9)], Possible, Possible),
            // Half of what a copy would show.
            (&[chain(0, 214, 3)], Likely, Possible),
            (&[chain(0, 198, 5)], Likely, Possible),
            (&[chain(0, 152, 3), chain(900, 1_052, 3)], Likely, Possible),
            // Copies.
            (&[chain(0, 200, 8)], Likely, Likely),
            (
                &[chain(0, 150, 6), chain(300, 440, 5), chain(900, 1_030, 5)],
                Likely,
                Likely,
            ),
            // A document that repeats itself: the long way has two fingerprints.
            (&[chain(0, 222, 2), chain(40, 190, 6)], Likely, Possible),
        ] {
            let mut outer = chains.to_vec();
            drop_inner(&mut outer);
            let measures = [Profile::Text.measure(), Profile::Text.measure_of_source()];
            let found = measures.map(|measure| level(measure, (chains, &outer), 0, None));
            assert_eq!(found, [text, source], "{chains:?}");
        }
    }

    #[test]
    fn what_overlaps_counts_once() {
        assert_eq!(union([(5, 9), (0, 3), (2, 6), (20, 21)].into_iter()), 10);
        assert_eq!(union(std::iter::empty()), 0);
    }
}
