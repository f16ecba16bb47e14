//! What is known of the built-in rules' patterns, found out when the product is
//! built: parsing a thousand patterns at every start would take longer than most scans.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::detect::literals::Extracted;

/// Each pattern, and its [`Extracted`]; both in the postcard format. Written by `build.rs`.
const TABLE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/extracted.bin"));

static BY_PATTERN: LazyLock<HashMap<&'static str, &'static [u8]>> = LazyLock::new(|| {
    let table: Vec<(&str, &[u8])> = postcard::from_bytes(TABLE).unwrap_or_default();
    table.into_iter().collect()
});

/// What is known of `pattern`, if it is a built-in rule's.
pub(super) fn find(pattern: &str) -> Option<Extracted> {
    postcard::from_bytes(BY_PATTERN.get(pattern)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::literals::extract;
    use crate::rules::load::{RuleKind, RuleSet};

    #[test]
    fn every_builtin_pattern_is_known_as_extraction_would_find_it() {
        let rules = RuleSet::builtin().unwrap_or_else(|_| panic!("the rules load"));
        for rule in &rules.rules {
            if let RuleKind::Pattern { pattern, .. } = &rule.kind {
                assert_eq!(find(pattern), extract(pattern).ok(), "{}", rule.id());
            }
        }
    }

    #[test]
    fn other_patterns_are_not_known() {
        assert_eq!(find("stanch knows no such pattern"), None);
    }
}
