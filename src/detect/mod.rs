//! From text to matches.

mod atoms;
mod build;
pub mod byte_set;
pub mod checks;
pub mod compile;
pub mod engine;
mod extracted;
pub mod frame;
pub mod frequency;
mod gates;
pub mod generic;
pub mod heads;
pub mod index;
pub mod literals;
pub mod markings;
pub mod numbers;
mod open;
pub mod pattern;
pub mod prefilter;
pub mod runs;
pub mod syntax;
mod windows;

use crate::base::evidence::Evidence;
use crate::base::id::RuleIdx;
use crate::base::level::Confidence;
use crate::base::span::Span;

/// A raw hit: a rule and where it matched. Owns nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    /// The rule.
    pub rule: RuleIdx,
    /// The whole match.
    pub span: Span,
    /// The secret inside it.
    pub secret: Span,
    /// What speaks for and against it.
    pub evidence: Evidence,
    /// How sure, after the checks that look at the text alone.
    pub confidence: Confidence,
}
