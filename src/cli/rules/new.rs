//! `stanch rules new`: a rule file to start from.

use std::fs::OpenOptions;
use std::io::Write as _;

use crate::cli::exit::Exit;
use crate::cli::page::print;
use crate::cli::rules::NewArgs;
use crate::cli::settings::{stop, tell};
use crate::rules::diagnostic::Diagnostics;
use crate::rules::lint::{self, Beside};
use crate::rules::starter::{Wish, starter};

pub(super) fn run(args: &NewArgs) -> Result<Exit, Exit> {
    let wish = Wish {
        id: args.id.clone(),
        title: args.title.clone(),
        pattern: args.pattern.clone(),
        examples: args.example.clone(),
        ignore: args.ignore.clone(),
    };
    let text = starter(&wish).map_err(|message| stop(&message))?;
    let name = args.output.as_ref().map_or_else(
        || "the new rule".to_owned(),
        |path| path.display().to_string(),
    );
    let found = lint::check(&[(&name, &text)], Beside::BuiltIn);
    if found.has_errors() {
        tell(&Diagnostics(found.0));
        return Err(Exit::Usage);
    }
    tell(&found);
    let Some(path) = &args.output else {
        return Ok(print(text.as_bytes(), Exit::Clean));
    };
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    match file.and_then(|mut file| file.write_all(text.as_bytes())) {
        Ok(()) => Ok(Exit::Clean),
        Err(error) => Err(stop(&format!("`{name}` cannot be written: {error}"))),
    }
}
