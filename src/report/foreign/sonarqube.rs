//! `SonarQube`'s generic issues, in the shape that it reads since 10.3.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::facts::Facts;
use super::list::{Objects, Tail};
use crate::base::level::Severity;
use crate::judge::outcome::Summary;
use crate::report::model::ToolModel;

/// The rules of the issues told so far.
#[derive(Default)]
pub(super) struct Sonarqube {
    rules: BTreeMap<String, Value>,
}

impl Objects for Sonarqube {
    fn head(&mut self) -> String {
        "{\"issues\":[".to_owned()
    }

    fn object(&mut self, facts: &Facts<'_>) -> Value {
        let id = facts.rule().to_owned();
        self.rules.entry(id).or_insert_with(|| rule(facts));
        let mut location = json!({ "message": facts.message(), "filePath": facts.path });
        // Lines of a member are none of the file's.
        if facts.members.is_empty() {
            location["textRange"] = range(facts);
        }
        json!({ "ruleId": facts.rule(), "primaryLocation": location })
    }

    fn tail(&mut self, _: &Summary) -> Tail {
        let rules = std::mem::take(&mut self.rules).into_values();
        Tail::Members(vec![("rules", rules.collect())])
    }
}

/// Lines from one, columns from zero.
fn range(facts: &Facts<'_>) -> Value {
    let place = &facts.finding.place;
    let mut range = json!({ "startLine": facts.line(), "endLine": facts.last_line() });
    let (start, end) = (place.start.column, place.end.column);
    // An empty range is refused.
    if start > 0 && (place.end.line > place.start.line || end > start) {
        range["startColumn"] = (start - 1).into();
        range["endColumn"] = end.saturating_sub(1).into();
    }
    range
}

fn rule(facts: &Facts<'_>) -> Value {
    let severity = match facts.finding.rule.severity {
        Severity::Critical | Severity::High => "HIGH",
        Severity::Medium => "MEDIUM",
        Severity::Low | Severity::Info => "LOW",
    };
    json!({
        "id": facts.rule(),
        "name": facts.title(),
        "description": format!("{} {}", facts.why(), facts.remedy()),
        "engineId": ToolModel::THIS.name,
        "cleanCodeAttribute": "TRUSTWORTHY",
        "impacts": [{ "softwareQuality": "SECURITY", "severity": severity }],
    })
}
