//! What findings of protected text, phrases and rows have in common: they show
//! nothing of what was found, and say whom to ask.

use std::sync::Arc;

use crate::base::evidence::Evidence;
use crate::base::level::{Confidence, Severity};
use crate::base::provenance::Provenance;
use crate::base::secret::Secret;
use crate::base::span::Place;
use crate::judge::blob::{Judge, Verdict};
use crate::judge::finding::{Finding, RuleInfo};
use crate::judge::status::Standing;
use crate::register::entry::Term;
use crate::register::found::Found;

/// Lines above and below protected text in which excerpts are not shown.
const MARGIN: usize = 3;

/// What a finding says that others of its rule do not.
pub(super) struct Told<'a> {
    /// The rule, with the title of what was found.
    pub(super) rule: RuleInfo,
    /// Whom to ask; empty when nobody is named.
    pub(super) owner: &'a str,
    /// What to do.
    pub(super) handling: Option<&'a str>,
    /// What makes the key, but for the file's name: the same in another file is another leak.
    pub(super) value: String,
    /// Number among findings with the same value.
    pub(super) ordinal: usize,
    /// Where.
    pub(super) place: Place,
    /// What was found, in numbers.
    pub(super) summary: String,
    /// How bad it is.
    pub(super) severity: Severity,
    /// How sure it is.
    pub(super) confidence: Confidence,
    /// The document, if it is one.
    pub(super) document: Option<Arc<Found>>,
}

impl Told<'_> {
    /// The finding in the blob at `provenance`.
    pub(super) fn finding(self, judge: &Judge, provenance: &Arc<Provenance>) -> Finding {
        let mut rule = self.rule;
        if !self.owner.is_empty() {
            rule.remedy = format!("Ask its owner: {}. {}", self.owner, rule.remedy);
        }
        if let Some(handling) = self.handling {
            rule.remedy = format!("{handling} {}", rule.remedy);
        }
        let path = provenance.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let value = format!("{}\n{name}", self.value);
        let key = judge
            .keyer
            .key(rule.id.as_str(), value.as_bytes(), &name, self.ordinal);
        Finding {
            rule: Arc::new(rule),
            key,
            provenance: Arc::clone(provenance),
            place: self.place,
            secret: Secret::new(b""),
            preview: self.summary,
            excerpt: Vec::new(),
            severity: self.severity,
            confidence: self.confidence,
            evidence: Evidence::NONE,
            decoded: None,
            document: self.document,
            amount: None,
            pair: None,
            exposure: None,
            standing: Standing::default(),
        }
    }
}

/// How bad something is that is as bad as `running` while it is protected.
pub(super) fn severity(term: Term, running: Severity) -> Severity {
    match term {
        Term::Running => running,
        Term::Over | Term::Coming => Severity::Info,
    }
}

/// Takes away excerpts that would show lines at or near `places`.
pub(super) fn hide_near(verdict: &mut Verdict, places: &(impl Iterator<Item = Place> + Clone)) {
    for finding in &mut verdict.findings {
        let near = |line: usize| {
            places
                .clone()
                .any(|place| place.start.line <= line + MARGIN && line <= place.end.line + MARGIN)
        };
        if finding.excerpt.iter().any(|line| near(line.number)) {
            hush(finding);
        }
    }
}

/// Takes the excerpt of a finding away.
pub(super) fn hush(finding: &mut Finding) {
    finding.excerpt.clear();
    finding.standing.hush();
}

/// Puts the findings into the order of reports again.
pub(super) fn sort(verdict: &mut Verdict) {
    verdict
        .findings
        .sort_by(|a, b| (a.place.span, &a.rule.id).cmp(&(b.place.span, &b.rule.id)));
}
