//! What a pattern's match must pass before it counts, one named step each.
//!
//! The steps look at the match and its close surroundings alone. Whatever they
//! drop is named, so that `stanch explain` and the oracle test can account for
//! every match of every pattern.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use crate::base::evidence::Evidence;
use crate::base::level::Confidence;
use crate::base::span::Span;
use crate::rules::file::OnMismatch;
use crate::rules::load::Rule;
use crate::rules::randomness::is_random;
use crate::rules::sample::surroundings;
use crate::rules::terms::{Refusal, Sighting, Terms};

/// The step that dropped a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DropStep {
    /// The file lies where the rule does not look.
    Path,
    /// None of the rule's keywords stands in the file.
    NoKeyword,
    /// The secret is one of the rule's harmless values.
    AllowedValue,
    /// The secret holds one of the rule's harmless words.
    AllowedWord,
    /// The secret is less random than the rule demands.
    Entropy,
    /// The secret has too few characters of a kind.
    Characters,
    /// One of the rule's exceptions covers the match.
    Except,
    /// The rule's filter is true of the match.
    Filter,
    /// None of the rule's words stands near.
    NothingNear,
    /// The rule's validator said no.
    Validator,
    /// A rule that must match in the same file does not.
    Alone,
    /// The rule only serves others that require it.
    Helper,
    /// The value belongs to another finding, and is told of there.
    Paired,
    /// A better finding covers the same place.
    Overlap,
    /// The place lies in something that is not a secret, such as a certificate.
    Shadow,
}

impl From<Refusal> for DropStep {
    fn from(refusal: Refusal) -> DropStep {
        match refusal {
            Refusal::Path => DropStep::Path,
            Refusal::Entropy => DropStep::Entropy,
            Refusal::Characters => DropStep::Characters,
            Refusal::Except => DropStep::Except,
            Refusal::Filter => DropStep::Filter,
        }
    }
}

impl DropStep {
    /// The step in words that go on from "it is dropped:".
    pub fn words(self) -> &'static str {
        match self {
            DropStep::Path => "the path is not one of `paths`, or one of `exclude-paths`",
            DropStep::NoKeyword => "none of `keywords` stands in the file",
            DropStep::AllowedValue => "the value is one of `allow.values`",
            DropStep::AllowedWord => "the value holds one of `allow.words`",
            DropStep::Entropy => "the value is less random than the rule demands",
            DropStep::Characters => "the value has too few of `characters`",
            DropStep::Except => "`except` covers it",
            DropStep::Filter => "`filter` is true of it",
            DropStep::NothingNear => "none of the `near` words stands near it",
            DropStep::Validator => "the validator says no",
            DropStep::Alone => "what the rule `requires` is not there",
            DropStep::Helper => "the rule only serves others",
            DropStep::Paired => "it belongs to another finding, which tells of it",
            DropStep::Overlap => "a better finding covers it",
            DropStep::Shadow => "it stands in something that is not a secret",
        }
    }
}

/// Where a match stands.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The file's path with forward slashes, if there is one.
    pub path: Option<&'a str>,
    /// The text.
    pub text: &'a [u8],
    /// The whole match.
    pub span: Span,
    /// The secret in it.
    pub secret: Span,
}

/// The compiled side of a rule's checks.
#[derive(Debug, Default)]
pub struct Checks {
    near: OnceLock<Option<AhoCorasick>>,
    words: OnceLock<Option<AhoCorasick>>,
}

impl Checks {
    /// What speaks for a match of `rule`, or the step that drops it.
    ///
    /// # Errors
    /// The step.
    pub fn pass(&self, rule: &Rule, place: &Place<'_>) -> Result<(Evidence, Confidence), DropStep> {
        let &Place {
            text, span, secret, ..
        } = place;
        if let Some(refusal) = rule.terms().and_then(|terms| refuse(terms, place)) {
            return Err(refusal.into());
        }
        let value = secret.of(text);
        if rule.allow.values.iter().any(|v| v.as_bytes() == value) {
            return Err(DropStep::AllowedValue);
        }
        if has_word(&self.words, &rule.allow.words, value) {
            return Err(DropStep::AllowedWord);
        }
        let mut evidence = Evidence::PROVIDER_SHAPE;
        if let Some(lowest) = rule.min_entropy {
            if entropy(value) < lowest {
                return Err(DropStep::Entropy);
            }
            evidence |= Evidence::HIGH_ENTROPY;
        }
        if let Some(alphabet) = rule.random {
            if !is_random(alphabet, value) {
                return Err(DropStep::Entropy);
            }
            evidence |= Evidence::HIGH_ENTROPY;
        }
        if rule
            .terms()
            .is_some_and(|terms| terms.entropy_over.is_some())
        {
            evidence |= Evidence::HIGH_ENTROPY;
        }
        if let Some(near) = &rule.near {
            let around = surroundings(near, text, span.start..span.end);
            if !has_word(&self.near, &near.words, &text[around]) {
                return Err(DropStep::NothingNear);
            }
            evidence |= Evidence::KEYWORD_NEAR;
        }
        validate(rule, value, evidence)
    }
}

fn refuse(terms: &Terms, place: &Place<'_>) -> Option<Refusal> {
    terms.refuse(&Sighting {
        path: place.path,
        text: place.text,
        span: place.span.start..place.span.end,
        secret: place.secret.start..place.secret.end,
    })
}

fn validate(
    rule: &Rule,
    value: &[u8],
    evidence: Evidence,
) -> Result<(Evidence, Confidence), DropStep> {
    let Some(validator) = rule.validate else {
        return Ok((evidence, rule.confidence));
    };
    let (valid, wrong) = if validator.checksum {
        (Evidence::CHECKSUM_VALID, Evidence::CHECKSUM_WRONG)
    } else {
        (Evidence::STRUCTURE_VALID, Evidence::STRUCTURE_WRONG)
    };
    if (validator.check)(value) {
        return Ok((evidence | valid, rule.confidence));
    }
    match rule.on_mismatch {
        OnMismatch::Drop => Err(DropStep::Validator),
        OnMismatch::Lower => Ok((evidence | wrong, Confidence::Low)),
        OnMismatch::Medium => Ok((evidence | wrong, Confidence::Medium)),
    }
}

/// True when one of `words` stands in `text`, whatever its case.
fn has_word(compiled: &OnceLock<Option<AhoCorasick>>, words: &[String], text: &[u8]) -> bool {
    if words.is_empty() {
        return false;
    }
    let automaton = compiled.get_or_init(|| {
        AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(words)
            .ok()
    });
    automaton
        .as_ref()
        .is_some_and(|automaton| automaton.is_match(text))
}

/// Shannon entropy of `value`, in bits per byte.
#[expect(
    clippy::cast_precision_loss,
    reason = "values are far shorter than 2^52 bytes"
)]
pub fn entropy(value: &[u8]) -> f64 {
    if value.is_empty() {
        return 0.0;
    }
    let mut counts = [0u32; 256];
    for &byte in value {
        counts[usize::from(byte)] += 1;
    }
    let total = value.len() as f64;
    counts
        .iter()
        .filter(|&&n| n > 0)
        .map(|&n| {
            let share = f64::from(n) / total;
            -share * share.log2()
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_counts_bits_per_byte() {
        assert!(entropy(b"aaaa").abs() < 1e-9);
        assert!((entropy(b"abcd") - 2.0).abs() < 1e-9);
        assert!(entropy(b"").abs() < 1e-9);
    }
}
