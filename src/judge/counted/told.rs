//! What was counted, in words.

use std::fmt::Write as _;

use crate::base::secret::Secret;
use crate::judge::finding::Amount;

/// The marking as it stands there first, and how often it does.
pub(super) fn marked(value: &Secret, amount: &Amount) -> String {
    let words = String::from_utf8_lossy(value.expose());
    let words: String = words.chars().take(80).collect();
    match amount.count {
        1 => words,
        count => format!("{words}, {} times", grouped(count)),
    }
}

/// What was counted, in words.
pub fn summary(amount: &Amount) -> String {
    let plural = |number: u64| if number == 1 { "" } else { "s" };
    let mut out = format!("{} value{}", grouped(amount.count), plural(amount.count));
    if amount.count > 1 {
        let least = if amount.is_more { "at least " } else { "" };
        let _ = write!(out, ", {least}{} different", grouped(amount.distinct));
    }
    out
}

/// The number with a comma between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
