//! A document of another tool as a tree in which everything knows its line, be
//! it TOML or YAML; and the taker that lets no key go unnoticed.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::rules::import::note::{Loss, Notes};

/// A value and the line it begins on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) value: Value,
}

/// What a value can be.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Nothing,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    /// Reads TOML.
    pub(super) fn of_toml(text: &str) -> Result<Node, (Range<usize>, String)> {
        let table = DeTable::parse(text)
            .map_err(|error| (error.span().unwrap_or(0..0), error.message().to_owned()))?;
        let lines = Lines::of(text);
        Ok(Node {
            line: 1,
            value: map(table.into_inner(), &lines),
        })
    }

    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The entries of a list; anything else is a list of one, nothing is none.
    pub(super) fn list(&self) -> &[Node] {
        match &self.value {
            Value::List(list) => list,
            Value::Nothing => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// The value under `key` of a map.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Map(entries) => entries.iter().find(|e| e.0 == key).map(|e| &e.1),
            _ => None,
        }
    }
}

/// Where lines begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Lines {
        Lines(memchr::memchr_iter(b'\n', text.as_bytes()).collect())
    }

    fn at(&self, offset: usize) -> usize {
        self.0.partition_point(|&feed| feed < offset) + 1
    }
}

fn map(table: DeTable<'_>, lines: &Lines) -> Value {
    let entries = table.into_iter().map(|(key, value)| {
        // A table stands where its value begins, everything else where its key does.
        let line = lines.at(key.span().start.min(value.span().start));
        let mut node = node(value.into_inner(), line, lines);
        node.line = line;
        (key.into_inner().into_owned(), node)
    });
    let mut entries: Vec<(String, Node)> = entries.collect();
    entries.sort_by_key(|entry| entry.1.line);
    Value::Map(entries)
}

fn node(value: DeValue<'_>, line: usize, lines: &Lines) -> Node {
    let value = match value {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => {
            let radix = i64::from_str_radix(number.as_str(), number.radix());
            #[expect(clippy::cast_precision_loss, reason = "rule files hold small numbers")]
            radix.map_or(Value::Nothing, |number| Value::Number(number as f64))
        }
        DeValue::Float(number) => {
            let read = number.as_str().replace('_', "").parse();
            read.map_or(Value::Nothing, Value::Number)
        }
        DeValue::Boolean(value) => Value::Bool(value),
        DeValue::Datetime(date) => Value::Text(date.to_string()),
        DeValue::Array(array) => {
            let entries = array.into_iter().map(|entry| {
                let line = lines.at(entry.span().start);
                node(entry.into_inner(), line, lines)
            });
            Value::List(entries.collect())
        }
        DeValue::Table(table) => map(table, lines),
    };
    Node { line, value }
}

/// The entries of a map, taken one by one. What is left when it is done was
/// not understood, and is noted.
pub(super) struct Fields<'a, 'n> {
    entries: Vec<(&'a str, &'a Node)>,
    /// Line of the map.
    line: usize,
    /// Whom the entries belong to: the rule's id, if it is known.
    pub(super) rule: Option<String>,
    pub(super) notes: &'n mut Notes,
}

impl<'a, 'n> Fields<'a, 'n> {
    /// The entries of `node`; what is no map has none.
    pub(super) fn of(node: &'a Node, rule: Option<&str>, notes: &'n mut Notes) -> Fields<'a, 'n> {
        let entries = match &node.value {
            Value::Map(entries) => entries.iter().map(|(key, node)| (&**key, node)).collect(),
            _ => Vec::new(),
        };
        Fields {
            entries,
            line: node.line,
            rule: rule.map(str::to_owned),
            notes,
        }
    }

    /// The line of what stands under `key`, or else of the map.
    pub(super) fn line_of(&self, key: &str) -> usize {
        let found = self.entries.iter().find(|entry| entry.0 == key);
        found.map_or(self.line, |entry| entry.1.line)
    }

    /// The value under `key`, which is taken.
    pub(super) fn take(&mut self, key: &str) -> Option<&'a Node> {
        let at = self.entries.iter().position(|entry| entry.0 == key)?;
        Some(self.entries.remove(at).1)
    }

    /// Notes something about the value under `key` at `line`.
    pub(super) fn note(&mut self, loss: Loss, line: usize, key: &str, text: impl Into<String>) {
        self.notes
            .add(loss, self.rule.as_deref(), line, key, text.into());
    }

    fn wrong(&mut self, key: &str, node: &Node, wanted: &str) {
        self.note(Loss::Dropped, node.line, key, format!("is not {wanted}"));
    }

    /// The text under `key`; an empty one is none.
    pub(super) fn text(&mut self, key: &str) -> Option<&'a str> {
        let node = self.take(key)?;
        match &node.value {
            Value::Text(text) => Some(text.as_str()).filter(|text| !text.is_empty()),
            Value::Nothing => None,
            _ => {
                self.wrong(key, node, "a text");
                None
            }
        }
    }

    /// The number under `key`.
    pub(super) fn number(&mut self, key: &str) -> Option<f64> {
        let node = self.take(key)?;
        match &node.value {
            Value::Number(number) => Some(*number),
            Value::Nothing => None,
            _ => {
                self.wrong(key, node, "a number");
                None
            }
        }
    }

    /// The whole number under `key`, from zero.
    pub(super) fn count(&mut self, key: &str) -> Option<usize> {
        let line = self.line_of(key);
        let number = self.number(key)?;
        if number < 0.0 || number.fract() != 0.0 || number > 1e9 {
            let text = format!("is {number}, and should be a whole number from zero");
            self.note(Loss::Dropped, line, key, text);
            return None;
        }
        #[expect(clippy::cast_sign_loss, reason = "it is not negative")]
        Some(number as usize)
    }

    /// The truth under `key`.
    pub(super) fn truth(&mut self, key: &str) -> Option<bool> {
        let node = self.take(key)?;
        match &node.value {
            Value::Bool(value) => Some(*value),
            Value::Nothing => None,
            _ => {
                self.wrong(key, node, "true or false");
                None
            }
        }
    }

    /// The texts under `key`, with their lines.
    pub(super) fn texts(&mut self, key: &str) -> Vec<(&'a str, usize)> {
        let Some(node) = self.take(key) else {
            return Vec::new();
        };
        let mut out = Vec::new();
        for entry in node.list() {
            match entry.text() {
                Some(text) => out.push((text, entry.line)),
                None => self.wrong(key, entry, "a text"),
            }
        }
        out
    }

    /// Notes that the values under `keys`, if there are any, are not carried over.
    pub(super) fn drop_keys(&mut self, keys: &[(&str, &str)]) {
        for (key, why) in keys {
            if let Some(node) = self.take(key)
                && *node
                    != (Node {
                        line: node.line,
                        value: Value::Nothing,
                    })
                && !is_empty(node)
            {
                self.note(Loss::Dropped, node.line, key, *why);
            }
        }
    }

    /// Notes every key that was not taken.
    pub(super) fn finish(mut self) {
        for (key, node) in std::mem::take(&mut self.entries) {
            self.note(Loss::Dropped, node.line, key, "is not known");
        }
    }
}

fn is_empty(node: &Node) -> bool {
    match &node.value {
        Value::List(list) => list.is_empty(),
        Value::Text(text) => text.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_in_toml_knows_its_line() {
        let text = "a = 1\n[[r]]\nid = 'x'\nlist = [\n  'p',\n  'q',\n]\n[r.deep]\nb = true\n";
        let root = Node::of_toml(text).unwrap();
        let rule = &root.get("r").unwrap().list()[0];
        assert_eq!(rule.get("id").unwrap().line, 3);
        let list: Vec<usize> = rule
            .get("list")
            .unwrap()
            .list()
            .iter()
            .map(|n| n.line)
            .collect();
        assert_eq!(list, [5, 6]);
        assert_eq!(rule.get("deep").unwrap().get("b").unwrap().line, 9);
    }

    #[test]
    fn what_is_not_taken_is_noted() {
        let root = Node::of_toml("a = 'x'\nb = 2\nc = 'no number'\nd = -1\n").unwrap();
        let mut notes = Notes::new("f.toml");
        let mut fields = Fields::of(&root, Some("r"), &mut notes);
        assert_eq!(fields.text("a"), Some("x"));
        assert_eq!(fields.number("c"), None);
        assert_eq!(fields.count("d"), None);
        fields.finish();
        let told: Vec<String> = notes.list.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "f.toml:3: r: `c` dropped: is not a number",
                "f.toml:4: r: `d` dropped: is -1, and should be a whole number from zero",
                "f.toml:2: r: `b` dropped: is not known",
            ]
        );
    }
}
