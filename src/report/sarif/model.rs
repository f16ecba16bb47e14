//! The part of SARIF 2.1.0 that is written, as the standard names it.
//!
//! Section numbers are those of the OASIS standard.

use crate::base::decoding::Decoding;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::report::amount::AmountModel;
use crate::report::exposure::ExposureModel;
use crate::report::git::GitModel;
use crate::report::standing::StandingModel;

/// The whole file, §3.13.
#[derive(Debug, Serialize)]
pub struct Log {
    /// Where the schema is.
    #[serde(rename = "$schema")]
    pub schema: &'static str,
    /// Always `2.1.0`.
    pub version: &'static str,
    /// One run.
    pub runs: [Run; 1],
}

/// A run, §3.14.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// The program and its rules.
    pub tool: Tool,
    /// How it went.
    pub invocations: [Invocation; 1],
    /// Which series of runs this one belongs to.
    pub automation_details: AutomationDetails,
    /// What relative paths are relative to.
    pub original_uri_base_ids: BTreeMap<&'static str, Described>,
    /// What columns count.
    pub column_kind: &'static str,
    /// Findings.
    pub results: Vec<Finding>,
    /// Facts without a place in the standard.
    pub properties: RunProperties,
}

/// A thing with a description, such as a base for paths.
#[derive(Debug, Serialize)]
pub struct Described {
    /// The description.
    pub description: Message,
}

/// The name of a series of runs, §3.17.
#[derive(Debug, Serialize)]
pub struct AutomationDetails {
    /// Ends with `/`: a series, no single run.
    pub id: &'static str,
}

/// §3.18.
#[derive(Debug, Serialize)]
pub struct Tool {
    /// The program.
    pub driver: Driver,
}

/// The program, §3.19.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Driver {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub semantic_version: &'static str,
    /// Where it is described.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub information_uri: &'static str,
    /// Rules, sorted by id.
    pub rules: Vec<Rule>,
    /// Kinds of notifications, sorted by id.
    pub notifications: Vec<Descriptor>,
}

/// A kind of notification, §3.49.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// Code of the reason.
    pub id: &'static str,
    /// The code in Pascal case.
    pub name: String,
    /// What happened, in few words.
    pub short_description: Message,
    /// What that means.
    pub full_description: Message,
    /// What to do.
    pub help: Help,
}

/// A rule, §3.49.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// Rule id.
    pub id: String,
    /// The id in Pascal case.
    pub name: String,
    /// Title, as a sentence.
    pub short_description: Message,
    /// Why it matters.
    pub full_description: Message,
    /// What to do.
    pub help: Help,
    /// Where to read more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help_uri: Option<String>,
    /// Level unless a result says otherwise.
    pub default_configuration: Configuration,
    /// What GitHub reads.
    pub properties: RuleProperties,
}

/// §3.50.
#[derive(Debug, Serialize)]
pub struct Configuration {
    /// `error`, `warning` or `note`.
    pub level: &'static str,
}

/// Help in two forms, §3.12.
#[derive(Debug, Serialize)]
pub struct Help {
    /// Plain.
    pub text: String,
    /// Marked up.
    pub markdown: String,
}

/// Properties of a rule that GitHub code scanning reads.
#[derive(Debug, Serialize)]
pub struct RuleProperties {
    /// At most ten.
    pub tags: Vec<String>,
    /// Lowest confidence of the results: `high`, `medium` or `low`.
    pub precision: &'static str,
    /// From 0.1 to 10.0.
    #[serde(rename = "security-severity")]
    pub security_severity: &'static str,
}

/// A plain message, §3.11.
#[derive(Clone, Debug, Serialize)]
pub struct Message {
    /// One sentence or more.
    pub text: String,
}

/// A result, §3.27.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Rule id.
    pub rule_id: String,
    /// Its place among the rules.
    pub rule_index: usize,
    /// `error`, `warning` or `note`.
    pub level: &'static str,
    /// What was found, shortened.
    pub message: Message,
    /// Where.
    pub locations: [Location; 1],
    /// How it came about: from the value that belongs to it, and out of its encodings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub code_flows: Vec<CodeFlow>,
    /// `new` or `unchanged`, where a baseline was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline_state: Option<&'static str>,
    /// Why it does not count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suppressions: Vec<Suppression>,
    /// `primaryLocationLineHash`: the finding key, numbered from its second place on.
    pub partial_fingerprints: BTreeMap<&'static str, String>,
    /// Facts without a place in the standard.
    pub properties: FindingProperties,
}

/// Why a result does not count, §3.35.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Suppression {
    /// `inSource` or `external`.
    pub kind: &'static str,
    /// Always `accepted`.
    pub status: &'static str,
    /// In words.
    pub justification: String,
}

/// What a result says beyond the standard.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingProperties {
    /// The finding key, the same wherever the secret stands. Called `id`, or a
    /// report would look like a file full of keys.
    #[serde(rename = "id")]
    pub key: String,
    /// How bad.
    pub severity: &'static str,
    /// How sure.
    pub confidence: &'static str,
    /// Codes of the evidence.
    pub evidence: Vec<&'static str>,
    /// Shortened secret, exactly.
    pub preview: String,
    /// Members passed through.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
    /// How the text was decoded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decoded: Option<Decoding>,
    /// The same, the outermost encoding first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub via: Vec<&'static str>,
    /// What was found of a protected document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<serde_json::Value>,
    /// How much there is, if it was counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<AmountModel>,
    /// The place in a git repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub git: Option<GitModel>,
    /// Whether it counts, as in the JSON report.
    #[serde(flatten)]
    pub standing: StandingModel,
    /// Who can see it besides its owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposure: Option<ExposureModel>,
}

/// §3.28.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// File and region.
    pub physical_location: PhysicalLocation,
    /// What is there, where that is not said elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Message>,
}

/// §3.36.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CodeFlow {
    /// One way.
    pub thread_flows: [ThreadFlow; 1],
}

/// §3.37.
#[derive(Debug, Serialize)]
pub struct ThreadFlow {
    /// Its steps, in order.
    pub locations: Vec<ThreadFlowLocation>,
}

/// §3.38.
#[derive(Debug, Serialize)]
pub struct ThreadFlowLocation {
    /// Where, with what is there.
    pub location: Location,
}

/// §3.29.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PhysicalLocation {
    /// The file.
    pub artifact_location: ArtifactLocation,
    /// Where in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
}

/// §3.4.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ArtifactLocation {
    /// Percent-encoded.
    pub uri: String,
    /// What a relative one is relative to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri_base_id: Option<&'static str>,
}

/// §3.30: lines and columns from one, the end column exclusive.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Region {
    /// First line.
    pub start_line: usize,
    /// First column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_column: Option<usize>,
    /// Last line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_line: Option<usize>,
    /// Column after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_column: Option<usize>,
}

/// How the run went, §3.20.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Invocation {
    /// True when everything in scope was examined.
    pub execution_successful: bool,
    /// What was not examined.
    pub tool_execution_notifications: Vec<Notification>,
}

/// §3.58.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    /// Kind of notification.
    pub descriptor: Reference,
    /// `error`, `warning` or `note`.
    pub level: &'static str,
    /// What happened.
    pub message: Message,
    /// To what.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<Location>,
}

/// A reference to a descriptor, §3.52.
#[derive(Debug, Serialize)]
pub struct Reference {
    /// Its id.
    pub id: &'static str,
    /// Its place among the descriptors.
    pub index: usize,
}

/// What a run says beyond the standard.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunProperties {
    /// Digest over the rule set.
    pub rules_digest: String,
    /// Lowest confidence that is shown.
    pub min_confidence: &'static str,
    /// The account of the run, as in the JSON report.
    pub summary: serde_json::Value,
}
