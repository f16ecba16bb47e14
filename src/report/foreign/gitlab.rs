//! GitLab's secret detection report, by its security report schema 15.0.2.

use serde_json::{Value, json};

use super::facts::Facts;
use super::list::{Objects, Tail};
use super::stamp::Clock;
use crate::base::content::Status;
use crate::base::level::Severity;
use crate::judge::outcome::{Skip, Summary};
use crate::report::model::ToolModel;
use crate::report::sanitise::{one_line, place_bytes, printable_bytes};

/// The version of the schema that the report follows.
const SCHEMA: &str = "15.0.2";
/// Items named as not examined.
const NAMED: usize = 50;
/// What the schema wants of findings outside of a repository.
const NO_COMMIT: &str = "0000000";

pub(super) struct Gitlab {
    clock: Clock,
    begun: String,
    messages: Vec<Value>,
}

impl Gitlab {
    pub(super) fn new(clock: Clock) -> Gitlab {
        Gitlab {
            clock,
            begun: String::new(),
            messages: Vec::new(),
        }
    }
}

impl Objects for Gitlab {
    fn head(&mut self) -> String {
        self.begun = self.clock.second();
        format!("{{\"version\":\"{SCHEMA}\",\"vulnerabilities\":[")
    }

    fn object(&mut self, facts: &Facts<'_>) -> Value {
        let severity = match facts.finding.severity {
            Severity::Info => "Info",
            _ => facts.severity_title(),
        };
        let commit = match &facts.commit {
            Some(commit) => json!({
                "sha": commit.id,
                "author": one_line(&format!("{} <{}>", commit.author, commit.email)),
                "date": commit.date,
                "message": one_line(&commit.subject),
            }),
            None => json!({ "sha": NO_COMMIT }),
        };
        json!({
            "id": uuid(&format!("{}\0{}\0{}", facts.key(), facts.path, facts.members)),
            "name": cut(&facts.title(), 255),
            "description": format!("{}. {}", facts.message(), facts.why()),
            "severity": severity,
            "solution": cut(&facts.remedy(), 7000),
            "raw_source_code_extract": facts.preview(),
            "identifiers": [{
                "type": "stanch_rule_id",
                "name": format!("stanch rule {}", facts.rule()),
                "value": facts.rule(),
            }],
            "links": links(facts),
            "location": {
                "file": facts.path,
                "start_line": facts.line(),
                "end_line": facts.last_line(),
                "commit": commit,
            },
        })
    }

    fn skip(&mut self, skip: &Skip) {
        if skip.reason.status() != Status::Skipped && self.messages.len() < NAMED {
            let place = printable_bytes(&place_bytes(&skip.provenance));
            let reason = one_line(&skip.reason.describe());
            self.messages.push(json!({
                "level": "warn",
                "value": format!("not fully examined: {place}: {reason}"),
            }));
        }
    }

    fn tail(&mut self, summary: &Summary) -> Tail {
        let tool = json!({
            "id": ToolModel::THIS.name,
            "name": ToolModel::THIS.name,
            "version": ToolModel::THIS.version,
            "vendor": { "name": ToolModel::THIS.name },
        });
        let mut scan = json!({
            "type": "secret_detection",
            "analyzer": tool,
            "scanner": tool,
            "start_time": self.begun,
            "end_time": self.clock.second(),
            "status": if summary.interrupted { "failure" } else { "success" },
        });
        if !self.messages.is_empty() {
            scan["messages"] = std::mem::take(&mut self.messages).into();
        }
        Tail::Members(vec![("scan", scan)])
    }
}

/// References that the schema takes.
fn links(facts: &Facts<'_>) -> Vec<Value> {
    let references = facts.finding.rule.references.iter();
    let web = references.filter(|url| url.starts_with("https://") || url.starts_with("http://"));
    web.map(|url| json!({ "url": url })).collect()
}

/// The beginning of `text`, at most so many characters.
fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// A UUID of version 8 (RFC 9562 §5.8) that stands for `text`.
fn uuid(text: &str) -> String {
    let hash = blake3::hash(text.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_bytes()[..16]);
    bytes[6] = bytes[6] & 0x0F | 0x80;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ]
    .join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_uuids_and_differ_with_what_they_stand_for() {
        let [one, other] = ["a", "b"].map(uuid);
        assert_ne!(one, other);
        assert_eq!(one.len(), 36);
        assert_eq!(one.as_bytes()[14], b'8');
        assert!(b"89ab".contains(&one.as_bytes()[19]));
    }
}
