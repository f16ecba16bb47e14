//! The loop over a text: stops at runs of letters and digits that hold a digit,
//! and asks which rules have a number there.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::columns::{Cursor, Head};
use super::context::{Context, Words};
use super::forms::{self, Form};
use super::{LINE, RuleBits};
use crate::base::evidence::Evidence;
use crate::base::id::RuleIdx;
use crate::base::level::Confidence;
use crate::base::span::Span;
use crate::detect::Match;
use crate::detect::frame::{Carry, Found, Frame};
use crate::rules::file::Number;
use crate::rules::load::{Rule, RuleKind};

/// Longest run of letters and digits that a form may begin with.
const RUN: usize = 40;
/// The entry of the carry that tells where the last number ended.
const DONE: u32 = u32::MAX;
/// Bytes looked at beside a number for a neighbour that it belongs to.
const NEIGHBOUR: usize = 40;

/// The rules for numbers, ready to run.
#[derive(Debug)]
pub struct Numbers {
    rules: Vec<NumberRule>,
    words: Words,
    /// Forms by the length of the run that the search stops at.
    by_run: Vec<Vec<Entry>>,
}

#[derive(Debug)]
struct NumberRule {
    idx: RuleIdx,
    rule: Arc<Rule>,
    /// How sure a telling form without a word is: in one piece, and in groups.
    alone: (Confidence, Confidence),
    samples: Vec<Vec<u8>>,
}

#[derive(Debug)]
struct Entry {
    rule: usize,
    form: Form,
    telling: bool,
}

/// A thread's working memory.
#[derive(Debug, Default)]
pub struct Memory {
    context: Context,
}

/// How often a form stood where no word named it, and how often the checksum
/// agreed: random numbers pass one time in ten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// Numbers of one of the rule's forms.
    pub tried: u64,
    /// Those whose checksum is right.
    pub passed: u64,
}

/// A number that a rule knows.
#[derive(Clone, Copy)]
struct Candidate {
    rule: usize,
    span: Span,
    evidence: Evidence,
    confidence: Confidence,
}

impl Numbers {
    /// Compiles those of `rules` that look for numbers; none if there are none.
    ///
    /// # Errors
    /// The position of a rule that cannot be used, and why.
    pub fn new(rules: &[Arc<Rule>]) -> Result<Option<Numbers>, (usize, String)> {
        let mut numbers = Vec::new();
        let mut by_run: Vec<Vec<Entry>> = (0..=RUN).map(|_| Vec::new()).collect();
        let mut words = Vec::new();
        for (at, rule) in rules.iter().enumerate() {
            let RuleKind::Number(number) = &rule.kind else {
                continue;
            };
            if numbers.len() == RuleBits::MOST {
                return Err((at, "there are too many rules for numbers".into()));
            }
            let own = numbers.len();
            for (written, telling) in (number.telling.iter().map(|form| (form, true)))
                .chain(number.forms.iter().map(|form| (form, false)))
            {
                for form in forms::expand(written).map_err(|error| (at, error.to_string()))? {
                    let Some(list) = by_run.get_mut(form.run) else {
                        return Err((at, format!("form `{written}` begins with too long a run")));
                    };
                    list.push(Entry {
                        rule: own,
                        form,
                        telling,
                    });
                }
            }
            words.extend(number.words.iter().map(|word| (own, word.as_str())));
            numbers.push(NumberRule {
                idx: RuleIdx(at as u32),
                rule: Arc::clone(rule),
                alone: alone(number),
                samples: number.samples.iter().map(|s| bare(s.as_bytes())).collect(),
            });
        }
        if numbers.is_empty() {
            return Ok(None);
        }
        let words = Words::new(words).map_err(|error| (0, error.to_string()))?;
        Ok(Some(Numbers {
            rules: numbers,
            words,
            by_run,
        }))
    }

    /// Appends the numbers of `frame` to `out`.
    pub fn sweep(
        &self,
        frame: &Frame<'_>,
        carry: &mut Carry,
        memory: &mut Memory,
        out: &mut Found,
    ) {
        let text = frame.text;
        let look = || Head::of(text, &self.words).map(Arc::new);
        let head = carry.head.get_or_init(look).clone();
        memory.context.clear();
        let mut place = Asked {
            numbers: self,
            text,
            context: &mut memory.context,
            head: head.as_deref(),
            cursor: Cursor::default(),
            tried: &mut out.tried,
        };
        let before = carry.get(DONE);
        let mut done = before;
        let mut at = frame.new.start;
        while let Some(run) = next_run(text, at) {
            if run.start >= frame.new.end {
                break;
            }
            at = run.end;
            // A run that began before belongs to the window before.
            if run.start < frame.new.start || run.len() > RUN {
                continue;
            }
            if let Some(candidate) = place.best(run, done) {
                done = candidate.span.end;
                out.matches.push(Match {
                    rule: self.rules[candidate.rule].idx,
                    span: candidate.span,
                    secret: candidate.span,
                    evidence: candidate.evidence,
                    confidence: candidate.confidence,
                });
            }
        }
        if done != before {
            carry.set(DONE, done);
        }
    }
}

/// What is asked about one text.
struct Asked<'a> {
    numbers: &'a Numbers,
    text: &'a [u8],
    context: &'a mut Context,
    head: Option<&'a Head>,
    cursor: Cursor,
    tried: &'a mut BTreeMap<u32, Tried>,
}

impl Asked<'_> {
    /// The best number whose first run with a digit is `run` and that begins at
    /// `done` or later.
    fn best(&mut self, run: Span, done: usize) -> Option<Candidate> {
        let mut best: Option<Candidate> = None;
        let mut named = None;
        let numbers = self.numbers;
        for entry in &numbers.by_run[run.len()] {
            let form = &entry.form;
            let Some(start) = run.start.checked_sub(form.lead) else {
                continue;
            };
            let span = Span::new(start, start + form.len());
            if start < done
                || !form.fits(span.of(self.text))
                || !stands_alone(self.text, span, form)
            {
                continue;
            }
            let (near, head) = *named.get_or_insert_with(|| self.names(run));
            let evidence = names(near, head, entry.rule);
            if evidence == Evidence::NONE && !entry.telling {
                continue;
            }
            let Some(candidate) = self.check(entry, span, evidence) else {
                continue;
            };
            if best.is_none_or(|best| rank(&candidate) > rank(&best)) {
                best = Some(candidate);
            }
        }
        best
    }

    /// The rules named near the number that `run` belongs to, and at the head of its column.
    fn names(&mut self, run: Span) -> (RuleBits, RuleBits) {
        let near = self.context.near(&self.numbers.words, self.text, run);
        let head = match self.head {
            Some(head) => self.cursor.rules(head, self.text, run.start),
            None => RuleBits::default(),
        };
        (near, head)
    }

    /// Computes whether the text at `span` is a number of the rule.
    fn check(&mut self, entry: &Entry, span: Span, named: Evidence) -> Option<Candidate> {
        let NumberRule {
            idx,
            rule,
            alone,
            samples,
        } = &self.numbers.rules[entry.rule];
        let value = span.of(self.text);
        let valid = rule
            .validate
            .is_none_or(|validator| (validator.check)(value));
        if rule.validate.is_some_and(|validator| validator.checksum) && named == Evidence::NONE {
            let tried = self.tried.entry(idx.0).or_default();
            tried.tried += 1;
            tried.passed += u64::from(valid);
        }
        if !valid || rule.allow.values.iter().any(|v| v.as_bytes() == value) {
            return None;
        }
        let mut evidence = named;
        if let Some(validator) = rule.validate {
            evidence |= if validator.checksum {
                Evidence::CHECKSUM_VALID
            } else {
                Evidence::STRUCTURE_VALID
            };
        }
        let mut confidence = match named {
            Evidence::NONE if entry.form.is_grouped() => alone.1,
            Evidence::NONE => alone.0,
            _ => rule.confidence,
        };
        if samples.contains(&bare(value)) || is_made_up(value) {
            evidence |= Evidence::PUBLISHED_SAMPLE;
            confidence = Confidence::Low;
        }
        Some(Candidate {
            rule: entry.rule,
            span,
            evidence,
            confidence,
        })
    }
}

fn alone(number: &Number) -> (Confidence, Confidence) {
    let alone = number.alone.unwrap_or(Confidence::Low);
    (alone, number.grouped.unwrap_or(alone))
}

/// True for long numbers of one or two different digits beside the last: nobody has
/// one of these.
fn is_made_up(value: &[u8]) -> bool {
    let mut digits: Vec<u8> = value.iter().copied().filter(u8::is_ascii_digit).collect();
    if digits.len() < 12 || digits.len() != bare(value).len() {
        return false;
    }
    digits.pop();
    digits.sort_unstable();
    digits.dedup();
    digits.len() <= 2
}

/// Of several rules that know a number, the one that is named counts, then the
/// surer, the longer, and the first.
fn rank(candidate: &Candidate) -> (bool, Confidence, usize, std::cmp::Reverse<usize>) {
    let named = Evidence::KEYWORD_NEAR | Evidence::COLUMN_NAMED;
    (
        candidate.evidence.any(named),
        candidate.confidence,
        candidate.span.len(),
        std::cmp::Reverse(candidate.rule),
    )
}

fn names(near: RuleBits, head: RuleBits, rule: usize) -> Evidence {
    let mut evidence = Evidence::NONE;
    evidence.set_if(near.has(rule), Evidence::KEYWORD_NEAR);
    evidence.set_if(head.has(rule), Evidence::COLUMN_NAMED);
    evidence
}

/// The letters and digits of `value`, in upper case.
fn bare(value: &[u8]) -> Vec<u8> {
    let kept = value.iter().filter(|b| b.is_ascii_alphanumeric());
    kept.map(u8::to_ascii_uppercase).collect()
}

/// The next run of letters and digits that holds a digit and ends after `from`. It may
/// begin before `from`.
fn next_run(text: &[u8], from: usize) -> Option<Span> {
    let digit = text.get(from..)?.iter().position(u8::is_ascii_digit)?;
    Some(run_at(text, from + digit))
}

fn run_at(text: &[u8], at: usize) -> Span {
    // A run that is too long is of no use, however long it is.
    let low = at.saturating_sub(RUN + 1);
    let before = text[low..at]
        .iter()
        .rposition(|b| !b.is_ascii_alphanumeric());
    let start = before.map_or(low, |before| low + before + 1);
    let behind = text[at..].iter().position(|b| !b.is_ascii_alphanumeric());
    Span::new(start, behind.map_or(text.len(), |behind| at + behind))
}

/// True when the number at `span` is no part of something longer: a float, an
/// identifier, a UUID, a path, or a row of groups like its own.
fn stands_alone(text: &[u8], span: Span, form: &Form) -> bool {
    let before = span.start.checked_sub(1).map(|at| text[at]);
    let behind = text.get(span.end).copied();
    if before.is_some_and(is_part) || behind.is_some_and(is_part) {
        return false;
    }
    let (first, last) = form.ends;
    let joins =
        |byte: u8| matches!(byte, b'-' | b'.' | b'/' | b':') || Some(byte) == form.separator;
    let low = span.start.saturating_sub(NEIGHBOUR);
    if before.is_some_and(joins) {
        let group = text[low..span.start - 1].iter().rev();
        if is_more(group, before, first, form) {
            return false;
        }
    }
    if behind.is_some_and(joins) {
        let high = text.len().min(span.end + NEIGHBOUR);
        let group = text[span.end + 1..high].iter();
        if is_more(group, behind, last, form) {
            return false;
        }
    }
    true
}

/// Bytes that belong to the word, the name or the address that a number stands in.
fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'@' | b'%' | b'\\' | b'~')
}

/// True when the neighbouring `group`, read away from the number, continues it.
fn is_more<'a>(
    group: impl Iterator<Item = &'a u8>,
    joint: Option<u8>,
    length: usize,
    form: &Form,
) -> bool {
    let group: Vec<u8> = group
        .take_while(|b| b.is_ascii_alphanumeric())
        .copied()
        .collect();
    let digits = group.iter().filter(|b| b.is_ascii_digit()).count();
    match joint {
        // Of blanks between groups only those of equal length make a row.
        Some(b' ' | 0xC2 | 0xA0) => {
            form.separator.is_some() && digits == group.len() && group.len() == length
        }
        Some(b':') => digits > 0 && digits == group.len() && group.len() <= 2,
        Some(b'/') => true,
        _ => digits > 0,
    }
}

const _: () = assert!(NEIGHBOUR < LINE);
