//! Checks of a rule's pattern, each drawn at its place inside the TOML string.

use std::ops::Range;

use regex_syntax::ast::{self, AssertionKind, Ast, RepetitionKind, RepetitionRange, Visitor};
use regex_syntax::hir::{Hir, HirKind};

use crate::rules::diagnostic::Checked;
use crate::rules::quoted::locate;
use crate::rules::shape::{self, Shape};
use crate::rules::spanned::Spanned;

/// Longest match a rule may have, in bytes.
const MATCH_MAX: usize = 64 << 10;

/// How many bytes a secret of a rule can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lengths {
    min: usize,
    max: usize,
}

impl Lengths {
    pub(super) fn contain(self, len: usize) -> bool {
        (self.min..=self.max).contains(&len)
    }
}

/// What bounds the length of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    /// The pattern itself.
    Pattern,
    /// The rule's `max-length`.
    Declared,
}

/// Checks `pattern` and the choice of its secret group; tells the lengths of
/// its secrets when it can be parsed.
pub(super) fn check(
    pattern: &Spanned<String>,
    secret: Option<&Spanned<usize>>,
    bound: Bound,
    checked: &mut Checked<'_>,
) -> Option<Lengths> {
    let hir = match shape::hir(pattern.get_ref()) {
        Ok(hir) => hir,
        Err(error) => {
            syntax(pattern, &error, checked);
            return None;
        }
    };
    let shape = Shape::of(&hir);
    let told = blots(pattern.get_ref())
        .into_iter()
        .filter(|blot| bound == Bound::Pattern || !matches!(blot, Blot::Unbounded(_)));
    for blot in told {
        blot.tell(pattern, checked);
    }
    whole(pattern, shape, bound, checked);
    let default = usize::from(shape.groups > 0);
    let group = secret.map_or(default, |group| *group.get_ref());
    if let Some(written) = secret.filter(|_| group > shape.groups) {
        checked.error(
            "R025",
            written.span(),
            format!("the pattern has no group {group}"),
        );
        checked.explain(|d| d.with_label(format!("groups: {}", shape.groups)));
        return None;
    }
    lengths(&hir, group)
}

/// Tells what the regular expression reader says, at the column it means.
fn syntax(pattern: &Spanned<String>, error: &regex_syntax::Error, checked: &mut Checked<'_>) {
    let (span, message) = match error {
        regex_syntax::Error::Parse(error) => (*error.span(), error.kind().to_string()),
        regex_syntax::Error::Translate(error) => (*error.span(), error.kind().to_string()),
        other => {
            checked.error("R020", pattern.span(), other.to_string());
            return;
        }
    };
    let value = span.start.offset..span.end.offset.max(span.start.offset);
    let at = locate(checked.text, pattern.span(), value);
    checked.error(
        "R020",
        at,
        format!("the pattern is no regular expression: {message}"),
    );
    checked.explain(|d| d.with_label(message));
}

/// What is wrong with the pattern as a whole.
fn whole(pattern: &Spanned<String>, shape: Shape, bound: Bound, checked: &mut Checked<'_>) {
    let max = shape.max_len.filter(|_| bound == Bound::Pattern);
    if let Some(max) = max.filter(|&max| max > MATCH_MAX) {
        let message = format!("a match can have {max} bytes, and may have {MATCH_MAX}");
        checked.error("R022", pattern.span(), message);
        checked.explain(|d| d.with_help("lower the upper bounds of the repetitions"));
    }
    let told = checked
        .found
        .iter()
        .any(|d| d.code == "R023" && overlaps(&d.span, &pattern.span()));
    if shape.text_anchors && !told {
        let message = "the pattern asks for the beginning or end of the whole text";
        checked.error("R023", pattern.span(), message.into());
        checked.explain(|d| d.with_help("leave out `(?-m)`: `^` and `$` stand for lines"));
    }
    if shape.can_be_empty() {
        checked.error(
            "R024",
            pattern.span(),
            "the pattern matches the empty text".into(),
        );
    }
}

fn overlaps(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// Lengths of group `group` (zero: the whole match) in `hir`.
fn lengths(hir: &Hir, group: usize) -> Option<Lengths> {
    let part = if group == 0 {
        Some(hir)
    } else {
        find_group(hir, group)
    };
    let properties = part?.properties();
    Some(Lengths {
        min: properties.minimum_len()?,
        max: properties.maximum_len()?,
    })
}

fn find_group(hir: &Hir, group: usize) -> Option<&Hir> {
    match hir.kind() {
        HirKind::Capture(capture) if capture.index as usize == group => Some(&capture.sub),
        HirKind::Capture(capture) => find_group(&capture.sub, group),
        HirKind::Repetition(repetition) => find_group(&repetition.sub, group),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().find_map(|part| find_group(part, group))
        }
        _ => None,
    }
}

/// Something at one place of a pattern that rules may not have.
#[derive(Clone, Copy)]
enum Blot {
    Unbounded(ast::Span),
    TextAnchor(ast::Span),
}

impl Blot {
    fn tell(self, pattern: &Spanned<String>, checked: &mut Checked<'_>) {
        let (code, span, message, help) = match self {
            Blot::Unbounded(span) => (
                "R021",
                span,
                "repetition without an upper bound",
                "say how many at most, for example `{1,200}`, or how long a match may be by `max-length`",
            ),
            Blot::TextAnchor(span) => (
                "R023",
                span,
                "the pattern asks for the beginning or end of the whole text",
                "texts are cut into windows; use `^`, `$` or `\\b`",
            ),
        };
        let at = locate(
            checked.text,
            pattern.span(),
            span.start.offset..span.end.offset,
        );
        checked.error(code, at, message.into());
        checked.explain(|d| d.with_help(help));
    }
}

fn blots(pattern: &str) -> Vec<Blot> {
    let Ok(ast) = ast::parse::ParserBuilder::new().build().parse(pattern) else {
        return Vec::new();
    };
    ast::visit(&ast, Walk(Vec::new())).unwrap_or_default()
}

struct Walk(Vec<Blot>);

impl Visitor for Walk {
    type Output = Vec<Blot>;
    type Err = ();

    fn finish(self) -> Result<Vec<Blot>, ()> {
        Ok(self.0)
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), ()> {
        match ast {
            Ast::Repetition(repetition) if is_unbounded(&repetition.op.kind) => {
                self.0.push(Blot::Unbounded(repetition.op.span));
            }
            Ast::Assertion(assertion)
                if matches!(
                    assertion.kind,
                    AssertionKind::StartText | AssertionKind::EndText
                ) =>
            {
                self.0.push(Blot::TextAnchor(assertion.span));
            }
            _ => {}
        }
        Ok(())
    }
}

fn is_unbounded(kind: &RepetitionKind) -> bool {
    matches!(
        kind,
        RepetitionKind::ZeroOrMore
            | RepetitionKind::OneOrMore
            | RepetitionKind::Range(RepetitionRange::AtLeast(_))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Holder {
        pattern: Spanned<String>,
    }

    /// The first mistake's code and the text it is drawn under.
    fn first(source: &str) -> Option<(&'static str, String)> {
        let holder: Holder = toml::from_str(source).unwrap();
        let mut checked = Checked::new("x.toml", source);
        check(&holder.pattern, None, Bound::Pattern, &mut checked);
        let found = checked.found.first()?;
        Some((found.code, source[found.span.clone()].to_owned()))
    }

    #[test]
    fn mistakes_are_drawn_at_their_column() {
        for (source, code, drawn) in [
            ("pattern = 'ab(c[a-z]{3}'", "R020", "("),
            ("pattern = \"ab\\\\d(c[a-z]{3}\"", "R020", "("),
            ("pattern = '''\nab[a-z]+c'''", "R021", "+"),
            ("pattern = 'ab[a-z]{3,}'", "R021", "{3,}"),
            ("pattern = 'ab.*?c'", "R021", "*?"),
            (r"pattern = 'ab\z'", "R023", r"\z"),
        ] {
            let expected = Some((code, drawn.to_owned()));
            assert_eq!(first(source), expected, "{source}");
        }
        assert_eq!(first("pattern = 'ab[a-z]{3,9}$'"), None);
    }

    #[test]
    fn lengths_are_those_of_the_group() {
        let lengths = |pattern, group| lengths(&shape::hir(pattern).unwrap(), group);
        let either = r"key: (?:x|(ab[a-z]{2,4}))";
        assert_eq!(lengths(either, 1), Some(Lengths { min: 4, max: 6 }));
        assert_eq!(lengths(either, 0), Some(Lengths { min: 6, max: 11 }));
        assert_eq!(lengths(either, 2), None);
    }
}
