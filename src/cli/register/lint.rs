//! `stanch register lint`: what a careful owner would mend.

use super::{FileArgs, load, print};
use crate::cli::exit::Exit;
use crate::register::date::Date;
use crate::report::sanitise::one_line;

pub(super) fn run(args: &FileArgs) -> Result<Exit, Exit> {
    let file = load(&args.file)?;
    let told = file.lint(Date::today());
    let lines: String = told.iter().map(|line| one_line(line) + "\n").collect();
    print(&lines)?;
    Ok(if told.is_empty() {
        Exit::Clean
    } else {
        Exit::Findings
    })
}
