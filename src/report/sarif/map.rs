//! From findings, skips and rules to SARIF.

use std::collections::BTreeMap;

use crate::base::level::{Class, Confidence, Severity};
use crate::base::span::Place;
use crate::judge::finding::{Finding, RuleInfo};
use crate::judge::status::Status;
use crate::report::amount::AmountModel;
use crate::report::document::DocumentModel;
use crate::report::exposure::ExposureModel;
use crate::report::git::GitModel;
use crate::report::level::Level;
use crate::report::model::via;
use crate::report::sanitise::{is_hidden, one_line};
use crate::report::sarif::flow::flows;
use crate::report::sarif::model::{
    self, Configuration, Descriptor, FindingProperties, Help, Location, Message, PhysicalLocation,
    Region, Rule, RuleProperties,
};
use crate::report::sarif::uri::artifact;
use crate::report::standing::{self, StandingModel};
use crate::report::veil::{veiled, veiled_path};

/// The only one of `partialFingerprints` that GitHub looks at.
pub(super) const IDENTITY: &str = "primaryLocationLineHash";

/// A rule. `precision` is the lowest confidence that the run shows.
pub(super) fn rule(info: &RuleInfo, precision: Confidence) -> Rule {
    let (why, remedy) = (sentence(&info.why), sentence(&info.remedy));
    let title = sentence(&info.title);
    Rule {
        id: info.id.as_str().to_owned(),
        name: rule_name(info.id.as_str()),
        full_description: Message {
            text: if why.is_empty() {
                title.clone()
            } else {
                why.clone()
            },
        },
        help: help(&title, &why, &remedy, &info.references),
        short_description: Message { text: title },
        help_uri: info.references.iter().find(|to| is_address(to)).cloned(),
        default_configuration: Configuration {
            level: Level::of(info.severity).as_str(),
        },
        properties: RuleProperties {
            tags: tags(info),
            precision: precision.as_str(),
            security_severity: security_severity(info.severity),
        },
    }
}

fn help(title: &str, why: &str, remedy: &str, references: &[String]) -> Help {
    let links: Vec<String> = references.iter().map(|to| format!("- <{to}>\n")).collect();
    let title_line = format!("**{}**", title.trim_end_matches('.'));
    let markdown = [title_line.as_str(), why, remedy, &links.concat()];
    let paragraphs: Vec<&str> = markdown
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    Help {
        text: [title, why, remedy].join(" ").trim().to_owned(),
        markdown: paragraphs.join("\n\n"),
    }
}

/// True for what may stand in a `helpUri`: a web address, written as RFC 3986 wants it.
fn is_address(reference: &str) -> bool {
    let forbidden = |b: u8| !b.is_ascii_graphic() || b"<>\"{}|\\^`".contains(&b);
    reference.starts_with("https://") && !reference.bytes().any(forbidden)
}

/// One line that ends with a full stop, or nothing.
fn sentence(text: &str) -> String {
    let mut line = one_line(text);
    if !line.is_empty() && !line.ends_with(['.', '!', '?']) {
        line.push('.');
    }
    line
}

/// The name of a rule. SARIF1001 asks that it differs from the id in more than
/// its capital letters, which a single word does not.
fn rule_name(id: &str) -> String {
    let suffix = if id.contains('-') { "" } else { "Rule" };
    pascal_case(id) + suffix
}

/// A kind of notification; `prose` is what it means and what to do.
pub(super) fn descriptor(
    id: &'static str,
    name: &str,
    short: &str,
    prose: [&str; 2],
) -> Descriptor {
    let [full, remedy] = prose;
    Descriptor {
        id,
        name: name.to_owned(),
        help: help(short, full, remedy, &[]),
        short_description: Message { text: short.into() },
        full_description: Message { text: full.into() },
    }
}

/// `aws-key` as `AwsKey`.
pub(super) fn pascal_case(id: &str) -> String {
    let mut name = String::with_capacity(id.len());
    for word in id.split(|c: char| !c.is_alphanumeric()) {
        let mut chars = word.chars();
        name.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        name.push_str(chars.as_str());
    }
    name
}

fn tags(info: &RuleInfo) -> Vec<String> {
    // CWE-798 hard-coded credentials, 359 personal data, 200 exposure in general.
    let weakness = match info.class {
        Class::Secret => "external/cwe/cwe-798",
        Class::Personal => "external/cwe/cwe-359",
        Class::Identifier | Class::Marking | Class::Document => "external/cwe/cwe-200",
    };
    let mut tags = vec!["security".to_owned(), info.class.as_str().to_owned()];
    tags.push(weakness.to_owned());
    if !info.provider.is_empty() && !tags.contains(&info.provider) {
        tags.push(info.provider.clone());
    }
    tags
}

/// The number GitHub sorts by: from 9.0 critical, 7.0 high, 4.0 medium, else low.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.5",
        Severity::Info => "0.5",
    }
}

/// A finding under the rule at `rule_index`.
pub(super) fn finding(finding: &Finding, rule_index: usize) -> model::Finding {
    let secret = &finding.secret;
    let veil = |path: Vec<u8>| veiled_path(path, secret);
    let member =
        |member: &str| String::from_utf8_lossy(&veil(member.as_bytes().to_vec())).into_owned();
    let members: Vec<String> = finding.provenance.inner.iter().map(|m| member(m)).collect();
    let preview = veiled(&finding.preview, secret).into_owned();
    let location = Location {
        physical_location: PhysicalLocation {
            artifact_location: artifact(&finding.provenance, veil),
            region: Some(region(&finding.place, &members)),
        },
        message: None,
    };
    model::Finding {
        code_flows: flows(finding, &location, &preview, &members),
        rule_id: finding.rule.id.as_str().to_owned(),
        rule_index,
        level: Level::of(finding.severity).as_str(),
        message: Message {
            text: message(finding, &preview, &members),
        },
        locations: [location],
        baseline_state: matches!(finding.standing.status, Status::Known { .. })
            .then_some("unchanged"),
        suppressions: suppression(finding).into_iter().collect(),
        partial_fingerprints: BTreeMap::from([(IDENTITY, finding.key.0.clone())]),
        properties: FindingProperties {
            key: finding.key.0.clone(),
            severity: finding.severity.as_str(),
            confidence: finding.confidence.as_str(),
            evidence: finding.evidence.codes().collect(),
            preview,
            members,
            decoded: finding.decoded,
            via: via(finding),
            document: document(finding),
            amount: finding.amount.as_deref().map(AmountModel::from),
            git: finding
                .provenance
                .git_place()
                .map(|place| GitModel::new(place, secret)),
            standing: StandingModel::from(finding),
            exposure: finding
                .exposure
                .as_deref()
                .map(|exposure| ExposureModel::new(exposure, secret)),
        },
    }
}

/// Why the finding does not count, if it does not. What a baseline knows is
/// marked as well: code scanning would open an alert for it.
fn suppression(finding: &Finding) -> Option<model::Suppression> {
    let in_source = match &finding.standing.status {
        Status::New => return None,
        Status::Known { .. } => false,
        Status::Allowed { by } => by.means.is_in_source(),
    };
    Some(model::Suppression {
        kind: if in_source { "inSource" } else { "external" },
        status: "accepted",
        justification: literal(&standing::told(finding)),
    })
}

/// What was found of a protected document, as it stands in the JSON report.
fn document(finding: &Finding) -> Option<serde_json::Value> {
    let found = finding.document.as_deref()?;
    serde_json::to_value(DocumentModel::from(found)).ok()
}

fn message(finding: &Finding, preview: &str, members: &[String]) -> String {
    let title = one_line(&finding.rule.title);
    let title = title.trim_end_matches('.');
    let member = if members.is_empty() {
        String::new()
    } else {
        let start = finding.place.start;
        let members = literal(&members.join("!"));
        format!(" in member {members} at {}:{}", start.line, start.column)
    };
    let words: Vec<&str> = finding.evidence.words().collect();
    let colon = if words.is_empty() { "" } else { ": " };
    let (preview, words) = (literal(preview), words.join("; "));
    let commit = finding
        .provenance
        .git_place()
        .and_then(|place| place.commit.as_ref());
    let commit = commit.map_or(String::new(), |commit| {
        format!(
            " from commit {}",
            literal(&commit.id[..commit.id.len().min(10)])
        )
    });
    format!(
        "{title}: {preview}{member}{commit} (confidence {}{colon}{words}).",
        finding.confidence
    )
}

/// Text of a scanned tree inside a message: on one line, without the characters
/// that deceive, make links (§3.11.6) or stand for arguments (§3.11.5).
pub(super) fn literal(text: &str) -> String {
    let active = |c: char| matches!(c, '[' | ']' | '{' | '}' | '\\');
    text.chars()
        .map(|c| if is_hidden(c) || active(c) { '_' } else { c })
        .collect()
}

/// The region of a finding. Lines of a container's member are no lines of the
/// file, so that such a finding stands at the file's first line.
pub(super) fn region(place: &Place, members: &[String]) -> Region {
    if !members.is_empty() {
        return Region {
            start_line: 1,
            start_column: None,
            end_line: None,
            end_column: None,
        };
    }
    Region {
        start_line: place.start.line.max(1),
        start_column: Some(place.start.column.max(1)),
        end_line: Some(place.end.line.max(1)),
        end_column: Some(place.end.column.max(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::provenance::Provenance;
    use crate::report::samples;
    use std::sync::Arc;

    #[test]
    fn rule_names_are_in_pascal_case() {
        for (id, name) in [
            ("aws-access-key", "AwsAccessKey"),
            ("x5-y", "X5Y"),
            ("a--b", "AB"),
        ] {
            assert_eq!(pascal_case(id), name);
        }
    }

    #[test]
    fn a_rule_has_what_github_reads() {
        let rule = rule(
            &samples::rule("acme-token", Severity::Critical),
            Confidence::Medium,
        );
        assert_eq!(rule.properties.security_severity, "9.5");
        assert_eq!(rule.properties.precision, "medium");
        assert_eq!(
            rule.properties.tags,
            ["security", "secret", "external/cwe/cwe-798", "acme"]
        );
        assert_eq!(
            rule.full_description.text,
            "It opens the vault. Anyone can use it."
        );
        assert_eq!(rule.help_uri.as_deref(), Some("https://docs.example/token"));
        assert!(
            rule.help
                .markdown
                .ends_with("\n\n- <https://docs.example/token>\n")
        );
    }

    #[test]
    fn a_preview_cannot_make_a_link_or_a_placeholder() {
        let mut hostile = samples::finding("x");
        hostile.preview = "[a](b){0}\\\n".into();
        let result = finding(&hostile, 0);
        assert!(result.message.text.contains(": _a_(b)_0___ (confidence"));
        assert_eq!(result.properties.preview, hostile.preview);
    }

    #[test]
    fn a_finding_in_a_member_stands_at_the_first_line_of_its_container() {
        let mut inside = samples::finding("a.zip");
        let mut provenance = Provenance::file("a.zip");
        provenance.inner.push("b.txt".into());
        inside.provenance = Arc::new(provenance);
        let result = finding(&inside, 0);
        let region = result.locations[0]
            .physical_location
            .region
            .clone()
            .unwrap();
        assert_eq!((region.start_line, region.end_column), (1, None));
        assert!(result.message.text.contains("in member b.txt at 3:5"));
    }
}
