//! `stanch ledger set`: what somebody says of a finding.

use super::present::{SetArgs, SetStatus, open, refuse};
use crate::cli::args::Global;
use crate::cli::exit::Exit;
use crate::cli::page::Page;
use crate::cli::settings::stop;
use crate::config::environment::Environment;
use crate::judge::key::is_key;
use crate::record::ledger::Status;
use crate::record::ledger::words::Word;
use crate::register::date::Date;

pub(super) fn set(args: &SetArgs, global: &Global) -> Result<Exit, Exit> {
    if args.status.is_none() && args.owner.is_none() && args.note.is_none() {
        return Err(stop("nothing is said: give --status, --owner or --note"));
    }
    if let Some(until) = args.until.filter(|until| *until < Date::today()) {
        return Err(stop(&format!("nothing is said: {until} is over")));
    }
    let silences = matches!(
        args.status,
        Some(SetStatus::Accepted | SetStatus::FalsePositive)
    );
    let note = args.note.as_deref().unwrap_or_default();
    if silences && note.chars().filter(|c| c.is_alphanumeric()).count() < 3 {
        return Err(stop("give the reason with --note"));
    }
    if let Some(wrong) = args.keys.iter().find(|key| !is_key(key)) {
        return Err(stop(&format!(
            "`{wrong}` is no finding key; `stanch ledger list` shows them"
        )));
    }
    let mut ledger = open(&args.which, global)?;
    let word = Word {
        status: args.status.map(Status::from),
        until: args.until,
        owner: args.owner.clone(),
        note: args.note.clone(),
        person: Environment::read().user,
    };
    let mut page = Page::default();
    for key in &args.keys {
        let count = ledger.set(key, &word).map_err(|error| refuse(&error))?;
        let status = word.status.map_or("noted", Status::as_str);
        let until = args
            .until
            .map_or(String::new(), |until| format!(" until {until}"));
        let more = if count > 1 {
            format!(" ({count} findings)")
        } else {
            String::new()
        };
        page.line(&format!("{key}: {status}{until}{more}"));
    }
    Ok(page.print(Exit::Clean))
}
