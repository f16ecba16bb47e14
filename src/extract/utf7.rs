//! Text in UTF-7 (RFC 2152): ASCII in which some characters stand as base64 of
//! UTF-16, between a plus and a hyphen.
//!
//! Such text looks like any other, so it is read as UTF-7 only where a sign
//! that is no letter stands so (`+AD0-`), which nothing else writes.

use memchr::memmem;

use super::view::{Segment, Step, View};
use crate::base::decoding::Encoding;

/// The view of `bytes` as plain text; `None` when nothing in them is UTF-7.
/// What is no ASCII is a question mark in it.
pub fn from_utf7(bytes: &[u8]) -> Option<View<'static>> {
    let is_sign = |at: usize| {
        let (length, text) = run(&bytes[at + 1..]);
        let first = text.first().copied().unwrap_or(b'?');
        let is_closed = bytes.get(at + 1 + length) == Some(&b'-');
        is_closed && first != b'?' && !first.is_ascii_alphanumeric()
    };
    // The upper half of an ASCII character is zero.
    if !memmem::find_iter(bytes, b"+A").any(is_sign) {
        return None;
    }
    let mut view = View {
        bytes: Vec::with_capacity(bytes.len()),
        encoding: Encoding::Utf7,
        segments: Vec::new(),
        step: Step::Fixed(1),
    };
    let mut add = |original: usize, text: &[u8]| {
        if !text.is_empty() {
            view.segments.push(Segment {
                view: view.bytes.len(),
                length: text.len(),
                original,
            });
            view.bytes.extend_from_slice(text);
        }
    };
    let mut from = 0;
    for at in memchr::memchr_iter(b'+', bytes) {
        let (length, text) = run(&bytes[at + 1..]);
        let is_closed = bytes.get(at + 1 + length) == Some(&b'-');
        let is_plus = length == 0 && is_closed;
        // A plus may stand in the digits of a run, too.
        if at < from || (text.is_empty() && !is_plus) {
            continue;
        }
        add(from, &bytes[from..at]);
        add(at, if is_plus { b"+" } else { &text });
        from = at + 1 + length + usize::from(is_closed);
    }
    add(from, &bytes[from..]);
    Some(view)
}

/// Most digits of a run. What is longer is base64 of something else; its signs
/// would each ask for all that follows.
const LONGEST: usize = 512;

/// Length of the digits that `bytes` begin with, and their text; none when
/// they are not UTF-16.
fn run(bytes: &[u8]) -> (usize, Vec<u8>) {
    let near = bytes.iter().take(LONGEST + 1);
    let length = near.take_while(|b| digit(**b).is_some()).count();
    if length > LONGEST {
        return (length, Vec::new());
    }
    let (mut held, mut bits) = (0_u32, 0);
    let mut units = Vec::with_capacity(length * 3 / 8);
    for value in bytes[..length].iter().filter_map(|b| digit(*b)) {
        held = held << 6 | value;
        bits += 6;
        if bits >= 16 {
            bits -= 16;
            units.push((held >> bits) as u16);
            held &= (1 << bits) - 1;
        }
    }
    let is_whole = bits < 6 && held == 0;
    let text: Result<Vec<u8>, _> = char::decode_utf16(units)
        .map(|c| c.map(|c| u8::try_from(c).ok().filter(u8::is_ascii).unwrap_or(b'?')))
        .collect();
    (length, text.ok().filter(|_| is_whole).unwrap_or_default())
}

fn digit(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(value.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn signs_in_base64_are_read() {
        for (written, read) in [
            ("name +AD0- +ACI-x+AF8-y+ACI-", "name = \"x_y\""),
            ("+ADw-script+AD4- 1 +- 2", "<script> 1 + 2"),
            ("k+AD0AIg-v+ACI-;", "k=\"v\";"),
            ("caf+AOk- +ACY- +ImDYPd0R", "caf? & ??"),
        ] {
            let view = from_utf7(written.as_bytes()).unwrap();
            assert_eq!(String::from_utf8_lossy(&view.bytes), read);
        }
        let view = from_utf7(b"name +AD0- value").unwrap();
        assert_eq!(view.span_to_original(7..12), 11..16);
        assert_eq!(view.from_original(11), 7);
    }

    #[test]
    fn other_text_is_left_alone() {
        for text in [
            "a + b+A - c",
            "x = a+ADw;",
            "+ABC-",
            "Zm9v+AD0vYmFy",
            "caf+AOk-",
            "+- added",
            "",
        ] {
            assert!(from_utf7(text.as_bytes()).is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn offsets_lead_back_in_order(text in "([a-z =]|\\+A[A-H][AQgw0]-?|\\+[A-Za-z0-9]{0,20}-?|\\+-){0,40}") {
            let text = format!("+AD0-{text}");
            let view = from_utf7(text.as_bytes()).unwrap();
            let mut previous = 0;
            for offset in 0..=view.bytes.len() {
                let original = view.to_original(offset);
                prop_assert!(original >= previous && original <= text.len());
                previous = original;
            }
        }
    }

    #[test]
    fn long_runs_of_base64_are_none_and_cost_little() {
        let text = format!("a +AD0- b {}", "+AAb/".repeat(100_000));
        let begun = std::time::Instant::now();
        let view = from_utf7(text.as_bytes()).expect("a sign stands at the beginning");
        assert!(view.bytes.starts_with(b"a = b +AAb/"));
        // Only the last few digits are no more than a run may have.
        assert!(view.bytes.len() + 2 * LONGEST > text.len());
        assert!(begun.elapsed().as_secs() < 20);
    }
}
