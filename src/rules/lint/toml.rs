//! A file that is not a rule file: what is wrong with each part of it.

use serde::Deserialize;
use toml::de::{DeTable, DeValue, Deserializer, Error, ValueDeserializer};

use crate::rules::diagnostic::Checked;
use crate::rules::file::{RuleEntry, RuleFile};

/// Tells every mistake of syntax; if there is none, the first wrong key or
/// value of the file's head and of each rule. `first` is where the reader stopped.
pub(crate) fn unreadable(first: &Error, checked: &mut Checked<'_>) {
    let (mut table, errors) = DeTable::parse_recoverable(checked.text);
    for error in &errors {
        checked.toml_error("R001", error);
    }
    if !errors.is_empty() {
        return;
    }
    let rules = table.get_mut().remove("rule");
    if let Err(error) = RuleFile::deserialize(Deserializer::from(table)) {
        checked.toml_error("R001", &error);
        if error.message().starts_with("missing field") {
            let help = "write it above the first `[[rule]]`; `stanch rules new` makes a whole file";
            checked.explain(|diagnostic| diagnostic.with_help(help));
        }
    }
    if let Some(DeValue::Array(rules)) = rules.map(toml::Spanned::into_inner) {
        for rule in rules {
            if let Err(error) = RuleEntry::deserialize(ValueDeserializer::from(rule)) {
                checked.toml_error("R001", &error);
            }
        }
    }
    if checked.found.is_empty() {
        checked.toml_error("R001", first);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_head_lacks_belongs_above_the_rules() {
        let text = "[[rule]]\nid = 'x'\n";
        let first = toml::from_str::<RuleFile>(text).unwrap_err();
        let mut checked = Checked::new("x.toml", text);
        unreadable(&first, &mut checked);
        let helps: Vec<_> = checked.found.iter().map(|d| d.help.is_some()).collect();
        assert_eq!(helps, [true, false]);
    }

    #[test]
    fn each_rule_tells_its_own_mistake() {
        let text = "provider = 'x'\ntitel = 'X'\n[[rule]]\nid = 3\n[[rule]]\nidd = 'x'\n";
        let first = toml::from_str::<RuleFile>(text).unwrap_err();
        let mut checked = Checked::new("x.toml", text);
        unreadable(&first, &mut checked);
        let drawn: Vec<_> = checked
            .found
            .iter()
            .map(|d| &text[d.span.clone()])
            .collect();
        assert_eq!(drawn, ["titel", "3", "idd"]);
    }
}
