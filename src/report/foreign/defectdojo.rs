//! `DefectDojo`'s "Generic Findings Import". It refuses fields that it does not know.

use serde_json::{Value, json};

use super::facts::{CWE, Facts};
use super::list::{Objects, Tail};
use super::stamp::Clock;
use crate::judge::outcome::Summary;
use crate::report::model::ToolModel;

pub(super) struct DefectDojo {
    clock: Clock,
}

impl DefectDojo {
    pub(super) fn new(clock: Clock) -> DefectDojo {
        DefectDojo { clock }
    }
}

impl Objects for DefectDojo {
    fn head(&mut self) -> String {
        "{\"findings\":[".to_owned()
    }

    fn object(&mut self, facts: &Facts<'_>) -> Value {
        let day = match &facts.commit {
            Some(commit) => commit.date.chars().take(10).collect(),
            None => self.clock.day(),
        };
        json!({
            "title": format!("{} in {}", facts.title(), facts.path),
            "severity": facts.severity_title(),
            "description": facts.message(),
            "impact": facts.why(),
            "mitigation": facts.remedy(),
            "references": facts.finding.rule.references.join("\n"),
            "date": day,
            "cwe": CWE,
            "file_path": facts.path,
            "line": facts.line(),
            "static_finding": true,
            "dynamic_finding": false,
            "active": true,
            "verified": false,
            "unique_id_from_tool": facts.key(),
            "vuln_id_from_tool": facts.rule(),
            "nb_occurences": facts.finding.amount.as_deref().map_or(1, |amount| amount.count),
        })
    }

    fn tail(&mut self, _: &Summary) -> Tail {
        Tail::Members(vec![
            ("name", ToolModel::THIS.name.into()),
            ("type", "Secret scan".into()),
            ("version", ToolModel::THIS.version.into()),
        ])
    }
}
