//! YAML as a tree in which everything knows its line.

use std::collections::HashMap;
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle};

use crate::rules::import::node::{Node, Value};

/// Most nodes of a document, aliases counted with all they stand for.
const MOST: usize = 2_000_000;
/// Deepest nesting.
const DEEPEST: usize = 64;

/// Reads the first document of `text`.
pub(super) fn read(text: &str) -> Result<Node, (Range<usize>, String)> {
    let mut reader = Reader::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let at = offset(text, error.marker().line(), error.marker().col());
            (at..at, error.info().to_owned())
        })?;
        if event == Event::DocumentEnd {
            break;
        }
        let (line, column) = (span.start.line(), span.start.col());
        if let Err(message) = reader.take(event, line) {
            let at = offset(text, line, column);
            return Err((at..at, message));
        }
    }
    Ok(reader.root.unwrap_or(Node {
        line: 1,
        value: Value::Nothing,
    }))
}

/// Byte offset of a line (from one) and a column (from zero, in characters).
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start = text.split_inclusive('\n').take(line.saturating_sub(1));
    let start: usize = start.map(str::len).sum();
    let rest = &text[start..];
    let column = rest.char_indices().nth(column);
    start + column.map_or(rest.len(), |(at, _)| at)
}

/// A list or map that is not complete yet.
struct Open {
    line: usize,
    anchor: usize,
    entries: Vec<Node>,
    is_map: bool,
}

#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
    root: Option<Node>,
}

impl Reader {
    fn take(&mut self, event: Event<'_>, line: usize) -> Result<(), String> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let value = scalar(&text, style);
                self.add(Node { line, value }, anchor, 1)
            }
            Event::SequenceStart(anchor, _) => self.begin(line, anchor, false),
            Event::MappingStart(anchor, _) => self.begin(line, anchor, true),
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => {
                let known = self.anchors.get(&anchor).cloned();
                let (node, size) = known.ok_or("the alias stands inside of what it names")?;
                self.add(node, 0, size)
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, line: usize, anchor: usize, is_map: bool) -> Result<(), String> {
        if self.open.len() >= DEEPEST {
            return Err(format!("nested more than {DEEPEST} deep"));
        }
        self.open.push(Open {
            line,
            anchor,
            entries: Vec::new(),
            is_map,
        });
        Ok(())
    }

    fn end(&mut self) -> Result<(), String> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let value = if open.is_map {
            map(open.entries)
        } else {
            Value::List(open.entries)
        };
        let node = Node {
            line: open.line,
            value,
        };
        let size = if open.anchor > 0 { size(&node) } else { 1 };
        self.add(node, open.anchor, size)
    }

    fn add(&mut self, node: Node, anchor: usize, size: usize) -> Result<(), String> {
        self.nodes = self.nodes.saturating_add(size);
        if self.nodes > MOST {
            return Err("the document is too large".into());
        }
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        match self.open.last_mut() {
            Some(open) => open.entries.push(node),
            None => self.root = Some(node),
        }
        Ok(())
    }
}

fn size(node: &Node) -> usize {
    1 + match &node.value {
        Value::List(list) => list.iter().map(size).sum(),
        Value::Map(map) => map.iter().map(|(_, node)| size(node)).sum(),
        _ => 0,
    }
}

/// Keys and values in turn as a map; an entry stands where its key does.
fn map(entries: Vec<Node>) -> Value {
    let mut out: Vec<(String, Node)> = Vec::new();
    let mut entries = entries.into_iter();
    while let (Some(key), Some(mut value)) = (entries.next(), entries.next()) {
        let name = match key.value {
            Value::Text(text) => text,
            Value::Bool(value) => value.to_string(),
            Value::Number(number) => number.to_string(),
            _ => continue,
        };
        value.line = key.line;
        if name == "<<" {
            merge(&mut out, value);
        } else {
            out.retain(|entry| entry.0 != name);
            out.push((name, value));
        }
    }
    Value::Map(out)
}

/// Entries of other maps, where there are none of the same name.
fn merge(out: &mut Vec<(String, Node)>, value: Node) {
    let maps = match value.value {
        Value::List(list) => list,
        other => vec![Node {
            line: value.line,
            value: other,
        }],
    };
    for map in maps {
        if let Value::Map(entries) = map.value {
            for entry in entries {
                if !out.iter().any(|own| own.0 == entry.0) {
                    out.push(entry);
                }
            }
        }
    }
}

/// A plain scalar can be something else than a text.
fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::Text(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Nothing,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    let numeric = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
        && text.bytes().any(|b| b.is_ascii_digit());
    let number = text.parse::<f64>().ok();
    match number.filter(|number| numeric && number.is_finite()) {
        Some(number) => Value::Number(number),
        None => Value::Text(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn everything_in_yaml_knows_its_line() {
        let text = "rules:\n  - name: A\n    pattern: |\n      (?x)\n      a b\n    n: 3.5\n    on: true\n\
                    \x20 - name: \"B: 'x'\"\n    list: [p, 'q',\n      r]\n";
        let root = read(text).unwrap();
        let rules = root.get("rules").unwrap().list();
        assert_eq!(rules[0].get("pattern").unwrap().line, 3);
        assert_eq!(rules[0].get("pattern").unwrap().text(), Some("(?x)\na b\n"));
        assert_eq!(rules[0].get("n").unwrap().value, Value::Number(3.5));
        assert_eq!(rules[0].get("on").unwrap().value, Value::Bool(true));
        assert_eq!(rules[1].get("name").unwrap().text(), Some("B: 'x'"));
        let list = rules[1].get("list").unwrap().list();
        let lines: Vec<usize> = list.iter().map(|node| node.line).collect();
        assert_eq!(lines, [9, 9, 10]);
    }

    #[test]
    fn aliases_stand_for_what_they_name() {
        let root = read("a: &x {k: 1, l: 2}\nb: *x\nc:\n  <<: *x\n  k: 3\n").unwrap();
        let number = |map: &str, key: &str| root.get(map).unwrap().get(key).unwrap().value.clone();
        assert_eq!(number("b", "l"), Value::Number(2.0));
        assert_eq!(number("c", "k"), Value::Number(3.0));
        assert_eq!(number("c", "l"), Value::Number(2.0));
    }

    #[test]
    fn a_document_that_would_grow_without_end_is_refused() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for n in 1..10 {
            let list = vec![format!("*a{}", n - 1); 10].join(", ");
            text += &format!("a{n}: &a{n} [{list}]\n");
        }
        assert!(read(&text).is_err());
        assert!(read(&"[".repeat(100_000)).is_err());
    }

    #[test]
    fn a_mistake_is_told_at_its_place() {
        let text = "a: 1\nb: [1, 2\nc: }\n";
        let (span, _) = read(text).unwrap_err();
        assert!(span.start >= 5, "{span:?}");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[a-z:{}\\[\\]\\-&* \\n'\"|>#!é]{0,60}") {
            let _ = read(&text);
        }
    }
}
