//! What a scanner is told beside its rules.

use std::sync::Arc;

use crate::base::level::Confidence;
use crate::base::limits::Limits;
use crate::base::secret::Secret;
use crate::detect::generic::Learned;
use crate::detect::index::EnginePath;
use crate::judge::allow::Allowance;
use crate::judge::key::Keyer;
use crate::judge::reuse::Reuse;
use crate::judge::suppress::Comments;
use crate::register::index::Index;

/// Settings of a scanner beside its rules.
#[derive(Debug)]
pub struct ScanOptions {
    /// How literals are found.
    pub path: EnginePath,
    /// What a scan may spend on one unit.
    pub limits: Limits,
    /// Whether the learned score has a say in generic findings.
    pub learned: Learned,
    /// Derives finding keys.
    pub keyer: Keyer,
    /// What is declared harmless.
    pub allowance: Allowance,
    /// Which comments beside findings silence them.
    pub comments: Comments,
    /// Lowest confidence that is shown.
    pub min_confidence: Confidence,
    /// The index of protected documents, if there is one.
    pub register: Option<Arc<Index>>,
    /// URLs of the remotes of the repository that is scanned, or that a push goes to.
    pub remotes: Vec<String>,
    /// Passwords to try on encrypted members of containers.
    pub passwords: Vec<Secret>,
    /// Report a single value whatever the quantities say.
    pub counts_from_one: bool,
    /// Verdicts of earlier scans, if they count.
    pub reuse: Option<Reuse>,
}

impl Default for ScanOptions {
    fn default() -> ScanOptions {
        ScanOptions {
            path: EnginePath::default(),
            learned: Learned::default(),
            limits: Limits::default(),
            keyer: Keyer::new(None),
            allowance: Allowance::default(),
            comments: Comments::default(),
            min_confidence: Confidence::Medium,
            register: None,
            remotes: Vec::new(),
            passwords: Vec::new(),
            counts_from_one: false,
            reuse: None,
        }
    }
}
