//! What machine reports say of values that were counted: numbers and places.

use serde::Serialize;

use crate::base::span::{Place, Position, Span};
use crate::judge::finding::Amount;

/// How much of a kind of data a blob holds.
#[derive(Clone, Debug, Serialize)]
pub struct AmountModel {
    /// Values.
    pub count: u64,
    /// Different values.
    pub distinct: u64,
    /// True when there are more different values than were counted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_more: bool,
    /// Where the first ones stand, at most ten.
    pub places: Vec<CountedPlace>,
}

/// Where a counted value stands.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CountedPlace {
    /// First position.
    pub start: Position,
    /// Position after the last.
    pub end: Position,
    /// Bytes of the blob.
    pub bytes: Span,
}

impl From<&Amount> for AmountModel {
    fn from(amount: &Amount) -> AmountModel {
        AmountModel {
            count: amount.count,
            distinct: amount.distinct,
            is_more: amount.is_more,
            places: amount.places.iter().map(CountedPlace::from).collect(),
        }
    }
}

impl From<&Place> for CountedPlace {
    fn from(place: &Place) -> CountedPlace {
        CountedPlace {
            start: place.start,
            end: place.end,
            bytes: place.span,
        }
    }
}
