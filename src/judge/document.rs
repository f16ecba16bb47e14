//! Makes findings of protected text: whether it may be where it is, how bad that
//! is, and how it is told without showing it.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::base::id::RuleId;
use crate::base::level::{Class, Severity};
use crate::base::provenance::Provenance;
use crate::fingerprint::profile::Profile;
use crate::judge::authorised::is_authorised;
use crate::judge::blob::{Judge, Verdict};
use crate::judge::finding::{Finding, RuleInfo};
use crate::judge::protected::{Told, hide_near, severity, sort};
use crate::register::date::Date;
use crate::register::entry::Entry;
use crate::register::found::Found;
use crate::register::level::Level;

/// The id all findings of protected text have.
pub const RULE: &str = "protected-document";

/// The rule of protected text as such.
pub fn rule() -> RuleInfo {
    RuleInfo {
        id: RuleId::new(RULE),
        formerly: Vec::new(),
        preview: false,
        title: "Text of a protected document".into(),
        provider: "register".into(),
        class: Class::Document,
        severity: Severity::High,
        why: "The register protects this text. Outside the places where it may be, it is a leak, \
              and secrecy that is not kept can end in law, too."
            .into(),
        remedy: "Take the text out of the file. Ask the owner of the document whether it may be \
                 here, and tell whoever answers for leaks if it has left the house."
            .into(),
        references: Vec::new(),
    }
}

/// Adds what was `found` in the blob at `provenance` to its verdict.
pub fn add(
    verdict: &mut Verdict,
    found: Vec<Found>,
    judge: &Judge,
    provenance: &Arc<Provenance>,
    today: Date,
) {
    let mut ordinal = 0;
    for found in found {
        let entry = &found.document.entry;
        hide_near(verdict, &found.passages.iter().map(|passage| passage.place));
        if is_authorised(&entry.authorised, &entry.remotes, provenance, judge) {
            verdict.allowed += 1;
        } else if found.level.confidence() < judge.min_confidence
            || entry.min_level.is_some_and(|least| found.level < least)
        {
            verdict.hidden += 1;
        } else {
            verdict
                .findings
                .push(finding(found, judge, provenance, today, ordinal));
            ordinal += 1;
        }
    }
    if ordinal > 0 {
        sort(verdict);
    }
}

fn finding(
    found: Found,
    judge: &Judge,
    provenance: &Arc<Provenance>,
    today: Date,
    ordinal: usize,
) -> Finding {
    let found = Arc::new(found);
    let entry = &found.document.entry;
    let told = Told {
        rule: rule_for(entry),
        owner: &entry.owner,
        handling: entry.handling.as_deref(),
        value: entry.family().to_owned(),
        ordinal,
        place: found.passages[0].place,
        summary: summary(&found),
        severity: severity(entry.term(today), found.level.severity()),
        confidence: found.level.confidence(),
        document: Some(Arc::clone(&found)),
    };
    told.finding(judge, provenance)
}

/// The rule, as it reads for one document.
fn rule_for(entry: &Entry) -> RuleInfo {
    let mut rule = rule();
    if entry.id.is_empty() {
        rule.title = "Text of the protected register".into();
        return rule;
    }
    rule.title = format!("Text of protected document `{}`", entry.title());
    if !entry.classification.is_empty() {
        let _ = write!(rule.title, " ({})", entry.classification);
    }
    rule
}

/// What was found, in words: numbers only, no text.
pub fn summary(found: &Found) -> String {
    let mut out = format!("{}: ", found.level);
    let (count, what) = match found.profile {
        Profile::Text => (found.symbols, "symbols"),
        Profile::CodeLex => (found.symbols / 2, "tokens"),
        Profile::CodeShape => (found.symbols, "tokens whatever their names"),
        Profile::Binary => (found.symbols, "bytes"),
    };
    let _ = write!(out, "{count} {what}");
    if found.level != Level::Trace {
        let many = if found.passages.len() == 1 { "" } else { "s" };
        let _ = write!(out, " in {} passage{many}", found.passages.len());
    }
    if let Some(share) = found.of_document {
        let _ = write!(out, ", {share} of the document");
    }
    let _ = write!(out, ", {} of the file", found.of_blob);
    out
}
