//! Numbers of Asia, Africa and the Pacific.

use super::schemes::{
    count, digits, is_date, luhn, number, symbols, two, value, varied, verhoeff, weighted,
};

/// Person, China: region, birth date, symbol modulo eleven (ISO 7064, MOD 11-2).
pub(super) fn cn_resident(text: &[u8]) -> bool {
    let Some(s) = symbols::<18>(text) else {
        return false;
    };
    digits::<17>(&s[..17]).is_some_and(|d| {
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let expected = b"10X98765432"[(weighted(&d, &weights) % 11) as usize];
        let region = matches!(two(&d[..2]),
            11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83);
        let year = two(&d[6..10]);
        region
            && (1900..2100).contains(&year)
            && is_date(year, two(&d[10..12]), two(&d[12..14]))
            && expected == s[17]
    })
}

/// Person, Hong Kong: one or two letters, six digits, symbol modulo eleven.
pub(super) fn hk_identity(text: &[u8]) -> bool {
    let (s, first) = match count(text) {
        8 => (symbols::<8>(text), 36),
        9 => {
            let Some(s) = symbols::<9>(text).filter(|s| s[0].is_ascii_uppercase()) else {
                return false;
            };
            let mut rest = [0; 8];
            rest.copy_from_slice(&s[1..]);
            (Some(rest), value(s[0]))
        }
        _ => return false,
    };
    s.is_some_and(|s| {
        let check = if s[7] == b'A' { 10 } else { value(s[7]) };
        let body: u32 = (2..=8).rev().zip(&s).map(|(w, &s)| w * value(s)).sum();
        s[0].is_ascii_uppercase()
            && s[1..7].iter().all(u8::is_ascii_digit)
            && check <= 10
            && varied(&s[1..7])
            && (9 * first + body + check).is_multiple_of(11)
    })
}

/// Person, Taiwan: a letter for the place, sex, modulo ten.
pub(super) fn tw_identity(text: &[u8]) -> bool {
    const PLACES: &[u8; 26] = b"ABCDEFGHJKLMNPQRSTUVXYWZIO";
    let Some(s) = symbols::<10>(text) else {
        return false;
    };
    let Some(place) = PLACES.iter().position(|&letter| letter == s[0]) else {
        return false;
    };
    let place = place as u32 + 10;
    digits::<9>(&s[1..]).is_some_and(|d| {
        let sum = place / 10 + place % 10 * 9 + weighted(&d, &[8, 7, 6, 5, 4, 3, 2, 1, 1]);
        matches!(d[0], 1 | 2 | 8 | 9) && sum.is_multiple_of(10) && varied(&d[1..])
    })
}

/// Person, Korea: birth date, sex and century. Numbers since October 2020 have no check digit.
pub(super) fn kr_resident(text: &[u8]) -> bool {
    digits::<13>(text).is_some_and(|d| {
        matches!(d[6], 1..=8) && is_date(two(&d[..2]), two(&d[2..4]), two(&d[4..6]))
    })
}

/// Person, Korea, of before October 2020: modulo eleven.
pub(super) fn kr_resident_checked(text: &[u8]) -> bool {
    kr_resident(text)
        && digits::<13>(text).is_some_and(|d| {
            let sum = weighted(&d[..12], &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]);
            (11 - sum % 11) % 10 == u32::from(d[12])
        })
}

/// Person, Japan (My Number): modulo eleven.
pub(super) fn jp_my_number(text: &[u8]) -> bool {
    digits::<12>(text).is_some_and(|d| {
        let sum = weighted(&d[..11], &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
        let expected = match sum % 11 {
            0 | 1 => 0,
            rest => 11 - rest,
        };
        varied(&d) && expected == u32::from(d[11])
    })
}

/// Company, Japan: the first digit checks the others, modulo nine.
pub(super) fn jp_corporate(text: &[u8]) -> bool {
    digits::<13>(text).is_some_and(|d| {
        let sum = weighted(&d[1..], &[2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]);
        varied(&d) && 9 - sum % 9 == u32::from(d[0])
    })
}

/// Person, India (Aadhaar): Verhoeff; no number begins with zero or one.
pub(super) fn in_aadhaar(text: &[u8]) -> bool {
    digits::<12>(text).is_some_and(|d| d[0] > 1 && varied(&d) && verhoeff(&d))
}

/// Taxpayer, India (PAN): the fourth letter says what sort. There is no check that
/// others know.
pub(super) fn in_pan(text: &[u8]) -> bool {
    symbols::<10>(text).is_some_and(|s| {
        s[..5].iter().chain(&s[9..]).all(u8::is_ascii_uppercase)
            && s[5..9].iter().all(u8::is_ascii_digit)
            && b"ABCFGHJLPT".contains(&s[3])
    })
}

/// Business, India (GSTIN): state, PAN, symbol modulo 36.
pub(super) fn in_gstin(text: &[u8]) -> bool {
    let Some(s) = symbols::<15>(text) else {
        return false;
    };
    let sum: u32 = s[..14]
        .iter()
        .enumerate()
        .map(|(at, &symbol)| value(symbol) * (1 + at as u32 % 2))
        .map(|product| product / 36 + product % 36)
        .sum();
    let state = digits::<2>(&s[..2]).map_or(0, |d| two(&d));
    matches!(state, 1..=38 | 96 | 97 | 99)
        && in_pan(&s[2..12])
        && s[13] == b'Z'
        && (36 - sum % 36) % 36 == value(s[14])
}

/// Person, Singapore (NRIC, FIN): a letter modulo eleven.
pub(super) fn sg_nric(text: &[u8]) -> bool {
    let Some(s) = symbols::<9>(text) else {
        return false;
    };
    let (more, letters) = match s[0] {
        b'S' => (0, b"JZIHGFEDCBA"),
        b'T' => (4, b"JZIHGFEDCBA"),
        b'F' => (0, b"XWUTRQPNMLK"),
        b'G' => (4, b"XWUTRQPNMLK"),
        b'M' => (3, b"XWUTRQPNJLK"),
        _ => return false,
    };
    digits::<7>(&s[1..8]).is_some_and(|d| {
        let sum = weighted(&d, &[2, 7, 6, 5, 4, 3, 2]) + more;
        letters[(sum % 11) as usize] == s[8] && varied(&d)
    })
}

/// Person, Thailand: modulo eleven.
pub(super) fn th_national(text: &[u8]) -> bool {
    digits::<13>(text).is_some_and(|d| {
        let sum = weighted(&d[..12], &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
        !matches!(d[0], 0 | 9) && varied(&d) && (11 - sum % 11) % 10 == u32::from(d[12])
    })
}

/// Taxpayer, Australia (TFN): divisible by eleven.
pub(super) fn au_tfn(text: &[u8]) -> bool {
    match count(text) {
        8 => digits::<8>(text).is_some_and(|d| {
            varied(&d) && weighted(&d, &[10, 7, 8, 4, 6, 3, 5, 1]).is_multiple_of(11)
        }),
        9 => digits::<9>(text).is_some_and(|d| {
            varied(&d) && weighted(&d, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11)
        }),
        _ => false,
    }
}

/// Business, Australia (ABN): the first digit less one, divisible by 89.
pub(super) fn au_abn(text: &[u8]) -> bool {
    digits::<11>(text).is_some_and(|mut d| {
        let varied = varied(&d);
        d[0] = d[0].wrapping_sub(1);
        d[0] < 9
            && varied
            && weighted(&d, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]).is_multiple_of(89)
    })
}

/// Patient, Australia (Medicare): the ninth digit checks the first eight.
pub(super) fn au_medicare(text: &[u8]) -> bool {
    let d = match count(text) {
        10 => digits::<10>(text).map(|d| d.to_vec()),
        11 => digits::<11>(text).map(|d| d.to_vec()),
        _ => None,
    };
    d.is_some_and(|d| {
        let sum = weighted(&d[..8], &[1, 3, 7, 9, 1, 3, 7, 9]);
        matches!(d[0], 2..=6) && d[9] != 0 && sum % 10 == u32::from(d[8])
    })
}

/// Taxpayer, New Zealand (IRD): modulo eleven, in two rounds.
pub(super) fn nz_ird(text: &[u8]) -> bool {
    let d = match count(text) {
        8 => digits::<8>(text).map(|d| {
            let mut long = [0; 9];
            long[1..].copy_from_slice(&d);
            long
        }),
        _ => digits::<9>(text),
    };
    d.is_some_and(|d| {
        let check = |weights: &[u8]| match weighted(&d[..8], weights) % 11 {
            0 => 0,
            rest => 11 - rest,
        };
        let expected = match check(&[3, 2, 7, 6, 5, 4, 3, 2]) {
            10 => check(&[7, 4, 3, 2, 5, 2, 7, 6]),
            digit => digit,
        };
        (10_000_000..=150_000_000).contains(&number(&d)) && expected == u32::from(d[8])
    })
}

/// Person, South Africa: birth date, citizenship, Luhn.
pub(super) fn za_identity(text: &[u8]) -> bool {
    digits::<13>(text).is_some_and(|d| {
        is_date(two(&d[..2]), two(&d[2..4]), two(&d[4..6])) && d[10] < 3 && luhn(&d)
    })
}

/// Person, Israel: Luhn.
pub(super) fn il_identity(text: &[u8]) -> bool {
    digits::<9>(text).is_some_and(|d| luhn(&d) && varied(&d) && number(&d) > 1_000)
}

/// Mobile equipment (IMEI): Luhn.
pub(super) fn imei(text: &[u8]) -> bool {
    digits::<15>(text)
        .is_some_and(|d| luhn(&d) && varied(&d) && matches!(two(&d[..2]), 1 | 10..=99))
}

/// SIM card (ICCID, ITU-T E.118): 89, Luhn.
pub(super) fn iccid(text: &[u8]) -> bool {
    let d = match count(text) {
        19 => digits::<19>(text).map(|d| d.to_vec()),
        20 => digits::<20>(text).map(|d| d.to_vec()),
        _ => None,
    };
    d.is_some_and(|d| d.starts_with(&[8, 9]) && luhn(&d) && varied(&d[2..]))
}
