//! Draws diagnostics into the user's own lines.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level as Weight, Renderer, Snippet};

use crate::rules::diagnostic::{Diagnostic, Level};

/// Longest line that is drawn, in bytes. Longer ones (a file without line
/// breaks) are told by position only.
const LINE_MAX: usize = 2000;

/// Whether the drawing has colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// ANSI colours.
    Coloured,
    /// Plain text.
    Plain,
}

/// Draws `diagnostics` one below the other, each with an empty line behind it.
pub fn draw(diagnostics: &[Diagnostic], style: Style) -> String {
    let renderer = match style {
        Style::Coloured => Renderer::styled(),
        Style::Plain => Renderer::plain(),
    };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let drawn = diagnostics
        .iter()
        .map(|diagnostic| one(&renderer, diagnostic) + "\n\n");
    drawn.collect()
}

fn one(renderer: &Renderer, diagnostic: &Diagnostic) -> String {
    let weight = match diagnostic.level {
        Level::Error => Weight::ERROR,
        Level::Warning => Weight::WARNING,
    };
    let title = weight
        .primary_title(visible(&diagnostic.message))
        .id(diagnostic.code);
    let help = diagnostic
        .help
        .as_deref()
        .map(|help| Weight::HELP.message(visible(help)));
    let Some((lines, first, span)) = window(diagnostic) else {
        let place = place(diagnostic).map(|place| Weight::NOTE.message(place));
        return renderer.render(&[title.elements(place).elements(help)]);
    };
    let mark = AnnotationKind::Primary.span(span);
    let mark = match &diagnostic.label {
        Some(label) => mark.label(visible(label)),
        None => mark,
    };
    let snippet = Snippet::source(lines)
        .path(visible(&diagnostic.file))
        .line_start(first)
        .annotation(mark);
    renderer.render(&[title.element(snippet).elements(help)])
}

/// Where it is, for a diagnostic that is not drawn.
fn place(diagnostic: &Diagnostic) -> Option<String> {
    (!diagnostic.source.is_empty())
        .then(|| format!("{}:{}", visible(&diagnostic.file), diagnostic.line()))
}

/// The marked lines, the number of the first, and the mark in them; none when
/// there is nothing to draw.
fn window(diagnostic: &Diagnostic) -> Option<(&str, usize, std::ops::Range<usize>)> {
    let text: &str = &diagnostic.source;
    let (start, end) = (diagnostic.span.start, diagnostic.span.end);
    if text.is_empty() || text.get(start..end).is_none() {
        return None;
    }
    let first = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let last = text[end..].find('\n').map_or(text.len(), |at| end + at);
    let lines = &text[first..last];
    (lines.len() <= LINE_MAX).then(|| (lines, diagnostic.line(), start - first..end - first))
}

/// The text with control and direction characters made visible: file names and
/// values may hold anything.
fn visible(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}')
    };
    let shown = text.chars().map(|c| {
        if hidden(c) {
            c.escape_unicode().to_string()
        } else {
            c.to_string()
        }
    });
    shown.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diagnostic(source: &str, span: std::ops::Range<usize>) -> Diagnostic {
        Diagnostic {
            file: "stanch.toml".into(),
            source: source.into(),
            span,
            code: "C005",
            level: Level::Error,
            message: "unknown key `thread` in `[scan]`".into(),
            label: Some("did you mean `threads`?".into()),
            help: None,
        }
    }

    #[test]
    fn the_mark_stands_under_the_word() {
        let drawn = draw(&[diagnostic("[scan]\nthread = 2\n", 7..13)], Style::Plain);
        let expected = "\
error[C005]: unknown key `thread` in `[scan]`
 --> stanch.toml:2:1
  |
2 | thread = 2
  | ^^^^^^ did you mean `threads`?

";
        assert_eq!(drawn, expected);
    }

    #[test]
    fn nothing_panics_at_odd_places() {
        for (source, span) in [
            ("", 0..0),
            ("a", 1..1),
            ("a\n", 2..2),
            ("é", 0..1),
            ("a", 5..9),
            ("\r\n\u{1b}[31m\t\u{202e}", 2..4),
        ] {
            let drawn = draw(&[diagnostic(source, span)], Style::Plain);
            assert!(drawn.starts_with("error[C005]: unknown key"), "{drawn}");
            assert!(!drawn.contains('\u{1b}'), "{drawn:?}");
        }
    }

    #[test]
    fn a_very_long_line_is_not_drawn() {
        let drawn = draw(&[diagnostic(&"x".repeat(5000), 0..3)], Style::Plain);
        assert!(drawn.contains("stanch.toml:1"), "{drawn}");
        assert!(drawn.len() < 200);
    }
}
