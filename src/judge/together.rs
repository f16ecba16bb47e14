//! What matches of different rules in one blob mean for each other, beyond
//! standing at the same place: rules that require others, rules that only serve
//! others, and rules that know a name only and give way on a line.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound::{Excluded, Included};

use crate::base::id::RuleIdx;
use crate::base::span::Position;
use crate::detect::checks::DropStep;
use crate::detect::engine::Engine;
use crate::rules::file::Requires;

/// Most other values of a line that a value is compared with.
const BESIDE: usize = 256;

/// What is asked of a match here.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// Its rule.
    pub rule: RuleIdx,
    /// Where its secret begins.
    pub start: Position,
    /// The secret.
    pub value: &'a [u8],
}

/// For each of `members` the one that belongs to it, if its rule pairs with the
/// rule of one that stands near; of several the nearest.
pub fn pairs(members: &[Member<'_>], engine: &Engine) -> Vec<Option<usize>> {
    let mut of_rule: HashMap<&str, Places> = HashMap::new();
    let rules = members.iter().map(|m| &engine.rules()[m.rule.index()]);
    let terms = rules.filter_map(|rule| rule.terms());
    for wanted in terms.flat_map(|terms| &terms.pairs_with) {
        of_rule.entry(&wanted.rule).or_default();
    }
    if of_rule.is_empty() {
        return vec![None; members.len()];
    }
    for (nth, member) in members.iter().enumerate() {
        if let Some(places) = of_rule.get_mut(engine.rules()[member.rule.index()].id()) {
            let line = places.entry(member.start.line).or_default();
            line.push((member.start.column, nth));
        }
    }
    for line in of_rule.values_mut().flat_map(BTreeMap::values_mut) {
        line.sort_unstable();
    }
    let pair = |member: &Member<'_>| {
        let terms = engine.rules()[member.rule.index()].terms()?;
        let mut wanted = terms.pairs_with.iter();
        wanted.find_map(|wanted| nearest(of_rule.get(wanted.rule.as_str())?, member.start, wanted))
    };
    members.iter().map(pair).collect()
}

/// Columns and numbers of the members of a rule, by line.
type Places = BTreeMap<usize, Vec<(usize, usize)>>;

/// The member nearest to `from`, within what `wanted` allows: on the nearest line
/// before or behind it that has one, and there in the nearest column.
fn nearest(places: &Places, from: Position, wanted: &Requires) -> Option<usize> {
    let lines = wanted.within_lines.unwrap_or(usize::MAX);
    let columns = wanted.within_columns.unwrap_or(usize::MAX);
    let before = places.range(from.line.saturating_sub(lines)..=from.line);
    let last = from.line.saturating_add(lines);
    let behind = places.range((Excluded(from.line), Included(last)));
    let found = |(&line, of_line): (&usize, &Vec<(usize, usize)>)| {
        let at = of_line.partition_point(|&(column, _)| column < from.column);
        let beside = [at.checked_sub(1), Some(at)].into_iter().flatten();
        let near = beside.filter_map(|at| of_line.get(at));
        let near = near
            .map(|&(column, nth)| (line.abs_diff(from.line), column.abs_diff(from.column), nth));
        near.filter(|near| near.1 <= columns).min()
    };
    let before = before.rev().find_map(found);
    let behind = behind.into_iter().find_map(found);
    before.into_iter().chain(behind).min().map(|near| near.2)
}

/// The step that drops each of `members`, in their order, if one does.
pub fn settle(members: &[Member<'_>], engine: &Engine) -> Vec<Option<DropStep>> {
    let places = places(members, engine);
    let lines = lines(members, engine);
    let step = |member: &Member<'_>| {
        let terms = engine.rules()[member.rule.index()].terms()?;
        let stands = |required: &Requires| {
            places
                .get(required.rule.as_str())
                .is_some_and(|starts| is_near(starts, member.start, required))
        };
        if terms.helper {
            Some(DropStep::Helper)
        } else if !terms.requires.iter().all(stands) {
            Some(DropStep::Alone)
        } else if terms.generic && gives_way(member, &lines) {
            Some(DropStep::Overlap)
        } else {
            None
        }
    };
    members.iter().map(step).collect()
}

/// The columns of a rule's secrets by line, sorted.
type Starts = BTreeMap<usize, Vec<usize>>;

/// Where the secrets of rules stand that others require.
fn places<'a>(members: &[Member<'_>], engine: &'a Engine) -> HashMap<&'a str, Starts> {
    let terms = engine.rules().iter().filter_map(|rule| rule.terms());
    let required = terms.flat_map(|terms| &terms.requires);
    let mut places: HashMap<&str, Starts> = required
        .map(|required| (required.rule.as_str(), Starts::new()))
        .collect();
    for member in members {
        if let Some(starts) = places.get_mut(engine.rules()[member.rule.index()].id()) {
            let columns = starts.entry(member.start.line).or_default();
            columns.push(member.start.column);
        }
    }
    for columns in places.values_mut().flat_map(BTreeMap::values_mut) {
        columns.sort_unstable();
    }
    places
}

fn is_near(starts: &Starts, from: Position, required: &Requires) -> bool {
    let around = |at: usize, within: Option<usize>| {
        let within = within.unwrap_or(usize::MAX);
        at.saturating_sub(within)..=at.saturating_add(within)
    };
    let columns = around(from.column, required.within_columns);
    let mut lines = starts.range(around(from.line, required.within_lines));
    lines.any(|(_, found)| {
        let at = found.partition_point(|column| column < columns.start());
        found.get(at).is_some_and(|column| columns.contains(column))
    })
}

/// Values by line, where a rule gives way to others on its line.
fn lines<'a>(
    members: &'a [Member<'a>],
    engine: &Engine,
) -> HashMap<usize, Vec<(RuleIdx, &'a [u8])>> {
    let generic = |member: &Member<'_>| {
        let terms = engine.rules()[member.rule.index()].terms();
        terms.is_some_and(|terms| terms.generic)
    };
    let mut lines: HashMap<usize, Vec<(RuleIdx, &[u8])>> = HashMap::new();
    for member in members.iter().filter(|member| generic(member)) {
        lines.entry(member.start.line).or_default();
    }
    for member in members.iter().filter(|member| !generic(member)) {
        if let Some(values) = lines.get_mut(&member.start.line)
            && values.len() < BESIDE
        {
            values.push((member.rule, member.value));
        }
    }
    lines
}

/// True when another rule's value on the line holds the one of `member`.
fn gives_way(member: &Member<'_>, lines: &HashMap<usize, Vec<(RuleIdx, &[u8])>>) -> bool {
    let beside = lines.get(&member.start.line);
    beside.into_iter().flatten().any(|(rule, value)| {
        *rule != member.rule && memchr::memmem::find(value, member.value).is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_a_secret_is_the_nearest_within_reach() {
        let places = Places::from([(10, vec![(5, 0), (80, 1)]), (14, vec![(1, 2)])]);
        for (line, column, within_lines, within_columns, expected) in [
            (11, 1, Some(5), None, Some(0)),
            (10, 60, Some(5), None, Some(1)),
            (13, 70, Some(5), None, Some(2)),
            (13, 70, Some(5), Some(20), Some(1)),
            (13, 70, Some(2), Some(20), None),
            (99, 1, None, None, Some(2)),
            (99, 1, Some(5), None, None),
            (10, 4, Some(0), None, Some(0)),
        ] {
            let wanted = Requires {
                rule: "acme-id".into(),
                within_lines,
                within_columns,
            };
            let found = nearest(&places, Position { line, column }, &wanted);
            assert_eq!(found, expected, "{line}:{column}");
        }
    }

    #[test]
    fn a_requirement_is_a_stretch_of_lines_and_columns() {
        let starts = Starts::from([(10, vec![5, 80]), (14, vec![1])]);
        for (line, column, within_lines, within_columns, expected) in [
            (99, 1, None, None, true),
            (12, 1, Some(2), None, true),
            (12, 1, Some(1), None, false),
            (12, 40, Some(2), Some(10), false),
            (12, 75, Some(2), Some(10), true),
            (12, 75, Some(1), Some(10), false),
            (99, 82, None, Some(2), true),
            (99, 83, None, Some(2), false),
        ] {
            let required = Requires {
                rule: "x".into(),
                within_lines,
                within_columns,
            };
            let from = Position { line, column };
            assert_eq!(is_near(&starts, from, &required), expected, "{from:?}");
        }
        let none = Requires {
            rule: "x".into(),
            within_lines: None,
            within_columns: None,
        };
        let from = Position { line: 1, column: 1 };
        assert!(!is_near(&Starts::new(), from, &none));
    }
}
