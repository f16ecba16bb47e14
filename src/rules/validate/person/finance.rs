//! Accounts, securities, banks.

use super::schemes::{digits, luhn, mod_97, number, symbols, two, value, varied, weighted};

/// Length of an IBAN by country, from the registry of ISO 13616.
const IBAN: &[(&[u8; 2], usize)] = &[
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 22),
    (b"BI", 27),
    (b"BR", 29),
    (b"BY", 28),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DJ", 27),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"EG", 29),
    (b"ES", 24),
    (b"FI", 18),
    (b"FK", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"GT", 28),
    (b"HN", 28),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IQ", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"JO", 30),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LC", 32),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"LY", 25),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MN", 20),
    (b"MR", 27),
    (b"MT", 31),
    (b"MU", 30),
    (b"NI", 28),
    (b"NL", 18),
    (b"NO", 15),
    (b"OM", 23),
    (b"PK", 24),
    (b"PL", 28),
    (b"PS", 29),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"RU", 33),
    (b"SA", 24),
    (b"SC", 31),
    (b"SD", 18),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"SO", 23),
    (b"ST", 25),
    (b"SV", 28),
    (b"TL", 23),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"VA", 22),
    (b"VG", 24),
    (b"XK", 20),
    (b"YE", 30),
];

/// Codes of countries and territories (ISO 3166-1), and those that securities have beside.
const COUNTRIES: &[u8] = b"ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBV\
    BWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGF\
    GGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLA\
    LBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOM\
    PAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTG\
    THTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSYEYTZAZMZWXKXSEUXAXBXCXD";

/// True when `code` is that of a country.
pub(super) fn is_country(code: &[u8]) -> bool {
    COUNTRIES
        .as_chunks::<2>()
        .0
        .iter()
        .any(|known| known == code)
}

/// An account number of a country's length whose remainder modulo 97 is one.
pub(super) fn iban_country(text: &[u8]) -> bool {
    let compact: Vec<u8> = text
        .iter()
        .copied()
        .filter(u8::is_ascii_alphanumeric)
        .collect();
    let Some((country, rest)) = compact.split_first_chunk::<2>() else {
        return false;
    };
    let known = IBAN
        .iter()
        .any(|(code, length)| *code == country && *length == compact.len());
    known
        && rest[..2].iter().all(u8::is_ascii_digit)
        && compact.iter().all(|b| !b.is_ascii_lowercase())
        && mod_97(rest[2..].iter().chain(&compact[..4]).copied()) == 1
}

/// A security (ISO 6166): country, nine symbols, Luhn over the digits that letters stand for.
pub(super) fn isin(text: &[u8]) -> bool {
    let Some(symbols) = symbols::<12>(text) else {
        return false;
    };
    let mut spelled = Vec::with_capacity(24);
    for &symbol in &symbols {
        let value = value(symbol) as u8;
        if value > 9 {
            spelled.push(value / 10);
        }
        spelled.push(value % 10);
    }
    is_country(&symbols[..2]) && symbols[11].is_ascii_digit() && luhn(&spelled)
}

/// A legal entity (ISO 17442): two check digits, remainder one modulo 97.
pub(super) fn lei(text: &[u8]) -> bool {
    symbols::<20>(text)
        .is_some_and(|symbols| symbols[18..].iter().all(u8::is_ascii_digit) && mod_97(symbols) == 1)
}

/// A creditor's reference (ISO 11649): `RF`, two check digits, up to 21 symbols.
pub(super) fn creditor_reference(text: &[u8]) -> bool {
    let compact: Vec<u8> = text
        .iter()
        .filter(|b| b.is_ascii_alphanumeric())
        .map(u8::to_ascii_uppercase)
        .collect();
    (5..=25).contains(&compact.len())
        && compact.starts_with(b"RF")
        && compact[2..4].iter().all(u8::is_ascii_digit)
        && mod_97(compact[4..].iter().chain(&compact[..4]).copied()) == 1
}

/// A security of North America: nine symbols, every second doubled.
pub(super) fn cusip(text: &[u8]) -> bool {
    let Some(symbols) = symbols::<9>(text) else {
        return false;
    };
    let sum: u32 = symbols[..8]
        .iter()
        .enumerate()
        .map(|(at, &symbol)| {
            let value = value(symbol) * (1 + at as u32 % 2);
            value / 10 + value % 10
        })
        .sum();
    symbols[8].is_ascii_digit() && (10 - sum % 10) % 10 == value(symbols[8])
}

/// A security of London: no vowels, weights 1, 3, 1, 7, 3, 9.
pub(super) fn sedol(text: &[u8]) -> bool {
    let Some(symbols) = symbols::<7>(text) else {
        return false;
    };
    let sum: u32 = symbols
        .iter()
        .zip([1, 3, 1, 7, 3, 9, 1])
        .map(|(&symbol, weight)| value(symbol) * weight)
        .sum();
    symbols[6].is_ascii_digit()
        && !symbols.iter().any(|symbol| b"AEIOU".contains(symbol))
        && sum.is_multiple_of(10)
        && varied(&symbols)
}

/// A bank (ISO 9362): four letters, a country, a place, perhaps a branch. It has no check digit.
pub(super) fn bic(text: &[u8]) -> bool {
    matches!(text.len(), 8 | 11)
        && text[..6].iter().all(u8::is_ascii_uppercase)
        && text[6..]
            .iter()
            .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
        && is_country(&text[4..6])
}

/// A bank of the United States: weights 3, 7, 1; the first two digits say the district.
pub(super) fn aba(text: &[u8]) -> bool {
    digits::<9>(text).is_some_and(|digits| {
        let district = two(&digits[..2]);
        matches!(district, 1..=12 | 21..=32 | 61..=72 | 80)
            && weighted(&digits, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
    })
}

/// An account of Mexico (CLABE): weights 3, 7, 1, each product modulo ten.
pub(super) fn clabe(text: &[u8]) -> bool {
    digits::<18>(text).is_some_and(|digits| {
        let sum = weighted(
            &digits[..17],
            &[3, 7, 1, 3, 7, 1, 3, 7, 1, 3, 7, 1, 3, 7, 1, 3, 7],
        );
        varied(&digits) && (10 - sum % 10) % 10 == u32::from(digits[17])
    })
}

/// A business of France (SIREN): nine digits, Luhn.
pub(super) fn siren(text: &[u8]) -> bool {
    digits::<9>(text).is_some_and(|digits| luhn(&digits) && varied(&digits))
}

/// An establishment of France (SIRET): Luhn, but for the post office's own.
pub(super) fn siret(text: &[u8]) -> bool {
    digits::<14>(text).is_some_and(|digits| {
        let post = number(&digits[..9]) == 356_000_000
            && digits
                .iter()
                .map(|&d| u32::from(d))
                .sum::<u32>()
                .is_multiple_of(5);
        varied(&digits) && (luhn(&digits) || post)
    })
}
