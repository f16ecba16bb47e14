//! Shows which literals cost the prefilter most over a text.
//!
//! ```text
//! cargo run --release --example literal_costs -- FILE [COUNT]
//! ```
//!
//! Prints the keys of all literals, the places that pass the prefilter, and the
//! speed of the search for literals alone; then the rules with most keys, and
//! the literals with most comparisons, each with how often it really stood
//! there. Counts are per megabyte. Rules whose literals stand out here slow
//! down the scan of every byte.

#![expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Instant;

use stanch::detect::engine::Engine;
use stanch::detect::index::{EnginePath, Owner};
use stanch::rules::load::RuleSet;

/// Bytes that are searched at a time.
const CHUNK: usize = 1 << 20;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("give a file")?;
    let count: usize = arguments.next().map_or(Ok(40), |text| text.parse())?;
    let text = std::fs::read(path)?;
    let megabytes = text.len() as f64 / 1e6;
    let rules = RuleSet::builtin().map_err(|_| "the built-in rules do not load")?;
    let engine = Engine::new(&rules, EnginePath::Prefilter).map_err(|_| "they do not compile")?;
    let name = |owner: Owner| {
        let rule = engine.rules().get(owner as usize);
        rule.map_or("(a recogniser)", |rule| rule.id())
    };
    let tally = engine.index().tally(&text);
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{} keys, {:.0} candidates per MB, {:.2} GB/s",
        tally.keys,
        tally.candidates as f64 / megabytes,
        speed(&engine, &text),
    )?;
    let mut keys: BTreeMap<&str, usize> = BTreeMap::new();
    for literal in &tally.literals {
        *keys.entry(name(literal.owners[0])).or_default() += literal.keys;
    }
    let mut keys: Vec<_> = keys.into_iter().collect();
    keys.sort_by_key(|&(_, keys)| std::cmp::Reverse(keys));
    for (rule, keys) in keys.iter().take(count) {
        writeln!(out, "{keys:8} keys  {rule}")?;
    }
    let mut literals = tally.literals;
    literals.sort_by_key(|literal| std::cmp::Reverse(literal.looks));
    for literal in literals.iter().take(count) {
        let per = |count: u64| count as f64 / megabytes;
        let (looks, hits) = (per(literal.looks), per(literal.hits));
        let rule = name(literal.owners[0]);
        writeln!(
            out,
            "{looks:9.1} looks {hits:9.1} hits  {:?}  {rule}",
            literal.text
        )?;
    }
    Ok(())
}

/// The best of three runs, in gigabytes a second.
fn speed(engine: &Engine, text: &[u8]) -> f64 {
    let mut best: f64 = 0.0;
    let mut hits = Vec::new();
    for _ in 0..3 {
        hits.clear();
        let begun = Instant::now();
        for chunk in text.chunks(CHUNK) {
            engine.index().hits(chunk, 0, chunk.len(), &mut hits);
        }
        best = best.max(text.len() as f64 / begun.elapsed().as_secs_f64() / 1e9);
    }
    best
}
