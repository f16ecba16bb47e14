//! Characters of other scripts that look like ASCII, in words that mix both, and
//! signs that do ([`super::typeset`]).

use std::sync::LazyLock;

use super::in_place::{InPlace, Unit};
use super::typeset;
use crate::base::decoding::Encoding;

/// Look-alikes.
pub(super) const LOOK_ALIKE: InPlace = InPlace {
    encoding: Encoding::LookAlike,
    next: |bytes, from| {
        let found = bytes[from..].iter().position(|&byte| begins(byte));
        found.map(|at| from + at)
    },
    unit,
};

/// True for the first bytes of such characters.
pub(super) fn begins(byte: u8) -> bool {
    matches!(byte, 0xC9 | 0xCB | 0xCD..=0xD6 | 0xE1 | 0xE2 | 0xEF | 0xF0) || typeset::begins(byte)
}

/// Letters of Cyrillic, Greek, Armenian and others, and what they look like.
const LETTERS: &[(&str, &str)] = &[
    ("АВЕЅІЈКМНОРСТУХЗ", "ABESIJKMHOPCTYX3"),
    ("аеѕіјорсухԁһӏԛԝ", "aesijopcyxdhlqw"),
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹ", "ABEZHIKMNOPTYXC"),
    ("ανοιυϲϳρ", "avoiucjp"),
    ("օսոհցրⅼⅽⅾⅿⅰⅴⅹ", "ounhgplcdmivx"),
    ("ɡɑɩ", "gai"),
    ("ᎪᏴᏟᎠᎬᏀᎻᏆᎫᏦᏞᎷᏢᏒᏚᎢᏙᏔᏃ", "ABCDEGHIJKLMPRSTVWZ"),
    ("ℎℊℓℴ", "hglo"),
    ("ˍ﹍﹎﹏", "____"),
    ("‐‑‒–−⁃﹣", "-------"),
    ("․‚∕⁄∶", ".,//:"),
];

/// What a character of [`LETTERS`] looks like, by its code point; zero for all others.
/// Texts in other scripts ask for every character.
static BY_CODE: LazyLock<Box<[u8]>> = LazyLock::new(|| {
    let mut table = vec![0; 1 << 16].into_boxed_slice();
    let pairs = LETTERS
        .iter()
        .flat_map(|(alike, plain)| alike.chars().zip(plain.bytes()));
    for (c, byte) in pairs {
        if let Some(slot) = table.get_mut(u32::from(c) as usize) {
            *slot = byte;
        }
    }
    table
});

fn unit(bytes: &[u8], at: usize) -> Option<Unit> {
    if let Some(unit) = typeset::unit(bytes, at) {
        return Some(unit);
    }
    let (character, length) = character(bytes, at)?;
    let byte = ascii(character)?;
    let is_word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let before = at.checked_sub(1).and_then(|at| bytes.get(at));
    let after = bytes.get(at + length);
    let beside = before.is_some_and(is_word) || after.is_some_and(is_word);
    // A word wholly of such characters that are no letters of any language.
    let styled = length == 4 || character >= '\u{ff01}';
    let alike = || {
        self::character(bytes, at + length)
            .and_then(|(c, _)| ascii(c))
            .is_some()
    };
    Some(Unit {
        tells: is_word(&byte) && (beside || styled && alike()),
        ..Unit::byte(byte, length)
    })
}

/// The character that begins at `at`, and its length, if it is not ASCII.
fn character(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let length = match *bytes.get(at)? {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return None,
    };
    let text = std::str::from_utf8(bytes.get(at..at + length)?).ok()?;
    Some((text.chars().next()?, length))
}

/// The ASCII character that `c` looks like.
fn ascii(c: char) -> Option<u8> {
    match c {
        '\u{ff01}'..='\u{ff5e}' => Some((u32::from(c) - 0xff01 + 0x21) as u8),
        // Mathematical letters: of each style, capitals and small ones.
        '\u{1d400}'..='\u{1d6a3}' => {
            let place = (u32::from(c) - 0x1_d400) % 52;
            Some(if place < 26 {
                b'A' + place as u8
            } else {
                b'a' + place as u8 - 26
            })
        }
        // Letters in circles.
        '\u{24b6}'..='\u{24cf}' => Some(b'A' + (u32::from(c) - 0x24b6) as u8),
        '\u{24d0}'..='\u{24e9}' => Some(b'a' + (u32::from(c) - 0x24d0) as u8),
        '\u{1d7ce}'..='\u{1d7ff}' => Some(b'0' + ((u32::from(c) - 0x1_d7ce) % 10) as u8),
        _ => {
            let byte = *BY_CODE.get(u32::from(c) as usize)?;
            (byte != 0).then_some(byte)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_that_is_listed_looks_like_its_own() {
        for (alike, plain) in LETTERS {
            assert_eq!(alike.chars().count(), plain.len(), "{alike}");
            for (c, byte) in alike.chars().zip(plain.bytes()) {
                assert_eq!(ascii(c), Some(byte), "{c}");
                assert!(begins(c.encode_utf8(&mut [0; 4]).as_bytes()[0]), "{c}");
            }
        }
        for c in ['a', 'é', 'ж', 'ω', '中', '\u{1f600}'] {
            assert_eq!(ascii(c), None, "{c}");
        }
    }
}
