//! Which reports there are, and how they look.

use std::io::{self, IsTerminal};

use crate::cli::args::ScanArgs;
use crate::cli::exit::Exit;
use crate::cli::message;
use crate::config::environment::Environment;
use crate::config::file::When;
use crate::config::settings::Settings;
use crate::report::output::{Destination, OutputOptions, OutputSpec};
use crate::report::text::{Colour, Reveal, SkipDetail, Suppressed, TextOptions};

/// The reports that are asked for.
pub(super) fn outputs(args: &ScanArgs, settings: &Settings) -> Vec<OutputSpec> {
    if args.report.is_empty() {
        return vec![OutputSpec {
            format: settings.format.value,
            destination: Destination::Stdout,
            template: None,
        }];
    }
    args.report.clone()
}

/// How reports look: colours and clear text only where a person asked for them.
pub(super) fn look(
    args: &ScanArgs,
    settings: &Settings,
    outputs: &[OutputSpec],
) -> Result<OutputOptions, Exit> {
    let terminal = io::stdout().is_terminal();
    if args.reveal
        && (!terminal || Environment::read().ci || outputs.iter().all(|o| !o.is_text_on_stdout()))
    {
        message::error("--reveal shows secrets in the text report at a terminal only");
        return Err(Exit::Usage);
    }
    let text = TextOptions {
        colour: colour(settings.color.value),
        reveal: if args.reveal {
            Reveal::Shown
        } else {
            Reveal::Hidden
        },
        skips: if args.list_skipped {
            SkipDetail::All
        } else {
            SkipDetail::First(10)
        },
        suppressed: if args.list_suppressed {
            Suppressed::Listed
        } else {
            Suppressed::Counted
        },
    };
    Ok(OutputOptions {
        text,
        ..OutputOptions::default()
    })
}

/// Colours for standard output.
fn colour(when: When) -> Colour {
    let choice = match when {
        When::Auto => anstream::AutoStream::choice(&io::stdout()),
        When::Always => anstream::ColorChoice::Always,
        When::Never => anstream::ColorChoice::Never,
    };
    if choice == anstream::ColorChoice::Never {
        Colour::Plain
    } else {
        Colour::Coloured
    }
}
