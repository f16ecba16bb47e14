//! Tokens of every family with a checksum or a structure, generated, and corrupted, with what
//! the product's check says of each: `family <tab> generated|corrupted <tab> yes|no <tab> token`.
//!
//! `tests/checksums/cross_check.py` asks another implementation the same. The arithmetic here is
//! written a second time, the slow way, and shares nothing with the checks.
//!
//! ```text
//! cargo run --release --example checksum_samples [COUNT]
//! ```

#[path = "checksums/arithmetic.rs"]
mod arithmetic;
#[path = "checksums/families.rs"]
mod families;

use std::io::{self, BufWriter, Write as _};

use arithmetic::Random;
use stanch::rules::validate;

fn main() -> io::Result<()> {
    let count = std::env::args().nth(1).and_then(|text| text.parse().ok());
    let mut out = BufWriter::new(io::stdout().lock());
    for (number, (family, check, make)) in families::ALL.iter().enumerate() {
        let Some(check) = validate::find(check) else {
            return Err(io::Error::other(format!("no validator `{check}`")));
        };
        let mut random = Random::new(20_261_122 + number as u64);
        for _ in 0..count.unwrap_or(1000) {
            let token = make(&mut random);
            let broken = random.corrupt(&token);
            for (how, token) in [("generated", token), ("corrupted", broken)] {
                let said = if (check.check)(token.as_bytes()) {
                    "yes"
                } else {
                    "no"
                };
                writeln!(out, "{family}\t{how}\t{said}\t{}", token.escape_default())?;
            }
        }
    }
    out.flush()
}
