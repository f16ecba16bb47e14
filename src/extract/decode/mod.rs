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
mod dump;
mod entities;
mod escapes;
mod folded;
mod hex;
mod in_place;
mod invisible;
mod joined;
mod judge;
mod kubernetes;
mod layer;
mod look;
mod look_alike;
mod marks;
mod named;
mod numbers;
mod packed;
mod percent;
mod quoted_printable;
mod runs;
mod streaks;
mod tags;
mod typeset;
mod wrapped;

use std::ops::Range;

pub use layer::{Counts, Layer};

use crate::base::span::Position;
use in_place::InPlace;
use marks::Kind;

/// The decoders that work in place, each with what its candidates begin with.
static IN_PLACE: [(Kind, InPlace); 8] = [
    (Kind::Percent, percent::PERCENT),
    (Kind::Backslash, escapes::ESCAPES),
    (Kind::Ampersand, entities::ENTITIES),
    (Kind::Equals, quoted_printable::QUOTED_PRINTABLE),
    (Kind::Seam, joined::JOINED),
    (Kind::Odd, invisible::INVISIBLE),
    (Kind::Odd, look_alike::LOOK_ALIKE),
    (Kind::Tag, tags::TAGS),
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
    /// Line and column of an offset of the text, which is visible. Asked for in
    /// ascending order.
    pub position: &'t dyn Fn(usize) -> Position,
}

/// Receives layers.
pub type Hand<'h> = dyn FnMut(Layer) + 'h;

/// Finds what is encoded in one text, window by window.
#[derive(Debug, Default)]
pub struct Finder {
    /// Where the search for each sort of candidates goes on.
    in_place: [usize; IN_PLACE.len()],
    spaced: usize,
    dumps: dump::Dumps,
    folds: folded::Folds,
    numbers: usize,
    runs: runs::Runs,
    places: Places,
}

/// Places by kind, in ascending order; the memory is kept.
#[derive(Debug, Default)]
struct Places([Vec<usize>; marks::KINDS]);

impl Places {
    fn of(&self, kind: Kind) -> &[usize] {
        &self.0[kind as usize]
    }
}

impl Finder {
    /// Hands out everything encoded that begins in what is new.
    pub fn read(&mut self, sight: &Sight<'_>, hand: &mut Hand<'_>) {
        let Places(places) = &mut self.places;
        places.iter_mut().for_each(Vec::clear);
        marks::find(sight, &mut |kind, at| {
            places[kind as usize].push(at);
        });
        // Two passes tell of these.
        places[Kind::Odd as usize].sort_unstable();
        for ((kind, decoder), until) in IN_PLACE.iter().zip(&mut self.in_place) {
            decoder.read(sight, self.places.of(*kind), until, hand);
        }
        self.dumps.read(sight, self.places.of(Kind::Grouped), hand);
        let spaced = self.places.of(Kind::Spaced);
        hex::read(sight, spaced, &self.dumps, &mut self.spaced, hand);
        let numbers = self.places.of(Kind::Number);
        numbers::read(sight, numbers, &mut self.numbers, hand);
        self.folds.read(sight, hand);
        kubernetes::read(sight, hand);
        self.runs.read(sight, self.places.of(Kind::Run), hand);
    }

    /// True when a run of digits began like a container, which is no text.
    pub fn holds_container(&self) -> bool {
        self.runs.holds_container
    }
}

#[cfg(test)]
mod tests;
