//! Numbers of northern and eastern Europe.

use super::schemes::{count, digits, is_date, luhn, number, symbols, two, value, varied, weighted};

/// Person, Sweden: birth date, Luhn; days are 60 higher for people who are not registered.
pub(super) fn se_personal(text: &[u8]) -> bool {
    let d = match count(text) {
        10 => digits::<10>(text),
        12 => digits::<12>(text)
            .filter(|d| matches!(two(&d[..2]), 18..=20))
            .map(|d| {
                let mut short = [0; 10];
                short.copy_from_slice(&d[2..]);
                short
            }),
        _ => None,
    };
    d.is_some_and(|d| {
        let day = two(&d[4..6]);
        let day = if day > 60 { day - 60 } else { day };
        is_date(two(&d[..2]), two(&d[2..4]), day) && luhn(&d)
    })
}

/// Person, Norway: birth date, two digits modulo eleven.
pub(super) fn no_national(text: &[u8]) -> bool {
    digits::<11>(text).is_some_and(|d| {
        let first = weighted(&d[..10], &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]);
        let second = weighted(&d, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]);
        // D-numbers have 40 more in the day.
        let day = two(&d[..2]);
        is_date(
            two(&d[4..6]),
            two(&d[2..4]),
            if day > 40 { day - 40 } else { day },
        ) && first.is_multiple_of(11)
            && second.is_multiple_of(11)
    })
}

/// Person, Denmark (CPR): a birth date. Since 2007 there is no check digit.
pub(super) fn dk_cpr(text: &[u8]) -> bool {
    digits::<10>(text)
        .is_some_and(|d| is_date(two(&d[4..6]), two(&d[2..4]), two(&d[..2])) && two(&d[6..]) != 0)
}

/// Person, Denmark, of before 2007: modulo eleven.
pub(super) fn dk_cpr_checked(text: &[u8]) -> bool {
    dk_cpr(text)
        && digits::<10>(text)
            .is_some_and(|d| weighted(&d, &[4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11))
}

/// Person, Finland: birth date, sign of the century, serial, symbol modulo 31.
pub(super) fn fi_hetu(text: &[u8]) -> bool {
    let Ok(text) = <&[u8; 11]>::try_from(text) else {
        return false;
    };
    let (sign, check) = (text[6], text[10]);
    digits::<9>(&[&text[..6], &text[7..10]].concat()).is_some_and(|d| {
        let expected = b"0123456789ABCDEFHJKLMNPRSTUVWXY"[(number(&d) % 31) as usize];
        b"-+ABCDEFUVWXY".contains(&sign)
            && is_date(two(&d[4..6]), two(&d[2..4]), two(&d[..2]))
            && two(&d[6..]) > 1
            && expected == check
    })
}

/// Person, Poland (PESEL): birth date with the century in the month, weights 1, 3, 7, 9.
pub(super) fn pl_pesel(text: &[u8]) -> bool {
    digits::<11>(text).is_some_and(|d| {
        let sum = weighted(&d, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]);
        is_date(two(&d[..2]), two(&d[2..4]) % 20, two(&d[4..6])) && sum.is_multiple_of(10)
    })
}

/// Taxpayer, Poland (NIP): modulo eleven.
pub(super) fn pl_nip(text: &[u8]) -> bool {
    digits::<10>(text).is_some_and(|d| {
        let sum = weighted(&d[..9], &[6, 5, 7, 2, 3, 4, 5, 6, 7]);
        d[0] != 0 && varied(&d) && sum % 11 == u32::from(d[9])
    })
}

/// Person, Czechia and Slovakia: birth date, divisible by eleven.
pub(super) fn cz_birth_number(text: &[u8]) -> bool {
    digits::<10>(text).is_some_and(|d| {
        let whole = number(&d);
        // Women have 50 more in the month; where numbers ran out, there are 20 more.
        let month = two(&d[2..4]) % 50;
        let month = if month > 20 { month - 20 } else { month };
        let old = number(&d[..9]) % 11 == 10 && d[9] == 0;
        is_date(two(&d[..2]), month, two(&d[4..6])) && (whole.is_multiple_of(11) || old)
    })
}

/// Person, Romania (CNP): sex and century, birth date, county, modulo eleven.
pub(super) fn ro_cnp(text: &[u8]) -> bool {
    digits::<13>(text).is_some_and(|d| {
        let sum = weighted(&d[..12], &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]);
        let expected = match sum % 11 {
            10 => 1,
            digit => digit,
        };
        d[0] != 0
            && is_date(two(&d[1..3]), two(&d[3..5]), two(&d[5..7]))
            && matches!(two(&d[7..9]), 1..=52 | 70 | 80..=83)
            && expected == u32::from(d[12])
    })
}

/// Person, Bulgaria (EGN): birth date with the century in the month, modulo eleven.
pub(super) fn bg_egn(text: &[u8]) -> bool {
    digits::<10>(text).is_some_and(|d| {
        let sum = weighted(&d[..9], &[2, 4, 8, 5, 10, 9, 7, 3, 6]);
        is_date(two(&d[..2]), two(&d[2..4]) % 20, two(&d[4..6])) && sum % 11 % 10 == u32::from(d[9])
    })
}

/// Taxpayer, Russia (INN): one digit modulo eleven for companies, two for people.
pub(super) fn ru_inn(text: &[u8]) -> bool {
    const WEIGHTS: [u8; 11] = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
    let check = |body: &[u8]| weighted(body, &WEIGHTS[WEIGHTS.len() - body.len()..]) % 11 % 10;
    match count(text) {
        10 => digits::<10>(text)
            .is_some_and(|d| varied(&d) && two(&d[..2]) != 0 && check(&d[..9]) == u32::from(d[9])),
        12 => digits::<12>(text).is_some_and(|d| {
            varied(&d)
                && two(&d[..2]) != 0
                && check(&d[..10]) == u32::from(d[10])
                && check(&d[..11]) == u32::from(d[11])
        }),
        _ => false,
    }
}

/// Pension insurance, Russia (SNILS): weights 9 to 1, modulo 101.
pub(super) fn ru_snils(text: &[u8]) -> bool {
    digits::<11>(text).is_some_and(|d| {
        let sum = weighted(&d[..9], &[9, 8, 7, 6, 5, 4, 3, 2, 1]);
        number(&d[..9]) > 1_001_998 && sum % 101 % 100 == two(&d[9..]) && varied(&d)
    })
}

/// Taxpayer, Ukraine: days since the end of 1899, modulo eleven.
pub(super) fn ua_rnokpp(text: &[u8]) -> bool {
    digits::<10>(text).is_some_and(|d| {
        let sum = weighted(&d[1..9], &[5, 7, 9, 4, 6, 10, 5, 7]) + 11 - u32::from(d[0]);
        (3_000..=46_000).contains(&number(&d[..5])) && sum % 11 % 10 == u32::from(d[9])
    })
}

/// Person, Turkey: two digits modulo ten.
pub(super) fn tr_identity(text: &[u8]) -> bool {
    digits::<11>(text).is_some_and(|d| {
        let sum = |at: &[usize]| at.iter().map(|&at| u32::from(d[at])).sum::<u32>();
        let (odd, even) = (sum(&[0, 2, 4, 6, 8]), sum(&[1, 3, 5, 7]));
        d[0] != 0
            && (odd * 7 + 100 - even) % 10 == u32::from(d[9])
            && (odd + even + u32::from(d[9])) % 10 == u32::from(d[10])
    })
}

/// Person, Croatia (OIB): ISO 7064.
pub(super) fn hr_oib(text: &[u8]) -> bool {
    digits::<11>(text).is_some_and(|d| varied(&d) && super::schemes::mod_11_10(&d))
}

/// Person, Estonia and Lithuania: sex and century, birth date, modulo eleven in two rounds.
pub(super) fn baltic_code(text: &[u8]) -> bool {
    digits::<11>(text).is_some_and(|d| {
        let first = weighted(&d[..10], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
        let second = weighted(&d[..10], &[3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11;
        let expected = if first < 10 { first } else { second % 10 };
        matches!(d[0], 1..=8)
            && is_date(two(&d[1..3]), two(&d[3..5]), two(&d[5..7]))
            && expected == u32::from(d[10])
    })
}

/// Vehicle (ISO 3779, North America): the ninth symbol checks the others.
pub(super) fn vin(text: &[u8]) -> bool {
    let Some(s) = symbols::<17>(text).filter(|s| !s.iter().any(|s| b"IOQ".contains(s))) else {
        return false;
    };
    let worth = |symbol: u8| match symbol {
        b'0'..=b'9' => u32::from(symbol - b'0'),
        b'A'..=b'H' => u32::from(symbol - b'A') + 1,
        b'J'..=b'R' => u32::from(symbol - b'J') + 1,
        _ => u32::from(symbol - b'S') + 2,
    };
    let weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let sum: u32 = s.iter().zip(weights).map(|(&s, w)| worth(s) * w).sum();
    let expected = match sum % 11 {
        10 => b'X',
        digit => b'0' + digit as u8,
    };
    let letters = s.iter().filter(|s| s.is_ascii_alphabetic()).count();
    (3..=14).contains(&letters)
        && s[13..].iter().all(u8::is_ascii_digit)
        && value(s[0]) > 0
        && s[8] == expected
}
