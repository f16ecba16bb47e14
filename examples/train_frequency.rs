//! Makes `src/detect/frequency.bin`: how often short byte strings occur in source text.
//!
//! ```text
//! cargo run --release --example train_frequency -- DIRECTORY... > frequency.bin
//! ```
//!
//! Give it directories of clean source code in several languages, not the ones
//! that benchmarks run on. The layout is described in `src/detect/frequency.rs`.

use std::io::Write;

use stanch::detect::frequency::{FOURS, THREES, slot};

fn main() -> std::io::Result<()> {
    let mut fours = vec![0u64; FOURS];
    let mut threes = vec![0u64; THREES];
    let mut total = 0u64;
    for root in std::env::args_os().skip(1) {
        for entry in walkdir::WalkDir::new(root).into_iter().flatten() {
            if entry.file_type().is_file()
                && let Ok(bytes) = std::fs::read(entry.path())
                && !bytes.iter().take(1024).any(|&byte| byte == 0)
            {
                total += bytes.len() as u64;
                bytes.windows(4).for_each(|window| fours[slot(window)] += 1);
                bytes
                    .windows(3)
                    .for_each(|window| threes[slot(window)] += 1);
            }
        }
    }
    let table: Vec<u8> = fours
        .iter()
        .chain(&threes)
        .map(|&count| level(count, total))
        .collect();
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
