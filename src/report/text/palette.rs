//! The few styles of the text report, and writing with them.

use std::fmt;

use anstyle::{AnsiColor, Style};

use crate::report::level::Level;

/// Whether the text report is coloured. The meaning never hangs on colour alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    /// No escape sequence at all.
    #[default]
    Plain,
    /// With ANSI styles.
    Coloured,
}

/// Styles by use; all of them empty for [`Colour::Plain`].
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Palette {
    /// Rulers, arrows and labels.
    pub(super) frame: Style,
    /// Titles.
    pub(super) title: Style,
    /// Side remarks.
    pub(super) dim: Style,
    /// A clean result.
    pub(super) good: Style,
    error: Style,
    warning: Style,
    note: Style,
}

impl Palette {
    /// The styles for `colour`.
    pub(super) fn new(colour: Colour) -> Palette {
        let bold = |colour: AnsiColor| colour.on_default().bold();
        match colour {
            Colour::Plain => Palette::default(),
            Colour::Coloured => Palette {
                frame: bold(AnsiColor::Blue),
                title: Style::new().bold(),
                dim: Style::new().dimmed(),
                good: bold(AnsiColor::Green),
                error: bold(AnsiColor::Red),
                warning: bold(AnsiColor::Yellow),
                note: bold(AnsiColor::Cyan),
            },
        }
    }

    /// The style of a level's word and of its marks.
    pub(super) fn level(&self, level: Level) -> Style {
        match level {
            Level::Error => self.error,
            Level::Warning => self.warning,
            Level::Note => self.note,
        }
    }
}

/// `value` between the beginning and the end of `style`.
pub(super) fn painted(style: Style, value: impl fmt::Display) -> impl fmt::Display {
    fmt::from_fn(move |f| write!(f, "{style}{value}{style:#}"))
}
