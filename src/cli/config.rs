//! `stanch config`: which settings are in force, and who set them.

use clap::{Args as ClapArgs, Subcommand};

use crate::cli::args::Global;
use crate::cli::exit::Exit;
use crate::cli::page::{Page, print};
use crate::cli::settings::{resolve, tell};
use crate::config::environment::Environment;
use crate::config::resolve::{Flags, Resolved};
use crate::config::show::Origins;

/// The commands about settings.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Show the settings in force, as a configuration file
    Show(ConfigShowArgs),
    /// Show which configuration files are in use, the weakest first
    Path,
}

/// Arguments of `stanch config show`.
#[derive(Debug, ClapArgs)]
pub struct ConfigShowArgs {
    /// Say behind each value where it was set
    #[arg(long)]
    pub origin: bool,
}

pub(super) fn run(command: &ConfigCommand, global: &Global) -> Exit {
    let resolved = match resolve(global, Flags::default()) {
        Ok(resolved) => resolved,
        Err(exit) => return exit,
    };
    tell(&resolved.warnings);
    match command {
        ConfigCommand::Show(args) => {
            let origins = if args.origin {
                Origins::Shown
            } else {
                Origins::Hidden
            };
            print(resolved.settings.show(origins).as_bytes(), Exit::Clean)
        }
        ConfigCommand::Path => path(&resolved),
    }
}

fn path(resolved: &Resolved) -> Exit {
    let mut page = Page::default();
    for file in &resolved.files {
        page.line(&file.display().to_string());
    }
    if resolved.files.is_empty() {
        page.line("no configuration file is in use");
        page.line("  a project's settings stand in `stanch.toml` at its root");
        if let Some(user) = Environment::read().user_file() {
            page.line(&format!("  your own taste stands in `{}`", user.display()));
        }
    }
    page.print(Exit::Clean)
}
