//! The lines around a finding, with carets under what was found.

use std::borrow::Cow;
use std::io::{self, Write};

use anstyle::Style;
use unicode_width::UnicodeWidthChar;

use crate::judge::finding::Finding;
use crate::report::level::Level;
use crate::report::sanitise::{Glyph, glyphs, visible};
use crate::report::text::Reveal;
use crate::report::text::palette::{Palette, painted};
use crate::report::veil::veiled;

/// A line as it is shown, measured in columns of a terminal.
struct Shown {
    text: String,
    /// Columns before the mark.
    before: usize,
    /// Columns of the mark.
    width: usize,
}

/// Columns that the line numbers of `finding` need.
pub(super) fn gutter(finding: &Finding) -> usize {
    let last = finding.excerpt.iter().map(|line| line.number).max();
    last.unwrap_or(finding.place.start.line).to_string().len()
}

/// Writes the excerpt between two empty ruler lines.
pub(super) fn write(
    to: &mut impl Write,
    finding: &Finding,
    reveal: Reveal,
    palette: &Palette,
) -> io::Result<()> {
    let gutter = gutter(finding);
    let bar = painted(palette.frame, "|").to_string();
    let mark = palette.level(Level::of(finding.severity));
    writeln!(to, " {:gutter$} {bar}", "")?;
    let mut before = None;
    for line in &finding.excerpt {
        if before.is_some_and(|number: usize| number + 1 < line.number) {
            writeln!(to, " {:gutter$} {bar} ...", "")?;
        }
        before = Some(line.number);
        let (text, range) = content(finding, line, reveal);
        let shown = lay_out(&text, range);
        let number = painted(palette.frame, format_args!("{:gutter$}", line.number)).to_string();
        writeln!(to, " {number} {bar} {}", shown.text)?;
        if range.0 < range.1 {
            let carets = carets(&shown, mark);
            writeln!(to, " {:gutter$} {bar} {carets}", "")?;
        }
    }
    if !finding.excerpt.is_empty() {
        writeln!(to, " {:gutter$} {bar}", "")?;
    }
    Ok(())
}

fn carets(shown: &Shown, style: Style) -> String {
    let carets = painted(style, "^".repeat(shown.width.max(1)));
    format!("{:before$}{carets}", "", before = shown.before)
}

/// The line's text and mark: masked, or with the secret put in its place.
fn content<'a>(
    finding: &'a Finding,
    line: &'a crate::judge::finding::ExcerptLine,
    reveal: Reveal,
) -> (Cow<'a, str>, (usize, usize)) {
    let (start, end) = line.mark;
    if reveal == Reveal::Hidden {
        return (veiled(&line.text, &finding.secret), line.mark);
    }
    if start >= end || !fits_one_line(finding) {
        return (Cow::Borrowed(&line.text), line.mark);
    }
    let secret = String::from_utf8_lossy(finding.secret.expose());
    let mut text: String = line.text.chars().take(start).collect();
    text.push_str(&secret);
    text.extend(line.text.chars().skip(end));
    (Cow::Owned(text), (start, start + secret.chars().count()))
}

/// True when the secret stands in one line, so that the excerpt can show it whole.
pub(super) fn fits_one_line(finding: &Finding) -> bool {
    let marked = finding
        .excerpt
        .iter()
        .filter(|line| line.mark.0 < line.mark.1)
        .count();
    marked == 1 && !finding.secret.expose().contains(&b'\n')
}

/// Makes `text` safe for a terminal and measures where the mark falls. A tab is one blank.
fn lay_out(text: &str, mark: (usize, usize)) -> Shown {
    let mut shown = Shown {
        text: String::with_capacity(text.len()),
        before: 0,
        width: 0,
    };
    for (index, glyph) in glyphs(text).enumerate() {
        let columns = match glyph {
            Glyph::Hidden('\t') => {
                shown.text.push(' ');
                1
            }
            Glyph::Hidden(c) => {
                let form = visible(c);
                shown.text.push_str(&form);
                form.len()
            }
            Glyph::Plain(c) => {
                shown.text.push(c);
                c.width().unwrap_or(0)
            }
        };
        if index < mark.0 {
            shown.before += columns;
        } else if index < mark.1 {
            shown.width += columns;
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;
    use crate::report::text::palette::Colour;

    fn drawn(finding: &Finding, reveal: Reveal) -> String {
        let mut bytes = Vec::new();
        write(&mut bytes, finding, reveal, &Palette::new(Colour::Plain)).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn carets_stand_under_the_mark_whatever_the_width() {
        for (text, mark, expected) in [
            ("ab=XX", (3, 5), ("ab=XX", 3, 2)),
            ("漢=XX", (2, 4), ("漢=XX", 3, 2)),
            ("\t\tXX", (2, 4), ("  XX", 2, 2)),
            ("e\u{301}XX", (2, 4), ("e\u{301}XX", 1, 2)),
            ("\u{1b}=漢X", (2, 4), ("\\x1b=漢X", 5, 3)),
            ("XX", (1, 9), ("XX", 1, 1)),
        ] {
            let shown = lay_out(text, mark);
            assert_eq!((shown.text.as_str(), shown.before, shown.width), expected);
        }
    }

    #[test]
    fn the_secret_stands_in_its_line_when_revealed() {
        let mut finding = samples::finding("x");
        finding.secret = crate::base::secret::Secret::new("né\u{1b}w".as_bytes());
        finding.excerpt[0].text = "key=****;".into();
        finding.excerpt[0].mark = (4, 8);
        assert!(drawn(&finding, Reveal::Shown).contains(" 3 | key=né\\x1bw;\n   |     ^^^^^^^\n"));
        assert!(drawn(&finding, Reveal::Hidden).contains(" 3 | key=****;\n   |     ^^^^\n"));
    }

    #[test]
    fn lines_left_out_are_marked() {
        let mut finding = samples::finding("x");
        let mut last = finding.excerpt[0].clone();
        last.number = 120;
        last.mark = (0, 0);
        finding.excerpt.push(last);
        assert!(drawn(&finding, Reveal::Hidden).contains("     | ...\n 120 | key="));
    }
}
