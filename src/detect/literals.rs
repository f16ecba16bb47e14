//! Which literals must occur in every match of a pattern.
//!
//! A scanner that knows them looks for nothing else until one is there. This
//! room walks a pattern's parsed form (its HIR) from the leaves up and keeps,
//! for each node, the exact set of strings it can match while that set is
//! small, and the cheapest set of strings of which every match contains one.
//!
//! Cost is an estimate of how often a literal has to be looked at in source text
//! (see [`super::windows`]). Letters of either case become one symbol, so
//! `(?i:token)` is one literal, not thirty-two; classes that follow a literal are
//! kept as sets beside it rather than spelled out.

use std::sync::Arc;

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};
use serde::{Deserialize, Serialize};

use crate::detect::byte_set::ByteSet;
use crate::detect::heads::{Around, ahead, behind};
use crate::detect::syntax;
use crate::detect::windows;

/// One byte of a literal: `text | fold == want` must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Symbol {
    /// The byte looked for, in lower case when the symbol stands for both cases.
    pub want: u8,
    /// `0x20` when both cases of a letter fit, else zero.
    pub fold: u8,
}

impl Symbol {
    /// The bytes it stands for.
    pub fn bytes(self) -> impl Iterator<Item = u8> {
        [self.want, self.want & !self.fold].into_iter()
    }
}

/// A literal: a short run of symbols.
pub type Literal = Vec<Symbol>;

/// A literal, and what surrounds it wherever it counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sought {
    /// The literal.
    pub literal: Literal,
    /// What surrounds it. Places with other surroundings need no look.
    pub around: Arc<Around>,
}

impl Sought {
    /// True when the literal stands at `at` of `text`, in its surroundings.
    #[inline]
    pub fn stands(&self, text: &[u8], at: usize) -> bool {
        let Some(found) = text.get(at..at + self.literal.len()) else {
            return false;
        };
        let after = &text[at + self.literal.len()..];
        let next = &self.around.next;
        found
            .iter()
            .zip(&self.literal)
            .all(|(byte, symbol)| byte | symbol.fold == symbol.want)
            && (at == 0 || self.around.before.contains(text[at - 1]))
            && after.len() >= next.len()
            && after
                .iter()
                .zip(next)
                .all(|(&byte, set)| set.contains(byte))
    }
}

/// A set of literals of which every match contains at least one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Required {
    /// The literals; none is empty.
    pub literals: Vec<Sought>,
    /// Most bytes between the beginning of a match and the literal it contains.
    pub back: usize,
    /// Expected cost of looking for them, as places per megabyte of source text.
    pub cost: f64,
}

/// A stretch of one byte class that every match contains.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassRun {
    /// The class.
    pub class: ByteSet,
    /// Shortest stretch.
    pub min: usize,
    /// Most bytes between the beginning of a match and the stretch.
    pub back: usize,
}

/// What is known of a pattern before it is compiled.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Extracted {
    /// The cheapest required set, if there is one at a bounded place.
    pub required: Option<Required>,
    /// The longest class run at a bounded place, for patterns without literals.
    pub run: Option<ClassRun>,
    /// Most bytes a match can have; `None` when there is no bound.
    pub max_len: Option<usize>,
}

/// Most strings an exact set may hold.
const EXACT_LIMIT: usize = 64;
/// Most symbols of a class that is spelled out; larger ones only surround literals.
const MOST_SYMBOLS: usize = 4;
/// Cost of a literal of two bytes or more that the prefilter cannot carry.
const VAGUE: f64 = 30_000.0;

/// Extracts what every match of `pattern` must contain.
///
/// # Errors
/// The pattern does not parse.
pub fn extract(pattern: &str) -> Result<Extracted, Box<regex_syntax::Error>> {
    Ok(extracted(&syntax::parse(pattern)?))
}

/// As [`extract`], of a parsed pattern.
pub(super) fn extracted(hir: &Hir) -> Extracted {
    let facts = facts(hir);
    let mut required = facts.best;
    if let Some(exact) = facts.exact {
        offer(&mut required, exact, &Arc::default(), Some(0));
    }
    Extracted {
        required,
        run: facts.run,
        max_len: hir.properties().maximum_len(),
    }
}

/// What is known of one node.
#[derive(Default)]
struct Facts {
    exact: Option<Vec<Literal>>,
    best: Option<Required>,
    run: Option<ClassRun>,
}

fn facts(hir: &Hir) -> Facts {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Facts {
            exact: Some(vec![Vec::new()]),
            ..Facts::default()
        },
        HirKind::Literal(literal) => {
            let symbols = literal
                .0
                .iter()
                .map(|&want| Symbol { want, fold: 0 })
                .collect();
            Facts {
                exact: Some(vec![symbols]),
                ..Facts::default()
            }
        }
        HirKind::Class(class) => Facts {
            exact: symbols(class),
            ..Facts::default()
        },
        HirKind::Repetition(repetition) => repetition_facts(repetition),
        HirKind::Capture(_) | HirKind::Concat(_) => Concat::new(hir).walk(),
        HirKind::Alternation(branches) => alternation_facts(branches),
    }
}

fn repetition_facts(repetition: &Repetition) -> Facts {
    let inner = facts(&repetition.sub);
    let mut out = Facts::default();
    match (repetition.min, repetition.max) {
        (1, Some(1)) => return inner,
        (0, Some(1)) => {
            out.exact = inner
                .exact
                .clone()
                .filter(|set| set.len() < EXACT_LIMIT)
                .map(|mut set| {
                    set.push(Vec::new());
                    set
                });
        }
        (min, Some(max)) if min == max && max <= 8 => {
            out.exact = inner
                .exact
                .as_ref()
                .and_then(|set| power(set, max as usize));
        }
        _ => {}
    }
    if repetition.min >= 1 {
        out.best = inner.best;
        if let Some(exact) = inner.exact {
            offer(&mut out.best, exact, &Arc::default(), Some(0));
        }
        out.run = inner.run;
        if let HirKind::Class(Class::Bytes(class)) = repetition.sub.kind() {
            let run = ClassRun {
                class: ByteSet::of_class(class),
                min: repetition.min as usize,
                back: 0,
            };
            keep_longer(&mut out.run, Some(run));
        }
    }
    out
}

fn alternation_facts(branches: &[Hir]) -> Facts {
    let all: Vec<Facts> = branches.iter().map(facts).collect();
    let mut union = Some(Vec::new());
    let mut best = Some(Required {
        literals: Vec::new(),
        back: 0,
        cost: 0.0,
    });
    for branch in all {
        union = match (union, &branch.exact) {
            (Some(mut set), Some(exact)) if set.len() + exact.len() <= EXACT_LIMIT => {
                set.extend(exact.iter().cloned());
                Some(set)
            }
            _ => None,
        };
        let mut own = branch.best;
        if let Some(exact) = branch.exact {
            offer(&mut own, exact, &Arc::default(), Some(0));
        }
        best = match (best, own) {
            (Some(mut sum), Some(own)) => {
                sum.literals.extend(own.literals);
                sum.back = sum.back.max(own.back);
                sum.cost += own.cost;
                Some(sum)
            }
            _ => None,
        };
    }
    Facts {
        exact: union,
        best,
        run: None,
    }
}

/// The state of a walk along a concatenation.
struct Concat<'a> {
    children: Vec<&'a Hir>,
    /// Strings that may stand from `at` to here, while all of it is exact.
    open: Vec<Literal>,
    /// The child from which on the open strings have bytes.
    first: usize,
    /// Most bytes before the open strings; `None` once that is unbounded.
    at: Option<usize>,
    /// Most bytes before the next child.
    here: Option<usize>,
    exact: bool,
    best: Option<Required>,
    run: Option<ClassRun>,
}

impl<'a> Concat<'a> {
    fn new(hir: &'a Hir) -> Concat<'a> {
        let mut children = Vec::new();
        flatten(hir, &mut children);
        Concat {
            children,
            open: vec![Vec::new()],
            first: 0,
            at: Some(0),
            here: Some(0),
            exact: true,
            best: None,
            run: None,
        }
    }

    fn walk(mut self) -> Facts {
        for n in 0..self.children.len() {
            self.step(n);
        }
        let exact = self.exact.then(|| self.open.clone());
        if !self.exact {
            self.close(self.children.len());
        }
        Facts {
            exact,
            best: self.best,
            run: self.run,
        }
    }

    fn step(&mut self, n: usize) {
        let child = self.children[n];
        let facts = facts(child);
        let mut shifted_run = facts.run;
        if let (Some(run), Some(here)) = (&mut shifted_run, self.here) {
            run.back += here;
            keep_longer(&mut self.run, shifted_run);
        }
        if self.open.iter().all(Vec::is_empty) {
            self.first = n;
        }
        if let Some(set) = facts.exact {
            if let Some(longer) = cross(&self.open, &set) {
                self.open = longer;
            } else {
                self.close(n);
                self.open = set;
                self.first = n;
                self.at = self.here;
                self.exact = false;
            }
        } else {
            self.close(n);
            if let (Some(mut best), Some(here)) = (facts.best, self.here) {
                best.back += here;
                keep_cheaper(&mut self.best, best);
            }
            self.open = vec![Vec::new()];
            self.at = add(self.here, child.properties().maximum_len());
            self.exact = false;
        }
        self.here = add(self.here, child.properties().maximum_len());
    }

    /// Offers the open strings, which end before child `n`.
    fn close(&mut self, n: usize) {
        let open = std::mem::take(&mut self.open);
        if self.at.is_none() || open.iter().any(Vec::is_empty) {
            return;
        }
        let first: ByteSet = open.iter().flat_map(|literal| literal[0].bytes()).collect();
        let around = Arc::new(Around {
            before: behind(&self.children[..self.first], first),
            next: ahead(&self.children[n..]),
        });
        offer(&mut self.best, open, &around, self.at);
    }
}

/// The parts of a concatenation in a row, those of groups in it too.
fn flatten<'a>(hir: &'a Hir, out: &mut Vec<&'a Hir>) {
    match hir.kind() {
        HirKind::Capture(capture) => flatten(&capture.sub, out),
        HirKind::Concat(children) => children.iter().for_each(|child| flatten(child, out)),
        _ => out.push(hir),
    }
}

fn cross(left: &[Literal], right: &[Literal]) -> Option<Vec<Literal>> {
    if left.len() * right.len() > EXACT_LIMIT {
        return None;
    }
    let mut out = Vec::with_capacity(left.len() * right.len());
    for l in left {
        for r in right {
            out.push(l.iter().chain(r).copied().collect());
        }
    }
    Some(out)
}

fn power(set: &[Literal], times: usize) -> Option<Vec<Literal>> {
    let mut out = vec![Vec::new()];
    for _ in 0..times {
        out = cross(&out, set)?;
    }
    Some(out)
}

/// The class as symbols, pairs of cases merged; `None` when it is large.
fn symbols(class: &Class) -> Option<Vec<Literal>> {
    let Class::Bytes(class) = class else {
        return None;
    };
    let set = ByteSet::of_class(class);
    let mut out = Vec::new();
    for byte in set.iter() {
        let both = byte.is_ascii_alphabetic() && set.contains(byte ^ 0x20);
        if both && byte.is_ascii_uppercase() {
            continue;
        }
        out.push(vec![Symbol {
            want: byte,
            fold: u8::from(both) * 0x20,
        }]);
    }
    (out.len() <= MOST_SYMBOLS).then_some(out)
}

fn add(a: Option<usize>, b: Option<usize>) -> Option<usize> {
    Some(a?.saturating_add(b?))
}

/// Makes `literals` the best set when it is usable and cheaper.
fn offer(
    best: &mut Option<Required>,
    mut literals: Vec<Literal>,
    around: &Arc<Around>,
    at: Option<usize>,
) {
    let Some(back) = at else { return };
    literals.sort_unstable();
    literals.dedup();
    if literals.is_empty() || literals.iter().any(Vec::is_empty) {
        return;
    }
    let sought = |literal| Sought {
        literal,
        around: Arc::clone(around),
    };
    let literals: Vec<Sought> = literals.into_iter().map(sought).collect();
    let mut sum = 0.0;
    for sought in &literals {
        let vague = (sought.literal.len() > 1).then_some(VAGUE);
        let Some(cost) = windows::cost(sought).or(vague) else {
            return;
        };
        sum += cost;
    }
    keep_cheaper(
        best,
        Required {
            literals,
            back,
            cost: sum,
        },
    );
}

fn keep_cheaper(best: &mut Option<Required>, new: Required) {
    if best.as_ref().is_none_or(|old| new.cost < old.cost) {
        *best = Some(new);
    }
}

fn keep_longer(best: &mut Option<ClassRun>, new: Option<ClassRun>) {
    let Some(new) = new else { return };
    if best.as_ref().is_none_or(|old| new.min > old.min) {
        *best = Some(new);
    }
}

#[cfg(test)]
mod tests;
