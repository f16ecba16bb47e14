//! What a register costs: the fingerprint pass alone, a whole scan with it, and building.
//!
//! The corpus is the source code and prose of the crates in this machine's cargo
//! registry, or this package's own files repeated where there is none. The
//! prefilters hold random fingerprints, so that everything is a miss, as it is
//! in almost every file.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, SamplingMode, Throughput};
use stanch::base::control::Control;
use stanch::base::provenance::Provenance;
use stanch::fingerprint::cover::Density;
use stanch::fingerprint::keys::Keys;
use stanch::fingerprint::phrase::Phrases;
use stanch::fingerprint::prefilter::Prefilter;
use stanch::fingerprint::stream::{Memory, Piece, Question, Stream};
use stanch::fingerprint::symbols::{Alphabet, Grain};
use stanch::register::build::{Options, Public, Source, build};
use stanch::register::entry::Entry;
use stanch::register::index::{Document, Index, Tier};
use stanch::register::names::Names;
use stanch::register::records::Records;
use stanch::register::table::{Posting, TagTable};
use stanch::rules::load::RuleSet;
use stanch::scan::scanner::{ScanOptions, Scanner};

/// Most bytes in the corpus.
const CORPUS: usize = 32 << 20;
/// Numbers of fingerprints.
const COUNTS: &[u64] = &[100_000, 1_000_000, 10_000_000];
/// Longest file taken.
const FILE: u64 = 1 << 20;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let prose = corpus(&["md", "txt"]);
    let source = corpus(&["rs", "c", "h"]);
    floors(&mut criterion, &source);
    passes(&mut criterion, &[("prose", &prose), ("source", &source)]);
    scans(&mut criterion, &source);
    builds(&mut criterion, &prose);
    criterion.final_summary();
}

/// Every byte once, as any pass must.
fn floors(criterion: &mut Criterion, files: &[Vec<u8>]) {
    let mut group = group(criterion, "floor", files);
    group.bench_function("sum", |bencher| {
        bencher.iter(|| {
            let sum = |file: &Vec<u8>| file.iter().map(|&byte| u64::from(byte)).sum::<u64>();
            files.iter().map(sum).sum::<u64>()
        });
    });
    group.finish();
}

fn passes(criterion: &mut Criterion, corpora: &[(&str, &[Vec<u8>])]) {
    let keys = Keys::derive(b"bench");
    let alphabet = Alphabet::default();
    for &(name, files) in corpora {
        let mut group = group(criterion, &format!("pass/{name}"), files);
        for &count in COUNTS {
            let prefilter = filled(count);
            let question = Question {
                keys: &keys,
                alphabet: &alphabet,
                prefilter: &prefilter,
                known: &|tag| tag == 0,
                phrases: &Phrases::default(),
            };
            let mut memory = Memory::default();
            group.bench_function(count.to_string(), |bencher| {
                bencher.iter(|| pass(files, &question, &mut memory));
            });
        }
        group.finish();
    }
}

fn pass(files: &[Vec<u8>], question: &Question<'_>, memory: &mut Memory) {
    for file in files {
        let piece = Piece {
            text: file,
            new: 0..file.len(),
            grain: Grain::Raw(0),
            to_blob: &|range| range,
        };
        Stream::default().read(&piece, question, memory, &mut |hit| {
            black_box(hit);
        });
    }
}

/// A scan without a register, with one of 10^6 fingerprints and one of 10^7.
fn scans(criterion: &mut Criterion, files: &[Vec<u8>]) {
    let mut group = group(criterion, "scan", files);
    for count in [0, 1_000_000, 10_000_000] {
        let options = ScanOptions {
            register: (count > 0).then(|| Arc::new(random_index(count))),
            ..ScanOptions::default()
        };
        let rules = RuleSet::builtin().unwrap_or_else(|told| panic!("{told}"));
        let scanner = Scanner::new(&rules, options).unwrap_or_else(|errors| panic!("{errors:?}"));
        let mut worker = scanner.worker(0);
        let provenance = Arc::new(Provenance::file("a.rs"));
        let control = Control::default();
        group.bench_function(format!("register of {count}"), |bencher| {
            bencher.iter(|| {
                for file in files {
                    let size = Some(file.len() as u64);
                    let outcome =
                        scanner.scan_reader(&file[..], size, &provenance, &control, &mut worker);
                    black_box(outcome);
                }
            });
        });
    }
    group.finish();
}

fn builds(criterion: &mut Criterion, files: &[Vec<u8>]) {
    let mut group = group(criterion, "build", files);
    let options = Options {
        density: Density::Normal,
        max_families: 3,
        created: 0,
    };
    let keys = Keys::derive(b"bench");
    group.sample_size(10);
    group.bench_function("normal", |bencher| {
        bencher.iter(|| {
            let sources = files.iter().enumerate().map(|(number, bytes)| Source {
                entry: Entry {
                    id: number.to_string(),
                    path: "a.txt".into(),
                    ..Entry::default()
                },
                bytes: bytes.clone(),
            });
            black_box(build(
                sources.collect(),
                Vec::new(),
                &Public::default(),
                keys.clone(),
                &options,
            ))
        });
    });
    group.finish();
}

fn filled(count: u64) -> Prefilter {
    let mut prefilter = Prefilter::for_count(count);
    (0..count).for_each(|number| prefilter.insert(mixed(number)));
    prefilter
}

fn random_index(count: u64) -> Index {
    let mut tags: Vec<u64> = (0..count).map(|number| mixed(number ^ 0x5555)).collect();
    tags.sort_unstable();
    let posting = |number: u64| Posting {
        document: 0,
        symbol: number as u32,
    };
    let table = TagTable::whole(tags, (0..count).map(posting).collect());
    Index {
        tier: Tier::Vault,
        density: Density::Normal,
        created: 0,
        keys: Keys::derive(b"bench"),
        alphabet: Alphabet::default(),
        prefilter: filled(count),
        table: table.unwrap_or_else(|| TagTable::short(&[])),
        has_code: false,
        has_chunks: false,
        documents: vec![Document::default()],
        phrases: Vec::new(),
        search: Phrases::default(),
        names: Names::default(),
        records: Records::default(),
    }
}

/// `SplitMix64`.
fn mixed(number: u64) -> u64 {
    let z = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn group<'a>(
    criterion: &'a mut Criterion,
    name: &str,
    files: &[Vec<u8>],
) -> BenchmarkGroup<'a, WallTime> {
    let bytes = files.iter().map(|file| file.len() as u64).sum();
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Bytes(bytes));
    group.sampling_mode(SamplingMode::Flat);
    group.sample_size(20);
    group.measurement_time(Duration::from_secs(5));
    group
}

/// Files whose names end so.
fn corpus(ends: &[&str]) -> Vec<Vec<u8>> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home =
        home.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")));
    let mut out = Vec::new();
    let mut size = 0;
    if let Some(home) = home {
        collect(&home.join("registry/src"), ends, &mut out, &mut size);
    }
    if out.is_empty() {
        collect(
            Path::new(env!("CARGO_MANIFEST_DIR")),
            ends,
            &mut out,
            &mut size,
        );
    }
    out
}

fn collect(folder: &Path, ends: &[&str], out: &mut Vec<Vec<u8>>, size: &mut usize) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    entries.sort();
    for path in entries {
        if *size >= CORPUS {
            return;
        }
        if path.is_dir() && !path.is_symlink() {
            collect(&path, ends, out, size);
        } else if path
            .extension()
            .is_some_and(|end| ends.iter().any(|known| end == *known))
            && path.metadata().is_ok_and(|data| data.len() <= FILE)
            && let Ok(bytes) = fs::read(&path)
        {
            *size += bytes.len();
            out.push(bytes);
        }
    }
}
