//! What a filter says of a match.

use std::borrow::Cow;

use crate::rules::filter::{Extreme, Function, Name, Node, Operator};
use crate::rules::terms::except::holds_word;
use crate::rules::terms::{Sighting, entropy};

/// Longest text an expression may make, in bytes.
const LONGEST: usize = 1 << 20;

pub(super) fn is_true(root: &Node, sighting: &Sighting<'_>) -> bool {
    let mut asking = Asking {
        sighting,
        bound: Vec::new(),
    };
    asking.is_true(root)
}

#[derive(Clone, Debug, PartialEq)]
enum Value<'a> {
    Nothing,
    Bool(bool),
    Number(f64),
    Text(Cow<'a, [u8]>),
    List(Vec<Value<'a>>),
}

impl Value<'_> {
    fn text(&self) -> Option<&[u8]> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    fn number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }
}

struct Asking<'a> {
    sighting: &'a Sighting<'a>,
    bound: Vec<Value<'a>>,
}

impl<'a> Asking<'a> {
    fn is_true(&mut self, node: &'a Node) -> bool {
        self.value(node) == Value::Bool(true)
    }

    fn value(&mut self, node: &'a Node) -> Value<'a> {
        match node {
            Node::Nothing => Value::Nothing,
            Node::Bool(value) => Value::Bool(*value),
            Node::Number(number) => Value::Number(*number),
            Node::Text(text) => Value::Text(Cow::Borrowed(text)),
            Node::List(list) => Value::List(list.iter().map(|node| self.value(node)).collect()),
            Node::Name(name) => self.named(*name),
            Node::Bound(back) => {
                let at = self.bound.len().checked_sub(back + 1);
                at.map_or(Value::Nothing, |at| self.bound[at].clone())
            }
            Node::Let(value, body) => {
                let value = self.value(value);
                self.bound.push(value);
                let out = self.value(body);
                self.bound.pop();
                out
            }
            Node::Choose(condition, yes, no) => {
                let chosen = if self.is_true(condition) { yes } else { no };
                self.value(chosen)
            }
            Node::Default(value, other) => match self.value(value) {
                Value::Nothing => self.value(other),
                value => value,
            },
            Node::Slice(value, from, to) => {
                let (from, to) = (self.bound_of(from.as_deref()), self.bound_of(to.as_deref()));
                slice(self.value(value), from, to)
            }
            Node::Index(value, index) => {
                let index = self.value(index).number();
                element(self.value(value), index)
            }
            Node::Extreme(which, of) => self.extreme(*which, of),
            _ => self.logic(node),
        }
    }

    /// Nodes whose value is true or false, and operators.
    fn logic(&mut self, node: &'a Node) -> Value<'a> {
        match node {
            Node::Not(inner) => match self.value(inner) {
                Value::Bool(value) => Value::Bool(!value),
                _ => Value::Nothing,
            },
            Node::Negate(inner) => self
                .value(inner)
                .number()
                .map_or(Value::Nothing, |number| Value::Number(-number)),
            Node::All(parts) => Value::Bool(parts.iter().all(|part| self.is_true(part))),
            Node::Any(parts) => Value::Bool(parts.iter().any(|part| self.is_true(part))),
            Node::Binary(operator, left, right) => {
                let (left, right) = (self.value(left), self.value(right));
                binary(*operator, &left, &right)
            }
            Node::Call(function, subject) => call(*function, &self.value(subject)),
            Node::MatchesAny(subject, patterns) => self
                .value(subject)
                .text()
                .map_or(Value::Nothing, |text| Value::Bool(patterns.find_in(text))),
            Node::ContainsAny(subject, words) => {
                self.value(subject).text().map_or(Value::Nothing, |text| {
                    Value::Bool(words.iter().any(|word| holds_word(text, word)))
                })
            }
            Node::FindMatch(subject, regex) => {
                let subject = self.value(subject);
                let found = subject.text().map(|text| {
                    let found = regex.find(text).map(|found| found.as_bytes().to_vec());
                    Value::Text(Cow::Owned(found.unwrap_or_default()))
                });
                found.unwrap_or(Value::Nothing)
            }
            _ => Value::Nothing,
        }
    }

    fn named(&self, name: Name) -> Value<'a> {
        let text = match name {
            Name::Secret => Some(self.sighting.secret()),
            Name::Match => Some(self.sighting.whole()),
            Name::Line => Some(self.sighting.lines()),
            Name::Path => self.sighting.path.map(str::as_bytes),
            Name::Unknown => None,
        };
        text.map_or(Value::Nothing, |text| Value::Text(Cow::Borrowed(text)))
    }

    fn bound_of(&mut self, node: Option<&'a Node>) -> Option<f64> {
        self.value(node?).number()
    }

    fn extreme(&mut self, which: Extreme, of: &'a [Node]) -> Value<'a> {
        let mut best: Option<f64> = None;
        for node in of {
            let Some(number) = self.value(node).number() else {
                return Value::Nothing;
            };
            best = Some(match (best, which) {
                (None, _) => number,
                (Some(best), Extreme::Least) => best.min(number),
                (Some(best), Extreme::Most) => best.max(number),
            });
        }
        best.map_or(Value::Nothing, Value::Number)
    }
}

fn binary<'a>(operator: Operator, left: &Value<'a>, right: &Value<'a>) -> Value<'a> {
    match operator {
        Operator::Equal => return Value::Bool(left == right),
        Operator::Unequal => return Value::Bool(left != right),
        Operator::In => {
            return match right {
                Value::List(list) => Value::Bool(list.contains(left)),
                _ => texts(left, right).map_or(Value::Nothing, |(l, r)| {
                    Value::Bool(memchr::memmem::find(r, l).is_some())
                }),
            };
        }
        _ => {}
    }
    if let (Some(left), Some(right)) = (left.number(), right.number()) {
        return match operator {
            Operator::Less => Value::Bool(left < right),
            Operator::LessOrEqual => Value::Bool(left <= right),
            Operator::More => Value::Bool(left > right),
            Operator::MoreOrEqual => Value::Bool(left >= right),
            Operator::Plus => Value::Number(left + right),
            Operator::Minus => Value::Number(left - right),
            Operator::Times => Value::Number(left * right),
            _ => Value::Nothing,
        };
    }
    let Some((left, right)) = texts(left, right) else {
        return Value::Nothing;
    };
    match operator {
        Operator::Contains => Value::Bool(memchr::memmem::find(left, right).is_some()),
        Operator::StartsWith => Value::Bool(left.starts_with(right)),
        Operator::EndsWith => Value::Bool(left.ends_with(right)),
        Operator::Plus if left.len() + right.len() <= LONGEST => {
            Value::Text(Cow::Owned([left, right].concat()))
        }
        _ => Value::Nothing,
    }
}

fn texts<'v>(left: &'v Value<'_>, right: &'v Value<'_>) -> Option<(&'v [u8], &'v [u8])> {
    Some((left.text()?, right.text()?))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "texts are far shorter than 2^52 bytes"
)]
fn call<'a>(function: Function, subject: &Value<'a>) -> Value<'a> {
    if let (Function::Len, Value::List(list)) = (function, subject) {
        return Value::Number(list.len() as f64);
    }
    let Some(text) = subject.text() else {
        return Value::Nothing;
    };
    match function {
        Function::Entropy => Value::Number(entropy(text)),
        Function::Len => Value::Number(text.len() as f64),
        Function::Lower => Value::Text(Cow::Owned(text.to_ascii_lowercase())),
        Function::Upper => Value::Text(Cow::Owned(text.to_ascii_uppercase())),
        Function::Trim => Value::Text(Cow::Owned(text.trim_ascii().to_vec())),
    }
}

/// The part of `value` between two bounds; a negative one counts from the end.
fn slice(value: Value<'_>, from: Option<f64>, to: Option<f64>) -> Value<'_> {
    let range = |len: usize| {
        let (from, to) = (place(from, 0, len), place(to, len, len));
        from.min(to)..to
    };
    match value {
        Value::Text(text) => {
            let range = range(text.len());
            Value::Text(Cow::Owned(text[range].to_vec()))
        }
        Value::List(mut list) => {
            let range = range(list.len());
            Value::List(list.drain(range).collect())
        }
        _ => Value::Nothing,
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "the result is clamped to the length"
)]
fn place(bound: Option<f64>, missing: usize, len: usize) -> usize {
    let Some(bound) = bound else { return missing };
    let bound = if bound < 0.0 {
        bound + len as f64
    } else {
        bound
    };
    bound.clamp(0.0, len as f64) as usize
}

fn element(value: Value<'_>, index: Option<f64>) -> Value<'_> {
    let (Value::List(mut list), Some(index)) = (value, index) else {
        return Value::Nothing;
    };
    let at = place(Some(index), 0, list.len());
    if at < list.len() {
        list.swap_remove(at)
    } else {
        Value::Nothing
    }
}
