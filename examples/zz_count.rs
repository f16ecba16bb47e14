use stanch::detect::engine::*;
use stanch::detect::index::*;
use stanch::rules::load::RuleSet;
use std::time::Instant;
fn main() {
    let text = std::fs::read(std::env::args().nth(1).unwrap()).unwrap();
    let rules = RuleSet::builtin().unwrap();
    let e = Engine::new(&rules, EnginePath::Prefilter).unwrap_or_else(|_| panic!());
    let mut hits = vec![];
    for _ in 0..3 {
        hits.clear();
        let t = Instant::now();
        for c in text.chunks(1 << 20) {
            e.index().hits(c, 0, c.len(), &mut hits);
        }
        println!(
            "hits {} in {:?} {:.2} GB/s",
            hits.len(),
            t.elapsed(),
            text.len() as f64 / t.elapsed().as_secs_f64() / 1e9
        );
    }
    let mut n = 0u64;
    let t = Instant::now();
    for c in text.chunks(1 << 20) {
        e.index().prefilter().candidates(c, 0, c.len(), |_| n += 1);
    }
    println!(
        "cands {} in {:?} {:.2} GB/s  per MB {}",
        n,
        t.elapsed(),
        text.len() as f64 / t.elapsed().as_secs_f64() / 1e9,
        n / (text.len() as u64 >> 20)
    );
    let mut coll = 0u64;
    let mut tru: std::collections::HashMap<[u8; 4], u64> = Default::default();
    for c in text.chunks(1 << 20) {
        e.index().prefilter().candidates(c, 0, c.len(), |i| {
            let w = [c[i], c[i + 1], c[i + 2], c[i + 3]];
            if e.index().is_atom(w) {
                *tru.entry(w.map(|b| b | 0x20)).or_default() += 1;
            } else {
                coll += 1;
            }
        });
    }
    println!(
        "keys {} collisions {} true {}",
        e.index().key_count(),
        coll,
        tru.values().sum::<u64>()
    );
    let mut v: Vec<_> = tru.into_iter().collect();
    v.sort_by_key(|x| std::cmp::Reverse(x.1));
    for (k, c) in v.iter().take(40) {
        print!("{:?}={} ", String::from_utf8_lossy(k), c);
    }
    println!();
    let mut count = std::collections::HashMap::new();
    for h in &hits {
        *count.entry(h.owner).or_insert(0u32) += 1;
    }
    let mut v: Vec<_> = count.into_iter().collect();
    v.sort_by_key(|x| std::cmp::Reverse(x.1));
    for (o, c) in v.iter().take(25) {
        println!(
            "{} {}",
            c,
            e.rules()
                .get(*o as usize)
                .map(|r| r.id().to_owned())
                .unwrap_or(format!("rec{o}"))
        );
    }
}
