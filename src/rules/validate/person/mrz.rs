//! The machine-readable zone of travel documents (ICAO 9303).

use super::schemes::value;

/// The digit of `field`: weights 7, 3, 1; `<` counts nothing.
fn check(field: impl IntoIterator<Item = u8>) -> u32 {
    let worth = |symbol: u8| if symbol == b'<' { 0 } else { value(symbol) };
    let weights = [7, 3, 1].into_iter().cycle();
    let sum: u32 = field
        .into_iter()
        .zip(weights)
        .map(|(s, w)| worth(s) * w)
        .sum();
    sum % 10
}

fn fits(field: &[u8], digit: u8) -> bool {
    let empty = digit == b'<' && field.iter().all(|&b| b == b'<');
    empty || digit.is_ascii_digit() && check(field.iter().copied()) == value(digit)
}

/// A zone of two or three lines: number, birth date, expiry date, and the whole are checked.
pub(super) fn zone(text: &[u8]) -> bool {
    let lines: Vec<&[u8]> = text
        .split(|&b| b == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty())
        .collect();
    let allowed = |b: &u8| b.is_ascii_digit() || b.is_ascii_uppercase() || *b == b'<';
    if !lines.iter().all(|line| line.iter().all(allowed)) {
        return false;
    }
    match lines[..] {
        [first, second] if first.len() == 44 && second.len() == 44 => {
            let whole = [&second[..10], &second[13..20], &second[21..43]].concat();
            first[0] == b'P'
                && two_lines(second)
                && fits(&second[28..42], second[42])
                && fits(&whole, second[43])
        }
        [first, second] if first.len() == 36 && second.len() == 36 => {
            let whole = [&second[..10], &second[13..20], &second[21..35]].concat();
            b"ACIPV".contains(&first[0]) && two_lines(second) && fits(&whole, second[35])
        }
        [first, second, third] if [first, second, third].iter().all(|l| l.len() == 30) => {
            let whole = [&first[5..], &second[..7], &second[8..15], &second[18..29]].concat();
            b"ACI".contains(&first[0])
                && fits(&first[5..14], first[14])
                && fits(&second[..6], second[6])
                && fits(&second[8..14], second[14])
                && fits(&whole, second[29])
        }
        _ => false,
    }
}

/// Number, birth date and expiry date of a second line.
fn two_lines(line: &[u8]) -> bool {
    fits(&line[..9], line[9]) && fits(&line[13..19], line[19]) && fits(&line[21..27], line[27])
}
