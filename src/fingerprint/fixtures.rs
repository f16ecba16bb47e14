//! Generated prose for tests: invented words with the frequencies of real ones.

/// Draws numbers from a seed (`SplitMix64`).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// The word of a rank: frequent ones are short.
fn word(rank: usize) -> String {
    let onsets = [
        "b", "c", "d", "f", "g", "h", "l", "m", "n", "p", "r", "s", "t", "st", "tr", "",
    ];
    let rhymes = [
        "a", "e", "i", "o", "u", "an", "er", "in", "on", "ing", "ed", "al", "ent", "is",
    ];
    let mut dice = Dice(rank as u64 ^ 0x5EED);
    let syllables = 1 + usize::from(rank > 30) + usize::from(rank > 400);
    let mut out = String::new();
    for _ in 0..syllables {
        out += onsets[dice.below(onsets.len())];
        out += rhymes[dice.below(rhymes.len())];
    }
    out
}

/// Sentences of `words` words: about 4.7 letters each, ranks as in real text.
pub(crate) fn sentences(seed: u64, words: usize) -> String {
    let mut dice = Dice(seed);
    let mut out = String::new();
    let mut left = 0;
    for number in 0..words {
        // As likely to be below 4 as below 16, 64 and so on, up to 4096.
        let most = 4 << (2 * dice.below(6));
        let word = word(dice.below(most));
        if left == 0 {
            left = 6 + dice.below(12);
            if number > 0 {
                out += ".\n";
            }
            out.extend(word.chars().take(1).flat_map(char::to_uppercase));
            out.extend(word.chars().skip(1));
        } else {
            out += if dice.below(12) == 0 { ", " } else { " " };
            out += &word;
        }
        left -= 1;
    }
    out + "."
}

/// The first `len` symbols of such sentences.
pub(crate) fn prose(seed: u64, len: usize) -> Vec<u8> {
    let text = sentences(seed, len / 2 + 1);
    let symbols = text.bytes().filter(u8::is_ascii_alphabetic);
    symbols.map(|b| b.to_ascii_lowercase()).take(len).collect()
}
