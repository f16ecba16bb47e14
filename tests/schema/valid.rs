//! Holds data to a schema: the few words of JSON Schema that ours use. Other words are
//! an error, so that none is passed over.

use serde_json::Value;

/// What to think of fields that the schema does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// What the schema says.
    AsSaid,
    /// They are wrong: our schemas name everything that we write.
    Wrong,
}

/// Words that say nothing about data.
const REMARKS: &[&str] = &["$schema", "$defs", "title", "description"];

/// What is wrong with `value`, each with its place.
pub(crate) fn wrong(root: &Value, value: &Value, unknown: Unknown) -> Vec<String> {
    let mut found = Vec::new();
    let check = Check { root, unknown };
    check.look(root, value, "", &mut found);
    found
}

struct Check<'a> {
    root: &'a Value,
    unknown: Unknown,
}

impl Check<'_> {
    fn look(&self, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
        for (word, said) in schema.as_object().unwrap() {
            let holds = match word.as_str() {
                word if REMARKS.contains(&word) => true,
                "$ref" => {
                    let name = said.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
                    self.look(&self.root["$defs"][name], value, at, found);
                    true
                }
                "type" => is_a(value, said.as_str().unwrap()),
                "enum" => said.as_array().unwrap().contains(value),
                "const" => said == value,
                "minimum" => value.as_i64() >= said.as_i64(),
                "maximum" => value.as_i64() <= said.as_i64(),
                "minItems" => value.as_array().map(Vec::len) >= length(said),
                "maxItems" => value.as_array().map(Vec::len) <= length(said),
                "pattern" => {
                    let pattern = regex::Regex::new(said.as_str().unwrap()).unwrap();
                    value.as_str().is_some_and(|text| pattern.is_match(text))
                }
                "items" => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.look(said, item, &format!("{at}/{index}"), found);
                    }
                    true
                }
                "required" => {
                    let names = said.as_array().unwrap().iter();
                    let missing = names.filter(|name| value.get(name.as_str().unwrap()).is_none());
                    found.extend(missing.map(|name| format!("{at}: {name} is missing")));
                    true
                }
                "properties" | "additionalProperties" => true,
                "oneOf" => {
                    let fits = said.as_array().unwrap().iter().filter(|schema| {
                        let mut wrong = Vec::new();
                        self.look(schema, value, at, &mut wrong);
                        wrong.is_empty()
                    });
                    fits.count() == 1
                }
                word => panic!("the schema says `{word}`, which is not understood here"),
            };
            if !holds {
                found.push(format!("{at}: {value} is not as `{word}` says: {said}"));
            }
        }
        self.fields(schema, value, at, found);
    }

    fn fields(&self, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
        let named = schema.get("properties");
        let others = schema.get("additionalProperties");
        if named.is_none() && others.is_none() {
            return;
        }
        for (name, value) in value.as_object().into_iter().flatten() {
            let at = format!("{at}/{name}");
            match (named.and_then(|named| named.get(name)), others) {
                (Some(schema), _) => self.look(schema, value, &at, found),
                (None, Some(schema)) if schema.is_object() => {
                    self.look(schema, value, &at, found);
                }
                (None, None) if self.unknown == Unknown::AsSaid => {}
                _ => found.push(format!("{at}: is not known")),
            }
        }
    }
}

fn length(said: &Value) -> Option<usize> {
    said.as_u64().map(|length| usize::try_from(length).unwrap())
}

fn is_a(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        other => panic!("no type `{other}` is understood here"),
    }
}
