//! The same bytes found as they stand and as what they stand for: which finding
//! is told.
//!
//! Matches in decoded text are resolved among themselves first, and then held
//! against those in the bytes themselves:
//!
//! * A match that knows the value's shape beats one that only knows its name.
//! * Where both know as much and the decoded value is all that stands there,
//!   the decoded one is told, since that is the secret itself.
//! * Where more stands there (a token inside a signed one), both are told; so is
//!   a value with a telling name among the claims of a signed token, which is
//!   readable for everybody and outlives the token.

use crate::base::level::Confidence;
use crate::base::span::Span;
use crate::detect::checks::DropStep;
use crate::judge::blob::Captured;
use crate::judge::resolve::Specificity;

/// Texts apart have regions of this size, beyond all blobs.
const REGION: u32 = 29;
const APART: usize = 1 << 62;
/// Where matches in decoded text that have places of their own are seated.
const DECODED: usize = 1 << 61;

/// Where a secret is taken to stand for the question which matches overlap.
///
/// `apart` is the number of a text without places of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seat {
    /// Where it stands.
    Own,
    /// Among what was decoded as often.
    Decoded(usize),
    /// In the text of this number, whose bytes stand for no particular ones.
    Apart(u32),
}

impl Seat {
    pub(super) fn of(self, local: Span, blob: Span) -> Span {
        match self {
            Seat::Own => blob,
            Seat::Decoded(depth) => blob.shifted(DECODED + (depth << 56)),
            Seat::Apart(number) => local.shifted(APART + ((number as usize) << REGION)),
        }
    }
}

impl Captured {
    fn is_seated_elsewhere(&self) -> bool {
        self.seat.start >= DECODED
    }
}

/// Settles what stands in the bytes and decoded at the same place.
pub(super) fn settle(
    captured: &[Captured],
    verdicts: &mut [Option<DropStep>],
    specificity: impl Fn(&Captured) -> Specificity,
) {
    let all = 0..captured.len();
    let own: Vec<usize> = all.filter(|&nth| verdicts[nth].is_none()).collect();
    let elsewhere = own
        .iter()
        .filter(|&&nth| captured[nth].is_seated_elsewhere());
    let mut decoded: Vec<usize> = elsewhere.copied().collect();
    let depth = |nth: usize| captured[nth].decoded.map_or(0, |how| how.steps().count());
    let span = |nth: usize| captured[nth].found.secret;
    decoded.sort_by_key(|&nth| (span(nth).start, nth));
    let longest = decoded.iter().map(|&nth| span(nth).len()).max();
    let Some(longest) = longest else { return };
    for raw in own {
        if verdicts[raw].is_some() {
            continue;
        }
        let secret = span(raw);
        let from = secret.start.saturating_sub(longest);
        let first = decoded.partition_point(|&nth| span(nth).start < from);
        for &inner in &decoded[first..] {
            if span(inner).start >= secret.end {
                break;
            }
            let is_inside = depth(inner) > depth(raw) && span(inner).overlaps(secret);
            if !is_inside || verdicts[inner].is_some() {
                continue;
            }
            let (a, b) = (&captured[raw], &captured[inner]);
            let loser = match (specificity(a), specificity(b)) {
                (Specificity::Generic, Specificity::Specific) => Some(raw),
                (Specificity::Specific, Specificity::Generic) if is_claim(b, a) => None,
                (Specificity::Specific, Specificity::Generic) => Some(inner),
                _ if is_all(span(inner), secret) => {
                    let surer = b.found.confidence >= a.found.confidence;
                    Some(if surer { raw } else { inner })
                }
                (Specificity::Specific, Specificity::Specific) => None,
                (Specificity::Generic, Specificity::Generic) => Some(inner),
            };
            if let Some(loser) = loser {
                verdicts[loser] = Some(DropStep::Overlap);
            }
            if loser == Some(raw) {
                break;
            }
        }
    }
}

/// True when `inner` is surely a secret among the claims of the JSON web token `outer`.
fn is_claim(inner: &Captured, outer: &Captured) -> bool {
    let token = outer.value.expose();
    let is_token = token.starts_with(b"eyJ") && memchr::memchr_iter(b'.', token).count() == 2;
    is_token
        && inner.found.confidence >= Confidence::Medium
        && !is_all(inner.found.secret, outer.found.secret)
}

/// True when hardly anything but `inner` stands in `outer`.
fn is_all(inner: Span, outer: Span) -> bool {
    inner.len() * 5 >= outer.len() * 4
}
