//! Prints what the readers of containers and documents make of a file, for
//! comparisons with other programs that do: `text_of FILE`.
//!
//! Parts that are containers themselves are not opened.
#![expect(clippy::print_stderr, reason = "this is a program of its own")]

use std::io::{Cursor, Write as _};
use std::ops::ControlFlow;
use std::path::Path;

use stanch::base::control::Control;
use stanch::base::limits::Limits;
use stanch::extract;
use stanch::extract::budget::Budget;
use stanch::extract::part::{Blob, Content, Part};

fn main() -> std::io::Result<()> {
    let Some(path) = std::env::args_os().nth(1) else {
        eprintln!("usage: text_of FILE");
        return Ok(());
    };
    let bytes = std::fs::read(&path)?;
    let path = Path::new(&path);
    let Some(reader) = extract::find(&bytes, path).and_then(|inside| inside.reader()) else {
        return std::io::stdout().write_all(&bytes);
    };
    let control = Control::default();
    let limits = Limits::default().unpack;
    let size = bytes.len() as u64;
    let budget = Budget::new(&limits, &control, &[], size);
    let mut content = Cursor::new(bytes);
    let mut blob = Blob {
        name: &path.file_name().unwrap_or_default().to_string_lossy(),
        content: Content::Seek(&mut content, size),
    };
    let mut out = std::io::stdout().lock();
    let ended = reader.extract(&mut blob, &budget, &mut |part| {
        let written = match part {
            Part::Text(text) => out.write_all(text.bytes),
            Part::Blob { content, .. } => std::io::copy(content, &mut out).map(|_| ()),
            Part::Name(_) | Part::Skip { .. } => Ok(()),
        };
        match written.and_then(|()| out.write_all(b"\n")) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    });
    if let Err(reason) = ended {
        eprintln!("{reason:?}");
    }
    Ok(())
}
