//! Decoders that work in place: single characters written in another way.
//!
//! Places that tell of one are gathered into clusters, and a cluster is decoded
//! with what stands around it, because names and values are told together.

use std::ops::Range;

use super::layer::{Counts, Layer};
use super::{Hand, Sight};
use crate::base::decoding::Encoding;

/// Bytes between two places that belong together.
const GAP: usize = 128;
/// Bytes around a cluster that are taken along.
const AROUND: usize = 256;
/// Longest cluster; what is longer is cut.
const LONGEST: usize = 16 << 10;
/// Bytes taken along behind a cut.
const BEHIND: usize = 4 << 10;

/// A character written in another way.
pub(super) struct Unit {
    /// Bytes it takes.
    pub(super) length: usize,
    /// What it stands for, in UTF-8 or as a byte.
    pub(super) bytes: [u8; 4],
    /// How many of `bytes` count.
    pub(super) count: usize,
    /// Whether it is worth decoding a text for its sake.
    pub(super) tells: bool,
}

impl Unit {
    /// `byte` in place of `length` bytes.
    pub(super) fn byte(byte: u8, length: usize) -> Unit {
        Unit {
            length,
            bytes: [byte, 0, 0, 0],
            count: 1,
            tells: true,
        }
    }

    /// A byte of text in place of `length` bytes; one of a longer character
    /// does not tell.
    pub(super) fn decoded_byte(byte: u8, length: usize) -> Option<Unit> {
        let is_text = matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r' | 0x80..);
        is_text.then(|| Unit {
            tells: byte.is_ascii_graphic(),
            ..Unit::byte(byte, length)
        })
    }

    /// The character `value` in place of `length` bytes.
    pub(super) fn character(value: u32, length: usize) -> Option<Unit> {
        if let Ok(byte @ ..0x80) = u8::try_from(value) {
            return Unit::decoded_byte(byte, length);
        }
        let mut bytes = [0; 4];
        let count = char::from_u32(value)?.encode_utf8(&mut bytes).len();
        Some(Unit {
            length,
            bytes,
            count,
            tells: false,
        })
    }
}

/// A decoder.
pub(super) struct InPlace {
    pub(super) encoding: Encoding,
    /// The next place from an offset on where a unit may begin.
    pub(super) next: fn(&[u8], usize) -> Option<usize>,
    /// The unit that begins at an offset, if one does.
    pub(super) unit: fn(&[u8], usize) -> Option<Unit>,
}

impl InPlace {
    /// Hands out the clusters that begin at one of `places`, from `until` on.
    pub(super) fn read(
        &self,
        sight: &Sight<'_>,
        places: &[usize],
        until: &mut usize,
        hand: &mut Hand<'_>,
    ) {
        let bytes = sight.bytes;
        let mut at = until.saturating_sub(sight.base).max(sight.new.start);
        for &place in places {
            if place < at || place >= sight.new.end {
                continue;
            }
            if !(self.unit)(bytes, place).is_some_and(|unit| unit.tells) {
                continue;
            }
            let cluster = self.cluster(bytes, place);
            let region = around(bytes, &cluster);
            at = cluster.end;
            hand(self.decode(bytes, region, sight.base));
        }
        *until = sight.base + at;
    }

    /// The first telling unit that begins from `at` on and before `end`.
    fn telling(&self, bytes: &[u8], mut at: usize, end: usize) -> Option<usize> {
        loop {
            let place = (self.next)(bytes, at).filter(|&place| place < end)?;
            match (self.unit)(bytes, place) {
                Some(unit) if unit.tells => return Some(place),
                Some(unit) => at = place + unit.length.max(1),
                None => at = place + 1,
            }
        }
    }

    fn cluster(&self, bytes: &[u8], first: usize) -> Range<usize> {
        let longest = first + LONGEST;
        let mut end = first;
        loop {
            let length = (self.unit)(bytes, end).map_or(0, |unit| unit.length);
            end += length.max(1);
            let reach = (end + GAP).min(longest).min(bytes.len());
            match self.telling(&bytes[..bytes.len().min(reach + 64)], end, reach) {
                Some(next) => end = next,
                None => return first..end,
            }
        }
    }

    fn decode(&self, bytes: &[u8], region: Range<usize>, base: usize) -> Layer {
        let mut layer = Layer::new(self.encoding, Counts::Match);
        let text = &bytes[..region.end];
        let mut at = region.start;
        while at < text.len() {
            let place = (self.next)(text, at).unwrap_or(text.len());
            layer.copy(&text[at..place], base + at);
            at = place;
            if place == text.len() {
                break;
            }
            if let Some(unit) = (self.unit)(text, place) {
                let from = base + place..base + place + unit.length;
                if unit.count == 1 {
                    layer.even(&unit.bytes[..1], from.start, 1, unit.length);
                } else {
                    layer.whole(&unit.bytes[..unit.count], from);
                }
                at += unit.length.max(1);
            } else {
                layer.copy(&text[place..=place], base + place);
                at += 1;
            }
        }
        layer
    }
}

/// A cluster with what stands around it: from the beginning of a line, if one
/// begins near.
fn around(bytes: &[u8], cluster: &Range<usize>) -> Range<usize> {
    let reach = cluster.start.saturating_sub(AROUND);
    let before = &bytes[reach..cluster.start];
    let start = memchr::memchr(b'\n', before).map_or(reach, |feed| reach + feed + 1);
    let more = if cluster.len() + GAP >= LONGEST {
        BEHIND
    } else {
        AROUND
    };
    start..(cluster.end + more).min(bytes.len())
}
