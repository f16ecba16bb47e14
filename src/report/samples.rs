//! Findings, skips and runs for the tests of the reporters.

use std::sync::Arc;

use crate::base::evidence::Evidence;
use crate::base::id::{FindingKey, RuleId};
use crate::base::level::{Class, Confidence, Severity};
use crate::base::provenance::Provenance;
use crate::base::secret::Secret;
use crate::base::span::{Place, Position, Span};
use crate::judge::finding::{ExcerptLine, Finding, RuleInfo};
use crate::judge::outcome::{RunInfo, Skip, Summary};
use crate::judge::status::Standing;
use crate::report::Reporter;

/// A rule with prose.
pub(crate) fn rule(id: &str, severity: Severity) -> Arc<RuleInfo> {
    Arc::new(RuleInfo {
        id: RuleId::new(id),
        formerly: Vec::new(),
        preview: false,
        title: "Acme token".into(),
        provider: "acme".into(),
        class: Class::Secret,
        severity,
        why: "It opens\nthe vault. Anyone can use it.".into(),
        remedy: "Revoke it. Then look for misuse.".into(),
        references: vec!["https://docs.example/token".into()],
    })
}

/// A finding in `path` at 3:5.
pub(crate) fn finding(path: &str) -> Finding {
    Finding {
        rule: rule("acme-token", Severity::High),
        key: FindingKey("st1:0123456789ab".into()),
        provenance: Arc::new(Provenance::file(path)),
        place: Place {
            span: Span::new(14, 26),
            start: Position { line: 3, column: 5 },
            end: Position {
                line: 3,
                column: 17,
            },
        },
        secret: Secret::new(concat!("Zx81", "-not-", "it!").as_bytes()),
        preview: "Zx**********".into(),
        excerpt: vec![ExcerptLine {
            number: 3,
            text: "key=Zx**********".into(),
            mark: (4, 16),
        }],
        severity: Severity::High,
        confidence: Confidence::High,
        evidence: Evidence::HIGH_ENTROPY,
        decoded: None,
        document: None,
        amount: None,
        pair: None,
        exposure: None,
        standing: Standing::default(),
    }
}

/// A run over `.` with one rule.
pub(crate) fn run() -> RunInfo {
    RunInfo {
        targets: vec![".".into()],
        rules: vec![rule("acme-token", Severity::High)],
        rules_digest: "c1d2".into(),
        min_confidence: Confidence::Medium,
        fail_on: Severity::Medium,
    }
}

/// Sends a whole run through `reporter`.
pub(crate) fn drive(
    reporter: &mut dyn Reporter,
    findings: &[Finding],
    skips: &[Skip],
    end: &Summary,
) {
    reporter.begin(&run()).unwrap();
    for finding in findings {
        reporter.finding(finding).unwrap();
    }
    for skip in skips {
        reporter.skip(skip).unwrap();
    }
    reporter.end(end).unwrap();
}
