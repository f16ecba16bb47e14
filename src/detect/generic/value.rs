//! Values: counts over their bytes, and what a literal looks like.

use std::sync::LazyLock;

use super::lexicon::{self, Letters};

/// Bytes of a value that are counted; longer values are judged by their beginning.
const HORIZON: usize = 256;

/// Counts over a value.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) length: usize,
    pub(super) letters: usize,
    pub(super) digits: usize,
    pub(super) upper: usize,
    pub(super) hex: usize,
    pub(super) word: usize,
    pub(super) blanks: usize,
    pub(super) brackets: usize,
    pub(super) high: usize,
    pub(super) distinct: usize,
    /// Changes between letters and digits.
    pub(super) switches: usize,
    pub(super) longest_run: usize,
    pub(super) longest_sequence: usize,
    /// Shannon entropy in bits per byte.
    pub(super) entropy: f32,
}

impl Counts {
    pub(super) fn of(value: &[u8]) -> Counts {
        let value = &value[..value.len().min(HORIZON)];
        let mut counts = Counts {
            length: value.len(),
            ..Counts::default()
        };
        let mut histogram = [0u16; 256];
        let logs = &*LOGS;
        let mut spread = 0.0;
        for &byte in value {
            let seen = &mut histogram[usize::from(byte)];
            counts.distinct += usize::from(*seen == 0);
            spread += logs[usize::from(*seen)];
            *seen += 1;
            counts.letters += usize::from(byte.is_ascii_alphabetic());
            counts.digits += usize::from(byte.is_ascii_digit());
            counts.upper += usize::from(byte.is_ascii_uppercase());
            counts.hex += usize::from(byte.is_ascii_hexdigit());
            counts.word += usize::from(byte.is_ascii_alphanumeric());
            counts.blanks += usize::from(byte == b' ');
            counts.brackets += usize::from(matches!(
                byte,
                b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'<' | b'>'
            ));
            counts.high += usize::from(!(b' '..0x80).contains(&byte));
        }
        counts.entropy = entropy(spread, value.len());
        counts.switches = value
            .windows(2)
            .filter(|w| {
                w[0].is_ascii_alphabetic() && w[1].is_ascii_digit()
                    || w[0].is_ascii_digit() && w[1].is_ascii_alphabetic()
            })
            .count();
        counts.longest_run = longest(value, |a, b| a == b);
        counts.longest_sequence = longest(value, |a, b| b == a.wrapping_add(1))
            .max(longest(value, |a, b| a == b.wrapping_add(1)));
        counts
    }

    fn digit_share(&self) -> f32 {
        share(self.digits, self.length)
    }
}

#[expect(clippy::cast_precision_loss, reason = "lengths stay below 2^16")]
pub(super) fn share(part: usize, whole: usize) -> f32 {
    part as f32 / whole.max(1) as f32
}

/// `LOGS[n]` is what the `n`-th repetition of a byte adds to the sum of `count * log2(count)`.
static LOGS: LazyLock<[f32; HORIZON]> = LazyLock::new(|| {
    let product = |n: usize| share(n, 1) * share(n.max(1), 1).log2();
    std::array::from_fn(|n| product(n + 1) - product(n))
});

/// Shannon entropy of `length` bytes, given their sum of `count * log2(count)`.
fn entropy(spread: f32, length: usize) -> f32 {
    let length = share(length.max(1), 1);
    length.log2() - spread / length
}

/// The longest run of neighbours of which `next` holds, in bytes.
pub(super) fn longest(value: &[u8], next: impl Fn(u8, u8) -> bool) -> usize {
    let mut best = usize::from(!value.is_empty());
    let mut run = 1;
    for pair in value.windows(2) {
        run = if next(pair[0], pair[1]) { run + 1 } else { 1 };
        best = best.max(run);
    }
    best
}

/// What a literal value looks like.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent answers, read one by one"
)]
pub(super) struct Looks {
    pub(super) counts: Counts,
    pub(super) letters: Letters,
    pub(super) wordy: bool,
    pub(super) password: bool,
    pub(super) number: bool,
    pub(super) token: bool,
    /// Pieces between separators that are words by themselves.
    pub(super) has_words: bool,
}

impl Looks {
    pub(super) fn of(value: &[u8], counts: Counts) -> Looks {
        let letters = lexicon::letters(value);
        let wordy = is_wordy(value, &counts, letters);
        Looks {
            counts,
            letters,
            wordy,
            password: is_password(&counts, letters, wordy),
            number: counts.letters == 0 && counts.digits >= 12 && counts.blanks == 0,
            token: is_token(value, &counts, letters),
            has_words: has_words(value),
        }
    }

    pub(super) fn long_token(&self) -> bool {
        self.token && self.counts.length >= 16
    }
}

fn is_wordy(value: &[u8], counts: &Counts, letters: Letters) -> bool {
    letters.cover >= 0.5
        || letters.surprise < 4.05 && counts.digit_share() < 0.15
        || letters.surprise < 4.6 && counts.digit_share() < 0.15 && is_compound(value)
}

/// Words joined by case or by `_`, `-`, `.`.
fn is_compound(value: &[u8]) -> bool {
    let joints = value
        .iter()
        .filter(|b| matches!(b, b'_' | b'-' | b'.' | b' '))
        .count();
    let camel = value
        .windows(2)
        .filter(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase())
        .count();
    let pieces = joints + camel + 1;
    pieces >= 2 && value.len() / pieces >= 4
}

/// True when a piece of four letters or more between separators looks like a word.
fn has_words(value: &[u8]) -> bool {
    value.split(|b| !b.is_ascii_alphabetic()).any(|piece| {
        piece.len() >= 4 && {
            let letters = lexicon::letters(piece);
            letters.cover >= 0.6 || letters.surprise < 4.3 && piece.len() >= 5 && is_one_case(piece)
        }
    })
}

/// `word`, `WORD` or `Word`.
fn is_one_case(piece: &[u8]) -> bool {
    let upper = piece.iter().filter(|b| b.is_ascii_uppercase()).count();
    upper == 0 || upper == piece.len() || upper == 1 && piece[0].is_ascii_uppercase()
}

fn is_password(counts: &Counts, letters: Letters, wordy: bool) -> bool {
    let mixed = counts.letters > 0 && counts.digits > 0;
    if wordy || counts.blanks > 0 && !mixed || !(4..=100).contains(&counts.length) {
        return false;
    }
    letters.surprise >= 4.4
        || mixed && letters.cover == 0.0 && (letters.surprise >= 3.7 || counts.switches >= 2)
}

pub(super) fn is_token(value: &[u8], counts: &Counts, letters: Letters) -> bool {
    let mixed = counts.letters > 0 && counts.digits > 0;
    if counts.length < 10 || letters.cover >= 0.5 || counts.blanks > 0 {
        return false;
    }
    if counts.brackets > 0 || value.contains(&b',') {
        let symbols = counts.length - counts.word;
        return mixed
            && counts.length >= 24
            && symbols * 8 >= counts.length
            && symbols * 2 < counts.length
            && counts.entropy >= 4.2
            && letters.surprise >= 4.6;
    }
    let alphabet = share(counts.length.min(64), 1).log2();
    let spread = mixed && counts.entropy >= 0.75 * alphabet - 0.25 && counts.digit_share() < 0.75;
    let woven =
        mixed && counts.switches >= 6 && counts.distinct >= 9 && counts.digit_share() < 0.85;
    let hex = counts.hex == counts.length && counts.length >= 16 && mixed;
    let padded = value.ends_with(b"=") && letters.surprise >= 4.3;
    spread || woven || hex || padded || is_uuid(value)
}

/// 8-4-4-4-12 hexadecimal digits.
pub(super) fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_follow_letters_and_length() {
        let looks = |v: &str| Looks::of(v.as_bytes(), Counts::of(v.as_bytes()));
        assert!(looks("vodwznrzgi").password);
        assert!(looks("connection").wordy);
        assert!(looks("0aB1cD2eF3gH4iJ5").long_token());
        assert!(!looks("MaximumConnections").token);
    }
}
