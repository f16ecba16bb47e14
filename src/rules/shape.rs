//! What a pattern can match, read off its syntax: lengths, anchors, groups.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, Look};

/// The shape of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Fewest bytes a match can have.
    pub min_len: usize,
    /// Most bytes a match can have; none when there is no bound.
    pub max_len: Option<usize>,
    /// True when the beginning or end of the whole text is asked for (`\A`, `\z`).
    pub text_anchors: bool,
    /// Number of capture groups, the whole match not counted.
    pub groups: usize,
}

impl Shape {
    /// Reads `pattern` the way the engine does.
    ///
    /// # Errors
    /// The pattern is not a regular expression the engine takes.
    pub fn parse(pattern: &str) -> Result<Shape, Box<regex_syntax::Error>> {
        hir(pattern).map(|hir| Shape::of(&hir))
    }

    /// The shape of a parsed pattern.
    pub fn of(hir: &Hir) -> Shape {
        let properties = hir.properties();
        let looks = properties.look_set();
        Shape {
            min_len: properties.minimum_len().unwrap_or(0),
            max_len: properties.maximum_len(),
            text_anchors: looks.contains(Look::Start) || looks.contains(Look::End),
            groups: properties.explicit_captures_len(),
        }
    }

    /// True when the empty text is a match.
    pub fn can_be_empty(&self) -> bool {
        self.min_len == 0
    }
}

/// Parses `pattern` as every part of the product does: over bytes, ASCII
/// classes, `^` and `$` at lines.
///
/// # Errors
/// The pattern is not a regular expression the engine takes.
pub fn hir(pattern: &str) -> Result<Hir, Box<regex_syntax::Error>> {
    let parsed = ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .multi_line(true)
        .build()
        .parse(pattern);
    parsed.map_err(Box::new)
}

/// True when `pattern` has a capture group. Looks at the text alone: parsing
/// would cost more than all the rest of loading.
pub fn has_group(pattern: &str) -> bool {
    let bytes = pattern.as_bytes();
    let (mut at, mut class_depth) = (0, 0_usize);
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'[' => {
                class_depth += 1;
                at += class_head(&bytes[at + 1..]);
            }
            b']' => class_depth = class_depth.saturating_sub(1),
            b'(' if class_depth == 0 && captures(&bytes[at + 1..]) => return true,
            _ => {}
        }
        at += 1;
    }
    false
}

/// Bytes after `[` that cannot close the class: `^`, and a `]` that stands first.
fn class_head(rest: &[u8]) -> usize {
    let caret = usize::from(rest.first() == Some(&b'^'));
    caret + usize::from(rest.get(caret) == Some(&b']'))
}

/// True when what follows `(` makes it a capture group.
fn captures(rest: &[u8]) -> bool {
    !rest.starts_with(b"?") || rest.starts_with(b"?P<") || rest.starts_with(b"?<")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_of_patterns() {
        let shape = |pattern| Shape::parse(pattern).unwrap();
        let token = shape(r"\b(ab_[a-z]{4,8})\b");
        assert_eq!(
            (token.min_len, token.max_len, token.groups),
            (7, Some(11), 1)
        );
        assert!(!token.text_anchors && !token.can_be_empty());
        assert_eq!(shape("ab+").max_len, None);
        assert!(shape(r"\Aab").text_anchors && shape(r"ab\z").text_anchors);
        assert!(!shape("^ab$").text_anchors);
        assert!(shape("(a|b?)").can_be_empty());
        assert!(shape("").can_be_empty());
        assert_eq!(shape(r"(?-u:\xFF)[^a]").max_len, Some(2));
    }

    #[test]
    fn groups_are_seen_without_parsing() {
        for pattern in [
            "(a)",
            "(?:a)",
            "(?i)a",
            "(?P<n>a)",
            "(?<n>a)",
            r"\(a\)",
            "[(]",
            "[])]",
            "[^](]",
            "[[:alpha:](]",
            "[a[(]]",
            r"[\](]",
            r"[\](](x)",
            "[^a](b)",
            "a",
            "",
            r"\\(a)",
            "(?:a(b))",
            "[a&&[(]]",
        ] {
            let groups = Shape::parse(pattern).unwrap().groups;
            assert_eq!(has_group(pattern), groups > 0, "{pattern}");
        }
    }
}
