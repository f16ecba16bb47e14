//! Makes findings of protected text: whether it may be where it is, how bad that
//! is, and how it is told without showing it.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::base::evidence::Evidence;
use crate::base::id::RuleId;
use crate::base::level::{Class, Severity};
use crate::base::provenance::Provenance;
use crate::base::secret::Secret;
use crate::base::span::Place;
use crate::fingerprint::profile::Profile;
use crate::judge::authorised::is_authorised;
use crate::judge::blob::{Judge, Verdict};
use crate::judge::finding::{Finding, RuleInfo};
use crate::judge::status::Standing;
use crate::register::date::Date;
use crate::register::entry::{Entry, Term};
use crate::register::found::Found;
use crate::register::level::Level;

/// The id all findings of protected text have.
pub const RULE: &str = "protected-document";

/// Lines above and below a passage in which excerpts are not shown.
const MARGIN: usize = 3;

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
        hide_excerpts(verdict, &found);
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
        verdict
            .findings
            .sort_by(|a, b| (a.place.span, &a.rule.id).cmp(&(b.place.span, &b.rule.id)));
    }
}

/// Takes away excerpts that would show protected text.
fn hide_excerpts(verdict: &mut Verdict, found: &Found) {
    let near = |place: &Place, line: usize| {
        place.start.line <= line + MARGIN && line <= place.end.line + MARGIN
    };
    for finding in &mut verdict.findings {
        let shown = found.passages.iter().any(|passage| {
            let lines = &finding.excerpt;
            lines.iter().any(|line| near(&passage.place, line.number))
        });
        if shown {
            finding.excerpt.clear();
            finding.standing.hush();
        }
    }
}

fn finding(
    found: Found,
    judge: &Judge,
    provenance: &Arc<Provenance>,
    today: Date,
    ordinal: usize,
) -> Finding {
    let entry = &found.document.entry;
    let path = provenance.path();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // The same document in another file is another leak.
    let value = format!("{}\n{name}", entry.family());
    let place = found.passages[0].place;
    let severity = match entry.term(today) {
        Term::Running => found.level.severity(),
        Term::Over | Term::Coming => Severity::Info,
    };
    Finding {
        rule: Arc::new(told(entry)),
        key: judge.keyer.key(RULE, value.as_bytes(), &name, ordinal),
        provenance: Arc::clone(provenance),
        place,
        secret: Secret::new(b""),
        preview: summary(&found),
        excerpt: Vec::new(),
        severity,
        confidence: found.level.confidence(),
        evidence: Evidence::NONE,
        decoded: None,
        document: Some(Arc::new(found)),
        amount: None,
        pair: None,
        exposure: None,
        standing: Standing::default(),
    }
}

/// The rule, as it reads for one document.
fn told(entry: &Entry) -> RuleInfo {
    let mut info = rule();
    if entry.id.is_empty() {
        info.title = "Text of the protected register".into();
        return info;
    }
    info.title = format!("Text of protected document `{}`", entry.title());
    if !entry.classification.is_empty() {
        let _ = write!(info.title, " ({})", entry.classification);
    }
    let mut remedy = String::new();
    if let Some(handling) = &entry.handling {
        let _ = write!(remedy, "{handling} ");
    }
    if !entry.owner.is_empty() {
        let _ = write!(remedy, "Ask its owner: {}. ", entry.owner);
    }
    info.remedy.insert_str(0, &remedy);
    info
}

/// What was found, in words: numbers only, no text.
pub fn summary(found: &Found) -> String {
    let mut out = format!("{}: ", found.level);
    let (count, what) = match found.profile {
        Profile::Text => (found.symbols(), "symbols"),
        Profile::CodeLex => (found.symbols() / 2, "tokens"),
        Profile::CodeShape => (found.symbols(), "tokens whatever their names"),
        Profile::Binary => (found.symbols(), "bytes"),
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
