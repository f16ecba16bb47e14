//! One self-contained page for people: what was examined, what was found, what to do about it.
//!
//! The page asks nobody for anything: style and script stand in it and are the only ones that its
//! policy (CSP) lets in, by their hashes. What was scanned is inert JSON, from which the script
//! makes text nodes and never markup. `docs/html-report.md` says what is on it.

mod book;
mod columns;
mod frame;
mod merge;
mod plain;

use std::io::{self, BufWriter, Write};

use serde::Serialize;
use serde_json::Value;

use crate::judge::finding::Finding;
use crate::judge::outcome::{RunInfo, Skip, Summary};
use crate::report::Reporter;
use crate::report::model::{FindingModel, RunModel, SkipModel, SummaryModel, ToolModel};
use crate::report::output::Destination;
use crate::report::staged::{Staged, stage};

pub use book::{Book, Ending};

/// Writes the page of `book` to its place; a file appears under its name when it is whole.
///
/// # Errors
/// The place cannot be written to.
pub fn publish(book: &mut Book, to: &Destination) -> io::Result<()> {
    match to {
        Destination::Stdout => {
            let mut out = BufWriter::new(io::stdout().lock());
            book.write(&mut out)?;
            out.flush()
        }
        Destination::File(path) => {
            let (file, staged) = stage(path)?;
            let mut out = BufWriter::with_capacity(1 << 18, file);
            book.write(&mut out)?;
            out.flush()?;
            staged.map_or(Ok(()), Staged::publish)
        }
    }
}

/// Collects a run and writes the page at its end, since the numbers stand first in it.
#[derive(Debug)]
pub struct HtmlReporter<W: Write> {
    to: W,
    book: Book,
}

impl<W: Write> HtmlReporter<W> {
    /// Makes a reporter that writes to `to`, which should be buffered.
    pub fn new(to: W) -> HtmlReporter<W> {
        HtmlReporter {
            to,
            book: Book::default(),
        }
    }
}

impl<W: Write> Reporter for HtmlReporter<W> {
    fn begin(&mut self, run: &RunInfo) -> io::Result<()> {
        self.book
            .begin(value(&ToolModel::THIS)?, value(&RunModel::from(run))?, None);
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.book.explain(&finding.rule);
        self.book.finding(&value(&FindingModel::from(finding))?)
    }

    fn skip(&mut self, skip: &Skip) -> io::Result<()> {
        self.book.skip(value(&SkipModel::from(skip))?);
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        let summary = value(&SummaryModel::from(summary))?;
        self.book.end(Ending::Whole(summary));
        self.book.write(&mut self.to)?;
        self.to.flush()
    }
}

fn value(model: &impl Serialize) -> io::Result<Value> {
    serde_json::to_value(model).map_err(io::Error::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    fn page(findings: &[Finding]) -> String {
        let mut bytes = Vec::new();
        let mut reporter = HtmlReporter::new(&mut bytes);
        samples::drive(&mut reporter, findings, &[], &Summary::default());
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_path_cannot_leave_the_data() {
        let hostile = "a</script><img src=x onerror=alert(1)><!--<script>&amp;\u{2028}\u{202e}.js";
        let page = page(&[samples::finding(hostile)]);
        for needle in ["<img", "</script><", "<!--<", "&amp;\u{2028}", "\u{202e}"] {
            let inside = page.match_indices(needle).count();
            let empty = self::page(&[]).match_indices(needle).count();
            assert_eq!(inside, empty, "{needle:?}");
        }
        assert!(page.contains("\\u003cimg src=x onerror"));
    }

    #[test]
    fn nothing_on_the_page_is_fetched() {
        let page = page(&[samples::finding("a")]);
        for needle in [
            "<link rel=\"stylesheet",
            "src=\"http",
            "@import",
            "url(",
            "unsafe-inline",
        ] {
            assert!(!page.contains(needle), "{needle}");
        }
    }

    #[test]
    fn the_same_run_gives_the_same_bytes() {
        let findings = [samples::finding("b"), samples::finding("a")];
        assert_eq!(page(&findings), page(&findings));
    }
}
