//! Which grams say too little to be kept.
//!
//! A gram with few different symbols, mostly digits or a short period (in which
//! numbers may count) stands in tables, rulers and counters of unrelated files; and
//! digits in a known form could be guessed from an index by whoever holds the key.

use super::tag::Gram;

/// Fewest different symbols of a gram that is kept.
const SYMBOLS: u32 = 8;

/// Most digits of a gram that is kept: five eighths. Rows of figures have more, and
/// registers, timings and data sheets are as much their writer's as prose is.
const DIGITS: usize = 20;

/// Fewest symbols of a gram that is kept that are no hexadecimal digit, nor the `x` before one:
/// tables of bytes are full of counters that stand in many of them.
const OTHERS: usize = 3;

/// Longest period that counts as repetition.
const PERIOD: usize = 8;

/// True when `gram` says too little to stand for a document.
pub fn is_poor(gram: &Gram) -> bool {
    let digits: u8 = gram
        .iter()
        .map(|symbol| u8::from(symbol.is_ascii_digit()))
        .sum();
    usize::from(digits) > DIGITS
        || is_hexadecimal(gram)
        || !has_variety(gram)
        || is_periodic(gram)
        || digits > 0 && counts(gram)
}

/// True when `gram` repeats itself but for its numbers: `item1 item2 item3`.
fn counts(gram: &Gram) -> bool {
    is_periodic(&gram.map(|symbol| match symbol {
        b'0'..=b'9' => b'0',
        other => other,
    }))
}

fn is_hexadecimal(gram: &Gram) -> bool {
    let is_other = |symbol: &&u8| !matches!(symbol, b'0'..=b'9' | b'a'..=b'f' | b'x');
    gram.iter().filter(is_other).take(OTHERS).count() < OTHERS
}

/// True when `gram` has enough different symbols.
fn has_variety(gram: &Gram) -> bool {
    // Fewer differ in their last bits than do, but mostly these are enough, and quickly counted.
    let seen = gram
        .iter()
        .fold(0u64, |seen, symbol| seen | 1 << (symbol & 63));
    seen.count_ones() >= SYMBOLS || distinct(gram) >= SYMBOLS
}

pub(super) fn distinct(gram: &Gram) -> u32 {
    let mut seen = [0u64; 4];
    for &symbol in gram {
        seen[usize::from(symbol >> 6)] |= 1 << (symbol & 63);
    }
    seen.iter().map(|word| word.count_ones()).sum()
}

pub(super) fn is_periodic(gram: &Gram) -> bool {
    // Most grams are told apart by two symbols, which costs less than a comparison.
    (1..=PERIOD).any(|period| {
        gram[period] == gram[0]
            && gram[period + 1] == gram[1]
            && gram[period..] == gram[..gram.len() - period]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gram(text: &str) -> Gram {
        let bytes: Vec<u8> = text.bytes().cycle().take(32).collect();
        bytes.try_into().unwrap()
    }

    #[test]
    fn prose_is_rich_and_tables_are_poor() {
        assert!(!is_poor(&gram("thequickbrownfoxjumpsoverthelazydog")));
        for text in [
            "ab",
            "0123456789a",
            "3141592653589793total2384626433832",
            "abcdefgh",
            "xa0xabxacxfdxfexffxcaxdbxecxbdxa",
            "facedeadbeefcafe1badc0ffee0ddba1",
            "aaaabbbbccccddddeeeeffffggggg",
            "target1target2target3target4target5",
        ] {
            assert!(is_poor(&gram(text)), "{text}");
        }
        assert!(!is_poor(&gram("section12ofthepart3contractof2026")));
        assert!(!is_poor(&gram("section1and2ofpart3andsection4of5")));
        assert!(!is_poor(&gram("30registers0x8200000000x84000mbusid")));
    }
}
