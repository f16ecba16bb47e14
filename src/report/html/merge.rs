//! The accounts of several runs as one: numbers add up, and one gap makes the whole incomplete.

use serde_json::{Map, Value};

/// Adds the account `other` to `sum`.
pub(super) fn add(sum: &mut Map<String, Value>, other: &Map<String, Value>) {
    for (name, value) in other {
        match sum.get_mut(name) {
            None => {
                sum.insert(name.clone(), value.clone());
            }
            Some(slot) => join(name, slot, value),
        }
    }
}

fn join(name: &str, slot: &mut Value, value: &Value) {
    match (slot, value) {
        (Value::Object(slot), Value::Object(value)) => add(slot, value),
        (Value::Bool(slot), Value::Bool(value)) if name == "complete" => *slot &= value,
        (Value::Bool(slot), Value::Bool(value)) => *slot |= value,
        (slot @ Value::Number(_), Value::Number(_)) => {
            let number = |value: &Value| value.as_u64().unwrap_or(0);
            *slot = number(slot).saturating_add(number(value)).into();
        }
        // Shapes that do not fit are no numbers of ours: the first stays.
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_add_up_and_gaps_stay() {
        let mut sum = Map::new();
        for account in [
            json!({"complete": true, "interrupted": false, "findings": 2, "by_severity": {"high": 2}}),
            json!({"complete": false, "interrupted": true, "findings": 3, "by_severity": {"low": 3}, "known": 1}),
        ] {
            add(&mut sum, account.as_object().unwrap());
        }
        let expected = json!({
            "complete": false, "interrupted": true, "findings": 5, "known": 1,
            "by_severity": {"high": 2, "low": 3},
        });
        assert_eq!(Value::Object(sum), expected);
    }
}
