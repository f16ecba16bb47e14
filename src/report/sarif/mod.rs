//! SARIF 2.1.0, as GitHub code scanning reads it.
//!
//! Results are collected, the gravest kept, and all is written at the end.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;
use serde_json::ser::PrettyFormatter;

use crate::base::id::{FindingKey, RuleId};
use crate::base::level::{Confidence, Severity};
use crate::base::provenance::Provenance;
use crate::base::span::Span;
use crate::judge::finding::{Finding, RuleInfo};
use crate::judge::outcome::{RunInfo, Skip, Summary};
use crate::report::Reporter;
use crate::report::model::{SummaryModel, ToolModel};
use crate::report::sanitise::SafeJson;

mod flow;
mod gaps;
mod map;
pub mod model;
mod uri;

use gaps::Gaps;
use model::Message;

/// Results kept when nothing else is asked for: GitHub shows no more of a run.
pub const DEFAULT_MAX_RESULTS: usize = 5_000;

/// Results GitHub accepts in one run; it rejects a file with more.
pub const MAX_RESULTS: usize = 25_000;

/// How the SARIF report is made.
#[derive(Clone, Copy, Debug)]
pub struct SarifOptions {
    /// Most results written; at most [`MAX_RESULTS`] are, whatever it says.
    pub max_results: usize,
}

impl Default for SarifOptions {
    fn default() -> SarifOptions {
        SarifOptions {
            max_results: DEFAULT_MAX_RESULTS,
        }
    }
}

/// What orders results: place first, then what makes equals differ.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Order {
    provenance: Arc<Provenance>,
    span: Span,
    rule: RuleId,
    key: FindingKey,
}

/// Whether a result counts; those that do are kept first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Counts {
    No,
    Yes,
}

impl Counts {
    fn of(finding: &Finding) -> Counts {
        if finding.standing.is_new() {
            Counts::Yes
        } else {
            Counts::No
        }
    }
}

/// A result, with what is needed to keep the gravest and to sort the kept.
#[derive(Debug)]
struct Kept {
    grade: (Counts, Severity, Confidence),
    order: Order,
    finding: model::Finding,
}

/// Writes SARIF.
#[derive(Debug)]
pub struct SarifReporter<W: Write> {
    to: W,
    max_results: usize,
    run: Option<RunInfo>,
    rules: BTreeMap<RuleId, (usize, Arc<RuleInfo>)>,
    kept: Vec<Kept>,
    cut: u64,
    gaps: Gaps,
}

impl<W: Write> SarifReporter<W> {
    /// Makes a reporter that writes to `to`, which should be buffered.
    pub fn new(to: W, options: SarifOptions) -> SarifReporter<W> {
        SarifReporter {
            to,
            max_results: options.max_results.min(MAX_RESULTS),
            run: None,
            rules: BTreeMap::new(),
            kept: Vec::new(),
            cut: 0,
            gaps: Gaps::default(),
        }
    }

    fn rule_index(&mut self, rule: &Arc<RuleInfo>) -> usize {
        let next = self.rules.len();
        self.rules
            .entry(rule.id.clone())
            .or_insert_with(|| (next, rule.clone()))
            .0
    }

    /// Drops all but the gravest results; of equals, those that come first stay.
    fn cut_to(&mut self, most: usize) {
        if self.kept.len() > most {
            self.kept
                .sort_by(|a, b| b.grade.cmp(&a.grade).then_with(|| a.order.cmp(&b.order)));
            self.cut += (self.kept.len() - most) as u64;
            self.kept.truncate(most);
        }
    }

    /// A sentence about the results that do not stand in the file.
    fn cut_sentence(&self) -> Option<String> {
        let kept = self.kept.len();
        let told = format!(
            "{} results were left out; the {kept} most severe are here.",
            self.cut
        );
        (self.cut > 0).then_some(told)
    }

    fn log(&mut self, summary: &Summary) -> io::Result<model::Log> {
        self.cut_to(self.max_results);
        self.kept.sort_by(|a, b| a.order.cmp(&b.order));
        number_equals(&mut self.kept);
        let (notifications, descriptors) = self.gaps.told(self.cut_sentence());
        let invocation = model::Invocation {
            execution_successful: summary.is_complete(),
            tool_execution_notifications: notifications,
        };
        let floor = self
            .run
            .as_ref()
            .map_or(Confidence::Low, |run| run.min_confidence);
        let mut rules: Vec<&(usize, Arc<RuleInfo>)> = self.rules.values().collect();
        rules.sort_by_key(|rule| rule.0);
        let driver = model::Driver {
            name: ToolModel::THIS.name,
            semantic_version: ToolModel::THIS.version,
            information_uri: env!("CARGO_PKG_REPOSITORY"),
            rules: rules
                .iter()
                .map(|(_, info)| map::rule(info, floor))
                .collect(),
            notifications: descriptors,
        };
        let base = model::Described {
            description: Message {
                text: "The directory the scan was started in.".into(),
            },
        };
        let run = model::Run {
            tool: model::Tool { driver },
            invocations: [invocation],
            automation_details: model::AutomationDetails {
                id: "stanch/files/",
            },
            original_uri_base_ids: BTreeMap::from([(uri::BASE, base)]),
            column_kind: "unicodeCodePoints",
            results: std::mem::take(&mut self.kept)
                .into_iter()
                .map(|kept| kept.finding)
                .collect(),
            properties: model::RunProperties {
                rules_digest: self
                    .run
                    .as_ref()
                    .map_or_else(String::new, |r| r.rules_digest.clone()),
                min_confidence: floor.as_str(),
                summary: serde_json::to_value(SummaryModel::from(summary))?,
            },
        };
        Ok(model::Log {
            schema: "https://json.schemastore.org/sarif-2.1.0.json",
            version: "2.1.0",
            runs: [run],
        })
    }
}

impl<W: Write> Reporter for SarifReporter<W> {
    fn begin(&mut self, run: &RunInfo) -> io::Result<()> {
        for rule in &run.rules {
            self.rule_index(rule);
        }
        self.run = Some(run.clone());
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let rule_index = self.rule_index(&finding.rule);
        self.kept.push(Kept {
            grade: (Counts::of(finding), finding.severity, finding.confidence),
            order: Order {
                provenance: finding.provenance.clone(),
                span: finding.place.span,
                rule: finding.rule.id.clone(),
                key: finding.key.clone(),
            },
            finding: map::finding(finding, rule_index),
        });
        // Cutting now and then, and not each time, keeps both memory and time small.
        if self.kept.len() > 2 * self.max_results + 1_000 {
            self.cut_to(self.max_results);
        }
        Ok(())
    }

    fn skip(&mut self, skip: &Skip) -> io::Result<()> {
        self.gaps.add(skip);
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        let log = self.log(summary)?;
        let format = SafeJson(PrettyFormatter::with_indent(b" "));
        log.serialize(&mut serde_json::Serializer::with_formatter(
            &mut self.to,
            format,
        ))?;
        self.to.write_all(b"\n")?;
        self.to.flush()
    }
}

/// Makes the identities of results differ where one secret stands in several
/// places: GitHub would take them for one. The first keeps the finding key.
fn number_equals(kept: &mut [Kept]) {
    let mut seen: BTreeMap<&FindingKey, u64> = BTreeMap::new();
    for kept in kept {
        let count = seen.entry(&kept.order.key).or_default();
        *count += 1;
        if *count > 1 {
            let numbered = format!("{}:{count}", kept.order.key);
            kept.finding
                .partial_fingerprints
                .insert(map::IDENTITY, numbered);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;
    use serde_json::Value;

    fn report(findings: &[Finding], max_results: usize) -> Value {
        let mut bytes = Vec::new();
        let mut reporter = SarifReporter::new(&mut bytes, SarifOptions { max_results });
        samples::drive(&mut reporter, findings, &[], &Summary::default());
        drop(reporter);
        serde_json::from_slice::<Value>(&bytes).unwrap()["runs"][0].take()
    }

    #[test]
    fn results_are_sorted_by_place_and_refer_to_their_rules() {
        let findings = [samples::finding("b"), samples::finding("a")];
        let run = report(&findings, 10);
        let uri = |n: usize| {
            run["results"][n]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].clone()
        };
        assert_eq!((uri(0), uri(1)), ("a".into(), "b".into()));
        let identity = |n: usize| {
            let identities = &run["results"][n]["partialFingerprints"];
            identities["primaryLocationLineHash"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        assert_eq!(identity(0), "st1:0123456789ab");
        assert_eq!(identity(1), "st1:0123456789ab:2");
        assert_eq!(run["results"][0]["ruleIndex"], 0);
        assert_eq!(run["tool"]["driver"]["rules"][0]["id"], "acme-token");
        assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    }

    #[test]
    fn the_gravest_results_are_kept_and_the_cut_is_told() {
        let mut findings: Vec<Finding> = (0..3000)
            .map(|n| samples::finding(&format!("f{n:04}")))
            .collect();
        findings[2999].severity = Severity::Critical;
        findings[0].severity = Severity::Low;
        let run = report(&findings, 2);
        let kept = run["results"].as_array().unwrap();
        assert_eq!(kept.len(), 2);
        assert_eq!(kept[1]["properties"]["severity"], "critical");
        let told = &run["invocations"][0]["toolExecutionNotifications"][0];
        assert_eq!(told["descriptor"]["id"], "report-cut");
        assert_eq!(
            told["message"]["text"],
            "2998 results were left out; the 2 most severe are here."
        );
    }
}
