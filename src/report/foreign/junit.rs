//! `JUnit`'s XML as build servers read it: a failed test for each finding, one for everything that was
//! not examined, and one that passes when all is well.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::facts::Facts;
use crate::base::content::Status;
use crate::judge::finding::Finding;
use crate::judge::outcome::{RunInfo, Skip, Summary};
use crate::report::Reporter;
use crate::report::model::ToolModel;
use crate::report::sanitise::{one_line, place_bytes, printable, printable_bytes};

/// Writes the document at the end: its first line tells how many tests there are.
pub(super) struct Junit<W: Write> {
    to: W,
    cases: String,
    failures: u64,
    gaps: String,
    missing: u64,
}

impl<W: Write> Junit<W> {
    pub(super) fn new(to: W) -> Junit<W> {
        Junit {
            to,
            cases: String::new(),
            failures: 0,
            gaps: String::new(),
            missing: 0,
        }
    }
}

impl<W: Write> Reporter for Junit<W> {
    fn begin(&mut self, _: &RunInfo) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        if !finding.standing.is_new() {
            return Ok(());
        }
        let facts = Facts::of(finding);
        let place = match facts.members.as_str() {
            "" => format!("{}:{}", facts.path, facts.line()),
            members => format!("{}!{members}:{}", facts.path, facts.line()),
        };
        self.failures += 1;
        // Writing to a `String` does not fail.
        let _ = writeln!(
            self.cases,
            "    <testcase classname=\"{}\" name=\"{} at {}\">\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n    </testcase>",
            text(&facts.path),
            text(facts.rule()),
            text(&place),
            text(facts.rule()),
            text(&facts.message()),
            text(&format!(
                "{} {} [{}]",
                facts.why(),
                facts.remedy(),
                facts.key()
            )),
        );
        Ok(())
    }

    fn skip(&mut self, skip: &Skip) -> io::Result<()> {
        if skip.reason.status() != Status::Skipped {
            let place = printable_bytes(&place_bytes(&skip.provenance));
            let reason = one_line(&skip.reason.describe());
            self.missing += 1;
            let _ = writeln!(self.gaps, "{}", text(&format!("{place}: {reason}")));
        }
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        let complete = summary.is_complete();
        let errors = u64::from(!complete);
        let tests = self.failures + 1;
        let counts = format!(
            "tests=\"{tests}\" failures=\"{}\" errors=\"{errors}\"",
            self.failures
        );
        let name = ToolModel::THIS.name;
        writeln!(self.to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        writeln!(self.to, "<testsuites name=\"{name}\" {counts}>")?;
        writeln!(self.to, "  <testsuite name=\"{name}\" {counts}>")?;
        self.to.write_all(self.cases.as_bytes())?;
        let case = "    <testcase classname=\"stanch\" name=\"everything in scope is examined\"";
        if complete {
            writeln!(self.to, "{case}/>")?;
        } else {
            let told = format!("{} items were not fully examined", self.missing);
            writeln!(
                self.to,
                "{case}>\n      <error type=\"incomplete\" message=\"{told}\">"
            )?;
            self.to.write_all(self.gaps.as_bytes())?;
            writeln!(self.to, "      </error>\n    </testcase>")?;
        }
        writeln!(self.to, "  </testsuite>\n</testsuites>")?;
        self.to.flush()
    }
}

/// `text` for an attribute or an element of XML 1.0, which knows no control characters.
fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in printable(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::content::SkipReason;
    use crate::base::provenance::Provenance;
    use crate::report::samples;

    fn written(findings: &[Finding], skips: &[Skip], summary: &Summary) -> String {
        let mut bytes = Vec::new();
        samples::drive(&mut Junit::new(&mut bytes), findings, skips, summary);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_clean_run_is_one_test_that_passes() {
        let report = written(&[], &[], &Summary::default());
        assert!(report.contains("tests=\"1\" failures=\"0\" errors=\"0\""));
        assert!(!report.contains("<failure") && !report.contains("<error"));
    }

    #[test]
    fn findings_fail_and_gaps_are_errors() {
        let skip = Skip {
            provenance: std::sync::Arc::new(Provenance::file("a&b")),
            reason: SkipReason::Vanished,
        };
        let summary = Summary {
            failed: 1,
            enumerated: 1,
            ..Summary::default()
        };
        let report = written(&[samples::finding("<x>\u{1}")], &[skip], &summary);
        assert!(
            report.contains("tests=\"2\" failures=\"1\" errors=\"1\""),
            "{report}"
        );
        assert!(report.contains("classname=\"&lt;x&gt;\\x01\""));
        assert!(report.contains("a&amp;b: "));
    }
}
