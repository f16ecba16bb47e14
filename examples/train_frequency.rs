//! Makes `src/detect/frequency.bin`: digram statistics of source text.
//!
//! ```text
//! cargo run --release --example train_frequency -- DIRECTORY... > src/detect/frequency.bin
//! ```
//!
//! Give it directories of clean source code, not the ones benchmarks run on.
//! The table's layout is described in `src/detect/frequency.rs`.

use std::io::Write;

fn main() -> std::io::Result<()> {
    let mut pairs = vec![1.0f64; 128 * 128];
    let mut singles = vec![1.0f64; 128];
    for root in std::env::args_os().skip(1) {
        for entry in walkdir::WalkDir::new(root).into_iter().flatten() {
            if entry.file_type().is_file()
                && let Ok(bytes) = std::fs::read(entry.path())
            {
                count(&bytes, &mut pairs, &mut singles);
            }
        }
    }
    let mut table = Vec::with_capacity(128 * 129);
    for row in pairs.chunks(128) {
        let total: f64 = row.iter().sum();
        table.extend(row.iter().map(|&n| eighths(n / total)));
    }
    let total: f64 = singles.iter().sum();
    table.extend(singles.iter().map(|&n| eighths(n / total)));
    std::io::stdout().write_all(&table)
}

fn count(bytes: &[u8], pairs: &mut [f64], singles: &mut [f64]) {
    let mut last = None;
    for &byte in bytes {
        let byte = usize::from((byte | 0x20) & 0x7F);
        singles[byte] += 1.0;
        if let Some(last) = last {
            pairs[128 * last + byte] += 1.0;
        }
        last = Some(byte);
    }
}

#[expect(clippy::cast_sign_loss, reason = "clamped to the range of a byte")]
fn eighths(chance: f64) -> u8 {
    (-chance.log2() * 8.0).round().clamp(0.0, 255.0) as u8
}
