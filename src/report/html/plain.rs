//! What is read where no script runs: the numbers, the gaps, and the gravest findings.

use std::io::{self, Write};

use serde_json::{Map, Value};

use super::columns::Row;
use super::frame::escaped;
use crate::base::level::Severity;
use crate::report::sanitise::printable;

/// Findings in the table.
const ROWS: usize = 200;
/// Items named as not wholly examined.
const NAMED: usize = 50;

/// The page in words.
pub(super) struct Plain<'a> {
    pub(super) summary: &'a Map<String, Value>,
    pub(super) rows: &'a [&'a Row],
    pub(super) gaps: &'a [Value],
}

impl Plain<'_> {
    /// The document's title.
    pub(super) fn title(&self, to: &mut impl Write) -> io::Result<()> {
        let count = self.rows.iter().filter(|row| row.status == 0).count();
        let plural = if count == 1 { "" } else { "s" };
        write!(to, "stanch report: {count} finding{plural}")
    }

    /// Numbers, gaps and table.
    pub(super) fn write(&self, to: &mut impl Write) -> io::Result<()> {
        let units = |name: &str| {
            let number = self.summary.get("units").map(|units| &units[name]);
            number.and_then(Value::as_u64).unwrap_or(0)
        };
        let complete = self.summary.get("complete") == Some(&Value::Bool(true));
        let complete = if complete {
            "Everything in scope was examined."
        } else {
            "Not everything in scope was examined."
        };
        writeln!(
            to,
            "<p>{complete} {} items: {} examined, {} in part, {} left out by policy, {} not examined.</p>",
            units("enumerated"),
            units("scanned"),
            units("partial"),
            units("skipped"),
            units("failed"),
        )?;
        self.named_gaps(to)?;
        self.table(to)
    }

    fn named_gaps(&self, to: &mut impl Write) -> io::Result<()> {
        if self.gaps.is_empty() {
            return Ok(());
        }
        writeln!(to, "<h2>Not fully examined</h2>\n<ul>")?;
        for gap in self.gaps.iter().take(NAMED) {
            let text = |name: &str| shown(gap[name].as_str().unwrap_or_default());
            writeln!(to, "<li>{}: {}</li>", text("path"), text("reason"))?;
        }
        match self.gaps.len().saturating_sub(NAMED) {
            0 => writeln!(to, "</ul>"),
            more => writeln!(to, "<li>and {more} more</li>\n</ul>"),
        }
    }

    fn table(&self, to: &mut impl Write) -> io::Result<()> {
        if self.rows.is_empty() {
            return writeln!(to, "<p>Nothing was found.</p>");
        }
        writeln!(
            to,
            "<h2>Findings</h2>\n<table>\n<tr><th>Severity</th><th>Rule</th><th>Where</th><th>Value</th><th>Id</th></tr>"
        )?;
        for row in self.rows.iter().take(ROWS) {
            let severity = Severity::ALL.get(usize::from(row.severity));
            let does_not_count = ["", " (known)", " (allowed)"];
            writeln!(
                to,
                "<tr><td>{}{}</td><td>{}</td><td>{}:{}</td><td>{}</td><td>{}</td></tr>",
                severity.map_or("", |severity| severity.as_str()),
                does_not_count.get(usize::from(row.status)).unwrap_or(&""),
                shown(&row.rule),
                shown(&row.path),
                row.line,
                shown(&row.preview),
                shown(&row.id),
            )?;
        }
        writeln!(to, "</table>")?;
        match self.rows.len().saturating_sub(ROWS) {
            0 => Ok(()),
            more => writeln!(
                to,
                "<p>And {more} more, which need the page's own script to be read.</p>"
            ),
        }
    }
}

fn shown(text: &str) -> String {
    escaped(&printable(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_text() {
        let row = Row {
            path: "</noscript><b>\u{202e}'\"".into(),
            ..Row::of(&json!({"rule": "r", "severity": "high"}))
        };
        let gaps = [json!({"path": "<i>", "reason": "a & b"})];
        let plain = Plain {
            summary: &Map::new(),
            rows: &[&row],
            gaps: &gaps,
        };
        let mut bytes = Vec::new();
        plain.write(&mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(
            text.contains("&lt;/noscript&gt;&lt;b&gt;\\u{202e}&#39;&quot;:0"),
            "{text}"
        );
        assert!(text.contains("<li>&lt;i&gt;: a &amp; b</li>"));
        assert!(text.contains("Not everything"));
    }
}
