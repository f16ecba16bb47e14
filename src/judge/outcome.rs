//! What leaves the house: the account of each unit and of the whole run.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::base::content::{SkipReason, Status};
use crate::base::level::{Confidence, Severity};
use crate::base::provenance::Provenance;
use crate::judge::finding::{Finding, RuleInfo};
use crate::judge::status::{Means, Status as Standing};

/// Something that was not (wholly) examined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skip {
    /// The unit, or the part of it.
    pub provenance: Arc<Provenance>,
    /// Why.
    pub reason: SkipReason,
}

/// Units by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Examined to the last byte.
    pub scanned: u64,
    /// Examined in part.
    pub partial: u64,
    /// Out of scope by policy.
    pub skipped: u64,
    /// Not examined.
    pub failed: u64,
}

impl Tally {
    /// `count` units that ended alike.
    pub fn of(status: Status, count: u64) -> Tally {
        let mut tally = Tally::default();
        tally.add(status, count);
        tally
    }

    /// Adds `count` units that ended alike.
    pub fn add(&mut self, status: Status, count: u64) {
        *match status {
            Status::Scanned => &mut self.scanned,
            Status::Partial => &mut self.partial,
            Status::Skipped => &mut self.skipped,
            Status::Failed => &mut self.failed,
        } += count;
    }

    /// Adds another tally.
    pub fn join(&mut self, other: &Tally) {
        self.scanned += other.scanned;
        self.partial += other.partial;
        self.skipped += other.skipped;
        self.failed += other.failed;
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        self.scanned + self.partial + self.skipped + self.failed
    }
}

/// How one unit ended, or each of several that stand for one another's
/// neighbours in a pack and were read together.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Position of the unit in enumeration order, from zero.
    pub seq: u64,
    /// How the unit ended: the worst of them, if there are several.
    pub status: Status,
    /// How many ended how. The sum is one but for units read together.
    pub units: Tally,
    /// How the parts of containers and documents ended, at all levels.
    pub parts: Tally,
    /// Content bytes read.
    pub bytes: u64,
    /// Findings, sorted by place and rule, also those that do not count; those
    /// of parts after those of the container.
    pub findings: Vec<Finding>,
    /// Findings below the confidence that is shown.
    pub hidden: u64,
    /// Findings that the configuration declares harmless.
    pub allowed: u64,
    /// Findings on lines that were there before, where only new ones are asked for.
    pub elsewhere: u64,
    /// Matches that are no findings, because of others or of what is missing around them.
    pub dropped: u64,
    /// True when something was encoded, in any of its parts.
    pub decoded: bool,
    /// Units that were not examined again: an earlier scan did, and found nothing.
    pub reused: u64,
    /// What was not examined. Not empty unless the status is `Scanned`.
    pub skips: Vec<Skip>,
}

impl Outcome {
    /// The outcome of what has no content and counts as no unit.
    pub fn nothing() -> Outcome {
        Outcome {
            seq: 0,
            status: Status::Scanned,
            units: Tally::default(),
            parts: Tally::default(),
            bytes: 0,
            findings: Vec::new(),
            hidden: 0,
            allowed: 0,
            elsewhere: 0,
            dropped: 0,
            decoded: false,
            reused: 0,
            skips: Vec::new(),
        }
    }

    /// The outcome of a unit of which nothing was examined, for `reason`. Its
    /// `seq` is zero.
    pub fn unexamined(provenance: Provenance, reason: SkipReason) -> Outcome {
        Outcome::all_unexamined(provenance, reason, 1)
    }

    /// The same for `count` units at once.
    pub fn all_unexamined(provenance: Provenance, reason: SkipReason, count: u64) -> Outcome {
        let status = reason.status();
        Outcome {
            status,
            units: Tally::of(status, count),
            skips: vec![Skip {
                provenance: Arc::new(provenance),
                reason,
            }],
            ..Outcome::nothing()
        }
    }
}

/// Facts of a run that are known before it begins.
#[derive(Clone, Debug)]
pub struct RunInfo {
    /// Targets as the user named them.
    pub targets: Vec<String>,
    /// Every rule in force, sorted by id.
    pub rules: Vec<Arc<RuleInfo>>,
    /// Digest over the rule set, hexadecimal.
    pub rules_digest: String,
    /// Lowest confidence that is shown.
    pub min_confidence: Confidence,
    /// Lowest severity that makes the run fail.
    pub fail_on: Severity,
}

/// The account of a whole run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Units the source emitted. Always the sum of the next four.
    pub enumerated: u64,
    /// Units examined to the last byte.
    pub scanned: u64,
    /// Units examined in part.
    pub partial: u64,
    /// Units out of scope by policy.
    pub skipped: u64,
    /// Units that could not be examined.
    pub failed: u64,
    /// How the parts of containers and documents ended, at all levels.
    pub parts: Tally,
    /// Content bytes read.
    pub bytes: u64,
    /// Findings that count.
    pub findings: u64,
    /// Findings shown whose severity is at or above `fail_on`.
    pub failing: u64,
    /// Findings below the confidence that is shown.
    pub hidden: u64,
    /// Findings that the configuration declares harmless.
    pub allowed: u64,
    /// Findings that a baseline knows.
    pub known: u64,
    /// Findings that somebody allowed, by means; those of the configuration are not all kept.
    pub allowed_by: BTreeMap<&'static str, u64>,
    /// Findings on lines that were there before, where only new ones are asked for.
    pub elsewhere: u64,
    /// Units that were not examined again: an earlier scan did, and found nothing.
    /// They are among the scanned ones.
    pub reused: u64,
    /// Shown findings by severity.
    pub by_severity: BTreeMap<Severity, u64>,
    /// Skips by reason code.
    pub by_reason: BTreeMap<&'static str, u64>,
    /// True when the run was stopped before its end.
    pub interrupted: bool,
    /// Wall time; not part of machine reports that must be reproducible.
    pub elapsed: Duration,
}

impl Summary {
    /// Adds the end of a unit, or of several.
    pub fn add(&mut self, outcome: &Outcome, fail_on: Severity) {
        let units = &outcome.units;
        self.enumerated += units.total();
        self.scanned += units.scanned;
        self.partial += units.partial;
        self.skipped += units.skipped;
        self.failed += units.failed;
        self.parts.join(&outcome.parts);
        self.bytes += outcome.bytes;
        self.hidden += outcome.hidden;
        self.add_allowed(outcome.allowed);
        self.elsewhere += outcome.elsewhere;
        self.reused += outcome.reused;
        outcome
            .findings
            .iter()
            .for_each(|finding| self.add_finding(finding, fail_on));
        for skip in &outcome.skips {
            *self.by_reason.entry(skip.reason.code()).or_default() += 1;
        }
    }

    /// Adds findings that the configuration declares harmless, and that are not kept.
    pub fn add_allowed(&mut self, count: u64) {
        self.allowed += count;
        if count > 0 {
            let means = Means::Configuration.as_str();
            *self.allowed_by.entry(means).or_default() += count;
        }
    }

    /// Adds a finding: one that counts, or one that does not and is told all the same.
    pub fn add_finding(&mut self, finding: &Finding, fail_on: Severity) {
        match &finding.standing.status {
            Standing::New => {}
            Standing::Known { .. } => {
                self.known += 1;
                return;
            }
            Standing::Allowed { by } => {
                *self.allowed_by.entry(by.means.as_str()).or_default() += 1;
                return;
            }
        }
        self.findings += 1;
        self.failing += u64::from(finding.severity >= fail_on);
        *self.by_severity.entry(finding.severity).or_default() += 1;
    }

    /// The codes of the reasons why something in scope was not examined.
    pub fn open_reasons(&self) -> impl Iterator<Item = &'static str> {
        self.by_reason
            .keys()
            .copied()
            .filter(|code| !SkipReason::POLICY.contains(code))
    }

    /// True when everything in scope was examined.
    pub fn is_complete(&self) -> bool {
        self.partial == 0 && self.failed == 0 && !self.interrupted
    }
}
