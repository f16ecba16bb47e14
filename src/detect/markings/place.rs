//! What the place of words says: whether they mark the text or only stand in it.

use std::ops::ControlFlow;

use super::{Marked, REACH};
use crate::base::evidence::Evidence;
use crate::base::level::Confidence;
use crate::base::span::Span;

/// Longest part of a line that is looked at, before the words and behind.
const LINE: usize = 400;
/// Lines from the top and from the bottom that count as its edge.
const TOP: usize = 15;
const BOTTOM: usize = 10;
/// Bytes from the beginning or the end within which edges are looked for. The search
/// sees more than that on either side wherever a text goes on.
const EDGE: usize = 4 << 10;
/// Words beside a marking in a header or a footer.
const SHORT: usize = 7;

/// What is known of the file before anything in it is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// Its path says that it is about markings, not under one: a licence, a template,
    /// a list of words, a test.
    pub is_about: bool,
    /// It is a program, in which words are names.
    pub is_code: bool,
}

impl File {
    /// What `path` says.
    pub fn of(path: &str, is_code: bool) -> File {
        const ABOUT: &[&str] = &[
            "license",
            "licence",
            "copying",
            "notice",
            "eula",
            "template",
            "nda",
            "glossary",
            "wordlist",
            "dictionary",
            "locale",
            "i18n",
            "translations",
            "testdata",
            "fixtures",
            "changelog",
            "node_modules",
        ];
        let path = path.to_ascii_lowercase();
        let mut parts = path.split(['/', '.', '-', '_']);
        File {
            is_about: parts.any(|part| ABOUT.contains(&part)),
            is_code,
        }
    }
}

/// True when the words at `span` are no part of longer words, and of no longer marking.
pub(super) fn is_whole(text: &[u8], span: Span) -> bool {
    let words = span.of(text);
    let spaced = words
        .iter()
        .any(|b| b.is_ascii_alphabetic() || (0xC3..=0xDF).contains(b));
    let joins =
        |b: u8| b.is_ascii_alphanumeric() || b == b'_' || (b >= 0x80 && spaced && !is_space(b));
    let before = span.start.checked_sub(1).map(|at| text[at]);
    let behind = text.get(span.end).copied();
    let is_letter = |b: Option<u8>| b.is_some_and(joins) && spaced;
    // A part of a banner such as `SECRET//NOFORN`, and not what stands behind a comment sign.
    let slashes = |at: usize| text.get(at..at + 2) == Some(b"//");
    let upper = |at: usize| text.get(at).is_some_and(u8::is_ascii_uppercase);
    let banner = slashes(span.end) && upper(span.end + 2)
        || span.start > 2 && slashes(span.start - 2) && upper(span.start - 3);
    !(is_letter(before) || is_letter(behind) || banner)
}

/// Bytes of no-break spaces, typographic dashes and quotes, and full stops of other scripts.
fn is_space(byte: u8) -> bool {
    matches!(byte, 0xA0 | 0xC2 | 0xE2 | 0xE3 | 0x80..=0x9F)
}

/// What is said of words with a `base` of their own, and how sure that is. None when
/// they mean nothing.
pub(super) fn judge(base: i8, text: &[u8], span: Span, file: File) -> Option<Marked> {
    let (line, comment) = line(text, span);
    let before = &text[line.start..span.start];
    let behind = &text[span.end..line.end];
    let is_told = is_subject(before, behind) || is_property(before, behind);
    let manner = match manner(before, without_companion(behind)) {
        Manner::Alone => Manner::Alone,
        _ if is_told => Manner::Labelled,
        manner => manner,
    };
    let mut score = i32::from(base);
    let mut evidence = Evidence::NONE;
    let mut note = |condition: bool, points: i32, bit: Evidence| {
        if condition {
            score += points;
            evidence |= bit;
        }
    };
    let stands_out = matches!(manner, Manner::Alone | Manner::Labelled | Manner::Short);
    let capitals = is_upper(span.of(text));
    note(manner == Manner::Alone, 3, Evidence::MARKING_ALONE);
    note(manner == Manner::Labelled, 3, Evidence::MARKING_LABELLED);
    note(manner == Manner::Short, 1, Evidence::MARKING_IN_SHORT_LINE);
    note(manner == Manner::Prose, -3, Evidence::MARKING_IN_PROSE);
    note(manner == Manner::Code, -4, Evidence::MARKING_IN_CODE);
    note(capitals, 1, Evidence::MARKING_CAPITALS);
    note(
        is_lower(span.of(text)) && manner != Manner::Labelled,
        -3,
        Evidence::NONE,
    );
    note(
        stands_out && is_at_edge(text, span),
        2,
        Evidence::MARKING_AT_EDGE,
    );
    note(
        is_copyright(before) || is_copyright(behind),
        1,
        Evidence::MARKING_COPYRIGHT,
    );
    note(file.is_about, -3, Evidence::MARKING_ABOUT);
    note(file.is_code && !comment, -2, Evidence::NONE);
    let confidence = match score {
        6.. => Confidence::High,
        4 | 5 => Confidence::Medium,
        2 | 3 => Confidence::Low,
        _ => return None,
    };
    Some(Marked {
        span,
        evidence,
        confidence,
    })
}

/// How the words stand in their line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// Nothing but numbers and decoration beside them.
    Alone,
    /// Behind a label such as "Classification:".
    Labelled,
    /// With few other words, none of them in lower case, as in headers and footers.
    Short,
    /// Among the words of a sentence.
    Prose,
    /// Among the signs of a program.
    Code,
    /// Somehow else.
    Other,
}

const LABELS: &[&str] = &[
    "classification",
    "classified",
    "sensitivity",
    "marking",
    "label",
    "security",
    "security level",
    "confidentiality",
    "distribution",
    "handling",
    "protective marking",
    "dissemination",
    "einstufung",
    "klassifizierung",
    "klassifikation",
    "vertraulichkeit",
    "vertraulichkeitsstufe",
    "schutzklasse",
    "geheimhaltung",
    "geheimhaltungsgrad",
    "confidentialité",
    "diffusion",
    "clasificación",
    "clasificacion",
    "confidencialidad",
    "riservatezza",
    "classifica",
    "rubricering",
    "vertrouwelijkheid",
    "classificação",
    "classificacao",
    "klasyfikacja",
    "klauzula",
    "luokitus",
    "klassificering",
    "密级",
    "密級",
    "機密区分",
    "보안등급",
    "гриф",
];

fn manner(before: &[u8], behind: &[u8]) -> Manner {
    if is_labelled(before) {
        return Manner::Labelled;
    }
    let next = behind.trim_ascii_start().first();
    if next.is_some_and(|b| b"=(;{".contains(b)) {
        return Manner::Code;
    }
    let signs = |part: &[u8]| part.iter().filter(|b| b"{}();=<>`$&\\".contains(b)).count();
    let quoted = before.last().is_some_and(|b| b"\"'`".contains(b))
        && behind.first().is_some_and(|b| b"\"'`".contains(b));
    let touched = |b: Option<&u8>| b.is_some_and(|b| b"_=(){}[]<>.,;:\"'`$@\\/+&%".contains(b));
    let words = words(before).chain(words(behind));
    let (mut count, mut lower) = (0, 0);
    for word in words {
        if is_filler(word) {
            continue;
        }
        count += 1;
        lower += usize::from(is_lower(word) || !is_titled(word));
    }
    let wrapped = before.last().is_some_and(|b| b"[(*".contains(b))
        && behind.first().is_some_and(|b| b"])*".contains(b));
    if count == 0 && signs(before) + signs(behind) == 0 && !quoted {
        return match (before.last(), behind.first()) {
            (_, Some(b',' | b'=')) | (Some(b'.' | b'='), _) if !wrapped => Manner::Code,
            _ => Manner::Alone,
        };
    }
    if quoted || signs(before) + signs(behind) > 1 && !wrapped {
        return Manner::Code;
    }
    let beside = [words_last(before), words_first(behind)];
    let in_sentence = beside
        .into_iter()
        .flatten()
        .any(|word| is_lower(word) && !is_filler(word));
    if in_sentence || lower * 2 > count {
        return Manner::Prose;
    }
    if touched(before.last()) && !wrapped || count > SHORT {
        return Manner::Other;
    }
    Manner::Short
}

/// What stands behind a marking without the words that often go with it:
/// `Confidential - do not distribute`.
fn without_companion(behind: &[u8]) -> &[u8] {
    const COMPANIONS: &[&[u8]] = &[
        b"do not distribute",
        b"do not copy",
        b"do not forward",
        b"do not share",
        b"not for distribution",
        b"not for public release",
        b"internal use only",
        b"all rights reserved",
        b"nicht weitergeben",
        b"nicht zur weitergabe",
        b"ne pas diffuser",
    ];
    let is_sign = |b: &u8| b" \t-,.;:|/".contains(b) || *b >= 0x80;
    let signs = behind.iter().take_while(|b| is_sign(b)).count();
    let rest = &behind[signs..];
    let starts = |words: &&&[u8]| {
        let there = rest.get(..words.len());
        there.is_some_and(|there| there.eq_ignore_ascii_case(words))
            && !rest.get(words.len()).is_some_and(u8::is_ascii_alphanumeric)
    };
    let companion = COMPANIONS.iter().find(starts).filter(|_| signs > 1);
    companion.map_or(behind, |words| &rest[words.len()..])
}

/// True for words in brackets at the beginning of a mail's subject.
fn is_subject(before: &[u8], behind: &[u8]) -> bool {
    const AGAIN: &[&[u8]] = &[b"re:", b"fw:", b"fwd:", b"aw:", b"wg:", b"tr:"];
    let Some((name, mut rest)) = before.split_at_checked(b"subject:".len()) else {
        return false;
    };
    rest = rest.trim_ascii_start();
    let again = |rest: &[u8]| {
        let starts = |word: &&&[u8]| {
            let there = rest.get(..word.len());
            there.is_some_and(|there| there.eq_ignore_ascii_case(word))
        };
        AGAIN.iter().find(starts).map(|word| word.len())
    };
    while let Some(length) = again(rest) {
        rest = rest[length..].trim_ascii_start();
    }
    name.eq_ignore_ascii_case(b"subject:") && rest == b"[" && behind.starts_with(b"]")
}

/// True for the whole value, or one of several, of a property that says what a
/// document is about.
fn is_property(before: &[u8], behind: &[u8]) -> bool {
    let name = before.trim_ascii_end().strip_suffix(b":");
    let names = [&b"Keywords"[..], b"Category", b"Content status"];
    let is_over = behind
        .trim_ascii()
        .first()
        .is_none_or(|b| b",;".contains(b));
    is_over && name.is_some_and(|name| names.contains(&name.trim_ascii()))
}

/// True when what stands before the words ends with a label and a sign behind it.
fn is_labelled(before: &[u8]) -> bool {
    let end = before
        .iter()
        .rposition(|b| !b" \t\"'`*".contains(b))
        .map_or(0, |at| at + 1);
    let Some(named) = before[..end]
        .strip_suffix(b":")
        .or_else(|| before[..end].strip_suffix(b"|"))
    else {
        return before[..end]
            .strip_suffix("：".as_bytes())
            .is_some_and(ends_with_label);
    };
    ends_with_label(named)
}

fn ends_with_label(named: &[u8]) -> bool {
    let named = named.trim_ascii_end();
    let named = named
        .strip_suffix(b"\"")
        .or_else(|| named.strip_suffix(b"**"))
        .unwrap_or(named);
    let ends = |label: &&str| {
        let Some(start) = named.len().checked_sub(label.len()) else {
            return false;
        };
        named[start..].eq_ignore_ascii_case(label.as_bytes())
            && start
                .checked_sub(1)
                .is_none_or(|at| !named[at].is_ascii_alphabetic())
    };
    LABELS.iter().any(ends)
}

/// Runs of letters and digits; bytes of other scripts are letters.
fn words(part: &[u8]) -> impl Iterator<Item = &[u8]> {
    part.split(|b| !(b.is_ascii_alphanumeric() || *b >= 0x80))
        .filter(|word| !word.is_empty() && word.iter().any(|b| !is_space(*b)))
}

fn words_first(part: &[u8]) -> Option<&[u8]> {
    words(part).next()
}

fn words_last(part: &[u8]) -> Option<&[u8]> {
    words(part).last()
}

/// Words of page headers that mean nothing, and numbers.
fn is_filler(word: &[u8]) -> bool {
    const FILLERS: &[&[u8]] = &[
        b"page", b"of", b"seite", b"von", b"sur", b"p", b"pag", b"und", b"and", b"rem", b"dnl",
        b"u",
    ];
    word.iter().all(u8::is_ascii_digit)
        || FILLERS
            .iter()
            .any(|filler| word.eq_ignore_ascii_case(filler))
}

fn is_titled(word: &[u8]) -> bool {
    word[0].is_ascii_uppercase() || word[0].is_ascii_digit() || word[0] >= 0x80
}

fn is_upper(words: &[u8]) -> bool {
    let text = String::from_utf8_lossy(words);
    !text.chars().any(char::is_lowercase) && text.chars().any(char::is_uppercase)
}

fn is_lower(words: &[u8]) -> bool {
    let text = String::from_utf8_lossy(words);
    !text.chars().any(char::is_uppercase) && text.chars().any(char::is_lowercase)
}

fn is_copyright(part: &[u8]) -> bool {
    let has = |sign: &[u8]| memchr::memmem::find(part, sign).is_some();
    has("©".as_bytes()) || has(b"(c) ") || has(b"(C) ") || has(b"Copyright") || has(b"COPYRIGHT")
}

/// The line around `span`, or the text of an element, and whether it begins with a comment sign.
fn line(text: &[u8], span: Span) -> (Span, bool) {
    let ends = |b: &u8| matches!(b, b'\n' | b'\r' | 0x0C | 0);
    let low = span.start.saturating_sub(LINE);
    let high = text.len().min(span.end + LINE);
    let start = text[low..span.start]
        .iter()
        .rposition(|b| ends(b) || *b == b'>')
        .map_or(low, |at| low + at + 1);
    let end = text[span.end..high]
        .iter()
        .position(|b| ends(b) || *b == b'<')
        .map_or(high, |at| span.end + at);
    let head = text[start..span.start].trim_ascii_start();
    let signs: [&[u8]; 7] = [b"//", b"#", b"*", b"/*", b"--", b";", b"%"];
    let comment = signs.iter().any(|sign| head.starts_with(sign));
    (Span::new(start, end), comment)
}

/// True when the words stand at the top or the bottom of the text, or of a page.
fn is_at_edge(text: &[u8], span: Span) -> bool {
    const _: () = assert!(EDGE < REACH);
    let feeds = |part: &[u8]| memchr::memchr_iter(b'\n', part).count();
    let top = span.start <= EDGE && feeds(&text[..span.start]) < TOP;
    let bottom = text.len() - span.end <= EDGE && feeds(text[span.end..].trim_ascii_end()) < BOTTOM;
    let page = |lines: &mut dyn Iterator<Item = &u8>| {
        let found = lines.take(LINE).try_fold(0, |feeds, &b| match b {
            0x0C => ControlFlow::Break(()),
            b'\n' if feeds >= 2 => ControlFlow::Continue(99),
            b'\n' => ControlFlow::Continue(feeds + 1),
            _ if feeds > 2 => ControlFlow::Continue(99),
            _ => ControlFlow::Continue(feeds),
        });
        found.is_break()
    };
    top || bottom
        || page(&mut text[..span.start].iter().rev())
        || page(&mut text[span.end..].iter())
}

#[cfg(test)]
mod tests;
