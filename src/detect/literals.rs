//! Which literals must occur in every match of a pattern.
//!
//! A scanner that knows them looks for nothing else until one is there. This
//! room walks a pattern's parsed form (its HIR) from the leaves up and keeps,
//! for each node, the exact set of strings it can match while that set is
//! small, and the cheapest set of strings of which every match contains one.
//!
//! Cost is an estimate of how often a literal's rarest four-byte window occurs
//! in source text (see [`super::frequency`]). Letters of either case become one
//! symbol, so `(?i:token)` is one literal, not thirty-two.

use regex_syntax::hir::{Class, ClassBytes, Hir, HirKind};

use crate::detect::frequency;
use crate::detect::heads::{head_of_all, singles, symbols};

/// One byte of a literal: `text | fold == want` must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol {
    /// The byte looked for, in lower case when the symbol stands for both cases.
    pub want: u8,
    /// `0x20` when both cases of a letter fit, else zero.
    pub fold: u8,
}

/// A literal: a short run of symbols.
pub type Literal = Vec<Symbol>;

/// A set of literals of which every match contains at least one.
#[derive(Clone, Debug, PartialEq)]
pub struct Required {
    /// The literals; none is empty.
    pub literals: Vec<Literal>,
    /// Folded bytes one of which follows the literal in every match; empty when
    /// anything, or nothing, may follow.
    pub next: Vec<u8>,
    /// Most bytes between the beginning of a match and the literal it contains.
    pub back: usize,
    /// Expected occurrences per megabyte of source text.
    pub cost: f64,
}

/// A stretch of one byte class that every match contains.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassRun {
    /// The class.
    pub class: ClassBytes,
    /// Shortest stretch.
    pub min: usize,
    /// Most bytes between the beginning of a match and the stretch.
    pub back: usize,
}

/// What extraction learns of a pattern.
#[derive(Clone, Debug, Default)]
pub struct Extracted {
    /// The cheapest required set, if there is one at a bounded place.
    pub required: Option<Required>,
    /// The longest class run at a bounded place, for patterns without literals.
    pub run: Option<ClassRun>,
}

/// Most strings an exact set may hold.
const EXACT_LIMIT: usize = 64;
/// Most strings while they are shorter than a window of the prefilter.
pub(super) const EXTEND_LIMIT: usize = 1280;
/// What every literal costs by itself: places where the prefilter takes
/// something else for it, per megabyte.
const PER_LITERAL: f64 = 1.0;
/// The length literals are lengthened to where a class allows it.
const ATOM: usize = 4;

/// Extracts what every match of `hir` must contain.
pub fn extract(hir: &Hir) -> Extracted {
    let facts = facts(hir);
    let mut required = facts.best;
    if let Some(exact) = facts.exact {
        offer(&mut required, exact, Vec::new(), Some(0));
    }
    Extracted {
        required,
        run: facts.run,
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
            exact: symbols(class, EXACT_LIMIT).map(singles),
            ..Facts::default()
        },
        HirKind::Repetition(repetition) => repetition_facts(repetition),
        HirKind::Capture(capture) => facts(&capture.sub),
        HirKind::Concat(children) => Concat::default().walk(children),
        HirKind::Alternation(branches) => alternation_facts(branches),
    }
}

fn repetition_facts(repetition: &regex_syntax::hir::Repetition) -> Facts {
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
            offer(&mut out.best, exact, Vec::new(), Some(0));
        }
        out.run = inner.run;
        if let HirKind::Class(Class::Bytes(class)) = repetition.sub.kind() {
            let run = ClassRun {
                class: class.clone(),
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
        next: Vec::new(),
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
            offer(&mut own, exact, Vec::new(), Some(0));
        }
        best = match (best, own) {
            (Some(mut sum), Some(own)) => {
                sum.next = either(&sum, &own);
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
struct Concat {
    /// Strings that may stand from `at` to here, while all of it is exact.
    open: Vec<Literal>,
    /// Most bytes before the open strings; `None` once that is unbounded.
    at: Option<usize>,
    /// Most bytes before the next child.
    here: Option<usize>,
    exact: bool,
    best: Option<Required>,
    run: Option<ClassRun>,
}

impl Default for Concat {
    fn default() -> Concat {
        Concat {
            open: vec![Vec::new()],
            at: Some(0),
            here: Some(0),
            exact: true,
            best: None,
            run: None,
        }
    }
}

impl Concat {
    fn walk(mut self, children: &[Hir]) -> Facts {
        for (n, child) in children.iter().enumerate() {
            self.step(child, &children[n..]);
        }
        let exact = self.exact.then(|| self.open.clone());
        if !self.exact {
            self.close(&[]);
        }
        Facts {
            exact,
            best: self.best,
            run: self.run,
        }
    }

    fn step(&mut self, child: &Hir, rest: &[Hir]) {
        let facts = facts(child);
        let mut shifted_run = facts.run;
        if let (Some(run), Some(here)) = (&mut shifted_run, self.here) {
            run.back += here;
            keep_longer(&mut self.run, shifted_run);
        }
        if let Some(set) = facts.exact {
            if let Some(longer) = cross(&self.open, &set, self.limit()) {
                self.open = longer;
            } else {
                self.close(rest);
                self.open = set;
                self.at = self.here;
                self.exact = false;
            }
        } else {
            self.lengthen(rest);
            self.close(rest);
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

    /// Most strings that may be open: more while they are too short to be rare.
    fn limit(&self) -> usize {
        let short = self.open.iter().all(|literal| literal.len() < ATOM);
        if short { EXTEND_LIMIT } else { EXACT_LIMIT }
    }

    /// Lengthens short open strings by what the children in `rest` must begin with.
    fn lengthen(&mut self, rest: &[Hir]) {
        let mut want = 2;
        while want > 0 && self.open.iter().any(|l| !l.is_empty() && l.len() < ATOM) {
            let Some(head) = head_of_all(rest, 3 - want) else {
                return;
            };
            let Some(longer) = cross(&self.open, &head, EXTEND_LIMIT) else {
                return;
            };
            self.open = longer;
            want -= 1;
        }
    }

    /// Offers the open strings; `rest` are the children that follow them.
    fn close(&mut self, rest: &[Hir]) {
        let open = std::mem::take(&mut self.open);
        let next = head_of_all(rest, 1).unwrap_or_default();
        let mut next: Vec<u8> = next.iter().map(|l| frequency::fold(l[0].want)).collect();
        next.sort_unstable();
        next.dedup();
        offer(&mut self.best, open, next, self.at);
    }
}

fn cross(left: &[Literal], right: &[Literal], limit: usize) -> Option<Vec<Literal>> {
    if left.len() * right.len() > limit {
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
        out = cross(&out, set, EXACT_LIMIT)?;
    }
    Some(out)
}

fn add(a: Option<usize>, b: Option<usize>) -> Option<usize> {
    Some(a?.saturating_add(b?))
}

/// Makes `literals` the best set when it is usable and cheaper.
fn offer(
    best: &mut Option<Required>,
    mut literals: Vec<Literal>,
    next: Vec<u8>,
    at: Option<usize>,
) {
    let Some(back) = at else { return };
    if literals.is_empty() || literals.iter().any(|l| l.len() < 2) {
        return;
    }
    literals.sort_unstable();
    literals.dedup();
    let cost = literals
        .iter()
        .map(|l| frequency::per_megabyte(l) + PER_LITERAL)
        .sum();
    keep_cheaper(
        best,
        Required {
            literals,
            next,
            back,
            cost,
        },
    );
}

/// What may follow a literal of either set.
fn either(sum: &Required, own: &Required) -> Vec<u8> {
    if sum.literals.is_empty() {
        return own.next.clone();
    }
    if sum.next.is_empty() || own.next.is_empty() {
        return Vec::new();
    }
    let mut next = [&sum.next[..], &own.next[..]].concat();
    next.sort_unstable();
    next.dedup();
    next
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
mod tests {
    use super::*;

    fn of(pattern: &str) -> Extracted {
        let hir = crate::detect::pattern::parse(pattern).unwrap();
        extract(&hir)
    }

    fn words(pattern: &str) -> Vec<String> {
        let mut words: Vec<String> = of(pattern)
            .required
            .map(|r| r.literals)
            .unwrap_or_default()
            .iter()
            .map(|l| l.iter().map(|s| s.want as char).collect())
            .collect();
        words.sort();
        words
    }

    #[test]
    fn the_longest_fixed_run_is_required() {
        assert_eq!(words(r"\b(abcd_[A-Za-z0-9]{36})\b"), ["abcd_"]);
        assert_eq!(words(r"x[0-9]{2}-zqxj[0-9]{3}"), ["-zqxj"]);
    }

    #[test]
    fn every_branch_contributes() {
        assert_eq!(words(r"(?:AKIA|ASIA)[A-Z2-7]{16}"), ["AKIA", "ASIA"]);
        assert!(words(r"(?:AKIA|[a-z]{4})[A-Z2-7]{16}").is_empty());
    }

    #[test]
    fn letters_of_either_case_are_one_symbol() {
        let required = of("(?i:token)[0-9]{4}").required.unwrap();
        assert_eq!(required.literals.len(), 1);
        assert!(required.literals[0].iter().all(|s| s.fold == 0x20));
    }

    #[test]
    fn short_literals_are_lengthened_by_the_class_that_follows() {
        assert_eq!(words("SK[0-9a-f]{32}").len(), 256);
        assert!(words("eyJ[A-Za-z0-9_-]{10}").iter().all(|w| w.len() == 4));
    }

    #[test]
    fn what_may_be_left_out_is_looked_through() {
        let mut found = words("box[0-9]{0,3}[=:]{1,2}[a-z]{9}");
        found.truncate(3);
        assert_eq!(found, ["box0", "box1", "box2"]);
        assert_eq!(words("box[0-9]{0,3}[=:]{1,2}[a-z]{9}").len(), 12);
        assert_eq!(words("box[0-9]{0,3}"), ["box"]);
    }

    #[test]
    fn optional_parts_are_not_required() {
        assert_eq!(words("(?:zq_)?wxyz"), ["wxyz", "zq_wxyz"]);
        assert!(words("(?:zqjk)?[0-9]{9}").is_empty());
    }

    #[test]
    fn the_distance_to_the_literal_is_the_longest_possible() {
        assert_eq!(of("[a-z]{1,7}zqjk").required.unwrap().back, 7);
        assert!(of("[a-z]*zqjk").required.is_none());
    }

    #[test]
    fn a_class_run_is_offered_where_no_literal_is() {
        let run = of(r"\b[a-f0-9]{40}\b").run.unwrap();
        assert_eq!((run.min, run.back), (40, 0));
    }
}
