//! UTF-16 and UTF-32 text, whole files or islands in other data, with or
//! without a byte order mark, in either byte order.
//!
//! Detectors read bytes, so the ASCII in wide text is copied out as plain
//! bytes. A run is a chain of plain characters (printable ASCII, tab, carriage
//! return, line feed) with nothing but zero bytes between them. Big-endian
//! text is little-endian text shifted by one, so the byte order need not be known.

use super::view::{Segment, Step, View};
use crate::base::decoding::Encoding;

/// Bytes per code unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stride {
    /// UTF-16.
    Two,
    /// UTF-32.
    Four,
}

/// Plain characters a run has at least.
const SHORTEST: usize = 6;

/// Plain characters in a row a run begins with, so that it is found whatever
/// its alignment: that many always hold one aligned group of four bytes.
const OPENING: usize = 4;

/// Other code units (an accented letter, an emoji) in a row that a run may
/// hold. They are shown as `?`, so that `name = "value"` stays one line.
const GAP: usize = 2;

const BLOCK: usize = 64;

/// The view of the wide text in `bytes`; `None` when there is none. Runs are
/// separated by line feeds.
pub fn narrow(bytes: &[u8], stride: Stride) -> Option<View<'static>> {
    let step = match stride {
        Stride::Two => 2,
        Stride::Four => 4,
    };
    let first = memchr::memchr(0, bytes)?;
    let mut view = View {
        bytes: Vec::new(),
        encoding: match stride {
            Stride::Two => Encoding::Utf16,
            Stride::Four => Encoding::Utf32,
        },
        segments: Vec::new(),
        step: Step::Fixed(step),
    };
    // Blocks stand at multiples of four, as the groups in them have to.
    let mut block = first / BLOCK * BLOCK;
    let mut free = 0;
    while block < bytes.len() {
        let end = (block + BLOCK).min(bytes.len());
        if may_hold(&bytes[block..], stride) {
            // The group seen may belong to a run that began just before.
            let mut at = free.max(block.saturating_sub(OPENING * step));
            while at < end {
                at = copy_run(bytes, at, step, &mut view).unwrap_or(at + 1);
            }
            free = at;
        }
        // A run may have led over many blocks.
        block = (block + BLOCK).max(free / BLOCK * BLOCK);
    }
    (!view.segments.is_empty()).then_some(view)
}

/// False when no run opens or goes on in the block that `rest` begins with. Without branches,
/// so that it compiles to vector code.
fn may_hold(rest: &[u8], stride: Stride) -> bool {
    // With the first group of the next block.
    let Some(bytes) = rest.first_chunk::<{ BLOCK + 4 }>() else {
        return true;
    };
    let (groups, _) = bytes[..BLOCK].as_chunks::<4>();
    let (nexts, _) = bytes[4..].as_chunks::<4>();
    let mut found = false;
    match stride {
        Stride::Two => {
            for group in groups {
                let word = u32::from_le_bytes(*group);
                let (low, high) = (word & 0x00ff_00ff, word >> 8 & 0x00ff_00ff);
                found |= ((high == 0) & are_plain(low)) | ((low == 0) & are_plain(high));
            }
        }
        Stride::Four => {
            for (group, next) in groups.iter().zip(nexts) {
                let (word, next) = (u32::from_le_bytes(*group), u32::from_le_bytes(*next));
                found |= are_both_plain(word, next, 0)
                    | are_both_plain(word, next, 8)
                    | are_both_plain(word, next, 16)
                    | are_both_plain(word, next, 24);
            }
        }
    }
    found
}

/// The least of the bytes among which the plain characters are; the last is 127.
const PLAIN: u32 = 9;

/// True when two bytes, the first and the third of four, may be plain characters.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "lazy operators are branches, and this is part of the inner loop"
)]
fn are_plain(pair: u32) -> bool {
    let tells = 0x0080_0080;
    let more = pair.wrapping_add(tells - (PLAIN << 16 | PLAIN));
    (pair & tells == 0) & (more & tells == tells)
}

/// True when two words hold nothing but what may be a plain character, both at one place.
fn are_both_plain(word: u32, next: u32, shift: u32) -> bool {
    ((word | next) & !(0x7f << shift) == 0)
        & (word.min(next).cast_signed() >= PLAIN.cast_signed() << shift)
}

/// Copies the run that begins at `at` and returns where it ends; `None` when
/// none begins there.
fn copy_run(bytes: &[u8], at: usize, step: usize, view: &mut View<'_>) -> Option<usize> {
    for unit in 1..OPENING {
        if !follows(bytes, at + (unit - 1) * step, step) {
            return None;
        }
    }
    let order = Order::of(bytes, at, step);
    let mut last = at;
    let mut plain = 1;
    let start = view.bytes.len();
    view.bytes.push(bytes[at]);
    while let Some((gap, next)) = successor(bytes, last, step, order) {
        view.bytes.extend(std::iter::repeat_n(b'?', gap));
        view.bytes.push(bytes[next]);
        last = next;
        plain += 1;
    }
    if plain < SHORTEST {
        view.bytes.truncate(start);
        return None;
    }
    view.segments.push(Segment {
        view: start,
        length: view.bytes.len() - start,
        original: at,
    });
    view.bytes.push(b'\n');
    Some(last + 1)
}

/// What is known of the byte order of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// The first character has no zeros before it.
    Little,
    /// It has, or is the first of the bytes; little-endian is likelier.
    PerhapsBig,
    /// It has, and stands where a big-endian character would.
    Big,
}

impl Order {
    fn of(bytes: &[u8], at: usize, step: usize) -> Order {
        let zeros_before = at.min(step - 1);
        if !are_zero(bytes, at - zeros_before, at) {
            Order::Little
        } else if at % step == step - 1 {
            Order::Big
        } else {
            Order::PerhapsBig
        }
    }
}

/// The next plain character of a run after the one at `at`, and the number of
/// other code units before it; `None` when the run ends.
fn successor(bytes: &[u8], at: usize, step: usize, order: Order) -> Option<(usize, usize)> {
    let next = at + step;
    let plain = follows(bytes, at, step);
    // In little-endian text, the zeros behind a character are its own: without
    // them it is not plain, but the lower half of another one.
    if plain && (order == Order::Big || are_zero(bytes, next + 1, next + step)) {
        return Some((0, next));
    }
    if let Some(gap) = gap_after(bytes, at, step, order) {
        return Some((gap, at + (gap + 1) * step));
    }
    (plain && order != Order::Little).then_some((0, next))
}

/// True when the plain character at `at` is followed by another one.
fn follows(bytes: &[u8], at: usize, step: usize) -> bool {
    let next = at + step;
    next < bytes.len()
        && is_plain(bytes[at])
        && is_plain(bytes[next])
        && bytes[at + 1..next].iter().all(|&b| b == 0)
}

/// The number of other code units after which the run goes on, if it does. A
/// zero unit ends it: what comes after the end of a string is another string.
fn gap_after(bytes: &[u8], at: usize, step: usize, order: Order) -> Option<usize> {
    let no_zero_unit = |from: usize, to: usize| {
        bytes
            .get(from..to)
            .is_some_and(|gap| gap.chunks(step).all(|unit| unit.iter().any(|&b| b != 0)))
    };
    let little = are_zero(bytes, at + 1, at + step);
    (1..=GAP).find(|gap| {
        let next = at + (gap + 1) * step;
        let own = next + 1 - step;
        bytes.get(next).is_some_and(|&b| is_plain(b))
            && ((little && are_zero(bytes, next + 1, next + step) && no_zero_unit(at + step, next))
                || (order != Order::Little
                    && are_zero(bytes, own, next)
                    && no_zero_unit(at + 1, own)))
    })
}

/// True when there is nothing but zeros in a range, as far as the bytes go.
fn are_zero(bytes: &[u8], from: usize, to: usize) -> bool {
    let end = to.min(bytes.len());
    bytes
        .get(from..end)
        .is_none_or(|range| range.iter().all(|&b| b == 0))
}

fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn widen(text: &str, stride: Stride, order: Order) -> Vec<u8> {
        let mut wide = Vec::new();
        match stride {
            Stride::Two => {
                for unit in text.encode_utf16() {
                    wide.extend(match order {
                        Order::Little => unit.to_le_bytes(),
                        _ => unit.to_be_bytes(),
                    });
                }
            }
            Stride::Four => {
                for unit in text.chars().map(u32::from) {
                    wide.extend(match order {
                        Order::Little => unit.to_le_bytes(),
                        _ => unit.to_be_bytes(),
                    });
                }
            }
        }
        wide
    }

    const KINDS: [(Stride, Order); 4] = [
        (Stride::Two, Order::Little),
        (Stride::Two, Order::Big),
        (Stride::Four, Order::Little),
        (Stride::Four, Order::Big),
    ];

    /// Every byte of a view stands for the byte its offset leads back to.
    fn assert_faithful(bytes: &[u8], view: &View<'_>) {
        let mut previous = None;
        for (offset, &byte) in view.bytes.iter().enumerate() {
            let original = view.to_original(offset);
            let in_run = view
                .segments
                .iter()
                .any(|s| (s.view..s.view + s.length).contains(&offset));
            if !in_run {
                assert_eq!(byte, b'\n');
                continue;
            }
            assert!(byte == b'?' || bytes[original] == byte);
            assert!(previous < Some(original));
            previous = Some(original);
            assert_eq!(view.from_original(original), offset);
        }
        assert_eq!(view.from_original(usize::MAX / 8), view.bytes.len());
    }

    proptest! {
        #[test]
        fn planted_text_comes_back_in_every_width_order_and_phase(
            before in proptest::collection::vec(128..=255_u8, 0..200),
            after in proptest::collection::vec(128..=255_u8, 0..200),
            text in "[ -~\t\r\n]{6,120}",
        ) {
            for (stride, order) in KINDS {
                let mut bytes = before.clone();
                bytes.extend(widen(&text, stride, order));
                bytes.extend_from_slice(&after);
                let view = narrow(&bytes, stride).unwrap();
                assert_faithful(&bytes, &view);
                let at = memchr::memmem::find(&view.bytes, text.as_bytes());
                let at = at.expect("the planted text is in the view");
                let first = view.to_original(at);
                let zeros = if order == Order::Big { widen("a", stride, order).len() - 1 } else { 0 };
                prop_assert_eq!(first, before.len() + zeros);
                let span = view.span_to_original(at..at + text.len());
                prop_assert_eq!(bytes[span.end - 1], *text.as_bytes().last().unwrap());
            }
        }

        #[test]
        fn any_bytes_give_a_faithful_view(
            bytes in proptest::collection::vec(
                prop_oneof![3 => Just(0_u8), 2 => 32..127_u8, 1 => any::<u8>()], 0..600),
        ) {
            for stride in [Stride::Two, Stride::Four] {
                if let Some(view) = narrow(&bytes, stride) {
                    assert_faithful(&bytes, &view);
                }
            }
        }

        #[test]
        fn a_run_is_found_whatever_stands_around_it(
            pieces in proptest::collection::vec(
                prop_oneof![
                    3 => Just(&b"a\0\0\0"[..]), 3 => Just(&b"a\0"[..]), 1 => Just(&b"\0"[..]),
                    1 => Just(&b"a"[..]), 1 => Just(&b"\xc8"[..]), 1 => Just(&b"\xc8\0\0\0"[..])
                ],
                0..150,
            ),
        ) {
            let bytes = pieces.concat();
            // The straight way: try every place, without blocks.
            for (stride, step) in [(Stride::Two, 2), (Stride::Four, 4)] {
                let mut expected = View {
                    bytes: Vec::new(),
                    encoding: Encoding::Utf16,
                    segments: Vec::new(),
                    step: Step::Fixed(step),
                };
                let mut at = 0;
                while at < bytes.len() {
                    at = copy_run(&bytes, at, step, &mut expected).unwrap_or(at + 1);
                }
                let found = narrow(&bytes, stride).map(|view| view.bytes);
                prop_assert_eq!(found.unwrap_or_default(), expected.bytes);
            }
        }
    }

    fn lines(text: &str, stride: Stride, order: Order) -> String {
        let view = narrow(&widen(text, stride, order), stride);
        view.map_or(String::new(), |view| String::from_utf8(view.bytes).unwrap())
    }

    #[test]
    fn runs_are_split_where_the_text_is() {
        let cases = [
            ("name = \"value\"", "name = \"value\"\n"),
            ("user = \u{e9}t\u{e9}; key = 1", "user = ?t?; key = 1\n"),
            ("party \u{1f389} done", "party ?"),
            ("first one\0second one", "first one\nsecond one\n"),
            ("short", ""),
            ("\u{feff}with a mark", "with a mark\n"),
        ];
        for (text, expected) in cases {
            for (stride, order) in KINDS {
                let found = lines(text, stride, order);
                match expected {
                    "party ?" => {
                        let gap = if stride == Stride::Two { "??" } else { "?" };
                        assert_eq!(found, format!("party {gap} done\n"));
                    }
                    expected => assert_eq!(found, expected, "{stride:?} {order:?}"),
                }
            }
        }
    }

    #[test]
    fn a_separator_takes_no_room_in_the_original() {
        for (stride, order) in KINDS {
            let bytes = widen("key = 0123", stride, order);
            let view = narrow(&bytes, stride).unwrap();
            let whole = view.span_to_original(0..view.bytes.len());
            let text = view.span_to_original(0..view.bytes.len() - 1);
            assert_eq!(whole, text);
            assert!(whole.end <= bytes.len());
        }
    }

    #[test]
    fn bytes_without_wide_text_have_no_view() {
        let sparse: Vec<u8> = (0..10_000_u32).flat_map(u32::to_le_bytes).collect();
        for bytes in [
            &b"plain text, a bit longer"[..],
            &[0; 5000],
            b"",
            b"a\0b",
            &sparse,
        ] {
            assert!(narrow(bytes, Stride::Two).is_none());
        }
        assert!(narrow(&[0; 5000], Stride::Four).is_none());
    }
}
