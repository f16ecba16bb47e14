//! The `stanch` program: parse, run, exit with a code that can be trusted.
#![forbid(unsafe_code)]

fn main() {}
