//! String literals that are put together, and lines that go on.
//!
//! `"abc" + "def"`, `'abc' . 'def'`, `"abc" & "def"`, `"abc" "def"`, and a
//! backslash, caret or backtick at the end of a line. What stands between the
//! two parts is left out, if the parts themselves could be one word.

use super::in_place::{InPlace, Unit};
use crate::base::decoding::Encoding;

/// Joined literals and lines.
pub(super) const JOINED: InPlace = InPlace {
    encoding: Encoding::Joined,
    next: |bytes, from| {
        let starts = |b: &u8| matches!(b, b'"' | b'\'' | b'`' | b'\\' | b'^');
        bytes[from..].iter().position(starts).map(|at| from + at)
    },
    unit,
};

/// Blanks and line ends on one side of an operator.
const BLANKS: usize = 120;

/// Operators that put strings together, the longest first: of JavaScript, Java,
/// Python and others; SQL; Lua; Haskell and Elixir; Ruby and C++; Fortran; ABAP; PHP and Perl;
/// Visual Basic; Twig; OCaml; Julia.
const OPERATORS: &[&[u8]] = &[
    b"..", b"||", b"++", b"<>", b"<<", b"//", b"&&", b"+", b".", b"&", b"~", b"^", b"*",
];

fn unit(bytes: &[u8], at: usize) -> Option<Unit> {
    let before = *bytes.get(at.checked_sub(1)?)?;
    if !is_word(before) || at >= 2 && bytes[at - 2] == b'\\' {
        return None;
    }
    let length = match *bytes.get(at)? {
        b'"' | b'\'' => literals(bytes, at),
        b'`' => literals(bytes, at).or_else(|| line(bytes, at)),
        b'\\' | b'^' => line(bytes, at),
        _ => None,
    }?;
    is_word(*bytes.get(at + length)?).then(|| Unit {
        count: 0,
        ..Unit::byte(0, length)
    })
}

/// Length of what stands between two literals, with their quotes.
fn literals(bytes: &[u8], at: usize) -> Option<usize> {
    let quote = bytes[at];
    let gap = blanks(bytes, at + 1);
    let mut end = at + 1 + gap;
    let rest = bytes.get(end..)?;
    let operator = OPERATORS.iter().find(|operator| rest.starts_with(operator));
    match operator {
        Some(operator) => {
            end += operator.len();
            end += blanks(bytes, end);
        }
        None if gap == 0 => return None,
        None => {}
    }
    // What may stand before a literal: f"", b"", r"", @"", $"", L"", N"", u8"", rb"".
    let before = |b: &&u8| {
        matches!(
            **b,
            b'f' | b'b' | b'r' | b'u' | b'8' | b'L' | b'N' | b'@' | b'$'
        )
    };
    end += bytes[end.min(bytes.len())..]
        .iter()
        .take(2)
        .take_while(before)
        .count();
    let other = *bytes.get(end)?;
    let fits = match operator {
        Some(_) => matches!(other, b'"' | b'\'' | b'`'),
        None => other == quote,
    };
    fits.then_some(end + 1 - at)
}

/// Length of the blanks and line ends from `at` on. The signs that make a line
/// go on count as blanks.
fn blanks(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..bytes.len().min(at + BLANKS)];
    let mut length = 0;
    while let Some(&byte) = rest.get(length) {
        if let Some(comment) = comment(&rest[length..]).filter(|_| length > 0) {
            length += comment;
            continue;
        }
        let goes_on = || {
            let next = &rest[length + 1..];
            next.starts_with(b"\n") || next.starts_with(b"\r\n")
        };
        let counts = match byte {
            b' ' | b'\t' | b'\n' | b'\r' => true,
            b'\\' | b'_' | b'^' | b'`' => goes_on(),
            _ => false,
        };
        if !counts {
            break;
        }
        length += 1;
    }
    length
}

/// Length of the comment that `rest` begins with.
fn comment(rest: &[u8]) -> Option<usize> {
    if rest.starts_with(b"/*") {
        return memchr::memmem::find(rest, b"*/").map(|end| end + 2);
    }
    let line = rest
        .strip_prefix(b"// ")
        .or_else(|| rest.strip_prefix(b"# "))?;
    // Fortran joins with the same sign.
    let is_line = !matches!(line.trim_ascii_start().first()?, b'"' | b'\'');
    memchr::memchr(b'\n', rest).filter(|_| is_line)
}

/// Length of the end of a line that goes on, with the blanks before the next one.
fn line(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at + 1..];
    let end = match rest {
        [b'\n', ..] => 1,
        [b'\r', b'\n', ..] => 2,
        _ => return None,
    };
    let indent = rest[end..].iter().take(BLANKS);
    let indent = indent.take_while(|&&b| b == b' ' || b == b'\t').count();
    Some(1 + end + indent)
}

/// What secrets are made of.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-+/=.~@:$!#%".contains(&byte)
}
