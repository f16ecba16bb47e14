//! Encodings inside text: what stands in it as base64, as escapes, as references.
//!
//! There are two sorts. *Islands* are stretches that are wholly encoded (base64,
//! hexadecimal digits): what they hold is a text of its own. *In place*, single
//! characters of an ordinary text are written in another way (percent signs,
//! escapes, references): the surroundings belong to the text.
//!
//! A decoder finds its candidates in one pass over the bytes and hands out
//! [`Layer`]s, which know the way back. What stands in a layer may be encoded
//! once more; the scan asks again for each of them.
//!
//! What is found does not depend on how the text is cut into windows: each
//! candidate belongs to the window its first byte is new in, is seen whole,
//! and is delimited by what stands around it alone.

mod base64;
mod entities;
mod escapes;
mod hex;
mod in_place;
mod invisible;
mod joined;
mod judge;
mod layer;
mod look_alike;
mod packed;
mod percent;
mod quoted_printable;
mod runs;
mod tags;

use std::ops::Range;

pub use layer::{Counts, Layer};

use crate::base::span::Position;
use in_place::InPlace;

/// The decoders that work in place.
static IN_PLACE: [InPlace; 8] = [
    percent::PERCENT,
    escapes::ESCAPES,
    entities::ENTITIES,
    quoted_printable::QUOTED_PRINTABLE,
    joined::JOINED,
    invisible::INVISIBLE,
    look_alike::LOOK_ALIKE,
    tags::TAGS,
];

/// A text, or the part of it that a window shows.
pub struct Sight<'t> {
    /// What is visible.
    pub bytes: &'t [u8],
    /// Offset of the first visible byte in the text.
    pub base: usize,
    /// The part of `bytes` that is new.
    pub new: Range<usize>,
    /// True when nothing follows what is visible.
    pub last: bool,
    /// Line and column of an offset of the text, which is visible.
    pub position: &'t dyn Fn(usize) -> Position,
}

/// Receives layers.
pub type Hand<'h> = dyn FnMut(Layer) + 'h;

/// Finds what is encoded in one text, window by window.
#[derive(Debug, Default)]
pub struct Finder {
    /// Where the search for each sort of candidates goes on.
    in_place: [usize; IN_PLACE.len()],
    runs: runs::Runs,
}

impl Finder {
    /// Hands out everything encoded that begins in what is new.
    pub fn read(&mut self, sight: &Sight<'_>, hand: &mut Hand<'_>) {
        for (decoder, until) in IN_PLACE.iter().zip(&mut self.in_place) {
            decoder.read(sight, until, hand);
        }
        self.runs.read(sight, hand);
    }
}
