//! The rule files compiled into the binary; `build.rs` lists them.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::rules::file::RuleFile;

/// File name and text of every built-in rule file, sorted by name.
pub const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/builtin_rules.rs"));

/// Name of every built-in rule file and its [`RuleFile`], both in the postcard
/// format: reading TOML at every start would take longer than many a scan.
const PARSED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/parsed_rules.bin"));

static BY_NAME: LazyLock<HashMap<&'static str, &'static [u8]>> = LazyLock::new(|| {
    let table: Vec<(&str, &[u8])> = postcard::from_bytes(PARSED).unwrap_or_default();
    table.into_iter().collect()
});

/// The built-in rule file `name` as it was read when the product was built.
pub(super) fn parsed(name: &str) -> Option<RuleFile> {
    postcard::from_bytes(BY_NAME.get(name)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_known_as_it_stands() {
        for (name, text) in FILES {
            let read: RuleFile = toml::from_str(text).unwrap();
            let parsed = parsed(name).unwrap();
            assert_eq!(format!("{parsed:?}"), format!("{read:?}"), "{name}");
        }
    }

    #[test]
    fn files_are_sorted_and_named_once() {
        assert!(FILES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
