//! What all these formats say of a finding, put into words once.

use crate::base::level::{Confidence, Severity};
use crate::judge::finding::Finding;
use crate::report::git::{CommitModel, GitModel};
use crate::report::sanitise::{one_line, path_bytes, place_bytes};
use crate::report::veil::{veiled, veiled_path};

/// The weakness that all findings are: "Use of Hard-coded Credentials".
pub(super) const CWE: u32 = 798;

/// A finding in words. Text that somebody else wrote is on one line and shows no secret.
pub(super) struct Facts<'a> {
    /// The finding itself.
    pub(super) finding: &'a Finding,
    /// The outermost file, relative where the target was, with `/`.
    pub(super) path: String,
    /// Members passed through inside of it, joined by `!`.
    pub(super) members: String,
    /// The commit that brought it.
    pub(super) commit: Option<CommitModel>,
}

impl<'a> Facts<'a> {
    pub(super) fn of(finding: &'a Finding) -> Facts<'a> {
        let secret = &finding.secret;
        let provenance = &finding.provenance;
        let text =
            |bytes: Vec<u8>| String::from_utf8_lossy(&veiled_path(bytes, secret)).into_owned();
        let path = text(path_bytes(provenance));
        let whole = text(place_bytes(provenance));
        let git = provenance.git_place();
        Facts {
            finding,
            members: whole[path.len().min(whole.len())..]
                .trim_start_matches('!')
                .to_owned(),
            path: path
                .strip_prefix("./")
                .map_or_else(|| path.clone(), str::to_owned),
            commit: git.and_then(|place| GitModel::new(place, secret).commit),
        }
    }

    /// The rule's id.
    pub(super) fn rule(&self) -> &'a str {
        self.finding.rule.id.as_str()
    }

    /// The rule's name for people.
    pub(super) fn title(&self) -> String {
        one_line(&self.finding.rule.title)
    }

    /// Why it matters.
    pub(super) fn why(&self) -> String {
        one_line(&self.finding.rule.why)
    }

    /// What to do about it.
    pub(super) fn remedy(&self) -> String {
        one_line(&self.finding.rule.remedy)
    }

    /// The secret, shortened.
    pub(super) fn preview(&self) -> String {
        one_line(&veiled(&self.finding.preview, &self.finding.secret))
    }

    /// The identity of the finding.
    pub(super) fn key(&self) -> &'a str {
        &self.finding.key.0
    }

    /// What was found where, in a sentence.
    pub(super) fn message(&self) -> String {
        let inside = match self.members.as_str() {
            "" => String::new(),
            members => format!(" in {}", one_line(members)),
        };
        let amount = self
            .finding
            .amount
            .as_deref()
            .map(|amount| format!(", {} values, {} different", amount.count, amount.distinct));
        format!(
            "{}: {}{inside}{} (confidence {})",
            self.title(),
            self.preview(),
            amount.unwrap_or_default(),
            self.confidence(),
        )
    }

    /// The first line of the finding, from one. In a member it is the member's.
    pub(super) fn line(&self) -> usize {
        self.finding.place.start.line.max(1)
    }

    /// The last line of the finding.
    pub(super) fn last_line(&self) -> usize {
        self.finding.place.end.line.max(self.line())
    }

    /// The word for how bad it is, in lower case.
    pub(super) fn severity(&self) -> &'static str {
        match self.finding.severity {
            Severity::Critical => "critical",
            Severity::High => "high",
            Severity::Medium => "medium",
            Severity::Low => "low",
            Severity::Info => "info",
        }
    }

    /// The same beginning with a capital.
    pub(super) fn severity_title(&self) -> &'static str {
        match self.finding.severity {
            Severity::Critical => "Critical",
            Severity::High => "High",
            Severity::Medium => "Medium",
            Severity::Low => "Low",
            Severity::Info => "Info",
        }
    }

    /// The word for how sure it is.
    pub(super) fn confidence(&self) -> &'static str {
        match self.finding.confidence {
            Confidence::High => "high",
            Confidence::Medium => "medium",
            Confidence::Low => "low",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn members_are_told_apart_from_their_file() {
        let mut finding = samples::finding("./dir/a.zip");
        let facts = Facts::of(&finding);
        assert_eq!(
            (facts.path.as_str(), facts.members.as_str()),
            ("dir/a.zip", "")
        );
        let provenance = std::sync::Arc::make_mut(&mut finding.provenance);
        provenance.inner.extend(["b.tar".into(), "c.txt".into()]);
        let facts = Facts::of(&finding);
        assert_eq!(facts.members, "b.tar!c.txt");
        assert!(facts.message().contains(" in b.tar!c.txt"));
    }
}
