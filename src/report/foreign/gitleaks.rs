//! The JSON report of gitleaks, for programs that read it. Secrets are shortened here.

use serde_json::{Value, json};

use super::facts::Facts;
use super::list::Objects;
use crate::report::sanitise::one_line;

pub(super) struct Gitleaks;

impl Objects for Gitleaks {
    fn object(&mut self, facts: &Facts<'_>) -> Value {
        let place = &facts.finding.place;
        let file = match facts.members.as_str() {
            "" => facts.path.clone(),
            members => format!("{}!{members}", facts.path),
        };
        let at = format!("{file}:{}:{}", facts.rule(), facts.line());
        let commit = facts.commit.as_ref();
        json!({
            "RuleID": facts.rule(),
            "Description": facts.title(),
            "StartLine": facts.line(),
            "EndLine": facts.last_line(),
            "StartColumn": place.start.column,
            // The last column, not the one behind it.
            "EndColumn": place.end.column.saturating_sub(1).max(1),
            "Match": facts.preview(),
            "Secret": facts.preview(),
            "File": file,
            "SymlinkFile": "",
            "Commit": commit.map_or("", |commit| &commit.id),
            "Entropy": 0,
            "Author": commit.map_or_else(String::new, |commit| one_line(&commit.author)),
            "Email": commit.map_or_else(String::new, |commit| one_line(&commit.email)),
            "Date": commit.map_or("", |commit| &commit.date),
            "Message": commit.map_or_else(String::new, |commit| one_line(&commit.subject)),
            "Tags": [facts.severity()],
            "Fingerprint": match commit {
                Some(commit) => format!("{}:{at}", commit.id),
                None => at,
            },
        })
    }
}
