//! `stanch completions`: scripts that let shells complete commands and options.

use clap::{Args as ClapArgs, CommandFactory};
use clap_complete::Shell;

use crate::cli::args::Args;
use crate::cli::exit::Exit;
use crate::cli::page::print;

/// Arguments of `stanch completions`.
#[derive(Debug, ClapArgs)]
pub struct CompletionsArgs {
    /// The shell that is to run the script
    pub shell: Shell,
}

pub(super) fn run(args: &CompletionsArgs) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "stanch", &mut script);
    print(&script, Exit::Clean)
}
