//! Payment cards: who issues numbers that begin so, and how long they are.
//!
//! Ranges from the networks' published rules for merchants (ISO/IEC 7812 issuer
//! identification numbers).

use super::schemes::{count, luhn, varied};

/// First and last prefix of a range, shortest and longest number.
struct Range(u32, u32, usize, usize);

/// Prefixes of four digits.
const RANGES: &[Range] = &[
    Range(2200, 2204, 16, 19), // Mir
    Range(2221, 2720, 16, 16), // Mastercard
    Range(3000, 3059, 14, 19), // Diners Club
    Range(3095, 3095, 14, 19), // Diners Club
    Range(3400, 3499, 15, 15), // American Express
    Range(3528, 3589, 16, 19), // JCB
    Range(3600, 3699, 14, 19), // Diners Club
    Range(3700, 3799, 15, 15), // American Express
    Range(3800, 3999, 14, 19), // Diners Club
    Range(4000, 4999, 13, 13), // Visa, old
    Range(4000, 4999, 16, 16), // Visa
    Range(4000, 4999, 19, 19), // Visa
    Range(5018, 5020, 12, 19), // Maestro, Dankort
    Range(5038, 5038, 12, 19), // Maestro
    Range(5041, 5041, 16, 16), // Elo
    Range(5060, 5067, 16, 19), // Verve, Elo
    Range(5080, 5089, 16, 16), // RuPay
    Range(5100, 5599, 16, 16), // Mastercard
    Range(5610, 5610, 16, 16), // Bankcard
    Range(5612, 5612, 12, 19), // Maestro
    Range(5893, 5893, 12, 19), // Maestro
    Range(6011, 6011, 16, 19), // Discover
    Range(6062, 6062, 16, 19), // Hipercard
    Range(6069, 6085, 16, 16), // RuPay
    Range(6200, 6299, 16, 19), // UnionPay
    Range(6304, 6304, 12, 19), // Maestro
    Range(6360, 6369, 16, 19), // InterPayment, Elo
    Range(6370, 6399, 16, 16), // InstaPayment
    Range(6440, 6599, 16, 19), // Discover
    Range(6759, 6763, 12, 19), // Maestro
    Range(8100, 8171, 16, 19), // UnionPay
    Range(8172, 8299, 16, 16), // RuPay
    Range(9792, 9792, 16, 16), // Troy
];

/// A number of a network, of a length it issues, with a valid last digit.
pub(super) fn card(text: &[u8]) -> bool {
    let length = count(text);
    if !(12..=19).contains(&length) {
        return false;
    }
    let mut digits = [0; 19];
    let symbols = text.iter().filter(|b| b.is_ascii_alphanumeric());
    for (to, &from) in digits.iter_mut().zip(symbols) {
        if !from.is_ascii_digit() {
            return false;
        }
        *to = from - b'0';
    }
    let digits = &digits[..length];
    let prefix = digits[..4]
        .iter()
        .fold(0, |sum, &digit| sum * 10 + u32::from(digit));
    let issued = |range: &Range| {
        (range.0..=range.1).contains(&prefix) && (range.2..=range.3).contains(&length)
    };
    RANGES.iter().any(issued) && luhn(digits) && varied(&digits[1..])
}
