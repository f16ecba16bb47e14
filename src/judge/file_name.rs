//! Findings of files that are found by their paths alone.

use std::sync::Arc;

use crate::base::evidence::Evidence;
use crate::base::id::RuleIdx;
use crate::base::provenance::Provenance;
use crate::base::secret::Secret;
use crate::base::span::{Place, Position, Span};
use crate::detect::engine::Engine;
use crate::judge::blob::{Judge, Verdict};
use crate::judge::finding::Finding;
use crate::judge::status::Standing;

/// Adds a finding of each of `rules` for the file at `provenance`. It stands at
/// the file's beginning, and nothing in it is secret.
pub fn add(
    verdict: &mut Verdict,
    rules: &[RuleIdx],
    judge: &Judge,
    engine: &Engine,
    provenance: &Arc<Provenance>,
) {
    let path = provenance.path();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    for rule in rules {
        let rule = &engine.rules()[rule.index()];
        if judge.allowance.allows(rule.id(), name.as_bytes(), path) {
            verdict.allowed += 1;
            continue;
        }
        if rule.confidence < judge.min_confidence {
            verdict.hidden += 1;
            continue;
        }
        let first = Position { line: 1, column: 1 };
        verdict.findings.push(Finding {
            rule: Arc::clone(&rule.info),
            key: judge.keyer.key(rule.id(), name.as_bytes(), &name, 0),
            provenance: Arc::clone(provenance),
            place: Place {
                span: Span::new(0, 0),
                start: first,
                end: first,
            },
            secret: Secret::new(b""),
            preview: name.to_string(),
            excerpt: Vec::new(),
            severity: rule.info.severity,
            confidence: rule.confidence,
            evidence: Evidence::NONE,
            decoded: None,
            document: None,
            amount: None,
            pair: None,
            exposure: None,
            standing: Standing::default(),
        });
    }
    if !rules.is_empty() {
        verdict
            .findings
            .sort_by(|a, b| (a.place.span, &a.rule.id).cmp(&(b.place.span, &b.rule.id)));
    }
}
