//! From the words of a filter to its nodes. Names and functions are known here
//! already, so that a filter that can be read can be asked.

mod names;

use std::ops::Range;

use crate::rules::filter::lex::{Token, tokens};
use crate::rules::filter::{DEEPEST, FilterError, Node, Operator};

type Parsed<T> = Result<T, FilterError>;

pub(super) fn parse(text: &str) -> Parsed<Node> {
    let mut reader = Reader {
        tokens: tokens(text)?,
        at: 0,
        bound: Vec::new(),
        depth: 0,
    };
    let root = reader.expression()?;
    match reader.peek() {
        Token::End => Ok(root),
        _ => Err(reader.error("the expression should end here")),
    }
}

struct Reader {
    tokens: Vec<(Token, Range<usize>)>,
    at: usize,
    /// Names bound by `let`, the last one last.
    bound: Vec<String>,
    depth: usize,
}

impl Reader {
    fn peek(&self) -> &Token {
        &self.tokens[self.at.min(self.tokens.len() - 1)].0
    }

    fn error(&self, message: impl Into<String>) -> FilterError {
        self.error_at(self.at, message)
    }

    fn error_at(&self, at: usize, message: impl Into<String>) -> FilterError {
        FilterError {
            span: self.tokens[at.min(self.tokens.len() - 1)].1.clone(),
            message: message.into(),
        }
    }

    fn too_long(&self) -> FilterError {
        self.error("the expression is too long")
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Token::Sign(found) if *found == sign);
        self.at += usize::from(found);
        found
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Token::Name(found) if found == word);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> Parsed<()> {
        if self.take(sign) {
            return Ok(());
        }
        Err(self.error(format!("`{sign}` should stand here")))
    }

    fn name(&mut self) -> Parsed<String> {
        let Token::Name(name) = self.peek().clone() else {
            return Err(self.error("a name should stand here"));
        };
        self.at += 1;
        Ok(name)
    }

    fn expression(&mut self) -> Parsed<Node> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error("the expression is nested too deeply"));
        }
        let out = if self.take_word("let") {
            let name = self.name()?;
            self.expect("=")?;
            let value = self.expression()?;
            self.expect(";")?;
            self.body(name, value)
        } else {
            self.choice()
        };
        self.depth -= 1;
        out
    }

    /// What follows the binding of `name`.
    fn body(&mut self, name: String, value: Node) -> Parsed<Node> {
        self.bound.push(name);
        let body = self.expression();
        self.bound.pop();
        Ok(Node::Let(Box::new(value), Box::new(body?)))
    }

    fn choice(&mut self) -> Parsed<Node> {
        let condition = self.either()?;
        if self.take("??") {
            let other = self.either()?;
            return Ok(Node::Default(Box::new(condition), Box::new(other)));
        }
        if !self.take("?") {
            return Ok(condition);
        }
        let yes = self.expression()?;
        self.expect(":")?;
        let no = self.expression()?;
        Ok(Node::Choose(
            Box::new(condition),
            Box::new(yes),
            Box::new(no),
        ))
    }

    fn either(&mut self) -> Parsed<Node> {
        let mut parts = vec![self.both()?];
        while self.take("||") || self.take_word("or") {
            parts.push(self.both()?);
        }
        Ok(joined(parts, Node::Any))
    }

    fn both(&mut self) -> Parsed<Node> {
        let mut parts = vec![self.comparison()?];
        while self.take("&&") || self.take_word("and") {
            parts.push(self.comparison()?);
        }
        Ok(joined(parts, Node::All))
    }

    fn comparison(&mut self) -> Parsed<Node> {
        let left = self.sum()?;
        if self.take_word("matches") {
            let pattern = self.constant_text()?;
            let patterns = self.patterns(vec![pattern])?;
            return Ok(Node::MatchesAny(Box::new(left), patterns));
        }
        if self.take_word("not") {
            if !self.take_word("in") {
                return Err(self.error("`in` should stand here"));
            }
            let inside = Node::Binary(Operator::In, Box::new(left), Box::new(self.container()?));
            return Ok(Node::Not(Box::new(inside)));
        }
        let Some(operator) = self.comparator() else {
            return Ok(left);
        };
        let right = match operator {
            Operator::In => self.container()?,
            _ => self.sum()?,
        };
        Ok(Node::Binary(operator, Box::new(left), Box::new(right)))
    }

    /// The right side of `in`: a list, a text, or one of the maps.
    fn container(&mut self) -> Parsed<Node> {
        if self.take_word("attributes") {
            // The path is all that is known.
            return Ok(Node::List(vec![Node::Text(b"path".to_vec())]));
        }
        self.sum()
    }

    fn comparator(&mut self) -> Option<Operator> {
        let signs = [
            ("==", Operator::Equal),
            ("!=", Operator::Unequal),
            ("<=", Operator::LessOrEqual),
            (">=", Operator::MoreOrEqual),
            ("<", Operator::Less),
            (">", Operator::More),
        ];
        let words = [
            ("in", Operator::In),
            ("contains", Operator::Contains),
            ("startsWith", Operator::StartsWith),
            ("endsWith", Operator::EndsWith),
        ];
        let sign = signs.into_iter().find(|(sign, _)| self.take(sign));
        let found = sign.or_else(|| words.into_iter().find(|(word, _)| self.take_word(word)));
        found.map(|(_, operator)| operator)
    }

    fn sum(&mut self) -> Parsed<Node> {
        let mut left = self.product()?;
        for _ in 0..DEEPEST {
            let operator = if self.take("+") {
                Operator::Plus
            } else if self.take("-") {
                Operator::Minus
            } else {
                return Ok(left);
            };
            left = Node::Binary(operator, Box::new(left), Box::new(self.product()?));
        }
        Err(self.too_long())
    }

    fn product(&mut self) -> Parsed<Node> {
        let mut left = self.unary()?;
        for _ in 0..DEEPEST {
            if !self.take("*") {
                return Ok(left);
            }
            left = Node::Binary(Operator::Times, Box::new(left), Box::new(self.unary()?));
        }
        Err(self.too_long())
    }

    fn unary(&mut self) -> Parsed<Node> {
        let not = self.take("!") || self.take_word("not");
        if !not && !self.take("-") {
            return self.postfix();
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error("the expression is nested too deeply"));
        }
        let inner = Box::new(self.unary()?);
        self.depth -= 1;
        Ok(if not {
            Node::Not(inner)
        } else {
            Node::Negate(inner)
        })
    }

    fn postfix(&mut self) -> Parsed<Node> {
        let mut left = self.primary()?;
        for _ in 0..DEEPEST {
            if self.take("[") {
                left = self.bracket(left)?;
            } else if self.take(".") || self.take("?.") {
                let at = self.at;
                let name = self.name()?;
                self.expect("(")?;
                left = self.method(left, &name, at)?;
            } else {
                return Ok(left);
            }
        }
        Err(self.too_long())
    }

    /// An index or a slice, behind its bracket.
    fn bracket(&mut self, left: Node) -> Parsed<Node> {
        let bound = |reader: &mut Reader| reader.expression().map(Box::new);
        let from = match self.peek() {
            Token::Sign(":") => None,
            _ => Some(bound(self)?),
        };
        if !self.take(":") {
            self.expect("]")?;
            let Some(index) = from else {
                return Err(self.error("an index should stand here"));
            };
            return Ok(Node::Index(Box::new(left), index));
        }
        let to = match self.peek() {
            Token::Sign("]") => None,
            _ => Some(bound(self)?),
        };
        self.expect("]")?;
        Ok(Node::Slice(Box::new(left), from, to))
    }

    fn primary(&mut self) -> Parsed<Node> {
        let at = self.at;
        self.at += 1;
        match self.tokens[at.min(self.tokens.len() - 1)].0.clone() {
            Token::Number(number) => Ok(Node::Number(number)),
            Token::Text(text) => Ok(Node::Text(text.into_bytes())),
            Token::Sign("(") => {
                let inner = self.expression()?;
                self.expect(")")?;
                Ok(inner)
            }
            Token::Sign("[") => Ok(Node::List(self.list("]")?)),
            Token::Name(name) => self.named(&name, at),
            _ => Err(self.error_at(at, "a value should stand here")),
        }
    }

    /// Values up to the sign `end`.
    fn list(&mut self, end: &str) -> Parsed<Vec<Node>> {
        let mut out = Vec::new();
        while !self.take(end) {
            out.push(self.expression()?);
            if !self.take(",") {
                self.expect(end)?;
                break;
            }
        }
        Ok(out)
    }
}

/// The only part, or all of them under one node.
fn joined(mut parts: Vec<Node>, node: fn(Vec<Node>) -> Node) -> Node {
    match parts.len() {
        1 => parts.pop().unwrap_or(Node::Nothing),
        _ => node(parts),
    }
}
