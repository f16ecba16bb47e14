//! Tags of HTML in the midst of words: `AK<b>IA</b>`, `AK<!-- -->IA`.
//!
//! Tags that change how a text looks, but not what it says, are left out where
//! they stand between two characters of a word. Between the cells of a
//! table, and across the tags that colour source code, a label of a secret and
//! what stands beside it are brought together. So are the tag that is such a label
//! and text that XML takes as it is: `<password><![CDATA[value]]></password>`.

use super::in_place::{InPlace, Unit};
use crate::base::decoding::Encoding;

/// Tags inside words.
pub(super) const TAGS: InPlace = InPlace {
    encoding: Encoding::Tags,
    next: |bytes, from| {
        let marks = memchr::memchr2_iter(b'<', b']', &bytes[from..]);
        marks
            .map(|at| from + at)
            .find(|&at| is_inside(bytes, at) || bytes[at..].starts_with(CLOSED))
    },
    unit,
};

/// Elements that do not part words (HTML Living Standard, "Text-level
/// semantics"; and those of SVG and `OpenDocument` that split text).
const INLINE: &[&[u8]] = &[
    b"a",
    b"abbr",
    b"acronym",
    b"b",
    b"bdi",
    b"bdo",
    b"big",
    b"cite",
    b"code",
    b"data",
    b"del",
    b"dfn",
    b"em",
    b"font",
    b"i",
    b"ins",
    b"kbd",
    b"label",
    b"mark",
    b"nobr",
    b"q",
    b"s",
    b"samp",
    b"small",
    b"span",
    b"strike",
    b"strong",
    b"sub",
    b"sup",
    b"text:span",
    b"time",
    b"tspan",
    b"tt",
    b"u",
    b"var",
    b"wbr",
];
/// Elements that hold a label, and then a value.
const CELLS: &[&[u8]] = &[b"td", b"th", b"dt", b"dd"];
/// Words in the label of a secret.
const LABELS: &[&[u8]] = &[b"pass", b"pwd", b"secret", b"token", b"key", b"credential"];
/// Longest tag.
const TAG: usize = 2 << 10;
/// Most tags in a row.
const ROW: usize = 16;
/// Longest label, in bytes.
const LABEL: usize = 40;

/// What begins and ends text without marks (XML 1.0, section 2.7).
const OPENED: &[u8] = b"<![CDATA[";
const CLOSED: &[u8] = b"]]>";

/// True where a tag may stand inside a word or behind an operator, or close a cell, or
/// text without marks may begin.
pub(super) fn is_inside(bytes: &[u8], at: usize) -> bool {
    let is_behind = match &bytes[at.saturating_sub(2)..at] {
        [b'=' | b':', b' '] => true,
        [.., before] => is_word(*before),
        [] => false,
    };
    let after = bytes.get(at + 1);
    is_behind && after.is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'/' | b'!'))
        || after == Some(&b'!') && bytes[at..].starts_with(OPENED)
}

/// The marks around text without marks. They tell behind a tag that is the label of a
/// secret, and where one such text goes on with another.
fn unmarked(bytes: &[u8], at: usize) -> Option<Unit> {
    let rest = bytes.get(at..)?;
    let (length, tells) = if rest.starts_with(OPENED) {
        let goes_on = bytes[..at].ends_with(CLOSED);
        let near = &bytes[at.saturating_sub(LABEL)..at];
        let tag = memchr::memrchr(b'<', near).map_or(near, |tag| &near[tag..]);
        let is_labelled = || tag.strip_suffix(b">").is_some_and(is_label);
        (OPENED.len(), goes_on || is_labelled())
    } else if rest.starts_with(CLOSED) {
        (CLOSED.len(), false)
    } else {
        return None;
    };
    Some(Unit {
        count: 0,
        tells,
        ..Unit::byte(0, length)
    })
}

fn unit(bytes: &[u8], at: usize) -> Option<Unit> {
    if let Some(unit) = unmarked(bytes, at) {
        return Some(unit);
    }
    if !is_inside(bytes, at) {
        return None;
    }
    let mut end = at;
    for _ in 0..ROW {
        match inline(bytes, end) {
            Some(length) => end += length,
            None => break,
        }
    }
    if end > at {
        let follows = bytes.get(end).is_some_and(|&b| is_word(b) || b == b'&');
        let is_tight = bytes[at - 1] != b' ';
        let nothing = Unit {
            count: 0,
            ..Unit::byte(0, end - at)
        };
        return bridge(bytes, at).or((follows && is_tight).then_some(nothing));
    }
    cell(bytes, at)
}

/// Ways to write a quote in HTML.
const QUOTES: [&[u8]; 6] = [
    b"&quot;", b"&#34;", b"&apos;", b"&#39;", b"&#x27;", b"&#x22;",
];

/// What stands between the label of a secret and the value it is given: tags
/// that colour, blanks, an operator before or among them, and perhaps a quote.
fn bridge(bytes: &[u8], at: usize) -> Option<Unit> {
    let label = &bytes[at.saturating_sub(LABEL)..at];
    if !is_label(label) {
        return None;
    }
    let near = &bytes[at..bytes.len().min(at + TAG)];
    let is_given = |text: &[u8]| matches!(text.trim_ascii_end().last(), Some(b'=' | b':'));
    let mut has_operator = is_given(label);
    let mut end = 0;
    loop {
        match near.get(end)? {
            b'<' => end += inline(near, end)?,
            b' ' | b'\n' | b'\r' | b'\t' => end += 1,
            b'=' | b':' if !has_operator => {
                has_operator = true;
                end += 1;
            }
            _ => break,
        }
    }
    let rest = &near[end..];
    let quote = QUOTES.iter().find(|quote| rest.starts_with(quote));
    end += quote.map_or(0, |quote| quote.len());
    let is_value = near
        .get(end)
        .is_some_and(|&b| is_word(b) || matches!(b, b'"' | b'\''));
    let sign = if is_given(label) { b' ' } else { b'=' };
    (has_operator && is_value).then(|| Unit::byte(sign, end))
}

/// Length of the tag or comment at `at`, if it parts no words.
fn inline(bytes: &[u8], at: usize) -> Option<usize> {
    let near = &bytes[at..bytes.len().min(at + TAG)];
    if near.starts_with(b"<!--") {
        return memchr::memmem::find(near, b"-->").map(|end| end + 3);
    }
    let (name, length) = tag(near)?;
    INLINE
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
        .then_some(length)
}

/// The name of the tag that `near` begins with, and its length.
fn tag(near: &[u8]) -> Option<(&[u8], usize)> {
    let inner = near.strip_prefix(b"<")?;
    let inner = inner.strip_prefix(b"/").unwrap_or(inner);
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || *b == b':';
    let length = inner.iter().take(16).take_while(|b| is_name(b)).count();
    let behind = *inner.get(length)?;
    if length == 0 || !(behind.is_ascii_whitespace() || matches!(behind, b'>' | b'/')) {
        return None;
    }
    let end = memchr::memchr2(b'>', b'<', &near[1..])? + 1;
    let more = near[near.len() - inner.len() + length..end].trim_ascii();
    // A comparison has no attributes.
    let is_tag = near[end] == b'>'
        && (more.is_empty() || more == b"/" || memchr::memchr(b'=', more).is_some())
        && more
            .first()
            .is_none_or(|b| b.is_ascii_alphabetic() || *b == b'/');
    is_tag.then_some((&inner[..length], end + 1))
}

/// What stands between the label of a secret and the value in the cell beside it.
fn cell(bytes: &[u8], at: usize) -> Option<Unit> {
    let near = &bytes[at..bytes.len().min(at + TAG)];
    let (name, closing) = tag(near).filter(|_| near.starts_with(b"</"))?;
    let is_cell = |name: &[u8]| CELLS.iter().any(|known| name.eq_ignore_ascii_case(known));
    if !is_cell(name) || !is_label(&bytes[at.saturating_sub(LABEL)..at]) {
        return None;
    }
    let mut end = closing;
    end += near[end..]
        .iter()
        .take_while(|b| b.is_ascii_whitespace())
        .count();
    let (name, opening) = tag(&near[end..])?;
    if !is_cell(name) {
        return None;
    }
    end += opening;
    while let Some(length) = inline(near, end) {
        end += length;
    }
    near.get(end)
        .copied()
        .is_some_and(is_word)
        .then(|| Unit::byte(b'\t', end))
}

/// True when `before` ends with the text of a cell that labels a secret.
pub(super) fn is_label(before: &[u8]) -> bool {
    let start = memchr::memrchr(b'>', before).map_or(0, |at| at + 1);
    let text = before[start..].to_ascii_lowercase();
    LABELS
        .iter()
        .any(|word| memchr::memmem::find(&text, word).is_some())
}

/// What secrets are made of.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-+/=.~@:$!#%;".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::super::tests::decoded;
    use super::*;

    #[test]
    fn tags_inside_words_are_left_out() {
        for (text, expected) in [
            ("<p>AK<b>IA</b>x</p>", "<p>AKIAx</p>"),
            ("x AK<!-- - -->IA", "x AKIA"),
            ("AK<B CLASS='x'><i>IA</i></B>", "AKIA</i></B>"),
            ("a<wbr>b<wbr/>c", "abc"),
            ("<i>token = <b>value", "<i>token =  value"),
            ("token = </i><i>&quot;value", "token =  value"),
            ("<b>api_key</b> <i>=</i> <u>&quot;value", "<b>api_key=value"),
            ("<b>password</b>: <i>&#39;value", "<b>password=value"),
            (
                "<password><![CDATA[value]]></password>",
                "<password>value</password>",
            ),
            ("<x><![CDATA[one]]><![CDATA[two]]></x>", "<x>onetwo</x>"),
            (
                "<td>Password</td>\n <td class=\"x\"><code>value",
                "<td>Password\tvalue",
            ),
        ] {
            assert_eq!(decoded(text, Encoding::Tags), [expected], "{text}");
        }
    }

    #[test]
    fn other_tags_and_signs_are_left_alone() {
        for text in [
            "<p>one</p><p>two</p>",
            "a<b && c>d",
            "Vec<u8>",
            "if a<b then",
            "<b>word</b> word",
            "a<br>b",
            "a<b c>d",
            "<title><![CDATA[value]]></title>",
            "<![CDATA[value]]>",
            "<key/><title><![CDATA[value]]></title>",
            "<![CDATA[",
            "<password><![CDAT[value]]>",
            "<td>colour</td><td>red</td>",
            "Note: <b>this</b> is prose",
            "the <b>password</b> is not here",
            "colour = <b>red",
            "x<",
            "x<b",
            "x<!--",
        ] {
            assert_eq!(decoded(text, Encoding::Tags), [""; 0], "{text}");
        }
    }
}
