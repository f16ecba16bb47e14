//! Rules tried on their own examples, with everything a scan does to a file.
//!
//! The lint tries each rule alone and plainly; here all rules run together, so
//! that an example which another rule takes away is told.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::base::evidence::Evidence;
use crate::base::id::{RuleId, RuleIdx};
use crate::base::level::Confidence;
use crate::base::limits::Limits;
use crate::detect::Match;
use crate::detect::checks::DropStep;
use crate::detect::compile::{EngineError, Plan};
use crate::detect::engine::Engine;
use crate::detect::frame::{Carry, Drop, Found, Frame, Scratch};
use crate::detect::generic::FileKind;
use crate::detect::index::EnginePath;
use crate::judge::finding::Finding;
use crate::rules::load::{Rule, RuleKind, RuleSet};
use crate::scan::scanner::{ScanOptions, Scanner};

/// What the examples' file is called; the name says nothing about its syntax.
const NAME: &str = "text";

/// All rules, ready to be tried.
#[derive(Debug)]
pub struct Bench {
    rules: Vec<Arc<Rule>>,
    scanner: Scanner,
    engine: Engine,
}

/// How a rule did on its examples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// Match examples that gave a finding of the rule.
    pub matching: Score,
    /// Ignore examples that gave none.
    pub ignore: Score,
    /// Everything that went wrong, in the order of the examples.
    pub failures: Vec<Failure>,
}

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Examples that did what they should.
    pub passed: usize,
    /// All examples.
    pub of: usize,
}

/// An example that did not do what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Its place in the rule's list, from one.
    pub number: usize,
    /// What happened.
    pub what: What,
}

/// What happened to an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A match example gave no finding of its rule.
    NotFound(Why),
    /// A match example gave a finding that is less sure than the rule says,
    /// without a failed check that explains it.
    Unsure(Confidence),
    /// A match example was found as it stands, but not as UTF-16.
    NotFoundWide,
    /// An ignore example gave a finding of its rule.
    Found(Confidence),
}

/// Why there is no finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The rule's pattern or recogniser sees nothing.
    NoMatch,
    /// A step of the rule dropped the match.
    Dropped(DropStep),
    /// Findings of other rules took its place.
    Instead(Vec<RuleId>),
}

impl Trial {
    /// True when every example did what it should.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

impl Bench {
    /// Compiles `rules` twice, as a scanner and as a bare engine that tells why.
    ///
    /// # Errors
    /// Every rule whose pattern cannot be used.
    pub fn new(rules: &RuleSet) -> Result<Bench, Vec<EngineError>> {
        let options = ScanOptions {
            // What a rule for encoded tokens finds, decoding finds, too.
            limits: Limits {
                decode: 0,
                ..Limits::default()
            },
            min_confidence: Confidence::Low,
            counts_from_one: true,
            ..ScanOptions::default()
        };
        Ok(Bench {
            rules: rules.rules.clone(),
            scanner: Scanner::new(rules, options)?,
            engine: Engine::new(rules, EnginePath::default())?,
        })
    }

    /// The rules, in index order.
    pub fn rules(&self) -> &[Arc<Rule>] {
        &self.rules
    }

    /// How the engine looks for `rule`.
    pub fn plan(&self, rule: RuleIdx) -> Plan {
        self.engine.plan(rule)
    }

    /// Tries `rule` on all its examples.
    pub fn trial(&self, rule: RuleIdx) -> Trial {
        let examples = &self.rules[rule.index()].examples;
        let mut failures = Vec::new();
        let matching = score(&examples.matching, &mut failures, |text| {
            self.matching(rule, text)
        });
        let ignore = score(&examples.ignore, &mut failures, |text| {
            let finding = self.finding(rule, text.as_bytes()).ok()?;
            Some(What::Found(finding.confidence))
        });
        Trial {
            matching,
            ignore,
            failures,
        }
    }

    /// What the rule called `id` finds in its match examples, the surest of each.
    pub fn found_in_examples(&self, id: &str) -> Vec<Finding> {
        let rule = self.rules.iter().zip(0..).find(|(rule, _)| rule.id() == id);
        let Some((rule, number)) = rule else {
            return Vec::new();
        };
        let found = rule.examples.matching.iter();
        found
            .filter_map(|text| self.finding(RuleIdx(number), text.as_bytes()).ok())
            .collect()
    }

    /// Rules that know a value's form, as the rule called `id` does, and match
    /// `text` where that one does.
    pub fn rivals(&self, id: &str, text: &str) -> Vec<RuleId> {
        let matches = self.detected(NAME, text.as_bytes()).0.matches;
        let rule = |found: &Match| &self.rules[found.rule.index()];
        let own: Vec<&Match> = matches.iter().filter(|m| rule(m).id() == id).collect();
        let knows = |rule: &Rule| {
            let generic = rule.terms().is_some_and(|terms| terms.generic);
            matches!(rule.kind, RuleKind::Pattern { .. }) && !generic
        };
        let rival = |found: &&Match| {
            rule(found).id() != id
                && knows(rule(found))
                && own.iter().any(|own| own.secret.overlaps(found.secret))
        };
        let mut ids: Vec<RuleId> = matches
            .iter()
            .filter(rival)
            .map(|found| rule(found).info.id.clone())
            .collect();
        ids.sort();
        ids.dedup();
        ids
    }

    /// What the bare engine matches in `bytes`, and what its steps drop.
    fn detected(&self, name: &str, bytes: &[u8]) -> (Found, Vec<Drop>) {
        let mut scratch = Scratch::default();
        scratch.drops = Some(Vec::new());
        let mut found = Found::default();
        let frame = Frame::whole(bytes, FileKind::of(Path::new(name)));
        let mut carry = Carry::at(Path::new(name));
        self.engine
            .detect(&frame, &mut carry, &mut scratch, &mut found);
        (found, scratch.drops.unwrap_or_default())
    }

    /// The path of the rule's examples.
    fn name(&self, rule: RuleIdx) -> &str {
        let path = self.rules[rule.index()].examples.path.as_deref();
        path.unwrap_or(NAME)
    }

    /// What is wrong with a match example of a rule that gives no findings.
    fn helping(&self, rule: RuleIdx, text: &str) -> Option<What> {
        let (found, drops) = self.detected(self.name(rule), text.as_bytes());
        if found.matches.iter().any(|found| found.rule == rule) {
            return None;
        }
        let step = drops.into_iter().find(|drop| drop.rule == rule);
        Some(What::NotFound(
            step.map_or(Why::NoMatch, |drop| Why::Dropped(drop.step)),
        ))
    }

    fn matching(&self, rule: RuleIdx, text: &str) -> Option<What> {
        let terms = self.rules[rule.index()].terms();
        if terms.is_some_and(|terms| terms.helper) {
            return self.helping(rule, text);
        }
        match self.finding(rule, text.as_bytes()) {
            Err(others) => Some(What::NotFound(self.why(rule, text.as_bytes(), others))),
            Ok(finding) if unsure(&self.rules[rule.index()], &finding) => {
                Some(What::Unsure(finding.confidence))
            }
            // Wide text is searched where its characters are those of Latin scripts.
            Ok(_) if text.chars().any(|c| u32::from(c) > 0xFF) => None,
            Ok(_) => {
                let wide = self.finding(rule, &utf16le(text));
                let found = wide.is_ok_and(|finding| finding.decoded.is_some());
                (!found).then_some(What::NotFoundWide)
            }
        }
    }

    /// The finding of `rule` in `bytes`, or the rules of all the others.
    fn finding(&self, rule: RuleIdx, bytes: &[u8]) -> Result<Finding, Vec<RuleId>> {
        let info = &self.rules[rule.index()].info;
        let findings = self.scanner.scan_bytes(self.name(rule), bytes).findings;
        let mut others: Vec<RuleId> = findings.iter().map(|f| f.rule.id.clone()).collect();
        others.dedup();
        let own = findings.into_iter().filter(|f| f.rule.id == info.id);
        own.max_by_key(|f| f.confidence).ok_or(others)
    }

    fn why(&self, rule: RuleIdx, bytes: &[u8], others: Vec<RuleId>) -> Why {
        let (found, drops) = self.detected(self.name(rule), bytes);
        let mut drops = drops.into_iter();
        if found.matches.iter().any(|m| m.rule == rule) {
            if others.is_empty() {
                Why::Dropped(DropStep::Shadow)
            } else {
                Why::Instead(others)
            }
        } else if let Some(drop) = drops.find(|drop| drop.rule == rule) {
            Why::Dropped(drop.step)
        } else {
            Why::NoMatch
        }
    }
}

fn utf16le(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Tries every example; `wrong` says what is wrong with one.
fn score(
    examples: &[String],
    failures: &mut Vec<Failure>,
    wrong: impl Fn(&str) -> Option<What>,
) -> Score {
    let before = failures.len();
    for (position, text) in examples.iter().enumerate() {
        if let Some(what) = wrong(text) {
            let number = position + 1;
            failures.push(Failure { number, what });
        }
    }
    Score {
        passed: examples.len() - (failures.len() - before),
        of: examples.len(),
    }
}

/// True when the finding is less sure than its rule and no failed check says why.
/// Recognisers weigh their evidence themselves.
fn unsure(rule: &Rule, finding: &Finding) -> bool {
    let failed = Evidence::CHECKSUM_WRONG | Evidence::STRUCTURE_WRONG;
    matches!(rule.kind, RuleKind::Pattern { .. })
        && finding.confidence < rule.confidence
        && !finding.evidence.any(failed)
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.number;
        match &self.what {
            What::NotFound(why) => write!(f, "match {number}: not found: {why}"),
            What::NotFoundWide => write!(f, "match {number}: not found as UTF-16"),
            What::Unsure(level) => {
                write!(f, "match {number}: found with confidence {level} only")
            }
            What::Found(level) => write!(f, "ignore {number}: found, with confidence {level}"),
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::NoMatch => f.write_str("nothing in it matches"),
            Why::Dropped(step) => f.write_str(step.words()),
            Why::Instead(others) => {
                let others: Vec<&str> = others.iter().map(RuleId::as_str).collect();
                write!(f, "reported as {}", others.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told of the one rule of a file with these lines added.
    fn told(examples: &str) -> Vec<String> {
        let file = format!(
            "provider = 'acme'\ntitle = 'Acme'\n[[rule]]\nid = 'acme-key'\ntitle = 'Key'\n\
             class = 'secret'\nseverity = 'high'\nconfidence = 'high'\nsince = '0.1.0'\n\
             why = 'Opens doors.'\nremedy = 'Revoke it.'\nmin-entropy = 2.0\n\
             near = {{ words = ['door'] }}\nallow = {{ words = ['sample'] }}\n\
             pattern = '\\b(acme_[a-z0-9]{{10}})\\b'\n{examples}\n"
        );
        let rules = RuleSet::of(&[("acme.toml", &file)]).unwrap();
        let trial = Bench::new(&rules).unwrap().trial(RuleIdx(0));
        assert_eq!(trial.passed(), trial.failures.is_empty());
        trial.failures.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn good_examples_pass() {
        let good = "examples.match = ['door acme_{+}q1w2e3r4t5']\n\
             examples.ignore = ['door acme_q1w2', 'acme_{+}q1w2e3r4t5']";
        assert_eq!(told(good), Vec::<String>::new());
    }

    #[test]
    fn the_reason_of_each_failure_is_told() {
        for (text, reason) in [
            ("door acme_q1w2", "nothing in it matches"),
            (
                "door acme_{+}0000000000",
                "the value is less random than the rule demands",
            ),
            (
                "acme_{+}q1w2e3r4t5",
                "none of the `near` words stands near it",
            ),
            (
                "door acme_{+}samplex1y2",
                "the value holds one of `allow.words`",
            ),
        ] {
            let failures = told(&format!("examples.match = ['{text}']"));
            assert_eq!(failures, [format!("match 1: not found: {reason}")]);
        }
    }

    #[test]
    fn an_ignore_example_that_is_found_is_told() {
        let failures = told("examples.ignore = ['x', 'door acme_{+}q1w2e3r4t5']");
        assert_eq!(failures, ["ignore 2: found, with confidence high"]);
    }

    #[test]
    fn a_rule_that_loses_its_example_is_told_the_winner() {
        let rule = |id: &str, pattern: &str, examples: &str| {
            format!(
                "[[rule]]\nid = 'acme-{id}'\ntitle = 'Key'\nclass = 'secret'\nseverity = 'high'\n\
                 confidence = 'high'\nsince = '0.1.0'\nwhy = 'Opens doors.'\nremedy = 'Revoke it.'\n\
                 pattern = '{pattern}'\n{examples}\n"
            )
        };
        let file = "provider = 'acme'\ntitle = 'Acme'\n".to_owned()
            + &rule("long", "acme_[a-z0-9]{12}", "")
            + &rule(
                "short",
                "acme_[a-z0-9]{10}",
                "examples.match = ['acme_{+}q1w2e3r4t5y6']",
            );
        let rules = RuleSet::of(&[("acme.toml", &file)]).unwrap();
        let trial = Bench::new(&rules).unwrap().trial(RuleIdx(1));
        let told: Vec<String> = trial.failures.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["match 1: not found: reported as acme-long"]);
    }
}
