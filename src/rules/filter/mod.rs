//! Filters: small expressions that are true of matches which are harmless.
//!
//! ```text
//! entropy(finding["secret"]) <= 3.2 || matchesAny(get(attributes, "path", ""), ['^tests/'])
//! ```
//!
//! There are no loops, so a filter's cost is bounded by its length and the
//! texts it looks at. What it may name is in `docs/rules-import.md`. An
//! operation on values it is not made for gives nothing, and nothing is not
//! true: a filter that goes wrong hides no finding.

mod eval;
mod lex;
mod parse;

use std::fmt;
use std::ops::Range;

use crate::rules::terms::Sighting;
use crate::rules::terms::patterns::Patterns;

/// Nesting above which an expression is refused.
const DEEPEST: usize = 64;

/// A filter, ready to be asked.
#[derive(Debug)]
pub struct Filter {
    text: String,
    root: Node,
}

/// Why a text is no filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    /// The bytes it is about.
    pub span: Range<usize>,
    /// What is wrong: lower case, no full stop.
    pub message: String,
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Filter {
    /// Reads an expression.
    ///
    /// # Errors
    /// It is none, or names something a filter does not know.
    pub fn parse(text: &str) -> Result<Filter, FilterError> {
        Ok(Filter {
            text: text.to_owned(),
            root: parse::parse(text)?,
        })
    }

    /// The expression as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// True when the expression is true of the match.
    pub fn is_true(&self, sighting: &Sighting<'_>) -> bool {
        eval::is_true(&self.root, sighting)
    }
}

/// Operators with two sides that are always both needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
    Plus,
    Minus,
    Times,
    In,
    Contains,
    StartsWith,
    EndsWith,
}

/// Functions of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Function {
    Entropy,
    Len,
    Lower,
    Upper,
    Trim,
}

/// The smallest or largest of several numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extreme {
    Least,
    Most,
}

/// What a filter can name of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Secret,
    Match,
    Line,
    Path,
    /// Something of the commit or the request: nothing is known of it.
    Unknown,
}

/// A node of an expression.
#[derive(Debug)]
enum Node {
    Nothing,
    Bool(bool),
    Number(f64),
    Text(Vec<u8>),
    List(Vec<Node>),
    Name(Name),
    /// The value of the binding made so many bindings ago (zero: the last one).
    Bound(usize),
    Let(Box<Node>, Box<Node>),
    Choose(Box<Node>, Box<Node>, Box<Node>),
    Not(Box<Node>),
    Negate(Box<Node>),
    All(Vec<Node>),
    Any(Vec<Node>),
    Binary(Operator, Box<Node>, Box<Node>),
    /// A part of a text or list, from the first bound to before the second.
    Slice(Box<Node>, Option<Box<Node>>, Option<Box<Node>>),
    Index(Box<Node>, Box<Node>),
    /// The first value, or the second where the first is nothing.
    Default(Box<Node>, Box<Node>),
    Call(Function, Box<Node>),
    Extreme(Extreme, Vec<Node>),
    MatchesAny(Box<Node>, Patterns),
    ContainsAny(Box<Node>, Vec<String>),
    FindMatch(Box<Node>, regex::bytes::Regex),
}

#[cfg(test)]
mod tests;
