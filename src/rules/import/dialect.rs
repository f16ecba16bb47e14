//! Regular expressions of other tools as ones the engine takes: what is written
//! differently is rewritten, what means something else is told.

use regex_syntax::ast::{
    self, AssertionKind, Ast, Flag, GroupKind, RepetitionKind, RepetitionRange,
};

use crate::rules::shape::{self, Shape};

/// Longest match of a pattern that has unbounded repetitions, in bytes.
pub(super) const OPEN: usize = 16 << 10;
/// Longest match of any pattern, in bytes.
const LONGEST: usize = 64 << 10;

/// Where a pattern comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Go: `^` and `$` are the ends of the text, brackets nest nothing.
    Go,
    /// Rust with `^` and `$` at lines; `(?# )` is a comment.
    Lines,
}

/// A pattern as the engine takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ported {
    pub(super) pattern: String,
    /// Set where the pattern itself does not bound a match.
    pub(super) max_length: Option<usize>,
    /// Number of groups.
    pub(super) groups: usize,
    /// Groups with a name, by number.
    pub(super) named: Vec<(usize, String)>,
    /// What means something else now.
    pub(super) changes: Vec<String>,
}

/// Rewrites a pattern that looks for secrets.
pub(super) fn port(pattern: &str, dialect: Dialect) -> Result<Ported, String> {
    let text = spelled(pattern, dialect);
    let tree = ast::parse::Parser::new()
        .parse(&text)
        .map_err(|error| error.kind().to_string())?;
    let mut walk = Walk {
        text: &text,
        dialect,
        edits: Vec::new(),
        named: Vec::new(),
        widened: false,
        open: false,
    };
    walk.visit(&tree, &mut None, Guard::None);
    let Walk {
        edits,
        named,
        widened,
        open,
        ..
    } = walk;
    let pattern = edited(&text, edits);
    let hir = shape::hir(&pattern).map_err(|error| first_words(&error))?;
    let shape = Shape::of(&hir);
    if shape.can_be_empty() {
        return Err("the pattern matches the empty text".into());
    }
    if shape.text_anchors {
        return Err("the pattern asks for the beginning or end of the whole text".into());
    }
    let mut changes = Vec::new();
    if widened {
        changes.push("the ends of the text became ends of lines".to_owned());
    }
    let max_length = match shape.max_len {
        None => Some(OPEN),
        Some(most) if most > LONGEST => Some(LONGEST),
        // What is repeated without end can be empty, such as an anchor.
        Some(most) if open => Some(most.max(1)),
        Some(_) => None,
    };
    if let Some(most) = max_length {
        changes.push(format!("a match has {most} bytes at most"));
    }
    Ok(Ported {
        pattern,
        max_length,
        groups: shape.groups,
        named,
        changes,
    })
}

/// Rewrites an expression over a short text, such as a path.
pub(super) fn port_short(pattern: &str, dialect: Dialect) -> Result<String, String> {
    let text = spelled(pattern, dialect);
    crate::rules::terms::patterns::check(&text).map_err(|error| {
        error
            .to_string()
            .lines()
            .last()
            .unwrap_or_default()
            .to_owned()
    })?;
    Ok(text)
}

fn first_words(error: &regex_syntax::Error) -> String {
    match error {
        regex_syntax::Error::Parse(error) => error.kind().to_string(),
        regex_syntax::Error::Translate(error) => error.kind().to_string(),
        other => other.to_string(),
    }
}

fn spelled(pattern: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Go => of_go(pattern),
        Dialect::Lines => without_comments(pattern),
    }
}

/// `pattern` without its `(?# )` comments.
fn without_comments(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(at) = rest.find("(?#") {
        let escaped = rest[..at].bytes().rev().take_while(|&b| b == b'\\').count() % 2 == 1;
        let Some(end) = rest[at..].find(')').filter(|_| !escaped) else {
            out.push_str(&rest[..at + 3]);
            rest = &rest[at + 3..];
            continue;
        };
        out.push_str(&rest[..at]);
        rest = &rest[at + end + 1..];
    }
    out + rest
}

/// A pattern of Go in the spelling of Rust.
fn of_go(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern;
    let mut in_class = false;
    while let Some(first) = rest.chars().next() {
        let taken = if first == '\\' {
            escape(rest, &mut out)
        } else if in_class {
            let (taken, closes) = in_brackets(rest, first, &mut out);
            in_class = !closes;
            taken
        } else if first == '[' {
            in_class = true;
            let head = class_head(rest);
            out.push_str(&rest[..head]);
            head
        } else if first == '{' && !is_count(rest) {
            out.push_str("\\{");
            1
        } else {
            out.push(first);
            first.len_utf8()
        };
        rest = &rest[taken..];
    }
    out
}

/// Bytes of `[`, a `^` and a `]` that stands first.
fn class_head(rest: &str) -> usize {
    let caret = 1 + usize::from(rest[1..].starts_with('^'));
    caret + usize::from(rest[caret..].starts_with(']'))
}

/// Writes one character of a class; tells its bytes, and whether the class ends.
fn in_brackets(rest: &str, first: char, out: &mut String) -> (usize, bool) {
    if first == '[' {
        // A class of POSIX has a name of its own; any other bracket is a character.
        if let Some(end) = rest.find(":]").filter(|_| rest.starts_with("[:")) {
            out.push_str(&rest[..end + 2]);
            return (end + 2, false);
        }
        out.push_str("\\[");
        return (1, false);
    }
    if ["&&", "--", "~~"].iter().any(|sign| rest.starts_with(sign)) {
        out.push(first);
        out.push('\\');
        out.push(first);
        return (2, false);
    }
    out.push(first);
    (first.len_utf8(), first == ']')
}

/// Writes an escape; tells its bytes.
fn escape(rest: &str, out: &mut String) -> usize {
    match rest[1..].chars().next() {
        Some('Q') => {
            let body = &rest[2..];
            let end = body.find("\\E");
            out.push_str(&regex_syntax::escape(&body[..end.unwrap_or(body.len())]));
            end.map_or(rest.len(), |end| end + 4)
        }
        Some(sign @ ('<' | '>')) => {
            out.push(sign);
            2
        }
        Some('C') => {
            out.push_str("(?s:.)");
            2
        }
        Some(other) => {
            out.extend(['\\', other]);
            1 + other.len_utf8()
        }
        None => {
            out.push('\\');
            1
        }
    }
}

/// True when `rest` begins with a counted repetition.
fn is_count(rest: &str) -> bool {
    let Some(end) = rest.find('}') else {
        return false;
    };
    let (least, most) = rest[1..end].split_once(',').unwrap_or((&rest[1..end], ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    !least.is_empty() && digits(least) && digits(most)
}

/// Whether a line end would be matched beside an anchor anyway.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Guard {
    None,
    LineFeed,
}

struct Walk<'a> {
    text: &'a str,
    dialect: Dialect,
    edits: Vec<(std::ops::Range<usize>, &'static str)>,
    named: Vec<(usize, String)>,
    /// True when an end of the text became an end of a line.
    widened: bool,
    /// True when something is repeated without an upper bound.
    open: bool,
}

impl Walk<'_> {
    /// `lines` is what the pattern itself says of `(?m)`, if it does.
    fn visit(&mut self, tree: &Ast, lines: &mut Option<bool>, guard: Guard) {
        match tree {
            Ast::Flags(set) => *lines = flag(&set.flags).or(*lines),
            Ast::Assertion(assertion) => self.assertion(assertion, *lines, guard),
            Ast::Repetition(repetition) => {
                self.open |= matches!(
                    repetition.op.kind,
                    RepetitionKind::ZeroOrMore
                        | RepetitionKind::OneOrMore
                        | RepetitionKind::Range(RepetitionRange::AtLeast(_))
                );
                self.visit(&repetition.ast, lines, Guard::None);
            }
            Ast::Group(group) => {
                let mut inner = *lines;
                match &group.kind {
                    GroupKind::CaptureName { name, .. } => {
                        self.named.push((name.index as usize, name.name.clone()));
                    }
                    GroupKind::NonCapturing(flags) => inner = flag(flags).or(inner),
                    GroupKind::CaptureIndex(_) => {}
                }
                self.visit(&group.ast, &mut inner, guard);
            }
            Ast::Concat(concat) => {
                for part in &concat.asts {
                    self.visit(part, lines, Guard::None);
                }
            }
            Ast::Alternation(alternation) => {
                let feed = alternation.asts.iter().any(|part| self.is_line_feed(part));
                let guard = if feed { Guard::LineFeed } else { Guard::None };
                for part in &alternation.asts {
                    self.visit(part, lines, guard);
                }
            }
            _ => {}
        }
    }

    fn assertion(&mut self, assertion: &ast::Assertion, lines: Option<bool>, guard: Guard) {
        let span = assertion.span.start.offset..assertion.span.end.offset;
        let at_lines = lines.unwrap_or(self.dialect == Dialect::Lines);
        let edit = match assertion.kind {
            AssertionKind::StartLine | AssertionKind::EndLine if at_lines => return,
            AssertionKind::StartLine | AssertionKind::StartText => "(?m:^)",
            AssertionKind::EndLine | AssertionKind::EndText => "(?m:$)",
            _ => return,
        };
        self.widened |= guard == Guard::None;
        // Lines are what the engine means unless the pattern says otherwise.
        let plain = matches!(
            assertion.kind,
            AssertionKind::StartLine | AssertionKind::EndLine
        );
        if !plain || lines.is_some() {
            self.edits.push((span, edit));
        }
    }

    /// True when `part` matches a line feed alone.
    fn is_line_feed(&self, part: &Ast) -> bool {
        let span = part.span();
        let text = &self.text[span.start.offset..span.end.offset];
        let built = regex::bytes::RegexBuilder::new(&format!(r"\A(?:{text})\z"))
            .unicode(false)
            .build();
        built.is_ok_and(|regex| regex.is_match(b"\n"))
            && !matches!(part, Ast::Assertion(_) | Ast::Empty(_))
    }
}

fn flag(flags: &ast::Flags) -> Option<bool> {
    flags.flag_state(Flag::MultiLine)
}

fn edited(text: &str, mut edits: Vec<(std::ops::Range<usize>, &'static str)>) -> String {
    edits.sort_by_key(|edit| edit.0.start);
    let mut out = text.to_owned();
    for (span, with) in edits.into_iter().rev() {
        out.replace_range(span, with);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_writes_differently_is_rewritten() {
        for (go, rust) in [
            (r"a\Qb.c\Ed", r"ab\.cd"),
            (r"[[a-z]x", r"[\[a-z]x"),
            (r"[a[:alpha:][]x", r"[a[:alpha:]\[]x"),
            (r"[]a]x", r"[]a]x"),
            (r"[^]a[]x", r"[^]a\[]x"),
            (r"[+--]x", r"[+-\-]x"),
            (r"[a&&b]x", r"[a&\&b]x"),
            (r"a{x}{2}", r"a\{x}{2}"),
            (r"${a{2,}", r"$\{a{2,}"),
            (r"\<a\>", r"<a>"),
            (r"\[a\]\\[", r"\[a\]\\["),
        ] {
            assert_eq!(of_go(go), rust, "{go}");
        }
    }

    #[test]
    fn comments_are_taken_out() {
        assert_eq!(without_comments(r"a(?# note )b(?#x)c"), "abc");
        assert_eq!(without_comments(r"a\(?#b)"), r"a\(?#b)");
        assert_eq!(without_comments(r"a(?# open"), r"a(?# open");
    }

    #[test]
    fn ends_of_the_text_become_ends_of_lines() {
        for (pattern, dialect, ported, widened) in [
            ("^ab", Dialect::Go, "^ab", true),
            ("^ab", Dialect::Lines, "^ab", false),
            ("(?m)^ab$", Dialect::Go, "(?m)^ab$", false),
            (r"ab(?:\s|$)", Dialect::Go, r"ab(?:\s|$)", false),
            (r"ab(?:[\x60;]|$)", Dialect::Go, r"ab(?:[\x60;]|$)", true),
            (r"\Aab\z", Dialect::Lines, "(?m:^)ab(?m:$)", true),
            ("(?-m)^ab", Dialect::Lines, "(?-m)(?m:^)ab", true),
            ("(?-m:^)ab$", Dialect::Lines, "(?-m:(?m:^))ab$", true),
        ] {
            let found = port(pattern, dialect).unwrap();
            assert_eq!(found.pattern, ported, "{pattern}");
            assert_eq!(!found.changes.is_empty(), widened, "{pattern}");
        }
    }

    #[test]
    fn open_ends_get_a_length() {
        assert_eq!(port("ab[a-z]{2,9}", Dialect::Go).unwrap().max_length, None);
        assert_eq!(
            port("ab[a-z]+", Dialect::Go).unwrap().max_length,
            Some(OPEN)
        );
        let long = port("ab[a-z]{2,900000}", Dialect::Go).unwrap();
        assert_eq!(long.max_length, Some(LONGEST));
        assert_eq!(port("$*a", Dialect::Lines).unwrap().max_length, Some(1));
    }

    #[test]
    fn what_cannot_be_carried_over_is_refused() {
        for pattern in ["a(b", r"(?P<x>a)(?P=x)", "a(?!b)", "(a|b?)", ""] {
            assert!(port(pattern, Dialect::Go).is_err(), "{pattern}");
        }
        assert!(port_short("a(", Dialect::Go).is_err());
    }

    #[test]
    fn names_of_groups_are_kept() {
        let ported = port("(a)(?P<TOKEN>b)", Dialect::Lines).unwrap();
        assert_eq!(
            (ported.groups, ported.named),
            (2, vec![(2, "TOKEN".into())])
        );
    }
}
