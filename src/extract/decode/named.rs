//! The name before a list of numbers, which is taken along as if the list were a
//! literal: names and values are told together.

use std::ops::Range;

use super::Sight;
use super::layer::{Counts, Layer};

/// Characters of a value, at most.
const VALUE: usize = 200;
/// Bytes before a list in which its name stands, and between the two.
const BEFORE: usize = 160;
const BETWEEN: usize = 80;

/// The layer of what stands at `span` with the name before it, as if it were a literal:
/// `name = "value"`.
pub(super) fn named(sight: &Sight<'_>, span: Range<usize>, layer: Layer) -> Layer {
    if layer.bytes.len() > VALUE || layer.bytes.contains(&b'\n') {
        return layer;
    }
    let Some(name) = name(sight.bytes, span.start) else {
        return layer;
    };
    let mut whole = Layer::new(layer.encoding, Counts::Secret);
    let (start, end) = (sight.base + span.start, sight.base + span.end);
    whole.copy(&sight.bytes[name.clone()], sight.base + name.start);
    whole.whole(b" \"", start..start);
    whole.append(layer);
    whole.whole(b"\"\n", end..end);
    whole
}

/// Where the name of the list at `start` stands, up to and with the sign behind it.
fn name(bytes: &[u8], start: usize) -> Option<Range<usize>> {
    let reach = start.saturating_sub(BEFORE);
    let mut before = &bytes[reach..start];
    // {"type": "Buffer", "data": [...]}
    if let Some(buffer) = memchr::memmem::rfind(before, b"\"Buffer\"") {
        before = &before[..memchr::memrchr(b'{', &before[..buffer])?];
    }
    let sign = memchr::memrchr2(b'=', b':', before)?;
    let between = &before[sign + 1..];
    if between.len() > BETWEEN || memchr::memchr(b';', between).is_some() {
        return None;
    }
    let line = memchr::memrchr(b'\n', before[..sign].trim_ascii_end());
    Some(reach + line.map_or(0, |feed| feed + 1)..reach + sign + 1)
}
