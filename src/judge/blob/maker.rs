//! From a captured match to a finding.

use std::sync::Arc;

use crate::base::evidence::Evidence;
use crate::base::provenance::Provenance;
use crate::base::span::{Place, Span};
use crate::detect::engine::Engine;
use crate::judge::blob::{Captured, Judge};
use crate::judge::finding::{Finding, Pair};
use crate::judge::key::Keyer;
use crate::judge::redact::{self, Masks};
use crate::judge::status::{Refusal, Standing, Status, Why};
use crate::judge::suppress::{Ask, Directives};

/// Makes the findings of one blob.
pub(super) struct Maker<'a> {
    pub(super) judge: &'a Judge,
    pub(super) engine: &'a Engine,
    pub(super) provenance: &'a Arc<Provenance>,
    pub(super) masks: &'a Masks<'a>,
    /// Where secrets stand, in order.
    pub(super) spans: &'a [Span],
    pub(super) comments: &'a Directives,
    /// Whether comments of this blob count.
    pub(super) trusted: bool,
}

impl Maker<'_> {
    /// Adds to a finding what belongs to its secret.
    pub(super) fn pair(&self, finding: &mut Finding, other: &Captured) {
        let rule = &self.engine.rules()[other.found.rule.index()];
        let value = other.value.expose();
        let public = self.engine.public_prefix(other.found.rule, value);
        finding.evidence |= Evidence::PAIRED;
        finding.confidence = finding.confidence.raised();
        // A comment beside what belongs to the secret may be about either.
        let own = self.standing_of(other);
        let beside = self.standing(finding.rule.id.as_str(), &other.place);
        if finding.standing.is_new() && !beside.is_new() {
            finding.standing = beside;
        } else if finding.standing.is_new() && !own.is_new() {
            // It is for the other one's rule, and the secret is still told.
            finding.standing.refused.extend(other_rule(own));
        }
        finding.pair = Some(Arc::new(Pair {
            rule: Arc::clone(&rule.info),
            place: other.place,
            preview: redact::preview(value, public),
        }));
    }

    /// True when the configuration declares it harmless.
    pub(super) fn is_harmless(&self, captured: &Captured) -> bool {
        let rule = self.engine.rules()[captured.found.rule.index()].id();
        let allowance = &self.judge.allowance;
        allowance.allows(rule, captured.value.expose(), self.provenance.path())
    }

    /// What comments say of a match.
    pub(super) fn standing_of(&self, captured: &Captured) -> Standing {
        let rule = self.engine.rules()[captured.found.rule.index()].id();
        self.standing(rule, &captured.place)
    }

    fn standing(&self, rule: &str, place: &Place) -> Standing {
        let ask = Ask {
            comments: &self.judge.comments,
            trusted: self.trusted,
            masks: self.masks,
        };
        self.comments.standing(rule, place, &ask)
    }

    pub(super) fn make(&self, captured: &Captured, ordinal: usize) -> Finding {
        let others = if captured.decoded.is_none() {
            near(self.spans, captured)
        } else {
            &[]
        };
        let rule = &self.engine.rules()[captured.found.rule.index()];
        let value = captured.value.expose();
        let public = self.engine.public_prefix(captured.found.rule, value);
        let preview = redact::preview(value, public);
        let name = self
            .provenance
            .path()
            .file_name()
            .unwrap_or_default()
            .to_string_lossy();
        Finding {
            rule: Arc::clone(&rule.info),
            key: {
                let id = rule.info.lasting_id().as_str();
                self.judge.keyer.key(id, value, &name, ordinal)
            },
            provenance: Arc::clone(self.provenance),
            place: captured.place,
            excerpt: self
                .masks
                .excerpt(&captured.lines, captured.local, &preview, others),
            secret: captured.value.clone(),
            preview,
            severity: rule.info.severity,
            confidence: captured.found.confidence,
            evidence: captured.found.evidence,
            decoded: captured.decoded,
            document: None,
            standing: self.standing_of(captured),
            amount: None,
            pair: None,
            exposure: None,
        }
    }
}

/// What a comment that would silence the other half of a pair says of the secret.
fn other_rule(standing: Standing) -> Option<Refusal> {
    let Status::Allowed { by: grant } = standing.status else {
        return None;
    };
    let why = Why::OtherHalf;
    Some(Refusal { grant, why })
}

/// The part of the sorted `spans` that can touch the excerpt of `captured`.
fn near<'a>(spans: &'a [Span], captured: &Captured) -> &'a [Span] {
    let (Some(first), Some(last)) = (captured.lines.first(), captured.lines.last()) else {
        return &[];
    };
    // Secrets are sorted by their start; a long one before may reach into the
    // excerpt, so some more are taken.
    let from = spans
        .partition_point(|s| s.start < first.offset)
        .saturating_sub(16);
    let to = spans.partition_point(|s| s.start < last.offset + last.bytes.len());
    &spans[from..to.max(from)]
}

/// Counts findings of one rule within a blob whose keys would be equal.
#[derive(Default)]
pub(super) struct Ordinals<'a>(std::collections::HashMap<(u32, Option<&'a [u8]>), usize>);

impl<'a> Ordinals<'a> {
    pub(super) fn next(&mut self, captured: &'a Captured, keyer: &Keyer) -> usize {
        let part = keyer.keyed(captured.value.expose());
        let seen = self.0.entry((captured.found.rule.0, part)).or_default();
        *seen += 1;
        *seen - 1
    }
}
