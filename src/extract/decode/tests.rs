//! What holds for all decoders together.

use proptest::prelude::*;

use super::*;
use crate::base::decoding::Encoding;
use crate::base::limits::{CONTEXT_AHEAD, CONTEXT_BACK};

/// A layer as far as it can be compared: its encoding, its text, and where it comes from.
type Shown = (Encoding, Vec<u8>, usize, usize);

fn position(_: usize) -> Position {
    Position { line: 1, column: 1 }
}

/// The layers of `text`, read in windows of `step` new bytes.
fn layers(text: &[u8], step: usize) -> Vec<Layer> {
    let mut finder = Finder::default();
    let mut out = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let last = text.len() - start <= step + CONTEXT_AHEAD;
        let end = if last { text.len() } else { start + step };
        let from = start.saturating_sub(CONTEXT_BACK);
        let sight = Sight {
            bytes: &text[from..text.len().min(end + CONTEXT_AHEAD)],
            base: from,
            new: start - from..end - from,
            last,
            position: &position,
        };
        finder.read(&sight, &mut |layer| out.push(layer));
        start = end;
    }
    out
}

/// The texts of the layers of `text` that stood in it as `encoding`.
pub(super) fn decoded(text: impl AsRef<[u8]>, encoding: Encoding) -> Vec<String> {
    let layers = layers(text.as_ref(), 1 << 20).into_iter();
    let own = layers.filter(|layer| layer.encoding == encoding);
    own.map(|layer| String::from_utf8_lossy(&layer.bytes).into_owned())
        .collect()
}

fn shown(text: &[u8], step: usize) -> Vec<Shown> {
    let mut all: Vec<Shown> = layers(text, step)
        .into_iter()
        .map(|layer| {
            let back = layer.back(0..layer.bytes.len());
            (layer.encoding, layer.bytes, back.start, back.end)
        })
        .collect();
    all.sort();
    all
}

fn base64(text: &[u8]) -> String {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.encode(text)
}

/// `text` in lines of so many bytes.
fn wrapped(text: &str, length: usize, end: &str) -> String {
    let lines = text.as_bytes().chunks(length).map(String::from_utf8_lossy);
    lines
        .flat_map(|line| [line.into_owned(), end.to_owned()])
        .collect()
}

/// Text in which something is encoded in one of many ways.
fn part() -> impl Strategy<Value = String> {
    let word = "[a-zA-Z0-9_]{4,60}";
    (word, 0..18_u8, "[ -~\n]{0,20}").prop_map(|(word, way, other)| {
        let each = |f: &dyn Fn(u8) -> String| word.bytes().map(f).collect::<String>();
        let (first, second) = word.split_at(word.len() / 2);
        match way {
            0 => base64(word.as_bytes()),
            1 => base64(word.repeat(9).as_bytes()),
            2 => wrapped(&base64(word.repeat(9).as_bytes()), 64, "\n"),
            3 => each(&|b| format!("{b:02x}")),
            4 => each(&|b| format!("%{b:02X}")),
            5 => each(&|b| format!("\\x{b:02x}")),
            6 => each(&|b| format!("\\u{b:04x}")),
            7 => each(&|b| format!("&#{b};")),
            8 => each(&|b| format!("0x{b:02x}, ")),
            9 => format!("\"{first}\" + \"{second}\""),
            10 => format!("{first}\\\n  {second}"),
            11 => format!("{first}\u{200b}{second}"),
            12 => word.replace('a', "\u{430}").replace('o', "\u{43e}"),
            13 => each(&|b| format!("{b:02x}:")),
            14 => format!("{}=\n{other}", "x".repeat(70)),
            15 => each(&|b| format!("%u{b:04x}")),
            16 => format!("{first}&shy;{second}"),
            _ => other,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_without_a_panic(
        text in proptest::collection::vec(prop_oneof![
            any::<u8>(), Just(b'%'), Just(b'\\'), Just(b'='), Just(b'\n'), Just(b'"'), Just(0), b'0'..=b'z'], 0..600),
    ) {
        for layer in layers(&text, 1 << 20) {
            let mut last = 0;
            for at in 0..layer.bytes.len() {
                let back = layer.back(at..at + 1);
                prop_assert!(back.start >= last && back.end <= text.len());
                last = back.start;
            }
        }
    }

    #[test]
    fn layers_do_not_depend_on_the_windows(
        parts in proptest::collection::vec(part(), 1..12), step in 1..300_usize,
    ) {
        let mut text = parts.join(" ").into_bytes();
        // A window that sees the end is the last one: put the end out of sight.
        text.resize(text.len() + CONTEXT_AHEAD, b'\n');
        let (cut, whole) = (shown(&text, step), shown(&text, 1 << 20));
        let odd = cut.iter().filter(|layer| !whole.contains(layer)).chain(whole.iter().filter(|layer| !cut.contains(layer)));
        let odd: Vec<_> = odd.map(|(e, text, from, to)| (e, String::from_utf8_lossy(text).trim_end().to_owned(), from, to)).collect();
        prop_assert!(cut == whole, "{odd:?} {}", cut.len());
    }

    #[test]
    fn what_stands_alone_comes_back_and_leads_back(
        word in "[a-zA-Z0-9_]{24,60}", before in "[a-z ]{0,80}", way in 0..6_u8,
    ) {
        let each = |f: &dyn Fn(u8) -> String| word.bytes().map(f).collect::<String>();
        let coded = match way {
            0 => base64(word.as_bytes()).trim_end_matches('=').to_owned(),
            1 => each(&|b| format!("{b:02x}")),
            2 => each(&|b| format!("%{b:02X}")),
            3 => each(&|b| format!("\\u{b:04x}")),
            4 => each(&|b| format!("%u{b:04X}")),
            _ => each(&|b| format!("&#x{b:x};")),
        };
        let text = format!("{before}: {coded};\n");
        let start = before.len() + 2;
        let found = layers(text.as_bytes(), 1 << 20).into_iter().find_map(|layer| {
            let at = memchr::memmem::find(&layer.bytes, word.as_bytes())?;
            Some(layer.back(at..at + word.len()))
        });
        prop_assert_eq!(found, Some(start..start + coded.len()));
    }
}

#[test]
fn a_long_run_comes_whole_whatever_the_windows() {
    let lines: Vec<String> = (0..40_000).map(|n| format!("line {n} of it\n")).collect();
    let text = lines.concat();
    for coded in [
        base64(text.as_bytes()),
        wrapped(&base64(text.as_bytes()), 76, "\r\n"),
    ] {
        let all = [b"x: ", coded.as_bytes(), b"\n", &vec![b'\n'; CONTEXT_AHEAD]].concat();
        for step in [5_000, 1 << 16, 1 << 22] {
            let found = layers(&all, step);
            assert_eq!(found.len(), 1, "{step}");
            assert_eq!(found[0].bytes, text.as_bytes());
        }
    }
}

#[test]
fn names_of_characters_that_show_nothing_are_left_out_inside_words() {
    for (text, expected) in [
        ("x = AKIA&shy;EXAM\n", Some("AKIAEXAM")),
        ("x = AKIA&zwnj;EXAM\n", Some("AKIAEXAM")),
        ("x = AKIA&ZeroWidthSpace;EXAM\n", Some("AKIAEXAM")),
        ("x = a &shy; b\n", None),
        ("f(&shy, &zone);\n", None),
    ] {
        let found = layers(text.as_bytes(), 1 << 20).into_iter().next();
        let found = found.map(|layer| String::from_utf8_lossy(&layer.bytes).into_owned());
        let same = match (&found, expected) {
            (Some(found), Some(expected)) => found.contains(expected),
            (found, expected) => found.is_none() && expected.is_none(),
        };
        assert!(same, "{text}: {found:?}");
    }
}
