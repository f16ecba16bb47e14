//! `stanch register list`: the entries of a register file.

use std::fmt::Write as _;

use super::{FileArgs, load, print};
use crate::cli::exit::Exit;
use crate::register::date::Date;
use crate::register::entry::{Entry, Term};
use crate::register::phrase::PhraseEntry;
use crate::register::records::entry::TableEntry;
use crate::report::sanitise::one_line;

pub(super) fn run(args: &FileArgs) -> Result<Exit, Exit> {
    let file = load(&args.file)?;
    let today = Date::today();
    let rows: Vec<[String; 5]> = file
        .documents
        .iter()
        .map(|entry| row(entry, today))
        .chain(file.tables.iter().map(|table| table_row(table, today)))
        .chain(file.phrases.iter().map(|phrase| phrase_row(phrase, today)))
        .collect();
    let head = ["ID", "FAMILY", "CLASSIFICATION", "OWNER", "TERM"].map(str::to_owned);
    let all: Vec<&[String; 5]> = std::iter::once(&head).chain(&rows).collect();
    let width = |column: usize| all.iter().map(|row| row[column].chars().count()).max();
    let mut out = String::new();
    for row in &all {
        for (column, cell) in row.iter().enumerate() {
            let width = if column == 4 {
                0
            } else {
                width(column).unwrap_or(0) + 2
            };
            let _ = write!(out, "{cell:width$}");
        }
        out.push('\n');
    }
    print(&out)?;
    Ok(Exit::Clean)
}

fn table_row(table: &TableEntry, today: Date) -> [String; 5] {
    [
        one_line(&table.id),
        "(table)".into(),
        one_line(&table.classification),
        one_line(&table.owner),
        term(table.term(today), table.from, table.until),
    ]
}

fn phrase_row(phrase: &PhraseEntry, today: Date) -> [String; 5] {
    [
        one_line(&phrase.id),
        format!("({})", phrase.kind),
        String::new(),
        one_line(&phrase.owner),
        term(phrase.term(today), None, phrase.until),
    ]
}

fn term(term: Term, from: Option<Date>, until: Option<Date>) -> String {
    let until = until.map(|day| format!("until {day}"));
    match term {
        Term::Over => format!("expired, {}", until.unwrap_or_default()),
        Term::Coming => from.map_or(String::new(), |day| format!("from {day}")),
        Term::Running => until.unwrap_or_else(|| "open".into()),
    }
}

fn row(entry: &Entry, today: Date) -> [String; 5] {
    [
        one_line(&entry.id),
        one_line(entry.family()),
        one_line(&entry.classification),
        one_line(&entry.owner),
        term(entry.term(today), entry.from, entry.until),
    ]
}
