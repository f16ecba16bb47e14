//! What became of every candidate of a text: the account behind `stanch explain
//! PATH:LINE`. Nothing in it shows a value.

use std::path::Path;
use std::sync::Arc;

use crate::base::evidence::Evidence;
use crate::base::id::{RuleId, RuleIdx};
use crate::base::level::{Confidence, Severity};
use crate::base::provenance::Provenance;
use crate::base::secret::Secret;
use crate::base::span::Span;
use crate::detect::checks::DropStep;
use crate::scan::scanner::Scanner;
use crate::source::window::Window;

/// Everything that happened in a text.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// Candidates, in order of place and rule.
    pub tried: Vec<Tried>,
}

/// A candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// Its rule.
    pub rule: RuleId,
    /// The whole match, in bytes of the text; empty for a finding of the file itself.
    pub span: Span,
    /// What became of it.
    pub end: End,
}

/// What became of a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It is a finding.
    Found(Box<Told>),
    /// A step dropped it.
    Dropped(DropStep),
}

/// What there is to tell of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// Why.
    pub evidence: Evidence,
    /// The value in its redacted form.
    pub preview: String,
    /// The value, for comparing only.
    pub secret: Secret,
    /// How the text was decoded, if it was.
    pub decoded: Option<&'static str>,
}

impl Scanner {
    /// Follows everything that happens in `bytes`, as if they were the file at
    /// `path`. The scanner's own lowest confidence and allowance apply.
    pub fn trace(&self, path: &Path, bytes: &[u8]) -> Trace {
        let mut worker = self.worker(0);
        let memory = &mut worker.memory;
        memory.scratch.drops = Some(Vec::new());
        let mut blob = self.blob_scan(path);
        blob.window(
            &Window {
                bytes,
                base: 0,
                new: 0..bytes.len(),
                last: true,
            },
            memory,
        );
        let mut tried: Vec<Tried> = blob
            .drops
            .drain(..)
            .map(|drop| self.dropped(drop.rule, drop.span, drop.step))
            .collect();
        let provenance = Arc::new(Provenance::file(path));
        let (verdict, _) = self.verdict(blob, &|| Arc::clone(&provenance));
        let dropped = verdict.drops.iter();
        tried.extend(dropped.map(|(found, step)| self.dropped(found.rule, found.span, *step)));
        tried.extend(verdict.findings.into_iter().map(|finding| Tried {
            rule: finding.rule.id.clone(),
            span: finding.place.span,
            end: End::Found(Box::new(Told {
                severity: finding.severity,
                confidence: finding.confidence,
                evidence: finding.evidence,
                preview: finding.preview,
                secret: finding.secret,
                decoded: finding.decoded,
            })),
        }));
        tried.sort_by(|a, b| (a.span, &a.rule).cmp(&(b.span, &b.rule)));
        tried.dedup();
        Trace { tried }
    }

    /// Rules whose literals stand in `within` of `text`, by id, and recognisers
    /// that look at something there, by name.
    pub fn tried_at(&self, text: &[u8], within: Span) -> (Vec<String>, Vec<String>) {
        let (ids, names) = self.engine.tried(text, within);
        let ids = ids.into_iter().map(str::to_owned).collect();
        (ids, names.into_iter().map(str::to_owned).collect())
    }

    fn dropped(&self, rule: RuleIdx, span: Span, step: DropStep) -> Tried {
        Tried {
            rule: self.engine.rules()[rule.index()].info.id.clone(),
            span,
            end: End::Dropped(step),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::load::RuleSet;
    use crate::scan::scanner::ScanOptions;

    #[test]
    fn every_candidate_has_an_end() {
        let rule = |id: &str, keys: &str| {
            format!(
                "[[rule]]\nid = 'acme-{id}'\ntitle = 'Key'\nclass = 'secret'\nseverity = 'high'\n\
                 confidence = 'high'\nsince = '0.1.0'\nwhy = 'Opens doors.'\nremedy = 'Revoke it.'\n{keys}\n"
            )
        };
        let file = "provider = 'acme'\ntitle = 'Acme'\n".to_owned()
            + &rule(
                "key",
                "pattern = '\\bacme_[a-z0-9]{10}\\b'\nmin-entropy = 2.5",
            )
            + &rule("short", "pattern = '\\bacme_[a-z]{3}'")
            + &rule("file", "paths = ['x$']")
            + &rule("other", "pattern = 'opx_[0-9]{4}'\nkeywords = ['gate']");
        let rules = RuleSet::of(&[("acme.toml", &file)]).unwrap();
        let scanner = Scanner::new(&rules, ScanOptions::default()).unwrap();
        let text = "acme_0000000000 acme_abcdefghij opx_1234";
        let trace = scanner.trace(Path::new("a/x"), text.as_bytes());
        let ends: Vec<(&str, usize, Option<DropStep>)> = trace
            .tried
            .iter()
            .map(|tried| {
                let step = match tried.end {
                    End::Found(_) => None,
                    End::Dropped(step) => Some(step),
                };
                (tried.rule.as_str(), tried.span.start, step)
            })
            .collect();
        assert_eq!(
            ends,
            [
                ("acme-file", 0, None),
                ("acme-key", 0, Some(DropStep::Entropy)),
                ("acme-short", 16, Some(DropStep::Overlap)),
                ("acme-key", 16, None),
                ("acme-other", 32, Some(DropStep::NoKeyword)),
            ]
        );
        let (ids, _) = scanner.tried_at(b"acme_abcdefg and opx_1234", Span::new(0, 12));
        assert_eq!(ids, ["acme-key", "acme-short"]);
    }
}
