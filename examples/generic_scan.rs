//! Runs the generic recognisers alone over a directory, to measure them.
//!
//! Usage: `cargo run --release --example generic_scan -- DIR OUT.jsonl [low|medium|high]`
//!
//! Writes one JSON line per finding at or above the given confidence (default `medium`) and prints
//! counts to standard error. The output holds whole secrets: keep it outside repositories.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use aho_corasick::AhoCorasick;
use stanch::base::level::Confidence;
use stanch::detect::generic::{
    Candidate, FileKind, Kind, Learned, Recogniser, Trigger, examine, prepare,
};

/// Every trigger with its recogniser, and the automaton that finds them.
struct Finder {
    automaton: AhoCorasick,
    triggers: Vec<(Recogniser, Trigger)>,
}

#[derive(Default)]
struct Totals {
    files: u64,
    bytes: u64,
    hits: u64,
    findings: BTreeMap<(&'static str, &'static str), u64>,
    time: Duration,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let root = PathBuf::from(arguments.next().ok_or("first argument: directory")?);
    let out = PathBuf::from(arguments.next().ok_or("second argument: output file")?);
    let least: Confidence = arguments.next().as_deref().unwrap_or("medium").parse()?;
    let finder = Finder::new()?;
    prepare();
    let mut totals = Totals::default();
    let mut writer = std::io::BufWriter::new(std::fs::File::create(out)?);
    for entry in walkdir::WalkDir::new(&root)
        .sort_by_file_name()
        .into_iter()
        .flatten()
    {
        if !entry.file_type().is_file() {
            continue;
        }
        let Ok(text) = std::fs::read(entry.path()) else {
            continue;
        };
        if memchr::memchr(0, &text[..text.len().min(8192)]).is_some() {
            continue;
        }
        let found = finder.scan(&text, FileKind::of(entry.path()), &mut totals);
        for candidate in kept(found) {
            if candidate.confidence >= least {
                writeln!(writer, "{}", line(entry.path(), &text, &candidate))?;
                let key = (
                    candidate.kind.rule_id().unwrap_or(""),
                    candidate.confidence.as_str(),
                );
                *totals.findings.entry(key).or_default() += 1;
            }
        }
    }
    writer.flush()?;
    totals.print(&mut std::io::stderr())?;
    Ok(())
}

impl Finder {
    fn new() -> Result<Finder, Box<dyn std::error::Error>> {
        let triggers: Vec<(Recogniser, Trigger)> = Recogniser::ALL
            .iter()
            .flat_map(|&recogniser| recogniser.triggers().iter().map(move |&t| (recogniser, t)))
            .collect();
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(aho_corasick::AhoCorasickKind::DFA))
            .build(triggers.iter().map(|(_, trigger)| trigger.literal))?;
        Ok(Finder {
            automaton,
            triggers,
        })
    }

    fn scan(&self, text: &[u8], file: FileKind, totals: &mut Totals) -> Vec<Candidate> {
        let mut out = Vec::new();
        totals.files += 1;
        totals.bytes += text.len() as u64;
        for hit in self.automaton.find_overlapping_iter(text) {
            let (recogniser, trigger) = self.triggers[hit.pattern().as_usize()];
            let exact = trigger.fold_case || text[hit.range()] == *trigger.literal.as_bytes();
            let next = text.get(hit.end());
            let follows = trigger.then.is_empty() || next.is_some_and(|b| trigger.then.contains(b));
            if exact && follows {
                totals.hits += 1;
                let begin = Instant::now();
                examine(
                    recogniser,
                    text,
                    hit.start(),
                    file,
                    &Learned::BuiltIn,
                    &mut out,
                );
                totals.time += begin.elapsed();
            }
        }
        out
    }
}

/// Drops doubles, shadows, and assignments inside key blocks, shadows and other findings.
fn kept(mut found: Vec<Candidate>) -> Vec<Candidate> {
    found.sort_by_key(|c| (c.secret, c.kind, c.confidence));
    found.dedup();
    let strong: Vec<Candidate> = found
        .iter()
        .filter(|c| c.kind.recogniser() != Some(Recogniser::Assignment))
        .copied()
        .collect();
    found
        .into_iter()
        .filter(|c| {
            let covered = strong.iter().any(|s| s.span.overlaps(c.secret));
            c.kind != Kind::Shadow
                && (c.kind.recogniser() != Some(Recogniser::Assignment) || !covered)
        })
        .collect()
}

fn line(path: &Path, text: &[u8], candidate: &Candidate) -> String {
    let count = |end: usize| memchr::memchr_iter(b'\n', &text[..end]).count() + 1;
    serde_json::json!({
        "path": path.to_string_lossy(),
        "line_start": count(candidate.secret.start),
        "line_end": count(candidate.secret.end.saturating_sub(1).max(candidate.secret.start)),
        "secret": String::from_utf8_lossy(candidate.secret.of(text)),
        "rule": candidate.kind.rule_id(),
        "confidence": candidate.confidence.as_str(),
        "evidence": candidate.evidence.words().collect::<Vec<_>>(),
    })
    .to_string()
}

impl Totals {
    fn print(&self, to: &mut impl std::io::Write) -> std::io::Result<()> {
        let nanos = self.time.as_nanos() / u128::from(self.hits.max(1));
        writeln!(
            to,
            "{} files, {} bytes, {} hits, {nanos} ns a hit (clock included)",
            self.files, self.bytes, self.hits
        )?;
        for ((rule, confidence), n) in &self.findings {
            writeln!(to, "{n:8} {rule} {confidence}")?;
        }
        Ok(())
    }
}
