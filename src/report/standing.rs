//! What reports say of findings that do not count, and of words that have no effect.

use serde::Serialize;

use crate::base::secret::Secret;
use crate::judge::finding::Finding;
use crate::judge::status::{Grant, Means, Refusal, Status};
use crate::report::sanitise::one_line;
use crate::report::veil::veiled;

/// Somebody's word that a finding does not count.
#[derive(Debug, Serialize)]
pub struct GrantModel {
    /// `comment`, `foreign-comment`, `ignore-file`, `configuration` or `baseline`.
    pub means: &'static str,
    /// The scanner a comment was written for, if not for us.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<&'static str>,
    /// Where it is written.
    pub place: String,
    /// Why.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The last day on which it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// Somebody's word that has no effect.
#[derive(Debug, Serialize)]
pub struct RefusalModel {
    /// Why it has none: a code.
    pub code: &'static str,
    /// The same in words.
    pub why: String,
    /// The word.
    #[serde(flatten)]
    pub grant: GrantModel,
}

/// What machine reports say of a finding's standing; nothing of one that simply counts.
#[derive(Debug, Serialize)]
pub struct StandingModel {
    /// `known` or `allowed`; one that counts has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<&'static str>,
    /// The baseline that knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<String>,
    /// Why it is allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppression: Option<GrantModel>,
    /// What would have it allowed, and has no effect.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<RefusalModel>,
}

impl GrantModel {
    fn new(grant: &Grant, secret: &Secret) -> GrantModel {
        let text = |text: &str| veiled(text, secret).into_owned();
        GrantModel {
            means: grant.means.as_str(),
            tool: tool(grant),
            place: text(&grant.place),
            reason: text(&grant.reason),
            owner: grant.owner.as_deref().map(text),
            until: grant.until.map(|day| day.to_string()),
        }
    }
}

impl RefusalModel {
    fn new(refusal: &Refusal, secret: &Secret) -> RefusalModel {
        RefusalModel {
            code: refusal.why.code(),
            why: veiled(&refusal.why.describe(), secret).into_owned(),
            grant: GrantModel::new(&refusal.grant, secret),
        }
    }
}

impl From<&Finding> for StandingModel {
    fn from(finding: &Finding) -> StandingModel {
        let secret = &finding.secret;
        let standing = &finding.standing;
        let (baseline, suppression) = match &standing.status {
            Status::New => (None, None),
            Status::Known { baseline } => (Some(baseline.to_string()), None),
            Status::Allowed { by } => (None, Some(GrantModel::new(by, secret))),
        };
        let refused = standing.refused.iter();
        StandingModel {
            status: (!standing.is_new()).then(|| standing.status.as_str()),
            baseline,
            suppression,
            refused: refused.map(|r| RefusalModel::new(r, secret)).collect(),
        }
    }
}

fn tool(grant: &Grant) -> Option<&'static str> {
    match grant.means {
        Means::ForeignComment(tool) => Some(tool),
        _ => None,
    }
}

/// Why the finding does not count, on one line for people; not yet safe for a terminal.
pub(super) fn told(finding: &Finding) -> String {
    let secret = &finding.secret;
    match &finding.standing.status {
        Status::New => String::new(),
        Status::Known { baseline } => format!("known from {baseline}"),
        Status::Allowed { by } => {
            let mut line = format!("allowed by {}", named(by));
            if !by.reason.is_empty() {
                line = format!("{line}: {}", one_line(&veiled(&by.reason, secret)));
            }
            if let Some(until) = by.until {
                line = format!("{line} (until {until})");
            }
            line
        }
    }
}

/// Words without effect, each on one line for people.
pub(super) fn refusals(finding: &Finding) -> impl Iterator<Item = String> {
    let secret = &finding.secret;
    finding.standing.refused.iter().map(move |refusal| {
        let why = one_line(&veiled(&refusal.why.describe(), secret));
        format!("{} has no effect: {why}", named(&refusal.grant))
    })
}

/// What it is and where.
fn named(grant: &Grant) -> String {
    let place = one_line(&grant.place);
    match grant.means {
        Means::Comment => format!("`stanch:allow` in {place}"),
        Means::ForeignComment(tool) => format!("the comment for {tool} in {place}"),
        Means::IgnoreFile | Means::Configuration | Means::Baseline | Means::Ledger => place,
    }
}
