//! Rules as data: what to look for, why it matters, and how to check it.
//!
//! In comes TOML (built in, from a project, or named on the command line);
//! out goes a [`RuleSet`]: parsed, checked, not yet compiled for matching.

pub mod builtin;
pub mod file;
pub mod validate;
