//! A summary in Markdown, for a step's summary or a comment on a change: the numbers first, then the
//! findings, the worst first.

use std::io::{self, Write};

use super::facts::Facts;
use crate::base::content::Status;
use crate::base::level::Severity;
use crate::judge::finding::Finding;
use crate::judge::outcome::{RunInfo, Skip, Summary};
use crate::report::Reporter;
use crate::report::sanitise::{one_line, place_bytes, printable_bytes};

/// Findings in the table; more are counted.
const ROWS: usize = 200;
/// Items named as not examined.
const NAMED: usize = 50;

/// Collects rows until the end, since the numbers stand before them.
pub(super) struct Markdown<W: Write> {
    to: W,
    rows: Vec<(Severity, String)>,
    gaps: Vec<String>,
    more_gaps: u64,
}

impl<W: Write> Markdown<W> {
    pub(super) fn new(to: W) -> Markdown<W> {
        Markdown {
            to,
            rows: Vec::new(),
            gaps: Vec::new(),
            more_gaps: 0,
        }
    }

    fn numbers(&mut self, summary: &Summary) -> io::Result<()> {
        let by = summary.by_severity.iter().rev();
        let by: Vec<String> = by
            .map(|(severity, count)| format!("{count} {}", severity.as_str()))
            .collect();
        let findings = match summary.findings {
            0 => "**No findings**".to_owned(),
            1 => format!("**1 finding** ({})", by.join(", ")),
            many => format!("**{many} findings** ({})", by.join(", ")),
        };
        let complete = if summary.is_complete() {
            "everything in scope was examined"
        } else {
            "**not everything in scope was examined**"
        };
        writeln!(self.to, "## stanch\n\n{findings}; {complete}.\n")?;
        writeln!(self.to, "| | |\n|---|---:|")?;
        for (name, count) in [
            ("examined", summary.scanned),
            ("examined in part", summary.partial),
            ("not examined", summary.failed),
            ("left out by policy", summary.skipped),
            ("known from a baseline", summary.known),
            ("allowed", summary.allowed_by.values().sum()),
            ("below the confidence shown", summary.hidden),
        ] {
            if count > 0 {
                writeln!(self.to, "| {name} | {count} |")?;
            }
        }
        Ok(())
    }

    fn table(&mut self, findings: u64) -> io::Result<()> {
        let mut rows = std::mem::take(&mut self.rows);
        if rows.is_empty() {
            return Ok(());
        }
        // A stable sort: within a severity the order of the run stays.
        rows.sort_by_key(|(severity, _)| std::cmp::Reverse(*severity));
        writeln!(
            self.to,
            "\n| severity | rule | where | value | id |\n|---|---|---|---|---|"
        )?;
        for (_, row) in rows.iter().take(ROWS) {
            writeln!(self.to, "{row}")?;
        }
        let more = findings.saturating_sub(ROWS as u64);
        if more > 0 {
            writeln!(self.to, "\nand {more} more.")?;
        }
        Ok(())
    }
}

impl<W: Write> Reporter for Markdown<W> {
    fn begin(&mut self, _: &RunInfo) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        if !finding.standing.is_new() {
            return Ok(());
        }
        let facts = Facts::of(finding);
        let place = match facts.members.as_str() {
            "" => facts.path.clone(),
            members => format!("{}!{members}", facts.path),
        };
        let row = format!(
            "| {} | {} | {}:{} | {} | {} |",
            facts.severity(),
            escaped(facts.rule()),
            escaped(&place),
            facts.line(),
            escaped(&facts.preview()),
            escaped(facts.key()),
        );
        self.rows.push((finding.severity, row));
        if self.rows.len() >= 8 * ROWS {
            self.rows
                .sort_by_key(|(severity, _)| std::cmp::Reverse(*severity));
            self.rows.truncate(ROWS);
        }
        Ok(())
    }

    fn skip(&mut self, skip: &Skip) -> io::Result<()> {
        if skip.reason.status() == Status::Skipped {
            return Ok(());
        }
        if self.gaps.len() >= NAMED {
            self.more_gaps += 1;
            return Ok(());
        }
        let place = printable_bytes(&place_bytes(&skip.provenance));
        let reason = one_line(&skip.reason.describe());
        self.gaps
            .push(format!("* {}: {}", escaped(&place), escaped(&reason)));
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        self.numbers(summary)?;
        self.table(summary.findings)?;
        if !self.gaps.is_empty() {
            writeln!(self.to, "\nNot fully examined:\n\n{}", self.gaps.join("\n"))?;
        }
        if self.more_gaps > 0 {
            writeln!(self.to, "* and {} more", self.more_gaps)?;
        }
        self.to.flush()
    }
}

/// `text` with everything escaped that Markdown or HTML could take for its own.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // Names of people and of issues become links elsewhere.
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '|' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn a_path_cannot_leave_its_cell() {
        let mut bytes = Vec::new();
        let finding = samples::finding("a|b\n[x](y)<img>@me");
        samples::drive(
            &mut Markdown::new(&mut bytes),
            &[finding],
            &[],
            &Summary::default(),
        );
        let text = String::from_utf8(bytes).unwrap();
        let row = text.lines().find(|line| line.contains("acme")).unwrap();
        assert!(
            row.contains("a\\|b \\[x\\]\\(y\\)&lt;img&gt;&#64;me:3"),
            "{row}"
        );
    }
}
