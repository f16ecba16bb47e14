//! How fast the engine looks at real text, in bytes per second.
//!
//! The corpus is the source code of the crates in this machine's cargo
//! registry, or this package's own files repeated where there is none. Every
//! figure stands beside two floors: reading each byte once, and `memchr`.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, SamplingMode, Throughput};
use stanch::base::control::Control;
use stanch::base::provenance::Provenance;
use stanch::detect::engine::Engine;
use stanch::detect::frame::{Carry, Found, Frame, Scratch};
use stanch::detect::generic::FileKind;
use stanch::detect::index::EnginePath;
use stanch::rules::load::RuleSet;
use stanch::rules::select::Selection;
use stanch::scan::scanner::{ScanOptions, Scanner};

/// Most bytes in the corpus.
const CORPUS: usize = 64 << 20;
/// Kinds with less than this are not measured on their own.
const ENOUGH: usize = 1 << 20;
/// Longest file taken: one generated table must not become the whole corpus.
const FILE: u64 = 1 << 20;

/// Kinds of files by what their names end in; the last takes the rest.
const KINDS: &[(&str, &[&str])] = &[
    ("rust", &["rs"]),
    ("c", &["c", "h", "cc", "cpp", "hpp", "s", "S"]),
    ("config", &["toml", "json", "yml", "yaml", "lock", "cfg"]),
    ("prose", &["md", "txt", "html"]),
    ("other", &[]),
];

/// One file of the corpus.
struct Sample {
    path: PathBuf,
    kind: FileKind,
    group: &'static str,
    bytes: Vec<u8>,
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let corpus = corpus();
    let all: Vec<&Sample> = corpus.iter().collect();
    floors(&mut criterion, &all);
    detection(&mut criterion, &all);
    scanning(&mut criterion, &all);
    kinds(&mut criterion, &corpus);
    criterion.final_summary();
}

/// What the machine allows.
fn floors(criterion: &mut Criterion, corpus: &[&Sample]) {
    let mut group = group(criterion, "floor", corpus);
    group.bench_function("byte-sum", |bencher| {
        bencher.iter(|| over(corpus, |file| sum(&file.bytes)));
    });
    group.bench_function("memchr", |bencher| {
        bencher.iter(|| {
            over(corpus, |file| {
                memchr::memchr_iter(b'\n', &file.bytes).count()
            })
        });
    });
    group.finish();
}

/// All rules over every file, by both ways of finding literals.
fn detection(criterion: &mut Criterion, corpus: &[&Sample]) {
    let mut group = group(criterion, "detect", corpus);
    for (name, path) in [
        ("prefilter", EnginePath::Prefilter),
        ("aho-corasick", EnginePath::AhoCorasick),
    ] {
        let engine = engine(path);
        let mut scratch = Scratch::default();
        group.bench_function(name, |bencher| {
            bencher.iter(|| over(corpus, |file| detect(&engine, file, &mut scratch)));
        });
    }
    group.finish();
}

/// Windows, detection and judging: all but opening and reporting.
fn scanning(criterion: &mut Criterion, corpus: &[&Sample]) {
    let rules = RuleSet::builtin()
        .expect("the built-in rules are tested")
        .select(&Selection::default());
    let scanner =
        Scanner::new(&rules, ScanOptions::default()).expect("the built-in rules are tested");
    let mut group = group(criterion, "scan", corpus);
    let mut worker = scanner.worker(0);
    let control = Control::default();
    group.bench_function("file-by-file", |bencher| {
        bencher.iter(|| {
            over(corpus, |file| {
                let provenance = Arc::new(Provenance::file(&file.path));
                let size = Some(file.bytes.len() as u64);
                let bytes = file.bytes.as_slice();
                let outcome = scanner.scan_reader(bytes, size, &provenance, &control, &mut worker);
                outcome.findings.len()
            })
        });
    });
    let joined: Vec<u8> = corpus.iter().flat_map(|file| file.bytes.clone()).collect();
    group.bench_function("scan_bytes-one-blob", |bencher| {
        bencher.iter(|| scanner.scan_bytes("all.txt", black_box(&joined)).hidden);
    });
    group.finish();
}

/// The default engine, kind by kind.
fn kinds(criterion: &mut Criterion, corpus: &[Sample]) {
    let engine = engine(EnginePath::Prefilter);
    let mut scratch = Scratch::default();
    for (kind, _) in KINDS {
        let files: Vec<&Sample> = corpus.iter().filter(|file| file.group == *kind).collect();
        if bytes(&files) < ENOUGH {
            continue;
        }
        let mut group = group(criterion, "kind", &files);
        group.bench_function(*kind, |bencher| {
            bencher.iter(|| over(&files, |file| detect(&engine, file, &mut scratch)));
        });
        group.finish();
    }
}

fn group<'a>(
    criterion: &'a mut Criterion,
    name: &str,
    corpus: &[&Sample],
) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group
        .sampling_mode(SamplingMode::Flat)
        .sample_size(10)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(4))
        .throughput(Throughput::BytesDecimal(bytes(corpus) as u64));
    group
}

fn engine(path: EnginePath) -> Engine {
    let rules = RuleSet::builtin()
        .expect("the built-in rules are tested")
        .select(&Selection::default());
    Engine::new(&rules, path).expect("the built-in rules are tested")
}

fn detect(engine: &Engine, file: &Sample, scratch: &mut Scratch) -> usize {
    let mut found = Found::default();
    let frame = Frame::whole(&file.bytes, file.kind);
    engine.detect(&frame, &mut Carry::default(), scratch, &mut found);
    found.matches.len()
}

fn over(corpus: &[&Sample], mut measure: impl FnMut(&Sample) -> usize) -> usize {
    let results = corpus.iter().map(|file| measure(black_box(file)));
    results.fold(0, usize::wrapping_add)
}

fn sum(bytes: &[u8]) -> usize {
    bytes.iter().map(|&byte| usize::from(byte)).sum()
}

fn bytes(corpus: &[&Sample]) -> usize {
    corpus.iter().map(|file| file.bytes.len()).sum()
}

/// Up to [`CORPUS`] bytes of files, in the order of their paths.
fn corpus() -> Vec<Sample> {
    let mut paths = Vec::new();
    if let Some(registry) = registry() {
        list(&registry, &mut paths);
    }
    let own = paths.is_empty();
    if own {
        let home = Path::new(env!("CARGO_MANIFEST_DIR"));
        list(&home.join("src"), &mut paths);
        list(&home.join("rules"), &mut paths);
    }
    paths.sort();
    let mut corpus: Vec<Sample> = Vec::new();
    let mut total = 0;
    loop {
        let before = total;
        for path in &paths {
            let Some(sample) = sample(path) else { continue };
            if total + sample.bytes.len() > CORPUS {
                return corpus;
            }
            total += sample.bytes.len();
            corpus.push(sample);
        }
        if !own || total == before {
            return corpus;
        }
    }
}

fn sample(path: &Path) -> Option<Sample> {
    let bytes = fs::read(path).ok().filter(|bytes| !bytes.is_empty())?;
    let end = path.extension().and_then(|end| end.to_str()).unwrap_or("");
    let named = KINDS.iter().find(|(_, ends)| ends.contains(&end));
    Some(Sample {
        path: path.to_owned(),
        kind: FileKind::of(path),
        group: named.map_or("other", |(group, _)| group),
        bytes,
    })
}

/// Where cargo keeps the sources of crates.
fn registry() -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")))?;
    Some(home.join("registry").join("src")).filter(|folder| folder.is_dir())
}

fn list(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(about) = entry.metadata() else {
            continue;
        };
        if about.is_dir() {
            list(&entry.path(), paths);
        } else if about.is_file() && about.len() <= FILE {
            paths.push(entry.path());
        }
    }
}
