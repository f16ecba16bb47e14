//! Whether a rule fires on a text, decided slowly and plainly.
//!
//! The lint judges examples with it. It knows the rule's own conditions
//! (pattern, check, entropy, surroundings, allowed values) and none of the
//! engine's shortcuts.

use std::ops::Range;

use regex::bytes::{Captures, Regex, RegexBuilder};

use crate::rules::file::{Allow, Capture, Near, OnMismatch};
use crate::rules::load::{Rule, RuleKind};
use crate::rules::terms::{Refusal, Sighting, Terms};
use crate::rules::validate::Validator;

/// A pattern rule made ready to judge texts.
pub struct Sample<'a> {
    regex: Regex,
    secret_group: usize,
    validate: Option<&'static Validator>,
    on_mismatch: OnMismatch,
    min_entropy: Option<f64>,
    near: Option<&'a Near>,
    allow: &'a Allow,
    terms: Option<&'a Terms>,
    path: Option<&'a str>,
}

impl<'a> Sample<'a> {
    /// Compiles `rule`; none for a recogniser.
    ///
    /// # Errors
    /// The pattern is wrong or too large.
    pub fn new(rule: &'a Rule) -> Result<Option<Sample<'a>>, regex::Error> {
        let RuleKind::Pattern {
            pattern,
            secret_group,
        } = &rule.kind
        else {
            return Ok(None);
        };
        Ok(Some(Sample {
            regex: compile(pattern)?,
            secret_group: *secret_group,
            validate: rule.validate,
            on_mismatch: rule.on_mismatch,
            min_entropy: rule.min_entropy,
            near: rule.near.as_ref(),
            allow: &rule.allow,
            terms: rule.terms(),
            path: rule.examples.path.as_deref(),
        }))
    }

    /// Where the secrets stand that the rule finds in `text`.
    pub fn fires_on(&self, text: &[u8]) -> Vec<Range<usize>> {
        let found = self.regex.captures_iter(text).filter_map(|captures| {
            let whole = captures.get(0)?.range();
            let secret = self.secret(text, &captures)?;
            self.accepts(text, whole, secret.clone()).then_some(secret)
        });
        found.collect()
    }

    fn secret(&self, text: &[u8], captures: &Captures<'_>) -> Option<Range<usize>> {
        let whole = captures.get(0)?.range();
        if self.terms.map(|terms| terms.capture) == Some(Capture::First) {
            let groups = captures.iter().skip(1).flatten();
            let mut filled = groups.map(|group| group.range()).filter(|g| !g.is_empty());
            return filled.next().or(Some(trimmed(text, whole)));
        }
        // A group that took no part leaves the whole match.
        let group = captures.get(self.secret_group);
        Some(group.map_or(whole, |group| group.range()))
    }

    fn accepts(&self, text: &[u8], whole: Range<usize>, secret: Range<usize>) -> bool {
        let value = &text[secret.clone()];
        let checked = self.on_mismatch != OnMismatch::Drop
            || self
                .validate
                .is_none_or(|validator| (validator.check)(value));
        checked
            && self.min_entropy.is_none_or(|least| entropy(value) >= least)
            && self
                .near
                .is_none_or(|near| stands_near(near, text, whole.clone()))
            && !allowed(self.allow, value)
            && self.terms.is_none_or(|terms| {
                let sighting = Sighting {
                    path: self.path,
                    text,
                    span: whole.clone(),
                    secret: secret.clone(),
                };
                let refusal = terms.refuse(&sighting);
                // Examples without a path are judged by their text.
                let lost = self.path.is_none() && refusal == Some(Refusal::Path);
                refusal.is_none() || lost
            })
    }
}

/// Compiles a pattern as every part of the product does.
///
/// # Errors
/// The pattern is wrong or too large.
pub fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern)
        .unicode(false)
        .multi_line(true)
        .size_limit(64 << 20)
        .dfa_size_limit(16 << 20)
        .build()
}

/// Shannon entropy of `bytes`, in bits per byte.
pub fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for &byte in bytes {
        counts[usize::from(byte)] += 1;
    }
    let total = f64::from(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
    let bits = |count: u32| {
        let share = f64::from(count) / total;
        -share * share.log2()
    };
    counts
        .into_iter()
        .filter(|&count| count > 0)
        .map(bits)
        .sum()
}

fn stands_near(near: &Near, text: &[u8], whole: Range<usize>) -> bool {
    let around = &text[surroundings(near, text, whole)];
    near.words.iter().any(|word| holds(around, word))
}

/// Where the words of `near` may stand for a match at `whole`.
pub fn surroundings(near: &Near, text: &[u8], whole: Range<usize>) -> Range<usize> {
    let mut start = whole.start.saturating_sub(near.within);
    let mut end = whole.end.saturating_add(near.within).min(text.len());
    if let Some(lines) = near.lines {
        let mut feeds = memchr::memrchr_iter(b'\n', &text[start..whole.start]);
        start = feeds.nth(lines).map_or(start, |at| start + at + 1);
        let mut feeds = memchr::memchr_iter(b'\n', &text[whole.end..end]);
        end = feeds.nth(lines).map_or(end, |at| whole.end + at);
    }
    start..end
}

/// `whole` without the line feeds at its ends.
pub fn trimmed(text: &[u8], whole: Range<usize>) -> Range<usize> {
    let feed = |at: &usize| text[*at] != b'\n';
    let start = whole.clone().find(feed).unwrap_or(whole.end);
    let end = whole.clone().rfind(feed).map_or(start, |at| at + 1);
    start..end
}

fn allowed(allow: &Allow, value: &[u8]) -> bool {
    allow
        .values
        .iter()
        .any(|harmless| harmless.as_bytes() == value)
        || allow.words.iter().any(|word| holds(value, word))
}

/// True when `text` holds `word`, in any case.
fn holds(text: &[u8], word: &str) -> bool {
    word.is_empty()
        || text
            .windows(word.len())
            .any(|at| at.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::load::RuleSet;

    fn fires(keys: &str, text: &str) -> bool {
        let file = format!(
            "provider = 'acme'\ntitle = 'Acme'\n[[rule]]\nid = 'acme-key'\ntitle = 'Key'\n\
             class = 'secret'\nseverity = 'high'\nconfidence = 'high'\nsince = '0.1.0'\n\
             why = 'Opens doors.'\nremedy = 'Revoke it.'\n\
             pattern = '\\b(acme_[a-z0-9]{{10}})\\b'\n{keys}\n"
        );
        let set = RuleSet::of(&[("acme.toml", &file)]).unwrap();
        let sample = Sample::new(&set.rules[0]).unwrap().unwrap();
        !sample.fires_on(text.as_bytes()).is_empty()
    }

    #[test]
    fn every_condition_counts() {
        let text = "cellar\nroof\nKey acme_0123456789\ngate\nhatch";
        for (keys, expected) in [
            ("", true),
            ("min-entropy = 3.0", true),
            ("min-entropy = 5.0", false),
            ("near = { words = ['KEY'] }", true),
            ("near = { words = ['door'] }", false),
            ("near = { words = ['key'], within = 2 }", false),
            ("near = { words = ['key'], lines = 0 }", true),
            ("near = { words = ['gate'], lines = 0 }", false),
            ("near = { words = ['gate'], lines = 1 }", true),
            ("near = { words = ['hatch'], lines = 1 }", false),
            ("near = { words = ['roof'], lines = 1 }", true),
            ("near = { words = ['cellar'], lines = 1 }", false),
            ("allow.values = ['acme_{+}0123456789']", false),
            ("allow.values = ['acme_{+}012345678']", true),
            ("allow.words = ['CME_0']", false),
        ] {
            assert_eq!(fires(keys, text), expected, "{keys}");
        }
        assert!(!fires("", "acme_01234567890"));
    }

    #[test]
    fn entropy_is_in_bits_per_byte() {
        assert!(entropy(b"aaaa").abs() < 1e-9);
        assert!((entropy(b"abcd") - 2.0).abs() < 1e-9);
        assert!(entropy(b"").abs() < 1e-9);
    }
}
