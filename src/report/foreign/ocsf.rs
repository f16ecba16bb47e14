//! Data Security Findings (class 2006) of the Open Cybersecurity Schema Framework 1.3, one
//! on each line, for data lakes.

use serde_json::{Value, json};

use super::facts::Facts;
use super::list::{Objects, Tail};
use super::stamp::Clock;
use crate::base::level::{Confidence, Severity};
use crate::judge::outcome::Summary;
use crate::report::model::ToolModel;

/// The version of the schema.
const SCHEMA: &str = "1.3.0";

pub(super) struct Ocsf {
    clock: Clock,
}

impl Ocsf {
    pub(super) fn new(clock: Clock) -> Ocsf {
        Ocsf { clock }
    }
}

impl Objects for Ocsf {
    fn head(&mut self) -> String {
        String::new()
    }

    fn between(&self) -> &'static str {
        ""
    }

    fn object(&mut self, facts: &Facts<'_>) -> Value {
        let name = facts.path.rsplit('/').next().unwrap_or_default();
        let severity = match facts.finding.severity {
            Severity::Info => "Informational",
            _ => facts.severity_title(),
        };
        json!({
            "activity_id": 1,
            "activity_name": "Create",
            "category_uid": 2,
            "category_name": "Findings",
            "class_uid": 2006,
            "class_name": "Data Security Finding",
            "type_uid": 200_601,
            "time": self.clock.millis(),
            "severity_id": severity_id(facts.finding.severity),
            "severity": severity,
            "confidence_id": confidence_id(facts.finding.confidence),
            "status_id": 1,
            "status": "New",
            "message": facts.message(),
            "metadata": {
                "version": SCHEMA,
                "product": {
                    "name": ToolModel::THIS.name,
                    "vendor_name": ToolModel::THIS.name,
                    "version": ToolModel::THIS.version,
                },
            },
            "finding_info": {
                "uid": facts.key(),
                "title": facts.title(),
                "desc": facts.why(),
                "analytic": { "uid": facts.rule(), "name": facts.title(), "type_id": 1, "type": "Rule" },
            },
            "remediation": { "desc": facts.remedy() },
            "data_security": { "data_lifecycle_state_id": 1, "detection_pattern": facts.rule() },
            "file": { "name": name, "path": facts.path, "type_id": 1 },
            "unmapped": {
                "members": facts.members,
                "line": facts.line(),
                "preview": facts.preview(),
                "commit": facts.commit.as_ref().map(|commit| &commit.id),
            },
        })
    }

    fn tail(&mut self, _: &Summary) -> Tail {
        Tail::Text("")
    }
}

fn severity_id(severity: Severity) -> u32 {
    match severity {
        Severity::Info => 1,
        Severity::Low => 2,
        Severity::Medium => 3,
        Severity::High => 4,
        Severity::Critical => 5,
    }
}

fn confidence_id(confidence: Confidence) -> u32 {
    match confidence {
        Confidence::Low => 1,
        Confidence::Medium => 2,
        Confidence::High => 3,
    }
}
