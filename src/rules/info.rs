//! What people are told of a rule.

use crate::base::id::RuleId;
use crate::base::level::{Class, Severity};

/// What reports need to know of a rule. Shared by all findings of the rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleInfo {
    /// The rule's id.
    pub id: RuleId,
    /// Name for people.
    pub title: String,
    /// Machine name of its provider or theme.
    pub provider: String,
    /// What sort of thing it finds.
    pub class: Class,
    /// How bad a leak is.
    pub severity: Severity,
    /// Why it matters.
    pub why: String,
    /// What to do.
    pub remedy: String,
    /// Where to read more.
    pub references: Vec<String>,
}
