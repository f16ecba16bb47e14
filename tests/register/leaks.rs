//! Excerpts of documents as they leak: changed on the way, inside another text.
//! Used by tests and by the recall bench.

use std::ops::Range;

/// Draws numbers from a seed (`SplitMix64`).
#[derive(Clone, Debug)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(1000) < percent * 10
    }
}

/// What happens to an excerpt on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Verbatim,
    Quoted,
    Upper,
    Hyphens,
    Homoglyphs,
    ZeroWidth,
    FullWidth,
    Tagged,
    Json,
    Utf16,
    Joined,
    Spaced,
    Ocr(usize),
    Replaced(usize),
}

impl Change {
    pub(crate) const ALL: &'static [Change] = &[
        Change::Verbatim,
        Change::Quoted,
        Change::Upper,
        Change::Hyphens,
        Change::Homoglyphs,
        Change::ZeroWidth,
        Change::FullWidth,
        Change::Tagged,
        Change::Json,
        Change::Utf16,
        Change::Joined,
        Change::Spaced,
        Change::Ocr(1),
        Change::Ocr(2),
        Change::Replaced(5),
        Change::Replaced(10),
        Change::Replaced(20),
    ];

    /// The excerpt `words`, changed; `pool` gives words to replace some with.
    fn apply(self, words: &[&str], pool: &[&str], dice: &mut Dice) -> String {
        let plain = || wrap(words, 72, "");
        match self {
            Change::Verbatim | Change::Utf16 => plain(),
            Change::Quoted => format!("> {}", wrap(words, 40, "> ")),
            Change::Upper => plain().to_uppercase(),
            Change::Hyphens => hyphenate(&words.join(" "), dice),
            Change::Homoglyphs => each(&plain(), |c| match c {
                'a' => "а".into(),
                'e' if dice.chance(50) => "е".into(),
                'o' => "о".into(),
                'p' if dice.chance(50) => "р".into(),
                'c' => "с".into(),
                _ => c.to_string(),
            }),
            Change::ZeroWidth => each(&plain(), |c| match dice.below(4) {
                0 => format!("{c}\u{200b}"),
                1 => format!("{c}\u{ad}"),
                _ => c.to_string(),
            }),
            Change::FullWidth => each(&plain(), |c| {
                let wide = c
                    .is_ascii_graphic()
                    .then(|| char::from_u32(c as u32 + 0xFEE0));
                wide.flatten().unwrap_or(c).to_string()
            }),
            Change::Tagged => tag(words, dice),
            Change::Json => {
                let text = serde_json::Value::from(plain()).to_string();
                let escaped = |c: char| format!("\\u{:04x}", c as u32);
                each(&text, |c| {
                    if c.is_ascii() {
                        c.to_string()
                    } else {
                        escaped(c)
                    }
                })
            }
            Change::Joined => words.concat(),
            Change::Spaced => each(&plain(), |c| format!("{c} ")),
            Change::Ocr(percent) => each(&plain(), |c| {
                let misread = dice.chance(percent) && c.is_alphanumeric();
                if misread {
                    wrong(c, dice)
                } else {
                    c.to_string()
                }
            }),
            Change::Replaced(percent) => {
                let mut out = words.to_vec();
                for word in &mut out {
                    if dice.chance(percent) {
                        *word = pool[dice.below(pool.len())];
                    }
                }
                out.join(" ")
            }
        }
    }
}

/// A leak: a file with an excerpt in it.
pub(crate) struct Leak {
    pub(crate) bytes: Vec<u8>,
    /// Bytes of the excerpt.
    pub(crate) span: Range<usize>,
}

/// An excerpt of `document` of so many words, changed, in the middle of `host`.
pub(crate) fn leak(
    document: &str,
    words: usize,
    change: Change,
    host: &str,
    dice: &mut Dice,
) -> Leak {
    let all: Vec<&str> = document.split_whitespace().collect();
    let from = dice.below(all.len().saturating_sub(words) + 1);
    let excerpt = &all[from..(from + words).min(all.len())];
    let pool: Vec<&str> = host
        .split_whitespace()
        .filter(|word| word.len() > 2)
        .collect();
    let text = change.apply(excerpt, &pool, dice);
    let mut middle = host.len() / 2;
    while !host.is_char_boundary(middle) {
        middle += 1;
    }
    let (before, after) = host.split_at(middle);
    let (before, after) = match change {
        Change::Json => (format!("{before}\n{{\"text\": "), format!("}}\n{after}")),
        _ => (format!("{before}\n\n"), format!("\n\n{after}")),
    };
    if change == Change::Utf16 {
        let wide = |text: &str| {
            text.encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect::<Vec<u8>>()
        };
        let parts = [wide("\u{feff}"), wide(&before), wide(&text), wide(&after)];
        let start = parts[0].len() + parts[1].len();
        let span = start..start + parts[2].len();
        return Leak {
            bytes: parts.concat(),
            span,
        };
    }
    let span = before.len()..before.len() + text.len();
    Leak {
        bytes: [before, text, after].concat().into_bytes(),
        span,
    }
}

fn each(text: &str, mut of: impl FnMut(char) -> String) -> String {
    text.chars().map(&mut of).collect()
}

fn wrap(words: &[&str], width: usize, prefix: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in words {
        if column > 0 && column + word.len() >= width {
            out += "\n";
            out += prefix;
            column = 0;
        } else if column > 0 {
            out += " ";
        }
        out += word;
        column += word.len() + 1;
    }
    out
}

/// Lines of about sixty characters, cut in the middle of words.
fn hyphenate(text: &str, dice: &mut Dice) -> String {
    let mut out = String::new();
    let mut column = 0;
    let mut last = ' ';
    for c in text.chars() {
        if column > 55 + dice.below(10) && c.is_alphabetic() && last.is_alphabetic() {
            out += "-\n";
            column = 0;
        }
        out.push(c);
        column += 1;
        last = c;
    }
    out
}

/// A tenth of the words stand in tags, some characters are entities.
fn tag(words: &[&str], dice: &mut Dice) -> String {
    let mut out = String::from("<p class=\"body\">");
    for (at, word) in words.iter().enumerate() {
        let word = word
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('\'', "&#39;");
        let (open, close) = match dice.below(20) {
            0 => ("<b>", "</b>"),
            1 => ("<a href=\"/page/one\">", "</a>"),
            2 => ("", "&nbsp;"),
            _ => ("", ""),
        };
        out.extend([open, &word, close]);
        out += if at % 10 == 9 { "</p>\n<p>" } else { " " };
    }
    out + "</p>"
}

/// What a scanner of paper makes of a character.
fn wrong(c: char, dice: &mut Dice) -> String {
    match dice.below(4) {
        0 => String::new(),
        1 => match c {
            'm' => "rn".into(),
            'l' => "1".into(),
            'o' => "0".into(),
            'h' => "b".into(),
            'e' => "c".into(),
            'i' => "j".into(),
            _ => format!("{c}i"),
        },
        _ => char::from(b'a' + dice.below(26) as u8).to_string(),
    }
}

/// Invented prose: words with the frequencies of real ones.
pub(crate) fn prose(seed: u64, words: usize) -> String {
    let onsets = [
        "b", "c", "d", "f", "g", "h", "l", "m", "n", "p", "r", "s", "t", "st", "tr", "",
    ];
    let rhymes = [
        "a", "e", "i", "o", "u", "an", "er", "in", "on", "ing", "ed", "al", "ent", "is",
    ];
    let word = |rank: usize| {
        let mut dice = Dice(rank as u64 ^ 0x5EED);
        let syllables = 1 + usize::from(rank > 30) + usize::from(rank > 400);
        let syllable = |_| onsets[dice.below(16)].to_owned() + rhymes[dice.below(14)];
        (0..syllables).map(syllable).collect::<String>()
    };
    let mut dice = Dice(seed);
    let mut out = String::new();
    for number in 0..words {
        // As likely to be below 4 as below 16, 64 and so on, up to 4096.
        let most = 4 << (2 * dice.below(6));
        out += &word(dice.below(most));
        out += match (number % 13, number % 97) {
            (_, 96) => ".\n\n",
            (12, _) => ".\n",
            (5, _) => ", ",
            _ => " ",
        };
    }
    out
}
