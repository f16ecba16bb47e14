//! Numbers of western and southern Europe.

use super::schemes::{
    count, digits, is_date, luhn, mod_11_10, number, symbols, two, value, varied, weighted,
};

/// Patient, England: modulo eleven.
pub(super) fn uk_nhs(text: &[u8]) -> bool {
    digits::<10>(text).is_some_and(|d| {
        let expected = match 11 - weighted(&d[..9], &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11 {
            11 => 0,
            digit => digit,
        };
        varied(&d) && expected == u32::from(d[9])
    })
}

/// National insurance, United Kingdom: prefixes that are never issued fail. It has no
/// check digit.
pub(super) fn uk_nino(text: &[u8]) -> bool {
    symbols::<9>(text).is_some_and(|s| {
        let none: [&[u8]; 7] = [b"BG", b"GB", b"KN", b"NK", b"NT", b"TN", b"ZZ"];
        s[0].is_ascii_uppercase()
            && s[1].is_ascii_uppercase()
            && !b"DFIQUV".contains(&s[0])
            && !b"DFIOQUV".contains(&s[1])
            && !none.contains(&&s[..2])
            && s[2..8].iter().all(u8::is_ascii_digit)
            && varied(&s[2..8])
            && (b'A'..=b'D').contains(&s[8])
    })
}

/// Person, Ireland (PPSN): a letter modulo 23.
pub(super) fn ie_ppsn(text: &[u8]) -> bool {
    let (s, second) = match count(text) {
        8 => (symbols::<8>(text).unwrap_or_default(), 0),
        9 => {
            let s = symbols::<9>(text).unwrap_or_default();
            let mut first = [0; 8];
            first.copy_from_slice(&s[..8]);
            match s[8] {
                b'W' => (first, 0),
                b'A'..=b'I' => (first, u32::from(s[8] - b'A') + 1),
                _ => return false,
            }
        }
        _ => return false,
    };
    digits::<7>(&s[..7]).is_some_and(|d| {
        let sum = weighted(&d, &[8, 7, 6, 5, 4, 3, 2]) + 9 * second;
        let letter = b"WABCDEFGHIJKLMNOPQRSTUV"[(sum % 23) as usize];
        letter == s[7] && varied(&d)
    })
}

/// Person, France (NIR): 97 less the remainder; Corsica's 2A and 2B stand for 19 and 18.
pub(super) fn fr_nir(text: &[u8]) -> bool {
    let Some(mut s) = symbols::<15>(text) else {
        return false;
    };
    match (s[5], s[6]) {
        (b'2', b'A') => (s[5], s[6]) = (b'1', b'9'),
        (b'2', b'B') => (s[5], s[6]) = (b'1', b'8'),
        _ => {}
    }
    digits::<15>(&s).is_some_and(|d| {
        let month = two(&d[3..5]);
        matches!(d[0], 1..=4 | 7 | 8)
            && matches!(month, 1..=12 | 20..=42 | 50..=99)
            && 97 - number(&d[..13]) % 97 == u64::from(two(&d[13..]))
    })
}

/// Taxpayer, Germany: ISO 7064, and one digit stands twice or three times among the
/// first ten.
pub(super) fn de_tax_id(text: &[u8]) -> bool {
    digits::<11>(text).is_some_and(|d| {
        let mut times = [0; 10];
        for &digit in &d[..10] {
            times[usize::from(digit)] += 1;
        }
        let repeated = times.iter().filter(|&&times| times > 1).count();
        d[0] != 0 && repeated == 1 && times.iter().all(|&times| times <= 3) && mod_11_10(&d)
    })
}

/// Pension insurance, Germany: area, birth date, letter, serial, digit modulo ten.
pub(super) fn de_pension(text: &[u8]) -> bool {
    let Some(s) = symbols::<12>(text) else {
        return false;
    };
    if !s[8].is_ascii_uppercase() {
        return false;
    }
    let letter = value(s[8]) - 9;
    let mut spelled = s[..8].to_vec();
    spelled.extend([b'0' + (letter / 10) as u8, b'0' + (letter % 10) as u8]);
    spelled.extend(&s[9..]);
    digits::<13>(&spelled).is_some_and(|d| {
        let sum: u32 = d[..12]
            .iter()
            .zip([2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1])
            .map(|(&d, w)| u32::from(d) * w)
            .map(|product| product / 10 + product % 10)
            .sum();
        let day = two(&d[2..4]);
        is_date(0, two(&d[4..6]), if day > 50 { day - 50 } else { day })
            && sum % 10 == u32::from(d[12])
    })
}

/// Person, Italy (codice fiscale): a letter modulo 26. Letters stand for digits where two
/// people would have the same one.
pub(super) fn it_fiscal_code(text: &[u8]) -> bool {
    const ODD: [u32; 26] = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24,
        23,
    ];
    let Some(s) = symbols::<16>(text) else {
        return false;
    };
    let place = |symbol: u8| match symbol {
        b'0'..=b'9' => symbol - b'0',
        _ => symbol - b'A',
    };
    let sum: u32 = s[..15]
        .iter()
        .enumerate()
        .map(|(at, &symbol)| match at % 2 {
            0 => ODD[usize::from(place(symbol))],
            _ => u32::from(place(symbol)),
        })
        .sum();
    let digit = |symbol: u8| match symbol {
        b'0'..=b'9' => Some(u32::from(symbol - b'0')),
        _ => b"LMNPQRSTUV"
            .iter()
            .position(|&l| l == symbol)
            .map(|at| at as u32),
    };
    let day = digit(s[9]).zip(digit(s[10])).map_or(0, |(a, b)| a * 10 + b);
    s[..6]
        .iter()
        .chain([&s[8], &s[11], &s[15]])
        .all(u8::is_ascii_uppercase)
        && [6, 7, 12, 13, 14]
            .iter()
            .all(|&at: &usize| digit(s[at]).is_some())
        && b"ABCDEHLMPRST".contains(&s[8])
        && matches!(day, 1..=31 | 41..=71)
        && u32::from(s[15] - b'A') == sum % 26
}

/// Company, Italy (partita IVA): Luhn.
pub(super) fn it_vat(text: &[u8]) -> bool {
    digits::<11>(text).is_some_and(|d| luhn(&d) && two(&d[..7]) != 0 && varied(&d))
}

/// Person, Spain (DNI, NIE): a letter modulo 23.
pub(super) fn es_dni(text: &[u8]) -> bool {
    let Some(mut s) = symbols::<9>(text) else {
        return false;
    };
    let letter = s[8];
    s[0] = match s[0] {
        b'X' => b'0',
        b'Y' => b'1',
        b'Z' => b'2',
        other => other,
    };
    digits::<8>(&s[..8]).is_some_and(|d| {
        let expected = b"TRWAGMYFPDXBNJZSQVHLCKE"[(number(&d) % 23) as usize];
        expected == letter && varied(&d)
    })
}

/// Taxpayer, Portugal (NIF): modulo eleven.
pub(super) fn pt_nif(text: &[u8]) -> bool {
    digits::<9>(text).is_some_and(|d| {
        let expected = match 11 - weighted(&d[..8], &[9, 8, 7, 6, 5, 4, 3, 2]) % 11 {
            10 | 11 => 0,
            digit => digit,
        };
        !matches!(d[0], 0 | 4 | 7) && varied(&d) && expected == u32::from(d[8])
            || matches!(two(&d[..2]), 45 | 70..=72 | 74 | 75 | 77..=79)
                && expected == u32::from(d[8])
    })
}

/// Citizen, Netherlands (BSN): the weights are 9 to 2, and less one.
pub(super) fn nl_bsn(text: &[u8]) -> bool {
    digits::<9>(text).is_some_and(|d| {
        let sum = weighted(&d[..8], &[9, 8, 7, 6, 5, 4, 3, 2]) + 11 - u32::from(d[8]);
        sum.is_multiple_of(11) && varied(&d)
    })
}

/// Person, Belgium: 97 less the remainder; born since 2000 with a two before.
pub(super) fn be_national(text: &[u8]) -> bool {
    digits::<11>(text).is_some_and(|d| {
        let (body, check) = (number(&d[..9]), u64::from(two(&d[9..])));
        // Foreigners have 20 or 40 more in the month.
        let month = two(&d[2..4]) % 20;
        let fits = |body: u64| 97 - body % 97 == check;
        month <= 12
            && two(&d[4..6]) <= 31
            && varied(&d)
            && (fits(body) || fits(2_000_000_000 + body))
    })
}

/// Person, Switzerland (AHV): 756 and an EAN-13.
pub(super) fn ch_ahv(text: &[u8]) -> bool {
    digits::<13>(text).is_some_and(|d| {
        let sum = weighted(&d, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]);
        d.starts_with(&[7, 5, 6]) && sum.is_multiple_of(10) && varied(&d[3..])
    })
}

/// Social insurance, Austria: the fourth digit checks the others, modulo eleven.
pub(super) fn at_svnr(text: &[u8]) -> bool {
    digits::<10>(text).is_some_and(|d| {
        let sum = weighted(&d, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]);
        // Where a day has too many births, months go on beyond twelve.
        let month = two(&d[6..8]);
        d[0] != 0
            && (1..=15).contains(&month)
            && (1..=31).contains(&two(&d[4..6]))
            && sum % 11 == u32::from(d[3])
    })
}

/// Taxpayer, Greece (AFM): powers of two, modulo eleven.
pub(super) fn gr_afm(text: &[u8]) -> bool {
    digits::<9>(text).is_some_and(|d| {
        let sum: u32 = (1..=8)
            .rev()
            .zip(&d)
            .map(|(power, &d)| u32::from(d) << power)
            .sum();
        varied(&d) && sum % 11 % 10 == u32::from(d[8])
    })
}
