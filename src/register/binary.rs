//! Protected binaries: chunks of them that follow each other in a blob.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::found::{Found, Passage, Share};
use super::index::{Index, Tier};
use super::level::Level;
use crate::base::span::{Place, Position, Span};
use crate::fingerprint::chunk::Chunk;
use crate::fingerprint::profile::Profile;

/// Chunks, or bytes that follow each other, that make a finding.
const CHUNKS: u32 = 4;
const BYTES: u64 = 32 << 10;

/// Passages kept of one document.
const PASSAGES: usize = 1_000;

/// Places in a binary have no lines.
const NOWHERE: Position = Position { line: 1, column: 1 };

/// What one blob has shown so far.
#[derive(Clone, Debug, Default)]
pub struct Chunks {
    documents: BTreeMap<u32, Vec<Run>>,
}

/// Chunks of a document that follow each other in both.
#[derive(Clone, Copy, Debug)]
struct Run {
    leak: (usize, usize),
    origin: (u64, u64),
    chunks: u32,
}

impl Chunks {
    /// True when nothing was seen.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// Takes the next chunk of the blob.
    pub fn take(&mut self, index: &Index, chunk: Chunk) {
        if !index.prefilter.contains(chunk.cheap) || !index.table.contains(chunk.tag) {
            return;
        }
        let end = chunk.start + chunk.len;
        index.postings(chunk.tag, chunk.start as u64, &mut |posting| {
            let runs = self.documents.entry(posting.document).or_default();
            let origin = u64::from(posting.symbol);
            let own_end = origin + chunk.len as u64;
            let follows = |run: &&mut Run| run.leak.1 == chunk.start && run.origin.1 == origin;
            if let Some(run) = runs.iter_mut().rev().take(64).find(follows) {
                run.leak.1 = end;
                run.origin.1 = own_end;
                run.chunks += 1;
            } else if runs.len() < PASSAGES {
                runs.push(Run {
                    leak: (chunk.start, end),
                    origin: (origin, own_end),
                    chunks: 1,
                });
            }
        });
    }

    /// What the chunks mean in a blob of `bytes` bytes: the best document of each family.
    pub fn finish(self, index: &Index, bytes: u64) -> Vec<Found> {
        let mut families: BTreeMap<String, Found> = BTreeMap::new();
        for (number, runs) in self.documents {
            let Some(found) = found(index, number, runs, bytes) else {
                continue;
            };
            let family = found.document.entry.family().to_owned();
            match families.get(&family) {
                Some(other) if other.symbols >= found.symbols => {}
                _ => {
                    families.insert(family, found);
                }
            }
        }
        families.into_values().collect()
    }
}

fn found(index: &Index, number: u32, mut runs: Vec<Run>, bytes: u64) -> Option<Found> {
    let document = index.documents.get(number as usize)?;
    let own = u64::from(document.account.symbols);
    let known = index.tier == Tier::Vault && own > 0;
    runs.sort_unstable_by_key(|run| (std::cmp::Reverse(run.origin.1 - run.origin.0), run.leak));
    let leaked: u64 = runs
        .iter()
        .map(|run| (run.leak.1 - run.leak.0) as u64)
        .sum();
    let share = known.then(|| Share::of(leaked, own));
    let longest = runs.first().map_or(0, |run| run.origin.1 - run.origin.0);
    let many = runs.iter().map(|run| run.chunks).sum::<u32>() >= CHUNKS || longest >= BYTES;
    let level = match share.map(Share::fraction) {
        Some(share) if share >= 0.6 => Level::Copy,
        Some(share) if share >= 0.1 && many => Level::Substantial,
        _ if many => Level::Likely,
        _ => Level::Trace,
    };
    let passages = runs.iter().take(100).map(|run| Passage {
        place: Place {
            span: Span::new(run.leak.0, run.leak.1),
            start: NOWHERE,
            end: NOWHERE,
        },
        symbols: run.origin.1 - run.origin.0,
        origin: known.then_some((
            run.origin.0 as u32,
            run.origin.1.min(u64::from(u32::MAX)) as u32,
        )),
        hits: run.chunks,
    });
    Some(Found {
        profile: Profile::Binary,
        document: Arc::new(document.clone()),
        level,
        passages: passages.collect(),
        symbols: leaked,
        of_document: share,
        of_blob: Share::of(leaked, bytes),
    })
}
