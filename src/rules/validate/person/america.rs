//! Numbers of the Americas.

use super::schemes::{count, digits, is_date, luhn, symbols, two, value, varied, weighted};

/// Social security, United States: areas, groups and serials that are never issued fail. It
/// has no check digit.
pub(super) fn us_ssn(text: &[u8]) -> bool {
    digits::<9>(text).is_some_and(|d| {
        let (area, group) = (two(&d[..3]), two(&d[3..5]));
        !matches!(area, 0 | 666 | 900..) && group != 0 && two(&d[5..]) != 0 && varied(&d)
            && d != [1, 2, 3, 4, 5, 6, 7, 8, 9]
            // Printed on millions of sample cards.
            && d != [0, 7, 8, 0, 5, 1, 1, 2, 0]
            && d != [2, 1, 9, 0, 9, 9, 9, 9, 9]
    })
}

/// Taxpayer without a social security number, United States.
pub(super) fn us_itin(text: &[u8]) -> bool {
    digits::<9>(text).is_some_and(|d| {
        d[0] == 9 && matches!(two(&d[3..5]), 50..=65 | 70..=88 | 90..=92 | 94..=99)
    })
}

/// Employer, United States: the first two digits are those of an office.
pub(super) fn us_ein(text: &[u8]) -> bool {
    digits::<9>(text).is_some_and(|d| {
        let none = [
            0, 7, 8, 9, 17, 18, 19, 28, 29, 49, 69, 70, 78, 79, 89, 96, 97,
        ];
        !none.contains(&two(&d[..2])) && varied(&d)
    })
}

/// Health care provider, United States: Luhn, with 80840 before it.
pub(super) fn us_npi(text: &[u8]) -> bool {
    digits::<10>(text).is_some_and(|d| {
        let mut whole = [8, 0, 8, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        whole[5..].copy_from_slice(&d);
        matches!(d[0], 1 | 2) && luhn(&whole)
    })
}

/// Prescriber, United States: two letters, seven digits.
pub(super) fn us_dea(text: &[u8]) -> bool {
    let Some(s) = symbols::<9>(text) else {
        return false;
    };
    let kind = b"ABCDEFGHJKLMPRSTUX".contains(&s[0]) && (s[1].is_ascii_uppercase() || s[1] == b'9');
    digits::<7>(&s[2..]).is_some_and(|d| {
        let sum = weighted(&d[..6], &[1, 2, 1, 2, 1, 2]);
        kind && sum % 10 == u32::from(d[6]) && varied(&d)
    })
}

/// Social insurance, Canada: Luhn; no number begins with zero or eight.
pub(super) fn ca_sin(text: &[u8]) -> bool {
    digits::<9>(text).is_some_and(|d| !matches!(d[0], 0 | 8) && luhn(&d) && varied(&d))
}

/// Person, Mexico (CURP): birth date, sex, state, and a digit modulo ten.
pub(super) fn mx_curp(text: &[u8]) -> bool {
    let Some(s) = symbols::<18>(text) else {
        return false;
    };
    let Some(d) = digits::<6>(&s[4..10]) else {
        return false;
    };
    // Ñ stands between N and O.
    let worth = |symbol: u8| value(symbol) + u32::from(symbol >= b'O');
    let sum: u32 = (2..=18)
        .rev()
        .zip(&s)
        .map(|(w, &symbol)| w * worth(symbol))
        .sum();
    s[..4].iter().chain(&s[10..16]).all(u8::is_ascii_uppercase)
        && is_date(two(&d[..2]), two(&d[2..4]), two(&d[4..]))
        && b"HMX".contains(&s[10])
        && s[17].is_ascii_digit()
        && (10 - sum % 10) % 10 == value(s[17])
}

/// Eleven, less the remainder; what has more than one digit is zero.
fn brazilian(sum: u32) -> u32 {
    match sum % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    }
}

/// Person, Brazil (CPF): two digits modulo eleven.
pub(super) fn br_cpf(text: &[u8]) -> bool {
    digits::<11>(text).is_some_and(|d| {
        let first = brazilian(weighted(&d[..9], &[10, 9, 8, 7, 6, 5, 4, 3, 2]));
        let second = brazilian(weighted(&d[..10], &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]));
        varied(&d) && first == u32::from(d[9]) && second == u32::from(d[10])
    })
}

/// Company, Brazil (CNPJ): letters from July 2026 on, worth their ASCII code less 48.
pub(super) fn br_cnpj(text: &[u8]) -> bool {
    let Some(s) = symbols::<14>(text) else {
        return false;
    };
    let worth = s.map(|symbol| symbol - b'0');
    let sum = |weights: &[u8]| brazilian(weighted(&worth, weights));
    let first = sum(&[5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]);
    let second = sum(&[6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]);
    varied(&s) && first == u32::from(worth[12]) && second == u32::from(worth[13])
}

/// Person or company, Chile (RUT): modulo eleven, `K` for ten.
pub(super) fn cl_rut(text: &[u8]) -> bool {
    let s = match count(text) {
        8 => symbols::<8>(text).map(|s| s.to_vec()),
        9 => symbols::<9>(text).map(|s| s.to_vec()),
        _ => None,
    };
    let Some((last, body)) = s.as_ref().and_then(|s| s.split_last()) else {
        return false;
    };
    let weights = [2, 3, 4, 5, 6, 7].into_iter().cycle();
    let sum: u32 = body
        .iter()
        .rev()
        .zip(weights)
        .map(|(&b, w)| value(b) * w)
        .sum();
    let expected = match 11 - sum % 11 {
        11 => b'0',
        10 => b'K',
        digit => b'0' + digit as u8,
    };
    body.iter().all(u8::is_ascii_digit) && varied(body) && *last == expected
}

/// Person or company, Argentina (CUIT, CUIL): modulo eleven.
pub(super) fn ar_cuit(text: &[u8]) -> bool {
    digits::<11>(text).is_some_and(|d| {
        let expected = match 11 - weighted(&d[..10], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11 {
            11 => 0,
            10 => 9,
            digit => digit,
        };
        matches!(two(&d[..2]), 20 | 23..=27 | 30 | 33 | 34) && expected == u32::from(d[10])
    })
}

/// Taxpayer, Colombia (NIT): modulo eleven over primes.
pub(super) fn co_nit(text: &[u8]) -> bool {
    let d: Vec<u8> = match count(text) {
        10 => digits::<10>(text).map(|d| d.to_vec()),
        11 => digits::<11>(text).map(|d| d.to_vec()),
        _ => None,
    }
    .unwrap_or_default();
    let Some((&last, body)) = d.split_last() else {
        return false;
    };
    let primes = [3, 7, 13, 17, 19, 23, 29, 37, 41, 43];
    let sum: u32 = body
        .iter()
        .rev()
        .zip(primes)
        .map(|(&d, p)| u32::from(d) * p)
        .sum();
    let expected = match sum % 11 {
        rest @ (0 | 1) => rest,
        rest => 11 - rest,
    };
    varied(body) && expected == u32::from(last)
}
