//! Comma-separated values (RFC 4180, but lines end with a line feed), safe to open in a spreadsheet: no cell begins a formula.

use std::io::{self, Write};

use super::facts::Facts;
use crate::judge::finding::Finding;
use crate::judge::outcome::{RunInfo, Skip, Summary};
use crate::report::Reporter;
use crate::report::sanitise::printable;

/// The heads of the columns.
const COLUMNS: &[&str] = &[
    "severity",
    "confidence",
    "rule",
    "title",
    "path",
    "members",
    "line",
    "column",
    "end_line",
    "end_column",
    "preview",
    "id",
    "values",
    "commit",
    "author",
    "email",
    "date",
];

pub(super) struct Csv<W: Write> {
    to: W,
}

impl<W: Write> Csv<W> {
    pub(super) fn new(to: W) -> Csv<W> {
        Csv { to }
    }

    fn row(&mut self, cells: &[String]) -> io::Result<()> {
        let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        writeln!(self.to, "{}", cells.join(","))
    }
}

impl<W: Write> Reporter for Csv<W> {
    fn begin(&mut self, _: &RunInfo) -> io::Result<()> {
        let heads: Vec<String> = COLUMNS.iter().map(ToString::to_string).collect();
        self.row(&heads)
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        if !finding.standing.is_new() {
            return Ok(());
        }
        let facts = Facts::of(finding);
        let place = &finding.place;
        let commit = facts.commit.as_ref();
        let of_commit = |text: fn(&crate::report::git::CommitModel) -> &str| {
            commit.map_or_else(String::new, |commit| text(commit).to_owned())
        };
        let values = finding.amount.as_deref().map_or(1, |amount| amount.count);
        self.row(&[
            facts.severity().to_owned(),
            facts.confidence().to_owned(),
            facts.rule().to_owned(),
            facts.title(),
            facts.path.clone(),
            facts.members.clone(),
            facts.line().to_string(),
            place.start.column.to_string(),
            facts.last_line().to_string(),
            place.end.column.to_string(),
            facts.preview(),
            facts.key().to_owned(),
            values.to_string(),
            of_commit(|commit| &commit.id),
            of_commit(|commit| &commit.author),
            of_commit(|commit| &commit.email),
            of_commit(|commit| &commit.date),
        ])
    }

    fn skip(&mut self, _: &Skip) -> io::Result<()> {
        Ok(())
    }

    fn end(&mut self, _: &Summary) -> io::Result<()> {
        self.to.flush()
    }
}

/// `text` as a cell. A spreadsheet takes what begins with one of these characters for a formula, so
/// an apostrophe goes before it, which it does not show.
fn quoted(text: &str) -> String {
    let text = printable(text);
    let formula =
        text.trim_start().starts_with(['=', '+', '-', '@']) || text.starts_with(['\t', '\r']);
    let text = if formula {
        format!("'{text}")
    } else {
        text.into_owned()
    };
    if text.contains([',', '"', '\n', '\r', '\'', ';']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (text, cell) in [
            ("=1+1", "\"'=1+1\""),
            (" @SUM(A1)", "\"' @SUM(A1)\""),
            ("-2", "\"'-2\""),
            ("a=b", "a=b"),
            ("a,\"b\"", "\"a,\"\"b\"\"\""),
            ("a\nb", "a\\nb"),
        ] {
            assert_eq!(quoted(text), cell);
        }
    }
}
