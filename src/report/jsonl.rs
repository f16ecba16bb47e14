//! JSON Lines: one object per line, each with its `type`, written as they come.

use std::io::{self, Write};

use serde::Serialize;

use crate::judge::finding::Finding;
use crate::judge::outcome::{RunInfo, Skip, Summary};
use crate::report::Reporter;
use crate::report::model::{
    FindingModel, RunModel, SCHEMA_VERSION, SkipModel, SummaryModel, ToolModel, write_json,
};

/// Writes JSON Lines. A report without a `summary` line was cut off.
#[derive(Debug)]
pub struct JsonlReporter<W: Write> {
    to: W,
}

#[derive(Serialize)]
struct RunLine<'a> {
    schema_version: u32,
    tool: ToolModel,
    #[serde(flatten)]
    run: RunModel<'a>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line<'a> {
    Run(RunLine<'a>),
    Finding(Box<FindingModel<'a>>),
    Skip(SkipModel),
    Summary(SummaryModel<'a>),
}

impl<W: Write> JsonlReporter<W> {
    /// Makes a reporter that writes to `to`, which should be buffered.
    pub fn new(to: W) -> JsonlReporter<W> {
        JsonlReporter { to }
    }

    fn line(&mut self, line: &Line<'_>) -> io::Result<()> {
        write_json(&mut self.to, line)?;
        self.to.write_all(b"\n")
    }
}

impl<W: Write> Reporter for JsonlReporter<W> {
    fn begin(&mut self, run: &RunInfo) -> io::Result<()> {
        self.line(&Line::Run(RunLine {
            schema_version: SCHEMA_VERSION,
            tool: ToolModel::THIS,
            run: run.into(),
        }))
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.line(&Line::Finding(Box::new(finding.into())))?;
        // A reader at the other end of a pipe wants findings as they come.
        self.to.flush()
    }

    fn skip(&mut self, skip: &Skip) -> io::Result<()> {
        self.line(&Line::Skip(skip.into()))
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        self.line(&Line::Summary(summary.into()))?;
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn every_line_is_an_object_with_a_type() {
        let mut bytes = Vec::new();
        let findings = [samples::finding("a"), samples::finding("b")];
        let mut reporter = JsonlReporter::new(&mut bytes);
        samples::drive(&mut reporter, &findings, &[], &Summary::default());
        let types: Vec<String> = String::from_utf8(bytes)
            .unwrap()
            .lines()
            .map(|line| {
                serde_json::from_str::<serde_json::Value>(line).unwrap()["type"].to_string()
            })
            .collect();
        assert_eq!(
            types,
            ["\"run\"", "\"finding\"", "\"finding\"", "\"summary\""]
        );
    }
}
