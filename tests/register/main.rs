//! Protected documents from end to end: the binary itself, on real files.

#![cfg(unix)]
#![expect(
    clippy::format_push_string,
    clippy::format_collect,
    clippy::many_single_char_names,
    reason = "texts are made up here, and short names read best in them"
)]
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

mod binaries;
#[cfg(feature = "archives")]
#[path = "../scan/build.rs"]
#[allow(dead_code, reason = "tests of containers use the rest")]
mod build;
mod code;
mod command;
mod configured;
mod detection;
mod home;
mod index;
#[allow(dead_code, reason = "the recall bench uses the rest")]
mod leaks;
mod mixed;
mod names;
mod tables;
