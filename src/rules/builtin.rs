//! The rule files compiled into the binary; `build.rs` lists them.

/// File name and text of every built-in rule file, sorted by name.
pub const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/builtin_rules.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_sorted_and_named_once() {
        assert!(FILES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
