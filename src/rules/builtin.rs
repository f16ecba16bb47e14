//! The rule files compiled into the binary.

/// File name and text of every built-in rule file, sorted by name.
pub const FILES: &[(&str, &str)] = &[];
