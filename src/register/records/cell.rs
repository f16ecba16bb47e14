//! Types of cells: which words of a text can be one, and what is compared.
//!
//! The same function reads the table and the text that is scanned, so that both
//! see the same value: digits without separators, letters without case.

use std::str::FromStr;

use crate::fingerprint::words::{Gap, Word, Words};
use crate::rules::validate::numbers::{iban, luhn};

/// Bytes of the longest value.
const LONGEST: usize = 64;

/// Fewest digits, or letters, of a value that says something.
const DIGITS: usize = 5;
const LETTERS: usize = 3;

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CellType {
    /// The number of a payment card.
    Pan,
    /// The number of a bank account.
    Iban,
    /// A social security number of the United States.
    Ssn,
    /// A mail address.
    Email,
    /// A telephone number.
    Phone,
    /// The name of a person, or a part of it.
    Name,
    /// A day, with its year in four digits.
    Date,
    /// A number or code that is given once.
    Id,
    /// Some words.
    Text,
}

impl CellType {
    /// Every type.
    pub const ALL: [CellType; 9] = [
        CellType::Pan,
        CellType::Iban,
        CellType::Ssn,
        CellType::Email,
        CellType::Phone,
        CellType::Name,
        CellType::Date,
        CellType::Id,
        CellType::Text,
    ];

    /// The word used in register files.
    pub fn as_str(self) -> &'static str {
        match self {
            CellType::Pan => "pan",
            CellType::Iban => "iban",
            CellType::Ssn => "ssn",
            CellType::Email => "email",
            CellType::Phone => "phone",
            CellType::Name => "name",
            CellType::Date => "date",
            CellType::Id => "id",
            CellType::Text => "text",
        }
    }

    /// True when a value says which row it is of, so that it is looked for first.
    pub fn is_telling(self) -> bool {
        !matches!(self, CellType::Name | CellType::Date | CellType::Text)
    }

    /// Most words of a value.
    pub(super) fn words(self) -> usize {
        match self {
            CellType::Pan => 5,
            CellType::Iban => 9,
            CellType::Ssn | CellType::Date => 3,
            CellType::Email => 10,
            CellType::Phone => 7,
            CellType::Name | CellType::Id => 4,
            CellType::Text => 8,
        }
    }

    /// True when a value may go on after `gap`.
    fn joins(self, gap: Gap) -> bool {
        let (mark, is_tight) = match gap {
            Gap::Wide => return false,
            Gap::Space => {
                return !matches!(self, CellType::Email | CellType::Date);
            }
            Gap::One(mark) => (mark, false),
            Gap::Tight(mark) => (mark, true),
        };
        match self {
            CellType::Email => is_tight && b"@.-_+".contains(&mark),
            CellType::Pan | CellType::Iban | CellType::Ssn => is_tight && mark == b'-',
            CellType::Phone => b"-./()".contains(&mark),
            CellType::Date => is_tight && b"-./".contains(&mark),
            CellType::Name => b"-.'?".contains(&mark),
            CellType::Id => is_tight && b"-_./#".contains(&mark),
            CellType::Text => !b"{}<>\"".contains(&mark),
        }
    }
}

impl FromStr for CellType {
    type Err = String;

    fn from_str(text: &str) -> Result<CellType, String> {
        let found = CellType::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| {
            let words: Vec<&str> = CellType::ALL.iter().map(|kind| kind.as_str()).collect();
            format!("`{text}`: expected a type of {}", words.join(", "))
        })
    }
}

/// What is compared of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    bytes: [u8; LONGEST],
    len: usize,
}

impl Value {
    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    fn push(&mut self, bytes: &[u8]) -> Option<()> {
        let place = self.bytes.get_mut(self.len..self.len + bytes.len())?;
        place.copy_from_slice(bytes);
        self.len += bytes.len();
        Some(())
    }

    fn of(bytes: &[u8]) -> Option<Value> {
        let mut value = Value {
            bytes: [0; LONGEST],
            len: 0,
        };
        value.push(bytes)?;
        Some(value)
    }
}

/// The value of a whole cell of the given type; `None` when it is none.
pub fn value(kind: CellType, words: &Words) -> Option<Value> {
    let mut found = None;
    let all = words.all().len();
    each(kind, words, 0, &mut |count, value| {
        if count == all {
            found = Some(value);
        }
    });
    found
}

/// Calls `found` with the number of words and the value of everything that
/// begins at the word `first` and can be a value of the given type.
pub(super) fn each(
    kind: CellType,
    words: &Words,
    first: usize,
    found: &mut dyn FnMut(usize, Value),
) {
    let all = words.all();
    let Some(word) = all.get(first) else { return };
    let opening = words.symbols(word).first().copied().unwrap_or(0);
    let digits_only = matches!(
        kind,
        CellType::Pan | CellType::Ssn | CellType::Phone | CellType::Date
    );
    if digits_only && !opening.is_ascii_digit()
        || matches!(kind, CellType::Iban | CellType::Name) && opening.is_ascii_digit()
    {
        return;
    }
    let mut value = Value {
        bytes: [0; LONGEST],
        len: 0,
    };
    for count in 1..=kind.words().min(all.len() - first) {
        let word = &all[first + count - 1];
        if count > 1 {
            if !kind.joins(word.gap) {
                return;
            }
            if word.gap == Gap::Tight(b'@') && value.push(b"@").is_none() {
                return;
            }
        }
        let symbols = words.symbols(word);
        let is_digits = symbols.iter().all(u8::is_ascii_digit);
        if digits_only && !is_digits || value.push(symbols).is_none() {
            return;
        }
        let words = &all[first..first + count];
        if let Some(value) = accepted(kind, value, words) {
            found(count, value);
        }
    }
}

/// What `value`, which `words` spell, is compared as.
fn accepted(kind: CellType, value: Value, words: &[Word]) -> Option<Value> {
    let bytes = value.bytes();
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = bytes.len() - digits;
    match kind {
        CellType::Pan => ((12..=19).contains(&digits) && luhn(bytes)).then_some(value),
        CellType::Iban => (iban(&bytes.to_ascii_uppercase())).then_some(value),
        CellType::Ssn => is_ssn(bytes).then_some(value),
        CellType::Email => {
            let at = bytes.iter().position(|&byte| byte == b'@')?;
            let once = !bytes[at + 1..].contains(&b'@');
            let dot = words
                .iter()
                .skip(2)
                .any(|word| word.gap == Gap::Tight(b'.'));
            (at > 0 && once && dot && bytes.len() - at > 4).then_some(value)
        }
        // The country's number and the leading zero are written or not.
        CellType::Phone => (7..=15)
            .contains(&digits)
            .then(|| Value::of(&bytes[digits.saturating_sub(9)..]))?,
        CellType::Name => (digits == 0 && letters >= LETTERS).then_some(value),
        CellType::Date => date(bytes, words),
        CellType::Id => {
            let enough = digits >= DIGITS || letters >= LETTERS && digits > 0;
            (enough && bytes.len() >= DIGITS).then_some(value)
        }
        CellType::Text => (letters >= LETTERS || digits >= DIGITS).then_some(value),
    }
}

fn is_ssn(digits: &[u8]) -> bool {
    let Ok(digits): Result<&[u8; 9], _> = digits.try_into() else {
        return false;
    };
    let (area, rest) = digits.split_at(3);
    let (group, serial) = rest.split_at(2);
    area != b"000" && area != b"666" && area[0] != b'9' && group != b"00" && serial != b"0000"
}

/// Year, then month and day in ascending order: both orders are written.
fn date(bytes: &[u8], words: &[Word]) -> Option<Value> {
    let number = |range: std::ops::Range<usize>| -> Option<u32> {
        std::str::from_utf8(bytes.get(range)?).ok()?.parse().ok()
    };
    let lengths: Vec<usize> = words.iter().map(Word::len).collect();
    let (year, one, two) = match lengths[..] {
        [8] => (number(0..4)?, number(4..6)?, number(6..8)?),
        [4, a @ 1..=2, b @ 1..=2] => (number(0..4)?, number(4..4 + a)?, number(4 + a..4 + a + b)?),
        [a @ 1..=2, b @ 1..=2, 4] => {
            let end = a + b;
            (number(end..end + 4)?, number(0..a)?, number(a..end)?)
        }
        _ => return None,
    };
    let (low, high) = (one.min(two), one.max(two));
    let real = (1800..2200).contains(&year) && (1..=12).contains(&low) && high <= 31;
    real.then(|| Value::of(format!("{year}{low:02}{high:02}").as_bytes()))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::symbols::Alphabet;

    fn told(kind: CellType, text: &str) -> Option<String> {
        let words = Words::of(&Alphabet::default(), text.as_bytes());
        value(kind, &words).map(|value| String::from_utf8(value.bytes().to_vec()).unwrap())
    }

    #[test]
    fn values_are_the_same_however_they_are_written() {
        for (kind, texts, expected) in [
            (
                CellType::Pan,
                &["4111 1111 1111 1111", "4111-1111-1111-1111"][..],
                "4111111111111111",
            ),
            (
                CellType::Iban,
                &["DE89 3704 0044 0532 0130 00", "de89370400440532013000"],
                "de89370400440532013000",
            ),
            (
                CellType::Ssn,
                &["123-45-6789", "123456789", "123 45 6789"],
                "123456789",
            ),
            (
                CellType::Email,
                &["Jane.Doe@Example.org"],
                "janedoe@exampleorg",
            ),
            (
                CellType::Phone,
                &["+49 (30) 1234-5678", "030/12345678", "004930 12345678"],
                "012345678",
            ),
            (
                CellType::Name,
                &["José Müller-Lüdenscheidt", "JOSE MULLER LUDENSCHEIDT"],
                "josemullerludenscheidt",
            ),
            (
                CellType::Date,
                &["1999-03-07", "07.03.1999", "3/7/1999", "19990307"],
                "19990307",
            ),
            (CellType::Id, &["AB-1234/7", "ab 1234 7"], "ab12347"),
            (
                CellType::Text,
                &["Blue heron, 7", "BLUE HERON 7"],
                "blueheron7",
            ),
        ] {
            for text in texts {
                assert_eq!(
                    told(kind, text).as_deref(),
                    Some(expected),
                    "{kind:?} {text}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_value_of_its_type_is_none() {
        for (kind, text) in [
            (CellType::Pan, "4111 1111 1111 1112"),
            (CellType::Pan, "4111,1111,1111,1111"),
            (CellType::Iban, "DE88 3704 0044 0532 0130 00"),
            (CellType::Ssn, "000-45-6789"),
            (CellType::Email, "jane.doe at example.org"),
            (CellType::Email, "jane@example"),
            (CellType::Phone, "12345"),
            (CellType::Name, "R2 D2"),
            (CellType::Name, "Al"),
            (CellType::Date, "31.12.99"),
            (CellType::Date, "1999-13-14"),
            (CellType::Id, "1234"),
            (CellType::Text, "a 1"),
        ] {
            assert_eq!(told(kind, text), None, "{kind:?} {text}");
        }
    }

    #[test]
    fn types_are_named() {
        for kind in CellType::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        assert!("number".parse::<CellType>().is_err());
    }
}
