//! Makes findings of protected phrases, canaries and code names.

use std::sync::Arc;

use crate::base::evidence::Evidence;
use crate::base::id::RuleId;
use crate::base::level::{Class, Confidence, Severity};
use crate::base::provenance::Provenance;
use crate::base::secret::Secret;
use crate::base::span::Place;
use crate::judge::authorised::is_authorised;
use crate::judge::blob::{Judge, Verdict};
use crate::judge::finding::{Finding, RuleInfo};
use crate::judge::status::Standing;
use crate::register::date::Date;
use crate::register::entry::Term;
use crate::register::phrase::PhraseEntry;

/// The id all findings of phrases have.
pub const RULE: &str = "protected-phrase";

/// The rule of phrases as such.
pub fn rule() -> RuleInfo {
    RuleInfo {
        id: RuleId::new(RULE),
        formerly: Vec::new(),
        preview: false,
        title: "Protected phrase".into(),
        provider: "register".into(),
        class: Class::Document,
        severity: Severity::High,
        why: "The register protects these words, or they mark a copy of a protected document."
            .into(),
        remedy: "Find out how they came here, and ask their owner.".into(),
        references: Vec::new(),
    }
}

/// Adds the phrases that were `found` in the blob at `provenance`, each with its
/// places, to its verdict.
pub fn add(
    verdict: &mut Verdict,
    found: Vec<(&PhraseEntry, Place)>,
    judge: &Judge,
    provenance: &Arc<Provenance>,
    today: Date,
) {
    if found.is_empty() {
        return;
    }
    for (ordinal, (entry, place)) in found.into_iter().enumerate() {
        let allowed = is_authorised(&entry.authorised, &entry.remotes, provenance, judge);
        for finding in &mut verdict.findings {
            let near = |line: usize| line + 3 >= place.start.line && line <= place.end.line + 3;
            if finding.excerpt.iter().any(|line| near(line.number)) {
                finding.excerpt.clear();
                finding.standing.hush();
            }
        }
        if allowed {
            verdict.allowed += 1;
        } else if verdict.findings.len() < judge.limit {
            verdict
                .findings
                .push(finding(entry, place, judge, provenance, (today, ordinal)));
        } else {
            verdict.hidden += 1;
        }
    }
    verdict
        .findings
        .sort_by(|a, b| (a.place.span, &a.rule.id).cmp(&(b.place.span, &b.rule.id)));
}

fn finding(
    entry: &PhraseEntry,
    place: Place,
    judge: &Judge,
    provenance: &Arc<Provenance>,
    (today, ordinal): (Date, usize),
) -> Finding {
    let mut info = rule();
    if !entry.id.is_empty() {
        info.title = format!("Protected {} `{}`", entry.kind, entry.id);
    }
    if !entry.owner.is_empty() {
        info.remedy = format!("Ask its owner: {}. {}", entry.owner, info.remedy);
    }
    if let Some(handling) = &entry.handling {
        info.remedy = format!("{handling} {}", info.remedy);
    }
    let name = provenance
        .path()
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    let tag = entry
        .tag
        .map_or_else(|| entry.id.clone(), |tag| tag.to_string());
    let value = format!("{tag}\n{name}");
    Finding {
        rule: Arc::new(info),
        key: judge.keyer.key(RULE, value.as_bytes(), &name, ordinal),
        provenance: Arc::clone(provenance),
        place,
        secret: Secret::new(b""),
        preview: match entry.tag {
            Some(tag) => format!("{} of {} symbols", entry.kind, tag.tag.length),
            None => format!("{} in the clear", entry.kind),
        },
        excerpt: Vec::new(),
        severity: match entry.term(today) {
            Term::Running => Severity::High,
            Term::Over | Term::Coming => Severity::Info,
        },
        confidence: Confidence::High,
        evidence: Evidence::NONE,
        decoded: None,
        document: None,
        amount: None,
        pair: None,
        exposure: None,
        standing: Standing::default(),
    }
}
