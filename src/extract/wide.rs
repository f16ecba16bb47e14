//! UTF-16 and UTF-32 text, whole files or islands in other data, with or
//! without a byte order mark, in either byte order.
//!
//! Detectors read bytes, so the ASCII in wide text is copied out as plain
//! bytes. A run is a chain of plain characters (printable ASCII, tab, carriage
//! return, line feed) with nothing but zero bytes between them. Big-endian
//! text is little-endian text shifted by one, so the byte order need not be known.

use super::view::{Segment, Step, View};

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
            Stride::Two => "utf-16",
            Stride::Four => "utf-32",
        },
        segments: Vec::new(),
        step: Step::Fixed(step),
    };
    // Blocks stand at multiples of four, as the groups in them have to.
    let mut block = first / BLOCK * BLOCK;
    let mut free = 0;
    while block < bytes.len() {
        let end = (block + BLOCK).min(bytes.len());
        if may_hold(&bytes[block..end], stride) {
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

/// False when no run opens or goes on in a block. Without branches, so that
/// it compiles to vector code.
fn may_hold(block: &[u8], stride: Stride) -> bool {
    let (groups, rest) = block.as_chunks::<4>();
    if !rest.is_empty() {
        return true;
    }
    let mut found = false;
    for group in groups {
        let word = u32::from_le_bytes(*group);
        found |= match stride {
            Stride::Two => {
                let (low, high) = (word & 0x00ff_00ff, word & 0xff00_ff00);
                ((high == 0) & (low & 0xff != 0) & (low >> 16 != 0))
                    | ((low == 0) & (high & 0xff00 != 0) & (high >> 24 != 0))
            }
            Stride::Four => {
                (word != 0)
                    & ((word & 0xffff_ff00 == 0)
                        | (word & 0xffff_00ff == 0)
                        | (word & 0xff00_ffff == 0)
                        | (word & 0x00ff_ffff == 0))
            }
        };
    }
    found
}

/// Copies the run that begins at `at` and returns where it ends; `None` when
/// none begins there.
fn copy_run(bytes: &[u8], at: usize, step: usize, view: &mut View<'_>) -> Option<usize> {
    for unit in 1..OPENING {
        if !follows(bytes, at + (unit - 1) * step, step) {
            return None;
        }
    }
    let mut last = at;
    let mut plain = 1;
    let start = view.bytes.len();
    view.bytes.extend(bytes.get(at).filter(|b| is_plain(**b)));
    loop {
        if follows(bytes, last, step) {
            last += step;
        } else if let Some(gap) = gap_after(bytes, last, step) {
            view.bytes.extend(std::iter::repeat_n(b'?', gap));
            last += (gap + 1) * step;
        } else {
            break;
        }
        view.bytes.push(bytes[last]);
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

/// True when the plain character at `at` is followed by another one.
fn follows(bytes: &[u8], at: usize, step: usize) -> bool {
    let next = at + step;
    next < bytes.len()
        && is_plain(bytes[at])
        && is_plain(bytes[next])
        && bytes[at + 1..next].iter().all(|&b| b == 0)
}

/// The number of other code units after which the run goes on, if it does.
///
/// The character after them must have its zeros: behind itself when the
/// character before had them behind itself (little-endian), before itself otherwise.
fn gap_after(bytes: &[u8], at: usize, step: usize) -> Option<usize> {
    let zeros = |from: usize, to: usize| {
        bytes
            .get(from..to.min(bytes.len()))
            .is_some_and(|between| between.iter().all(|&b| b == 0))
    };
    let little = zeros(at + 1, at + step);
    let big = at + 1 >= step && zeros(at + 1 - step, at);
    (1..=GAP).find(|gap| {
        let next = at + (gap + 1) * step;
        bytes.get(next).is_some_and(|&b| is_plain(b))
            && ((little && zeros(next + 1, next + step)) || (big && zeros(next + 1 - step, next)))
    })
}

fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n')
}
