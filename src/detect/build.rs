//! From rules to the parts of an engine: each rule compiled by itself, and what drives all of
//! them together.

use rayon::prelude::*;

use crate::detect::compile::{self, Compiled, EngineError, PatternRule, compile_rule};
use crate::detect::generic::Recogniser;
use crate::detect::index::Wanted;
use crate::detect::markings::Markings;
use crate::detect::numbers::sweep::Numbers;
use crate::rules::load::RuleSet;

/// The compiled rules.
pub(super) struct Built {
    /// By rule number, where the rule has a pattern.
    pub(super) patterns: Vec<Option<PatternRule>>,
    pub(super) recognisers: Vec<Recogniser>,
    pub(super) markings: Markings,
    pub(super) numbers: Option<Numbers>,
    /// What the index looks for.
    pub(super) literals: Vec<Wanted>,
}

/// Compiles `rules`.
///
/// # Errors
/// Every rule that cannot be used.
pub(super) fn build(rules: &RuleSet) -> Result<Built, Vec<EngineError>> {
    let compiled: Vec<Result<Compiled, EngineError>> = rules
        .rules
        .par_iter()
        .map(|rule| compile_rule(rule))
        .collect();
    let mut errors = Vec::new();
    let mut literals: Vec<Wanted> = Vec::new();
    let mut patterns = Vec::with_capacity(compiled.len());
    let mut recognisers = Vec::new();
    for (number, compiled) in compiled.into_iter().enumerate() {
        let mut own = None;
        match compiled {
            Ok(Compiled::Pattern(pattern)) => {
                literals.extend(pattern.wanted(number as u32));
                own = Some(*pattern);
            }
            Ok(Compiled::Recogniser(recogniser)) => recognisers.push(recogniser),
            Ok(Compiled::Marking(marking)) => {
                literals.extend(compile::phrase_literals(&marking, number as u32));
            }
            Ok(Compiled::Number | Compiled::FileName) => {}
            Err(error) => errors.push(error),
        }
        patterns.push(own);
    }
    recognisers.sort_unstable();
    recognisers.dedup();
    for (number, recogniser) in recognisers.iter().enumerate() {
        let owner = (rules.rules.len() + number) as u32;
        literals.extend(compile::trigger_literals(*recogniser, owner));
    }
    let numbers = Numbers::new(&rules.rules).unwrap_or_else(|(at, message)| {
        errors.push(EngineError::new(&rules.rules[at], message));
        None
    });
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(Built {
        patterns,
        recognisers,
        markings: Markings::new(&rules.rules),
        numbers,
        literals,
    })
}
