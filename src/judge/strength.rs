//! Whether somebody who has a digest of a value could find the value by trying.
//!
//! The estimate is meant to be too low rather than too high: what is taken for
//! guessable gets a weaker identity, the other mistake would give a secret away.
//! A value is cut into runs, and each run costs what a guesser pays for it.
//! Words cost as much as a place in a list of words, numbers what dates and
//! running numbers cost, letters that spell nothing what random ones cost.

use crate::detect::checks::entropy;

/// Fewest estimated bits of a value that nobody finds by trying. Each try
/// costs hundreds of digests, which adds eight more.
const ENOUGH: f64 = 48.0;

/// Bits of a word of up to seven letters.
const WORD: f64 = 11.0;
/// Letters of a word; longer runs are several.
const WORD_LETTERS: usize = 7;

/// True when `value` could be guessed by somebody who has an unkeyed digest of it.
pub fn is_guessable(value: &[u8]) -> bool {
    bits(value) < ENOUGH
}

/// Estimated bits a guesser has to find out.
#[expect(
    clippy::cast_precision_loss,
    reason = "values are far shorter than 2^52 bytes"
)]
fn bits(value: &[u8]) -> f64 {
    let mut sum = 0.0;
    let mut at = 0;
    while at < value.len() {
        let run = run(&value[at..]);
        sum += cost(run);
        at += run.len();
    }
    // Repetitions show in the letters' frequencies.
    sum.min(entropy(value) * value.len() as f64)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Lower,
    Upper,
    Digit,
    Other(u8),
}

fn kind(byte: u8) -> Kind {
    match byte {
        b'a'..=b'z' => Kind::Lower,
        b'A'..=b'Z' => Kind::Upper,
        b'0'..=b'9' => Kind::Digit,
        other => Kind::Other(other),
    }
}

/// The first run of `rest`, which is not empty: letters of one case, a capital
/// and small ones, digits, or one sign repeated.
fn run(rest: &[u8]) -> &[u8] {
    let same = |from: usize| {
        let first = kind(rest[from]);
        from + rest[from..]
            .iter()
            .take_while(|&&b| kind(b) == first)
            .count()
    };
    let end = same(0);
    let begins_word = kind(rest[0]) == Kind::Upper
        && end == 1
        && rest.get(1).is_some_and(|&b| kind(b) == Kind::Lower);
    &rest[..if begins_word { same(1) } else { end }]
}

/// Bits of one run.
#[expect(clippy::cast_precision_loss, reason = "values are short")]
fn cost(run: &[u8]) -> f64 {
    let n = run.len() as f64;
    match kind(run[0]) {
        Kind::Lower | Kind::Upper if run.len() <= 2 || spells_nothing(run) => 4.2 * n,
        Kind::Lower | Kind::Upper => WORD * run.len().div_ceil(WORD_LETTERS) as f64,
        Kind::Digit if run.len() <= 3 => 3.3 * n,
        // Years, dates and running numbers; card numbers and the like.
        Kind::Digit => (1.6 * n).max(10.0),
        Kind::Other(byte) if byte.is_ascii() => 4.0,
        Kind::Other(_) => 2.0 * n,
    }
}

/// True for letters without a vowel, or with five consonants in a row.
fn spells_nothing(letters: &[u8]) -> bool {
    let is_vowel = |b: &u8| b"aeiouy".contains(&b.to_ascii_lowercase());
    let longest = letters.split(is_vowel).map(<[u8]>::len).max();
    longest.is_some_and(|longest| longest >= 5 || longest == letters.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_make_up_is_guessable_and_what_machines_make_is_not() {
        for (value, guessable) in [
            ("hunter2", true),
            ("P@ssw0rd!2024", true),
            ("productionpassword", true),
            ("correcthorsebatterystaple", true),
            ("Summer2024!", true),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true),
            // A card number: sixteen digits, most of which are known.
            ("4000000000000002", true),
            ("DE02120300000000202051", true),
            ("", true),
            ("Zk3vQ9xLw0RtYb7MnPd2", false),
            ("9f86d081884c7d659a2feaa0c55ad015", false),
            ("8d3f1c52-0b7e-4f6a-9c21-5e7da0b4c913", false),
            ("qzkfwmxjrbtnvhcpldgsyqzkfwmxjrbt", false),
        ] {
            assert_eq!(is_guessable(value.as_bytes()), guessable, "{value}");
        }
    }
}
