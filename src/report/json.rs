//! One JSON document. Findings are written as they come and never collected.

use std::io::{self, Write};

use crate::judge::finding::Finding;
use crate::judge::outcome::{RunInfo, Skip, Summary};
use crate::report::Reporter;
use crate::report::model::{
    FindingModel, RunModel, SCHEMA_VERSION, SkipModel, SummaryModel, ToolModel, write_json,
};

/// Writes one JSON document with one finding or skip per line.
///
/// Skips stand after all findings and are kept until the end.
#[derive(Debug)]
pub struct JsonReporter<W: Write> {
    to: W,
    findings: u64,
    skips: Vec<Skip>,
}

impl<W: Write> JsonReporter<W> {
    /// Makes a reporter that writes to `to`, which should be buffered.
    pub fn new(to: W) -> JsonReporter<W> {
        JsonReporter {
            to,
            findings: 0,
            skips: Vec::new(),
        }
    }

    /// Where it is written to.
    #[cfg(feature = "cli")]
    pub(super) fn written(&self) -> &W {
        &self.to
    }

    fn separate(&mut self, first: bool) -> io::Result<()> {
        self.to.write_all(if first { b"\n" } else { b",\n" })
    }
}

impl<W: Write> Reporter for JsonReporter<W> {
    fn begin(&mut self, run: &RunInfo) -> io::Result<()> {
        write!(self.to, "{{\"schema_version\":{SCHEMA_VERSION},\n\"tool\":")?;
        write_json(&mut self.to, &ToolModel::THIS)?;
        self.to.write_all(b",\n\"run\":")?;
        write_json(&mut self.to, &RunModel::from(run))?;
        self.to.write_all(b",\n\"findings\":[")
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.separate(self.findings == 0)?;
        self.findings += 1;
        write_json(&mut self.to, &FindingModel::from(finding))
    }

    fn skip(&mut self, skip: &Skip) -> io::Result<()> {
        self.skips.push(skip.clone());
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        self.to.write_all(b"],\n\"skips\":[")?;
        let skips = std::mem::take(&mut self.skips);
        for (index, skip) in skips.iter().enumerate() {
            self.separate(index == 0)?;
            write_json(&mut self.to, &SkipModel::from(skip))?;
        }
        self.to.write_all(b"],\n\"summary\":")?;
        write_json(&mut self.to, &SummaryModel::from(summary))?;
        self.to.write_all(b"}\n")?;
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn the_document_parses_with_none_one_and_two_findings() {
        for count in 0..3 {
            let findings = vec![samples::finding("a"); count];
            let mut bytes = Vec::new();
            let mut reporter = JsonReporter::new(&mut bytes);
            samples::drive(&mut reporter, &findings, &[], &Summary::default());
            let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(value["schema_version"], 1);
            assert_eq!(value["findings"].as_array().unwrap().len(), count);
            assert_eq!(value["skips"], serde_json::json!([]));
            assert_eq!(value["summary"]["complete"], true);
        }
    }
}
