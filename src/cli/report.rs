//! `stanch report`: a page for people from reports that were written for programs.

use std::fs::File;
use std::io::{self, BufReader, IsTerminal as _, Read};
use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;

use crate::cli::args::Global;
use crate::cli::exit::Exit;
use crate::cli::message;
use crate::cli::settings::{load, stop};
use crate::config::resolve::Flags;
use crate::judge::{document, phrase};
use crate::report::html::{Book, Ending, publish};
use crate::report::output::Destination;
use crate::report::read::{Item, ReadError, read};
use crate::report::sanitise::printable_bytes;

/// Arguments of `stanch report`.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = concat!(
    "The page is one file that needs nothing else, and asks nobody for anything; docs/html-report.md\n",
    "says what is on it. `stanch scan --report html=FILE` writes the same page at once.\n\n",
    "Examples:\n",
    "  stanch report scan.jsonl -o report.html\n",
    "  stanch report monday.json tuesday.jsonl -o both.html\n",
    "  stanch scan --report jsonl | stanch report - -o report.html\n",
))]
pub struct ReportArgs {
    /// Reports in JSON or JSON Lines; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// File to write the page to; `-` is standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    pub output: PathBuf,
}

/// Runs the command.
pub(super) fn run(args: &ReportArgs, global: &Global) -> Exit {
    report(args, global).unwrap_or_else(|exit| exit)
}

fn report(args: &ReportArgs, global: &Global) -> Result<Exit, Exit> {
    let to = destination(&args.output)?;
    let is_one = args.files.len() == 1;
    let mut book = Book::default();
    for file in &args.files {
        let name = name(file);
        let told = (!is_one).then(|| name.clone());
        gather(&mut book, file, told.as_deref())
            .map_err(|error| stop(&format!("{name}: {error}")))?;
        if !book.is_closed() {
            message::warning(&format!(
                "{name}: the report has no summary: its run was cut off, and the page says so"
            ));
        }
    }
    explain(&mut book, global)?;
    publish(&mut book, &to)
        .map_err(|error| stop(&format!("the page could not be written: {to}: {error}")))?;
    Ok(Exit::Clean)
}

fn destination(output: &Path) -> Result<Destination, Exit> {
    if output != Path::new("-") {
        return Ok(Destination::File(output.to_owned()));
    }
    if io::stdout().is_terminal() {
        return Err(stop(
            "a page is no text for a terminal; name a file with `-o report.html`",
        ));
    }
    Ok(Destination::Stdout)
}

fn name(file: &Path) -> String {
    if file == Path::new("-") {
        return "standard input".to_owned();
    }
    printable_bytes(file.as_os_str().as_encoded_bytes())
}

/// Puts the reports in `file` into the book, under `name` where there are several.
fn gather(book: &mut Book, file: &Path, name: Option<&str>) -> Result<(), ReadError> {
    let from: Box<dyn Read> = if file == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(file).map_err(ReadError::Io)?)
    };
    let name = name.map(str::to_owned);
    let mut has_begun = false;
    read(BufReader::with_capacity(1 << 16, from), &mut |item| {
        match item {
            Item::Run { tool, run } => {
                has_begun = true;
                book.begin(tool, run, name.clone());
            }
            Item::Finding(finding) => book.finding(&finding)?,
            Item::Skip(skip) => book.skip(skip),
            Item::Summary(summary) => book.end(Ending::Whole(summary)),
        }
        Ok(())
    })?;
    if !has_begun {
        // Lines cut out of a report: the findings are there, and nothing says how they were looked for.
        book.begin(serde_json::Value::Null, serde_json::Value::Null, name);
    }
    Ok(())
}

/// Adds what the rules say: reports name rules, and do not repeat their prose.
fn explain(book: &mut Book, global: &Global) -> Result<(), Exit> {
    let loaded = load(global, Flags::default())?;
    let of_register = [document::rule(), phrase::rule()];
    for id in book.rules() {
        if let Some(rule) = loaded.known.get(&id) {
            book.explain(&rule.info);
        } else if let Some(rule) = of_register.iter().find(|rule| rule.id.as_str() == id) {
            book.explain(rule);
        }
    }
    Ok(())
}
