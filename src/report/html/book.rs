//! Everything the page tells, collected from one run or several, and laid out at the end.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value};

use super::columns::{Columns, Row};
use super::frame::{self, Slot, write_inert};
use super::{merge, plain};
use crate::base::evidence::Evidence;
use crate::judge::finding::RuleInfo;
use crate::report::model::{SCHEMA_VERSION, write_json};

/// Findings on a page at most: what browsers still open. The gravest are kept.
const MOST: usize = 200_000;
/// Items that were not wholly examined, named at most.
const MOST_GAPS: usize = 5_000;
/// Items out of scope by policy, named at most.
const MOST_POLICY: usize = 1_000;
/// Findings in one piece of data; a piece is read when one of its findings is looked at.
const PIECE: usize = 250;

/// How a run ended, as far as its report tells.
#[derive(Clone, Debug)]
pub enum Ending {
    /// With this account.
    Whole(Value),
    /// Nobody knows: the report was cut off.
    CutOff,
}

/// A finding on the page.
#[derive(Debug)]
struct Kept {
    row: Row,
    json: Vec<u8>,
}

impl Kept {
    /// The smaller, the earlier on the page.
    fn grade(&self) -> (u8, u8, u8) {
        let Row {
            status,
            severity,
            confidence,
            ..
        } = self.row;
        (status, u8::MAX - severity, u8::MAX - confidence)
    }
}

/// A rule of a finding.
#[derive(Debug, Default, Serialize)]
struct RuleCard {
    id: String,
    title: String,
    provider: String,
    class: String,
    why: String,
    remedy: String,
    references: Vec<String>,
}

/// One run.
#[derive(Debug, Serialize)]
struct RunCard {
    /// The report it was read from, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    tool: Value,
    run: Value,
    /// None when the report was cut off.
    summary: Option<Value>,
}

/// Collects what the page tells.
#[derive(Debug, Default)]
pub struct Book {
    runs: Vec<RunCard>,
    kept: Vec<Kept>,
    rules: BTreeMap<String, RuleCard>,
    evidence: BTreeSet<String>,
    gaps: Vec<Value>,
    policy: Vec<Value>,
    unnamed: u64,
    cut: u64,
    /// Digests of all findings, so that what several reports tell stands here once.
    seen: HashSet<blake3::Hash>,
    repeated: u64,
}

/// The data of the page but for the findings themselves.
#[derive(Serialize)]
struct Overview<'a> {
    schema_version: u32,
    runs: &'a [RunCard],
    summary: &'a Map<String, Value>,
    cut: u64,
    repeated: u64,
    piece: usize,
    rules: Vec<&'a RuleCard>,
    evidence: BTreeMap<&'a str, &'static str>,
    skips: Vec<&'a Value>,
    unnamed_skips: u64,
    findings: Columns<'a>,
}

impl Book {
    /// A run begins; `name` is the report that tells of it, where there are several.
    pub fn begin(&mut self, tool: Value, run: Value, name: Option<String>) {
        self.runs.push(RunCard {
            name,
            tool,
            run,
            summary: None,
        });
    }

    /// What there is to know of a rule beyond what findings say.
    pub fn explain(&mut self, rule: &RuleInfo) {
        let card = self.rules.entry(rule.id.as_str().to_owned()).or_default();
        if card.why.is_empty() && card.remedy.is_empty() {
            card.why.clone_from(&rule.why);
            card.remedy.clone_from(&rule.remedy);
            card.references.clone_from(&rule.references);
        }
    }

    /// Ids of the rules of all findings.
    pub fn rules(&self) -> Vec<String> {
        self.rules.keys().cloned().collect()
    }

    /// A finding, as the JSON reports tell it.
    ///
    /// # Errors
    /// None that a well-formed finding could cause.
    pub fn finding(&mut self, finding: &Value) -> io::Result<()> {
        let mut json = Vec::new();
        write_json(&mut json, finding)?;
        if !self.seen.insert(blake3::hash(&json)) {
            self.repeated += 1;
            return Ok(());
        }
        let row = Row::of(finding);
        let text = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
        let card = self.rules.entry(row.rule.clone()).or_default();
        if card.title.is_empty() {
            card.id.clone_from(&row.rule);
            card.title = text("title");
            card.provider = text("provider");
            card.class = text("class");
        }
        for code in finding["evidence"].as_array().into_iter().flatten() {
            let code = code.as_str().unwrap_or_default();
            if !self.evidence.contains(code) {
                self.evidence.insert(code.to_owned());
            }
        }
        self.kept.push(Kept { row, json });
        // Cutting now and then, and not each time, keeps both memory and time small.
        if self.kept.len() >= 2 * MOST {
            self.cut_to(MOST);
        }
        Ok(())
    }

    /// Something that was not wholly examined.
    pub fn skip(&mut self, skip: Value) {
        let (list, most) = if skip["status"] == "skipped" {
            (&mut self.policy, MOST_POLICY)
        } else {
            (&mut self.gaps, MOST_GAPS)
        };
        if list.len() < most {
            list.push(skip);
        } else {
            self.unnamed += 1;
        }
    }

    /// The run that began last is over.
    pub fn end(&mut self, ending: Ending) {
        if let (Some(run), Ending::Whole(summary)) = (self.runs.last_mut(), ending) {
            run.summary = Some(summary);
        }
    }

    /// True when the account of the run that began last is there.
    pub fn is_closed(&self) -> bool {
        self.runs.last().is_some_and(|run| run.summary.is_some())
    }

    /// Writes the page.
    ///
    /// # Errors
    /// Those of `to`.
    pub fn write(&mut self, to: &mut impl Write) -> io::Result<()> {
        self.cut_to(MOST);
        let summary = self.summary();
        let rows: Vec<&Row> = self.kept.iter().map(|kept| &kept.row).collect();
        let plain = plain::Plain {
            summary: &summary,
            rows: &rows,
            gaps: &self.gaps,
        };
        frame::write(to, |to, slot| match slot {
            Slot::Title => plain.title(to),
            Slot::Plain => plain.write(to),
            Slot::Overview => self.overview(to, &rows, &summary),
            Slot::Findings => self.findings(to),
        })
    }

    /// Puts the gravest first; of equals, those that came first. Drops what is too much.
    fn cut_to(&mut self, most: usize) {
        self.kept.sort_by_key(Kept::grade);
        self.cut += self.kept.len().saturating_sub(most) as u64;
        self.kept.truncate(most);
    }

    /// The accounts of all runs as one.
    fn summary(&self) -> Map<String, Value> {
        let mut sum = Map::new();
        for run in &self.runs {
            if let Some(summary) = run.summary.as_ref().and_then(Value::as_object) {
                merge::add(&mut sum, summary);
            } else {
                let open = Map::from_iter([("complete".to_owned(), false.into())]);
                merge::add(&mut sum, &open);
            }
        }
        sum
    }

    fn overview(
        &self,
        to: &mut impl Write,
        rows: &[&Row],
        summary: &Map<String, Value>,
    ) -> io::Result<()> {
        let used: BTreeSet<&str> = rows.iter().map(|row| row.rule.as_str()).collect();
        let used: Vec<&str> = used.into_iter().collect();
        let words = |code: &String| Evidence::described(code).unwrap_or_default();
        let overview = Overview {
            schema_version: SCHEMA_VERSION,
            runs: &self.runs,
            summary,
            cut: self.cut,
            repeated: self.repeated,
            piece: PIECE,
            rules: used.iter().filter_map(|id| self.rules.get(*id)).collect(),
            evidence: self
                .evidence
                .iter()
                .map(|code| (code.as_str(), words(code)))
                .collect(),
            skips: self.gaps.iter().chain(&self.policy).collect(),
            unnamed_skips: self.unnamed,
            findings: Columns::of(rows, &used),
        };
        let mut json = Vec::new();
        write_json(&mut json, &overview)?;
        write_inert(to, &json)
    }

    /// The findings in pieces, each a JSON array in an element of its own.
    fn findings(&self, to: &mut impl Write) -> io::Result<()> {
        for (number, piece) in self.kept.chunks(PIECE).enumerate() {
            write!(
                to,
                "<script type=\"application/json\" id=\"piece-{number}\">["
            )?;
            for (index, kept) in piece.iter().enumerate() {
                to.write_all(if index == 0 { b"\n" } else { b",\n" })?;
                write_inert(to, &kept.json)?;
            }
            to.write_all(b"]</script>\n")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn finding(severity: &str, status: Option<&str>, path: &str) -> Value {
        json!({"rule": "r", "title": "R", "severity": severity, "confidence": "high", "id": "st1:1",
            "path": path, "place": {"start": {"line": 1}}, "status": status})
    }

    fn overview(book: &mut Book) -> Value {
        let mut bytes = Vec::new();
        book.write(&mut bytes).unwrap();
        let page = String::from_utf8(bytes).unwrap();
        let (_, rest) = page.split_once("id=\"overview\">").unwrap();
        serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
    }

    #[test]
    fn the_gravest_stand_first_and_what_does_not_count_last() {
        let mut book = Book::default();
        book.finding(&finding("low", None, "a")).unwrap();
        book.finding(&finding("critical", Some("allowed"), "b"))
            .unwrap();
        book.finding(&finding("high", None, "c")).unwrap();
        let told = overview(&mut book);
        assert_eq!(told["findings"]["path"], json!([2, 0, 1]));
        assert_eq!(told["findings"]["paths"], json!(["a", "b", "c"]));
        assert_eq!(told["findings"]["status"], json!([0, 0, 2]));
    }

    #[test]
    fn what_two_reports_tell_stands_once() {
        let mut book = Book::default();
        for path in ["a", "b", "a"] {
            book.finding(&finding("low", None, path)).unwrap();
        }
        let told = overview(&mut book);
        assert_eq!(
            (&told["repeated"], &told["findings"]["path"]),
            (&json!(1), &json!([0, 1]))
        );
    }

    #[test]
    fn what_is_too_much_is_cut_and_counted() {
        let mut book = Book::default();
        for severity in ["low", "high", "medium"] {
            book.finding(&finding(severity, None, severity)).unwrap();
        }
        book.cut_to(2);
        let told = overview(&mut book);
        assert_eq!(told["cut"], 1);
        assert_eq!(told["findings"]["paths"], json!(["high", "medium"]));
    }

    #[test]
    fn a_report_that_was_cut_off_is_not_complete() {
        let mut book = Book::default();
        book.begin(json!({}), json!({}), None);
        book.end(Ending::Whole(json!({"complete": true, "findings": 1})));
        assert_eq!(overview(&mut book)["summary"]["complete"], true);
        book.begin(json!({}), json!({}), None);
        book.end(Ending::CutOff);
        let told = overview(&mut book);
        assert_eq!(told["summary"], json!({"complete": false, "findings": 1}));
        assert_eq!(told["runs"][1]["summary"], Value::Null);
    }
}
