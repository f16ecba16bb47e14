//! A text for people: built as a whole, written to standard output at once.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use crate::cli::exit::Exit;
use crate::cli::settings::stop;
use crate::report::sanitise::{one_line, printable};

/// Widest line of prose, in columns.
const WIDTH: usize = 92;
/// Blanks between the columns of a table.
const GAP: usize = 2;

/// A text under construction. Everything that goes in is made safe for a
/// terminal; styles are dropped on the way out where there is no terminal.
#[derive(Debug, Default)]
pub(super) struct Page {
    text: String,
}

/// How a word is painted. The meaning never hangs on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paint {
    /// Not at all.
    Plain,
    /// What a line is about.
    Title,
    /// A bad end.
    Bad,
}

impl Paint {
    fn style(self) -> Style {
        match self {
            Paint::Plain => Style::new(),
            Paint::Title => Style::new().bold(),
            Paint::Bad => AnsiColor::Red.on_default().bold(),
        }
    }
}

impl Page {
    /// A line.
    pub(super) fn line(&mut self, text: &str) {
        self.painted(Paint::Plain, text, "");
    }

    /// A line that begins with a painted part.
    pub(super) fn painted(&mut self, paint: Paint, part: &str, rest: &str) {
        let line = styled(paint, printable(part)) + &printable(rest);
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// An empty line.
    pub(super) fn gap(&mut self) {
        self.text.push('\n');
    }

    /// A title over what follows, set off from what stands before.
    pub(super) fn heading(&mut self, text: &str) {
        if !self.text.is_empty() {
            self.gap();
        }
        self.painted(Paint::Title, text, "");
    }

    /// Prose, broken into lines and indented by `indent` blanks.
    pub(super) fn prose(&mut self, indent: usize, text: &str) {
        for line in wrapped(&one_line(text), WIDTH - indent) {
            self.line(&format!("{:indent$}{line}", ""));
        }
    }

    /// Prose under a label that stands in the margin; `margin` is the width of both.
    pub(super) fn field(&mut self, margin: usize, label: &str, text: &str) {
        let mut label = label;
        for line in wrapped(&one_line(text), WIDTH - margin) {
            self.line(&format!("{label:<margin$}{line}"));
            label = "";
        }
    }

    /// Rows under a title row, in columns.
    pub(super) fn table<const N: usize>(&mut self, titles: [&str; N], rows: &[[String; N]]) {
        let mut widths = titles.map(UnicodeWidthStr::width);
        for row in rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(printable(cell).width());
            }
        }
        self.painted(Paint::Title, &cells(&widths, &titles), "");
        for row in rows {
            let row: [&str; N] = std::array::from_fn(|n| row[n].as_str());
            self.line(&cells(&widths, &row));
        }
    }

    /// Writes everything to standard error, beside what goes to standard output.
    pub(super) fn tell(self) {
        // With standard error gone there is nobody left to tell.
        let _ = anstream::stderr().write_all(self.text.as_bytes());
    }

    /// Writes everything to standard output; `exit` is the exit code when that
    /// went well.
    pub(super) fn print(self, exit: Exit) -> Exit {
        print(self.text.as_bytes(), exit)
    }
}

/// Writes `bytes` to standard output; `exit` is the exit code when that went
/// well. A reader that has seen enough is no reason for a message, but what it
/// did not read was not delivered.
pub(super) fn print(bytes: &[u8], exit: Exit) -> Exit {
    match write(bytes) {
        Ok(()) => exit,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Exit::Usage,
        Err(error) => stop(&format!("standard output cannot be written: {error}")),
    }
}

fn write(bytes: &[u8]) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

fn styled(paint: Paint, text: impl Display) -> String {
    let style = paint.style();
    format!("{style}{text}{style:#}")
}

fn cells(widths: &[usize], row: &[&str]) -> String {
    let mut line = String::new();
    for (width, cell) in widths.iter().zip(row) {
        let cell = printable(cell);
        line.push_str(&cell);
        let fill = width + GAP - cell.width().min(width + GAP);
        line.extend(std::iter::repeat_n(' ', fill));
    }
    line.truncate(line.trim_end().len());
    line
}

/// `text` in lines of at most `width` columns; longer words stay whole.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        if let Some(line) = lines.last_mut()
            && (line.is_empty() || line.width() + 1 + word.width() <= width)
        {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_what_is_seen() {
        let mut page = Page::default();
        let rows = [
            ["é".to_owned(), "x".to_owned()],
            ["日本".to_owned(), "y".to_owned()],
        ];
        page.table(["A", "B"], &rows);
        let plain = anstream::adapter::strip_str(&page.text).to_string();
        assert_eq!(plain, "A     B\né     x\n日本  y\n");
    }

    #[test]
    fn prose_is_broken_between_words_only() {
        assert_eq!(wrapped("aa bb cccc", 5), ["aa bb", "cccc"]);
        assert_eq!(wrapped("aaaaaaaa b", 5), ["aaaaaaaa", "b"]);
    }

    #[test]
    fn nothing_reaches_the_terminal_as_a_command() {
        let mut page = Page::default();
        page.line("a\u{1b}[2J");
        page.prose(2, "b\u{202e}c\nd");
        assert_eq!(page.text, "a\\x1b[2J\n  b\\u{202e}c d\n");
    }
}
