//! Characters outside ASCII as symbols.
//!
//! Forms that look alike become one: compatibility forms (ligatures, full
//! width), case, accents, and letters of other scripts that cannot be told from
//! Latin ones. What remains and is no ASCII becomes symbols from 0x80 on: one
//! for a letter, three for an ideograph, a kana or a Hangul syllable, because
//! those say more.
//!
//! Look-alikes are folded wherever they stand and not in mixed words only: a
//! single replaced letter can be a word ("a"), and both sides fold alike.

use std::sync::atomic::{AtomicU32, Ordering};

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Code points whose symbols are remembered.
const REMEMBERED: usize = 0x1_0000;

/// Marks a remembered entry, which holds its number of symbols above three of them.
const KNOWN: u32 = 1 << 31;

/// Folds characters; remembers the frequent ones. Shared by all threads.
#[derive(Debug)]
pub struct Folder {
    memory: Box<[AtomicU32]>,
}

impl Default for Folder {
    fn default() -> Folder {
        Folder {
            memory: (0..REMEMBERED).map(|_| AtomicU32::new(0)).collect(),
        }
    }
}

impl Folder {
    /// The symbols of `c` and their number, if they are remembered.
    #[inline]
    pub(super) fn known(&self, c: char) -> Option<([u8; 4], usize)> {
        let known = self.memory.get(c as usize)?.load(Ordering::Relaxed);
        let count = (known >> 24) & 3;
        (known & KNOWN != 0).then(|| (known.to_le_bytes(), count as usize))
    }

    /// Calls `emit` with each symbol of `c`.
    pub fn symbols(&self, c: char, emit: &mut impl FnMut(u8)) {
        let slot = self.memory.get(c as usize);
        // Whoever comes late computes the same value, so no order is needed.
        let known = slot.map_or(0, |slot| slot.load(Ordering::Relaxed));
        if known & KNOWN != 0 {
            let [first, second, third, _] = known.to_le_bytes();
            let count = (known >> 24) & 3;
            [first, second, third][..count as usize]
                .iter()
                .for_each(|&symbol| emit(symbol));
            return;
        }
        let mut all = [0; 4];
        let mut count = 0;
        folded(c, &mut |symbol| {
            if let Some(place) = all.get_mut(count) {
                *place = symbol;
            }
            count += 1;
            emit(symbol);
        });
        if let (Some(slot), 0..=3) = (slot, count) {
            let packed = u32::from_le_bytes([all[0], all[1], all[2], count as u8]);
            slot.store(packed | KNOWN, Ordering::Relaxed);
        }
    }
}

/// True for a conjoining jamo, which may become part of a syllable.
pub(super) fn is_jamo(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{1112}' | '\u{1161}'..='\u{1175}' | '\u{11a8}'..='\u{11c2}')
}

/// The syllable that `c` makes of `before`, if it makes one.
pub(super) fn compose(before: char, c: char) -> Option<char> {
    let joined = unicode_normalization::char::compose(before, c)?;
    is_syllable(joined).then_some(joined)
}

/// True for a precomposed Hangul syllable.
pub(super) fn is_syllable(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7a3}')
}

fn folded(c: char, emit: &mut impl FnMut(u8)) {
    if is_ignorable(c) {
        return;
    }
    if is_syllable(c) {
        return weighty(c, emit);
    }
    for part in std::iter::once(c).nfkd() {
        // Down, up and down again: what is left of full case folding.
        let up = part.to_lowercase().flat_map(char::to_uppercase);
        for lower in up.flat_map(char::to_lowercase) {
            std::iter::once(lower)
                .nfkd()
                .for_each(|part| one(part, emit));
        }
    }
}

/// The symbols of a character that is decomposed and folded.
fn one(c: char, emit: &mut impl FnMut(u8)) {
    if is_combining_mark(c) || is_ignorable(c) {
        return;
    }
    let c = look_alike(c);
    if c.is_ascii() {
        if c.is_ascii_alphanumeric() {
            emit(c.to_ascii_lowercase() as u8);
        }
    } else if is_weighty(c) {
        weighty(c, emit);
    } else if c.is_alphanumeric() {
        emit(0x80 | (mixed(c) >> 25) as u8);
    }
}

fn weighty(c: char, emit: &mut impl FnMut(u8)) {
    let h = mixed(c);
    emit(0x80 | (h >> 25) as u8);
    emit(0x80 | ((h >> 18) & 127) as u8);
    emit(0x80 | ((h >> 11) & 127) as u8);
}

fn mixed(c: char) -> u32 {
    (c as u32).wrapping_mul(0x9E37_79B1)
}

/// Ideographs and kana: one of them says as much as several letters.
fn is_weighty(c: char) -> bool {
    matches!(c,
        '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}' | '\u{3041}'..='\u{30ff}'
        | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{1b000}'..='\u{1b16f}' | '\u{20000}'..='\u{3fffd}'
    ) && c.is_alphanumeric()
}

/// Characters that show nothing (`Default_Ignorable_Code_Point` of Unicode 16).
fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Lower-case letters of other scripts that look like Latin ones, and these.
/// Capitals count by what they look like where their small form looks like nothing.
const LOOK_ALIKES: &[(&str, &str)] = &[
    ("авсԁеѕіјһнкморԛтѵԝхуԍӏ", "abcdesijhhkmopqtvwxygl"),
    ("αβϲεηικνορτυωχγ", "abcenikvoptuwxy"),
    ("ացհոսօքզյ", "wghnuofqj"),
    ("ɑɡɩɪʋʏꜱ", "agiivys"),
];

fn look_alike(c: char) -> char {
    if !matches!(c, '\u{250}'..='\u{58f}' | 'ꜱ') {
        return c;
    }
    for (others, latin) in LOOK_ALIKES {
        if let Some(at) = others.chars().position(|other| other == c) {
            return latin.chars().nth(at).unwrap_or(c);
        }
    }
    c
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbols(text: &str) -> Vec<u8> {
        let folder = Folder::default();
        let mut out = Vec::new();
        // Twice: what is remembered is the same.
        for _ in 0..2 {
            out.clear();
            text.chars()
                .for_each(|c| folder.symbols(c, &mut |symbol| out.push(symbol)));
        }
        out
    }

    #[test]
    fn forms_of_one_letter_are_one_symbol() {
        for (text, plain) in [
            ("ÀÉîõÜ", "aeiou"),
            ("ﬁﬂ", "fifl"),
            ("Ｆｕｌｌ１", "full1"),
            ("ß", "ss"),
            ("ẞ", "ss"),
            ("İı", "ii"),
            ("аеорсху", "aeopcxy"),
            ("АЕОРСХУ", "aeopcxy"),
            ("ορ", "op"),
            ("x²", "2"),
            ("½", "12"),
            ("ſ", "s"),
            ("𝐛𝗼𝘭𝙙", "bold"),
        ] {
            let text: String = text.chars().filter(|c| !c.is_ascii()).collect();
            assert_eq!(String::from_utf8_lossy(&symbols(&text)), plain, "{text}");
        }
    }

    #[test]
    fn what_shows_nothing_and_punctuation_give_nothing() {
        for text in [
            "\u{ad}\u{200b}\u{feff}\u{2060}",
            "\u{301}\u{327}",
            "—“”…·€",
            "\u{fffd}",
        ] {
            assert!(symbols(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn letters_of_other_scripts_are_one_symbol_and_ideographs_three() {
        for (text, count) in [
            ("ж", 1),
            ("ש", 1),
            ("अ", 1),
            ("漢", 3),
            ("が", 3),
            ("한", 3),
            ("ｶ", 3),
        ] {
            let found = symbols(text);
            assert_eq!(found.len(), count, "{text}");
            assert!(found.iter().all(|&symbol| symbol >= 0x80));
        }
        assert_eq!(symbols("ｶ"), symbols("カ"));
        assert_eq!(symbols("Ж"), symbols("ж"));
        assert_ne!(symbols("漢"), symbols("字"));
    }

    #[test]
    fn the_symbols_of_an_ideograph_are_those_of_the_format() {
        let h = 0x6f22_u32.wrapping_mul(0x9E37_79B1);
        let expected = [h >> 25, (h >> 18) & 127, (h >> 11) & 127].map(|part| 0x80 | part as u8);
        assert_eq!(symbols("漢"), expected);
    }

    #[test]
    fn look_alikes_are_listed_in_pairs() {
        for (others, latin) in LOOK_ALIKES {
            assert_eq!(others.chars().count(), latin.len(), "{others}");
        }
    }

    #[test]
    fn jamo_are_composed() {
        let first = compose('\u{1112}', '\u{1161}').unwrap();
        assert_eq!(compose(first, '\u{11ab}'), Some('한'));
        assert_eq!(compose('a', '\u{301}'), None);
    }
}
