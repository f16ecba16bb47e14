//! The `stanch` program: parse, run, exit with a code that can be trusted.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(stanch::cli::run(std::env::args_os()) as u8)
}
