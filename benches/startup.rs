//! What happens before the first byte is read: rules parsed, engine compiled.

use std::hint::black_box;

use criterion::Criterion;
use stanch::detect::engine::Engine;
use stanch::detect::index::EnginePath;
use stanch::rules::load::RuleSet;
use stanch::rules::select::Selection;
use stanch::scan::scanner::{ScanOptions, Scanner};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("startup");
    group.sample_size(20);
    group.bench_function("rules", |bencher| {
        bencher.iter(|| RuleSet::builtin().expect("the built-in rules are tested"));
    });
    let rules = RuleSet::builtin()
        .expect("the built-in rules are tested")
        .select(&Selection::default());
    for (name, path) in [
        ("engine-prefilter", EnginePath::Prefilter),
        ("engine-aho-corasick", EnginePath::AhoCorasick),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                Engine::new(black_box(&rules), path).expect("the built-in rules are tested")
            });
        });
    }
    group.bench_function("rules-and-scanner", |bencher| {
        bencher.iter(|| {
            let rules = RuleSet::builtin()
                .expect("the built-in rules are tested")
                .select(&Selection::default());
            Scanner::new(&rules, ScanOptions::default()).expect("the built-in rules are tested")
        });
    });
    group.finish();
    criterion.final_summary();
}
