//! A finding: a match that was judged, located, redacted and keyed.

use std::sync::Arc;

use crate::base::decoding::Decoding;
use crate::base::evidence::Evidence;
use crate::base::id::FindingKey;
use crate::base::level::{Confidence, Severity};
use crate::base::provenance::Provenance;
use crate::base::secret::Secret;
use crate::base::span::Place;
use crate::judge::exposure::Exposure;
use crate::judge::status::Standing;
use crate::register::found::Found;

pub use crate::rules::info::RuleInfo;

/// One line of a finding's surroundings, with every known secret masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExcerptLine {
    /// Line number, from one.
    pub number: usize,
    /// The line's text: masked, valid UTF-8, cut to a sensible length around
    /// the finding (an ellipsis marks a cut), but not yet safe for a terminal.
    pub text: String,
    /// The part of `text`, as a range of `char` positions, that stands for the
    /// finding's own secret; empty when the line holds none of it.
    pub mark: (usize, usize),
}

/// A judged match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule that found it.
    pub rule: Arc<RuleInfo>,
    /// Stable identity.
    pub key: FindingKey,
    /// The blob it was found in.
    pub provenance: Arc<Provenance>,
    /// Where in the blob.
    pub place: Place,
    /// The secret. Reporters never write it, except `text` with `--reveal` on a terminal.
    pub secret: Secret,
    /// A shortened form that is safe to show (and not yet safe for a terminal).
    pub preview: String,
    /// Surrounding lines, at most five.
    pub excerpt: Vec<ExcerptLine>,
    /// How bad, after configuration.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// Why.
    pub evidence: Evidence,
    /// How the text was decoded when it was not found in the raw bytes, for example `utf-16le`.
    pub decoded: Option<Decoding>,
    /// What was found of a protected document, if that is what was found.
    pub document: Option<Arc<Found>>,
    /// How much there is of it, if it was counted.
    pub amount: Option<Arc<Amount>>,
    /// Whether it counts, and on whose word.
    pub standing: Standing,
    /// What belongs to the secret and stands near it, as a user name does.
    pub pair: Option<Arc<Pair>>,
    /// Who can see it besides its owner, if that was looked at.
    pub exposure: Option<Arc<Exposure>>,
}

/// A value that belongs to a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The rule that found it.
    pub rule: Arc<RuleInfo>,
    /// Where it stands, in the secret's blob.
    pub place: Place,
    /// The value, shortened as secrets are.
    pub preview: String,
}

impl Finding {
    /// True when `touch` is true of the lines of any of its places.
    pub fn touches(&self, touch: impl Fn(usize, usize) -> bool) -> bool {
        match &self.amount {
            Some(amount) => amount.lines.iter().any(|&(first, last)| touch(first, last)),
            None => touch(self.place.start.line, self.place.end.line),
        }
    }
}

/// How much of a kind of data a blob holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amount {
    /// Values.
    pub count: u64,
    /// Different values.
    pub distinct: u64,
    /// True when there are more different values than were counted.
    pub is_more: bool,
    /// Where the first ones stand, at most ten.
    pub places: Vec<Place>,
    /// The lines of all of them, first and last of each run of lines.
    pub lines: Vec<(usize, usize)>,
}
