//! What names and functions stand for in a filter.

use regex::bytes::RegexBuilder;

use super::{Parsed, Reader};
use crate::rules::filter::lex::Token;
use crate::rules::filter::{Extreme, Function, Name, Node, Operator};
use crate::rules::terms::patterns::{self, Patterns};

/// What the dot and the brackets of these names lead to.
const MAPS: &[&str] = &["finding", "attributes"];
/// Names before a dot that only say where a function comes from.
const SPACES: &[&str] = &["filter", "strings", "math"];

impl Reader {
    /// What the name at `at`, which was just taken, stands for.
    pub(super) fn named(&mut self, name: &str, at: usize) -> Parsed<Node> {
        match name {
            "true" => return Ok(Node::Bool(true)),
            "false" => return Ok(Node::Bool(false)),
            "nil" | "null" => return Ok(Node::Nothing),
            _ => {}
        }
        if let Some(back) = self.bound.iter().rev().position(|bound| bound == name) {
            return Ok(Node::Bound(back));
        }
        if MAPS.contains(&name) {
            return self.member(name, at);
        }
        if SPACES.contains(&name) && self.take(".") {
            let at = self.at;
            let name = self.name()?;
            self.expect("(")?;
            return self.call(&name, at);
        }
        if name == "cel" && self.take(".") {
            return self.cel();
        }
        if self.take("(") {
            return self.call(name, at);
        }
        Err(self.error_at(at, format!("filters know no `{name}`")))
    }

    /// `cel.bind(name, value, body)`.
    fn cel(&mut self) -> Parsed<Node> {
        if !self.take_word("bind") {
            return Err(self.error("filters know `cel.bind` only"));
        }
        self.expect("(")?;
        let name = self.name()?;
        self.expect(",")?;
        let value = self.expression()?;
        self.expect(",")?;
        let out = self.body(name, value)?;
        self.expect(")")?;
        Ok(out)
    }

    /// `map.key` or `map["key"]`, behind the map's name.
    fn member(&mut self, map: &str, at: usize) -> Parsed<Node> {
        if self.take(".") || self.take("?.") {
            let key = self.name()?;
            return self.lookup(map, &key, at);
        }
        self.expect("[")?;
        let key = self.constant_text()?;
        self.expect("]")?;
        self.lookup(map, &key, at)
    }

    fn lookup(&self, map: &str, key: &str, at: usize) -> Parsed<Node> {
        let name = match (map, key) {
            ("finding", "secret") => Name::Secret,
            ("finding", "match") => Name::Match,
            ("finding", "line") => Name::Line,
            ("attributes", "path") => Name::Path,
            ("attributes", _) => Name::Unknown,
            _ => return Err(self.error_at(at, format!("filters know no `{map}[\"{key}\"]`"))),
        };
        Ok(Node::Name(name))
    }

    pub(super) fn constant_text(&mut self) -> Parsed<String> {
        let Token::Text(text) = self.peek().clone() else {
            return Err(self.error("a text in quotes should stand here"));
        };
        self.at += 1;
        Ok(text)
    }

    /// A list of texts in quotes, or one of them.
    fn constant_texts(&mut self) -> Parsed<Vec<String>> {
        if !self.take("[") {
            return Ok(vec![self.constant_text()?]);
        }
        let mut out = Vec::new();
        while !self.take("]") {
            out.push(self.constant_text()?);
            if !self.take(",") {
                self.expect("]")?;
                break;
            }
        }
        Ok(out)
    }

    pub(super) fn patterns(&self, texts: Vec<String>) -> Parsed<Patterns> {
        for text in &texts {
            if let Err(error) = patterns::check(text) {
                let first = error.to_string();
                let first = first.lines().last().unwrap_or_default().to_owned();
                return Err(self.error_at(
                    self.at.saturating_sub(1),
                    format!("no regular expression: {first}"),
                ));
            }
        }
        Ok(Patterns::new(texts))
    }

    /// A function's arguments, behind the parenthesis.
    fn call(&mut self, name: &str, at: usize) -> Parsed<Node> {
        match name {
            "get" => return self.get(),
            "matchesAny" | "containsAny" | "findMatch" => {
                // The secret is what is meant where nothing is said.
                let subject = if let Token::Sign("[") = self.peek() {
                    Node::Name(Name::Secret)
                } else {
                    let subject = self.expression()?;
                    self.expect(",")?;
                    subject
                };
                return self.searched(subject, name);
            }
            "max" | "min" => {
                let which = if name == "max" {
                    Extreme::Most
                } else {
                    Extreme::Least
                };
                return Ok(Node::Extreme(which, self.list(")")?));
            }
            _ => {}
        }
        let Some(function) = function(name) else {
            return Err(self.error_at(at, unknown(name)));
        };
        let subject = match self.peek() {
            Token::Sign(")") => Node::Name(Name::Secret),
            _ => self.expression()?,
        };
        self.expect(")")?;
        Ok(Node::Call(function, Box::new(subject)))
    }

    /// The texts a function looks for in `subject`, and its end.
    fn searched(&mut self, subject: Node, name: &str) -> Parsed<Node> {
        let texts = self.constant_texts()?;
        let subject = Box::new(subject);
        let node = match name {
            "containsAny" => Node::ContainsAny(subject, texts),
            "matchesAny" => Node::MatchesAny(subject, self.patterns(texts)?),
            _ => {
                let [text] = texts.as_slice() else {
                    return Err(self.error("one regular expression should stand here"));
                };
                let built = RegexBuilder::new(text).unicode(false).build();
                let regex =
                    built.map_err(|_| self.error("a regular expression should stand here"))?;
                Node::FindMatch(subject, regex)
            }
        };
        self.expect(")")?;
        Ok(node)
    }

    /// `get(map, key, default)`, behind the parenthesis.
    fn get(&mut self) -> Parsed<Node> {
        let at = self.at;
        let map = self.name()?;
        if !MAPS.contains(&map.as_str()) {
            return Err(self.error_at(at, format!("filters know no `{map}`")));
        }
        self.expect(",")?;
        let key = self.constant_text()?;
        let value = self.lookup(&map, &key, at)?;
        let node = if self.take(",") {
            let other = self.expression()?;
            Node::Default(Box::new(value), Box::new(other))
        } else {
            value
        };
        self.expect(")")?;
        Ok(node)
    }

    /// `value.name(...)`, behind the parenthesis.
    pub(super) fn method(&mut self, value: Node, name: &str, at: usize) -> Parsed<Node> {
        let operator = match name {
            "contains" => Operator::Contains,
            "startsWith" => Operator::StartsWith,
            "endsWith" => Operator::EndsWith,
            "matches" => return self.searched(value, "matchesAny"),
            "matchesAny" | "containsAny" | "findMatch" => return self.searched(value, name),
            _ => {
                let Some(function) = function(name) else {
                    return Err(self.error_at(at, unknown(name)));
                };
                self.expect(")")?;
                return Ok(Node::Call(function, Box::new(value)));
            }
        };
        let other = self.expression()?;
        self.expect(")")?;
        Ok(Node::Binary(operator, Box::new(value), Box::new(other)))
    }
}

fn function(name: &str) -> Option<Function> {
    Some(match name {
        "entropy" => Function::Entropy,
        "len" | "size" => Function::Len,
        "lower" | "lowerAscii" | "toLower" => Function::Lower,
        "upper" | "upperAscii" | "toUpper" => Function::Upper,
        "trim" | "trimSpace" => Function::Trim,
        _ => return None,
    })
}

fn unknown(name: &str) -> String {
    match name {
        "failsTokenEfficiency" => {
            "`failsTokenEfficiency` needs a language model's vocabulary, which is not part of the \
             product"
                .into()
        }
        _ => format!("filters know no function `{name}`"),
    }
}
