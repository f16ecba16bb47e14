//! Workflow commands of GitHub Actions: one annotation for each finding, and for
//! what was not examined. A runner shows ten of each kind for a step.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::facts::Facts;
use crate::base::content::Status;
use crate::judge::finding::Finding;
use crate::judge::outcome::{RunInfo, Skip, Summary};
use crate::report::Reporter;
use crate::report::level::Level;
use crate::report::sanitise::{one_line, path_bytes, printable, printable_bytes};

pub(super) struct Github<W: Write> {
    to: W,
}

impl<W: Write> Github<W> {
    pub(super) fn new(to: W) -> Github<W> {
        Github { to }
    }
}

impl<W: Write> Reporter for Github<W> {
    fn begin(&mut self, _: &RunInfo) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        if !finding.standing.is_new() {
            return Ok(());
        }
        let facts = Facts::of(finding);
        let place = &finding.place;
        let command = match Level::of(finding.severity) {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "notice",
        };
        let mut properties = format!("file={}", property(&facts.path));
        // Lines of a member are none of the file's.
        if facts.members.is_empty() {
            // Writing to a `String` does not fail.
            let _ = write!(
                properties,
                ",line={},endLine={}",
                facts.line(),
                facts.last_line()
            );
            if place.start.line == place.end.line && place.end.column > place.start.column {
                let (start, end) = (place.start.column, place.end.column - 1);
                let _ = write!(properties, ",col={start},endColumn={end}");
            }
        }
        let title = property(&format!("{} [{}]", facts.title(), facts.rule()));
        let message = data(&format!(
            "{}. {} [{}]",
            facts.message(),
            facts.remedy(),
            facts.key()
        ));
        writeln!(self.to, "::{command} {properties},title={title}::{message}")
    }

    fn skip(&mut self, skip: &Skip) -> io::Result<()> {
        if skip.reason.status() == Status::Skipped {
            return Ok(());
        }
        let file = property(&printable_bytes(&path_bytes(&skip.provenance)));
        let reason = data(&one_line(&skip.reason.describe()));
        let members = match skip.provenance.inner.join("!") {
            members if members.is_empty() => String::new(),
            members => data(&format!(", {}", one_line(&members))),
        };
        writeln!(
            self.to,
            "::warning file={file},title=Not fully examined::{reason}{members}"
        )
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        let state = if summary.is_complete() {
            "the scan is complete"
        } else {
            "the scan is not complete"
        };
        let (findings, units) = (summary.findings, summary.enumerated);
        writeln!(
            self.to,
            "::notice title=stanch::{findings} findings in {units} files; {state}"
        )?;
        self.to.flush()
    }
}

/// `text` behind the colons.
fn data(text: &str) -> String {
    let text = printable(text).replace('%', "%25");
    text.replace('\r', "%0D").replace('\n', "%0A")
}

/// `text` as the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn a_path_cannot_end_its_property_or_begin_a_command() {
        let mut bytes = Vec::new();
        let finding = samples::finding("a,line=1::b\n::error ::c%0A");
        let mut reporter = Github::new(&mut bytes);
        samples::drive(&mut reporter, &[finding], &[], &Summary::default());
        let text = String::from_utf8(bytes).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2);
        let file = "::error file=a%2Cline=1%3A%3Ab\\n%3A%3Aerror %3A%3Ac%250A,line=3,";
        assert!(lines[0].starts_with(file), "{}", lines[0]);
    }
}
