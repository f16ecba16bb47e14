//! `stanch man`: manual pages, made of what the command line itself says.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, Command, CommandFactory};
use clap_mangen::Man;

use crate::cli::args::Args;
use crate::cli::exit::Exit;
use crate::cli::page::{Page, print};
use crate::cli::settings::stop;

/// Arguments of `stanch man`.
#[derive(Debug, ClapArgs)]
pub struct ManArgs {
    /// Folder to write a page for each command to; without it, the first page is printed
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

/// Runs the command.
pub(super) fn run(args: &ManArgs) -> Exit {
    let pages = match pages() {
        Ok(pages) => pages,
        Err(error) => return stop(&format!("the pages cannot be made: {error}")),
    };
    let Some(folder) = &args.folder else {
        let first = pages.into_iter().next();
        return print(
            &first.map(|(_, text)| text).unwrap_or_default(),
            Exit::Clean,
        );
    };
    let count = pages.len();
    match write(folder, pages) {
        Ok(()) => {
            let mut page = Page::default();
            page.line(&format!("{count} pages written to {}", folder.display()));
            let shown = folder.join("stanch.1");
            page.line(&format!("  read one with `man {}`", shown.display()));
            page.print(Exit::Clean)
        }
        Err(error) => stop(&format!("cannot write to {}: {error}", folder.display())),
    }
}

fn write(folder: &Path, pages: Vec<(String, Vec<u8>)>) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (name, text) in pages {
        fs::write(folder.join(name), text)?;
    }
    Ok(())
}

/// The pages with the names of their files, that of the program first.
fn pages() -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut command = Args::command().disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    add(&command, &mut pages)?;
    Ok(pages)
}

/// The page of `command`, and those of the commands below it. Options of every
/// command stand on each page, as in `--help`.
fn add(command: &Command, pages: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    let name = command.get_display_name().unwrap_or(command.get_name());
    let name = name.replace(' ', "-");
    let man = Man::new(command.clone())
        .title(name.to_uppercase())
        .section("1")
        .manual("stanch manual");
    let mut text = Vec::new();
    man.render(&mut text)?;
    pages.push((format!("{name}.1"), text));
    for below in command.get_subcommands() {
        if !below.is_hide_set() {
            add(below, pages)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names of all commands, joined with `-`.
    fn names(command: &Command, above: &str, found: &mut Vec<String>) {
        let name = match above {
            "" => command.get_name().to_owned(),
            above => format!("{above}-{}", command.get_name()),
        };
        for below in command.get_subcommands() {
            names(below, &name, found);
        }
        found.push(format!("{name}.1"));
    }

    #[test]
    fn every_command_has_a_page_with_its_options() {
        let pages = pages().unwrap();
        let mut wanted = Vec::new();
        let command = Args::command().disable_help_subcommand(true);
        names(&command, "", &mut wanted);
        let mut found: Vec<String> = pages.iter().map(|(name, _)| name.clone()).collect();
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted);
        assert_eq!(pages[0].0, "stanch.1");
        let scan = pages.iter().find(|(name, _)| name == "stanch-scan.1");
        let scan = String::from_utf8_lossy(&scan.unwrap().1).into_owned();
        for word in [".TH STANCH-SCAN 1", "\\-\\-staged", "Exit codes"] {
            assert!(scan.contains(word), "{word}: {scan}");
        }
    }
}
