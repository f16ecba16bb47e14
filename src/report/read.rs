//! Reads JSON and JSON Lines reports back, item by item and never as a whole.
//!
//! Both are taken in any layout: on one line or many, members in any order. What is read may come
//! from anywhere, so it is checked for what a report must have, and remains plain data.

use std::fmt;
use std::io::{self, Read};

use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Deserializer, Map, Value};

use crate::base::level::{Confidence, Severity};
use crate::report::model::SCHEMA_VERSION;

/// A part of a report, as it comes.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// A run: the tool, and the run itself.
    Run {
        /// Who wrote the report.
        tool: Value,
        /// What was run.
        run: Value,
    },
    /// A finding.
    Finding(Value),
    /// Something that was not wholly examined.
    Skip(Value),
    /// The account of the run, which ends with it.
    Summary(Value),
}

/// Why a text is not a report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It could not be read.
    #[error("cannot be read: {0}")]
    Io(io::Error),
    /// It is not JSON, or not in the shape of a report.
    #[error("line {line}, column {column}: {why}")]
    Shape {
        /// Line, from one.
        line: usize,
        /// Column, from one.
        column: usize,
        /// What is wrong, and what to do about it.
        why: String,
    },
    /// There is nothing in it.
    #[error("it is empty; {REMEDY}")]
    Empty,
    /// Whoever takes the items cannot go on.
    #[error("{0}")]
    Taker(io::Error),
}

/// How to come by a report that can be read.
const REMEDY: &str = "write a report with `stanch scan --report jsonl=FILE`";

/// Takes the items.
type Take<'a> = dyn FnMut(Item) -> io::Result<()> + 'a;

/// Reads a report, or several one behind the other, from `from`, which should be buffered.
///
/// # Errors
/// `from` cannot be read, holds something else than reports, or `take` refuses an item.
pub fn read(from: impl Read, take: &mut Take<'_>) -> Result<(), ReadError> {
    let mut refused = None;
    let mut take = |item: Item| {
        take(item).map_err(|error| {
            let told = error.to_string();
            refused = Some(error);
            told
        })
    };
    let mut deserializer = Deserializer::from_reader(from);
    let mut is_empty = true;
    let read = loop {
        match deserializer.end() {
            Ok(()) => break Ok(()),
            Err(error) if error.is_io() => break Err(error),
            // Something follows.
            Err(_) => {}
        }
        is_empty = false;
        if let Err(error) = (Part { take: &mut take }).deserialize(&mut deserializer) {
            break Err(error);
        }
    };
    match (read, refused) {
        (_, Some(error)) => Err(ReadError::Taker(error)),
        (Ok(()), None) if is_empty => Err(ReadError::Empty),
        (Ok(()), None) => Ok(()),
        (Err(error), None) => Err(told(error)),
    }
}

fn told(error: serde_json::Error) -> ReadError {
    let (line, column) = (error.line(), error.column());
    if error.is_io() {
        return ReadError::Io(error.into());
    }
    let place = format!(" at line {line} column {column}");
    let why = error.to_string();
    let why = why.strip_suffix(&place).unwrap_or(&why);
    let why = if error.is_eof() {
        format!(
            "the text ends in the middle ({why}): the report was cut off; delete its last, unfinished line or {REMEDY}"
        )
    } else if error.is_syntax() {
        format!("this is not JSON: {why}; {REMEDY}")
    } else {
        why.to_owned()
    };
    ReadError::Shape { line, column, why }
}

/// Hands an item on; the text is what went wrong.
type Hand<'a> = dyn FnMut(Item) -> Result<(), String> + 'a;

/// A whole document, or a line of one.
struct Part<'a, 'b> {
    take: &'a mut Hand<'b>,
}

impl<'de> DeserializeSeed<'de> for Part<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Part<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a report of stanch, in JSON or JSON Lines; {REMEDY}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<(), A::Error> {
        let mut members = Map::new();
        let mut lists = 0;
        while let Some(name) = from.next_key::<String>()? {
            let kind = match name.as_str() {
                "findings" => Kind::Finding,
                "skips" => Kind::Skip,
                // SARIF's and other formats' lists can be long, and nobody needs them.
                "runs" | "vulnerabilities" => {
                    from.next_value::<IgnoredAny>()?;
                    members.insert(name, Value::Null);
                    continue;
                }
                _ => {
                    members.insert(name, from.next_value()?);
                    continue;
                }
            };
            let list = List {
                kind,
                take: &mut *self.take,
            };
            match from.next_value_seed(list)? {
                Some(number) => {
                    members.insert(name, number);
                }
                None => lists += 1,
            }
        }
        let told = match members.remove("type") {
            Some(kind) if lists == 0 => line(kind.as_str().unwrap_or_default(), members, self.take),
            _ => document(members, lists, self.take),
        };
        told.map_err(A::Error::custom)
    }
}

/// A list of a document: each of its items is handed on when it is there.
struct List<'a, 'b> {
    kind: Kind,
    take: &'a mut Hand<'b>,
}

#[derive(Clone, Copy)]
enum Kind {
    Finding,
    Skip,
}

impl<'de> DeserializeSeed<'de> for List<'_, '_> {
    type Value = Option<Value>;

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for List<'_, '_> {
    /// The number that stands there instead in a `summary` line.
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of findings or skips, or their number")
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(number.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        while let Some(value) = from.next_element::<Value>()? {
            let item = match self.kind {
                Kind::Finding => finding(value),
                Kind::Skip => skip(value),
            };
            item.and_then(&mut *self.take).map_err(A::Error::custom)?;
        }
        Ok(None)
    }
}

/// A line of JSON Lines.
fn line(kind: &str, mut members: Map<String, Value>, take: &mut Hand<'_>) -> Result<(), String> {
    match kind {
        "run" => {
            version(&members)?;
            members.remove("schema_version");
            let tool = members.remove("tool").unwrap_or_default();
            take(Item::Run {
                tool,
                run: members.into(),
            })
        }
        "finding" => take(finding(members.into())?),
        "skip" => take(skip(members.into())?),
        "summary" => take(Item::Summary(members.into())),
        other => Err(format!(
            "a line of type `{other}`, which no report of stanch has; {REMEDY}"
        )),
    }
}

/// The rest of a document whose lists were handed on already.
fn document(
    mut members: Map<String, Value>,
    lists: usize,
    take: &mut Hand<'_>,
) -> Result<(), String> {
    if lists == 0 || !members.contains_key("schema_version") {
        return Err(not_ours(&members));
    }
    version(&members)?;
    let mut member = |name: &str| members.remove(name).unwrap_or_default();
    let (tool, run, summary) = (member("tool"), member("run"), member("summary"));
    take(Item::Run { tool, run })?;
    if summary.is_object() {
        take(Item::Summary(summary))?;
    }
    Ok(())
}

fn version(members: &Map<String, Value>) -> Result<(), String> {
    match members.get("schema_version").and_then(Value::as_u64) {
        Some(version) if version <= u64::from(SCHEMA_VERSION) => Ok(()),
        Some(version) => Err(format!(
            "the report has schema version {version}, and this stanch knows up to {SCHEMA_VERSION}: \
             a newer one wrote it; update stanch"
        )),
        None => Err(format!("the report has no `schema_version`; {REMEDY}")),
    }
}

/// What else it is, where that is known.
fn not_ours(members: &Map<String, Value>) -> String {
    let what = if members.contains_key("runs") {
        "this is SARIF"
    } else if members.contains_key("vulnerabilities") {
        "this is a report for GitLab"
    } else {
        "this is JSON of something else"
    };
    format!("{what}, not a JSON or JSON Lines report of stanch; {REMEDY}")
}

/// A finding with all that a page or another format cannot do without.
fn finding(value: Value) -> Result<Item, String> {
    let lack = |what: &str| format!("a finding without {what}; {REMEDY}");
    for name in ["rule", "id", "path"] {
        if !value[name].is_string() {
            return Err(lack(&format!("`{name}`")));
        }
    }
    graded::<Severity>(&value, "severity")?;
    graded::<Confidence>(&value, "confidence")?;
    if !value["place"]["start"]["line"].is_u64() {
        return Err(lack("`place.start.line`"));
    }
    Ok(Item::Finding(value))
}

fn graded<T: std::str::FromStr<Err = String>>(value: &Value, name: &str) -> Result<(), String> {
    let word = value[name].as_str();
    let word = word.ok_or_else(|| format!("a finding without `{name}`; {REMEDY}"))?;
    let read = word.parse::<T>();
    read.map_err(|expected| format!("`{name}` of a finding is `{word}`: {expected}"))?;
    Ok(())
}

fn skip(value: Value) -> Result<Item, String> {
    for name in ["status", "code", "reason", "path"] {
        if !value[name].is_string() {
            return Err(format!("a skip without `{name}`; {REMEDY}"));
        }
    }
    Ok(Item::Skip(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::outcome::Summary;
    use crate::report::json::JsonReporter;
    use crate::report::jsonl::JsonlReporter;
    use crate::report::samples;
    use proptest::prelude::*;

    fn items(text: &str) -> Result<Vec<Item>, String> {
        let mut items = Vec::new();
        let read = read(text.as_bytes(), &mut |item| {
            items.push(item);
            Ok(())
        });
        read.map(|()| items).map_err(|error| error.to_string())
    }

    fn reports() -> [String; 2] {
        let findings = [samples::finding("a"), samples::finding("b\n\u{1b}")];
        let (mut json, mut lines) = (Vec::new(), Vec::new());
        let end = Summary::default();
        samples::drive(&mut JsonReporter::new(&mut json), &findings, &[], &end);
        samples::drive(&mut JsonlReporter::new(&mut lines), &findings, &[], &end);
        [json, lines].map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn both_formats_give_the_same_items_in_any_layout() {
        let [json, lines] = reports();
        let of_lines = items(&lines).unwrap();
        assert_eq!(of_lines.len(), 4);
        assert!(matches!(&of_lines[0], Item::Run { run, .. } if run["rules"] == 1));
        let value: Value = serde_json::from_str(&json).unwrap();
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        for text in [json, pretty] {
            let mut of_json = items(&text).unwrap();
            // A document tells its run behind its lists.
            let run = of_json.remove(2);
            of_json.insert(0, run);
            assert_eq!(of_json, of_lines);
        }
    }

    #[test]
    fn what_is_no_report_is_told_with_place_cause_and_remedy() {
        let newer =
            r#"{"schema_version":2,"tool":{},"run":{},"findings":[],"skips":[],"summary":{}}"#;
        let (finding, cut) = (r#"{"type":"finding","rule":"r""#, &reports()[1][..100]);
        for (text, expected) in [
            ("", "it is empty; write a report with"),
            ("\n \n", "it is empty"),
            ("hello", "line 1, column 1: this is not JSON"),
            ("[1]", "invalid type: sequence, expected a report of stanch"),
            ("7", "invalid type: integer `7`, expected a report"),
            (
                r#"{"version":"2.1.0","runs":[{}]}"#,
                "this is SARIF, not a JSON",
            ),
            (r#"{"a":1}"#, "this is JSON of something else"),
            (
                newer,
                "schema version 2, and this stanch knows up to 1: a newer one wrote it",
            ),
            (
                "{\"type\":\"run\",\"schema_version\":1}\n{\"type\":\"x\"}",
                "line 2, column ",
            ),
            (&format!("{finding}}}"), "a finding without `id`"),
            (
                &format!(r#"{finding},"id":"i","path":"p","severity":"odd"}}"#),
                "`severity` of a finding is `odd`: expected one of info",
            ),
            (cut, "the report was cut off"),
        ] {
            let told = items(text).unwrap_err();
            assert!(told.contains(expected), "{text}: {told}");
        }
    }

    #[test]
    fn whoever_takes_items_may_refuse() {
        let refused = read(reports()[1].as_bytes(), &mut |_| {
            Err(io::ErrorKind::StorageFull.into())
        });
        assert!(
            matches!(refused, Err(ReadError::Taker(error)) if error.kind() == io::ErrorKind::StorageFull)
        );
    }

    proptest! {
        #[test]
        fn nothing_panics(cut in 0usize..2000, with in "[ -~]{0,6}") {
            let [json, lines] = reports();
            for text in [json, lines] {
                let at = cut.min(text.len());
                let mut odd = text.into_bytes();
                odd.splice(at.., with.bytes());
                let _ = read(&odd[..], &mut |_| Ok(()));
            }
        }
    }
}
