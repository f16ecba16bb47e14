//! Whether a text is as random as its length and alphabet let one expect.
//!
//! A fixed limit of Shannon entropy is wrong for all lengths but one: sixteen
//! random hexadecimal digits have 3.2 bits each on average, sixty-four have 3.8.
//! So each alphabet has a curve: the entropy that all but one in a thousand random
//! texts of a length reach, counted over 200,000 texts for each point.

use crate::rules::file::Alphabet;
use crate::rules::sample::entropy;

/// Lengths for which the curves have points.
const LENGTHS: [u16; 11] = [8, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128];

/// Bits per character, in hundredths, that texts of [`LENGTHS`] reach.
type Curve = [u16; LENGTHS.len()];

const DIGITS: Curve = [129, 178, 210, 230, 245, 265, 279, 288, 299, 310, 316];
const HEX: Curve = [154, 212, 247, 270, 288, 312, 328, 339, 354, 370, 377];
const BASE32: Curve = [190, 252, 289, 314, 337, 367, 389, 404, 427, 450, 463];
const BASE36: Curve = [199, 258, 295, 322, 343, 376, 398, 413, 437, 463, 476];
const BASE62: Curve = [215, 275, 315, 348, 372, 407, 432, 452, 481, 514, 533];
const BASE64: Curve = [215, 275, 320, 350, 374, 409, 434, 454, 482, 517, 536];

fn curve(alphabet: Alphabet) -> &'static Curve {
    match alphabet {
        Alphabet::Digits => &DIGITS,
        Alphabet::Hex => &HEX,
        Alphabet::Base32 => &BASE32,
        Alphabet::Base36 => &BASE36,
        Alphabet::Base62 => &BASE62,
        Alphabet::Base64 => &BASE64,
    }
}

/// The entropy, in bits per character, below which one in a thousand random texts
/// of `length` characters over `alphabet` lies. Texts too short to tell have none,
/// those longer than the curve that of its end.
pub fn floor(alphabet: Alphabet, length: usize) -> f64 {
    let bits = |at: usize| f64::from(curve(alphabet)[at]) / 100.0;
    let above = LENGTHS.partition_point(|&known| usize::from(known) <= length);
    let Some(below) = above.checked_sub(1) else {
        return 0.0;
    };
    let Some(&next) = LENGTHS.get(above) else {
        return bits(below);
    };
    let (first, last) = (f64::from(LENGTHS[below]).log2(), f64::from(next).log2());
    let share = (f64::from(length as u32).log2() - first) / (last - first);
    bits(below) + share * (bits(above) - bits(below))
}

/// True when `value` is not less random than all but one in a thousand random texts
/// of its length over `alphabet`.
pub fn is_random(alphabet: Alphabet, value: &[u8]) -> bool {
    entropy(value) >= floor(alphabet, value.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The next number of a xorshift generator.
    fn next(state: &mut u64) -> u64 {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33
    }

    const SIZES: [(Alphabet, u64); 6] = [
        (Alphabet::Digits, 10),
        (Alphabet::Hex, 16),
        (Alphabet::Base32, 32),
        (Alphabet::Base36, 36),
        (Alphabet::Base62, 62),
        (Alphabet::Base64, 64),
    ];

    #[test]
    fn about_one_in_a_thousand_random_texts_is_refused_at_any_length() {
        let mut state = 0x9E37_79B9_7F4A_7C15;
        for (alphabet, size) in SIZES {
            for length in [8, 10, 16, 18, 27, 32, 36, 40, 52, 64, 80, 128] {
                let refused = (0..4000)
                    .filter(|_| {
                        let text: Vec<u8> = (0..length)
                            .map(|_| 0x30 + (next(&mut state) % size) as u8)
                            .collect();
                        !is_random(alphabet, &text)
                    })
                    .count();
                assert!(refused <= 14, "{alphabet:?} {length}: {refused} of 4000");
            }
        }
    }

    #[test]
    fn words_and_patterns_are_refused() {
        for (alphabet, value) in [
            (Alphabet::Hex, "00000000000000000000000000001234"),
            (Alphabet::Hex, "deadbeefdeadbeefdeadbeefdeadbeef"),
            (Alphabet::Base62, "thisIsTheTestTokenThatIsTheOneToTest"),
            (Alphabet::Base64, "aaaaaaaabbbbbbbbccccccccdddddddd"),
        ] {
            assert!(!is_random(alphabet, value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn the_floor_rises_with_the_length_and_ends() {
        for (alphabet, size) in SIZES {
            let floors: Vec<f64> = (0..200).map(|length| floor(alphabet, length)).collect();
            assert!(floors.is_sorted(), "{alphabet:?}");
            assert!(floors[7] == 0.0 && floors[8] > 1.0);
            assert!(floors[199] < f64::from(size as u32).log2());
        }
    }
}
