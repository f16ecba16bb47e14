//! Whether a value stands for itself or is a placeholder.

use super::lexicon::{self, Natural};
use super::value::{Looks, longest, share};

/// What speaks for a placeholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    /// Nothing does.
    Real,
    /// A fragment, a repetition, a sequence, or likeness with the name.
    Placeholder,
    /// A well-known weak value.
    Known,
}

pub(super) fn stand(value: &[u8], name: &[u8], looks: &Looks) -> Stand {
    let counts = &looks.counts;
    if lexicon::is_known(value) || lexicon::is_known(without_number(value)) {
        return Stand::Known;
    }
    let natural = if looks.letters.surprise < 5.2 {
        Natural::Yes
    } else {
        Natural::No
    };
    let few = share(counts.distinct, counts.length);
    let repeated = counts.longest_sequence >= 8
        || counts.longest_run >= 4 && counts.length < 60
        || counts.longest_sequence >= 4 && counts.length < 40
        || (few < 0.25 && counts.length < 64 || few < 0.4 && counts.length < 10);
    let fragment = counts.length < 40 && lexicon::has_placeholder(value, natural);
    let cut = value.ends_with(b"...");
    let sure = counts.length >= 40 && lexicon::has_sure_placeholder(value);
    if repeated || fragment || sure || cut || is_keyboard_row(value) || is_like(value, name) {
        Stand::Placeholder
    } else {
        Stand::Real
    }
}

/// `zxcv`, `hjkl1`: half of the value or more runs along a row of the keyboard.
fn is_keyboard_row(value: &[u8]) -> bool {
    const ROWS: [&[u8]; 3] = [b"qwertyuiop", b"asdfghjkl", b"zxcvbnm"];
    let beside = |a: u8, b: u8| {
        ROWS.iter().any(|row| {
            row.iter()
                .position(|&key| key == a.to_ascii_lowercase())
                .is_some_and(|at| row.get(at + 1) == Some(&b.to_ascii_lowercase()))
        })
    };
    let run = longest(value, beside);
    run >= 4 && run * 2 >= value.len()
}

/// `password12` without its number.
fn without_number(value: &[u8]) -> &[u8] {
    let digits = value
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_digit())
        .count();
    if digits <= 4 {
        &value[..value.len() - digits]
    } else {
        value
    }
}

/// True when seven in ten of the value's letter triples stand in its name.
fn is_like(value: &[u8], name: &[u8]) -> bool {
    likeness(value, name) >= 70
}

/// How many in a hundred of the value's letter triples stand in its name; separators do not count.
pub(super) fn likeness(value: &[u8], name: &[u8]) -> usize {
    let joined = |text: &[u8]| -> Vec<u8> {
        text.iter()
            .take(80)
            .filter(|b| b.is_ascii_alphanumeric())
            .map(u8::to_ascii_lowercase)
            .collect()
    };
    let (value, name) = (joined(value), joined(name));
    if value.len() < 3 || value.len() > 64 {
        return 0;
    }
    let total = value.len() - 2;
    let same = value
        .windows(3)
        .filter(|v| name.windows(3).any(|n| n == *v))
        .count();
    same * 100 / total
}

#[cfg(test)]
mod tests {
    use super::super::value::Counts;
    use super::*;

    fn told(value: &str, name: &str) -> Stand {
        let looks = Looks::of(value.as_bytes(), Counts::of(value.as_bytes()));
        stand(value.as_bytes(), name.as_bytes(), &looks)
    }

    #[test]
    fn stand_ins_are_told_from_values() {
        let cases = [
            ("changeme", Stand::Known),
            ("Password123", Stand::Known),
            ("xxxxxxxx", Stand::Placeholder),
            ("abcdefgh12", Stand::Placeholder),
            ("zxcvbn", Stand::Placeholder),
            ("your_db_value", Stand::Placeholder),
            ("eyJ2IjoiMSIs...", Stand::Placeholder),
            ("vq7Xk2wzR9", Stand::Real),
        ];
        for (value, expected) in cases {
            assert_eq!(told(value, "password"), expected, "{value}");
        }
    }

    #[test]
    fn a_value_like_its_name_stands_for_something_else() {
        assert_eq!(told("Vultr API key", "VULTR_API_KEY"), Stand::Placeholder);
        assert_eq!(told("dyn-q7xk2", "VULTR_API_KEY"), Stand::Real);
    }
}
