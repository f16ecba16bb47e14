//! Folded lines: an end of a line and one blank, anywhere in a value, in formats that
//! fold long lines so: LDIF (RFC 2849), iCalendar (RFC 5545), vCard (RFC 6350), and
//! manifests of Java archives.
//!
//! Program code is indented in the same way, so that only texts that begin like
//! these formats are looked at.

use super::in_place::{InPlace, Unit};
use super::{Hand, Sight};
use crate::base::decoding::Encoding;

/// Folded lines.
const FOLDED: InPlace = InPlace {
    encoding: Encoding::Joined,
    next: |bytes, from| {
        let feed = from + memchr::memchr(b'\n', &bytes[from..])?;
        let has_return = feed > from && bytes[feed - 1] == b'\r';
        Some(feed - usize::from(has_return))
    },
    unit,
};

/// What texts in these formats begin with.
const BEGINNINGS: &[&[u8]] = &[
    b"dn:",
    b"version: 1",
    b"# extended LDIF",
    b"BEGIN:VCALENDAR",
    b"BEGIN:VCARD",
    b"Manifest-Version:",
];

/// The search for folds in one text.
#[derive(Debug, Default)]
pub(super) struct Folds {
    /// True when the text began like one with folded lines.
    is_folded: bool,
    until: usize,
}

impl Folds {
    /// Hands out what stands around folds in what is new.
    pub(super) fn read(&mut self, sight: &Sight<'_>, hand: &mut Hand<'_>) {
        let bytes = sight.bytes;
        if sight.base == 0 {
            let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
            self.is_folded = BEGINNINGS.iter().any(|begin| text.starts_with(begin));
        }
        if !self.is_folded {
            return;
        }
        let mut places = Vec::new();
        let mut from = sight.new.start;
        while let Some(place) = (FOLDED.next)(bytes, from).filter(|&at| at < sight.new.end) {
            places.push(place);
            from = place + 1 + usize::from(bytes[place] == b'\r');
        }
        FOLDED.read(sight, &places, &mut self.until, hand);
    }
}

fn unit(bytes: &[u8], at: usize) -> Option<Unit> {
    let rest = &bytes[at..];
    let (end, rest) = match rest {
        [b'\r', b'\n', rest @ ..] => (2, rest),
        [b'\n', rest @ ..] => (1, rest),
        _ => return None,
    };
    let [b' ' | b'\t', after, ..] = rest else {
        return None;
    };
    let before = at.checked_sub(1).map(|before| bytes[before]);
    Some(Unit {
        count: 0,
        tells: before.is_some_and(|b| b.is_ascii_graphic()) && after.is_ascii_graphic(),
        ..Unit::byte(0, end + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::decoded;
    use super::*;

    #[test]
    fn folds_are_taken_off_in_texts_that_have_them() {
        for (text, expected) in [
            ("dn: cn=a\nb: va\n lue\n", "b: value\n"),
            (
                "BEGIN:VCARD\r\nNOTE:va\r\n lu\r\n\te\r\nEND",
                "NOTE:value\r\nEND",
            ),
            ("\u{feff}version: 1\nb: va\n lue\n", "b: value\n"),
            ("Manifest-Version: 1.0\nB: va\n lue\n", "B: value\n"),
        ] {
            assert_eq!(decoded(text, Encoding::Joined), [expected], "{text}");
        }
    }

    #[test]
    fn other_texts_and_other_ends_of_lines_are_left_alone() {
        for text in [
            "fn main()\n {}\n",
            "dn = 1\nb: va\n lue\n",
            "dn: cn=a\nb: value\nc: value\n",
            "dn: cn=a\nb: value \n and\n  more\n",
            "dn: cn=a\n",
        ] {
            assert_eq!(decoded(text, Encoding::Joined), [""; 0], "{text}");
        }
    }
}
