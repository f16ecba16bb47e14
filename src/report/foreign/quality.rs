//! GitLab's code quality: issues in the shape of Code Climate's specification, of which it reads
//! these fields.

use serde_json::{Value, json};

use super::facts::Facts;
use super::list::Objects;
use crate::base::level::Severity;

pub(super) struct CodeQuality;

impl Objects for CodeQuality {
    fn object(&mut self, facts: &Facts<'_>) -> Value {
        let severity = match facts.finding.severity {
            Severity::Critical => "blocker",
            Severity::High => "critical",
            Severity::Medium => "major",
            Severity::Low => "minor",
            Severity::Info => "info",
        };
        json!({
            "type": "issue",
            "check_name": facts.rule(),
            "categories": ["Security"],
            "description": facts.message(),
            // Equal ones count as one issue, so the place belongs to it.
            "fingerprint": format!("{}:{}:{}", facts.key(), facts.path, facts.members),
            "severity": severity,
            "location": {
                "path": facts.path,
                "lines": { "begin": facts.line(), "end": facts.last_line() },
            },
        })
    }
}
