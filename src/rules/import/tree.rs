//! YAML of another tool as plain data, for readers of what is no rule file.

use serde_json::{Map, Value as Json};

use crate::rules::import::node::{Node, Value};
use crate::rules::import::yaml;

/// Reads the first document of `text`.
///
/// # Errors
/// What is wrong with it.
pub fn read_yaml(text: &str) -> Result<Json, String> {
    let node = yaml::read(text).map_err(|(at, message)| {
        let before = text.as_bytes().get(..at.start).unwrap_or_default();
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        format!("line {line}: {message}")
    })?;
    Ok(plain(node))
}

fn plain(node: Node) -> Json {
    match node.value {
        Value::Nothing => Json::Null,
        Value::Bool(value) => Json::Bool(value),
        Value::Number(number) => Json::from(number),
        Value::Text(text) => Json::String(text),
        Value::List(list) => Json::Array(list.into_iter().map(plain).collect()),
        Value::Map(map) => {
            let entries = map.into_iter().map(|(key, node)| (key, plain(node)));
            Json::Object(entries.collect::<Map<String, Json>>())
        }
    }
}
