//! `stanch register public-check`: what of the protected documents is public already.

use std::fmt::Write as _;

use super::build::{BuildArgs, read_vault};
use super::print;
use crate::cli::exit::Exit;
use crate::report::sanitise::one_line;

/// Share of a document in public text from which its secrecy is in doubt.
const DOUBT: f64 = 0.3;

pub(super) fn run(args: &BuildArgs) -> Result<Exit, Exit> {
    let vault = read_vault(args)?;
    let mut out = String::new();
    let mut doubtful = false;
    for document in &vault.documents {
        let share = document.account.public_share();
        let doubt = share >= DOUBT;
        doubtful |= doubt;
        let _ = writeln!(
            out,
            "{:>5.1} %  {}{}",
            100.0 * share,
            one_line(&document.entry.id),
            if doubt { "  is it a secret still?" } else { "" }
        );
    }
    print(&out)?;
    Ok(if doubtful {
        Exit::Findings
    } else {
        Exit::Clean
    })
}
