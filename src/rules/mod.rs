//! Rules as data: what to look for, why it matters, and how to check it.
//!
//! In comes TOML (built in, from a project, or named on the command line);
//! out goes a [`load::RuleSet`]: parsed, checked, not yet compiled for matching.

pub mod builtin;
pub mod diagnostic;
mod digest;
pub mod file;
pub mod filter;
pub mod import;
pub mod info;
pub mod lint;
pub mod load;
pub mod quoted;
pub mod randomness;
pub mod recognisers;
pub mod sample;
pub mod select;
pub mod shape;
pub mod spanned;
pub mod starter;
pub mod terms;
pub mod validate;
