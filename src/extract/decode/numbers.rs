//! Lists of numbers that spell a text: `[103, 104]`, `chr(103) + chr(104)`,
//! `(byte) 0x67, (byte) 0x68`, a sequence of YAML with a number in each line.
//!
//! What stands between two numbers is the same all along, but for blanks and
//! ends of lines. Tables of data look alike; their numbers are no letters.

use std::ops::Range;

use super::layer::{Counts, Layer};
use super::named::named;
use super::{Hand, Sight};
use crate::base::decoding::Encoding;

/// Numbers that a list has at least.
const SHORTEST: usize = 12;
/// Bytes between two numbers, at most: without blanks, and with them.
const SIGNS: usize = 24;
const BETWEEN: usize = 104;
/// Bytes before a place that a list may begin.
const BACK: usize = 4 << 10;
/// Longest list, in bytes of text.
const LONGEST: usize = 64 << 10;

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Base {
    Decimal,
    Hex,
}

/// A number: the character it stands for, and its digits.
type Number = (u8, Range<usize>);

/// Hands out the lists around `places`, each of which is a number.
pub(super) fn read(sight: &Sight<'_>, places: &[usize], until: &mut usize, hand: &mut Hand<'_>) {
    for &place in places {
        let done = until.saturating_sub(sight.base);
        if place < done {
            continue;
        }
        let Some(list) = List::at(sight.bytes, place) else {
            continue;
        };
        let from = place.saturating_sub(BACK).max(done);
        let numbers = list.read(place, from);
        let [(_, first), .., (_, end)] = numbers.as_slice() else {
            continue;
        };
        let span = first.start..end.end;
        if numbers.len() < SHORTEST {
            continue;
        }
        *until = sight.base + span.end;
        if !is_worth(&numbers) {
            continue;
        }
        let mut layer = Layer::new(Encoding::Numbers, Counts::Secret);
        for (byte, digits) in &numbers {
            layer.whole(&[*byte], sight.base + digits.start..sight.base + digits.end);
        }
        hand(named(sight, span, layer));
    }
}

/// True when most characters are such that values and lines are made of.
fn is_worth(numbers: &[Number]) -> bool {
    let is_plain =
        |b: u8| b.is_ascii_alphanumeric() || b.is_ascii_whitespace() || b"_-./=".contains(&b);
    let plain = numbers.iter().filter(|(byte, _)| is_plain(*byte)).count();
    plain * 4 >= numbers.len() * 3
}

/// A list of numbers in a text.
struct List<'t> {
    bytes: &'t [u8],
    base: Base,
    /// What stands between two numbers, with the sign of the second one's base.
    between: &'t [u8],
}

impl<'t> List<'t> {
    /// The list of which a number stands at `at`, and another behind it.
    fn at(bytes: &'t [u8], at: usize) -> Option<List<'t>> {
        let prefix = prefix(bytes, at)?;
        let is_suffixed = prefix == 0 && has_suffix(bytes, at);
        let base = if prefix > 0 || is_suffixed {
            Base::Hex
        } else {
            Base::Decimal
        };
        let (_, digits) = number(bytes, at, base)?;
        let rest = &bytes[digits.end..bytes.len().min(digits.end + BETWEEN)];
        let sign = &bytes[at - prefix..at];
        let length = if prefix > 0 {
            memchr::memmem::find(rest, sign)? + prefix
        } else {
            let is_own =
                |at: &usize| *at > 0 && rest[*at].is_ascii_digit() && !is_word(rest[at - 1]);
            (0..rest.len()).find(is_own)?
        };
        let between = &rest[..length];
        let count = signs(between).count();
        let is_other = is_other_escape(between) || sign == b"0x" && count < 4;
        (count <= SIGNS && !is_other).then_some(List {
            bytes,
            base,
            between,
        })
    }

    /// The numbers of the list around the one at `at`, from `from` on.
    fn read(&self, at: usize, from: usize) -> Vec<Number> {
        let mut numbers = Vec::new();
        let mut first = at;
        while let Some(before) = self.before(first).filter(|before| before.1.start >= from) {
            first = before.1.start;
            numbers.push(before);
        }
        numbers.reverse();
        let mut next = at;
        while let Some(number) = number(self.bytes, next, self.base) {
            let end = number.1.end;
            numbers.push(number);
            match self.over(end).filter(|next| next - first < LONGEST) {
                Some(start) => next = start,
                None => break,
            }
        }
        numbers
    }

    /// Where the number behind the one that ends at `end` begins.
    fn over(&self, end: usize) -> Option<usize> {
        let mut signs = signs(self.between);
        let rest = &self.bytes[end..self.bytes.len().min(end + BETWEEN)];
        let mut next = signs.next();
        for (at, byte) in rest.iter().enumerate() {
            if is_blank(rest, at) {
                continue;
            }
            match next {
                Some(sign) if sign == byte => next = signs.next(),
                None if at > 0 => return Some(end + at),
                _ => return None,
            }
        }
        None
    }

    /// The number before the one that begins at `start`.
    fn before(&self, start: usize) -> Option<Number> {
        let mut signs = signs(self.between).rev();
        let reach = start.saturating_sub(BETWEEN);
        let rest = &self.bytes[reach..start];
        let mut next = signs.next();
        let mut end = None;
        for (at, byte) in rest.iter().enumerate().rev() {
            if is_blank(rest, at) {
                continue;
            }
            match next {
                Some(sign) if sign == byte => next = signs.next(),
                None if at + 1 < rest.len() => {
                    end = Some(reach + at + 1);
                    break;
                }
                _ => return None,
            }
        }
        let end = end?;
        let is_digit = |b: &&u8| match self.base {
            Base::Decimal => b.is_ascii_digit(),
            Base::Hex => b.is_ascii_hexdigit(),
        };
        let digits = self.bytes[..end].iter().rev().take(5).take_while(is_digit);
        let first = end - digits.count();
        let number = number(self.bytes, first, self.base)?;
        let is_whole = number.1.end == end && prefix(self.bytes, first).is_some();
        is_whole.then_some(number)
    }
}

/// The number that begins at `at`, if it stands for a character of a text.
fn number(bytes: &[u8], at: usize, base: Base) -> Option<Number> {
    let near = &bytes[at..bytes.len().min(at + 5)];
    let radix = if base == Base::Hex { 16 } else { 10 };
    let values = near.iter().map_while(|&b| char::from(b).to_digit(radix));
    let (count, value) = values.fold((0, 0), |(count, sum), digit| {
        (count + 1, sum * radix + digit)
    });
    let byte = u8::try_from(value).ok()?;
    let is_text = matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r');
    let is_short = match base {
        Base::Decimal => count <= 3,
        Base::Hex => (2..=4).contains(&count),
    };
    (is_text && is_short).then_some((byte, at..at + count))
}

/// Length of what stands before a number and tells that it is hexadecimal; `None`
/// when it is part of a word.
fn prefix(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes[..at] {
        [.., b'0', b'x' | b'X'] | [.., b'&', b'H' | b'h'] => Some(2),
        [.., before] if is_word(before) => None,
        _ => Some(0),
    }
}

/// True when an `h` behind the number at `at` tells that it is hexadecimal.
fn has_suffix(bytes: &[u8], at: usize) -> bool {
    let rest = bytes[at..].iter().take(4);
    let digits = rest.take_while(|b| b.is_ascii_hexdigit()).count();
    matches!(bytes.get(at + digits), Some(b'h' | b'H'))
        && !bytes.get(at + digits + 1).is_some_and(|&b| is_word(b))
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// What stands between two numbers, without blanks.
fn signs(between: &[u8]) -> impl DoubleEndedIterator<Item = &u8> {
    let all = between.iter().enumerate();
    all.filter(|(at, _)| !is_blank(between, *at))
        .map(|(_, byte)| byte)
}

/// True for blanks, and for the sign at the end of a line that makes it go on.
fn is_blank(text: &[u8], at: usize) -> bool {
    text[at].is_ascii_whitespace()
        || matches!(text[at], b'_' | b'\\' | b'`')
            && matches!(text.get(at + 1), Some(b'\n' | b'\r'))
}

/// True for what begins escapes that other decoders read.
fn is_other_escape(between: &[u8]) -> bool {
    let signs = between.trim_ascii();
    matches!(signs, b"%" | b"=" | b":") || signs.ends_with(b"&#") || signs.ends_with(b"\\'")
}

#[cfg(test)]
mod tests {
    use super::super::tests::decoded;
    use super::*;

    const VALUE: &str = "value_of_2_words";

    fn list(each: impl Fn(u8) -> String, between: &str) -> String {
        let numbers: Vec<String> = VALUE.bytes().map(each).collect();
        numbers.join(between)
    }

    #[test]
    fn numbers_are_read_with_whatever_stands_between_them() {
        for text in [
            list(|b| format!("{b}"), ", "),
            list(|b| format!("{b}"), ","),
            list(|b| format!("{b:3}"), ",\n    "),
            list(|b| format!("{b}"), " "),
            list(|b| format!("chr({b})"), " + "),
            list(|b| format!("CHR({b})"), "||"),
            list(|b| format!("Chr({b})"), " & _\r\n    "),
            list(|b| format!("[char]{b}"), "+"),
            list(|b| format!("{b}u8"), ", "),
            list(|b| format!("- {b}"), "\n"),
            list(|b| format!("        {b}"), ",\n"),
            list(|b| format!("(byte) 0x{b:02x}"), ", "),
            list(|b| format!("ChrW(&H{b:02X})"), " & "),
            list(|b| format!("[char]0x{b:02x}"), " + "),
            list(|b| format!("0{b:02x}h"), ", "),
            list(|b| format!("\\{b}"), ""),
        ] {
            assert_eq!(
                decoded(format!("({text})\n"), Encoding::Numbers),
                [VALUE],
                "{text}"
            );
            assert_eq!(
                decoded(format!("12, 7 ({text}, 0)\n"), Encoding::Numbers),
                [VALUE],
                "{text}"
            );
        }
    }

    #[test]
    fn the_name_before_a_list_is_taken_along() {
        let numbers = list(|b| format!("{b}"), ", ");
        let literal = format!(" \"{VALUE}\"\n");
        for (before, name) in [
            ("a\nname = [", "name ="),
            ("name = bytes([\n    ", "name ="),
            ("{\"name\": [", "{\"name\":"),
            ("\"name\": {\"type\":\"Buffer\",\"data\":[", "\"name\":"),
        ] {
            let text = format!("{before}{numbers}]\n");
            assert_eq!(
                decoded(&text, Encoding::Numbers),
                [format!("{name}{literal}")],
                "{before}"
            );
        }
        assert_eq!(
            decoded(format!("a = 1; f({numbers})"), Encoding::Numbers),
            [VALUE]
        );
    }

    #[test]
    fn other_numbers_are_left_alone() {
        let row = |numbers: &[u32]| {
            let all: Vec<String> = numbers.iter().map(u32::to_string).collect();
            all.join(", ")
        };
        let uneven = list(
            |b| format!("{b}{}", if b % 2 == 0 { ";" } else { "," }),
            " ",
        );
        for text in [
            row(&[103, 104, 112, 95, 66, 90, 86, 48, 71, 55, 112]),
            row(&[300; 40]),
            row(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18]),
            row(&[33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 60, 61, 62]),
            "2024-05-06 12:34:56 2024-05-06 12:34:57 ".repeat(9),
            "10.0.65.66 97.98.99.100 ".repeat(9),
            "a103, ".repeat(40),
            list(|b| format!("%{b:02}"), ""),
            uneven,
        ] {
            assert_eq!(decoded(&text, Encoding::Numbers), [""; 0], "{text}");
        }
    }
}
