//! Formats that are a list of JSON objects, with or without something around it.

use std::io::{self, Write};

use serde_json::Value;

use super::facts::Facts;
use crate::judge::finding::Finding;
use crate::judge::outcome::{RunInfo, Skip, Summary};
use crate::report::Reporter;
use crate::report::model::write_json;

/// A format whose findings are JSON objects.
pub(super) trait Objects {
    /// What stands before the first object.
    fn head(&mut self) -> String {
        "[".to_owned()
    }

    /// What stands between two objects.
    fn between(&self) -> &'static str {
        ","
    }

    /// The object of a finding.
    fn object(&mut self, facts: &Facts<'_>) -> Value;

    /// Notes what was not examined.
    fn skip(&mut self, _: &Skip) {}

    /// What stands behind the last object.
    fn tail(&mut self, _: &Summary) -> Tail {
        Tail::Text("]")
    }
}

/// What closes a list.
pub(super) enum Tail {
    /// Fixed text.
    Text(&'static str),
    /// Members of the object that holds the list, which end the document.
    Members(Vec<(&'static str, Value)>),
}

/// Writes [`Objects`] as they come.
pub(super) struct Listed<W: Write, O> {
    to: W,
    objects: O,
    is_first: bool,
}

impl<W: Write, O: Objects> Listed<W, O> {
    pub(super) fn new(to: W, objects: O) -> Listed<W, O> {
        Listed {
            to,
            objects,
            is_first: true,
        }
    }
}

impl<W: Write, O: Objects> Reporter for Listed<W, O> {
    fn begin(&mut self, _: &RunInfo) -> io::Result<()> {
        let head = self.objects.head();
        self.to.write_all(head.as_bytes())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        if !finding.standing.is_new() {
            return Ok(());
        }
        let between = if std::mem::replace(&mut self.is_first, false) {
            ""
        } else {
            self.objects.between()
        };
        writeln!(self.to, "{between}")?;
        let object = self.objects.object(&Facts::of(finding));
        write_json(&mut self.to, &object)
    }

    fn skip(&mut self, skip: &Skip) -> io::Result<()> {
        self.objects.skip(skip);
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        match self.objects.tail(summary) {
            Tail::Text(text) => self.to.write_all(text.as_bytes())?,
            Tail::Members(members) => {
                self.to.write_all(b"]")?;
                for (name, value) in members {
                    write!(self.to, ",\n\"{name}\":")?;
                    write_json(&mut self.to, &value)?;
                }
                self.to.write_all(b"}")?;
            }
        }
        self.to.write_all(b"\n")?;
        self.to.flush()
    }
}
