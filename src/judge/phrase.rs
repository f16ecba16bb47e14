//! Makes findings of protected phrases, canaries and code names.

use std::sync::Arc;

use crate::base::id::RuleId;
use crate::base::level::{Class, Confidence, Severity};
use crate::base::provenance::Provenance;
use crate::base::span::Place;
use crate::judge::authorised::is_authorised;
use crate::judge::blob::{Judge, Verdict};
use crate::judge::finding::{Finding, RuleInfo};
use crate::judge::protected::{Told, hide_near, severity, sort};
use crate::register::date::Date;
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
        hide_near(verdict, &std::iter::once(place));
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
    sort(verdict);
}

fn finding(
    entry: &PhraseEntry,
    place: Place,
    judge: &Judge,
    provenance: &Arc<Provenance>,
    (today, ordinal): (Date, usize),
) -> Finding {
    let mut rule = rule();
    if !entry.id.is_empty() {
        rule.title = format!("Protected {} `{}`", entry.kind, entry.id);
    }
    let tag = entry.tag.map(|tag| tag.to_string());
    let told = Told {
        rule,
        owner: &entry.owner,
        handling: entry.handling.as_deref(),
        value: tag.unwrap_or_else(|| entry.id.clone()),
        ordinal,
        place,
        summary: match entry.tag {
            Some(tag) => format!("{} of {} letters and digits", entry.kind, tag.tag.length),
            None => format!("{} in the clear", entry.kind),
        },
        severity: severity(entry.term(today), Severity::High),
        confidence: Confidence::High,
        document: None,
    };
    told.finding(judge, provenance)
}
