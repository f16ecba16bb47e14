//! Makes `src/detect/frequency.bin`: how often the prefilter's keys occur in source text.
//!
//! ```text
//! cargo run --release --example train_frequency -- DIRECTORY... > frequency.bin
//! ```
//!
//! Give it directories of clean source code in several languages, not the ones
//! that benchmarks run on. The layout is described in `src/detect/frequency.rs`.

use std::io::Write;

use stanch::detect::frequency::{SLOTS, slot};
use stanch::detect::prefilter::key;

fn main() -> std::io::Result<()> {
    let mut counts = vec![0u64; SLOTS];
    let mut total = 0u64;
    for root in std::env::args_os().skip(1) {
        for entry in walkdir::WalkDir::new(root).into_iter().flatten() {
            if entry.file_type().is_file()
                && let Ok(bytes) = std::fs::read(entry.path())
                && !bytes.iter().take(1024).any(|&byte| byte == 0)
            {
                total += bytes.len() as u64;
                for window in bytes.array_windows() {
                    counts[slot(key(*window))] += 1;
                }
            }
        }
    }
    let table: Vec<u8> = counts.iter().map(|&count| level(count, total)).collect();
    std::io::stdout().write_all(&table)
}

/// Eight times the binary logarithm of the count per gigabyte, plus one.
#[expect(clippy::cast_sign_loss, reason = "clamped to the range of a byte")]
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn level(count: u64, total: u64) -> u8 {
    let per_gigabyte = count as f64 * 1e9 / total.max(1) as f64;
    ((per_gigabyte + 1.0).log2() * 8.0)
        .round()
        .clamp(0.0, 255.0) as u8
}
