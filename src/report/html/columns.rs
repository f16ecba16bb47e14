//! What the page must know of every finding at once, column by column: enough to list, filter and
//! sort a hundred thousand without touching the findings themselves.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::base::level::{Confidence, Severity};

/// What the page knows of one finding without opening it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Position among [`Severity::ALL`].
    pub(super) severity: u8,
    /// Position among [`Confidence::ALL`].
    pub(super) confidence: u8,
    /// 0 counts, 1 known from a baseline, 2 allowed.
    pub(super) status: u8,
    pub(super) rule: String,
    /// The path, and the members behind it with `!` before each.
    pub(super) path: String,
    /// UTF-16 units of the path alone; zero where no member follows.
    pub(super) outer: usize,
    pub(super) line: u64,
    pub(super) owner: Option<String>,
    /// Day on which it came, counted from 1970.
    pub(super) since: Option<i64>,
    /// Day on which it was taken away.
    pub(super) gone: Option<i64>,
    /// 0 not known, 1 in what `HEAD` names, 2 in history only.
    pub(super) life: u8,
    pub(super) preview: String,
    pub(super) id: String,
}

impl Row {
    /// Reads a finding as the JSON reports tell it.
    pub(super) fn of(finding: &Value) -> Row {
        let text = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
        let git = &finding["git"];
        Row {
            severity: position(
                Severity::ALL.iter().map(|s| s.as_str()),
                &finding["severity"],
            ),
            confidence: position(
                Confidence::ALL.iter().map(|c| c.as_str()),
                &finding["confidence"],
            ),
            status: position(["new", "known", "allowed"].into_iter(), &finding["status"]),
            rule: text("rule"),
            path: place(finding),
            outer: outer(finding),
            line: finding["place"]["start"]["line"].as_u64().unwrap_or(0),
            owner: owner(finding),
            since: git["commit"]["date"].as_str().and_then(day),
            gone: git["removed"]["date"].as_str().and_then(day),
            life: match git["in_head"].as_bool() {
                None => 0,
                Some(true) => 1,
                Some(false) => 2,
            },
            preview: text("preview"),
            id: text("id"),
        }
    }
}

/// Where `word` stands among `words`; zero if it is none of them.
fn position<'a>(mut words: impl Iterator<Item = &'a str>, word: &Value) -> u8 {
    let word = word.as_str().unwrap_or_default();
    words.position(|known| known == word).unwrap_or(0) as u8
}

fn place(finding: &Value) -> String {
    let mut place = finding["path"].as_str().unwrap_or_default().to_owned();
    for member in finding["members"].as_array().into_iter().flatten() {
        place.push('!');
        place.push_str(member.as_str().unwrap_or_default());
    }
    place
}

fn outer(finding: &Value) -> usize {
    let path = finding["path"].as_str().unwrap_or_default();
    let is_container = finding["members"]
        .as_array()
        .is_some_and(|list| !list.is_empty());
    if is_container {
        path.encode_utf16().count()
    } else {
        0
    }
}

/// Whom to ask: who answers for the document, who wrote the commit, whose file it is.
fn owner(finding: &Value) -> Option<String> {
    let text = |value: &Value| value.as_str().filter(|s| !s.is_empty()).map(str::to_owned);
    text(&finding["document"]["owner"])
        .or_else(|| text(&finding["git"]["commit"]["author"]))
        .or_else(|| {
            let user = finding["exposure"]["owner"].as_u64()?;
            Some(format!("user {user}"))
        })
}

/// The day of an RFC 3339 date, counted from 1970 in the Gregorian calendar.
fn day(date: &str) -> Option<i64> {
    let mut parts = date.get(..10)?.splitn(3, '-');
    let mut part = || parts.next()?.parse::<i64>().ok();
    let (year, month, day) = (part()?, part()?, part()?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || !(1..=9999).contains(&year) {
        return None;
    }
    // Years begin with March here, so that the leap day comes last.
    let year = if month > 2 { year } else { year - 1 };
    let month = (month + 9) % 12;
    let of_year = (153 * month + 2) / 5 + day - 1;
    Some(365 * year + year / 4 - year / 100 + year / 400 + of_year - 719_468)
}

/// The columns of all rows. Words that repeat are numbers into sorted tables, so that the page
/// sorts by comparing numbers.
#[derive(Debug, Serialize)]
pub(super) struct Columns<'a> {
    pub(super) paths: Vec<&'a str>,
    /// For each path, where its members begin.
    outer: Vec<usize>,
    pub(super) owners: Vec<&'a str>,
    severity: Vec<u8>,
    confidence: Vec<u8>,
    status: Vec<u8>,
    life: Vec<u8>,
    rule: Vec<usize>,
    path: Vec<usize>,
    line: Vec<u64>,
    /// -1 where nobody is known.
    owner: Vec<i64>,
    since: Vec<Option<i64>>,
    gone: Vec<Option<i64>>,
    preview: Vec<&'a str>,
    id: Vec<&'a str>,
}

impl<'a> Columns<'a> {
    /// The columns of `rows`; `rules` are sorted and hold every rule of a row.
    pub(super) fn of(rows: &[&'a Row], rules: &[&str]) -> Columns<'a> {
        let paths = Table::of(rows.iter().map(|row| row.path.as_str()));
        let owners = Table::of(rows.iter().filter_map(|row| row.owner.as_deref()));
        let owner = |row: &&Row| {
            let owner = row.owner.as_deref();
            owner.map_or(-1, |owner| {
                i64::try_from(owners.position(owner)).unwrap_or(-1)
            })
        };
        Columns {
            severity: rows.iter().map(|row| row.severity).collect(),
            confidence: rows.iter().map(|row| row.confidence).collect(),
            status: rows.iter().map(|row| row.status).collect(),
            life: rows.iter().map(|row| row.life).collect(),
            rule: rows
                .iter()
                .map(|row| rules.binary_search(&row.rule.as_str()).unwrap_or(0))
                .collect(),
            path: rows.iter().map(|row| paths.position(&row.path)).collect(),
            line: rows.iter().map(|row| row.line).collect(),
            owner: rows.iter().map(owner).collect(),
            since: rows.iter().map(|row| row.since).collect(),
            gone: rows.iter().map(|row| row.gone).collect(),
            preview: rows.iter().map(|row| row.preview.as_str()).collect(),
            id: rows.iter().map(|row| row.id.as_str()).collect(),
            outer: outer_of(rows, &paths),
            paths: paths.words,
            owners: owners.words,
        }
    }
}

fn outer_of(rows: &[&Row], paths: &Table<'_>) -> Vec<usize> {
    let mut outer = vec![0; paths.words.len()];
    for row in rows {
        outer[paths.position(&row.path)] = row.outer;
    }
    outer
}

/// Different words, sorted.
struct Table<'a> {
    words: Vec<&'a str>,
    positions: BTreeMap<&'a str, usize>,
}

impl<'a> Table<'a> {
    fn of(words: impl Iterator<Item = &'a str>) -> Table<'a> {
        let mut positions: BTreeMap<&str, usize> = words.map(|word| (word, 0)).collect();
        for (position, (_, slot)) in positions.iter_mut().enumerate() {
            *slot = position;
        }
        Table {
            words: positions.keys().copied().collect(),
            positions,
        }
    }

    fn position(&self, word: &str) -> usize {
        self.positions.get(word).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::git::date;
    use proptest::prelude::*;

    #[test]
    fn a_row_holds_what_the_finding_says() {
        let row = Row::of(&serde_json::json!({
            "rule": "r", "severity": "high", "confidence": "low", "status": "allowed",
            "path": "a.zip", "members": ["b", "c"], "place": {"start": {"line": 7}},
            "git": {"commit": {"author": "Ann", "date": "1970-01-02T00:00:00+00:00"}, "in_head": false,
                "removed": {"date": "1970-03-01T00:00:00Z"}},
            "preview": "p", "id": "st1:x",
        }));
        assert_eq!(
            (row.severity, row.confidence, row.status, row.life),
            (3, 0, 2, 2)
        );
        assert_eq!(
            (row.path.as_str(), row.outer, row.line),
            ("a.zip!b!c", 5, 7)
        );
        assert_eq!((row.since, row.gone), (Some(1), Some(59)));
        assert_eq!(row.owner.as_deref(), Some("Ann"));
    }

    #[test]
    fn nothing_is_taken_from_a_finding_that_says_nothing() {
        let row = Row::of(&serde_json::json!({}));
        assert_eq!((row.owner, row.since, row.line), (None, None, 0));
        for odd in ["", "2020", "2020-13-01", "20-é", "x-y-z"] {
            assert_eq!(day(odd), None, "{odd}");
        }
    }

    #[test]
    fn tables_are_sorted_and_rows_point_into_them() {
        let row = |path: &str| Row {
            path: path.into(),
            ..Row::of(&serde_json::json!({"rule": "b"}))
        };
        let rows = [row("z"), row("a"), row("z")];
        let rows: Vec<&Row> = rows.iter().collect();
        let columns = Columns::of(&rows, &["a", "b"]);
        assert_eq!(columns.paths, ["a", "z"]);
        assert_eq!(columns.path, [1, 0, 1]);
        assert_eq!((columns.rule[0], columns.owner[0]), (1, -1));
    }

    proptest! {
        #[test]
        fn days_are_those_the_reports_write(days in -700_000i64..2_900_000) {
            prop_assert_eq!(day(&date(days * 86_400, 0)), Some(days));
        }
    }
}
