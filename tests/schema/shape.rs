//! JSON schemas (draft 2020-12) of what serde reads or writes, made of the sources.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Map, Value, json};
use stanch::base::level::{Class, Confidence, Severity};
use stanch::report::output::Format;

use crate::source::{Item, Member, items};

/// Which way data goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// A user writes it and stanch reads it: what is not known is a mistake.
    Read,
    /// stanch writes it: later versions may add fields.
    Written,
}

/// Makes schemas out of the items of some sources.
pub(crate) struct Shapes {
    way: Way,
    items: BTreeMap<String, Item>,
    defs: BTreeMap<String, Value>,
}

impl Shapes {
    /// Over the sources at `paths`, below `src`. Of two items with one name the
    /// first counts.
    pub(crate) fn of(way: Way, paths: &[&str]) -> Shapes {
        let mut all = BTreeMap::new();
        for path in paths {
            let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
                .join("src")
                .join(path);
            for item in items(&path) {
                all.entry(item.name.clone()).or_insert(item);
            }
        }
        Shapes {
            way,
            items: all,
            defs: BTreeMap::new(),
        }
    }

    /// A schema with `body`, and what it refers to.
    pub(crate) fn schema(self, title: &str, remark: &str, body: Value) -> Value {
        let mut whole = Map::new();
        let dialect = "https://json-schema.org/draft/2020-12/schema";
        whole.insert("$schema".into(), dialect.into());
        whole.insert("title".into(), title.into());
        whole.insert("description".into(), remark.into());
        let Value::Object(body) = body else {
            panic!("a schema is an object")
        };
        whole.extend(body);
        whole.insert("$defs".into(), json!(self.defs));
        Value::Object(whole)
    }

    /// The schema of the item called `name`, in place.
    pub(crate) fn item(&mut self, name: &str) -> Value {
        let item = self.items.get(name).cloned();
        let item = item.unwrap_or_else(|| panic!("no source tells what `{name}` is"));
        if item.is_enum {
            return choices(&item);
        }
        let mut properties = Map::new();
        let mut required = Vec::new();
        self.fields(&item, true, &mut properties, &mut required);
        let mut schema = json!({"type": "object", "properties": properties});
        if !item.remark.is_empty() {
            schema["description"] = item.remark.clone().into();
        }
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        if item.has("deny_unknown_fields") {
            schema["additionalProperties"] = false.into();
        }
        schema
    }

    fn fields(
        &mut self,
        item: &Item,
        always: bool,
        properties: &mut Map<String, Value>,
        required: &mut Vec<String>,
    ) {
        for member in &item.members {
            let (kind, optional) = match inside(&member.kind, "Option<") {
                Some(kind) => (kind, true),
                None => (member.kind.as_str(), false),
            };
            if member.has("flatten") {
                let other = self.items[bare(kind)].clone();
                self.fields(&other, always && !optional, properties, required);
                continue;
            }
            let name = item.written(member);
            properties.insert(name.clone(), self.described(kind, member));
            let may_miss = match self.way {
                Way::Read => optional || member.has("default") || item.has("default"),
                Way::Written => member.has("skip_serializing_if"),
            };
            if always && !may_miss {
                required.push(name);
            }
        }
    }

    /// The schema of a field, with its remark.
    fn described(&mut self, kind: &str, member: &Member) -> Value {
        let mut schema = if member.has("deserialize_with") {
            let words: Vec<&str> = Format::ALL.iter().map(|(word, _)| *word).collect();
            json!({"type": "string", "enum": words})
        } else {
            self.kind(kind)
        };
        if !member.remark.is_empty() {
            schema["description"] = member.remark.clone().into();
        }
        schema
    }

    /// The schema of the type written as `kind`.
    pub(crate) fn kind(&mut self, kind: &str) -> Value {
        let kind = bare(kind);
        for around in ["Spanned<", "Box<", "Arc<", "Option<"] {
            if let Some(kind) = inside(kind, around) {
                return self.kind(kind);
            }
        }
        if let Some(of) = inside(kind, "Vec<").or_else(|| inside(kind, "[")) {
            return json!({"type": "array", "items": self.kind(of)});
        }
        if let Some(of) = inside(kind, "BTreeMap<") {
            let (_, value) = of.split_once(", ").unwrap();
            return json!({"type": "object", "additionalProperties": self.kind(value)});
        }
        match kind {
            "String" | "str" | "PathBuf" | "Decoding" | "WrittenTag" => json!({"type": "string"}),
            "bool" => json!({"type": "boolean"}),
            "f64" => json!({"type": "number"}),
            "u8" | "u16" | "u32" | "u64" | "usize" => json!({"type": "integer", "minimum": 0}),
            "i8" => json!({"type": "integer"}),
            "(usize, usize)" | "(u32, u32)" => {
                json!({"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 2, "maxItems": 2})
            }
            "Thresholds" => {
                json!({"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 3, "maxItems": 3})
            }
            "Percent" => json!({"type": "integer", "minimum": 0, "maximum": 100}),
            "Column" => json!({"type": "string", "pattern": "^.+:[a-z]+$"}),
            // TOML has dates of its own; as JSON they are texts.
            "Date" => json!({"type": "string", "pattern": "^\\d{4}-\\d\\d-\\d\\d$"}),
            _ if kind.starts_with("Cow<") || kind.starts_with("std::borrow::Cow<") => {
                json!({"type": "string"})
            }
            name => self.reference(name.rsplit("::").next().unwrap()),
        }
    }

    fn reference(&mut self, name: &str) -> Value {
        if !self.defs.contains_key(name) {
            self.defs.insert(name.to_owned(), Value::Null);
            let words = |all: Vec<&str>| json!({"type": "string", "enum": all});
            let schema = match name {
                "Class" => words(Class::ALL.iter().map(|word| word.as_str()).collect()),
                "Severity" => words(Severity::ALL.iter().map(|word| word.as_str()).collect()),
                "Confidence" => words(Confidence::ALL.iter().map(|word| word.as_str()).collect()),
                _ => self.item(name),
            };
            self.defs.insert(name.to_owned(), schema);
        }
        json!({"$ref": format!("#/$defs/{name}")})
    }
}

/// The words of an enum, with what they mean.
fn choices(item: &Item) -> Value {
    let words = item.members.iter().map(|member| item.written(member));
    let remarks: Vec<String> = item
        .members
        .iter()
        .map(|member| format!("`{}`: {}", item.written(member), member.remark))
        .collect();
    json!({
        "type": "string",
        "enum": words.collect::<Vec<_>>(),
        "description": format!("{} {}", item.remark, remarks.join(" ")),
    })
}

/// `kind` without references, lifetimes and generic lifetimes.
fn bare(kind: &str) -> &str {
    let kind = kind.strip_prefix('&').unwrap_or(kind);
    let kind = match kind.strip_prefix('\'') {
        Some(rest) => rest.split_once(' ').map_or(rest, |(_, kind)| kind),
        None => kind,
    };
    kind.strip_suffix("<'a>").unwrap_or(kind)
}

/// What stands between `around` and its end.
fn inside<'a>(kind: &'a str, around: &str) -> Option<&'a str> {
    let rest = kind.strip_prefix(around)?;
    rest.strip_suffix(if around == "[" { ']' } else { '>' })
}
