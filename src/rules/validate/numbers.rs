//! Numbers with check digits: payment cards and bank accounts.

/// Luhn (ISO/IEC 7812) over 12 to 19 digits; blanks and dashes between them do not count.
/// Digits that are all the same pass the sum at times but are no card.
pub(crate) fn luhn(text: &[u8]) -> bool {
    let mut digits = Vec::with_capacity(19);
    for &b in text {
        match b {
            b'0'..=b'9' if digits.len() < 19 => digits.push(u32::from(b - b'0')),
            b' ' | b'-' => {}
            _ => return false,
        }
    }
    if digits.len() < 12 || digits.iter().all(|d| *d == digits[0]) {
        return false;
    }
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, &d)| match (i % 2, d) {
            (0, d) => d,
            (_, 0..=4) => d * 2,
            _ => d * 2 - 9,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// IBAN (ISO 13616): two letters, two digits, 11 to 30 letters or digits; the number made of
/// it leaves 1 modulo 97. Blanks do not count.
pub(crate) fn iban(text: &[u8]) -> bool {
    let compact: Vec<u8> = text.iter().copied().filter(|&b| b != b' ').collect();
    if !(15..=34).contains(&compact.len())
        || !compact[..2].iter().all(u8::is_ascii_uppercase)
        || !compact[2..4].iter().all(u8::is_ascii_digit)
    {
        return false;
    }
    let remainder = compact[4..]
        .iter()
        .chain(&compact[..4])
        .try_fold(0u32, |rest, &b| match b {
            b'0'..=b'9' => Some((rest * 10 + u32::from(b - b'0')) % 97),
            b'A'..=b'Z' => Some((rest * 100 + u32::from(b - b'A') + 10) % 97),
            _ => None,
        });
    remainder == Some(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::validate::testing::{ALNUM, Source};

    /// The digit that completes `body`, from the rule as printed: double every second digit
    /// from the right, add all digits, take what is missing to the next ten.
    fn last_digit(body: &str) -> char {
        let mut sum = 0;
        for (i, c) in body.chars().rev().enumerate() {
            let d = c.to_digit(10).unwrap() * if i % 2 == 0 { 2 } else { 1 };
            sum += d / 10 + d % 10;
        }
        char::from_digit((10 - sum % 10) % 10, 10).unwrap()
    }

    #[test]
    fn cards_pass_and_every_changed_digit_fails() {
        let mut source = Source::new(22);
        for _ in 0..1000 {
            let length = 12 + source.below(7);
            let body = format!("45{}", source.pick("0123456789", length - 3));
            let card = format!("{body}{}", last_digit(&body));
            assert!(luhn(card.as_bytes()), "{length}");
            assert!(!luhn(source.corrupt(&card, 0).as_bytes()));
        }
    }

    #[test]
    fn separators_do_not_count_and_equal_digits_are_no_card() {
        assert!(luhn(b"4111 1111-1111 1111"));
        assert!(!luhn(b"4111 1111 1111 1112"));
        assert!(!luhn(b"0000000000000000"));
        assert!(!luhn(b"4111x1111111111111"));
        assert!(!luhn(b"18"));
    }

    #[test]
    fn accounts_pass_and_every_changed_digit_fails() {
        let mut source = Source::new(23);
        for _ in 0..1000 {
            let length = 11 + source.below(20);
            let body = source.pick(&ALNUM[..36], length);
            let mut number = String::new();
            for c in format!("{body}DE00").chars() {
                number += &c.to_digit(36).unwrap().to_string();
            }
            let mut rest = 0;
            for c in number.chars() {
                rest = (rest * 10 + c.to_digit(10).unwrap()) % 97;
            }
            let account = format!("DE{:02}{body}", 98 - rest);
            assert!(iban(account.as_bytes()));
            assert!(!iban(source.corrupt(&account, 0).as_bytes()));
        }
    }

    #[test]
    fn blanks_are_skipped_and_lower_case_is_refused() {
        assert!(iban(b"GB82 WEST 1234 5698 7654 32"));
        assert!(!iban(b"gb82west12345698765432"));
        assert!(!iban(b"GB82"));
    }
}
