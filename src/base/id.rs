//! Names and indices: rules and findings.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

/// A rule's public name, in kebab case, unique over all packs and never reused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct RuleId(pub Arc<str>);

impl RuleId {
    /// Makes an id of any text; the rule lint judges its form.
    pub fn new(id: &str) -> RuleId {
        RuleId(id.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Position of a rule in the compiled rule set it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleIdx(pub u32);

impl RuleIdx {
    /// The index as a `usize`, for slices.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Identity of a finding: the same secret under the same rule keeps it when
/// lines, files or commits move.
///
/// Written `st1:`, or `sf1:` where the file's name stands for a value that could
/// be guessed, and twelve hexadecimal digits or more. The derivation is keyed
/// and is described in `judge::key`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct FindingKey(pub String);

impl fmt::Display for FindingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
