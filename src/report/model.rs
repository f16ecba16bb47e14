//! What the JSON formats say: the shapes shared by `json` and `jsonl`.
//!
//! Nothing here depends on the clock, the machine or the number of workers, so
//! that the same tree and rules give the same report, byte for byte.

use std::collections::BTreeMap;
use std::io;

use serde::Serialize;
use serde_json::ser::CompactFormatter;

use crate::base::decoding::{Decoding, Encoding};
use crate::base::level::{Class, Confidence, Severity};
use crate::base::provenance::{Origin, Provenance};
use crate::base::secret::Secret;
use crate::base::span::{Place, Position, Span};
use crate::judge::finding::{ExcerptLine, Finding};
use crate::judge::outcome::{RunInfo, Skip, Summary, Tally};
use crate::report::amount::AmountModel;
use crate::report::document::DocumentModel;
use crate::report::exposure::ExposureModel;
use crate::report::git::GitModel;
use crate::report::sanitise::{SafeJson, path_bytes};
use crate::report::standing::StandingModel;
use crate::report::veil::{veiled, veiled_path};

/// Version of the shapes in this file. It grows when a reader must change;
/// new fields alone do not make it grow.
pub const SCHEMA_VERSION: u32 = 1;

/// The program that wrote the report.
#[derive(Debug, Serialize)]
pub struct ToolModel {
    /// Always `stanch`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

impl ToolModel {
    /// This program.
    pub const THIS: ToolModel = ToolModel {
        name: "stanch",
        version: env!("CARGO_PKG_VERSION"),
    };
}

/// What was run.
#[derive(Debug, Serialize)]
pub struct RunModel<'a> {
    /// Targets as the user named them.
    pub targets: &'a [String],
    /// Number of rules in force.
    pub rules: usize,
    /// Digest over the rule set.
    pub rules_digest: &'a str,
    /// Lowest confidence that is shown.
    pub min_confidence: Confidence,
    /// Lowest severity that makes the run fail.
    pub fail_on: Severity,
}

/// Where a blob is.
#[derive(Debug, Serialize)]
pub struct BlobModel {
    /// `file`, `stdin` or `git`.
    pub source: &'static str,
    /// The outermost path, with `/`; bytes that are not UTF-8 are replaced.
    pub path: String,
    /// The path's bytes, percent-encoded; only when `path` is not exact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
    /// Members passed through, outermost first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
}

/// Where in a blob: lines and columns from one, in code points, the end exclusive.
#[derive(Debug, Serialize)]
pub struct PlaceModel {
    /// First position.
    pub start: Position,
    /// Position after the last.
    pub end: Position,
    /// Bytes of the blob.
    pub bytes: Span,
}

/// A line around a finding.
#[derive(Debug, Serialize)]
pub struct ExcerptModel<'a> {
    /// Line number, from one.
    pub line: usize,
    /// Masked text.
    pub text: std::borrow::Cow<'a, str>,
    /// Code points of `text` that stand for the secret.
    #[serde(skip_serializing_if = "is_unmarked")]
    pub mark: (usize, usize),
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over references"
)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

fn is_unmarked(mark: &(usize, usize)) -> bool {
    mark.0 >= mark.1
}

/// A finding.
#[derive(Debug, Serialize)]
pub struct FindingModel<'a> {
    /// Rule id.
    pub rule: &'a str,
    /// Rule title.
    pub title: &'a str,
    /// Provider or theme of the rule.
    pub provider: &'a str,
    /// What sort of thing was found.
    pub class: Class,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// Codes of the evidence.
    pub evidence: Vec<&'static str>,
    /// Stable identity. The name `key` would make a report look like one full of keys.
    #[serde(rename = "id")]
    pub key: &'a str,
    /// The blob.
    #[serde(flatten)]
    pub blob: BlobModel,
    /// Where in the blob.
    pub place: PlaceModel,
    /// The commit it came with, and what became of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub git: Option<GitModel>,
    /// Path, members, line and column in one line: `a.zip!b.txt:3:5`.
    pub location: String,
    /// Shortened secret.
    pub preview: std::borrow::Cow<'a, str>,
    /// Lines around it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub excerpt: Vec<ExcerptModel<'a>>,
    /// How the text was decoded, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decoded: Option<Decoding>,
    /// The same, the outermost encoding first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub via: Vec<&'static str>,
    /// What was found of a protected document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentModel<'a>>,
    /// How much there is, if it was counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<AmountModel>,
    /// Whether it counts, and on whose word.
    #[serde(flatten)]
    pub standing: StandingModel,
    /// What belongs to the secret and stands near it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pair: Option<PairModel<'a>>,
    /// Who can see it besides its owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposure: Option<ExposureModel>,
}

/// A value that belongs to a secret.
#[derive(Debug, Serialize)]
pub struct PairModel<'a> {
    /// Id of the rule that found it.
    pub rule: &'a str,
    /// The rule's name for people.
    pub title: &'a str,
    /// Where in the blob.
    pub place: PlaceModel,
    /// The value, shortened.
    pub preview: std::borrow::Cow<'a, str>,
}

/// Something that was not wholly examined.
#[derive(Debug, Serialize)]
pub struct SkipModel {
    /// `partial`, `skipped` (by policy) or `failed`.
    pub status: crate::base::content::Status,
    /// Code of the reason.
    pub code: &'static str,
    /// The reason in words.
    pub reason: String,
    /// The blob.
    #[serde(flatten)]
    pub blob: BlobModel,
}

/// The account of the run.
#[derive(Debug, Serialize)]
pub struct SummaryModel<'a> {
    /// True when everything in scope was examined.
    pub complete: bool,
    /// True when the run was stopped before its end.
    pub interrupted: bool,
    /// Units by how they ended.
    pub units: UnitsModel,
    /// Parts of containers and documents by how they ended, at all levels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parts: Option<UnitsModel>,
    /// Content bytes read.
    pub bytes: u64,
    /// Findings shown.
    pub findings: u64,
    /// Findings at or above `fail_on`.
    pub failing: u64,
    /// Findings below the confidence that is shown.
    pub hidden: u64,
    /// Findings on lines that were there before, where only new ones are asked for.
    #[serde(skip_serializing_if = "is_zero")]
    pub on_old_lines: u64,
    /// Units among the scanned ones that were not examined again.
    #[serde(skip_serializing_if = "is_zero")]
    pub reused: u64,
    /// Findings that a baseline knows; not among `findings`.
    #[serde(skip_serializing_if = "is_zero")]
    pub known: u64,
    /// Findings that somebody allowed, by means; not among `findings`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub allowed: &'a BTreeMap<&'static str, u64>,
    /// Findings by severity.
    pub by_severity: &'a BTreeMap<Severity, u64>,
    /// Skips by code.
    pub by_reason: &'a BTreeMap<&'static str, u64>,
}

/// Units by how they ended; the last four add up to the first.
#[derive(Debug, Serialize)]
pub struct UnitsModel {
    /// All units.
    pub enumerated: u64,
    /// Examined to the last byte.
    pub scanned: u64,
    /// Examined in part.
    pub partial: u64,
    /// Out of scope by policy.
    pub skipped: u64,
    /// Not examined.
    pub failed: u64,
}

impl From<&Tally> for UnitsModel {
    fn from(tally: &Tally) -> UnitsModel {
        UnitsModel {
            enumerated: tally.total(),
            scanned: tally.scanned,
            partial: tally.partial,
            skipped: tally.skipped,
            failed: tally.failed,
        }
    }
}

impl<'a> From<&'a RunInfo> for RunModel<'a> {
    fn from(run: &'a RunInfo) -> RunModel<'a> {
        RunModel {
            targets: &run.targets,
            rules: run.rules.len(),
            rules_digest: &run.rules_digest,
            min_confidence: run.min_confidence,
            fail_on: run.fail_on,
        }
    }
}

impl BlobModel {
    fn new(provenance: &Provenance, veil: impl Fn(Vec<u8>) -> Vec<u8>) -> BlobModel {
        let source = match provenance.origin {
            Origin::File { .. } => "file",
            Origin::Stdin { .. } => "stdin",
            Origin::Git(_) => "git",
        };
        let exact = veil(path_bytes(provenance));
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let members = provenance
            .inner
            .iter()
            .map(|member| text(veil(member.as_bytes().to_vec())));
        BlobModel {
            source,
            path_bytes: std::str::from_utf8(&exact)
                .is_err()
                .then(|| percent_encoded(&exact)),
            members: members.collect(),
            path: text(exact),
        }
    }

    fn location(&self, place: &Place) -> String {
        let mut whole = self.path.clone();
        for member in &self.members {
            whole.push('!');
            whole.push_str(member);
        }
        format!("{whole}:{}:{}", place.start.line, place.start.column)
    }
}

/// The encodings that were taken off, the outermost first.
pub(super) fn via(finding: &Finding) -> Vec<&'static str> {
    let decoded = finding.decoded.iter();
    decoded
        .flat_map(Decoding::steps)
        .map(Encoding::name)
        .collect()
}

impl<'a> From<&'a Finding> for FindingModel<'a> {
    fn from(finding: &'a Finding) -> FindingModel<'a> {
        let secret = &finding.secret;
        let blob = BlobModel::new(&finding.provenance, |path| veiled_path(path, secret));
        FindingModel {
            rule: finding.rule.id.as_str(),
            title: &finding.rule.title,
            provider: &finding.rule.provider,
            class: finding.rule.class,
            severity: finding.severity,
            confidence: finding.confidence,
            evidence: finding.evidence.codes().collect(),
            key: &finding.key.0,
            place: PlaceModel::from(&finding.place),
            git: finding
                .provenance
                .git_place()
                .map(|place| GitModel::new(place, secret)),
            location: blob.location(&finding.place),
            blob,
            preview: veiled(&finding.preview, secret),
            excerpt: finding
                .excerpt
                .iter()
                .map(|line| excerpt(line, secret))
                .collect(),
            decoded: finding.decoded,
            via: via(finding),
            document: finding.document.as_deref().map(DocumentModel::from),
            amount: finding.amount.as_deref().map(AmountModel::from),
            pair: finding.pair.as_deref().map(|pair| PairModel {
                rule: pair.rule.id.as_str(),
                title: &pair.rule.title,
                place: PlaceModel::from(&pair.place),
                preview: veiled(&pair.preview, secret),
            }),
            standing: StandingModel::from(finding),
            exposure: finding
                .exposure
                .as_deref()
                .map(|exposure| ExposureModel::new(exposure, secret)),
        }
    }
}

impl From<&Place> for PlaceModel {
    fn from(place: &Place) -> PlaceModel {
        PlaceModel {
            start: place.start,
            end: place.end,
            bytes: place.span,
        }
    }
}

fn excerpt<'a>(line: &'a ExcerptLine, secret: &Secret) -> ExcerptModel<'a> {
    ExcerptModel {
        line: line.number,
        text: veiled(&line.text, secret),
        mark: line.mark,
    }
}

impl From<&Skip> for SkipModel {
    fn from(skip: &Skip) -> SkipModel {
        SkipModel {
            status: skip.reason.status(),
            code: skip.reason.code(),
            reason: skip.reason.describe(),
            blob: BlobModel::new(&skip.provenance, |path| path),
        }
    }
}

impl<'a> From<&'a Summary> for SummaryModel<'a> {
    fn from(summary: &'a Summary) -> SummaryModel<'a> {
        SummaryModel {
            complete: summary.is_complete(),
            interrupted: summary.interrupted,
            units: UnitsModel {
                enumerated: summary.enumerated,
                scanned: summary.scanned,
                partial: summary.partial,
                skipped: summary.skipped,
                failed: summary.failed,
            },
            parts: (summary.parts.total() > 0).then(|| UnitsModel::from(&summary.parts)),
            bytes: summary.bytes,
            findings: summary.findings,
            failing: summary.failing,
            hidden: summary.hidden,
            on_old_lines: summary.elsewhere,
            reused: summary.reused,
            known: summary.known,
            allowed: &summary.allowed_by,
            by_severity: &summary.by_severity,
            by_reason: &summary.by_reason,
        }
    }
}

/// `bytes` with everything percent-encoded but `/` and the unreserved
/// characters of RFC 3986 §2.3.
pub fn percent_encoded(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(bytes.len());
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a `String` does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Writes `value` as JSON on one line, without its end, safe to show.
pub fn write_json(to: &mut impl io::Write, value: &impl Serialize) -> io::Result<()> {
    let format = SafeJson(CompactFormatter);
    value
        .serialize(&mut serde_json::Serializer::with_formatter(to, format))
        .map_err(io::Error::from)
}

#[cfg(test)]
mod tests;
