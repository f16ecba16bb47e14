//! What people are told of a rule.

use crate::base::id::RuleId;
use crate::base::level::{Class, Severity};

/// What reports need to know of a rule. Shared by all findings of the rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleInfo {
    /// The rule's id.
    pub id: RuleId,
    /// Ids that it had before, the first one first.
    pub formerly: Vec<RuleId>,
    /// True when it is on trial.
    pub preview: bool,
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

impl RuleInfo {
    /// All ids that mean the rule: its own and those that it had before.
    pub fn ids(&self) -> impl Iterator<Item = &RuleId> {
        std::iter::once(&self.id).chain(&self.formerly)
    }

    /// The id that findings are identified by: the first that the rule ever had,
    /// so that a rule with a new name finds nothing new.
    pub fn lasting_id(&self) -> &RuleId {
        self.formerly.first().unwrap_or(&self.id)
    }
}
