//! Arithmetic that check digits of many countries share.

/// The digits of `text`, if it has just `N` of them and no letter. Whatever is neither
/// letter nor digit separates and does not count.
pub(super) fn digits<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let symbols = symbols::<N>(text)?;
    let digit = |b: u8| b.is_ascii_digit().then(|| b - b'0');
    let mut out = [0; N];
    for (to, from) in out.iter_mut().zip(symbols) {
        *to = digit(from)?;
    }
    Some(out)
}

/// The letters, in upper case, and digits of `text`, if there are just `N` of them.
pub(super) fn symbols<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let mut out = [0; N];
    let mut count = 0;
    for b in text.iter().filter(|b| b.is_ascii_alphanumeric()) {
        *out.get_mut(count)? = b.to_ascii_uppercase();
        count += 1;
    }
    (count == N).then_some(out)
}

/// How many letters and digits `text` has.
pub(super) fn count(text: &[u8]) -> usize {
    text.iter().filter(|b| b.is_ascii_alphanumeric()).count()
}

/// The value of a symbol: digits as they are, letters from ten on.
pub(super) fn value(symbol: u8) -> u32 {
    match symbol {
        b'0'..=b'9' => u32::from(symbol - b'0'),
        _ => u32::from(symbol.to_ascii_uppercase().wrapping_sub(b'A')) + 10,
    }
}

/// The number that `digits` write.
pub(super) fn number(digits: &[u8]) -> u64 {
    digits
        .iter()
        .fold(0, |sum, &digit| sum * 10 + u64::from(digit))
}

/// The sum of each digit times its weight.
pub(super) fn weighted(digits: &[u8], weights: &[u8]) -> u32 {
    let products = digits.iter().zip(weights);
    products.map(|(&d, &w)| u32::from(d) * u32::from(w)).sum()
}

/// True when Luhn's sum (ISO/IEC 7812) of `digits` ends in zero.
pub(super) fn luhn(digits: &[u8]) -> bool {
    let doubled = |d: u8| u32::from(if d > 4 { 2 * d - 9 } else { 2 * d });
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, &d)| {
            if at % 2 == 0 {
                u32::from(d)
            } else {
                doubled(d)
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// The remainder modulo 97 of the number that `symbols` write, letters as two digits.
pub(super) fn mod_97(symbols: impl IntoIterator<Item = u8>) -> u32 {
    symbols.into_iter().fold(0, |rest, symbol| {
        let value = value(symbol);
        let shift = if value > 9 { 100 } else { 10 };
        (rest * shift + value) % 97
    })
}

/// True when the last digit completes the others by ISO/IEC 7064, MOD 11,10.
pub(super) fn mod_11_10(digits: &[u8]) -> bool {
    let Some((&last, body)) = digits.split_last() else {
        return false;
    };
    let product = body.iter().fold(10, |product, &digit| {
        let sum = match (u32::from(digit) + product) % 10 {
            0 => 10,
            sum => sum,
        };
        sum * 2 % 11
    });
    (11 - product) % 10 == u32::from(last)
}

/// True when `digits` pass Verhoeff's test.
pub(super) fn verhoeff(digits: &[u8]) -> bool {
    /// Addition in the dihedral group of order ten.
    fn add(a: usize, b: usize) -> usize {
        match (a < 5, b < 5) {
            (true, true) => (a + b) % 5,
            (true, false) => 5 + (a + b) % 5,
            (false, true) => 5 + (a + 5 - b) % 5,
            (false, false) => (a + 5 - b) % 5,
        }
    }
    const STEP: [usize; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let sum = digits.iter().rev().enumerate().fold(0, |sum, (at, &d)| {
        let permuted = (0..at % 8).fold(usize::from(d), |d, _| STEP[d]);
        add(sum, permuted)
    });
    sum == 0
}

/// True when there is such a day. A year of two digits may be a leap year.
pub(super) fn is_date(year: u32, month: u32, day: u32) -> bool {
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4)
            && (!year.is_multiple_of(100) || year.is_multiple_of(400) || year == 0) =>
        {
            29
        }
        2 => 28,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// Two digits as a number.
pub(super) fn two(digits: &[u8]) -> u32 {
    number(digits) as u32
}

/// True when the digits are not all the same.
pub(super) fn varied(digits: &[u8]) -> bool {
    digits.iter().any(|digit| *digit != digits[0])
}
